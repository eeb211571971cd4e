//! The shipped directory of organizations, and the files an office replaces it with.

use jiff::civil::Date;
use serde::Deserialize;

use super::{App, Error, Kind, lines};
use crate::domain::{EmailAddress, Organization, OrganizationId, OrganizationKind};
use crate::recognize::organization::{Directory, NameMatch};
use crate::store;
use crate::store::ledger::{self, Action};
use crate::text::normalize::{normalize, squeeze};

/// The directory inside the program.
pub const SHIPPED_ORGANIZATIONS: &str = include_str!("../../config/registry/organizations.csv");
const SHIPPED_KINDS: &str = include_str!("../../config/registry/organization_kinds.toml");

/// Reads the shipped kinds of organizations.
pub fn shipped_kinds() -> Result<Vec<OrganizationKind>, Error> {
    #[derive(Deserialize)]
    struct File {
        kind: Vec<Entry>,
    }
    #[derive(Deserialize)]
    struct Entry {
        code: String,
        name: String,
        position: u32,
    }
    let file: File = toml::from_str(SHIPPED_KINDS).map_err(|error| {
        Error::caused(
            Kind::Internal,
            "Danh mục loại cơ quan kèm chương trình bị hỏng.",
            error,
        )
    })?;
    Ok(file
        .kind
        .into_iter()
        .map(|entry| OrganizationKind {
            code: entry.code,
            name: entry.name,
            position: entry.position,
        })
        .collect())
}

/// One line of the directory. Columns after the third may be left out.
#[derive(Deserialize)]
struct Line {
    code: String,
    name: String,
    kind: String,
    #[serde(default)]
    parent: String,
    #[serde(default)]
    aliases: String,
    #[serde(default)]
    letter_suffixes: String,
    #[serde(default)]
    domains: String,
    #[serde(default)]
    emails: String,
    #[serde(default)]
    valid_from: String,
    #[serde(default)]
    valid_to: String,
}

/// Reads a directory of organizations from CSV: `code,name,kind,parent,aliases,letter_suffixes,
/// domains,emails,valid_from,valid_to`, lists separated by `|`; the first three are needed.
///
/// # Errors
/// [`Kind::Invalid`] naming every bad line at once.
pub fn parse_organizations(file: &str, text: &str) -> Result<Vec<Organization>, Error> {
    let kinds = shipped_kinds()?;
    let (lines, mut problems) = lines::read::<Line>(file, text);
    let mut organizations: Vec<Organization> = Vec::new();
    for (number, line) in lines {
        let mut faults = Vec::new();
        let organization = organization(&line, &mut faults);
        if organization.code.is_empty() || organization.name.is_empty() {
            faults.push("thiếu mã hoặc tên cơ quan".to_owned());
        }
        if !kinds.iter().any(|kind| kind.code == organization.kind) {
            faults.push(format!("cột kind: không có loại `{}`", line.kind));
        }
        if organizations
            .iter()
            .any(|known| known.code == organization.code)
        {
            faults.push(format!("mã `{}` đã có ở trên", line.code));
        }
        problems.extend(
            faults
                .iter()
                .map(|fault| format!("{file}, dòng {number}: {fault}")),
        );
        organizations.push(organization);
    }
    if problems.is_empty() {
        Ok(organizations)
    } else {
        Err(Error::new(Kind::Invalid, problems.join("\n")))
    }
}

fn organization(line: &Line, faults: &mut Vec<String>) -> Organization {
    let clean = |text: &str| squeeze(&normalize(text));
    let list = |text: &str| -> Vec<String> {
        text.split('|')
            .map(clean)
            .filter(|item| !item.is_empty())
            .collect()
    };
    let mut date = |text: &str, column: &str| {
        let text = text.trim();
        let date = text.parse::<Date>().ok();
        if date.is_none() && !text.is_empty() {
            faults.push(format!(
                "cột {column}: `{text}` không phải ngày dạng 2025-06-30"
            ));
        }
        date
    };
    let valid_from = date(&line.valid_from, "valid_from");
    let valid_to = date(&line.valid_to, "valid_to");
    let mut emails = Vec::new();
    for text in list(&line.emails) {
        match EmailAddress::parse(&text) {
            Some(address) => emails.push(address),
            None => faults.push(format!("cột emails: `{text}` không phải địa chỉ thư")),
        }
    }
    Organization {
        id: OrganizationId(0),
        code: clean(&line.code),
        name: clean(&line.name),
        kind: clean(&line.kind),
        parent: Some(clean(&line.parent)).filter(|parent| !parent.is_empty()),
        aliases: list(&line.aliases),
        letter_suffixes: list(&line.letter_suffixes),
        domains: list(&line.domains),
        emails,
        valid_from,
        valid_to,
    }
}

/// The organization that a person means by a code or name; otherwise what to do about it.
pub(super) fn find_typed(
    organizations: &[Organization],
    directory: &Directory,
    typed: &str,
) -> Result<OrganizationId, String> {
    let typed = typed.trim();
    let by_code = (organizations.iter()).find(|it| it.code.eq_ignore_ascii_case(typed));
    if let Some(found) = by_code {
        return Ok(found.id);
    }
    let candidates = match directory.find_name(typed) {
        NameMatch::One(id, confidence) if !confidence.needs_person() => return Ok(id),
        NameMatch::One(id, _) => vec![id],
        NameMatch::Several(candidates) => candidates.into_iter().map(|(id, _)| id).collect(),
        NameMatch::Unknown => Vec::new(),
    };
    let names: Vec<&str> = (candidates.iter())
        .filter_map(|id| organizations.iter().find(|it| it.id == *id))
        .take(4)
        .map(|it| it.name.as_str())
        .collect();
    let hint = if names.is_empty() {
        "hãy thêm vào danh mục cơ quan".to_owned()
    } else {
        format!("có thể là: {}", names.join("; "))
    };
    Err(format!("Không rõ cơ quan `{typed}`; {hint}."))
}

impl App {
    /// Adds or updates organizations and their kinds. Returns how many there are now.
    pub async fn set_organizations(&self, organizations: &[Organization]) -> Result<usize, Error> {
        let kinds = shipped_kinds()?;
        let mut tx = self.store.write().await?;
        store::catalog::set_kinds(&mut tx, &kinds).await?;
        let ids = store::catalog::set_organizations(&mut tx, organizations).await?;
        let keys = organizations
            .iter()
            .filter_map(|o| ids.get(&o.code))
            .map(|id| id.0);
        if let (Some(first), Some(last)) = (keys.clone().min(), keys.max()) {
            let at = self.clock.now_us();
            let actor = &self.actor;
            ledger::append(&mut tx, at, actor, Action::CatalogSet, first, last).await?;
        }
        tx.commit().await?;
        Ok(ids.len())
    }

    /// Lists all organizations by kind.
    pub async fn organizations(&self) -> Result<Vec<Organization>, Error> {
        let mut tx = self.store.read().await?;
        Ok(store::catalog::list_organizations(&mut tx).await?)
    }
}
