//! The web face: pages for people, JSON for programs.
//!
//! HTTP in, HTML or JSON out. Handlers extract, call one use case of [`crate::app`] and render;
//! templates receive view structs whose every text is escaped. Pages work without JavaScript and
//! load nothing from another host. Never runs SQL and never decides: it knows no rule.
//!
//! [`access`] holds every request to one table of routes and roles; [`layers`] refuses requests for
//! host names that are not ours (DNS rebinding) and cross-site writes.

mod access;
mod address;
mod api;
mod assets;
mod error;
mod extract;
mod layers;
mod pages;
mod router;
mod streamed;
mod views;
mod words;

#[cfg(test)]
mod tests;

pub use router::router;
