//! What programs send and ask: bodies, keys and pages, refused with an error that is JSON too.

use axum::extract::rejection::JsonRejection;
use axum::extract::{FromRequest, FromRequestParts, Json, Request};
use axum::http::StatusCode;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::ApiError;
use crate::app::App;
use crate::web::error::Error;
use crate::web::extract::Id;

/// A JSON body. What is no JSON is answered with 400, what has another shape than expected
/// with 422, and what a rule forbids with 400 or 409 and the rule.
pub(super) struct Body<T>(pub(super) T);

impl<T: DeserializeOwned> FromRequest<App> for Body<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, app: &App) -> Result<Self, ApiError> {
        let body = Json::<T>::from_request(request, app).await;
        body.map(|Json(content)| Self(content))
            .map_err(|rejection: JsonRejection| {
                let message = match rejection.status() {
                    StatusCode::PAYLOAD_TOO_LARGE => "Nội dung gửi lên quá dài.".to_owned(),
                    StatusCode::UNSUPPORTED_MEDIA_TYPE => {
                        "Hãy gửi nội dung dạng JSON, Content-Type: application/json.".to_owned()
                    }
                    _ => format!("Nội dung JSON chưa đúng: {}", rejection.body_text()),
                };
                ApiError(Error::new(rejection.status(), message))
            })
    }
}

/// The key in the path.
pub(super) struct Key(pub(super) i64);

impl FromRequestParts<App> for Key {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        let Id(id) = Id::from_request_parts(parts, app).await?;
        Ok(Self(id))
    }
}

/// The page that is asked for, from 1.
pub(super) fn page(pairs: &[(String, String)]) -> Result<usize, ApiError> {
    const LAST: usize = 1_000_000;
    let Some((_, text)) = pairs.iter().find(|(key, _)| key == "page") else {
        return Ok(1);
    };
    let number = text.parse().ok().filter(|page| (1..=LAST).contains(page));
    number.ok_or_else(|| {
        ApiError(Error::invalid(format!(
            "`page` là số trang, từ 1 đến {LAST}; không nhận `{text}`."
        )))
    })
}

/// The stretch of a list that a page shows.
pub(super) fn on_page<T>(items: Vec<T>, page: usize, size: usize) -> Vec<T> {
    let before = (page - 1).saturating_mul(size);
    items.into_iter().skip(before).take(size).collect()
}

/// That something was done, and to what.
#[derive(Serialize)]
pub(super) struct Done {
    /// The key of what was made or changed, where it has one.
    pub(super) id: Option<i64>,
}

/// A point as its reader has seen it: a later change by somebody else is not written over.
#[derive(Deserialize, Clone, Copy)]
#[serde(deny_unknown_fields)]
pub(super) struct SeenPoint {
    pub(super) id: i64,
    pub(super) version: i64,
}
