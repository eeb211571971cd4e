//! Filters and counts.

use jiff::civil::{Date, date};

use super::{Desk, point, words};
use crate::domain::{
    Channel, ConsultationId, Decision, DocumentId, GroupId, OrganizationId, PointId, PointState,
    RoundId, SectionId, Stance, SubmissionId,
};
use crate::index::{Among, Facet, FacetValue, Filters, IndexedPoint, Query};

/// Forty points, so that conditions are narrow and wide; the last four bear every property.
fn varied() -> Desk {
    let plain = (5..=40).map(|id| IndexedPoint {
        consultation: ConsultationId(1 + id % 2),
        ..point(id, "chung")
    });
    let mut points: Vec<_> = plain.collect();
    let rich = IndexedPoint {
        round: Some(RoundId(7)),
        document: Some(DocumentId(3)),
        section: Some(SectionId(100)),
        organizations: &[OrganizationId(1), OrganizationId(900_000)],
        organization_kinds: &["so", "huyen", "so"],
        channel: Channel::Email,
        stance: Some(Stance::Edit),
        decision: Some(Decision::Keep),
        state: PointState::Answered,
        drafter: Some("lan"),
        arrived_on: date(2021, 9, 20),
        group: Some(GroupId(4)),
        ..point(0, "chung")
    };
    points.push(IndexedPoint {
        id: PointId(41),
        ..rich.clone()
    });
    points.push(IndexedPoint {
        id: PointId(42),
        section: Some(SectionId(200)),
        other_sections: &[SectionId(100), SectionId(300)],
        organizations: &[OrganizationId(2)],
        organization_kinds: &["huyen"],
        ..rich.clone()
    });
    points.push(IndexedPoint {
        id: PointId(43),
        arrived_on: date(2021, 9, 21),
        drafter: Some("minh"),
        ..rich.clone()
    });
    points.push(IndexedPoint {
        id: PointId(44),
        submission: SubmissionId(43),
        section: None,
        ..rich
    });
    Desk::new(&points)
}

fn sections(ids: &[i64]) -> Among<SectionId> {
    let ids = ids.iter().map(|id| SectionId(*id));
    ids.collect::<Vec<_>>().into()
}

#[test]
fn filters_by_section() {
    let desk = varied();
    let check = |sections, expected: &[i64]| {
        let filters = Filters {
            sections: Some(sections),
            ..Filters::default()
        };
        desk.check_filter(&filters, expected);
    };
    check(sections(&[100, 555]), &[41, 43]);
    check(sections(&[]), &[]);
    check(sections(&(90..1000).collect::<Vec<_>>()), &[41, 42, 43]);
    let filters = Filters {
        sections: Some(sections(&[100])),
        with_cross_references: true,
        ..Filters::default()
    };
    desk.check_filter(&filters, &[41, 42, 43]);
    let filters = Filters {
        sections: Some(Among {
            values: vec![SectionId(200)],
            or_none: true,
        }),
        rounds: Some(vec![RoundId(7)].into()),
        ..Filters::default()
    };
    desk.check_filter(&filters, &[42, 44]);
}

#[test]
fn the_only_consultation_is_no_condition() {
    let desk = Desk::of_texts(&["chung", "chung"]);
    let filters = |id| Filters {
        consultation: Some(ConsultationId(id)),
        ..Filters::default()
    };
    desk.check_filter(&filters(1), &[1, 2]);
    desk.check_filter(&filters(2), &[]);
    let other = IndexedPoint {
        consultation: ConsultationId(2),
        ..point(1, "chung")
    };
    desk.write(&[other], 2);
    desk.check_filter(&filters(1), &[2]);
    desk.check_filter(&filters(2), &[1]);
}

#[test]
fn filters_by_organization() {
    let desk = varied();
    let filters = Filters {
        organizations: Some(vec![OrganizationId(900_000), OrganizationId(2)].into()),
        ..Filters::default()
    };
    desk.check_filter(&filters, &[41, 42, 43, 44]);
    let filters = Filters {
        organization_kinds: Some(vec!["so".to_owned(), "ban".to_owned()].into()),
        ..Filters::default()
    };
    desk.check_filter(&filters, &[41, 43, 44]);
    let filters = Filters {
        organization_kinds: Some(Among {
            values: Vec::new(),
            or_none: true,
        }),
        consultation: Some(ConsultationId(2)),
        arrived: Some((date(2021, 1, 1), date(2021, 9, 1))),
        submission: Some(SubmissionId(9)),
        ..Filters::default()
    };
    desk.check_filter(&filters, &[9]);
}

#[test]
fn filters_by_the_rest() {
    let desk = varied();
    let all = Filters {
        documents: Some(vec![DocumentId(3)].into()),
        stances: Some(vec![Stance::Edit].into()),
        decisions: Some(vec![Decision::Keep].into()),
        states: Some(vec![PointState::Answered]),
        channels: Some(vec![Channel::Email]),
        group: Some(GroupId(4)),
        ..Filters::default()
    };
    desk.check_filter(&all, &[41, 42, 43, 44]);
    let none = Filters {
        stances: Some(vec![Stance::Add].into()),
        ..all.clone()
    };
    desk.check_filter(&none, &[]);
    let drafter = Filters {
        drafters: Some(vec!["minh".to_owned()].into()),
        ..all
    };
    desk.check_filter(&drafter, &[43]);
    let check_days = |first: Date, last: Date, expected: &[i64]| {
        let filters = Filters {
            arrived: Some((first, last)),
            ..Filters::default()
        };
        desk.check_filter(&filters, expected);
    };
    check_days(date(2021, 9, 21), date(2022, 1, 1), &[43]);
    check_days(date(2022, 1, 1), date(2021, 1, 1), &[]);
}

#[test]
fn counts_by_every_property() {
    let desk = varied();
    let none = || FacetValue::None;
    let id = FacetValue::Id;
    let code = |code: &str| FacetValue::Code(code.to_owned());
    desk.check_counts(Facet::Section, &[(none(), 37), (id(100), 2), (id(200), 1)]);
    desk.check_counts(
        Facet::Organization,
        &[(none(), 36), (id(1), 3), (id(900_000), 3), (id(2), 1)],
    );
    desk.check_counts(
        Facet::OrganizationKind,
        &[(none(), 36), (code("huyen"), 4), (code("so"), 3)],
    );
    desk.check_counts(Facet::Round, &[(none(), 36), (id(7), 4)]);
    desk.check_counts(Facet::Document, &[(none(), 36), (id(3), 4)]);
    desk.check_counts(Facet::Stance, &[(none(), 36), (code("edit"), 4)]);
    desk.check_counts(Facet::Decision, &[(none(), 36), (code("keep"), 4)]);
    desk.check_counts(Facet::State, &[(code("open"), 36), (code("answered"), 4)]);
    desk.check_counts(Facet::Channel, &[(code("table"), 36), (code("email"), 4)]);
    desk.check_counts(
        Facet::Drafter,
        &[(none(), 36), (code("lan"), 3), (code("minh"), 1)],
    );
    let query = Query {
        filters: Filters {
            sections: Some(vec![SectionId(100)].into()),
            ..Filters::default()
        },
        ..words("")
    };
    let counts = desk.index.count_by(&query, Facet::Drafter).unwrap();
    assert_eq!(counts.len(), 2);
}
