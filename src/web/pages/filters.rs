//! What a search asks for, as it stands in an address.

use super::{coded, round_number};
use crate::app::search::Request;
use crate::domain::{Channel, Decision, PointState, Stance};
use crate::web::address::query;
use crate::web::error::Error;

/// Every key an address may have, in the order addresses are written.
const KEYS: [&str; 11] = [
    "q",
    "in",
    "section",
    "organization",
    "kind",
    "round",
    "stance",
    "decision",
    "state",
    "channel",
    "drafter",
];

/// The values of [`KEYS`], empty where nothing is asked.
#[derive(Debug, Clone, Default)]
pub(in crate::web) struct Filters {
    values: [String; KEYS.len()],
}

impl Filters {
    /// Reads the pairs of an address; other keys are not looked at.
    pub(in crate::web) fn read(pairs: &[(String, String)]) -> Self {
        let value = |key: &str| {
            let found = pairs.iter().find(|(name, _)| name == key);
            found.map_or_else(String::new, |(_, value)| value.trim().to_owned())
        };
        Self {
            values: KEYS.map(value),
        }
    }

    /// The value of a key; empty when it is not asked.
    pub(in crate::web) fn get(&self, key: &str) -> &str {
        let at = KEYS.iter().position(|known| *known == key);
        at.and_then(|at| self.values.get(at))
            .map_or("", String::as_str)
    }

    /// Keys and values that are asked.
    pub(in crate::web) fn pairs(&self) -> Vec<(&'static str, &str)> {
        let pairs = KEYS.into_iter().zip(self.values.iter().map(String::as_str));
        pairs.filter(|(_, value)| !value.is_empty()).collect()
    }

    /// The address part that asks the same with one key changed.
    pub(in crate::web) fn with(&self, key: &str, value: &str) -> String {
        let other = KEYS.into_iter().zip(&self.values);
        query(other.map(|(name, old)| (name, if name == key { value } else { old.as_str() })))
    }

    /// The same with one key changed.
    pub(in crate::web) fn narrowed(&self, key: &str, value: &str) -> Self {
        let mut narrowed = self.clone();
        let at = KEYS.iter().position(|known| *known == key);
        if let Some(old) = at.and_then(|at| narrowed.values.get_mut(at)) {
            value.clone_into(old);
        }
        narrowed
    }

    /// The request to the use case.
    pub(in crate::web) fn request(&self, offset: usize, limit: usize) -> Result<Request, Error> {
        let asked = |key| Some(self.get(key).to_owned()).filter(|value| !value.is_empty());
        Ok(Request {
            text: self.get("q").to_owned(),
            in_answers: self.get("in") == "answers",
            section: asked("section"),
            organization: asked("organization"),
            kind: asked("kind"),
            round: round_number(self.get("round"))?,
            stance: coded("stance", self.get("stance"), Stance::parse)?,
            decision: coded("decision", self.get("decision"), Decision::parse)?,
            state: coded("state", self.get("state"), PointState::parse)?,
            channel: coded("channel", self.get("channel"), Channel::parse)?,
            drafter: asked("drafter"),
            offset,
            limit,
        })
    }
}

/// The 1-based page an address asks for.
pub(in crate::web) fn page_number(pairs: &[(String, String)]) -> usize {
    let found = pairs.iter().find(|(key, _)| key == "page");
    let number = found.and_then(|(_, text)| text.parse().ok());
    // Nobody leafs further; and no multiplication overflows.
    number.unwrap_or(1).clamp(1, 1_000_000)
}
