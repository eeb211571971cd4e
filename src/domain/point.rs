//! One idea in a submission.

/// Loại ý kiến: what a point wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stance {
    /// Agrees.
    Agree,
    /// Agrees, with comments.
    AgreeWithComments,
    /// Proposes to add.
    Add,
    /// Proposes to change wording or content.
    Edit,
    /// Proposes to remove.
    Remove,
    /// Proposes to keep as it is.
    Keep,
    /// Objects.
    Object,
    /// Asks, or asks to make clear.
    Ask,
}

impl Stance {
    /// Every stance, in the order above.
    pub const ALL: [Self; 8] = [
        Self::Agree,
        Self::AgreeWithComments,
        Self::Add,
        Self::Edit,
        Self::Remove,
        Self::Keep,
        Self::Object,
        Self::Ask,
    ];

    /// The stable code used in the database and in JSON.
    pub fn code(self) -> &'static str {
        match self {
            Self::Agree => "agree",
            Self::AgreeWithComments => "agree_with_comments",
            Self::Add => "add",
            Self::Edit => "edit",
            Self::Remove => "remove",
            Self::Keep => "keep",
            Self::Object => "object",
            Self::Ask => "ask",
        }
    }

    /// As printed on screen.
    pub fn name(self) -> &'static str {
        match self {
            Self::Agree => "Thống nhất",
            Self::AgreeWithComments => "Thống nhất, có ý kiến",
            Self::Add => "Đề nghị bổ sung",
            Self::Edit => "Đề nghị sửa",
            Self::Remove => "Đề nghị bỏ",
            Self::Keep => "Đề nghị giữ nguyên",
            Self::Object => "Chưa thống nhất",
            Self::Ask => "Đề nghị làm rõ",
        }
    }

    /// Reads a [`Stance::code`].
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|stance| stance.code() == code)
    }
}

/// The one state every point of a counted submission is in (DESIGN 3.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PointState {
    /// Has an answer of its own.
    Answered,
    /// Answered through its group.
    AnsweredInGroup,
    /// Joined into another point.
    Joined,
    /// A person found it outside the consultation's scope.
    OutOfScope,
    /// Waiting for an answer.
    Open,
}

impl PointState {
    /// Every state, in the order above.
    pub const ALL: [Self; 5] = [
        Self::Answered,
        Self::AnsweredInGroup,
        Self::Joined,
        Self::OutOfScope,
        Self::Open,
    ];

    /// The stable code used in the index and in JSON.
    pub fn code(self) -> &'static str {
        match self {
            Self::Answered => "answered",
            Self::AnsweredInGroup => "answered_in_group",
            Self::Joined => "joined",
            Self::OutOfScope => "out_of_scope",
            Self::Open => "open",
        }
    }

    /// As printed on screen.
    pub fn name(self) -> &'static str {
        match self {
            Self::Answered => "Đã trả lời",
            Self::AnsweredInGroup => "Đã trả lời theo nhóm",
            Self::Joined => "Đã gộp",
            Self::OutOfScope => "Ngoài phạm vi",
            Self::Open => "Chưa trả lời",
        }
    }

    /// Reads a [`PointState::code`].
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }
}
