//! Conditions on what is known about a point, beside its words.
//!
//! A condition works in one of two ways, chosen by how many points it lets through and by what is
//! done with them. It *leads*: its posting lists join the query. Or it is *checked*, in the fast
//! columns, on each point the words found, which leaves the words' block-max pruning intact.

use std::collections::BTreeSet;

use jiff::civil::Date;
use tantivy::columnar::Column;
use tantivy::query::{ConstScoreQuery, Query, TermQuery, TermSetQuery};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{DocId, Searcher, SegmentReader, Term};

use crate::domain::{
    Channel, ConsultationId, Decision, DocumentId, GroupId, OrganizationId, PointId, PointState,
    RoundId, SectionId, Stance, SubmissionId,
};

use super::Error;
use super::schema::{Fields, day_number, id_number, place};

/// Values of which a point must have one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Among<T> {
    /// The values.
    pub values: Vec<T>,
    /// Whether a point without any value passes too ("chưa xác định").
    pub or_none: bool,
}

impl<T> From<Vec<T>> for Among<T> {
    fn from(values: Vec<T>) -> Self {
        Self {
            values,
            or_none: false,
        }
    }
}

/// What points must be like; `None` everywhere lets all through, an empty list lets none through.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filters {
    /// Of this consultation.
    pub consultation: Option<ConsultationId>,
    /// Of this submission.
    pub submission: Option<SubmissionId>,
    /// In one of these sections; the caller lists a whole subtree.
    pub sections: Option<Among<SectionId>>,
    /// Whether a cross-reference to one of the sections is enough. Counts never follow those.
    pub with_cross_references: bool,
    /// By one of these organizations.
    pub organizations: Option<Among<OrganizationId>>,
    /// By an organization of one of these kinds.
    pub organization_kinds: Option<Among<String>>,
    /// In one of these rounds.
    pub rounds: Option<Among<RoundId>>,
    /// On one of these documents.
    pub documents: Option<Among<DocumentId>>,
    /// Wanting one of these.
    pub stances: Option<Among<Stance>>,
    /// Decided so.
    pub decisions: Option<Among<Decision>>,
    /// In one of these states.
    pub states: Option<Vec<PointState>>,
    /// Come in so.
    pub channels: Option<Vec<Channel>>,
    /// Assigned to one of these people.
    pub drafters: Option<Among<String>>,
    /// Arrived on one of these days, first and last included.
    pub arrived: Option<(Date, Date)>,
    /// In this group.
    pub group: Option<GroupId>,
    /// One of these points, which the database found.
    pub points: Option<Vec<PointId>>,
}

/// What a value must be.
enum Accepted {
    Numbers(BTreeSet<u64>),
    Codes(BTreeSet<String>),
    Days(u64, u64),
}

/// One requirement on the values of one or several fields.
struct Condition {
    fields: Vec<Field>,
    accepted: Accepted,
}

impl<T> Among<T> {
    fn numbers(&self, number: impl Fn(&T) -> u64) -> Accepted {
        let none = self.or_none.then_some(0);
        Accepted::Numbers(self.values.iter().map(number).chain(none).collect())
    }
}

impl Among<String> {
    fn codes(&self) -> Accepted {
        let none = self.or_none.then(String::new);
        Accepted::Codes(self.values.iter().cloned().chain(none).collect())
    }
}

impl Filters {
    fn conditions(&self, fields: &Fields) -> Vec<Condition> {
        let mut conditions = Vec::new();
        let mut require = |field: Field, accepted: Option<Accepted>| {
            conditions.extend(accepted.map(|accepted| Condition {
                fields: vec![field],
                accepted,
            }));
        };
        let one = |id: i64| Accepted::Numbers(BTreeSet::from([id_number(id)]));
        require(fields.consultation, self.consultation.map(|id| one(id.0)));
        require(fields.submission, self.submission.map(|id| one(id.0)));
        require(fields.group, self.group.map(|id| one(id.0)));
        let numbers = self.points.as_ref().map(|points| {
            let numbers = points.iter().map(|id| id_number(id.0));
            Accepted::Numbers(numbers.collect())
        });
        require(fields.id, numbers);
        let numbers = self.organizations.as_ref();
        let numbers = numbers.map(|among| among.numbers(|id| id_number(id.0)));
        require(fields.organization, numbers);
        let numbers = self.rounds.as_ref();
        let numbers = numbers.map(|among| among.numbers(|id| id_number(id.0)));
        require(fields.round, numbers);
        let numbers = self.documents.as_ref();
        let numbers = numbers.map(|among| among.numbers(|id| id_number(id.0)));
        require(fields.document, numbers);
        let numbers = self.stances.as_ref();
        let numbers = numbers.map(|among| among.numbers(|it| place(&Stance::ALL, Some(*it))));
        require(fields.stance, numbers);
        let numbers = self.decisions.as_ref();
        let numbers = numbers.map(|among| among.numbers(|it| place(&Decision::ALL, Some(*it))));
        require(fields.decision, numbers);
        let numbers = self.states.as_ref().map(|states| {
            let places = states.iter().map(|it| place(&PointState::ALL, Some(*it)));
            Accepted::Numbers(places.collect())
        });
        require(fields.state, numbers);
        let numbers = self.channels.as_ref().map(|channels| {
            let places = channels.iter().map(|it| place(&Channel::ALL, Some(*it)));
            Accepted::Numbers(places.collect())
        });
        require(fields.channel, numbers);
        let codes = self.organization_kinds.as_ref().map(Among::codes);
        require(fields.organization_kind, codes);
        require(fields.drafter, self.drafters.as_ref().map(Among::codes));
        let days = self.arrived;
        let days = days.map(|(first, last)| Accepted::Days(day_number(first), day_number(last)));
        require(fields.arrived_on, days);
        if let Some(sections) = &self.sections {
            let others = self.with_cross_references.then_some(fields.other_section);
            conditions.push(Condition {
                fields: [fields.section].into_iter().chain(others).collect(),
                accepted: sections.numbers(|id| id_number(id.0)),
            });
        }
        conditions
    }

    /// Decides which conditions lead and which are checked.
    pub(super) fn plan(&self, fields: &Fields, searcher: &Searcher) -> Result<Plan, Error> {
        let mut plan = Plan::default();
        let n_points = searcher.num_docs();
        let segments = searcher.segment_readers().iter();
        let n_kept: u64 = segments.map(|segment| u64::from(segment.max_doc())).sum();
        for condition in self.conditions(fields) {
            let Some(terms) = condition.terms() else {
                plan.conditions.push(Planned {
                    condition,
                    terms: Vec::new(),
                    leads_scoring: false,
                    leads_counting: false,
                });
                continue;
            };
            let mut n_passing = 0;
            for term in &terms {
                n_passing += searcher.doc_freq(term)?;
            }
            let leads = |one_in: u64| n_passing.saturating_mul(one_in) < n_points;
            if terms.len() == 1 && n_passing == n_kept {
                // All points have the one value: the only consultation, as a rule.
                continue;
            }
            plan.conditions.push(Planned {
                leads_scoring: leads(SCORING),
                leads_counting: leads(COUNTING),
                condition,
                terms,
            });
        }
        Ok(plan)
    }
}

/// A condition leads a pass for the best when it lets less than one point in so many through. Above
/// that the pruning it prevents would save more (measured at 100,000 and at 12 million points).
const SCORING: u64 = 32;

/// The same for passes that do not score, where there is no pruning to lose.
const COUNTING: u64 = 8;

/// Looking up how often more values than this occur costs more than it saves.
const MAX_LOOKED_UP: usize = 256;

impl Condition {
    /// The terms that satisfy the condition, or `None` where they are too many to list.
    fn terms(&self) -> Option<Vec<Term>> {
        let terms: Vec<Term> = match &self.accepted {
            Accepted::Days(..) => return None,
            Accepted::Numbers(numbers) if numbers.len() > MAX_LOOKED_UP => return None,
            Accepted::Codes(codes) if codes.len() > MAX_LOOKED_UP => return None,
            Accepted::Numbers(numbers) => {
                let terms = |field: &Field| {
                    let field = *field;
                    let numbers = numbers.iter();
                    numbers.map(move |number| Term::from_field_u64(field, *number))
                };
                self.fields.iter().flat_map(terms).collect()
            }
            Accepted::Codes(codes) => {
                let terms = |field: &Field| {
                    let field = *field;
                    codes
                        .iter()
                        .map(move |code| Term::from_field_text(field, code))
                };
                self.fields.iter().flat_map(terms).collect()
            }
        };
        Some(terms)
    }
}

/// What is done with the points a query finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pass {
    /// The best are kept, the rest pruned.
    Scoring,
    /// All are visited, or as many as are wanted.
    Counting,
}

/// How the filters of one search will be applied.
#[derive(Default)]
pub(super) struct Plan {
    conditions: Vec<Planned>,
}

struct Planned {
    condition: Condition,
    /// The terms that satisfy it; empty where they are too many to list.
    terms: Vec<Term>,
    leads_scoring: bool,
    leads_counting: bool,
}

impl Planned {
    fn leads(&self, pass: Pass) -> bool {
        match pass {
            Pass::Scoring => self.leads_scoring,
            Pass::Counting => self.leads_counting,
        }
    }
}

impl Plan {
    /// The conditions that lead a pass, as parts of a query; they add nothing to a score.
    pub(super) fn queries(&self, pass: Pass) -> impl Iterator<Item = Box<dyn Query>> {
        let leading = self.conditions.iter();
        leading.filter(move |it| it.leads(pass)).map(|it| {
            let query: Box<dyn Query> = match it.terms.as_slice() {
                [term] => Box::new(TermQuery::new(term.clone(), IndexRecordOption::Basic)),
                terms => Box::new(TermSetQuery::new(terms.iter().cloned())),
            };
            let query: Box<dyn Query> = Box::new(ConstScoreQuery::new(query, 0.0));
            query
        })
    }

    /// The conditions checked in a pass, and deletions, ready for one segment.
    pub(super) fn gate<'a>(
        &self,
        pass: Pass,
        segment: &'a SegmentReader,
    ) -> Result<Gate<'a>, Error> {
        let mut checks = Vec::new();
        for planned in &self.conditions {
            if !planned.leads(pass) {
                checks.push(Check::new(&planned.condition, segment)?);
            }
        }
        Ok(Gate { segment, checks })
    }
}

/// Lets the points of one segment through that exist and satisfy all conditions checked.
pub(super) struct Gate<'a> {
    segment: &'a SegmentReader,
    checks: Vec<Check>,
}

impl Gate<'_> {
    /// Whether a point passes.
    pub(super) fn passes(&self, doc: DocId) -> bool {
        !self.segment.is_deleted(doc) && self.checks.iter().all(|check| check.passes(doc))
    }
}

struct Check {
    columns: Vec<Column<u64>>,
    accepted: Values,
}

impl Check {
    fn new(condition: &Condition, segment: &SegmentReader) -> Result<Self, Error> {
        let schema = segment.schema();
        let mut columns = Vec::new();
        let mut accepted = Values::default();
        for field in &condition.fields {
            let name = schema.get_field_name(*field);
            // A segment without any value of the field has no column.
            columns.extend(column(segment, name)?);
            accepted = match &condition.accepted {
                Accepted::Days(first, last) => Values::Range(*first, *last),
                Accepted::Numbers(numbers) => Values::new(numbers),
                Accepted::Codes(codes) => {
                    let mut places = BTreeSet::new();
                    if let Some(words) = segment.fast_fields().str(name)? {
                        for code in codes {
                            places.extend(words.dictionary().term_ord(code)?);
                        }
                    }
                    Values::new(&places)
                }
            };
        }
        Ok(Self { columns, accepted })
    }

    fn passes(&self, doc: DocId) -> bool {
        let passes = |column: &Column<u64>| {
            let mut values = column.values_for_doc(doc);
            values.any(|value| self.accepted.contains(value))
        };
        self.columns.iter().any(passes)
    }
}

/// The values of a field in a segment: numbers, or places in the segment's list of codes.
pub(super) fn column(segment: &SegmentReader, name: &str) -> Result<Option<Column<u64>>, Error> {
    let column = segment.fast_fields().u64_lenient(name)?;
    Ok(column.map(|(column, _)| column))
}

/// A set of numbers, quick to ask.
enum Values {
    Range(u64, u64),
    /// One bit a number, from the first one.
    Bits {
        first: u64,
        bits: Vec<bool>,
    },
    Sorted(Vec<u64>),
}

impl Default for Values {
    fn default() -> Self {
        Self::Sorted(Vec::new())
    }
}

impl Values {
    /// Sets that span more than this are searched instead of looked up.
    const MAX_BITS: u64 = 1 << 16;

    fn new(numbers: &BTreeSet<u64>) -> Self {
        let (Some(first), Some(last)) = (numbers.first(), numbers.last()) else {
            return Self::default();
        };
        if last - first >= Self::MAX_BITS {
            return Self::Sorted(numbers.iter().copied().collect());
        }
        Self::Bits {
            first: *first,
            bits: (*first..=*last)
                .map(|number| numbers.contains(&number))
                .collect(),
        }
    }

    fn contains(&self, number: u64) -> bool {
        match self {
            Self::Range(first, last) => (*first..=*last).contains(&number),
            Self::Bits { first, bits } => {
                let index = number.checked_sub(*first).map(usize::try_from);
                index.is_some_and(|index| index.is_ok_and(|index| bits.get(index) == Some(&true)))
            }
            Self::Sorted(numbers) => numbers.binary_search(&number).is_ok(),
        }
    }
}
