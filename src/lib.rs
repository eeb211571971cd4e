#![doc = include_str!("ARCHITECTURE.md")]

pub mod domain;
pub mod text;

pub mod recognize;
pub mod report;
pub mod split;
