//! Folder names as IMAP writes them: modified UTF-7 (RFC 3501 section 5.1.3).

/// `Đã nhận` → `&ARAA4w- nh&Hq0-n`.
pub(super) fn encode(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    let mut pending: Vec<u16> = Vec::new();
    for c in name.chars() {
        if (' '..='~').contains(&c) {
            shift(&mut out, &mut pending);
            out.push(c);
            if c == '&' {
                out.push('-');
            }
        } else {
            let mut units = [0; 2];
            pending.extend_from_slice(c.encode_utf16(&mut units));
        }
    }
    shift(&mut out, &mut pending);
    out
}

/// Writes what is not printable ASCII in base 64 with `,` for `/` and without padding.
fn shift(out: &mut String, pending: &mut Vec<u16>) {
    const DIGITS: [char; 64] = digits();
    if pending.is_empty() {
        return;
    }
    out.push('&');
    let (mut bits, mut n_bits) = (0_u32, 0);
    for unit in pending.drain(..) {
        bits = (bits << 16) | u32::from(unit);
        n_bits += 16;
        while n_bits >= 6 {
            n_bits -= 6;
            push_digit(out, &DIGITS, bits >> n_bits);
        }
        bits &= (1 << n_bits) - 1;
    }
    if n_bits > 0 {
        push_digit(out, &DIGITS, bits << (6 - n_bits));
    }
    out.push('-');
}

fn push_digit(out: &mut String, digits: &[char; 64], bits: u32) {
    let at = usize::try_from(bits & 63).unwrap_or_default();
    out.extend(digits.get(at));
}

const fn digits() -> [char; 64] {
    let alphabet = *b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,";
    let mut digits = ['A'; 64];
    let mut at = 0;
    #[expect(
        clippy::as_conversions,
        clippy::indexing_slicing,
        reason = "a constant, computed by the compiler"
    )]
    while at < 64 {
        digits[at] = alphabet[at] as char;
        at += 1;
    }
    digits
}

#[cfg(test)]
mod tests {
    use super::encode;

    #[test]
    fn names_are_written_as_servers_keep_them() {
        let check = |name: &str, expected: &str| assert_eq!(encode(name), expected, "{name}");
        check("INBOX", "INBOX");
        check("Thu & tra", "Thu &- tra");
        check("Đã nhận", "&ARAA4w- nh&Hq0-n");
        check("台北", "&U,BTFw-");
        check("𝄞", "&2DTdHg-");
    }
}
