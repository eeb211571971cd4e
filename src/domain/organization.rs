//! Who is asked, and who writes.

use jiff::civil::Date;

use super::{EmailAddress, OrganizationId};

/// A kind of organization. Kinds are data: shipped in `config/registry/organization_kinds.toml`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrganizationKind {
    /// Stable code, e.g. `district`.
    pub code: String,
    /// As printed: "UBND huyện, thành phố".
    pub name: String,
    /// Order in reports, from 1.
    pub position: u32,
}

/// An agency, enterprise, school or person that can be asked and can answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organization {
    /// Key in the data folder.
    pub id: OrganizationId,
    /// Stable code a person can type, e.g. `STC`.
    pub code: String,
    /// Full name as printed, e.g. "Sở Tài chính".
    pub name: String,
    /// Code of its [`OrganizationKind`].
    pub kind: String,
    /// Code of the organization it belongs to; a subordinate may answer for it.
    pub parent: Option<String>,
    /// Other names and abbreviations that really occur.
    pub aliases: Vec<String>,
    /// What stands after the `/` in its letter numbers, e.g. `STC` in "1234/STC-QLNS".
    pub letter_suffixes: Vec<String>,
    /// Mail domains that are its own.
    pub domains: Vec<String>,
    /// Addresses known to be its own.
    pub emails: Vec<EmailAddress>,
    /// First day it existed under this name.
    pub valid_from: Option<Date>,
    /// Last day it existed under this name.
    pub valid_to: Option<Date>,
}
