//! The one place that reads settings: a TOML file, then `TIEPTHU_*` in the environment.
//!
//! Every problem is reported at once, each with the file or variable and the key, in Vietnamese.
//! `config/example.toml` shows all keys; a test keeps it complete.

use std::fmt;
use std::net::SocketAddr;
use std::path::Path;

/// Where the truth lies.
#[derive(Clone, PartialEq, Eq)]
pub enum Database {
    /// A SQLite file in the data folder.
    Folder,
    /// A PostgreSQL server; the address may hold a password.
    Server(String),
}

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Folder => "Folder",
            Self::Server(_) => "Server(…)",
        })
    }
}

/// Settings of one installation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// Where the truth lies.
    pub database: Database,
    /// Where `serve` and `demo` listen. Loopback only: this version has no sign-in.
    pub listen: SocketAddr,
    /// Who is named as the author of what the command line does.
    pub actor: String,
    /// Memory for the search index's writer, in bytes.
    pub index_heap_bytes: usize,
    /// Largest file accepted for import, in bytes; spreadsheets are streamed and have no limit.
    pub max_file_bytes: u64,
    /// How many levels of sections reports and pages fold comments to.
    pub section_depth: u8,
    /// Where poppler, Tesseract, LibreOffice and archive tools are looked for.
    pub program_folders: Vec<std::path::PathBuf>,
    /// Rows of a table in one transaction; `None` for as many as this machine stores in the time a
    /// person may wait. Not a setting; `TIEPTHU_TEST_CHUNK_ROWS` lets tests see many commits in a
    /// small table, always the same ones.
    pub chunk_rows: Option<usize>,
}

/// What `TIEPTHU_TEST_CHUNK_ROWS` is called without its prefix.
const TEST_CHUNK_ROWS: &str = "test_chunk_rows";

impl Default for Config {
    fn default() -> Self {
        Self {
            database: Database::Folder,
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            actor: "Thư ký".to_owned(),
            index_heap_bytes: 128 << 20,
            max_file_bytes: 64 << 20,
            section_depth: 3,
            program_folders: usual_program_folders(),
            chunk_rows: None,
        }
    }
}

/// Everything wrong with the settings.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct Problems(pub Vec<Problem>);

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Cấu hình chưa đúng:")?;
        self.0
            .iter()
            .try_for_each(|problem| write!(f, "\n  - {problem}"))
    }
}

/// One thing wrong with the settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// File or environment.
    pub origin: String,
    /// The key or variable.
    pub key: String,
    /// What is wrong and what is expected, in Vietnamese.
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, khóa `{}`: {}", self.origin, self.key, self.message)
    }
}

/// Where other programs usually are.
pub fn usual_program_folders() -> Vec<std::path::PathBuf> {
    let usual: &[&str] = if cfg!(windows) {
        &[
            r"C:\Program Files\LibreOffice\program",
            r"C:\Program Files\Tesseract-OCR",
            r"C:\Program Files\poppler\Library\bin",
            r"C:\Program Files\7-Zip",
        ]
    } else {
        &["/usr/local/bin", "/usr/bin", "/bin", "/opt/homebrew/bin"]
    };
    usual.iter().map(std::path::PathBuf::from).collect()
}

/// A key, and what sets it from text.
type Setting = (&'static str, fn(&mut Config, &str) -> Result<(), String>);

const SETTINGS: [Setting; 7] = [
    ("database", |config, text| {
        let is_server = ["postgres://", "postgresql://"].iter().any(|scheme| {
            text.strip_prefix(scheme)
                .is_some_and(|rest| !rest.is_empty())
        });
        config.database = match text {
            "sqlite" => Database::Folder,
            _ if is_server => Database::Server(text.to_owned()),
            // What was written is not repeated: it may hold a password.
            _ => {
                return Err(
                    "phải là `sqlite` hoặc địa chỉ dạng postgres://người_dùng:mật_khẩu@máy/tên"
                        .to_owned(),
                );
            }
        };
        Ok(())
    }),
    ("listen", |config, text| {
        let address: SocketAddr = text
            .parse()
            .map_err(|_cause| format!("`{text}` không phải địa chỉ dạng 127.0.0.1:8080"))?;
        if !address.ip().is_loopback() {
            return Err(format!(
                "`{text}` không phải địa chỉ nội bộ máy (127.0.0.1); bản này chưa có đăng nhập nên không mở ra mạng"
            ));
        }
        config.listen = address;
        Ok(())
    }),
    ("actor", |config, text| {
        if text.trim().is_empty() {
            return Err("không được để trống".to_owned());
        }
        text.trim().clone_into(&mut config.actor);
        Ok(())
    }),
    ("index_heap_mb", |config, text| {
        config.index_heap_bytes = megabytes(text, 15, 4096)?;
        Ok(())
    }),
    ("max_file_mb", |config, text| {
        config.max_file_bytes =
            u64::try_from(megabytes(text, 1, 4096)?).map_err(|error| error.to_string())?;
        Ok(())
    }),
    ("program_folders", |config, text| {
        let folders: Vec<std::path::PathBuf> = std::env::split_paths(text).collect();
        if !text.is_empty() {
            config.program_folders = folders;
        }
        Ok(())
    }),
    ("section_depth", |config, text| {
        config.section_depth = match text.parse() {
            Ok(depth @ 1..=9) => depth,
            Ok(_) | Err(_) => return Err(format!("`{text}` phải là số từ 1 đến 9")),
        };
        Ok(())
    }),
];

fn megabytes(text: &str, least: usize, most: usize) -> Result<usize, String> {
    match text.parse::<usize>() {
        Ok(n) if (least..=most).contains(&n) => Ok(n << 20),
        Ok(_) | Err(_) => Err(format!("`{text}` phải là số từ {least} đến {most} (MB)")),
    }
}

/// Reads settings: defaults, then the file if there is one, then the environment.
///
/// `environment` is the process's variables; those without the prefix `TIEPTHU_` are ignored.
pub fn read(
    file: Option<(&Path, &str)>,
    environment: impl Iterator<Item = (String, String)>,
) -> Result<Config, Problems> {
    let mut config = Config::default();
    let mut problems = Vec::new();
    if let Some((path, text)) = file {
        let origin = path.display().to_string();
        match text.parse::<toml::Table>() {
            Ok(table) => {
                for (key, value) in table {
                    let text = match value {
                        toml::Value::String(text) => text,
                        other => other.to_string(),
                    };
                    apply(&mut config, &mut problems, &origin, &key, &key, &text);
                }
            }
            Err(error) => problems.push(Problem {
                origin,
                key: "(cả tệp)".to_owned(),
                message: format!("không đọc được TOML: {}", error.message()),
            }),
        }
    }
    let mut variables: Vec<(String, String)> = environment
        .filter(|(name, _)| name.starts_with("TIEPTHU_"))
        .collect();
    variables.sort();
    for (name, text) in variables {
        let key = name.trim_start_matches("TIEPTHU_").to_lowercase();
        if key == TEST_CHUNK_ROWS {
            config.chunk_rows = text.parse().ok().filter(|n| *n > 0).or(Some(1));
        }
        if key == "log" || key.starts_with("test_") {
            continue;
        }
        apply(
            &mut config,
            &mut problems,
            "biến môi trường",
            &name,
            &key,
            &text,
        );
    }
    if problems.is_empty() {
        Ok(config)
    } else {
        Err(Problems(problems))
    }
}

fn apply(
    config: &mut Config,
    problems: &mut Vec<Problem>,
    origin: &str,
    shown: &str,
    key: &str,
    text: &str,
) {
    let outcome = if let Some((_, set)) = SETTINGS.iter().find(|(name, _)| *name == key) {
        set(config, text)
    } else {
        let known: Vec<&str> = SETTINGS.iter().map(|(name, _)| *name).collect();
        Err(format!(
            "không có khóa này; các khóa có thể dùng: {}",
            known.join(", ")
        ))
    };
    if let Err(message) = outcome {
        problems.push(Problem {
            origin: origin.to_owned(),
            key: shown.to_owned(),
            message,
        });
    }
}

/// Reads settings of a data folder: `config.toml` in it, then the process's environment.
pub fn load(data_folder: &Path) -> Result<Config, Problems> {
    let path = data_folder.join("config.toml");
    match std::fs::read_to_string(&path) {
        Ok(text) => read(Some((&path, &text)), std::env::vars()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => read(None, std::env::vars()),
        Err(error) => Err(Problems(vec![Problem {
            origin: path.display().to_string(),
            key: "(cả tệp)".to_owned(),
            message: format!("không đọc được: {error}"),
        }])),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{Config, Database, SETTINGS, read};

    fn environment(pairs: &[(&str, &str)]) -> impl Iterator<Item = (String, String)> {
        pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect::<Vec<_>>()
            .into_iter()
    }

    #[test]
    fn the_example_names_every_key_with_its_default() {
        let example = include_str!("../config/example.toml");
        let config = read(Some((Path::new("example.toml"), example)), environment(&[])).unwrap();
        assert_eq!(config, Config::default());
        for (key, _) in SETTINGS {
            assert!(
                example.contains(key),
                "config/example.toml does not mention `{key}`"
            );
        }
    }

    #[test]
    fn the_environment_wins() {
        let config = read(
            Some((
                Path::new("c.toml"),
                "actor = \"Văn thư\"\nsection_depth = 2",
            )),
            environment(&[("TIEPTHU_SECTION_DEPTH", "4"), ("HOME", "x")]),
        )
        .unwrap();
        assert_eq!(
            (config.actor.as_str(), config.section_depth),
            ("Văn thư", 4)
        );
    }

    #[test]
    fn every_problem_is_reported_at_once() {
        let problems = read(
            Some((
                Path::new("c.toml"),
                "listen = \"0.0.0.0:80\"\ncolor = 1\nactor = \" \"",
            )),
            environment(&[("TIEPTHU_MAX_FILE_MB", "nhiều")]),
        )
        .unwrap_err();
        let keys: Vec<&str> = problems
            .0
            .iter()
            .map(|problem| problem.key.as_str())
            .collect();
        assert_eq!(keys, ["actor", "color", "listen", "TIEPTHU_MAX_FILE_MB"]);
    }
    #[test]
    fn a_database_address_is_taken_and_never_shown() {
        let address = "postgres://van_thu:bi_mat@db.example/gop_y?sslmode=verify-full";
        let config = read(None, environment(&[("TIEPTHU_DATABASE", address)])).unwrap();
        assert_eq!(config.database, Database::Server(address.to_owned()));
        assert!(!format!("{config:?}").contains("bi_mat"));
        let problems = read(
            None,
            environment(&[("TIEPTHU_DATABASE", "mysql://a:bi_mat@b/c")]),
        )
        .unwrap_err();
        assert_eq!(problems.0.len(), 1);
        assert!(!problems.to_string().contains("bi_mat"), "{problems}");
    }
}
