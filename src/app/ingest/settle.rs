//! From what was understood to rows: relations to earlier submissions, and the record itself.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use sha2::{Digest, Sha256};

use crate::app::Error;
use crate::app::understand::{
    Dossier, OtherLetter, Point, RULES_VERSION, TableAnswer, Understood, text_key,
};
use crate::domain::{
    Confidence, Decision, Disposition, Evidence, Finding, MailState, Relation, ResponseState,
    SectionId, SubmissionId,
};
use crate::intake::Bounce;
use crate::store::ledger::Action;
use crate::store::points::{self, NewPoint};
use crate::store::responses::{self, NewResponse};
use crate::store::settlements::{self, Claim, NewPart, Settlement};
use crate::store::submissions::{self, Change, Submission};
use crate::store::undone::Restored;
use crate::store::{Tx, outbox, problems};
use crate::text::fold::fold;

/// What settling one submission did.
#[derive(Debug, Clone)]
pub struct Settled {
    /// Its state.
    pub disposition: Disposition,
    /// Its points.
    pub n_points: u64,
    /// A person has to look.
    pub needs_person: bool,
    /// What was found about its relation to earlier ones, in Vietnamese.
    pub remark: Option<String>,
    /// The other letters of the same mail, claimed with it and to be read.
    pub(super) claimed: Vec<SubmissionId>,
    /// Ledger entries the transaction owes.
    pub(super) entries: Vec<(Action, i64, i64)>,
}

impl Settled {
    /// A submission that was taken back and came again.
    pub(in crate::app) fn again(restored: &Restored) -> Self {
        Self {
            disposition: restored.disposition,
            n_points: u64::try_from(restored.n_points).unwrap_or(0),
            needs_person: restored.needs_person,
            remark: None,
            claimed: Vec::new(),
            entries: Vec::new(),
        }
    }
}

/// The relation of a reply to an earlier one, as far as it is known without a person.
struct Related {
    relation: Relation,
    other: SubmissionId,
    is_certain: bool,
    /// State of the new submission, where the relation decides it.
    disposition: Option<Disposition>,
    /// State of the other submission, where the relation decides it.
    other_disposition: Option<Disposition>,
    needs_person: bool,
    remark: String,
    rule: &'static str,
}

/// Records everything understood of a claimed letter, including what it is to earlier letters.
pub(super) async fn settle_reply(
    tx: &mut Tx,
    dossier: &Dossier,
    submission: &Submission,
    mut understood: Understood,
    received_on: Date,
    now_us: i64,
) -> Result<Settled, Error> {
    let content_key = content_key(&understood);
    let related = find_related(tx, submission, &understood, content_key.as_deref()).await?;
    let mut remark = None;
    let mut needs_person = !understood.reasons.is_empty() || !understood.warnings.is_empty();
    if understood.disposition == Disposition::SetAside {
        needs_person = false;
    }
    let mut entries = Vec::new();
    if let Some(related) = &related {
        understood.disposition = related.disposition.unwrap_or(understood.disposition);
        let sure = Confidence::new(if related.is_certain { 1.0 } else { 0.7 });
        let why = Evidence::outside(Finding::Relation, related.rule, sure);
        understood.evidence.push(why);
        needs_person |= related.needs_person;
        if related.disposition.is_some() {
            needs_person = false;
        }
        remark = Some(related.remark.clone());
        if let Some(disposition) = related.other_disposition {
            let change = Change {
                disposition: Some(disposition),
                remark: Some(format!("Đã được lượt góp ý số {} thay thế.", submission.id)),
                ..Change::default()
            };
            submissions::update_submission(tx, related.other, &change).await?;
            entries.push((Action::SubmissionsChanged, related.other.0, related.other.0));
        }
    }
    let table_answers = std::mem::take(&mut understood.answers_in_table);
    let warnings = std::mem::take(&mut understood.warnings);
    let others = std::mem::take(&mut understood.others);
    let bounce = understood.bounce.take();
    let mut settlement = settlement(dossier, understood, received_on);
    settlement.needs_person = needs_person;
    settlement.content_key = content_key;
    settlement.relation = related
        .as_ref()
        .map(|related| (related.relation, related.other, related.is_certain));
    settlement.remark = join_remarks(settlement.remark, remark.clone());
    settlements::settle(tx, submission.id, submission.consultation, &settlement).await?;
    problems::insert_problems(
        tx,
        submission.consultation,
        submission.batch,
        Some(submission.id),
        &submission.source,
        &warnings,
    )
    .await?;
    entries.insert(
        0,
        (Action::SubmissionsSettled, submission.id.0, submission.id.0),
    );
    if let Some(bounce) = bounce.filter(|bounce| bounce.is_failed) {
        entries.extend(note_bounce(tx, submission.id, &bounce).await?);
    }
    let claimed = claim_others(tx, submission, &others, received_on, now_us).await?;
    if let (Some(first), Some(last)) = (claimed.first(), claimed.last()) {
        entries.push((Action::SubmissionsClaimed, first.0, last.0));
    }
    let answers: Vec<_> = table_answers
        .iter()
        .map(|(point, answer)| (submission.id, *point, answer))
        .collect();
    entries.extend(insert_table_answers(tx, &answers, now_us).await?);
    Ok(Settled {
        disposition: settlement.disposition,
        n_points: u64::try_from(settlement.points.len()).unwrap_or(u64::MAX),
        needs_person,
        remark,
        claimed,
        entries,
    })
}

/// Claims the other letters of a mail: with the mail's own settling, so that a crash loses none.
async fn claim_others(
    tx: &mut Tx,
    mail: &Submission,
    others: &[OtherLetter],
    received_on: Date,
    now_us: i64,
) -> Result<Vec<SubmissionId>, Error> {
    let mut claimed = Vec::with_capacity(others.len());
    for other in others {
        let source = format!("{} > {}", mail.source, other.path);
        let mut claim = Claim::letter(
            mail.consultation,
            mail.round,
            mail.channel,
            mail.blob,
            source,
            now_us,
        );
        claim.external_id = format!("{}#{}", mail.blob, other.number);
        claimed.push(settlements::claim(tx, &claim, received_on).await?);
    }
    Ok(claimed)
}

/// Links a report that a letter did not arrive to that letter.
async fn note_bounce(
    tx: &mut Tx,
    submission: SubmissionId,
    bounce: &Bounce,
) -> Result<Option<(Action, i64, i64)>, Error> {
    let Some(message_id) = &bounce.message_id else {
        return Ok(None);
    };
    let Some(mail) = outbox::find_by_message_id(tx, message_id).await? else {
        return Ok(None);
    };
    let change = outbox::Change {
        to: Some(MailState::Bounced),
        answer: Some(&bounce.reason),
        bounced_by: Some(submission),
        ..outbox::Change::default()
    };
    outbox::change(tx, mail.id, &change).await?;
    Ok(Some((Action::MailsChanged, mail.id, mail.id)))
}

fn join_remarks(first: Option<String>, second: Option<String>) -> Option<String> {
    match (first, second) {
        (Some(first), Some(second)) => Some(format!("{first} {second}")),
        (first, second) => first.or(second),
    }
}

/// Turns what was understood into a row; places become the stored sections.
///
/// What names no day of arrival arrived when we received it.
pub fn settlement(dossier: &Dossier, understood: Understood, received_on: Date) -> Settlement {
    let is_late = dossier.is_late(understood.round, understood.arrived_on);
    let points = understood
        .points
        .into_iter()
        .map(|point| new_point(dossier, point))
        .collect();
    Settlement {
        round: understood.round,
        disposition: understood.disposition,
        class: understood.class,
        arrived_on: understood.arrived_on.unwrap_or(received_on),
        is_late,
        needs_person: !understood.reasons.is_empty(),
        letter_number: understood.letter_number,
        letter_date: understood.letter_date,
        subject: understood.subject,
        sender: understood.sender,
        message_id: understood.message_id,
        relation: None,
        remark: Some(understood.reasons.join(" ")).filter(|remark| !remark.is_empty()),
        row_key: None,
        content_key: None,
        evidence: understood.evidence,
        organizations: understood.organizations,
        parts: understood
            .parts
            .into_iter()
            .map(|part| NewPart {
                path: part.path,
                role: part.role,
                extractor: part.extractor,
                text: part.text,
                map: part.map,
            })
            .collect(),
        points,
        rules_version: RULES_VERSION,
    }
}

/// A point whose places are the stored sections.
fn new_point(dossier: &Dossier, point: Point) -> NewPoint {
    let mut sections = point
        .places
        .iter()
        .filter_map(|(node, confidence)| Some((dossier.section(*node)?, *confidence)));
    let primary = sections.next();
    let mut seen = BTreeSet::new();
    let other_sections: Vec<SectionId> = sections
        .map(|(id, _)| id)
        .filter(|id| primary.is_none_or(|(primary, _)| primary != *id) && seen.insert(*id))
        .collect();
    NewPoint {
        spans: point
            .spans
            .into_iter()
            .map(|span| (point.part, span))
            .collect(),
        section: primary.map(|(id, _)| id),
        section_confidence: primary.map_or(Confidence::new(0.0), |(_, sure)| sure),
        other_sections,
        cited_as: point.cited_as,
        stance: point.stance,
        evidence: point.evidence,
    }
}

/// A digest of what a letter says: its points, or all its words when it has none.
fn content_key(understood: &Understood) -> Option<String> {
    let words: Vec<String> = if understood.points.is_empty() {
        understood
            .parts
            .iter()
            .filter(|part| matches!(part.role, "body" | "attachment"))
            .map(|part| text_key(&part.text))
            .collect()
    } else {
        understood
            .points
            .iter()
            .map(|point| text_key(&understood.text_of(point)))
            .collect()
    };
    let words = words.join("\n");
    if words.trim().is_empty() {
        return None;
    }
    let mut hasher = Sha256::new();
    for organization in &understood.organizations {
        hasher.update(organization.0.to_le_bytes());
    }
    hasher.update(words.as_bytes());
    Some(crate::domain::ContentHash(hasher.finalize().into()).to_string())
}

/// Looks for the submission that this one repeats, corrects, replaces or withdraws.
///
/// The same Message-ID with the same words is the same mail, whatever its other header fields say.
/// Equal words alone are only a possible duplicate: both count until a person confirms, since two
/// offices may write the same sentence.
async fn find_related(
    tx: &mut Tx,
    submission: &Submission,
    understood: &Understood,
    content_key: Option<&str>,
) -> Result<Option<Related>, Error> {
    if understood.disposition == Disposition::SetAside {
        return Ok(None);
    }
    let consultation = submission.consultation;
    let same_words = match content_key {
        Some(key) => submissions::list_with_content(tx, consultation, key, submission.id).await?,
        None => Vec::new(),
    };
    if let Some(message_id) = &understood.message_id {
        let same_mail =
            submissions::list_with_message_id(tx, consultation, message_id, submission.id).await?;
        if let Some(other) = same_mail.into_iter().find(|id| same_words.contains(id)) {
            return Ok(Some(Related {
                relation: Relation::DuplicateOf,
                other,
                is_certain: true,
                disposition: Some(Disposition::Duplicate),
                other_disposition: None,
                needs_person: false,
                remark: format!("Cùng một thư với lượt góp ý số {other}."),
                rule: "relation.same_message_id_and_text",
            }));
        }
    }
    if let Some((relation, Some(number))) = &understood.relation {
        let named =
            submissions::list_with_letter_number(tx, consultation, number, submission.id).await?;
        let mut same_sender = Vec::new();
        for id in named {
            let which = submissions::Which::Range(id, id);
            same_sender.extend(
                submissions::list_submissions(tx, which)
                    .await?
                    .into_iter()
                    .filter(|other| other.organizations == understood.organizations)
                    .map(|other| other.id),
            );
        }
        if let [other] = same_sender.as_slice() {
            return Ok(Some(named_relation(*relation, *other, number.as_str())));
        }
    }
    Ok(same_words.first().map(|other| Related {
        relation: Relation::DuplicateOf,
        other: *other,
        is_certain: false,
        disposition: None,
        other_disposition: None,
        needs_person: true,
        remark: format!("Nội dung giống lượt góp ý số {other}; có thể là gửi trùng."),
        rule: "relation.same_text",
    }))
}

/// What follows when a letter names the earlier letter it changes.
fn named_relation(relation: Relation, other: SubmissionId, number: &str) -> Related {
    let other_disposition = match relation {
        Relation::Replaces => Some(Disposition::Superseded),
        Relation::Withdraws => Some(Disposition::Withdrawn),
        Relation::DuplicateOf
        | Relation::Supplements
        | Relation::Corrects
        | Relation::AdvanceCopyOf => None,
    };
    Related {
        relation,
        other,
        is_certain: true,
        disposition: None,
        other_disposition,
        // Which point of the earlier letter a correction changes, only a person can tell.
        needs_person: relation == Relation::Corrects,
        remark: format!("Văn bản này {} văn bản số {number}.", relation.name()),
        rule: "relation.named_letter",
    }
}

/// Adds the answers that stood beside comments in a table, as drafts.
pub(super) async fn insert_table_answers(
    tx: &mut Tx,
    answers: &[(SubmissionId, usize, &TableAnswer)],
    now_us: i64,
) -> Result<Vec<(Action, i64, i64)>, Error> {
    let (Some(first), Some(last)) = (
        answers.iter().map(|(id, _, _)| *id).min(),
        answers.iter().map(|(id, _, _)| *id).max(),
    ) else {
        return Ok(Vec::new());
    };
    let points = points::list_points(tx, points::Which::OfSubmissions(first, last)).await?;
    let mut at: BTreeMap<(SubmissionId, i64), &points::Point> = points
        .iter()
        .map(|point| ((point.submission, point.position), point))
        .collect();
    let mut saved: Vec<i64> = Vec::new();
    for (submission, position, answer) in answers {
        let position = i64::try_from(*position).unwrap_or(i64::MAX);
        let Some(point) = at.remove(&(*submission, position)) else {
            continue;
        };
        let response = NewResponse {
            decision: answer.decision.as_deref().and_then(parse_decision),
            text: answer.text.clone(),
            change_place: None,
            wording: None,
            state: ResponseState::Draft,
            n_approvals: 0,
            approval_step: None,
            author: TABLE_AUTHOR.to_owned(),
            remark: None,
        };
        saved.push(
            responses::insert_response(tx, point.id, point.version, &response, now_us)
                .await?
                .0,
        );
    }
    Ok(match (saved.first(), saved.last()) {
        (Some(first), Some(last)) => vec![(Action::ResponsesSaved, *first, *last)],
        _ => Vec::new(),
    })
}

/// Who wrote the answers that came along in a table.
pub(in crate::app) const TABLE_AUTHOR: &str = "Bảng nhập";

/// Reads a decision's own column: a code or exactly its name, never a longer sentence.
pub(in crate::app) fn parse_decision(text: &str) -> Option<Decision> {
    let folded = fold(text.trim());
    Decision::parse(text.trim())
        .or_else(|| {
            Decision::ALL
                .into_iter()
                .find(|decision| fold(decision.name()) == folded)
        })
        .or(match folded.as_str() {
            "giu nguyen" | "giu nguyen du thao" | "giai trinh, giu nguyen" => Some(Decision::Keep),
            "lam ro" => Some(Decision::Clarify),
            _ => None,
        })
}
