//! What an import hands over is what would be read back; what a person waits for comes first.

use super::Held;
use crate::app::ingest::{Incoming, Options};
use crate::app::responding::Act;
use crate::app::setup::{Files, create_folder};
use crate::app::{App, Clock};
use crate::config::Config;
use crate::domain::{Consultation, Decision, PointId};
use crate::index::{Facet, Query, Scope};
use crate::respond::{Draft, Step};
use crate::store::ledger;

/// Rows of many kinds: points and agreement, joint and unknown speakers, cross-references, an answer
/// that came along, a list of ideas, a row without a comment.
const TABLE: &str = "STT,Cơ quan góp ý,Vị trí góp ý,Nội dung góp ý,Tiếp thu giải trình
1,Sở Tài chính,Mục III.2,Đề nghị bổ sung nguồn kinh phí tại mục IV.1 và mục III.1.,
2,Sở Nội vụ,,Thống nhất với dự thảo.,
3,Sở Tài chính; Sở Nội vụ,Mục II.1,Đề nghị làm rõ khái niệm thị trường.,
4,Cơ quan không có trong danh mục,Mục I,Đề nghị sửa câu đầu.,
5,Sở Tư pháp,Điều 1 Quyết định,\"1. Bỏ cụm từ “các”.\n2. Đề nghị bổ sung khoản 2.\",Tiếp thu.
6,Sở Xây dựng,Mục III.2,,
7,Sở Y tế,Toàn dự thảo,Rà soát lỗi chính tả.,
8,Sở Tài chính,Mục III.2,Đề nghị bổ sung nguồn kinh phí tại mục IV.1 và mục III.1.,
";

struct Example;

impl Files for Example {
    fn list(&self) -> std::io::Result<Vec<String>> {
        Ok(Vec::new())
    }

    fn read(&self, path: &str) -> std::io::Result<Vec<u8>> {
        let folder = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/fixtures/consultation/bac_giang_2021"
        );
        std::fs::read(std::path::Path::new(folder).join(path))
    }
}

struct Desk {
    app: App,
    consultation: Consultation,
    _folder: tempfile::TempDir,
}

impl Desk {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let config = Config {
            index_heap_bytes: 32 << 20,
            chunk_rows: Some(3),
            ..Config::default()
        };
        let clock = Clock::Fixed(1_633_400_000_000_000);
        let app = create_folder(folder.path(), config, clock).await.unwrap();
        app.set_up(&Example, "consultation.toml").await.unwrap();
        let consultation = app.consultation(None).await.unwrap();
        Self {
            app,
            consultation,
            _folder: folder,
        }
    }

    async fn import(&self) -> u64 {
        let incoming = Incoming {
            name: "bang.csv".to_owned(),
            reader: Box::new(TABLE.as_bytes()),
        };
        let options = Options::default();
        let report = self
            .app
            .import(&self.consultation, incoming, &options, &|_| {})
            .await
            .unwrap();
        report.n_points
    }

    async fn last_seq(&self) -> i64 {
        let mut tx = self.app.store.read().await.unwrap();
        ledger::last_seq(&mut tx).await.unwrap()
    }

    async fn answer(&self, text: &str) {
        let act = Act {
            point: PointId(1),
            seen_version: None,
            draft: Some(Draft {
                decision: Some(Decision::Clarify),
                text: text.to_owned(),
                change_place: None,
                wording: None,
            }),
            step: Step::Save,
            remark: None,
            approver: crate::app::values::Approver::Any,
            actor: "Chuyên viên".to_owned(),
        };
        self.app.answer(&act).await.unwrap();
    }

    fn ids(&self, text: &str, scope: Scope) -> Vec<PointId> {
        let query = Query {
            text: text.to_owned(),
            scope,
            ..Query::default()
        };
        self.app.index.ids(&query).unwrap()
    }

    async fn until_found(&self, text: &str) {
        for _ in 0..1_000 {
            if self.ids(text, Scope::Answers) == [PointId(1)] {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        panic!("`{text}` is not found");
    }

    /// Everything that can be asked of the index.
    fn seen(&self) -> String {
        let facets = [
            Facet::Section,
            Facet::Organization,
            Facet::OrganizationKind,
            Facet::Round,
            Facet::Document,
            Facet::Stance,
            Facet::Decision,
            Facet::State,
            Facet::Channel,
            Facet::Drafter,
        ];
        let mut seen = format!("{:?}\n", self.ids("", Scope::Points));
        for text in ["nguồn kinh phí", "bo cum tu", "rà soát", "quyet dinh", ""] {
            let query = Query {
                text: text.to_owned(),
                limit: 20,
                ..Query::default()
            };
            seen.push_str(&format!("{text}: {:?}\n", self.ids(text, Scope::Points)));
            for facet in facets {
                let counts = self.app.index.count_by(&query, facet).unwrap();
                seen.push_str(&format!("  {facet:?}: {counts:?}\n"));
            }
        }
        seen.push_str(&format!("{:?}", self.ids("tiep thu", Scope::Answers)));
        seen
    }
}

#[tokio::test]
async fn what_an_import_hands_over_is_what_would_be_read_back() {
    let desk = Desk::new().await;
    assert!(desk.import().await >= 7);
    assert_eq!(desk.app.index.applied_seq(), desk.last_seq().await);
    let handed = desk.seen();
    desk.app.rebuild_index().await.unwrap();
    assert_eq!(handed, desk.seen());
    assert_eq!(desk.app.index.applied_seq(), desk.last_seq().await);
}

#[tokio::test]
async fn an_answer_is_found_before_what_piled_up_before_it() {
    let desk = Desk::new().await;
    desk.import().await;
    let applied = desk.app.index.applied_seq();
    let all = desk.seen();
    // The same rows once more for whoever looks at the ledger, as if an import went on.
    let followed = desk.app.handed.begin();
    let mut tx = desk.app.store.write().await.unwrap();
    ledger::append(&mut tx, 1, "x", ledger::Action::RowsImported, 1, 8)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    desk.answer("Đã nêu tại báo cáo thẩm tra.").await;
    desk.until_found("tham tra").await;
    assert_eq!(desk.app.index.applied_seq(), applied, "nothing is left out");
    desk.answer("Đã nêu tại phụ lục.").await;
    desk.until_found("phu luc").await;
    assert_eq!(desk.ids("tham tra", Scope::Answers), []);
    drop(followed);
    assert_eq!(
        desk.app.follow_ledger().await.unwrap(),
        desk.last_seq().await
    );
    assert_eq!(desk.ids("phu luc", Scope::Answers), [PointId(1)]);
    assert_ne!(all, desk.seen());
    let followed_in_order = desk.seen();
    desk.app.rebuild_index().await.unwrap();
    assert_eq!(followed_in_order, desk.seen());
}

#[tokio::test]
async fn work_that_panicked_is_replayed() {
    let desk = Desk::new().await;
    desk.import().await;
    let all = desk.seen();
    let mut held: Held = std::sync::Arc::clone(&desk.app.follower).lock_owned().await;
    held.is_busy = true;
    held.given = i64::MAX;
    drop(held);
    desk.answer("Đã nêu tại phụ lục.").await;
    assert_eq!(desk.app.index.applied_seq(), desk.last_seq().await);
    assert_ne!(all, desk.seen());
}
