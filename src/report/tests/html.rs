//! The page: self-contained, escaped, with real table headers.

use crate::domain::ReplyClass;
use crate::report::html::render_html;
use crate::report::model::Kind;

use super::world::{World, one_of_everything};
use super::{kinds, report};

#[test]
fn shows_an_extract() {
    let world = one_of_everything();
    let model = report(&world.snapshot, Kind::Extract(world.organization("STC")));
    let page = render_html(&model);
    let body = page.split_once("</head>").unwrap().1;
    super::expect("extract_html", body);
}

#[test]
fn loads_nothing_from_elsewhere() {
    let world = one_of_everything();
    for kind in kinds(&world.snapshot) {
        let page = render_html(&report(&world.snapshot, kind));
        assert!(page.contains("<html lang=\"vi\">"));
        for outside in [
            "http:", "https:", "src=", "url(", "@import", "<script", "<link",
        ] {
            assert!(!page.contains(outside), "{}: {outside}", kind.code());
        }
    }
}

#[test]
fn escapes_every_text() {
    let mut world = World::new();
    let attack = "\"><script>alert('1')</script>&";
    world.snapshot.consultation.title = attack.to_owned();
    world.snapshot.organizations[0].name = attack.to_owned();
    world.snapshot.consultation.letterhead.signer_name = attack.to_owned();
    world.ask(2, &["STC"]);
    let from = world.reply(&["STC"], ReplyClass::Comments);
    let point = world.point(from, "1 I", attack);
    world.entry(point).cited_as = Some(attack.to_owned());
    for kind in kinds(&world.snapshot) {
        let page = render_html(&report(&world.snapshot, kind));
        assert!(!page.contains("<script"), "{}", kind.code());
        assert!(page.contains("&lt;script&gt;"), "{}", kind.code());
    }
}

#[test]
fn spans_a_place_over_its_rows() {
    let mut world = World::new();
    let from = world.reply(&["STC"], ReplyClass::Comments);
    for place in ["1 I", "1 I", "1 I", "1 II"] {
        world.point(from, place, "Một ý kiến.");
    }
    let page = render_html(&report(&world.snapshot, Kind::BySection));
    assert_eq!(page.matches("rowspan=\"3\"").count(), 1);
    assert_eq!(page.matches("rowspan").count(), 1);
    assert_eq!(page.matches("<th scope=\"col\">").count(), 4);
}
