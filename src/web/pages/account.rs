//! Tài khoản của tôi: password, where one is signed in, tokens for programs.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use crate::app::accounts::Caller;
use crate::app::{self, App};
use crate::web::access::{Acting, Person};
use crate::web::error::Error;
use crate::web::extract::{Form, Query};
use crate::web::views::{Html, Page};
use crate::web::words;

#[derive(Template)]
#[template(path = "account.html", config = "src/web/askama.toml")]
struct AccountPage {
    page: Page,
    name: String,
    login: String,
    roles: String,
    browsers: Vec<SessionLine>,
    tokens: Vec<SessionLine>,
    new_token: Option<String>,
    problem: Option<String>,
    done: Option<&'static str>,
}

struct SessionLine {
    id: i64,
    label: String,
    created: String,
    seen: String,
    ends: String,
    is_present: bool,
}

#[derive(Deserialize)]
pub(in crate::web) struct Done {
    #[serde(default)]
    done: String,
}

#[derive(Deserialize)]
pub(in crate::web) struct PasswordFields {
    present: String,
    password: String,
    repeated: String,
}

#[derive(Deserialize)]
pub(in crate::web) struct SessionFields {
    /// Empty for all but the present one.
    #[serde(default)]
    session: String,
}

#[derive(Deserialize)]
pub(in crate::web) struct TokenFields {
    label: String,
}

/// The signed-in person; the machine's own user has no account yet.
fn caller(person: Person) -> Result<Caller, Error> {
    match person {
        Person::Known(caller) => Ok(*caller),
        Person::Owner | Person::Stranger => Err(Error::new(
            StatusCode::NOT_FOUND,
            "Chưa có tài khoản nào; hãy lập tài khoản quản trị trước.",
        )),
    }
}

pub(in crate::web) async fn get_account(
    Acting(app): Acting,
    person: Person,
    Query(done): Query<Done>,
) -> Result<Response, Error> {
    let done = match done.done.as_str() {
        "password" => Some("Đã đổi mật khẩu. Các nơi khác đã bị đăng xuất."),
        "sessions" => Some("Đã kết thúc."),
        _ => None,
    };
    let caller = caller(person)?;
    let shown = Shown {
        done,
        ..Shown::default()
    };
    show(&app, &caller, shown).await
}

#[derive(Default)]
struct Shown {
    new_token: Option<String>,
    problem: Option<String>,
    done: Option<&'static str>,
}

async fn show(app: &App, caller: &Caller, shown: Shown) -> Result<Response, Error> {
    let sessions = app.sessions(&caller.account).await?;
    let line = |session: &app::values::Session| SessionLine {
        id: session.id,
        label: session.label.clone(),
        created: words::moment(session.created_us),
        seen: words::moment(session.seen_us),
        ends: words::moment(session.ends_us),
        is_present: session.id == caller.session,
    };
    let of_kind = |kind: &str| {
        let found = sessions.iter().filter(|session| session.kind == kind);
        found.map(line).collect::<Vec<_>>()
    };
    let roles: Vec<&str> = (caller.account.roles.iter())
        .map(|role| role.name())
        .collect();
    let status = if shown.problem.is_some() {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    };
    let page = AccountPage {
        page: Page::bare("Tài khoản của tôi"),
        name: caller.account.name.clone(),
        login: caller.account.login.clone(),
        roles: roles.join(", "),
        browsers: of_kind("browser"),
        tokens: of_kind("token"),
        new_token: shown.new_token,
        problem: shown.problem,
        done: shown.done,
    };
    Ok((status, Html(page)).into_response())
}

pub(in crate::web) async fn change_password(
    Acting(app): Acting,
    person: Person,
    Form(fields): Form<PasswordFields>,
) -> Result<Response, Error> {
    let caller = caller(person)?;
    let changed = if fields.password == fields.repeated {
        app.change_own_password(&caller, &fields.present, &fields.password)
            .await
    } else {
        let message = "Hai lần gõ mật khẩu mới chưa giống nhau.";
        Err(app::Error::new(app::Kind::Invalid, message))
    };
    match changed {
        Ok(()) => Ok(Redirect::to("/account?done=password").into_response()),
        Err(error) if error.kind == app::Kind::Invalid => {
            let shown = Shown {
                problem: Some(error.message),
                ..Shown::default()
            };
            show(&app, &caller, shown).await
        }
        Err(error) => Err(error.into()),
    }
}

pub(in crate::web) async fn end_sessions(
    Acting(app): Acting,
    person: Person,
    Form(fields): Form<SessionFields>,
) -> Result<Response, Error> {
    let caller = caller(person)?;
    match fields.session.as_str() {
        "" => app.end_other_sessions(&caller).await?,
        session => {
            let session = session
                .parse()
                .map_err(|_not_a_number| Error::invalid("Không có phiên nào như vậy."))?;
            app.end_session(&caller.account, session).await?;
        }
    }
    Ok(Redirect::to("/account?done=sessions").into_response())
}

pub(in crate::web) async fn make_token(
    Acting(app): Acting,
    person: Person,
    Form(fields): Form<TokenFields>,
) -> Result<Response, Error> {
    let caller = caller(person)?;
    if caller.is_token {
        return Err(Error::new(
            StatusCode::FORBIDDEN,
            "Một mã truy cập không tự tạo được mã khác.",
        ));
    }
    let shown = match app.make_token(&caller.account, &fields.label).await {
        Ok(token) => Shown {
            new_token: Some(token),
            ..Shown::default()
        },
        Err(error) if error.kind == app::Kind::Invalid => Shown {
            problem: Some(error.message),
            ..Shown::default()
        },
        Err(error) => return Err(error.into()),
    };
    show(&app, &caller, shown).await
}
