//! Tests of the whole road from a snapshot to bytes.

mod world;

use super::html::render_html;
use super::model::{Kind, build};
use super::reconcile::{Scope, reconcile};
use world::one_of_everything;

#[test]
fn shows_html() {
    let world = one_of_everything();
    let reconciliation = reconcile(&world.snapshot, &Scope::default());
    for equation in &reconciliation.equations {
        println!(
            "{} {} {:?}",
            equation.holds, equation.text, equation.offenders
        );
    }
    let model = build(&world.snapshot, Kind::Full, &Scope::default()).unwrap();
    println!("{}", render_html(&model));
}
