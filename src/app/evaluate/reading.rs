//! The JSON of `tiepthu read`, as far as it is judged.

use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// A key that may be missing, `null` or a value: `None`, `Some(None)`, `Some(Some(_))`.
type Stated<T> = Option<Option<T>>;

fn stated<'de, D, T>(deserializer: D) -> Result<Stated<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    Option::<T>::deserialize(deserializer).map(Some)
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Reading {
    #[serde(deserialize_with = "stated")]
    pub(super) organization: Stated<Named>,
    pub(super) organizations: Option<Vec<Named>>,
    #[serde(deserialize_with = "stated")]
    pub(super) letter_number: Stated<String>,
    #[serde(deserialize_with = "stated")]
    pub(super) letter_date: Stated<String>,
    pub(super) answers: Option<Answers>,
    pub(super) agrees: Option<bool>,
    #[serde(deserialize_with = "stated")]
    pub(super) class: Stated<String>,
    pub(super) points: Option<Vec<ReadPoint>>,
    pub(super) evidence: Vec<Stating>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Named {
    pub(super) name: String,
    #[serde(deserialize_with = "stated")]
    pub(super) code: Stated<String>,
    pub(super) aliases: Vec<String>,
    pub(super) confidence: Option<f64>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Answers {
    #[serde(deserialize_with = "stated")]
    pub(super) number: Stated<String>,
    #[serde(deserialize_with = "stated")]
    pub(super) date: Stated<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ReadPoint {
    pub(super) text: String,
    #[serde(deserialize_with = "stated")]
    pub(super) reason: Stated<String>,
    #[serde(deserialize_with = "stated")]
    pub(super) old_text: Stated<String>,
    #[serde(deserialize_with = "stated")]
    pub(super) new_text: Stated<String>,
    pub(super) sections: Option<Vec<String>>,
    pub(super) other_laws: Option<Vec<String>>,
    pub(super) suggestions: Option<Vec<Suggestion>>,
    #[serde(deserialize_with = "stated")]
    pub(super) stance: Stated<String>,
    pub(super) evidence: Vec<Stating>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Suggestion {
    pub(super) section: String,
    pub(super) confidence: Option<f64>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Stating {
    pub(super) what: String,
    pub(super) confidence: f64,
}

impl Reading {
    pub(super) fn parse(value: &Value) -> Result<Self, String> {
        if value.is_null() {
            return Ok(Self::default());
        }
        Self::deserialize(value).map_err(|error| error.to_string())
    }

    /// Who speaks; `None` where that is not stated at all.
    pub(super) fn speakers(&self) -> Option<Vec<Named>> {
        match (&self.organizations, &self.organization) {
            // An office in no directory stands in `organization` alone.
            (Some(all), Some(Some(one))) if all.is_empty() => Some(vec![one.clone()]),
            (Some(all), _) => Some(all.clone()),
            (None, Some(one)) => Some(one.iter().cloned().collect()),
            (None, None) => None,
        }
    }
}

/// How sure the first piece of evidence on something is.
pub(super) fn confidence_of(evidence: &[Stating], what: &str) -> Option<f64> {
    evidence
        .iter()
        .find(|stating| stating.what == what)
        .map(|stating| stating.confidence)
}
