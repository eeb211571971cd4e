//! What the server that received a mail found out about its sender's address
//! (Authentication-Results, RFC 8601).
//!
//! Only the topmost field is read: ours is added last, and everything below may have been written by
//! the sender (section 5). A sender can still write one where our server writes none, so that a good
//! result is shown and nothing is concluded from it; only a bad one is.

use mail_parser::Message;

use super::transfer;
use crate::domain::Authentication;

/// Results that are kept; servers write five or six.
const MAX_RESULTS: usize = 20;
const MAX_FIELD_BYTES: usize = 8 << 10;

/// Reads the topmost field; `None` where there is none, or it says nothing.
pub(super) fn read(message: &Message<'_>) -> Option<Authentication> {
    let header = message.headers().iter().find(|header| {
        header
            .name
            .as_str()
            .eq_ignore_ascii_case("Authentication-Results")
    })?;
    let raw = transfer::raw_field(message, header)?;
    let raw = raw.get(..MAX_FIELD_BYTES).unwrap_or(raw);
    parse(&String::from_utf8_lossy(raw))
}

/// `server; method=result (why) property=value; …`
fn parse(field: &str) -> Option<Authentication> {
    let field = without_comments(field);
    let mut pieces = field.split(';').map(str::trim);
    let server = pieces.next()?.split_whitespace().next()?.to_lowercase();
    let results: Vec<(String, String)> = pieces
        .filter_map(|piece| {
            let (method, result) = piece.split_once('=')?;
            // `dkim/1` names a version of the method.
            let method = method.split('/').next()?.trim().to_lowercase();
            let result = result.split_whitespace().next()?.to_lowercase();
            let is_word = |word: &str| {
                (1..=30).contains(&word.len())
                    && word.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            };
            (is_word(&method) && is_word(&result)).then_some((method, result))
        })
        .take(MAX_RESULTS)
        .collect();
    (!results.is_empty()).then_some(Authentication { server, results })
}

/// The field without what stands in parentheses, which nest, and with quoted words as they are.
fn without_comments(field: &str) -> String {
    let mut out = String::with_capacity(field.len());
    let (mut depth, mut is_quoted) = (0_usize, false);
    let mut chars = field.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => {
                let escaped = chars.next();
                if depth == 0 {
                    out.extend(escaped);
                }
            }
            '"' if depth == 0 => is_quoted = !is_quoted,
            '(' if !is_quoted => depth += 1,
            ')' if !is_quoted => depth = depth.saturating_sub(1),
            // Within quotes it separates nothing.
            ';' if is_quoted => out.push(' '),
            c if depth == 0 => out.push(c),
            _ => {}
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::parse;
    use crate::domain::Verdict;

    #[test]
    fn results_are_read_and_judged() {
        for (field, summary, verdict) in [
            (
                "mx.so.example; spf=pass smtp.mailfrom=stc.example; dkim=pass (2048-bit key; ok) header.d=stc.example; dmarc=pass",
                "spf=pass, dkim=pass, dmarc=pass",
                Verdict::Passed,
            ),
            (
                "mx.so.example 1;\r\n\tspf=softfail (a (nested) \\) comment) smtp.mailfrom=x;\r\n dkim=none",
                "spf=softfail, dkim=none",
                Verdict::Failed,
            ),
            // A list changed the text; the sender's server was still allowed to send.
            (
                "mx; DKIM/1=Fail reason=\"body; changed\"; SPF=Pass",
                "dkim=fail, spf=pass",
                Verdict::Passed,
            ),
            (
                "mx; spf=pass; dkim=pass; dmarc=fail",
                "spf=pass, dkim=pass, dmarc=fail",
                Verdict::Failed,
            ),
            (
                "mx; dkim=fail; dkim=pass",
                "dkim=fail, dkim=pass",
                Verdict::Passed,
            ),
            (
                "mx; auth=none; iprev=pass",
                "auth=none, iprev=pass",
                Verdict::Unknown,
            ),
        ] {
            let found = parse(field).unwrap();
            assert_eq!(
                (found.summary().as_str(), found.verdict()),
                (summary, verdict),
                "{field}"
            );
        }
        for field in ["", ";", "mx.so.example; none", "(mx", "mx; =pass; spf="] {
            assert_eq!(parse(field), None, "{field}");
        }
    }
}
