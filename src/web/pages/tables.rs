//! A table seen and decided about before it is taken in; and what was said about columns before.

use askama::Template;
use axum::http::StatusCode;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Redirect, Response};

use super::import::{ImportedPage, Outcome, view};
use super::originals::attachment;
use super::{coded, outlive};
use crate::app::arrangements::ArrangementView;
use crate::app::held::{Arranging, HeldInFull, Rule, SheetInFull};
use crate::app::ingest::{Fate, Seen};
use crate::app::values::{Column, KeptFile, KeptState};
use crate::app::{self, App};
use crate::domain::{Consultation, Location, SubmissionId};
use crate::web::access::Acting;
use crate::web::address::base;
use crate::web::error::Error;
use crate::web::extract::{Form, Id, InConsultation, value};
use crate::web::views::{Choice, Html, Page, Place};
use crate::web::words;

/// Letters of a cell that are shown: enough to know it by.
const CELL_CHARS: usize = 160;
/// Values of a column shown beside its heading.
const N_VALUES: usize = 3;

#[derive(Template)]
#[template(path = "table.html", config = "src/web/askama.toml")]
pub(in crate::web) struct TablePage {
    page: Page,
    file: String,
    kept: String,
    address: String,
    message: String,
    /// What became of it; empty while it waits.
    decided: String,
    sheets: Vec<SheetView>,
    /// Whether there are sheets to choose among.
    is_workbook: bool,
    /// What the button that takes it in says; empty where there is nothing to take.
    take: String,
}

struct SheetView {
    n: usize,
    name: String,
    is_hidden: bool,
    is_chosen: bool,
    rule: String,
    problem: String,
    n_new: String,
    n_known: String,
    n_bad: String,
    counted: String,
    headers: Vec<Choice>,
    two_rows: bool,
    was: String,
    columns: Vec<ColumnView>,
    rows: Vec<RowView>,
}

struct ColumnView {
    id: String,
    heading: String,
    values: String,
    choices: Vec<Choice>,
}

struct RowView {
    n: u64,
    organization: String,
    is_unknown: bool,
    sections: String,
    place: String,
    stances: String,
    content: String,
    class: &'static str,
    fate: &'static str,
    remarks: Vec<(String, String)>,
}

/// A table that waits, or was thrown away, on the pages that list them.
pub(in crate::web) struct HeldLine {
    pub(in crate::web) file: String,
    pub(in crate::web) moment: String,
    pub(in crate::web) actor: String,
    pub(in crate::web) address: String,
    pub(in crate::web) state: String,
    pub(in crate::web) is_waiting: bool,
}

pub(in crate::web) async fn held_lines(
    app: &App,
    consultation: &Consultation,
) -> Result<Vec<HeldLine>, Error> {
    let held = app.held_tables(consultation).await?;
    let line = |file: &KeptFile| HeldLine {
        file: file.file_name.clone(),
        moment: words::moment(file.kept_us),
        actor: file.actor.clone(),
        address: format!("{}/tables/{}", base(consultation), file.id),
        state: state_words(file),
        is_waiting: file.state == KeptState::Waiting,
    };
    Ok(held.iter().map(line).collect())
}

/// What became of a table, by whom and when; empty while it waits.
fn state_words(file: &KeptFile) -> String {
    let what = match file.state {
        KeptState::Waiting => return String::new(),
        KeptState::Arrived | KeptState::Taking => "Đang nhập",
        KeptState::Taken => "Đã nhập",
        KeptState::Discarded => "Đã bỏ, không nhập; tệp gốc vẫn được giữ",
    };
    match (&file.decided_by, file.decided_us) {
        (Some(actor), Some(us)) => format!("{what} ({actor}, {}).", words::moment(us)),
        _ => format!("{what}."),
    }
}

pub(in crate::web) async fn get_table(
    Acting(app): Acting,
    InConsultation(consultation): InConsultation,
    Id(id): Id,
) -> Result<Html<TablePage>, Error> {
    show(&app, &consultation, id, String::new()).await
}

async fn show(
    app: &App,
    consultation: &Consultation,
    id: i64,
    message: String,
) -> Result<Html<TablePage>, Error> {
    let full = app.held_in_full(consultation, id).await?;
    let page = Page::new(consultation, Place::Import, "Xem trước bảng");
    Ok(Html(table_page(page, &full, message)))
}

fn table_page(page: Page, full: &HeldInFull, message: String) -> TablePage {
    let HeldInFull { table, sheets } = full;
    let n_new: u64 = sheets
        .iter()
        .filter(|sheet| is_chosen(sheet))
        .map(|sheet| sheet.look.n_new)
        .sum();
    let is_workbook = sheets.iter().any(|sheet| !sheet.name.is_empty());
    TablePage {
        file: table.file_name.clone(),
        kept: format!("{}, {}", table.actor, words::moment(table.kept_us)),
        address: format!("{}/tables/{}", page.base, table.id),
        message,
        decided: state_words(table),
        sheets: (1..)
            .zip(sheets)
            .map(|(n, sheet)| sheet_view(n, sheet))
            .collect(),
        is_workbook,
        take: if is_workbook {
            "Nhập các trang đã chọn".to_owned()
        } else {
            match n_new {
                0 => String::new(),
                n => format!("Nhập {} dòng", words::number(n)),
            }
        },
        page,
    }
}

/// Whether a sheet is to be taken in unless somebody says otherwise.
fn is_chosen(sheet: &SheetInFull) -> bool {
    let has = |column| {
        let mapping = sheet.look.mapping.as_ref();
        mapping.is_some_and(|mapping| mapping.find(column).is_some())
    };
    !sheet.is_hidden && (has(Column::Content) || has(Column::Proposal))
}

fn sheet_view(n: usize, sheet: &SheetInFull) -> SheetView {
    let look = &sheet.look;
    let mapping = look.mapping.as_ref();
    let (header, n_rows) = mapping.map_or((0, 1), |mapping| mapping.header);
    let choice = |(at, row): (usize, &Vec<String>)| Choice {
        value: at.to_string(),
        text: beginning(&filled(row).join(" | "), 90),
        is_chosen: mapping.is_some() && at == header,
    };
    let none = Choice {
        value: String::new(),
        text: "Chưa chọn dòng tiêu đề".to_owned(),
        is_chosen: mapping.is_none(),
    };
    let headers = look.first_rows.iter().enumerate();
    let headers = headers
        .filter(|(_, row)| !filled(row).is_empty())
        .map(choice);
    SheetView {
        n,
        name: sheet.name.clone(),
        is_hidden: sheet.is_hidden,
        is_chosen: is_chosen(sheet),
        rule: rule_words(&sheet.rule, look.is_certain),
        problem: look.problem.as_ref().map_or_else(String::new, |problem| {
            format!("{} Hãy chọn dòng tiêu đề và cột ở dưới.", problem.problem)
        }),
        n_new: words::number(look.n_new),
        n_known: words::number(look.n_known),
        n_bad: words::number(look.n_bad),
        counted: if look.is_whole {
            String::new()
        } else {
            let n = look.n_new + look.n_known + look.n_bad;
            format!(
                "Bảng rất dài: số trên đếm {} dòng đầu; các dòng sau được đếm khi nhập.",
                words::number(n)
            )
        },
        headers: std::iter::once(none)
            .filter(|none| none.is_chosen)
            .chain(headers)
            .collect(),
        two_rows: n_rows == 2,
        was: mapping.map_or_else(String::new, |_| format!("{header}-{n_rows}")),
        columns: columns(n, sheet),
        rows: look.rows.iter().map(row_view).collect(),
    }
}

fn rule_words(rule: &Rule, is_certain: bool) -> String {
    let doubt = if is_certain {
        ""
    } else {
        " Bảng mã của tệp chưa chắc chắn: hãy xem chữ tiếng Việt có hiện đúng không."
    };
    match rule {
        Rule::Nothing => String::new(),
        Rule::Headings => format!("Các cột được nhận ra theo tên cột.{doubt}"),
        Rule::Remembered { actor, saved_us } => format!(
            "Theo cách xếp cột do {actor} chọn lúc {} cho bảng có cùng tiêu đề.{doubt}",
            words::moment(*saved_us)
        ),
        Rule::Chosen => format!(
            "Theo cách xếp cột vừa chọn; khi nhập, cách này được nhớ cho mọi bảng có cùng tiêu đề.{doubt}"
        ),
    }
}

fn columns(n: usize, sheet: &SheetInFull) -> Vec<ColumnView> {
    let Some(mapping) = &sheet.look.mapping else {
        return Vec::new();
    };
    let column = |(at, heading): (usize, &String)| {
        let chosen = mapping.columns.get(at).copied().flatten();
        let cells = sheet.look.rows.iter().filter_map(|row| row.cells.get(at));
        let values: Vec<String> = cells
            .filter(|cell| !cell.is_empty())
            .take(N_VALUES)
            .map(|cell| beginning(cell, 60))
            .collect();
        let skip = Choice {
            value: String::new(),
            text: "Bỏ qua".to_owned(),
            is_chosen: chosen.is_none(),
        };
        let choice = |column: Column| Choice {
            value: column.code().to_owned(),
            text: column.name().to_owned(),
            is_chosen: chosen == Some(column),
        };
        ColumnView {
            id: format!("column-{n}-{at}"),
            heading: match heading.as_str() {
                "" => format!("(cột {})", at + 1),
                heading => heading.to_owned(),
            },
            values: values.join(" · "),
            choices: std::iter::once(skip)
                .chain(Column::ALL.into_iter().map(choice))
                .collect(),
        }
    };
    mapping.headings.iter().enumerate().map(column).collect()
}

fn row_view(seen: &Seen) -> RowView {
    let mut stances: Vec<&str> = seen.stances.iter().map(|stance| stance.name()).collect();
    stances.extend(seen.class.map(crate::domain::ReplyClass::name));
    let (class, fate) = match seen.fate {
        Fate::New if seen.reasons.is_empty() && seen.warnings.is_empty() => ("good", "Sẽ nhập"),
        Fate::New => ("wait", "Sẽ nhập, cần xem"),
        Fate::Known => ("quiet", "Đã có"),
        Fate::Bad => ("bad", "Chưa nhập được"),
    };
    let mut remarks: Vec<(String, String)> = seen
        .warnings
        .iter()
        .map(|warning| {
            let column = match &warning.location {
                Location::Row {
                    column: Some(column),
                    ..
                } if !warning.problem.contains(column.as_str()) => format!("cột “{column}”: "),
                _ => String::new(),
            };
            let value = warning.value.as_deref().unwrap_or_default();
            let value = match beginning(value, 60) {
                value if value.is_empty() => String::new(),
                value => format!(" (“{value}”)"),
            };
            let problem = format!("{column}{}{value}", warning.problem);
            (problem, warning.remedy.clone())
        })
        .collect();
    let reasons = seen.reasons.iter();
    remarks.extend(reasons.map(|reason| (reason.clone(), String::new())));
    RowView {
        n: seen.row_number,
        is_unknown: seen.organizations.is_empty() && seen.fate != Fate::Bad,
        organization: match seen.organizations.join("; ") {
            known if !known.is_empty() => known,
            _ if seen.written.is_empty() => "(để trống)".to_owned(),
            _ => seen.written.clone(),
        },
        sections: seen.sections.join("; "),
        place: seen.place.clone(),
        stances: stances.join("; "),
        content: beginning(&seen.content, CELL_CHARS),
        class,
        fate,
        remarks,
    }
}

fn filled(row: &[String]) -> Vec<&str> {
    let cells = row.iter().map(|cell| cell.trim());
    cells.filter(|cell| !cell.is_empty()).collect()
}

/// The beginning of a text, on one line.
fn beginning(text: &str, n_chars: usize) -> String {
    let mut words: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if let Some((at, _)) = words.char_indices().nth(n_chars) {
        words.truncate(at);
        words.push('…');
    }
    words
}

pub(in crate::web) async fn arrange_table(
    Acting(app): Acting,
    InConsultation(consultation): InConsultation,
    Id(id): Id,
    Form(fields): Form<Vec<(String, String)>>,
) -> Result<Response, Error> {
    let said = arranging(&fields)?;
    let (writer, of) = (app.clone(), consultation.clone());
    let arranged = outlive(async move { writer.arrange(&of, id, &said).await });
    match arranged.await {
        Ok(()) => {
            let address = format!("{}/tables/{id}", base(&consultation));
            Ok(Redirect::to(&address).into_response())
        }
        Err(error) => again(&app, &consultation, id, error).await,
    }
}

/// What a form says about the columns; those of another header than the one it showed count for
/// nothing.
fn arranging(fields: &[(String, String)]) -> Result<Arranging, Error> {
    let header: usize = value(fields, "header")
        .parse()
        .map_err(|_none| Error::invalid("Hãy chọn dòng tiêu đề của bảng."))?;
    let n_rows: usize = if value(fields, "rows") == "2" { 2 } else { 1 };
    let columns = (value(fields, "was") == format!("{header}-{n_rows}")).then(|| {
        let chosen = fields.iter().filter(|(name, _)| name == "column");
        chosen
            .map(|(_, code)| coded("column", code, Column::parse))
            .collect::<Result<Vec<_>, _>>()
    });
    Ok(Arranging {
        sheet: value(fields, "sheet").to_owned(),
        header,
        n_rows,
        columns: columns.transpose()?,
    })
}

/// The page again, with what stands in the way.
async fn again(
    app: &App,
    consultation: &Consultation,
    id: i64,
    error: app::Error,
) -> Result<Response, Error> {
    let status = match error.kind {
        app::Kind::Conflict => StatusCode::CONFLICT,
        app::Kind::Invalid => StatusCode::UNPROCESSABLE_ENTITY,
        _ => return Err(error.into()),
    };
    let page = show(app, consultation, id, error.message).await?;
    Ok((status, page).into_response())
}

pub(in crate::web) async fn decide_table(
    Acting(app): Acting,
    InConsultation(consultation): InConsultation,
    Id(id): Id,
    Form(fields): Form<Vec<(String, String)>>,
) -> Result<Response, Error> {
    let (writer, of) = (app.clone(), consultation.clone());
    if value(&fields, "act") == "discard" {
        let discarded = outlive(async move { writer.discard_held(&of, id).await });
        return match discarded.await {
            Ok(()) => {
                let address = format!("{}/import#held", base(&consultation));
                Ok(Redirect::to(&address).into_response())
            }
            Err(error) => again(&app, &consultation, id, error).await,
        };
    }
    let sheets: Vec<String> = fields
        .iter()
        .filter(|(name, _)| name == "sheet")
        .map(|(_, sheet)| sheet.clone())
        .collect();
    let taken = outlive(async move { writer.take_held(&of, id, &sheets, &|_| {}).await });
    match taken.await {
        Ok(report) => {
            let page = Page::new(&consultation, Place::Import, "Kết quả nhập tệp");
            let page: ImportedPage =
                view(page, &[Outcome::Done(report)], app.config.max_file_bytes);
            Ok(Html(page).into_response())
        }
        Err(error) => again(&app, &consultation, id, error).await,
    }
}

pub(in crate::web) async fn get_table_original(
    Acting(app): Acting,
    InConsultation(consultation): InConsultation,
    Id(id): Id,
) -> Result<Response, Error> {
    let (name, bytes) = app.held_original(&consultation, id).await?;
    let headers = [
        (CONTENT_TYPE, "application/octet-stream".to_owned()),
        (CONTENT_DISPOSITION, attachment(&name)),
    ];
    Ok((headers, bytes).into_response())
}

pub(in crate::web) async fn hold_problem(
    Acting(app): Acting,
    InConsultation(consultation): InConsultation,
    Id(id): Id,
) -> Result<Redirect, Error> {
    let address = base(&consultation);
    let held = outlive(async move { app.hold_problem(&consultation, id).await }).await?;
    Ok(Redirect::to(&format!("{address}/tables/{held}")))
}

pub(in crate::web) async fn hold_submission(
    Acting(app): Acting,
    InConsultation(consultation): InConsultation,
    Id(id): Id,
) -> Result<Redirect, Error> {
    let address = base(&consultation);
    let id = SubmissionId(id);
    let held = outlive(async move { app.hold_submission(&consultation, id).await }).await?;
    Ok(Redirect::to(&format!("{address}/tables/{held}")))
}

#[derive(Template)]
#[template(path = "arrangements.html", config = "src/web/askama.toml")]
pub(in crate::web) struct ArrangementsPage {
    page: Page,
    arrangements: Vec<ArrangementLine>,
}

struct ArrangementLine {
    id: i64,
    columns: Vec<(String, &'static str)>,
    actor: String,
    moment: String,
}

pub(in crate::web) async fn list_arrangements(
    Acting(app): Acting,
    InConsultation(consultation): InConsultation,
) -> Result<Html<ArrangementsPage>, Error> {
    let line = |found: ArrangementView| ArrangementLine {
        id: found.id,
        columns: found
            .columns
            .into_iter()
            .filter(|(heading, column)| column.is_some() || !heading.is_empty())
            .map(|(heading, column)| (heading, column.map_or("Bỏ qua", Column::name)))
            .collect(),
        actor: found.actor,
        moment: words::moment(found.saved_us),
    };
    Ok(Html(ArrangementsPage {
        page: Page::new(&consultation, Place::Import, "Cách xếp cột đã nhớ"),
        arrangements: app.arrangements().await?.into_iter().map(line).collect(),
    }))
}

pub(in crate::web) async fn remove_arrangement(
    Acting(app): Acting,
    InConsultation(consultation): InConsultation,
    Id(id): Id,
) -> Result<Redirect, Error> {
    outlive(async move { app.remove_arrangement(id).await }).await?;
    Ok(Redirect::to(&format!(
        "{}/arrangements",
        base(&consultation)
    )))
}
