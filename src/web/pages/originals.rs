//! Originals as they came: for saving, never for showing, since strangers wrote them.

use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};

use crate::domain::SubmissionId;
use crate::web::access::Acting;
use crate::web::address::encode;
use crate::web::error::Error;
use crate::web::extract::Id;

pub(in crate::web) async fn get_original(
    Acting(app): Acting,
    Id(id): Id,
) -> Result<Response, Error> {
    let original = app.original(SubmissionId(id)).await?;
    let (name, media_type) = if original.is_typed {
        (format!("luot-{id}.txt"), "text/plain; charset=utf-8")
    } else {
        let file = original.name.rsplit(['/', '\\', '>']).next().unwrap_or("");
        (file.trim().to_owned(), "application/octet-stream")
    };
    let headers = [
        (CONTENT_TYPE, media_type.to_owned()),
        (CONTENT_DISPOSITION, attachment(&name)),
    ];
    Ok((headers, original.bytes).into_response())
}

/// A header that saves under `name` (RFC 6266, 4.3; RFC 8187).
pub(super) fn attachment(name: &str) -> String {
    let name = if name.is_empty() { "tep-goc" } else { name };
    let plain: String = name
        .chars()
        .map(|c| match c {
            'a'..='z' | 'A'..='Z' | '0'..='9' | '.' | '-' | '_' => c,
            _ => '_',
        })
        .collect();
    format!(
        "attachment; filename=\"{plain}\"; filename*=UTF-8''{}",
        encode(name)
    )
}

#[cfg(test)]
mod tests {
    use super::attachment;

    #[test]
    fn names_cannot_leave_the_header() {
        assert_eq!(
            attachment("góp ý\".eml\r\n"),
            "attachment; filename=\"g_p___.eml__\"; filename*=UTF-8''g%C3%B3p%20%C3%BD%22.eml%0D%0A"
        );
    }
}
