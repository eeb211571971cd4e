//! Báo cáo: every kind in every format, refused while the numbers do not add up.

use askama::Template;
use axum::http::StatusCode;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::originals::attachment;
use super::{coded, round_number};
use crate::app::App;
use crate::app::bundle::Bundle;
use crate::app::reporting::FileFormat;
use crate::app::values::{Edition, Equation, Headings, Order, ReportKind, Scope};
use crate::domain::{Consultation, OrganizationId};
use crate::web::access::Acting;
use crate::web::address::query;
use crate::web::error::Error;
use crate::web::extract::{InConsultation, Name, Query};
use crate::web::streamed;
use crate::web::views::{Html, Page, Place, Select, choices};

#[derive(Template)]
#[template(path = "reports.html", config = "src/web/askama.toml")]
pub(in crate::web) struct ReportsPage {
    page: Page,
    round: Select,
    is_internal: bool,
    form: [Select; 4],
    /// Choices that only some dossiers have: what a report adds to, which drafts are compared.
    more: Vec<Select>,
    is_anonymous: bool,
    has_charts: bool,
    /// What was chosen, for the form of the extract.
    chosen: Vec<(&'static str, String)>,
    kinds: Vec<KindLine>,
    organizations: Vec<String>,
}

struct KindLine {
    name: &'static str,
    about: &'static str,
    /// Address, words, and whether it opens in the page.
    files: Vec<(String, &'static str)>,
}

#[derive(Template)]
#[template(path = "unreconciled.html", config = "src/web/askama.toml")]
struct UnreconciledPage {
    page: Page,
    kind: &'static str,
    equations: Vec<(String, Vec<String>)>,
}

/// Which part of the consultation a report covers.
#[derive(Deserialize, Default, Clone)]
pub(in crate::web) struct Asked {
    #[serde(default)]
    pub(super) round: String,
    #[serde(default)]
    organization: String,
    #[serde(default)]
    internal: String,
    #[serde(default)]
    depth: String,
    #[serde(default)]
    order: String,
    #[serde(default)]
    agreeing: String,
    #[serde(default)]
    anonymous: String,
    #[serde(default)]
    headings: String,
    #[serde(default)]
    draft: String,
    #[serde(default)]
    after: String,
    #[serde(default)]
    charts: String,
}

pub(in crate::web) async fn list_reports(
    Acting(app): Acting,
    InConsultation(consultation): InConsultation,
    Query(asked): Query<Asked>,
) -> Result<Html<ReportsPage>, Error> {
    let rounds = app.rounds(&consultation).await?;
    let page = Page::new(&consultation, Place::Reports, "Báo cáo");
    let choices = rounds.iter().map(super::points::round_choice);
    let none = "Tất cả các đợt chính thức";
    round_number(&asked.round)?;
    Ok(Html(ReportsPage {
        round: Select::new("round", "Phạm vi", none, &asked.round, choices),
        is_internal: asked.internal == "1",
        form: form_of(&asked),
        more: more_of(&app, &consultation, &asked).await?,
        is_anonymous: asked.anonymous == "1",
        has_charts: asked.charts == "1",
        chosen: asked.chosen(),
        kinds: kinds(&page.base, &asked),
        organizations: app
            .organizations()
            .await?
            .into_iter()
            .map(|o| o.name)
            .collect(),
        page,
    }))
}

impl Asked {
    /// What was chosen, as fields of a form.
    fn chosen(&self) -> Vec<(&'static str, String)> {
        let fields = [
            ("round", &self.round),
            ("internal", &self.internal),
            ("depth", &self.depth),
            ("order", &self.order),
            ("agreeing", &self.agreeing),
            ("anonymous", &self.anonymous),
            ("headings", &self.headings),
            ("draft", &self.draft),
            ("after", &self.after),
            ("charts", &self.charts),
        ];
        let fields = fields.into_iter().filter(|(_, value)| !value.is_empty());
        fields.map(|(name, value)| (name, value.clone())).collect()
    }
}

async fn more_of(
    app: &App,
    consultation: &Consultation,
    asked: &Asked,
) -> Result<Vec<Select>, Error> {
    let mut more = Vec::new();
    more.extend(supplement_of(app, consultation, &asked.after).await?);
    let names = app.names(consultation).await?;
    let last = names.documents.iter().map(|it| it.draft_number).max();
    let last = last.unwrap_or(1);
    if last > 2 {
        let numbers = (2..last).rev();
        let drafts = numbers.map(|n| (n.to_string(), format!("Lần {n} với lần {}", n - 1)));
        more.push(Select::new(
            "draft",
            "So sánh dự thảo",
            "Lần hiện tại với lần trước",
            &asked.draft,
            drafts,
        ));
    }
    Ok(more)
}

/// The issued versions a supplementary report can add to; nothing before the first is issued.
pub(super) async fn supplement_of(
    app: &App,
    consultation: &Consultation,
    chosen: &str,
) -> Result<Option<Select>, Error> {
    let versions = app.report_versions(consultation).await?;
    let issued = versions.iter().rev().filter_map(|version| {
        let issue = version.issue.as_ref()?;
        let words = format!("Chỉ bổ sung cho Báo cáo số {}", issue.number);
        Some((version.ordinal.to_string(), words))
    });
    let issued: Vec<(String, String)> = issued.collect();
    Ok((!issued.is_empty()).then(|| {
        Select::new(
            "after",
            "Báo cáo bổ sung",
            "Không: mọi ý kiến",
            chosen,
            issued,
        )
    }))
}

/// The choices of how a report is laid out.
pub(super) fn form_of(asked: &Asked) -> [Select; 4] {
    let beside = |all: Vec<(String, String)>| all.into_iter().skip(1);
    let orders = choices(&Order::ALL, Order::code, Order::name);
    let depths = (1..=5).map(|n| (n.to_string(), format!("Đến cấp {n}")));
    let counted = [("count".to_owned(), "Chỉ nêu số đơn vị".to_owned())];
    let languages = choices(&Headings::ALL, Headings::code, Headings::name);
    [
        Select::new(
            "order",
            "Thứ tự",
            Order::Section.name(),
            &asked.order,
            beside(orders),
        ),
        Select::new(
            "depth",
            "Chi tiết của mục",
            "Như thiết lập chung",
            &asked.depth,
            depths,
        ),
        Select::new(
            "agreeing",
            "Đơn vị thống nhất hoàn toàn",
            "Nêu tên từng đơn vị",
            &asked.agreeing,
            counted,
        ),
        Select::new(
            "headings",
            "Tiêu đề",
            Headings::Vietnamese.name(),
            &asked.headings,
            beside(languages),
        ),
    ]
}

fn kinds(base: &str, asked: &Asked) -> Vec<KindLine> {
    let chosen = asked.chosen();
    let scope = query(chosen.iter().map(|(name, value)| (*name, value.as_str())));
    let about = |kind| match kind {
        ReportKind::Full => {
            "Thể thức theo Nghị định 30/2020/NĐ-CP, kèm số liệu và phụ lục, để trình ký."
        }
        ReportKind::BySection => {
            "Bốn cột: mục, chủ thể góp ý, nội dung, tiếp thu hoặc giải trình; theo thứ tự dự thảo."
        }
        ReportKind::ByOrganization => "Cùng nội dung, xếp theo từng cơ quan, đơn vị.",
        ReportKind::Roster => "Ai đã trả lời, ai chưa, số và ngày văn bản.",
        ReportKind::Extract(_) => "",
        ReportKind::Reminder => {
            "Gửi những đơn vị chưa trả lời của đợt gần nhất: trích yếu, Kính gửi, nội dung, nơi nhận."
        }
        ReportKind::Form => {
            "Mẫu gửi kèm công văn lấy ý kiến: chọn sẵn vị trí và cơ quan; điền xong thì nhập như mọi bảng."
        }
        ReportKind::Drafts => {
            "Dự thảo lần này bên cạnh lần trước, từng mục, với ý kiến đã góp và nội dung tiếp thu, giải trình; chữ bỏ, chữ mới được đánh dấu."
        }
        ReportKind::OpenWork => {
            "Ý kiến chưa trả lời, chưa duyệt, cần xin ý kiến; người soạn điền câu trả lời ngay trong tệp Word, Excel rồi gửi lại để nhập."
        }
    };
    let formats = [
        ("docx", "Word"),
        ("pdf", "PDF"),
        ("xlsx", "Excel"),
        ("html", "Xem"),
        ("csv", "CSV"),
        ("json", "JSON"),
        ("zip", "Kèm bản gốc"),
    ];
    // A form names no reply, a letter of reminder nobody's; what is anonymous shows no original.
    let has_originals =
        |kind| asked.anonymous != "1" && !matches!(kind, ReportKind::Form | ReportKind::Reminder);
    [
        ReportKind::Full,
        ReportKind::BySection,
        ReportKind::ByOrganization,
        ReportKind::Roster,
        ReportKind::OpenWork,
        ReportKind::Form,
        ReportKind::Reminder,
        ReportKind::Drafts,
    ]
    .map(|kind| KindLine {
        name: kind.name(),
        about: about(kind),
        files: formats
            .into_iter()
            .filter(|(format, _)| *format != "zip" || has_originals(kind))
            .map(|(format, text)| {
                (
                    format!("{base}/reports/{}.{format}{scope}", kind.code()),
                    text,
                )
            })
            .collect(),
    })
    .into()
}

pub(in crate::web) async fn get_report(
    Acting(app): Acting,
    InConsultation(consultation): InConsultation,
    Name(name): Name,
    Query(asked): Query<Asked>,
) -> Result<Response, Error> {
    let (kind, _) = kind_of(&app, &consultation, &name, &asked).await?;
    match write(&app, &consultation, &name, &asked).await {
        Err(error) if error.status == StatusCode::CONFLICT => {
            let scope = scope_of(&app, &consultation, &asked).await?;
            refuse(&app, &consultation, kind, scope, error).await
        }
        written => written,
    }
}

/// What `full.docx` and the like ask for; `None` for a format stands for the archive with originals.
async fn kind_of(
    app: &App,
    consultation: &Consultation,
    name: &str,
    asked: &Asked,
) -> Result<(ReportKind, Option<FileFormat>), Error> {
    let (kind, extension) = name.rsplit_once('.').ok_or_else(Error::no_such_page)?;
    let format = FileFormat::parse(extension);
    if format.is_none() && extension != "zip" {
        return Err(Error::no_such_page());
    }
    let organization: Option<OrganizationId> = match asked.organization.as_str() {
        "" => None,
        name => Some(app.organization_by_name(consultation.id, name).await?),
    };
    if kind == "extract" && organization.is_none() {
        return Err(Error::invalid("Hãy chọn cơ quan, đơn vị của bản trích."));
    }
    let kind = ReportKind::parse(kind, organization).ok_or_else(Error::no_such_page)?;
    Ok((kind, format))
}

/// The report of this moment called `full.docx` and the like; a conflict where numbers do not add up.
async fn write(
    app: &App,
    consultation: &Consultation,
    name: &str,
    asked: &Asked,
) -> Result<Response, Error> {
    let (kind, format) = kind_of(app, consultation, name, asked).await?;
    let scope = scope_of(app, consultation, asked).await?;
    let model = app.report(consultation, kind, scope).await?;
    let file = format!("{}-{}", consultation.code, kind.code());
    let Some(format) = format else {
        let is_anonymous = asked.anonymous == "1";
        let bundle = app.bundle(consultation, model, is_anonymous).await?;
        return Ok(bundle_response(&file, bundle));
    };
    let (_, bytes) = app.render(model, format).await?;
    Ok(file_response(&file, format, bytes))
}

/// A report with its originals, sent while it is written.
pub(super) fn bundle_response(name: &str, bundle: Bundle) -> Response {
    let headers = [
        (CONTENT_TYPE, "application/zip".to_owned()),
        (
            CONTENT_DISPOSITION,
            attachment(&format!("{name}-kem-ban-goc.zip")),
        ),
    ];
    (headers, streamed::body(move |out| bundle.write(out))).into_response()
}

/// The scope that a form or an address asks for.
pub(super) async fn scope_of(
    app: &App,
    consultation: &Consultation,
    asked: &Asked,
) -> Result<Scope, Error> {
    let after = match coded("after", &asked.after, |text| text.parse().ok())? {
        Some(ordinal) => Some(app.issued_up_to(consultation, ordinal).await?),
        None => None,
    };
    Ok(Scope {
        after,
        rounds: round_number(&asked.round)?.map(|number| vec![number]),
        include_internal: asked.internal == "1",
        section_depth: coded("depth", &asked.depth, |text| {
            text.parse().ok().filter(|depth| (1..=9).contains(depth))
        })?
        .unwrap_or(app.config.section_depth),
        include_agreeing: asked.agreeing != "count",
        edition: Edition {
            order: coded("order", &asked.order, Order::parse)?.unwrap_or_default(),
            is_anonymous: asked.anonymous == "1",
            headings: coded("headings", &asked.headings, Headings::parse)?.unwrap_or_default(),
            has_charts: asked.charts == "1",
            is_official: false,
        },
        draft: coded("draft", &asked.draft, |text| text.parse().ok())?,
    })
}

/// Says which numbers do not add up.
async fn refuse(
    app: &App,
    consultation: &Consultation,
    kind: ReportKind,
    scope: Scope,
    error: Error,
) -> Result<Response, Error> {
    let reconciliation = app.reconcile(consultation, scope).await?;
    let line = |equation: &Equation| {
        let round = equation.round.map(|number| format!("Đợt {number}: "));
        let text = format!("{}{}", round.unwrap_or_default(), equation.text);
        (text, equation.offenders.clone())
    };
    let equations: Vec<_> = reconciliation.failing().map(line).collect();
    if equations.is_empty() {
        return Err(error);
    }
    let page = UnreconciledPage {
        page: Page::new(consultation, Place::Reports, "Số liệu chưa khớp"),
        kind: kind.name(),
        equations,
    };
    Ok((StatusCode::CONFLICT, Html(page)).into_response())
}

/// A rendered report, by its name without extension.
pub(super) fn file_response(name: &str, format: FileFormat, bytes: Vec<u8>) -> Response {
    let (extension, media_type) = format.file_type(&bytes);
    let content_type = (CONTENT_TYPE, media_type.to_owned());
    match format {
        FileFormat::Docx
        | FileFormat::Pdf
        | FileFormat::Xlsx
        | FileFormat::Csv
        | FileFormat::Json => {
            let saved = (
                CONTENT_DISPOSITION,
                attachment(&format!("{name}.{extension}")),
            );
            ([content_type, saved], bytes).into_response()
        }
        FileFormat::Html => {
            let policy = (CONTENT_SECURITY_POLICY, document_policy(&bytes));
            ([content_type, policy], bytes).into_response()
        }
    }
}

/// A policy that lets a self-contained document keep exactly the styles it carries, and nothing
/// else: no script, no host, no form.
fn document_policy(html: &[u8]) -> String {
    let html = String::from_utf8_lossy(html);
    let mut styles: Vec<&str> = Vec::new();
    for (open, close) in [("<style>", "</style>"), (" style=\"", "\"")] {
        for rest in html.split(open).skip(1) {
            styles.extend(rest.split_once(close).map(|(style, _)| style));
        }
    }
    styles.sort_unstable();
    styles.dedup();
    let mut policy = "default-src 'none'; sandbox allow-modals; frame-ancestors 'none'; \
                      style-src 'unsafe-hashes'"
        .to_owned();
    for style in styles {
        let digest = base64(&Sha256::digest(style.as_bytes()));
        policy.push_str(&format!(" 'sha256-{digest}'"));
    }
    policy
}

/// Base64 with padding (RFC 4648, 4).
fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let byte = |n: usize| u32::from(chunk.get(n).copied().unwrap_or(0));
        let group = byte(0) << 16 | byte(1) << 8 | byte(2);
        for n in 0..4_usize {
            let digit = usize::try_from(group >> (18 - 6 * n) & 63).unwrap_or(0);
            let digit = ALPHABET.get(digit).copied().map_or('=', char::from);
            text.push(if n <= chunk.len() { digit } else { '=' });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{base64, document_policy};

    #[test]
    fn base64_is_padded() {
        let check = |bytes: &str, text| assert_eq!(base64(bytes.as_bytes()), text);
        check("", "");
        check("f", "Zg==");
        check("fo", "Zm8=");
        check("foob", "Zm9vYg==");
        check("foobar", "Zm9vYmFy");
    }

    #[test]
    fn a_document_keeps_only_its_own_styles() {
        let policy = document_policy(b"<style>a{}</style><col style=\"width:1%\">");
        assert_eq!(policy.matches("'sha256-").count(), 2);
        assert!(!policy.contains("unsafe-inline"));
    }
}
