use super::{Node, parse};
use crate::index::synonyms::Synonyms;

/// The tree as one line: `a+b` phrase, `a*` beginning, `{a b}` all, `[a b]` any, `-a` not.
fn show(node: &Node) -> String {
    let join = |parts: &[Node]| parts.iter().map(show).collect::<Vec<_>>().join(" ");
    match node {
        Node::Word(word) => word.exact.clone(),
        Node::Phrase {
            words,
            last_is_beginning,
        } => {
            let words: Vec<_> = words.iter().map(|word| word.exact.as_str()).collect();
            words.join("+") + if *last_is_beginning { "*" } else { "" }
        }
        Node::All(parts) => format!("{{{}}}", join(parts)),
        Node::Any(parts) => format!("[{}]", join(parts)),
        Node::Not(part) => format!("-{}", show(part)),
    }
}

#[track_caller]
fn check(text: &str, expected: &str) {
    let synonyms = Synonyms::parse(r#"same = [["X&Y", "một hai ba"], ["K", "bốn năm"]]"#).0;
    let parsed = parse(text, &synonyms);
    let shown: Vec<_> = parsed.all.iter().map(show).collect();
    assert_eq!(shown.join(" "), expected);
}

#[test]
fn words_and_phrases() {
    check("", "");
    check("  thị   trường ", "thị trường");
    check("\"thị trường\" vốn", "thị+trường vốn");
    check("“thị trường” vốn", "thị+trường vốn");
    check("\"thị trường", "thị+trường");
    check("a\"b c\"d", "a b+c d");
    check("III.2 tế-xã 5/10", "iii+2 tế+xã 5+10");
    check("mục:III.2 u:v", "mục iii+2 u v");
    check("thi\u{323} trươ\u{300}ng", "thị trường");
}

#[test]
fn signs() {
    check("thị tr*", "thị tr*");
    check("\"công ngh*\"", "công+ngh*");
    check("* ** a* *a", "a* a");
    check("a -b", "a -b");
    check("-b", "-b");
    check("-\"b c\" NOT d", "-b+c -d");
    check("a - b a-b -", "a b a+b");
    check("a OR b", "[a b]");
    check("a b OR c d", "a [b c] d");
    check("a OR b OR \"c d\" e", "[a b c+d] e");
    check("a | b or", "[a b] or");
    check("OR a OR", "a");
    check("a OR OR b", "[a b]");
    check("a AND b & c", "a b c");
    check("a OR -b", "[a -b]");
}

#[test]
fn groups() {
    check("(a b) OR (c d)", "[{a b} {c d}]");
    check("a (b OR c)", "a [b c]");
    check("-(a b) c", "-{a b} c");
    check("a) b (c", "a b c");
    check("khoản 1 (sửa đổi)", "khoản 1 {sửa đổi}");
    check("()()", "");
}

#[test]
fn known_forms_are_widened() {
    check("X&Y", "[x+y một+hai+ba]");
    check("xy một hai ba tư", "xy [{một hai ba} x+y] tư");
    check("mot hai ba bon nam", "[{mot hai ba} x+y] [{bon nam} k]");
    check("k OR a", "[k bốn+năm a]");
    check("a OR k", "[a [k bốn+năm]]");
    check("\"X&Y\" -k k*", "x+y -k k*");
    check("một hai OR ba", "một [hai ba]");
}

#[test]
fn long_input_is_cut() {
    let synonyms = Synonyms::default();
    assert!(!parse(&"a ".repeat(64), &synonyms).is_cut);
    let parsed = parse(&"a ".repeat(65), &synonyms);
    assert!(parsed.is_cut);
    assert_eq!(parsed.all.len(), 64);
    assert!(parse(&"x".repeat(9000), &synonyms).is_cut);
}

proptest::proptest! {
    #[test]
    fn there_is_no_wrong_input(text in r#"(?s)[\sabđ"()*|:OR-]{0,80}|.{0,80}"#) {
        parse(&text, Synonyms::shipped());
    }
}
