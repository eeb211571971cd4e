//! A mailbox on an IMAP server (RFC 3501), over TLS.
//!
//! Knows messages by their number (UID) and bytes only; what a mail means and whether it is known is
//! not decided here. `async-imap` has no time limits and ends a stream in silence when the connection
//! ends or the server refuses, so every call here has a limit, and what came back empty is believed
//! only once the server has answered another command.

mod utf7;

use std::fmt::Debug;
use std::sync::Arc;
use std::time::Duration;

use async_imap::types::{Capabilities, UnsolicitedResponse};
use futures_util::{StreamExt, TryStreamExt};
use jiff::civil::Date;
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use crate::config::{Security, Server};
use crate::credentials::Credentials;

/// Bytes asked for at once: a mail of any size passes through so much memory.
const CHUNK: usize = 256 << 10;

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
        source: std::io::Error,
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
    /// The server refuses a command.
    #[error("{command}: {answer}")]
    Refused {
        /// What was asked.
        command: &'static str,
        /// The server's words.
        answer: String,
    },
    /// No answer in time.
    #[error("no answer to {command} in time")]
    TimedOut {
        /// What was asked.
        command: &'static str,
    },
    /// The connection ended or what came is no IMAP.
    #[error("the connection was lost")]
    Lost(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// What arrived could not be kept.
    #[error("keep what arrived")]
    Sink(#[source] std::io::Error),
}

/// What became of fetching one message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fetched {
    /// All bytes arrived.
    Whole,
    /// Somebody removed it meanwhile, or the server cannot give it out.
    Absent,
}

trait Stream: AsyncRead + AsyncWrite + Unpin + Send + Sync + Debug {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send + Sync + Debug> Stream for T {}

/// Signed in, with a folder open.
pub struct Session {
    inner: async_imap::Session<Box<dyn Stream>>,
    timeout: Duration,
    uid_validity: u32,
    can_idle: bool,
    can_move: bool,
    can_expunge_one: bool,
}

impl Session {
    /// Connects, signs in and opens a folder for reading and marking.
    pub async fn open(
        server: &Server,
        tls: ClientConfig,
        credentials: &Credentials,
        folder: &str,
    ) -> Result<Self, Error> {
        let client = limit(server.timeout, "CONNECT", connect(server, tls)).await?;
        let mut inner = limit(server.timeout, "LOGIN", sign_in(client, credentials)).await?;
        let capabilities: Capabilities = limit(server.timeout, "CAPABILITY", async {
            inner
                .capabilities()
                .await
                .map_err(|e| from_imap("CAPABILITY", e))
        })
        .await?;
        let mut session = Self {
            inner,
            timeout: server.timeout,
            uid_validity: 0,
            can_idle: capabilities.has_str("IDLE"),
            can_move: capabilities.has_str("MOVE"),
            can_expunge_one: capabilities.has_str("UIDPLUS"),
        };
        session.select(folder).await?;
        Ok(session)
    }

    async fn select(&mut self, folder: &str) -> Result<(), Error> {
        let name = utf7::encode(folder);
        let opened = limit(self.timeout, "SELECT", async {
            self.inner
                .select(&name)
                .await
                .map_err(|e| from_imap("SELECT", e))
        })
        .await?;
        self.uid_validity = opened.uid_validity.ok_or_else(|| Error::Refused {
            command: "SELECT",
            answer: "no UIDVALIDITY".to_owned(),
        })?;
        Ok(())
    }

    /// UIDs are the folder's own as long as this number stays the same.
    pub fn uid_validity(&self) -> u32 {
        self.uid_validity
    }

    /// Whether the server tells by itself when a mail arrives.
    pub fn can_idle(&self) -> bool {
        self.can_idle
    }

    /// Lists messages from a UID on, in order, those that arrived on a day or later.
    pub async fn list(&mut self, from: u32, since: Option<Date>) -> Result<Vec<u32>, Error> {
        let mut query = format!("UID {from}:*");
        if let Some(since) = since {
            query.push_str(&format!(" SINCE {}", since.strftime("%-d-%b-%Y")));
        }
        let found = limit(self.timeout, "SEARCH", async {
            let searched = self.inner.uid_search(&query).await;
            searched.map_err(|e| from_imap("SEARCH", e))
        })
        .await?;
        if found.is_empty() {
            self.check_alive().await?;
        }
        // `n:*` names the last message even when its UID is below n (RFC 3501 section 6.4.8).
        let mut found: Vec<u32> = found.into_iter().filter(|uid| *uid >= from).collect();
        found.sort_unstable();
        Ok(found)
    }

    /// Fetches a message in pieces without marking it as read; `sink` gets them in order.
    pub async fn fetch(
        &mut self,
        uid: u32,
        sink: &mut (dyn FnMut(&[u8]) -> std::io::Result<()> + Send),
    ) -> Result<Fetched, Error> {
        let mut offset = 0;
        let mut size = None;
        loop {
            let items = format!("(RFC822.SIZE BODY.PEEK[]<{offset}.{CHUNK}>)");
            let Some(piece) = self.fetch_piece(uid, &items).await? else {
                self.check_alive().await?;
                return Ok(Fetched::Absent);
            };
            sink(&piece.bytes).map_err(Error::Sink)?;
            offset += piece.bytes.len();
            size = size.or(piece.size);
            // Some servers state a size that is not true: the end is where nothing more comes.
            let has_all = size.is_none_or(|size| offset >= size) && piece.bytes.len() < CHUNK;
            if has_all || piece.bytes.is_empty() {
                return Ok(Fetched::Whole);
            }
        }
    }

    async fn fetch_piece(&mut self, uid: u32, items: &str) -> Result<Option<Piece>, Error> {
        limit(self.timeout, "FETCH", async {
            let mut answers = self
                .inner
                .uid_fetch(uid.to_string(), items)
                .await
                .map_err(|e| from_imap("FETCH", e))?;
            let mut piece = None;
            while let Some(answer) = answers.next().await {
                let answer = answer.map_err(|e| from_imap("FETCH", e))?;
                if answer.uid == Some(uid)
                    && let Some(bytes) = answer.body()
                {
                    piece = Some(Piece {
                        bytes: bytes.to_vec(),
                        size: answer.size.and_then(|size| usize::try_from(size).ok()),
                    });
                }
            }
            Ok(piece)
        })
        .await
    }

    /// Marks a message as read.
    pub async fn mark_seen(&mut self, uid: u32) -> Result<(), Error> {
        self.store(uid, "+FLAGS.SILENT (\\Seen)").await
    }

    async fn store(&mut self, uid: u32, change: &str) -> Result<(), Error> {
        limit(self.timeout, "STORE", async {
            let answers = self.inner.uid_store(uid.to_string(), change).await;
            let answers = answers.map_err(|e| from_imap("STORE", e))?;
            answers
                .try_for_each(|_| std::future::ready(Ok(())))
                .await
                .map_err(|e| from_imap("STORE", e))
        })
        .await?;
        self.check_alive().await
    }

    /// Moves a message to another folder, making the folder if needed. One that is gone is moved.
    pub async fn move_to(&mut self, uid: u32, folder: &str) -> Result<(), Error> {
        let name = utf7::encode(folder);
        match self.try_move(uid, &name).await {
            Err(Error::Refused { .. }) => {
                // Most likely there is no such folder yet; what else it may be shows the second time.
                limit(self.timeout, "CREATE", async {
                    let _ = self.inner.create(&name).await;
                    let _ = self.inner.subscribe(&name).await;
                    Ok(())
                })
                .await?;
                self.try_move(uid, &name).await
            }
            outcome => outcome,
        }
    }

    async fn try_move(&mut self, uid: u32, name: &str) -> Result<(), Error> {
        let set = uid.to_string();
        if self.can_move {
            return limit(self.timeout, "MOVE", async {
                let moved = self.inner.uid_mv(&set, name).await;
                moved.map_err(|e| from_imap("MOVE", e))
            })
            .await;
        }
        limit(self.timeout, "COPY", async {
            let copied = self.inner.uid_copy(&set, name).await;
            copied.map_err(|e| from_imap("COPY", e))
        })
        .await?;
        self.store(uid, "+FLAGS.SILENT (\\Deleted)").await?;
        // Without UIDPLUS an expunge would also remove what people marked: it is left to them.
        if self.can_expunge_one {
            limit(self.timeout, "EXPUNGE", async {
                let gone = self.inner.uid_expunge(&set).await;
                let gone = gone.map_err(|e| from_imap("EXPUNGE", e))?;
                let gone = gone.try_for_each(|_| std::future::ready(Ok(())));
                gone.await.map_err(|e| from_imap("EXPUNGE", e))
            })
            .await?;
        }
        Ok(())
    }

    /// Waits until the server reports something, for a while at most. Whether anything came is not
    /// said: looking is cheap.
    pub async fn idle(self, at_most: Duration) -> Result<Self, Error> {
        let Self { inner, .. } = self;
        let told = inner.unsolicited_responses.clone();
        let mut idle = inner.idle();
        limit(self.timeout, "IDLE", async {
            idle.init().await.map_err(|e| from_imap("IDLE", e))
        })
        .await?;
        // Of a mail that arrived since the look the server told with the answer to whatever command
        // came next (RFC 3501 section 7.3.1), and does not tell again.
        let has_news = std::iter::from_fn(|| told.try_recv().ok()).fold(false, |news, response| {
            news | matches!(response, UnsolicitedResponse::Exists(_))
        });
        if !has_news {
            let (waiting, _interrupt) = idle.wait_with_timeout(at_most);
            waiting.await.map_err(|e| from_imap("IDLE", e))?;
        }
        let inner = limit(self.timeout, "DONE", async {
            idle.done().await.map_err(|e| from_imap("DONE", e))
        })
        .await?;
        Ok(Self { inner, ..self })
    }

    /// Says goodbye; what the server answers does not matter any more.
    pub async fn close(mut self) {
        let _ = tokio::time::timeout(self.timeout, self.inner.logout()).await;
    }

    async fn check_alive(&mut self) -> Result<(), Error> {
        limit(self.timeout, "NOOP", async {
            self.inner.noop().await.map_err(|e| from_imap("NOOP", e))
        })
        .await
    }
}

struct Piece {
    bytes: Vec<u8>,
    size: Option<usize>,
}

async fn limit<T>(
    timeout: Duration,
    command: &'static str,
    work: impl Future<Output = Result<T, Error>>,
) -> Result<T, Error> {
    tokio::time::timeout(timeout, work)
        .await
        .unwrap_or(Err(Error::TimedOut { command }))
}

fn from_imap(command: &'static str, error: async_imap::error::Error) -> Error {
    match error {
        async_imap::error::Error::No(answer) | async_imap::error::Error::Bad(answer) => {
            Error::Refused { command, answer }
        }
        other => Error::Lost(other.into()),
    }
}

async fn connect(
    server: &Server,
    tls: ClientConfig,
) -> Result<async_imap::Client<Box<dyn Stream>>, Error> {
    let failed = |source| Error::Connect {
        host: server.host.clone(),
        source,
    };
    let stream = TcpStream::connect((server.host.as_str(), server.port))
        .await
        .map_err(failed)?;
    let secured = async |stream: Box<dyn Stream>| -> Result<Box<dyn Stream>, Error> {
        let name = ServerName::try_from(server.host.clone())
            .map_err(|error| failed(std::io::Error::other(error)))?;
        let connector = TlsConnector::from(Arc::new(tls));
        let stream = connector.connect(name, stream).await.map_err(failed)?;
        let stream: Box<dyn Stream> = Box::new(stream);
        Ok(stream)
    };
    let greeted = async |stream: Box<dyn Stream>| {
        let mut client = async_imap::Client::new(stream);
        match client.read_response().await {
            Ok(Some(_)) => Ok(client),
            Ok(None) => Err(failed(std::io::ErrorKind::UnexpectedEof.into())),
            Err(error) => Err(failed(error)),
        }
    };
    match server.security {
        Security::Plain => greeted(Box::new(stream)).await,
        Security::Tls => greeted(secured(Box::new(stream)).await?).await,
        Security::StartTls => {
            let mut client = greeted(Box::new(stream)).await?;
            client
                .run_command_and_check_ok("STARTTLS", None)
                .await
                .map_err(|error| match from_imap("STARTTLS", error) {
                    Error::Refused { .. } => Error::NoStartTls {
                        host: server.host.clone(),
                    },
                    other => other,
                })?;
            // What a man in the middle sent ahead in clear text goes with the old client's buffer.
            Ok(async_imap::Client::new(secured(client.into_inner()).await?))
        }
    }
}

async fn sign_in(
    client: async_imap::Client<Box<dyn Stream>>,
    credentials: &Credentials,
) -> Result<async_imap::Session<Box<dyn Stream>>, Error> {
    let signed_in = match credentials {
        Credentials::Password { user, password } => client.login(user, password).await,
        Credentials::Token { user, token } => {
            let answer = format!("user={user}\u{1}auth=Bearer {token}\u{1}\u{1}");
            client.authenticate("XOAUTH2", XOAuth2(Some(answer))).await
        }
        Credentials::Nobody => {
            return Err(Error::SignIn {
                answer: "no account is set".to_owned(),
            });
        }
    };
    signed_in.map_err(|(error, _client)| match from_imap("LOGIN", error) {
        Error::Refused { answer, .. } => Error::SignIn { answer },
        other => other,
    })
}

/// The mechanism's one message; a second challenge is the server's explanation of a refusal, which
/// is answered with nothing.
struct XOAuth2(Option<String>);

impl async_imap::Authenticator for XOAuth2 {
    type Response = String;

    fn process(&mut self, _challenge: &[u8]) -> String {
        self.0.take().unwrap_or_default()
    }
}
