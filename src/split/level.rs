//! The levels of a list: which marks stand below which.

use super::mark::Mark;

/// A level of the list: a form of mark, or a heading without mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Level {
    /// An item with a mark.
    Marked(Mark),
    /// A heading without one.
    Topic,
}

/// Whether two levels are one; dashes and bullets are.
pub(super) fn same_level(first: Level, second: Level) -> bool {
    match (first, second) {
        (Level::Marked(Mark::Dash | Mark::Bullet), Level::Marked(Mark::Dash | Mark::Bullet)) => {
            true
        }
        (first, second) => first == second,
    }
}

/// Whether items with this mark can stand below a level.
pub(super) fn is_below(level: Level, mark: Mark) -> bool {
    let order = |mark: Mark| match mark {
        Mark::Capital => 0,
        Mark::Roman => 1,
        Mark::Ordinal => 2,
        Mark::Number(depth) => 2 + depth,
        Mark::Letter => 9,
        Mark::Parenthesis => 10,
        Mark::Dash | Mark::Bullet => 11,
        Mark::Plus => 12,
    };
    match level {
        Level::Topic => true,
        Level::Marked(above) => order(mark) > order(above),
    }
}
