//! `status`, `verify`, `backup` and `index rebuild`.

use std::path::Path;

use serde_json::{Value, json};

use super::{Exit, Output};
use crate::app::status::Status;
use crate::app::{App, Error, local_time};

pub(super) async fn run(
    app: &App,
    consultation: Option<&str>,
    output: &mut Output,
) -> Result<Exit, Error> {
    let consultation = app.consultation(consultation).await?;
    let status = app.status(&consultation).await?;
    say(&status, output);
    Ok(Exit::look_at(!status.reconciliation.holds()))
}

/// Prints the short reconciliation.
pub(super) fn say(status: &Status, output: &mut Output) {
    output.data(|| describe(status), || to_json(status));
    for equation in status.reconciliation.failing() {
        output.note(&format!(
            "Số liệu không khớp: {} {}",
            equation.text,
            equation.offenders.join("; ")
        ));
    }
}

fn describe(status: &Status) -> String {
    let counts = &status.counts;
    let mut text = format!("{}\n", status.consultation.title);
    for round in &status.reconciliation.rounds {
        let tally = &round.tally;
        text.push_str(&format!(
            "Đợt {}: đã hỏi {}, đã trả lời {}, chưa trả lời {}; muộn {}, ngoài danh sách {} · {}\n",
            round.number,
            tally.asked,
            tally.replied,
            tally.silent,
            tally.late,
            tally.replied_not_asked,
            round.title,
        ));
    }
    let states: Vec<String> = counts
        .submissions
        .iter()
        .map(|(disposition, n)| format!("{} {n}", disposition.name().to_lowercase()))
        .collect();
    let n_submissions: i64 = counts.submissions.iter().map(|(_, n)| n).sum();
    text.push_str(&format!(
        "Lượt góp ý: {n_submissions} ({})\n",
        states.join(", ")
    ));
    let open = counts.points - counts.answered - counts.joined - counts.out_of_scope;
    text.push_str(&format!(
        "Ý kiến: {} = đã trả lời {} + đã gộp {} + ngoài phạm vi {} + chưa trả lời {open}\n",
        counts.points, counts.answered, counts.joined, counts.out_of_scope
    ));
    for (decision, n) in &counts.decisions {
        text.push_str(&format!("  {}: {n}\n", decision.name()));
    }
    text.push_str(&format!(
        "Chờ người xem: {} lượt góp ý, {} vấn đề của tệp, {} ý kiến chưa xác định mục\n",
        counts.needs_person, counts.problems, counts.without_section
    ));
    for mailbox in &status.mailboxes {
        let looked = mailbox
            .looked_us
            .map_or("chưa đọc lần nào".to_owned(), |us| {
                format!(
                    "đọc gần nhất lúc {}",
                    local_time(us).strftime("%H:%M ngày %d/%m/%Y")
                )
            });
        text.push_str(&format!("Hộp thư {}: {looked}", mailbox.name));
        if let Some(failure) = &mailbox.failure {
            text.push_str(&format!("; CHƯA ĐỌC ĐƯỢC: {failure}"));
        }
        if mailbox.n_absent > 0 {
            text.push_str(&format!("; {} thư máy chủ chưa giao", mailbox.n_absent));
        }
        text.push('\n');
    }
    if status.n_letters > 0 {
        text.push_str(&format!("Thư đi cần xem: {}\n", status.n_letters));
    }
    text
}

fn to_json(status: &Status) -> Value {
    let counts = &status.counts;
    json!({
        "consultation": status.consultation.code,
        "title": status.consultation.title,
        "rounds": status.reconciliation.rounds.iter().map(|round| json!({
            "number": round.number,
            "title": round.title,
            "asked": round.tally.asked,
            "replied": round.tally.replied,
            "silent": round.tally.silent,
            "late": round.tally.late,
            "replied_not_asked": round.tally.replied_not_asked,
        })).collect::<Vec<_>>(),
        "submissions": counts.submissions.iter()
            .map(|(disposition, n)| (disposition.code().to_owned(), json!(n)))
            .collect::<serde_json::Map<_, _>>(),
        "points": {
            "total": counts.points,
            "answered": counts.answered,
            "joined": counts.joined,
            "out_of_scope": counts.out_of_scope,
            "open": counts.points - counts.answered - counts.joined - counts.out_of_scope,
            "without_section": counts.without_section,
        },
        "decisions": counts.decisions.iter()
            .map(|(decision, n)| (decision.code().to_owned(), json!(n)))
            .collect::<serde_json::Map<_, _>>(),
        "needs_person": counts.needs_person,
        "problems": counts.problems,
        "equations": status.reconciliation.equations.iter().map(|equation| json!({
            "name": equation.name,
            "round": equation.round,
            "text": equation.text,
            "holds": equation.holds,
            "offenders": equation.offenders,
        })).collect::<Vec<_>>(),
        "mailboxes": status.mailboxes.iter().map(|mailbox| json!({
            "name": mailbox.name,
            "looked_us": mailbox.looked_us,
            "failure": mailbox.failure,
            "absent": mailbox.n_absent,
        })).collect::<Vec<_>>(),
        "letters_to_look_at": status.n_letters,
        "ledger_seq": status.ledger_seq,
        "indexed_seq": status.indexed_seq,
    })
}

pub(super) async fn verify(app: &App, output: &mut Output) -> Result<Exit, Error> {
    let found = app.verify().await?;
    output.data(
        || {
            let verdict = if found.faults.is_empty() {
                "Không có gì sai"
            } else {
                "CÓ LỖI"
            };
            format!(
                "{verdict}: {} bản gốc, {} mục nhật ký, {} đẳng thức, {} ý kiến trong chỉ mục\n",
                found.n_blobs, found.n_entries, found.n_equations, found.n_points
            )
        },
        || {
            json!({
                "blobs": found.n_blobs,
                "ledger_entries": found.n_entries,
                "equations": found.n_equations,
                "points": found.n_points,
                "faults": found.faults,
            })
        },
    );
    for fault in &found.faults {
        output.note(fault);
    }
    Ok(Exit::look_at(!found.faults.is_empty()))
}

pub(super) async fn back_up(app: &App, folder: &Path, output: &mut Output) -> Result<Exit, Error> {
    let done = app.back_up(folder).await?;
    output.data(
        || {
            format!(
                "Đã sao lưu vào {}: {} bản gốc, {} bản mới chép\n",
                folder.display(),
                done.n_originals,
                done.n_copied
            )
        },
        || {
            json!({
                "originals": done.n_originals,
                "copied": done.n_copied,
                "has_database": done.has_database,
                "faults": done.faults,
            })
        },
    );
    if !done.has_database {
        output.note(
            "Cơ sở dữ liệu ở máy chủ PostgreSQL chưa nằm trong bản sao này: sao lưu bằng pg_dump trước khi chạy lệnh này.",
        );
    }
    for fault in &done.faults {
        output.note(fault);
    }
    Ok(Exit::look_at(!done.faults.is_empty() || !done.has_database))
}

pub(super) async fn rebuild_index(app: &App, output: &mut Output) -> Result<Exit, Error> {
    let n_points = app.rebuild_index().await?;
    output.data(
        || format!("Đã lập lại chỉ mục: {n_points} ý kiến"),
        || json!({"points": n_points}),
    );
    Ok(Exit::Done)
}
