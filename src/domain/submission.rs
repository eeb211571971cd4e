//! One thing received.

use std::fmt;

/// How a submission came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Channel {
    /// An e-mail, from a mailbox or a saved file.
    Email,
    /// A row of a spreadsheet.
    Table,
    /// A letter on its own, as a file.
    Letter,
    /// Typed in from paper.
    Paper,
    /// Typed in from a meeting's minutes (biên bản).
    Minutes,
    /// Typed in from a leader's handwritten remark (bút phê).
    Remark,
    /// Typed in after a phone call.
    Phone,
    /// Typed in from a chat (Zalo).
    Chat,
    /// Typed in from a portal.
    Portal,
}

impl Channel {
    /// Every channel, in the order above.
    pub const ALL: [Self; 9] = [
        Self::Email,
        Self::Table,
        Self::Letter,
        Self::Paper,
        Self::Minutes,
        Self::Remark,
        Self::Phone,
        Self::Chat,
        Self::Portal,
    ];

    /// The stable code used in the database, in JSON and on the command line.
    pub fn code(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Table => "table",
            Self::Letter => "letter",
            Self::Paper => "paper",
            Self::Minutes => "minutes",
            Self::Remark => "remark",
            Self::Phone => "phone",
            Self::Chat => "chat",
            Self::Portal => "portal",
        }
    }

    /// As printed on screen.
    pub fn name(self) -> &'static str {
        match self {
            Self::Email => "Thư điện tử",
            Self::Table => "Bảng tính",
            Self::Letter => "Tệp văn bản",
            Self::Paper => "Văn bản giấy",
            Self::Minutes => "Biên bản họp",
            Self::Remark => "Bút phê",
            Self::Phone => "Điện thoại",
            Self::Chat => "Zalo",
            Self::Portal => "Cổng thông tin",
        }
    }

    /// Reads a [`Channel::code`].
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|channel| channel.code() == code)
    }

    /// Whether a person typed the words in.
    pub fn is_typed(self) -> bool {
        match self {
            Self::Email | Self::Table | Self::Letter => false,
            Self::Paper
            | Self::Minutes
            | Self::Remark
            | Self::Phone
            | Self::Chat
            | Self::Portal => true,
        }
    }
}

/// The one state every submission is in; the states partition all submissions (DESIGN 3.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Disposition {
    /// Taken into account.
    Counted,
    /// A person or an identical message confirmed that it arrived twice.
    Duplicate,
    /// Replaced by a later one.
    Superseded,
    /// Taken back by its sender.
    Withdrawn,
    /// Not an opinion: robot, bounce, noise.
    SetAside,
    /// Kept, but not understood yet: a person has to look.
    Unread,
    /// Its batch was undone.
    Undone,
    /// Erased by an administrator; a tombstone remains.
    Purged,
}

impl Disposition {
    /// Every disposition, in the order above.
    pub const ALL: [Self; 8] = [
        Self::Counted,
        Self::Duplicate,
        Self::Superseded,
        Self::Withdrawn,
        Self::SetAside,
        Self::Unread,
        Self::Undone,
        Self::Purged,
    ];

    /// The stable code used in the database and in JSON.
    pub fn code(self) -> &'static str {
        match self {
            Self::Counted => "counted",
            Self::Duplicate => "duplicate",
            Self::Superseded => "superseded",
            Self::Withdrawn => "withdrawn",
            Self::SetAside => "set_aside",
            Self::Unread => "unread",
            Self::Undone => "undone",
            Self::Purged => "purged",
        }
    }

    /// As printed on screen.
    pub fn name(self) -> &'static str {
        match self {
            Self::Counted => "Được tính",
            Self::Duplicate => "Trùng",
            Self::Superseded => "Đã được thay thế",
            Self::Withdrawn => "Đã rút",
            Self::SetAside => "Để riêng",
            Self::Unread => "Chờ người xem",
            Self::Undone => "Đã hoàn tác",
            Self::Purged => "Đã xóa",
        }
    }

    /// Reads a [`Disposition::code`].
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|disposition| disposition.code() == code)
    }
}

/// What a counted reply amounts to; each organization that replied is in exactly one class.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ReplyClass {
    /// Thống nhất hoàn toàn.
    Agrees,
    /// Có ý kiến, including "thống nhất, tuy nhiên".
    Comments,
    /// Không có ý kiến, or not its field.
    NoOpinion,
}

impl ReplyClass {
    /// Every class, in the order above.
    pub const ALL: [Self; 3] = [Self::Agrees, Self::Comments, Self::NoOpinion];

    /// The stable code used in the database and in JSON.
    pub fn code(self) -> &'static str {
        match self {
            Self::Agrees => "agrees",
            Self::Comments => "comments",
            Self::NoOpinion => "no_opinion",
        }
    }

    /// As printed.
    pub fn name(self) -> &'static str {
        match self {
            Self::Agrees => "Thống nhất hoàn toàn",
            Self::Comments => "Có ý kiến",
            Self::NoOpinion => "Không có ý kiến",
        }
    }

    /// Reads a [`ReplyClass::code`].
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.code() == code)
    }
}

/// What a submission is to another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Relation {
    /// The same thing, arrived again.
    DuplicateOf,
    /// It takes the other's place.
    Replaces,
    /// It adds to the other.
    Supplements,
    /// Đính chính: it corrects part of the other.
    Corrects,
    /// It takes the other back.
    Withdraws,
    /// Bản mềm: the soft copy sent ahead of the official letter.
    AdvanceCopyOf,
}

impl Relation {
    /// Every relation, in the order above.
    pub const ALL: [Self; 6] = [
        Self::DuplicateOf,
        Self::Replaces,
        Self::Supplements,
        Self::Corrects,
        Self::Withdraws,
        Self::AdvanceCopyOf,
    ];

    /// The stable code used in the database and in JSON.
    pub fn code(self) -> &'static str {
        match self {
            Self::DuplicateOf => "duplicate_of",
            Self::Replaces => "replaces",
            Self::Supplements => "supplements",
            Self::Corrects => "corrects",
            Self::Withdraws => "withdraws",
            Self::AdvanceCopyOf => "advance_copy_of",
        }
    }

    /// As printed, before the other submission's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::DuplicateOf => "trùng với",
            Self::Replaces => "thay thế",
            Self::Supplements => "bổ sung cho",
            Self::Corrects => "đính chính",
            Self::Withdraws => "rút",
            Self::AdvanceCopyOf => "bản mềm của",
        }
    }

    /// Reads a [`Relation::code`].
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|relation| relation.code() == code)
    }
}

/// Số, ký hiệu of a letter: `1234/STC-QLNS` (Nghị định 30/2020/NĐ-CP, Phụ lục I, mục II.3).
///
/// Kept without spaces and with plain hyphens, since offices write "1234 /STC- QLNS".
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LetterNumber(String);

impl LetterNumber {
    /// Normalizes "1234 /STC – QLNS" to `1234/STC-QLNS`; `None` without a digit before a `/` and a
    /// letter after it.
    pub fn parse(text: &str) -> Option<Self> {
        let text: String = text
            .chars()
            .filter(|c| !c.is_whitespace())
            .map(|c| match c {
                '–' | '—' | '‑' | '‐' | '−' => '-',
                'Ð' => 'Đ',
                c => c,
            })
            .collect();
        let text = text.trim_matches(['.', ',', ';', ':', '-', '/']);
        let (number, symbol) = text.split_once('/')?;
        (number.chars().any(|c| c.is_ascii_digit()) && symbol.chars().any(char::is_alphabetic))
            .then(|| Self(text.to_owned()))
    }

    /// The normalized number and symbol.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What stands after the first `/`: `STC-QLNS`.
    pub fn symbol(&self) -> &str {
        self.0.split_once('/').map_or("", |(_, symbol)| symbol)
    }
}

impl fmt::Display for LetterNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
