//! The approval chain (DESIGN 6.7): named steps, taken one after the other, each by whoever holds it.

use super::{Refusal, Step};
use crate::domain::{ResponseState, Standing};

/// Where something stands after a step, whatever it is: an answer or a frozen report.
pub fn advance(
    current: Option<Standing>,
    step: Step,
    remark: Option<&str>,
    n_steps: usize,
) -> Result<Standing, Refusal> {
    let at_start = |state| Standing {
        state,
        n_approvals: 0,
    };
    match step {
        Step::Save => Ok(at_start(ResponseState::Draft)),
        Step::Submit => Ok(at_start(ResponseState::Submitted)),
        Step::Approve => {
            let passed = current.filter(|it| it.state == ResponseState::Submitted);
            let n_approvals = passed.ok_or(Refusal::NotSubmitted)?.n_approvals + 1;
            let state = if n_approvals < n_steps {
                ResponseState::Submitted
            } else {
                ResponseState::Approved
            };
            Ok(Standing { state, n_approvals })
        }
        Step::Return => match current.map(|it| it.state) {
            Some(ResponseState::Submitted | ResponseState::Approved) => {
                if remark.is_none_or(|remark| remark.trim().is_empty()) {
                    return Err(Refusal::NoRemark);
                }
                Ok(at_start(ResponseState::Returned))
            }
            Some(ResponseState::Draft | ResponseState::Returned) | None => {
                Err(Refusal::NotSubmitted)
            }
        },
    }
}

/// Who approves or returns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Approver {
    /// May take whatever step comes next: the machine's own user, and who records what was signed on
    /// paper.
    Any,
    /// A leader who holds this step; a leader without one approves where the chain has but one.
    Holds(Option<String>),
}

/// The step that what was handed in waits for; the last one where the chain has become shorter since.
pub fn step_at_hand(steps: &[String], n_approvals: usize) -> Option<&str> {
    steps.get(n_approvals).or(steps.last()).map(String::as_str)
}

/// The step that somebody takes who approves or returns what stands so, by name; or why not, in
/// Vietnamese.
pub fn step_taken<'a>(
    steps: &'a [String],
    current: Option<Standing>,
    approver: &Approver,
) -> Result<Option<&'a str>, String> {
    let step = match current {
        // What is approved already is returned by whoever approved it last.
        Some(it) if it.state == ResponseState::Approved => steps.last().map(String::as_str),
        Some(it) => step_at_hand(steps, it.n_approvals),
        None => step_at_hand(steps, 0),
    };
    let (Approver::Holds(held), Some(wanted), true) = (approver, step, steps.len() > 1) else {
        return Ok(step);
    };
    match held {
        Some(held) if held == wanted => Ok(step),
        Some(held) => Err(format!(
            "Đang ở bước “{wanted}”; tài khoản này duyệt ở bước “{held}”."
        )),
        None => Err(format!(
            "Đang ở bước “{wanted}”; tài khoản này chưa được gắn bước duyệt nào. Người quản trị gắn ở trang Tài khoản."
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::{Approver, step_taken};
    use crate::domain::{ResponseState, Standing};

    #[track_caller]
    fn check(steps: &[&str], n_approvals: usize, held: Option<&str>, expected: Option<&str>) {
        let steps: Vec<String> = steps.iter().map(|it| (*it).to_owned()).collect();
        let current = Standing {
            state: ResponseState::Submitted,
            n_approvals,
        };
        let approver = Approver::Holds(held.map(str::to_owned));
        let taken = step_taken(&steps, Some(current), &approver);
        assert_eq!(taken.ok().flatten(), expected);
        let anybody = step_taken(&steps, Some(current), &Approver::Any);
        assert!(anybody.is_ok_and(|step| step.is_some()));
    }

    #[test]
    fn each_step_is_taken_by_who_holds_it() {
        let chain = ["Trưởng phòng", "Giám đốc"];
        check(&chain, 0, Some("Trưởng phòng"), Some("Trưởng phòng"));
        check(&chain, 0, Some("Giám đốc"), None);
        check(&chain, 1, Some("Giám đốc"), Some("Giám đốc"));
        check(&chain, 1, None, None);
        check(&["Lãnh đạo"], 0, None, Some("Lãnh đạo"));
        // The chain had three steps when two approved.
        check(&chain, 2, Some("Giám đốc"), Some("Giám đốc"));
    }
}
