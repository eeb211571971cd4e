//! Ý kiến trái chiều: comments on one place that cannot all be followed.

use crate::domain::Stance;

/// Two sides of a section, and the rule that found them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Opposition {
    /// The rule's stable name.
    pub rule: &'static str,
    /// What it says, in Vietnamese.
    pub text: &'static str,
    /// One side.
    pub one: &'static [Stance],
    /// The other.
    pub other: &'static [Stance],
}

/// The rules, the sharpest first.
const RULES: &[Opposition] = &[
    Opposition {
        rule: "opposing.remove_or_add",
        text: "có ý kiến đề nghị bỏ, có ý kiến đề nghị giữ nguyên hoặc bổ sung",
        one: &[Stance::Remove],
        other: &[Stance::Keep, Stance::Add],
    },
    Opposition {
        rule: "opposing.agree_or_object",
        text: "có ý kiến thống nhất, có ý kiến chưa thống nhất",
        one: &[Stance::Agree, Stance::AgreeWithComments],
        other: &[Stance::Object],
    },
    Opposition {
        rule: "opposing.keep_or_edit",
        text: "có ý kiến đề nghị giữ nguyên, có ý kiến đề nghị sửa",
        one: &[Stance::Keep],
        other: &[Stance::Edit],
    },
];

/// Finds whether comments on one section that want these things oppose each other.
pub fn find_opposition(stances: &[Stance]) -> Option<Opposition> {
    let wants = |side: &[Stance]| stances.iter().any(|stance| side.contains(stance));
    RULES
        .iter()
        .copied()
        .find(|rule| wants(rule.one) && wants(rule.other))
}

#[cfg(test)]
mod tests {
    use super::find_opposition;
    use crate::domain::Stance;

    #[track_caller]
    fn check(stances: &[Stance], rule: Option<&str>) {
        assert_eq!(find_opposition(stances).map(|it| it.rule), rule);
    }

    #[test]
    fn two_sides_of_one_section() {
        check(&[], None);
        check(&[Stance::Edit, Stance::Add, Stance::Ask], None);
        check(
            &[Stance::Edit, Stance::Remove, Stance::Keep],
            Some("opposing.remove_or_add"),
        );
        check(
            &[Stance::Object, Stance::Agree],
            Some("opposing.agree_or_object"),
        );
        check(&[Stance::Keep, Stance::Edit], Some("opposing.keep_or_edit"));
    }
}
