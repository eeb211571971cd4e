//! `numbering.xml`: automatic numbers as Word shows them.
//!
//! ECMA-376 Part 1, 17.9: a paragraph names a list instance (`numId`) and a level; instances of one
//! abstract list share its counters unless they restart them; a level's text has `%1` to `%9` for
//! the counters of the levels above and itself.

use std::collections::{HashMap, HashSet};

use super::styles::{Font, Styles};
use super::xml::{Element, Token, Tokens};
use crate::intake::counting;

const LEVELS: usize = 9;
/// Numbers of real lists are short; a hostile pattern repeated for every paragraph is not.
const MAX_LABEL_CHARS: usize = 64;

#[derive(Debug, Clone)]
struct Level {
    start: u32,
    format: String,
    text: String,
    /// What separates the number from the text.
    separator: &'static str,
    restarts_after: Option<u8>,
    is_legal: bool,
    style: Option<String>,
    font: Font,
}

impl Default for Level {
    fn default() -> Self {
        Self {
            start: 0,
            format: "decimal".to_owned(),
            text: String::new(),
            separator: " ",
            restarts_after: None,
            is_legal: false,
            style: None,
            font: Font::Unicode,
        }
    }
}

#[derive(Debug, Default)]
struct Abstract {
    levels: HashMap<u8, Level>,
    /// The style whose list this one stands for.
    style_link: Option<String>,
}

#[derive(Debug, Default)]
struct Instance {
    list: String,
    starts: HashMap<u8, u32>,
    levels: HashMap<u8, Level>,
}

/// All lists of a document and where their counters stand.
#[derive(Debug, Default)]
pub(super) struct Numbering {
    lists: HashMap<String, Abstract>,
    instances: HashMap<String, Instance>,
    counters: HashMap<String, [Option<u32>; LEVELS]>,
    /// Levels of instances whose own start was used.
    started: HashSet<(String, u8)>,
}

impl Numbering {
    /// Reads `numbering.xml`.
    pub(super) fn read(text: &str) -> Self {
        let mut numbering = Self::default();
        let mut list: Option<(String, Abstract)> = None;
        let mut instance: Option<(String, Instance)> = None;
        let mut override_level: Option<u8> = None;
        let mut level: Option<(u8, Level)> = None;
        for token in Tokens::new(text) {
            match token {
                Token::Open(element) => match element.name() {
                    "abstractNum" => {
                        list = element
                            .attribute("abstractNumId")
                            .map(|id| (id, Abstract::default()));
                    }
                    "num" => {
                        instance = element
                            .attribute("numId")
                            .map(|id| (id, Instance::default()));
                    }
                    "abstractNumId" => {
                        if let (Some((_, instance)), Some(id)) = (&mut instance, element.value()) {
                            instance.list = id;
                        }
                    }
                    "lvlOverride" => override_level = level_number(&element),
                    "startOverride" => {
                        let start = element.value().and_then(|start| start.parse().ok());
                        if let (Some((_, instance)), Some(at), Some(start)) =
                            (&mut instance, override_level, start)
                        {
                            instance.starts.insert(at, start);
                        }
                    }
                    "numStyleLink" => {
                        if let Some((_, list)) = &mut list {
                            list.style_link = element.value();
                        }
                    }
                    "lvl" => level = level_number(&element).map(|at| (at, Level::default())),
                    _ => {
                        if let Some((_, level)) = &mut level {
                            level.take(&element);
                        }
                    }
                },
                Token::Close(name) => match name.as_str() {
                    "lvl" => {
                        let levels = match (&mut instance, &mut list) {
                            (Some((_, instance)), _) => &mut instance.levels,
                            (None, Some((_, list))) => &mut list.levels,
                            (None, None) => continue,
                        };
                        levels.extend(level.take());
                    }
                    "lvlOverride" => override_level = None,
                    "abstractNum" => numbering.lists.extend(list.take()),
                    "num" => numbering.instances.extend(instance.take()),
                    _ => {}
                },
                Token::Text(_) => {}
            }
        }
        numbering
    }

    /// Counts a paragraph of list `id` at `level` and returns its number with the separator after
    /// it; `None` when the list does not exist or shows nothing.
    ///
    /// `style_chain` finds the level of lists that are tied to heading styles.
    pub(super) fn label<'a>(
        &mut self,
        id: &str,
        level: Option<u8>,
        style_chain: impl Iterator<Item = &'a str>,
        styles: &Styles,
    ) -> Option<String> {
        let instance = self.instances.get(id)?;
        let mut list_id = instance.list.clone();
        let mut list = self.lists.get(&list_id)?;
        if list.levels.is_empty()
            && let Some(linked) = list
                .style_link
                .as_deref()
                .and_then(|style| styles.list_of(style))
        {
            list_id.clone_from(&self.instances.get(linked)?.list);
            list = self.lists.get(&list_id)?;
        }
        let at = level
            .or_else(|| {
                let chain: Vec<&str> = style_chain.collect();
                let by_style = |(at, level): (&u8, &Level)| {
                    let style = level.style.as_deref()?;
                    chain.contains(&style).then_some(*at)
                };
                list.levels.iter().filter_map(by_style).min()
            })
            .unwrap_or(0)
            .min(8);
        let find = |at: u8| instance.levels.get(&at).or_else(|| list.levels.get(&at));
        let own = find(at)?;
        let counters = self.counters.entry(list_id).or_default();
        let new_start = instance.starts.get(&at).copied();
        let new_start = new_start.filter(|_| self.started.insert((id.to_owned(), at)));
        for (depth, counter) in counters.iter_mut().enumerate() {
            let depth = u8::try_from(depth).unwrap_or(u8::MAX);
            if depth == at {
                let next = counter.map_or(own.start, |count| count.saturating_add(1));
                *counter = Some(new_start.unwrap_or(next));
            } else if depth > at {
                let restarts = match find(depth).and_then(|level| level.restarts_after) {
                    Some(after) => at < after,
                    None => true,
                };
                if restarts {
                    *counter = None;
                }
            }
        }
        let label = own.label(|depth, is_legal| {
            let level = find(depth)?;
            let count = counters
                .get(usize::from(depth))
                .copied()
                .flatten()
                .unwrap_or(level.start);
            let format = if is_legal {
                "decimal"
            } else {
                level.format.as_str()
            };
            Some(number(count, format))
        })?;
        Some(label + own.separator)
    }
}

impl Level {
    fn take(&mut self, element: &Element<'_>) {
        let value = element.value();
        match element.name() {
            "start" => self.start = value.and_then(|start| start.parse().ok()).unwrap_or(0),
            "numFmt" => self.format = value.unwrap_or_default(),
            "lvlText" => {
                self.text = value
                    .unwrap_or_default()
                    .chars()
                    .take(MAX_LABEL_CHARS)
                    .collect();
            }
            "suff" if value.as_deref() == Some("nothing") => self.separator = "",
            "lvlRestart" => self.restarts_after = value.and_then(|after| after.parse().ok()),
            "isLgl" => self.is_legal = element.is_on(),
            "pStyle" => self.style = value,
            "rFonts" => {
                let name = element
                    .attribute("ascii")
                    .or_else(|| element.attribute("hAnsi"));
                self.font = name.map_or(self.font, |name| Font::named(&name));
            }
            _ => {}
        }
    }

    /// The level's text with its counters filled in.
    fn label(&self, counter: impl Fn(u8, bool) -> Option<String>) -> Option<String> {
        if self.format == "bullet" {
            return Some(self.bullet());
        }
        if self.format == "none" && !self.text.contains('%') {
            return (!self.text.trim().is_empty()).then(|| self.text.clone());
        }
        let mut label = String::new();
        let mut chars = self.text.chars().peekable();
        while let Some(c) = chars.next() {
            match (c, chars.peek().and_then(|c| c.to_digit(10))) {
                ('%', Some(depth @ 1..=9)) => {
                    chars.next();
                    let depth = u8::try_from(depth).unwrap_or(1) - 1;
                    label.push_str(&counter(depth, self.is_legal).unwrap_or_default());
                }
                (c, _) => label.push(c),
            }
        }
        (!label.is_empty()).then_some(label)
    }

    /// Pictures of dots and squares read as a dash, the mark Vietnamese lists use.
    fn bullet(&self) -> String {
        let mark = self.text.trim();
        let is_picture = self.font == Font::Pictures
            || mark.is_empty()
            || mark.chars().any(|c| matches!(c, '\u{e000}'..='\u{f8ff}'))
            || matches!(mark, "o" | "§" | "·");
        if is_picture {
            "–".to_owned()
        } else {
            mark.to_owned()
        }
    }
}

fn level_number(element: &Element<'_>) -> Option<u8> {
    element
        .attribute("ilvl")?
        .parse()
        .ok()
        .filter(|&at: &u8| usize::from(at) < LEVELS)
}

/// A counter in the given format; formats without a form here are written in digits.
fn number(count: u32, format: &str) -> String {
    let style = match format {
        "upperRoman" => 'I',
        "lowerRoman" => 'i',
        "upperLetter" => 'A',
        "lowerLetter" => 'a',
        "decimalZero" => return format!("{count:02}"),
        "none" | "bullet" => return String::new(),
        _ => '1',
    };
    counting::number(count, style)
}
