//! Trả lời: who was asked in each round, who replied and how.

use std::collections::BTreeMap;

use askama::Template;

use crate::app::browse::Roster;
use crate::app::values::{Reply, RosterEntry, RosterLetter, RoundRoster};
use crate::domain::ReplyClass;
use crate::web::access::Acting;
use crate::web::error::Error;
use crate::web::extract::InConsultation;
use crate::web::views::{Badge, Html, Page, Place};
use crate::web::words;

/// Letters shown of one organization: thousands of rows of a table would make a page that no
/// browser wants to lay out.
const MAX_LETTERS: usize = 20;

#[derive(Template)]
#[template(path = "roster.html", config = "src/web/askama.toml")]
pub(in crate::web) struct RosterPage {
    page: Page,
    rounds: Vec<RoundView>,
}

struct RoundView {
    number: u32,
    title: String,
    deadline: String,
    request: String,
    silence: &'static str,
    summary: String,
    silent: Vec<String>,
    groups: Vec<GroupView>,
}

/// Organizations of one round that stand together.
struct GroupView {
    title: &'static str,
    lines: Vec<Line>,
}

struct Line {
    name: String,
    reply: Badge,
    is_late: bool,
    through: String,
    letters: Vec<Letter>,
    /// How many more there are; the report lists them all.
    more: String,
}

struct Letter {
    address: String,
    text: String,
    arrived: String,
    n: usize,
}

pub(in crate::web) async fn get_roster(
    Acting(app): Acting,
    InConsultation(consultation): InConsultation,
) -> Result<Html<RosterPage>, Error> {
    let roster = app.roster(&consultation).await?;
    let page = Page::new(&consultation, Place::Roster, "Trả lời lấy ý kiến");
    let rounds = roster.rounds.iter();
    Ok(Html(RosterPage {
        rounds: rounds
            .map(|round| round_view(&page.base, &roster, round))
            .collect(),
        page,
    }))
}

fn round_view(base: &str, roster: &Roster, of_round: &RoundRoster) -> RoundView {
    let RoundRoster { round, entries } = of_round;
    let asked = || entries.iter().filter(|entry| entry.was_asked);
    let n_asked = asked().count();
    let silent = || asked().filter(|entry| entry.reply == Reply::Silent);
    let late = entries.iter().filter(|entry| entry.is_late).count();
    let names = &roster.names;
    let name = |entry: &RosterEntry| {
        names
            .organization(entry.organization)
            .unwrap_or("?")
            .to_owned()
    };
    let mut by_class: BTreeMap<&str, usize> = BTreeMap::new();
    for entry in asked().filter(|entry| entry.reply != Reply::Silent) {
        *by_class.entry(words::reply(entry.reply)).or_default() += 1;
    }
    let by_class = by_class
        .iter()
        .map(|(class, n)| format!("{} {n}", class.to_lowercase()));
    let n_silent = silent().count();
    let mut summary = format!("Đã hỏi {n_asked}, đã trả lời {}", n_asked - n_silent);
    let by_class = by_class.collect::<Vec<_>>().join(", ");
    if !by_class.is_empty() {
        summary.push_str(&format!(" ({by_class})"));
    }
    summary.push_str(&format!(
        ", chưa trả lời {n_silent}; trả lời sau hạn {late}."
    ));
    let lines = |of: Vec<&RosterEntry>| of.into_iter().map(|e| line(base, roster, e)).collect();
    let replied = asked()
        .filter(|entry| entry.reply != Reply::Silent)
        .collect();
    let others = entries.iter().filter(|entry| !entry.was_asked).collect();
    let groups = [
        ("Đã trả lời", replied),
        ("Không được hỏi nhưng có ý kiến", others),
    ];
    RoundView {
        number: round.number,
        title: round.title.clone(),
        deadline: words::date(round.deadline),
        request: words::letter(round.request_number.as_ref(), round.request_date),
        silence: if round.silence_agrees() {
            "Văn bản hỏi ghi rõ: không trả lời coi như thống nhất."
        } else {
            "Không trả lời không được coi là thống nhất."
        },
        summary,
        silent: silent().map(name).collect(),
        groups: groups
            .into_iter()
            .map(|(title, of)| GroupView {
                title,
                lines: lines(of),
            })
            .filter(|group: &GroupView| !group.lines.is_empty())
            .collect(),
    }
}

fn line(base: &str, roster: &Roster, entry: &RosterEntry) -> Line {
    let names = &roster.names;
    let through = entry
        .through
        .iter()
        .filter_map(|id| names.organization(*id));
    let through: Vec<&str> = through.collect();
    let n_more = entry.letters.len().saturating_sub(MAX_LETTERS);
    let shown = entry.letters.iter().take(MAX_LETTERS);
    Line {
        more: match n_more {
            0 => String::new(),
            n => format!(
                "và {} văn bản khác; xem đủ trong Danh sách đã trả lời ở trang Báo cáo",
                words::number(n)
            ),
        },
        name: names
            .organization(entry.organization)
            .unwrap_or("?")
            .to_owned(),
        reply: Badge::new(reply_class(entry.reply), words::reply(entry.reply)),
        is_late: entry.is_late,
        through: through.join("; "),
        letters: shown.map(|it| letter(base, it)).collect(),
    }
}

fn letter(base: &str, letter: &RosterLetter) -> Letter {
    let text = match words::letter(letter.letter_number.as_ref(), letter.letter_date) {
        text if text.is_empty() => letter.channel.name().to_owned(),
        text => text,
    };
    Letter {
        address: format!("{base}/submissions/{}", letter.first),
        text,
        arrived: words::date(letter.arrived_on),
        n: letter.n_submissions,
    }
}

fn reply_class(reply: Reply) -> &'static str {
    match reply {
        Reply::Classed(ReplyClass::Agrees) => "good",
        Reply::Classed(ReplyClass::Comments) => "clarify",
        Reply::Classed(ReplyClass::NoOpinion) | Reply::KeptApart => "quiet",
        Reply::Waiting => "wait",
        Reply::Unclassed | Reply::Silent => "bad",
    }
}
