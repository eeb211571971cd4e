//! Who may sign in, with which roles, and what signing in gives.
//!
//! As long as there is no account, the machine's own user does everything under the name of the
//! settings; the first account is an administrator, and from then on everybody signs in. Passwords
//! are kept as Argon2id (RFC 9106), sessions and tokens as the SHA-256 of a random secret.

pub mod access;
mod password;
mod throttle;

#[cfg(test)]
mod tests;

use sha2::{Digest, Sha256};

use super::{App, Error, Kind};
use crate::domain::{Account, AccountId, ContentHash, Role, Roles};
use crate::store::accounts::{self, NewSession, Session, Stored};
use crate::store::ledger::{self, Action};

pub(super) use password::Passwords;
pub(super) use throttle::Throttle;

/// How long a browser stays signed in without being used.
const IDLE_US: i64 = 12 * 3_600 * 1_000_000;
/// And altogether.
const LONGEST_US: i64 = 7 * 24 * 3_600 * 1_000_000;
/// A program's token ends after a year.
const TOKEN_US: i64 = 365 * 24 * 3_600 * 1_000_000;
/// How exactly it is noted when a session was last used.
const SEEN_US: i64 = 5 * 60 * 1_000_000;
/// Sign-ins and tokens an account may have at a time.
const MAX_SESSIONS: usize = 50;

/// Somebody who has just signed in.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// Who.
    pub account: Account,
    /// What the browser shows from now on; stored nowhere.
    pub secret: String,
}

/// Who asks, as found by the secret that was shown.
#[derive(Debug, Clone)]
pub struct Caller {
    /// Who.
    pub account: Account,
    /// By which session.
    pub session: i64,
    /// A program with a token, not a browser.
    pub is_token: bool,
}

/// What an administrator sets.
#[derive(Debug, Clone)]
pub struct Profile {
    /// The person's name.
    pub name: String,
    /// What the person may do.
    pub roles: Roles,
    /// The step of the approval chain that the person takes.
    pub approval_step: Option<String>,
    /// May not sign in any more.
    pub is_disabled: bool,
}

impl App {
    /// Whether anybody can sign in; until then the machine's own user does everything.
    pub async fn has_accounts(&self) -> Result<bool, Error> {
        if self.sign_ins.has_accounts() {
            return Ok(true);
        }
        let mut tx = self.store.read().await?;
        let has = accounts::has_accounts(&mut tx).await?;
        if has {
            // Accounts are never deleted.
            self.sign_ins.note_accounts();
        }
        Ok(has)
    }

    /// All accounts, by login.
    pub async fn accounts(&self) -> Result<Vec<Account>, Error> {
        let mut tx = self.store.read().await?;
        Ok(accounts::list_accounts(&mut tx).await?)
    }

    /// Adds an account. The first one has to be an administrator's.
    ///
    /// # Errors
    /// [`Kind::Invalid`] when login, name, roles or password will not do, [`Kind::Conflict`] when the
    /// login is taken.
    pub async fn add_account(
        &self,
        login: &str,
        profile: &Profile,
        password: &str,
    ) -> Result<Account, Error> {
        let login = login.trim().to_lowercase();
        check_login(&login)?;
        self.check_profile(profile)?;
        password::check(password, &login)?;
        let hash = self.passwords.hash(password).await?;
        let mut account = Account {
            id: AccountId(0),
            login,
            name: profile.name.trim().to_owned(),
            roles: profile.roles.clone(),
            approval_step: profile.approval_step.clone(),
            is_disabled: profile.is_disabled,
        };
        let now_us = self.clock.now_us();
        let mut tx = self.store.write().await?;
        if accounts::find_account(&mut tx, &account.login)
            .await?
            .is_some()
        {
            return Err(Error::new(
                Kind::Conflict,
                format!("Đã có tài khoản `{}`; hãy chọn tên khác.", account.login),
            ));
        }
        let is_first = !accounts::has_accounts(&mut tx).await?;
        if is_first && !is_administrator(&account) {
            return Err(Error::new(
                Kind::Invalid,
                "Tài khoản đầu tiên phải là của người quản trị.",
            ));
        }
        account.id = accounts::insert_account(&mut tx, &account, &hash, now_us).await?;
        self.note_change(&mut tx, account.id).await?;
        tx.commit().await?;
        Ok(account)
    }

    /// Sets name, roles and whether a person may sign in. Who may no longer is signed out at once.
    ///
    /// # Errors
    /// [`Kind::Conflict`] when nobody would be left who can administrate.
    pub async fn change_account(&self, login: &str, profile: &Profile) -> Result<Account, Error> {
        self.check_profile(profile)?;
        let mut tx = self.store.write().await?;
        let mut account = found(accounts::find_account(&mut tx, login).await?, login)?.account;
        account.name = profile.name.trim().to_owned();
        account.roles.clone_from(&profile.roles);
        account.approval_step.clone_from(&profile.approval_step);
        account.is_disabled = profile.is_disabled;
        let others = accounts::list_accounts(&mut tx).await?;
        let is_left = others
            .iter()
            .filter(|other| other.id != account.id)
            .chain([&account])
            .any(is_administrator);
        if !is_left {
            return Err(Error::new(
                Kind::Conflict,
                "Phải còn ít nhất một người quản trị dùng được; hãy giao vai quản trị cho người khác trước.",
            ));
        }
        accounts::update_account(&mut tx, &account).await?;
        if account.is_disabled {
            accounts::delete_sessions(&mut tx, account.id, None).await?;
        }
        self.note_change(&mut tx, account.id).await?;
        tx.commit().await?;
        Ok(account)
    }

    /// Gives an account another password and ends its sessions and tokens, but for one.
    pub async fn set_password(
        &self,
        login: &str,
        password: &str,
        kept: Option<i64>,
    ) -> Result<(), Error> {
        password::check(password, login)?;
        let hash = self.passwords.hash(password).await?;
        let mut tx = self.store.write().await?;
        let account = found(accounts::find_account(&mut tx, login).await?, login)?.account;
        accounts::set_password(&mut tx, account.id, &hash).await?;
        accounts::delete_sessions(&mut tx, account.id, kept).await?;
        self.note_change(&mut tx, account.id).await?;
        tx.commit().await?;
        Ok(())
    }

    /// The same by the person, who shows to know the present one.
    pub async fn change_own_password(
        &self,
        caller: &Caller,
        present: &str,
        password: &str,
    ) -> Result<(), Error> {
        let login = &caller.account.login;
        let mut tx = self.store.read().await?;
        let stored = found(accounts::find_account(&mut tx, login).await?, login)?;
        drop(tx);
        if !self
            .passwords
            .verify(present, Some(stored.password_hash))
            .await?
        {
            return Err(Error::new(Kind::Invalid, "Mật khẩu hiện tại chưa đúng."));
        }
        self.set_password(login, password, Some(caller.session))
            .await
    }

    /// Signs a browser in: `from` is where it asks from, `label` what it calls itself.
    ///
    /// Takes as long for a login that does not exist, and says the same.
    ///
    /// # Errors
    /// [`Kind::Invalid`] when login and password do not fit, [`Kind::Conflict`] after too many tries
    /// from there under that name.
    pub async fn sign_in(
        &self,
        login: &str,
        password: &str,
        from: &str,
        label: &str,
    ) -> Result<SignedIn, Error> {
        let login = login.trim().to_lowercase();
        let now_us = self.clock.now_us();
        if let Some(wait_s) = self.sign_ins.must_wait(&login, from, now_us) {
            return Err(Error::new(
                Kind::Conflict,
                format!("Đã thử sai nhiều lần; hãy đợi {wait_s} giây rồi đăng nhập lại."),
            ));
        }
        let mut tx = self.store.read().await?;
        let stored = accounts::find_account(&mut tx, &login).await?;
        drop(tx);
        let hash = stored.as_ref().map(|it| it.password_hash.clone());
        let is_right = self.passwords.verify(password, hash).await?;
        let account = stored.map(|it| it.account).filter(|it| !it.is_disabled);
        let Some(account) = account.filter(|_| is_right) else {
            self.sign_ins.failed(&login, from, now_us);
            return Err(Error::new(
                Kind::Invalid,
                "Tên đăng nhập hoặc mật khẩu chưa đúng.",
            ));
        };
        self.sign_ins.succeeded(&login, from);
        let secret = self
            .begin_session(&account, "browser", label, LONGEST_US)
            .await?;
        Ok(SignedIn { account, secret })
    }

    /// A token for a program, shown once. It may do what the person may.
    pub async fn make_token(&self, account: &Account, label: &str) -> Result<String, Error> {
        let label = label.trim();
        if label.is_empty() {
            return Err(Error::new(
                Kind::Invalid,
                "Hãy ghi mã này dùng cho việc gì.",
            ));
        }
        self.begin_session(account, "token", label, TOKEN_US).await
    }

    async fn begin_session(
        &self,
        account: &Account,
        kind: &str,
        label: &str,
        lasts_us: i64,
    ) -> Result<String, Error> {
        let secret = super::random_hex()?;
        let now_us = self.clock.now_us();
        let label: String = label.chars().take(120).collect();
        let mut tx = self.store.write().await?;
        accounts::delete_ended(&mut tx, now_us).await?;
        let sessions = accounts::list_sessions(&mut tx, account.id).await?;
        // The one that was not used for longest makes room.
        if let Some(oldest) = sessions.get(MAX_SESSIONS - 1) {
            accounts::delete_session(&mut tx, account.id, oldest.id).await?;
        }
        let session = NewSession {
            account: account.id,
            secret_hash: &digest(&secret),
            kind,
            label: &label,
            now_us,
            ends_us: now_us + lasts_us,
        };
        accounts::insert_session(&mut tx, &session).await?;
        tx.commit().await?;
        Ok(secret)
    }

    /// Who shows a secret; `None` when it is unknown, has ended, or its owner may no longer sign in.
    pub async fn caller(&self, secret: &str) -> Result<Option<Caller>, Error> {
        let now_us = self.clock.now_us();
        let mut tx = self.store.read().await?;
        let found = accounts::find_session(&mut tx, &digest(secret)).await?;
        drop(tx);
        let Some((session, account)) = found else {
            return Ok(None);
        };
        let is_token = session.kind == "token";
        let is_idle = !is_token && now_us > session.seen_us + IDLE_US;
        if now_us > session.ends_us || is_idle || account.is_disabled {
            return Ok(None);
        }
        if now_us > session.seen_us + SEEN_US {
            let mut tx = self.store.write().await?;
            accounts::touch_session(&mut tx, session.id, now_us).await?;
            tx.commit().await?;
        }
        Ok(Some(Caller {
            account,
            session: session.id,
            is_token,
        }))
    }

    /// The sessions and tokens of an account, the one used last first.
    pub async fn sessions(&self, account: &Account) -> Result<Vec<Session>, Error> {
        let mut tx = self.store.read().await?;
        Ok(accounts::list_sessions(&mut tx, account.id).await?)
    }

    /// Ends one session or token of an account.
    pub async fn end_session(&self, account: &Account, session: i64) -> Result<(), Error> {
        let mut tx = self.store.write().await?;
        accounts::delete_session(&mut tx, account.id, session).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Ends all sessions and tokens of the caller but the present one.
    pub async fn end_other_sessions(&self, caller: &Caller) -> Result<(), Error> {
        let mut tx = self.store.write().await?;
        accounts::delete_sessions(&mut tx, caller.account.id, Some(caller.session)).await?;
        tx.commit().await?;
        Ok(())
    }

    fn check_profile(&self, profile: &Profile) -> Result<(), Error> {
        if profile.name.trim().is_empty() {
            return Err(Error::new(Kind::Invalid, "Hãy ghi họ và tên."));
        }
        if profile.roles.is_empty() {
            return Err(Error::new(Kind::Invalid, "Hãy chọn ít nhất một vai trò."));
        }
        let Some(step) = &profile.approval_step else {
            return Ok(());
        };
        if !self.approval_steps().contains(step) {
            let known = self.approval_steps().join(", ");
            return Err(Error::new(
                Kind::Invalid,
                format!("Không có bước duyệt “{step}”; các bước: {known}."),
            ));
        }
        if !profile.roles.contains(&Role::Leader) {
            return Err(Error::new(
                Kind::Invalid,
                "Chỉ người có vai trò lãnh đạo được gắn bước duyệt.",
            ));
        }
        Ok(())
    }

    async fn note_change(&self, tx: &mut crate::store::Tx, id: AccountId) -> Result<(), Error> {
        let (at, action) = (self.clock.now_us(), Action::AccountsChanged);
        ledger::append(tx, at, &self.actor, action, id.0, id.0).await?;
        Ok(())
    }
}

fn is_administrator(account: &Account) -> bool {
    !account.is_disabled && account.roles.contains(&Role::Administrator)
}

fn found(stored: Option<Stored>, login: &str) -> Result<Stored, Error> {
    stored.ok_or_else(|| Error::new(Kind::NotFound, format!("Không có tài khoản `{login}`.")))
}

fn check_login(login: &str) -> Result<(), Error> {
    let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || ".-_".contains(c);
    let is_good = (2..=40).contains(&login.len()) && login.chars().all(is_plain);
    is_good.then_some(()).ok_or_else(|| {
        Error::new(
            Kind::Invalid,
            "Tên đăng nhập dài từ 2 đến 40 ký tự, chỉ gồm chữ không dấu, chữ số, dấu chấm, gạch nối.",
        )
    })
}

/// A password of 80 random bits, in letters that are not mistaken for others.
pub fn generated_password() -> Result<String, Error> {
    const LETTERS: &[u8; 16] = b"abcdeghkmnpqrtuv";
    let secret = super::random_hex()?;
    let letters = secret.bytes().take(20).filter_map(|digit| {
        let digit = char::from(digit).to_digit(16)?;
        LETTERS
            .get(usize::try_from(digit).ok()?)
            .copied()
            .map(char::from)
    });
    let letters: Vec<char> = letters.collect();
    let groups: Vec<String> = letters
        .chunks(4)
        .map(|group| group.iter().collect())
        .collect();
    Ok(groups.join("-"))
}

fn digest(secret: &str) -> String {
    ContentHash(Sha256::digest(secret.as_bytes()).into()).to_string()
}
