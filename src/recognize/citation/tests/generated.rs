//! Forms of citations generated for every place of a draft: each must lead back to its place.

use super::{Known, Places, fixtures, read_dossier};
use crate::domain::{NodeRef, Outline, SectionKind};
use crate::text::normalize::normalize;

/// Wording of real letters around a citation; `{}` is the citation.
const FRAMES: &[&str] = &[
    "Tại {}: đề nghị bỏ cụm từ “có điều kiện”. Lý do: không khả thi.",
    "Tại {}, đề nghị nêu cụ thể thời gian trả lại kết quả.",
    "Đề nghị rà soát {} cho phù hợp với pháp luật hiện hành.",
    "1.2. Về {}: đề nghị làm rõ trách nhiệm của các bên.",
    "- {} đề nghị sửa thành “thực hiện theo quy định”.",
    "Nội dung quy định tại {} chưa rõ, đề nghị cơ quan soạn thảo giải trình.",
    "Cần bổ sung vào {} quy định về bảo mật thông tin cá nhân.",
    "Việc giao nhiệm vụ như {} dự thảo là chưa phù hợp.",
];

/// The numbers and letters of a label, outermost first: Điều, khoản, điểm.
fn steps(label: &str) -> Vec<(String, String)> {
    let words: Vec<&str> = label.split(' ').collect();
    words
        .chunks(2)
        .map(|step| (step[0].to_owned(), step[1].to_owned()))
        .collect()
}

/// The ways to write a place of a legal text.
fn legal_forms(label: &str) -> Vec<String> {
    let outward: Vec<(String, String)> = steps(label);
    let join = |inward: bool, joint: &str, shape: &dyn Fn(&str, &str) -> String| {
        let mut pieces: Vec<String> = outward
            .iter()
            .map(|(word, number)| shape(word, number))
            .collect();
        if !inward {
            pieces.reverse();
        }
        pieces.join(joint)
    };
    let plain = |word: &str, number: &str| format!("{word} {number}");
    let capital = |word: &str, number: &str| {
        let mut letters = word.chars();
        let first: String = letters.next().unwrap().to_uppercase().collect();
        format!("{first}{} {number}", letters.as_str())
    };
    let glued = |word: &str, number: &str| format!("{word}{number}");
    let unmarked = |word: &str, number: &str| {
        let word = match word {
            "Điều" => "Dieu",
            "khoản" => "khoan",
            _ => "diem",
        };
        format!("{word} {number}")
    };
    let misread = |word: &str, number: &str| {
        let word = match word {
            "Điều" => "Đlều",
            "khoản" => "khoàn",
            _ => "điềm",
        };
        format!("{word} {number}")
    };
    let quoted = |word: &str, number: &str| format!("{word} “{number}”");
    let zeroed = |word: &str, number: &str| {
        let is_single = number.len() == 1 && number.chars().all(|c| c.is_ascii_digit());
        format!("{word} {}{number}", if is_single { "0" } else { "" })
    };
    let mut forms = Vec::new();
    for inward in [false, true] {
        for joint in [" ", ", ", " của ", "  ", ",", " thuộc ", "\n"] {
            // "Điều 5 của khoản 2" is no order anybody writes.
            if inward && joint.trim().chars().any(char::is_alphabetic) {
                continue;
            }
            forms.push(join(inward, joint, &plain));
        }
        forms.push(join(inward, ", ", &capital));
        forms.push(join(inward, " ", &glued));
        forms.push(join(inward, " ", &quoted));
        forms.push(join(inward, " ", &zeroed));
        forms.push(join(inward, " ", &unmarked));
        forms.push(join(inward, " ", &misread));
        forms.push(join(inward, " ", &plain).to_lowercase());
    }
    forms.push(join(true, " - ", &capital));
    forms.push(join(true, " – ", &capital));
    forms
}

/// The ways to write a place of an Đề án: "III.2.b".
fn path_forms(label: &str) -> Vec<String> {
    let pieces: Vec<&str> = label.split('.').collect();
    let mut forms = vec![
        format!("mục {label}"),
        format!("Mục {label}"),
        format!("MỤC {label}"),
        format!("muc {label}"),
        format!("phần {label}"),
        format!("mục  {label}"),
        format!("mục{label}"),
        format!("mục “{label}”"),
    ];
    if pieces.len() > 1 {
        forms.push(label.to_owned());
    }
    let (last, outer) = pieces.split_last().unwrap();
    if outer.is_empty() {
        return forms;
    }
    let outer = outer.join(".");
    let keyword = if last.chars().all(|c| c.is_ascii_digit()) {
        "khoản"
    } else {
        "điểm"
    };
    for joint in [" ", ", ", " của ", "\n", " tại "] {
        forms.push(format!("{keyword} {last}{joint}mục {outer}"));
    }
    forms.push(format!("mục {outer}, {keyword} {last}"));
    forms.push(format!("Mục {outer} ({keyword} {last})"));
    forms.push(format!("{keyword} “{last}” mục {outer}"));
    forms
}

fn check(dossier: &[Outline], document: usize, forms: &dyn Fn(&str) -> Vec<String>) -> usize {
    let places = Places::new(dossier);
    let known = Known {
        document: Some(document),
        ..Known::default()
    };
    let mut n_cases = 0;
    let mut misses = Vec::new();
    for (at, node) in dossier[document].nodes.iter().enumerate() {
        let is_legal = node.label.starts_with("Điều ");
        let is_path = matches!(
            node.kind,
            SectionKind::Roman | SectionKind::Number | SectionKind::Letter
        ) && node.label.starts_with(['I', 'V', 'X']);
        if !is_legal && !is_path {
            continue;
        }
        let expected = NodeRef::Node {
            outline: document,
            node: at,
        };
        for (turn, form) in forms(&node.label).iter().enumerate() {
            let frame = FRAMES[(at + turn) % FRAMES.len()];
            let text = normalize(&frame.replace("{}", form));
            let citations = known.find(&places, &text);
            n_cases += 1;
            let is_right = citations.places.len() == 1
                && citations.places[0].node == expected
                && citations.unresolved.is_empty();
            if !is_right {
                misses.push(format!(
                    "{} in `{text}`: {}",
                    node.label,
                    super::print(&text, &citations, dossier)
                ));
            }
        }
    }
    let shown: Vec<&str> = misses.iter().take(60).map(String::as_str).collect();
    assert!(
        misses.is_empty(),
        "{} of {n_cases}:\n{}",
        misses.len(),
        shown.join("\n")
    );
    n_cases
}

#[test]
fn every_form_of_every_legal_place_is_understood() {
    let n_cases = check(
        &read_dossier(&fixtures().join("nghi_dinh")),
        0,
        &legal_forms,
    );
    assert!(n_cases > 3000, "{n_cases}");
}

#[test]
fn every_form_of_every_place_of_a_report_is_understood() {
    let dossier = read_dossier(&fixtures().join("de_an"));
    let n_cases = check(&dossier, 1, &path_forms);
    assert!(n_cases > 1000, "{n_cases}");
}
