//! Whether a word can be a written Vietnamese syllable.
//!
//! A spelling check for whole texts, not for words: it only has to tell a text decoded with the
//! right table from one decoded with a wrong one.

use std::collections::HashSet;
use std::sync::LazyLock;

use unicode_normalization::UnicodeNormalization;

/// Initial consonants, longest first.
const ONSETS: [&str; 27] = [
    "ngh", "ng", "nh", "ch", "gh", "gi", "kh", "ph", "qu", "th", "tr", "b", "c", "d", "đ", "g",
    "h", "k", "l", "m", "n", "p", "r", "s", "t", "v", "x",
];

/// What may follow the initial, without tone.
const RHYMES: &str = "a ac ach ai am an ang anh ao ap at au ay ăc ăm ăn ăng ăp ăt âc âm ân âng âp \
    ât âu ây e ec em en eng eo ep et ê êch êm ên ênh êp êt êu i ia ich iêc iêm iên iêng iêp iêt \
    iêu im in inh ip it iu o oa oac oach oai oam oan oang oanh oao oap oat oay oăc oăm oăn oăng \
    oăt oc oe oen oeo oet oi om on ong op ot oong ooc ô ôc ôi ôm ôn ông ôp ôt ơ ơi ơm ơn ơp ơt u \
    ua uân uâng uât uây uc uê uêch uên uênh ui um un ung uôc uôi uôm uôn uông uôt up ut uy uya \
    uych uyên uyêt uynh uyt uyu uơ ư ưa ưc ưi ưm ưn ưng ươc ươi ươm ươn ương ươp ươt ươu ưt ưu y \
    yêm yên yêng yêt yêu ynh yt êng iê yê uê ươ";

static KNOWN_RHYMES: LazyLock<HashSet<&str>> = LazyLock::new(|| RHYMES.split(' ').collect());

/// How many words of a text are Vietnamese syllables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Share {
    /// Words with at least one letter beyond ASCII: the only ones that tell encodings apart.
    pub n_words: usize,
    /// Those that are syllables.
    pub n_syllables: usize,
}

impl Share {
    /// The share, 0 to 1; 0 when there is no such word.
    pub fn value(self) -> f64 {
        if self.n_words == 0 {
            return 0.0;
        }
        let as_float = |n: usize| u32::try_from(n).map_or(f64::from(u32::MAX), f64::from);
        as_float(self.n_syllables) / as_float(self.n_words)
    }
}

/// Counts the words that have a letter beyond ASCII and the syllables among them. NFC text.
pub fn share_of_syllables(text: &str) -> Share {
    let mut share = Share::default();
    for word in text.split(|c: char| c.is_ascii() && !c.is_ascii_alphabetic()) {
        let word = word.trim_matches(['“', '”', '‘', '’', '–', '—', '…', '•', '«', '»', '\u{a0}']);
        if word.is_ascii() {
            continue;
        }
        share.n_words += 1;
        share.n_syllables += usize::from(is_syllable(word));
    }
    share
}

/// Whether one word is spelled like a Vietnamese syllable, in any case.
pub fn is_syllable(word: &str) -> bool {
    // Seven letters at most ("nghiêng"), each at most three characters decomposed.
    if word.chars().take(9).count() > 8 {
        return false;
    }
    let mut plain = String::with_capacity(16);
    let mut n_tones = 0;
    for c in word.nfd().flat_map(char::to_lowercase) {
        match c {
            '\u{300}' | '\u{301}' | '\u{303}' | '\u{309}' | '\u{323}' => n_tones += 1,
            c => plain.push(c),
        }
    }
    if n_tones > 1 {
        return false;
    }
    let plain: String = plain.nfc().collect();
    if KNOWN_RHYMES.contains(plain.as_str()) {
        return true;
    }
    // "gi" is an initial and, before a consonant or alone, an initial with its vowel.
    ONSETS.iter().any(|onset| {
        plain.strip_prefix(onset).is_some_and(|rhyme| {
            KNOWN_RHYMES.contains(rhyme) || (*onset == "gi" && rhyme.is_empty())
        })
    })
}
