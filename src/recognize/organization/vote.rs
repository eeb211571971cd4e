//! Lets each signal of a sender speak for an organization.

use jiff::civil::Date;

use super::names::key;
use super::{Directory, NameMatch, Signals, Vote, push_once, suffix_key, written};
use crate::domain::{EmailAddress, Span};
use crate::text::fold::fold;

impl Directory {
    /// Reads the letterhead; gives the organizations of a joint letter.
    pub(super) fn vote_letterhead(
        &self,
        signals: &Signals<'_>,
        date: Option<Date>,
        votes: &mut Vec<Vote>,
    ) -> Vec<usize> {
        let (Some(head), Some(text)) = (signals.head, signals.letter_text) else {
            return Vec::new();
        };
        let lines: Vec<(Span, &str)> = head
            .agency_lines
            .iter()
            .filter_map(|&span| Some((span, span.slice(text)?)))
            .collect();
        let joined = |from: usize, to: usize| {
            let lines = lines.get(from..to).unwrap_or(&[]);
            lines
                .iter()
                .map(|(_, line)| *line)
                .collect::<Vec<_>>()
                .join(" ")
        };
        // "TỈNH ĐOÀN X - HỘI Y TỈNH" in one line.
        let side_by_side: Vec<usize> = lines
            .iter()
            .flat_map(|(_, line)| {
                line.replace(" – ", " - ")
                    .split(" - ")
                    .map(str::to_owned)
                    .collect::<Vec<_>>()
            })
            .filter_map(|part| self.exact(&part, date))
            .collect();
        let parts = self.without_parents(&side_by_side);
        if parts.len() > 1 && lines.len() == 1 {
            return parts;
        }
        // Which organizations the lines name, each by as many lines as it takes.
        let mut named: Vec<(usize, Span)> = Vec::new();
        let mut from = 0;
        while from < lines.len() {
            let hit = (from + 1..=lines.len()).rev().find_map(|to| {
                let entry = self.exact(&joined(from, to), date)?;
                let span = Span::new(lines.get(from)?.0.start, lines.get(to - 1)?.0.end);
                Some((to, entry, span))
            });
            match hit {
                Some((to, entry, span)) => {
                    named.push((entry, span));
                    from = to;
                }
                None => from += 1,
            }
        }
        // "UBND TỈNH BẮC GIANG / VĂN PHÒNG" is "Văn phòng UBND tỉnh".
        if let [(first_span, first), .., (last_span, last)] = lines.as_slice()
            && let Some(entry) = self.exact(&format!("{last} {first}"), date)
        {
            named.push((entry, Span::new(first_span.start, last_span.end)));
        }
        let entries: Vec<usize> = named.iter().map(|(entry, _)| *entry).collect();
        let speakers = self.without_parents(&entries);
        let is_joint = speakers.len() > 1
            && (head
                .number
                .as_ref()
                .is_some_and(|number| fold(number.symbol()).starts_with("lt"))
                || lines
                    .iter()
                    .any(|(_, line)| line.trim_end().ends_with(['-', '–'])));
        let Some(&(entry, span)) = named
            .iter()
            .rev()
            .find(|(entry, _)| speakers.contains(entry))
        else {
            return Vec::new();
        };
        if is_joint {
            return speakers;
        }
        votes.push(Vote {
            entry,
            rule: "organization.letterhead",
            span: Some(span),
            confidence: 0.97,
        });
        Vec::new()
    }

    /// "1234/STC-QLNS", "311-CV/HNDT".
    pub(super) fn vote_suffix(&self, signals: &Signals<'_>, votes: &mut Vec<Vote>) {
        let Some(number) = signals.head.and_then(|head| head.number.as_ref()) else {
            return;
        };
        let symbol = number.symbol();
        let agency = suffix_key(symbol.split('-').next().unwrap_or(symbol));
        let whole = suffix_key(symbol);
        let matching: Vec<usize> = (0..self.entries.len())
            .filter(|&entry| {
                self.entries.get(entry).is_some_and(|entry| {
                    entry.suffixes.contains(&agency) || entry.suffixes.contains(&whole)
                })
            })
            .collect();
        if let [only] = matching.as_slice() {
            votes.push(Vote {
                entry: *only,
                rule: "organization.letter_suffix",
                span: None,
                confidence: 0.85,
            });
        }
    }

    /// Whether an address, or the domain it is in, is an organization's.
    pub fn knows_sender(&self, sender: &EmailAddress) -> bool {
        let domain = sender.domain();
        let parents = domain
            .match_indices('.')
            .filter_map(|(at, _)| domain.get(at + 1..));
        self.by_email.contains_key(sender.expose())
            || std::iter::once(domain)
                .chain(parents)
                .any(|domain| self.by_domain.contains_key(domain))
    }

    pub(super) fn vote_address(&self, signals: &Signals<'_>, votes: &mut Vec<Vote>) {
        let Some(sender) = signals.sender else { return };
        let vote = |entry, rule, confidence| Vote {
            entry,
            rule,
            span: None,
            confidence,
        };
        if let Some([only]) = self.by_email.get(sender.expose()).map(Vec::as_slice) {
            votes.push(vote(*only, "organization.email", 0.97));
            return;
        }
        let mut domain = sender.domain();
        let mut confidence = 0.9;
        while domain.contains('.') {
            if let Some([only]) = self.by_domain.get(domain).map(Vec::as_slice) {
                votes.push(vote(*only, "organization.domain", confidence));
                return;
            }
            domain = domain.split_once('.').map_or("", |(_, rest)| rest);
            confidence = 0.6;
        }
    }

    pub(super) fn vote_name(
        &self,
        name: Option<&str>,
        rule: &'static str,
        confidence: f32,
        votes: &mut Vec<Vote>,
    ) {
        let Some(name) = name.filter(|name| !name.trim().is_empty()) else {
            return;
        };
        if let NameMatch::One(id, found) = self.find_name(name)
            && let Some(entry) = self.entries.iter().position(|entry| entry.id == id)
        {
            votes.push(Vote {
                entry,
                rule,
                span: None,
                confidence: if found.value() < 0.9 {
                    confidence * found.value()
                } else {
                    confidence.min(found.value())
                },
            });
        }
    }

    /// "Tên đơn vị góp ý: Sở Y tế": a line of a form.
    pub(super) fn vote_form(&self, signals: &Signals<'_>, votes: &mut Vec<Vote>) {
        let Some((name, span)) = signals.letter_text.and_then(written::form_field) else {
            return;
        };
        if let NameMatch::One(id, found) = self.find_name(name)
            && let Some(entry) = self.entries.iter().position(|entry| entry.id == id)
        {
            votes.push(Vote {
                entry,
                rule: "organization.form",
                span: Some(span),
                confidence: 0.95 * found.value(),
            });
        }
    }

    /// "[UBND phường X] Góp ý dự thảo": who comments stands first. Elsewhere, and where somebody is
    /// asked, a name may be the addressee's.
    pub(super) fn vote_subject(&self, signals: &Signals<'_>, votes: &mut Vec<Vote>) {
        let words = key(signals.mail_subject.unwrap_or(""));
        let text = words.join(" ");
        let comments = [
            "gop y",
            "y kien",
            "phuc dap",
            "tra loi",
            "thong nhat",
            "tham gia",
        ]
        .iter()
        .any(|word| text.contains(word));
        let asks = ["lay y kien", "xin y kien", "de nghi"]
            .iter()
            .any(|word| text.contains(word));
        let found = self.names_inside(&words);
        let first = words.first().and_then(|word| {
            let keys = self.by_first_word.get(word)?;
            keys.iter().find(|(key, _)| words.starts_with(key))
        });
        if let ([only], Some((_, first))) = (found.as_slice(), first)
            && only == first
            && comments
            && !asks
        {
            votes.push(Vote {
                entry: *only,
                rule: "organization.subject",
                span: None,
                confidence: 0.85,
            });
            return;
        }
        self.vote_name(signals.mail_subject, "organization.subject", 0.6, votes);
    }

    /// The name below the last words of a letter.
    pub(super) fn vote_signature(&self, signals: &Signals<'_>, votes: &mut Vec<Vote>) {
        let Some(text) = signals.letter_text else {
            return;
        };
        let lines: Vec<&str> = text
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty())
            .collect();
        let recipients = lines
            .iter()
            .rposition(|line| fold(line).starts_with("noi nhan"))
            .unwrap_or(lines.len());
        for (at, line) in lines.iter().enumerate().rev().take(6) {
            let folded = fold(line);
            // "- UBND tỉnh (b/c);": who gets a copy.
            let is_recipient = (at > recipients && folded.starts_with(['-', '–', '+', '*']))
                || folded.ends_with(';')
                || folded.contains("(b/c")
                || folded.contains("bao cao)");
            if is_recipient {
                continue;
            }
            // A line that speaks to the addressee names the addressee.
            if line.chars().count() > 110
                || folded.ends_with('.')
                || folded.contains("gui ")
                || folded.contains("tong hop")
            {
                continue;
            }
            // A signature is a name with a few words around it, and never the addressee's.
            let words = key(line);
            let found = self.without_parents(&self.names_inside(&words));
            let is_name = words.len() <= 14
                && !folded.starts_with("kinh gui")
                && !folded.contains(" cho ")
                && !folded.starts_with("toi ");
            if let [only] = found.as_slice()
                && is_name
            {
                votes.push(Vote {
                    entry: *only,
                    rule: "organization.signature",
                    span: None,
                    confidence: 0.8,
                });
                return;
            }
        }
    }

    /// "…, Sở Y tế đã nghiên cứu …": a clause of the opening sentences that starts with a name. What
    /// is addressed or answered stands after "gửi" or "của".
    pub(super) fn vote_opening(&self, signals: &Signals<'_>, votes: &mut Vec<Vote>) {
        let Some(text) = signals.letter_text else {
            return;
        };
        let opening: String = text.chars().take(1500).collect();
        let mut found = Vec::new();
        for clause in opening.split([',', ';', ':', '.', '\n']) {
            let words = key(clause);
            let hit = words.first().and_then(|word| {
                let keys = self.by_first_word.get(word)?;
                keys.iter()
                    .find(|(key, _)| words.len() > key.len() && words.starts_with(key))
            });
            if let Some((key, entry)) = hit
                && !self.is_elsewhere(words.get(key.len()..).unwrap_or(&[]))
            {
                push_once(&mut found, *entry);
            }
        }
        if let [only] = self.without_parents(&found).as_slice() {
            votes.push(Vote {
                entry: *only,
                rule: "organization.opening",
                span: None,
                confidence: 0.7,
            });
        }
    }
}
