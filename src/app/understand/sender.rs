//! Who a mail or letter is from.

use super::forwarding::Forwards;
use super::{Dossier, Understood, sender_text};
use crate::domain::{Confidence, Evidence, Finding, Location, Verdict, Warning};
use crate::intake::{MailHead, TextPart};
use crate::recognize::letter::LetterHead;
use crate::recognize::organization::Signals;

/// Takes over what the head of a mail says.
pub(super) fn describe_mail(understood: &mut Understood, mail: &MailHead) {
    let arrived = mail.received_at.or(mail.sent_at);
    understood.arrived_on =
        arrived.map(|moment| moment.to_zoned(crate::app::VIETNAM).datetime().date());
    understood.message_id.clone_from(&mail.message_id);
    understood.subject = Some(mail.subject.clone()).filter(|subject| !subject.is_empty());
    understood.sender = sender_text(mail.from_name.as_deref(), mail.from.as_ref());
}

/// Finds out who speaks, from the letter and the mail it came with.
pub(super) fn recognize_sender(
    dossier: &Dossier,
    understood: &mut Understood,
    mail: Option<&MailHead>,
    main: Option<&(usize, &TextPart, LetterHead)>,
    forwards: &Forwards<'_>,
) {
    let mut signals = Signals {
        letter_text: main.map(|(_, part, _)| part.text.as_str()),
        head: main.map(|(_, _, head)| head),
        sender_name: mail.and_then(|mail| mail.from_name.as_deref()),
        sender: mail.and_then(|mail| mail.from.as_ref()),
        mail_subject: mail.map(|mail| mail.subject.as_str()),
        cell: None,
        date: understood.arrived_on,
    };
    let forwarded = main.and_then(|(index, _, _)| forwards.of(*index));
    if let Some(forwarded) = forwarded {
        // Whoever forwards does not speak.
        signals.sender_name = forwarded.from_name.as_deref();
        signals.sender = forwarded.from.as_ref();
        signals.date = forwarded.sent_on.or(signals.date);
        understood.evidence.push(Evidence::outside(
            Finding::Organization,
            "organization.forwarded_sender",
            Confidence::new(0.9),
        ));
        let author = sender_text(forwarded.from_name.as_deref(), forwarded.from.as_ref());
        understood.sender = match (author, understood.sender.take()) {
            (Some(author), Some(sender)) => Some(format!("{author} ({sender} chuyển tiếp)")),
            (author, sender) => author.or(sender),
        };
    }
    let guess = dossier.directory.recognize(&signals);
    let in_first_part = main.is_none_or(|(index, _, _)| *index == 0);
    understood
        .evidence
        .extend(guess.evidence.into_iter().map(|mut evidence| {
            if !in_first_part {
                evidence.span = None;
            }
            evidence
        }));
    understood.organizations = guess.organizations;
    understood.candidates = guess.candidates;
    understood.written_name = guess.written;
    understood.organization_confidence = guess.confidence;
}

/// Points out a mail whose address names an organization and is not the sender's.
pub(super) fn warn_of_forgery(dossier: &Dossier, understood: &mut Understood, mail: &MailHead) {
    let (Some(found), Some(from)) = (&mail.authentication, &mail.from) else {
        return;
    };
    if found.verdict() != Verdict::Failed || !dossier.directory.knows_sender(from) {
        return;
    }
    let problem = format!(
        "Máy chủ {} báo địa chỉ gửi không xác thực được ({}): thư có thể mạo danh cơ quan.",
        found.server,
        found.summary()
    );
    let remedy = "Gọi cho cơ quan theo số điện thoại đã biết để hỏi có gửi thư này không, rồi mới tính góp ý.";
    understood.warnings.push(
        Warning::new("mail.not_authentic", Location::File, problem, remedy)
            .with_value(from.domain()),
    );
    understood
        .reasons
        .push("Địa chỉ gửi không xác thực được, có thể là mạo danh.".to_owned());
}
