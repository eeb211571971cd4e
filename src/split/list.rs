//! Makes points of the paragraphs of an opinion.

use super::SplitPoint;
use super::clause::{cut_run_on, opinion_start, without_closing};
use super::level::{Level, is_below, same_level};
use super::mark::Mark;
use super::paragraph::Paragraph;
use super::phrase::{
    Words, announces, asks_for_what_follows, asks_openly, concludes, continues_point,
    demands_itself, describes_meeting, greets, is_labelled_draft, is_labelled_proposal,
    is_labelled_reason, is_topic, looks_like_heading, names_only_comments, names_speaker,
    only_agrees, only_covers, speaker_length, starts_closing, starts_with_place, starts_with_verb,
};
use super::point::make_point;
use crate::domain::Span;

/// What a paragraph is in its list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    /// Names what the items below are about.
    Heading,
    /// Starts a point.
    Point,
    /// Starts a point to which the items below belong.
    Whole,
    /// Belongs to the point before.
    Continuation,
    /// Agrees, covers, greets.
    Nothing,
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
        details_until: 0,
        points: Vec::new(),
    };
    for at in 0..paragraphs.len() {
        reader.read(at);
    }
    reader.close();
    reader.points
}

/// A point that may still grow.
struct Open {
    span: Span,
    holes: Vec<Span>,
    context: Vec<Span>,
    rule: &'static str,
    is_agreement: bool,
    /// Whether it asks for something or finds something wrong.
    wants: bool,
    /// Whether it says "đề nghị", "kiến nghị".
    asks_openly: bool,
    /// Whether it is only the draft's words so far: "Dự thảo: “…”".
    quotes_draft: bool,
    ends_with_colon: bool,
}

struct Reader<'a> {
    text: &'a str,
    paragraphs: &'a [Paragraph],
    is_passage: bool,
    has_marks: bool,
    /// Open headings, outermost first.
    levels: Vec<(Level, Option<Span>)>,
    open: Option<Open>,
    /// Paragraphs before this one are details of the open point.
    details_until: usize,
    points: Vec<SplitPoint>,
}

impl Reader<'_> {
    fn read(&mut self, at: usize) {
        let Some(paragraph) = self.paragraphs.get(at) else {
            return;
        };
        let is_detail = at < self.details_until && self.open.is_some();
        let role = if is_detail {
            Role::Continuation
        } else {
            self.role(at, paragraph)
        };
        match role {
            Role::Nothing => self.close(),
            Role::Continuation => {
                if let Some(open) = &mut self.open {
                    open.span.end = paragraph.span.end;
                    open.holes.extend(&paragraph.holes);
                    open.wants |= paragraph.wants;
                    open.asks_openly |= asks_openly(&paragraph.words);
                    open.quotes_draft &= !is_labelled_proposal(&paragraph.words);
                    open.ends_with_colon = paragraph.ends_with_colon();
                } else {
                    self.start(paragraph, "split.paragraph");
                }
            }
            Role::Heading => {
                self.close();
                let level = paragraph.mark.map_or(Level::Topic, Level::Marked);
                self.enter(level);
                // A heading that asks for something is a point of its own as well.
                let is_sentence =
                    paragraph.folded().ends_with(['.', ';']) && demands_itself(&paragraph.words);
                let asks_there = paragraph.has_place
                    && (paragraph.content.len() > 80
                        || starts_with_verb(&paragraph.words)
                        || asks_openly(&paragraph.words));
                let is_point =
                    paragraph.wants && !paragraph.ends_with_colon() && (is_sentence || asks_there);
                if is_point {
                    self.start(
                        paragraph,
                        paragraph.mark.map_or("split.paragraph", Mark::rule),
                    );
                    self.close();
                }
                self.levels.push((level, Some(paragraph.span)));
            }
            Role::Point | Role::Whole => {
                self.close();
                if let Some(mark) = paragraph.mark {
                    self.enter(Level::Marked(mark));
                    self.levels.push((Level::Marked(mark), None));
                }
                let rule = paragraph.mark.map_or("split.paragraph", Mark::rule);
                self.start(paragraph, rule);
                if role == Role::Whole {
                    self.details_until = self.block_end(at, paragraph.mark);
                }
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
        } else if let Level::Marked(mark) = level {
            // "a)" after "–" goes back to above the dashes.
            while self
                .levels
                .last()
                .is_some_and(|(open, _)| !is_below(*open, mark))
            {
                self.levels.pop();
            }
        }
    }

    fn role(&self, at: usize, paragraph: &Paragraph) -> Role {
        let words = &paragraph.words;
        if let Some(open) = &self.open
            && (is_labelled_reason(words) || (open.quotes_draft && is_labelled_proposal(words)))
        {
            return Role::Continuation;
        }
        if let Some(mark) = paragraph.mark {
            return self.role_of_marked(at, paragraph, mark);
        }
        if let Some(role) = self.role_of_heading(at, paragraph) {
            return role;
        }
        if let Some(open) = &self.open {
            let quotes_next = open.ends_with_colon && open.wants;
            if continues_point(words) || concludes(words) || quotes_next {
                return Role::Continuation;
            }
        }
        let agrees = only_agrees(words) && !paragraph.has_place;
        let starts_small = paragraph
            .content
            .slice(self.text)
            .is_some_and(|words| words.starts_with(char::is_lowercase));
        if describes_meeting(words) {
            return Role::Nothing;
        }
        let speaks_aside = (starts_closing(words) || greets(words))
            && !paragraph.has_place
            && !demands_itself(words);
        if speaks_aside {
            return Role::Nothing;
        }
        if let Some(open) = &self.open {
            let is_in_list = self.has_marks
                && self
                    .levels
                    .last()
                    .is_some_and(|(_, heading)| heading.is_none());
            if (is_in_list || self.is_passage) && !open.is_agreement {
                if agrees && !starts_small && !self.is_passage {
                    return Role::Nothing;
                }
                let starts_new = (starts_with_place(words) && paragraph.wants)
                    || (self.is_passage && names_speaker(words))
                    || (!self.is_passage && opens_topic(words.folded()) && paragraph.wants);
                return if starts_new && !starts_small || self.is_chat_line(paragraph) {
                    Role::Point
                } else {
                    Role::Continuation
                };
            }
            if self.completes(open, paragraph) {
                return Role::Continuation;
            }
        }
        if agrees || only_covers(words) || (!self.is_passage && is_scrap(paragraph)) {
            return Role::Nothing;
        }
        Role::Point
    }

    /// A line of a chat, in small letters, that names a place of its own.
    fn is_chat_line(&self, paragraph: &Paragraph) -> bool {
        !self.has_marks
            && paragraph.wants
            && paragraph.folded().len() < 90
            && starts_with_place(&paragraph.words)
    }

    /// Whether a paragraph asks for what the open one only describes.
    fn completes(&self, open: &Open, paragraph: &Paragraph) -> bool {
        if open.is_agreement || starts_with_place(&paragraph.words) {
            return false;
        }
        let below_title = matches!(
            self.levels.last(),
            Some((Level::Marked(Mark::Number(_) | Mark::Letter), Some(_)))
        );
        if below_title {
            return !open.asks_openly && !opens_topic(paragraph.folded());
        }
        let asks = ["de nghi", "kien nghi", "de xuat", "nen ", "can "]
            .iter()
            .any(|word| paragraph.folded().starts_with(word));
        !open.wants && asks
    }

    /// The role of a paragraph without mark that has the form of a heading.
    fn role_of_heading(&self, at: usize, paragraph: &Paragraph) -> Option<Role> {
        let words = &paragraph.words;
        let next = self.paragraphs.get(at + 1)?;
        let has_colon = paragraph.ends_with_colon();
        if has_colon && next.mark.is_some() {
            let children = self.children(at, None);
            let n_alone = children.iter().filter(|child| stands_alone(child)).count();
            let is_title = is_topic(words) && !demands_itself(words);
            let numbers_follow = matches!(next.mark, Some(Mark::Number(_) | Mark::Roman));
            if numbers_follow && asks_for_what_follows(words) && !paragraph.has_place {
                return Some(Role::Nothing);
            }
            if paragraph.wants
                && !is_title
                && !names_only_comments(words)
                && !names_speaker(words)
                && n_alone * 2 < children.len()
            {
                return Some(Role::Whole);
            }
            let announces_only = announces(words)
                && !paragraph.has_place
                && !is_topic(words)
                && !names_speaker(words);
            return Some(if announces_only {
                Role::Nothing
            } else {
                Role::Heading
            });
        }
        let has_form = looks_like_heading(words)
            && (is_topic(words) || paragraph.is_loud || names_speaker(words))
            && (has_colon || next.mark.is_some() || !continues_point(&next.words));
        let quotes = has_colon && demands_itself(words) && !names_only_comments(words);
        let is_heading = has_form
            && !quotes
            && !(self.is_passage && self.open.is_some() && !has_colon)
            && (!only_agrees(words) || has_colon);
        is_heading.then_some(Role::Heading)
    }

    fn role_of_marked(&self, at: usize, paragraph: &Paragraph, mark: Mark) -> Role {
        let words = &paragraph.words;
        let children = self.children(at, Some(mark));
        if !children.is_empty() {
            let n_alone = children.iter().filter(|child| stands_alone(child)).count();
            let n_wanting = children.iter().filter(|child| child.wants).count();
            let describes = paragraph.has_place && paragraph.folded().len() > 60 && n_wanting == 0;
            let is_whole =
                (paragraph.wants && !names_only_comments(words) && n_alone * 2 < children.len())
                    || describes;
            return if self.is_detail(mark, paragraph) {
                Role::Continuation
            } else if is_whole {
                Role::Whole
            } else {
                Role::Heading
            };
        }
        if self.is_detail(mark, paragraph) {
            return Role::Continuation;
        }
        let is_title = looks_like_heading(words)
            && self.paragraphs.get(at + 1).is_some_and(|next| {
                next.mark.is_none()
                    && !continues_point(&next.words)
                    && (!demands_itself(words) || names_only_comments(words))
                    && (paragraph.ends_with_colon() || next.wants || next.folded().len() > 60)
            });
        if is_title {
            return Role::Heading;
        }
        if only_agrees(words) && !paragraph.has_place {
            return Role::Nothing;
        }
        Role::Point
    }

    /// Whether an item with this mark only spells out the open point: "hai nhóm trách nhiệm: - …".
    fn is_detail(&self, mark: Mark, paragraph: &Paragraph) -> bool {
        let Some(open) = &self.open else { return false };
        let is_deeper = self
            .levels
            .last()
            .is_some_and(|(level, heading)| heading.is_none() && is_below(*level, mark))
            && !self
                .levels
                .iter()
                .any(|(level, _)| same_level(*level, Level::Marked(mark)));
        is_deeper && !open.span.is_empty() && !(paragraph.wants && paragraph.has_place)
    }

    /// The items directly below this one: those that follow with another mark, until one with the
    /// same mark, or one above, comes.
    fn children(&self, at: usize, mark: Option<Mark>) -> Vec<&Paragraph> {
        const MAX_SPAN: usize = 200;
        let mut children: Vec<&Paragraph> = Vec::new();
        let mut child_mark = None;
        for next in self
            .paragraphs
            .get(at + 1..)
            .unwrap_or(&[])
            .iter()
            .take(MAX_SPAN)
        {
            let Some(next_mark) = next.mark else {
                if child_mark.is_none() && !continues_point(&next.words) {
                    break;
                }
                if mark.is_none() {
                    break;
                }
                continue;
            };
            if self.ends_block(mark, next_mark) {
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

    /// Whether an item with `next` is no longer below one with `mark`.
    fn ends_block(&self, mark: Option<Mark>, next: Mark) -> bool {
        let level = mark.map_or(Level::Topic, Level::Marked);
        let same = self
            .levels
            .iter()
            .position(|(open, _)| same_level(*open, level))
            .unwrap_or(self.levels.len());
        let is_above = self
            .levels
            .get(..same)
            .unwrap_or(&[])
            .iter()
            .any(|(open, _)| same_level(*open, Level::Marked(next)));
        is_above
            || mark.is_some_and(|mark| {
                same_level(Level::Marked(next), Level::Marked(mark))
                    || !is_below(Level::Marked(mark), next)
            })
    }

    /// The index after the details of the point at `at`.
    fn block_end(&self, at: usize, mark: Option<Mark>) -> usize {
        let mut end = at + 1;
        while let Some(next) = self.paragraphs.get(end) {
            let belongs = match next.mark {
                Some(next) => !self.ends_block(mark, next),
                None => continues_point(&next.words) || concludes(&next.words),
            };
            if !belongs {
                break;
            }
            end += 1;
        }
        end
    }

    fn start(&mut self, paragraph: &Paragraph, rule: &'static str) {
        let context = self
            .levels
            .iter()
            .filter_map(|(_, heading)| *heading)
            .collect();
        self.open = Some(Open {
            span: paragraph.content,
            holes: paragraph.holes.clone(),
            context,
            rule,
            is_agreement: only_agrees(&paragraph.words),
            wants: paragraph.wants,
            asks_openly: asks_openly(&paragraph.words),
            quotes_draft: is_labelled_draft(&paragraph.words),
            ends_with_colon: paragraph.ends_with_colon(),
        });
    }

    fn close(&mut self) {
        let Some(open) = self.open.take() else { return };
        let mut span = open.span.trimmed(self.text);
        if let Some(words) = span.slice(self.text) {
            let end = span.start + without_closing(words);
            span.end = end;
        }
        if open.rule == "split.paragraph"
            && let Some(words) = span.slice(self.text)
            && let Some(start) = opinion_start(words)
        {
            span = Span::new(span.start + start, span.end).trimmed(self.text);
        }
        if span.is_empty() {
            return;
        }
        let speaker = span.slice(self.text).and_then(|words| {
            let length = speaker_length(&Words::new(words), words)?;
            Some(Span::new(span.start, span.start + length))
        });
        if let Some(speaker) = speaker {
            span = Span::new(speaker.end, span.end);
        }
        let speaker = speaker.map(|speaker| speaker.trimmed(self.text));
        let (lead, pieces) = cut_run_on(self.text, span);
        let is_cut = pieces.len() > 1;
        for piece in pieces {
            let mut context = open.context.clone();
            context.extend(speaker);
            context.extend(lead);
            let rule = if is_cut { "split.run_on" } else { open.rule };
            let mut point = make_point(self.text, piece, context, rule);
            point.holes = open
                .holes
                .iter()
                .copied()
                .filter(|hole| piece.contains(*hole))
                .collect();
            self.points.push(point);
        }
    }
}

/// Scraps of a bad reading: "001000000100", "STATES", a cell's word of a table read line by line.
fn is_scrap(paragraph: &Paragraph) -> bool {
    let folded = paragraph.folded();
    let n_words = folded
        .split(' ')
        .filter(|word| word.chars().filter(|c| c.is_alphabetic()).count() >= 2)
        .count();
    !paragraph.wants
        && !folded.ends_with(['.', ';', '!', '?'])
        && (n_words < 2 || (n_words < 6 && !paragraph.has_place))
}

/// Whether an item says enough to be a point without the line above.
fn stands_alone(paragraph: &Paragraph) -> bool {
    demands_itself(&paragraph.words) || (paragraph.has_place && paragraph.wants)
}

fn opens_topic(folded: &str) -> bool {
    folded.starts_with("ngoai ra")
        || folded.starts_with("ben canh do")
        || folded.starts_with("doi voi")
}
