//! Invented replies in any number: tables of comments, and answers to them.

use std::fmt::Write;

/// Numbers that look random and are the same in every run.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A number below `n`.
    pub(crate) fn below(&mut self, n: usize) -> usize {
        // Knuth's multiplier for 64 bits; the upper half is the random one.
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).expect("31 bits fit") % n
    }

    /// A number from 0 to 1.
    pub(crate) fn unit(&mut self) -> f64 {
        f64::from(u32::try_from(self.below(1_000_000)).expect("it is below a million"))
            / 1_000_000.0
    }

    fn one_of<'a>(&mut self, words: &[&'a str]) -> &'a str {
        words[self.below(words.len())]
    }
}

const ORGANIZATIONS: [(&str, &str); 8] = [
    ("STC", "Sở Tài chính"),
    ("SCT", "Sở Công Thương"),
    ("SXD", "Sở Xây dựng"),
    ("SNV", "Sở Nội vụ"),
    ("STP", "Sở Tư pháp"),
    ("HIEPHOA", "UBND huyện Hiệp Hòa"),
    ("VIETYEN", "UBND huyện Việt Yên"),
    ("SONDONG", "UBND huyện Sơn Động"),
];
const PLACES: [&str; 6] = [
    "III.2.b",
    "II.1",
    "IV.1",
    "III.3.a",
    "I.2",
    "mục 2.2, phần IV",
];
const ASKS: [&str; 5] = [
    "Đề nghị bổ sung",
    "Đề nghị làm rõ",
    "Đề nghị cân nhắc",
    "Đề nghị bỏ",
    "Đề nghị chỉnh sửa",
];
const MATTERS: [&str; 8] = [
    "chỉ tiêu về số hợp đồng chuyển giao công nghệ",
    "cơ chế hỗ trợ doanh nghiệp đổi mới công nghệ",
    "nguồn kinh phí xây dựng sàn giao dịch công nghệ",
    "trách nhiệm của các sở, ngành trong tổ chức thực hiện",
    "lộ trình phát triển tổ chức trung gian của thị trường khoa học và công nghệ",
    "quy định về định giá tài sản trí tuệ",
    "số liệu hiện trạng thị trường khoa học và công nghệ",
    "chính sách thu hút chuyên gia về làm việc tại tỉnh",
];
const REASONS: [&str; 4] = [
    "để phù hợp với điều kiện thực tế của địa phương",
    "để bảo đảm tính khả thi, đúng quy định của Luật Chuyển giao công nghệ",
    "vì số liệu trong dự thảo chưa khớp với báo cáo của ngành",
    "để tránh trùng lặp với các chương trình đang triển khai",
];

/// A table of comments on the shipped example, for its second round: some rows are equal, some hold
/// no comment, some bring an answer along.
pub(crate) fn table(n_rows: usize, seed: u64) -> String {
    let mut random = Random::new(seed);
    let mut text =
        String::from("STT,Cơ quan góp ý,Ngày,Mục,Nội dung góp ý,Nội dung tiếp thu giải trình\r\n");
    for number in 1..=n_rows {
        let (_, organization) = ORGANIZATIONS[number % ORGANIZATIONS.len()];
        let place = random.one_of(&PLACES);
        let (ask, matter) = (random.one_of(&ASKS), random.one_of(&MATTERS));
        let comment = match number % 50 {
            0 => String::new(),
            1 => "Đề nghị rà soát lỗi chính tả trong toàn bộ dự thảo.".to_owned(),
            _ => format!(
                "{ask} {matter} (phương án số {number:05}) {}.",
                random.one_of(&REASONS)
            ),
        };
        let answer = match number % 10 {
            3 => "Tiếp thu, bổ sung vào dự thảo.",
            _ => "",
        };
        let day = 1 + number % 9;
        writeln!(
            text,
            "{number},{organization},{day:02}/9/2021,\"{place}\",\"{comment}\",\"{answer}\"\r"
        )
        .expect("writing to a string");
    }
    text
}

/// Answers to the comments of [`table`] that nobody has answered: a file for `answer --file`.
pub(crate) fn answers(n_rows: usize, n_answers: usize) -> String {
    let mut text = String::from(
        "round,organization,contains,decision,answer,change_place,state,needs_leadership,author\n",
    );
    let open =
        (1..=n_rows).filter(|number| !matches!((number % 50, number % 10), (0 | 1, _) | (_, 3)));
    for number in open.take(n_answers) {
        let (code, _) = ORGANIZATIONS[number % ORGANIZATIONS.len()];
        let state = ["draft", "submitted", "approved"][number % 3];
        let leader = number % 7 == 0;
        writeln!(
            text,
            "2,{code},(phương án số {number:05}),accept,\"Tiếp thu phương án số {number:05}.\",\
             \"mục III.2.b\",{state},{leader},ntlan"
        )
        .expect("writing to a string");
    }
    text
}
