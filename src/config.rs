//! The one place that reads settings: a TOML file, then `TIEPTHU_*` in the environment.
//!
//! Every problem is reported at once, each with the file or variable and the key, in Vietnamese.
//! `config/example.toml` shows all keys; a test keeps it complete.

mod mail;

use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddr;
use std::path::Path;

pub use mail::{Grant, Mailbox, Outgoing, Secret, Security, Server, SignIn};

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
    /// Where `serve` and `demo` listen: loopback, unless there is a `public_url`.
    pub listen: SocketAddr,
    /// Under which address people open the pages from other machines, without a path; `None` to
    /// answer on this machine only.
    pub public_url: Option<String>,
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
    /// The steps of the approval chain, in order, at least one.
    pub approval_steps: Vec<String>,
    /// Mailboxes that replies arrive in.
    pub mailboxes: Vec<Mailbox>,
    /// How letters are sent; `None` where the office has not set it up.
    pub outgoing: Option<Outgoing>,
    /// Rows of a table in one transaction; `None` for as many as this machine stores in the time a
    /// person may wait. Not a setting; `TIEPTHU_TEST_CHUNK_ROWS` lets tests see many commits in a
    /// small table, always the same ones.
    pub chunk_rows: Option<usize>,
}

/// Read before the others: whether one may listen to the network depends on it.
const PUBLIC_URL: &str = "public_url";

/// What `TIEPTHU_TEST_CHUNK_ROWS` is called without its prefix.
const TEST_CHUNK_ROWS: &str = "test_chunk_rows";

impl Default for Config {
    fn default() -> Self {
        Self {
            database: Database::Folder,
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            public_url: None,
            actor: "Thư ký".to_owned(),
            index_heap_bytes: 128 << 20,
            max_file_bytes: 64 << 20,
            section_depth: 3,
            program_folders: usual_program_folders(),
            approval_steps: vec!["Lãnh đạo".to_owned()],
            mailboxes: Vec::new(),
            outgoing: None,
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

const SETTINGS: [Setting; 8] = [
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
        if !address.ip().is_loopback() && config.public_url.is_none() {
            return Err(format!(
                "`{text}` không phải địa chỉ nội bộ máy (127.0.0.1); muốn mở ra mạng thì đặt cả `public_url`"
            ));
        }
        config.listen = address;
        Ok(())
    }),
    (PUBLIC_URL, |config, text| {
        let url = text.trim().trim_end_matches('/');
        let host = ["https://", "http://"]
            .iter()
            .find_map(|scheme| url.strip_prefix(scheme));
        let is_host = |host: &str| {
            let is_plain = |c: char| c.is_ascii_alphanumeric() || ".-:".contains(c);
            !host.is_empty() && host.chars().all(is_plain)
        };
        config.public_url = match (url, host) {
            ("", _) => None,
            (_, Some(host)) if is_host(host) => Some(url.to_owned()),
            _ => {
                return Err(format!(
                    "`{text}` không phải địa chỉ dạng https://gop-y.don-vi.example"
                ));
            }
        };
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
    let environment: BTreeMap<String, String> = environment.collect();
    let mut named_secrets = String::new();
    if let Some((path, text)) = file {
        let origin = path.display().to_string();
        text.clone_into(&mut named_secrets);
        match text.parse::<toml::Table>() {
            Ok(mut table) => {
                read_mail(
                    &mut table,
                    &origin,
                    &environment,
                    &mut config,
                    &mut problems,
                );
                read_approval(&mut table, &origin, &mut config, &mut problems);
                let first = table.remove_entry(PUBLIC_URL);
                for (key, value) in first.into_iter().chain(table) {
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
    // A variable that the file names holds a password, whatever it is called.
    let mut environment = environment;
    let first = environment.remove_entry("TIEPTHU_PUBLIC_URL");
    let variables = first.into_iter().chain(environment).filter(|(name, _)| {
        name.starts_with("TIEPTHU_") && !named_secrets.contains(&format!("\"{name}\""))
    });
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

/// Takes the tables about mail out of the settings.
fn read_mail(
    table: &mut toml::Table,
    origin: &str,
    environment: &BTreeMap<String, String>,
    config: &mut Config,
    problems: &mut Vec<Problem>,
) {
    let mailboxes = match table.remove("mailbox") {
        None => Vec::new(),
        Some(toml::Value::Array(mailboxes)) => mailboxes,
        Some(single) => vec![single],
    };
    for (number, values) in (1..).zip(mailboxes) {
        let Some(values) = as_table(values, origin, "mailbox", problems) else {
            continue;
        };
        let name = format!("mailbox {number}");
        let mailbox = mail::mailbox(mail::Fields::new(
            origin,
            name.clone(),
            values,
            environment,
            problems,
        ));
        if config.mailboxes.iter().any(|m| m.name == mailbox.name) {
            problems.push(Problem {
                origin: origin.to_owned(),
                key: format!("{name}.name"),
                message: format!("đã có hộp thư tên `{}`; hãy đặt tên khác", mailbox.name),
            });
        }
        config.mailboxes.push(mailbox);
    }
    if let Some(values) = table
        .remove("outgoing")
        .and_then(|values| as_table(values, origin, "outgoing", problems))
    {
        config.outgoing = Some(mail::outgoing(mail::Fields::new(
            origin,
            "outgoing".to_owned(),
            values,
            environment,
            problems,
        )));
    }
}

/// More steps than any office has.
const MAX_APPROVAL_STEPS: usize = 9;

/// Takes the table about approval out of the settings.
fn read_approval(
    table: &mut toml::Table,
    origin: &str,
    config: &mut Config,
    problems: &mut Vec<Problem>,
) {
    let Some(mut values) = table
        .remove("approval")
        .and_then(|values| as_table(values, origin, "approval", problems))
    else {
        return;
    };
    let mut problem = |key: &str, message: &str| {
        problems.push(Problem {
            origin: origin.to_owned(),
            key: format!("approval.{key}"),
            message: message.to_owned(),
        });
    };
    let steps = match values.remove("steps") {
        Some(toml::Value::Array(steps)) => steps,
        Some(_) | None => Vec::new(),
    };
    for key in values.keys() {
        problem(key, "không có khóa này; chỉ có `steps`");
    }
    let names: Option<Vec<String>> = steps
        .iter()
        .map(|step| Some(step.as_str()?.trim().to_owned()).filter(|name| !name.is_empty()))
        .collect();
    let is_distinct = |names: &[String]| {
        let set: std::collections::BTreeSet<_> = names.iter().collect();
        set.len() == names.len()
    };
    match names {
        Some(names) if (1..=MAX_APPROVAL_STEPS).contains(&names.len()) && is_distinct(&names) => {
            config.approval_steps = names;
        }
        _ => problem(
            "steps",
            "phải là danh sách 1 đến 9 bước, tên khác nhau, ví dụ [\"Trưởng phòng\", \"Giám đốc\"]",
        ),
    }
}

fn as_table(
    value: toml::Value,
    origin: &str,
    key: &str,
    problems: &mut Vec<Problem>,
) -> Option<toml::Table> {
    if let toml::Value::Table(table) = value {
        return Some(table);
    }
    problems.push(Problem {
        origin: origin.to_owned(),
        key: key.to_owned(),
        message: "phải là một bảng, xem config/example.toml".to_owned(),
    });
    None
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
    fn the_approval_chain_is_a_list_of_different_names() {
        let check = |text: &str, expected: Result<&[&str], &str>| {
            let read = read(Some((Path::new("c.toml"), text)), environment(&[]));
            match (read, expected) {
                (Ok(config), Ok(steps)) => assert_eq!(config.approval_steps, steps),
                (Err(problems), Err(key)) => assert_eq!(problems.0[0].key, key, "{problems}"),
                (other, _) => panic!("{text}: {other:?}"),
            }
        };
        check("", Ok(&["Lãnh đạo"]));
        check(
            "[approval]\nsteps = [\"Trưởng phòng\", \" Giám đốc \"]",
            Ok(&["Trưởng phòng", "Giám đốc"]),
        );
        for wrong in ["[]", "3", "[\"\"]", "[\"A\", \"A\"]", "[1]"] {
            check(
                &format!("[approval]\nsteps = {wrong}"),
                Err("approval.steps"),
            );
        }
        check(
            "[approval]\nsteps = [\"A\"]\nbuoc = 1",
            Err("approval.buoc"),
        );
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
    fn the_example_s_mail_tables_are_read_once_their_marks_are_gone() {
        let example = include_str!("../config/example.toml");
        let tables = example.split("# [[mailbox]]").nth(1).unwrap();
        let tables = format!("# [[mailbox]]{tables}");
        let without_password = |line: &&str| !line.starts_with("# password_file");
        let is_setting = |line: &&str| line.starts_with("# [") || line.contains(" = ");
        let text: String = tables
            .lines()
            .filter(is_setting)
            .scan(false, |in_outgoing, line| {
                *in_outgoing |= line.contains("[outgoing]");
                Some((*in_outgoing, line))
            })
            // A mailbox has a password or a token, not both.
            .filter(|(in_outgoing, line)| *in_outgoing || without_password(line))
            .flat_map(|(_, line)| [line.trim_start_matches("# "), "\n"])
            .collect();
        let config = read(Some((Path::new("/d/config.toml"), &text)), environment(&[])).unwrap();
        let [mailbox] = config.mailboxes.as_slice() else {
            panic!("{:?}", config.mailboxes);
        };
        assert_eq!(mailbox.done_folder.as_deref(), Some("Đã nhận"));
        assert_eq!(mailbox.since, "2021-08-21".parse().ok());
        let outgoing = config.outgoing.unwrap();
        assert_eq!((outgoing.is_enabled, outgoing.server.port), (false, 587));
        assert_eq!(outgoing.remind_days, [-3, 0, 2]);
    }

    #[test]
    fn what_is_wrong_with_a_mailbox_is_said_with_its_place() {
        let check = |text: &str, expected: &[(&str, &str)]| {
            let text = format!("[[mailbox]]\n{text}");
            let name = if text.contains("TIEPTHU_MK") {
                "TIEPTHU_MK"
            } else {
                "MK"
            };
            let pair = [(name, "bi_mat")];
            let problems = match read(Some((Path::new("c.toml"), &text)), environment(&pair)) {
                Ok(_) => Vec::new(),
                Err(problems) => problems.0,
            };
            assert_eq!(problems.len(), expected.len(), "{text}: {problems:?}");
            for (problem, (key, words)) in problems.iter().zip(expected) {
                assert_eq!(problem.key, *key, "{problems:?}");
                assert!(problem.message.contains(words), "{problem}");
            }
        };
        let good = "host = \"m.example\"\nuser = \"a\"\npassword_env = \"MK\"";
        check(good, &[]);
        check(
            "host = \"m.example\"\nuser = \"a\"\npassword_env = \"TIEPTHU_MK\"",
            &[],
        );
        check("", &[("mailbox 1.host", "cần có")]);
        check(
            "host = \"m.example\"\nuser = \"a\"\npassword_env = \"KHONG\"",
            &[
                ("mailbox 1.password_env", "KHONG"),
                ("mailbox 1.user", "đi kèm"),
            ],
        );
        check(
            &format!("{good}\nsecurity = \"plain\"\ncolor = 1\nport = 0"),
            &[
                ("mailbox 1.security", "chính máy này"),
                ("mailbox 1.port", "từ 1 đến 65535"),
                ("mailbox 1.color", "không có khóa này"),
            ],
        );
        check(
            &format!("{good}\n[[mailbox]]\n{good}"),
            &[("mailbox 2.name", "đã có")],
        );
        check(
            &format!("{good}\ndone_folder = \"INBOX\""),
            &[("mailbox 1.folder", "chuyển")],
        );
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
