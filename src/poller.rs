//! Looks into mailboxes and the outbox again and again, beside the pages.
//!
//! A face like the command line: it decides when, the use cases decide what. It may be cut off at any
//! moment; nothing is acknowledged that is not durable.

use crate::app::App;
use crate::app::mail::outbox::PAUSE;
use crate::app::mail::receiving::Receiver;

/// Polls all mailboxes of the settings until the returned guard is dropped.
pub fn start(app: &App) -> Polling {
    let receivers = app.receivers(None).unwrap_or_default();
    let mut loops: Vec<_> = receivers
        .into_iter()
        .map(|receiver| tokio::spawn(poll(receiver)))
        .collect();
    if app.config.outgoing.as_ref().is_some_and(|it| it.is_enabled) {
        loops.push(tokio::spawn(send(app.clone())));
    }
    Polling { loops }
}

/// Running loops; they end when this is dropped.
pub struct Polling {
    loops: Vec<tokio::task::JoinHandle<()>>,
}

impl Drop for Polling {
    fn drop(&mut self) {
        for running in &self.loops {
            running.abort();
        }
    }
}

async fn poll(mut receiver: Receiver) {
    loop {
        match receiver.look().await {
            Ok(looked) if looked.n_new > 0 => {
                tracing::info!("{} new mails were taken in", looked.n_new);
            }
            Ok(_) => {}
            // The pages show it too: the look noted how it ended.
            Err(error) => {
                let cause = std::error::Error::source(&error);
                let cause = cause.map(ToString::to_string).unwrap_or_default();
                tracing::warn!("a mailbox could not be read: {cause}");
            }
        }
        receiver.wait().await;
    }
}

async fn send(app: App) {
    loop {
        match app.keep_schedule().await {
            Ok(sent) if sent.n_sent > 0 => tracing::info!("{} letters were sent", sent.n_sent),
            Ok(_) => {}
            Err(error) => tracing::warn!("letters could not be sent: {:?}", error.kind),
        }
        tokio::time::sleep(PAUSE).await;
    }
}
