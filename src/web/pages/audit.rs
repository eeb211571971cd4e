//! Nhật ký: who did what, when; and the proof that nothing of it was altered.

use askama::Template;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use crate::app::App;
use crate::app::audit::words as words_of;
use crate::app::values::Entry;
use crate::web::access::Acting;
use crate::web::address::query;
use crate::web::error::Error;
use crate::web::extract::Query;
use crate::web::views::{Html, Page};
use crate::web::words;

/// Entries on one page.
const SHOWN: i64 = 100;

#[derive(Template)]
#[template(path = "audit.html", config = "src/web/askama.toml")]
struct AuditPage {
    page: Page,
    actor: String,
    lines: Vec<Line>,
    n_entries: String,
    older: Option<String>,
    verified: Option<Verified>,
}

struct Line {
    seq: i64,
    moment: String,
    actor: String,
    actor_address: String,
    what: &'static str,
    rows: String,
}

struct Verified {
    summary: String,
    faults: Vec<String>,
}

#[derive(Deserialize)]
pub(in crate::web) struct Asked {
    #[serde(default)]
    actor: String,
    before: Option<i64>,
}

pub(in crate::web) async fn list_entries(
    Acting(app): Acting,
    Query(asked): Query<Asked>,
) -> Result<Response, Error> {
    show(&app, &asked, None).await
}

/// Recomputes every hash and every equation; takes as long as there is data.
pub(in crate::web) async fn verify(Acting(app): Acting) -> Result<Response, Error> {
    let found = app.verify().await?;
    let number = |n: usize| words::number(n);
    let verified = Verified {
        summary: format!(
            "{} bản gốc, {} mục nhật ký, {} đẳng thức, {} ý kiến trong chỉ mục đã được tính lại.",
            number(found.n_blobs),
            words::number(u64::try_from(found.n_entries).unwrap_or(0)),
            number(found.n_equations),
            number(found.n_points)
        ),
        faults: found.faults,
    };
    let asked = Asked {
        actor: String::new(),
        before: None,
    };
    show(&app, &asked, Some(verified)).await
}

async fn show(app: &App, asked: &Asked, verified: Option<Verified>) -> Result<Response, Error> {
    let actor = asked.actor.trim();
    let of = (!actor.is_empty()).then_some(actor);
    let trail = app.trail(of, asked.before, SHOWN).await?;
    let is_full = i64::try_from(trail.entries.len()).is_ok_and(|n| n == SHOWN);
    let last = trail.entries.last().filter(|_| is_full);
    let older = last.map(|entry| {
        let before = entry.seq.to_string();
        format!(
            "/audit{}",
            query([("actor", actor), ("before", before.as_str())])
        )
    });
    let page = AuditPage {
        page: Page::bare("Nhật ký"),
        actor: actor.to_owned(),
        lines: trail.entries.iter().map(line).collect(),
        n_entries: words::number(u64::try_from(trail.n_entries).unwrap_or(0)),
        older,
        verified,
    };
    Ok(Html(page).into_response())
}

fn line(entry: &Entry) -> Line {
    let (what, rows) = words_of(entry.action);
    Line {
        seq: entry.seq,
        moment: words::moment(entry.at_us),
        actor: entry.actor.clone(),
        actor_address: format!("/audit{}", query([("actor", entry.actor.as_str())])),
        what,
        rows: if entry.first_id == entry.last_id {
            format!("{rows} số {}", entry.first_id)
        } else {
            format!("{rows} số {} đến {}", entry.first_id, entry.last_id)
        },
    }
}
