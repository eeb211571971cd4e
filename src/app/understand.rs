//! From one received file or row to everything the program concludes from it.
//!
//! Pure: bytes and a [`Dossier`] in, an [`Understood`] out. It joins the readers, the splitter and
//! the recognizers, which do not know each other, and decides what a person has to look at. It is
//! the same for an import, for `read` on the command line and for text typed in.
//!
//! The rules carry a version: re-reading under newer rules replaces the points of submissions that
//! bear no human decision.

mod cells;
mod dossier;
mod forwarding;
mod letter;
mod place;
mod repeated;
mod returned;
mod row;
mod sender;
mod several;
mod typed;

pub use dossier::{Dossier, OlderDraft};
pub use letter::{Hint, text_key, understand_letter, understand_reading};
pub use row::understand_row;
pub use typed::understand_typed;

use std::borrow::Cow;

use jiff::civil::Date;

use crate::domain::{
    Confidence, Disposition, EmailAddress, Evidence, LetterNumber, NodeRef, OrganizationId,
    PageMap, Relation, ReplyClass, RoundId, Span, Stance, Warning,
};
use crate::intake::Bounce;
use crate::recognize::organization::WrittenName;
use crate::recognize::stance::{ReplyStance, stance_of_point, stance_of_reply};

/// Version of all rules together; grows when any of them changes what is concluded.
pub const RULES_VERSION: i64 = 1;

/// What was concluded from one submission. Spans of the evidence point into the first part.
#[derive(Debug, Clone)]
pub struct Understood {
    /// The round it answers.
    pub round: Option<RoundId>,
    /// The state it gets unless it turns out to be a duplicate or replaced.
    pub disposition: Disposition,
    /// What it amounts to.
    pub class: Option<ReplyClass>,
    /// Ngày đến, where the file itself says.
    pub arrived_on: Option<Date>,
    /// Số, ký hiệu.
    pub letter_number: Option<LetterNumber>,
    /// Ngày văn bản.
    pub letter_date: Option<Date>,
    /// The request it answers.
    pub answers: (Option<LetterNumber>, Option<Date>),
    /// Subject of the mail or letter.
    pub subject: Option<String>,
    /// The sender as written: name, address.
    pub sender: Option<String>,
    /// The mail's Message-ID.
    pub message_id: Option<String>,
    /// What the letter says to be to an earlier one of the same sender.
    pub relation: Option<(Relation, Option<LetterNumber>)>,
    /// Who speaks; empty while unsure.
    pub organizations: Vec<OrganizationId>,
    /// Who comes into question.
    pub candidates: Vec<(OrganizationId, Confidence)>,
    /// The name as written, when no known organization bears it.
    pub written_name: Option<WrittenName>,
    /// How sure of the speakers.
    pub organization_confidence: Confidence,
    /// Why a person has to look; Vietnamese sentences.
    pub reasons: Vec<String>,
    /// Texts.
    pub parts: Vec<Part>,
    /// Ideas.
    pub points: Vec<Point>,
    /// Answers that came along in a table, by index of the point.
    pub answers_in_table: Vec<(usize, TableAnswer)>,
    /// Why we believe all this.
    pub evidence: Vec<Evidence>,
    /// What is wrong with the input.
    pub warnings: Vec<Warning>,
    /// What it reports about a letter of ours.
    pub bounce: Option<Bounce>,
    /// The other letters of the same mail, each a submission of its own.
    pub others: Vec<OtherLetter>,
}

/// One of several letters in a mail.
#[derive(Debug, Clone)]
pub struct OtherLetter {
    /// Its turn in the mail, from 0 ([`Hint::letter`]).
    pub number: usize,
    /// Where it is in the mail.
    pub path: String,
}

/// A text with its place in the submission.
#[derive(Debug, Clone)]
pub struct Part {
    /// Where it was.
    pub path: String,
    /// Stable code of its role.
    pub role: &'static str,
    /// Which reader made the text.
    pub extractor: Cow<'static, str>,
    /// The text.
    pub text: String,
    /// Where it stood on paper.
    pub map: PageMap,
}

/// One idea with what was recognized in it.
#[derive(Debug, Clone, Default)]
pub struct Point {
    /// Index of the part all spans below point into.
    pub part: usize,
    /// Its words, in reading order.
    pub spans: Vec<Span>,
    /// What it asks for.
    pub proposal: Option<Span>,
    /// Why.
    pub reason: Option<Span>,
    /// The draft's words it wants changed.
    pub old_text: Option<Span>,
    /// The words it wants instead.
    pub new_text: Option<Span>,
    /// Cited places, primary first.
    pub places: Vec<(NodeRef, Confidence)>,
    /// The words that name the place.
    pub cited_as: Option<String>,
    /// Articles of other laws.
    pub other_laws: Vec<Span>,
    /// Places that cannot be told: the words, and why in Vietnamese.
    pub unresolved: Vec<(Span, String)>,
    /// Pages and lines (negative from the bottom) cited without a section.
    pub pages: Vec<(Option<u32>, Option<i32>)>,
    /// What it wants.
    pub stance: Option<Stance>,
    /// Why we believe all this.
    pub evidence: Vec<Evidence>,
}

/// An answer that stood beside a comment in a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableAnswer {
    /// The decision's column as written.
    pub decision: Option<String>,
    /// The words.
    pub text: String,
}

impl Understood {
    /// Nothing understood yet.
    pub(super) fn empty() -> Self {
        Self {
            round: None,
            disposition: Disposition::Counted,
            class: None,
            arrived_on: None,
            letter_number: None,
            letter_date: None,
            answers: (None, None),
            subject: None,
            sender: None,
            message_id: None,
            relation: None,
            organizations: Vec::new(),
            candidates: Vec::new(),
            written_name: None,
            organization_confidence: Confidence::new(0.0),
            reasons: Vec::new(),
            parts: Vec::new(),
            points: Vec::new(),
            answers_in_table: Vec::new(),
            evidence: Vec::new(),
            warnings: Vec::new(),
            bounce: None,
            others: Vec::new(),
        }
    }

    /// The words of a point, its spans joined by line ends.
    pub fn text_of(&self, point: &Point) -> String {
        let Some(part) = self.parts.get(point.part) else {
            return String::new();
        };
        let words: Vec<&str> = point
            .spans
            .iter()
            .filter_map(|span| span.slice(&part.text))
            .collect();
        words.join("\n")
    }

    /// Sets the state that follows from what is known, and why a person has to look.
    ///
    /// A reply counts once it is clear who speaks and what it says; until then it waits, with its
    /// points, for a person.
    fn conclude(&mut self, dossier: &Dossier) {
        if self.disposition != Disposition::Counted {
            return;
        }
        if self.organizations.is_empty() {
            self.disposition = Disposition::Unread;
            let names: Vec<&str> = self
                .candidates
                .iter()
                .take(3)
                .filter_map(|(id, _)| dossier.organization_name(*id))
                .collect();
            let others = match names.join("; ") {
                names if names.is_empty() => String::new(),
                names => format!("; có thể là: {names}"),
            };
            self.reasons.push(match &self.written_name {
                Some(WrittenName { name, .. }) => {
                    format!(
                        "Chưa rõ cơ quan, đơn vị góp ý: “{name}” chưa có trong danh mục{others}."
                    )
                }
                None => format!("Chưa rõ cơ quan, đơn vị góp ý{others}."),
            });
        } else if self.organization_confidence.needs_person() {
            self.reasons
                .push("Tên cơ quan nhận ra chưa chắc chắn, cần xác nhận.".to_owned());
        }
        if self.points.is_empty() && self.class.is_none() {
            self.disposition = Disposition::Unread;
            self.reasons
                .push("Chưa đọc ra ý kiến nào và cũng không thấy câu thống nhất.".to_owned());
        }
        if self.round.is_none() && dossier.has_rounds() {
            self.reasons
                .push("Chưa rõ trả lời đợt lấy ý kiến nào.".to_owned());
        }
    }
}

/// What words amount to that only agree, or have no opinion; `None` where they want anything.
///
/// "Đề nghị làm rõ lộ trình để thống nhất với Luật" speaks of agreement and is a comment: words
/// that propose, object or ask are never taken for agreement alone.
fn agreement_alone(words: &str) -> Option<ReplyStance> {
    let stance = stance_of_reply(words, 0);
    let agrees = matches!(
        stance.class,
        Some(ReplyClass::Agrees | ReplyClass::NoOpinion)
    );
    // Asked only where it matters: few replies agree, and this is done for each of millions.
    let wants = || stance_of_point(words).is_some_and(|(stance, _)| stance != Stance::Agree);
    (agrees && !wants()).then_some(stance)
}

/// An address without the angle brackets and the name beside it, for the "sender" column.
fn sender_text(name: Option<&str>, address: Option<&EmailAddress>) -> Option<String> {
    match (name.filter(|name| !name.is_empty()), address) {
        (Some(name), Some(address)) => Some(format!("{name} <{}>", address.expose())),
        (Some(name), None) => Some(name.to_owned()),
        (None, Some(address)) => Some(address.expose().to_owned()),
        (None, None) => None,
    }
}

#[cfg(test)]
mod tests;
