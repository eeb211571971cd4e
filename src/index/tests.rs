//! The index as a whole, on a real folder.

mod durability;
mod filters;
mod oracle;

use jiff::civil::date;

use super::{
    Count, Facet, FacetValue, Filters, Hits, Index, IndexedPoint, Query, Scope, Sort, State, Total,
};
use crate::domain::{Channel, ConsultationId, PointId, PointState, SubmissionId};

const HEAP_BYTES: usize = 15_000_000;

/// A point of consultation 1 without any optional property.
fn point(id: i64, text: &str) -> IndexedPoint<'_> {
    IndexedPoint {
        id: PointId(id),
        consultation: ConsultationId(1),
        submission: SubmissionId(id),
        round: None,
        document: None,
        section: None,
        other_sections: &[],
        organizations: &[],
        organization_kinds: &[],
        channel: Channel::Table,
        stance: None,
        decision: None,
        state: PointState::Open,
        drafter: None,
        arrived_on: date(2021, 9, 1),
        group: None,
        text,
        answer: "",
    }
}

struct Desk {
    index: Index,
    folder: tempfile::TempDir,
}

impl Desk {
    /// An index of these points, committed once, as ledger entry 1.
    fn new(points: &[IndexedPoint<'_>]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let opened = Index::open(folder.path()).unwrap();
        let desk = Self {
            index: opened.index,
            folder,
        };
        desk.write(points, 1);
        desk
    }

    fn of_texts(texts: &[&str]) -> Self {
        let points: Vec<_> = (1..).zip(texts).map(|(id, text)| point(id, text)).collect();
        Self::new(&points)
    }

    fn write(&self, points: &[IndexedPoint<'_>], seq: i64) {
        let mut writer = self.index.writer(HEAP_BYTES, 1).unwrap();
        for point in points {
            writer.upsert(point).unwrap();
        }
        writer.commit(seq).unwrap();
    }

    fn reopen(self) -> (Self, State) {
        let Self { index, folder } = self;
        drop(index);
        let opened = Index::open(folder.path()).unwrap();
        let index = opened.index;
        (Self { index, folder }, opened.state)
    }

    fn search(&self, query: &Query) -> Hits {
        self.index.search(query).unwrap()
    }

    /// Found ids in the order of the page.
    fn ids(&self, query: &Query) -> Vec<i64> {
        self.search(query).hits.iter().map(|hit| hit.id.0).collect()
    }

    #[track_caller]
    fn check(&self, text: &str, expected: &[i64]) {
        let mut ids = self.ids(&words(text));
        ids.sort_unstable();
        assert_eq!(ids, expected, "{text}");
        let all = self.index.ids(&words(text)).unwrap();
        assert_eq!(all.iter().map(|id| id.0).collect::<Vec<_>>(), expected);
    }

    #[track_caller]
    fn check_filter(&self, filters: &Filters, expected: &[i64]) {
        for text in ["", "chung"] {
            let query = Query {
                filters: filters.clone(),
                ..words(text)
            };
            let mut ids = self.ids(&query);
            ids.sort_unstable();
            assert_eq!(ids, expected, "{text:?} {filters:?}");
            assert_eq!(
                self.search(&query).total.at_least,
                u64::try_from(expected.len()).unwrap()
            );
        }
    }

    #[track_caller]
    fn check_counts(&self, facet: Facet, expected: &[(FacetValue, u64)]) {
        let counts = self.index.count_by(&words("chung"), facet).unwrap();
        let expected: Vec<Count> = expected
            .iter()
            .map(|(value, n_points)| Count {
                value: value.clone(),
                n_points: *n_points,
            })
            .collect();
        assert_eq!(counts, expected);
    }
}

fn words(text: &str) -> Query {
    Query {
        text: text.to_owned(),
        limit: 20,
        ..Query::default()
    }
}

#[test]
fn finds_with_and_without_marks() {
    let desk = Desk::of_texts(&[
        "Sửa Điều 5 về thị trường khoa học",
        "sua dieu 5 ve thi truong",
        "Huyện Hiệp Hòa đề nghị",
        "Huyện Hiệp Hoà đề nghị",
        "thi\u{323} trươ\u{300}ng vốn",
        "Điều 6",
    ]);
    desk.check("dieu 5", &[1, 2]);
    desk.check("Điều 5", &[1, 2]);
    desk.check("THI TRUONG", &[1, 2, 5]);
    desk.check("thị trường", &[1, 2, 5]);
    desk.check("thi\u{323} trươ\u{300}ng", &[1, 2, 5]);
    desk.check("hòa", &[3, 4]);
    desk.check("hoà", &[3, 4]);
    desk.check("không có", &[]);
    desk.check("", &[1, 2, 3, 4, 5, 6]);
    desk.check("!?", &[1, 2, 3, 4, 5, 6]);
}

#[test]
fn the_query_language() {
    let desk = Desk::of_texts(&[
        "thị trường công nghệ",
        "trường học ở thị xã",
        "công nghiệp",
        "vốn ngân sách, mục III.2",
        "vốn doanh nghiệp, mục III.3",
    ]);
    desk.check("thị trường", &[1, 2]);
    desk.check("\"thị trường\"", &[1]);
    desk.check("cong ngh*", &[1, 3]);
    desk.check("ngh*", &[1, 3, 5]);
    desk.check("\"công ngh*\"", &[1, 3]);
    desk.check("vốn -\"ngân sách\"", &[5]);
    desk.check("-vốn", &[1, 2, 3]);
    desk.check("học OR sách", &[2, 4]);
    desk.check("vốn (sách OR nghiệp)", &[4, 5]);
    desk.check("vốn (sách OR -nghiệp)", &[4]);
    desk.check("III.2", &[4]);
    desk.check("mục:III.3", &[5]);
    desk.check("zz:vốn", &[]);
}

#[test]
fn abbreviations_find_what_they_stand_for() {
    let desk = Desk::of_texts(&[
        "Sở KH&CN chủ trì",
        "Sở Khoa học và Công nghệ chủ trì",
        "khoa học xã hội và nhân văn, công nghệ",
        "hỗ trợ DN nhỏ",
        "hỗ trợ doanh nghiệp",
        "UBND tỉnh",
        "Uỷ ban nhân dân tỉnh",
    ]);
    desk.check("KH&CN", &[1, 2]);
    desk.check("khoa học và công nghệ", &[1, 2, 3]);
    desk.check("\"khoa học và công nghệ\"", &[2]);
    desk.check("hỗ trợ dn", &[4, 5]);
    desk.check("doanh nghiệp", &[4, 5]);
    desk.check("ubnd", &[6, 7]);
    desk.check("ủy ban nhân dân", &[6, 7]);
    desk.check("\"UBND\"", &[6]);
}

#[test]
fn answers_are_searched_on_request() {
    let desk = Desk::new(&[
        IndexedPoint {
            answer: "Tiếp thu, bổ sung vốn",
            ..point(1, "đề nghị thêm kinh phí")
        },
        point(2, "vốn"),
    ]);
    let found = |scope, text| {
        desk.ids(&Query {
            scope,
            ..words(text)
        })
    };
    assert_eq!(found(Scope::Points, "vốn"), [2]);
    assert_eq!(found(Scope::Answers, "vốn"), [1]);
    assert_eq!(found(Scope::Answers, "\"bo sung\""), [1]);
    let mut both = found(Scope::Both, "vốn");
    both.sort_unstable();
    assert_eq!(both, [1, 2]);
    assert_eq!(found(Scope::Both, "vốn -kinh"), [2]);
    assert_eq!(found(Scope::Both, "-kinh"), [2]);
}

#[test]
fn exact_spelling_ranks_above_folded() {
    let desk = Desk::of_texts(&[
        "thí trưởng thí trưởng thí trưởng",
        "một câu dài hơn hẳn nói về nhiều việc khác nhau và cả thị trường nữa",
        "thi truong",
        "thi hành ở trường",
    ]);
    assert_eq!(desk.ids(&words("thị trường"))[0], 2);
    // Without marks every spelling is as good; neighbors count.
    assert_eq!(desk.ids(&words("thi truong"))[0], 1);
    assert_eq!(desk.ids(&words("thi truong"))[3], 4);
}

#[test]
fn pages_continue_where_the_last_one_ended() {
    let texts: Vec<String> = (0..500)
        .map(|n| format!("vốn {}", "đầu tư ".repeat(n % 7)))
        .collect();
    let desk = Desk::of_texts(&texts.iter().map(String::as_str).collect::<Vec<_>>());
    for sort in [Sort::Score, Sort::Newest, Sort::Oldest, Sort::Id] {
        let page = |offset, limit| {
            desk.ids(&Query {
                sort,
                offset,
                limit,
                ..words("vốn")
            })
        };
        let whole = page(0, 1000);
        let pages: Vec<i64> = (0..10).flat_map(|number| page(number * 60, 60)).collect();
        assert_eq!(pages, whole);
        let mut sorted = whole.clone();
        sorted.sort_unstable();
        assert_eq!(sorted, (1..=500).collect::<Vec<_>>());
    }
    assert_eq!(
        desk.search(&words("vốn")).total,
        Total {
            at_least: 500,
            is_exact: true
        }
    );
}

#[test]
fn totals_stop_at_ten_thousand() {
    let points: Vec<_> = (1..=10_001).map(|id| point(id, "vốn đầu tư")).collect();
    let desk = Desk::new(&points);
    let capped = Total {
        at_least: 10_000,
        is_exact: false,
    };
    assert_eq!(desk.search(&words("vốn")).total, capped);
    assert_eq!(desk.search(&words("")).total, capped);
    assert_eq!(desk.search(&words("\"vốn đầu\"")).total, capped);
    let mut writer = desk.index.writer(HEAP_BYTES, 1).unwrap();
    writer.delete(PointId(1));
    writer.commit(2).unwrap();
    let exact = Total {
        is_exact: true,
        ..capped
    };
    assert_eq!(desk.search(&words("vốn")).total, exact);
    assert_eq!(desk.search(&words("")).total, exact);
}

#[test]
fn sorts_by_arrival() {
    let arrived = |id, day: i8| IndexedPoint {
        arrived_on: date(2021, 9, day),
        ..point(id, "vốn")
    };
    let desk = Desk::new(&[arrived(1, 5), arrived(2, 9), arrived(3, 5), arrived(4, 1)]);
    for text in ["", "vốn"] {
        let sorted = |sort| {
            desk.ids(&Query {
                sort,
                ..words(text)
            })
        };
        assert_eq!(sorted(Sort::Newest), [2, 1, 3, 4]);
        assert_eq!(sorted(Sort::Oldest), [4, 1, 3, 2]);
        assert_eq!(sorted(Sort::Id), [1, 2, 3, 4]);
    }
    let query = Query {
        text: String::new(),
        sort: Sort::Score,
        ..words("")
    };
    assert_eq!(desk.ids(&query), [1, 2, 3, 4]);
}

#[test]
fn typing_errors_are_corrected_and_told() {
    let desk = Desk::of_texts(&["thị trường vốn", "thị trường đất", "trương", "phát triển"]);
    let hits = desk.search(&words("thị truogn"));
    assert_eq!(hits.corrected[0].typed, "truogn");
    assert_eq!(hits.corrected[0].used, "truong");
    assert_eq!(hits.total.at_least, 2);
    let query = words("truogn");
    assert_eq!(desk.index.ids(&query).unwrap().len(), 3);
    assert_eq!(
        desk.index.count_by(&query, Facet::State).unwrap()[0].n_points,
        3
    );
    let spans = desk
        .index
        .highlighter(&query.text, &desk.search(&query).corrected)
        .highlight("thị trường");
    assert_eq!(spans.len(), 1);
    // Known words, short words and numbers stay.
    for text in [
        "trường phát",
        "voon",
        "von2",
        "20211",
        "DNNVV",
        "-truogn trieenr xyzt",
    ] {
        let hits = desk.search(&words(text));
        if text != "voon" {
            assert!(hits.corrected.is_empty(), "{text}");
        }
    }
}

#[test]
fn endless_queries_are_cut() {
    let desk = Desk::of_texts(&["vốn"]);
    let hits = desk.search(&words(&"vốn ".repeat(70)));
    assert!(hits.is_cut);
    assert_eq!(hits.hits.len(), 1);
    assert!(!desk.search(&words("vốn")).is_cut);
}

#[test]
fn an_empty_index_answers() {
    let desk = Desk::new(&[]);
    for text in ["", "vốn", "\"a b\"", "a*", "vốn OR KH&CN", "-a", "truogn"] {
        assert_eq!(desk.search(&words(text)).total.at_least, 0);
    }
    assert_eq!(desk.index.n_points(), 0);
    assert_eq!(desk.index.all_ids().unwrap(), []);
    assert_eq!(desk.index.count_by(&words(""), Facet::Section).unwrap(), []);
}

#[test]
fn no_limit_is_no_hit() {
    let desk = Desk::of_texts(&["vốn"]);
    for text in ["", "vốn"] {
        let hits = desk.search(&Query {
            limit: 0,
            ..words(text)
        });
        assert_eq!((hits.hits.len(), hits.total.at_least), (0, 1));
        let hits = desk.search(&Query {
            offset: usize::MAX,
            ..words(text)
        });
        assert_eq!((hits.hits.len(), hits.total.at_least), (0, 1));
    }
}
