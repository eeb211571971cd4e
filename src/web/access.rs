//! Who may ask for what: one table of all routes, and the guard that holds requests to it.
//!
//! As long as there is no account, the machine's own user does everything, over loopback only (see
//! [`super::layers`]). From the first account on everybody signs in, also there.

use std::net::{IpAddr, SocketAddr};

use axum::extract::{ConnectInfo, FromRequestParts, MatchedPath, Request, State};
use axum::http::header::{AUTHORIZATION, COOKIE, HOST};
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};

use super::address::encode;
use super::error::Error;
use super::layers;
use crate::app::App;
use crate::app::accounts::Caller;
use crate::app::values::Approver;
use crate::domain::{Role, Roles};

/// Who may ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Allowed {
    /// Also who is not signed in.
    Anyone,
    /// While there is no account yet, over loopback.
    FirstRun,
    /// Everybody who is signed in.
    SignedIn,
    /// Who has one of these roles.
    Only(&'static [Role]),
}

use Allowed::{Anyone, FirstRun, Only, SignedIn};
use Role::{Administrator, Drafter, Leader, Secretary};

/// Every route, by method and pattern. What is not here is refused.
pub(super) const ACCESS: &[(&str, &str, Allowed)] = &[
    ("GET", "/", SignedIn),
    ("GET", "/static/{name}", Anyone),
    ("GET", "/healthz", Anyone),
    ("GET", "/sign-in", Anyone),
    ("POST", "/sign-in", Anyone),
    ("POST", "/sign-out", Anyone),
    ("GET", "/first-account", FirstRun),
    ("POST", "/first-account", FirstRun),
    ("GET", "/account", SignedIn),
    ("POST", "/account/password", SignedIn),
    ("POST", "/account/sessions", SignedIn),
    ("POST", "/account/tokens", SignedIn),
    ("GET", "/accounts", Only(&[Administrator])),
    ("POST", "/accounts", Only(&[Administrator])),
    ("POST", "/accounts/{name}", Only(&[Administrator])),
    ("GET", "/audit", Only(&[Administrator, Leader])),
    (
        "POST",
        "/audit/verification",
        Only(&[Administrator, Leader]),
    ),
    ("GET", "/consultations", SignedIn),
    (
        "GET",
        "/consultations/new",
        Only(&[Administrator, Secretary]),
    ),
    ("POST", "/consultations", Only(&[Administrator, Secretary])),
    ("GET", "/c/{code}/rounds", SignedIn),
    ("POST", "/c/{code}/rounds", Only(&[Secretary])),
    ("GET", "/c/{code}", SignedIn),
    ("GET", "/c/{code}/", SignedIn),
    ("GET", "/c/{code}/points", SignedIn),
    ("GET", "/c/{code}/points/{id}", SignedIn),
    (
        "POST",
        "/c/{code}/points/{id}/answer",
        Only(&[Drafter, Leader, Secretary]),
    ),
    (
        "POST",
        "/c/{code}/points/{id}/decision",
        Only(&[Drafter, Leader, Secretary]),
    ),
    (
        "POST",
        "/c/{code}/points/answers",
        Only(&[Drafter, Leader, Secretary]),
    ),
    (
        "POST",
        "/c/{code}/points/{id}/unsaved",
        Only(&[Drafter, Leader, Secretary]),
    ),
    (
        "POST",
        "/c/{code}/points/{id}/unsaved/discard",
        Only(&[Drafter, Leader, Secretary]),
    ),
    ("GET", "/c/{code}/leader", SignedIn),
    ("GET", "/c/{code}/mine", SignedIn),
    ("GET", "/c/{code}/keys", SignedIn),
    ("GET", "/c/{code}/edits", SignedIn),
    ("GET", "/c/{code}/edits.csv", SignedIn),
    (
        "POST",
        "/c/{code}/leader/decisions",
        Only(&[Leader, Secretary]),
    ),
    ("GET", "/c/{code}/phrases", SignedIn),
    ("POST", "/c/{code}/phrases", Only(&[Drafter, Secretary])),
    (
        "POST",
        "/c/{code}/phrases/{id}/removal",
        Only(&[Drafter, Secretary]),
    ),
    ("GET", "/c/{code}/assignments", SignedIn),
    ("POST", "/c/{code}/assignments", Only(&[Leader, Secretary])),
    ("GET", "/c/{code}/drafts", SignedIn),
    ("POST", "/c/{code}/drafts", Only(&[Secretary])),
    (
        "POST",
        "/c/{code}/drafts/{name}/verdict",
        Only(&[Drafter, Secretary]),
    ),
    ("GET", "/c/{code}/groups", SignedIn),
    (
        "POST",
        "/c/{code}/groups/proposal",
        Only(&[Drafter, Secretary]),
    ),
    ("GET", "/c/{code}/groups/{id}", SignedIn),
    (
        "POST",
        "/c/{code}/groups/{id}/change",
        Only(&[Drafter, Secretary]),
    ),
    (
        "POST",
        "/c/{code}/groups/{id}/answer",
        Only(&[Drafter, Leader, Secretary]),
    ),
    ("GET", "/c/{code}/submissions", SignedIn),
    ("GET", "/c/{code}/submissions/{id}", SignedIn),
    (
        "POST",
        "/c/{code}/submissions/{id}/decision",
        Only(&[Secretary]),
    ),
    ("GET", "/c/{code}/triage", SignedIn),
    (
        "POST",
        "/c/{code}/problems/{id}/resolution",
        Only(&[Secretary]),
    ),
    ("GET", "/c/{code}/roster", SignedIn),
    ("GET", "/c/{code}/import", Only(&[Secretary])),
    ("POST", "/c/{code}/import", Only(&[Secretary])),
    ("GET", "/c/{code}/tables/{id}", Only(&[Secretary])),
    ("GET", "/c/{code}/tables/{id}/original", Only(&[Secretary])),
    ("POST", "/c/{code}/tables/{id}/columns", Only(&[Secretary])),
    ("POST", "/c/{code}/tables/{id}/decision", Only(&[Secretary])),
    ("POST", "/c/{code}/problems/{id}/table", Only(&[Secretary])),
    (
        "POST",
        "/c/{code}/submissions/{id}/table",
        Only(&[Secretary]),
    ),
    (
        "POST",
        "/c/{code}/submissions/{id}/undo",
        Only(&[Secretary]),
    ),
    ("GET", "/c/{code}/arrangements", Only(&[Secretary])),
    (
        "POST",
        "/c/{code}/arrangements/{id}/removal",
        Only(&[Secretary]),
    ),
    ("POST", "/c/{code}/batches/{id}/undo", Only(&[Secretary])),
    (
        "GET",
        "/c/{code}/batches/{id}/bad-rows.csv",
        Only(&[Secretary]),
    ),
    ("GET", "/c/{code}/record", Only(&[Secretary])),
    ("POST", "/c/{code}/record", Only(&[Secretary])),
    ("GET", "/c/{code}/letterhead", SignedIn),
    (
        "POST",
        "/c/{code}/letterhead",
        Only(&[Administrator, Secretary]),
    ),
    ("GET", "/office/letterhead", SignedIn),
    (
        "POST",
        "/office/letterhead",
        Only(&[Administrator, Secretary]),
    ),
    ("GET", "/c/{code}/reports", SignedIn),
    ("GET", "/c/{code}/reports/{name}", SignedIn),
    ("GET", "/c/{code}/versions", SignedIn),
    ("POST", "/c/{code}/versions", Only(&[Leader, Secretary])),
    ("GET", "/c/{code}/versions/{id}/comparison", SignedIn),
    (
        "POST",
        "/c/{code}/versions/{id}/review",
        Only(&[Leader, Secretary]),
    ),
    ("POST", "/c/{code}/versions/{id}/issue", Only(&[Secretary])),
    ("GET", "/c/{code}/versions/{id}/{name}", SignedIn),
    ("GET", "/c/{code}/letters", Only(&[Leader, Secretary])),
    ("POST", "/c/{code}/letters", Only(&[Secretary])),
    (
        "GET",
        "/c/{code}/letters/preview",
        Only(&[Leader, Secretary]),
    ),
    (
        "GET",
        "/c/{code}/letters/templates",
        Only(&[Administrator, Secretary]),
    ),
    (
        "POST",
        "/c/{code}/letters/templates",
        Only(&[Administrator, Secretary]),
    ),
    ("GET", "/c/{code}/letters/{id}", Only(&[Leader, Secretary])),
    (
        "POST",
        "/c/{code}/letters/{id}/decision",
        Only(&[Secretary]),
    ),
    (
        "GET",
        "/c/{code}/submissions/{id}/pages/{part}/{number}",
        SignedIn,
    ),
    ("GET", "/originals/{id}", SignedIn),
    ("GET", "/api/v1/consultations", SignedIn),
    ("GET", "/api/v1/rounds", SignedIn),
    ("POST", "/api/v1/rounds", Only(&[Secretary])),
    ("GET", "/api/v1/organizations", SignedIn),
    ("GET", "/api/v1/sections", SignedIn),
    ("GET", "/api/v1/points/counts", SignedIn),
    (
        "POST",
        "/api/v1/points/answers",
        Only(&[Drafter, Leader, Secretary]),
    ),
    ("GET", "/api/v1/points/{id}/answers", SignedIn),
    (
        "POST",
        "/api/v1/points/{id}/answer",
        Only(&[Drafter, Leader, Secretary]),
    ),
    (
        "POST",
        "/api/v1/points/{id}/decision",
        Only(&[Drafter, Leader, Secretary]),
    ),
    ("GET", "/api/v1/points/{id}/notes", SignedIn),
    (
        "POST",
        "/api/v1/points/{id}/notes",
        Only(&[Drafter, Leader, Secretary]),
    ),
    (
        "POST",
        "/api/v1/points/{id}/split",
        Only(&[Drafter, Leader, Secretary]),
    ),
    (
        "POST",
        "/api/v1/points/{id}/join",
        Only(&[Drafter, Leader, Secretary]),
    ),
    ("GET", "/api/v1/groups", SignedIn),
    (
        "POST",
        "/api/v1/groups/proposal",
        Only(&[Drafter, Secretary]),
    ),
    ("GET", "/api/v1/groups/{id}", SignedIn),
    (
        "POST",
        "/api/v1/groups/{id}/change",
        Only(&[Drafter, Secretary]),
    ),
    (
        "POST",
        "/api/v1/groups/{id}/answer",
        Only(&[Drafter, Leader, Secretary]),
    ),
    ("GET", "/api/v1/submissions", SignedIn),
    ("GET", "/api/v1/submissions/{id}", SignedIn),
    (
        "POST",
        "/api/v1/submissions/{id}/decision",
        Only(&[Secretary]),
    ),
    ("GET", "/api/v1/triage", SignedIn),
    (
        "POST",
        "/api/v1/problems/{id}/resolution",
        Only(&[Secretary]),
    ),
    ("POST", "/api/v1/record", Only(&[Secretary])),
    ("GET", "/api/v1/roster", SignedIn),
    ("GET", "/api/v1/progress", SignedIn),
    ("GET", "/api/v1/assignments", SignedIn),
    ("POST", "/api/v1/assignments", Only(&[Leader, Secretary])),
    ("GET", "/api/v1/leader", SignedIn),
    ("GET", "/api/v1/edits", SignedIn),
    ("GET", "/api/v1/batches", Only(&[Secretary])),
    ("POST", "/api/v1/batches/{id}/undo", Only(&[Secretary])),
    ("GET", "/api/v1/drafts/{name}", SignedIn),
    (
        "POST",
        "/api/v1/drafts/{name}/verdict",
        Only(&[Drafter, Secretary]),
    ),
    ("GET", "/api/v1/phrases", SignedIn),
    ("POST", "/api/v1/phrases", Only(&[Drafter, Secretary])),
    (
        "POST",
        "/api/v1/phrases/{id}/removal",
        Only(&[Drafter, Secretary]),
    ),
    ("GET", "/api/v1/versions", SignedIn),
    ("POST", "/api/v1/versions", Only(&[Leader, Secretary])),
    (
        "POST",
        "/api/v1/versions/{id}/review",
        Only(&[Leader, Secretary]),
    ),
    ("POST", "/api/v1/versions/{id}/issue", Only(&[Secretary])),
    ("GET", "/api/v1/versions/{id}/comparison", SignedIn),
    ("GET", "/api/v1/audit", Only(&[Administrator, Leader])),
    ("GET", "/api/v1/status", SignedIn),
    ("GET", "/api/v1/points", SignedIn),
    ("GET", "/api/v1/points/{id}", SignedIn),
    ("GET", "/api/v1/letters", Only(&[Leader, Secretary])),
    ("POST", "/api/v1/letters", Only(&[Secretary])),
    ("GET", "/api/v1/letters/{id}", Only(&[Leader, Secretary])),
    ("POST", "/api/v1/letters/{id}/decision", Only(&[Secretary])),
    ("GET", "/api/v1/tables", Only(&[Secretary])),
    ("POST", "/api/v1/tables", Only(&[Secretary])),
    ("GET", "/api/v1/tables/{id}", Only(&[Secretary])),
    ("POST", "/api/v1/tables/{id}/columns", Only(&[Secretary])),
    ("POST", "/api/v1/tables/{id}/decision", Only(&[Secretary])),
    ("GET", "/api/v1/mailboxes", Only(&[Leader, Secretary])),
];

/// Where a proxy says whom it asks for.
const FORWARDED_FOR: &str = "x-forwarded-for";

/// Name of the cookie that a signed-in browser shows.
pub(super) const COOKIE_NAME: &str = "tiepthu_session";

/// Who asks.
#[derive(Debug, Clone)]
pub(super) enum Person {
    /// The machine's own user, while there is no account.
    Owner,
    /// Somebody who is signed in.
    Known(Box<Caller>),
    /// Somebody who is not.
    Stranger,
}

impl Person {
    /// Whether the person has one of some roles; the machine's own user has all.
    pub(super) fn is_any(&self, roles: &[Role]) -> bool {
        match self {
            Self::Owner => true,
            Self::Known(caller) => roles.iter().any(|role| caller.account.roles.contains(role)),
            Self::Stranger => false,
        }
    }

    /// All roles of the person.
    pub(super) fn roles(&self) -> Roles {
        let all = Role::ALL.into_iter();
        all.filter(|role| self.is_any(&[*role])).collect()
    }

    /// Which steps of the approval chain the person may take.
    pub(super) fn approver(&self) -> Approver {
        match self {
            Self::Owner => Approver::Any,
            Self::Known(caller) => Approver::Holds(caller.account.approval_step.clone()),
            Self::Stranger => Approver::Holds(None),
        }
    }

    fn may(&self, allowed: Allowed) -> bool {
        match allowed {
            Anyone => true,
            FirstRun => matches!(self, Self::Owner),
            SignedIn => !matches!(self, Self::Stranger),
            Only(roles) => self.is_any(roles),
        }
    }

    /// Whether the person may ask for a page, given by the pattern of its route.
    pub(super) fn may_open(&self, pattern: &str) -> bool {
        access(&Method::GET, pattern).is_some_and(|allowed| self.may(allowed))
    }
}

tokio::task_local! {
    /// Who asks, for what surrounds a page: the name in the corner, the menu. Handlers that decide
    /// take [`Acting`] or [`Person`] instead.
    static ASKING: Person;
}

/// Who asks, or a stranger outside a request.
pub(super) fn asking() -> Person {
    ASKING.try_with(Clone::clone).unwrap_or(Person::Stranger)
}

fn access(method: &Method, pattern: &str) -> Option<Allowed> {
    let method = if method == Method::HEAD {
        "GET"
    } else {
        method.as_str()
    };
    ACCESS
        .iter()
        .find(|(other, route, _)| *other == method && *route == pattern)
        .map(|(_, _, allowed)| *allowed)
}

/// Lets a request through to its handler, or says why not.
pub(super) async fn admit(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let is_here = is_here(&request);
    let person = match find_person(&app, request.headers(), is_here).await {
        Ok(person) => person,
        Err(error) => return error.into_response(),
    };
    if let Some(refusal) = ASKING.sync_scope(person.clone(), || refusal(&person, &request)) {
        return refusal;
    }
    request.extensions_mut().insert(person.clone());
    ASKING.scope(person, next.run(request)).await
}

/// Why this person cannot have this; `None` when nothing speaks against it.
fn refusal(person: &Person, request: &Request) -> Option<Response> {
    let pattern = request.extensions().get::<MatchedPath>();
    let allowed = pattern.and_then(|pattern| access(request.method(), pattern.as_str()));
    match allowed {
        Some(allowed) if person.may(allowed) => None,
        // The method has no handler: the router says so better.
        None if pattern.is_some_and(|it| is_known(it.as_str())) => None,
        Some(FirstRun) => Some(Redirect::to("/").into_response()),
        _ if matches!(person, Person::Stranger) => Some(send_to_sign_in(request)),
        _ => Some(refused(
            request,
            Error::new(
                StatusCode::FORBIDDEN,
                "Tài khoản này không có vai trò làm được việc đó. Hãy nhờ người quản trị giao thêm vai trò.",
            ),
        )),
    }
}

fn is_known(pattern: &str) -> bool {
    ACCESS.iter().any(|(_, route, _)| *route == pattern)
}

fn send_to_sign_in(request: &Request) -> Response {
    let path = request.uri().path();
    if request.method() == Method::GET && !path.starts_with("/api/") {
        let asked = request
            .uri()
            .path_and_query()
            .map_or("/", |asked| asked.as_str());
        return Redirect::to(&format!("/sign-in?next={}", encode(asked))).into_response();
    }
    let error = Error::new(
        StatusCode::UNAUTHORIZED,
        "Chưa đăng nhập, hoặc phiên đăng nhập đã hết. Hãy mở trang đăng nhập ở một thẻ khác, đăng nhập, rồi quay lại đây gửi lại.",
    );
    refused(request, error)
}

/// A page for people, JSON for programs.
fn refused(request: &Request, error: Error) -> Response {
    if request.uri().path().starts_with("/api/") {
        super::api::ApiError(error).into_response()
    } else {
        error.into_response()
    }
}

/// Finds who asks by the token or cookie that is shown.
async fn find_person(app: &App, headers: &HeaderMap, is_here: bool) -> Result<Person, Error> {
    if !app.has_accounts().await? {
        return Ok(if is_here {
            Person::Owner
        } else {
            Person::Stranger
        });
    }
    let secret = bearer(headers).or_else(|| shown_cookie(headers));
    let caller = match secret {
        Some(secret) => app.caller(&secret).await?,
        None => None,
    };
    Ok(caller.map_or(Person::Stranger, |caller| Person::Known(Box::new(caller))))
}

/// Whether a request comes from this machine itself. The host it names is its own word: where it
/// comes from must be loopback too, and no proxy may have passed it on.
fn is_here(request: &Request) -> bool {
    let headers = request.headers();
    headers.get(HOST).is_none_or(layers::is_loopback)
        && !headers.contains_key(FORWARDED_FOR)
        && peer(request.extensions()).is_none_or(|peer| peer.is_loopback())
}

/// The address of whoever is connected; unknown only without a network, as in tests.
fn peer(extensions: &Extensions) -> Option<IpAddr> {
    let peer = extensions.get::<ConnectInfo<SocketAddr>>();
    peer.map(|ConnectInfo(address)| address.ip())
}

/// RFC 6750, 2.1.
fn bearer(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme
        .eq_ignore_ascii_case("bearer")
        .then(|| token.trim().to_owned())
}

/// The secret in the cookie of a signed-in browser.
pub(super) fn shown_cookie(headers: &HeaderMap) -> Option<String> {
    let cookies = headers.get_all(COOKIE).iter();
    cookies
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| cookie::Cookie::split_parse(line).filter_map(Result::ok))
        .find(|cookie| cookie.name() == COOKIE_NAME)
        .map(|cookie| cookie.value().to_owned())
}

/// The program in the hands of who asks: what it writes bears their name.
pub(super) struct Acting(pub(super) App);

impl FromRequestParts<App> for Acting {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Error> {
        let person = Person::from_request_parts(parts, app).await?;
        Ok(Self(match person {
            Person::Known(caller) => app.acting_as(&caller.account.author()),
            Person::Owner | Person::Stranger => app.clone(),
        }))
    }
}

impl FromRequestParts<App> for Person {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _app: &App) -> Result<Self, Error> {
        let person = parts.extensions.get::<Self>().cloned();
        Ok(person.unwrap_or(Self::Stranger))
    }
}

/// Where a request comes from, as far as it can be known: behind a proxy on this machine, what the
/// proxy says.
pub(super) struct From(pub(super) String);

impl FromRequestParts<App> for From {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _app: &App) -> Result<Self, Error> {
        let peer = peer(&parts.extensions);
        let forwarded = parts.headers.get(FORWARDED_FOR);
        let forwarded = forwarded
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.rsplit(',').next())
            .map(|last| last.trim().to_owned());
        Ok(Self(match (peer, forwarded) {
            (Some(peer), Some(forwarded)) if peer.is_loopback() => forwarded,
            (Some(peer), _) => peer.to_string(),
            (None, _) => String::new(),
        }))
    }
}
