//! A report of open work that comes back filled in ([`crate::report::work`]): answers in, never over
//! what somebody answered here meanwhile.

use super::FileReport;
use crate::app::{App, Error, Kind, responding, run_blocking};
use crate::domain::{
    Consultation, ConsultationId, ContentHash, Decision, Location, PointId, Standing, Warning,
};
use crate::intake::{self, TextPart};
use crate::report::work::{self, WorkAnswer, WorkCode, WorkRow};
use crate::respond::{self, Draft, Step};
use crate::store::ledger::{self, Action};
use crate::store::points::Point;
use crate::store::responses::{self, NewResponse};
use crate::store::{Tx, consultations};

/// Rows saved in one transaction: people's answers wait for it.
const ROWS_AT_ONCE: usize = 100;

/// What became of the rows of a work file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AnswersBack {
    /// Rows whose answer was saved, or would be in a dry run.
    pub n_saved: u64,
    /// Rows nobody changed, or that say what is answered already.
    pub n_same: u64,
    /// Rows whose point was answered otherwise here meanwhile.
    pub clashes: Vec<Clash>,
}

/// Two answers to one point: neither is written over the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clash {
    /// The point.
    pub point: PointId,
    /// What the file says.
    pub in_file: WorkAnswer,
    /// What is answered now.
    pub now: WorkAnswer,
}

/// A table of a work file.
#[derive(Debug)]
pub(super) struct WorkTable {
    /// Its sheet, in a workbook.
    pub(super) sheet: Option<String>,
    pub(super) rows: Vec<WorkRow>,
}

/// Reads a sheet that may have gone out from here.
pub(super) fn of_sheet(sheet: &str, csv: &[u8]) -> Option<WorkTable> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(csv);
    let rows: Vec<Vec<String>> = reader
        .records()
        .map_while(Result::ok)
        .map(|record| record.iter().map(str::to_owned).collect())
        .collect();
    Some(WorkTable {
        sheet: Some(sheet.to_owned()),
        rows: work::read_rows(&rows)?,
    })
}

/// Reads the tables of a Word file that may have gone out from here; empty for any other file.
pub(super) fn of_letter(bytes: &[u8], file_name: &str) -> Vec<WorkTable> {
    let reading = intake::read_letter(bytes, file_name);
    reading.parts.iter().flat_map(tables_of).collect()
}

fn tables_of(part: &TextPart) -> impl Iterator<Item = WorkTable> {
    part.tables.iter().filter_map(|table| {
        Some(WorkTable {
            sheet: None,
            rows: work::read_rows(&table.cells(&part.text).collect::<Vec<_>>())?,
        })
    })
}

/// What the answers of a work file would be counted as, without looking at what is answered here.
pub(super) fn preview(tables: &[WorkTable]) -> AnswersBack {
    let mut back = AnswersBack::default();
    for row in tables.iter().flat_map(|table| &table.rows) {
        let is_changed = WorkCode::parse(&row.code)
            .is_some_and(|code| read_answer(row).is_ok_and(|answer| !code.went_out_with(&answer)));
        back.n_saved += u64::from(is_changed);
        back.n_same += u64::from(!is_changed);
    }
    back
}

/// The answer a row gives; the decision as written when there is none of that name.
fn read_answer(row: &WorkRow) -> Result<WorkAnswer, String> {
    let written = row.decision.trim();
    let decision = match written {
        "" => None,
        _ => Some(super::parse_decision(written).ok_or_else(|| written.to_owned())?),
    };
    Ok(WorkAnswer::new(decision, &row.text, &row.change_place))
}

/// What one row comes to.
enum Fate {
    Same,
    Saved {
        id: i64,
        missing: Option<&'static str>,
    },
    Clash(Clash),
    Refused {
        column: &'static str,
        value: String,
        problem: String,
        remedy: &'static str,
    },
}

impl App {
    /// The tables of a kept Word file, where it is a work file that came back.
    pub(super) async fn work_in_letter(
        &self,
        name: &str,
        blob: ContentHash,
    ) -> Result<Vec<WorkTable>, Error> {
        if self.blobs.size(blob)? > self.config.max_file_bytes {
            return Ok(Vec::new());
        }
        let (bytes, name) = (self.blobs.get(blob)?, name.to_owned());
        run_blocking(move || of_letter(&bytes, &name)).await
    }

    /// Saves the answers of a work file; what cannot be saved is said, row by row.
    pub(super) async fn apply_work(
        &self,
        consultation: ConsultationId,
        name: &str,
        tables: &[WorkTable],
        report: &mut FileReport,
    ) -> Result<Vec<Warning>, Error> {
        let mut tx = self.store.read().await?;
        let consultation = consultations::list_consultations(&mut tx)
            .await?
            .into_iter()
            .find(|known| known.id == consultation)
            .ok_or_else(|| Error::new(Kind::NotFound, "Không có hồ sơ này."))?;
        drop(tx);
        let mut back = AnswersBack::default();
        let mut warnings = Vec::new();
        for table in tables {
            for rows in table.rows.chunks(ROWS_AT_ONCE) {
                let fates = self.apply_rows(&consultation, name, rows).await?;
                for (row, fate) in rows.iter().zip(fates) {
                    match fate {
                        Fate::Same => back.n_same += 1,
                        Fate::Saved { missing, .. } => {
                            back.n_saved += 1;
                            warnings.extend(missing.map(|missing| {
                                warning(
                                    table,
                                    row,
                                    work::ANSWER,
                                    "",
                                    format!(
                                        "Câu trả lời {} đã ghi nhưng chưa trình được. {missing}",
                                        point_of(row)
                                    ),
                                    "Bổ sung trong tệp rồi nhập lại, hoặc sửa ở trang của ý kiến.",
                                )
                            }));
                        }
                        Fate::Clash(clash) => {
                            warnings.push(clash_warning(table, row, &clash));
                            back.clashes.push(clash);
                        }
                        Fate::Refused {
                            column,
                            value,
                            problem,
                            remedy,
                        } => {
                            warnings.push(warning(table, row, column, &value, problem, remedy));
                        }
                    }
                }
            }
        }
        report.answers = Some(back);
        Ok(warnings)
    }

    async fn apply_rows(
        &self,
        consultation: &Consultation,
        name: &str,
        rows: &[WorkRow],
    ) -> Result<Vec<Fate>, Error> {
        let now_us = self.clock.now_us();
        let mut tx = self.store.write().await?;
        let mut fates = Vec::with_capacity(rows.len());
        let mut saved: Option<(i64, i64)> = None;
        for row in rows {
            let fate = apply_row(&mut tx, consultation, name, row, now_us).await?;
            if let Fate::Saved { id, .. } = &fate {
                saved = Some((saved.map_or(*id, |(first, _)| first), *id));
            }
            fates.push(fate);
        }
        if let Some((first, last)) = saved {
            let action = Action::ResponsesSaved;
            ledger::append(&mut tx, now_us, &self.actor, action, first, last).await?;
        }
        tx.commit().await?;
        Ok(fates)
    }
}

fn refused(column: &'static str, value: &str, problem: String, remedy: &'static str) -> Fate {
    Fate::Refused {
        column,
        value: value.to_owned(),
        problem,
        remedy,
    }
}

/// What a row says, or why it says nothing that can be used.
fn read_row(consultation: &Consultation, row: &WorkRow) -> Result<(WorkCode, WorkAnswer), Fate> {
    let Some(code) = WorkCode::parse(&row.code) else {
        let problem = "Mã của dòng bị sửa nên không biết dòng này trả lời ý kiến nào.".to_owned();
        let remedy = "Xuất lại tệp, chép câu trả lời sang đúng dòng rồi nhập lại.";
        return Err(refused(work::CODE, &row.code, problem, remedy));
    };
    if !code.is_of(&consultation.code) {
        let problem = "Dòng này thuộc hồ sơ lấy ý kiến khác.".to_owned();
        let remedy = "Chọn đúng hồ sơ rồi nhập lại tệp.";
        return Err(refused(work::CODE, &row.code, problem, remedy));
    }
    let answer = read_answer(row).map_err(|written| {
        let known = Decision::ALL.map(Decision::name).join("; ");
        let problem = format!(
            "Ở {}, kết quả xử lý không có trong danh sách: {known}.",
            point_of(row)
        );
        let remedy = "Sửa ô này theo danh sách rồi nhập lại tệp.";
        refused(work::DECISION, &written, problem, remedy)
    })?;
    Ok((code, answer))
}

async fn apply_row(
    tx: &mut Tx,
    consultation: &Consultation,
    name: &str,
    row: &WorkRow,
    now_us: i64,
) -> Result<Fate, Error> {
    let (code, answer) = match read_row(consultation, row) {
        Ok(read) => read,
        Err(fate) => return Ok(fate),
    };
    if code.went_out_with(&answer) {
        return Ok(Fate::Same);
    }
    let point = match responding::read_point(tx, code.point).await {
        Ok(point) if point.consultation == consultation.id => point,
        Err(error) if error.kind != Kind::NotFound => return Err(error),
        Ok(_) | Err(_) => {
            let problem = format!("Không còn {} (đã đọc lại hoặc đã hủy).", point_of(row));
            let remedy = "Xuất lại tệp để có các ý kiến hiện nay.";
            return Ok(refused(work::CODE, &row.code, problem, remedy));
        }
    };
    let current = match point.response {
        Some(_) => responses::list_versions(tx, point.id).await?.pop(),
        None => None,
    };
    let current = current.map(|response| response.content);
    let now = current
        .as_ref()
        .map_or_else(WorkAnswer::default, |content| {
            let place = content.change_place.as_deref().unwrap_or_default();
            WorkAnswer::new(content.decision, &content.text, place)
        });
    if now == answer {
        return Ok(Fate::Same);
    }
    if answer.is_empty() {
        let problem = format!(
            "Ở {}, câu trả lời bị xóa trắng trong tệp; câu hiện có được giữ.",
            point_of(row)
        );
        let remedy = "Nếu muốn trả lời lại, viết câu mới ở trang của ý kiến.";
        return Ok(refused(work::ANSWER, "", problem, remedy));
    }
    if !code.went_out_with(&now) {
        return Ok(Fate::Clash(Clash {
            point: point.id,
            in_file: answer,
            now,
        }));
    }
    if point.group.is_some() && point.representative != Some(point.id) {
        let problem = format!(
            "Ý kiến này ({}) nay thuộc một nhóm ý kiến trùng, được trả lời chung.",
            point_of(row)
        );
        let remedy = "Trả lời cả nhóm ở trang “Ý kiến trùng”.";
        return Ok(refused(work::CODE, &row.code, problem, remedy));
    }
    let standing = current.map(|content| content.standing());
    save_row(tx, &point, standing, answer, name, now_us).await
}

/// Saves the answer of a row. Who hands a row in is done with it: it goes to the leader, unless
/// something is missing.
async fn save_row(
    tx: &mut Tx,
    point: &Point,
    standing: Option<Standing>,
    answer: WorkAnswer,
    name: &str,
    now_us: i64,
) -> Result<Fate, Error> {
    let WorkAnswer {
        decision,
        text,
        change_place,
    } = answer;
    let draft = Draft {
        decision,
        text,
        change_place: Some(change_place).filter(|place| !place.is_empty()),
        wording: None,
    };
    // Neither handing in nor saving depends on how long the chain is.
    let (next, missing) = match respond::advance(standing, &draft, Step::Submit, None, 1) {
        Ok(next) => (next, None),
        Err(refusal) => {
            let saved = respond::advance(standing, &draft, Step::Save, None, 1)
                .map_err(|refusal| Error::new(Kind::Invalid, refusal.message()))?;
            (saved, Some(refusal.message()))
        }
    };
    let response = NewResponse {
        decision: draft.decision,
        text: draft.text,
        change_place: draft.change_place,
        wording: draft.wording,
        state: next.state,
        n_approvals: next.n_approvals,
        approval_step: None,
        author: format!("Tệp “{name}”"),
        remark: None,
    };
    let id = responses::insert_response(tx, point.id, point.version, &response, now_us).await?;
    Ok(Fate::Saved { id: id.0, missing })
}

/// The point of a row, in words: numbers of rows in a Word file are hard to count.
fn point_of(row: &WorkRow) -> String {
    let number = WorkCode::parse(&row.code).map_or_else(String::new, |code| code.point.to_string());
    format!("ý kiến số {number}")
}

fn warning(
    table: &WorkTable,
    row: &WorkRow,
    column: &str,
    value: &str,
    problem: String,
    remedy: &str,
) -> Warning {
    let location = Location::Row {
        sheet: table.sheet.clone(),
        row_number: u64::try_from(row.row_number).unwrap_or(u64::MAX),
        column: Some(column.to_owned()),
    };
    let warning = Warning::new("work.row", location, problem, remedy);
    if value.is_empty() {
        warning
    } else {
        warning.with_value(value)
    }
}

/// An answer on one line, for a message.
fn told(answer: &WorkAnswer) -> String {
    let decision = answer.decision.map_or("chưa chọn kết quả", Decision::name);
    format!("{decision} — {}", answer.text.replace('\n', " "))
}

fn clash_warning(table: &WorkTable, row: &WorkRow, clash: &Clash) -> Warning {
    let problem = format!(
        "Ý kiến số {} đã được trả lời khác trong chương trình sau khi xuất tệp; câu trong tệp chưa được ghi. Hiện nay: “{}”.",
        clash.point,
        told(&clash.now)
    );
    warning(
        table,
        row,
        work::ANSWER,
        &told(&clash.in_file),
        problem,
        "So hai câu; nếu lấy câu trong tệp, chép vào trang của ý kiến.",
    )
}
