//! Freezing a report as "bản trình lần N", comparing two, and closing one after issue (DESIGN 3.9).
//!
//! The kept JSON and the files written from it are originals like any other: on disk, under their
//! hash, before the row that names them is committed. Freezing what has not changed since the last
//! version adds nothing.

mod approving;

use std::sync::Arc;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::bundle::Bundle;
use super::reporting::FileFormat;
use super::{App, Error, Kind, run_blocking};
use crate::domain::{Consultation, ContentHash};
use crate::report::changes;
use crate::report::edition::{Edition, Headings, Order};
use crate::report::frozen::{self, Comparison, FrozenReport};
use crate::report::model;
use crate::report::reconcile::Scope;
use crate::report::supplement::Issued;
use crate::store::ledger::{self, Action};
use crate::store::report_versions::{self, Issue, NewVersion};

pub use crate::report::frozen::{FrozenPoint, differences};
pub use crate::store::report_versions::Version;

/// Unfinished points named in a refusal; the rest are counted.
const MAX_NAMED: usize = 20;

/// What freezing did.
#[derive(Debug, Clone)]
pub struct Frozen {
    /// The version.
    pub version: Version,
    /// Whether it says the same as the last one, so that nothing was added.
    pub was_known: bool,
    /// What an official edition would be refused for.
    pub unfinished: Vec<String>,
}

/// Which report to freeze.
#[derive(Debug, Clone)]
pub struct FreezeOrder {
    /// Its kind.
    pub kind: model::Kind,
    /// Its scope.
    pub scope: Scope,
    /// Whether points without section or approved answer may stand in it, marked.
    pub is_working: bool,
    /// Who freezes.
    pub actor: String,
}

/// The scope as it is kept.
#[derive(Serialize, Deserialize)]
struct ScopeRecord {
    rounds: Option<Vec<u32>>,
    include_internal: bool,
    section_depth: u8,
    include_agreeing: bool,
    #[serde(default = "ordinary_order")]
    order: String,
    #[serde(default)]
    is_anonymous: bool,
    #[serde(default = "ordinary_headings")]
    headings: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    draft: Option<u32>,
    #[serde(default)]
    has_charts: bool,
    /// For a supplement: ordinal of the last version it adds to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    after: Option<u32>,
}

fn ordinary_order() -> String {
    Order::default().code().to_owned()
}

fn ordinary_headings() -> String {
    Headings::default().code().to_owned()
}

impl App {
    /// Freezes a report of this moment.
    ///
    /// # Errors
    /// [`Kind::Conflict`] when numbers do not add up, or when an official edition still has points
    /// without a section or an approved answer; the message lists them.
    pub async fn freeze_report(
        &self,
        consultation: &Consultation,
        order: &FreezeOrder,
    ) -> Result<Frozen, Error> {
        let (kind, mut scope) = (order.kind, order.scope.clone());
        scope.edition.is_official = !order.is_working;
        let report = self.build_frozen(consultation, kind, scope).await?;
        let unfinished = frozen::unfinished(&report);
        if !order.is_working && !unfinished.is_empty() {
            return Err(Error::new(Kind::Conflict, not_official(&unfinished)));
        }
        let substance = digest(&frozen::substance(&report).map_err(unwritable)?);
        let scope = serde_json::to_string(&ScopeRecord {
            rounds: order.scope.rounds.clone(),
            include_internal: order.scope.include_internal,
            section_depth: order.scope.section_depth,
            include_agreeing: order.scope.include_agreeing,
            order: order.scope.edition.order.code().to_owned(),
            is_anonymous: order.scope.edition.is_anonymous,
            headings: order.scope.edition.headings.code().to_owned(),
            draft: order.scope.draft,
            has_charts: order.scope.edition.has_charts,
            after: order.scope.after.as_ref().map(|issued| issued.ordinal),
        })
        .map_err(unwritable)?;
        let kind = String::from(order.kind);
        let is_same = |version: &Version| {
            let content = &version.content;
            (&content.kind, &content.scope, &content.substance) == (&kind, &scope, &substance)
                && content.is_official != order.is_working
        };
        let last = self.report_versions(consultation).await?.pop();
        if let Some(version) = last.filter(is_same) {
            return Ok(Frozen {
                version,
                was_known: true,
                unfinished,
            });
        }
        let content = self
            .keep_frozen(
                report,
                order,
                kind.clone(),
                scope.clone(),
                substance.clone(),
            )
            .await?;
        let mut tx = self.store.write().await?;
        // Somebody may have frozen the same while the files were written.
        let last = report_versions::list_versions(&mut tx, consultation.id)
            .await?
            .pop();
        if let Some(version) = last.filter(is_same) {
            return Ok(Frozen {
                version,
                was_known: true,
                unfinished,
            });
        }
        let (id, ordinal) =
            report_versions::insert_version(&mut tx, consultation.id, &content).await?;
        let (now_us, actor) = (content.frozen_us, &order.actor);
        ledger::append(&mut tx, now_us, actor, Action::ReportsFrozen, id, id).await?;
        tx.commit().await?;
        self.let_index_follow().await;
        Ok(Frozen {
            version: Version {
                id,
                ordinal,
                content,
                reviews: Vec::new(),
                issue: None,
            },
            was_known: false,
            unfinished,
        })
    }

    /// Puts the JSON and the written files on disk.
    async fn keep_frozen(
        &self,
        report: FrozenReport,
        order: &FreezeOrder,
        kind: String,
        scope: String,
        substance: String,
    ) -> Result<NewVersion, Error> {
        let json = frozen::to_json(&report).map_err(unwritable)?;
        let n_points = i64::try_from(report.points.len()).unwrap_or(i64::MAX);
        let ledger_seq = report.model.info.ledger_seq;
        let mut model = report.model;
        let mut files = Vec::new();
        for format in FileFormat::KEPT {
            let (same, bytes) = self.render(model, format).await?;
            model = same;
            files.push(self.blobs.put(&bytes)?);
        }
        let files = <[ContentHash; 4]>::try_from(files)
            .map_err(|_other_count| Error::new(Kind::Internal, "Không dựng được tệp báo cáo."))?;
        Ok(NewVersion {
            kind,
            scope,
            is_official: !order.is_working,
            substance,
            model: self.blobs.put(&json)?,
            files,
            ledger_seq,
            n_points,
            actor: order.actor.clone(),
            frozen_us: self.clock.now_us(),
        })
    }

    /// The frozen reports of a consultation, oldest first.
    pub async fn report_versions(
        &self,
        consultation: &Consultation,
    ) -> Result<Vec<Version>, Error> {
        let mut tx = self.store.read().await?;
        Ok(report_versions::list_versions(&mut tx, consultation.id).await?)
    }

    /// One frozen report by its ordinal.
    pub async fn report_version(
        &self,
        consultation: &Consultation,
        ordinal: u32,
    ) -> Result<Version, Error> {
        let versions = self.report_versions(consultation).await?;
        let known: Vec<String> = versions.iter().map(|v| v.ordinal.to_string()).collect();
        versions
            .into_iter()
            .find(|version| version.ordinal == ordinal)
            .ok_or_else(|| {
                Error::new(
                    Kind::NotFound,
                    if known.is_empty() {
                        "Chưa chốt bản trình nào; chốt bằng `tiepthu freeze`.".to_owned()
                    } else {
                        format!(
                            "Không có bản trình lần {ordinal}; đã có: {}.",
                            known.join(", ")
                        )
                    },
                )
            })
    }

    /// A file of a frozen report: byte for byte as it was written then, or written from the model
    /// that was kept.
    pub async fn frozen_file(
        &self,
        version: &Version,
        format: FileFormat,
    ) -> Result<Vec<u8>, Error> {
        let [docx, pdf, xlsx, html] = version.content.files;
        let kept = match format {
            FileFormat::Docx => docx,
            FileFormat::Pdf => pdf,
            FileFormat::Xlsx => xlsx,
            FileFormat::Html => html,
            FileFormat::Csv | FileFormat::Json => {
                let model = self.frozen_report(version)?.model;
                let (_, bytes) = self.render(model, format).await?;
                return Ok(bytes);
            }
        };
        Ok(self.blobs.get(kept)?)
    }

    /// A frozen report with the originals its rows come from.
    ///
    /// # Errors
    /// [`Kind::Invalid`] for an anonymous one.
    pub async fn frozen_bundle(
        &self,
        consultation: &Consultation,
        version: &Version,
    ) -> Result<Bundle, Error> {
        let scope = self.scope_of(consultation, version).await?;
        let model = self.frozen_report(version)?.model;
        self.bundle(consultation, model, scope.edition.is_anonymous)
            .await
    }

    /// The signed file of a closed version, with its name.
    pub fn signed_file(&self, version: &Version) -> Result<Option<(String, Vec<u8>)>, Error> {
        let signed = version
            .issue
            .as_ref()
            .and_then(|issue| issue.signed.clone());
        Ok(match signed {
            Some((hash, name)) => Some((name, self.blobs.get(hash)?)),
            None => None,
        })
    }

    /// What changed from one frozen report to another, or to the same report of this moment.
    pub async fn compare_reports(
        &self,
        consultation: &Consultation,
        earlier: u32,
        later: Option<u32>,
    ) -> Result<Comparison, Error> {
        let (before, after) = self.both(consultation, earlier, later).await?;
        run_blocking(move || frozen::compare(&before, &after)).await
    }

    /// The same as a document in one format.
    pub async fn comparison_file(
        &self,
        consultation: &Consultation,
        earlier: u32,
        later: Option<u32>,
        format: FileFormat,
    ) -> Result<Vec<u8>, Error> {
        let (before, after) = self.both(consultation, earlier, later).await?;
        let title = comparison_title(earlier, later);
        let model =
            run_blocking(move || changes::build(&frozen::compare(&before, &after), &after, &title));
        let (_, bytes) = self.render(model.await?, format).await?;
        Ok(bytes)
    }

    /// Two frozen reports; for the later one, the same report of this moment.
    async fn both(
        &self,
        consultation: &Consultation,
        earlier: u32,
        later: Option<u32>,
    ) -> Result<(FrozenReport, FrozenReport), Error> {
        let version = self.report_version(consultation, earlier).await?;
        let before = self.frozen_report(&version)?;
        let after = if let Some(ordinal) = later {
            let version = self.report_version(consultation, ordinal).await?;
            self.frozen_report(&version)?
        } else {
            let scope = self.scope_of(consultation, &version).await?;
            self.build_frozen(consultation, before.model.kind, scope)
                .await?
        };
        Ok((before, after))
    }

    async fn build_frozen(
        &self,
        consultation: &Consultation,
        kind: model::Kind,
        scope: Scope,
    ) -> Result<FrozenReport, Error> {
        let snapshot = self.snapshot_for(consultation, kind, &scope).await?;
        run_blocking(move || frozen::freeze(&snapshot, kind, &scope))
            .await?
            .map_err(|unreconciled| {
                Error::new(Kind::Conflict, super::reporting::refusal(&unreconciled))
            })
    }

    fn frozen_report(&self, version: &Version) -> Result<FrozenReport, Error> {
        let bytes = self.blobs.get(version.content.model)?;
        frozen::from_json(&bytes).map_err(|error| {
            Error::caused(
                Kind::Internal,
                format!("Không đọc lại được bản trình lần {}.", version.ordinal),
                error,
            )
        })
    }

    /// What the versions issued so far hold, up to one of them: what a supplementary report after it
    /// leaves out.
    ///
    /// # Errors
    /// [`Kind::Invalid`] when that version is not issued, [`Kind::Conflict`] when it was frozen before
    /// versions named their submissions.
    pub async fn issued_up_to(
        &self,
        consultation: &Consultation,
        ordinal: u32,
    ) -> Result<Arc<Issued>, Error> {
        let version = self.report_version(consultation, ordinal).await?;
        let Some(issue) = &version.issue else {
            return Err(Error::new(
                Kind::Invalid,
                format!(
                    "Bản trình lần {ordinal} chưa ban hành nên chưa có báo cáo bổ sung; ghi số và ngày ban hành trước (`tiepthu issue`)."
                ),
            ));
        };
        let name = format!(
            "Báo cáo số {} ngày {}",
            issue.number,
            issue.issued_on.strftime("%d/%m/%Y")
        );
        let versions = self.report_versions(consultation).await?;
        let is_issued = |it: &&Version| it.issue.is_some() && it.ordinal <= ordinal;
        let reports = versions.iter().filter(is_issued);
        let reports: Vec<FrozenReport> = reports
            .map(|version| self.frozen_report(version))
            .collect::<Result<_, _>>()?;
        let issued = frozen::issued(reports.iter(), ordinal, name);
        issued.map(Arc::new).ok_or_else(|| {
            Error::new(
                Kind::Conflict,
                "Bản trình đã ban hành được chốt trước khi chương trình ghi từng lượt góp ý của bản trình, nên không tách được phần bổ sung.",
            )
        })
    }

    /// The scope a version was frozen with.
    async fn scope_of(
        &self,
        consultation: &Consultation,
        version: &Version,
    ) -> Result<Scope, Error> {
        let kept: ScopeRecord = serde_json::from_str(&version.content.scope).map_err(unwritable)?;
        let after = match kept.after {
            Some(ordinal) => Some(self.issued_up_to(consultation, ordinal).await?),
            None => None,
        };
        Ok(Scope {
            rounds: kept.rounds,
            include_internal: kept.include_internal,
            section_depth: kept.section_depth,
            include_agreeing: kept.include_agreeing,
            edition: Edition {
                order: Order::parse(&kept.order).unwrap_or_default(),
                is_anonymous: kept.is_anonymous,
                headings: Headings::parse(&kept.headings).unwrap_or_default(),
                has_charts: kept.has_charts,
                is_official: version.content.is_official,
            },
            draft: kept.draft,
            after,
        })
    }

    /// Records the number, day and signed file that Văn thư gave a frozen report: it is closed.
    ///
    /// # Errors
    /// [`Kind::Conflict`] when it is closed already, [`Kind::Invalid`] when it is a working edition
    /// or the number says nothing.
    pub async fn issue_report(
        &self,
        consultation: &Consultation,
        ordinal: u32,
        number: &str,
        issued_on: Date,
        signed: Option<(&str, &[u8])>,
        actor: &str,
    ) -> Result<Version, Error> {
        let version = self.report_version(consultation, ordinal).await?;
        let number = number.trim();
        if number.is_empty() {
            return Err(Error::new(
                Kind::Invalid,
                "Hãy ghi số, ký hiệu mà Văn thư đã cấp.",
            ));
        }
        if !version.content.is_official {
            return Err(Error::new(
                Kind::Invalid,
                format!(
                    "Bản trình lần {ordinal} là bản làm việc; hãy chốt bản chính thức rồi ghi số."
                ),
            ));
        }
        approving::check_may_be_issued(&version)?;
        let signed = match signed {
            Some((name, bytes)) => Some((self.blobs.put(bytes)?, name.to_owned())),
            None => None,
        };
        let issue = Issue {
            number: number.to_owned(),
            issued_on,
            signed,
        };
        let mut tx = self.store.write().await?;
        let versions = report_versions::list_versions(&mut tx, consultation.id).await?;
        if let Some(known) = versions
            .iter()
            .find(|known| known.id == version.id)
            .and_then(|known| known.issue.as_ref())
        {
            return Err(Error::new(
                Kind::Conflict,
                format!(
                    "Bản trình lần {ordinal} đã ban hành, số {} ngày {}.",
                    known.number,
                    known.issued_on.strftime("%d/%m/%Y")
                ),
            ));
        }
        let now_us = self.clock.now_us();
        report_versions::insert_issue(&mut tx, version.id, &issue, actor, now_us).await?;
        let id = version.id;
        ledger::append(&mut tx, now_us, actor, Action::ReportsIssued, id, id).await?;
        tx.commit().await?;
        self.let_index_follow().await;
        Ok(Version {
            issue: Some(issue),
            ..version
        })
    }
}

/// Names both sides of a comparison.
pub fn comparison_title(earlier: u32, later: Option<u32>) -> String {
    match later {
        Some(later) => format!("Bản trình lần {later} so với lần {earlier}"),
        None => format!("Số liệu lúc này so với bản trình lần {earlier}"),
    }
}

fn digest(bytes: &[u8]) -> String {
    ContentHash(Sha256::digest(bytes).into()).to_string()
}

fn unwritable(error: serde_json::Error) -> Error {
    Error::caused(Kind::Internal, "Không ghi được nội dung bản trình.", error)
}

fn not_official(unfinished: &[String]) -> String {
    let mut text = format!(
        "Chưa chốt được bản chính thức: {} việc chưa xong. Xử lý xong rồi chốt lại, hoặc chốt bản làm việc (--working).",
        unfinished.len()
    );
    for reason in unfinished.iter().take(MAX_NAMED) {
        text.push_str(&format!("\n  - {reason}"));
    }
    if unfinished.len() > MAX_NAMED {
        text.push_str(&format!(
            "\n  - … và {} việc khác",
            unfinished.len() - MAX_NAMED
        ));
    }
    text
}
