//! What is too long to be held in memory goes out as it is written.

use std::io::{self, BufWriter, Write};

use axum::body::{Body, Bytes};
use futures_util::stream;
use tokio::sync::mpsc;

use crate::app::run_blocking;

/// Bytes of a piece, and pieces that wait for a slow reader.
const PIECE: usize = 64 << 10;
const MAX_WAITING: usize = 4;

/// A body of what `write` writes, on a thread of its own; it ends when the reader goes away. An
/// error cuts the body off, so that the reader knows it is not whole.
pub(super) fn body(write: impl FnOnce(&mut dyn Write) -> io::Result<()> + Send + 'static) -> Body {
    let (sender, receiver) = mpsc::channel(MAX_WAITING);
    tokio::spawn(run_blocking(move || {
        let mut out = BufWriter::with_capacity(PIECE, Pieces(sender));
        let written = write(&mut out).and_then(|()| out.flush());
        if let Err(error) = written {
            tracing::warn!(%error, "a download was cut off");
            // Nobody listens when the reader went away.
            let _ = out.get_ref().0.blocking_send(Err(error));
        }
    }));
    Body::from_stream(stream::unfold(receiver, async |mut receiver| {
        let piece: io::Result<Bytes> = receiver.recv().await?;
        Some((piece, receiver))
    }))
}

struct Pieces(mpsc::Sender<io::Result<Bytes>>);

impl Write for Pieces {
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        let sent = self.0.blocking_send(Ok(Bytes::copy_from_slice(piece)));
        sent.map_err(|_gone| io::Error::from(io::ErrorKind::BrokenPipe))?;
        Ok(piece.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
