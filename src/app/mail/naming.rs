//! Which dossier and round a mail names: by the letter of ours that it answers, by the address it was
//! sent to (`gop_y+ma.2@…`), or by a code in its subject (`[ma.2]`).

use crate::app::{App, Error};
use crate::domain::{Consultation, ConsultationId, EmailAddress, Round, RoundId};
use crate::intake::MailHead;
use crate::store::{self, Tx, outbox};

/// How letters name a round in subjects and addresses: `da-01.2`.
pub(super) fn round_code(consultation: &Consultation, round: &Round) -> String {
    format!("{}.{}", consultation.code, round.number).to_lowercase()
}

/// The address that replies to a round go to.
pub(super) fn plus_address(address: &EmailAddress, code: &str) -> Option<EmailAddress> {
    let (local, domain) = address.expose().rsplit_once('@')?;
    EmailAddress::parse(&format!("{local}+{code}@{domain}"))
}

/// Everything in a head that may be a round's code, in lower case.
fn codes(head: &MailHead) -> Vec<String> {
    let in_addresses = head.to.iter().filter_map(|address| {
        let (local, _) = address.expose().rsplit_once('@')?;
        Some(local.split_once('+')?.1.to_lowercase())
    });
    let in_subject = head.subject.split('[').skip(1).filter_map(|rest| {
        let (code, _) = rest.split_once(']')?;
        Some(code.trim().to_lowercase())
    });
    in_addresses.chain(in_subject).collect()
}

impl App {
    /// The round a mail names, within its dossier.
    pub(in crate::app) async fn round_named(
        &self,
        consultation: ConsultationId,
        head: &MailHead,
    ) -> Result<Option<RoundId>, Error> {
        // Most mails name nothing, and asking costs more than reading one.
        if head.in_reply_to.is_empty() && codes(head).is_empty() {
            return Ok(None);
        }
        let mut tx = self.store.read().await?;
        let named = named(&mut tx, head).await?;
        Ok(named
            .filter(|(of, _)| *of == consultation)
            .and_then(|(_, round)| round))
    }

    /// The dossier a mail names; `None` when it names none.
    pub(super) async fn consultation_named(
        &self,
        head: &MailHead,
    ) -> Result<Option<Consultation>, Error> {
        let mut tx = self.store.read().await?;
        let Some((id, _)) = named(&mut tx, head).await? else {
            return Ok(None);
        };
        let all = store::consultations::list_consultations(&mut tx).await?;
        Ok(all.into_iter().find(|consultation| consultation.id == id))
    }
}

/// The dossier and the round a mail names.
async fn named(
    tx: &mut Tx,
    head: &MailHead,
) -> Result<Option<(ConsultationId, Option<RoundId>)>, Error> {
    for id in &head.in_reply_to {
        if let Some(ours) = outbox::find_by_message_id(tx, id).await? {
            return Ok(Some((ours.content.consultation, ours.content.round)));
        }
    }
    let codes = codes(head);
    if codes.is_empty() {
        return Ok(None);
    }
    for consultation in store::consultations::list_consultations(tx).await? {
        for round in store::consultations::list_rounds(tx, consultation.id).await? {
            if codes.contains(&round_code(&consultation, &round)) {
                return Ok(Some((consultation.id, Some(round.id))));
            }
        }
        if codes.contains(&consultation.code.to_lowercase()) {
            return Ok(Some((consultation.id, None)));
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::{codes, plus_address};
    use crate::domain::EmailAddress;
    use crate::intake::read_mail_head;

    #[test]
    fn codes_stand_in_addresses_and_subjects() {
        let check = |mail: &str, expected: &[&str]| {
            assert_eq!(codes(&read_mail_head(mail.as_bytes())), expected, "{mail}");
        };
        check("To: gop_y+DA-01.2@so.example\n\n", &["da-01.2"]);
        check("Delivered-To: gop_y+da-01.3@so.example\n\n", &["da-01.3"]);
        check(
            "Subject: Re: [DA-01.2] V/v góp ý [khẩn]\n\n",
            &["da-01.2", "khẩn"],
        );
        check("To: gop_y@so.example\nSubject: Góp ý [\n\n", &[]);
    }

    #[test]
    fn a_round_has_its_own_address() {
        let address = EmailAddress::parse("gop_y@so.example").unwrap();
        let plus = plus_address(&address, "da-01.2").unwrap();
        assert_eq!(plus.expose(), "gop_y+da-01.2@so.example");
    }
}
