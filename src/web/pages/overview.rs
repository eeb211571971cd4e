//! Tổng quan: where a consultation stands, and what waits.

use askama::Template;
use axum::response::{IntoResponse, Redirect, Response};

use crate::app::status::Status;
use crate::app::values::{Equation, Tally};
use crate::domain::{Decision, Disposition, ResponseState, Round};
use crate::web::access::{Acting, Person};
use crate::web::address::base;
use crate::web::error::Error;
use crate::web::extract::InConsultation;
use crate::web::views::{Bar, Html, Page, Place, Slice, decision_class};
use crate::web::words;

#[derive(Template)]
#[template(path = "start.html", config = "src/web/askama.toml")]
struct StartPage {
    page: Page,
    consultations: Vec<(String, String, String)>,
    can_open: bool,
}

#[derive(Template)]
#[template(path = "overview.html", config = "src/web/askama.toml")]
pub(in crate::web) struct OverviewPage {
    page: Page,
    title: String,
    moment: String,
    is_index_behind: bool,
    waits: Vec<Waiting>,
    rounds: Vec<RoundLine>,
    n_points: String,
    n_answered: String,
    decisions: Bar,
    n_submissions: String,
    dispositions: Bar,
    equations: Vec<EquationLine>,
    n_equations: usize,
    n_failing: usize,
    notices: Vec<String>,
    reports: Vec<(String, &'static str)>,
}

struct Waiting {
    address: String,
    text: &'static str,
    n: String,
    is_done: bool,
}

struct RoundLine {
    number: u32,
    title: String,
    days: String,
    address: String,
    asked: String,
    replied: String,
    silent: String,
    not_asked: String,
    late: String,
    submissions: String,
    points: String,
    /// Of those asked, in thousandths.
    share: usize,
    percent: String,
}

struct EquationLine {
    text: String,
    holds: bool,
    offenders: Vec<String>,
}

/// Leads to the only consultation, or lets choose among several.
pub(in crate::web) async fn get_start(
    Acting(app): Acting,
    person: Person,
) -> Result<Response, Error> {
    let consultations = app.consultations().await?;
    if let [only] = consultations.as_slice() {
        return Ok(Redirect::to(&format!("{}/", base(only))).into_response());
    }
    Ok(start(&consultations, &person))
}

/// All consultations, also where there is one only.
pub(in crate::web) async fn list_consultations(
    Acting(app): Acting,
    person: Person,
) -> Result<Response, Error> {
    Ok(start(&app.consultations().await?, &person))
}

fn start(consultations: &[crate::domain::Consultation], person: &Person) -> Response {
    let line = |c: &crate::domain::Consultation| {
        (format!("{}/", base(c)), c.title.clone(), c.code.clone())
    };
    let page = StartPage {
        page: Page::bare("Hồ sơ lấy ý kiến"),
        consultations: consultations.iter().map(line).collect(),
        can_open: person.may_open("/consultations/new"),
    };
    Html(page).into_response()
}

/// The same page has one address.
pub(in crate::web) async fn redirect_to_overview(
    InConsultation(consultation): InConsultation,
) -> Redirect {
    Redirect::permanent(&format!("{}/", base(&consultation)))
}

pub(in crate::web) async fn get_overview(
    Acting(app): Acting,
    InConsultation(consultation): InConsultation,
) -> Result<Html<OverviewPage>, Error> {
    let status = app.status(&consultation).await?;
    let rounds = app.rounds(&consultation).await?;
    let n_doubtful = app.n_doubtful_sections(&consultation).await?;
    let page = Page::new(&consultation, Place::Overview, "Tổng quan");
    Ok(Html(overview(
        page,
        &status,
        n_doubtful,
        &rounds,
        &words::moment(app.clock.now_us()),
    )))
}

fn overview(
    page: Page,
    status: &Status,
    n_doubtful: usize,
    rounds: &[Round],
    moment: &str,
) -> OverviewPage {
    let base = page.base.clone();
    let numbers = &status.reconciliation;
    let equations = || numbers.equations.iter();
    let mut lines: Vec<EquationLine> = equations().map(equation_line).collect();
    lines.sort_by_key(|line| line.holds);
    OverviewPage {
        title: status.consultation.title.clone(),
        moment: moment.to_owned(),
        is_index_behind: status.indexed_seq < status.ledger_seq,
        waits: waits(status, n_doubtful, &base),
        rounds: numbers
            .rounds
            .iter()
            .map(|tally| {
                let round = rounds.iter().find(|round| round.number == tally.number);
                round_line(&base, tally.number, &tally.title, round, &tally.tally)
            })
            .collect(),
        n_points: words::number(numbers.total.points.received),
        n_answered: words::number(
            numbers.total.points.answered + numbers.total.points.answered_in_group,
        ),
        decisions: decisions(&numbers.total, &base),
        n_submissions: words::number(numbers.total.submissions),
        dispositions: dispositions(status, &base),
        n_equations: lines.len(),
        n_failing: lines.iter().filter(|line| !line.holds).count(),
        equations: lines,
        notices: numbers.notices.clone(),
        reports: [
            ("full.docx", "Báo cáo tổng hợp, tiếp thu, giải trình (Word)"),
            ("by-section.xlsx", "Bản tổng hợp theo mục (Excel)"),
            ("open-work.html", "Việc cần xử lý (xem ngay)"),
        ]
        .map(|(file, text)| (format!("{base}/reports/{file}"), text))
        .into(),
        page,
    }
}

fn waits(status: &Status, n_doubtful: usize, base: &str) -> Vec<Waiting> {
    let counts = &status.counts;
    let total = &status.reconciliation.total;
    let count = |n: i64| usize::try_from(n).unwrap_or(0);
    let submitted = total.by_response_state.get(&ResponseState::Submitted);
    let line = |path: &str, text, n: usize| Waiting {
        address: format!("{base}/{path}"),
        text,
        n: words::number(n),
        is_done: n == 0,
    };
    vec![
        line(
            "triage",
            "lượt góp ý chờ người xem",
            count(counts.needs_person),
        ),
        line(
            "triage#problems",
            "vấn đề của tệp và dòng",
            count(counts.problems),
        ),
        line(
            "points?section=none",
            "ý kiến chưa xác định mục",
            count(counts.without_section),
        ),
        line(
            "drafts",
            "mục chờ đối chiếu giữa hai lần dự thảo",
            n_doubtful,
        ),
        line(
            "points?state=open",
            "ý kiến chưa trả lời",
            total.points.open,
        ),
        line(
            "reports/open-work.html",
            "xin ý kiến lãnh đạo",
            total.needs_leadership,
        ),
        line(
            "points?state=answered",
            "nội dung trình, chờ duyệt",
            submitted.copied().unwrap_or(0),
        ),
    ]
}

fn round_line(
    base: &str,
    number: u32,
    title: &str,
    round: Option<&Round>,
    tally: &Tally,
) -> RoundLine {
    let share = (tally.replied * 1000).checked_div(tally.asked).unwrap_or(0);
    let days = round.map(|round| {
        let (opened, deadline) = (words::date(round.opened), words::date(round.deadline));
        format!("{} · {opened} – {deadline}", round.kind.name())
    });
    RoundLine {
        number,
        title: title.to_owned(),
        days: days.unwrap_or_default(),
        address: format!("{base}/roster#round-{number}"),
        asked: words::number(tally.asked),
        replied: words::number(tally.replied),
        silent: words::number(tally.silent),
        not_asked: words::number(tally.replied_not_asked),
        late: words::number(tally.late),
        submissions: words::number(tally.submissions),
        points: words::number(tally.points.received),
        share,
        percent: format!("{}%", (share + 5) / 10),
    }
}

pub(super) fn decisions(total: &Tally, base: &str) -> Bar {
    let decided = Decision::ALL.into_iter().map(|decision| {
        let n = total.by_decision.get(&decision).copied().unwrap_or(0);
        let address = format!("{base}/points?decision={}", decision.code());
        Slice::new(decision_class(decision), decision.name(), n, address)
    });
    let points = &total.points;
    let others = [
        ("open", "Chưa trả lời", points.open, "open"),
        (
            "quiet",
            "Ngoài phạm vi",
            points.out_of_scope,
            "out_of_scope",
        ),
        ("quiet", "Đã gộp", points.joined, "joined"),
    ];
    let others = others
        .into_iter()
        .filter(|(_, _, n, _)| *n > 0)
        .map(|(class, text, n, code)| {
            Slice::new(class, text, n, format!("{base}/points?state={code}"))
        });
    Bar::new("Ý kiến theo kết quả xử lý", decided.chain(others).collect())
}

fn dispositions(status: &Status, base: &str) -> Bar {
    let counted = status.counts.submissions.iter().map(|(disposition, n)| {
        let class = match disposition {
            Disposition::Counted => "accept",
            Disposition::Unread => "keep",
            Disposition::Duplicate => "note",
            Disposition::Superseded | Disposition::Withdrawn => "refer",
            Disposition::SetAside | Disposition::Undone | Disposition::Purged => "quiet",
        };
        let address = format!("{base}/submissions?state={}", disposition.code());
        Slice::new(
            class,
            disposition.name(),
            usize::try_from(*n).unwrap_or(0),
            address,
        )
    });
    Bar::new("Lượt góp ý theo trạng thái", counted.collect())
}

fn equation_line(equation: &Equation) -> EquationLine {
    let round = equation.round.map(|number| format!("Đợt {number}: "));
    EquationLine {
        text: format!("{}{}", round.unwrap_or_default(), equation.text),
        holds: equation.holds,
        offenders: equation.offenders.clone(),
    }
}
