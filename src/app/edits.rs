//! What was accepted, in the order of the draft: the list from which somebody edits it.

use super::search::PointView;
use super::{App, Error, Kind};
use crate::domain::{Consultation, Decision, PointId, ResponseState};
use crate::report::csv::render_rows;
use crate::store::related;
use crate::text::normalize::squeeze;

/// A page of accepted changes.
#[derive(Debug, Clone)]
pub struct Edits {
    /// Points with their answers, in the order of the draft.
    pub points: Vec<PointView>,
    /// All of them.
    pub n_total: usize,
}

impl App {
    /// Lists what was accepted and is not returned; a group once.
    pub async fn edits(
        &self,
        consultation: &Consultation,
        offset: usize,
        limit: usize,
    ) -> Result<Edits, Error> {
        let names = self.names(consultation).await?;
        let mut tx = self.store.read().await?;
        let mut found = related::list_accepted(&mut tx, consultation.id).await?;
        drop(tx);
        let place_of = names.place_of();
        found.sort_by_key(|(point, section)| (place_of(*section), *point));
        let shown = found.iter().skip(offset).take(limit);
        let shown: Vec<PointId> = shown.map(|(point, _)| *point).collect();
        Ok(Edits {
            points: self.points(consultation, &names, &shown).await?,
            n_total: found.len(),
        })
    }

    /// The whole list as a CSV file.
    pub async fn edits_csv(&self, consultation: &Consultation) -> Result<Vec<u8>, Error> {
        let edits = self.edits(consultation, 0, usize::MAX).await?;
        let rows = edits.points.iter().map(row);
        let titles = [
            "Mục",
            "Tên mục",
            "Kết quả xử lý",
            "Chỗ sửa",
            "Dự thảo đang viết",
            "Sửa lại là",
            "Nội dung tiếp thu",
            "Ý kiến",
            "Cơ quan",
            "Trạng thái",
            "Số ý kiến",
        ];
        render_rows(&titles, rows)
            .map_err(|error| Error::caused(Kind::Internal, "Không viết được tệp CSV.", error))
    }
}

fn row(view: &PointView) -> Vec<String> {
    let content = view.response.as_ref().map(|response| &response.content);
    let wording = content
        .and_then(|it| it.wording.clone())
        .unwrap_or_default();
    let decision = content.and_then(|it| it.decision);
    vec![
        view.section.clone().unwrap_or_default(),
        view.section_heading.clone().unwrap_or_default(),
        decision.map_or("", Decision::name).to_owned(),
        content
            .and_then(|it| it.change_place.clone())
            .unwrap_or_default(),
        wording.old,
        wording.new,
        content.map(|it| it.text.clone()).unwrap_or_default(),
        squeeze(&view.text),
        view.organizations.join("; "),
        content
            .map_or("", |it| ResponseState::name(it.state))
            .to_owned(),
        view.point.id.to_string(),
    ]
}
