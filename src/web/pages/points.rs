//! Tra cứu: search with filters, the outline beside it.

use std::collections::BTreeMap;
use std::sync::Arc;

use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::filters::{Filters, page_number};
use super::outline::{Outline, n_without_section, outline};
use super::point_view::{PointLine, point_line, suggested_sections};
use crate::app::assigning::NOBODY;
use crate::app::search::{Found, Names, Request};
use crate::app::values::{Count, Facet, FacetValue};
use crate::app::{self, App};
use crate::domain::{Channel, Consultation, Decision, PointId, PointState, Stance};
use crate::web::access::Acting;
use crate::web::error::Error;
use crate::web::extract::{InConsultation, Query};
use crate::web::views::{Html, Page, Pager, Place, Select, choices};
use crate::web::words;

/// Points on a page: what fits into two screens.
const PAGE_SIZE: usize = 20;

#[derive(Template)]
#[template(path = "points.html", config = "src/web/askama.toml")]
struct PointsPage {
    page: Page,
    text: String,
    is_in_answers: bool,
    /// What leads back to this list.
    kept: String,
    bulk: Vec<(&'static str, &'static str)>,
    organization: String,
    organizations: Vec<String>,
    selects: Vec<Select>,
    chips: Vec<Chip>,
    /// By more than words and section, which have their own places.
    is_filtered: bool,
    outline: Outline,
    without_section: Chip,
    n_without_section: String,
    everywhere: String,
    total: String,
    corrections: Vec<String>,
    points: Vec<PointLine>,
    pager: Option<Pager>,
    problem: Option<String>,
}

/// A filter that is on, and the address without it.
struct Chip {
    text: String,
    address: String,
    is_current: bool,
}

/// What a page shows beside its results.
struct Surroundings {
    names: Arc<Names>,
    kinds: Vec<(String, String)>,
    rounds: Vec<(String, String)>,
    organizations: Vec<String>,
    counts: BTreeMap<Facet, Vec<Count>>,
    drafters: Vec<(String, String)>,
    depth: u8,
}

pub(in crate::web) async fn list_points(
    Acting(app): Acting,
    InConsultation(consultation): InConsultation,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Response, Error> {
    let filters = Filters::read(&pairs);
    let number = page_number(&pairs);
    let request = filters.request((number - 1) * PAGE_SIZE, PAGE_SIZE)?;
    let (found, problem) = match app.search(&consultation, &request).await {
        Ok(found) => (Some(found), None),
        Err(error) if matches!(error.kind, app::Kind::NotFound | app::Kind::Invalid) => {
            (None, Some(error.message))
        }
        Err(error) => return Err(error.into()),
    };
    let around = surroundings(&app, &consultation, &request, problem.is_some()).await?;
    let status = if problem.is_some() {
        StatusCode::BAD_REQUEST
    } else {
        StatusCode::OK
    };
    let page = Page::new(&consultation, Place::Points, "Tra cứu ý kiến");
    let mut view = view(page, &filters, around, found.as_ref(), number);
    view.problem = problem;
    if let (Some(found), "none") = (&found, filters.get("section")) {
        let names = app.names(&consultation).await?;
        let suggested = app
            .suggest_sections(&consultation, &names, &found.points)
            .await?;
        for point in &mut view.points {
            let of_point = suggested.get(&PointId(point.id));
            point.suggestions = suggested_sections(&names, of_point.map_or(&[][..], Vec::as_slice));
        }
    }
    Ok((status, Html(view)).into_response())
}

async fn surroundings(
    app: &App,
    consultation: &Consultation,
    request: &Request,
    is_problem: bool,
) -> Result<Surroundings, Error> {
    let counts = if is_problem {
        BTreeMap::new()
    } else {
        app.count_filters(consultation, request).await?
    };
    let kinds = app.organization_kinds().await?;
    let rounds = app.rounds(consultation).await?;
    let organizations = app.organizations().await?;
    Ok(Surroundings {
        names: app.names(consultation).await?,
        kinds: kinds
            .into_iter()
            .map(|kind| (kind.code, kind.name))
            .collect(),
        drafters: drafter_choices(&app.assignments(consultation).await?.drafters),
        rounds: rounds.iter().map(round_choice).collect(),
        organizations: organizations.into_iter().map(|o| o.name).collect(),
        counts,
        depth: app.config.section_depth,
    })
}

/// A round as a choice.
pub(super) fn round_choice(round: &crate::domain::Round) -> (String, String) {
    let text = format!("Đợt {}: {}", round.number, round.title);
    (round.number.to_string(), text)
}

/// People who answer as choices.
pub(super) fn drafter_choices(drafters: &[String]) -> Vec<(String, String)> {
    let choice = |name: &String| (name.clone(), name.clone());
    drafters.iter().map(choice).collect()
}

/// A section as a choice, indented.
pub(super) fn section_choices(names: &Names, depth: u8) -> Vec<(String, String)> {
    let shown = names
        .sections
        .iter()
        .filter(|section| section.level <= depth);
    shown
        .map(|section| {
            let indent = "\u{2003}".repeat(usize::from(section.level));
            let text = if section.level == 0 {
                names.label(section)
            } else {
                let heading: String = section.heading.chars().take(60).collect();
                format!("{indent}{} {heading}", section.label)
            };
            (format!("id:{}", section.id), text)
        })
        .collect()
}

fn view(
    page: Page,
    filters: &Filters,
    around: Surroundings,
    found: Option<&Found>,
    number: usize,
) -> PointsPage {
    let base = page.base.clone();
    let address = format!("{base}/points");
    let first = (number - 1) * PAGE_SIZE;
    let kept = filters.pairs();
    let n_total = found.map_or(0, |found| found.total.at_least);
    let found_points = found.map_or(&[][..], |found| found.points.as_slice());
    let selects = selects(filters, &around);
    PointsPage {
        text: filters.get("q").to_owned(),
        is_in_answers: filters.get("in") == "answers",
        kept: filters.with("", ""),
        bulk: Decision::ALL.map(|it| (it.code(), it.name())).into(),
        organization: filters.get("organization").to_owned(),
        chips: chips(filters, &around, &selects),
        is_filtered: kept
            .iter()
            .any(|(key, _)| !matches!(*key, "q" | "in" | "section")),
        selects,
        outline: outline(
            &around.names,
            around.of(Facet::Section),
            filters,
            around.depth,
        ),
        without_section: Chip {
            text: "Chưa xác định mục".to_owned(),
            address: format!("{address}{}", filters.with("section", "none")),
            is_current: filters.get("section") == "none",
        },
        n_without_section: words::number(n_without_section(around.of(Facet::Section))),
        everywhere: format!("{address}{}", filters.with("section", "")),
        organizations: around.organizations,
        total: found
            .map(|found| words::total(found.total))
            .unwrap_or_default(),
        corrections: found.map(corrections).unwrap_or_default(),
        points: (first..)
            .zip(found_points)
            .map(|(at, point)| point_line(&base, point, &kept, Some(at)))
            .collect(),
        pager: (n_total > 0).then(|| Pager::new(&address, &kept, number, PAGE_SIZE, n_total)),
        problem: None,
        page,
    }
}

impl Surroundings {
    fn of(&self, facet: Facet) -> &[Count] {
        self.counts.get(&facet).map_or(&[], Vec::as_slice)
    }

    /// Points there would be with this value chosen.
    fn n_with(&self, facet: Facet, code: &str) -> u64 {
        let wanted = FacetValue::Code(code.to_owned());
        let found = self.of(facet).iter().find(|count| count.value == wanted);
        found.map_or(0, |count| count.n_points)
    }

    fn counted_rounds(&self) -> Vec<(String, String)> {
        let n = |number: &str| {
            let of_round = |count: &&Count| match count.value {
                FacetValue::Id(id) => {
                    let round = self.names.round_number(crate::domain::RoundId(id));
                    round.is_some_and(|round| round.to_string() == number)
                }
                FacetValue::None | FacetValue::Code(_) => false,
            };
            let found = self.of(Facet::Round).iter().find(of_round);
            found.map_or(0, |count| count.n_points)
        };
        let rounds = self.rounds.iter();
        rounds
            .map(|(number, text)| {
                let n = words::number(n(number));
                (number.clone(), format!("{text} ({n})"))
            })
            .collect()
    }
}

fn selects(filters: &Filters, around: &Surroundings) -> Vec<Select> {
    let select = |name, label, choices: Vec<(String, String)>| {
        Select::new(name, label, "Tất cả", filters.get(name), choices)
    };
    let counted = |facet, choices: Vec<(String, String)>| -> Vec<(String, String)> {
        let choices = choices.into_iter();
        choices
            .map(|(code, name)| {
                let n = around.n_with(facet, &code);
                (code, format!("{name} ({})", words::number(n)))
            })
            .collect()
    };
    let mut drafters = around.drafters.clone();
    drafters.push((NOBODY.to_owned(), "Chưa phân công".to_owned()));
    let mut sections = section_choices(&around.names, around.depth);
    sections.insert(0, ("none".to_owned(), "Chưa xác định mục".to_owned()));
    let chosen = filters.get("section");
    if !chosen.is_empty() && sections.iter().all(|(value, _)| value != chosen) {
        sections.push((chosen.to_owned(), section_name(around, chosen)));
    }
    vec![
        select("section", "Mục của dự thảo", sections),
        select(
            "kind",
            "Loại cơ quan",
            counted(Facet::OrganizationKind, around.kinds.clone()),
        ),
        select("round", "Đợt", around.counted_rounds()),
        select(
            "stance",
            "Loại ý kiến",
            counted(
                Facet::Stance,
                choices(&Stance::ALL, Stance::code, Stance::name),
            ),
        ),
        select(
            "decision",
            "Kết quả xử lý",
            counted(
                Facet::Decision,
                choices(&Decision::ALL, Decision::code, Decision::name),
            ),
        ),
        select(
            "state",
            "Trạng thái",
            counted(
                Facet::State,
                choices(&PointState::ALL, PointState::code, PointState::name),
            ),
        ),
        select(
            "channel",
            "Kênh nhận",
            counted(
                Facet::Channel,
                choices(&Channel::ALL, Channel::code, Channel::name),
            ),
        ),
        select("drafter", "Người soạn", drafters),
    ]
}

fn section_name(around: &Surroundings, label: &str) -> String {
    let found = around.names.find_section(label).ok();
    let section = found.and_then(|id| around.names.section(id));
    section.map_or_else(|| label.to_owned(), |section| around.names.label(section))
}

/// The filters that are on.
fn chips(filters: &Filters, around: &Surroundings, selects: &[Select]) -> Vec<Chip> {
    let mut chips = Vec::new();
    for (key, value) in filters.pairs() {
        let text = match key {
            "q" | "in" => continue,
            "section" if value != "none" => section_name(around, value),
            _ => {
                let select = selects.iter().find(|select| select.name == key);
                let choice = select.and_then(|s| s.choices.iter().find(|c| c.is_chosen));
                choice.map_or_else(|| value.to_owned(), |choice| choice.text.clone())
            }
        };
        chips.push(Chip {
            text,
            address: format!("points{}", filters.with(key, "")),
            is_current: true,
        });
    }
    chips
}

fn corrections(found: &Found) -> Vec<String> {
    let words = found.corrected.iter();
    words
        .map(|word| format!("“{}” → “{}”", word.typed, word.used))
        .collect()
}
