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

/// The text of a kind of letter, or the page around all of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LetterTemplate {
    /// The file's name: `reminder.txt`.
    pub name: &'static str,
    /// What it is for, as named on screen.
    pub title: &'static str,
    /// The text that is used now.
    pub text: String,
    /// Whether it is the office's own.
    pub is_own: bool,
    /// Where the office's own text is or would be.
    pub path: std::path::PathBuf,
}

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
        for LetterTemplate { name, text, .. } in list(data_folder)? {
            environment
                .add_template_owned(name, text)
                .map_err(|error| wrong(name, &error))?;
        }
        Ok(Self { environment })
    }

    /// Whether letters can be written from a text: on values as they could be.
    fn check(mut self, name: &'static str, text: &str) -> Result<(), Error> {
        self.environment
            .add_template_owned(name, text.to_owned())
            .map_err(|error| wrong(name, &error))?;
        for kind in MailKind::ALL {
            if name == PAGE || name == file_name(kind) {
                self.write(kind, "SỞ KHOA HỌC VÀ CÔNG NGHỆ", &sample(kind))?;
            }
        }
        Ok(())
    }

    /// Writes a letter.
    pub(super) fn write(
        &self,
        kind: MailKind,
        agency: &str,
        values: &Value,
    ) -> Result<Words, Error> {
        let name = file_name(kind);
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

fn file_name(kind: MailKind) -> String {
    format!("{}.txt", kind.code())
}

/// Values like those a letter of a kind is written from.
fn sample(kind: MailKind) -> Value {
    let about = context! {
        organization => "Sở Tài chính",
        agency => "Sở Khoa học và Công nghệ",
        title => "Đề án",
        round_number => 1,
        round_title => "Lấy ý kiến",
        request_number => "12/SKHCN-QLCN",
        request_date => "01/9/2021",
        deadline => "15/9/2021",
        days_left => 3,
        silence_means_agreement => true,
        reply_address => "gop_y@so.example",
        code => "da-01.1",
    };
    match kind {
        MailKind::Invitation | MailKind::Reminder | MailKind::Extract => context! {
            attachments => ["du_thao.docx"],
            report_number => "34/BC-SKHCN",
            report_date => "20/9/2021",
            ..about
        },
        // A reply may name no round: nothing about one can be counted on.
        MailKind::Acknowledgement => context! {
            organization => "Sở Tài chính",
            agency => "Sở Khoa học và Công nghệ",
            title => "Đề án",
            code => "da-01",
            receipt_number => 7,
            received_on => "06/9/2021",
        },
        MailKind::Digest => context! {
            title => "Đề án",
            today => "07/9/2021",
            since => "06/9/2021",
            n_new => 1,
            n_waiting => 1,
            n_problems => 1,
            n_open => 1,
            n_points => 2,
            n_letters => 1,
            rounds => [context! {
                number => 1, deadline => "15/9/2021", asked => 3, replied => 2, silent => 1,
            }],
            failures => [context! { name => "góp ý", reason => "Máy chủ không trả lời." }],
        },
    }
}

/// All texts as they are used now.
pub(super) fn list(data_folder: &Path) -> Result<Vec<LetterTemplate>, Error> {
    let title = |name: &str| {
        let kind = name.strip_suffix(".txt").and_then(MailKind::parse);
        kind.map_or("Khung trang của mọi thư", MailKind::name)
    };
    let read = |(name, text): (&'static str, &str)| {
        let path = data_folder.join(FOLDER).join(name);
        let (text, is_own) = match std::fs::read_to_string(&path) {
            Ok(own) => (own, true),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => (text.to_owned(), false),
            Err(error) => return Err(unreadable(&path, disk::reason(&error), error)),
        };
        Ok(LetterTemplate {
            name,
            title: title(name),
            text,
            is_own,
            path,
        })
    };
    shipped().into_iter().map(read).collect()
}

/// Keeps an office's own text once letters can be written from it; `None` removes it.
pub(super) fn set(data_folder: &Path, name: &str, text: Option<&str>) -> Result<(), Error> {
    let Some((name, _)) = shipped().into_iter().find(|(known, _)| *known == name) else {
        return Err(Error::new(
            Kind::NotFound,
            format!("Không có mẫu thư `{name}`."),
        ));
    };
    let folder = data_folder.join(FOLDER);
    let path = folder.join(name);
    let Some(text) = text else {
        return match std::fs::remove_file(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(unreadable(&path, disk::reason(&error), error))
            }
            _ => Ok(()),
        };
    };
    Templates::read(data_folder)?.check(name, text)?;
    disk::make_folder(&folder)?;
    disk::write_whole(&path, text.as_bytes())
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
    fn a_text_is_kept_only_when_letters_can_be_written_from_it() {
        let folder = tempfile::tempdir().unwrap();
        let is_own = || -> Vec<bool> {
            let all = super::list(folder.path()).unwrap();
            all.iter().map(|template| template.is_own).collect()
        };
        // The shipped texts pass the check they put others to.
        for template in super::list(folder.path()).unwrap() {
            super::set(folder.path(), template.name, Some(&template.text)).unwrap();
        }
        assert_eq!(is_own(), [true; 6]);
        for name in ["reminder.txt", "letter.html"] {
            super::set(folder.path(), name, None).unwrap();
            super::set(folder.path(), name, None).unwrap();
        }
        assert_eq!(is_own(), [true, true, false, true, true, false]);
        for (name, text) in [
            ("reminder.txt", "Chủ đề: x\n{{ receipt_number }}"),
            ("reminder.txt", "Không có chủ đề"),
            ("letter.html", "{{ khong_co }}"),
            ("../config.toml", "Chủ đề: x\n"),
        ] {
            super::set(folder.path(), name, Some(text)).unwrap_err();
        }
        assert_eq!(is_own(), [true, true, false, true, true, false]);
    }

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
