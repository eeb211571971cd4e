//! Extractors that answer with our own error pages.

use axum::extract::multipart::{Multipart, MultipartError};
use axum::extract::{FromRequest, FromRequestParts, RawPathParams, Request};
use axum::http::StatusCode;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

use super::error::Error;
use crate::app::App;
use crate::domain::Consultation;

/// The consultation named by `{code}` in the path.
pub(super) struct InConsultation(pub(super) Consultation);

impl FromRequestParts<App> for InConsultation {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Error> {
        let code = path_parameter(parts, app, "code").await?;
        Ok(Self(app.consultation(Some(&code)).await?))
    }
}

/// The number named by `{id}` in the path.
pub(super) struct Id(pub(super) i64);

impl FromRequestParts<App> for Id {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Error> {
        let id = path_parameter(parts, app, "id").await?;
        id.parse()
            .map(Self)
            .map_err(|_not_a_number| Error::no_such_page())
    }
}

/// The words named by `{name}` in the path.
pub(super) struct Name(pub(super) String);

impl FromRequestParts<App> for Name {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Error> {
        path_parameter(parts, app, "name").await.map(Self)
    }
}

/// The page named by `{id}`, `{part}` and `{number}` in the path.
pub(super) struct PageOfPart {
    /// The submission.
    pub(super) id: i64,
    /// The part of it.
    pub(super) part: i64,
    /// The page, from 1.
    pub(super) number: usize,
}

impl FromRequestParts<App> for PageOfPart {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Error> {
        let Id(id) = Id::from_request_parts(parts, app).await?;
        let part = path_parameter(parts, app, "part").await?;
        let number = path_parameter(parts, app, "number").await?;
        let (Ok(part), Ok(number)) = (part.parse(), number.parse()) else {
            return Err(Error::no_such_page());
        };
        Ok(Self { id, part, number })
    }
}

async fn path_parameter(parts: &mut Parts, app: &App, key: &str) -> Result<String, Error> {
    let parameters = RawPathParams::from_request_parts(parts, app).await;
    let parameters = parameters.map_err(|_not_text| Error::no_such_page())?;
    let mut found = parameters.iter().filter(|(name, _)| *name == key);
    let (_, value) = found.next().ok_or_else(Error::no_such_page)?;
    Ok(value.to_owned())
}

/// What stands after the `?`.
pub(super) struct Query<T>(pub(super) T);

impl<T: DeserializeOwned> FromRequestParts<App> for Query<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Error> {
        let query = axum::extract::Query::from_request_parts(parts, app).await;
        let query = query.map_err(|rejection| {
            Error::invalid(format!("Địa chỉ có tham số chưa đúng: {rejection}"))
        })?;
        Ok(Self(query.0))
    }
}

/// A sent form.
pub(super) struct Form<T>(pub(super) T);

impl<T: DeserializeOwned> FromRequest<App> for Form<T> {
    type Rejection = Error;

    async fn from_request(request: Request, app: &App) -> Result<Self, Error> {
        match axum::extract::Form::from_request(request, app).await {
            Ok(form) => Ok(Self(form.0)),
            Err(rejection) if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE => {
                Err(Error::new(
                    StatusCode::PAYLOAD_TOO_LARGE,
                    "Nội dung gửi lên quá dài; hãy chia nhỏ hoặc nhập bằng tệp.",
                ))
            }
            Err(rejection) => Err(Error::invalid(format!("Biểu mẫu chưa đúng: {rejection}"))),
        }
    }
}

/// A sent form that brings files, all of it in memory; uploads of many go piece by piece instead.
#[derive(Default)]
pub(super) struct FilesForm {
    /// Names and values in the order they were sent.
    pub(super) fields: Vec<(String, String)>,
    /// The files, those without a name left out.
    pub(super) files: Vec<SentFile>,
}

/// A file in a form.
pub(super) struct SentFile {
    /// Its own name.
    pub(super) name: String,
    pub(super) bytes: Vec<u8>,
    /// How many fields were sent before it: the last of a name belongs to it.
    pub(super) n_fields_before: usize,
}

/// The last value of a name, without blanks around it; empty when there is none.
pub(super) fn value<'a>(fields: &'a [(String, String)], key: &str) -> &'a str {
    let found = fields.iter().rfind(|(name, _)| name == key);
    found.map_or("", |(_, value)| value.trim())
}

impl FromRequest<App> for FilesForm {
    type Rejection = Error;

    async fn from_request(request: Request, app: &App) -> Result<Self, Error> {
        let form = Multipart::from_request(request, app).await;
        let mut form =
            form.map_err(|rejection| Error::invalid(format!("Biểu mẫu chưa đúng: {rejection}")))?;
        let mut sent = Self::default();
        while let Some(field) = form.next_field().await.map_err(|error| cut_off(&error))? {
            let name = field.name().unwrap_or("").to_owned();
            match field.file_name().map(str::to_owned) {
                Some(file) if !file.is_empty() => {
                    let bytes = field.bytes().await.map_err(|error| cut_off(&error))?;
                    sent.files.push(SentFile {
                        name: file,
                        bytes: bytes.to_vec(),
                        n_fields_before: sent.fields.len(),
                    });
                }
                Some(_) => {}
                None => {
                    let text = field.text().await.map_err(|error| cut_off(&error))?;
                    sent.fields.push((name, text.replace("\r\n", "\n")));
                }
            }
        }
        Ok(sent)
    }
}

/// Why a form that brings files did not arrive whole.
pub(super) fn cut_off(error: &MultipartError) -> Error {
    if error.status() == StatusCode::PAYLOAD_TOO_LARGE {
        Error::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "Tổng dung lượng các tệp quá lớn; hãy chia làm nhiều lần, hoặc dùng lệnh \
             `tiepthu import` trên máy chủ. Các tệp đã đọc xong trước đó vẫn được giữ.",
        )
    } else {
        Error::invalid(format!("Việc tải tệp lên bị ngắt giữa chừng: {error}"))
    }
}
