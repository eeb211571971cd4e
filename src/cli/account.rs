//! `account`.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::args::AccountAction;
use super::{Exit, Output};
use crate::app::accounts::{Profile, generated_password};
use crate::app::disk::reason;
use crate::app::{App, Error, Kind};
use crate::domain::{Account, Role, Roles};

pub(super) async fn run(
    app: &App,
    here: &Path,
    action: &AccountAction,
    output: &mut Output,
) -> Result<Exit, Error> {
    match action {
        AccountAction::List => {
            let accounts = app.accounts().await?;
            output.data(
                || accounts.iter().map(line).collect::<String>(),
                || json!({"accounts": accounts.iter().map(to_json).collect::<Vec<_>>()}),
            );
        }
        AccountAction::Add {
            login,
            name,
            roles,
            step,
            password_file,
        } => {
            let (password, is_generated) = password(here, password_file.as_deref())?;
            let profile = Profile {
                name: name.clone(),
                roles: read_roles(roles)?,
                approval_step: step.clone(),
                is_disabled: false,
            };
            let account = app.add_account(login, &profile, &password).await?;
            say_password(&account.login, &password, is_generated, output);
        }
        AccountAction::Change {
            login,
            name,
            roles,
            step,
            lock,
            unlock,
        } => {
            let accounts = app.accounts().await?;
            let account = accounts.into_iter().find(|it| it.login == *login);
            let account = account.ok_or_else(|| {
                Error::new(Kind::NotFound, format!("Không có tài khoản `{login}`."))
            })?;
            let profile = Profile {
                name: name.clone().unwrap_or(account.name),
                roles: match roles {
                    Some(roles) => read_roles(roles)?,
                    None => account.roles,
                },
                approval_step: match step.as_deref() {
                    Some("") => None,
                    Some(step) => Some(step.to_owned()),
                    None => account.approval_step,
                },
                is_disabled: (account.is_disabled || *lock) && !*unlock,
            };
            let account = app.change_account(login, &profile).await?;
            output.data(|| line(&account), || to_json(&account));
        }
        AccountAction::Password {
            login,
            password_file,
        } => {
            let (password, is_generated) = password(here, password_file.as_deref())?;
            app.set_password(login, &password, None).await?;
            say_password(login, &password, is_generated, output);
        }
    }
    Ok(Exit::Done)
}

/// The first line of the file that was named, or one made up; never an argument, which others on the
/// machine could read. Says whether it was made up.
fn password(here: &Path, file: Option<&Path>) -> Result<(String, bool), Error> {
    let Some(file) = file else {
        return Ok((generated_password()?, true));
    };
    let path: PathBuf = here.join(file);
    let text = std::fs::read_to_string(&path).map_err(|error| {
        let message = format!("Không đọc được `{}`: {}.", path.display(), reason(&error));
        Error::caused(Kind::NotFound, message, error)
    })?;
    Ok((text.lines().next().unwrap_or("").to_owned(), false))
}

fn say_password(login: &str, password: &str, is_generated: bool, output: &mut Output) {
    output.data(
        || {
            if is_generated {
                format!(
                    "{login}: mật khẩu {password}\nChỉ hiện một lần; người dùng đổi lại ở trang Tài khoản của tôi.\n"
                )
            } else {
                format!("{login}: đã lưu\n")
            }
        },
        || json!({"login": login, "password": is_generated.then_some(password)}),
    );
}

fn read_roles(text: &str) -> Result<Roles, Error> {
    let codes = text.split(',').map(str::trim);
    codes
        .map(|code| {
            Role::parse(code).ok_or_else(|| {
                let known: Vec<&str> = Role::ALL.iter().map(|role| role.code()).collect();
                let message = format!("Không có vai trò `{code}`: {}.", known.join(", "));
                Error::new(Kind::Invalid, message)
            })
        })
        .collect()
}

fn line(account: &Account) -> String {
    let roles: Vec<&str> = account.roles.iter().map(|role| role.name()).collect();
    let locked = if account.is_disabled {
        "  (đã khóa)"
    } else {
        ""
    };
    let step = account.approval_step.as_deref();
    let step = step.map_or_else(String::new, |step| format!("  (bước {step})"));
    format!(
        "{}  {}  {}{step}{locked}\n",
        account.login,
        account.name,
        roles.join(", ")
    )
}

fn to_json(account: &Account) -> Value {
    let roles: Vec<&str> = account.roles.iter().map(|role| role.code()).collect();
    json!({
        "login": account.login,
        "name": account.name,
        "roles": roles,
        "approval_step": account.approval_step,
        "is_disabled": account.is_disabled,
    })
}
