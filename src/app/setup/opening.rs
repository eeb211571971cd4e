//! A consultation, a round, opened by a person who fills in a form.

use std::collections::BTreeMap;
use std::io;

use jiff::civil::Date;

use super::dossier_file::{DocumentEntry, DossierFile, LetterheadEntry, RoundEntry};
use super::{Files, SetUp};
use crate::app::catalog::find_typed;
use crate::app::{App, Error, Kind};
use crate::domain::{
    Consultation, Letterhead, Organization, OrganizationId, Round, RoundId, RoundKind,
};
use crate::recognize::organization::Directory;
use crate::store;
use crate::store::ledger::{self, Action};

/// What the files of a form are called in messages.
const FORM: &str = "biểu mẫu";

/// A consultation to open.
#[derive(Debug, Clone)]
pub struct NewConsultation {
    /// Code a person can type: letters, digits, `-`.
    pub code: String,
    /// As printed: `Đề án "…"`.
    pub title: String,
    /// Code or name of the organization that drafts.
    pub lead: String,
    /// Who issues the reports.
    pub letterhead: Letterhead,
    /// The drafts, the main one first.
    pub drafts: Vec<NewDraftFile>,
    /// The first round; `None` to open one later.
    pub round: Option<NewRound>,
}

/// A draft's file.
#[derive(Debug, Clone)]
pub struct NewDraftFile {
    /// Its name before labels: "Đề án".
    pub name: String,
    /// The file's name.
    pub file_name: String,
    /// The file.
    pub bytes: Vec<u8>,
}

/// A round to open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRound {
    /// What kind.
    pub kind: RoundKind,
    /// What it is called.
    pub title: String,
    /// When letters went out.
    pub opened: Date,
    /// Until when replies are asked for.
    pub deadline: Date,
    /// Number of the letter that asked; empty for none.
    pub request_number: String,
    /// Its day.
    pub request_date: Option<Date>,
    /// Who does not reply agrees.
    pub silence_means_agreement: bool,
    /// Codes of kinds of organizations that are asked.
    pub kinds: Vec<String>,
    /// Further ones, one code or name a line.
    pub names: String,
}

/// Files in memory.
struct Held(BTreeMap<String, Vec<u8>>);

impl Files for Held {
    fn list(&self) -> io::Result<Vec<String>> {
        Ok(self.0.keys().cloned().collect())
    }

    fn read(&self, path: &str) -> io::Result<Vec<u8>> {
        let found = self.0.get(path).cloned();
        found.ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))
    }
}

impl App {
    /// Opens a consultation.
    ///
    /// # Errors
    /// [`Kind::Conflict`] when the code is taken, [`Kind::Invalid`] with everything else that is wrong.
    pub async fn open_consultation(&self, new: NewConsultation) -> Result<SetUp, Error> {
        let organizations = self.organizations().await?;
        let directory = Directory::new(&organizations);
        let mut problems = Vec::new();
        let code = new.code.trim().to_owned();
        let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        if code.is_empty() || code.len() > 40 || !code.chars().all(is_plain) {
            problems.push(
                "Mã hồ sơ: chỉ gồm chữ không dấu, chữ số, gạch nối, ví dụ DA-KHCN-2026.".to_owned(),
            );
        }
        if new.title.trim().is_empty() {
            problems.push("Tên hồ sơ: chưa ghi.".to_owned());
        }
        check_drafts(&new.drafts, &mut problems);
        let lead = find_typed(&organizations, &directory, &new.lead);
        let lead = lead.map(|id| code_of(&organizations, id));
        let lead = lead.unwrap_or_else(|problem| {
            problems.push(format!("Cơ quan chủ trì: {problem}"));
            String::new()
        });
        let invited = match &new.round {
            Some(round) => check(round, &organizations, &directory, &mut problems),
            None => Vec::new(),
        };
        if !problems.is_empty() {
            return Err(Error::new(Kind::Invalid, problems.join("\n")));
        }
        let known = self.consultations().await?;
        if known.iter().any(|other| other.code == code) {
            let message = format!("Đã có hồ sơ mã `{code}`; hãy đặt mã khác.");
            return Err(Error::new(Kind::Conflict, message));
        }
        let document = |(n, draft): (usize, &NewDraftFile)| DocumentEntry {
            code: format!("VB{}", n + 1),
            name: draft.name.trim().to_owned(),
            title: String::new(),
            draft: 1,
            file: draft.file_name.clone(),
            main: n == 0,
        };
        let codes = invited.iter().map(|id| code_of(&organizations, *id));
        let file = DossierFile {
            code,
            title: new.title.trim().to_owned(),
            lead,
            letterhead: LetterheadEntry::from_domain(new.letterhead),
            document: new.drafts.iter().enumerate().map(document).collect(),
            round: (new.round.iter())
                .map(|round| round_entry(round, 1, codes.clone().collect()))
                .collect(),
            import: Vec::new(),
        };
        let held = new.drafts.into_iter();
        let held = Held(held.map(|draft| (draft.file_name, draft.bytes)).collect());
        self.insert_dossier(&held, FORM, file, Vec::new()).await
    }

    /// Opens a further round and returns its number.
    ///
    /// # Errors
    /// [`Kind::Invalid`] with everything that is wrong.
    pub async fn open_round(
        &self,
        consultation: &Consultation,
        new: &NewRound,
    ) -> Result<u32, Error> {
        let organizations = self.organizations().await?;
        let directory = Directory::new(&organizations);
        let mut problems = Vec::new();
        let invited = check(new, &organizations, &directory, &mut problems);
        if !problems.is_empty() {
            return Err(Error::new(Kind::Invalid, problems.join("\n")));
        }
        let mut tx = self.store.write().await?;
        let known = store::consultations::list_rounds(&mut tx, consultation.id).await?;
        let number = known.iter().map(|round| round.number).max().unwrap_or(0) + 1;
        let round = Round {
            id: RoundId(0),
            number,
            kind: new.kind,
            title: new.title.trim().to_owned(),
            opened: new.opened,
            deadline: new.deadline,
            request_number: crate::domain::LetterNumber::parse(new.request_number.trim()),
            request_date: new.request_date,
            silence_means_agreement: new.silence_means_agreement,
            is_official: is_official(new.kind),
        };
        store::consultations::insert_round(&mut tx, consultation.id, &round, &invited).await?;
        let (at, action, id) = (
            self.clock.now_us(),
            Action::ConsultationSet,
            consultation.id.0,
        );
        ledger::append(&mut tx, at, &self.actor, action, id, id).await?;
        tx.commit().await?;
        Ok(number)
    }
}

/// Each file has a document's name and a name of its own, so that none takes another's place.
fn check_drafts(drafts: &[NewDraftFile], problems: &mut Vec<String>) {
    if drafts.is_empty() {
        problems.push("Dự thảo: chưa chọn tệp nào.".to_owned());
    }
    for (at, draft) in drafts.iter().enumerate() {
        let file = &draft.file_name;
        if draft.name.trim().is_empty() {
            problems.push(format!("Dự thảo `{file}`: chưa ghi loại văn bản."));
        }
        let before = drafts.iter().take(at);
        for other in before {
            if other.file_name == *file {
                problems.push(format!(
                    "Dự thảo: có hai tệp tên `{file}`; hãy đổi tên một tệp."
                ));
            }
            if other.name.trim() == draft.name.trim() {
                problems.push(format!(
                    "Dự thảo `{file}`: đã có văn bản “{}”; hãy ghi tên khác.",
                    draft.name.trim()
                ));
            }
        }
    }
}

/// Rounds within the office, and what leaders say, are no part of the report that is issued.
fn is_official(kind: RoundKind) -> bool {
    !matches!(kind, RoundKind::Internal | RoundKind::Direction)
}

fn round_entry(round: &NewRound, number: u32, invited: Vec<String>) -> RoundEntry {
    let request = round.request_number.trim();
    RoundEntry {
        number,
        kind: round.kind,
        title: round.title.trim().to_owned(),
        opened: round.opened,
        deadline: round.deadline,
        request_number: (!request.is_empty()).then(|| request.to_owned()),
        request_date: round.request_date,
        silence_means_agreement: round.silence_means_agreement,
        official: is_official(round.kind),
        invited,
    }
}

/// Who is asked, and what is wrong with a round.
fn check(
    round: &NewRound,
    organizations: &[Organization],
    directory: &Directory,
    problems: &mut Vec<String>,
) -> Vec<OrganizationId> {
    if round.title.trim().is_empty() {
        problems.push("Đợt lấy ý kiến: chưa ghi tên đợt.".to_owned());
    }
    if round.deadline < round.opened {
        problems.push("Đợt lấy ý kiến: hạn trả lời trước ngày gửi.".to_owned());
    }
    let request = round.request_number.trim();
    if !request.is_empty() && crate::domain::LetterNumber::parse(request).is_none() {
        problems.push(format!(
            "Số công văn lấy ý kiến: `{request}` không phải số, ký hiệu văn bản, ví dụ 1153/SKHCN-QLCN."
        ));
    }
    if round.kind == RoundKind::Appraisal && round.silence_means_agreement {
        problems.push(
            "Đợt thẩm định: không trả lời không bao giờ được coi là đồng ý; hãy bỏ đánh dấu."
                .to_owned(),
        );
    }
    let mut invited: Vec<OrganizationId> = organizations
        .iter()
        .filter(|organization| round.kinds.contains(&organization.kind))
        .map(|organization| organization.id)
        .collect();
    for (number, line) in (1..).zip(round.names.lines()) {
        let name = line.trim().trim_start_matches(['-', '+', '•']).trim();
        if name.is_empty() {
            continue;
        }
        match find_typed(organizations, directory, name) {
            Ok(id) => invited.push(id),
            Err(problem) => problems.push(format!("Cơ quan được hỏi, dòng {number}: {problem}")),
        }
    }
    invited.sort_unstable();
    invited.dedup();
    invited
}

fn code_of(organizations: &[Organization], id: OrganizationId) -> String {
    let found = organizations.iter().find(|other| other.id == id);
    found.map(|found| found.code.clone()).unwrap_or_default()
}
