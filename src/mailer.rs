//! Handing letters to a mail server (SMTP, RFC 5321), over TLS.
//!
//! The conversation is led command by command, so that the caller can note, durably, the one moment
//! after which nobody can tell whether the server has the letter: from when its text goes out until
//! the server answers.

use lettre::Address;
use lettre::transport::smtp::authentication::{Credentials as Shown, Mechanism};
use lettre::transport::smtp::client::{
    AsyncSmtpConnection, Certificate, TlsParameters, TlsVersion,
};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt, Rset};
use lettre::transport::smtp::extension::{ClientId, Extension, MailBodyParameter, MailParameter};

use crate::config::{Security, Server};
use crate::credentials::Credentials;

type Cause = Box<dyn std::error::Error + Send + Sync>;

/// What can go wrong between us and the server.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No connection.
    #[error("connect to `{host}`")]
    Connect {
        /// The server.
        host: String,
        /// The cause.
        #[source]
        source: Cause,
    },
    /// The server offers no STARTTLS.
    #[error("`{host}` does not offer STARTTLS")]
    NoStartTls {
        /// The server.
        host: String,
    },
    /// Account, password or token are not accepted.
    #[error("sign in: {answer}")]
    SignIn {
        /// The server's words.
        answer: String,
    },
    /// The server does not take the letter.
    #[error("refused: {answer}")]
    Refused {
        /// Whether it will not take it later either (5xx).
        is_permanent: bool,
        /// Its words.
        answer: String,
    },
    /// The connection was lost before the letter went out.
    #[error("the connection was lost")]
    Lost(#[source] Cause),
    /// The letter went out and no answer came: the server may have it.
    #[error("no answer came")]
    NoAnswer(#[source] Cause),
    /// No address.
    #[error("`{address}` is no address")]
    Address {
        /// What stands there.
        address: String,
    },
}

/// Signed in, ready to take letters.
pub struct Connection {
    inner: AsyncSmtpConnection,
    timeout: std::time::Duration,
}

impl Connection {
    /// Connects and signs in.
    pub async fn open(server: &Server, credentials: &Credentials) -> Result<Self, Error> {
        let lost = |source: Cause| Error::Connect {
            host: server.host.clone(),
            source,
        };
        let connecting = connect(server, credentials);
        tokio::time::timeout(server.timeout, connecting)
            .await
            .map_err(|elapsed| lost(elapsed.into()))?
    }

    /// Says who a letter is from and to; afterwards the server waits for the letter itself. Until now
    /// it has nothing.
    pub async fn announce(&mut self, from: &str, to: &str, letter: &[u8]) -> Result<(), Error> {
        let (from, to) = (address(from)?, address(to)?);
        let mut parameters = Vec::new();
        let info = self.inner.server_info();
        if !letter.is_ascii() && info.supports_feature(Extension::EightBitMime) {
            parameters.push(MailParameter::Body(MailBodyParameter::EightBitMime));
        }
        let timeout = self.timeout;
        let asked = async {
            self.inner
                .command(Mail::new(Some(from), parameters))
                .await?;
            self.inner.command(Rcpt::new(to, Vec::new())).await?;
            self.inner.command(Data).await
        };
        match tokio::time::timeout(timeout, asked).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(refusal(error).unwrap_or_else(|error| Error::Lost(error.into()))),
            Err(elapsed) => Err(Error::Lost(elapsed.into())),
        }
    }

    /// Hands the letter over. Returns what the server says to it.
    pub async fn hand_over(&mut self, letter: &[u8]) -> Result<String, Error> {
        // A large letter over a slow line takes its time: a minute a megabyte beside the usual limit.
        let megabytes = u32::try_from(letter.len() >> 20).unwrap_or(u32::MAX);
        let timeout = self.timeout + std::time::Duration::from_mins(1) * megabytes;
        match tokio::time::timeout(timeout, self.inner.message(letter)).await {
            Ok(Ok(answer)) => Ok(answer.message().collect::<Vec<_>>().join(" ")),
            Ok(Err(error)) => {
                Err(refusal(error).unwrap_or_else(|error| Error::NoAnswer(error.into())))
            }
            Err(elapsed) => Err(Error::NoAnswer(elapsed.into())),
        }
    }

    /// Forgets a letter that was announced and refused. `false` when the connection is of no more use.
    pub async fn reset(&mut self) -> bool {
        let reset = self.inner.command(Rset);
        let answer = tokio::time::timeout(self.timeout, reset).await;
        matches!(answer, Ok(Ok(_)))
    }

    /// Says goodbye; what the server answers does not matter any more.
    pub async fn close(mut self) {
        let _ = tokio::time::timeout(self.timeout, self.inner.quit()).await;
    }
}

async fn connect(server: &Server, credentials: &Credentials) -> Result<Connection, Error> {
    let failed = |source: lettre::transport::smtp::Error| Error::Connect {
        host: server.host.clone(),
        source: source.into(),
    };
    let hello = ClientId::default();
    let at_once = match server.security {
        Security::Tls => Some(tls(server)?),
        Security::StartTls | Security::Plain => None,
    };
    let place = (server.host.as_str(), server.port);
    let timeout = Some(server.timeout);
    let mut inner = AsyncSmtpConnection::connect_tokio1(place, timeout, &hello, at_once, None)
        .await
        .map_err(failed)?;
    if server.security == Security::StartTls {
        if !inner.can_starttls() {
            return Err(Error::NoStartTls {
                host: server.host.clone(),
            });
        }
        inner.starttls(tls(server)?, &hello).await.map_err(failed)?;
    }
    let shown = match credentials {
        Credentials::Nobody => None,
        Credentials::Password { user, password } => Some((
            &[Mechanism::Plain, Mechanism::Login][..],
            Shown::new(user.clone(), password.clone()),
        )),
        Credentials::Token { user, token } => Some((
            &[Mechanism::Xoauth2][..],
            Shown::new(user.clone(), token.clone()),
        )),
    };
    if let Some((mechanisms, shown)) = shown {
        inner
            .auth(mechanisms, &shown)
            .await
            .map_err(|error| match error.status() {
                Some(_) => Error::SignIn {
                    answer: words(&error),
                },
                None if error.is_client() => Error::SignIn {
                    answer: error.to_string(),
                },
                None => failed(error),
            })?;
    }
    Ok(Connection {
        inner,
        timeout: server.timeout,
    })
}

fn tls(server: &Server) -> Result<TlsParameters, Error> {
    let failed = |source: Cause| Error::Connect {
        host: server.host.clone(),
        source,
    };
    let mut builder =
        TlsParameters::builder(server.host.clone()).set_min_tls_version(TlsVersion::Tlsv12);
    if let Some(path) = &server.ca_file {
        let pem = std::fs::read(path).map_err(|error| failed(error.into()))?;
        let authority = Certificate::from_pem(&pem).map_err(|error| failed(error.into()))?;
        builder = builder.add_root_certificate(authority);
    }
    builder.build_rustls().map_err(|error| failed(error.into()))
}

fn address(text: &str) -> Result<Address, Error> {
    text.parse().map_err(|_cause| Error::Address {
        address: text.to_owned(),
    })
}

/// A refusal in so many words; anything else is handed back.
fn refusal(error: lettre::transport::smtp::Error) -> Result<Error, lettre::transport::smtp::Error> {
    if error.is_permanent() || error.is_transient() {
        Ok(Error::Refused {
            is_permanent: error.is_permanent(),
            answer: words(&error),
        })
    } else {
        Err(error)
    }
}

/// Code and words of the server.
fn words(error: &lettre::transport::smtp::Error) -> String {
    let code = error.status().map(|code| code.to_string());
    let text = std::error::Error::source(error).map(ToString::to_string);
    [code, text]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(" ")
}
