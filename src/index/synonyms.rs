//! Abbreviations and phrases that mean the same.
//!
//! TOML text in (`config/registry/synonyms.toml`), a table of forms out. Forms are compared as the
//! index sees them: folded syllables, so "KH&CN", "kh-cn" and "KH, CN" are one form.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use crate::domain::{Location, Warning};

use super::analyzer::{self, Word};

/// A form: its syllables.
type Form = Vec<Word>;

/// Forms that mean the same, found by the folded syllables of one of them.
#[derive(Debug, Clone, Default)]
pub struct Synonyms {
    meanings: Vec<Vec<Form>>,
    by_folded: BTreeMap<Vec<String>, usize>,
    longest: usize,
}

static SHIPPED: LazyLock<Synonyms> =
    LazyLock::new(|| Synonyms::parse(include_str!("../../config/registry/synonyms.toml")).0);

impl Synonyms {
    /// The table inside the program.
    pub fn shipped() -> &'static Self {
        &SHIPPED
    }

    /// Reads `same = [["DN", "doanh nghiệp"], …]`. What cannot be used is left out with a warning.
    pub fn parse(toml: &str) -> (Self, Vec<Warning>) {
        let mut synonyms = Self::default();
        let mut warnings = Vec::new();
        let table = match toml.parse::<toml::Table>() {
            Ok(table) => table,
            Err(error) => {
                let warning = Warning::new(
                    "synonyms.not_toml",
                    Location::File,
                    "Danh mục từ đồng nghĩa không đọc được.",
                    "Sửa lỗi cú pháp TOML ở chỗ đã nêu; trong lúc đó tìm kiếm không dùng từ đồng nghĩa.",
                );
                warnings.push(warning.with_value(&error.to_string()));
                return (synonyms, warnings);
            }
        };
        let meanings = table.get("same").and_then(toml::Value::as_array);
        for meaning in meanings.into_iter().flatten() {
            let texts = meaning.as_array().into_iter().flatten();
            let texts: Vec<&str> = texts.filter_map(toml::Value::as_str).collect();
            synonyms.insert(&texts, &mut warnings);
        }
        (synonyms, warnings)
    }

    fn insert(&mut self, texts: &[&str], warnings: &mut Vec<Warning>) {
        let mut forms: Vec<Form> = Vec::new();
        for text in texts {
            let form: Form = analyzer::words(text).collect();
            let key = key(&form);
            if self.by_folded.contains_key(&key) {
                let warning = Warning::new(
                    "synonyms.two_meanings",
                    Location::File,
                    "Một cách viết thuộc hai dòng từ đồng nghĩa.",
                    "Bỏ cách viết này khỏi một dòng, hoặc gộp hai dòng; dòng đứng trước được dùng.",
                );
                warnings.push(warning.with_value(text));
            } else if !form.is_empty() && forms.iter().all(|other| self::key(other) != key) {
                forms.push(form);
            }
        }
        if forms.len() < 2 {
            let warning = Warning::new(
                "synonyms.single_form",
                Location::File,
                "Một dòng từ đồng nghĩa không có đủ hai cách viết khác nhau.",
                "Ghi ít nhất hai cách viết trên một dòng.",
            );
            warnings.push(warning.with_value(&texts.join(", ")));
            return;
        }
        for form in &forms {
            self.by_folded.insert(key(form), self.meanings.len());
            self.longest = self.longest.max(form.len());
        }
        self.meanings.push(forms);
    }

    /// Syllables in the longest form.
    pub(super) fn longest(&self) -> usize {
        self.longest
    }

    /// The other forms of what these words mean, or `None` where they are not a known form.
    pub(super) fn others(&self, words: &[Word]) -> Option<Vec<Form>> {
        let key = key(words);
        let meaning = self.meanings.get(*self.by_folded.get(&key)?)?;
        let others = meaning.iter().filter(|form| self::key(form) != key);
        Some(others.cloned().collect())
    }
}

fn key(words: &[Word]) -> Vec<String> {
    words.iter().map(|word| word.folded.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::Synonyms;
    use crate::index::analyzer;

    #[track_caller]
    fn others(synonyms: &Synonyms, text: &str) -> Vec<String> {
        let words: Vec<_> = analyzer::words(text).collect();
        let others = synonyms.others(&words).unwrap_or_default();
        let join = |form: &Vec<analyzer::Word>| {
            let words: Vec<_> = form.iter().map(|word| word.exact.as_str()).collect();
            words.join(" ")
        };
        others.iter().map(join).collect()
    }

    #[test]
    fn the_shipped_table_has_nothing_to_warn_about() {
        let text = include_str!("../../config/registry/synonyms.toml");
        assert_eq!(Synonyms::parse(text).1, []);
    }

    #[test]
    fn every_form_leads_to_the_others() {
        let shipped = Synonyms::shipped();
        assert_eq!(others(shipped, "kh-cn").len(), 3);
        assert_eq!(others(shipped, "DOANH NGHIỆP"), ["dn"]);
        assert_eq!(others(shipped, "dn"), ["doanh nghiệp"]);
        assert!(others(shipped, "doanh").is_empty());
    }

    #[test]
    fn what_cannot_be_used_is_reported() {
        let (synonyms, warnings) =
            Synonyms::parse(r#"same = [["a b", "c"], ["C", "d"], ["e"], 5]"#);
        let codes: Vec<_> = warnings.iter().map(|warning| &*warning.code).collect();
        assert_eq!(
            codes,
            [
                "synonyms.two_meanings",
                "synonyms.single_form",
                "synonyms.single_form",
                "synonyms.single_form"
            ]
        );
        assert_eq!(others(&synonyms, "c"), ["a b"]);
        assert_eq!(Synonyms::parse("same = [").1.len(), 1);
        assert_eq!(Synonyms::parse("").1, []);
    }
}
