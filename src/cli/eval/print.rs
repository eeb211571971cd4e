//! The figures, for a person and as JSON.

use std::fmt::Write;

use serde_json::{Value, json};

use super::Cases;
use crate::app::evaluate::{Bin, Confusion, Counts, Evaluation, MEASURES, Miss, Share};

/// What confidences are stated about.
const STATED: [&str; 6] = [
    "organization",
    "section",
    "stance",
    "suggestion",
    "letter_number",
    "letter_date",
];

fn in_percent(share: Option<Share>) -> String {
    share.map_or_else(
        || "–".to_owned(),
        |share| {
            format!(
                "{:.1} [{:.1}; {:.1}]",
                share.value * 100.0,
                share.low * 100.0,
                share.high * 100.0
            )
        },
    )
}

fn table(out: &mut String, evaluation: &Evaluation) {
    let _ = writeln!(
        out,
        "{:<22}{:>6}{:>6}{:>6}  {:<22}{:<22}F1 %",
        "", "cần", "thấy", "đúng", "chính xác %", "đầy đủ %"
    );
    for what in MEASURES {
        let counts = evaluation.count(what);
        if counts == Counts::default() {
            continue;
        }
        let _ = writeln!(
            out,
            "{what:<22}{:>6}{:>6}{:>6}  {:<22}{:<22}{}",
            counts.expected,
            counts.found,
            counts.right,
            in_percent(counts.precision()),
            in_percent(counts.recall()),
            in_percent(counts.f1()),
        );
    }
}

fn confusion_text(out: &mut String, what: &str, confusion: &Confusion) {
    let _ = writeln!(out, "\n{what}: cần → thấy");
    for (expected, row) in confusion {
        let cells: Vec<String> = row.iter().map(|(got, n)| format!("{got} {n}")).collect();
        let _ = writeln!(out, "  {expected:<20} {}", cells.join(" · "));
    }
}

pub(super) fn text(cases: &Cases) -> String {
    let mut out = String::new();
    let all = &cases.all;
    let _ = writeln!(
        out,
        "{} trường hợp, {} văn bản hoặc dòng; trong ngoặc là khoảng tin cậy 95 %\n",
        cases.n_cases, all.n_readings
    );
    table(&mut out, all);
    for (what, confusion) in &all.confusion {
        confusion_text(&mut out, what, confusion);
    }
    let _ = writeln!(out, "\nđộ tin cậy: nêu ra → đúng");
    for what in STATED {
        for bin in all.calibration(what) {
            let _ = writeln!(
                out,
                "  {what:<16}{:.2}–{:.2}  nêu {:.3}  đúng {} (n = {:.0})",
                bin.from,
                bin.to,
                bin.stated,
                in_percent(Some(bin.right)),
                bin.right.cases
            );
        }
    }
    for (kind, (n, evaluation)) in &cases.kinds {
        let _ = writeln!(out, "\n{kind}: {n} trường hợp");
        table(&mut out, evaluation);
    }
    let _ = writeln!(out, "\nkhác với mong đợi: {}", all.misses.len());
    for miss in &all.misses {
        let _ = writeln!(out, "  {} · {} · {}", miss.case, miss.what, miss.point);
        let _ = writeln!(out, "    cần:  {}", one_line(&miss.expected));
        let _ = writeln!(out, "    thấy: {}", one_line(&miss.got));
    }
    out
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn share_json(share: Option<Share>) -> Value {
    share.map_or(Value::Null, |share| {
        json!({
            "value": share.value, "low": share.low, "high": share.high, "cases": share.cases,
        })
    })
}

fn measures_json(evaluation: &Evaluation) -> Value {
    let mut measures = serde_json::Map::new();
    for what in MEASURES {
        let counts = evaluation.count(what);
        if counts == Counts::default() {
            continue;
        }
        measures.insert(
            what.to_owned(),
            json!({
                "expected": counts.expected,
                "found": counts.found,
                "right": counts.right,
                "precision": share_json(counts.precision()),
                "recall": share_json(counts.recall()),
                "f1": share_json(counts.f1()),
            }),
        );
    }
    Value::Object(measures)
}

fn bin_json(bin: &Bin) -> Value {
    json!({
        "from": bin.from, "to": bin.to, "stated": bin.stated, "right": share_json(Some(bin.right)),
    })
}

fn miss_json(miss: &Miss) -> Value {
    json!({
        "case": miss.case, "what": miss.what, "point": miss.point,
        "expected": miss.expected, "got": miss.got,
    })
}

pub(super) fn json(cases: &Cases) -> Value {
    let all = &cases.all;
    let calibration: serde_json::Map<String, Value> = STATED
        .iter()
        .map(|what| (*what, all.calibration(what)))
        .filter(|(_, bins)| !bins.is_empty())
        .map(|(what, bins)| (what.to_owned(), bins.iter().map(bin_json).collect()))
        .collect();
    let kinds: serde_json::Map<String, Value> = cases
        .kinds
        .iter()
        .map(|(kind, (n, evaluation))| {
            let value = json!({"cases": n, "measures": measures_json(evaluation)});
            (kind.clone(), value)
        })
        .collect();
    json!({
        "cases": cases.n_cases,
        "readings": all.n_readings,
        "measures": measures_json(all),
        "confusion": all.confusion,
        "calibration": calibration,
        "kinds": kinds,
        "misses": all.misses.iter().map(miss_json).collect::<Vec<_>>(),
        "problems": cases.problems,
    })
}
