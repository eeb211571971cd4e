//! What a written number or letter can be, after which keyword.

use super::super::grammar::{Piece, Value};
use super::super::terms::Keyword;
use super::super::tree::{Class, Part, letter_part};

/// Whether the outermost value can be found without what came before.
pub(super) fn is_absolute(values: &[(Keyword, &Value)]) -> bool {
    let Some((keyword, value)) = values.first() else {
        return false;
    };
    match keyword {
        Keyword::Chapter
        | Keyword::Article
        | Keyword::Annex
        | Keyword::Form
        | Keyword::Sheet
        | Keyword::Table => true,
        Keyword::Part | Keyword::Division | Keyword::Path | Keyword::Point => match value {
            Value::Path(pieces) => pieces.first().is_some_and(|piece| {
                piece
                    .roman
                    .is_some_and(|_| pieces.len() > 1 || *keyword != Keyword::Point)
                    || (piece.is_capital && *keyword != Keyword::Point)
                    || (*keyword == Keyword::Path && pieces.len() > 2)
            }),
            Value::This | Value::Unnumbered => false,
        },
        Keyword::Subdivision
        | Keyword::Clause
        | Keyword::Item
        | Keyword::Dash
        | Keyword::Paragraph
        | Keyword::Row => false,
    }
}

pub(super) fn rule_of(values: &[(Keyword, &Value)]) -> &'static str {
    match values.first() {
        Some((Keyword::Article, _)) => "citation.article",
        Some((Keyword::Annex, _)) => "citation.annex",
        Some((Keyword::Form | Keyword::Sheet | Keyword::Table, _)) => "citation.form",
        Some((Keyword::Part | Keyword::Chapter, _)) => "citation.part",
        Some((_, Value::Path(pieces))) if pieces.len() > 1 => "citation.roman_path",
        _ => "citation.section",
    }
}

/// What the first piece after a keyword can be, most likely first.
pub(super) fn classes(keyword: Keyword, piece: &Piece) -> Vec<Class> {
    match keyword {
        Keyword::Article => vec![Class::Article],
        Keyword::Chapter => vec![Class::Chapter],
        Keyword::Annex => vec![Class::Annex],
        // Which word a form is called by is often another than the one at its head.
        Keyword::Form => vec![Class::Form, Class::Sheet],
        Keyword::Sheet => vec![Class::Sheet, Class::Form, Class::Table],
        Keyword::Table => vec![Class::Table, Class::Sheet],
        Keyword::Subdivision => vec![Class::Subdivision, Class::Number, Class::Letter],
        Keyword::Clause | Keyword::Row => vec![Class::Number, Class::Roman, Class::Letter],
        Keyword::Point | Keyword::Item if piece.letter.is_some() && !piece.is_capital => {
            vec![Class::Letter, Class::Roman]
        }
        Keyword::Point | Keyword::Item => vec![Class::Roman, Class::Number, Class::Letter],
        Keyword::Part => vec![Class::Part, Class::Capital, Class::Roman, Class::Number],
        Keyword::Division => vec![
            Class::Division,
            Class::Roman,
            Class::Capital,
            Class::Part,
            Class::Number,
            Class::Letter,
        ],
        Keyword::Path => vec![
            Class::Roman,
            Class::Capital,
            Class::Article,
            Class::Number,
            Class::Part,
        ],
        Keyword::Dash | Keyword::Paragraph => vec![Class::Dash],
    }
}

/// What a piece inside a path can be.
pub(super) fn inner_classes(piece: &Piece) -> Vec<Class> {
    if piece.number.is_some() {
        vec![Class::Number]
    } else if piece.is_capital {
        vec![Class::Roman, Class::Letter]
    } else {
        vec![Class::Letter, Class::Roman]
    }
}

pub(super) fn first_classes(keyword: Keyword, value: &Value) -> Vec<Class> {
    match value {
        Value::Path(pieces) => pieces
            .first()
            .map(|piece| {
                classes(keyword, piece)
                    .into_iter()
                    .filter(|&class| part_of(class, piece).is_some())
                    .collect()
            })
            .unwrap_or_default(),
        Value::Unnumbered | Value::This => vec![Class::Annex],
    }
}

pub(super) fn classes_of_this(keyword: Keyword, has_articles: bool) -> &'static [Class] {
    match keyword {
        Keyword::Article => &[Class::Article],
        Keyword::Chapter => &[Class::Chapter],
        Keyword::Clause => &[Class::Number],
        Keyword::Point | Keyword::Item if has_articles => &[Class::Letter],
        Keyword::Point | Keyword::Item => &[Class::Letter, Class::Number],
        Keyword::Annex => &[Class::Annex],
        Keyword::Form => &[Class::Form],
        Keyword::Sheet => &[Class::Sheet],
        Keyword::Table => &[Class::Table],
        Keyword::Dash => &[Class::Dash],
        Keyword::Part => &[Class::Part, Class::Capital, Class::Roman],
        Keyword::Division
        | Keyword::Subdivision
        | Keyword::Path
        | Keyword::Row
        | Keyword::Paragraph => &[
            Class::Number,
            Class::Roman,
            Class::Letter,
            Class::Division,
            Class::Subdivision,
            Class::Named,
        ],
    }
}

/// The key part of a piece read as a class; `None` when it cannot be one.
pub(super) fn part_of(class: Class, piece: &Piece) -> Option<Part> {
    let numeral = piece.roman.or(piece.number);
    match class {
        Class::Letter => piece
            .letter
            .filter(|_| !piece.is_capital || piece.roman.is_none())
            .map(letter_part),
        Class::Capital => piece.letter.filter(|_| piece.is_capital).map(letter_part),
        Class::Roman => piece.roman.map(|number| (number, None)),
        Class::Article | Class::Number | Class::Dash => {
            piece.number.map(|number| (number, piece.suffix))
        }
        Class::Part
        | Class::Chapter
        | Class::Division
        | Class::Subdivision
        | Class::Annex
        | Class::Form
        | Class::Sheet
        | Class::Table => numeral.map(|number| (number, piece.suffix)),
        Class::Named => None,
    }
}
