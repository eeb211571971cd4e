//! Settings of mailboxes that are read and of the server that letters are sent through.
//!
//! A password stands in a file of its own or in a variable that the settings name, never in the
//! settings themselves: they are shown, copied and sent around.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::civil::Date;

use super::Problem;

/// A mailbox that replies arrive in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mailbox {
    /// What it is called on screen and on the command line.
    pub name: String,
    /// Where it is and how to sign in.
    pub server: Server,
    /// The folder that is read.
    pub folder: String,
    /// Where a mail goes once it has been taken in; it stays where it is without one.
    pub done_folder: Option<String>,
    /// Where a mail goes that could not be read; it stays where it is without one.
    pub problem_folder: Option<String>,
    /// The dossier mails belong to that name none; needed where there are several.
    pub consultation: Option<String>,
    /// Mails that arrived earlier are left alone.
    pub since: Option<Date>,
    /// Between two looks, where the server does not tell by itself.
    pub pause: Duration,
}

/// How letters are sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outgoing {
    /// Whether anything is sent at all.
    pub is_enabled: bool,
    /// Where they are handed over.
    pub server: Server,
    /// The sender: `Tên <địa_chỉ>`.
    pub from: String,
    /// Where replies go; the sender's address without one.
    pub reply_to: Option<String>,
    /// Whether replies go to an address that names dossier and round (`gop_y+ma.2@…`).
    pub has_plus_address: bool,
    /// Whether each reply received is acknowledged.
    pub acknowledges: bool,
    /// Days from the deadline on which the silent are reminded: -3 is three days before.
    pub remind_days: Vec<i32>,
    /// Who gets the daily digest.
    pub digest_to: Vec<String>,
    /// From which hour of the day (Vietnamese time) letters of a schedule are sent.
    pub hour: i8,
    /// Letters to one domain in a minute.
    pub per_minute: u32,
}

/// A mail server and how to sign in there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Server {
    /// Its name, which its certificate must bear.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is protected.
    pub security: Security,
    /// A certificate authority to trust beside the public ones (PEM).
    pub ca_file: Option<PathBuf>,
    /// How to sign in.
    pub sign_in: SignIn,
    /// Longest wait for one answer.
    pub timeout: Duration,
}

/// How a connection is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Security {
    /// TLS from the first byte.
    Tls,
    /// TLS after STARTTLS, or nothing at all.
    StartTls,
    /// None; only to this very machine.
    Plain,
}

/// How to sign in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SignIn {
    /// Not at all: a relay that knows us by our address.
    Nobody,
    /// With a password.
    Password {
        /// The account.
        user: String,
        /// Its password.
        password: Secret,
    },
    /// With a token from a token endpoint (XOAUTH2).
    Token {
        /// The account.
        user: String,
        /// Where the token comes from.
        grant: Grant,
    },
}

/// How a token is asked for (RFC 6749).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// The token endpoint.
    pub token_url: String,
    /// Who we are there.
    pub client_id: String,
    /// And the proof, where the endpoint wants one.
    pub client_secret: Option<Secret>,
    /// The refresh token; without one the program signs in as itself (client credentials).
    pub refresh_token: Option<Secret>,
    /// What for.
    pub scope: Option<String>,
}

/// A password or token, or the file that holds it.
#[derive(Clone, PartialEq, Eq)]
pub enum Secret {
    /// From a variable of the environment.
    Text(String),
    /// The first line of a file, read anew each time.
    File(PathBuf),
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(_) => f.write_str("Text(…)"),
            Self::File(path) => f.debug_tuple("File").field(path).finish(),
        }
    }
}

/// One table of the settings while it is read: what was taken out, and what was wrong.
pub(super) struct Fields<'a> {
    pub(super) origin: &'a str,
    /// "mailbox 2", for messages.
    pub(super) table: String,
    pub(super) values: toml::Table,
    /// The folder that relative paths start from.
    pub(super) folder: &'a Path,
    pub(super) environment: &'a BTreeMap<String, String>,
    pub(super) problems: &'a mut Vec<Problem>,
    known: Vec<&'static str>,
}

impl<'a> Fields<'a> {
    pub(super) fn new(
        origin: &'a str,
        table: String,
        values: toml::Table,
        environment: &'a BTreeMap<String, String>,
        problems: &'a mut Vec<Problem>,
    ) -> Self {
        Self {
            origin,
            table,
            values,
            folder: Path::new(origin).parent().unwrap_or(Path::new("")),
            environment,
            problems,
            known: Vec::new(),
        }
    }

    fn wrong(&mut self, key: &str, message: impl Into<String>) {
        self.problems.push(Problem {
            origin: self.origin.to_owned(),
            key: format!("{}.{key}", self.table),
            message: message.into(),
        });
    }

    fn take(&mut self, key: &'static str) -> Option<toml::Value> {
        self.known.push(key);
        self.values.remove(key)
    }

    /// A text that says something.
    fn text(&mut self, key: &'static str) -> Option<String> {
        match self.take(key)? {
            toml::Value::String(text) if text.trim().is_empty() => None,
            toml::Value::String(text) => Some(text.trim().to_owned()),
            other => {
                self.wrong(
                    key,
                    format!("phải là chữ trong ngoặc kép, không phải `{other}`"),
                );
                None
            }
        }
    }

    fn required(&mut self, key: &'static str, example: &str) -> String {
        let had = self.values.contains_key(key);
        let text = self.text(key);
        if text.is_none() && !(had && self.problems.iter().any(|p| p.key.ends_with(key))) {
            self.wrong(key, format!("cần có, ví dụ {key} = \"{example}\""));
        }
        text.unwrap_or_default()
    }

    fn number(&mut self, key: &'static str, least: i64, most: i64) -> Option<i64> {
        match self.take(key)? {
            toml::Value::Integer(n) if (least..=most).contains(&n) => Some(n),
            other => {
                self.wrong(key, format!("`{other}` phải là số từ {least} đến {most}"));
                None
            }
        }
    }

    fn flag(&mut self, key: &'static str) -> bool {
        match self.take(key) {
            None => false,
            Some(toml::Value::Boolean(flag)) => flag,
            Some(other) => {
                self.wrong(key, format!("`{other}` phải là true hoặc false"));
                false
            }
        }
    }

    fn list<T>(&mut self, key: &'static str, item: fn(&toml::Value) -> Option<T>) -> Vec<T> {
        let Some(value) = self.take(key) else {
            return Vec::new();
        };
        let items: Option<Vec<T>> = value
            .as_array()
            .and_then(|items| items.iter().map(item).collect());
        items.unwrap_or_else(|| {
            self.wrong(key, "phải là danh sách trong ngoặc vuông, đúng kiểu");
            Vec::new()
        })
    }

    fn date(&mut self, key: &'static str) -> Option<Date> {
        let value = self.take(key)?;
        let text = match &value {
            toml::Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        let date = text.parse().ok();
        if date.is_none() {
            self.wrong(key, format!("`{text}` không phải ngày dạng 2021-08-21"));
        }
        date
    }

    fn path(&mut self, key: &'static str) -> Option<PathBuf> {
        let text = self.text(key)?;
        Some(self.folder.join(text))
    }

    /// A secret by the name of its file or of its variable.
    fn secret(&mut self, file: &'static str, variable: &'static str) -> Option<Secret> {
        let path = self.path(file);
        let name = self.text(variable);
        match (path, name) {
            (Some(path), None) => Some(Secret::File(path)),
            (None, Some(name)) => {
                let text = self.environment.get(&name).cloned();
                if text.is_none() {
                    self.wrong(variable, format!("chưa đặt biến môi trường `{name}`"));
                }
                text.map(Secret::Text)
            }
            (Some(_), Some(_)) => {
                self.wrong(
                    variable,
                    format!("chỉ dùng một trong hai: `{file}` hoặc `{variable}`"),
                );
                None
            }
            (None, None) => None,
        }
    }

    /// Complains about keys nobody asked for.
    fn finish(mut self) {
        let unknown: Vec<String> = self.values.keys().cloned().collect();
        let known = self.known.join(", ");
        for key in unknown {
            let message = format!("không có khóa này; các khóa có thể dùng: {known}");
            self.wrong(&key, message);
        }
    }

    fn server(&mut self, ports: [i64; 3]) -> Server {
        let host = self.required("host", "mail.so.example");
        let security = match self.text("security").as_deref() {
            None | Some("tls") => Security::Tls,
            Some("starttls") => Security::StartTls,
            Some("plain") => Security::Plain,
            Some(other) => {
                let message = format!("`{other}` phải là tls, starttls hoặc plain");
                self.wrong("security", message);
                Security::Tls
            }
        };
        let is_here = host == "localhost"
            || host
                .parse::<std::net::IpAddr>()
                .is_ok_and(|address| address.is_loopback());
        if security == Security::Plain && !is_here {
            self.wrong(
                "security",
                "`plain` gửi mật khẩu không mã hóa nên chỉ dùng được với chính máy này (127.0.0.1)",
            );
        }
        let [tls, starttls, plain] = ports;
        let usual = match security {
            Security::Tls => tls,
            Security::StartTls => starttls,
            Security::Plain => plain,
        };
        let port = self.number("port", 1, 65_535).unwrap_or(usual);
        Server {
            host,
            port: u16::try_from(port).unwrap_or_default(),
            security,
            ca_file: self.path("ca_file"),
            sign_in: self.sign_in(),
            timeout: seconds(self.number("timeout_seconds", 1, 600).unwrap_or(60)),
        }
    }

    fn sign_in(&mut self) -> SignIn {
        let user = self.text("user");
        let password = self.secret("password_file", "password_env");
        let grant = match self.take("oauth") {
            None => None,
            Some(toml::Value::Table(values)) => {
                let table = format!("{}.oauth", self.table);
                let mut fields = Fields {
                    folder: self.folder,
                    ..Fields::new(self.origin, table, values, self.environment, self.problems)
                };
                let grant = Grant {
                    token_url: fields.required("token_url", "https://dang-nhap.example/token"),
                    client_id: fields.required("client_id", "tiepthu"),
                    client_secret: fields.secret("client_secret_file", "client_secret_env"),
                    refresh_token: fields.secret("refresh_token_file", "refresh_token_env"),
                    scope: fields.text("scope"),
                };
                fields.finish();
                Some(grant)
            }
            Some(_) => {
                self.wrong("oauth", "phải là một bảng: token_url, client_id …");
                None
            }
        };
        match (user, password, grant) {
            (None, None, None) => SignIn::Nobody,
            (Some(user), Some(password), None) => SignIn::Password { user, password },
            (Some(user), None, Some(grant)) => SignIn::Token { user, grant },
            (Some(_), None, None) => {
                self.wrong(
                    "user",
                    "cần `password_file`, `password_env` hoặc bảng `oauth` đi kèm",
                );
                SignIn::Nobody
            }
            (None, _, _) => {
                self.wrong("user", "cần có tên đăng nhập");
                SignIn::Nobody
            }
            (Some(_), Some(_), Some(_)) => {
                self.wrong("oauth", "chỉ dùng một trong hai: mật khẩu hoặc `oauth`");
                SignIn::Nobody
            }
        }
    }
}

fn seconds(n: i64) -> Duration {
    Duration::from_secs(u64::try_from(n).unwrap_or_default())
}

/// Reads a `[[mailbox]]`.
pub(super) fn mailbox(mut fields: Fields<'_>) -> Mailbox {
    let server = fields.server([993, 143, 143]);
    let folder = fields.text("folder").unwrap_or_else(|| "INBOX".to_owned());
    let mailbox = Mailbox {
        name: fields.text("name").unwrap_or_else(|| server.host.clone()),
        folder,
        done_folder: fields.text("done_folder"),
        problem_folder: fields.text("problem_folder"),
        consultation: fields.text("consultation"),
        since: fields.date("since"),
        pause: seconds(fields.number("poll_seconds", 1, 86_400).unwrap_or(60)),
        server,
    };
    if mailbox.server.sign_in == SignIn::Nobody && fields.problems.is_empty() {
        fields.wrong("user", "cần có tên đăng nhập hộp thư");
    }
    for target in [&mailbox.done_folder, &mailbox.problem_folder] {
        if target.as_ref() == Some(&mailbox.folder) {
            fields.wrong(
                "folder",
                "thư mục được đọc không thể cũng là nơi chuyển thư đã nhận đến",
            );
        }
    }
    fields.finish();
    mailbox
}

/// Reads `[outgoing]`.
pub(super) fn outgoing(mut fields: Fields<'_>) -> Outgoing {
    let day = |value: &toml::Value| {
        let day = i32::try_from(value.as_integer()?).ok()?;
        (-60..=60).contains(&day).then_some(day)
    };
    let outgoing = Outgoing {
        is_enabled: fields.flag("enabled"),
        server: fields.server([465, 587, 25]),
        from: fields.required("from", "Tổ xây dựng Đề án <gop_y@so.example>"),
        reply_to: fields.text("reply_to"),
        has_plus_address: fields.flag("plus_address"),
        acknowledges: fields.flag("acknowledge"),
        remind_days: fields.list("remind_days", day),
        digest_to: fields.list("digest_to", |value| value.as_str().map(str::to_owned)),
        hour: i8::try_from(fields.number("hour", 0, 23).unwrap_or(8)).unwrap_or(8),
        per_minute: u32::try_from(fields.number("per_minute", 1, 10_000).unwrap_or(30))
            .unwrap_or(30),
    };
    fields.finish();
    outgoing
}
