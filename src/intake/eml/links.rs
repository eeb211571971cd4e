//! Links to files that lie with a service on the Internet instead of being attached: what is behind
//! them can change or vanish, and this program fetches nothing.

use std::sync::LazyLock;

use regex::Regex;

use crate::domain::{Location, Warning};
use crate::intake::LINK_ONLY;

/// Services that offices and enterprises send files by; `example` ones for trials.
static LINK: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r#"(?i)\bhttps?://(?:[\w-]+\.)*(?:drive\.google\.com|docs\.google\.com|photos\.app\.goo\.gl|"#,
        r#"1drv\.ms|onedrive\.live\.com|sharepoint\.com|dropbox\.com|db\.tt|box\.com|icloud\.com|"#,
        r#"we\.tl|wetransfer\.com|mega\.nz|mega\.co\.nz|mediafire\.com|fshare\.vn|4shared\.com|"#,
        r#"terabox\.com|pcloud\.link|zalo\.me|zaloapp\.com|zadn\.vn|dlfl\.vn|zdn\.vn|"#,
        r#"files\.fm|filemail\.com|smash\.com|drive\.[\w-]+\.(?:gov\.)?(?:vn|example))/[^\s<>"'\])]+"#,
    ))
    .expect("the pattern is valid")
});

/// Links that are listed; one mail rarely has more.
const MAX_LINKS: usize = 5;
/// A mail with fewer letters beside its links says nothing but where its file is.
const FEW_LETTERS: usize = 250;

/// What to say about links in a mail's texts; `pages` are its pages as sent, whose links have other
/// words on them.
pub(super) fn warn(texts: &[&str], pages: &[String], has_files: bool, path: &str) -> Vec<Warning> {
    let mut found: Vec<&str> = Vec::new();
    let pages = pages.iter().map(String::as_str);
    for text in texts.iter().copied().chain(pages) {
        for link in LINK.find_iter(text) {
            let link = link.as_str().trim_end_matches(['.', ',', ';']);
            if !found.contains(&link) && found.len() < MAX_LINKS {
                found.push(link);
            }
        }
    }
    let n_letters: usize = texts
        .iter()
        .map(|text| {
            let words = LINK.replace_all(text, " ");
            words.chars().filter(|c| c.is_alphabetic()).count()
        })
        .sum();
    let (code, problem) = if !has_files && n_letters < FEW_LETTERS {
        (
            LINK_ONLY,
            "Thư chỉ có liên kết đến tệp để trên mạng, không kèm tệp; nội dung góp ý chưa được nhận.",
        )
    } else {
        (
            "mail.cloud_link",
            "Thư có liên kết đến tệp để trên mạng; tệp đó không được tải về.",
        )
    };
    let location = || Location::Part {
        path: path.to_owned(),
    };
    let remedy = "Đề nghị nơi gửi gửi tệp kèm theo thư, hoặc tự tải tệp về rồi nhập; đối chiếu nơi gửi trước khi mở liên kết.";
    found
        .into_iter()
        .map(|link| Warning::new(code, location(), problem, remedy).with_value(link))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::warn;

    #[test]
    fn links_to_files_are_pointed_out() {
        let long = "Sở đề nghị bổ sung chỉ tiêu về hợp đồng chuyển giao công nghệ. ".repeat(8);
        let check = |text: &str, page: &str, has_files, expected: &[(&str, &str)]| {
            let found = warn(&[text], &[page.to_owned()], has_files, "nội dung thư");
            let found: Vec<(&str, &str)> = found
                .iter()
                .map(|warning| (&*warning.code, warning.value.as_deref().unwrap_or_default()))
                .collect();
            assert_eq!(found, expected, "{text}");
        };
        let drive = "https://drive.google.com/file/d/1a2b/view?usp=sharing";
        let only = ("mail.cloud_link_only", drive);
        check(&format!("Gửi Sở góp ý: {drive}."), "", false, &[only]);
        check(
            "Góp ý.docx",
            &format!("<a href=\"{drive}\">Góp ý.docx</a>"),
            false,
            &[only],
        );
        check(
            &format!("{long}{drive}"),
            "",
            false,
            &[("mail.cloud_link", drive)],
        );
        check(
            &format!("Bản mềm: {drive}"),
            "",
            true,
            &[("mail.cloud_link", drive)],
        );
        check("Xem https://stc.example/gop-y và 1drv.ms", "", false, &[]);
        check(
            "https://abc-my.sharepoint.com/:w:/g/x https://1drv.ms/w/s!a",
            "",
            false,
            &[
                (
                    "mail.cloud_link_only",
                    "https://abc-my.sharepoint.com/:w:/g/x",
                ),
                ("mail.cloud_link_only", "https://1drv.ms/w/s!a"),
            ],
        );
    }
}
