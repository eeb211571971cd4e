//! What words of an opinion, an agreement, a closing look like, on lower-case text.

use std::sync::LazyLock;

use regex::Regex;

pub(super) use super::words::Words;
use crate::text::pattern::{MarkedPattern, compile};

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
            compile($pattern)
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

macro_rules! marked_patterns {
    ($($(#[$doc:meta])* $name:ident = $pattern:expr;)*) => {$(
        $(#[$doc])*
        static $name: LazyLock<MarkedPattern> = LazyLock::new(|| MarkedPattern::new($pattern));
    )*
        #[cfg(test)]
        fn compile_all_marked() -> usize {
            let mut n_patterns = 0;
            $(LazyLock::force(&$name); n_patterns += 1;)*
            n_patterns
        }
    };
}

marked_patterns! {
    PLACE = concat!(
        r"(điều|khoản|mục|phần|chương|phụ lục|trang|gạch đầu dòng|nhiệm vụ|số thứ tự|stt|dòng|tiết|biểu|bảng|mẫu)",
        r"\s+(số |thứ )?(\d+|[ivx]+|[a-eđ])|(phần|chương|gạch đầu dòng|dòng|đoạn|nhiệm vụ) (thứ )?(nhất|hai|ba|tư|cuối)|điểm\s+[“\x22']?[a-zđ]|[ivx]+\.\d+",
        r"|(mục|điều|khoản|điểm) này|phần (nơi nhận|căn cứ)",
    );
    STARTS_WITH_PLACE = concat!(
        r"^((tại|ở|về|đối với|cũng|cụ thể|trong|riêng|còn|đồng thời|ngoài ra|bên cạnh đó|tương tự|và|các|nội dung)[,:]? )*",
        r"((điều|khoản|mục|phần|chương|phụ lục|trang|gạch đầu dòng|nhiệm vụ|số thứ tự|stt|điểm|biểu|bảng|mẫu|dòng|tờ trình|",
        r"báo cáo|quyết định|đề án|tên (gọi|của|dự thảo|văn bản)|phạm vi điều chỉnh|đối tượng áp dụng)",
        r"|dự thảo (tờ trình|báo cáo|quyết định|đề án|nghị quyết|nghị định|quy chế|quy định|kế hoạch)|[ivx]+\.\d)",
    );
    /// Asks for something to be done.
    ASKS = concat!(
        r"(đề nghị|đề xuất|kiến nghị|bổ sung|sửa|sửa đổi|chỉnh sửa|chỉnh lý|điều chỉnh|thay|thay thế|bỏ|lược bỏ|",
        r"xem xét|xem lại|cân nhắc|rà soát|làm rõ|giữ nguyên|nên|cần|tách|gộp (lại|chung|thành|với|các|hai|điều|khoản|mục|bước|vào)|nêu rõ|ghi rõ|ghi đúng|quy định rõ|",
        r"cho biết|thuyết minh|nâng|giảm|lùi|thêm|viết lại|viết gọn|rút gọn|rút ngắn|thống nhất số liệu|cập nhật|",
        r"muốn biết|nghiên cứu bổ sung|mong|mong muốn|tăng|đổi|đưa vào|giải thích|giải trình|không nên|phải|(kiểm tra|cộng|tính|ghi|rà|trình bày|chỉnh) lại|cho đúng)|\?",
    );
    /// Finds something wrong.
    DOUBTS = concat!(
        r"(chưa|không (phải|khả thi|phù hợp|hợp lý|cần|rõ|đủ|đúng|khớp|chính xác|đồng ý|nhất trí|đồng tình|thống nhất|",
        r"tán thành|có)|băn khoăn|thiếu|sai|nhầm|quá|trùng|mâu thuẫn|chồng chéo|lệch|là (cao|thấp|dài|ngắn))",
    );
    /// What stands beside an agreement only when it is not all.
    DEMAND = concat!(
        r"(đề nghị|đề xuất|kiến nghị|bổ sung|sửa|sửa đổi|chỉnh sửa|điều chỉnh|thay bằng|lược bỏ|xem xét|cân nhắc|rà soát|",
        r"làm rõ|giữ nguyên|tách|nêu rõ|ghi rõ|cho biết|viết lại|thuyết minh|cập nhật|cần phải|nên bỏ|nên có|mong muốn được)|\?",
    );
    /// What wants something beside an agreement, where "sự cần thiết" is left out.
    WEAK_DEMAND = r"(cần|nên|nhưng)";
    REFUSAL = r"(không|chưa) (đồng ý|nhất trí|đồng tình|thống nhất|tán thành)";
    /// An article of a law in force, not of the draft.
    OTHER_LAW = concat!(
        r"^(.{0,12} )?(điều|khoản|điểm|mục|phụ lục|chương)[^.:;]{0,40} ",
        r"(luật|bộ luật|hiến pháp|pháp lệnh|nghị định số|nghị định \d|thông tư|nghị quyết số|quyết định số|chỉ thị|quy định số|hướng dẫn số)",
    );
    /// Explains by what is already there.
    EXPLAINS = r"^.{4,60}(đã (được )?(quy định|nêu|có|giao|ban hành)|cũng (đã|quy định)|chỉ (có|quy định))|như vậy|tức là|nghĩa là";
    ASKS_OPENLY = r"(đề nghị|đề xuất|kiến nghị)";
    /// Asks in words that need nothing beside them; "cần", "phải", "thêm" only describe at times.
    ASKS_ITSELF = concat!(
        r"(đề nghị|đề xuất|kiến nghị|bổ sung|sửa|sửa đổi|chỉnh sửa|điều chỉnh|thay bằng|lược bỏ|rà soát|làm rõ|giữ nguyên|",
        r"viết lại|cập nhật|thay cụm từ|thay từ|bỏ (cụm từ|từ|chữ|khoản|điểm|điều|mục|quy định|nội dung)|nên|cần (bổ sung|sửa|làm rõ|quy định|có))",
    );
    STARTS_WITH_VERB = concat!(
        r"^((và|đồng thời|ngoài ra|bên cạnh đó|riêng|cũng)[,]? )*(đề nghị|kiến nghị|đề xuất|bổ sung|bỏ|sửa|thay|chỉnh sửa|điều chỉnh|",
        r"rà soát|làm rõ|cần|nên|xem xét|gộp|tách|chuyển|nâng|giảm|lược bỏ|thêm|viết lại|giữ nguyên|thống nhất)",
    );
    LEADS_TO_REASON = r"^((lý|lí) do|(lý|lí) giải|giải thích|nguyên nhân|cơ sở|căn cứ|vì|bởi|do|theo|để|nhằm|trong khi|tuy nhiên|nhưng|mặc dù)";
}

patterns! {
    AGREEMENT = "\\b(nhat tri|thong nhat|dong y|dong tinh|tan thanh|ung ho|hoan toan phu hop)\\b";
    NO_OPINION = concat!(
        r"\b(khong co (y kien|gop y)|khong tham gia y kien|khong co noi dung (tham gia|gop y)|",
        r"khong thuoc (linh vuc|tham quyen|chuc nang|pham vi)|khong gop y)",
    );
    HOWEVER = r"\b(tuy nhien|ben canh do|dong thoi|ngoai ra|song|rieng|tuy vay|de nghi|kien nghi)\b";
    /// "have the following comments": the opinion comes next.
    ANNOUNCES = concat!(
        r"\b(y kien|gop y|noi dung|nhu sau|nhu nay|sau day|cac van de|xin gop|de nghi|trao doi|kien nghi|dinh chinh|",
        r"cho can|phan bien|cu the|(mot so|may|hai|ba|bon|cac|vai) (diem|y|van de|cho|ghi chu))\b",
    );
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
    ANNEX_CITED = r"\(?(chi tiet|cu the)?[^.]{0,20}phu luc[^.]{0,12} (dinh kem|kem theo|gui kem)|(chi tiet|cu the) (tai|nhu|o) (phu luc|bang|bieu)";
    CLOSES_FIRST = concat!(
        r"^(tren day la|tran trong|xin (tran trong |chan thanh )?cam on|xin cam on|kinh mong|rat mong|noi nhan|",
        r"cam on|chan thanh cam on|thanks|thank you|best regards|regards|sent from|(em|e|minh|ben em|ben minh) cam on|",
        r"(cuoc hop|hoi nghi|buoi hop) (ket thuc|be mac)|bien ban (nay |duoc )|chuc |kinh chuc|rat cam on|(ban |file |cong van )?chinh thuc .{0,30}gui sau|cong van .{0,40}gui sau)",
    );
    CLOSES = concat!(
        r"(tong hop|xem xet|hoan thien|cam on|de biet|theo quy dinh|nghien cuu, tiep thu)[^.:;?]{0,60}(\./\.|\.)?$",
        r"|\bgui (so|phong|quy|ban|bo|van phong|uy ban|ubnd|cuc)\b[^:;?]{0,160}\.?/?\.?$",
    );
    NOTICE = r"\b(tong hop|xem xet|hoan thien|hoan chinh|nghien cuu|tiep thu)\b";
    BEYOND_NOTICE = concat!(
        r"\b(ho tro|bo sung|sua|dieu chinh|lam ro|quy dinh (ro|cu the|them)|giao cho|nang|giam|tang|thay|huong dan|bo tri|",
        r"cho phep|mo rong|keo dai|ap dung|cong nhan|quan tam)\b",
    );
    GOES_ON = r"^(ngoai ra|dong thoi|ben canh do|rieng|mat khac|them nua)\b";
    ADDRESSES = concat!(
        r"\b(gui|chuyen|de nghi|tra loi|thong bao|bao cao|kinh)\b.{0,120}\b(tong hop|xem xet|hoan thien|biet|theo quy dinh|\./\.)",
        r"|\b(gui|chuyen) (so|phong|quy|ban|bo|van phong|uy ban|ubnd|cuc)\b",
    );
    SIGNATURE = concat!(
        r"^(--|nguoi gui|dien thoai|dt\b|tel|email|e-mail|fax|website|dia chi|sdt|kt\.|tm\.|t/m|tl\.|tuq\.|q\.|",
        r"giam doc|pho |chu tich|truong |vien truong|hieu truong|cuc truong|chanh )",
    );
    GREETING = concat!(
        r"^(dear|hi|hello|xin chao|chao|em chao|e chao|kinh chao|kinh thua|thua)\b",
        r"|^(anh|chi|em|a|c|ac) [a-z ]{1,30} (oi|a|nhe|than men)[,!.]?$",
    );
    CONTINUES = r"^(ly do|li do|ly giai|giai thich|vi |do |boi vi|cu the|trong do|viec nay|noi dung nay|quy dinh nay|theo do|[a-z]+ nay )";
    CONCLUDES = r"^(do do|vi vay|vi the|do vay|boi vay|vi le do|vi ly do|tu do|nhu vay|theo do|xuat phat tu|tu cac ly do|tu nhung ly do)[, ]";
    HEADING = r"^(ve|doi voi|tai|gop y|y kien|nhan xet|phan|noi dung|de xuat|kien nghi|cac noi dung|[ivx]+[.)])\b";
    COMMENTS_TITLE = concat!(
        r"^((mot so|cac|nhung) )?(de xuat|kien nghi|y kien|gop y|noi dung|nhan xet|ve noi dung|ve the thuc)",
        r"([ ,/&-]*(de xuat|kien nghi|y kien|gop y|tham gia|khac|chung|cu the|bo sung|sua doi|chinh sua|chinh|va|voi|doi voi|ve|",
        r"tung dieu|tung phan|cac|noi dung|du thao|theo thu tu))*:?$",
    );
    SPEAKER = concat!(
        r"^((ong|ba|dong chi|d/c|dc|dai bieu|anh|chi|luat su|(gs|pgs|ts|ths|bs|cn|ks)\.) ?)+([a-z]+\. ?)?[^:.;]{2,90}:",
        r"|^(so|phong|ubnd|ban|cong ty|hoi|chi cuc|trung tam|xa|phuong|huyen) [^:.;,]{2,60}:$",
    );
    LABELLED_REASON = r"^(ly do|li do|ly giai|giai thich|co so|can cu|nguyen nhan)( (de nghi|de xuat|gop y|sua doi|phap ly))?\s*:";
    LABELLED_DRAFT = r"^(noi dung )?(tai )?(du thao|quy dinh hien tai|quy dinh tai du thao|noi dung cu|hien tai|cau cu|ban cu)( (ghi|quy dinh|neu|viet))?( nhu sau)?\s*:";
    LABELLED_PROPOSAL = r"^((noi dung )?(de nghi|kien nghi|de xuat|gop y|sua|y kien|sua thanh|sua doi|noi dung moi|chinh sua)[^:.]{0,40}:|de nghi sua)";
    TOP_PLACE = r"\b(dieu|muc|phan|chuong|phu luc|trang) (\d+(\.\d+)*|[ivx]+(\.\d+)*)\b";
    MEETING = r"^(thoi gian|dia diem|thanh phan( tham du)?|chu tri|thu ky|nguoi ghi)\b[^:]{0,20}:";
    SPEAKS = r"^(gop y|y kien|xin gop|em gop|toi gop)\b|\b(goi dien|nhan tin|co y kien|gop y|trao doi|phan anh|phat bieu)$";
    ANNEX = r"^(phu luc|phieu gop y|bang tong hop|ban tong hop|bang gop y)\b";
}

/// Names a numbered place.
pub(super) fn has_place(words: &Words) -> bool {
    words.has(&PLACE)
}

/// Begins with a place or a document.
pub(super) fn starts_with_place(words: &Words) -> bool {
    words.has(&STARTS_WITH_PLACE)
}

/// Wants, doubts or asks something.
pub(super) fn has_proposal(words: &Words) -> bool {
    asks(words) || words.has(&DOUBTS)
}

/// Asks for something to be done.
pub(super) fn asks(words: &Words) -> bool {
    words.has(&ASKS)
}

/// Says "đề nghị", "kiến nghị".
pub(super) fn asks_openly(words: &Words) -> bool {
    words.has(&ASKS_OPENLY)
}

/// Asks in words that need nothing beside them.
pub(super) fn demands_itself(words: &Words) -> bool {
    words.has(&ASKS_ITSELF)
}

/// Begins with what is to be done.
pub(super) fn starts_with_verb(words: &Words) -> bool {
    words.has(&STARTS_WITH_VERB)
}

/// Begins with why, or with what speaks against it.
pub(super) fn leads_to_reason(words: &Words) -> bool {
    words.has(&LEADS_TO_REASON)
}

/// The last article, section or annex it names: "dieu 5", "muc iv".
pub(super) fn top_place(words: &Words) -> Option<String> {
    TOP_PLACE
        .0
        .find_iter(words.folded())
        .last()
        .map(|found| found.as_str().to_owned())
}

/// Begins with an article of a law in force.
pub(super) fn cites_other_law(words: &Words) -> bool {
    words.has(&OTHER_LAW)
}

/// Explains by what is already there.
pub(super) fn explains(words: &Words) -> bool {
    words.has(&EXPLAINS)
}

/// Wants something for certain: "nên" and "cần" alone also only join clauses.
pub(super) fn demands(words: &Words) -> bool {
    words.has(&DEMAND) || words.has(&REFUSAL) || (has_proposal(words) && has_place(words))
}

/// Agrees, or says that there is nothing to say, and wants nothing.
pub(super) fn only_agrees(words: &Words) -> bool {
    (AGREEMENT.is_in(words.folded()) && !words.has(&REFUSAL) && !wants_beside_agreement(words))
        || NO_OPINION.is_in(words.folded())
}

/// Whether something is wanted after or beside the words of agreement.
fn wants_beside_agreement(words: &Words) -> bool {
    // "chưa", "cần" and the like also stand in "thống nhất với sự cần thiết".
    const HARMLESS: [&str; 12] = [
        "sự cần thiết",
        "cần thiết",
        "đề nghị tổng hợp",
        "bổ sung thêm ý kiến",
        "ý kiến bổ sung",
        "nội dung bổ sung",
        "không có ý kiến",
        "không có bổ sung",
        "đề nghị sở",
        "đã được chỉnh sửa",
        "sửa đổi, bổ sung một số điều",
        "đang tập trung",
    ];
    let mut rest = words.clone();
    for harmless in HARMLESS {
        let found = if words.is_marked {
            words.lower.contains(harmless)
        } else {
            true
        };
        if found {
            rest = rest.without(harmless);
        }
    }
    rest.has(&DEMAND)
        || rest.has(&WEAK_DEMAND)
        || (HOWEVER.is_in(rest.folded()) && !rest.folded().trim_end().ends_with("tong hop"))
}

pub(super) fn has_agreement(words: &Words) -> bool {
    AGREEMENT.is_in(words.folded()) || NO_OPINION.is_in(words.folded())
}

/// Says that something else follows or is enclosed, nothing more.
pub(super) fn only_covers(words: &Words) -> bool {
    COVERING.is_in(words.folded())
        && !has_place(words)
        && words.folded().len() < 220
        && !words.folded().contains("nhu sau")
        && !words.has(&ASKS_OPENLY)
}

/// Ends with a colon that announces the comments.
pub(super) fn announces(words: &Words) -> bool {
    words.folded().trim_end().ends_with(':') && ANNOUNCES.is_in(words.folded())
}

/// Opens a letter: what it answers, what it has read.
pub(super) fn opens(words: &Words) -> bool {
    OPENS.is_in(words.folded())
}

/// Goes on about the comments to come, with or without a colon.
pub(super) fn leads_over(words: &Words) -> bool {
    let ends = words.folded().trim_end_matches([' ', '.', ':', ';']);
    ends.len() < 300
        && !has_place(words)
        && ([
            "nhu sau",
            "noi dung sau",
            "y kien sau",
            "sau day",
            "mot so noi dung",
            "mot so y kien",
            "kem theo cong van nay",
        ]
        .iter()
        .any(|end| ends.ends_with(end))
            || ANNEX_CITED.is_in(words.folded()))
}

/// Certainly begins the closing.
pub(super) fn starts_closing(words: &Words) -> bool {
    CLOSES_FIRST.is_in(words.folded())
}

/// Asks the addressee to take note: the last sentence of a letter.
pub(super) fn closes(words: &Words) -> bool {
    let folded = words.folded();
    let ends_letter = folded.trim_end().ends_with("./.");
    folded.len() < 420
        && !has_place(words)
        && (starts_closing(words)
            || (CLOSES.is_in(folded) && ADDRESSES.is_in(folded) && !asks_beyond_notice(words))
            || (ends_letter && ADDRESSES.is_in(folded))
            || (ends_letter && !has_proposal(words)))
}

/// Whether more is asked for than to take note: "đề nghị xem xét hỗ trợ …", "Ngoài ra, …".
fn asks_beyond_notice(words: &Words) -> bool {
    let after = NOTICE
        .0
        .find_iter(words.folded())
        .last()
        .and_then(|found| words.folded().get(found.end()..))
        .unwrap_or("");
    BEYOND_NOTICE.is_in(after) || GOES_ON.is_in(words.folded())
}

/// A line of a signature: a title, a telephone number, a name.
pub(super) fn signs(words: &Words) -> bool {
    let folded = words.folded();
    SIGNATURE.is_in(folded)
        || (folded.len() < 70
            && !folded.trim_end().ends_with(['.', ';', ':', '?', '!', ','])
            && !has_place(words)
            && !has_proposal(words)
            && !HEADING.is_in(folded))
}

/// Says hello: the line above a mail.
pub(super) fn greets(words: &Words) -> bool {
    GREETING.is_in(words.folded()) && words.folded().len() < 80 && !has_proposal(words)
}

/// Goes on with the point before.
pub(super) fn continues_point(words: &Words) -> bool {
    CONTINUES.is_in(words.folded())
}

/// Draws the conclusion of what stands before: "Do đó, đề nghị …".
pub(super) fn concludes(words: &Words) -> bool {
    CONCLUDES.is_in(words.folded())
}

/// "Lý do: …" in a line of its own.
pub(super) fn is_labelled_reason(words: &Words) -> bool {
    LABELLED_REASON.is_in(words.folded())
}

/// "Dự thảo: “…”": the draft's words, before what is asked for instead.
pub(super) fn is_labelled_draft(words: &Words) -> bool {
    LABELLED_DRAFT.is_in(words.folded())
}

/// "Đề nghị sửa: “…”", "Nội dung góp ý: …".
pub(super) fn is_labelled_proposal(words: &Words) -> bool {
    LABELLED_PROPOSAL.is_in(words.folded())
}

/// Has the form of a heading: short, a topic, wants nothing.
pub(super) fn looks_like_heading(words: &Words) -> bool {
    let trimmed = words.folded().trim_end();
    let n_chars = trimmed.len();
    let ends_open = !trimmed.ends_with(['.', ';', '?', '!', ',']);
    n_chars <= 120
        && ends_open
        && (!has_proposal(words) || names_only_comments(words) || trimmed.ends_with(':'))
}

/// "Đề xuất, kiến nghị", "Góp ý cụ thể", "Các nội dung khác".
pub(super) fn names_only_comments(words: &Words) -> bool {
    COMMENTS_TITLE.is_in(words.folded())
}

/// "…, Sở trân trọng đề nghị:": all is asked for below.
pub(super) fn asks_for_what_follows(words: &Words) -> bool {
    [
        "de nghi:",
        "kien nghi:",
        "de xuat:",
        "noi dung sau:",
        "nhu sau:",
    ]
    .iter()
    .any(|end| words.folded().ends_with(end))
}

/// Starts like a heading without a number: "Về …", "Đối với …".
pub(super) fn is_topic(words: &Words) -> bool {
    HEADING.is_in(words.folded())
}

/// "Ông Lê Văn A, Phó Giám đốc Sở X:", "Đ/c B (Văn phòng): …".
pub(super) fn names_speaker(words: &Words) -> bool {
    SPEAKER.is_in(words.folded())
}

/// "Góp ý dự thảo", "Chị Lan (Phòng Tài chính) gọi điện": who speaks of what, no topic.
pub(super) fn tells_who_speaks(words: &Words) -> bool {
    SPEAKS.is_in(words.folded())
}

/// "Thời gian: …", "Thành phần: …": the head of minutes.
pub(super) fn describes_meeting(words: &Words) -> bool {
    MEETING.is_in(words.folded()) && !demands_itself(words)
}

/// The length of "TS. Đinh Công M (Khoa Dược):" at the start of what this person says.
pub(super) fn speaker_length(words: &Words, text: &str) -> Option<usize> {
    let colon = text.find(':').filter(|&colon| colon < 130)?;
    let says = text.get(colon + 1..)?.trim_start();
    (names_speaker(words) && !says.is_empty()).then(|| text.len() - says.len())
}

/// "PHỤ LỤC", "Phụ lục 1", "PHỤ LỤC GÓP Ý", alone in its line.
pub(super) fn starts_annex(words: &Words) -> bool {
    ANNEX.is_in(words.folded()) && words.folded().len() < 120
}

#[cfg(test)]
mod tests {
    use super::{
        Words, closes, compile_all, compile_all_marked, has_place, has_proposal, only_agrees,
    };

    #[test]
    fn every_pattern_compiles() {
        assert!(compile_all() > 10);
        assert!(compile_all_marked() > 5);
    }

    #[test]
    fn agreement_alone_is_no_opinion() {
        let only_agrees = |text: &str| only_agrees(&Words::new(text));
        assert!(only_agrees(
            "Sau khi nghiên cứu, Sở X hoàn toàn nhất trí với dự thảo."
        ));
        assert!(only_agrees("So Xay dung khong co y kien tham gia."));
        assert!(!only_agrees("không nhất trí mức hỗ trợ"));
        assert!(!only_agrees("Cơ bản nhất trí, tuy nhiên đề nghị bổ sung"));
    }

    #[test]
    fn places_and_proposals() {
        let has_place = |text: &str| has_place(&Words::new(text));
        let has_proposal = |text: &str| has_proposal(&Words::new(text));
        let closes = |text: &str| closes(&Words::new(text));
        assert!(has_place("tại mục II.1.3"));
        assert!(has_place("khoan 2 dieu 4"));
        assert!(!has_place("phần mềm quản lý, mức 30%, đồng 5"));
        assert!(has_proposal("đề nghị làm rõ"));
        assert!(!has_proposal("Bộ trưởng và cán bộ có năng lực giám sát"));
        assert!(closes(
            "Sở Tài chính gửi Sở Khoa học và Công nghệ tổng hợp./."
        ));
        assert!(!closes("Mục IV.3.1: bổ sung nội dung kết nối."));
    }
}
