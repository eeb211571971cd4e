//! The order of the best points.
//!
//! A point's score is the sum over the words asked for, in the order typed, of
//! * the BM25 weight of the word without marks;
//! * a bonus when the word follows the one before it, since most Vietnamese words are two syllables;
//! * if the query bears marks, a bonus when the word occurs as spelled, larger than all else the same
//!   word can bring, so that exact spelling stands above folded.
//!
//! Computed in double precision and in one order, so that it does not depend on segments.

use std::collections::BTreeSet;

use tantivy::postings::{Postings, SegmentPostings};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{DocId, DocSet, Score, Searcher, SegmentReader, TERMINATED, Term};

use crate::domain::PointId;

use super::analyzer::Word;
use super::language::Node;
use super::schema::number_id;
use super::search::Candidate;
use super::{Error, Hit, Index};

/// BM25's usual saturation of repeated words.
const K1: f64 = 1.2;
/// BM25's usual weight of the text's length.
const B: f64 = 0.75;
/// The bonus for two words side by side, for each of the two.
const NEIGHBORS: f64 = 1.0;
/// The bonus for exact spelling: the BM25 weight of one word stays below `K1 + 1`, and it has at most
/// two neighbors.
const SPELLING: f64 = K1 + 1.0 + 2.0 * NEIGHBORS;

/// What the words of a query are worth.
pub(super) struct Ranking {
    words: Vec<RankedWord>,
}

struct RankedWord {
    field: Field,
    folded: Term,
    /// Where exact spelling counts.
    exact: Option<Term>,
    /// How rare the word is.
    idf: f64,
    average_length: f64,
}

impl Ranking {
    pub(super) fn new(
        all: &[Node],
        scope: &[Field],
        index: &Index,
        searcher: &Searcher,
    ) -> Result<Self, Error> {
        let mut words: Vec<&Word> = Vec::new();
        let mut seen = BTreeSet::new();
        for node in all {
            node.each_word(&mut |word| {
                if seen.insert(&word.folded) {
                    words.push(word);
                }
            });
        }
        let has_marks = words.iter().any(|word| word.exact != word.folded);
        let n_points: u64 = searcher
            .segment_readers()
            .iter()
            .map(|segment| u64::from(segment.max_doc()))
            .sum();
        let fields = &index.shared.fields;
        let mut ranked = Vec::new();
        for field in scope {
            let mut n_words = 0;
            for segment in searcher.segment_readers() {
                n_words += segment.inverted_index(*field)?.total_num_tokens();
            }
            for word in &words {
                let folded = Term::from_field_text(*field, &word.folded);
                let n_with = float(searcher.doc_freq(&folded)?);
                let is_spelled = has_marks && *field == fields.folded;
                ranked.push(RankedWord {
                    field: *field,
                    folded,
                    exact: is_spelled.then(|| Term::from_field_text(fields.exact, &word.exact)),
                    idf: (1.0 + (float(n_points) - n_with + 0.5) / (n_with + 0.5)).ln(),
                    average_length: float(n_words) / float(n_points),
                });
            }
        }
        Ok(Self { words: ranked })
    }

    /// Orders candidates: best score first, then by id.
    pub(super) fn rank(
        &self,
        candidates: &[Candidate],
        searcher: &Searcher,
    ) -> Result<Vec<Hit>, Error> {
        let mut by_place = candidates.to_vec();
        by_place.sort_unstable_by_key(|candidate| (candidate.segment, candidate.doc));
        let mut scored = Vec::with_capacity(by_place.len());
        for same in by_place.chunk_by(|one, other| one.segment == other.segment) {
            let Some(first) = same.first() else { continue };
            let segment = searcher.segment_reader(first.segment);
            let docs: Vec<DocId> = same.iter().map(|candidate| candidate.doc).collect();
            let scores = self.scores(&docs, segment)?;
            scored.extend(
                scores
                    .into_iter()
                    .zip(same.iter().map(|candidate| candidate.id)),
            );
        }
        scored.sort_unstable_by(|(score, id), (other_score, other_id)| {
            other_score.total_cmp(score).then(id.cmp(other_id))
        });
        let hits = scored.into_iter().map(|(score, id)| Hit {
            id: PointId(number_id(id)),
            score: narrowed(score),
        });
        Ok(hits.collect())
    }

    /// The scores of points of one segment, given in their order there.
    fn scores(&self, docs: &[DocId], segment: &SegmentReader) -> Result<Vec<f64>, Error> {
        let mut scores = vec![0.0; docs.len()];
        let mut before: Option<(&RankedWord, Vec<Vec<u32>>)> = None;
        for word in &self.words {
            let lengths = segment.get_fieldnorms_reader(word.field)?;
            let index = segment.inverted_index(word.field)?;
            let option = IndexRecordOption::WithFreqsAndPositions;
            let mut postings = index.read_postings(&word.folded, option)?;
            let mut spelled = match &word.exact {
                Some(exact) => {
                    let index = segment.inverted_index(exact.field())?;
                    index.read_postings(exact, IndexRecordOption::Basic)?
                }
                None => None,
            };
            let mut places: Vec<Vec<u32>> = Vec::with_capacity(docs.len());
            for (doc, score) in docs.iter().zip(&mut scores) {
                let mut here = Vec::new();
                if let Some(postings) = found(&mut postings, *doc) {
                    let length = f64::from(lengths.fieldnorm(*doc)) / word.average_length;
                    let often = f64::from(postings.term_freq());
                    let saturation = often + K1 * (1.0 - B + B * length);
                    *score += word.idf * often * (K1 + 1.0) / saturation;
                    postings.positions(&mut here);
                }
                if found(&mut spelled, *doc).is_some() {
                    *score += word.idf * SPELLING;
                }
                places.push(here);
            }
            if let Some((previous, previous_places)) = &before
                && previous.field == word.field
            {
                let pairs = previous_places.iter().zip(&places);
                for ((earlier, later), score) in pairs.zip(&mut scores) {
                    if are_neighbors(earlier, later) {
                        *score += NEIGHBORS * (previous.idf + word.idf);
                    }
                }
            }
            before = Some((word, places));
        }
        Ok(scores)
    }
}

/// The postings, if they hold a point at or after the one last asked for.
fn found(postings: &mut Option<SegmentPostings>, doc: DocId) -> Option<&mut SegmentPostings> {
    let postings = postings.as_mut()?;
    let mut at = postings.doc();
    if at < doc && at != TERMINATED {
        at = postings.seek(doc);
    }
    (at == doc).then_some(postings)
}

/// Whether a place in the second sorted list follows one of the first.
fn are_neighbors(earlier: &[u32], later: &[u32]) -> bool {
    let mut later = later.iter().peekable();
    earlier.iter().any(|place| {
        while later.next_if(|other| **other <= *place).is_some() {}
        later.peek().is_some_and(|other| **other == *place + 1)
    })
}

#[expect(
    clippy::as_conversions,
    clippy::cast_precision_loss,
    reason = "counts in statistics need no more than 53 bits"
)]
fn float(count: u64) -> f64 {
    count as f64
}

#[expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    reason = "for display; the order was decided in full precision"
)]
fn narrowed(score: f64) -> Score {
    score as Score
}
