//! Mailboxes in one file (RFC 4155), message by message, in the memory of one.
//!
//! Each message begins with a "From " line after a blank one; its own lines that look so have a ">"
//! before them.

use std::io::{BufRead, Read};

use super::limits;

/// Longest piece of a line that is looked at at once.
const LINE_BYTES: u64 = 1 << 20;

/// One message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Its bytes, without the "From " line.
    pub bytes: Vec<u8>,
    /// Whether it is longer than any mail and only its beginning is here.
    pub is_cut: bool,
}

/// The messages of a mailbox, in order.
#[derive(Debug)]
pub struct Messages<R> {
    reader: R,
    line: Vec<u8>,
    /// Whether the line before was blank, so that a "From " line begins a message.
    is_after_blank: bool,
    is_at_line_start: bool,
}

impl<R: BufRead> Messages<R> {
    /// Reads from the beginning of a mailbox.
    pub fn new(reader: R) -> Self {
        Self {
            reader,
            line: Vec::new(),
            is_after_blank: true,
            is_at_line_start: true,
        }
    }

    /// Reads the next line, or the next piece of a very long one. `false` at the end.
    fn read_piece(&mut self) -> std::io::Result<bool> {
        self.line.clear();
        let n = (&mut self.reader)
            .take(LINE_BYTES)
            .read_until(b'\n', &mut self.line)?;
        Ok(n > 0)
    }
}

impl<R: BufRead> Iterator for Messages<R> {
    type Item = std::io::Result<Message>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut bytes: Vec<u8> = Vec::new();
        let mut is_cut = false;
        loop {
            match self.read_piece() {
                Ok(true) => {}
                Ok(false) if bytes.is_empty() => return None,
                Ok(false) => return Some(Ok(Message { bytes, is_cut })),
                Err(error) => return Some(Err(error)),
            }
            let is_start = self.is_at_line_start && self.is_after_blank;
            let begins = is_start && self.line.starts_with(b"From ");
            if self.is_at_line_start {
                self.is_after_blank = self.line.iter().all(u8::is_ascii_whitespace);
            }
            let was_line_start = self.is_at_line_start;
            self.is_at_line_start = self.line.ends_with(b"\n");
            if begins && !bytes.is_empty() {
                return Some(Ok(Message { bytes, is_cut }));
            }
            if begins {
                continue;
            }
            let n_quotes = self.line.iter().take_while(|&&b| b == b'>').count();
            let rest = self.line.get(n_quotes..).unwrap_or_default();
            let is_quoted = was_line_start && n_quotes > 0 && rest.starts_with(b"From ");
            let line = self.line.get(usize::from(is_quoted)..).unwrap_or_default();
            if bytes.len() + line.len() <= limits::MESSAGE_BYTES {
                bytes.extend_from_slice(line);
            } else {
                is_cut = true;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Messages;

    #[track_caller]
    fn check(mailbox: &str, expected: &[&str]) {
        let messages: Vec<String> = Messages::new(mailbox.as_bytes())
            .map(|message| String::from_utf8(message.unwrap().bytes).unwrap())
            .collect();
        assert_eq!(messages, expected, "{mailbox:?}");
    }

    #[test]
    fn messages_begin_with_a_from_line_after_a_blank_one() {
        check("", &[]);
        check(
            "From a\nS: 1\n\nx\n\nFrom b\nS: 2\n\ny\n",
            &["S: 1\n\nx\n\n", "S: 2\n\ny\n"],
        );
        check(
            "From a\nS: 1\n\nx\nFrom here on\n",
            &["S: 1\n\nx\nFrom here on\n"],
        );
        check(
            "From a\nS: 1\n\n>From me\n>>From you\n",
            &["S: 1\n\nFrom me\n>From you\n"],
        );
        check(
            "From a\r\nS: 1\r\n\r\nx\r\n\r\nFrom b\r\nS: 2",
            &["S: 1\r\n\r\nx\r\n\r\n", "S: 2"],
        );
        check("S: no from line\n\nx\n", &["S: no from line\n\nx\n"]);
        check("From a\n\nFrom b\nS: 2\n", &["\n", "S: 2\n"]);
    }

    #[test]
    fn a_line_without_end_stays_one_line() {
        let long = "x".repeat(3 << 20);
        let mailbox = format!("From a\nS: 1\n\n{long}From b\n\nFrom c\nS: 2\n");
        let lengths: Vec<usize> = Messages::new(mailbox.as_bytes())
            .map(|message| message.unwrap().bytes.len())
            .collect();
        assert_eq!(lengths, [long.len() + 14, 5]);
    }
}
