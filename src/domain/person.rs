//! Who works with the program, and as what.

use std::collections::BTreeSet;

use super::AccountId;

/// What somebody is to a consultation; one person may be several.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Thư ký: takes in replies, settles what is doubtful, keeps the rounds.
    Secretary,
    /// Người soạn: answers comments.
    Drafter,
    /// Lãnh đạo: approves answers, or returns them.
    Leader,
    /// Quản trị: accounts and settings.
    Administrator,
    /// Người xem: reads only.
    Reader,
}

/// The roles of one person.
pub type Roles = BTreeSet<Role>;

impl Role {
    /// Every role, as lists show them.
    pub const ALL: [Self; 5] = [
        Self::Secretary,
        Self::Drafter,
        Self::Leader,
        Self::Administrator,
        Self::Reader,
    ];

    /// The stable code in the database and on the command line.
    pub fn code(self) -> &'static str {
        match self {
            Self::Secretary => "secretary",
            Self::Drafter => "drafter",
            Self::Leader => "leader",
            Self::Administrator => "administrator",
            Self::Reader => "reader",
        }
    }

    /// The word on screen.
    pub fn name(self) -> &'static str {
        match self {
            Self::Secretary => "Thư ký",
            Self::Drafter => "Người soạn",
            Self::Leader => "Lãnh đạo",
            Self::Administrator => "Quản trị",
            Self::Reader => "Người xem",
        }
    }

    /// Reads a [`Role::code`].
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.code() == code)
    }
}

/// Somebody who can sign in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Key.
    pub id: AccountId,
    /// What is typed at sign-in: small letters, digits, `.`, `-`, `_`.
    pub login: String,
    /// The person's name, printed as author.
    pub name: String,
    /// What the person may do.
    pub roles: Roles,
    /// The step of the approval chain that the person takes, by name (`[approval]` in the settings).
    pub approval_step: Option<String>,
    /// May not sign in any more; what was done under it stays.
    pub is_disabled: bool,
}

impl Account {
    /// Under which name the person's doings are recorded; the login tells namesakes apart.
    pub fn author(&self) -> String {
        format!("{} ({})", self.name, self.login)
    }
}
