//! Organizations and their kinds.

use std::collections::BTreeMap;

use jiff::civil::Date;
use sqlx::FromRow;

use super::engine::on_engine;
use super::{Error, Tx, from_json, known, storable, to_json};
use crate::domain::{EmailAddress, Organization, OrganizationId, OrganizationKind};

#[derive(FromRow)]
struct OrganizationRow {
    id: i64,
    code: String,
    name: String,
    kind: String,
    parent: Option<String>,
    aliases: String,
    letter_suffixes: String,
    domains: String,
    emails: String,
    valid_from: Option<String>,
    valid_to: Option<String>,
}

impl OrganizationRow {
    fn into_domain(self) -> Result<Organization, Error> {
        let list = |text: &str, column| from_json::<Vec<String>>(text, "organization", column);
        let date = |text: Option<String>, column| {
            text.map(|text| known(text.parse::<Date>().ok(), "organization", column))
                .transpose()
        };
        Ok(Organization {
            id: OrganizationId(self.id),
            aliases: list(&self.aliases, "aliases")?,
            letter_suffixes: list(&self.letter_suffixes, "letter_suffixes")?,
            domains: list(&self.domains, "domains")?,
            emails: list(&self.emails, "emails")?
                .iter()
                .filter_map(|text| EmailAddress::parse(text))
                .collect(),
            valid_from: date(self.valid_from, "valid_from")?,
            valid_to: date(self.valid_to, "valid_to")?,
            code: self.code,
            name: self.name,
            kind: self.kind,
            parent: self.parent,
        })
    }
}

/// Adds kinds, or renames and reorders those whose code is known.
pub async fn set_kinds(tx: &mut Tx, kinds: &[OrganizationKind]) -> Result<(), Error> {
    for kind in kinds {
        on_engine!(tx, |conn| {
            sqlx::query(
                "INSERT INTO organization_kind (code, name, position) VALUES ($1, $2, $3)
                 ON CONFLICT (code) DO UPDATE SET name = $2, position = $3",
            )
            .bind(storable(&kind.code))
            .bind(storable(&kind.name))
            .bind(i64::from(kind.position))
            .execute(conn)
            .await?;
        });
    }
    Ok(())
}

/// Lists kinds in print order.
pub async fn list_kinds(tx: &mut Tx) -> Result<Vec<OrganizationKind>, Error> {
    let rows: Vec<(String, String, i64)> = on_engine!(tx, |conn| {
        sqlx::query_as("SELECT code, name, position FROM organization_kind ORDER BY position, code")
            .fetch_all(conn)
            .await?
    });
    Ok(rows
        .into_iter()
        .map(|(code, name, position)| OrganizationKind {
            code,
            name,
            position: u32::try_from(position).unwrap_or(u32::MAX),
        })
        .collect())
}

/// Adds organizations, or updates those whose code is known; their `id` is ignored.
///
/// Returns the keys by code, and the first and last key that was added or changed.
pub async fn set_organizations(
    tx: &mut Tx,
    organizations: &[Organization],
) -> Result<BTreeMap<String, OrganizationId>, Error> {
    let mut ids: BTreeMap<String, OrganizationId> = list_organizations(tx)
        .await?
        .into_iter()
        .map(|organization| (organization.code, organization.id))
        .collect();
    let n_new = organizations
        .iter()
        .filter(|o| !ids.contains_key(&o.code))
        .count();
    let mut next = if n_new == 0 {
        0
    } else {
        tx.take_ids("organization", n_new).await?
    };
    for organization in organizations {
        let id = *ids.entry(organization.code.clone()).or_insert_with(|| {
            next += 1;
            OrganizationId(next - 1)
        });
        let emails: Vec<&str> = organization
            .emails
            .iter()
            .map(EmailAddress::expose)
            .collect();
        on_engine!(tx, |conn| {
            sqlx::query(
                "INSERT INTO organization (id, code, name, kind, parent, aliases, letter_suffixes,
                     domains, emails, valid_from, valid_to)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
                 ON CONFLICT (code) DO UPDATE SET name = $3, kind = $4, parent = $5, aliases = $6,
                     letter_suffixes = $7, domains = $8, emails = $9, valid_from = $10,
                     valid_to = $11",
            )
            .bind(id.0)
            .bind(storable(&organization.code))
            .bind(storable(&organization.name))
            .bind(storable(&organization.kind))
            .bind(organization.parent.as_deref().map(storable))
            .bind(to_json(&organization.aliases))
            .bind(to_json(&organization.letter_suffixes))
            .bind(to_json(&organization.domains))
            .bind(to_json(&emails))
            .bind(organization.valid_from.map(|date| date.to_string()))
            .bind(organization.valid_to.map(|date| date.to_string()))
            .execute(conn)
            .await?;
        });
    }
    Ok(ids)
}

/// Lists all organizations by kind, then in the order they were added.
pub async fn list_organizations(tx: &mut Tx) -> Result<Vec<Organization>, Error> {
    let rows: Vec<OrganizationRow> = on_engine!(tx, |conn| {
        sqlx::query_as(
            "SELECT o.* FROM organization o
             LEFT JOIN organization_kind k ON k.code = o.kind
             ORDER BY COALESCE(k.position, 1000000), o.id",
        )
        .fetch_all(conn)
        .await?
    });
    rows.into_iter().map(OrganizationRow::into_domain).collect()
}
