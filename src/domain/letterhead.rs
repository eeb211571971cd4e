//! What stands around the body of an official report, and what is wrong with it.

use std::borrow::Cow;

/// Longest line a letterhead holds, in characters.
const MAX_CHARS: usize = 500;

/// What may stand before the office of who signs for somebody else (Nghị định 30/2020/NĐ-CP, Phụ lục I,
/// mục II.7): on behalf of the body, acting for its head, by order, by delegation, in charge.
const ON_BEHALF: [&str; 5] = ["TM.", "KT.", "TL.", "TUQ.", "Q."];

/// What stands around the body of an official report (Nghị định 30/2020/NĐ-CP, Phụ lục I), and the
/// columns of its main table.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Letterhead {
    /// Cơ quan chủ quản trực tiếp: "UBND TỈNH BẮC GIANG".
    pub superior: String,
    /// Cơ quan ban hành: "SỞ KHOA HỌC VÀ CÔNG NGHỆ".
    pub agency: String,
    /// Ký hiệu after the number, e.g. `BC-SKHCN`; the number itself is left blank for Văn thư.
    pub symbol: String,
    /// Địa danh: "Bắc Giang".
    pub place: String,
    /// Quyền hạn, chức vụ, one a line: "GIÁM ĐỐC", or "KT. GIÁM ĐỐC" and "PHÓ GIÁM ĐỐC".
    pub signer_title: String,
    /// Họ tên người ký, without degrees.
    pub signer_name: String,
    /// Kính gửi.
    pub addressee: String,
    /// Nơi nhận, one item each, the last one "Lưu: VT, …".
    pub recipients: Vec<String>,
    /// Căn cứ, one each, without the final mark.
    pub legal_bases: Vec<String>,
    /// What the main table shows beside the four columns of the summary form.
    pub columns: Vec<ExtraColumn>,
}

/// A column that the main table may have beside the four of the summary form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExtraColumn {
    /// STT, the first one.
    Number,
    /// Kết quả xử lý, the last one.
    Outcome,
}

impl ExtraColumn {
    /// Every column, in print order.
    pub const ALL: [Self; 2] = [Self::Number, Self::Outcome];

    /// The stable code used in the database and in files.
    pub fn code(self) -> &'static str {
        match self {
            Self::Number => "number",
            Self::Outcome => "outcome",
        }
    }

    /// As printed on screen.
    pub fn name(self) -> &'static str {
        match self {
            Self::Number => "STT",
            Self::Outcome => "Kết quả xử lý",
        }
    }

    /// Reads an [`ExtraColumn::code`].
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|column| column.code() == code)
    }
}

/// One thing wrong with a letterhead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LetterheadProblem {
    /// Name of the field, as in [`Letterhead`].
    pub field: &'static str,
    /// What is wrong and what to do, in Vietnamese.
    pub message: Cow<'static, str>,
}

impl Letterhead {
    /// The same, with what it leaves empty taken from another: a consultation's from its office's.
    #[must_use]
    pub fn or(self, other: &Self) -> Self {
        let text = |own: String, other: &String| {
            if own.trim().is_empty() {
                other.clone()
            } else {
                own
            }
        };
        let list = |own: Vec<String>, other: &Vec<String>| {
            if own.iter().all(|item| item.trim().is_empty()) {
                other.clone()
            } else {
                own
            }
        };
        Self {
            superior: text(self.superior, &other.superior),
            agency: text(self.agency, &other.agency),
            symbol: text(self.symbol, &other.symbol),
            place: text(self.place, &other.place),
            signer_title: text(self.signer_title, &other.signer_title),
            signer_name: text(self.signer_name, &other.signer_name),
            addressee: text(self.addressee, &other.addressee),
            recipients: list(self.recipients, &other.recipients),
            legal_bases: list(self.legal_bases, &other.legal_bases),
            columns: if self.columns.is_empty() {
                other.columns.clone()
            } else {
                self.columns
            },
        }
    }

    /// The lines above the name of who signs.
    pub fn signer_lines(&self) -> impl Iterator<Item = &str> {
        let lines = self.signer_title.split([';', '\n']).map(str::trim);
        lines.filter(|line| !line.is_empty())
    }

    /// What a report could not print as the decree asks for; empty fields are no problem.
    pub fn problems(&self) -> Vec<LetterheadProblem> {
        let mut problems = Vec::new();
        let mut say = |field, message: Cow<'static, str>| {
            problems.push(LetterheadProblem { field, message });
        };
        let singles = [
            ("superior", &self.superior),
            ("agency", &self.agency),
            ("symbol", &self.symbol),
            ("place", &self.place),
            ("signer_name", &self.signer_name),
        ];
        for (field, text) in singles {
            if text.trim().contains('\n') {
                say(field, "chỉ ghi trên một dòng".into());
            }
        }
        let texts = singles.into_iter().chain([
            ("signer_title", &self.signer_title),
            ("addressee", &self.addressee),
        ]);
        let lists = [
            ("recipients", &self.recipients),
            ("legal_bases", &self.legal_bases),
        ];
        let listed = lists
            .iter()
            .flat_map(|(field, list)| list.iter().map(move |item| (*field, item)));
        for (field, text) in texts.chain(listed) {
            if text.lines().any(|line| line.chars().count() > MAX_CHARS) {
                say(
                    field,
                    format!("có dòng dài quá {MAX_CHARS} ký tự; hãy rút gọn").into(),
                );
            }
        }
        let symbol = self.symbol.trim();
        if !symbol.is_empty() && symbol.contains([' ', '/']) {
            say(
                "symbol",
                "chỉ ghi ký hiệu sau dấu “/”, không có khoảng trắng, ví dụ BC-SKHCN; số do Văn thư cấp".into(),
            );
        }
        if self.place.chars().any(|c| c.is_ascii_digit()) {
            say(
                "place",
                "chỉ ghi địa danh; ngày, tháng để trống cho Văn thư".into(),
            );
        }
        self.check_signer(&mut say);
        if let Some((_, before)) = self.recipients.split_last()
            && before
                .iter()
                .any(|item| item.trim_start_matches(['-', '–', ' ']).starts_with("Lưu:"))
        {
            say("recipients", "“Lưu: VT, …” phải là dòng cuối".into());
        }
        problems
    }

    fn check_signer(&self, say: &mut impl FnMut(&'static str, Cow<'static, str>)) {
        let lines: Vec<String> = self.signer_lines().map(str::to_uppercase).collect();
        if let Some((_, above)) = lines.split_last() {
            for line in above {
                if !ON_BEHALF.iter().any(|mark| line.starts_with(mark)) {
                    say(
                        "signer_title",
                        format!(
                            "dòng “{line}” đứng trên chức vụ người ký nên phải bắt đầu bằng {}",
                            ON_BEHALF.join(", ")
                        )
                        .into(),
                    );
                }
            }
            if above.is_empty()
                && ["KT.", "TL.", "TUQ."]
                    .iter()
                    .any(|mark| lines.iter().any(|line| line.starts_with(mark)))
            {
                say(
                    "signer_title",
                    "ký thay (KT.), thừa lệnh (TL.), thừa ủy quyền (TUQ.) cần thêm một dòng chức vụ của chính người ký".into(),
                );
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Letterhead;

    #[test]
    fn what_the_decree_does_not_allow_is_named_by_field() {
        #[track_caller]
        fn check(change: impl FnOnce(&mut Letterhead), expected: &[&str]) {
            let mut letterhead = Letterhead {
                symbol: "BC-SKHCN".to_owned(),
                place: "Bắc Giang".to_owned(),
                signer_title: "GIÁM ĐỐC".to_owned(),
                recipients: vec!["Như trên".to_owned(), "Lưu: VT".to_owned()],
                ..Letterhead::default()
            };
            change(&mut letterhead);
            let problems = letterhead.problems();
            let fields: Vec<&str> = problems.iter().map(|problem| problem.field).collect();
            assert_eq!(fields, expected, "{problems:?}");
        }
        check(|_| {}, &[]);
        check(|it| *it = Letterhead::default(), &[]);
        check(|it| it.symbol = "12/BC-SKHCN".to_owned(), &["symbol"]);
        check(|it| it.place = "Bắc Giang, ngày 5".to_owned(), &["place"]);
        check(
            |it| it.signer_title = "KT. GIÁM ĐỐC".to_owned(),
            &["signer_title"],
        );
        check(
            |it| it.signer_title = "GIÁM ĐỐC\nPHÓ GIÁM ĐỐC".to_owned(),
            &["signer_title"],
        );
        check(
            |it| it.signer_title = "kt. giám đốc; phó giám đốc".to_owned(),
            &[],
        );
        check(
            |it| it.signer_title = "TM. ỦY BAN NHÂN DÂN\nKT. CHỦ TỊCH\nPHÓ CHỦ TỊCH".to_owned(),
            &[],
        );
        check(|it| it.recipients.reverse(), &["recipients"]);
        check(|it| it.agency = "SỞ\nKHOA HỌC".to_owned(), &["agency"]);
        check(
            |it| it.legal_bases = vec!["x".repeat(501)],
            &["legal_bases"],
        );
    }

    #[test]
    fn what_is_empty_comes_from_the_office() {
        let office = Letterhead {
            agency: "SỞ KHOA HỌC VÀ CÔNG NGHỆ".to_owned(),
            place: "Bắc Giang".to_owned(),
            recipients: vec!["Lưu: VT".to_owned()],
            ..Letterhead::default()
        };
        let own = Letterhead {
            place: "Việt Yên".to_owned(),
            recipients: vec![String::new()],
            ..Letterhead::default()
        };
        let merged = own.or(&office);
        assert_eq!(merged.agency, office.agency);
        assert_eq!(merged.place, "Việt Yên");
        assert_eq!(merged.recipients, office.recipients);
    }
}
