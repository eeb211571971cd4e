//! `group` and `similar`.

use serde_json::{Value, json};

use super::args::{GroupAction, GroupAnswerArgs, SimilarArgs};
use super::respond;
use super::search::{point_to_json, source};
use super::{Exit, Output};
use crate::app::grouping::{GroupView, MemberView};
use crate::app::values::{Stretch, StretchKind};
use crate::app::{App, Error};
use crate::domain::{Consultation, GroupId, PointId};

/// Members that `list` shows of each group.
const N_LISTED: usize = 5;

pub(super) async fn run(
    app: &App,
    code: Option<&str>,
    action: &GroupAction,
    output: &mut Output,
) -> Result<Exit, Error> {
    let consultation = app.consultation(code).await?;
    let actor = app.actor().to_owned();
    match action {
        GroupAction::Propose => propose(app, &consultation, output).await,
        GroupAction::List {
            confirmed,
            offset,
            limit,
        } => list(app, &consultation, *confirmed, (*offset, *limit), output).await,
        GroupAction::Show { group } => {
            let view = app
                .group(&consultation, GroupId(*group), usize::MAX)
                .await?;
            output.data(|| describe(&view), || to_json(&view));
            Ok(Exit::Done)
        }
        GroupAction::Confirm { groups } => {
            let mut confirmed = Vec::new();
            for id in groups {
                app.group(&consultation, GroupId(*id), 0).await?;
                let into = app.confirm_group(GroupId(*id), None, &actor).await?;
                confirmed.push(into.0);
            }
            output.data(
                || format!("Đã xác nhận {} nhóm", confirmed.len()),
                || json!({ "confirmed": confirmed }),
            );
            Ok(Exit::Done)
        }
        GroupAction::Split { group, points } => {
            let points: Vec<PointId> = points.iter().copied().map(PointId).collect();
            let id = GroupId(*group);
            app.group(&consultation, id, 0).await?;
            let parted = app.split_group(id, None, &points, &actor).await?;
            let new_group = parted.new_group.map(|new| new.0);
            output.data(
                || match new_group {
                    Some(new) => format!("Đã tách {} ý kiến thành nhóm {new}", points.len()),
                    None => format!("Đã đưa {} ý kiến ra khỏi nhóm {id}", points.len()),
                },
                || json!({"group": id.0, "is_gone": parted.is_gone, "new_group": new_group}),
            );
            Ok(Exit::Done)
        }
        GroupAction::Dissolve { groups } => {
            for id in groups {
                app.group(&consultation, GroupId(*id), 0).await?;
                app.dissolve_group(GroupId(*id), None, &actor).await?;
            }
            output.data(
                || format!("Đã giải tán {} nhóm", groups.len()),
                || json!({ "dissolved": groups }),
            );
            Ok(Exit::Done)
        }
        GroupAction::Represent { group, point } => {
            let (id, point) = (GroupId(*group), PointId(*point));
            app.group(&consultation, id, 0).await?;
            app.represent_group(id, None, point, &actor).await?;
            output.data(
                || format!("Ý kiến {point} đại diện cho nhóm {id}"),
                || json!({"group": id.0, "representative": point.0}),
            );
            Ok(Exit::Done)
        }
        GroupAction::Answer(arguments) => answer(app, &consultation, arguments, output).await,
    }
}

async fn propose(
    app: &App,
    consultation: &Consultation,
    output: &mut Output,
) -> Result<Exit, Error> {
    let found = app.propose_groups(consultation, app.actor()).await?;
    output.data(
        || {
            format!(
                "Đề xuất {} nhóm với {} ý kiến: {} nhóm mới, {} nhóm đã đề xuất từ trước; bỏ {} đề xuất không còn đúng",
                found.n_new + found.n_kept,
                found.n_points,
                found.n_new,
                found.n_kept,
                found.n_dropped
            )
        },
        || {
            json!({
                "groups": found.n_new + found.n_kept,
                "points": found.n_points,
                "new": found.n_new,
                "kept": found.n_kept,
                "dropped": found.n_dropped,
            })
        },
    );
    Ok(Exit::Done)
}

async fn list(
    app: &App,
    consultation: &Consultation,
    is_confirmed: bool,
    (offset, limit): (usize, usize),
    output: &mut Output,
) -> Result<Exit, Error> {
    let page = app
        .groups(consultation, is_confirmed, offset, limit, N_LISTED)
        .await?;
    output.data(
        || {
            let mut text = format!(
                "Đề xuất: {} nhóm, {} ý kiến. Đã xác nhận: {} nhóm, {} ý kiến.\n",
                page.proposed.groups,
                page.proposed.members,
                page.confirmed.groups,
                page.confirmed.members
            );
            for view in &page.groups {
                text.push('\n');
                text.push_str(&describe(view));
            }
            text
        },
        || {
            json!({
                "proposed": {"groups": page.proposed.groups, "points": page.proposed.members},
                "confirmed": {"groups": page.confirmed.groups, "points": page.confirmed.members},
                "groups": page.groups.iter().map(to_json).collect::<Vec<_>>(),
            })
        },
    );
    Ok(Exit::Done)
}

async fn answer(
    app: &App,
    consultation: &Consultation,
    arguments: &GroupAnswerArgs,
    output: &mut Output,
) -> Result<Exit, Error> {
    let id = GroupId(arguments.group);
    let view = app.group(consultation, id, 0).await?;
    let act = respond::act(app, view.group.representative, &arguments.words)?;
    let answered = app.answer_group(id, act).await?;
    let (response, state) = (answered.response, answered.state);
    let n_members = view.group.n_members;
    output.data(
        || {
            format!(
                "Nhóm {id}, {n_members} ý kiến: {} (bản trả lời số {response})",
                state.name()
            )
        },
        || json!({"group": id.0, "points": n_members, "response": response.0, "state": state.code()}),
    );
    if let Some(notice) = answered.notice {
        output.note(notice);
    }
    Ok(Exit::look_at(answered.notice.is_some()))
}

fn describe(view: &GroupView) -> String {
    let group = &view.group;
    let kind = match (group.is_confirmed, group.extends) {
        (true, _) => "đã xác nhận".to_owned(),
        (false, Some(extended)) => format!("đề xuất thêm vào nhóm {extended}"),
        (false, None) => "đề xuất".to_owned(),
    };
    let section = view.representative.section.as_deref();
    let mut text = format!(
        "Nhóm {} · {kind} · {} ý kiến · {}\n",
        group.id,
        group.n_members,
        section.unwrap_or("chưa xác định mục")
    );
    for line in view.representative.text.lines() {
        text.push_str(&format!("  {line}\n"));
    }
    for member in &view.members {
        text.push_str(&format!(
            "  {} {:>3.0}%  {} · {}{}\n",
            member.view.point.id,
            percent(member.similarity),
            source(&member.view),
            member.view.point.state.name().to_lowercase(),
            if member.is_representative {
                " · đại diện"
            } else {
                ""
            }
        ));
        if !member.is_representative && member.similarity < 1.0 {
            text.push_str(&format!("          {}\n", told(&member.difference)));
        }
    }
    if view.n_more > 0 {
        text.push_str(&format!("  … và {} ý kiến nữa\n", view.n_more));
    }
    text
}

/// Never "100 %" for what is not the same.
fn percent(similarity: f64) -> f64 {
    (similarity * 100.0).floor()
}

/// Differences as plain text: `[-only in the representative-]`, `{+only in the member+}`.
fn told(difference: &[Stretch]) -> String {
    let of = |stretch: &Stretch| {
        let words = stretch.text.split_whitespace().collect::<Vec<_>>();
        match stretch.kind {
            StretchKind::Missing => format!("[-{}-]", words.join(" ")),
            StretchKind::Added => format!("{{+{}+}}", words.join(" ")),
            // Only what stands around a difference is worth reading again.
            StretchKind::Same => match words.as_slice() {
                [first, .., last] if words.len() > 6 => format!("{first} … {last}"),
                words => words.join(" "),
            },
        }
    };
    difference.iter().map(of).collect::<Vec<_>>().join(" ")
}

fn to_json(view: &GroupView) -> Value {
    let group = &view.group;
    json!({
        "id": group.id.0,
        "is_confirmed": group.is_confirmed,
        "extends": group.extends.map(|extended| extended.0),
        "n_members": group.n_members,
        "version": group.version,
        "section": view.representative.section,
        "representative": point_to_json(&view.representative),
        "members": view.members.iter().map(member_to_json).collect::<Vec<_>>(),
    })
}

fn member_to_json(member: &MemberView) -> Value {
    let kind = |stretch: &Stretch| match stretch.kind {
        StretchKind::Same => "same",
        StretchKind::Missing => "missing",
        StretchKind::Added => "added",
    };
    json!({
        "point": point_to_json(&member.view),
        "similarity": member.similarity,
        "is_representative": member.is_representative,
        "difference": member.difference.iter()
            .map(|stretch| json!({"kind": kind(stretch), "text": stretch.text}))
            .collect::<Vec<_>>(),
    })
}

pub(super) async fn similar(
    app: &App,
    arguments: &SimilarArgs,
    output: &mut Output,
) -> Result<Exit, Error> {
    let consultation = app.consultation(arguments.consultation.as_deref()).await?;
    let id = PointId(arguments.point);
    let found = app
        .similar_answered(&consultation, id, arguments.limit)
        .await?;
    output.data(
        || {
            if found.is_empty() {
                return "Không có ý kiến tương tự nào đã được trả lời".to_owned();
            }
            let mut text = String::new();
            for similar in &found {
                let view = &similar.view;
                let decision = view.point.decision.map_or("", |decision| decision.name());
                text.push_str(&format!(
                    "{} · {:.0}% · {} · {decision}\n  {}\n",
                    view.point.id,
                    percent(similar.closeness),
                    source(view),
                    view.text.replace('\n', "\n  ")
                ));
                if let Some(response) = &view.response {
                    let answer = response.content.text.replace('\n', "\n  ");
                    text.push_str(&format!("  → {answer}\n"));
                }
            }
            text
        },
        || {
            let of = |similar: &crate::app::grouping::Similar| {
                json!({
                    "closeness": similar.closeness,
                    "point": point_to_json(&similar.view),
                })
            };
            json!({"similar": found.iter().map(of).collect::<Vec<_>>()})
        },
    );
    Ok(Exit::Done)
}
