//! Weighs what a letter, a mail or a cell says about its sender.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::home::is_other;
use super::names::key;
use super::written::{self, Letterhead};
use super::{Directory, Entry, NameMatch, OrganizationGuess, Signals, Vote, WrittenName};
use crate::domain::{Confidence, Evidence, Finding, OrganizationId, Span};
use crate::text::fold::fold;

impl Directory {
    /// Finds out who is speaking.
    pub fn recognize(&self, signals: &Signals<'_>) -> OrganizationGuess {
        let date = signals
            .head
            .and_then(|head| head.date)
            .or(signals.date)
            .filter(|date| (1990..2100).contains(&date.year()));
        if let Some(cell) = signals.cell.filter(|cell| !cell.trim().is_empty()) {
            return self.in_its_time(self.read_cell(cell, date), date);
        }
        let letterhead = written::read_letterhead(signals);
        let mut votes = Vec::new();
        if let Some(letterhead) = letterhead.as_ref().filter(|head| self.is_foreign(head)) {
            return self.read_foreign(letterhead, date);
        }
        let joint = self.vote_letterhead(signals, date, &mut votes);
        self.vote_suffix(signals, &mut votes);
        self.vote_address(signals, &mut votes);
        self.vote_name(
            signals.sender_name,
            "organization.sender_name",
            0.85,
            &mut votes,
        );
        self.vote_form(signals, &mut votes);
        self.vote_signature(signals, &mut votes);
        self.vote_opening(signals, &mut votes);
        self.vote_subject(signals, &mut votes);
        if joint.len() > 1 {
            return self.joint(&joint, &votes);
        }
        let unknown = letterhead.filter(|head| self.is_unknown(head, signals, date, &mut votes));
        let mut guess = self.in_its_time(self.weigh(&votes), date);
        if let Some(unknown) = unknown {
            guess.organizations.clear();
            guess.confidence = unknown.name.confidence;
            guess.written = Some(unknown.name);
        } else if guess.candidates.is_empty() {
            guess.written = name_without_letterhead(signals);
            guess.confidence = guess
                .written
                .as_ref()
                .map_or(guess.confidence, |name| name.confidence);
        }
        guess
            .evidence
            .extend(guess.written.as_ref().map(WrittenName::evidence));
        guess
    }

    /// Whether the letterhead is of another province than the catalogue; of a catalogue without a
    /// home, whether it has that very office beside one that names no province.
    fn is_foreign(&self, letterhead: &Letterhead) -> bool {
        match (&self.province, &letterhead.province) {
            (Some(home), Some(province)) => is_other(home, province),
            (None, Some(_)) => {
                let found = self.by_key.get(&key(&letterhead.name.name));
                matches!(found.map(Vec::as_slice), Some([entry])
                    if self.entries.get(*entry).is_some_and(|entry| entry.province.is_some()))
            }
            _ => false,
        }
    }

    /// An organization of another province: in the catalogue only by its full name.
    fn read_foreign(&self, letterhead: &Letterhead, date: Option<Date>) -> OrganizationGuess {
        let name = &letterhead.name;
        let full = key(&name.name);
        let exact = self.by_key.get(&full).map(|found| (found.clone(), 0.97));
        let known = exact
            .or_else(|| self.in_other_form(&name.name))
            .or_else(|| self.under_other_name(&full));
        if let Some(([entry], confidence)) = known.as_ref().map(|known| (&*known.0, known.1))
            && confidence > 0.8
        {
            let votes = [Vote {
                entry: *entry,
                rule: "organization.letterhead",
                span: name.span,
                confidence,
            }];
            return self.in_its_time(self.weigh(&votes), date);
        }
        OrganizationGuess {
            organizations: Vec::new(),
            candidates: Vec::new(),
            confidence: name.confidence,
            evidence: vec![name.evidence()],
            written: Some(name.clone()),
        }
    }

    /// Whether the letterhead names somebody who is not in the catalogue. Where its name is a known
    /// one with wrong letters, that speaks instead.
    fn is_unknown(
        &self,
        letterhead: &Letterhead,
        signals: &Signals<'_>,
        date: Option<Date>,
        votes: &mut Vec<Vote>,
    ) -> bool {
        let matched = votes
            .iter()
            .find(|vote| vote.rule == "organization.letterhead")
            .map(|vote| (vote.entry, vote.span));
        let suffix = votes
            .iter()
            .find(|vote| vote.rule == "organization.letter_suffix")
            .map(|vote| vote.entry);
        if let Some((entry, span)) = matched {
            // Only the superior's line is known: "SỞ X / TRUNG TÂM Y".
            let names_superior = span.is_some_and(|span| {
                span.end <= letterhead.name_start()
                    || signals
                        .letter_text
                        .is_some_and(|text| letterhead.is_branch_after(span, text))
            });
            let signs = suffix == Some(entry);
            if !names_superior || signs {
                return false;
            }
            votes.retain(|vote| vote.rule != "organization.letterhead");
        }
        let found = match self.find_name_at(&letterhead.name.name, date) {
            NameMatch::One(id, confidence) => {
                let entry = self.entries.iter().position(|entry| entry.id == id);
                // A predecessor, say: for a person to take.
                if let Some(entry) = entry.filter(|_| confidence.needs_person()) {
                    votes.push(Vote {
                        entry,
                        rule: "organization.letterhead_similar",
                        span: letterhead.name.span,
                        confidence: confidence.value(),
                    });
                }
                entry.map(|entry| (entry, confidence))
            }
            NameMatch::Several(candidates) => {
                // Nearly the name of several: the letter's number may tell.
                let known = candidates.iter().find_map(|(id, _)| {
                    let entry = self.entries.iter().position(|entry| entry.id == *id)?;
                    (suffix == Some(entry)).then_some((entry, Confidence::new(0.9)))
                });
                if known.is_none() {
                    for (id, confidence) in candidates {
                        if let Some(entry) = self.entries.iter().position(|entry| entry.id == id) {
                            votes.push(Vote {
                                entry,
                                rule: "organization.letterhead_similar",
                                span: letterhead.name.span,
                                confidence: confidence.value(),
                            });
                        }
                    }
                }
                known
            }
            NameMatch::Unknown => None,
        };
        let is_own = |entry: usize| {
            self.entries.get(entry).is_some_and(|known| {
                self.is_same_name(known, &letterhead.name.name) && !letterhead.is_beside(known)
            })
        };
        if let Some((entry, confidence)) = found.filter(|(entry, _)| is_own(*entry)) {
            votes.push(Vote {
                entry,
                rule: "organization.letterhead",
                span: letterhead.name.span,
                confidence: confidence.value().min(0.95),
            });
            return false;
        }
        // "UBND TỈNH X" above a line that was lost, signed with a department's symbol.
        let symbol = signals
            .head
            .and_then(|head| head.number.as_ref())
            .map(|number| fold(number.symbol()));
        let lost_a_line = letterhead.is_committee
            && suffix.is_some()
            && symbol.is_some_and(|symbol| !symbol.starts_with("ubnd"));
        !lost_a_line
    }

    /// Lowers the confidence in an organization that did not exist on that day.
    fn in_its_time(&self, mut guess: OrganizationGuess, date: Option<Date>) -> OrganizationGuess {
        let is_over = date.is_some_and(|date| {
            self.entries
                .iter()
                .filter(|entry| guess.organizations.contains(&entry.id))
                .any(|entry| !entry.is_valid(date))
        });
        if is_over {
            guess.confidence = Confidence::new(guess.confidence.value().min(0.7));
            guess.organizations.clear();
            guess.evidence.push(Evidence::outside(
                Finding::Organization,
                "organization.not_at_that_time",
                guess.confidence,
            ));
        }
        guess
    }

    fn read_cell(&self, cell: &str, date: Option<Date>) -> OrganizationGuess {
        let evidence = |rule, confidence| {
            vec![Evidence::outside(
                Finding::Organization,
                rule,
                Confidence::new(confidence),
            )]
        };
        let found = match self.find_name_at(cell, date) {
            NameMatch::Unknown => self.at_place(cell, date),
            found => found,
        };
        match found {
            NameMatch::One(id, confidence) => OrganizationGuess {
                organizations: if confidence.needs_person() {
                    Vec::new()
                } else {
                    vec![id]
                },
                candidates: vec![(id, confidence)],
                confidence,
                evidence: evidence("organization.cell", confidence.value()),
                written: None,
            },
            NameMatch::Several(candidates) => {
                // "Sở Tài chính; Sở Nội vụ" in one cell are joint speakers.
                let parts: Vec<OrganizationId> = cell
                    .split([';', '\n'])
                    .filter(|part| !part.trim().is_empty())
                    .filter_map(|part| match self.find_name_at(part, date) {
                        NameMatch::One(id, confidence) if !confidence.needs_person() => Some(id),
                        _ => None,
                    })
                    .collect();
                let n_parts = cell
                    .split([';', '\n'])
                    .filter(|part| !part.trim().is_empty())
                    .count();
                let is_joint = parts.len() > 1 && parts.len() == n_parts;
                let confidence = Confidence::new(if is_joint { 0.9 } else { 0.5 });
                OrganizationGuess {
                    organizations: if is_joint { parts } else { Vec::new() },
                    candidates,
                    confidence,
                    evidence: evidence("organization.cell", confidence.value()),
                    written: None,
                }
            }
            NameMatch::Unknown => {
                let name = written::read_name(cell, 0.9);
                OrganizationGuess {
                    organizations: Vec::new(),
                    candidates: Vec::new(),
                    confidence: name
                        .as_ref()
                        .map_or(Confidence::new(0.0), |name| name.confidence),
                    evidence: name.iter().map(WrittenName::evidence).collect(),
                    written: name,
                }
            }
        }
    }

    fn joint(&self, speakers: &[usize], votes: &[Vote]) -> OrganizationGuess {
        let confidence = Confidence::new(0.9);
        let mut evidence = vec![Evidence::outside(
            Finding::Organization,
            "organization.joint_letterhead",
            confidence,
        )];
        evidence.extend(votes.iter().map(Vote::evidence));
        OrganizationGuess {
            organizations: speakers.iter().map(|&entry| self.id(entry)).collect(),
            candidates: speakers
                .iter()
                .map(|&entry| (self.id(entry), confidence))
                .collect(),
            confidence,
            evidence,
            written: None,
        }
    }

    /// Adds the votes up. Signals that speak for a parent do not speak against its part.
    fn weigh(&self, votes: &[Vote]) -> OrganizationGuess {
        let mut doubts: BTreeMap<usize, f32> = BTreeMap::new();
        for vote in votes {
            *doubts.entry(vote.entry).or_insert(1.0) *= 1.0 - vote.confidence;
        }
        let mut ranked: Vec<(usize, f32)> = doubts
            .into_iter()
            .map(|(entry, doubt)| (entry, 1.0 - doubt))
            .collect();
        ranked.sort_by(|first, second| second.1.total_cmp(&first.1));
        let letterhead = votes
            .iter()
            .find(|vote| vote.rule == "organization.letterhead")
            .map(|vote| vote.entry);
        // The letter speaks for who wrote it, whoever forwarded it.
        if let Some(at) =
            letterhead.and_then(|entry| ranked.iter().position(|(other, _)| *other == entry))
        {
            let first = ranked.remove(at);
            ranked.insert(0, first);
        }
        let best = ranked.first().copied();
        let rival = ranked
            .iter()
            .skip(1)
            .filter(|(entry, _)| !best.is_some_and(|(best, _)| self.are_related(best, *entry)))
            .map(|(_, score)| *score)
            .fold(0.0_f32, f32::max);
        let confidence = match best {
            Some(_) if letterhead.is_some() && rival > 0.8 => 0.85,
            Some((_, score)) if letterhead.is_some() => score,
            Some((_, score)) if rival > 0.5 => score * 0.6,
            Some((_, score)) => score,
            None => 0.0,
        };
        let confidence = Confidence::new(confidence);
        OrganizationGuess {
            organizations: best
                .filter(|_| !confidence.needs_person())
                .map(|(entry, _)| self.id(entry))
                .into_iter()
                .collect(),
            candidates: ranked
                .iter()
                .map(|&(entry, score)| (self.id(entry), Confidence::new(score)))
                .collect(),
            confidence,
            evidence: votes.iter().map(Vote::evidence).collect(),
            written: None,
        }
    }

    /// Whether one belongs to the other.
    fn are_related(&self, first: usize, second: usize) -> bool {
        let (Some(first), Some(second)) = (self.entries.get(first), self.entries.get(second))
        else {
            return false;
        };
        first.parent.as_deref() == Some(&second.code)
            || second.parent.as_deref() == Some(&first.code)
    }
}

impl WrittenName {
    fn evidence(&self) -> Evidence {
        Evidence {
            what: Finding::Organization,
            rule: "organization.written".into(),
            span: self.span,
            confidence: self.confidence,
        }
    }
}

impl Letterhead {
    fn name_start(&self) -> usize {
        self.name.span.map_or(0, |span| span.start)
    }

    /// Whether the name goes on after these words of it: "NGÂN HÀNG X / CHI NHÁNH Y".
    fn is_branch_after(&self, span: Span, text: &str) -> bool {
        let rest = self
            .name
            .span
            .filter(|name| span.end < name.end)
            .and_then(|name| Span::new(span.end, name.end).slice(text));
        let rest = fold(rest.unwrap_or("").trim());
        [
            "chi nhanh",
            "khu vuc",
            "phong giao dich",
            "van phong dai dien",
        ]
        .iter()
        .any(|word| rest.starts_with(word))
    }

    /// Whether an organization is of another province: "Hà Nam" is two letters from "Hà Nội".
    fn is_beside(&self, known: &Entry) -> bool {
        match (&self.province, &known.province) {
            (Some(own), Some(other)) => is_other(own, other),
            _ => false,
        }
    }
}

/// The name of a writer without a letterhead and outside the catalogue: by the opening sentence,
/// the sender's name, the symbol of the letter's number.
fn name_without_letterhead(signals: &Signals<'_>) -> Option<WrittenName> {
    let symbol = signals
        .head
        .and_then(|head| head.number.as_ref())
        .map(crate::domain::LetterNumber::symbol);
    let form = || {
        let (name, span) = written::form_field(signals.letter_text?)?;
        let found = written::read_name(name, 0.88)?;
        Some(WrittenName {
            span: Some(span),
            ..found
        })
    };
    form()
        .or_else(|| signals.letter_text.and_then(written::read_opening))
        .or_else(|| written::read_name(signals.sender_name?, 0.7))
        .or_else(|| written::read_symbol(symbol?))
        .or_else(|| written::read_person(signals.sender_name?))
}
