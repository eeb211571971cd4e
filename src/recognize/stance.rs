//! Tells what a reply, and what a point, wants.
//!
//! Rules look at words outside quotation marks, in this order: objecting, keeping, asking,
//! agreeing, judging, removing, then whichever of adding and editing comes first. What a person
//! would say is the measure (`fixtures/eval/README.md`): adding is what is not there yet, be it a
//! word put into a sentence; editing other wording, figures, order; of two things wanted the first
//! counts; who objects and says what should be instead proposes that. Marks matter, since
//! "bỏ" is not "bộ"; a text without any mark is read by the same patterns without marks.
//!
//! Cases: `fixtures/recognize/stance/`.

mod patterns;

use std::sync::LazyLock;

use patterns::{
    ADDS, AGREES, ALTERNATIVES, ASKS, BLAMES, BUT, COMPARES, DESCRIBES, DOUBTS, EDITS, KEEPS,
    MARKERS, MORE, NAMES, NO_OPINION, NOT_OURS, OBJECTS, OF_OTHERS, OTHERWISE, PRAISES, PROPOSES,
    QUESTION, REMOVES, REQUESTS, STILL_WANTS, WANTS, WONDERS,
};

use crate::domain::{Confidence, Evidence, Finding, ReplyClass, Span, Stance};
use crate::text::fold::{Folded, fold};
use crate::text::pattern::MarkedPattern;

/// What a reply amounts to.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ReplyStance {
    /// `None` where nothing says so.
    pub class: Option<ReplyClass>,
    /// Why.
    pub evidence: Vec<Evidence>,
}

/// The small letters of as many bytes as the characters themselves, worked out once.
static LOWER: LazyLock<Vec<char>> = LazyLock::new(|| {
    (0..0x1f00_u32)
        .map(|code| char::from_u32(code).unwrap_or(' '))
        .map(|c| {
            let mut lower = c.to_lowercase();
            match (lower.next(), lower.next()) {
                (Some(small), None) if small.len_utf8() == c.len_utf8() => small,
                _ => c,
            }
        })
        .collect()
});

/// Text prepared for the patterns: lower case, quotations blanked out, every byte in its place.
struct Prepared {
    words: String,
    is_marked: bool,
}

impl Prepared {
    fn new(text: &str) -> Self {
        let mut words = String::with_capacity(text.len());
        let mut is_marked = false;
        for c in text.chars() {
            if c.is_ascii() {
                words.push(c.to_ascii_lowercase());
                continue;
            }
            let lower = usize::try_from(u32::from(c))
                .ok()
                .and_then(|at| LOWER.get(at))
                .copied()
                .unwrap_or(c);
            is_marked = is_marked || lower.is_alphabetic();
            words.push(lower);
        }
        Self { words, is_marked }
    }

    fn without_quotations(mut self) -> Self {
        if !self.words.contains(['“', '«', '"']) {
            return self;
        }
        let mut out = String::with_capacity(self.words.len());
        let mut depth = 0_u32;
        let mut is_inside = false;
        for c in self.words.chars() {
            match c {
                '“' | '«' => depth += 1,
                '”' | '»' => depth = depth.saturating_sub(1),
                '"' => is_inside = !is_inside,
                _ if depth > 0 || is_inside => {
                    out.extend(std::iter::repeat_n(' ', c.len_utf8()));
                    continue;
                }
                _ => {}
            }
            out.push(c);
        }
        // An odd mark opens no quotation.
        if depth == 0 && !is_inside {
            self.words = out;
        }
        self
    }

    /// Keeps what stands before "Lý do:", which says what is wanted.
    fn without_reason(mut self) -> Self {
        let reason = ["lý do:", "lí do:", "lý do ", "ly do:"]
            .iter()
            .filter_map(|mark| self.words.find(mark))
            .filter(|&at| at > 20)
            .min();
        if let Some(at) = reason {
            self.words.truncate(at);
        }
        self
    }

    fn find(&self, pattern: &MarkedPattern) -> Option<Span> {
        self.find_at(pattern, 0)
    }

    fn find_at(&self, pattern: &MarkedPattern, from: usize) -> Option<Span> {
        self.matches(pattern, from).next()
    }

    /// The matches of whole words from a byte on.
    fn matches<'a>(
        &'a self,
        pattern: &'a MarkedPattern,
        from: usize,
    ) -> impl Iterator<Item = Span> + 'a {
        pattern.whole_matches(&self.words, self.is_marked, from)
    }

    /// The words that ask, and where the sentence starts that they make a question.
    fn question(&self) -> Option<(Span, usize)> {
        let asks = self.find_unless(&ASKS, &DESCRIBES).or_else(|| {
            // "từ ngân sách hay từ tín dụng, đề nghị nêu rõ"
            self.find(&ALTERNATIVES)
                .filter(|span| self.find_at(&NAMES, span.end).is_some())
        });
        let mark = self.find(&QUESTION).map(|mark| {
            let before = self.words.get(..mark.start).unwrap_or("");
            let sentence = before.rfind(['.', ';', '\n']).map_or(0, |at| at + 1);
            (mark, sentence)
        });
        match (asks, mark) {
            (Some(asks), Some((_, sentence))) if asks.start >= sentence => Some((asks, sentence)),
            (Some(asks), _) => Some((asks, asks.start)),
            (None, mark) => mark,
        }
    }

    /// The first thing proposed from a byte on: what stands after "đề nghị", "nên", "cần" in one
    /// clause, or, where that is enough, a verb at the start of a clause.
    fn proposal(&self, from: usize, at_start: bool) -> Option<(Stance, &'static str, Span)> {
        let governed = |pattern: &MarkedPattern| {
            self.matches(pattern, from)
                .filter(|found| !self.follows(found.start, &DESCRIBES))
                .take(20)
                .find(|found| self.is_wanted(*found, from, at_start))
        };
        let removes = self
            .find_removal(from)
            .map(|span| (Stance::Remove, "stance.removes", span));
        let adds = governed(&ADDS).map(|span| (Stance::Add, "stance.adds", span));
        let edits = governed(&EDITS).map(|span| (Stance::Edit, "stance.edits", span));
        [removes, adds, edits]
            .into_iter()
            .flatten()
            .min_by_key(|(_, _, span)| span.start)
    }

    /// Whether somebody wants what a verb says.
    fn is_wanted(&self, verb: Span, from: usize, at_start: bool) -> bool {
        let before = self.words.get(from..verb.start).unwrap_or("");
        let sentence = before.rfind(['.', ';', '\n']).map_or(0, |at| at + 1);
        let clause = before
            .rfind(['.', ';', '\n', ',', ':'])
            .map_or(0, |at| at + 1);
        // Right after "nhất trí" a verb says what is agreed with.
        let opens = at_start
            && (from == 0 || clause > 0)
            && before
                .get(clause..)
                .is_some_and(|rest| rest.trim().is_empty());
        opens
            || self
                .matches(&MARKERS, from + sentence)
                .take_while(|marker| marker.start <= verb.start)
                .any(|marker| !self.follows(marker.start, &OF_OTHERS))
    }

    /// "bỏ"; without marks also "bổ sung" and "bố trí" start so.
    fn find_removal(&self, from: usize) -> Option<Span> {
        self.matches(&REMOVES, from).find(|found| {
            let after = self.words.get(found.end..).unwrap_or("");
            self.is_marked
                || ![" sung", " tri", " ich"]
                    .iter()
                    .any(|word| after.starts_with(word))
        })
    }

    /// The first match that no word before it turns into something else.
    fn find_unless(&self, pattern: &MarkedPattern, before: &[&str]) -> Option<Span> {
        self.matches(pattern, 0)
            .find(|found| !self.follows(found.start, before))
    }

    /// Whether one of these words stands right before a byte.
    fn follows(&self, at: usize, words: &[&str]) -> bool {
        let before = self.words.get(..at).unwrap_or("").trim_end();
        words.iter().any(|word| {
            let plain;
            let word = if self.is_marked {
                *word
            } else {
                plain = fold(word);
                plain.as_str()
            };
            before
                .strip_suffix(word)
                .is_some_and(|rest| !rest.ends_with(char::is_alphanumeric))
        })
    }
}

/// Classifies a whole reply that was split into `n_points` points.
pub fn stance_of_reply(text: &str, n_points: usize) -> ReplyStance {
    let prepared = Prepared::new(text);
    let verdict = |class, rule, span: Span, confidence| ReplyStance {
        class: Some(class),
        evidence: vec![Evidence::at(
            Finding::Agreement,
            rule,
            span,
            Confidence::new(confidence),
        )],
    };
    let agrees = prepared.find_unless(&AGREES, &COMPARES);
    if n_points > 0 {
        return match agrees {
            Some(span) => verdict(ReplyClass::Comments, "stance.agrees_but", span, 0.98),
            None => ReplyStance {
                class: Some(ReplyClass::Comments),
                evidence: vec![Evidence::outside(
                    Finding::Agreement,
                    "stance.has_points",
                    Confidence::new(0.98),
                )],
            },
        };
    }
    let not_ours = prepared.find(&NOT_OURS);
    let silent = prepared.find(&NO_OPINION);
    match (agrees, silent.or(not_ours)) {
        // "nhất trí …, không có ý kiến bổ sung" agrees; "không thuộc lĩnh vực …" does not.
        (Some(agrees), _) if not_ours.is_none() => match prepared.find_at(&BUT, agrees.end) {
            // The comments are elsewhere: in an annex, in another file.
            Some(but) => verdict(
                ReplyClass::Comments,
                "stance.agrees_but",
                Span::new(agrees.start, but.end),
                0.7,
            ),
            None => verdict(ReplyClass::Agrees, "stance.agrees", agrees, 0.95),
        },
        (_, Some(silent)) => verdict(ReplyClass::NoOpinion, "stance.no_opinion", silent, 0.95),
        (_, None) => ReplyStance::default(),
    }
}

/// Tells what one point wants; a doubtful guess has a low confidence, `None` is for words that say
/// nothing.
pub fn stance_of_point(text: &str) -> Option<(Stance, Evidence)> {
    let prepared = Prepared::new(text).without_quotations().without_reason();
    let verdict = |stance, rule, span: Span, confidence| {
        let confidence = Confidence::new(confidence);
        Some((
            stance,
            Evidence::at(Finding::Stance, rule, span, confidence),
        ))
    };
    if let Some(span) = prepared.find(&OBJECTS) {
        // Who says what should be instead proposes that.
        return match prepared.proposal(span.end, true) {
            Some((stance, rule, span)) => verdict(stance, rule, span, 0.85),
            None => verdict(Stance::Object, "stance.objects", span, 0.95),
        };
    }
    if let Some(span) = prepared.find_unless(&KEEPS, &DESCRIBES) {
        return verdict(Stance::Keep, "stance.keeps", span, 0.95);
    }
    if let Some((asks, sentence)) = prepared.question() {
        // Of two things that are wanted the first counts.
        return match prepared.proposal(0, true) {
            Some((stance, rule, span)) if span.end <= sentence => verdict(stance, rule, span, 0.8),
            _ => verdict(Stance::Ask, "stance.asks", asks, 0.85),
        };
    }
    let removes = prepared.find_removal(0);
    let adds = prepared.find_unless(&ADDS, &DESCRIBES);
    let edits = prepared.find_unless(&EDITS, &DESCRIBES);
    let agrees = prepared.find_unless(&AGREES, &COMPARES);
    let wants = adds.into_iter().chain(edits).min_by_key(|span| span.start);
    if let Some(agrees) =
        agrees.filter(|agrees| wants.is_none_or(|wants| agrees.start <= wants.start))
    {
        // "nhất trí với việc sửa đổi Luật" wants nothing.
        let wants = prepared
            .matches(&BUT, agrees.end)
            .take(8)
            .find(|but| !prepared.follows(but.start, &OF_OTHERS))
            .or_else(|| {
                prepared
                    .matches(&STILL_WANTS, agrees.end)
                    .take(8)
                    .find(|wants| !prepared.follows(wants.start, &["không"]))
            })
            .or_else(|| prepared.proposal(agrees.end, true).map(|(_, _, span)| span));
        return match wants {
            Some(_) => verdict(Stance::AgreeWithComments, "stance.agrees_but", agrees, 0.85),
            None => verdict(Stance::Agree, "stance.agrees", agrees, 0.95),
        };
    }
    if let Some(silent) = prepared.find(&NO_OPINION) {
        return verdict(Stance::Agree, "stance.no_opinion", silent, 0.8);
    }
    if let Some(judgement) = judge(&prepared) {
        let (stance, rule, span) = judgement;
        return verdict(stance, rule, span, 0.75);
    }
    if let Some(span) = removes
        && wants.is_none_or(|wants| span.start <= wants.start)
    {
        return verdict(Stance::Remove, "stance.removes", span, 0.9);
    }
    match (adds, edits) {
        (Some(adds), edits) if edits.is_none_or(|edits| adds.start <= edits.start) => {
            verdict(Stance::Add, "stance.adds", adds, 0.9)
        }
        (_, Some(edits)) => verdict(Stance::Edit, "stance.edits", edits, 0.85),
        _ => guess(&prepared)
            .and_then(|(stance, rule, span, confidence)| verdict(stance, rule, span, confidence)),
    }
}

/// What a point wants that no sure rule knows: doubtful, but not nothing.
fn guess(prepared: &Prepared) -> Option<(Stance, &'static str, Span, f32)> {
    // An imperative at the start of a clause asks for something new.
    if let Some(span) = prepared.find(&PROPOSES) {
        return Some((Stance::Add, "stance.proposes", span, 0.6));
    }
    if let Some(span) = prepared.find(&WANTS).or_else(|| prepared.find(&DOUBTS)) {
        return Some((Stance::Edit, "stance.wants", span, 0.6));
    }
    // "đề nghi bổ sung": a text recognizer lost some marks.
    let folded = Folded::new(&prepared.words);
    let plain = Prepared {
        words: folded.as_str().to_owned(),
        is_marked: false,
    };
    if let Some(asked) = plain.find(&REQUESTS) {
        let (stance, span) = match plain.proposal(asked.start, false) {
            Some((stance @ (Stance::Add | Stance::Edit), _, span)) => (stance, span),
            // "bỏ" without its mark is also "bộ".
            _ => (Stance::Edit, asked),
        };
        return Some((stance, "stance.marks_lost", folded.original(span), 0.5));
    }
    if let Some(span) = prepared.find(&WONDERS) {
        return Some((Stance::Ask, "stance.wonders", span, 0.5));
    }
    if let Some(span) = prepared.find_unless(&MORE, &DESCRIBES) {
        return Some((Stance::Add, "stance.more", span, 0.5));
    }
    prepared
        .find(&OTHERWISE)
        .map(|span| (Stance::Edit, "stance.otherwise", span, 0.4))
}

/// A point that proposes nothing and only judges: "… là phù hợp", "… chồng chéo với …".
fn judge(prepared: &Prepared) -> Option<(Stance, &'static str, Span)> {
    let wants = prepared.find(&MARKERS).is_some() || prepared.proposal(0, true).is_some();
    if wants {
        return None;
    }
    prepared
        .find(&BLAMES)
        .map(|span| (Stance::Object, "stance.blames", span))
        .or_else(|| {
            prepared
                .find_unless(&PRAISES, &DESCRIBES)
                .map(|span| (Stance::Agree, "stance.praises", span))
        })
}

#[cfg(test)]
mod tests;
