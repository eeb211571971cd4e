//! Letters: what they say, to whom they go, and that they are no robot's bait.
//!
//! A letter is composed whole before it is queued, and kept as an original: what is previewed is what
//! goes out.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use jiff::civil::Date;
use minijinja::{Value, context};

use super::super::reporting::FileFormat;
use super::super::values::{ReportKind, Scope};
use super::super::{App, Error, Kind, local_time};
use super::message::Draft;
use super::naming::{plus_address, round_code};
use super::outbox::sender_address;
use super::templates::{self, Templates};
use crate::config::Outgoing;
use crate::domain::{Consultation, EmailAddress, LetterNumber, MailKind, Organization, Round};
use crate::report::snapshot::Snapshot;
use crate::store;
use crate::store::ledger::{self, Action};
use crate::store::outbox;

pub use super::message::{Enclosure, Letter};
pub use super::templates::LetterTemplate;

/// Letters of one order.
#[derive(Debug, Clone, Default)]
pub struct Letters {
    /// Ready to be queued.
    pub letters: Vec<Letter>,
    /// Who has no address that works.
    pub without_address: Vec<String>,
    /// Who was written to for this occasion already.
    pub n_known: usize,
}

/// What is asked for.
#[derive(Debug, Clone)]
pub struct Order {
    /// Invitation, reminder or extract.
    pub kind: MailKind,
    /// The round it is about.
    pub round: Round,
    /// Only this organization.
    pub organization: Option<String>,
    /// Files for everybody.
    pub enclosures: Vec<Enclosure>,
    /// Another sender than in the settings.
    pub from: Option<String>,
    /// Who orders.
    pub actor: String,
}

/// The report that was signed, and the moment its extracts are made of.
struct Issued {
    version: i64,
    number: String,
    day: Date,
    snapshot: Arc<Snapshot>,
}

impl App {
    /// Writes the shipped texts of letters into the data folder, to be changed there.
    pub fn write_templates(&self) -> Result<Vec<String>, Error> {
        templates::write_out(&self.folder)
    }

    /// The texts of letters, as they are used now.
    pub fn letter_templates(&self) -> Result<Vec<LetterTemplate>, Error> {
        templates::list(&self.folder)
    }

    /// Keeps an office's own text of a letter; `None` goes back to the shipped one.
    ///
    /// # Errors
    /// [`Kind::Invalid`] when no letter could be written from it.
    pub fn set_letter_template(&self, name: &str, text: Option<&str>) -> Result<(), Error> {
        templates::set(&self.folder, name, text)
    }

    /// Composes the letters of an order, without queueing any.
    pub async fn compose(
        &self,
        consultation: &Consultation,
        order: &Order,
    ) -> Result<Letters, Error> {
        if order.kind == MailKind::Digest {
            return self.compose_digests(consultation).await;
        }
        let mut outgoing = self.settings_or_preview();
        if let Some(from) = &order.from {
            outgoing.from.clone_from(from);
        }
        let templates = Templates::read(&self.folder)?;
        let recipients = self.recipients(consultation, order).await?;
        let issued = match order.kind {
            MailKind::Extract => Some(self.issued(consultation).await?),
            _ => None,
        };
        let bounced = self.bounced_addresses(consultation).await?;
        let today = self.clock.today();
        let mut letters = Letters::default();
        for organization in recipients {
            let address = organization
                .emails
                .iter()
                .find(|address| !bounced.contains(*address));
            let Some(address) = address else {
                letters.without_address.push(organization.name.clone());
                continue;
            };
            let round = &order.round;
            let occasion = match (order.kind, &issued) {
                (MailKind::Extract, Some(issued)) => {
                    format!("extract {} {}", issued.version, organization.id.0)
                }
                (MailKind::Reminder, _) => reminder_occasion(round, &organization, today),
                (kind, _) => format!("{} {} {}", kind.code(), round.id.0, organization.id.0),
            };
            let mut tx = self.store.read().await?;
            if outbox::has_occasion(&mut tx, &occasion).await? {
                letters.n_known += 1;
                continue;
            }
            drop(tx);
            let mut enclosures = Vec::new();
            if let Some(issued) = &issued {
                enclosures.push(self.extract_of(&issued.snapshot, &organization).await?);
            }
            enclosures.extend(order.enclosures.iter().cloned());
            let names: Vec<&str> = enclosures.iter().map(|file| file.name.as_str()).collect();
            let (report_number, report_date) = match &issued {
                Some(issued) => (issued.number.clone(), date_words(issued.day)),
                None => (String::new(), String::new()),
            };
            let values = context! {
                attachments => names,
                report_number,
                report_date,
                ..about_round(&outgoing, consultation, round, &organization.name, today)
            };
            let draft = Draft {
                kind: order.kind,
                round: Some(round.clone()),
                submission: None,
                occasion,
                to: (organization.name.clone(), address.clone()),
                values,
                enclosures,
                answers: None,
                actor: order.actor.clone(),
                organization: Some(organization),
            };
            letters
                .letters
                .push(self.write_letter(&outgoing, &templates, consultation, draft)?);
        }
        Ok(letters)
    }

    /// The settings, or what a preview shows while there are none.
    pub(super) fn settings_or_preview(&self) -> Outgoing {
        let nowhere = || Outgoing {
            is_enabled: false,
            server: crate::config::Server {
                host: String::new(),
                port: 0,
                security: crate::config::Security::Tls,
                ca_file: None,
                sign_in: crate::config::SignIn::Nobody,
                timeout: Duration::from_mins(1),
            },
            from: "chua-khai-bao@thu-di.invalid".to_owned(),
            reply_to: None,
            has_plus_address: false,
            acknowledges: false,
            remind_days: Vec::new(),
            digest_to: Vec::new(),
            hour: 8,
            per_minute: 1,
        };
        self.config.outgoing.clone().unwrap_or_else(nowhere)
    }

    /// The organizations an order is for.
    async fn recipients(
        &self,
        consultation: &Consultation,
        order: &Order,
    ) -> Result<Vec<Organization>, Error> {
        let round = order.round.id;
        let all: Vec<Organization> = match order.kind {
            MailKind::Reminder => {
                let replies = self.replies(consultation).await?;
                replies.silent(round).into_iter().cloned().collect()
            }
            MailKind::Invitation => {
                let mut tx = self.store.read().await?;
                let invited =
                    store::consultations::list_invitations(&mut tx, consultation.id).await?;
                let organizations = store::catalog::list_organizations(&mut tx).await?;
                let is_invited = |o: &Organization| invited.contains(&(round, o.id));
                organizations.into_iter().filter(is_invited).collect()
            }
            MailKind::Extract => {
                let counted = self.replies(consultation).await?;
                counted.with_points(round)
            }
            MailKind::Acknowledgement | MailKind::Digest => {
                return Err(Error::new(
                    Kind::Invalid,
                    "Thư báo đã nhận được gửi tự động theo cấu hình, không gửi theo lệnh.",
                ));
            }
        };
        let Some(wanted) = &order.organization else {
            return Ok(all);
        };
        let id = self.organization_by_name(consultation.id, wanted).await?;
        let chosen: Vec<Organization> = all.into_iter().filter(|o| o.id == id).collect();
        if chosen.is_empty() {
            let reason = match order.kind {
                MailKind::Reminder => "đã trả lời hoặc không được hỏi trong đợt này",
                MailKind::Invitation => "không có trong danh sách được hỏi của đợt này",
                _ => "không có ý kiến nào trong đợt này",
            };
            return Err(Error::new(Kind::Invalid, format!("`{wanted}` {reason}.")));
        }
        Ok(chosen)
    }

    /// Addresses that letters of this dossier came back from.
    async fn bounced_addresses(
        &self,
        consultation: &Consultation,
    ) -> Result<BTreeSet<EmailAddress>, Error> {
        let mails = self.outbox(consultation).await?;
        Ok(mails
            .iter()
            .filter(|mail| mail.bounced_by.is_some())
            .filter_map(|mail| EmailAddress::parse(&mail.content.recipient))
            .collect())
    }

    /// Puts letters into the outbox; those for an occasion that is there already are left out. Returns
    /// how many were new.
    pub async fn queue_letters(&self, letters: &[Letter]) -> Result<usize, Error> {
        self.outgoing()?;
        let mut n_new = 0;
        for letter in letters {
            let mut content = letter.content.clone();
            content.blob = self.blobs.put(&letter.bytes)?;
            content.queued_us = self.clock.now_us();
            let mut tx = self.store.write().await?;
            if let Some(id) = outbox::queue(&mut tx, &content).await? {
                let (now_us, actor) = (content.queued_us, &content.actor);
                ledger::append(&mut tx, now_us, actor, Action::MailsQueued, id, id).await?;
                tx.commit().await?;
                n_new += 1;
            }
        }
        self.let_index_follow().await;
        Ok(n_new)
    }

    /// The issued report.
    ///
    /// # Errors
    /// [`Kind::Conflict`] while none is issued, or when answers have changed since: nobody is told
    /// anything else than what was signed.
    async fn issued(&self, consultation: &Consultation) -> Result<Issued, Error> {
        let versions = self.report_versions(consultation).await?;
        let issued = versions.into_iter().rev().find_map(|version| {
            let issue = version.issue.clone()?;
            Some((version, issue))
        });
        let Some((version, issue)) = issued else {
            return Err(Error::new(
                Kind::Conflict,
                "Chưa gửi được kết quả: báo cáo chưa được ban hành (chốt bằng `tiepthu freeze`, ghi số bằng `tiepthu issue`).",
            ));
        };
        let compared = self
            .compare_reports(consultation, version.ordinal, None)
            .await?;
        if !compared.changed.is_empty() || !compared.removed.is_empty() {
            return Err(Error::new(
                Kind::Conflict,
                format!(
                    "Chưa gửi kết quả: {} ý kiến đã khác với bản trình lần {} được ban hành; chốt và ban hành bản mới trước.",
                    compared.changed.len() + compared.removed.len(),
                    version.ordinal
                ),
            ));
        }
        Ok(Issued {
            version: version.id,
            number: issue.number,
            day: issue.issued_on,
            snapshot: Arc::new(self.snapshot(consultation).await?),
        })
    }

    /// One organization's comments and the answers to them, as Word.
    async fn extract_of(
        &self,
        snapshot: &Arc<Snapshot>,
        organization: &Organization,
    ) -> Result<Enclosure, Error> {
        let kind = ReportKind::Extract(organization.id);
        let model = Self::report_of(Arc::clone(snapshot), kind, Scope::default()).await?;
        let (_, bytes) = self.render(model, FileFormat::Docx).await?;
        Ok(Enclosure {
            name: format!(
                "tiep_thu_giai_trinh_{}.docx",
                organization.code.to_lowercase()
            ),
            bytes,
        })
    }
}

/// Where replies about a round go.
pub(super) fn reply_address(outgoing: &Outgoing, code: &str) -> String {
    let plain = outgoing.reply_to.clone().unwrap_or_else(|| {
        sender_address(outgoing).map_or_else(|_| outgoing.from.clone(), |a| a.expose().to_owned())
    });
    if !outgoing.has_plus_address {
        return plain;
    }
    EmailAddress::parse(&plain)
        .and_then(|address| plus_address(&address, code))
        .map_or(plain, |address| address.expose().to_owned())
}

/// What every letter about a round may say.
pub(super) fn about_round(
    outgoing: &Outgoing,
    consultation: &Consultation,
    round: &Round,
    organization: &str,
    today: Date,
) -> Value {
    let code = round_code(consultation, round);
    context! {
        organization,
        agency => consultation.letterhead.agency,
        title => consultation.title,
        round_number => round.number,
        round_title => round.title,
        request_number => round.request_number.as_ref().map(LetterNumber::as_str),
        request_date => round.request_date.map(date_words),
        deadline => date_words(round.deadline),
        days_left => days_between(today, round.deadline),
        silence_means_agreement => round.silence_means_agreement,
        reply_address => reply_address(outgoing, &code),
        code => code,
    }
}

/// A reminder is sent once a day at most.
pub(super) fn reminder_occasion(round: &Round, organization: &Organization, day: Date) -> String {
    format!("reminder {} {} {day}", round.id.0, organization.id.0)
}

pub(super) fn days_between(from: Date, to: Date) -> i32 {
    from.until(to).map_or(0, |span| span.get_days())
}

pub(super) fn date_words(date: Date) -> String {
    date.strftime("%d/%m/%Y").to_string()
}

/// A moment's day in Việt Nam.
pub(super) fn day_of(us: i64) -> Date {
    local_time(us).date()
}
