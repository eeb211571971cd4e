use super::parse_outline;
use crate::domain::{DraftLine, SectionKind};

fn lines(text: &str) -> Vec<DraftLine> {
    text.lines()
        .map(|line| DraftLine {
            text: line.to_owned(),
            cells: line
                .contains('\t')
                .then(|| line.split('\t').map(str::to_owned).collect()),
            ..DraftLine::default()
        })
        .collect()
}

#[test]
fn scratch() {
    let Ok(dir) = std::env::var("TIEPTHU_SCRATCH") else {
        return;
    };
    for name in [
        "du_thao_nghi_dinh_QLCL",
        "ke_hoach",
        "nghi_dinh_125",
        "nghi_quyet_03",
        "nghi_quyet_20",
        "nghi_quyet_57",
    ] {
        let find = |sub: &str| {
            std::fs::read_dir(format!("{dir}/{sub}"))
                .unwrap()
                .map(|e| e.unwrap().path())
                .find(|p| {
                    p.file_name().unwrap().to_str().unwrap().starts_with(name)
                        && p.extension().unwrap() == "txt"
                })
                .unwrap()
        };
        let draft =
            crate::text::normalize::normalize(&std::fs::read_to_string(find("drafts")).unwrap());
        let (outline, warnings) = parse_outline("D", &lines(&draft));
        let expected =
            crate::text::normalize::normalize(&std::fs::read_to_string(find("outlines")).unwrap());
        let expected: Vec<&str> = expected
            .lines()
            .filter_map(|l| l.split('\t').nth(1))
            .collect();
        let got: Vec<&str> = outline
            .nodes
            .iter()
            .filter(|n| !matches!(n.kind, SectionKind::Dash | SectionKind::Named))
            .map(|n| n.label.as_str())
            .collect();
        let missing: Vec<_> = expected.iter().filter(|e| !got.contains(e)).collect();
        let extra: Vec<_> = got.iter().filter(|e| !expected.contains(e)).collect();
        println!(
            "== {name}: expected {} got {} missing {:?} extra {:?} warnings {:?}\n title {:?}",
            expected.len(),
            got.len(),
            missing,
            extra,
            warnings
                .iter()
                .map(|w| (w.code.to_string(), w.problem.clone()))
                .collect::<Vec<_>>(),
            outline.title
        );
    }
}
