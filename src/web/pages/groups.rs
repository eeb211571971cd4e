//! Ý kiến trùng: groups the program proposes, and those people confirmed and answer once.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};

use super::outlive;
use super::point::{
    AnswerFields, AnswerForm, Version, act as read_act, answer_form, approval, tidy, version,
};
use crate::app::grouping::{GroupView, MemberView};
use crate::app::values::{Stretch, StretchKind};
use crate::app::{self, App};
use crate::domain::{Consultation, GroupId, PointId};
use crate::web::access::{Acting, Person};
use crate::web::address::{base, query};
use crate::web::error::Error;
use crate::web::extract::{Form, Id, InConsultation, Query};
use crate::web::views::{Badge, Html, Page, Pager, Place};
use crate::web::words;

/// Groups on a page.
const N_GROUPS: usize = 10;
/// Members of each that a list shows.
const N_LISTED: usize = 6;
/// Members that the page of a group shows.
const N_MEMBERS: usize = 200;
/// Words left of what is the same before and after a difference.
const N_AROUND: usize = 7;

#[derive(Template)]
#[template(path = "groups.html", config = "src/web/askama.toml")]
pub(in crate::web) struct GroupsPage {
    page: Page,
    tabs: Vec<Tab>,
    message: String,
    is_confirmed: bool,
    groups: Vec<GroupCard>,
    pager: Option<Pager>,
}

struct Tab {
    address: String,
    text: &'static str,
    count: String,
    is_current: bool,
}

#[derive(Template)]
#[template(path = "group.html", config = "src/web/askama.toml")]
struct GroupPage {
    page: Page,
    message: String,
    problem: Option<String>,
    card: GroupCard,
    form: AnswerForm,
    approval: Option<String>,
    versions: Vec<Version>,
}

/// A group with its members, in the list and on its own page.
struct GroupCard {
    id: i64,
    address: String,
    version: i64,
    title: String,
    section: String,
    is_confirmed: bool,
    /// The confirmed group that it would add to, with its address.
    extends: Option<(i64, String)>,
    words: String,
    badges: Vec<Badge>,
    members: Vec<MemberLine>,
    n_more: usize,
    /// Whether it is shown on its own page.
    is_whole: bool,
}

struct MemberLine {
    id: i64,
    address: String,
    organizations: String,
    submission: String,
    similarity: String,
    is_representative: bool,
    difference: Vec<Piece>,
    badges: Vec<Badge>,
}

struct Piece {
    /// `del`, `ins`, or empty for what both say.
    kind: &'static str,
    text: String,
}

/// What was asked for in the address.
fn asked<'a>(pairs: &'a [(String, String)], key: &str) -> &'a str {
    let found = pairs.iter().find(|(name, _)| name == key);
    found.map_or("", |(_, value)| value)
}

pub(in crate::web) async fn list_groups(
    Acting(app): Acting,
    InConsultation(consultation): InConsultation,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Html<GroupsPage>, Error> {
    let is_confirmed = asked(&pairs, "state") == "confirmed";
    let number: usize = asked(&pairs, "page").parse().unwrap_or(1).max(1);
    let offset = (number - 1).saturating_mul(N_GROUPS);
    let found = app
        .groups(&consultation, is_confirmed, offset, N_GROUPS, N_LISTED)
        .await?;
    let page = Page::new(&consultation, Place::Groups, "Ý kiến trùng");
    let address = format!("{}/groups", page.base);
    let tab = |text, confirmed: bool, n: i64| Tab {
        address: if confirmed {
            format!("{address}?state=confirmed")
        } else {
            address.clone()
        },
        text,
        count: words::number(n),
        is_current: confirmed == is_confirmed,
    };
    let count = if is_confirmed {
        found.confirmed
    } else {
        found.proposed
    };
    let total = u64::try_from(count.groups).unwrap_or(0);
    let state = if is_confirmed { "confirmed" } else { "" };
    Ok(Html(GroupsPage {
        tabs: vec![
            tab("Đang đề xuất", false, found.proposed.groups),
            tab("Đã xác nhận", true, found.confirmed.groups),
        ],
        message: message(&pairs),
        is_confirmed,
        groups: found
            .groups
            .iter()
            .map(|view| card(&page.base, view, false))
            .collect(),
        pager: (total > u64::try_from(N_GROUPS).unwrap_or(u64::MAX))
            .then(|| Pager::new(&address, &[("state", state)], number, N_GROUPS, total)),
        page,
    }))
}

pub(in crate::web) async fn get_group(
    Acting(app): Acting,
    InConsultation(consultation): InConsultation,
    Id(id): Id,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Response, Error> {
    show(&app, &consultation, GroupId(id), message(&pairs), None).await
}

async fn show(
    app: &App,
    consultation: &Consultation,
    id: GroupId,
    message: String,
    failed: Option<(String, AnswerFields)>,
) -> Result<Response, Error> {
    let view = app.group(consultation, id, N_MEMBERS).await?;
    let versions = app.group_answers(&view.group).await?;
    let page = Page::new(
        consultation,
        Place::Groups,
        &format!("Nhóm ý kiến trùng số {id}"),
    );
    let current = versions.last();
    let (problem, fields) = failed.unzip();
    let status = match problem {
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
        None => StatusCode::OK,
    };
    let page = GroupPage {
        message,
        problem,
        form: answer_form(view.representative.point.version, current, fields.as_ref()),
        approval: approval(app, current),
        card: card(&page.base, &view, true),
        versions: versions.iter().rev().map(version).collect(),
        page,
    };
    Ok((status, Html(page)).into_response())
}

fn message(pairs: &[(String, String)]) -> String {
    let n = asked(pairs, "n");
    match asked(pairs, "done") {
        "proposed" if n == "0" => "Không có nhóm mới nào.".to_owned(),
        "proposed" => format!("Có {n} nhóm mới được đề xuất."),
        "confirmed" => "Đã xác nhận nhóm; từ đây trả lời một lần cho cả nhóm.".to_owned(),
        "out" => "Đã đưa ý kiến ra khỏi nhóm.".to_owned(),
        "split" => "Đã tách thành nhóm riêng.".to_owned(),
        "dissolved" => "Đã giải tán nhóm; các ý kiến này không được đề xuất chung nữa.".to_owned(),
        "represented" => "Đã đổi ý kiến đại diện.".to_owned(),
        "answered" => "Đã lưu nội dung trả lời cho cả nhóm.".to_owned(),
        _ => String::new(),
    }
}

fn card(base: &str, view: &GroupView, is_whole: bool) -> GroupCard {
    let group = &view.group;
    GroupCard {
        id: group.id.0,
        address: format!("{base}/groups/{}", group.id),
        version: group.version,
        title: format!(
            "Nhóm {} · {} ý kiến",
            group.id,
            words::number(group.n_members)
        ),
        section: view
            .representative
            .section
            .clone()
            .unwrap_or_else(|| "Chưa xác định mục".to_owned()),
        is_confirmed: group.is_confirmed,
        extends: group
            .extends
            .map(|extended| (extended.0, format!("{base}/groups/{extended}"))),
        words: view.representative.text.clone(),
        badges: if group.is_confirmed {
            Badge::of_point(&view.representative)
        } else {
            vec![Badge::new("wait", "Chờ xác nhận")]
        },
        members: view
            .members
            .iter()
            .map(|member| line(base, member))
            .collect(),
        n_more: view.n_more,
        is_whole,
    }
}

fn line(base: &str, member: &MemberView) -> MemberLine {
    let view = &member.view;
    let sender = view.submission.sender.as_deref();
    MemberLine {
        id: view.point.id.0,
        address: format!("{base}/points/{}", view.point.id),
        organizations: words::names(
            &view.organizations,
            sender.unwrap_or("Chưa rõ cơ quan, đơn vị"),
        ),
        submission: words::submission(&view.submission),
        // Rounded down: only what is the same says 100%.
        similarity: format!("{:.0}%", (member.similarity * 100.0).floor()),
        is_representative: member.is_representative,
        difference: pieces(&member.difference),
        badges: Badge::of_point(view),
    }
}

/// Differences with a few words around them; nothing where there are none.
fn pieces(difference: &[Stretch]) -> Vec<Piece> {
    if difference
        .iter()
        .all(|stretch| stretch.kind == StretchKind::Same)
    {
        return Vec::new();
    }
    let last = difference.len() - 1;
    let piece = |(at, stretch): (usize, &Stretch)| Piece {
        kind: match stretch.kind {
            StretchKind::Same => "",
            StretchKind::Missing => "del",
            StretchKind::Added => "ins",
        },
        text: match stretch.kind {
            StretchKind::Same => around(&stretch.text, at == 0, at == last),
            _ => stretch.text.clone(),
        },
    };
    difference.iter().enumerate().map(piece).collect()
}

/// The ends of a stretch that stand next to a difference.
fn around(text: &str, is_first: bool, is_last: bool) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let n_kept = if is_first || is_last {
        N_AROUND
    } else {
        2 * N_AROUND
    };
    if words.len() <= n_kept + 1 {
        return text.to_owned();
    }
    let head: Vec<&str> = words.iter().take(N_AROUND).copied().collect();
    let tail: Vec<&str> = words.iter().skip(words.len() - N_AROUND).copied().collect();
    match (is_first, is_last) {
        (true, _) => format!("… {} ", tail.join(" ")),
        (_, true) => format!("{} …", head.join(" ")),
        _ => format!("{} … {} ", head.join(" "), tail.join(" ")),
    }
}

pub(in crate::web) async fn propose_groups(
    Acting(app): Acting,
    InConsultation(consultation): InConsultation,
) -> Result<Redirect, Error> {
    let address = format!("{}/groups", base(&consultation));
    let actor = app.actor().to_owned();
    let proposed = outlive(async move { app.propose_groups(&consultation, &actor).await }).await?;
    let n = proposed.n_new.to_string();
    let pairs = [("done", "proposed"), ("n", n.as_str())];
    Ok(Redirect::to(&format!("{address}{}", query(pairs))))
}

/// What a form about a group asks for.
enum Wish {
    Confirm,
    Dissolve,
    Represent(PointId),
    /// Each of them alone.
    TakeOut(PointId),
    /// All of them together.
    Split(Vec<PointId>),
}

fn read_wish(pairs: &[(String, String)]) -> Result<Wish, Error> {
    let act = asked(pairs, "act");
    let (act, point) = act.split_once(' ').unwrap_or((act, ""));
    let number = |text: &str| {
        let id = text.parse().ok().map(PointId);
        id.ok_or_else(|| Error::invalid(format!("Không có ý kiến số `{text}`.")))
    };
    Ok(match act {
        "confirm" => Wish::Confirm,
        "dissolve" => Wish::Dissolve,
        "represent" => Wish::Represent(number(point)?),
        "out" => Wish::TakeOut(number(point)?),
        "split" => {
            let chosen = pairs.iter().filter(|(key, _)| key == "point");
            let chosen: Result<Vec<PointId>, Error> =
                chosen.map(|(_, value)| number(value)).collect();
            Wish::Split(chosen?)
        }
        other => return Err(Error::invalid(format!("Không có thao tác `{other}`."))),
    })
}

pub(in crate::web) async fn change_group(
    Acting(app): Acting,
    InConsultation(consultation): InConsultation,
    Id(id): Id,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Redirect, Error> {
    let wish = read_wish(&pairs)?;
    let id = GroupId(id);
    // The group must belong to the consultation whose address was used.
    let view = app.group(&consultation, id, 0).await?;
    let seen = asked(&pairs, "version").parse().ok();
    let groups = format!("{}/groups", base(&consultation));
    // From the list back to the list, where the next proposal is.
    let back = match asked(&pairs, "back") {
        "list" if view.group.is_confirmed => format!("{groups}?state=confirmed"),
        "list" => groups.clone(),
        _ => format!("{groups}/{id}"),
    };
    let address = outlive(async move {
        let actor = app.actor().to_owned();
        let gone = |is_gone: bool| {
            if is_gone {
                groups.clone()
            } else {
                back.clone()
            }
        };
        Ok(match wish {
            Wish::Confirm => {
                let into = app.confirm_group(id, seen, &actor).await?;
                let own = format!("{groups}/{id}");
                let back = if back == own {
                    format!("{groups}/{into}")
                } else {
                    back
                };
                done(&back, "confirmed")
            }
            Wish::Dissolve => {
                app.dissolve_group(id, seen, &actor).await?;
                done(&gone(back.ends_with(&format!("/{id}"))), "dissolved")
            }
            Wish::Represent(point) => {
                app.represent_group(id, seen, point, &actor).await?;
                done(&back, "represented")
            }
            Wish::TakeOut(point) => {
                let parted = app.split_group(id, seen, &[point], &actor).await?;
                done(&gone(parted.is_gone), "out")
            }
            Wish::Split(points) => {
                let parted = app.split_group(id, seen, &points, &actor).await?;
                let what = if parted.new_group.is_some() {
                    "split"
                } else {
                    "out"
                };
                done(&gone(parted.is_gone), what)
            }
        })
    })
    .await?;
    Ok(Redirect::to(&address))
}

fn done(address: &str, what: &str) -> String {
    let sign = if address.contains('?') { '&' } else { '?' };
    format!("{address}{sign}done={what}")
}

pub(in crate::web) async fn answer_group(
    Acting(app): Acting,
    InConsultation(consultation): InConsultation,
    Id(id): Id,
    person: Person,
    Form(fields): Form<AnswerFields>,
) -> Result<Response, Error> {
    let id = GroupId(id);
    let view = app.group(&consultation, id, 0).await?;
    let act = read_act(&app, &person, view.group.representative, &fields)?;
    let writer = app.clone();
    match outlive(async move { writer.answer_group(id, act).await }).await {
        Ok(_) => {
            let address = format!("{}/groups/{id}", base(&consultation));
            Ok(Redirect::to(&done(&address, "answered")).into_response())
        }
        Err(error) if matches!(error.kind, app::Kind::Conflict | app::Kind::Invalid) => {
            let failed = Some((tidy(&error.message), fields));
            show(&app, &consultation, id, String::new(), failed).await
        }
        Err(error) => Err(error.into()),
    }
}
