//! One look into a mailbox.
//!
//! Each message: its bytes to the originals, its submission claimed and committed, read and settled;
//! then its number recorded; and only then the server is told (marked as read, or moved). Cut off at
//! any moment, the next look does what is missing: bytes that were kept already are known by their
//! hash, a mail that was delivered twice by its Message-ID and words. Two processes that read the same
//! folder at once are kept apart by a lease, and held to the same by the same keys when that fails.

use std::collections::BTreeMap;
use std::io::Read;
use std::time::Duration;

use super::super::ingest::{FileReport, Options};
use super::super::{App, Error, Kind};
use crate::config::{Mailbox, SignIn};
use crate::credentials;
use crate::domain::{Channel, Consultation, ContentHash, Disposition};
use crate::intake;
use crate::mailbox::{self, Fetched, Session};
use crate::store::mailboxes::{self, Message, MessageState};

/// How much of a mail is read to find what it names.
const HEAD_BYTES: u64 = 256 << 10;
/// How often a message that the server does not give out is asked for before it waits for a person.
const MOST_TRIES: i64 = 20;
/// Longest wait for the server to report a new mail: routers forget silent connections.
const LONGEST_IDLE: Duration = Duration::from_mins(5);
/// Waits after failures, each twice the one before.
const LONGEST_BACK_OFF: Duration = Duration::from_mins(15);

/// What a look found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Looked {
    /// Messages taken in.
    pub n_new: u64,
    /// Messages whose bytes were known already.
    pub n_known: u64,
    /// Messages the server did not give out.
    pub n_absent: u64,
    /// Submissions a person has to look at.
    pub n_needs_person: u64,
    /// Whether another process is reading this mailbox.
    pub is_busy: bool,
}

/// How a mailbox fares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailboxStatus {
    /// What it is called.
    pub name: String,
    /// The last look that went well, microseconds since 1970.
    pub looked_us: Option<i64>,
    /// Why looks have failed since then.
    pub failure: Option<String>,
    /// Messages the server did not give out.
    pub n_absent: i64,
}

/// A mailbox that is read again and again.
pub struct Receiver {
    app: App,
    mailbox: Mailbox,
    session: Option<Session>,
    /// From here on messages are new; `None` when the whole folder is to be compared.
    next_uid: Option<u32>,
    n_failures: u32,
    is_persistent: bool,
}

impl App {
    /// How the mailboxes in the settings fare.
    pub async fn mailboxes(&self) -> Result<Vec<MailboxStatus>, Error> {
        let mut tx = self.store.read().await?;
        let known = mailboxes::list_mailboxes(&mut tx).await?;
        let absent = mailboxes::count_absent(&mut tx).await?;
        drop(tx);
        let addresses: Vec<String> = self.config.mailboxes.iter().map(address).collect();
        let is_read = |known: &mailboxes::Mailbox| addresses.contains(&known.address);
        let new = self
            .config
            .mailboxes
            .iter()
            .filter(|mailbox| !known.iter().any(|known| known.address == address(mailbox)))
            .map(|mailbox| MailboxStatus {
                name: mailbox.name.clone(),
                looked_us: None,
                failure: None,
                n_absent: 0,
            });
        let mut all: Vec<MailboxStatus> = new.collect();
        all.extend(
            known
                .iter()
                .filter(|known| is_read(known))
                .map(|known| MailboxStatus {
                    name: known.name.clone(),
                    looked_us: known.looked_us,
                    failure: known.failure.clone(),
                    n_absent: absent.get(&known.id).copied().unwrap_or(0),
                }),
        );
        Ok(all)
    }

    /// The mailboxes in the settings, or the one of this name.
    pub fn receivers(&self, name: Option<&str>) -> Result<Vec<Receiver>, Error> {
        let chosen: Vec<Receiver> = self
            .config
            .mailboxes
            .iter()
            .filter(|mailbox| name.is_none_or(|name| mailbox.name == name))
            .map(|mailbox| Receiver {
                app: self.clone(),
                mailbox: mailbox.clone(),
                session: None,
                next_uid: None,
                n_failures: 0,
                is_persistent: false,
            })
            .collect();
        if chosen.is_empty() {
            let names: Vec<&str> = self
                .config
                .mailboxes
                .iter()
                .map(|m| m.name.as_str())
                .collect();
            let message = if names.is_empty() {
                "Chưa khai báo hộp thư nào; thêm bảng [[mailbox]] vào config.toml (xem config/example.toml)."
                    .to_owned()
            } else {
                format!(
                    "Không có hộp thư tên `{}`. Các hộp thư: {}.",
                    name.unwrap_or_default(),
                    names.join(", ")
                )
            };
            return Err(Error::new(Kind::NotFound, message));
        }
        Ok(chosen)
    }
}

impl Receiver {
    /// What the mailbox is called.
    pub fn name(&self) -> &str {
        &self.mailbox.name
    }

    /// Has messages asked for again that the server did not give out so often that they wait.
    #[must_use]
    pub fn persistent(mut self) -> Self {
        self.is_persistent = true;
        self
    }

    /// Takes in what is new. How it ended is noted for the pages; a failed look is repeated later.
    pub async fn look(&mut self) -> Result<Looked, Error> {
        let mut tx = self.app.store.write().await?;
        let address = address(&self.mailbox);
        let known = mailboxes::find_or_add(&mut tx, &address, &self.mailbox.name).await?;
        tx.commit().await?;
        let lease = format!("mailbox {}", known.id);
        if !self.app.take_lease(&lease).await? {
            return Ok(Looked {
                is_busy: true,
                ..Looked::default()
            });
        }
        let outcome = self.take_in(&known, &lease).await;
        if outcome.is_err() {
            // Whatever state the connection is in, the next look begins anew.
            self.session = None;
            self.next_uid = None;
            self.n_failures = self.n_failures.saturating_add(1);
        } else {
            self.n_failures = 0;
        }
        let failure = outcome.as_ref().err().map(|error| error.message.clone());
        let mut tx = self.app.store.write().await?;
        let now_us = self.app.clock.now_us();
        mailboxes::note_look(&mut tx, known.id, now_us, failure.as_deref()).await?;
        tx.commit().await?;
        self.app.release_lease(&lease).await?;
        outcome
    }

    /// Waits until it is time for another look: the server reports something, or the pause is over.
    pub async fn wait(&mut self) {
        if self.n_failures > 0 {
            let doubled = 1_u32.checked_shl(self.n_failures.min(16)).unwrap_or(1);
            let pause = self.mailbox.pause.min(Duration::from_secs(5)) * doubled;
            tokio::time::sleep(pause.min(LONGEST_BACK_OFF)).await;
            return;
        }
        match self.session.take() {
            Some(session) if session.can_idle() => {
                // A connection lost while idle is opened again by the next look.
                if let Ok(session) = session.idle(LONGEST_IDLE).await {
                    self.session = Some(session);
                } else {
                    self.next_uid = None;
                    tokio::time::sleep(Duration::from_secs(1)).await;
                }
            }
            session => {
                self.session = session;
                tokio::time::sleep(self.mailbox.pause).await;
            }
        }
    }

    /// Ends the connection politely.
    pub async fn close(self) {
        if let Some(session) = self.session {
            session.close().await;
        }
    }

    async fn connect(&self) -> Result<Session, Error> {
        let server = &self.mailbox.server;
        let ca_file = server.ca_file.as_deref();
        let sign_in: &SignIn = &server.sign_in;
        let shown = self.app.tokens.credentials(sign_in, ca_file).await?;
        let tls = credentials::trust(ca_file)?;
        let opened = Session::open(server, tls, &shown, &self.mailbox.folder).await;
        if let Err(mailbox::Error::SignIn { .. }) = &opened {
            self.app.tokens.forget(sign_in);
        }
        Ok(opened?)
    }

    async fn take_in(&mut self, known: &mailboxes::Mailbox, lease: &str) -> Result<Looked, Error> {
        let default = self.default_consultation().await?;
        let mut session = match self.session.take() {
            Some(session) => session,
            None => self.connect().await?,
        };
        let validity = session.uid_validity();
        let mut tx = self.app.store.write().await?;
        mailboxes::set_uid_validity(&mut tx, known.id, validity).await?;
        tx.commit().await?;
        // A whole comparison finds what a server showed late; between two, only what is new is asked for.
        let from = self.next_uid.unwrap_or(1);
        let listed = session.list(from, self.mailbox.since).await?;
        let mut tx = self.app.store.read().await?;
        let mut messages = mailboxes::list_messages(&mut tx, known.id, validity, from).await?;
        drop(tx);
        self.forget_removed(known.id, validity, from, &listed, &mut messages)
            .await?;
        let mut looked = Looked::default();
        let mut untold = None;
        for mut message in in_turn(&listed, &messages) {
            if message.state == MessageState::Absent {
                if message.n_tries >= MOST_TRIES && !self.is_persistent {
                    looked.n_absent += 1;
                    continue;
                }
                let kept = self
                    .keep(&mut session, message, &default, &mut looked)
                    .await;
                // A message at which the connection breaks is tried after all others next time.
                message = match &kept {
                    Ok(kept) => *kept,
                    Err(_) => tried(message),
                };
                self.record(known.id, validity, message).await?;
                kept?;
            }
            if message.state == MessageState::Kept {
                match self.tell(&mut session, message).await {
                    Ok(()) => {
                        message.state = MessageState::Marked;
                        self.record(known.id, validity, message).await?;
                    }
                    // It is taken in: what the server will not mark must not keep others out.
                    Err(error @ mailbox::Error::Refused { .. }) => untold = Some(error),
                    Err(error) => return Err(error.into()),
                }
                // Another process took over because we were too slow: it does the rest.
                if !self.app.take_lease(lease).await? {
                    looked.is_busy = true;
                    break;
                }
            }
        }
        if let Some(error) = untold {
            return Err(error.into());
        }
        self.next_uid = listed
            .last()
            .map(|last| last.saturating_add(1))
            .or(self.next_uid);
        self.session = Some(session);
        self.app.let_index_follow().await;
        Ok(looked)
    }

    async fn record(&self, id: i64, validity: u32, message: Message) -> Result<(), Error> {
        let mut tx = self.app.store.write().await?;
        let now_us = self.app.clock.now_us();
        mailboxes::record_message(&mut tx, id, validity, message, now_us).await?;
        tx.commit().await?;
        Ok(())
    }

    /// The dossier of mails that name none.
    async fn default_consultation(&self) -> Result<Consultation, Error> {
        let code = self.mailbox.consultation.as_deref();
        self.app.consultation(code).await.map_err(|error| {
            let message = format!(
                "Hộp thư `{}` chưa rõ nhận cho hồ sơ nào: {} (khóa `consultation` của [[mailbox]])",
                self.mailbox.name, error.message
            );
            Error::new(error.kind, message)
        })
    }

    /// Forgets messages that could not be fetched and are no longer there.
    async fn forget_removed(
        &self,
        id: i64,
        validity: u32,
        from: u32,
        listed: &[u32],
        messages: &mut BTreeMap<u32, Message>,
    ) -> Result<(), Error> {
        let gone: Vec<u32> = messages
            .values()
            .filter(|message| message.state == MessageState::Absent && message.uid >= from)
            .map(|message| message.uid)
            .filter(|uid| listed.binary_search(uid).is_err())
            .collect();
        for uid in gone {
            messages.remove(&uid);
            let mut tx = self.app.store.write().await?;
            mailboxes::forget_absent(&mut tx, id, validity, uid).await?;
            tx.commit().await?;
        }
        Ok(())
    }

    /// Fetches a message and takes it in; durable when this returns.
    async fn keep(
        &self,
        session: &mut Session,
        message: Message,
        default: &Consultation,
        looked: &mut Looked,
    ) -> Result<Message, Error> {
        let uid = message.uid;
        let mut incoming = self.app.blobs.begin()?;
        let fetched = session
            .fetch(uid, &mut |piece| incoming.write(piece))
            .await?;
        if fetched == Fetched::Absent {
            looked.n_absent += 1;
            return Ok(tried(message));
        }
        let blob = incoming.finish()?;
        let name = format!("{}/{uid}.eml", self.mailbox.name);
        let (report, submission) = self.app.import_mail(&name, blob, default).await?;
        if report.was_known {
            looked.n_known += 1;
        } else {
            looked.n_new += 1;
        }
        looked.n_needs_person += report.n_needs_person;
        Ok(Message {
            uid,
            state: MessageState::Kept,
            submission: Some(submission),
            n_tries: message.n_tries,
        })
    }

    /// Tells the server that a message is taken in.
    async fn tell(&self, session: &mut Session, message: Message) -> Result<(), mailbox::Error> {
        // A submission that cannot be looked up now is looked at by a person.
        let is_read = match message.submission {
            Some(id) => (self.app.submission(id).await)
                .is_ok_and(|submission| submission.disposition != Disposition::Unread),
            None => false,
        };
        let target = if is_read {
            &self.mailbox.done_folder
        } else {
            &self.mailbox.problem_folder
        };
        session.mark_seen(message.uid).await?;
        if let Some(folder) = target {
            session.move_to(message.uid, folder).await?;
        }
        Ok(())
    }
}

/// The messages to deal with: new ones first, then those that failed before, the most stubborn last.
fn in_turn(listed: &[u32], known: &BTreeMap<u32, Message>) -> Vec<Message> {
    let mut turns: BTreeMap<u32, Message> = listed
        .iter()
        .map(|&uid| {
            let new = Message {
                uid,
                state: MessageState::Absent,
                submission: None,
                n_tries: 0,
            };
            (uid, new)
        })
        .collect();
    turns.extend(known);
    let mut turns: Vec<Message> = turns.into_values().collect();
    turns.retain(|message| message.state != MessageState::Marked);
    turns.sort_by_key(|message| (message.n_tries, message.uid));
    turns
}

fn tried(message: Message) -> Message {
    Message {
        n_tries: message.n_tries + 1,
        ..message
    }
}

/// What tells a folder of a mailbox from every other.
fn address(mailbox: &Mailbox) -> String {
    let user = match &mailbox.server.sign_in {
        SignIn::Nobody => "",
        SignIn::Password { user, .. } | SignIn::Token { user, .. } => user,
    };
    let server = &mailbox.server;
    format!("{user} {}:{} {}", server.host, server.port, mailbox.folder)
}

impl App {
    /// Takes in a mail whose bytes are kept, into the dossier that it names.
    async fn import_mail(
        &self,
        name: &str,
        blob: ContentHash,
        default: &Consultation,
    ) -> Result<(FileReport, crate::domain::SubmissionId), Error> {
        let mut beginning = Vec::new();
        self.blobs
            .open_blob(blob)?
            .take(HEAD_BYTES)
            .read_to_end(&mut beginning)
            .map_err(|error| {
                Error::caused(Kind::Unavailable, "Không đọc lại được thư vừa nhận.", error)
            })?;
        let head = intake::read_mail_head(&beginning);
        let named = self.consultation_named(&head).await?;
        let consultation = named.as_ref().unwrap_or(default);
        let dossier = self.dossier(consultation.id).await?;
        let _turn = self.in_hand.take(blob).await;
        let mut report = FileReport::new(name);
        let id = self
            .import_letter(
                &dossier,
                consultation.id,
                name,
                Channel::Email,
                blob,
                &Options::default(),
                &mut report,
            )
            .await?;
        self.acknowledge(consultation, id, &head).await?;
        Ok((report, id))
    }
}
