//! The words of letters. Each kind has a text that an office may replace by a file of the same name in
//! the folder `templates` of its data folder; `letter.html` says how the same words look as a page.
//!
//! A text begins with its subject (`Chủ đề: …`); an empty line ends a paragraph. Values of others are
//! never taken for markup: the page is written by an engine that escapes them.

use std::path::Path;

use minijinja::{AutoEscape, Environment, UndefinedBehavior, Value, context};

use crate::app::{Error, Kind, disk};
use crate::domain::MailKind;

/// The folder in the data folder where an office keeps its own texts.
const FOLDER: &str = "templates";
/// How a text begins.
const SUBJECT: &str = "Chủ đề:";
/// The page around every letter.
const PAGE: &str = "letter.html";

/// A letter's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Words {
    /// One line.
    pub subject: String,
    /// As text.
    pub text: String,
    /// As a page.
    pub html: String,
}

/// The texts the program ships, by file name.
fn shipped() -> [(&'static str, &'static str); 6] {
    [
        ("invitation.txt", include_str!("templates/invitation.txt")),
        (
            "acknowledgement.txt",
            include_str!("templates/acknowledgement.txt"),
        ),
        ("reminder.txt", include_str!("templates/reminder.txt")),
        ("extract.txt", include_str!("templates/extract.txt")),
        ("digest.txt", include_str!("templates/digest.txt")),
        (PAGE, include_str!("templates/letter.html")),
    ]
}

/// The templates of an installation.
pub(super) struct Templates {
    environment: Environment<'static>,
}

impl Templates {
    /// The shipped texts, and the office's own in place of those it has.
    pub(super) fn read(data_folder: &Path) -> Result<Self, Error> {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_auto_escape_callback(|name| {
            if name == PAGE {
                AutoEscape::Html
            } else {
                AutoEscape::None
            }
        });
        for (name, text) in shipped() {
            let path = data_folder.join(FOLDER).join(name);
            let text = match std::fs::read_to_string(&path) {
                Ok(own) => own,
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => text.to_owned(),
                Err(error) => return Err(unreadable(&path, disk::reason(&error), error)),
            };
            environment
                .add_template_owned(name, text)
                .map_err(|error| wrong(name, &error))?;
        }
        Ok(Self { environment })
    }

    /// Writes a letter.
    pub(super) fn write(
        &self,
        kind: MailKind,
        agency: &str,
        values: &Value,
    ) -> Result<Words, Error> {
        let name = format!("{}.txt", kind.code());
        let rendered = self.render(&name, values)?;
        let (subject, text) = rendered
            .trim_start()
            .strip_prefix(SUBJECT)
            .and_then(|rest| rest.split_once('\n'))
            .ok_or_else(|| {
                Error::new(
                    Kind::Invalid,
                    format!("Mẫu thư `{name}` phải bắt đầu bằng dòng “{SUBJECT} …”."),
                )
            })?;
        let subject = subject.split_whitespace().collect::<Vec<_>>().join(" ");
        let paragraphs: Vec<&str> = text
            .split("\n\n")
            .map(str::trim)
            .filter(|paragraph| !paragraph.is_empty())
            .collect();
        let html = self.render(PAGE, &context! { subject, agency, paragraphs })?;
        Ok(Words {
            text: format!("{}\n", paragraphs.join("\n\n")),
            subject,
            html,
        })
    }

    fn render(&self, name: &str, values: &Value) -> Result<String, Error> {
        self.environment
            .get_template(name)
            .and_then(|template| template.render(values))
            .map_err(|error| wrong(name, &error))
    }
}

/// Writes the shipped texts where an office may change them; what is there already stays. Returns the
/// files written.
pub(super) fn write_out(data_folder: &Path) -> Result<Vec<String>, Error> {
    let folder = data_folder.join(FOLDER);
    disk::make_folder(&folder)?;
    let mut written = Vec::new();
    for (name, text) in shipped() {
        let path = folder.join(name);
        if !path.exists() {
            disk::write_whole(&path, text.as_bytes())?;
            written.push(path.display().to_string());
        }
    }
    Ok(written)
}

fn unreadable(path: &Path, reason: impl std::fmt::Display, error: std::io::Error) -> Error {
    let message = format!("Không đọc được mẫu thư `{}`: {reason}.", path.display());
    Error::caused(Kind::Invalid, message, error)
}

fn wrong(name: &str, error: &minijinja::Error) -> Error {
    let place = error
        .line()
        .map_or(String::new(), |line| format!(", dòng {line}"));
    Error::new(
        Kind::Invalid,
        format!(
            "Mẫu thư `{name}`{place} không dùng được ({error}); sửa tệp trong thư mục {FOLDER}, hoặc xóa tệp để dùng mẫu có sẵn."
        ),
    )
}

#[cfg(test)]
mod tests {
    use minijinja::context;

    use super::{FOLDER, Templates};
    use crate::domain::MailKind;

    #[test]
    fn an_office_may_have_its_own_words_and_others_words_are_no_markup() {
        let folder = tempfile::tempdir().unwrap();
        let values = context! { organization => "Công ty <b>&", receipt_number => 7 };
        std::fs::create_dir(folder.path().join(FOLDER)).unwrap();
        let own = folder.path().join(FOLDER).join("acknowledgement.txt");
        let write = |text: &str| {
            std::fs::write(&own, text).unwrap();
            Templates::read(folder.path())
                .and_then(|templates| templates.write(MailKind::Acknowledgement, "SỞ", &values))
        };
        let words = write("Chủ đề: Số  {{ receipt_number }}\nGửi {{ organization }}\n").unwrap();
        assert_eq!(words.subject, "Số 7");
        assert_eq!(words.text, "Gửi Công ty <b>&\n");
        assert!(
            words.html.contains("Gửi Công ty &lt;b&gt;&amp;"),
            "{}",
            words.html
        );
        for (text, expected) in [
            ("Gửi ai đó", "Chủ đề"),
            ("Chủ đề: a\n\n{{ khong_co }}", "dòng 3"),
            ("Chủ đề: {% if %}", "dòng 1"),
        ] {
            let error = write(text).unwrap_err();
            assert!(error.message.contains(expected), "{}", error.message);
        }
    }
}
