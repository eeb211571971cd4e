//! What holds for every request and answer.
//!
//! * Only loopback host names are answered, and the office's own (`public_url`) once there are
//!   accounts: a page elsewhere must not reach the data by pointing its own name at 127.0.0.1.
//! * Writes come from our own pages ([`tower_http::csrf`]).
//! * Answers forbid inline script and style, foreign hosts, framing and guessing of types; pages
//!   are asked for again each time, and what is no page is not kept.

use axum::extract::{Request, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HOST, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::error::Error;
use crate::app::App;

const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; \
                      connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

const OPENER_POLICY: HeaderName = HeaderName::from_static("cross-origin-opener-policy");
const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// Answers requests for names that are ours, and puts the headers on every answer.
pub(super) async fn guard(State(app): State<App>, request: Request, next: Next) -> Response {
    let host = request.headers().get(HOST).cloned();
    let is_here = host.as_ref().is_none_or(is_loopback);
    let mut response = if is_here {
        next.run(request).await
    } else if !host.as_ref().is_some_and(|host| is_public(&app, host)) {
        misdirected(
            "Trang này chỉ mở được trên chính máy đang chạy chương trình, tại http://127.0.0.1, hoặc tại địa chỉ ghi ở `public_url`.",
        )
    } else {
        match app.has_accounts().await {
            Ok(true) => next.run(request).await,
            Ok(false) => misdirected(
                "Chưa có tài khoản nào nên chưa mở ra mạng; hãy mở http://127.0.0.1 trên máy chủ để lập tài khoản quản trị.",
            ),
            Err(error) => Error::from(error).into_response(),
        }
    };
    put_headers(response.headers_mut());
    response
}

fn misdirected(message: &str) -> Response {
    Error::new(StatusCode::MISDIRECTED_REQUEST, message).into_response()
}

/// Whether a host is the one of the office's own address.
fn is_public(app: &App, host: &HeaderValue) -> bool {
    let url = app.config.public_url.as_deref().unwrap_or("");
    let own = url.split_once("://").map_or("", |(_, own)| own);
    let asked = host.to_str().unwrap_or("");
    !own.is_empty() && own.eq_ignore_ascii_case(asked)
}

fn put_headers(headers: &mut HeaderMap) {
    let mut put = |name: HeaderName, value: &'static str| {
        if !headers.contains_key(&name) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    };
    put(CONTENT_SECURITY_POLICY, POLICY);
    put(X_CONTENT_TYPE_OPTIONS, "nosniff");
    put(X_FRAME_OPTIONS, "DENY");
    put(REFERRER_POLICY, "same-origin");
    put(OPENER_POLICY, "same-origin");
    put(RESOURCE_POLICY, "same-origin");
    let is_page = headers
        .get(CONTENT_TYPE)
        .is_some_and(|it| it.as_bytes().starts_with(b"text/html"));
    if !headers.contains_key(CACHE_CONTROL) {
        // `no-store` would also throw away what was typed when a person goes back and forth.
        let kept = if is_page {
            "private, no-cache"
        } else {
            "no-store"
        };
        headers.insert(CACHE_CONTROL, HeaderValue::from_static(kept));
    }
}

pub(super) fn is_loopback(host: &HeaderValue) -> bool {
    let Ok(host) = host.to_str() else {
        return false;
    };
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or(""),
        None => host.split(':').next().unwrap_or(""),
    };
    name.eq_ignore_ascii_case("localhost")
        || name
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

/// The answer to a write that another site started.
pub(super) fn refuse_cross_site() -> Response {
    Error::new(
        StatusCode::FORBIDDEN,
        "Yêu cầu ghi không đến từ trang của chương trình nên bị từ chối. Hãy mở lại trang rồi thử lại.",
    )
    .into_response()
}

/// The answer after a panic; where it happened is in the log.
pub(super) fn after_panic(_panic: Box<dyn std::any::Any + Send + 'static>) -> Response {
    Error::internal(&std::io::Error::other("a handler panicked")).into_response()
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::is_loopback;

    #[test]
    fn only_loopback_names_are_ours() {
        let check = |host| is_loopback(&HeaderValue::from_static(host));
        for host in [
            "localhost",
            "LOCALHOST:8080",
            "127.0.0.1:80",
            "127.1.2.3",
            "[::1]:8080",
        ] {
            assert!(check(host), "{host}");
        }
        for host in [
            "evil.example",
            "127.0.0.1.evil.example",
            "10.0.0.1:8080",
            "",
            "[::2]",
        ] {
            assert!(!check(host), "{host}");
        }
    }
}
