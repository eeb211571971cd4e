//! Việc của tôi: what one drafter has to answer, what came back, what was begun and not saved.

use askama::Template;

use super::assignments::{ProgressLine, ProgressTable};
use super::point_view::{PointLine, point_line};
use crate::app::App;
use crate::app::search::{PointView, Request};
use crate::domain::{Consultation, PointState, ResponseState};
use crate::web::access::Acting;
use crate::web::address::query;
use crate::web::error::Error;
use crate::web::extract::InConsultation;
use crate::web::views::{Html, Page, Place};

/// Points of each kind that are shown; the list has them all.
const N_SHOWN: usize = 15;

#[derive(Template)]
#[template(path = "mine.html", config = "src/web/askama.toml")]
pub(in crate::web) struct MinePage {
    page: Page,
    name: String,
    progress: ProgressTable,
    unsaved: Vec<PointLine>,
    returned: Vec<PointLine>,
    open: Vec<PointLine>,
    open_address: String,
}

pub(in crate::web) async fn get_mine(
    Acting(app): Acting,
    InConsultation(consultation): InConsultation,
) -> Result<Html<MinePage>, Error> {
    let name = app.actor().to_owned();
    let names = app.names(&consultation).await?;
    let unsaved = app.unsaved_points(&name).await?;
    let unsaved = app.points(&consultation, &names, &unsaved).await?;
    let open = open_points(&app, &consultation, &name).await?;
    let progress = app.progress(&consultation).await?;
    let share = progress.by_drafter.get(&Some(name.clone()));
    let page = Page::new(&consultation, Place::Mine, "Việc của tôi");
    let kept = [
        ("state", PointState::Open.code()),
        ("drafter", name.as_str()),
    ];
    let open_address = format!("{}/points{}", page.base, query(kept));
    let is_returned =
        |view: &&PointView| view.point.response_state == Some(ResponseState::Returned);
    let lines = |views: &[&PointView]| -> Vec<PointLine> {
        let views = views.iter().take(N_SHOWN);
        views
            .map(|view| point_line(&page.base, view, &[], None))
            .collect()
    };
    let returned: Vec<&PointView> = open.iter().filter(is_returned).collect();
    Ok(Html(MinePage {
        unsaved: lines(&unsaved.iter().collect::<Vec<_>>()),
        returned: lines(&returned),
        open: (0..)
            .zip(open.iter().take(N_SHOWN))
            .map(|(at, view)| point_line(&page.base, view, &kept, Some(at)))
            .collect(),
        progress: ProgressTable {
            what: "Người soạn",
            lines: share
                .map(|share| ProgressLine::new(name.clone(), open_address.clone(), share))
                .into_iter()
                .collect(),
        },
        open_address,
        name,
        page,
    }))
}

/// The first open points of a drafter.
async fn open_points(
    app: &App,
    consultation: &Consultation,
    name: &str,
) -> Result<Vec<PointView>, Error> {
    let request = Request {
        state: Some(PointState::Open),
        drafter: Some(name.to_owned()),
        limit: 100,
        ..Request::default()
    };
    let found = app.search(consultation, &request).await?;
    Ok(found.points)
}
