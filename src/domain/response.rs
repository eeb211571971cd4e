//! The answer to a point.

/// What the drafting body decides about a point. Never derived from the words of the answer:
/// "không tiếp thu" contains "tiếp thu".
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Decision {
    /// Tiếp thu: the draft changes as asked.
    Accept,
    /// Tiếp thu một phần.
    AcceptInPart,
    /// Giải trình, giữ nguyên dự thảo.
    Keep,
    /// Giải trình, làm rõ: nothing to change, something to explain.
    Clarify,
    /// Ghi nhận.
    Note,
    /// Báo cáo cấp có thẩm quyền.
    Refer,
}

impl Decision {
    /// Every decision, in the order reports print them.
    pub const ALL: [Self; 6] = [
        Self::Accept,
        Self::AcceptInPart,
        Self::Keep,
        Self::Clarify,
        Self::Note,
        Self::Refer,
    ];

    /// The stable code used in the database, in JSON and on the command line.
    pub fn code(self) -> &'static str {
        match self {
            Self::Accept => "accept",
            Self::AcceptInPart => "accept_in_part",
            Self::Keep => "keep",
            Self::Clarify => "clarify",
            Self::Note => "note",
            Self::Refer => "refer",
        }
    }

    /// As printed.
    pub fn name(self) -> &'static str {
        match self {
            Self::Accept => "Tiếp thu",
            Self::AcceptInPart => "Tiếp thu một phần",
            Self::Keep => "Giải trình, giữ nguyên dự thảo",
            Self::Clarify => "Giải trình, làm rõ",
            Self::Note => "Ghi nhận",
            Self::Refer => "Báo cáo cấp có thẩm quyền",
        }
    }

    /// Reads a [`Decision::code`].
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|decision| decision.code() == code)
    }
}

/// Proposed wording of the draft: what it says, and what it is to say instead.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Wording {
    /// What the draft says; empty where words are added.
    pub old: String,
    /// What it is to say; empty where words are removed.
    pub new: String,
}

impl Wording {
    /// Of two texts as typed; `None` when both are empty.
    pub fn of(old: &str, new: &str) -> Option<Self> {
        let (old, new) = (old.trim().to_owned(), new.trim().to_owned());
        (!old.is_empty() || !new.is_empty()).then_some(Self { old, new })
    }
}

/// How far an answer has come: its state, and how many steps of the approval chain it has passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// The state.
    pub state: ResponseState,
    /// Steps that have approved it; all of them once it is approved, none while it is written.
    pub n_approvals: usize,
}

/// Where a version of an answer stands on its way through the approval chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ResponseState {
    /// Being written.
    Draft,
    /// Handed in, on its way along the chain.
    Submitted,
    /// Approved by the last step of the chain.
    Approved,
    /// Sent back with a remark.
    Returned,
}

impl ResponseState {
    /// Every state, in the order above.
    pub const ALL: [Self; 4] = [Self::Draft, Self::Submitted, Self::Approved, Self::Returned];

    /// The stable code used in the database, in JSON and on the command line.
    pub fn code(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Submitted => "submitted",
            Self::Approved => "approved",
            Self::Returned => "returned",
        }
    }

    /// As printed on screen.
    pub fn name(self) -> &'static str {
        match self {
            Self::Draft => "Đang soạn",
            Self::Submitted => "Đã trình",
            Self::Approved => "Đã duyệt",
            Self::Returned => "Trả lại",
        }
    }

    /// Reads a [`ResponseState::code`].
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }
}
