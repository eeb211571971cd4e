//! The fields of the index and the numbers that stand for our values in them.
//!
//! Every number is unsigned; 0 stands for "none", so ids are positive and columns are dense.
//! Enums are stored as their place in `ALL`, from 1; [`fingerprint`] changes when a list does, and
//! then the index is built anew.

use jiff::civil::Date;
use sha2::{Digest, Sha256};
use tantivy::schema::{
    Field, IndexRecordOption, NumericOptions, Schema, TextFieldIndexing, TextOptions,
};
use tantivy::tokenizer::RAW_TOKENIZER_NAME;

use crate::domain::{Channel, ContentHash, Decision, PointState, Stance};

use super::analyzer::{self, EXACT, FOLDED};

/// The fields, by handle.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fields {
    /// The point itself; the only thing a search returns.
    pub(super) id: Field,
    pub(super) consultation: Field,
    pub(super) submission: Field,
    pub(super) round: Field,
    pub(super) document: Field,
    /// The primary section, which is counted.
    pub(super) section: Field,
    /// Cross-references, which are not.
    pub(super) other_section: Field,
    pub(super) organization: Field,
    pub(super) group: Field,
    pub(super) channel: Field,
    pub(super) stance: Field,
    pub(super) decision: Field,
    pub(super) state: Field,
    /// Day of arrival as the number yyyymmdd.
    pub(super) arrived_on: Field,
    pub(super) organization_kind: Field,
    pub(super) drafter: Field,
    /// The words of the point without marks, with positions.
    pub(super) folded: Field,
    /// The words of the point as spelled, presence only: for ranking.
    pub(super) exact: Field,
    /// The words of its answer without marks, with positions.
    pub(super) answer_folded: Field,
}

/// Builds the schema.
pub(super) fn build() -> (Schema, Fields) {
    let mut builder = Schema::builder();
    // Without field norms: they only serve scoring, and a filter never scores.
    let number = NumericOptions::default().set_fast().set_indexed();
    let code = TextOptions::default()
        .set_indexing_options(
            TextFieldIndexing::default()
                .set_tokenizer(RAW_TOKENIZER_NAME)
                .set_index_option(IndexRecordOption::Basic)
                .set_fieldnorms(false),
        )
        .set_fast(RAW_TOKENIZER_NAME);
    let folded = TextOptions::default().set_indexing_options(
        TextFieldIndexing::default()
            .set_tokenizer(FOLDED)
            .set_index_option(IndexRecordOption::WithFreqsAndPositions),
    );
    let exact = TextOptions::default().set_indexing_options(
        TextFieldIndexing::default()
            .set_tokenizer(EXACT)
            .set_index_option(IndexRecordOption::Basic)
            .set_fieldnorms(false),
    );
    let fields = Fields {
        id: builder.add_u64_field("id", number.clone()),
        consultation: builder.add_u64_field("consultation", number.clone()),
        submission: builder.add_u64_field("submission", number.clone()),
        round: builder.add_u64_field("round", number.clone()),
        document: builder.add_u64_field("document", number.clone()),
        section: builder.add_u64_field("section", number.clone()),
        other_section: builder.add_u64_field("other_section", number.clone()),
        organization: builder.add_u64_field("organization", number.clone()),
        group: builder.add_u64_field("group", number.clone()),
        channel: builder.add_u64_field("channel", number.clone()),
        stance: builder.add_u64_field("stance", number.clone()),
        decision: builder.add_u64_field("decision", number.clone()),
        state: builder.add_u64_field("state", number),
        arrived_on: builder.add_u64_field("arrived_on", NumericOptions::default().set_fast()),
        organization_kind: builder.add_text_field("organization_kind", code.clone()),
        drafter: builder.add_text_field("drafter", code),
        folded: builder.add_text_field("folded", folded.clone()),
        exact: builder.add_text_field("exact", exact),
        answer_folded: builder.add_text_field("answer_folded", folded),
    };
    (builder.build(), fields)
}

/// A digest of everything that gives the stored numbers and words their meaning: the schema, the
/// lists of codes, and what the analyzers make of a sample. An index with another one is useless.
pub(super) fn fingerprint(schema: &Schema) -> String {
    let mut digest = Sha256::new();
    // The schema is made of plain values; it always becomes JSON.
    digest.update(serde_json::to_string(schema).unwrap_or_default());
    let codes = Channel::ALL
        .map(Channel::code)
        .into_iter()
        .chain(Stance::ALL.map(Stance::code))
        .chain(Decision::ALL.map(Decision::code))
        .chain(PointState::ALL.map(PointState::code));
    for code in codes {
        digest.update(code);
        digest.update("\n");
    }
    for word in analyzer::words(analyzer::SAMPLE) {
        digest.update(format!("{}\t{}\n", word.folded, word.exact));
    }
    ContentHash(digest.finalize().into()).to_string()
}

/// The number of an id. Ids are positive; anything else is "none".
pub(super) fn id_number(id: i64) -> u64 {
    u64::try_from(id).unwrap_or(0)
}

/// The id of a number that [`id_number`] made.
pub(super) fn number_id(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(0)
}

/// The number of a value of one of our enums: its place in `ALL`, from 1; 0 for none.
pub(super) fn place<T: PartialEq>(all: &[T], value: Option<T>) -> u64 {
    let index = value.and_then(|value| all.iter().position(|other| *other == value));
    index.map_or(0, |index| u64::try_from(index).unwrap_or(0) + 1)
}

/// The value at a place that [`place`] gave.
pub(super) fn at_place<T: Copy>(all: &[T], place: u64) -> Option<T> {
    let index = usize::try_from(place.checked_sub(1)?).ok()?;
    all.get(index).copied()
}

/// A day as the number yyyymmdd, which sorts like the day.
pub(super) fn day_number(date: Date) -> u64 {
    let [year, month, day] = [
        i64::from(date.year()),
        i64::from(date.month()),
        i64::from(date.day()),
    ];
    id_number(year * 10_000 + month * 100 + day)
}
