//! Signing in and out, and the first account.

use askama::Template;
use axum::extract::State;
use axum::http::header::{HOST, SET_COOKIE, USER_AGENT};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{AppendHeaders, IntoResponse, Redirect, Response};
use cookie::{Cookie, SameSite};
use serde::Deserialize;

use crate::app::accounts::Profile;
use crate::app::{self, App};
use crate::domain::Role;
use crate::web::access::{Acting, COOKIE_NAME, From, Person, shown_cookie};
use crate::web::error::Error;
use crate::web::extract::{Form, Query};
use crate::web::layers::is_loopback;
use crate::web::views::{Html, Page};

#[derive(Template)]
#[template(path = "sign_in.html", config = "src/web/askama.toml")]
struct SignInPage {
    page: Page,
    login: String,
    next: String,
    problem: Option<String>,
    /// There is no account yet.
    is_open: bool,
}

#[derive(Template)]
#[template(path = "first_account.html", config = "src/web/askama.toml")]
struct FirstAccountPage {
    page: Page,
    login: String,
    name: String,
    problem: Option<String>,
}

#[derive(Deserialize)]
pub(in crate::web) struct Asked {
    #[serde(default)]
    next: String,
}

#[derive(Deserialize)]
pub(in crate::web) struct Fields {
    login: String,
    password: String,
    #[serde(default)]
    next: String,
}

#[derive(Deserialize)]
pub(in crate::web) struct FirstFields {
    login: String,
    name: String,
    password: String,
    repeated: String,
}

/// Only a path of ours: nobody is sent elsewhere after signing in.
fn own_path(next: &str) -> &str {
    let is_own = next.starts_with('/')
        && !next.starts_with("//")
        && !next.contains('\\')
        && !next.chars().any(char::is_control);
    if is_own { next } else { "/" }
}

pub(in crate::web) async fn get_sign_in(
    State(app): State<App>,
    person: Person,
    Query(asked): Query<Asked>,
) -> Result<Response, Error> {
    if matches!(person, Person::Known(_)) {
        return Ok(Redirect::to(own_path(&asked.next)).into_response());
    }
    let is_open = !app.has_accounts().await?;
    let next = own_path(&asked.next).to_owned();
    let page = sign_in_page(String::new(), next, None, is_open);
    Ok(Html(page).into_response())
}

fn sign_in_page(login: String, next: String, problem: Option<String>, is_open: bool) -> SignInPage {
    SignInPage {
        page: Page::bare("Đăng nhập"),
        login,
        next,
        problem,
        is_open,
    }
}

pub(in crate::web) async fn sign_in(
    State(app): State<App>,
    From(from): From,
    headers: HeaderMap,
    Form(fields): Form<Fields>,
) -> Result<Response, Error> {
    let next = own_path(&fields.next).to_owned();
    let label = browser(&headers);
    match app
        .sign_in(&fields.login, &fields.password, &from, &label)
        .await
    {
        Ok(signed_in) => {
            // Another secret at each sign-in: one that was planted before is worth nothing.
            forget(&app, &headers).await?;
            Ok((
                set_cookie(&app, &headers, signed_in.secret),
                Redirect::to(&next),
            )
                .into_response())
        }
        Err(error) if matches!(error.kind, app::Kind::Invalid | app::Kind::Conflict) => {
            let status = if error.kind == app::Kind::Invalid {
                StatusCode::UNPROCESSABLE_ENTITY
            } else {
                StatusCode::TOO_MANY_REQUESTS
            };
            let page = sign_in_page(fields.login, next, Some(error.message), false);
            Ok((status, Html(page)).into_response())
        }
        Err(error) => Err(error.into()),
    }
}

pub(in crate::web) async fn sign_out(
    State(app): State<App>,
    headers: HeaderMap,
) -> Result<Response, Error> {
    forget(&app, &headers).await?;
    let mut ended = base_cookie(&app, &headers, String::new());
    ended.make_removal();
    let header = AppendHeaders([(SET_COOKIE, ended.to_string())]);
    Ok((header, Redirect::to("/sign-in")).into_response())
}

/// Ends the session a browser shows.
async fn forget(app: &App, headers: &HeaderMap) -> Result<(), Error> {
    if let Some(secret) = shown_cookie(headers)
        && let Some(caller) = app.caller(&secret).await?
    {
        app.end_session(&caller.account, caller.session).await?;
    }
    Ok(())
}

pub(in crate::web) async fn get_first_account() -> Response {
    Html(first_page(String::new(), String::new(), None)).into_response()
}

fn first_page(login: String, name: String, problem: Option<String>) -> FirstAccountPage {
    FirstAccountPage {
        page: Page::bare("Lập tài khoản quản trị"),
        login,
        name,
        problem,
    }
}

pub(in crate::web) async fn add_first_account(
    Acting(app): Acting,
    From(from): From,
    headers: HeaderMap,
    Form(fields): Form<FirstFields>,
) -> Result<Response, Error> {
    let profile = Profile {
        name: fields.name.clone(),
        // Whoever sets up a small office often is all of them; roles can be given away later.
        roles: [
            Role::Administrator,
            Role::Secretary,
            Role::Drafter,
            Role::Leader,
        ]
        .into(),
        approval_step: None,
        is_disabled: false,
    };
    let added = if fields.password == fields.repeated {
        app.add_account(&fields.login, &profile, &fields.password)
            .await
    } else {
        let message = "Hai lần gõ mật khẩu chưa giống nhau.";
        Err(app::Error::new(app::Kind::Invalid, message))
    };
    match added {
        Ok(account) => {
            let label = browser(&headers);
            let signed_in = app
                .sign_in(&account.login, &fields.password, &from, &label)
                .await?;
            Ok((
                set_cookie(&app, &headers, signed_in.secret),
                Redirect::to("/"),
            )
                .into_response())
        }
        Err(error) if matches!(error.kind, app::Kind::Invalid | app::Kind::Conflict) => {
            let page = first_page(fields.login, fields.name, Some(error.message));
            Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page)).into_response())
        }
        Err(error) => Err(error.into()),
    }
}

fn set_cookie(
    app: &App,
    headers: &HeaderMap,
    secret: String,
) -> AppendHeaders<[(axum::http::HeaderName, String); 1]> {
    let cookie = base_cookie(app, headers, secret);
    AppendHeaders([(SET_COOKIE, cookie.to_string())])
}

/// A cookie of the browser's session: scripts never see it, other sites never send it along with a
/// form. Over HTTPS only, unless the page was opened on the machine itself.
fn base_cookie(app: &App, headers: &HeaderMap, secret: String) -> Cookie<'static> {
    let is_local = headers.get(HOST).is_none_or(is_loopback);
    let url = app.config.public_url.as_deref().unwrap_or("");
    Cookie::build((COOKIE_NAME, secret))
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(!is_local && url.starts_with("https://"))
        .build()
}

/// What a browser calls itself, short enough for a list: "Chrome, Windows".
fn browser(headers: &HeaderMap) -> String {
    let agent = headers.get(USER_AGENT).and_then(|it| it.to_str().ok());
    let agent = agent.unwrap_or("");
    let named = |names: &[(&str, &'static str)]| {
        let found = names.iter().find(|(sign, _)| agent.contains(sign));
        found.map(|(_, name)| *name)
    };
    let program = named(&[
        ("Edg/", "Edge"),
        ("coc_coc", "Cốc Cốc"),
        ("Firefox/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    ]);
    let system = named(&[
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("Windows", "Windows"),
        ("Mac OS", "macOS"),
        ("Linux", "Linux"),
    ]);
    match (program, system) {
        (Some(program), Some(system)) => format!("{program}, {system}"),
        (Some(one), None) | (None, Some(one)) => one.to_owned(),
        (None, None) => "Trình duyệt khác".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::own_path;

    #[test]
    fn nobody_is_sent_to_another_site() {
        let check = |next, expected| assert_eq!(own_path(next), expected, "{next}");
        check("/c/A/points?q=x", "/c/A/points?q=x");
        check("//evil.example/", "/");
        check("https://evil.example", "/");
        check("/\\evil.example", "/");
        check("/a\r\nSet-Cookie: x", "/");
        check("", "/");
    }
}
