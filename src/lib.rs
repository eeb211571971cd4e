#![doc = include_str!("ARCHITECTURE.md")]

pub mod domain;
pub mod text;

pub mod group;
pub mod intake;
pub mod recognize;
pub mod report;
pub mod respond;
pub mod split;

pub mod blob;
pub mod convert;
pub mod credentials;
pub mod index;
pub mod mailbox;
pub mod mailer;
pub mod store;

pub mod config;
pub mod telemetry;

pub mod app;

pub mod cli;
pub mod poller;
pub mod web;

pub mod boot;
