//! One import of the same bytes at a time.
//!
//! Two people who import the same file at once would both find it half-done and both continue it.
//! The second waits, and then finds that it is known.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{Mutex as AsyncMutex, OwnedMutexGuard};

use crate::domain::ContentHash;

/// The originals being imported in this process, which is the only one to import.
#[derive(Default)]
pub(in crate::app) struct InHand {
    turns: Mutex<BTreeMap<String, Arc<AsyncMutex<()>>>>,
}

impl InHand {
    /// Waits until nobody else imports these bytes; they are free again when the guard goes.
    pub(in crate::app) async fn take(&self, blob: ContentHash) -> OwnedMutexGuard<()> {
        let turn = {
            let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
            // Who is held by this map alone is in nobody's hands any more.
            turns.retain(|_, turn| Arc::strong_count(turn) > 1);
            Arc::clone(turns.entry(blob.to_string()).or_default())
        };
        turn.lock_owned().await
    }
}
