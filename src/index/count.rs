//! How many points a search finds for each value of a property.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use tantivy::SegmentReader;
use tantivy::query::EnableScoring;

use crate::domain::{Channel, Decision, PointId, PointState, Stance};

use super::filter::{Pass, column};
use super::schema::{at_place, number_id};
use super::search::{Asked, each_match};
use super::{Error, Index, Query};

/// A property to count by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Facet {
    /// The primary section; cross-references are not counted.
    Section,
    /// Who says it; a joint point counts for each.
    Organization,
    /// Their kinds; a joint point counts once for each kind.
    OrganizationKind,
    /// The round.
    Round,
    /// The document.
    Document,
    /// What is wanted.
    Stance,
    /// What was decided.
    Decision,
    /// Where it stands.
    State,
    /// How it came in.
    Channel,
    /// Who it is assigned to.
    Drafter,
}

/// A value of a property.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FacetValue {
    /// None ("chưa xác định").
    None,
    /// An id, of what the [`Facet`] says.
    Id(i64),
    /// A code, as the enum or the registry has it.
    Code(String),
}

/// How often a value occurs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Count {
    /// The value.
    pub value: FacetValue,
    /// Points that have it.
    pub n_points: u64,
}

impl Facet {
    fn field_name(self) -> &'static str {
        match self {
            Self::Section => "section",
            Self::Organization => "organization",
            Self::OrganizationKind => "organization_kind",
            Self::Round => "round",
            Self::Document => "document",
            Self::Stance => "stance",
            Self::Decision => "decision",
            Self::State => "state",
            Self::Channel => "channel",
            Self::Drafter => "drafter",
        }
    }

    /// What a number in a column stands for.
    fn value(self, number: u64, segment: &SegmentReader) -> Result<FacetValue, Error> {
        let code = match self {
            Self::Section | Self::Organization | Self::Round | Self::Document => {
                return Ok(match number {
                    0 => FacetValue::None,
                    number => FacetValue::Id(number_id(number)),
                });
            }
            Self::Stance => at_place(&Stance::ALL, number).map(Stance::code),
            Self::Decision => at_place(&Decision::ALL, number).map(Decision::code),
            Self::State => at_place(&PointState::ALL, number).map(PointState::code),
            Self::Channel => at_place(&Channel::ALL, number).map(Channel::code),
            Self::OrganizationKind | Self::Drafter => {
                let mut code = String::new();
                if let Some(codes) = segment.fast_fields().str(self.field_name())? {
                    codes.ord_to_str(number, &mut code)?;
                }
                return Ok(match code.as_str() {
                    "" => FacetValue::None,
                    _ => FacetValue::Code(code),
                });
            }
        };
        Ok(code.map_or(FacetValue::None, |code| FacetValue::Code(code.to_owned())))
    }
}

/// Counts what a search finds by each of some properties, in one pass; most frequent first, then by
/// value.
pub(super) fn count_each(
    index: &Index,
    query: &Query,
    facets: &[Facet],
) -> Result<Vec<Vec<Count>>, Error> {
    let searcher = index.shared.reader.searcher();
    let asked = Asked::new(index, &searcher, query)?;
    let mut counted = count(&asked, facets)?;
    if counted.iter().all(BTreeMap::is_empty)
        && let Some((asked, _)) = asked.corrected(query)?
    {
        counted = count(&asked, facets)?;
    }
    let sorted = |counts: BTreeMap<FacetValue, u64>| {
        let counts = counts.into_iter();
        let mut counts: Vec<Count> = counts
            .map(|(value, n_points)| Count { value, n_points })
            .collect();
        // The sort is stable: equal counts stay in the order of their values.
        counts.sort_by_key(|count| std::cmp::Reverse(count.n_points));
        counts
    };
    Ok(counted.into_iter().map(sorted).collect())
}

fn count(asked: &Asked<'_>, facets: &[Facet]) -> Result<Vec<BTreeMap<FacetValue, u64>>, Error> {
    let condition = asked.condition();
    let weight = condition.weight(EnableScoring::disabled_from_searcher(asked.searcher))?;
    let mut counted: Vec<BTreeMap<FacetValue, u64>> = vec![BTreeMap::new(); facets.len()];
    for segment in asked.searcher.segment_readers() {
        let mut tallies = Vec::with_capacity(facets.len());
        for (facet, counts) in facets.iter().zip(&mut counted) {
            if let Some(column) = column(segment, facet.field_name())? {
                let tally = Tally::new(column.min_value(), column.max_value());
                tallies.push((*facet, column, tally, counts));
            }
        }
        let gate = asked.filters.gate(Pass::Counting, segment)?;
        each_match(weight.as_ref(), segment, &gate, &mut |doc| {
            for (_, column, tally, _) in &mut tallies {
                for number in column.values_for_doc(doc) {
                    tally.add(number);
                }
            }
            ControlFlow::Continue(())
        })?;
        for (facet, _, tally, counts) in tallies {
            for (number, n_points) in tally.into_counts() {
                *counts.entry(facet.value(number, segment)?).or_default() += n_points;
            }
        }
    }
    Ok(counted)
}

/// Every point a search finds, by id.
pub(super) fn all_ids(index: &Index, query: &Query) -> Result<Vec<PointId>, Error> {
    let searcher = index.shared.reader.searcher();
    let asked = Asked::new(index, &searcher, query)?;
    let mut found = ids(&asked)?;
    if found.is_empty()
        && let Some((asked, _)) = asked.corrected(query)?
    {
        found = ids(&asked)?;
    }
    Ok(found)
}

fn ids(asked: &Asked<'_>) -> Result<Vec<PointId>, Error> {
    let condition = asked.condition();
    let weight = condition.weight(EnableScoring::disabled_from_searcher(asked.searcher))?;
    let mut found = Vec::new();
    for segment in asked.searcher.segment_readers() {
        let Some(column) = column(segment, "id")? else {
            continue;
        };
        let gate = asked.filters.gate(Pass::Counting, segment)?;
        each_match(weight.as_ref(), segment, &gate, &mut |doc| {
            found.push(PointId(number_id(column.first(doc).unwrap_or(0))));
            ControlFlow::Continue(())
        })?;
    }
    found.sort_unstable();
    Ok(found)
}

/// Counts of numbers; a table where they lie close together.
enum Tally {
    Table { first: u64, counts: Vec<u64> },
    Map(BTreeMap<u64, u64>),
}

impl Tally {
    /// Numbers that span more than this are counted in a map.
    const MAX_TABLE: u64 = 1 << 20;

    fn new(first: u64, last: u64) -> Self {
        match last.checked_sub(first) {
            Some(span) if span < Self::MAX_TABLE => Self::Table {
                first,
                counts: (first..=last).map(|_| 0).collect(),
            },
            Some(_) | None => Self::Map(BTreeMap::new()),
        }
    }

    fn add(&mut self, number: u64) {
        match self {
            Self::Table { first, counts } => {
                let index = usize::try_from(number.wrapping_sub(*first));
                let count = index.ok().and_then(|index| counts.get_mut(index));
                if let Some(count) = count {
                    *count += 1;
                }
            }
            Self::Map(counts) => *counts.entry(number).or_default() += 1,
        }
    }

    fn into_counts(self) -> Vec<(u64, u64)> {
        match self {
            Self::Table { first, counts } => (first..)
                .zip(counts)
                .filter(|(_, count)| *count > 0)
                .collect(),
            Self::Map(counts) => counts.into_iter().collect(),
        }
    }
}
