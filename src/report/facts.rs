//! A snapshot seen through a scope: what is in it, and who stands behind what.
//!
//! Lookups only; nothing here judges whether the numbers add up.

use std::cell::OnceCell;
use std::collections::{BTreeSet, HashMap};

use rustc_hash::{FxHashMap, FxHashSet};

use crate::domain::{
    Disposition, Organization, OrganizationId, PointId, PointState, ReplyClass, Round, RoundId,
    SectionId, SubmissionId,
};

use super::reconcile::Scope;
use super::snapshot::{PointEntry, SectionEntry, Snapshot, SubmissionEntry};
use super::supplement;

/// The snapshot, indexed.
pub(super) struct Facts<'a> {
    pub(super) snapshot: &'a Snapshot,
    pub(super) scope: &'a Scope,
    /// The rounds in scope, by number.
    pub(super) rounds: Vec<&'a Round>,
    organizations: FxHashMap<OrganizationId, (usize, &'a Organization)>,
    codes: HashMap<&'a str, &'a Organization>,
    submissions: FxHashMap<SubmissionId, &'a SubmissionEntry>,
    sections: FxHashMap<SectionId, usize>,
    /// Who replied before the reports were issued that this one adds to, round by round.
    answered: FxHashSet<(RoundId, OrganizationId)>,
    /// Points of counted submissions in scope, with these: every count asks for them.
    counted: Vec<(&'a PointEntry, &'a SubmissionEntry)>,
    /// Where each point is; made when somebody first follows a joined one.
    points: OnceCell<FxHashMap<PointId, usize>>,
}

/// What one organization did in one round, or in the whole scope.
#[derive(Debug)]
pub(super) struct RosterLine<'a> {
    pub(super) organization: OrganizationId,
    pub(super) was_asked: bool,
    pub(super) reply: Reply,
    /// Its counted submissions; for another reply than a counted one, what it has sent.
    pub(super) submissions: Vec<&'a SubmissionEntry>,
    /// Subordinates that answered for it.
    pub(super) through: Vec<OrganizationId>,
}

/// How an organization replied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reply {
    /// Counted, with its strongest class.
    Classed(ReplyClass),
    /// Counted, but no class was settled: the numbers cannot add up.
    Unclassed,
    /// Something came that a person still has to read.
    Waiting,
    /// Something came that was erased: "đã trả lời, lưu riêng" (DESIGN 3.11).
    KeptApart,
    /// Nothing.
    Silent,
}

/// Where a chain of joined points ends.
pub(super) enum JoinEnd<'a> {
    /// At a living point.
    At(&'a PointEntry),
    /// At a point that does not exist, or in a circle.
    Nowhere,
}

impl<'a> Facts<'a> {
    pub(super) fn new(snapshot: &'a Snapshot, scope: &'a Scope) -> Self {
        let organizations = snapshot.organizations.iter().enumerate();
        let mut facts = Self {
            snapshot,
            scope,
            rounds: snapshot
                .rounds
                .iter()
                .filter(|round| scope.takes(round))
                .collect(),
            organizations: organizations
                .map(|(index, organization)| (organization.id, (index, organization)))
                .collect(),
            codes: snapshot
                .organizations
                .iter()
                .map(|organization| (organization.code.as_str(), organization))
                .collect(),
            submissions: snapshot.submissions.iter().map(|s| (s.id, s)).collect(),
            sections: snapshot
                .sections
                .iter()
                .enumerate()
                .map(|(index, section)| (section.id, index))
                .collect(),
            answered: FxHashSet::default(),
            counted: Vec::new(),
            points: OnceCell::new(),
        };
        if let Some(issued) = &scope.after {
            facts.answered = supplement::answered(&facts, issued);
        }
        facts.counted = facts.find_counted();
        facts
    }

    fn find_counted(&self) -> Vec<(&'a PointEntry, &'a SubmissionEntry)> {
        // Points of one submission stand together.
        let mut points = self.snapshot.points.as_slice();
        let mut counted = Vec::with_capacity(points.len());
        while let Some(first) = points.first() {
            let is_other = |point: &PointEntry| point.submission != first.submission;
            let n = points.iter().position(is_other).unwrap_or(points.len());
            let (of_submission, rest) = points.split_at(n);
            if let Some(source) = self.counted_source(first) {
                counted.extend(of_submission.iter().map(|point| (point, source)));
            }
            points = rest;
        }
        counted
    }

    pub(super) fn organization(&self, id: OrganizationId) -> Option<&'a Organization> {
        self.organizations.get(&id).map(|&(_, found)| found)
    }

    pub(super) fn by_code(&self, code: &str) -> Option<&'a Organization> {
        self.codes.get(code).copied()
    }

    /// Position in the catalogue; unknown ones come last.
    pub(super) fn organization_rank(&self, id: OrganizationId) -> usize {
        self.organizations
            .get(&id)
            .map_or(usize::MAX, |&(index, _)| index)
    }

    pub(super) fn organization_name(&self, id: OrganizationId) -> String {
        self.organization(id)
            .map_or_else(|| format!("Đơn vị số {id}"), |found| found.name.clone())
    }

    pub(super) fn submission(&self, id: SubmissionId) -> Option<&'a SubmissionEntry> {
        self.submissions.get(&id).copied()
    }

    pub(super) fn section_rank(&self, id: SectionId) -> Option<usize> {
        self.sections.get(&id).copied()
    }

    pub(super) fn section(&self, id: SectionId) -> Option<&'a SectionEntry> {
        self.snapshot.sections.get(self.section_rank(id)?)
    }

    /// Whether a submission belongs to the scope. Without a choice of rounds, what has no known
    /// round belongs to it too, so that nothing disappears.
    pub(super) fn covers(&self, submission: &SubmissionEntry) -> bool {
        if self.is_held(submission) {
            return false;
        }
        match submission.round {
            None => self.scope.rounds.is_none(),
            Some(id) => {
                self.rounds.iter().any(|round| round.id == id)
                    || (self.scope.rounds.is_none()
                        && self.snapshot.rounds.iter().all(|round| round.id != id))
            }
        }
    }

    /// Whether an issued report that this one adds to deals with a submission.
    fn is_held(&self, submission: &SubmissionEntry) -> bool {
        let issued = self.scope.after.as_ref();
        issued.is_some_and(|issued| issued.holds(submission))
    }

    /// The submissions of a round, or of the whole scope.
    pub(super) fn submissions_of(
        &self,
        round: Option<RoundId>,
    ) -> impl Iterator<Item = &'a SubmissionEntry> {
        self.snapshot
            .submissions
            .iter()
            .filter(move |submission| match round {
                Some(_) => submission.round == round && !self.is_held(submission),
                None => self.covers(submission),
            })
    }

    /// The submission of a point, when it is counted and in scope.
    pub(super) fn counted_source(&self, point: &PointEntry) -> Option<&'a SubmissionEntry> {
        self.submission(point.submission).filter(|submission| {
            submission.disposition == Disposition::Counted && self.covers(submission)
        })
    }

    /// The points of counted submissions of a round, or of the whole scope, with their sources.
    pub(super) fn points_of(
        &self,
        round: Option<RoundId>,
    ) -> impl Iterator<Item = (&'a PointEntry, &'a SubmissionEntry)> {
        let is_in =
            move |(_, source): &(_, &SubmissionEntry)| round.is_none() || source.round == round;
        self.counted.iter().copied().filter(is_in)
    }

    /// Where a joined point ended up; a point that is not joined is its own end.
    pub(super) fn join_end(&self, point: &'a PointEntry) -> JoinEnd<'a> {
        let mut at = point;
        // Points are joined by hand, one into another: a longer chain is a circle.
        for _ in 0..1_000 {
            if at.state != PointState::Joined {
                return JoinEnd::At(at);
            }
            let Some(next) = at.joined_into.and_then(|id| self.point(id)) else {
                return JoinEnd::Nowhere;
            };
            if next.id == point.id {
                return JoinEnd::Nowhere;
            }
            at = next;
        }
        JoinEnd::Nowhere
    }

    fn point(&self, id: PointId) -> Option<&'a PointEntry> {
        let points = &self.snapshot.points;
        let places = self.points.get_or_init(|| {
            let all = points.iter().enumerate();
            all.map(|(index, point)| (point.id, index)).collect()
        });
        points.get(*places.get(&id)?)
    }

    /// The point that is answered in place of this one: itself, unless it is joined.
    pub(super) fn living(&self, point: &'a PointEntry) -> &'a PointEntry {
        match self.join_end(point) {
            JoinEnd::At(end) => end,
            JoinEnd::Nowhere => point,
        }
    }

    /// Whether a submission is an organization's own, or of a subordinate that answers for it.
    pub(super) fn speaks_for(&self, submission: &SubmissionEntry, id: OrganizationId) -> bool {
        let subordinates = || {
            let is_subordinate = |sender: &&OrganizationId| {
                let organization = self.organization(**sender);
                organization.is_some_and(|sender| sender.parent.is_some())
            };
            submission.organizations.iter().filter(is_subordinate)
        };
        submission.organizations.contains(&id)
            || subordinates().next().is_some() && {
                let asked = self.asked(submission.round);
                subordinates().any(|&sender| self.stands_for(&asked, sender) == id)
            }
    }

    /// Who was asked in a round, or in any round of the scope.
    pub(super) fn asked(&self, round: Option<RoundId>) -> BTreeSet<OrganizationId> {
        self.invitations(round).map(|(_, id)| id).collect()
    }

    /// The invitations of a round, or of all rounds of the scope; in a supplement those that nobody
    /// had answered.
    pub(super) fn invitations(
        &self,
        round: Option<RoundId>,
    ) -> impl Iterator<Item = (RoundId, OrganizationId)> {
        self.snapshot
            .invitations
            .iter()
            .copied()
            .filter(move |&(id, _)| match round {
                Some(round) => id == round,
                None => self.rounds.iter().any(|round| round.id == id),
            })
            .filter(|invitation| !self.answered.contains(invitation))
    }

    /// The organization a reply stands for: its own when it was asked, else the nearest one above
    /// it that was; a subordinate may answer for its parent (DESIGN 3.2).
    pub(super) fn stands_for(
        &self,
        asked: &BTreeSet<OrganizationId>,
        id: OrganizationId,
    ) -> OrganizationId {
        let mut at = id;
        // Offices are not nested deeper than this; a circle of parents ends here too.
        for _ in 0..8 {
            if asked.contains(&at) {
                return at;
            }
            let parent = self.organization(at).and_then(|o| o.parent.as_deref());
            match parent.and_then(|code| self.by_code(code)) {
                Some(parent) => at = parent.id,
                None => return id,
            }
        }
        id
    }

    /// What every organization that was asked or wrote did, in catalogue order.
    pub(super) fn roster(&self, round: Option<RoundId>) -> Vec<RosterLine<'a>> {
        let asked = self.asked(round);
        let mut by_organization: FxHashMap<OrganizationId, RosterLine<'a>> = FxHashMap::default();
        let blank = |organization| RosterLine {
            organization,
            was_asked: asked.contains(&organization),
            reply: Reply::Silent,
            submissions: Vec::new(),
            through: Vec::new(),
        };
        let per_round: HashMap<RoundId, BTreeSet<OrganizationId>> = match round {
            Some(_) => HashMap::new(),
            None => (self.rounds.iter().map(|r| (r.id, self.asked(Some(r.id))))).collect(),
        };
        for submission in self.submissions_of(round) {
            let asked_then = submission.round.and_then(|id| per_round.get(&id));
            for &sender in &submission.organizations {
                let stands_for = self.stands_for(asked_then.unwrap_or(&asked), sender);
                let line = by_organization
                    .entry(stands_for)
                    .or_insert_with(|| blank(stands_for));
                line.take(submission);
                if stands_for != sender && !line.through.contains(&sender) {
                    line.through.push(sender);
                }
            }
        }
        for &organization in &asked {
            by_organization
                .entry(organization)
                .or_insert_with(|| blank(organization));
        }
        let mut lines: Vec<_> = by_organization.into_values().collect();
        lines.retain(|line| line.was_asked || line.reply != Reply::Silent);
        lines.sort_by_key(|line| {
            (
                self.organization_rank(line.organization),
                line.organization.0,
            )
        });
        lines
    }
}

impl<'a> RosterLine<'a> {
    /// Adds a submission; the strongest reply wins and only its kind of submissions is kept.
    fn take(&mut self, submission: &'a SubmissionEntry) {
        let reply = match submission.disposition {
            Disposition::Counted => submission.class.map_or(Reply::Unclassed, Reply::Classed),
            Disposition::Unread => Reply::Waiting,
            Disposition::Purged => Reply::KeptApart,
            Disposition::Duplicate
            | Disposition::Superseded
            | Disposition::Withdrawn
            | Disposition::SetAside
            | Disposition::Undone => return,
        };
        if reply.is_counted() && !self.reply.is_counted() {
            self.submissions.clear();
        }
        if reply.is_counted() || !self.reply.is_counted() {
            self.submissions.push(submission);
        }
        if reply.strength() > self.reply.strength() {
            self.reply = reply;
        }
    }

    /// Whether any of its counted replies came late.
    pub(super) fn is_late(&self) -> bool {
        self.submissions.iter().any(|s| s.is_late)
    }
}

impl Reply {
    /// Comments beat agreement, which beats "no opinion"; a missing class beats all, so that it
    /// shows.
    fn strength(self) -> u8 {
        match self {
            Self::Silent => 0,
            Self::KeptApart => 1,
            Self::Waiting => 2,
            Self::Classed(ReplyClass::NoOpinion) => 3,
            Self::Classed(ReplyClass::Agrees) => 4,
            Self::Classed(ReplyClass::Comments) => 5,
            Self::Unclassed => 6,
        }
    }

    fn is_counted(self) -> bool {
        matches!(self, Self::Classed(_) | Self::Unclassed)
    }
}
