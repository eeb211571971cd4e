//! What words of an opinion, an agreement, a closing look like, on mark-less lower-case text.

use std::sync::LazyLock;

use regex::Regex;

/// A compiled pattern of this module; the patterns are constants and a test compiles them all.
struct Pattern(LazyLock<Regex>);

impl Pattern {
    fn is_in(&self, folded: &str) -> bool {
        self.0.is_match(folded)
    }
}

macro_rules! patterns {
    ($($(#[$doc:meta])* $name:ident = $pattern:expr;)*) => {$(
        $(#[$doc])*
        static $name: Pattern = Pattern(LazyLock::new(|| {
            Regex::new($pattern).expect("the pattern is a constant that a test compiles")
        }));
    )*
        #[cfg(test)]
        fn compile_all() -> usize {
            let mut n_patterns = 0;
            $(LazyLock::force(&$name.0); n_patterns += 1;)*
            n_patterns
        }
    };
}

patterns! {
    PLACE = concat!(
        r"\b(dieu|khoan|muc|phan|chuong|phu luc|trang|gach dau dong|nhiem vu|so thu tu|stt|dong)",
        r"\s+(so |thu )?(\d|[ivx]+\b|nhat\b|hai\b|ba\b|cuoi\b|[a-e]\b)",
        r"|\bdiem\s+[“']?[a-z]\b|\b[ivx]+\.\d|\b(muc|dieu|khoan) nay\b|\bphan (noi nhan|can cu)\b",
    );
    STARTS_WITH_PLACE = concat!(
        r"^(tai |o |ve |doi voi |cung |cu the |theo |ten |trong )*(cac |noi dung )?",
        r"((dieu|khoan|muc|phan|chuong|phu luc|trang|gach dau dong|nhiem vu|so thu tu|stt|diem|to trinh|bao cao|quyet dinh|de an)",
        r"\b|du thao (to trinh|bao cao|quyet dinh|de an)|[ivx]+\.\d)",
    );
    PROPOSAL = concat!(
        r"\b(de nghi|de xuat|kien nghi|bo sung|sua|chinh sua|dieu chinh|thay|bo|luoc bo|xem xet|can nhac|ra soat|",
        r"lam ro|giu nguyen|nen|can|chua|tach|gop|neu ro|ghi ro|cho biet|khong phai|khong kha thi|khong phu hop|",
        r"khong hop ly|khong dong y|khong nhat tri|khong dong tinh|khong thong nhat|khong tan thanh|thuyet minh|",
        r"nang|giam|lui|them|viet lai|thong nhat so lieu|cap nhat|muon biet|bang khoan|nghien cuu bo sung|dang ky)\b|\?",
    );
    /// What stands beside an agreement only when it is not all.
    DEMAND = concat!(
        r"\b(de nghi|de xuat|kien nghi|bo sung|sua|chinh sua|dieu chinh|thay bang|luoc bo|xem xet|can nhac|ra soat|",
        r"lam ro|giu nguyen|tach|neu ro|ghi ro|cho biet|viet lai|thuyet minh|cap nhat|can phai|nen bo|nen co)\b|\?",
    );
    AGREEMENT = "\\b(nhat tri|thong nhat|dong y|dong tinh|tan thanh|ung ho|hoan toan phu hop)\\b";
    NO_OPINION = concat!(
        r"\b(khong co y kien|khong co gop y|khong tham gia y kien|khong co noi dung (tham gia|gop y)|",
        r"khong thuoc (linh vuc|tham quyen|chuc nang|pham vi)|khong gop y)",
    );
    REFUSAL = r"\b(khong|chua) (dong y|nhat tri|dong tinh|thong nhat|tan thanh)\b";
    HOWEVER = r"\b(tuy nhien|ben canh do|dong thoi|ngoai ra|song|rieng|tuy vay|de nghi|kien nghi)\b";
    /// "have the following comments": the opinion comes next.
    ANNOUNCES = "\\b(y kien|gop y|noi dung|nhu sau|sau day|cac van de|xin gop|de nghi|trao doi|kien nghi|dinh chinh)\\b";
    OPENS = concat!(
        r"^(thuc hien|phuc dap|tra loi|can cu|sau khi|qua nghien cuu|tiep theo|ngay \d|theo de nghi|tiep nhan|",
        r"ve co ban|nhin chung|.{0,160}(nhan duoc|da nghien cuu|da co|cam on|da nhan)|",
        r".{0,120}\b(cong van|giay moi|van ban) so)",
    );
    COVERING = concat!(
        r"\b(gui|chuyen|kem)\b.{0,80}\b(van ban|cong van|file|tep|ban mem|dinh kem|kem theo|gop y)\b",
        r"|^(gui kem|kem theo|kinh gui kem)|xem (tep|file)",
        r"|\b(tep|file|phu luc|bang)\b.{0,40}\b(dinh kem|kem theo|gui kem)",
    );
    CLOSES_FIRST = concat!(
        r"^(tren day la|tran trong|xin (tran trong |chan thanh )?cam on|xin cam on|kinh mong|rat mong|noi nhan|",
        r"cam on|chan thanh cam on)",
    );
    CLOSES = concat!(
        r"(tong hop|xem xet|hoan thien|cam on|de biet|theo quy dinh|nghien cuu, tiep thu)[^.:;?]{0,60}(\./\.|\.)?$",
        r"|\bgui (so|phong|quy|ban|bo|van phong|uy ban|ubnd|cuc)\b[^:;?]{0,160}\.?/?\.?$",
    );
    ADDRESSES = concat!(
        r"\b(gui|de nghi|tra loi|thong bao|bao cao|kinh)\b.{0,120}\b(tong hop|xem xet|hoan thien|biet|theo quy dinh|\./\.)",
        r"|\bgui (so|phong|quy|ban|bo|van phong|uy ban|ubnd|cuc)\b",
    );
    SIGNATURE = concat!(
        r"^(--|nguoi gui|dien thoai|dt\b|tel|email|e-mail|fax|website|dia chi|sdt|kt\.|tm\.|t/m|tl\.|tuq\.|q\.|",
        r"giam doc|pho |chu tich|truong |vien truong|hieu truong|cuc truong|chanh )",
    );
    REASON = r"\b(ly do|li do|nguyen nhan de nghi|ly do de xuat|giai thich)( de nghi| de xuat| gop y)?\s*:";
    CONTINUES = r"^(ly do|li do|vi |do |boi vi|cu the|trong do|viec nay|noi dung nay|quy dinh nay|theo do|[a-z]+ nay )";
    HEADING = r"^(ve|doi voi|tai|gop y|y kien|nhan xet|phan|noi dung|de xuat|kien nghi|[ivx]+[.)])\b";
}

/// Names a numbered place.
pub(super) fn has_place(folded: &str) -> bool {
    PLACE.is_in(folded)
}

/// Begins with a place or a document.
pub(super) fn starts_with_place(folded: &str) -> bool {
    STARTS_WITH_PLACE.is_in(folded)
}

/// Wants, doubts or asks something.
pub(super) fn has_proposal(folded: &str) -> bool {
    PROPOSAL.is_in(folded)
}

/// Wants something for certain: "nên" and "cần" alone also only join clauses.
pub(super) fn demands(folded: &str) -> bool {
    DEMAND.is_in(folded) || REFUSAL.is_in(folded) || (PROPOSAL.is_in(folded) && has_place(folded))
}

/// Agrees, or says that there is nothing to say, and wants nothing.
pub(super) fn only_agrees(folded: &str) -> bool {
    (AGREEMENT.is_in(folded) && !REFUSAL.is_in(folded) && !wants_beside_agreement(folded))
        || NO_OPINION.is_in(folded)
}

/// Whether something is wanted after or beside the words of agreement.
fn wants_beside_agreement(folded: &str) -> bool {
    // "chưa", "cần" and the like also stand in "thống nhất với sự cần thiết".
    let rest = folded
        .replace("su can thiet", "")
        .replace("can thiet", "")
        .replace("de nghi tong hop", "")
        .replace("bo sung them y kien", "")
        .replace("y kien bo sung", "")
        .replace("khong co y kien", "")
        .replace("de nghi so", "")
        .replace("khong co bo sung", "")
        .replace("dang tap trung", "");
    DEMAND.is_in(&rest) || (HOWEVER.is_in(&rest) && !rest.trim_end().ends_with("tong hop"))
}

pub(super) fn has_agreement(folded: &str) -> bool {
    AGREEMENT.is_in(folded) || NO_OPINION.is_in(folded)
}

/// Says that something else follows or is enclosed, nothing more.
pub(super) fn only_covers(folded: &str) -> bool {
    COVERING.is_in(folded)
        && !has_place(folded)
        && folded.chars().count() < 220
        && !folded.contains("nhu sau")
}

/// Ends with a colon that announces the comments.
pub(super) fn announces(folded: &str) -> bool {
    folded.trim_end().ends_with(':') && ANNOUNCES.is_in(folded)
}

/// Opens a letter: what it answers, what it has read.
pub(super) fn opens(folded: &str) -> bool {
    OPENS.is_in(folded)
}

/// Goes on about the comments to come, with or without a colon.
pub(super) fn leads_over(folded: &str) -> bool {
    let ends = folded.trim_end_matches([' ', '.', ':', ';']);
    folded.chars().count() < 300
        && !has_place(folded)
        && (ends.ends_with("nhu sau")
            || ends.ends_with("noi dung sau")
            || ends.ends_with("y kien sau")
            || ends.ends_with("sau day")
            || ends.ends_with("mot so noi dung")
            || ends.ends_with("mot so y kien")
            || ends.ends_with("kem theo cong van nay")
            || folded.contains("(phu luc dinh kem)")
            || folded.contains("phu luc kem theo"))
}

/// Certainly begins the closing.
pub(super) fn starts_closing(folded: &str) -> bool {
    CLOSES_FIRST.is_in(folded)
}

/// Asks the addressee to take note: the last sentence of a letter.
pub(super) fn closes(folded: &str) -> bool {
    let is_short = folded.chars().count() < 420;
    let ends_letter = folded.trim_end().ends_with("./.");
    is_short
        && !has_place(folded)
        && (starts_closing(folded)
            || (CLOSES.is_in(folded) && ADDRESSES.is_in(folded))
            || (ends_letter && ADDRESSES.is_in(folded))
            || (ends_letter && !has_proposal(folded)))
}

/// A line of a signature: a title, a telephone number, a name.
pub(super) fn signs(folded: &str) -> bool {
    let is_short = folded.chars().count() < 70;
    SIGNATURE.is_in(folded)
        || (is_short
            && !folded.trim_end().ends_with(['.', ';', ':', '?', '!', ','])
            && !has_place(folded)
            && !has_proposal(folded)
            && !HEADING.is_in(folded))
}

/// Where a reason begins: the byte of its marker and the byte after it.
pub(super) fn find_reason(folded: &str) -> Option<(usize, usize)> {
    REASON
        .0
        .find(folded)
        .map(|found| (found.start(), found.end()))
}

/// Goes on with the point before.
pub(super) fn continues_point(folded: &str) -> bool {
    CONTINUES.is_in(folded)
}

/// Has the form of a heading: short, a topic, wants nothing.
pub(super) fn looks_like_heading(folded: &str) -> bool {
    let trimmed = folded.trim_end();
    let n_chars = trimmed.chars().count();
    let ends_open = !trimmed.ends_with(['.', ';', '?', '!', ',']);
    n_chars <= 120
        && ends_open
        && (!has_proposal(trimmed) || n_chars <= 40 || trimmed.ends_with(':'))
}

/// Starts like a heading without a number: "Về …", "Đối với …".
pub(super) fn is_topic(folded: &str) -> bool {
    HEADING.is_in(folded)
}

#[cfg(test)]
mod tests {
    use super::{closes, compile_all, has_place, has_proposal, only_agrees};

    #[test]
    fn every_pattern_compiles() {
        assert!(compile_all() > 10);
    }

    #[test]
    fn agreement_alone_is_no_opinion() {
        assert!(only_agrees(
            "sau khi nghien cuu, so x hoan toan nhat tri voi du thao."
        ));
        assert!(only_agrees("so xay dung khong co y kien tham gia."));
        assert!(!only_agrees("khong nhat tri muc ho tro"));
        assert!(!only_agrees("co ban nhat tri, tuy nhien de nghi bo sung"));
    }

    #[test]
    fn places_and_proposals() {
        assert!(has_place("tai muc ii.1.3"));
        assert!(has_place("khoan 2 dieu 4"));
        assert!(!has_place("phan mem quan ly"));
        assert!(has_proposal("de nghi lam ro"));
        assert!(closes(
            "so tai chinh gui so khoa hoc va cong nghe tong hop./."
        ));
        assert!(!closes("muc iv.3.1: bo sung noi dung ket noi."));
    }
}
