//! Builds small consultations for tests: an invented dossier modeled on the worked case.

mod consultations;
mod drafts;

use std::collections::BTreeSet;

use jiff::civil::{Date, DateTime, date};

use crate::domain::{
    Channel, Consultation, ConsultationId, Decision, Disposition, DocumentId, GroupId,
    LetterNumber, Letterhead, Organization, OrganizationId, OrganizationKind, PointId, PointState,
    ReplyClass, ResponseState, Round, RoundId, RoundKind, SectionId, SectionKind, SubmissionId,
};
use crate::report::snapshot::{
    DocumentEntry, PointEntry, ResponseEntry, SectionEntry, Snapshot, SubmissionEntry,
};

pub(crate) use consultations::{many, one_of_everything};

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
            unchanged: BTreeSet::new(),
            drafts: Vec::new(),
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
        let id = SubmissionId(next_id(self.snapshot.submissions.len()));
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
        let id = PointId(next_id(self.snapshot.points.len()));
        let section = self.section(section);
        self.snapshot.points.push(PointEntry {
            id,
            submission: from,
            section,
            other_sections: Vec::new(),
            cited_as: None,
            cited_label: None,
            text: text.to_owned(),
            report_text: None,
            stance: None,
            state: PointState::Open,
            group: None,
            represents_group: false,
            joined_into: None,
            needs_leadership: false,
            out_of_scope_reason: None,
            recognized: None,
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

fn next_id(n: usize) -> i64 {
    i64::try_from(n).expect("small") + 1
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
            columns: Vec::new(),
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
