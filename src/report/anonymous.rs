//! The anonymous edition: those who replied without their names, their numbers and addresses.
//!
//! Done on the [`Snapshot`], before anything is counted or printed, so that no format can show what was
//! hidden. An organization becomes "Cơ quan 07", the same in every report of the consultation; its own
//! name, short names and letter numbers are replaced in its comments and in the answers to them. What
//! comments say about others stays: it is about the draft, and replacing it would give names away.
//! [`LIMITS`] says what a person still has to look for.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use regex::{Regex, RegexBuilder};
use sha2::{Digest, Sha256};

use super::reconcile::Scope;
use super::snapshot::{PointEntry, Snapshot, SubmissionEntry};
use crate::domain::{GroupId, Organization, OrganizationId, PointId, SubmissionId};

/// What is not hidden, for the info sheet.
pub(super) const LIMITS: &str = "Bản ẩn danh: tên, số ký hiệu văn bản, địa chỉ thư và điện thoại của nơi góp ý đã được thay. Loại cơ quan, ngày văn bản, địa danh, tên người và cách gọi khác trong lời văn không tự che được; hãy đọc lại trước khi công bố.";

/// What stands for a number of a letter inside a text.
const NUMBER: &str = "[số văn bản]";

/// The longest expression built from names, in bytes of the compiled form.
const MAX_EXPRESSION_BYTES: usize = 32 << 20;

/// What a report of this scope may see of a snapshot.
pub(super) fn seen<'a>(snapshot: &'a Snapshot, scope: &Scope) -> Cow<'a, Snapshot> {
    if scope.edition.is_anonymous {
        Cow::Owned(hide(snapshot))
    } else {
        Cow::Borrowed(snapshot)
    }
}

fn hide(snapshot: &Snapshot) -> Snapshot {
    let names = Names::new(snapshot);
    let mut hidden = snapshot.clone();
    for organization in &mut hidden.organizations {
        if let Some(name) = names.organizations.get(&organization.id) {
            organization.name.clone_from(name);
            organization.aliases.clear();
            organization.letter_suffixes.clear();
        }
    }
    // In the order of their numbers: the directory's own would tell who is who.
    let kind_of = |organization: &Organization| {
        let mut kinds = snapshot.kinds.iter();
        kinds.position(|kind| kind.code == organization.kind)
    };
    hidden
        .organizations
        .sort_by_cached_key(|it| (kind_of(it), it.name.clone()));
    let speakers = Speakers::of(snapshot);
    let mut erasers = Erasers {
        snapshot,
        names: &names,
        made: HashMap::new(),
    };
    for submission in &mut hidden.submissions {
        let own = speakers.of_submission(submission.id);
        if let Some(remark) = &mut submission.remark {
            *remark = erasers.erase(remark, &own);
        }
        submission.sender = submission
            .sender
            .as_ref()
            .map(|sender| names.sender(sender));
        submission.letter_number = None;
        submission.source = String::new();
    }
    for point in &mut hidden.points {
        let own = speakers.of_submission(point.submission);
        point.text = erasers.erase(&point.text, &own);
        let texts = [&mut point.report_text, &mut point.out_of_scope_reason];
        for text in texts.into_iter().flatten() {
            *text = erasers.erase(text, &own);
        }
        let answered = speakers.answered_with(point);
        if let Some(response) = &mut point.response {
            response.text = erasers.erase(&response.text, &answered);
        }
    }
    hidden
}

/// Who is hidden behind what.
struct Names {
    organizations: BTreeMap<OrganizationId, String>,
    senders: BTreeMap<String, String>,
}

impl Names {
    fn new(snapshot: &Snapshot) -> Self {
        let consultation = &snapshot.consultation;
        // In an order that says nothing about the directory, and is the same in every report.
        let shuffled = |text: &str| {
            let mut hasher = Sha256::new();
            hasher.update(consultation.code.as_bytes());
            hasher.update([0]);
            hasher.update(text.as_bytes());
            hasher.finalize().to_vec()
        };
        let mut organizations: Vec<&Organization> = snapshot.organizations.iter().collect();
        organizations.retain(|organization| organization.code != consultation.lead);
        organizations.sort_by_cached_key(|organization| shuffled(&organization.code));
        let mut senders: Vec<&str> = (snapshot.submissions.iter())
            .filter(|submission| submission.organizations.is_empty())
            .filter_map(|submission| submission.sender.as_deref())
            .collect();
        senders.sort_by_cached_key(|sender| shuffled(sender));
        senders.dedup();
        let width = |n: usize| n.to_string().len().max(2);
        let (wide, wide_sender) = (width(organizations.len()), width(senders.len()));
        Self {
            organizations: (1..)
                .zip(&organizations)
                .map(|(n, organization)| (organization.id, format!("Cơ quan {n:0wide$}")))
                .collect(),
            senders: (1..)
                .zip(&senders)
                .map(|(n, sender): (usize, _)| {
                    (
                        (*sender).to_owned(),
                        format!("Người góp ý {n:0wide_sender$}"),
                    )
                })
                .collect(),
        }
    }

    fn sender(&self, sender: &str) -> String {
        let known = self.senders.get(sender);
        known.map_or_else(|| "Người góp ý".to_owned(), Clone::clone)
    }
}

/// One who speaks in a submission.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Speaker {
    Organization(OrganizationId),
    Person(String),
}

/// Who speaks in what.
struct Speakers<'a> {
    submissions: HashMap<SubmissionId, &'a SubmissionEntry>,
    /// Points that share an answer: by group, and by the point that others are joined into.
    groups: HashMap<GroupId, BTreeSet<Speaker>>,
    joined: HashMap<PointId, BTreeSet<Speaker>>,
}

impl<'a> Speakers<'a> {
    fn of(snapshot: &'a Snapshot) -> Self {
        let submissions = snapshot.submissions.iter();
        let mut speakers = Self {
            submissions: submissions.map(|it| (it.id, it)).collect(),
            groups: HashMap::new(),
            joined: HashMap::new(),
        };
        for point in &snapshot.points {
            let own = speakers.of_submission(point.submission);
            if let Some(group) = point.group {
                let of_group = speakers.groups.entry(group).or_default();
                of_group.extend(own.iter().cloned());
            }
            if let Some(into) = point.joined_into {
                speakers.joined.entry(into).or_default().extend(own);
            }
        }
        speakers
    }

    fn of_submission(&self, id: SubmissionId) -> BTreeSet<Speaker> {
        let Some(submission) = self.submissions.get(&id) else {
            return BTreeSet::new();
        };
        let organizations = submission.organizations.iter();
        let mut speakers: BTreeSet<Speaker> =
            organizations.map(|&id| Speaker::Organization(id)).collect();
        let person = submission.sender.clone().filter(|name| name.contains(' '));
        speakers.extend(person.map(Speaker::Person));
        speakers
    }

    /// Everybody whom the answer to a point answers.
    fn answered_with(&self, point: &PointEntry) -> BTreeSet<Speaker> {
        let mut speakers = self.of_submission(point.submission);
        let of_group = point.group.and_then(|group| self.groups.get(&group));
        let joined = self.joined.get(&point.id);
        for more in [of_group, joined].into_iter().flatten() {
            speakers.extend(more.iter().cloned());
        }
        speakers
    }
}

/// What takes the names of speakers out of texts, made once for each.
struct Erasers<'a> {
    snapshot: &'a Snapshot,
    names: &'a Names,
    made: HashMap<Speaker, Vec<(Regex, String)>>,
}

impl Erasers<'_> {
    fn erase(&mut self, text: &str, speakers: &BTreeSet<Speaker>) -> String {
        let mut text = text.to_owned();
        for speaker in speakers {
            if !self.made.contains_key(speaker) {
                let made = self.make(speaker);
                self.made.insert(speaker.clone(), made);
            }
            for (wanted, instead) in self.made.get(speaker).into_iter().flatten() {
                if let Cow::Owned(erased) = wanted.replace_all(&text, instead.as_str()) {
                    text = erased;
                }
            }
        }
        text
    }

    fn make(&self, speaker: &Speaker) -> Vec<(Regex, String)> {
        let mut made = Vec::new();
        let mut add = |expression: Option<String>, instead: &str| {
            let regex = expression.and_then(|expression| compile(&expression));
            made.extend(regex.map(|regex| (regex, instead.to_owned())));
        };
        match speaker {
            Speaker::Person(name) => {
                add(
                    any_of([name.as_str()].into_iter()),
                    &self.names.sender(name),
                );
            }
            Speaker::Organization(id) => {
                let all = &self.snapshot.organizations;
                let Some(organization) = all.iter().find(|it| it.id == *id) else {
                    return made;
                };
                let Some(name) = self.names.organizations.get(id) else {
                    return made;
                };
                let suffixes = organization.letter_suffixes.iter();
                let suffixes: Vec<String> = suffixes.map(|it| regex::escape(it)).collect();
                let numbers = (!suffixes.is_empty()).then(|| {
                    let suffixes = suffixes.join("|");
                    format!(r"\b\d+\s*/\s*(?:\p{{L}}{{1,4}}\s*-\s*)?(?:{suffixes})\b(?:\s*-\s*[\p{{Lu}}\d&.]+\b)?")
                });
                add(numbers, NUMBER);
                let known = [&organization.name, &organization.code].into_iter();
                let known = known.chain(&organization.aliases).map(String::as_str);
                add(any_of(known), name);
            }
        }
        let address = r"[\p{L}\d._%+-]+@[\p{L}\d.-]+\.\p{L}{2,}";
        add(Some(address.to_owned()), "[địa chỉ thư]");
        add(
            Some(r"\b0\d{2,3}[ .]?\d{3}[ .]?\d{3,4}\b".to_owned()),
            "[số điện thoại]",
        );
        made
    }
}

/// Any of some names as whole words, the longest first; abbreviations as they are written.
fn any_of<'n>(names: impl Iterator<Item = &'n str>) -> Option<String> {
    let mut names: Vec<&str> = names.map(str::trim).collect();
    names.retain(|name| name.chars().count() > 1);
    names.sort_by_key(|name| std::cmp::Reverse(name.len()));
    names.dedup();
    let alternatives = names.iter().map(|name| {
        let words: Vec<String> = name.split_whitespace().map(regex::escape).collect();
        let words = words.join(r"\s+");
        if name.chars().any(char::is_lowercase) {
            format!("(?i:{words})")
        } else {
            words
        }
    });
    let alternatives: Vec<String> = alternatives.collect();
    (!alternatives.is_empty()).then(|| format!(r"\b(?:{})\b", alternatives.join("|")))
}

fn compile(expression: &str) -> Option<Regex> {
    let mut builder = RegexBuilder::new(expression);
    builder.size_limit(MAX_EXPRESSION_BYTES).build().ok()
}
