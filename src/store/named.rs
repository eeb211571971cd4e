//! Rows named by their keys: the few on a page, wherever in the table they lie.

use sqlx::QueryBuilder;

/// More keys than this are read as the range they span: every engine limits a statement's
/// parameters, and so many lie close enough.
pub(super) const MAX_NAMED: usize = 1_000;

/// Adds the condition that `column` is one of these keys, or, when there are too many to name, lies
/// in the range they span; whoever asks must then leave out what lies between. No keys, no rows.
pub(super) fn among<'a, DB: sqlx::Database>(
    query: &mut QueryBuilder<DB>,
    column: &'static str,
    keys: impl Iterator<Item = i64> + Clone,
) where
    i64: sqlx::Encode<'a, DB> + sqlx::Type<DB>,
{
    match keys.clone().count() {
        0 => {
            query.push("FALSE");
        }
        1..=MAX_NAMED => {
            query.push(column).push(" IN (");
            let mut list = query.separated(", ");
            for key in keys {
                list.push_bind(key);
            }
            query.push(")");
        }
        _ => {
            let first = keys.clone().min().unwrap_or_default();
            let last = keys.max().unwrap_or_default();
            query.push(column).push(" BETWEEN ").push_bind(first);
            query.push(" AND ").push_bind(last);
        }
    }
}
