//! Frozen reports: which files hold them, and what Văn thư gave them after issue.

use jiff::civil::Date;
use sqlx::FromRow;

use super::engine::on_engine;
use super::report_reviews::{self, Review};
use super::{Error, Tx, known, storable};
use crate::domain::{ConsultationId, ContentHash, Standing};

/// A report to freeze.
#[derive(Debug, Clone)]
pub struct NewVersion {
    /// Code of its kind.
    pub kind: String,
    /// Its scope, as JSON.
    pub scope: String,
    /// Whether it is the official edition: every point placed, answered and approved.
    pub is_official: bool,
    /// Digest of what it says, without the moment.
    pub substance: String,
    /// The kept JSON.
    pub model: ContentHash,
    /// Word, PDF, Excel, page.
    pub files: [ContentHash; 4],
    /// The last ledger entry it knows.
    pub ledger_seq: i64,
    /// Its points.
    pub n_points: i64,
    /// Who froze it.
    pub actor: String,
    /// When, microseconds since 1970.
    pub frozen_us: i64,
}

/// A frozen report.
#[derive(Debug, Clone)]
pub struct Version {
    /// Key.
    pub id: i64,
    /// Bản trình lần N.
    pub ordinal: u32,
    /// What was frozen.
    pub content: NewVersion,
    /// How it went along the approval chain, oldest first.
    pub reviews: Vec<Review>,
    /// Set once it was issued.
    pub issue: Option<Issue>,
}

impl Version {
    /// Where it stands on the approval chain; `None` while nobody handed it in.
    pub fn standing(&self) -> Option<Standing> {
        self.reviews.last().map(|review| review.standing)
    }
}

/// What closes a version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issue {
    /// Số, ký hiệu.
    pub number: String,
    /// Day of issue.
    pub issued_on: Date,
    /// The signed file and its name.
    pub signed: Option<(ContentHash, String)>,
}

#[derive(FromRow)]
struct Stored {
    id: i64,
    ordinal: i64,
    kind: String,
    scope: String,
    is_official: bool,
    substance: String,
    model_hash: String,
    docx_hash: String,
    pdf_hash: String,
    xlsx_hash: String,
    html_hash: String,
    ledger_seq: i64,
    n_points: i64,
    actor: String,
    frozen_us: i64,
    number: Option<String>,
    issued_on: Option<String>,
    signed_hash: Option<String>,
    signed_name: Option<String>,
}

const TABLE: &str = "report_version";

fn hash(text: &str) -> Result<ContentHash, Error> {
    known(ContentHash::parse(text), TABLE, "hash")
}

impl Stored {
    fn read(self) -> Result<Version, Error> {
        let issue = match (self.number, self.issued_on) {
            (Some(number), Some(day)) => {
                let signed = match (self.signed_hash, self.signed_name) {
                    (Some(signed), Some(name)) => Some((hash(&signed)?, name)),
                    _ => None,
                };
                Some(Issue {
                    number,
                    issued_on: known(day.parse().ok(), TABLE, "issued_on")?,
                    signed,
                })
            }
            _ => None,
        };
        Ok(Version {
            id: self.id,
            ordinal: known(u32::try_from(self.ordinal).ok(), TABLE, "ordinal")?,
            content: NewVersion {
                kind: self.kind,
                scope: self.scope,
                is_official: self.is_official,
                substance: self.substance,
                model: hash(&self.model_hash)?,
                files: [
                    hash(&self.docx_hash)?,
                    hash(&self.pdf_hash)?,
                    hash(&self.xlsx_hash)?,
                    hash(&self.html_hash)?,
                ],
                ledger_seq: self.ledger_seq,
                n_points: self.n_points,
                actor: self.actor,
                frozen_us: self.frozen_us,
            },
            reviews: Vec::new(),
            issue,
        })
    }
}

/// Adds a version; the next ordinal of its consultation is taken inside the transaction.
pub async fn insert_version(
    tx: &mut Tx,
    consultation: ConsultationId,
    version: &NewVersion,
) -> Result<(i64, u32), Error> {
    let id = tx.take_ids(TABLE, 1).await?;
    let [docx, pdf, xlsx, html] = version.files;
    let ordinal: i64 = on_engine!(tx, |conn| {
        sqlx::query_scalar(
            "INSERT INTO report_version (id, consultation_id, ordinal, kind, scope, is_official,
                 substance, model_hash, docx_hash, pdf_hash, xlsx_hash, html_hash, ledger_seq,
                 n_points, actor, frozen_us)
             VALUES ($1, $2, (SELECT COALESCE(MAX(ordinal), 0) + 1 FROM report_version
                     WHERE consultation_id = $2),
                 $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
             RETURNING ordinal",
        )
        .bind(id)
        .bind(consultation.0)
        .bind(&version.kind)
        .bind(&version.scope)
        .bind(version.is_official)
        .bind(&version.substance)
        .bind(version.model.to_string())
        .bind(docx.to_string())
        .bind(pdf.to_string())
        .bind(xlsx.to_string())
        .bind(html.to_string())
        .bind(version.ledger_seq)
        .bind(version.n_points)
        .bind(storable(&version.actor))
        .bind(version.frozen_us)
        .fetch_one(conn)
        .await?
    });
    Ok((id, known(u32::try_from(ordinal).ok(), TABLE, "ordinal")?))
}

/// Records what Văn thư gave a version; it is closed from then on.
pub async fn insert_issue(
    tx: &mut Tx,
    version: i64,
    issue: &Issue,
    actor: &str,
    closed_us: i64,
) -> Result<(), Error> {
    let (hash, name) = match &issue.signed {
        Some((hash, name)) => (Some(hash.to_string()), Some(storable(name).into_owned())),
        None => (None, None),
    };
    on_engine!(tx, |conn| {
        sqlx::query(
            "INSERT INTO report_issue (report_version_id, number, issued_on, signed_hash,
                 signed_name, actor, closed_us)
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(version)
        .bind(storable(&issue.number))
        .bind(issue.issued_on.to_string())
        .bind(hash)
        .bind(name)
        .bind(storable(actor))
        .bind(closed_us)
        .execute(conn)
        .await?;
    });
    Ok(())
}

/// Lists the versions of a consultation, oldest first.
pub async fn list_versions(
    tx: &mut Tx,
    consultation: ConsultationId,
) -> Result<Vec<Version>, Error> {
    let rows: Vec<Stored> = on_engine!(tx, |conn| {
        sqlx::query_as(
            "SELECT v.id, v.ordinal, v.kind, v.scope, v.is_official, v.substance, v.model_hash,
                 v.docx_hash, v.pdf_hash, v.xlsx_hash, v.html_hash, v.ledger_seq, v.n_points, v.actor,
                 v.frozen_us, i.number, i.issued_on, i.signed_hash, i.signed_name
             FROM report_version v LEFT JOIN report_issue i ON i.report_version_id = v.id
             WHERE v.consultation_id = $1 ORDER BY v.ordinal",
        )
        .bind(consultation.0)
        .fetch_all(conn)
        .await?
    });
    let mut reviews = report_reviews::list_reviews(tx, consultation).await?;
    rows.into_iter()
        .map(|row| {
            let version = row.read()?;
            let reviews = reviews.remove(&version.id).unwrap_or_default();
            Ok(Version { reviews, ..version })
        })
        .collect()
}

/// Lists the hashes of every file that frozen reports are kept in, signed files included.
pub async fn list_blobs(tx: &mut Tx) -> Result<Vec<ContentHash>, Error> {
    let rows: Vec<String> = on_engine!(tx, |conn| {
        sqlx::query_scalar(
            "SELECT model_hash FROM report_version UNION SELECT docx_hash FROM report_version
             UNION SELECT pdf_hash FROM report_version
             UNION SELECT xlsx_hash FROM report_version UNION SELECT html_hash FROM report_version
             UNION SELECT signed_hash FROM report_issue WHERE signed_hash IS NOT NULL",
        )
        .fetch_all(conn)
        .await?
    });
    rows.iter().map(|text| hash(text)).collect()
}
