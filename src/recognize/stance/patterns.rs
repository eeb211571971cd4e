//! The words by which a point objects, keeps, asks, agrees, judges, removes, adds and edits.

use std::sync::LazyLock;

use crate::text::pattern::MarkedPattern;

macro_rules! patterns {
    ($($name:ident = $pattern:expr;)*) => {$(
        pub(super) static $name: LazyLock<MarkedPattern> = LazyLock::new(|| MarkedPattern::new($pattern));
    )*
        #[cfg(test)]
        pub(super) fn compile_all() -> usize {
            let mut n_patterns = 0;
            $(LazyLock::force(&$name); n_patterns += 1;)*
            n_patterns
        }
    };
}

// All in lower case; that a match is of whole words is checked afterwards, since word boundaries
// between letters with marks are slow to match.
patterns! {
    AGREES = concat!(
        r"(nhất trí|đồng tình|tán thành|ủng hộ|đồng ý|đồng thuận|",
        r"thống nhất cao|hoàn toàn thống nhất|cơ bản thống nhất|thống nhất hoàn toàn|",
        r"thống nhất (với|nội dung|về|ý kiến|dự thảo|toàn bộ)|thống nhất\.|thống nhất$)|",
        r"^thống nhất (phương án|đề xuất|mức|thời hạn|chủ trương|việc|như|theo|bố cục|tên gọi)",
    );
    BUT = concat!(
        r"(tuy nhiên|bên cạnh đó|đồng thời|ngoài ra|song,|riêng|một số ý kiến|một số nội dung|phụ lục kèm|",
        r"phụ lục đính kèm|ý kiến cụ thể|đề nghị (bổ sung|sửa|xem xét|làm rõ|chỉnh sửa|cơ quan))",
    );
    NO_OPINION = r"không (có|tham gia) (thêm )?(ý kiến|góp ý|nội dung góp ý)|không (góp ý|tham gia góp ý)";
    NOT_OURS = r"không thuộc (lĩnh vực|thẩm quyền|chức năng|phạm vi|nhiệm vụ)";
    // Words by which something is wanted; "sự cần thiết" wants nothing.
    MARKERS = r"(đề nghị|kiến nghị|đề xuất|xem xét|nên|hãy|cần (?:phải |được )?(?:bổ|sửa|có|quy|nêu|ghi|làm|xem|rà|thay|bỏ|đưa|điều|xác|phân|chỉnh|cập|tách|gộp|nghiên|thống|viết|thêm|tính|bố|quan|đánh|hướng|xây|tăng|giảm|nhấn|khuyến|thể|lưu|đảm|bảo|cân|tiếp|cụ|hoàn|mở|giao))";
    STILL_WANTS = r"(nhưng|lưu ý|kèm theo ý kiến|có ý kiến|góp ý (thêm|như))";
    // What only blames and what only praises, where nothing is proposed.
    BLAMES = concat!(
        r"(chồng chéo|trùng lặp|mâu thuẫn|gây khó khăn|khó thực hiện|khó khả thi|cứng nhắc|quá phức tạp|rườm rà|thu hẹp|",
        r"trái (nguyên tắc|quy định|với)|không khả thi|(không|chưa) (thật sự |thực sự |thật )?(phù hợp|hợp lý|khả thi|thuyết phục|rõ ràng|đáp ứng|tiếp thu)|",
        r"khó phân biệt|bất cập|không thể)",
    );
    PRAISES = concat!(
        r"(là (rất |hoàn toàn )?(cần thiết|phù hợp|hợp lý|đúng đắn|kịp thời|khả thi)|đã bao quát|bám sát|",
        r"phù hợp (với )?(chủ trương|thông lệ|thực tiễn)|đáp ứng (được )?yêu cầu)",
    );
    OBJECTS = concat!(
        r"(không|chưa) (nhất trí|đồng ý|đồng tình|tán thành|ủng hộ)|",
        r"(không|chưa) thống nhất (với|quy định|phương án|việc|nội dung)|phản đối|^(không|chưa) thống nhất|",
        r"không cần (thiết phải |phải )?(bổ sung|ban hành|quy định)|không nên (đổi|bắt buộc|ban hành|tách)",
    );
    KEEPS = r"(giữ nguyên|giữ lại|đề nghị giữ|nên giữ)";
    QUESTION = r"\?";
    ASKS = concat!(
        r"làm rõ|cho biết|muốn biết|(đề nghị|cần) (được )?giải trình|giải trình thêm|",
        r"giải thích (rõ|thêm)|đề nghị nêu rõ[.;]?\s*$|",
        r"băn khoăn|đề nghị thuyết minh|không, xin cho|không thấy nói|xin hỏi",
    );
    ALTERNATIVES = r"hay (không|từ|do)";
    NAMES = r"nêu rõ";
    REMOVES = concat!(
        r"(?:^|[:;,.] |đề nghị |nên |cần |xem xét |kiến nghị |và |đề xuất )",
        r"(?:lược bỏ|loại bỏ|bãi bỏ|xóa bỏ|xoá bỏ|cắt bỏ|bỏ bớt|bỏ hẳn|từ bỏ|bỏ|không quy định)",
    );
    ADDS = r"(bổ sung|(đề nghị|nên|cần|và) thêm|quy định thêm|(đề nghị|nên|cần) đưa (vào|thêm)|(đề nghị|nên|cần) có|có thể thêm|thêm (một|hai|cụm|từ|chữ|khoản|điểm|nội dung|quy định|đoạn|mục|đối tượng|ý|[“\x22])|(?:^|[:;,.] )thêm|(nên|cần|đề nghị) (nhấn mạnh|quy định (cách|về|việc|trách nhiệm|thời|mức|cơ chế|hình thức|chế tài|tiêu chí|nguyên tắc|thẩm quyền|thủ tục|thêm|điều kiện)))";
    EDITS = concat!(
        r"(sửa|chỉnh sửa|chỉnh lý|điều chỉnh|thay|viết lại|viết gọn|tách|gộp|nâng|giảm|lùi|rà soát|cân nhắc|",
        r"thống nhất|nêu rõ|ghi rõ|quy định rõ|xác định rõ|nêu cụ thể|cụ thể hóa|cụ thể hoá|quy định cụ thể|đảo|",
        r"đổi (tên|thành|cụm|từ|lại)|cập nhật|xem lại|xem xét|nghiên cứu (lại|sửa)|trình bày|viện dẫn|đối chiếu|rút gọn|sử dụng thống nhất|",
        r"dùng thống nhất|phân định|phân công|(đề nghị|nên|cần) giao|chuyển (thành|sang|cho)|nên chuyển|đề nghị chuyển|hoàn thiện|",
        r"mở rộng|rút ngắn|hạ xuống|đưa lên)|^(chuyển|nêu|ghi|dùng|giao|tăng|viết|đổi|đánh số|hạ|xếp|gọi|làm tròn|kéo dài|rút)|đổi [“\x22]|",
        r"[:;.] (tăng|ghi|nêu|làm tròn|kéo dài|rút|đổi|viết|đánh số|hạ|xếp|gọi|dùng|phân kỳ)|[:;,] giao (cho|sở|ban|rõ|cụ thể|liên|hội|ubnd)",
    );
    PROPOSES = concat!(
        r"(?:^|: |, |; )(đơn giản hóa|đơn giản hoá|lồng ghép|giới thiệu|mở|cho (phép|hợp tác xã|doanh nghiệp)|thu thập thêm|",
        r"quy định|xây dựng|tổ chức|tăng cường|khuyến khích|đào tạo|hỗ trợ|ban hành|thành lập|công khai|áp dụng|gửi|mời|",
        r"ưu tiên|tạo điều kiện|bố trí|gắn|kết nối|huy động|đẩy mạnh|phát triển)",
    );
    WANTS = r"(đề nghị|đề xuất|kiến nghị|nên|cần|phải|không nên)";
    // The last resort for texts that have some marks and lost others.
    REQUESTS = r"đề nghị|đề xuất|kiến nghị";
    // A question without its mark; more of something; how it should be, said as if it were so.
    WONDERS = concat!(
        r"(bao nhiêu|bao lâu|thế nào|ra sao|vì sao|tại sao|do ai|là ai|là gì|hay không|cơ quan nào|đơn vị nào|cấp nào|ở đâu|",
        r"(có|đã) (được|phải|thể|gồm|bao gồm|cần|hưởng|tính|bắt buộc) [^.;?]* (không|chưa)\s*[.;]?\s*$)",
    );
    MORE = r"(thêm|kèm|gồm cả|kể cả)";
    OTHERWISE = concat!(
        r"(không|chỉ|thì|nếu|hơn|được|cho|là|bị|bằng|theo|như|mỗi|tối đa|tối thiểu|ít nhất|nhiều nhất|đầy đủ|rõ|đúng|lại|ngay|",
        r"để|đến|trước|sau|thành|kéo dài|tăng|hạ|ghi|nêu|viết|dùng|gọi|xếp|đánh số|đánh giá|dẫn chiếu|phân kỳ|chuyển|giao|lấy|tính)",
    );
    DOUBTS = concat!(
        r"(không khả thi|không phù hợp|không hợp lý|chưa (phù hợp|hợp lý|chính xác|rõ|đủ|cụ thể|khớp|thống nhất|có|",
        r"tách|giao|nêu|đề cập)|lệch|không khớp|không phải|sai|nhầm|trùng lặp|mâu thuẫn|là (cao|thấp|dày|sớm|ít)|(cao|thấp|lớn|ít) hơn|quá|còn)",
    );
}

/// Words after which the same verb only describes: "chưa bổ sung", "đã sửa".
pub(super) const DESCRIBES: [&str; 8] = ["chưa", "không", "đã", "được", "sự", "việc", "khi", "sau"];
/// Words before "đề nghị" that make it somebody else's.
pub(super) const OF_OTHERS: [&str; 4] = ["với", "theo", "sự", "các"];
/// Words before "thống nhất với" that make it a comparison, not an agreement.
pub(super) const COMPARES: [&str; 16] = [
    "cần",
    "nên",
    "phải",
    "được",
    "để",
    "cho",
    "đảm bảo",
    "bảo đảm",
    "chưa",
    "không",
    "rà soát,",
    "sự",
    "đề nghị",
    "sửa",
    "đồng bộ,",
    "soát",
];
