//! Dates, numbers, places and sources as they stand in print.

use jiff::civil::date;

use crate::domain::{
    Channel, Decision, DocumentId, LetterNumber, ReplyClass, SectionId, SectionKind,
};
use crate::report::place;
use crate::report::snapshot::SectionEntry;
use crate::report::wording;

use super::world::World;

#[test]
fn dates_pad_the_day_and_only_the_first_two_months() {
    let check = |year, month, day, expected: &str| {
        assert_eq!(wording::short_date(date(year, month, day)), expected);
    };
    check(2021, 9, 5, "05/9/2021");
    check(2021, 2, 28, "28/02/2021");
    check(2025, 11, 7, "07/11/2025");
}

#[test]
fn numbers_are_written_the_vietnamese_way() {
    assert_eq!(wording::count(0), "0");
    assert_eq!(wording::count(8), "08");
    assert_eq!(wording::count(1_209), "1.209");
    assert_eq!(wording::number(1_000_000), "1.000.000");
    assert_eq!(wording::percent(1, 3), "33,3%");
    assert_eq!(wording::percent(2, 3), "66,7%");
    assert_eq!(wording::percent(0, 0), "");
}

#[test]
fn a_source_without_a_number_says_how_it_came() {
    #[track_caller]
    fn check(channel: Channel, expected: &str) {
        let mut world = World::new();
        let id = world.reply(&["STC"], ReplyClass::Agrees);
        world.by_channel(id, channel, date(2021, 9, 5));
        assert_eq!(wording::source(world.submission(id)), expected);
    }
    check(Channel::Email, "thư điện tử ngày 05/9/2021");
    check(Channel::Table, "bảng góp ý ngày 05/9/2021");
    check(Channel::Letter, "văn bản ngày 05/9/2021");
    check(Channel::Paper, "văn bản ngày 05/9/2021");
    check(Channel::Minutes, "ý kiến tại Hội nghị ngày 05/9/2021");
    check(Channel::Remark, "bút phê ngày 05/9/2021");
    check(Channel::Phone, "điện thoại ngày 05/9/2021");
    check(Channel::Chat, "Zalo ngày 05/9/2021");
    check(Channel::Portal, "ý kiến trên Cổng thông tin ngày 05/9/2021");
}

#[test]
fn a_letter_is_named_by_its_symbol() {
    #[track_caller]
    fn check(number: &str, expected: &str) {
        let number = LetterNumber::parse(number).unwrap();
        assert_eq!(wording::letter(&number, Some(date(2021, 9, 5))), expected);
    }
    check("1234/STC-QLNS", "Công văn số 1234/STC-QLNS ngày 05/9/2021");
    check("15/BC-UBND", "Báo cáo số 15/BC-UBND ngày 05/9/2021");
    check("02/TB-VP", "Thông báo số 02/TB-VP ngày 05/9/2021");
}

#[test]
fn places_are_cited_from_the_inside_out() {
    #[track_caller]
    fn check(kind: SectionKind, label: &str, expected: &str) {
        let section = SectionEntry {
            id: SectionId(1),
            document: Some(DocumentId(1)),
            kind,
            level: 2,
            label: label.to_owned(),
            heading: "Căn cứ".to_owned(),
        };
        assert_eq!(place::name(&section, Some("Đề án")), expected);
    }
    check(SectionKind::Roman, "III", "Mục III");
    check(SectionKind::Letter, "III.2.b", "Mục III.2.b");
    check(SectionKind::Number, "2.1", "Mục 2.1");
    check(SectionKind::Part, "A", "Mục A");
    check(SectionKind::Dash, "IV.1.-3", "Gạch đầu dòng thứ 3 mục IV.1");
    check(SectionKind::Article, "Điều 5", "Điều 5");
    check(
        SectionKind::Letter,
        "Điều 5 khoản 2 điểm a",
        "Điểm a khoản 2 Điều 5",
    );
    check(SectionKind::Chapter, "Chương II", "Chương II");
    check(SectionKind::Annex, "Phụ lục I.3", "Phụ lục I.3");
    check(SectionKind::Named, "*", "Căn cứ");
    check(SectionKind::Named, "nơi nhận", "Nơi nhận");
    check(SectionKind::Whole, "*", "Toàn văn dự thảo Đề án");
    check(SectionKind::General, "*", "Vấn đề chung");
    check(SectionKind::Format, "*", "Thể thức, chính tả");
}

#[test]
fn an_answer_names_its_decision_once() {
    #[track_caller]
    fn check(words: &str, decision: Decision, expected: bool) {
        assert_eq!(wording::opens_with_decision(words, decision), expected);
    }
    check("Tiếp thu, bổ sung vào dự thảo.", Decision::Accept, true);
    check(
        "Tiếp thu một phần: chỉ bổ sung số liệu.",
        Decision::Accept,
        false,
    );
    check(
        "Tiếp thu một phần: chỉ bổ sung số liệu.",
        Decision::AcceptInPart,
        true,
    );
    check("Đề xuất giữ nguyên theo dự thảo.", Decision::Keep, false);
    assert!(!wording::avoids_refusal("Sở không tiếp thu ý kiến này."));
    assert!(wording::avoids_refusal("Tiếp thu."));
}
