//! One dossier being consulted on, and its rounds.

use jiff::civil::Date;

use super::{ConsultationId, LetterNumber, Letterhead, RoundId};

/// Hồ sơ lấy ý kiến.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consultation {
    /// Key in the data folder.
    pub id: ConsultationId,
    /// Stable code a person can type.
    pub code: String,
    /// As printed: `Đề án "…"`.
    pub title: String,
    /// Code of the organization in charge of drafting.
    pub lead: String,
    /// How reports are headed and signed: its own, and its office's where that says nothing.
    pub letterhead: Letterhead,
}

/// What kind of asking a round is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RoundKind {
    /// Nội bộ.
    Internal,
    /// Lấy ý kiến.
    Consultation,
    /// Phản biện xã hội.
    SocialCriticism,
    /// Thẩm định, thẩm tra: silence is never agreement, every point must be answered.
    Appraisal,
    /// Chỉ đạo: kết luận, bút phê.
    Direction,
    /// Phiếu thành viên UBND.
    MemberBallot,
    /// Open to everyone.
    Open,
}

impl RoundKind {
    /// Every kind, in the order above.
    pub const ALL: [Self; 7] = [
        Self::Internal,
        Self::Consultation,
        Self::SocialCriticism,
        Self::Appraisal,
        Self::Direction,
        Self::MemberBallot,
        Self::Open,
    ];

    /// The stable code used in the database and in files.
    pub fn code(self) -> &'static str {
        match self {
            Self::Internal => "internal",
            Self::Consultation => "consultation",
            Self::SocialCriticism => "social_criticism",
            Self::Appraisal => "appraisal",
            Self::Direction => "direction",
            Self::MemberBallot => "member_ballot",
            Self::Open => "open",
        }
    }

    /// As printed on screen.
    pub fn name(self) -> &'static str {
        match self {
            Self::Internal => "Nội bộ",
            Self::Consultation => "Lấy ý kiến",
            Self::SocialCriticism => "Phản biện xã hội",
            Self::Appraisal => "Thẩm định, thẩm tra",
            Self::Direction => "Chỉ đạo",
            Self::MemberBallot => "Phiếu thành viên UBND",
            Self::Open => "Lấy ý kiến rộng rãi",
        }
    }

    /// Reads a [`RoundKind::code`].
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }
}

/// Đợt lấy ý kiến.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Round {
    /// Key in the data folder.
    pub id: RoundId,
    /// Ordinal within the consultation.
    pub number: u32,
    /// What kind of asking.
    pub kind: RoundKind,
    /// As printed: "Lấy ý kiến các sở, ban, ngành tỉnh; UBND các huyện, thành phố".
    pub title: String,
    /// First day.
    pub opened: Date,
    /// Last day; what arrives later is late.
    pub deadline: Date,
    /// The letter that asked.
    pub request_number: Option<LetterNumber>,
    /// Its date.
    pub request_date: Option<Date>,
    /// Whether the letter says that silence means agreement.
    pub silence_means_agreement: bool,
    /// Whether the round appears in official reports; internal rounds and leaders' instructions
    /// stay out unless asked for.
    pub is_official: bool,
}

impl Round {
    /// Whether silence counts as agreement: only if the letter says so, and never in appraisal.
    pub fn silence_agrees(&self) -> bool {
        self.silence_means_agreement && self.kind != RoundKind::Appraisal
    }
}
