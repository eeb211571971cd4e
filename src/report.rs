//! From a snapshot of the database to the bytes of a report.

pub mod snapshot;
