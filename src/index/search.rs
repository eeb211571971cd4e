//! How a search runs.
//!
//! 1. The best points by folded words, block-max pruned, under the filters.
//! 2. The first [`N_RERANKED`] of them in the order of [`super::rank`]: exact spelling first.
//! 3. The total, counted only up to [`MAX_TOTAL`].
//!
//! Equal scores are ordered by id, and scores are rounded before they are compared, so that the
//! order does not depend on how the points were spread over segments. It does depend on points
//! deleted but not yet merged away, which still weigh in how rare a word is.

use std::collections::{BTreeMap, BinaryHeap};
use std::ops::ControlFlow;

use tantivy::query::{EnableScoring, Query as Condition, Weight};
use tantivy::schema::Field;
use tantivy::{COLLECT_BLOCK_BUFFER_LEN, DocId, Score, Searcher, SegmentReader};

use crate::domain::PointId;

use super::filter::{Gate, Pass, Plan, column};
use super::language::{self, Node};
use super::schema::number_id;
use super::{Correction, Error, Hit, Hits, Index, Query, Sort, Total, compile, correct, rank};

/// How many of the best by folded words are ordered by exact spelling.
pub(super) const N_RERANKED: usize = 200;

/// Totals above this are not counted out: "hơn 10.000".
pub(super) const MAX_TOTAL: u64 = 10_000;

/// Runs a search.
pub(super) fn search(index: &Index, query: &Query) -> Result<Hits, Error> {
    let searcher = index.shared.reader.searcher();
    let asked = Asked::new(index, &searcher, query)?;
    let mut hits = asked.run(query)?;
    if hits.total.at_least == 0
        && let Some((asked, corrected)) = asked.corrected(query)?
    {
        let second = asked.run(query)?;
        if second.total.at_least > 0 {
            hits = Hits {
                corrected,
                is_cut: hits.is_cut,
                ..second
            };
        }
    }
    Ok(hits)
}

/// A search, understood, against one state of the index.
pub(super) struct Asked<'a> {
    index: &'a Index,
    pub(super) searcher: &'a Searcher,
    words: Vec<Node>,
    is_cut: bool,
    pub(super) filters: Plan,
    scope: Vec<Field>,
}

impl<'a> Asked<'a> {
    pub(super) fn new(
        index: &'a Index,
        searcher: &'a Searcher,
        query: &Query,
    ) -> Result<Self, Error> {
        let parsed = language::parse(&query.text, &index.synonyms);
        Self::from_words(index, searcher, query, parsed.all, parsed.is_cut)
    }

    fn from_words(
        index: &'a Index,
        searcher: &'a Searcher,
        query: &Query,
        words: Vec<Node>,
        is_cut: bool,
    ) -> Result<Self, Error> {
        let fields = &index.shared.fields;
        let filters = query.filters.plan(fields, searcher)?;
        Ok(Self {
            index,
            searcher,
            words,
            is_cut,
            filters,
            scope: query.scope.fields(fields),
        })
    }

    /// The same search with the words the index does not know replaced by near ones that it does.
    pub(super) fn corrected(
        &self,
        query: &Query,
    ) -> Result<Option<(Self, Vec<Correction>)>, Error> {
        let mut words = self.words.clone();
        let corrected = correct::correct(&mut words, &query.text, &self.scope, self.searcher)?;
        if corrected.is_empty() {
            return Ok(None);
        }
        let asked = Self::from_words(self.index, self.searcher, query, words, self.is_cut)?;
        Ok(Some((asked, corrected)))
    }

    /// Everything that matches, without scores.
    pub(super) fn condition(&self) -> Box<dyn Condition> {
        compile::union(self.alternatives(Pass::Counting))
    }

    fn alternatives(&self, pass: Pass) -> Vec<Box<dyn Condition>> {
        compile::alternatives(&self.words, &self.scope, &self.filters, pass)
    }

    fn run(&self, query: &Query) -> Result<Hits, Error> {
        let n_wanted = query.offset.saturating_add(query.limit);
        let by_words = !self.words.is_empty() && query.sort == Sort::Score;
        let (candidates, total) = if by_words {
            self.best_by_words(n_wanted)?
        } else {
            self.first_by_column(n_wanted, query.sort)?
        };
        let hits = candidates.into_iter().skip(query.offset).take(query.limit);
        Ok(Hits {
            total,
            hits: hits.collect(),
            corrected: Vec::new(),
            is_cut: self.is_cut,
        })
    }

    fn best_by_words(&self, n_wanted: usize) -> Result<(Vec<Hit>, Total), Error> {
        let n_kept = n_wanted.max(N_RERANKED);
        let mut best: BTreeMap<u64, Candidate> = BTreeMap::new();
        let mut is_complete = true;
        for alternative in self.alternatives(Pass::Scoring) {
            let found = self.best_of(alternative.as_ref(), n_kept)?;
            is_complete &= found.len() < n_kept;
            for candidate in found {
                let kept = best.entry(candidate.id).or_insert(candidate);
                *kept = candidate.min(*kept);
            }
        }
        let mut candidates: Vec<Candidate> = best.into_values().collect();
        candidates.sort_unstable();
        // Nothing was pruned while there was room for everything.
        let total = if is_complete {
            Total::capped(u64::try_from(candidates.len()).unwrap_or(u64::MAX))
        } else {
            self.total()?
        };
        candidates.truncate(n_kept);
        let n_reranked = candidates.len().min(N_RERANKED);
        let rest = candidates.split_off(n_reranked);
        let ranking = rank::Ranking::new(&self.words, &self.scope, self.index, self.searcher)?;
        let mut hits = ranking.rank(&candidates, self.searcher)?;
        hits.extend(rest.into_iter().map(|candidate| Hit {
            id: PointId(number_id(candidate.id)),
            score: candidate.score(),
        }));
        Ok((hits, total))
    }

    /// The best points of one alternative, in no order.
    fn best_of(&self, query: &dyn Condition, n_kept: usize) -> Result<Vec<Candidate>, Error> {
        let weight = query.weight(EnableScoring::enabled_from_searcher(self.searcher))?;
        let mut first = First::new(n_kept);
        for (segment, ord) in self.searcher.segment_readers().iter().zip(0..) {
            let Some(ids) = column(segment, "id")? else {
                continue;
            };
            let gate = self.filters.gate(Pass::Scoring, segment)?;
            weight.for_each_pruning(first.threshold(), segment, &mut |doc, score| {
                if gate.passes(doc) {
                    let id = ids.first(doc).unwrap_or(0);
                    first.offer(Candidate::scored(score, id, ord, doc));
                }
                first.threshold()
            })?;
        }
        Ok(first.kept.into_vec())
    }

    fn first_by_column(&self, n_wanted: usize, sort: Sort) -> Result<(Vec<Hit>, Total), Error> {
        let condition = self.condition();
        let weight = condition.weight(EnableScoring::disabled_from_searcher(self.searcher))?;
        let mut first = First::new(n_wanted);
        let mut n_matches = 0;
        for (segment, ord) in self.searcher.segment_readers().iter().zip(0..) {
            let Some(ids) = column(segment, "id")? else {
                continue;
            };
            let days = match sort {
                Sort::Score | Sort::Id => None,
                Sort::Newest | Sort::Oldest => column(segment, "arrived_on")?,
            };
            let gate = self.filters.gate(Pass::Counting, segment)?;
            each_match(weight.as_ref(), segment, &gate, &mut |doc| {
                n_matches += 1;
                let day = days.as_ref().and_then(|days| days.first(doc)).unwrap_or(0);
                first.offer(Candidate {
                    order: if sort == Sort::Newest {
                        u64::MAX - day
                    } else {
                        day
                    },
                    id: ids.first(doc).unwrap_or(0),
                    segment: ord,
                    doc,
                });
                ControlFlow::Continue(())
            })?;
        }
        let candidates = first.kept.into_sorted_vec().into_iter();
        let hits = candidates.map(|candidate| Hit {
            id: PointId(number_id(candidate.id)),
            score: 0.0,
        });
        Ok((hits.collect(), Total::capped(n_matches)))
    }

    fn total(&self) -> Result<Total, Error> {
        let condition = self.condition();
        let weight = condition.weight(EnableScoring::disabled_from_searcher(self.searcher))?;
        let mut n_matches = 0;
        for segment in self.searcher.segment_readers() {
            let gate = self.filters.gate(Pass::Counting, segment)?;
            each_match(weight.as_ref(), segment, &gate, &mut |_| {
                n_matches += 1;
                if n_matches > MAX_TOTAL {
                    ControlFlow::Break(())
                } else {
                    ControlFlow::Continue(())
                }
            })?;
        }
        Ok(Total::capped(n_matches))
    }
}

impl Total {
    fn capped(n_matches: u64) -> Self {
        Self {
            at_least: n_matches.min(MAX_TOTAL),
            is_exact: n_matches <= MAX_TOTAL,
        }
    }
}

/// Visits the points of a segment that match and pass, until told to stop.
pub(super) fn each_match(
    weight: &dyn Weight,
    segment: &SegmentReader,
    gate: &Gate<'_>,
    visit: &mut dyn FnMut(DocId) -> ControlFlow<()>,
) -> Result<(), Error> {
    let mut scorer = weight.scorer(segment, 1.0)?;
    let mut docs = [0; COLLECT_BLOCK_BUFFER_LEN];
    loop {
        let n_docs = scorer.fill_buffer(&mut docs);
        for doc in docs.iter().take(n_docs) {
            if gate.passes(*doc) && visit(*doc).is_break() {
                return Ok(());
            }
        }
        if n_docs < docs.len() {
            return Ok(());
        }
    }
}

/// A point on its way to the page; the least comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Candidate {
    /// What is sorted by: a day, or the complement of a score's bits.
    order: u64,
    pub(super) id: u64,
    pub(super) segment: u32,
    pub(super) doc: DocId,
}

impl Candidate {
    fn scored(score: Score, id: u64, segment: u32, doc: DocId) -> Self {
        Self {
            order: u64::from(u32::MAX - round(score).to_bits()),
            id,
            segment,
            doc,
        }
    }

    fn score(self) -> Score {
        u32::try_from(self.order).map_or(0.0, |order| Score::from_bits(u32::MAX - order))
    }
}

/// Rounds a score to 15 bits after the leading one. The order in which a segment adds up the words
/// changes the last bits only.
fn round(score: Score) -> Score {
    // The bits of floats above zero sort like the floats.
    let bits = score.max(0.0).to_bits();
    Score::from_bits((bits.saturating_add(0x80)) & !0xff)
}

/// Keeps the first so many of what it is offered.
struct First {
    kept: BinaryHeap<Candidate>,
    n_wanted: usize,
}

impl First {
    fn new(n_wanted: usize) -> Self {
        Self {
            kept: BinaryHeap::new(),
            n_wanted,
        }
    }

    fn offer(&mut self, candidate: Candidate) {
        if self.kept.len() < self.n_wanted {
            self.kept.push(candidate);
        } else if let Some(mut last) = self.kept.peek_mut()
            && candidate < *last
        {
            *last = candidate;
        }
    }

    /// A score that nothing worth offering lies at or below.
    fn threshold(&self) -> Score {
        match self.kept.peek() {
            // One rounding step lower, so that equal scores are still compared by id.
            Some(last) if self.kept.len() >= self.n_wanted && last.score() > 0.0 => {
                last.score() * (1.0 - 1.0 / 16_384.0)
            }
            Some(_) | None => -1.0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Candidate, First, round};

    #[test]
    fn rounding_hides_the_last_bits_only() {
        let bits = |score| round(score).to_bits();
        assert_eq!(bits(0.1 + 0.2 + 0.3), bits(0.3 + 0.2 + 0.1));
        assert!(round(1.001) > round(1.0));
        assert_eq!((bits(0.0), bits(-1.0)), (0, 0));
    }

    #[test]
    fn keeps_the_best_and_breaks_ties_by_id() {
        let mut first = First::new(2);
        for (score, id) in [(1.0, 5), (2.0, 9), (1.0, 3), (0.5, 1)] {
            first.offer(Candidate::scored(score, id, 0, 0));
        }
        let kept = first.kept.into_sorted_vec();
        let kept: Vec<_> = kept.iter().map(|it| (it.score(), it.id)).collect();
        assert_eq!(kept, [(2.0, 9), (1.0, 3)]);
    }

    #[test]
    fn the_threshold_lets_ties_through() {
        let mut first = First::new(1);
        assert!(first.threshold() < 0.0);
        first.offer(Candidate::scored(3.0, 5, 0, 0));
        assert!(first.threshold() < 3.0 && first.threshold() > 2.99);
    }
}
