//! Letters we send, and what is known about those who write to us.

/// What a letter is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum MailKind {
    /// Thư mời góp ý, with the draft attached.
    Invitation,
    /// That a reply was received, with its number.
    Acknowledgement,
    /// Thư nhắc, only to the silent.
    Reminder,
    /// How the comments of one organization were answered.
    Extract,
    /// What happened since yesterday, for the secretary.
    Digest,
}

impl MailKind {
    /// Every kind.
    pub const ALL: [Self; 5] = [
        Self::Invitation,
        Self::Acknowledgement,
        Self::Reminder,
        Self::Extract,
        Self::Digest,
    ];

    /// The stable code in the database, in commands and in names of templates.
    pub fn code(self) -> &'static str {
        match self {
            Self::Invitation => "invitation",
            Self::Acknowledgement => "acknowledgement",
            Self::Reminder => "reminder",
            Self::Extract => "extract",
            Self::Digest => "digest",
        }
    }

    /// Reads a [`MailKind::code`].
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }

    /// As named on screen.
    pub fn name(self) -> &'static str {
        match self {
            Self::Invitation => "Thư mời góp ý",
            Self::Acknowledgement => "Thư báo đã nhận",
            Self::Reminder => "Thư nhắc",
            Self::Extract => "Thư gửi kết quả tiếp thu",
            Self::Digest => "Bản tin hằng ngày",
        }
    }
}

/// Where a letter stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum MailState {
    /// Waiting for its turn.
    Queued,
    /// An attempt has begun; the letter itself has not gone out yet.
    Sending,
    /// The letter itself is going out.
    Handed,
    /// The server has taken it.
    Sent,
    /// The server will not take it, or could not be reached for too long.
    Failed,
    /// Handed over, but no answer came: the server may have taken it.
    Unknown,
    /// It came back.
    Bounced,
    /// A person called it off.
    Cancelled,
}

impl MailState {
    /// Every state.
    pub const ALL: [Self; 8] = [
        Self::Queued,
        Self::Sending,
        Self::Handed,
        Self::Sent,
        Self::Failed,
        Self::Unknown,
        Self::Bounced,
        Self::Cancelled,
    ];

    /// The stable code in the database and in commands.
    pub fn code(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Sending => "sending",
            Self::Handed => "handed",
            Self::Sent => "sent",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
            Self::Bounced => "bounced",
            Self::Cancelled => "cancelled",
        }
    }

    /// Reads a [`MailState::code`].
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }

    /// As named on screen.
    pub fn name(self) -> &'static str {
        match self {
            Self::Queued => "Chờ gửi",
            Self::Sending | Self::Handed => "Đang gửi",
            Self::Sent => "Đã gửi",
            Self::Failed => "Không gửi được",
            Self::Unknown => "Chưa rõ đã gửi hay chưa",
            Self::Bounced => "Bị trả lại",
            Self::Cancelled => "Đã hủy",
        }
    }

    /// Whether a person has to decide what happens next.
    pub fn needs_person(self) -> bool {
        matches!(self, Self::Failed | Self::Unknown | Self::Bounced)
    }
}

/// What a server found out about the address a mail came from (RFC 8601), by each method.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Authentication {
    /// The server that says so.
    pub server: String,
    /// Method and result in lower case: `spf`, `pass`.
    pub results: Vec<(String, String)>,
}

/// What the results come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The address is the sender's.
    Passed,
    /// It is not, or was changed on the way.
    Failed,
    /// Nothing was found out.
    Unknown,
}

impl Authentication {
    /// What the results come to: DMARC judges by the others (RFC 7489); without it, one that passes
    /// suffices, since forwarding breaks the other.
    pub fn verdict(&self) -> Verdict {
        let of = |method: &str| {
            let mut results = self.results.iter().filter(|(known, _)| known == method);
            let is_passed = results.clone().any(|(_, result)| result == "pass");
            let is_failed = results.any(|(_, result)| {
                matches!(
                    result.as_str(),
                    "fail" | "softfail" | "hardfail" | "permerror"
                )
            });
            match (is_passed, is_failed) {
                (true, _) => Verdict::Passed,
                (false, true) => Verdict::Failed,
                (false, false) => Verdict::Unknown,
            }
        };
        match of("dmarc") {
            Verdict::Unknown => match (of("dkim"), of("spf")) {
                (Verdict::Passed, _) | (_, Verdict::Passed) => Verdict::Passed,
                (Verdict::Failed, _) | (_, Verdict::Failed) => Verdict::Failed,
                _ => Verdict::Unknown,
            },
            known => known,
        }
    }

    /// As shown: "spf=pass, dkim=fail".
    pub fn summary(&self) -> String {
        let results: Vec<String> = self
            .results
            .iter()
            .map(|(method, result)| format!("{method}={result}"))
            .collect();
        results.join(", ")
    }
}
