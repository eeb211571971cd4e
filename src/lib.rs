#![doc = include_str!("ARCHITECTURE.md")]

pub mod domain;
pub mod text;

pub mod index;
pub mod report;
