use super::strip::{self, PieceKind};

#[track_caller]
fn check(text: &str, expected: &[(PieceKind, &str)]) {
    let pieces = strip::cut(text, false);
    let found: Vec<_> = pieces
        .iter()
        .map(|piece| {
            let text: String = piece
                .spans
                .iter()
                .filter_map(|span| span.slice(text))
                .collect();
            (piece.kind, text)
        })
        .collect();
    let found: Vec<_> = found
        .iter()
        .map(|(kind, text)| (*kind, text.trim()))
        .collect();
    assert_eq!(found, expected);
}

#[test]
fn history_is_cut_at_its_mark() {
    let outlook = "Từ: Phòng QLCN <a@b.test>\nĐã gửi: Thứ Hai, 06 Tháng Chín 2021\nTới: x@y.test\nChủ đề: Đôn đốc\n\nĐề nghị các đơn vị góp ý.";
    check(
        &format!("Sở thống nhất.\n\n________________________________\n{outlook}"),
        &[
            (PieceKind::Body, "Sở thống nhất."),
            (
                PieceKind::Quoted,
                &format!("________________________________\n{outlook}"),
            ),
        ],
    );
    for mark in [
        "-----Original Message-----",
        "Vào Th 2, 6 thg 9, 2021 vào lúc 08:30 Phòng QLCN <a@b.test> đã viết:",
        "Vào 08:30, 6 thg 9, 2021, Phòng QLCN\n<a@b.test> đã viết:",
        "On Mon, Sep 6, 2021 at 8:30 AM QLCN <a@b.test> wrote:",
    ] {
        let quoted = format!("{mark}\n\nĐề nghị góp ý.");
        check(
            &format!("Thống nhất.\n{quoted}"),
            &[
                (PieceKind::Body, "Thống nhất."),
                (PieceKind::Quoted, &quoted),
            ],
        );
    }
}

#[test]
fn answers_between_quotations_stay() {
    check(
        "On Mon, Sep 6, 2021, QLCN wrote:\n> Mục tiêu 1\n> là gì\nSửa thành 30.\n> Mục tiêu 2\n> nữa\nBỏ.\n",
        &[
            (PieceKind::Quoted, "On Mon, Sep 6, 2021, QLCN wrote:"),
            (PieceKind::Body, "Sửa thành 30.\nBỏ."),
            (
                PieceKind::Quoted,
                "> Mục tiêu 1\n> là gì\n> Mục tiêu 2\n> nữa",
            ),
        ],
    );
}

#[test]
fn signatures_and_footers_are_cut() {
    check(
        "Nội dung.\n-- \nVăn thư\n0204 000 041",
        &[
            (PieceKind::Body, "Nội dung."),
            (PieceKind::Signature, "-- \nVăn thư\n0204 000 041"),
        ],
    );
    check(
        "Gửi Quý Sở công văn kèm theo.\n\nTrân trọng,\nVăn thư Sở Tài chính\nĐT: 0204 000 041",
        &[
            (PieceKind::Body, "Gửi Quý Sở công văn kèm theo."),
            (
                PieceKind::Signature,
                "Trân trọng,\nVăn thư Sở Tài chính\nĐT: 0204 000 041",
            ),
        ],
    );
    check(
        "Thống nhất.\nĐược gửi từ iPhone của tôi\n",
        &[
            (PieceKind::Body, "Thống nhất."),
            (PieceKind::Signature, "Được gửi từ iPhone của tôi"),
        ],
    );
}

#[test]
fn an_official_letter_keeps_its_end() {
    let letter = "Số: 12/STC-HCSN\nKính gửi: Sở KH&CN\n1. Đề nghị sửa mục III.\nTrân trọng./.\nNơi nhận:\n- Như trên;\n- Lưu: VT.\nGIÁM ĐỐC\nTrần Văn B";
    check(letter, &[(PieceKind::Body, letter)]);
}

#[test]
fn a_letter_is_not_mistaken_for_history() {
    for text in [
        "Một.\nMiễn trừ trách nhiệm cho cán bộ thử nghiệm là cần thiết.",
        "Một.\nNội dung của thư này thay cho thư gửi ngày 05/9/2021.",
        "Một.\nHãy bảo vệ môi trường làng nghề trước khi mở rộng.",
        "Từ: năm 2022 đến 2025 bố trí kinh phí.\nĐề nghị sửa.",
        "> 15% là cao.\nĐề nghị giảm.",
        "Vào năm 2021, tỉnh đã viết:\nmột",
    ] {
        assert!(
            strip::cut(text, false)
                .iter()
                .all(|piece| piece.kind == PieceKind::Body)
                || text.starts_with("Vào"),
            "{text}"
        );
    }
}

#[test]
fn a_forward_is_the_message() {
    let text = "Kính chuyển.\n---------- Forwarded message ---------\nTừ: A <a@b.test>\nDate: Th 2\nSubject: Góp ý\nTo: x@y.test\n\nĐề nghị sửa mục III.";
    let kinds: Vec<_> = strip::cut(text, true)
        .iter()
        .map(|piece| piece.kind)
        .collect();
    assert_eq!(
        kinds,
        [
            PieceKind::Body,
            PieceKind::ForwardHead,
            PieceKind::Forwarded
        ]
    );
}

#[test]
fn messages_of_a_messenger_are_told_apart() {
    check(
        "Kính chuyển.\n[08:30 06/09/2021] Vũ Văn A: Bỏ mục II.\n[08:31 06/09/2021] Vũ Văn A: Thêm mục IV.\n",
        &[
            (PieceKind::Body, "Kính chuyển."),
            (PieceKind::ForwardHead, "[08:30 06/09/2021] Vũ Văn A:"),
            (PieceKind::Forwarded, "Bỏ mục II."),
            (PieceKind::ForwardHead, "[08:31 06/09/2021] Vũ Văn A:"),
            (PieceKind::Forwarded, "Thêm mục IV."),
        ],
    );
}
