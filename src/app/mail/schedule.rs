//! Letters nobody orders by hand: acknowledgements, reminders on the days the office has set, the
//! secretary's digest. Each has an occasion of its own, so that being asked again adds nothing.

use minijinja::context;

use super::super::{App, Error};
use super::composing::{Letters, Order, about_round, date_words, day_of, days_between};
use super::message::{Draft, Letter};
use super::outbox::{Sent, sender_address};
use super::templates::Templates;
use crate::domain::{Consultation, Disposition, EmailAddress, MailKind, SubmissionId};
use crate::intake::MailHead;
use crate::store::{self, mailboxes, outbox};

/// A day, in microseconds.
const DAY_US: i64 = 86_400_000_000;
/// An hour, in microseconds.
const HOUR_US: i64 = 3_600_000_000;
/// Acknowledgements to one address in a day; more is a loop.
const MOST_ACKNOWLEDGEMENTS: i64 = 5;
/// Accounts behind which nobody reads.
const NOBODY: [&str; 8] = [
    "noreply",
    "no-reply",
    "no_reply",
    "donotreply",
    "do-not-reply",
    "mailer-daemon",
    "postmaster",
    "bounce",
];

impl App {
    /// Queues what the calendar asks for and sends what is due. Nothing while outgoing mail is off.
    pub async fn keep_schedule(&self) -> Result<Sent, Error> {
        let outgoing = self.outgoing()?.clone();
        let now = self.clock.local();
        if now.hour() >= outgoing.hour {
            let mut tx = self.store.read().await?;
            let consultations = store::consultations::list_consultations(&mut tx).await?;
            drop(tx);
            for consultation in &consultations {
                self.remind_by_calendar(consultation, &outgoing.remind_days)
                    .await?;
                let digests = self.compose_digests(consultation).await?;
                self.queue_letters(&digests.letters).await?;
            }
        }
        self.send_due().await
    }

    async fn remind_by_calendar(
        &self,
        consultation: &Consultation,
        days: &[i32],
    ) -> Result<(), Error> {
        let today = self.clock.today();
        for round in self.rounds(consultation).await? {
            let is_day = days.contains(&days_between(round.deadline, today));
            if !is_day || round.opened > today {
                continue;
            }
            let order = Order {
                kind: MailKind::Reminder,
                round,
                organization: None,
                enclosures: Vec::new(),
                from: None,
                actor: self.actor.to_string(),
            };
            let letters = self.compose(consultation, &order).await?;
            self.queue_letters(&letters.letters).await?;
        }
        Ok(())
    }

    /// Acknowledges a reply that a person sent; says nothing to robots, to nobody's accounts, to
    /// ourselves, or to somebody who would be in a loop with us.
    pub(super) async fn acknowledge(
        &self,
        consultation: &Consultation,
        id: SubmissionId,
        head: &MailHead,
    ) -> Result<(), Error> {
        let Ok(outgoing) = self.outgoing() else {
            return Ok(());
        };
        let outgoing = outgoing.clone();
        let submission = self.submission(id).await?;
        let is_reply = matches!(
            submission.disposition,
            Disposition::Counted | Disposition::Unread
        );
        // A mail seen again long after it was received (another numbering) is not acknowledged anew;
        // one whose acknowledgement a crash prevented is.
        let mut tx = self.store.read().await?;
        let received_us = store::submissions::received_us(&mut tx, id).await?;
        drop(tx);
        let is_new = self.clock.now_us() - received_us < HOUR_US;
        let wants = outgoing.acknowledges && is_reply && is_new;
        let Some(address) = head.from.clone().filter(|_| wants) else {
            return Ok(());
        };
        if head.robot.is_some() || is_nobodys(&address) || address == sender_address(&outgoing)? {
            return Ok(());
        }
        let mut tx = self.store.read().await?;
        let since_us = self.clock.now_us() - DAY_US;
        let kind = MailKind::Acknowledgement;
        let n = outbox::count_queued(&mut tx, kind, address.expose(), since_us).await?;
        drop(tx);
        if n >= MOST_ACKNOWLEDGEMENTS {
            return Ok(());
        }
        let rounds = self.rounds(consultation).await?;
        let round = rounds
            .into_iter()
            .find(|round| Some(round.id) == submission.round);
        let organizations = self.organizations().await?;
        let speaker = submission.organizations.first();
        let speaker = organizations.into_iter().find(|o| Some(&o.id) == speaker);
        let name = match (&speaker, &head.from_name) {
            (Some(organization), _) => organization.name.clone(),
            (None, Some(name)) => name.clone(),
            (None, None) => address.expose().to_owned(),
        };
        let today = self.clock.today();
        let about = if let Some(round) = &round {
            about_round(&outgoing, consultation, round, &name, today)
        } else {
            context! {
                organization => name,
                agency => consultation.letterhead.agency,
                title => consultation.title,
                code => consultation.code.to_lowercase(),
            }
        };
        let values = context! {
            receipt_number => id.0,
            received_on => date_words(day_of(received_us)),
            ..about
        };
        let draft = Draft {
            kind,
            round,
            organization: speaker,
            submission: Some(id),
            occasion: format!("acknowledgement {}", id.0),
            to: (name, address),
            values,
            enclosures: Vec::new(),
            answers: head.message_id.clone(),
            actor: self.actor.to_string(),
        };
        let templates = Templates::read(self.folder())?;
        let letter = self.write_letter(&outgoing, &templates, consultation, draft)?;
        self.queue_letters(&[letter]).await?;
        Ok(())
    }

    /// Today's digests, for those who get it and have not yet.
    pub(super) async fn compose_digests(
        &self,
        consultation: &Consultation,
    ) -> Result<Letters, Error> {
        let today = self.clock.today();
        let mut composed = Letters::default();
        for address in &self.settings_or_preview().digest_to {
            let occasion = format!("digest {} {today} {address}", consultation.id.0);
            let mut tx = self.store.read().await?;
            let is_known = outbox::has_occasion(&mut tx, &occasion).await?;
            drop(tx);
            if is_known {
                composed.n_known += 1;
            } else {
                let letter = self.digest(consultation, address, occasion).await?;
                composed.letters.push(letter);
            }
        }
        Ok(composed)
    }

    /// What the secretary should know this morning.
    async fn digest(
        &self,
        consultation: &Consultation,
        address: &str,
        occasion: String,
    ) -> Result<Letter, Error> {
        let outgoing = self.settings_or_preview();
        let to = EmailAddress::parse(address).ok_or_else(|| {
            Error::new(
                super::super::Kind::Invalid,
                format!("`{address}` không phải địa chỉ thư (khóa outgoing.digest_to)."),
            )
        })?;
        let status = self.status(consultation).await?;
        let since_us = self.clock.now_us() - DAY_US;
        let mut tx = self.store.read().await?;
        let received = store::standings::count_received(&mut tx, consultation.id, since_us).await?;
        let failures: Vec<minijinja::Value> = mailboxes::list_mailboxes(&mut tx)
            .await?
            .into_iter()
            .filter_map(|mailbox| {
                let reason = mailbox.failure?;
                Some(context! { name => mailbox.name, reason })
            })
            .collect();
        drop(tx);
        let letters = self.outbox(consultation).await?;
        let counts = &status.counts;
        let rounds = self.rounds(consultation).await?;
        let tallies: Vec<minijinja::Value> = status
            .reconciliation
            .rounds
            .iter()
            .filter_map(|tally| {
                let round = rounds.iter().find(|round| round.number == tally.number)?;
                Some(context! {
                    number => tally.number,
                    deadline => date_words(round.deadline),
                    asked => tally.tally.asked,
                    replied => tally.tally.replied,
                    silent => tally.tally.silent,
                })
            })
            .collect();
        let values = context! {
            title => consultation.title,
            today => date_words(self.clock.today()),
            since => date_words(day_of(since_us)),
            n_new => received,
            n_waiting => counts.needs_person,
            n_problems => counts.problems,
            n_open => counts.points - counts.answered - counts.joined - counts.out_of_scope,
            n_points => counts.points,
            rounds => tallies,
            n_letters => letters.iter().filter(|mail| mail.state.needs_person()).count(),
            failures,
        };
        let draft = Draft {
            kind: MailKind::Digest,
            round: None,
            organization: None,
            submission: None,
            occasion,
            to: (self.actor.to_string(), to),
            values,
            enclosures: Vec::new(),
            answers: None,
            actor: self.actor.to_string(),
        };
        let templates = Templates::read(self.folder())?;
        self.write_letter(&outgoing, &templates, consultation, draft)
    }
}

fn is_nobodys(address: &EmailAddress) -> bool {
    let local = address
        .expose()
        .split(['@', '+'])
        .next()
        .unwrap_or_default();
    NOBODY
        .iter()
        .any(|name| local == *name || local.starts_with(&format!("{name}-")))
}
