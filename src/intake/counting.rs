//! Numbers of lists as Word and browsers show them.

/// A list number: `1` decimal, `a` and `A` letters, `i` and `I` roman.
pub(super) fn number(count: u32, style: char) -> String {
    match style {
        'I' => roman(count),
        'i' => roman(count).to_lowercase(),
        'A' => letters(count, b'A'),
        'a' => letters(count, b'a'),
        _ => count.to_string(),
    }
}

/// a to z, aa to zz, aaa…, as Word counts.
fn letters(count: u32, first: u8) -> String {
    let Some(at) = count.checked_sub(1) else {
        return count.to_string();
    };
    let letter = char::from(first + u8::try_from(at % 26).unwrap_or(0));
    let n_times = usize::try_from(at / 26 + 1).unwrap_or(1).min(20);
    letter.to_string().repeat(n_times)
}

fn roman(count: u32) -> String {
    if count == 0 || count > 3999 {
        return count.to_string();
    }
    let mut left = count;
    let mut out = String::new();
    for (value, sign) in [
        (1000, "M"),
        (900, "CM"),
        (500, "D"),
        (400, "CD"),
        (100, "C"),
        (90, "XC"),
        (50, "L"),
        (40, "XL"),
        (10, "X"),
        (9, "IX"),
        (5, "V"),
        (4, "IV"),
        (1, "I"),
    ] {
        while left >= value {
            out.push_str(sign);
            left -= value;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{letters, roman};

    #[test]
    fn counts_like_word() {
        let found: Vec<_> = [1, 4, 9, 14, 40, 1999].map(roman).into();
        assert_eq!(found, ["I", "IV", "IX", "XIV", "XL", "MCMXCIX"]);
        let found: Vec<_> = [1, 26, 27, 28, 53].map(|count| letters(count, b'a')).into();
        assert_eq!(found, ["a", "z", "aa", "bb", "aaa"]);
    }
}
