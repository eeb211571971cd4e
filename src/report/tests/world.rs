//! Builds small consultations for tests: an invented dossier modeled on the worked case.

use jiff::civil::{Date, DateTime, date};

use crate::domain::{
    Channel, Consultation, ConsultationId, Decision, Disposition, DocumentId, GroupId,
    LetterNumber, Letterhead, Organization, OrganizationId, OrganizationKind, PointId, PointState,
    ReplyClass, ResponseState, Round, RoundId, RoundKind, SectionId, SectionKind, SubmissionId,
};
use crate::report::snapshot::{
    DocumentEntry, PointEntry, ResponseEntry, SectionEntry, Snapshot, SubmissionEntry,
};

/// A snapshot under construction.
pub(crate) struct World {
    pub(crate) snapshot: Snapshot,
    next_letter: u32,
}

/// Kind, code, name, parent.
const ORGANIZATIONS: [(&str, &str, &str, Option<&str>); 14] = [
    ("agency", "STC", "Sở Tài chính", None),
    ("agency", "SKHDT", "Sở Kế hoạch và Đầu tư", None),
    ("agency", "STP", "Sở Tư pháp", None),
    ("agency", "SCT", "Sở Công Thương", None),
    (
        "agency",
        "SNN",
        "Sở Nông nghiệp và Phát triển nông thôn",
        None,
    ),
    ("agency", "SVHTTDL", "Sở Văn hóa, Thể thao và Du lịch", None),
    (
        "agency",
        "BQLKCN",
        "Ban Quản lý các khu công nghiệp tỉnh",
        None,
    ),
    ("district", "UBHH", "UBND huyện Hiệp Hòa", None),
    ("district", "UBLN", "UBND huyện Lục Ngạn", None),
    ("district", "UBTP", "UBND thành phố Bắc Giang", None),
    (
        "district",
        "PKTHH",
        "Phòng Kinh tế và Hạ tầng huyện Hiệp Hòa",
        Some("UBHH"),
    ),
    (
        "enterprise",
        "CTAN",
        "Công ty Cổ phần Giống cây trồng An Nhiên",
        None,
    ),
    ("unit", "PQLCN", "Phòng Quản lý Công nghệ", None),
    ("agency", "SKHCN", "Sở Khoa học và Công nghệ", None),
];

/// Document, kind, level, label, heading.
const SECTIONS: [(Option<i64>, SectionKind, u8, &str, &str); 16] = [
    (None, SectionKind::General, 0, "*", "Vấn đề chung"),
    (Some(1), SectionKind::Whole, 0, "*", "Đề án"),
    (
        Some(1),
        SectionKind::Roman,
        1,
        "I",
        "SỰ CẦN THIẾT XÂY DỰNG ĐỀ ÁN",
    ),
    (Some(1), SectionKind::Roman, 1, "II", "QUAN ĐIỂM, MỤC TIÊU"),
    (Some(1), SectionKind::Number, 2, "II.1", "Quan điểm"),
    (Some(1), SectionKind::Number, 2, "II.2", "Mục tiêu"),
    (
        Some(1),
        SectionKind::Letter,
        3,
        "II.2.a",
        "Mục tiêu tổng quát",
    ),
    (
        Some(1),
        SectionKind::Letter,
        3,
        "II.2.b",
        "Mục tiêu cụ thể đến năm 2025",
    ),
    (
        Some(1),
        SectionKind::Dash,
        4,
        "II.2.b.-2",
        "Giá trị giao dịch công nghệ tăng bình quân hằng năm",
    ),
    (Some(1), SectionKind::Roman, 1, "III", "NHIỆM VỤ, GIẢI PHÁP"),
    (
        Some(1),
        SectionKind::Number,
        2,
        "III.1",
        "Hoàn thiện cơ chế, chính sách",
    ),
    (
        Some(1),
        SectionKind::Number,
        2,
        "III.2",
        "Phát triển các tổ chức trung gian của thị trường khoa học và công nghệ",
    ),
    (
        Some(2),
        SectionKind::Whole,
        0,
        "*",
        "Quyết định phê duyệt Đề án",
    ),
    (
        Some(2),
        SectionKind::Article,
        1,
        "Điều 2",
        "Tổ chức thực hiện",
    ),
    (
        Some(2),
        SectionKind::Clause,
        2,
        "Điều 2 khoản 1",
        "Trách nhiệm của Sở Khoa học và Công nghệ",
    ),
    (None, SectionKind::Format, 0, "*", "Thể thức, chính tả"),
];

impl World {
    /// Two rounds (one internal), two documents, nobody asked, nothing received.
    pub(crate) fn new() -> Self {
        let kinds = [
            ("agency", "Sở, ban, ngành tỉnh"),
            ("district", "UBND huyện, thành phố"),
            ("enterprise", "Doanh nghiệp"),
            ("unit", "Đơn vị thuộc sở"),
        ];
        let snapshot = Snapshot {
            taken_at: DateTime::constant(2021, 9, 13, 8, 5, 0, 0),
            ledger_seq: 128,
            consultation: consultation(),
            documents: vec![
                document(
                    1,
                    "Đề án",
                    "Đề án Phát triển thị trường khoa học và công nghệ",
                ),
                document(2, "Quyết định", "Quyết định phê duyệt Đề án"),
            ],
            sections: SECTIONS
                .iter()
                .zip(1..)
                .map(
                    |(&(document, kind, level, label, heading), id)| SectionEntry {
                        id: SectionId(id),
                        document: document.map(DocumentId),
                        kind,
                        level,
                        label: label.to_owned(),
                        heading: heading.to_owned(),
                    },
                )
                .collect(),
            rounds: vec![
                round(
                    1,
                    RoundKind::Internal,
                    "Lấy ý kiến các phòng, đơn vị thuộc sở",
                ),
                round(
                    2,
                    RoundKind::Consultation,
                    "Lấy ý kiến các sở, ban, ngành tỉnh; UBND các huyện, thành phố",
                ),
            ],
            kinds: kinds
                .into_iter()
                .zip(1..)
                .map(|((code, name), position)| OrganizationKind {
                    code: code.to_owned(),
                    name: name.to_owned(),
                    position,
                })
                .collect(),
            organizations: ORGANIZATIONS
                .iter()
                .zip(1..)
                .map(|(&(kind, code, name, parent), id)| organization(id, kind, code, name, parent))
                .collect(),
            invitations: Vec::new(),
            submissions: Vec::new(),
            points: Vec::new(),
        };
        Self {
            snapshot,
            next_letter: 1201,
        }
    }

    pub(crate) fn organization(&self, code: &str) -> OrganizationId {
        let found = self.snapshot.organizations.iter().find(|o| o.code == code);
        found.unwrap_or_else(|| panic!("no organization {code}")).id
    }

    pub(crate) fn ask(&mut self, round: i64, codes: &[&str]) {
        for code in codes {
            let organization = self.organization(code);
            self.snapshot
                .invitations
                .push((RoundId(round), organization));
        }
    }

    /// A counted letter of some organizations.
    pub(crate) fn reply(&mut self, codes: &[&str], class: ReplyClass) -> SubmissionId {
        let id = SubmissionId(self.snapshot.submissions.len() as i64 + 1);
        let number = self.next_letter;
        self.next_letter += 7;
        let symbol = codes.first().map_or("CV", |code| code);
        self.snapshot.submissions.push(SubmissionEntry {
            id,
            round: Some(RoundId(2)),
            channel: Channel::Email,
            organizations: codes.iter().map(|code| self.organization(code)).collect(),
            sender: None,
            letter_number: LetterNumber::parse(&format!("{number}/{symbol}-VP")),
            letter_date: Some(date(2021, 9, 7)),
            arrived_on: date(2021, 9, 8),
            disposition: Disposition::Counted,
            class: Some(class),
            is_late: false,
            needs_person: false,
            relation: None,
            remark: None,
            source: format!("thu-{id}.eml"),
        });
        id
    }

    pub(crate) fn submission(&mut self, id: SubmissionId) -> &mut SubmissionEntry {
        let found = self.snapshot.submissions.iter_mut().find(|s| s.id == id);
        found.expect("the submission was made by this world")
    }

    /// Turns a letter into something without a number.
    pub(crate) fn by_channel(&mut self, id: SubmissionId, channel: Channel, day: Date) {
        let submission = self.submission(id);
        submission.channel = channel;
        submission.letter_number = None;
        submission.letter_date = Some(day);
    }

    /// An open point about a section, named by document and label (`1 II.2.b`).
    pub(crate) fn point(&mut self, from: SubmissionId, section: &str, text: &str) -> PointId {
        let id = PointId(self.snapshot.points.len() as i64 + 1);
        let section = self.section(section);
        self.snapshot.points.push(PointEntry {
            id,
            submission: from,
            section,
            other_sections: Vec::new(),
            cited_as: None,
            text: text.to_owned(),
            report_text: None,
            stance: None,
            state: PointState::Open,
            group: None,
            joined_into: None,
            needs_leadership: false,
            out_of_scope_reason: None,
            response: None,
        });
        id
    }

    fn section(&self, place: &str) -> Option<SectionId> {
        let (document, label) = place.split_once(' ').unwrap_or(("", place));
        let wanted = match place {
            "" => return None,
            "chung" => SectionKind::General,
            "thể thức" => SectionKind::Format,
            _ => {
                let found = self.snapshot.sections.iter().find(|section| {
                    section.label == label
                        && section.document == document.parse().ok().map(DocumentId)
                });
                return Some(found.unwrap_or_else(|| panic!("no section {place}")).id);
            }
        };
        let found = self.snapshot.sections.iter().find(|s| s.kind == wanted);
        found.map(|section| section.id)
    }

    pub(crate) fn entry(&mut self, id: PointId) -> &mut PointEntry {
        let found = self.snapshot.points.iter_mut().find(|p| p.id == id);
        found.expect("the point was made by this world")
    }

    pub(crate) fn answer(&mut self, id: PointId, decision: Decision, text: &str) {
        let point = self.entry(id);
        point.state = PointState::Answered;
        point.response = Some(response(decision, text));
    }

    pub(crate) fn group(&mut self, group: i64, points: &[PointId], decision: Decision, text: &str) {
        for &id in points {
            let point = self.entry(id);
            point.state = PointState::AnsweredInGroup;
            point.group = Some(GroupId(group));
            point.response = Some(response(decision, text));
        }
    }
}

fn response(decision: Decision, text: &str) -> ResponseEntry {
    ResponseEntry {
        decision,
        text: text.to_owned(),
        change_place: None,
        state: ResponseState::Approved,
    }
}

fn consultation() -> Consultation {
    let text = |text: &str| text.to_owned();
    Consultation {
        id: ConsultationId(1),
        code: text("de-an-ttkhcn"),
        title: text(
            "Đề án “Phát triển thị trường khoa học và công nghệ tỉnh Bắc Giang đến năm 2030”",
        ),
        lead: text("SKHCN"),
        letterhead: Letterhead {
            superior: text("UBND tỉnh Bắc Giang"),
            agency: text("Sở Khoa học và Công nghệ"),
            symbol: text("BC-SKHCN"),
            place: text("Bắc Giang"),
            signer_title: text("Giám đốc"),
            signer_name: text("Nguyễn Văn Mẫu"),
            addressee: text("Ủy ban nhân dân tỉnh Bắc Giang"),
            recipients: vec![
                text("Như trên"),
                text("Các cơ quan, đơn vị được lấy ý kiến"),
                text("Lưu: VT, QLCN"),
            ],
            legal_bases: vec![
                text(
                    "Căn cứ Quyết định số 1199/QĐ-UBND ngày 24/12/2020 của UBND tỉnh về việc ban hành chương trình công tác năm 2021",
                ),
                text("Căn cứ Kế hoạch xây dựng Đề án của Sở Khoa học và Công nghệ"),
            ],
        },
    }
}

fn document(id: i64, name: &str, title: &str) -> DocumentEntry {
    DocumentEntry {
        id: DocumentId(id),
        name: name.to_owned(),
        title: title.to_owned(),
        draft_number: 1,
    }
}

fn round(number: u32, kind: RoundKind, title: &str) -> Round {
    Round {
        id: RoundId(i64::from(number)),
        number,
        kind,
        title: title.to_owned(),
        opened: date(2021, 8, 21),
        deadline: date(2021, 9, 10),
        request_number: LetterNumber::parse("987/SKHCN-QLCN"),
        request_date: Some(date(2021, 8, 20)),
        silence_means_agreement: true,
        is_official: kind != RoundKind::Internal,
    }
}

fn organization(id: i64, kind: &str, code: &str, name: &str, parent: Option<&str>) -> Organization {
    Organization {
        id: OrganizationId(id),
        code: code.to_owned(),
        name: name.to_owned(),
        kind: kind.to_owned(),
        parent: parent.map(str::to_owned),
        aliases: Vec::new(),
        letter_suffixes: Vec::new(),
        domains: Vec::new(),
        emails: Vec::new(),
        valid_from: None,
        valid_to: None,
    }
}

/// One of everything that has its own wording or its own row: the world of `fixtures/report/`.
pub(crate) fn one_of_everything() -> World {
    let mut world = World::new();
    world.ask(1, &["PQLCN"]);
    world.ask(
        2,
        &[
            "STC", "SKHDT", "STP", "SCT", "SNN", "SVHTTDL", "BQLKCN", "UBHH", "UBLN", "UBTP",
        ],
    );

    let finance = world.reply(&["STC"], ReplyClass::Comments);
    let plan = world.reply(&["SKHDT"], ReplyClass::Agrees);
    world.submission(plan).arrived_on = date(2021, 9, 14);
    world.submission(plan).is_late = true;
    let justice = world.reply(&["STP"], ReplyClass::Comments);
    let joint = world.reply(&["SCT", "BQLKCN"], ReplyClass::Comments);
    let deputy = world.reply(&["PKTHH"], ReplyClass::Comments);
    world.by_channel(deputy, Channel::Email, date(2021, 9, 5));
    let district = world.reply(&["UBLN"], ReplyClass::NoOpinion);
    world.by_channel(district, Channel::Phone, date(2021, 9, 9));
    let company = world.reply(&["CTAN"], ReplyClass::Comments);
    world.by_channel(company, Channel::Minutes, date(2021, 10, 1));
    let internal = world.reply(&["PQLCN"], ReplyClass::Comments);
    world.submission(internal).round = Some(RoundId(1));
    world.point(
        internal,
        "1 I",
        "Ý kiến nội bộ, không đưa vào báo cáo chính thức.",
    );

    let again = world.reply(&["STC"], ReplyClass::Comments);
    world.submission(again).disposition = Disposition::Duplicate;
    world.submission(again).relation = Some((crate::domain::Relation::DuplicateOf, finance));
    world.point(again, "1 II.1", "Bản gửi lại, không tính.");
    let robot = world.reply(&["SVHTTDL"], ReplyClass::NoOpinion);
    world.submission(robot).disposition = Disposition::SetAside;
    world.submission(robot).remark = Some("thư trả lời tự động".to_owned());

    let base = world.point(
        justice,
        "chung",
        "Đề nghị rà soát căn cứ pháp lý; viện dẫn <đúng> & đủ các văn bản.",
    );
    world.answer(base, Decision::Accept, "Tiếp thu, đã rà soát, bổ sung.");
    let goal = world.point(
        finance,
        "1 II.2.b",
        "Đề nghị làm rõ nguồn kinh phí thực hiện mục tiêu.\nLý do: chưa có dự toán.",
    );
    world.answer(
        goal,
        Decision::AcceptInPart,
        "Bổ sung nguồn sự nghiệp khoa học và công nghệ. Lý do: nguồn khác chưa được giao.",
    );
    world.entry(goal).response.as_mut().unwrap().change_place =
        Some("mục II.2.b, trang 7".to_owned());
    let dash = world.point(finance, "1 II.2.b.-2", "Nâng chỉ tiêu lên 15%.");
    world.answer(
        dash,
        Decision::Keep,
        "Đề xuất giữ nguyên theo dự thảo. Lý do: không tiếp thu được vì chưa đủ số liệu.",
    );
    let joined = world.point(finance, "1 II.2.b", "Chỉ tiêu nên là 15%, có lộ trình.");
    world.entry(joined).state = PointState::Joined;
    world.entry(joined).joined_into = Some(dash);
    let same: Vec<PointId> = [joint, deputy, company]
        .into_iter()
        .map(|from| {
            world.point(
                from,
                "1 III.2",
                "Bổ sung giải pháp hỗ trợ sàn giao dịch công nghệ.",
            )
        })
        .collect();
    world.group(1, &same, Decision::Accept, "Tiếp thu.");
    let open = world.point(
        joint,
        "2 Điều 2 khoản 1",
        "Bổ sung trách nhiệm phối hợp của các sở.",
    );
    world.entry(open).needs_leadership = true;
    let spelling = world.point(justice, "thể thức", "Sửa lỗi chính tả trang 3.");
    world.answer(spelling, Decision::Note, "Ghi nhận");
    let unplaced = world.point(company, "", "=Đề nghị sửa mục trên cho phù hợp.");
    world.entry(unplaced).cited_as = Some("mục trên".to_owned());
    let outside = world.point(company, "1 I", "Đề nghị giảm thuế thu nhập doanh nghiệp.");
    world.entry(outside).state = PointState::OutOfScope;
    world.entry(outside).out_of_scope_reason = Some("Thuộc thẩm quyền của Quốc hội".to_owned());
    world
}

/// A consultation of `n` points with short and very long texts, groups and long names.
pub(crate) fn many(n: usize) -> World {
    let mut world = World::new();
    let asked: Vec<&str> = ORGANIZATIONS
        .iter()
        .filter(|organization| organization.0 != "unit" && organization.3.is_none())
        .map(|organization| organization.1)
        .collect();
    world.ask(2, &asked);
    let places = [
        "chung",
        "1 I",
        "1 II.1",
        "1 II.2.a",
        "1 II.2.b",
        "1 II.2.b.-2",
        "1 III.1",
        "1 III.2",
        "2 Điều 2",
        "2 Điều 2 khoản 1",
        "thể thức",
        "1 III.2",
        "1 III.2",
    ];
    let repliers: Vec<SubmissionId> = asked
        .iter()
        .enumerate()
        .filter(|(index, _)| n == 1 && *index == 0 || n > 1 && index % 4 != 3)
        .map(|(index, &code)| {
            let comments = n == 1 || index % 3 != 2;
            let class = if comments {
                ReplyClass::Comments
            } else {
                ReplyClass::Agrees
            };
            world.reply(&[code], class)
        })
        .collect();
    let speaking: Vec<SubmissionId> = repliers
        .into_iter()
        .filter(|&id| world.submission(id).class == Some(ReplyClass::Comments))
        .collect();
    // A small fixed generator, so that every run sees the same report.
    let mut state = 12_345_u64;
    let mut next = move |below: u64| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    let sentence = "Đề nghị cơ quan soạn thảo rà soát, bổ sung số liệu về doanh nghiệp khoa học và công nghệ, sàn giao dịch công nghệ và cơ chế hỗ trợ thương mại hóa kết quả nghiên cứu trên địa bàn tỉnh. ";
    let mut group: Vec<PointId> = Vec::new();
    for index in 0..n {
        let from = speaking[next(speaking.len() as u64) as usize];
        let length = match next(12) {
            0 => 14,
            1..=3 => 4,
            _ => 1,
        };
        let text = format!("{}({}).", sentence.repeat(length), index + 1);
        let place = if index % 97 == 13 {
            ""
        } else {
            places[next(places.len() as u64) as usize]
        };
        let point = world.point(from, place, &text);
        match next(10) {
            0 => {}
            1 | 2 => world.answer(
                point,
                Decision::Keep,
                &format!("Đề xuất giữ nguyên theo dự thảo. Lý do: {}", sentence.repeat(length / 2 + 1)),
            ),
            3 => world.answer(point, Decision::AcceptInPart, "Bổ sung phần số liệu đã có nguồn chính thức; phần còn lại sẽ cập nhật khi có kết quả điều tra. Lý do: chưa có số liệu thống kê."),
            4 => group.push(point),
            5 => world.answer(point, Decision::Clarify, "Nội dung này đã được quy định tại mục II.2 của dự thảo."),
            _ => world.answer(point, Decision::Accept, "Tiếp thu, đã bổ sung vào dự thảo."),
        }
        if group.len() == 6 {
            let id = point.0;
            world.group(
                id,
                &std::mem::take(&mut group),
                Decision::Accept,
                "Tiếp thu, bổ sung vào dự thảo.",
            );
        }
    }
    world
}
