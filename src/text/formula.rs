//! Text that a spreadsheet would compute instead of show (CWE-1236), on the way out and back.

use std::borrow::Cow;

/// What such a text begins with.
const MARKS: [char; 5] = ['=', '+', '-', '@', '\t'];

/// Whether a spreadsheet may take a text for a formula. A number is none.
pub fn is_formula(text: &str) -> bool {
    text.starts_with(MARKS) && text.parse::<f64>().is_err()
}

/// The text as a file of plain cells holds it: with an apostrophe where it would be computed.
pub fn guarded(text: &str) -> Cow<'_, str> {
    if is_formula(text) {
        Cow::Owned(format!("'{text}"))
    } else {
        Cow::Borrowed(text)
    }
}

/// What somebody wrote in a cell, without that apostrophe.
pub fn unguarded(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(text) if is_formula(text) => text,
        _ => cell,
    }
}

#[cfg(test)]
mod tests {
    use super::{guarded, unguarded};

    #[test]
    fn what_goes_out_comes_back() {
        let check = |text: &str, out: &str| {
            assert_eq!(guarded(text), out);
            assert_eq!(unguarded(out), text);
        };
        check("=1+1", "'=1+1");
        check("- bỏ khoản 2", "'- bỏ khoản 2");
        check("-5", "-5");
        check("bỏ '='", "bỏ '='");
        check("'tiếp thu'", "'tiếp thu'");
        check("", "");
    }
}
