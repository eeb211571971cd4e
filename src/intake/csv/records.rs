//! Text → records of cells (RFC 4180, read leniently), in constant memory.
//!
//! An own small reader instead of the `csv` crate, for two things that one cannot do: a quotation
//! mark that is never closed must cost its own row and not swallow the rest of a file of any size,
//! and a record's number is the physical line it begins on, blank lines above it counted.

use std::io;
use std::io::Read;

use super::source::Source;

/// The longest record; a cell beyond this is an unclosed quotation mark or no table.
const MAX_RECORD: usize = 1 << 20;

/// What was wrong with the writing of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flaw {
    /// A quotation mark opens a cell and never closes it; the line was read as it stands.
    UnclosedQuote,
    /// The line is longer than any table's; what follows was read as the next one.
    TooLong,
}

/// One record; reused from row to row.
#[derive(Debug, Default)]
pub(super) struct Record {
    bytes: Vec<u8>,
    ends: Vec<usize>,
    /// 1-based physical line of its beginning.
    pub(super) line: u64,
    pub(super) flaw: Option<Flaw>,
}

impl Record {
    /// The cells as bytes.
    pub(super) fn cells(&self) -> impl Iterator<Item = &[u8]> {
        let mut start = 0;
        self.ends.iter().map(move |&end| {
            let cell = self.bytes.get(start..end).unwrap_or_default();
            start = end;
            cell
        })
    }

    fn clear(&mut self) {
        self.bytes.clear();
        self.ends.clear();
        self.flaw = None;
    }
}

/// Reads records one after another.
pub(super) struct Records<R> {
    source: Source<R>,
    delimiter: u8,
    /// How many cells a record should have; decides between two readings of doubtful quotes.
    pub(super) n_columns: Option<usize>,
    buffer: Vec<u8>,
    position: usize,
    line: u64,
    is_ended: bool,
}

impl<R: Read> Records<R> {
    pub(super) fn new(source: Source<R>, delimiter: u8) -> Self {
        Self {
            source,
            delimiter,
            n_columns: None,
            buffer: Vec::new(),
            position: 0,
            line: 1,
            is_ended: false,
        }
    }

    /// Reads the next record that is not a blank line; `false` at the end.
    pub(super) fn read(&mut self, record: &mut Record) -> io::Result<bool> {
        loop {
            self.look_ahead()?;
            if self.buffer.get(self.position) != Some(&b'\n') {
                break;
            }
            self.position += 1;
            self.line += 1;
        }
        let rest = self.buffer.get(self.position..).unwrap_or_default();
        if rest.is_empty() {
            return Ok(false);
        }
        let window = rest.get(..MAX_RECORD).unwrap_or(rest);
        let mut parsed = parse(window, self.delimiter, true, record);
        let is_doubtful = parsed.is_unclosed
            || (parsed.is_messy
                && parsed.n_lines > 1
                && self
                    .n_columns
                    .is_some_and(|n_columns| n_columns != record.ends.len()));
        if is_doubtful {
            parsed = parse(window, self.delimiter, false, record);
            record.flaw = Some(Flaw::UnclosedQuote);
        }
        if parsed.n_bytes == window.len() && window.len() < rest.len() {
            record.flaw = Some(Flaw::TooLong);
        }
        record.line = self.line;
        self.position += parsed.n_bytes;
        self.line += parsed.n_lines;
        Ok(true)
    }

    /// Has at least one longest record in the buffer, or the end of the file.
    fn look_ahead(&mut self) -> io::Result<()> {
        if self.is_ended || self.buffer.len() - self.position > MAX_RECORD {
            return Ok(());
        }
        self.buffer.drain(..self.position);
        self.position = 0;
        while !self.is_ended && self.buffer.len() <= 2 * MAX_RECORD {
            self.is_ended = !self.source.fill(&mut self.buffer)?;
        }
        Ok(())
    }
}

struct Parsed {
    /// Terminator included.
    n_bytes: usize,
    /// Line ends consumed, in cells too.
    n_lines: u64,
    /// The window ended inside quotation marks.
    is_unclosed: bool,
    /// Something stood between a closing quotation mark and the delimiter.
    is_messy: bool,
}

/// Reads one record at the beginning of `window` into `record`.
fn parse(window: &[u8], delimiter: u8, with_quotes: bool, record: &mut Record) -> Parsed {
    record.clear();
    let mut parsed = Parsed {
        n_bytes: 0,
        n_lines: 0,
        is_unclosed: false,
        is_messy: false,
    };
    let mut rest = window;
    loop {
        let start = record.bytes.len();
        if with_quotes && let Some(quoted) = opening_quote(rest) {
            rest = take_quoted(quoted, record, &mut parsed);
            if parsed.is_unclosed {
                record.ends.push(record.bytes.len());
                parsed.n_bytes = window.len();
                return parsed;
            }
        } else if !with_quotes {
            rest = rest.strip_prefix(b"\"").unwrap_or(rest);
        }
        let end = rest
            .iter()
            .position(|&b| b == delimiter || b == b'\n')
            .unwrap_or(rest.len());
        let (tail, after) = rest.split_at(end);
        let is_quoted = record.bytes.len() > start;
        if !(is_quoted && tail.iter().all(|b| matches!(b, b' ' | b'\t'))) {
            parsed.is_messy |= is_quoted;
            record.bytes.extend_from_slice(tail);
        }
        record.ends.push(record.bytes.len());
        match after.split_first() {
            Some((b'\n', after)) => {
                parsed.n_lines += 1;
                rest = after;
                break;
            }
            Some((_, after)) => rest = after,
            None => {
                rest = after;
                break;
            }
        }
    }
    parsed.n_bytes = window.len() - rest.len();
    parsed
}

/// What follows the quotation mark that opens a cell, spaces before it allowed.
fn opening_quote(rest: &[u8]) -> Option<&[u8]> {
    match rest.first()? {
        b'"' => rest.get(1..),
        b' ' => {
            let spaces = rest.iter().take(16).take_while(|&&b| b == b' ').count();
            rest.get(spaces..)?.strip_prefix(b"\"")
        }
        _ => None,
    }
}

/// Appends a quoted cell up to its closing quotation mark and returns what follows it.
fn take_quoted<'a>(quoted: &'a [u8], record: &mut Record, parsed: &mut Parsed) -> &'a [u8] {
    let mut rest = quoted;
    loop {
        let Some(at) = rest.iter().position(|&b| b == b'"') else {
            parsed.is_unclosed = true;
            record.bytes.extend_from_slice(rest);
            return &[];
        };
        let (text, after) = rest.split_at(at);
        record.bytes.extend_from_slice(text);
        for &byte in text {
            parsed.n_lines += u64::from(byte == b'\n');
        }
        let after = after.get(1..).unwrap_or_default();
        match after.first() {
            Some(b'"') => {
                record.bytes.push(b'"');
                rest = after.get(1..).unwrap_or_default();
            }
            _ => return after,
        }
    }
}
