//! Mail in and out: mailboxes that are read, letters that are sent.
//!
//! * [`receiving`]: one look into a mailbox: bytes, claim, COMMIT, and only then the server is told.
//! * `naming`: which dossier and round a mail names, and how our own letters name theirs.
//! * [`outbox`]: letters in their queue, each sent once.
//! * [`composing`]: what letters say and to whom they go.
//! * [`schedule`]: what the calendar and the mailbox ask for by themselves.

pub mod composing;
mod message;
mod naming;
pub mod outbox;
pub mod receiving;
pub mod schedule;
mod templates;

use super::{App, Error, Kind};
use crate::config::Database;
use crate::credentials;
use crate::mailbox;
use crate::mailer;
use crate::store;

/// How long a lease is good for; it is renewed with every message.
const LEASE_US: i64 = 120 * 1_000_000;

impl App {
    /// Ends leases of processes that are gone: whoever owns the folder of an embedded database is the
    /// only one to have any.
    pub(super) async fn end_leases_of_the_dead(&self) -> Result<(), Error> {
        if self.config.database == Database::Folder {
            let mut tx = self.store.write().await?;
            store::leases::release_all(&mut tx).await?;
            tx.commit().await?;
        }
        Ok(())
    }

    /// Takes or renews a lease for this process.
    async fn take_lease(&self, name: &str) -> Result<bool, Error> {
        let now_us = self.clock.now_us();
        let mut tx = self.store.write().await?;
        let until_us = now_us + LEASE_US;
        let is_ours = store::leases::take(&mut tx, name, &self.holder, now_us, until_us).await?;
        tx.commit().await?;
        Ok(is_ours)
    }

    async fn release_lease(&self, name: &str) -> Result<(), Error> {
        let mut tx = self.store.write().await?;
        store::leases::release(&mut tx, name, &self.holder).await?;
        tx.commit().await?;
        Ok(())
    }
}

impl From<credentials::Error> for Error {
    fn from(error: credentials::Error) -> Self {
        let message = match &error {
            credentials::Error::Secret { path, source } => {
                format!("Không đọc hoặc ghi được tệp mật khẩu `{path}`: {source}.")
            }
            credentials::Error::Authority { path, reason } => format!(
                "Tệp chứng thư `{path}` không dùng được ({reason}); cần tệp PEM của nơi cấp chứng thư."
            ),
            credentials::Error::Endpoint(_) => {
                "Không lấy được mã đăng nhập OAuth2: không nối được với `token_url`, hoặc nơi đó không trả lời đúng."
                    .to_owned()
            }
            credentials::Error::Refused { reason } => format!(
                "Nơi cấp mã đăng nhập OAuth2 từ chối ({reason}); kiểm tra client_id, mã ứng dụng và mã làm mới."
            ),
        };
        Self::caused(Kind::Unavailable, message, error)
    }
}

impl From<mailbox::Error> for Error {
    fn from(error: mailbox::Error) -> Self {
        let message = match &error {
            mailbox::Error::Connect { host, source } => {
                format!("Không nối được với máy chủ thư {host}: {source}.")
            }
            mailbox::Error::NoStartTls { host } => format!(
                "Máy chủ thư {host} không có STARTTLS; đặt security = \"tls\" hoặc hỏi quản trị máy chủ."
            ),
            mailbox::Error::SignIn { answer } => format!(
                "Máy chủ thư không cho đăng nhập ({answer}); kiểm tra tên và mật khẩu trong cấu hình."
            ),
            mailbox::Error::Refused { command, answer } => {
                format!("Máy chủ thư từ chối lệnh {command} ({answer}).")
            }
            mailbox::Error::TimedOut { command } => {
                format!("Máy chủ thư không trả lời lệnh {command} kịp thời gian.")
            }
            mailbox::Error::Lost(_) => {
                "Mất kết nối với máy chủ thư giữa chừng; lần sau sẽ nhận tiếp.".to_owned()
            }
            mailbox::Error::Sink(source) => super::disk::refusal(source)
                .unwrap_or("Không ghi được thư vào thư mục dữ liệu.")
                .to_owned(),
        };
        Self::caused(Kind::Unavailable, message, error)
    }
}

impl From<mailer::Error> for Error {
    fn from(error: mailer::Error) -> Self {
        let message = mailer_words(&error);
        Self::caused(Kind::Unavailable, message, error)
    }
}

/// Why a letter was not sent, for the person who looks at the outbox.
fn mailer_words(error: &mailer::Error) -> String {
    match error {
        mailer::Error::Connect { host, source } => {
            format!("Không nối được với máy chủ gửi thư {host}: {source}.")
        }
        mailer::Error::NoStartTls { host } => format!(
            "Máy chủ gửi thư {host} không có STARTTLS; đặt security = \"tls\" hoặc hỏi quản trị máy chủ."
        ),
        mailer::Error::SignIn { answer } => format!(
            "Máy chủ gửi thư không cho đăng nhập ({answer}); kiểm tra tên và mật khẩu trong cấu hình."
        ),
        mailer::Error::Refused { answer, .. } => format!("Máy chủ gửi thư từ chối: {answer}."),
        mailer::Error::Lost(source) => {
            format!("Mất kết nối với máy chủ gửi thư trước khi giao thư: {source}.")
        }
        mailer::Error::NoAnswer(_) => {
            "Đã giao thư nhưng mất kết nối trước khi máy chủ trả lời; có thể thư đã đi.".to_owned()
        }
        mailer::Error::Address { address } => format!("`{address}` không phải địa chỉ thư."),
    }
}
