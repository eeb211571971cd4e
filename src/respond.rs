//! What may legally happen next to an answer, and what is wrong with one.
//!
//! Pure: takes the current version and what somebody wants, returns the next version or why not.
//! Knows neither users' sessions nor HTTP; who may do what is decided by the use cases.

pub mod chain;
pub mod opposing;

use crate::domain::{Decision, Standing, Wording};
use crate::text::fold::fold;

/// An answer as somebody wants it to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// What is decided; `None` while only words were typed in.
    pub decision: Option<Decision>,
    /// The words.
    pub text: String,
    /// What changed in the draft, and where.
    pub change_place: Option<String>,
    /// The words of the draft before and after.
    pub wording: Option<Wording>,
}

/// A step along the approval chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Keep working on it.
    Save,
    /// Hand it to the leader.
    Submit,
    /// The leader approves.
    Approve,
    /// The leader sends it back.
    Return,
}

/// Why an answer cannot take a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Submitting or approving without a decision.
    #[error("no decision")]
    NoDecision,
    /// Submitting or approving without words.
    #[error("no text")]
    NoText,
    /// `Keep` and `AcceptInPart` need a reason.
    #[error("no reason")]
    NoReason,
    /// `Accept` and `AcceptInPart` name the place that changed.
    #[error("no changed place")]
    NoPlace,
    /// Approving or returning what nobody submitted.
    #[error("not submitted")]
    NotSubmitted,
    /// Returning without saying why.
    #[error("no remark")]
    NoRemark,
}

impl Refusal {
    /// What to tell the user, in Vietnamese.
    pub fn message(self) -> &'static str {
        match self {
            Self::NoDecision => "Chưa chọn kết quả xử lý (tiếp thu, giải trình …).",
            Self::NoText => "Chưa có nội dung tiếp thu, giải trình.",
            Self::NoReason => {
                "Giữ nguyên hoặc tiếp thu một phần phải nêu lý do: thêm “Lý do: …” vào nội dung."
            }
            Self::NoPlace => "Tiếp thu phải ghi rõ chỗ đã sửa trong dự thảo.",
            Self::NotSubmitted => "Chưa được trình nên chưa thể duyệt hoặc trả lại.",
            Self::NoRemark => "Trả lại phải ghi lý do.",
        }
    }
}

/// The state an answer has after a step, or why it cannot take it.
///
/// Saving accepts anything: nothing typed is lost. An approved answer that is saved again starts
/// over as a draft. It is approved once `n_steps` of the chain have approved it; what is handed in or
/// returned starts at the first step again.
pub fn advance(
    current: Option<Standing>,
    draft: &Draft,
    step: Step,
    remark: Option<&str>,
    n_steps: usize,
) -> Result<Standing, Refusal> {
    let next = chain::advance(current, step, remark, n_steps)?;
    if matches!(step, Step::Submit | Step::Approve) {
        check_complete(draft)?;
    }
    Ok(next)
}

/// Checks what DESIGN 3.6 asks of an answer that leaves its drafter.
fn check_complete(draft: &Draft) -> Result<(), Refusal> {
    let decision = draft.decision.ok_or(Refusal::NoDecision)?;
    let text = fold(&draft.text);
    if text.trim().is_empty() {
        return Err(Refusal::NoText);
    }
    let has_place = draft
        .change_place
        .as_deref()
        .is_some_and(|place| !place.trim().is_empty());
    match decision {
        Decision::Accept if !has_place => Err(Refusal::NoPlace),
        Decision::Keep | Decision::AcceptInPart if !gives_reason(&text) => Err(Refusal::NoReason),
        Decision::Accept
        | Decision::AcceptInPart
        | Decision::Keep
        | Decision::Clarify
        | Decision::Note
        | Decision::Refer => Ok(()),
    }
}

/// Whether a folded text says why.
fn gives_reason(text: &str) -> bool {
    [
        "ly do",
        " vi ",
        "do do",
        "nham ",
        "bao dam",
        "dam bao",
        "theo quy dinh",
        "de phu hop",
        " do ",
    ]
    .iter()
    .any(|marker| text.contains(marker))
}

/// Something odd about an answer that a person should look at before it is approved; Vietnamese.
///
/// We never print "không tiếp thu", and words that say the opposite of the decision are flagged,
/// not corrected (DESIGN 3.6).
pub fn contradiction(decision: Decision, text: &str) -> Option<&'static str> {
    let text = fold(text);
    if text.contains("khong tiep thu") {
        return Some(
            "Không dùng cụm từ “không tiếp thu”; hãy viết “Đề xuất giữ nguyên theo dự thảo. Lý do: …”.",
        );
    }
    let keeps = ["giu nguyen", "bao luu"]
        .iter()
        .any(|words| text.contains(words));
    let accepts = text.contains("tiep thu");
    match decision {
        Decision::Accept if keeps && !accepts => {
            Some("Kết quả là “Tiếp thu” nhưng nội dung viết giữ nguyên.")
        }
        Decision::Keep if accepts && !keeps => {
            Some("Kết quả là “Giữ nguyên dự thảo” nhưng nội dung viết tiếp thu.")
        }
        Decision::Accept
        | Decision::AcceptInPart
        | Decision::Keep
        | Decision::Clarify
        | Decision::Note
        | Decision::Refer => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{Draft, Refusal, Step, advance, contradiction};
    use crate::domain::{Decision, ResponseState, Standing};

    fn draft(decision: Option<Decision>, text: &str, place: Option<&str>) -> Draft {
        Draft {
            decision,
            text: text.to_owned(),
            change_place: place.map(str::to_owned),
            wording: None,
        }
    }

    #[track_caller]
    fn check(
        current: Option<ResponseState>,
        draft: &Draft,
        step: Step,
        remark: Option<&str>,
        expected: Result<ResponseState, Refusal>,
    ) {
        let standing = |state| Standing {
            state,
            n_approvals: 0,
        };
        let reached = advance(current.map(standing), draft, step, remark, 1);
        assert_eq!(reached.map(|standing| standing.state), expected);
    }

    #[test]
    fn anything_can_be_saved() {
        check(
            None,
            &draft(None, "", None),
            Step::Save,
            None,
            Ok(ResponseState::Draft),
        );
        check(
            Some(ResponseState::Approved),
            &draft(None, "", None),
            Step::Save,
            None,
            Ok(ResponseState::Draft),
        );
    }

    #[test]
    fn submitting_needs_decision_words_reason_and_place() {
        let submit = |draft: &Draft, expected| check(None, draft, Step::Submit, None, expected);
        submit(&draft(None, "Tiếp thu", None), Err(Refusal::NoDecision));
        submit(
            &draft(Some(Decision::Accept), " ", Some("mục II")),
            Err(Refusal::NoText),
        );
        submit(
            &draft(Some(Decision::Accept), "Tiếp thu", None),
            Err(Refusal::NoPlace),
        );
        submit(
            &draft(Some(Decision::Keep), "Giữ nguyên.", None),
            Err(Refusal::NoReason),
        );
        submit(
            &draft(Some(Decision::Keep), "Giữ nguyên. Lý do: đã có.", None),
            Ok(ResponseState::Submitted),
        );
        submit(
            &draft(Some(Decision::Accept), "Tiếp thu", Some("mục II")),
            Ok(ResponseState::Submitted),
        );
        submit(
            &draft(Some(Decision::Note), "Ghi nhận", None),
            Ok(ResponseState::Submitted),
        );
    }

    #[test]
    fn only_what_was_submitted_is_approved_or_returned() {
        let note = draft(Some(Decision::Note), "Ghi nhận", None);
        let submitted = Some(ResponseState::Submitted);
        check(None, &note, Step::Approve, None, Err(Refusal::NotSubmitted));
        check(
            submitted,
            &note,
            Step::Approve,
            None,
            Ok(ResponseState::Approved),
        );
        check(
            submitted,
            &note,
            Step::Return,
            Some(" "),
            Err(Refusal::NoRemark),
        );
        check(
            submitted,
            &note,
            Step::Return,
            Some("Viết rõ"),
            Ok(ResponseState::Returned),
        );
    }

    #[test]
    fn an_answer_is_approved_by_the_last_step_and_starts_over_when_returned() {
        let note = draft(Some(Decision::Note), "Ghi nhận", None);
        let step = |standing, step| advance(standing, &note, step, Some("Viết rõ"), 3).unwrap();
        let submitted = step(None, Step::Submit);
        let first = step(Some(submitted), Step::Approve);
        let second = step(Some(first), Step::Approve);
        let last = step(Some(second), Step::Approve);
        let reached = [submitted, first, second, last].map(|it| (it.state, it.n_approvals));
        assert_eq!(
            reached,
            [
                (ResponseState::Submitted, 0),
                (ResponseState::Submitted, 1),
                (ResponseState::Submitted, 2),
                (ResponseState::Approved, 3),
            ]
        );
        let returned = step(Some(second), Step::Return);
        assert_eq!(
            (returned.state, returned.n_approvals),
            (ResponseState::Returned, 0)
        );
        assert_eq!(step(Some(last), Step::Submit).n_approvals, 0);
    }

    #[test]
    fn contradictions_are_flagged() {
        assert!(contradiction(Decision::Keep, "Không tiếp thu.").is_some());
        assert!(contradiction(Decision::Accept, "Đề xuất giữ nguyên.").is_some());
        assert!(contradiction(Decision::Keep, "Tiếp thu, bổ sung.").is_some());
        assert!(contradiction(Decision::Keep, "Giữ nguyên, đã tiếp thu ở mục II.").is_none());
        assert!(contradiction(Decision::Accept, "Tiếp thu, sửa mục II.").is_none());
    }
}
