//! Slows down who guesses passwords, without locking anybody else out.
//!
//! Failures count for one login from one address: an attacker elsewhere cannot lock an office out,
//! and one clumsy colleague behind the same proxy does not stop the others. Kept in memory: a
//! restart forgives.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

/// Failures that cost nothing.
const FREE_TRIES: u32 = 5;
/// The first wait; each further failure doubles it.
const FIRST_WAIT_S: i64 = 15;
/// The longest wait.
const LONGEST_WAIT_S: i64 = 15 * 60;
/// Pairs remembered; beyond that the ones that may try again are forgotten.
const MAX_PAIRS: usize = 10_000;

/// Failed tries to sign in, and whether there is anything to sign in to.
#[derive(Debug, Default)]
pub(in crate::app) struct Throttle {
    has_accounts: AtomicBool,
    failures: Mutex<HashMap<(String, String), Failures>>,
}

#[derive(Debug, Clone, Copy)]
struct Failures {
    n: u32,
    until_us: i64,
}

impl Throttle {
    pub(super) fn has_accounts(&self) -> bool {
        self.has_accounts.load(Ordering::Relaxed)
    }

    pub(super) fn note_accounts(&self) {
        self.has_accounts.store(true, Ordering::Relaxed);
    }

    /// Seconds until this login may be tried again from this address.
    pub(super) fn must_wait(&self, login: &str, from: &str, now_us: i64) -> Option<i64> {
        let failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        let known = failures.get(&(login.to_owned(), from.to_owned()))?;
        let left_us = known.until_us - now_us;
        (left_us > 0).then(|| (left_us + 999_999) / 1_000_000)
    }

    pub(super) fn failed(&self, login: &str, from: &str, now_us: i64) {
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        if failures.len() >= MAX_PAIRS {
            failures.retain(|_, known| known.until_us > now_us);
        }
        let known = failures
            .entry((login.to_owned(), from.to_owned()))
            .or_insert(Failures { n: 0, until_us: 0 });
        known.n = known.n.saturating_add(1);
        if known.n > FREE_TRIES {
            let doublings = (known.n - FREE_TRIES - 1).min(10);
            let wait_s = (FIRST_WAIT_S << doublings).min(LONGEST_WAIT_S);
            known.until_us = now_us + wait_s * 1_000_000;
        }
    }

    pub(super) fn succeeded(&self, login: &str, from: &str) {
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        failures.remove(&(login.to_owned(), from.to_owned()));
    }
}
