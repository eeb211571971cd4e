//! Tài khoản: who may sign in, and as what.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use crate::app::accounts::Profile;
use crate::app::{self, App};
use crate::domain::{Account, Role, Roles};
use crate::web::access::Acting;
use crate::web::error::Error;
use crate::web::extract::{Form, Name, Query};
use crate::web::views::{Html, Page};

#[derive(Template)]
#[template(path = "accounts.html", config = "src/web/askama.toml")]
struct AccountsPage {
    page: Page,
    accounts: Vec<AccountLine>,
    added: AccountLine,
    problem: Option<String>,
    done: Option<String>,
    is_open: bool,
}

struct AccountLine {
    login: String,
    name: String,
    roles: Vec<RoleBox>,
    /// The steps of the approval chain; empty where there is but one.
    steps: Vec<StepChoice>,
    /// In words.
    summary: String,
    is_disabled: bool,
}

struct RoleBox {
    code: &'static str,
    name: &'static str,
    is_given: bool,
}

struct StepChoice {
    name: String,
    is_held: bool,
}

#[derive(Deserialize)]
pub(in crate::web) struct Done {
    #[serde(default)]
    done: String,
}

/// What the forms about accounts send; roles are sent once each.
type Pairs = Vec<(String, String)>;

fn value<'a>(pairs: &'a Pairs, key: &str) -> &'a str {
    let found = pairs.iter().find(|(name, _)| name == key);
    found.map_or("", |(_, value)| value.as_str())
}

fn profile(pairs: &Pairs) -> Result<Profile, Error> {
    let mut roles = Roles::new();
    for (_, code) in pairs.iter().filter(|(key, _)| key == "role") {
        roles.extend(super::coded("role", code, Role::parse)?);
    }
    Ok(Profile {
        name: value(pairs, "name").to_owned(),
        roles,
        approval_step: Some(value(pairs, "approval_step").to_owned()).filter(|it| !it.is_empty()),
        is_disabled: value(pairs, "is_disabled") == "yes",
    })
}

pub(in crate::web) async fn list_accounts(
    Acting(app): Acting,
    Query(done): Query<Done>,
) -> Result<Response, Error> {
    let done = (!done.done.is_empty()).then(|| format!("Đã lưu tài khoản {}.", done.done));
    let added = line(&app, "", "", &Roles::from([Role::Drafter]), None);
    show(&app, added, None, done).await
}

fn line(app: &App, login: &str, name: &str, roles: &Roles, step: Option<&str>) -> AccountLine {
    let mut names: Vec<String> = roles.iter().map(|role| role.name().to_owned()).collect();
    let chain = app.approval_steps();
    let has_steps = chain.len() > 1;
    match step {
        Some(step) if chain.iter().any(|it| it == step) => names.push(format!("bước {step}")),
        // The chain was changed since.
        Some(step) => names.push(format!("bước {step} (không còn trong chuỗi duyệt)")),
        None if has_steps && roles.contains(&Role::Leader) => {
            names.push("chưa gắn bước duyệt".to_owned());
        }
        None => {}
    }
    AccountLine {
        login: login.to_owned(),
        name: name.to_owned(),
        summary: names.join(", "),
        roles: Role::ALL
            .into_iter()
            .map(|role| RoleBox {
                code: role.code(),
                name: role.name(),
                is_given: roles.contains(&role),
            })
            .collect(),
        steps: chain
            .iter()
            .filter(|_| has_steps)
            .map(|name| StepChoice {
                is_held: step == Some(name.as_str()),
                name: name.clone(),
            })
            .collect(),
        is_disabled: false,
    }
}

async fn show(
    app: &App,
    added: AccountLine,
    problem: Option<String>,
    done: Option<String>,
) -> Result<Response, Error> {
    let accounts = app.accounts().await?;
    let of = |account: &Account| {
        let (login, name) = (&account.login, &account.name);
        AccountLine {
            is_disabled: account.is_disabled,
            ..line(
                app,
                login,
                name,
                &account.roles,
                account.approval_step.as_deref(),
            )
        }
    };
    let status = if problem.is_some() {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    };
    let page = AccountsPage {
        page: Page::bare("Tài khoản"),
        is_open: accounts.is_empty(),
        accounts: accounts.iter().map(of).collect(),
        added,
        problem,
        done,
    };
    Ok((status, Html(page)).into_response())
}

pub(in crate::web) async fn add_account(
    Acting(app): Acting,
    Form(pairs): Form<Pairs>,
) -> Result<Response, Error> {
    let profile = profile(&pairs)?;
    let login = value(&pairs, "login");
    let added = app
        .add_account(login, &profile, value(&pairs, "password"))
        .await;
    let step = profile.approval_step.as_deref();
    let entered = line(&app, login, &profile.name, &profile.roles, step);
    answer(&app, added.map(|account| account.login), entered).await
}

pub(in crate::web) async fn change_account(
    Acting(app): Acting,
    Name(login): Name,
    Form(pairs): Form<Pairs>,
) -> Result<Response, Error> {
    let changed = match value(&pairs, "act") {
        "password" => {
            let password = value(&pairs, "password");
            app.set_password(&login, password, None).await
        }
        _ => app
            .change_account(&login, &profile(&pairs)?)
            .await
            .map(|_account| ()),
    };
    let empty = line(&app, "", "", &Roles::from([Role::Drafter]), None);
    answer(&app, changed.map(|()| login), empty).await
}

async fn answer(
    app: &App,
    done: Result<String, app::Error>,
    entered: AccountLine,
) -> Result<Response, Error> {
    match done {
        Ok(login) => Ok(Redirect::to(&format!("/accounts?done={login}")).into_response()),
        Err(error) if matches!(error.kind, app::Kind::Invalid | app::Kind::Conflict) => {
            show(app, entered, Some(error.message), None).await
        }
        Err(error) => Err(error.into()),
    }
}
