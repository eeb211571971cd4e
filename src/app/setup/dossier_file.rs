//! The TOML file that describes a consultation.

use jiff::civil::Date;
use serde::{Deserialize, Deserializer, de};

use crate::app::{Error, Kind};
use crate::domain::{Letterhead, RoundKind};

/// The whole file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DossierFile {
    pub(super) code: String,
    pub(super) title: String,
    pub(super) lead: String,
    pub(super) letterhead: LetterheadEntry,
    pub(super) document: Vec<DocumentEntry>,
    pub(super) round: Vec<RoundEntry>,
    #[serde(default)]
    pub(super) import: Vec<ImportStep>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LetterheadEntry {
    superior: String,
    agency: String,
    symbol: String,
    place: String,
    signer_title: String,
    signer_name: String,
    #[serde(default)]
    addressee: String,
    #[serde(default)]
    recipients: Vec<String>,
    #[serde(default)]
    legal_bases: Vec<String>,
}

impl LetterheadEntry {
    pub(super) fn from_domain(letterhead: Letterhead) -> Self {
        Self {
            superior: letterhead.superior,
            agency: letterhead.agency,
            symbol: letterhead.symbol,
            place: letterhead.place,
            signer_title: letterhead.signer_title,
            signer_name: letterhead.signer_name,
            addressee: letterhead.addressee,
            recipients: letterhead.recipients,
            legal_bases: letterhead.legal_bases,
        }
    }

    pub(super) fn into_domain(self) -> Letterhead {
        Letterhead {
            superior: self.superior,
            agency: self.agency,
            symbol: self.symbol,
            place: self.place,
            signer_title: self.signer_title,
            signer_name: self.signer_name,
            addressee: self.addressee,
            recipients: self.recipients,
            legal_bases: self.legal_bases,
            columns: Vec::new(),
        }
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DocumentEntry {
    pub(super) code: String,
    pub(super) name: String,
    pub(super) title: String,
    #[serde(default = "first_draft")]
    pub(super) draft: u32,
    pub(super) file: String,
    #[serde(default)]
    pub(super) main: bool,
}

fn first_draft() -> u32 {
    1
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RoundEntry {
    pub(super) number: u32,
    #[serde(deserialize_with = "round_kind")]
    pub(super) kind: RoundKind,
    pub(super) title: String,
    pub(super) opened: Date,
    pub(super) deadline: Date,
    pub(super) request_number: Option<String>,
    pub(super) request_date: Option<Date>,
    #[serde(default)]
    pub(super) silence_means_agreement: bool,
    #[serde(default = "yes")]
    pub(super) official: bool,
    #[serde(default)]
    pub(super) invited: Vec<String>,
}

fn yes() -> bool {
    true
}

fn round_kind<'de, D: Deserializer<'de>>(deserializer: D) -> Result<RoundKind, D::Error> {
    let code = String::deserialize(deserializer)?;
    RoundKind::parse(&code).ok_or_else(|| {
        let known: Vec<&str> = RoundKind::ALL.iter().map(|kind| kind.code()).collect();
        de::Error::custom(format!(
            "`{code}` không phải loại đợt: {}",
            known.join(", ")
        ))
    })
}

/// Files to import into one round, as the dossier file asks.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ImportStep {
    /// Ordinal of the round.
    pub round: u32,
    /// Paths, `*` standing for any part of a file name.
    pub files: Vec<String>,
}

impl ImportStep {
    /// The files of `all` that are meant, pattern by pattern, each sorted by name.
    pub fn select<'a>(&self, all: &'a [String]) -> Vec<&'a str> {
        let mut selected: Vec<&str> = Vec::new();
        for pattern in &self.files {
            let mut found: Vec<&str> = all
                .iter()
                .map(String::as_str)
                .filter(|path| matches(pattern, path))
                .collect();
            found.sort_unstable();
            for path in found {
                if !selected.contains(&path) {
                    selected.push(path);
                }
            }
        }
        selected
    }
}

/// Whether a path fits a pattern with at most one `*`, which never crosses a `/`.
fn matches(pattern: &str, path: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == path,
        Some((before, after)) => path
            .strip_prefix(before)
            .and_then(|rest| rest.strip_suffix(after))
            .is_some_and(|middle| !middle.contains('/')),
    }
}

/// Reads the file.
pub(super) fn parse(name: &str, text: &str) -> Result<DossierFile, Error> {
    let file: DossierFile = toml::from_str(text).map_err(|error| {
        Error::new(
            Kind::Invalid,
            format!("{name} chưa đúng:\n{}", error.to_string().trim_end()),
        )
    })?;
    let mut problems = Vec::new();
    if file
        .document
        .iter()
        .filter(|document| document.main)
        .count()
        > 1
    {
        problems.push(format!(
            "{name}: chỉ một văn bản được đánh dấu `main = true`"
        ));
    }
    for round in &file.round {
        if round.deadline < round.opened {
            problems.push(format!(
                "{name}, đợt {}: hạn trả lời trước ngày mở",
                round.number
            ));
        }
        if file
            .round
            .iter()
            .filter(|other| other.number == round.number)
            .count()
            > 1
        {
            problems.push(format!("{name}: có hai đợt số {}", round.number));
        }
    }
    if problems.is_empty() {
        Ok(file)
    } else {
        Err(Error::new(Kind::Invalid, problems.join("\n")))
    }
}

#[cfg(test)]
mod tests {
    use super::{ImportStep, matches};

    #[test]
    fn patterns_select_in_order() {
        assert!(matches("round_1/*.eml", "round_1/a.eml"));
        assert!(!matches("round_1/*.eml", "round_1/x/a.eml"));
        assert!(!matches("round_1/*.eml", "round_2/a.eml"));
        let step = ImportStep {
            round: 1,
            files: vec!["r/*.csv".into(), "r/*".into()],
        };
        let all = ["r/a.eml", "r/c.csv", "r/b.csv"].map(str::to_owned);
        assert_eq!(step.select(&all), ["r/b.csv", "r/c.csv", "r/a.eml"]);
    }
}
