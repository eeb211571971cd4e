//! Which steps of an answer a person may take.

use crate::domain::{Role, Roles};
use crate::respond::Step;

/// Whether somebody with these roles may take a step.
///
/// Drafters answer and hand on; leaders approve and return, and may correct the words themselves.
/// A secretary records what a leader said or signed on paper (DESIGN 6.7): `is_on_behalf`.
pub fn may_take(roles: &Roles, step: Step, is_on_behalf: bool) -> bool {
    let allowed: &[Role] = match (step, is_on_behalf) {
        (Step::Save | Step::Submit, _) => &[Role::Drafter, Role::Leader],
        (Step::Approve | Step::Return, true) => &[Role::Secretary],
        (Step::Approve | Step::Return, false) => &[Role::Leader],
    };
    allowed.iter().any(|role| roles.contains(role))
}
