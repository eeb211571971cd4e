//! Whole consultations made with a [`World`].

use jiff::civil::date;

use crate::domain::{
    Channel, Decision, Disposition, PointId, PointState, Relation, ReplyClass, RoundId,
    SubmissionId,
};

use super::{ORGANIZATIONS, World};

/// One of everything that has its own wording or its own row: the world of `fixtures/report/`.
pub(crate) fn one_of_everything() -> World {
    let mut world = World::new();
    world.ask(1, &["PQLCN"]);
    world.ask(
        2,
        &[
            "STC", "SKHDT", "STP", "SCT", "SNN", "SVHTTDL", "BQLKCN", "UBHH", "UBLN", "UBTP",
        ],
    );

    let finance = world.reply(&["STC"], ReplyClass::Comments);
    let plan = world.reply(&["SKHDT"], ReplyClass::Agrees);
    world.submission(plan).arrived_on = date(2021, 9, 14);
    world.submission(plan).is_late = true;
    let justice = world.reply(&["STP"], ReplyClass::Comments);
    let joint = world.reply(&["SCT", "BQLKCN"], ReplyClass::Comments);
    let deputy = world.reply(&["PKTHH"], ReplyClass::Comments);
    world.by_channel(deputy, Channel::Email, date(2021, 9, 5));
    let district = world.reply(&["UBLN"], ReplyClass::NoOpinion);
    world.by_channel(district, Channel::Phone, date(2021, 9, 9));
    let company = world.reply(&["CTAN"], ReplyClass::Comments);
    world.by_channel(company, Channel::Minutes, date(2021, 10, 1));
    let internal = world.reply(&["PQLCN"], ReplyClass::Comments);
    world.submission(internal).round = Some(RoundId(1));
    world.point(
        internal,
        "1 I",
        "Ý kiến nội bộ, không đưa vào báo cáo chính thức.",
    );

    let again = world.reply(&["STC"], ReplyClass::Comments);
    world.submission(again).disposition = Disposition::Duplicate;
    world.submission(again).relation = Some((Relation::DuplicateOf, finance));
    world.point(again, "1 II.1", "Bản gửi lại, không tính.");
    let robot = world.reply(&["SVHTTDL"], ReplyClass::NoOpinion);
    world.submission(robot).disposition = Disposition::SetAside;
    world.submission(robot).remark = Some("thư trả lời tự động".to_owned());

    add_points(&mut world, [finance, justice, joint, deputy, company]);
    super::drafts::add(&mut world);
    world
}

fn add_points(world: &mut World, from: [SubmissionId; 5]) {
    let [finance, justice, joint, deputy, company] = from;
    let base = world.point(
        justice,
        "chung",
        "Đề nghị rà soát căn cứ pháp lý; viện dẫn <đúng> & đủ các văn bản.",
    );
    world.answer(base, Decision::Accept, "Tiếp thu, đã rà soát, bổ sung.");
    let goal = world.point(
        finance,
        "1 II.2.b",
        "Đề nghị làm rõ nguồn kinh phí thực hiện mục tiêu.\nLý do: chưa có dự toán.",
    );
    world.answer(
        goal,
        Decision::AcceptInPart,
        "Bổ sung nguồn sự nghiệp khoa học và công nghệ. Lý do: nguồn khác chưa được giao.",
    );
    world.entry(goal).response.as_mut().unwrap().change_place =
        Some("mục II.2.b, trang 7".to_owned());
    let dash = world.point(finance, "1 II.2.b.-2", "Nâng chỉ tiêu lên 15%.");
    world.answer(
        dash,
        Decision::Keep,
        "Đề xuất giữ nguyên theo dự thảo. Lý do: không tiếp thu được vì chưa đủ số liệu.",
    );
    let joined = world.point(finance, "1 II.2.b", "Chỉ tiêu nên là 15%, có lộ trình.");
    world.entry(joined).state = PointState::Joined;
    world.entry(joined).joined_into = Some(dash);
    let same: Vec<PointId> = [joint, deputy, company]
        .into_iter()
        .map(|from| {
            world.point(
                from,
                "1 III.2",
                "Bổ sung giải pháp hỗ trợ sàn giao dịch công nghệ.",
            )
        })
        .collect();
    world.group(1, &same, Decision::Accept, "Tiếp thu.");
    let open = world.point(
        joint,
        "2 Điều 2 khoản 1",
        "Bổ sung trách nhiệm phối hợp của các sở.",
    );
    world.entry(open).needs_leadership = true;
    let spelling = world.point(justice, "thể thức", "Sửa lỗi chính tả trang 3.");
    world.answer(spelling, Decision::Note, "Ghi nhận");
    let unplaced = world.point(company, "", "=Đề nghị sửa mục trên cho phù hợp.");
    world.entry(unplaced).cited_as = Some("mục trên".to_owned());
    let outside = world.point(company, "1 I", "Đề nghị giảm thuế thu nhập doanh nghiệp.");
    world.entry(outside).state = PointState::OutOfScope;
    world.entry(outside).out_of_scope_reason = Some("Thuộc thẩm quyền của Quốc hội".to_owned());
}

/// A consultation of `n` points with short and very long texts, groups and long names.
pub(crate) fn many(n: usize) -> World {
    let mut world = World::new();
    let asked: Vec<&str> = ORGANIZATIONS
        .iter()
        .filter(|organization| organization.0 != "unit" && organization.3.is_none())
        .map(|organization| organization.1)
        .collect();
    world.ask(2, &asked);
    let repliers: Vec<SubmissionId> = asked
        .iter()
        .enumerate()
        .filter(|(index, _)| n == 1 && *index == 0 || n > 1 && index % 4 != 3)
        .map(|(index, &code)| {
            let comments = n == 1 || index % 3 != 2;
            let class = if comments {
                ReplyClass::Comments
            } else {
                ReplyClass::Agrees
            };
            world.reply(&[code], class)
        })
        .collect();
    let speaking: Vec<SubmissionId> = repliers
        .into_iter()
        .filter(|&id| world.submission(id).class == Some(ReplyClass::Comments))
        .collect();
    add_many_points(&mut world, &speaking, n);
    world
}

fn add_many_points(world: &mut World, speaking: &[SubmissionId], n: usize) {
    let places = [
        "chung",
        "1 I",
        "1 II.1",
        "1 II.2.a",
        "1 II.2.b",
        "1 II.2.b.-2",
        "1 III.1",
        "1 III.2",
        "2 Điều 2",
        "2 Điều 2 khoản 1",
        "thể thức",
        "1 III.2",
        "1 III.2",
    ];
    // A small fixed generator, so that every run sees the same report.
    let mut state = 12_345_u64;
    let mut next = move |below: usize| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).expect("31 bits") % below
    };
    let sentence = "Đề nghị cơ quan soạn thảo rà soát, bổ sung số liệu về doanh nghiệp khoa học và công nghệ, sàn giao dịch công nghệ và cơ chế hỗ trợ thương mại hóa kết quả nghiên cứu trên địa bàn tỉnh. ";
    let mut group: Vec<PointId> = Vec::new();
    for index in 0..n {
        let from = speaking[next(speaking.len())];
        let length = match next(12) {
            0 => 14,
            1..=3 => 4,
            _ => 1,
        };
        let text = format!("{}({}).", sentence.repeat(length), index + 1);
        let place = if index % 97 == 13 {
            ""
        } else {
            places[next(places.len())]
        };
        let point = world.point(from, place, &text);
        match next(10) {
            0 => {}
            1 | 2 => world.answer(
                point,
                Decision::Keep,
                &format!("Đề xuất giữ nguyên theo dự thảo. Lý do: {}", sentence.repeat(length / 2 + 1)),
            ),
            3 => world.answer(point, Decision::AcceptInPart, "Bổ sung phần số liệu đã có nguồn chính thức; phần còn lại sẽ cập nhật khi có kết quả điều tra. Lý do: chưa có số liệu thống kê."),
            4 => group.push(point),
            5 => world.answer(point, Decision::Clarify, "Nội dung này đã được quy định tại mục II.2 của dự thảo."),
            _ => world.answer(point, Decision::Accept, "Tiếp thu, đã bổ sung vào dự thảo."),
        }
        if group.len() == 6 {
            let id = point.0;
            world.group(
                id,
                &std::mem::take(&mut group),
                Decision::Accept,
                "Tiếp thu, bổ sung vào dự thảo.",
            );
        }
    }
}
