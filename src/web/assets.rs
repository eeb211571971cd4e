//! Style, script and icon: inside the program, under names that carry their hash.
//!
//! The name changes with the content, so browsers may keep a file for ever.

use std::sync::LazyLock;

use axum::extract::Path;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};

use super::error::Error;
use crate::domain::ContentHash;

/// One file.
pub(super) struct Asset {
    /// `app-1a2b3c4d5e6f7081.css`.
    name: String,
    etag: String,
    media_type: &'static str,
    bytes: &'static [u8],
}

impl Asset {
    fn new(stem: &str, extension: &str, media_type: &'static str, bytes: &'static [u8]) -> Self {
        let digest = ContentHash(Sha256::digest(bytes).into()).to_string();
        let hash: String = digest.chars().take(16).collect();
        Self {
            name: format!("{stem}-{hash}.{extension}"),
            etag: format!("\"{hash}\""),
            media_type,
            bytes,
        }
    }

    /// Where it is served.
    pub(super) fn address(&self) -> String {
        format!("/static/{}", self.name)
    }
}

/// The style of all pages.
pub(super) static STYLE: LazyLock<Asset> = LazyLock::new(|| {
    let bytes = include_bytes!("static/app.css");
    Asset::new("app", "css", "text/css; charset=utf-8", bytes)
});
/// The few lines that make pages more comfortable.
pub(super) static SCRIPT: LazyLock<Asset> = LazyLock::new(|| {
    let bytes = include_bytes!("static/app.js");
    Asset::new("app", "js", "text/javascript; charset=utf-8", bytes)
});
/// The icon of the tab.
pub(super) static ICON: LazyLock<Asset> = LazyLock::new(|| {
    let bytes = include_bytes!("static/icon.svg");
    Asset::new("icon", "svg", "image/svg+xml", bytes)
});

/// Serves one file.
pub(super) async fn get_asset(
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let assets = [&*STYLE, &*SCRIPT, &*ICON];
    let asset = assets.into_iter().find(|asset| asset.name == name);
    let asset = asset.ok_or_else(Error::no_such_page)?;
    let cached = [
        (ETAG, asset.etag.as_str()),
        (CACHE_CONTROL, "public, max-age=31536000, immutable"),
        (CONTENT_TYPE, asset.media_type),
    ];
    let known = headers.get(IF_NONE_MATCH).and_then(|it| it.to_str().ok());
    if known.is_some_and(|known| known.split(',').any(|tag| tag.trim() == asset.etag)) {
        return Ok((StatusCode::NOT_MODIFIED, cached).into_response());
    }
    Ok((cached, asset.bytes).into_response())
}
