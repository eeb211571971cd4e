//! Makes points of the paragraphs of an opinion.

use super::SplitPoint;
use super::paragraph::{Mark, Paragraph, read_mark};
use super::phrase::{
    continues_point, has_place, has_proposal, is_topic, looks_like_heading, only_agrees,
    only_covers, starts_with_place,
};
use super::wording::{Wording, read_wording, sentences};
use crate::domain::{Confidence, Evidence, Finding, Span};
use crate::text::fold::fold;

/// What a paragraph is in its list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    /// Names what the items below are about.
    Heading,
    /// Starts a point.
    Point,
    /// Belongs to the point before.
    Continuation,
    /// Agrees, covers, greets.
    Nothing,
}

/// A level of the list: a form of mark, or a heading without mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Level {
    Marked(Mark),
    Topic,
}

/// Cuts the paragraphs into points. In a passage a new line is often only a new sentence.
pub(super) fn points_of(text: &str, paragraphs: &[Paragraph], is_passage: bool) -> Vec<SplitPoint> {
    let mut reader = Reader {
        text,
        paragraphs,
        is_passage,
        has_marks: paragraphs.iter().any(|paragraph| paragraph.mark.is_some()),
        levels: Vec::new(),
        open: None,
        points: Vec::new(),
    };
    for at in 0..paragraphs.len() {
        reader.read(at);
    }
    reader.close();
    reader.points
}

/// The point that most table cells are: one line without list marks or words of agreement.
pub(super) fn plain_point(text: &str) -> Option<SplitPoint> {
    let span = Span::whole(text).trimmed(text);
    let words = span.slice(text)?;
    let is_plain = !words.is_empty()
        && !words.contains('\n')
        && read_mark(words).is_none()
        && !may_agree(words);
    is_plain.then(|| make_point(text, span, Vec::new(), "split.paragraph"))
}

fn make_point(text: &str, span: Span, context: Vec<Span>, rule: &'static str) -> SplitPoint {
    let Wording {
        proposal,
        reason,
        old_text,
        new_text,
    } = read_wording(text, span);
    let confidence = match rule {
        "split.paragraph" => 0.85,
        _ => 0.95,
    };
    SplitPoint {
        span,
        context,
        proposal,
        reason,
        old_text,
        new_text,
        evidence: Evidence::at(Finding::Split, rule, span, Confidence::new(confidence)),
    }
}

/// A point that may still grow.
struct Open {
    span: Span,
    context: Vec<Span>,
    rule: &'static str,
    is_agreement: bool,
}

struct Reader<'a> {
    text: &'a str,
    paragraphs: &'a [Paragraph],
    is_passage: bool,
    has_marks: bool,
    /// Open headings, outermost first.
    levels: Vec<(Level, Option<Span>)>,
    open: Option<Open>,
    points: Vec<SplitPoint>,
}

impl Reader<'_> {
    fn read(&mut self, at: usize) {
        let Some(paragraph) = self.paragraphs.get(at) else {
            return;
        };
        match self.role(at, paragraph) {
            Role::Nothing => self.close(),
            Role::Continuation => {
                if let Some(open) = &mut self.open {
                    open.span.end = paragraph.span.end;
                } else {
                    self.start(paragraph, "split.paragraph");
                }
            }
            Role::Heading => {
                self.close();
                let level = paragraph.mark.map_or(Level::Topic, Level::Marked);
                self.enter(level);
                // A heading that asks for something is a point of its own as well.
                let is_point = has_proposal(&paragraph.folded)
                    && has_place(&paragraph.folded)
                    && !paragraph.folded.ends_with(':');
                if is_point && paragraph.content.len() > 80 {
                    self.start(
                        paragraph,
                        paragraph.mark.map_or("split.paragraph", Mark::rule),
                    );
                    self.close();
                }
                self.levels.push((level, Some(paragraph.span)));
            }
            Role::Point => {
                self.close();
                if let Some(mark) = paragraph.mark {
                    self.enter(Level::Marked(mark));
                    self.levels.push((Level::Marked(mark), None));
                }
                let rule = paragraph.mark.map_or("split.paragraph", Mark::rule);
                self.start(paragraph, rule);
            }
        }
    }

    /// Leaves the levels that a new item of this level ends.
    fn enter(&mut self, level: Level) {
        if let Some(same) = self
            .levels
            .iter()
            .position(|(open, _)| same_level(*open, level))
        {
            self.levels.truncate(same);
        } else if let Level::Marked(Mark::Roman | Mark::Capital) = level {
            self.levels.clear();
        } else if level == Level::Topic {
            self.levels.retain(|(open, _)| {
                matches!(
                    open,
                    Level::Marked(Mark::Roman | Mark::Capital | Mark::Number(1))
                )
            });
        }
    }

    fn role(&self, at: usize, paragraph: &Paragraph) -> Role {
        let folded = &paragraph.folded;
        let next = self.paragraphs.get(at + 1);
        if paragraph.mark.is_some() {
            return self.role_of_marked(at, paragraph);
        }
        let is_heading = looks_like_heading(folded)
            && next.is_some()
            && (is_topic(folded) || is_emphasized(self.text, paragraph))
            && (folded.trim_end().ends_with(':')
                || next.is_some_and(|next| next.mark.is_some() || !continues_point(&next.folded)));
        if is_heading
            && !(self.is_passage && self.open.is_some() && !folded.trim_end().ends_with(':'))
        {
            return Role::Heading;
        }
        let announces_list = folded.trim_end().ends_with(':')
            && !has_place(folded)
            && next.is_some_and(|next| next.mark.is_some());
        if announces_list && !self.is_passage {
            return Role::Nothing;
        }
        if self.open.is_some() && continues_point(folded) {
            return Role::Continuation;
        }
        // "Lý do:" and explanations belong to the item above.
        let starts_new = starts_with_place(folded) && has_proposal(folded);
        let is_in_list = self.has_marks
            && self
                .levels
                .last()
                .is_some_and(|(_, heading)| heading.is_none());
        if self.open.is_some() && (is_in_list || self.is_passage) && !self.open_agrees() {
            let starts_new =
                starts_new || (!self.is_passage && opens_topic(folded) && has_proposal(folded));
            let starts_small = paragraph
                .content
                .slice(self.text)
                .and_then(|words| words.chars().next())
                .is_some_and(char::is_lowercase);
            return if starts_new && !starts_small {
                Role::Point
            } else {
                Role::Continuation
            };
        }
        if (only_agrees(folded) && !has_place(folded)) || only_covers(folded) {
            return Role::Nothing;
        }
        Role::Point
    }

    fn open_agrees(&self) -> bool {
        self.open.as_ref().is_some_and(|open| open.is_agreement)
    }

    fn role_of_marked(&self, at: usize, paragraph: &Paragraph) -> Role {
        let folded = &paragraph.folded;
        let Some(mark) = paragraph.mark else {
            return Role::Point;
        };
        let children = self.children(at, mark);
        if !children.is_empty() {
            let standalone = children
                .iter()
                .filter(|child| stands_alone(&child.folded))
                .count();
            let is_whole =
                has_proposal(folded) && has_place(folded) && standalone * 2 < children.len();
            let is_part = self.is_detail(mark);
            return if is_part {
                Role::Continuation
            } else if is_whole {
                Role::Point
            } else {
                Role::Heading
            };
        }
        if self.is_detail(mark) {
            return Role::Continuation;
        }
        let next = self.paragraphs.get(at + 1);
        let is_heading = looks_like_heading(folded)
            && !has_place(folded)
            && next.is_some_and(|next| {
                (next.mark.is_none()
                    && next.folded.chars().count() > 60
                    && !continues_point(&next.folded))
                    || (matches!(mark, Mark::Roman | Mark::Capital)
                        && next.mark.is_some_and(|next| next != mark))
            })
            && (is_topic(folded) || is_emphasized(self.text, paragraph));
        if is_heading {
            return Role::Heading;
        }
        if only_agrees(folded) && !has_place(folded) {
            return Role::Nothing;
        }
        Role::Point
    }

    /// Whether an item with this mark only spells out the open point: "hai nhóm trách nhiệm: - …".
    fn is_detail(&self, mark: Mark) -> bool {
        let Some(open) = &self.open else { return false };
        let is_deeper = self
            .levels
            .last()
            .is_some_and(|(level, heading)| heading.is_none() && is_below(*level, mark))
            && !self
                .levels
                .iter()
                .any(|(level, _)| same_level(*level, Level::Marked(mark)));
        is_deeper && !open.span.is_empty()
    }

    /// The items directly below this one: those that follow with another mark, until one with the
    /// same mark, or one above, comes.
    fn children(&self, at: usize, mark: Mark) -> Vec<&Paragraph> {
        let mut children = Vec::new();
        let mut child_mark = None;
        let same = self
            .levels
            .iter()
            .position(|(level, _)| same_level(*level, Level::Marked(mark)))
            .unwrap_or(self.levels.len());
        let above = self.levels.get(..same).unwrap_or(&[]);
        for next in self
            .paragraphs
            .get(at + 1..)
            .unwrap_or(&[])
            .iter()
            .take(200)
        {
            let Some(next_mark) = next.mark else {
                if child_mark.is_none() && !continues_point(&next.folded) {
                    break;
                }
                continue;
            };
            let is_above = above
                .iter()
                .any(|(level, _)| same_level(*level, Level::Marked(next_mark)));
            if same_level(Level::Marked(next_mark), Level::Marked(mark))
                || is_above
                || !is_below(Level::Marked(mark), next_mark)
            {
                break;
            }
            if child_mark
                .is_none_or(|child| same_level(Level::Marked(child), Level::Marked(next_mark)))
            {
                child_mark = Some(next_mark);
                children.push(next);
            }
        }
        children
    }

    fn start(&mut self, paragraph: &Paragraph, rule: &'static str) {
        let context = self
            .levels
            .iter()
            .filter_map(|(_, heading)| *heading)
            .collect();
        self.open = Some(Open {
            span: paragraph.content,
            context,
            rule,
            is_agreement: only_agrees(&paragraph.folded),
        });
    }

    fn close(&mut self) {
        let Some(open) = self.open.take() else { return };
        let mut span = open.span.trimmed(self.text);
        if let Some(start) = self.opinion_start(span, open.rule) {
            span = Span::new(start, span.end).trimmed(self.text);
        }
        if span.is_empty() {
            return;
        }
        self.points
            .push(make_point(self.text, span, open.context, open.rule));
    }

    /// Where the opinion begins when the first sentence only agrees: "X nhất trí với dự thảo. Đề
    /// nghị bổ sung …".
    fn opinion_start(&self, span: Span, rule: &str) -> Option<usize> {
        let words = span.slice(self.text)?;
        if rule != "split.paragraph" || !may_agree(words) {
            return None;
        }
        let sentences = sentences(words);
        let (first, rest) = sentences.split_first()?;
        let first_folded = fold(first.slice(words)?);
        if !only_agrees(&first_folded) || has_place(&first_folded) {
            return None;
        }
        let next = rest.iter().find(|sentence| {
            sentence.slice(words).is_some_and(|words| {
                let folded = fold(words);
                has_proposal(&folded) && !only_agrees(&folded)
            })
        })?;
        Some(span.start + next.start)
    }
}

/// A quick look before folding: whether words of agreement can be in the text.
fn may_agree(words: &str) -> bool {
    [
        "hất trí",
        "hống nhất",
        "ồng ý",
        "ồng tình",
        "án thành",
        "hat tri",
        "hông có",
        "hông thuộc",
        "hong co",
        "hong nhat",
    ]
    .iter()
    .any(|piece| words.contains(piece))
}

fn same_level(first: Level, second: Level) -> bool {
    match (first, second) {
        (Level::Marked(Mark::Dash | Mark::Bullet), Level::Marked(Mark::Dash | Mark::Bullet)) => {
            true
        }
        (first, second) => first == second,
    }
}

/// Whether items with this mark can stand below a level.
fn is_below(level: Level, mark: Mark) -> bool {
    let order = |mark: Mark| match mark {
        Mark::Capital => 0,
        Mark::Roman => 1,
        Mark::Ordinal => 2,
        Mark::Number(depth) => 2 + depth,
        Mark::Letter => 9,
        Mark::Parenthesis => 10,
        Mark::Dash | Mark::Bullet => 11,
        Mark::Plus => 12,
    };
    match level {
        Level::Topic => true,
        Level::Marked(above) => order(mark) > order(above),
    }
}

/// Whether an item says enough to be a point without the line above.
fn stands_alone(folded: &str) -> bool {
    starts_with_place(folded)
        || (has_proposal(folded) && folded.chars().count() > 40)
        || has_place(folded)
}

fn opens_topic(folded: &str) -> bool {
    folded.starts_with("ngoai ra")
        || folded.starts_with("ben canh do")
        || folded.starts_with("doi voi")
}

/// "**Đối với dự thảo Quyết định:**", or all capitals.
fn is_emphasized(text: &str, paragraph: &Paragraph) -> bool {
    let words = paragraph.content.slice(text).unwrap_or("");
    let letters = words.chars().filter(|c| c.is_alphabetic()).count();
    let capitals = words.chars().filter(|c| c.is_uppercase()).count();
    words.starts_with("**") || (letters > 3 && capitals * 10 >= letters * 8)
}
