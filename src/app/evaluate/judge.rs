//! One letter or row: expected beside found.

use serde_json::Value;

use super::alike::{
    Wanted, label_key, name_key, names_a_place, names_the_same, number_key, pair, same,
};
use super::measure::Counts;
use super::reading::{ReadPoint, Reading, confidence_of};
use super::{Evaluation, Miss};

/// Judges one letter or row into `evaluation`.
pub(super) fn reading(
    evaluation: &mut Evaluation,
    case: &str,
    expected: &Value,
    found: &Value,
) -> Result<(), String> {
    let expected = Reading::parse(expected)?;
    let found = Reading::parse(found)?;
    evaluation.n_readings += 1;
    let mut desk = Desk {
        evaluation,
        case,
        point: String::new(),
    };
    desk.letter(&expected, &found);
    if let Some(points) = &expected.points {
        desk.points(points, found.points.as_deref().unwrap_or_default());
    }
    Ok(())
}

/// Where judgements are written down.
struct Desk<'a> {
    evaluation: &'a mut Evaluation,
    case: &'a str,
    /// First words of the point at hand.
    point: String,
}

impl Desk<'_> {
    fn count(&mut self, what: &'static str, expected: usize, found: usize, right: usize) {
        let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        self.evaluation.counts.entry(what).or_default().add(Counts {
            expected: number(expected),
            found: number(found),
            right: number(right),
        });
    }

    fn miss(&mut self, what: &'static str, expected: &str, got: &str) {
        self.evaluation.misses.push(Miss {
            case: self.case.to_owned(),
            what,
            point: self.point.clone(),
            expected: expected.to_owned(),
            got: got.to_owned(),
        });
    }

    fn sure(&mut self, what: &'static str, stated: Option<f64>, is_right: bool) {
        if let Some(stated) = stated {
            self.evaluation
                .confidences
                .entry(what)
                .or_default()
                .push((stated, is_right));
        }
    }

    /// One value that is there or not.
    fn value(
        &mut self,
        what: &'static str,
        expected: Option<&str>,
        found: Option<&str>,
        is_same: impl Fn(&str, &str) -> bool,
    ) -> bool {
        let right = match (expected, found) {
            (Some(expected), Some(found)) => is_same(expected, found),
            _ => false,
        };
        self.count(
            what,
            usize::from(expected.is_some()),
            usize::from(found.is_some()),
            usize::from(right),
        );
        if !right && (expected.is_some() || found.is_some()) {
            self.miss(what, expected.unwrap_or(""), found.unwrap_or(""));
        }
        right
    }

    fn letter(&mut self, expected: &Reading, found: &Reading) {
        self.organization(expected, found);
        let same_number = |a: &str, b: &str| number_key(a) == number_key(b);
        let stated = |value: &Option<Option<String>>| value.clone().flatten();
        if let Some(number) = &expected.letter_number {
            let got = stated(&found.letter_number);
            let right = self.value(
                "letter_number",
                number.as_deref(),
                got.as_deref(),
                same_number,
            );
            if got.is_some() {
                let sure = confidence_of(&found.evidence, "letter_number");
                self.sure("letter_number", sure, right);
            }
        }
        if let Some(date) = &expected.letter_date {
            let got = stated(&found.letter_date);
            let right = self.value("letter_date", date.as_deref(), got.as_deref(), same_number);
            if got.is_some() {
                let sure = confidence_of(&found.evidence, "letter_date");
                self.sure("letter_date", sure, right);
            }
        }
        if let Some(answers) = &expected.answers {
            let got = found.answers.as_ref();
            if let Some(number) = &answers.number {
                let got = got.and_then(|answers| stated(&answers.number));
                self.value(
                    "answers_number",
                    number.as_deref(),
                    got.as_deref(),
                    same_number,
                );
            }
            if let Some(date) = &answers.date {
                let got = got.and_then(|answers| stated(&answers.date));
                self.value("answers_date", date.as_deref(), got.as_deref(), same_number);
            }
        }
        if let Some(agrees) = expected.agrees {
            let got = found.agrees.map(|agrees| agrees.to_string());
            self.value(
                "agrees",
                Some(&agrees.to_string()),
                got.as_deref(),
                |a, b| a == b,
            );
        }
        if let Some(class) = &expected.class {
            let got = stated(&found.class);
            self.code("class", class.as_deref(), got.as_deref());
        }
    }

    /// A code out of a short list, with its confusion.
    fn code(&mut self, what: &'static str, expected: Option<&str>, got: Option<&str>) -> bool {
        *self
            .evaluation
            .confusion
            .entry(what)
            .or_default()
            .entry(expected.unwrap_or("-").to_owned())
            .or_default()
            .entry(got.unwrap_or("-").to_owned())
            .or_default() += 1;
        self.value(what, expected, got, |a, b| a == b)
    }

    fn organization(&mut self, expected: &Reading, found: &Reading) {
        let Some(expected) = expected.speakers() else {
            return;
        };
        let found = found.speakers().unwrap_or_default();
        let is_unlisted = expected.iter().any(|named| named.code == Some(None));
        let what = if is_unlisted {
            "organization_unlisted"
        } else {
            "organization"
        };
        let mut left: Vec<String> = found.iter().map(|named| name_key(&named.name)).collect();
        let mut right = 0;
        for named in &expected {
            let keys: Vec<String> = std::iter::once(&named.name)
                .chain(&named.aliases)
                .map(|name| name_key(name))
                .collect();
            if let Some(index) = left.iter().position(|name| keys.contains(name)) {
                left.remove(index);
                right += 1;
            }
        }
        self.count(what, expected.len(), found.len(), right);
        let all_right = right == expected.len() && right == found.len();
        if !all_right {
            let names = |all: &[super::reading::Named]| {
                let names: Vec<&str> = all.iter().map(|named| named.name.as_str()).collect();
                names.join("; ")
            };
            self.miss(what, &names(&expected), &names(&found));
        }
        if let Some(first) = found.first() {
            self.sure("organization", first.confidence, all_right);
        }
    }

    fn points(&mut self, expected: &[ReadPoint], found: &[ReadPoint]) {
        let wanted: Vec<Wanted> = expected
            .iter()
            .map(|point| {
                Wanted::new(
                    &point.text,
                    point.reason.as_ref().and_then(Option::as_deref),
                )
            })
            .collect();
        let texts: Vec<&str> = found.iter().map(|point| point.text.as_str()).collect();
        let pairs = pair(&wanted, &texts);
        self.count("points", expected.len(), found.len(), pairs.len());
        for (i, point) in expected.iter().enumerate() {
            self.point = first_words(&point.text);
            if let Some((_, j)) = pairs.iter().find(|(taken, _)| *taken == i) {
                if let Some(read) = found.get(*j) {
                    self.one_point(point, read);
                }
            } else {
                self.miss("points", &point.text, "");
                if let Some(sections) = &point.sections {
                    self.count("sections", sections.len(), 0, 0);
                    self.count("primary_section", sections.len().min(1), 0, 0);
                }
            }
        }
        let judges_sections = expected.iter().all(|point| point.sections.is_some());
        for (j, point) in found.iter().enumerate() {
            if pairs.iter().any(|(_, taken)| *taken == j) {
                continue;
            }
            self.point = first_words(&point.text);
            self.miss("points", "", &point.text);
            if judges_sections {
                let n = point.sections.as_ref().map_or(0, Vec::len);
                self.count("sections", 0, n, 0);
                self.count("primary_section", 0, n.min(1), 0);
            }
        }
        self.point.clear();
    }

    fn one_point(&mut self, expected: &ReadPoint, found: &ReadPoint) {
        if let Some(sections) = &expected.sections {
            self.sections(sections, found);
        }
        if let Some(stance) = &expected.stance {
            let got = found.stance.clone().flatten();
            let right = self.code("stance", stance.as_deref(), got.as_deref());
            if got.is_some() {
                let sure = confidence_of(&found.evidence, "stance");
                self.sure("stance", sure, right);
            }
        }
        let fields = [
            ("old_text", &expected.old_text, &found.old_text),
            ("new_text", &expected.new_text, &found.new_text),
            ("reason", &expected.reason, &found.reason),
        ];
        for (what, expected, found) in fields {
            if let Some(expected) = expected {
                let got = found.clone().flatten();
                self.value(what, expected.as_deref(), got.as_deref(), same);
            }
        }
        if let Some(laws) = &expected.other_laws {
            self.other_laws(laws, found.other_laws.as_deref().unwrap_or_default());
        }
        if let Some(suggestions) = &expected.suggestions {
            let wanted: Vec<String> = suggestions
                .iter()
                .map(|suggestion| suggestion.section.clone())
                .collect();
            self.suggestions(&wanted, found);
        }
    }

    fn sections(&mut self, expected: &[String], found: &ReadPoint) {
        let got = found.sections.as_deref().unwrap_or_default();
        let keys = |labels: &[String]| -> Vec<String> {
            let mut keys: Vec<String> = labels.iter().map(|label| label_key(label)).collect();
            keys.dedup();
            keys
        };
        let (wanted, read) = (keys(expected), keys(got));
        let right = wanted.iter().filter(|key| read.contains(key)).count();
        self.count("sections", wanted.len(), read.len(), right);
        self.count("citations", wanted.len(), read.len(), right);
        if right < wanted.len() || right < read.len() {
            self.miss("sections", &expected.join("; "), &got.join("; "));
        }
        let first_right = !wanted.is_empty() && wanted.first() == read.first();
        self.count(
            "primary_section",
            wanted.len().min(1),
            read.len().min(1),
            usize::from(first_right),
        );
        if !first_right && right == wanted.len() && right == read.len() && right > 0 {
            let first = |labels: &[String]| labels.first().cloned().unwrap_or_default();
            self.miss("primary_section", &first(expected), &first(got));
        }
        if !read.is_empty() {
            let sure = confidence_of(&found.evidence, "section");
            self.sure("section", sure, first_right);
        }
    }

    fn other_laws(&mut self, expected: &[String], found: &[String]) {
        let mut left: Vec<&String> = found.iter().collect();
        let mut right = 0;
        for law in expected {
            if let Some(index) = left.iter().position(|words| names_the_same(law, words)) {
                left.remove(index);
                right += 1;
            }
        }
        let wrong = left.iter().filter(|words| names_a_place(words)).count();
        self.count("other_laws", expected.len(), right + wrong, right);
        if right < expected.len() || wrong > 0 {
            self.miss("other_laws", &expected.join("; "), &found.join("; "));
        }
    }

    fn suggestions(&mut self, wanted: &[String], found: &ReadPoint) {
        let keys: Vec<String> = wanted.iter().map(|label| label_key(label)).collect();
        let suggested = found.suggestions.as_deref().unwrap_or_default();
        let got: Vec<&str> = found
            .sections
            .iter()
            .flatten()
            .map(String::as_str)
            .chain(
                suggested
                    .iter()
                    .map(|suggestion| suggestion.section.as_str()),
            )
            .collect();
        let is_right = |n: usize| {
            let mut first = got.iter().take(n);
            first.any(|section| keys.contains(&label_key(section)))
        };
        let list: Vec<&str> = got.iter().take(3).copied().collect();
        for (what, n) in [("suggestion_1", 1), ("suggestion_3", 3)] {
            let right = is_right(n);
            self.count(what, 1, usize::from(!got.is_empty()), usize::from(right));
            if !right {
                self.miss(what, &wanted.join("; "), &list.join("; "));
            }
        }
        if let Some(first) = suggested.first() {
            let is_right = keys.contains(&label_key(&first.section));
            self.sure("suggestion", first.confidence, is_right);
        }
    }
}

/// Enough of a point to recognize it in a list.
fn first_words(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().take(10).collect();
    words.join(" ")
}
