//! The web face: pages for people, JSON for programs.
//!
//! HTTP in, HTML or JSON out. Handlers extract, call one use case of [`crate::app`] and render;
//! templates receive view structs whose every text is escaped. Pages work without JavaScript and
//! load nothing from another host. Never runs SQL and never decides: it knows no rule.
//!
//! This version has no sign-in, so it answers loopback only: `boot` binds a loopback address, and
//! [`layers`] refuses requests for other host names (DNS rebinding) and cross-site writes.

mod address;
mod api;
mod assets;
mod error;
mod extract;
mod layers;
mod pages;
mod router;
mod views;
mod words;

#[cfg(test)]
mod tests;

pub use router::router;
