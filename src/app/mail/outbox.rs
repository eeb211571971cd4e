//! The outbox: each letter in it is sent once.
//!
//! A letter is an original like any other, with a Message-ID that never changes. An attempt is
//! committed as *sending* before the server is spoken to, and as *handed* before the text goes out.
//! Who dies while *sending* has given the server nothing: the letter goes back into the queue. Who
//! dies while *handed*, or gets no answer, cannot know: SMTP has no way to ask. Such a letter is
//! *unknown* and waits for a person, because two reminders of the same hour do an office more harm
//! than a question to its secretary; sent again by that person, it bears the same Message-ID, so that
//! most receivers show it once.

use std::collections::BTreeMap;
use std::time::Duration;

use super::super::{App, Error, Kind};
use super::mailer_words;
use crate::config::Outgoing;
use crate::domain::{Consultation, EmailAddress, MailState};
use crate::mailer::{self, Connection};
use crate::store::ledger::{self, Action};
use crate::store::outbox::{self, Change, Which};

pub use crate::store::outbox::Mail;

/// The lease of whoever sends.
const LEASE: &str = "outbox";
/// Attempts before a letter is given up: with these pauses about two days.
const MOST_TRIES: i64 = 12;
/// The first pause after a failure; each is twice the one before.
const FIRST_PAUSE_US: i64 = 60 * 1_000_000;
/// The longest pause.
const LONGEST_PAUSE_US: i64 = 6 * 3600 * 1_000_000;
/// A minute, for the limit of each domain.
const MINUTE_US: i64 = 60 * 1_000_000;

/// What sending did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sent {
    /// Letters the server took.
    pub n_sent: u64,
    /// Letters that are tried again later, and those that wait for their domain's turn.
    pub n_waiting: u64,
    /// Letters a person has to look at.
    pub n_failed: u64,
    /// Why the server could not be used at all.
    pub failure: Option<String>,
    /// Whether another process is sending.
    pub is_busy: bool,
}

impl App {
    /// The settings of outgoing mail, when the office has turned it on.
    pub(super) fn outgoing(&self) -> Result<&Outgoing, Error> {
        match &self.config.outgoing {
            Some(outgoing) if outgoing.is_enabled => Ok(outgoing),
            Some(_) => Err(Error::new(
                Kind::Conflict,
                "Thư đi đang tắt: đặt enabled = true trong bảng [outgoing] của config.toml khi cơ quan cho phép gửi; dùng --dry-run để xem trước.",
            )),
            None => Err(Error::new(
                Kind::Conflict,
                "Chưa khai báo thư đi: thêm bảng [outgoing] vào config.toml (xem config/example.toml); dùng --dry-run để xem trước.",
            )),
        }
    }

    /// Sends what is due. Nothing happens while outgoing mail is off.
    pub async fn send_due(&self) -> Result<Sent, Error> {
        let outgoing = self.outgoing()?.clone();
        if !self.take_lease(LEASE).await? {
            return Ok(Sent {
                is_busy: true,
                ..Sent::default()
            });
        }
        let outcome = self.send_as_holder(&outgoing).await;
        self.release_lease(LEASE).await?;
        outcome
    }

    async fn send_as_holder(&self, outgoing: &Outgoing) -> Result<Sent, Error> {
        let mut sent = Sent::default();
        self.pick_up(&mut sent).await?;
        let mut connection = None;
        let now_us = self.clock.now_us();
        let mut tx = self.store.read().await?;
        let open = outbox::list_mails(&mut tx, Which::Open).await?;
        drop(tx);
        // How many letters each domain may still get in this minute.
        let mut room: BTreeMap<String, i64> = BTreeMap::new();
        for mail in open {
            let domain = &mail.content.domain;
            if !room.contains_key(domain) {
                let mut tx = self.store.read().await?;
                let n = outbox::count_tried(&mut tx, domain, now_us - MINUTE_US).await?;
                room.insert(domain.clone(), i64::from(outgoing.per_minute) - n);
            }
            let left = room.entry(domain.clone()).or_default();
            if mail.due_us > now_us || *left <= 0 {
                sent.n_waiting += 1;
                continue;
            }
            *left -= 1;
            let usable = match connection.take() {
                Some(connection) => Ok(connection),
                None => self.connect_outgoing(outgoing).await,
            };
            match usable {
                Ok(mut usable) => {
                    if self
                        .attempt(outgoing, &mail, &mut usable, &mut sent)
                        .await?
                    {
                        connection = Some(usable);
                    }
                }
                // The server is away: no letter has been tried, all wait for it.
                Err(error) => {
                    sent.failure = Some(error.message.clone());
                    sent.n_waiting += 1;
                    self.put_off(&mail, &error.message).await?;
                    break;
                }
            }
            if !self.take_lease(LEASE).await? {
                sent.is_busy = true;
                break;
            }
        }
        if let Some(connection) = connection {
            connection.close().await;
        }
        Ok(sent)
    }

    /// What a process that ended in the middle left behind.
    async fn pick_up(&self, sent: &mut Sent) -> Result<(), Error> {
        let mut tx = self.store.write().await?;
        let now_us = self.clock.now_us();
        for mail in outbox::list_mails(&mut tx, Which::Open).await? {
            let (to, answer) = match mail.state {
                // Nothing of it had gone out.
                MailState::Sending => (MailState::Queued, None),
                MailState::Handed => {
                    sent.n_failed += 1;
                    let words = "Chương trình dừng đúng lúc đang giao thư; có thể thư đã đi.";
                    (MailState::Unknown, Some(words))
                }
                _ => continue,
            };
            let change = Change {
                from: Some(mail.state),
                to: Some(to),
                now_us,
                answer,
                ..Change::default()
            };
            outbox::change(&mut tx, mail.id, &change).await?;
            let (actor, id) = (&self.actor, mail.id);
            ledger::append(&mut tx, now_us, actor, Action::MailsChanged, id, id).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    async fn connect_outgoing(&self, outgoing: &Outgoing) -> Result<Connection, Error> {
        let server = &outgoing.server;
        let ca_file = server.ca_file.as_deref();
        let shown = self.tokens.credentials(&server.sign_in, ca_file).await?;
        let opened = Connection::open(server, &shown).await;
        if let Err(mailer::Error::SignIn { .. }) = &opened {
            self.tokens.forget(&server.sign_in);
        }
        Ok(opened?)
    }

    /// One attempt for one letter. Returns whether the connection can be used again.
    async fn attempt(
        &self,
        outgoing: &Outgoing,
        mail: &Mail,
        connection: &mut Connection,
        sent: &mut Sent,
    ) -> Result<bool, Error> {
        let letter = self.blobs.get(mail.content.blob)?;
        let from = sender_address(outgoing)?;
        if !self
            .advance_mail(mail.id, MailState::Queued, MailState::Sending, true)
            .await?
        {
            // A person called it off, or somebody else took it.
            return Ok(true);
        }
        let to = mail.content.recipient.as_str();
        let mut outcome = connection
            .announce(from.expose(), to, &letter)
            .await
            .map(|()| None);
        if outcome.is_ok() {
            self.advance_mail(mail.id, MailState::Sending, MailState::Handed, false)
                .await?;
            outcome = connection.hand_over(&letter).await.map(Some);
        }
        let n_tries = mail.n_tries + 1;
        let answer = match &outcome {
            Ok(answer) => answer.clone().unwrap_or_default(),
            Err(error) => mailer_words(error),
        };
        let is_hopeless = n_tries >= MOST_TRIES;
        let to = match &outcome {
            Ok(_) => MailState::Sent,
            Err(mailer::Error::NoAnswer(_)) => MailState::Unknown,
            Err(
                mailer::Error::Refused {
                    is_permanent: true, ..
                }
                | mailer::Error::Address { .. },
            ) => MailState::Failed,
            Err(_) if is_hopeless => MailState::Failed,
            Err(_) => MailState::Queued,
        };
        match to {
            MailState::Sent => sent.n_sent += 1,
            MailState::Queued => sent.n_waiting += 1,
            _ => sent.n_failed += 1,
        }
        let now_us = self.clock.now_us();
        self.change_mail(
            mail.id,
            &Change {
                to: Some(to),
                now_us,
                due_us: (to == MailState::Queued).then(|| now_us + pause_us(n_tries)),
                answer: Some(&answer),
                ..Change::default()
            },
        )
        .await?;
        Ok(match &outcome {
            Ok(_) | Err(mailer::Error::Address { .. }) => true,
            Err(mailer::Error::Refused { .. }) => connection.reset().await,
            Err(_) => false,
        })
    }

    /// Goes one step further with a letter; durable when this returns. `false` when it was not there.
    async fn advance_mail(
        &self,
        id: i64,
        from: MailState,
        to: MailState,
        is_attempt: bool,
    ) -> Result<bool, Error> {
        let mut tx = self.store.write().await?;
        let change = Change {
            from: Some(from),
            to: Some(to),
            is_attempt,
            now_us: self.clock.now_us(),
            ..Change::default()
        };
        let is_done = outbox::change(&mut tx, id, &change).await?;
        tx.commit().await?;
        Ok(is_done)
    }

    /// Lets a letter wait because the server could not be used.
    async fn put_off(&self, mail: &Mail, reason: &str) -> Result<(), Error> {
        let mut tx = self.store.write().await?;
        let change = Change {
            from: Some(MailState::Queued),
            answer: Some(reason),
            ..Change::default()
        };
        outbox::change(&mut tx, mail.id, &change).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Changes a letter, with its ledger entry. `false` when it is no longer in the state it must be.
    pub(super) async fn change_mail(&self, id: i64, change: &Change<'_>) -> Result<bool, Error> {
        let mut tx = self.store.write().await?;
        if !outbox::change(&mut tx, id, change).await? {
            return Ok(false);
        }
        let (now_us, actor) = (self.clock.now_us(), &self.actor);
        ledger::append(&mut tx, now_us, actor, Action::MailsChanged, id, id).await?;
        tx.commit().await?;
        self.let_index_follow().await;
        Ok(true)
    }

    /// The letters of a dossier, newest first.
    pub async fn outbox(&self, consultation: &Consultation) -> Result<Vec<Mail>, Error> {
        let mut tx = self.store.read().await?;
        Ok(outbox::list_mails(&mut tx, Which::Of(consultation.id)).await?)
    }

    /// The whole letter as it goes out.
    pub async fn letter(&self, consultation: &Consultation, id: i64) -> Result<Vec<u8>, Error> {
        let mail = self.mail(consultation, id).await?;
        Ok(self.blobs.get(mail.content.blob)?)
    }

    async fn mail(&self, consultation: &Consultation, id: i64) -> Result<Mail, Error> {
        let mut tx = self.store.read().await?;
        let found = outbox::list_mails(&mut tx, Which::One(id)).await?.pop();
        found
            .filter(|mail| mail.content.consultation == consultation.id)
            .ok_or_else(|| Error::new(Kind::NotFound, format!("Không có thư đi số {id}.")))
    }

    /// A person has a letter sent again (with the same Message-ID), says that it has arrived, or calls
    /// it off.
    pub async fn decide_mail(
        &self,
        consultation: &Consultation,
        id: i64,
        decision: MailDecision,
    ) -> Result<(), Error> {
        let mail = self.mail(consultation, id).await?;
        let state = mail.state;
        let is_possible = match decision {
            MailDecision::Retry => state.needs_person() || state == MailState::Cancelled,
            MailDecision::Confirm => state == MailState::Unknown,
            MailDecision::Cancel => state == MailState::Queued || state.needs_person(),
        };
        let impossible = || {
            let name = state.name().to_lowercase();
            Error::new(
                Kind::Conflict,
                format!("Thư đi số {id} đang ở trạng thái “{name}” nên không làm được việc này."),
            )
        };
        if !is_possible {
            return Err(impossible());
        }
        let now_us = self.clock.now_us();
        let (to, answer) = match decision {
            MailDecision::Retry => (MailState::Queued, "Người phụ trách cho gửi lại."),
            MailDecision::Confirm => (MailState::Sent, "Người phụ trách xác nhận thư đã đến."),
            MailDecision::Cancel => (MailState::Cancelled, "Người phụ trách hủy thư."),
        };
        let change = Change {
            from: Some(state),
            to: Some(to),
            now_us,
            due_us: Some(now_us),
            answer: Some(answer),
            ..Change::default()
        };
        if self.change_mail(id, &change).await? {
            Ok(())
        } else {
            Err(impossible())
        }
    }
}

/// What a person decides about a letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailDecision {
    /// Send it again.
    Retry,
    /// It has arrived.
    Confirm,
    /// It is not to be sent.
    Cancel,
}

impl MailDecision {
    /// Reads the code in forms and commands.
    pub fn parse(code: &str) -> Option<Self> {
        match code {
            "retry" => Some(Self::Retry),
            "confirm" => Some(Self::Confirm),
            "cancel" => Some(Self::Cancel),
            _ => None,
        }
    }
}

/// The pause after so many attempts.
fn pause_us(n_tries: i64) -> i64 {
    let doublings = u32::try_from(n_tries - 1).unwrap_or(0).min(16);
    (FIRST_PAUSE_US << doublings).min(LONGEST_PAUSE_US)
}

/// The sender's address without the name.
pub(super) fn sender_address(outgoing: &Outgoing) -> Result<EmailAddress, Error> {
    let from = &outgoing.from;
    let address = from
        .rsplit_once('<')
        .map_or(from.as_str(), |(_, rest)| rest);
    EmailAddress::parse(address.trim_end_matches('>')).ok_or_else(|| {
        Error::new(
            Kind::Invalid,
            format!("`{from}` không phải người gửi dạng Tên <địa_chỉ> (khóa outgoing.from)."),
        )
    })
}

/// How long until the outbox is looked at again.
pub const PAUSE: Duration = Duration::from_secs(15);

#[cfg(test)]
mod tests {
    use super::{FIRST_PAUSE_US, LONGEST_PAUSE_US, MOST_TRIES, pause_us};

    #[test]
    fn pauses_double_up_to_a_limit() {
        assert_eq!(pause_us(1), FIRST_PAUSE_US);
        assert_eq!(pause_us(2), 2 * FIRST_PAUSE_US);
        assert_eq!(pause_us(30), LONGEST_PAUSE_US);
        let whole: i64 = (1..MOST_TRIES).map(pause_us).sum();
        let hours = whole / 3_600_000_000;
        assert!((12..72).contains(&hours), "{hours} hours");
    }
}
