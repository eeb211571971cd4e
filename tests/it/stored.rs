//! Everything a data folder holds, for comparing two folders that must hold the same.

use std::collections::BTreeMap;
use std::fs;

use sqlx::Row;

use crate::support::Desk;

/// Table or kind of file, and what is in it, one text for each row or file.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Stored(BTreeMap<String, Vec<String>>);

impl Stored {
    /// Reads the whole database, ids included, except what depends on the time and on chance; and
    /// the names of all originals and of whatever else lies among them.
    pub(crate) fn of(desk: &Desk) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        let mut stored = runtime.block_on(tables(desk));
        let mut originals = Vec::new();
        for folder in fs::read_dir(desk.data().join("blobs")).unwrap() {
            let folder = folder.unwrap().path();
            assert!(folder.is_dir(), "a stray file: {}", folder.display());
            for file in fs::read_dir(folder).unwrap() {
                originals.push(file.unwrap().file_name().to_string_lossy().into_owned());
            }
        }
        originals.sort();
        stored.insert("(originals)".to_owned(), originals);
        Self(stored)
    }

    /// Without what carries the moment of a frozen report: its files, and their hashes. A file that
    /// was written before a kill may lie there unused.
    pub(crate) fn without_moments(mut self) -> Self {
        self.0.remove("(originals)");
        for version in self.0.get_mut("report_version").into_iter().flatten() {
            let fields: Vec<serde_json::Value> = serde_json::from_str(version).unwrap();
            let is_hash =
                |field: &&serde_json::Value| field.as_str().is_none_or(|text| text.len() != 64);
            *version =
                serde_json::to_string(&fields.iter().filter(is_hash).collect::<Vec<_>>()).unwrap();
        }
        self
    }

    /// Checks that another folder holds the same; shows the first difference.
    #[track_caller]
    pub(crate) fn check_same(&self, found: &Self, when: &str) {
        for (table, expected) in &self.0 {
            let found = &found.0[table];
            let pairs = expected.iter().zip(found);
            if let Some((expected, found)) = pairs.clone().find(|(a, b)| a != b) {
                panic!("{when}: `{table}` differs\nexpected {expected}\nfound    {found}");
            }
            assert_eq!(expected.len(), found.len(), "{when}: rows of `{table}`");
        }
        assert_eq!(self, found, "{when}");
    }
}

async fn tables(desk: &Desk) -> BTreeMap<String, Vec<String>> {
    let path = desk.data().join("tiepthu.sqlite");
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(path);
    let pool = sqlx::SqlitePool::connect_with(options).await.unwrap();
    let columns = sqlx::query(
        "SELECT t.name, group_concat(c.name) FROM sqlite_master t, pragma_table_info(t.name) c
         WHERE t.type = 'table' AND t.name NOT IN ('ledger_salt', '_sqlx_migrations')
           AND c.name NOT IN ('hash', 'prev_hash', 'digest') AND c.name NOT LIKE '%\\_us' ESCAPE '\\'
         GROUP BY t.name",
    );
    let mut tables = BTreeMap::new();
    for row in columns.fetch_all(&pool).await.unwrap() {
        let (name, columns): (String, String) = (row.get(0), row.get(1));
        let sql = format!("SELECT json_array({columns}) FROM {name} ORDER BY rowid");
        let rows = sqlx::query_scalar(sqlx::AssertSqlSafe(sql));
        tables.insert(name, rows.fetch_all(&pool).await.unwrap());
    }
    pool.close().await;
    assert!(tables.contains_key("point"), "{:?}", tables.keys());
    tables
}
