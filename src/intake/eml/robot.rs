//! Whether a machine wrote the message: automatic replies, bounces, receipts, mailing lists.
//!
//! RFC 3834 (Auto-Submitted, empty Return-Path), RFC 3464 and 8098 (reports), RFC 2919 (List-Id),
//! and what mail programs in Việt Nam write into subjects. A person's letter must not be set aside
//! by mistake, so marks that offices' own relays also leave (a list, "bulk", suppressed replies)
//! count only when nothing is attached.

use mail_parser::Message;

use super::{Found, transfer};
use crate::intake::{MailHead, Robot};
use crate::text::fold::fold;

const BOUNCE: &str = "thư báo lỗi, không gửi được đến người nhận";
const AUTO_REPLY: &str = "thư trả lời tự động";
const RECEIPT: &str = "thư báo đã đọc hoặc đã nhận";
const LIST: &str = "thư gửi hàng loạt theo danh sách";

/// How subjects of bounces begin, folded.
const BOUNCE_SUBJECTS: [&str; 12] = [
    "undeliver",
    "mail delivery",
    "delivery status notification",
    "returned mail",
    "failure notice",
    "delivery failure",
    "khong gui duoc thu",
    "thu khong gui duoc",
    "khong the gui thu",
    "thu bi tra lai",
    "gui thu that bai",
    "thong bao trang thai gui",
];
/// How subjects of automatic replies begin, folded.
const REPLY_SUBJECTS: [&str; 10] = [
    "automatic reply",
    "auto reply",
    "auto-reply",
    "autoreply",
    "auto:",
    "out of office",
    "tra loi tu dong",
    "thu tra loi tu dong",
    "tu dong tra loi",
    "vang mat",
];
/// How subjects of receipts begin, folded.
const RECEIPT_SUBJECTS: [&str; 4] = ["read:", "da doc:", "not read:", "delivered:"];

/// Whether a robot's message carries someone's message back.
pub(super) fn is_report(robot: &Robot) -> bool {
    robot.explanation == BOUNCE || robot.explanation == RECEIPT
}

/// Recognizes a machine's message by its strongest mark.
pub(super) fn recognize(message: &Message<'_>, found: &Found, head: &MailHead) -> Option<Robot> {
    let robot = |rule, explanation: &str| {
        Some(Robot {
            rule,
            explanation: explanation.to_owned(),
        })
    };
    match found.report.as_deref() {
        Some("delivery-status") => return robot("robot.delivery_status", BOUNCE),
        Some("disposition-notification") => {
            return robot("robot.disposition_notification", RECEIPT);
        }
        _ => {}
    }
    let subject = fold(&head.subject);
    let begins = |subjects: &[&str]| subjects.iter().any(|begin| subject.starts_with(begin));
    let local = head
        .from
        .as_ref()
        .and_then(|from| from.expose().split('@').next().map(str::to_owned));
    let is_daemon = matches!(local.as_deref(), Some("mailer-daemon" | "postmaster"));
    if is_daemon || (begins(&BOUNCE_SUBJECTS) && found.n_documents == 0) {
        return robot("robot.bounce", BOUNCE);
    }
    // Document systems also send letters, which are "auto-generated" but have files.
    let is_automatic = field(message, "Auto-Submitted").is_some_and(|value| {
        !value.starts_with("no")
            && (!value.starts_with("auto-generated") || found.attachments.is_empty())
    });
    if is_automatic {
        return robot("robot.auto_submitted", AUTO_REPLY);
    }
    let has_mark = |name: &str| field(message, name).is_some();
    if has_mark("X-Autoreply")
        || has_mark("X-Autorespond")
        || field(message, "Precedence").as_deref() == Some("auto_reply")
    {
        return robot("robot.auto_reply_header", AUTO_REPLY);
    }
    if begins(&RECEIPT_SUBJECTS) && found.attachments.is_empty() {
        return robot("robot.receipt_subject", RECEIPT);
    }
    if begins(&REPLY_SUBJECTS) && found.attachments.is_empty() {
        return robot("robot.reply_subject", AUTO_REPLY);
    }
    if !found.attachments.is_empty() {
        return None;
    }
    if field(message, "Return-Path").as_deref() == Some("<>") {
        return robot("robot.empty_return_path", AUTO_REPLY);
    }
    let is_bulk = matches!(
        field(message, "Precedence").as_deref(),
        Some("bulk" | "junk" | "list")
    );
    if has_mark("X-Auto-Response-Suppress") && is_bulk {
        return robot("robot.suppressed_replies", AUTO_REPLY);
    }
    if has_mark("List-Id") || (is_bulk && has_mark("List-Unsubscribe")) {
        return robot("robot.mailing_list", LIST);
    }
    None
}

/// A header field's raw value in lower case, trimmed.
fn field(message: &Message<'_>, name: &str) -> Option<String> {
    let header = message
        .headers()
        .iter()
        .find(|header| header.name.as_str().eq_ignore_ascii_case(name))?;
    let raw = transfer::raw_field(message, header)?;
    Some(String::from_utf8_lossy(raw).trim().to_lowercase())
}
