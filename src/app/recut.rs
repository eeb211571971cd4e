//! Points taken apart and put together by a person: the program had read one idea as two, or two as
//! one. Words and reasons stay; what was answered or grouped must be undone first.

use super::browse::PointInFull;
use super::responding::read_point;
use super::{App, Error, Kind};
use crate::domain::{Consultation, Disposition, PartId, PointId, Span};
use crate::store::ledger::{self, Action};
use crate::store::points::Point;
use crate::store::recut::{self, Spans};
use crate::store::{Tx, groups};

/// A place where a point may be taken apart: the second idea begins there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cut {
    /// The text.
    pub part: PartId,
    /// The byte in it.
    pub at: usize,
    /// The words that follow, for a person to choose by.
    pub words: String,
}

impl Cut {
    /// As a form sends it.
    pub fn code(&self) -> String {
        format!("{}:{}", self.part, self.at)
    }

    /// Reads a [`Cut::code`].
    pub fn parse(code: &str) -> Option<Self> {
        let (part, at) = code.split_once(':')?;
        Some(Self {
            part: PartId(part.parse().ok()?),
            at: at.parse().ok()?,
            words: String::new(),
        })
    }
}

/// The places where sentences, clauses and lines of a point begin, but for its first.
pub fn find_cuts(full: &PointInFull) -> Vec<Cut> {
    let mut cuts = Vec::new();
    for (part, span) in &full.view.point.spans {
        let text = full.parts.iter().find(|it| it.id == *part);
        let Some(words) = text.and_then(|it| span.slice(&it.text)) else {
            continue;
        };
        for at in beginnings(words) {
            let follows = words.get(at..).unwrap_or_default();
            cuts.push(Cut {
                part: *part,
                at: span.start + at,
                words: follows.lines().next().unwrap_or_default().to_owned(),
            });
        }
    }
    if !cuts.is_empty() {
        // The point itself begins there.
        cuts.remove(0);
    }
    cuts
}

/// Where something begins: the text, what follows a line's end, and what follows `.`, `;`, `?` or `!`
/// and a space.
fn beginnings(words: &str) -> Vec<usize> {
    let mut found = Vec::new();
    let mut may_begin = true;
    let mut before = ' ';
    for (at, c) in words.char_indices() {
        if c.is_whitespace() {
            may_begin |= c == '\n' || matches!(before, '.' | ';' | '?' | '!');
        } else if may_begin {
            found.push(at);
            may_begin = false;
        }
        before = c;
    }
    found
}

/// The spans before and from a place on; `None` when one side would be empty.
fn halves(spans: &[(PartId, Span)], cut: &Cut) -> Option<[Spans; 2]> {
    let at = spans
        .iter()
        .position(|(part, span)| *part == cut.part && (span.start..span.end).contains(&cut.at))?;
    let (part, span) = spans.get(at)?;
    let mut first: Spans = spans.iter().take(at).copied().collect();
    if cut.at > span.start {
        first.push((*part, Span::new(span.start, cut.at)));
    }
    let mut second: Spans = vec![(*part, Span::new(cut.at, span.end))];
    second.extend(spans.iter().skip(at + 1).copied());
    (!first.is_empty()).then_some([first, second])
}

impl App {
    /// Takes a point apart at one of its [`find_cuts`]. Returns the two that stand in its place.
    ///
    /// # Errors
    /// [`Kind::Invalid`] when it is answered or in a group or the place is not one of it,
    /// [`Kind::Conflict`] when somebody changed it meanwhile.
    pub async fn split_point(
        &self,
        consultation: &Consultation,
        id: PointId,
        seen_version: Option<i64>,
        cut: Cut,
        actor: &str,
    ) -> Result<[PointId; 2], Error> {
        let full = self.point_in_full(consultation, id).await?;
        let is_offered = |it: &Cut| it.part == cut.part && it.at == cut.at;
        let is_offered = find_cuts(&full).iter().any(is_offered);
        let now_us = self.clock.now_us();
        let mut tx = self.store.write().await?;
        let mut point = read_point(&mut tx, id).await?;
        point.version = seen_version.unwrap_or(point.version);
        check_free(&mut tx, &point).await?;
        let halves = halves(&point.spans, &cut).filter(|_| is_offered);
        let [first, second] = halves
            .ok_or_else(|| Error::new(Kind::Invalid, "Chỗ tách không nằm trong ý kiến này."))?;
        let new = recut::split_point(&mut tx, &point, [&first, &second]).await?;
        let changed = Action::PointsChanged;
        ledger::append(&mut tx, now_us, actor, changed, id.0, id.0).await?;
        ledger::append(&mut tx, now_us, actor, changed, new[0].0, new[1].0).await?;
        tx.commit().await?;
        self.let_index_follow().await;
        Ok(new)
    }

    /// Joins a point into another one, which answers for both; without one, lets it stand alone again.
    ///
    /// # Errors
    /// [`Kind::Invalid`] when the other cannot take it, [`Kind::Conflict`] when somebody changed the
    /// point meanwhile.
    pub async fn join_point(
        &self,
        consultation: &Consultation,
        id: PointId,
        seen_version: Option<i64>,
        into: Option<PointId>,
        actor: &str,
    ) -> Result<(), Error> {
        let refused = |message: String| Err(Error::new(Kind::Invalid, message));
        let now_us = self.clock.now_us();
        let mut tx = self.store.write().await?;
        let point = read_point(&mut tx, id).await?;
        if point.consultation != consultation.id {
            return Err(Error::new(
                Kind::NotFound,
                format!("Hồ sơ này không có ý kiến số {id}."),
            ));
        }
        if let Some(into) = into {
            let other = read_point(&mut tx, into).await?;
            if into == id || other.consultation != consultation.id {
                return refused(format!("Không gộp được vào ý kiến số {into}."));
            }
            if other.joined_into.is_some() || other.disposition != Disposition::Counted {
                return refused(format!(
                    "Ý kiến số {into} đã gộp vào ý kiến khác hoặc không được tính; hãy chọn ý kiến khác."
                ));
            }
            if recut::count_joined(&mut tx, id).await? > 0 {
                return refused(format!(
                    "Đã có ý kiến gộp vào ý kiến số {id}; hãy gộp các ý kiến ấy trước."
                ));
            }
            check_free(&mut tx, &point).await?;
        }
        let version = seen_version.unwrap_or(point.version);
        recut::join_point(&mut tx, id, version, into).await?;
        ledger::append(&mut tx, now_us, actor, Action::PointsChanged, id.0, id.0).await?;
        tx.commit().await?;
        self.let_index_follow().await;
        Ok(())
    }
}

/// Refuses what is answered or grouped: an answer or a group would lose what it is about.
async fn check_free(tx: &mut Tx, point: &Point) -> Result<(), Error> {
    if groups::find_group_of(tx, point.id).await?.is_some() {
        return Err(Error::new(
            Kind::Invalid,
            "Ý kiến này đang ở trong nhóm ý kiến trùng; hãy đưa ra khỏi nhóm trước.",
        ));
    }
    if point.response.is_some() {
        return Err(Error::new(
            Kind::Invalid,
            "Ý kiến này đã có nội dung trả lời nên không tách, gộp được.",
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{Cut, beginnings, halves};
    use crate::domain::{PartId, Span};

    #[track_caller]
    fn check(words: &str, expected: &[&str]) {
        let found = beginnings(words);
        let pieces: Vec<&str> = found
            .iter()
            .zip(found.iter().skip(1).chain([&words.len()]))
            .map(|(from, to)| words.get(*from..*to).unwrap().trim_end())
            .collect();
        assert_eq!(pieces, expected);
    }

    #[test]
    fn sentences_clauses_and_lines_begin_something() {
        check("Một ý.", &["Một ý."]);
        check(
            "Bỏ điểm a; giữ 3.5 tỷ. Rà soát\nmục II.",
            &["Bỏ điểm a;", "giữ 3.5 tỷ.", "Rà soát", "mục II."],
        );
    }

    #[test]
    fn spans_are_shared_out_without_loss() {
        let spans = [(PartId(1), Span::new(0, 10)), (PartId(2), Span::new(5, 9))];
        let cut = |part, at| Cut {
            part: PartId(part),
            at,
            words: String::new(),
        };
        let [first, second] = halves(&spans, &cut(1, 4)).unwrap();
        assert_eq!(first, [(PartId(1), Span::new(0, 4))]);
        assert_eq!(
            second,
            [(PartId(1), Span::new(4, 10)), (PartId(2), Span::new(5, 9))]
        );
        let [first, second] = halves(&spans, &cut(2, 5)).unwrap();
        assert_eq!((first, second), (vec![spans[0]], vec![spans[1]]));
        assert_eq!(halves(&spans, &cut(1, 0)), None);
        assert_eq!(halves(&spans, &cut(3, 1)), None);
    }
}
