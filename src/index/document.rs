//! A point as the index threads get it.
//!
//! An own form instead of the library's: its words are kept once for both forms of them, and it
//! knows when the index threads are done with it, so that a writer can keep few of them waiting.

use std::iter::Empty;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

use tantivy::schema::document::{ReferenceValue, ReferenceValueLeaf};
use tantivy::schema::{Document, Field, Value};

use crate::domain::{Channel, Decision, PointId, PointState, Stance};

use super::schema::{Fields, day_number, id_number, place};
use super::writer::IndexedPoint;

/// A point made ready for the index: what [`IndexedPoint`] borrows, owned.
#[derive(Debug)]
pub struct ReadyPoint {
    id: PointId,
    numbers: Vec<(Field, u64)>,
    codes: Vec<(Field, String)>,
    folded: Field,
    exact: Field,
    answer_folded: Field,
    text: String,
    answer: String,
}

impl ReadyPoint {
    pub(super) fn new(fields: &Fields, point: &IndexedPoint<'_>) -> Self {
        let id = |id: Option<i64>| id.map_or(0, id_number);
        let fixed = [
            (fields.id, id_number(point.id.0)),
            (fields.consultation, id_number(point.consultation.0)),
            (fields.submission, id_number(point.submission.0)),
            (fields.round, id(point.round.map(|round| round.0))),
            (
                fields.document,
                id(point.document.map(|document| document.0)),
            ),
            (fields.section, id(point.section.map(|section| section.0))),
            (fields.group, id(point.group.map(|group| group.0))),
            (fields.channel, place(&Channel::ALL, Some(point.channel))),
            (fields.stance, place(&Stance::ALL, point.stance)),
            (fields.decision, place(&Decision::ALL, point.decision)),
            (fields.state, place(&PointState::ALL, Some(point.state))),
            (fields.arrived_on, day_number(point.arrived_on)),
        ];
        let n_lists = point.other_sections.len() + point.organizations.len().max(1);
        let mut numbers = Vec::with_capacity(fixed.len() + n_lists);
        numbers.extend(fixed);
        for section in point.other_sections {
            numbers.push((fields.other_section, id_number(section.0)));
        }
        for organization in point.organizations {
            numbers.push((fields.organization, id_number(organization.0)));
        }
        if point.organizations.is_empty() {
            numbers.push((fields.organization, 0));
        }
        let mut kinds = point.organization_kinds.to_vec();
        kinds.sort_unstable();
        kinds.dedup();
        if kinds.is_empty() {
            kinds.push("");
        }
        let mut codes = Vec::with_capacity(kinds.len() + 1);
        codes.extend(
            kinds
                .into_iter()
                .map(|kind| (fields.organization_kind, kind.to_owned())),
        );
        codes.push((fields.drafter, point.drafter.unwrap_or_default().to_owned()));
        Self {
            id: point.id,
            numbers,
            codes,
            folded: fields.folded,
            exact: fields.exact,
            answer_folded: fields.answer_folded,
            text: point.text.to_owned(),
            answer: point.answer.to_owned(),
        }
    }

    /// The point.
    pub fn id(&self) -> PointId {
        self.id
    }
}

/// A point on its way through the index threads.
pub(super) struct OnItsWay {
    point: ReadyPoint,
    waiting: Arc<Waiting>,
}

impl OnItsWay {
    pub(super) fn new(point: ReadyPoint, waiting: &Arc<Waiting>) -> Self {
        waiting.enter();
        Self {
            point,
            waiting: Arc::clone(waiting),
        }
    }
}

impl Drop for OnItsWay {
    fn drop(&mut self) {
        self.waiting.leave();
    }
}

/// How many points wait for the index threads.
///
/// The library's own queue holds 10,000: a commit would first have to work them off, and whoever
/// saved an answer would wait for a quarter of a second to find it.
#[derive(Debug, Default)]
pub(super) struct Waiting {
    n_points: Mutex<usize>,
    room: Condvar,
}

/// Enough to keep the index threads busy, and worked off in some milliseconds.
const MAX_WAITING: usize = 256;
/// Nobody waits longer for room: index threads that have failed are noticed by adding to them.
const LONGEST_WAIT: Duration = Duration::from_secs(1);

impl Waiting {
    fn enter(&self) {
        let n_points = self.n_points.lock().unwrap_or_else(PoisonError::into_inner);
        let (mut n_points, _) = self
            .room
            .wait_timeout_while(n_points, LONGEST_WAIT, |n| *n >= MAX_WAITING)
            .unwrap_or_else(PoisonError::into_inner);
        *n_points += 1;
    }

    fn leave(&self) {
        let mut n_points = self.n_points.lock().unwrap_or_else(PoisonError::into_inner);
        *n_points = n_points.saturating_sub(1);
        // Woken when half is done, not for each single one.
        if *n_points == MAX_WAITING / 2 {
            self.room.notify_all();
        }
    }
}

impl Document for OnItsWay {
    type Value<'a> = FieldValue<'a>;
    type FieldsValuesIter<'a> = FieldValues<'a>;

    fn iter_fields_and_values(&self) -> FieldValues<'_> {
        FieldValues {
            point: &self.point,
            at: 0,
        }
    }
}

/// The value of one field.
#[derive(Debug, Clone, Copy)]
pub(super) enum FieldValue<'a> {
    Number(u64),
    Text(&'a str),
}

impl<'a> Value<'a> for FieldValue<'a> {
    type ArrayIter = Empty<Self>;
    type ObjectIter = Empty<(&'a str, Self)>;

    fn as_value(&self) -> ReferenceValue<'a, Self> {
        ReferenceValue::Leaf(match *self {
            Self::Number(number) => ReferenceValueLeaf::U64(number),
            Self::Text(text) => ReferenceValueLeaf::Str(text),
        })
    }
}

/// The fields of a point, one after the other.
pub(super) struct FieldValues<'a> {
    point: &'a ReadyPoint,
    at: usize,
}

impl<'a> Iterator for FieldValues<'a> {
    type Item = (Field, FieldValue<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        let point = self.point;
        let at = self.at;
        self.at += 1;
        if let Some(&(field, number)) = point.numbers.get(at) {
            return Some((field, FieldValue::Number(number)));
        }
        let at = at - point.numbers.len();
        if let Some((field, code)) = point.codes.get(at) {
            return Some((*field, FieldValue::Text(code)));
        }
        match at - point.codes.len() {
            0 => Some((point.folded, FieldValue::Text(&point.text))),
            1 => Some((point.exact, FieldValue::Text(&point.text))),
            2 if !point.answer.is_empty() => {
                Some((point.answer_folded, FieldValue::Text(&point.answer)))
            }
            _ => None,
        }
    }
}
