//! What people said the columns of tables with one header hold: used for every table of that header,
//! wherever it comes from, until somebody says otherwise.

use super::{App, Error, Kind};
use crate::intake::arrangements::{self as intake, Arrangements};
use crate::intake::columns::Column;
use crate::store::Tx;
use crate::store::arrangements::{self, Arrangement};
use crate::store::ledger::{self, Action};

/// An arrangement as it is listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArrangementView {
    /// Key.
    pub id: i64,
    /// Headings, each with what its column holds; `None` for those that are not read.
    pub columns: Vec<(String, Option<Column>)>,
    /// Who said so.
    pub actor: String,
    /// When, microseconds since 1970.
    pub saved_us: i64,
}

impl App {
    /// Lists the arrangements in use, newest first.
    pub async fn arrangements(&self) -> Result<Vec<ArrangementView>, Error> {
        let mut tx = self.store.read().await?;
        let found = arrangements::list_arrangements(&mut tx).await?;
        Ok(found.into_iter().map(view).collect())
    }

    /// No longer uses an arrangement; what was read by it stays as it is.
    ///
    /// # Errors
    /// [`Kind::NotFound`] where none in use has this key.
    pub async fn remove_arrangement(&self, id: i64) -> Result<(), Error> {
        let mut tx = self.store.write().await?;
        if !arrangements::remove_arrangement(&mut tx, id).await? {
            return Err(Error::new(
                Kind::NotFound,
                format!("Không có cách xếp cột số {id} đang dùng."),
            ));
        }
        let (now_us, actor) = (self.clock.now_us(), &self.actor);
        ledger::append(&mut tx, now_us, actor, Action::ArrangementsSet, id, id).await?;
        tx.commit().await?;
        Ok(())
    }
}

fn view(stored: Arrangement) -> ArrangementView {
    let column = |code: &Option<String>| Column::parse(code.as_deref()?);
    ArrangementView {
        id: stored.id,
        columns: stored
            .headings
            .into_iter()
            .zip(stored.columns.iter().map(column))
            .collect(),
        actor: stored.actor,
        saved_us: stored.saved_us,
    }
}

/// Reads the arrangements in use.
pub(super) async fn read(tx: &mut Tx) -> Result<Arrangements, Error> {
    let found = arrangements::list_arrangements(tx).await?;
    Ok(found.into_iter().map(readable).collect())
}

/// Reads one, in use or not; none for a table that was read by its headings.
pub(super) async fn read_one(tx: &mut Tx, id: Option<i64>) -> Result<Arrangements, Error> {
    let found = match id {
        Some(id) => arrangements::find_arrangement(tx, id).await?,
        None => None,
    };
    Ok(found.into_iter().map(readable).collect())
}

fn readable(stored: Arrangement) -> intake::Arrangement {
    intake::Arrangement {
        id: Some(stored.id),
        shape: stored.shape,
        n_rows: usize::try_from(stored.n_rows).unwrap_or(1),
        columns: stored
            .columns
            .iter()
            .map(|code| Column::parse(code.as_deref()?))
            .collect(),
    }
}
