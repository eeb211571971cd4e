//! Tells what a reply, and what a point, wants.
use crate::domain::{Evidence, ReplyClass, Stance};

/// What a reply amounts to.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ReplyStance {
    /// `None` where nothing says so.
    pub class: Option<ReplyClass>,
    /// Why.
    pub evidence: Vec<Evidence>,
}

/// Classifies a whole reply that was split into `n_points` points.
pub fn stance_of_reply(text: &str, n_points: usize) -> ReplyStance {
    let _ = text;
    ReplyStance {
        class: (n_points > 0).then_some(ReplyClass::Comments),
        evidence: Vec::new(),
    }
}

/// Tells what one point wants; `None` where no word says so.
pub fn stance_of_point(text: &str) -> Option<(Stance, Evidence)> {
    let _ = text;
    None
}
