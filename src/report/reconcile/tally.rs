//! The counts of one round, or of a whole scope.

use std::collections::BTreeMap;

use rustc_hash::FxHashSet;

use crate::domain::{Decision, Disposition, PointState, ReplyClass, ResponseState, RoundId};

use crate::report::facts::{Facts, Reply, RosterLine};
use crate::report::snapshot::PointEntry;

/// Organizations that replied, each in exactly one class.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Classes {
    /// Thống nhất hoàn toàn.
    pub agrees: usize,
    /// Có ý kiến.
    pub comments: usize,
    /// Không có ý kiến.
    pub no_opinion: usize,
    /// Replied, but a person still has to read it.
    pub waiting: usize,
    /// Đã trả lời, lưu riêng.
    pub kept_apart: usize,
}

impl Classes {
    /// The sum of all classes.
    pub fn sum(&self) -> usize {
        self.agrees + self.comments + self.no_opinion + self.waiting + self.kept_apart
    }

    fn add(&mut self, reply: Reply) {
        match reply {
            Reply::Classed(ReplyClass::Agrees) => self.agrees += 1,
            Reply::Classed(ReplyClass::Comments) => self.comments += 1,
            Reply::Classed(ReplyClass::NoOpinion) => self.no_opinion += 1,
            Reply::Waiting => self.waiting += 1,
            Reply::KeptApart => self.kept_apart += 1,
            Reply::Unclassed | Reply::Silent => {}
        }
    }
}

/// Points of counted submissions, each in exactly one state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PointCount {
    /// All of them.
    pub received: usize,
    /// With an answer of their own.
    pub answered: usize,
    /// Answered through their group.
    pub answered_in_group: usize,
    /// Joined into another point.
    pub joined: usize,
    /// Outside the consultation's scope.
    pub out_of_scope: usize,
    /// Waiting for an answer.
    pub open: usize,
}

impl PointCount {
    fn add(&mut self, state: PointState) {
        self.received += 1;
        match state {
            PointState::Answered => self.answered += 1,
            PointState::AnsweredInGroup => self.answered_in_group += 1,
            PointState::Joined => self.joined += 1,
            PointState::OutOfScope => self.out_of_scope += 1,
            PointState::Open => self.open += 1,
        }
    }
}

/// The counts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tally {
    /// Organizations asked.
    pub asked: usize,
    /// Of those, how many replied.
    pub replied: usize,
    /// Of those, how many did not.
    pub silent: usize,
    /// The classes of those that were asked and replied.
    pub classes: Classes,
    /// Organizations that replied without having been asked.
    pub replied_not_asked: usize,
    /// Their classes.
    pub not_asked_classes: Classes,
    /// Submissions received.
    pub submissions: usize,
    /// The same by state.
    pub by_disposition: BTreeMap<Disposition, usize>,
    /// Counted submissions that came after the deadline.
    pub late: usize,
    /// Counted submissions from an organization that was asked.
    pub from_asked: usize,
    /// Counted submissions only from organizations that were not.
    pub from_not_asked: usize,
    /// Counted submissions whose organization is not known.
    pub unidentified: usize,
    /// Counted submissions whose round is not known.
    pub without_round: usize,
    /// Points of counted submissions.
    pub points: PointCount,
    /// Answered points by decision.
    pub by_decision: BTreeMap<Decision, usize>,
    /// Answered points by how far their answer is along the approval chain.
    pub by_response_state: BTreeMap<ResponseState, usize>,
    /// Groups that answered points share an answer through.
    pub groups: usize,
    /// Points that wait for a leader's view.
    pub needs_leadership: usize,
    /// Points without a section.
    pub without_section: usize,
    /// Those of them that still need one: neither joined nor out of scope.
    pub to_place: usize,
}

impl Tally {
    /// The number of submissions in one state.
    pub fn in_disposition(&self, disposition: Disposition) -> usize {
        self.by_disposition.get(&disposition).copied().unwrap_or(0)
    }

    /// The number of answered points with one decision.
    pub fn decided(&self, decision: Decision) -> usize {
        self.by_decision.get(&decision).copied().unwrap_or(0)
    }

    /// Organizations that replied, asked or not.
    pub fn all_replied(&self) -> usize {
        self.replied + self.replied_not_asked
    }

    /// Counts a round, or the whole scope, of which the roster is given.
    pub(super) fn of(facts: &Facts<'_>, round: Option<RoundId>, roster: &[RosterLine<'_>]) -> Self {
        let mut tally = Self::default();
        tally.count_organizations(roster);
        tally.count_submissions(facts, round);
        let mut groups = FxHashSet::default();
        for (point, _) in facts.points_of(round) {
            tally.count_point(point);
            if point.state == PointState::AnsweredInGroup {
                groups.extend(point.group);
            }
        }
        tally.groups = groups.len();
        tally
    }

    fn count_organizations(&mut self, roster: &[RosterLine<'_>]) {
        for line in roster {
            match (line.was_asked, line.reply) {
                (true, Reply::Silent) => {
                    self.asked += 1;
                    self.silent += 1;
                }
                (true, reply) => {
                    self.asked += 1;
                    self.replied += 1;
                    self.classes.add(reply);
                }
                (false, reply) => {
                    self.replied_not_asked += 1;
                    self.not_asked_classes.add(reply);
                }
            }
        }
    }

    fn count_submissions(&mut self, facts: &Facts<'_>, round: Option<RoundId>) {
        let asked = facts.asked(round);
        for submission in facts.submissions_of(round) {
            self.submissions += 1;
            *(self.by_disposition.entry(submission.disposition)).or_default() += 1;
            if submission.disposition != Disposition::Counted {
                continue;
            }
            self.late += usize::from(submission.is_late);
            self.without_round += usize::from(submission.round.is_none());
            if submission.organizations.is_empty() {
                self.unidentified += 1;
            } else if submission
                .organizations
                .iter()
                .any(|&id| asked.contains(&facts.stands_for(&asked, id)))
            {
                self.from_asked += 1;
            } else {
                self.from_not_asked += 1;
            }
        }
    }

    fn count_point(&mut self, point: &PointEntry) {
        self.points.add(point.state);
        self.without_section += usize::from(point.section.is_none());
        let is_living = match point.state {
            PointState::Answered | PointState::AnsweredInGroup => {
                if let Some(response) = &point.response {
                    *self.by_decision.entry(response.decision).or_default() += 1;
                    *self.by_response_state.entry(response.state).or_default() += 1;
                }
                true
            }
            PointState::Open => true,
            PointState::Joined | PointState::OutOfScope => false,
        };
        self.needs_leadership += usize::from(is_living && point.needs_leadership);
        self.to_place += usize::from(is_living && point.section.is_none());
    }
}
