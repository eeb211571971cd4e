//! Checking passwords: slowly, away from the threads that answer requests, a few at a time.

use std::collections::HashSet;
use std::sync::Arc;

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use tokio::sync::{OnceCell, Semaphore};

use crate::app::{Error, Kind, run_blocking};

/// Each check takes 19 MiB and some 30 ms of a core: no crowd of them may take the machine.
const AT_A_TIME: usize = 2;
/// NIST SP 800-63B asks for length, not for kinds of characters.
const LEAST_CHARS: usize = 10;
/// Nobody types more; what is longer would only be work.
const MOST_BYTES: usize = 512;

/// Makes and checks what is stored of passwords.
#[derive(Debug, Clone)]
pub(in crate::app) struct Passwords {
    permits: Arc<Semaphore>,
    /// Checked where there is no such login, so that it takes as long.
    nobody: Arc<OnceCell<String>>,
}

impl Default for Passwords {
    fn default() -> Self {
        Self {
            permits: Arc::new(Semaphore::new(AT_A_TIME)),
            nobody: Arc::default(),
        }
    }
}

/// Whether a password will do for an account.
pub(super) fn check(password: &str, login: &str) -> Result<(), Error> {
    let problem = if password.chars().count() < LEAST_CHARS {
        "Mật khẩu phải có ít nhất 10 ký tự; một câu ngắn dễ nhớ là tốt nhất."
    } else if password.len() > MOST_BYTES {
        "Mật khẩu quá dài."
    } else if password.to_lowercase().contains(login) {
        "Mật khẩu không được chứa tên đăng nhập."
    } else if password.chars().collect::<HashSet<_>>().len() < 3 {
        "Mật khẩu không được chỉ lặp một hai ký tự."
    } else {
        return Ok(());
    };
    Err(Error::new(Kind::Invalid, problem))
}

impl Passwords {
    /// What to store of a password.
    pub(super) async fn hash(&self, password: &str) -> Result<String, Error> {
        let password = password.to_owned();
        let _permit = self.permits.acquire().await;
        run_blocking(move || hash(&password)).await?
    }

    /// Whether a password is the one of which this is stored; `None` for a login nobody has.
    pub(super) async fn verify(
        &self,
        password: &str,
        stored: Option<String>,
    ) -> Result<bool, Error> {
        if password.len() > MOST_BYTES {
            return Ok(false);
        }
        let is_known = stored.is_some();
        let stored = if let Some(stored) = stored {
            stored
        } else {
            let made = self.nobody.get_or_try_init(|| self.hash("nobody at all"));
            made.await?.clone()
        };
        let password = password.to_owned();
        let _permit = self.permits.acquire().await;
        let is_right = run_blocking(move || {
            PasswordHash::new(&stored).is_ok_and(|stored| {
                Argon2::default()
                    .verify_password(password.as_bytes(), &stored)
                    .is_ok()
            })
        });
        Ok(is_right.await? && is_known)
    }
}

fn hash(password: &str) -> Result<String, Error> {
    let hashed: Result<PasswordHash, _> = Argon2::default().hash_password(password.as_bytes());
    hashed.map(|hash| hash.to_string()).map_err(|error| {
        Error::new(
            Kind::Internal,
            format!("Không xử lý được mật khẩu: {error}."),
        )
    })
}
