//! What we show to mail servers and what we believe of them: passwords, tokens, certificates.
//!
//! Passwords are read anew at each sign-in, so that a changed one needs no restart. Tokens come
//! from a token endpoint (RFC 6749) and are kept in memory until shortly before they expire; a
//! refresh token that the endpoint replaces is written back to its file.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use serde::Deserialize;

use crate::config::{Grant, Secret, SignIn};

/// Why we cannot sign in, before the server was even asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A password or token file cannot be read.
    #[error("read the secret in `{path}`")]
    Secret {
        /// The file.
        path: String,
        /// The cause.
        #[source]
        source: std::io::Error,
    },
    /// The file of a certificate authority cannot be used.
    #[error("read certificates in `{path}`: {reason}")]
    Authority {
        /// The file.
        path: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The token endpoint could not be reached or did not answer as one.
    #[error("ask the token endpoint")]
    Endpoint(#[source] reqwest::Error),
    /// The token endpoint gave no token.
    #[error("the token endpoint refused: {reason}")]
    Refused {
        /// Its own words.
        reason: String,
    },
}

/// What is shown to a server.
#[derive(Clone, PartialEq, Eq)]
pub enum Credentials {
    /// Nothing.
    Nobody,
    /// Account and password.
    Password {
        /// The account.
        user: String,
        /// The password.
        password: String,
    },
    /// Account and bearer token, for XOAUTH2.
    Token {
        /// The account.
        user: String,
        /// The token.
        token: String,
    },
}

/// Tokens that are still good.
#[derive(Default)]
pub struct Tokens {
    known: Mutex<BTreeMap<String, (String, Instant)>>,
}

/// A token is not used in its last minute: the server's clock may be ahead.
const LAST_MINUTE: Duration = Duration::from_mins(1);
/// Lifetime of a token whose endpoint does not say.
const USUAL_LIFETIME: u64 = 600;
/// Longest wait for a token.
const TIMEOUT: Duration = Duration::from_secs(30);

#[derive(Deserialize)]
struct Answer {
    access_token: Option<String>,
    expires_in: Option<u64>,
    refresh_token: Option<String>,
    error: Option<String>,
    error_description: Option<String>,
}

impl Tokens {
    /// What to show to a server.
    pub async fn credentials(
        &self,
        sign_in: &SignIn,
        ca_file: Option<&Path>,
    ) -> Result<Credentials, Error> {
        Ok(match sign_in {
            SignIn::Nobody => Credentials::Nobody,
            SignIn::Password { user, password } => Credentials::Password {
                user: user.clone(),
                password: read(password)?,
            },
            SignIn::Token { user, grant } => Credentials::Token {
                user: user.clone(),
                token: self.token(user, grant, ca_file).await?,
            },
        })
    }

    /// Forgets a token that a server refused although it should still be good.
    pub fn forget(&self, sign_in: &SignIn) {
        if let SignIn::Token { user, grant } = sign_in {
            let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
            known.remove(&key(user, grant));
        }
    }

    async fn token(
        &self,
        user: &str,
        grant: &Grant,
        ca_file: Option<&Path>,
    ) -> Result<String, Error> {
        let key = key(user, grant);
        let known = self
            .known
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&key)
            .cloned();
        if let Some((token, until)) = known
            && Instant::now() < until
        {
            return Ok(token);
        }
        let answer = ask(grant, ca_file).await?;
        let Some(token) = answer.access_token else {
            let reason = [answer.error, answer.error_description];
            return Err(Error::Refused {
                reason: reason.into_iter().flatten().collect::<Vec<_>>().join(": "),
            });
        };
        if let (Some(new), Some(Secret::File(path))) = (&answer.refresh_token, &grant.refresh_token)
        {
            write_secret(path, new).map_err(|source| Error::Secret {
                path: path.display().to_string(),
                source,
            })?;
        }
        let lifetime = Duration::from_secs(answer.expires_in.unwrap_or(USUAL_LIFETIME));
        let until = Instant::now() + lifetime.saturating_sub(LAST_MINUTE);
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.insert(key, (token.clone(), until));
        Ok(token)
    }
}

fn key(user: &str, grant: &Grant) -> String {
    format!("{user} {} {}", grant.client_id, grant.token_url)
}

async fn ask(grant: &Grant, ca_file: Option<&Path>) -> Result<Answer, Error> {
    let mut form = vec![("client_id", grant.client_id.clone())];
    match &grant.refresh_token {
        Some(secret) => {
            form.push(("grant_type", "refresh_token".to_owned()));
            form.push(("refresh_token", read(secret)?));
        }
        None => form.push(("grant_type", "client_credentials".to_owned())),
    }
    if let Some(secret) = &grant.client_secret {
        form.push(("client_secret", read(secret)?));
    }
    if let Some(scope) = &grant.scope {
        form.push(("scope", scope.clone()));
    }
    reqwest::Client::builder()
        .tls_backend_preconfigured(trust(ca_file)?)
        .timeout(TIMEOUT)
        // A token endpoint that sends us elsewhere must not get the secret there.
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .map_err(Error::Endpoint)?
        .post(&grant.token_url)
        .form(&form)
        .send()
        .await
        .map_err(Error::Endpoint)?
        // Refusals are JSON too (RFC 6749 section 5.2).
        .json()
        .await
        .map_err(Error::Endpoint)
}

/// The first line of a secret.
fn read(secret: &Secret) -> Result<String, Error> {
    match secret {
        Secret::Text(text) => Ok(text.clone()),
        Secret::File(path) => {
            let text = std::fs::read_to_string(path).map_err(|source| Error::Secret {
                path: path.display().to_string(),
                source,
            })?;
            Ok(text.lines().next().unwrap_or_default().trim().to_owned())
        }
    }
}

/// Replaces a secret, whole or not at all, for its owner's eyes only.
fn write_secret(path: &Path, text: &str) -> std::io::Result<()> {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let mut file = tempfile::NamedTempFile::new_in(folder.unwrap_or(Path::new(".")))?;
    writeln!(file, "{text}")?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(())
}

/// TLS as we speak it: the public authorities, and the office's own where it has one.
pub fn trust(ca_file: Option<&Path>) -> Result<ClientConfig, Error> {
    let mut roots = RootCertStore {
        roots: webpki_roots::TLS_SERVER_ROOTS.to_vec(),
    };
    if let Some(path) = ca_file {
        let wrong = |reason: String| Error::Authority {
            path: path.display().to_string(),
            reason,
        };
        let certificates =
            CertificateDer::pem_file_iter(path).map_err(|error| wrong(error.to_string()))?;
        for certificate in certificates {
            let certificate = certificate.map_err(|error| wrong(error.to_string()))?;
            roots
                .add(certificate)
                .map_err(|error| wrong(error.to_string()))?;
        }
    }
    Ok(ClientConfig::builder()
        .with_root_certificates(roots)
        .with_no_client_auth())
}
