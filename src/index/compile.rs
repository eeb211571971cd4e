//! From conditions on words to queries of tantivy.
//!
//! A search becomes one or several *alternatives*, each a plain conjunction, because block-max
//! pruning works on conjunctions of terms and not through a disjunction. The best points of the
//! whole are among the best of each alternative, and a point's score is that of its best one.

use std::collections::BTreeSet;

use tantivy::Term;
use tantivy::query::{
    AllQuery, BooleanQuery, Occur, PhrasePrefixQuery, PhraseQuery, Query, TermQuery,
};
use tantivy::schema::{Field, IndexRecordOption};

use super::Scope;
use super::filter::{Pass, Plan};
use super::language::Node;
use super::schema::Fields;

/// More alternatives than this cost more than the pruning they allow saves.
const MAX_ALTERNATIVES: usize = 8;

/// As many words with one beginning as a search looks up.
const MAX_EXPANSIONS: u32 = 10_000;

impl Scope {
    /// The fields with words of the scope.
    pub(super) fn fields(self, fields: &Fields) -> Vec<Field> {
        match self {
            Self::Points => vec![fields.folded],
            Self::Answers => vec![fields.answer_folded],
            Self::Both => vec![fields.folded, fields.answer_folded],
        }
    }
}

/// Makes the alternatives of a search; together they match what it asks for. Never empty.
pub(super) fn alternatives(
    all: &[Node],
    scope: &[Field],
    filters: &Plan,
    pass: Pass,
) -> Vec<Box<dyn Query>> {
    let leading: Vec<_> = filters.queries(pass).collect();
    if all.is_empty() {
        return vec![conjunction(&[], &[], None, &leading)];
    }
    let mut lists = vec![Vec::new()];
    for node in all {
        lists = distribute(node, lists);
    }
    let mut queries = Vec::new();
    for list in &lists {
        let is_excluding = |node: &&&Node| matches!(node, Node::Not(_));
        let excluded: Vec<&Node> = list.iter().filter(is_excluding).copied().collect();
        let wanted: Vec<&Node> = list
            .iter()
            .filter(|node| !is_excluding(node))
            .copied()
            .collect();
        // A point without the excluded words needs no words at all.
        let n_fields = if wanted.is_empty() { 1 } else { scope.len() };
        for field in scope.iter().take(n_fields) {
            let excluded: Vec<(&Node, Field)> = excluded
                .iter()
                .flat_map(|node| scope.iter().map(|field| (*node, *field)))
                .collect();
            queries.push(conjunction(&wanted, &excluded, Some(*field), &leading));
        }
    }
    queries
}

/// One query for several alternatives, for passes that do not score.
pub(super) fn union(alternatives: Vec<Box<dyn Query>>) -> Box<dyn Query> {
    let clauses = alternatives.into_iter();
    boolean(clauses.map(|query| (Occur::Should, query)).collect())
}

/// Adds a part to every list, multiplying the lists by its choices where they are few.
fn distribute<'a>(node: &'a Node, mut lists: Vec<Vec<&'a Node>>) -> Vec<Vec<&'a Node>> {
    match node {
        Node::All(parts) => {
            return parts
                .iter()
                .fold(lists, |lists, part| distribute(part, lists));
        }
        Node::Any(parts) => {
            let mut product = Vec::new();
            for part in parts {
                product.extend(distribute(part, lists.clone()));
                if product.len() > MAX_ALTERNATIVES {
                    break;
                }
            }
            if product.len() <= MAX_ALTERNATIVES {
                return product;
            }
        }
        Node::Word(_) | Node::Phrase { .. } | Node::Not(_) => {}
    }
    for list in &mut lists {
        list.push(node);
    }
    lists
}

fn conjunction(
    wanted: &[&Node],
    excluded: &[(&Node, Field)],
    field: Option<Field>,
    leading: &[Box<dyn Query>],
) -> Box<dyn Query> {
    let mut clauses = Vec::new();
    let mut seen = BTreeSet::new();
    for node in wanted {
        let is_repeated = match node {
            Node::Word(word) => !seen.insert(&word.folded),
            Node::Phrase { .. } | Node::All(_) | Node::Any(_) | Node::Not(_) => false,
        };
        if !is_repeated {
            clauses.extend(field.map(|field| (Occur::Must, query(node, field))));
        }
    }
    let leading = leading.iter();
    clauses.extend(leading.map(|filter| (Occur::Must, filter.box_clone())));
    if clauses.is_empty() {
        clauses.push((Occur::Must, Box::new(AllQuery)));
    }
    let excluded = excluded.iter().map(|(node, field)| match node {
        Node::Not(node) => (Occur::MustNot, query(node, *field)),
        node => (Occur::MustNot, query(node, *field)),
    });
    clauses.extend(excluded);
    boolean(clauses)
}

/// A lone clause stands for itself: wrapped, a single term would lose its pruning.
fn boolean(mut clauses: Vec<(Occur, Box<dyn Query>)>) -> Box<dyn Query> {
    match clauses.pop() {
        Some((Occur::Must | Occur::Should, only)) if clauses.is_empty() => only,
        last => {
            clauses.extend(last);
            Box::new(BooleanQuery::new(clauses))
        }
    }
}

/// The query of one part in one field.
fn query(node: &Node, field: Field) -> Box<dyn Query> {
    match node {
        Node::Word(word) => Box::new(TermQuery::new(
            Term::from_field_text(field, &word.folded),
            IndexRecordOption::WithFreqs,
        )),
        Node::Phrase {
            words,
            last_is_beginning,
        } => {
            let terms = words
                .iter()
                .map(|word| Term::from_field_text(field, &word.folded));
            if *last_is_beginning {
                let mut query = PhrasePrefixQuery::new(terms.collect());
                query.set_max_expansions(MAX_EXPANSIONS);
                Box::new(query)
            } else {
                Box::new(PhraseQuery::new(terms.collect()))
            }
        }
        Node::All(parts) => {
            let mut clauses: Vec<(Occur, Box<dyn Query>)> = Vec::new();
            for part in parts {
                clauses.push(match part {
                    Node::Not(part) => (Occur::MustNot, query(part, field)),
                    part => (Occur::Must, query(part, field)),
                });
            }
            if clauses.iter().all(|(occur, _)| *occur == Occur::MustNot) {
                clauses.push((Occur::Must, Box::new(AllQuery)));
            }
            boolean(clauses)
        }
        Node::Any(parts) => {
            let clauses = parts.iter().map(|part| (Occur::Should, query(part, field)));
            boolean(clauses.collect())
        }
        Node::Not(part) => boolean(vec![
            (Occur::Must, Box::new(AllQuery)),
            (Occur::MustNot, query(part, field)),
        ]),
    }
}
