//! Bytes in any encoding → UTF-8 with `\n` line ends, chunk by chunk.

use std::io;
use std::io::Read;

use crate::text::legacy::{Decoder, Encoding};

/// How much is read at once.
const CHUNK_BYTES: usize = 64 << 10;

/// Decodes a reader in constant memory.
///
/// UTF-8 passes through unchecked: broken places are found cell by cell, where a row can be named.
pub(super) struct Source<R> {
    reader: R,
    /// `None` for UTF-8.
    decoder: Option<Decoder>,
    chunk: Vec<u8>,
    text: String,
    ended_in_cr: bool,
    is_at_start: bool,
}

impl<R: Read> Source<R> {
    pub(super) fn new(reader: R, encoding: Encoding) -> Self {
        Self {
            reader,
            decoder: (encoding != Encoding::Utf8).then(|| Decoder::new(encoding)),
            chunk: Vec::new(),
            text: String::new(),
            ended_in_cr: false,
            is_at_start: true,
        }
    }

    /// Appends the next piece to `out`; `false` at the end of the file.
    pub(super) fn fill(&mut self, out: &mut Vec<u8>) -> io::Result<bool> {
        self.chunk.resize(CHUNK_BYTES, 0);
        let n_read = loop {
            match self.reader.read(&mut self.chunk) {
                Ok(n_read) => break n_read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        };
        let chunk = self.chunk.get(..n_read).unwrap_or_default();
        let mut bytes = match &mut self.decoder {
            Some(decoder) => {
                self.text.clear();
                decoder.push(chunk, n_read == 0, &mut self.text);
                self.text.as_bytes()
            }
            None => chunk,
        };
        if self.is_at_start && self.decoder.is_none() {
            bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        }
        self.is_at_start = false;
        if self.ended_in_cr && !bytes.is_empty() {
            bytes = bytes.strip_prefix(b"\n").unwrap_or(bytes);
            self.ended_in_cr = false;
        }
        push_lines(bytes, out);
        self.ended_in_cr |= bytes.last() == Some(&b'\r');
        Ok(n_read > 0)
    }
}

/// Appends text with CR LF and CR turned into LF.
fn push_lines(bytes: &[u8], out: &mut Vec<u8>) {
    let mut rest = bytes;
    while let Some(at) = rest.iter().position(|&b| b == b'\r') {
        let (line, tail) = rest.split_at(at);
        out.extend_from_slice(line);
        out.push(b'\n');
        let tail = tail.get(1..).unwrap_or_default();
        rest = tail.strip_prefix(b"\n").unwrap_or(tail);
    }
    out.extend_from_slice(rest);
}
