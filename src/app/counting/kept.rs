//! What was counted for one page, kept for the next.
//!
//! The ledger names every row that has changed since, whichever process changed it: only these are
//! read again, and what has gone is left out. Then everything is counted anew from what is kept, by
//! the same [`reconcile`](crate::report::reconcile::reconcile): no number is ever added up from
//! changes.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use rustc_hash::{FxHashMap, FxHashSet};
use tokio::sync::OwnedMutexGuard;

use super::{Counted, point_entry};
use crate::app::progress::Portion;
use crate::app::reporting::{concerned, list_answers, submission_entry};
use crate::app::{App, Error, run_blocking};
use crate::domain::{
    Consultation, ConsultationId, Disposition, Organization, PointId, SubmissionId,
};
use crate::report::reconcile::{Reconciliation, Scope};
use crate::report::roster::{RoundRoster, rosters};
use crate::report::snapshot::{PointEntry, SubmissionEntry};
use crate::store::ledger::{self, Action, Entry};
use crate::store::standings::{self, Range, Touched};
use crate::store::tallies::{self, Counts};
use crate::store::{Tx, responses};

/// Consultations kept at a time: what a person works on, and what others do beside.
const MAX_KEPT: usize = 4;
/// Answers asked for in one query.
const PAGE: usize = 500;
/// More entries than this are not gone through: everything is read again.
const MAX_ENTRIES: i64 = 5_000;

type Slot = Arc<tokio::sync::Mutex<Option<Kept>>>;
type Held = OwnedMutexGuard<Option<Kept>>;

/// What is kept, by consultation, the one asked for last at the end. Who uses it holds its lock, so
/// that what several people ask for at once is read once.
#[derive(Debug, Default)]
pub(in crate::app) struct KeptCounts(Mutex<Vec<(ConsultationId, Slot)>>);

/// One consultation at one entry of the ledger, and what was made of it.
#[derive(Debug)]
struct Kept {
    counted: Counted,
    /// Every organization there is: who writes for the first time is among them.
    organizations: Vec<Organization>,
    /// Without problems, which are no part of it.
    counts: Option<Counts>,
    reconciled: Vec<(Scope, Reconciliation)>,
    rosters: Option<Arc<Vec<RoundRoster>>>,
}

/// What has changed, as it stands now.
struct News {
    /// What was read again; whatever lay there before is out of date.
    ranges: Vec<Range>,
    submissions: Vec<SubmissionEntry>,
    points: Vec<PointEntry>,
    /// Every organization, where any was added or changed.
    organizations: Option<Vec<Organization>>,
}

impl KeptCounts {
    fn slot(&self, consultation: ConsultationId) -> Slot {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let found = all.iter().position(|(id, _)| *id == consultation);
        let slot = match found {
            Some(at) => all.remove(at).1,
            None => Slot::default(),
        };
        if all.len() >= MAX_KEPT {
            all.remove(0);
        }
        all.push((consultation, Arc::clone(&slot)));
        slot
    }
}

impl Kept {
    async fn read(app: &App, tx: &mut Tx, consultation: &Consultation) -> Result<Self, Error> {
        let counted = Counted::read(app, tx, consultation).await?;
        let organizations = crate::store::catalog::list_organizations(tx).await?;
        Ok(Self {
            counted,
            organizations,
            counts: None,
            reconciled: Vec::new(),
            rosters: None,
        })
    }

    /// Takes in what has changed.
    fn take(&mut self, news: News, seq: i64) {
        let snapshot = &mut self.counted.0;
        snapshot.ledger_seq = seq;
        let is_catalog_set = news.organizations.is_some();
        let is_changed = put_submissions(&mut snapshot.submissions, news.submissions, &news.ranges)
            | put_points(&mut snapshot.points, news.points, &news.ranges);
        // Others' consultations move the ledger too.
        if !is_changed && !is_catalog_set {
            return;
        }
        if let Some(organizations) = news.organizations {
            self.organizations = organizations;
        }
        let concerned = concerned(snapshot, &self.organizations);
        let known = &snapshot.organizations;
        let is_same =
            known.len() == concerned.len() && known.iter().all(|it| concerned.contains(&it.id));
        if is_catalog_set || !is_same {
            let organizations = self.organizations.iter();
            snapshot.organizations = organizations
                .filter(|it| concerned.contains(&it.id))
                .cloned()
                .collect();
        }
        self.counts = None;
        self.reconciled.clear();
        self.rosters = None;
    }

    /// The submissions of points in groups that entries name: they may have left them since.
    fn grouped(&self, entries: &[Entry]) -> Vec<Range> {
        let changed = |id: i64| {
            let is_named = |entry: &Entry| {
                entry.action == Action::GroupsChanged
                    && (entry.first_id..=entry.last_id).contains(&id)
            };
            entries.iter().any(is_named)
        };
        if !entries.iter().any(|it| it.action == Action::GroupsChanged) {
            return Vec::new();
        }
        let points = self.counted.0.points.iter();
        points
            .filter(|point| point.group.is_some_and(|group| changed(group.0)))
            .map(|point| (point.submission, point.submission))
            .collect()
    }

    fn reconcile(&mut self, scope: &Scope) -> Reconciliation {
        let known = self.reconciled.iter().find(|(known, _)| known == scope);
        if let Some((_, reconciliation)) = known {
            return reconciliation.clone();
        }
        let reconciliation = self.counted.reconcile(scope);
        self.reconciled
            .push((scope.clone(), reconciliation.clone()));
        reconciliation
    }
}

/// Puts submissions read again in the place of those in these ranges; says whether there is any
/// change. One that came on the same day keeps its place.
fn put_submissions(
    all: &mut Vec<SubmissionEntry>,
    news: Vec<SubmissionEntry>,
    ranges: &[Range],
) -> bool {
    let is_old = |id: SubmissionId| {
        let after = ranges.partition_point(|(first, _)| *first <= id);
        let range = after.checked_sub(1).and_then(|at| ranges.get(at));
        range.is_some_and(|(_, last)| id <= *last)
    };
    let mut is_changed = !news.is_empty();
    let mut news: FxHashMap<SubmissionId, SubmissionEntry> =
        news.into_iter().map(|it| (it.id, it)).collect();
    let mut gone: FxHashSet<SubmissionId> = FxHashSet::default();
    for old in all.iter_mut().filter(|old| is_old(old.id)) {
        is_changed = true;
        match news.remove(&old.id) {
            Some(new) if new.arrived_on == old.arrived_on => *old = new,
            moved => {
                gone.insert(old.id);
                news.extend(moved.map(|new| (new.id, new)));
            }
        }
    }
    if !gone.is_empty() || !news.is_empty() {
        all.retain(|it| !gone.contains(&it.id));
        all.extend(news.into_values());
        all.sort_by_key(|it| (it.arrived_on, it.id));
    }
    is_changed
}

/// The same for points, which stand by submission; those of one are read together and in order.
fn put_points(all: &mut Vec<PointEntry>, news: Vec<PointEntry>, ranges: &[Range]) -> bool {
    let mut is_changed = false;
    let mut news = news.into_iter().peekable();
    for &(first, last) in ranges {
        let start = all.partition_point(|point| point.submission < first);
        let end = all.partition_point(|point| point.submission <= last);
        let mut new = Vec::new();
        while let Some(point) = news.next_if(|point| point.submission <= last) {
            new.push(point);
        }
        is_changed |= start < end || !new.is_empty();
        all.splice(start..end, new);
    }
    is_changed
}

impl App {
    /// Counts a scope of a consultation and says whether the numbers add up.
    pub async fn reconcile(
        &self,
        consultation: &Consultation,
        scope: Scope,
    ) -> Result<Reconciliation, Error> {
        let held = self.kept(consultation).await?;
        with(held, move |kept| kept.reconcile(&scope)).await
    }

    /// The same with the counts beside it, and the entry of the ledger they are true at.
    pub(in crate::app) async fn reconcile_all(
        &self,
        consultation: &Consultation,
    ) -> Result<(Reconciliation, Counts, i64), Error> {
        let held = self.kept(consultation).await?;
        let mut tx = self.store.read().await?;
        let problems = tallies::count_problems(&mut tx, consultation.id).await?;
        drop(tx);
        let scope = Scope {
            include_internal: true,
            ..Scope::default()
        };
        with(held, move |kept| {
            let counted = &kept.counted;
            let counts = kept.counts.get_or_insert_with(|| counted.counts(0)).clone();
            let counts = Counts { problems, ..counts };
            (kept.reconcile(&scope), counts, kept.counted.ledger_seq())
        })
        .await
    }

    /// What every organization that was asked in a round, or wrote in it, did, round by round.
    pub(in crate::app) async fn rosters(
        &self,
        consultation: &Consultation,
    ) -> Result<Arc<Vec<RoundRoster>>, Error> {
        let held = self.kept(consultation).await?;
        with(held, |kept| {
            let counted = &kept.counted.0;
            let made = kept
                .rosters
                .get_or_insert_with(|| Arc::new(rosters(counted)));
            Arc::clone(made)
        })
        .await
    }

    /// The keys of a page of submissions by arrival, in one state or in all; and how many there are
    /// in each state.
    pub(in crate::app) async fn submission_keys(
        &self,
        consultation: &Consultation,
        disposition: Option<Disposition>,
        offset: usize,
        limit: usize,
    ) -> Result<(Vec<SubmissionId>, Vec<(Disposition, i64)>), Error> {
        let held = self.kept(consultation).await?;
        with(held, move |kept| {
            let submissions = kept.counted.0.submissions.iter();
            let is_in = |it: &&SubmissionEntry| disposition.is_none_or(|of| it.disposition == of);
            let page = submissions.filter(is_in).skip(offset).take(limit);
            (page.map(|it| it.id).collect(), kept.counted.by_state())
        })
        .await
    }

    /// How many counted points have the same things in common; `named` are those that name who
    /// answers them.
    pub(in crate::app) async fn portions(
        &self,
        consultation: &Consultation,
        named: Vec<(PointId, String)>,
    ) -> Result<Vec<(Portion, usize)>, Error> {
        let held = self.kept(consultation).await?;
        let named: FxHashMap<PointId, String> = named.into_iter().collect();
        with(held, move |kept| kept.counted.portions(&named)).await
    }

    /// What is kept of a consultation, as it stands now.
    async fn kept(&self, consultation: &Consultation) -> Result<Held, Error> {
        let mut held = self.kept_counts.slot(consultation.id).lock_owned().await;
        // Begun under the lock: nobody has put in what this transaction cannot see.
        let mut tx = self.store.read().await?;
        let news = match held.as_ref() {
            Some(kept) => self.news(&mut tx, consultation, kept).await?,
            None => None,
        };
        let seq = ledger::last_seq(&mut tx).await?;
        match (held.as_mut(), news) {
            (Some(kept), _) if kept.counted.ledger_seq() == seq => {}
            (Some(_), Some(news)) => {
                return run_blocking(move || {
                    if let Some(kept) = held.as_mut() {
                        kept.take(news, seq);
                    }
                    held
                })
                .await;
            }
            _ => *held = Some(Kept::read(self, &mut tx, consultation).await?),
        }
        Ok(held)
    }

    /// Reads what has changed; `None` where everything has to be read.
    async fn news(
        &self,
        tx: &mut Tx,
        consultation: &Consultation,
        kept: &Kept,
    ) -> Result<Option<News>, Error> {
        let since = kept.counted.ledger_seq();
        let entries = ledger::list_after(tx, since, MAX_ENTRIES).await?;
        if i64::try_from(entries.len()).is_ok_and(|n| n >= MAX_ENTRIES) {
            return Ok(None);
        }
        let grouped = kept.grouped(&entries);
        let touched = standings::touched_by(tx, &entries, grouped).await?;
        let Touched::Some {
            ranges,
            is_catalog_set,
        } = touched
        else {
            return Ok(None);
        };
        let mut news = News {
            organizations: None,
            submissions: Vec::new(),
            points: Vec::new(),
            ranges,
        };
        if is_catalog_set {
            news.organizations = Some(crate::store::catalog::list_organizations(tx).await?);
        }
        for &range in &news.ranges {
            let submissions = standings::list_submissions(tx, consultation.id, range).await?;
            news.submissions
                .extend(submissions.into_iter().map(submission_entry));
            let points = standings::list_points(tx, consultation.id, range).await?;
            let mut answers = list_answers(tx, points.iter().map(|point| point.id)).await?;
            let representatives: BTreeSet<PointId> = points
                .iter()
                .filter_map(|point| point.representative)
                .filter(|id| !answers.contains_key(id))
                .collect();
            let representatives: Vec<PointId> = representatives.into_iter().collect();
            for page in representatives.chunks(PAGE) {
                let current = responses::list_current_of(tx, page).await?;
                answers.extend(current.into_iter().map(|it| (it.point, it.content)));
            }
            let entry = |point| point_entry(point, &answers);
            news.points.extend(points.into_iter().map(entry));
        }
        Ok(Some(news))
    }
}

/// Works with what is kept, away from the threads that answer requests.
async fn with<T: Send + 'static>(
    mut held: Held,
    work: impl FnOnce(&mut Kept) -> T + Send + 'static,
) -> Result<T, Error> {
    let done = run_blocking(move || held.as_mut().map(work)).await?;
    done.ok_or_else(|| Error::new(crate::app::Kind::Internal, "Chưa đọc được số liệu."))
}
