//! What is answered when something cannot be shown or done: a Vietnamese page with a way back.
//!
//! Causes of our own failures go to the log under a reference; the page shows the reference only.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::views::{Html, Page};
use crate::app;

/// Why there is no ordinary answer.
#[derive(Debug)]
pub(super) struct Error {
    pub(super) status: StatusCode,
    /// One sentence or several, in Vietnamese.
    pub(super) message: String,
    /// Under which the log has the cause.
    pub(super) reference: Option<String>,
}

#[derive(Template)]
#[template(path = "error.html", config = "src/web/askama.toml")]
struct ErrorPage {
    page: Page,
    heading: &'static str,
    lines: Vec<String>,
    reference: Option<String>,
}

impl Error {
    pub(super) fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self {
            status,
            message: message.into(),
            reference: None,
        }
    }

    /// An address that leads nowhere.
    pub(super) fn no_such_page() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "Địa chỉ này không có trang nào. Có thể đường dẫn bị gõ nhầm hoặc đã cũ.",
        )
    }

    /// An address that exists, asked in another way.
    pub(super) fn method_not_allowed() -> Self {
        Self::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "Trang này không nhận thao tác đó. Hãy mở lại trang rồi thử lại.",
        )
    }

    /// What was sent makes no sense.
    pub(super) fn invalid(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, message)
    }

    /// Our own failure; its cause is logged, never shown.
    pub(super) fn internal(cause: &(dyn std::error::Error + 'static)) -> Self {
        let reference = log(cause);
        Self {
            status: StatusCode::INTERNAL_SERVER_ERROR,
            message: "Chương trình gặp lỗi nên chưa làm được việc này. Những gì đã báo xong vẫn \
                      còn nguyên."
                .to_owned(),
            reference: Some(reference),
        }
    }

    /// The stable name of the status for programs.
    pub(super) fn code(&self) -> &'static str {
        match self.status {
            StatusCode::NOT_FOUND => "not_found",
            StatusCode::BAD_REQUEST | StatusCode::UNPROCESSABLE_ENTITY => "invalid",
            StatusCode::CONFLICT => "conflict",
            StatusCode::FORBIDDEN => "forbidden",
            StatusCode::UNAUTHORIZED => "unauthorized",
            StatusCode::SERVICE_UNAVAILABLE => "unavailable",
            _ => "internal",
        }
    }

    fn heading(&self) -> &'static str {
        match self.status {
            StatusCode::NOT_FOUND => "Không tìm thấy",
            StatusCode::BAD_REQUEST | StatusCode::UNPROCESSABLE_ENTITY => "Yêu cầu chưa đúng",
            StatusCode::CONFLICT => "Có thay đổi trùng nhau",
            StatusCode::FORBIDDEN | StatusCode::MISDIRECTED_REQUEST => "Không được phép",
            StatusCode::UNAUTHORIZED => "Cần đăng nhập",
            StatusCode::PAYLOAD_TOO_LARGE => "Tệp quá lớn",
            StatusCode::METHOD_NOT_ALLOWED => "Thao tác không có ở trang này",
            StatusCode::SERVICE_UNAVAILABLE => "Tạm thời chưa dùng được",
            _ => "Có lỗi",
        }
    }
}

/// Writes a cause to the log and returns the reference it stands under.
fn log(cause: &(dyn std::error::Error + 'static)) -> String {
    let mut bytes = [0; 4];
    // Without randomness the reference is all zeros, which still finds the line by its time.
    let _ = getrandom::fill(&mut bytes);
    let reference = format!("{:08x}", u32::from_ne_bytes(bytes));
    let mut chain = cause.to_string();
    let mut next = cause.source();
    while let Some(deeper) = next {
        chain.push_str(": ");
        chain.push_str(&deeper.to_string());
        next = deeper.source();
    }
    tracing::error!(error.reference = %reference, "request failed ({reference}): {chain}");
    reference
}

impl From<app::Error> for Error {
    fn from(error: app::Error) -> Self {
        let status = match error.kind {
            app::Kind::NotFound => StatusCode::NOT_FOUND,
            app::Kind::Invalid => StatusCode::BAD_REQUEST,
            app::Kind::Conflict => StatusCode::CONFLICT,
            app::Kind::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            app::Kind::Internal => return Self::internal(&error),
        };
        let reference = (error.kind == app::Kind::Unavailable).then(|| log(&error));
        Self {
            status,
            message: error.message,
            reference,
        }
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let page = ErrorPage {
            page: Page::bare(self.heading()),
            heading: self.heading(),
            lines: self.message.lines().map(str::to_owned).collect(),
            reference: self.reference,
        };
        (self.status, Html(page)).into_response()
    }
}
