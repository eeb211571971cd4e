//! How reports are headed and signed: the office's way, and a consultation's own where it differs.
//!
//! What a consultation leaves empty is the office's. Each saving is kept, with who and when.

use super::{App, Error, Kind};
use crate::domain::{Consultation, Letterhead};
use crate::store::ledger::{self, Action};
use crate::store::letterheads;

pub use crate::store::letterheads::Saved;

/// The fields of a [`Letterhead`], by the name programs use, as people read them.
pub const FIELDS: [(&str, &str); 10] = [
    ("superior", "Cơ quan chủ quản"),
    ("agency", "Cơ quan ban hành"),
    ("symbol", "Ký hiệu văn bản"),
    ("place", "Địa danh"),
    ("signer_title", "Quyền hạn, chức vụ người ký"),
    ("signer_name", "Họ tên người ký"),
    ("addressee", "Kính gửi"),
    ("recipients", "Nơi nhận"),
    ("legal_bases", "Căn cứ"),
    ("columns", "Cột thêm của bảng tổng hợp"),
];

impl App {
    /// The office's letterhead as it was last saved; an empty one before that.
    pub async fn office_letterhead(&self) -> Result<Saved, Error> {
        let mut tx = self.store.read().await?;
        Ok(letterheads::last_letterhead(&mut tx, None).await?)
    }

    /// A consultation's own letterhead: empty fields are printed as the office has them.
    pub async fn own_letterhead(&self, consultation: &Consultation) -> Result<Saved, Error> {
        let mut tx = self.store.read().await?;
        Ok(letterheads::last_letterhead(&mut tx, Some(consultation.id)).await?)
    }

    /// Saves a consultation's own letterhead, or without one the office's, over the saving `over`.
    /// Saving the same again adds nothing.
    ///
    /// # Errors
    /// [`Kind::Invalid`] with everything the decree does not allow, field by field;
    /// [`Kind::Conflict`] when somebody saved another one since `over`.
    pub async fn set_letterhead(
        &self,
        consultation: Option<&Consultation>,
        letterhead: Letterhead,
        over: i64,
        actor: &str,
    ) -> Result<Saved, Error> {
        let letterhead = tidy(letterhead);
        let problems = letterhead.problems();
        if !problems.is_empty() {
            let lines = problems.iter().map(|problem| {
                let label = FIELDS.iter().find(|(field, _)| *field == problem.field);
                let label = label.map_or(problem.field, |(_, label)| label);
                format!("{label}: {}.", problem.message)
            });
            return Err(Error::new(
                Kind::Invalid,
                lines.collect::<Vec<_>>().join("\n"),
            ));
        }
        let of = consultation.map(|consultation| consultation.id);
        let mut tx = self.store.write().await?;
        let last = letterheads::last_letterhead(&mut tx, of).await?;
        if last.letterhead == letterhead {
            return Ok(last);
        }
        if last.version != over {
            return Err(Error::new(
                Kind::Conflict,
                "Người khác vừa lưu thể thức báo cáo. Hãy mở lại trang, xem thay đổi rồi lưu lại.",
            ));
        }
        let now_us = self.clock.now_us();
        let version =
            letterheads::insert_letterhead(&mut tx, of, &letterhead, actor, now_us).await?;
        let action = Action::LetterheadSet;
        ledger::append(&mut tx, now_us, actor, action, version, version).await?;
        tx.commit().await?;
        self.let_index_follow().await;
        Ok(Saved {
            version,
            letterhead,
        })
    }
}

/// Without blanks around texts and without empty lines.
fn tidy(letterhead: Letterhead) -> Letterhead {
    let text = |text: String| {
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        lines.collect::<Vec<_>>().join("\n")
    };
    let list = |items: Vec<String>| {
        let items = items.into_iter().map(text);
        items.filter(|item| !item.is_empty()).collect()
    };
    Letterhead {
        superior: text(letterhead.superior),
        agency: text(letterhead.agency),
        symbol: text(letterhead.symbol),
        place: text(letterhead.place),
        signer_title: text(letterhead.signer_title),
        signer_name: text(letterhead.signer_name),
        addressee: text(letterhead.addressee),
        recipients: list(letterhead.recipients),
        legal_bases: list(letterhead.legal_bases),
        columns: letterhead.columns,
    }
}
