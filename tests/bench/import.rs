//! A table from its file to durable, recognized and searchable, beside bare tantivy.
//!
//! Bare tantivy gets the very points the import made, from memory, in the same process run: the
//! same schema, analyzers, heap and threads, one commit at the end.

use std::collections::BTreeMap;
use std::path::Path;

use tiepthu::domain::{DocumentId, OrganizationId, PointId, SectionId, SubmissionId};
use tiepthu::index::{Index, IndexedPoint};
use tiepthu::store::points::{self, Point};
use tiepthu::store::submissions;
use tiepthu::store::{Store, catalog, consultations};

use crate::data::{self, Folder};
use crate::measure::{Cost, Peak, Spread, Watch, anonymous_mib};

/// A point with everything the index is told of it.
pub(crate) struct Known {
    pub(crate) point: Point,
    pub(crate) organizations: Vec<OrganizationId>,
    pub(crate) kinds: Vec<String>,
    pub(crate) document: Option<DocumentId>,
    pub(crate) text: String,
}

/// Measures `n_runs` imports of `n_rows` rows.
pub(crate) async fn run(n_rows: usize, n_runs: usize) {
    println!("import: {n_rows} rows, {n_runs} runs; bare tantivy indexes the same points");
    let mut runs = Vec::new();
    for run in 1..=n_runs {
        let (import, bare, n_points) = one(n_rows, run).await;
        println!(
            "  {run}: import {:.0} rows/s, {:.1} core-µs a row; tantivy {:.0} points/s, {:.1} core-µs a row; \
             {n_points} points; ratio {:.2} in time, {:.2} on the cores",
            import.rate(n_rows),
            import.core_us(n_rows),
            bare.rate(n_points),
            bare.core_us(n_rows),
            import.wall.as_secs_f64() / bare.wall.as_secs_f64(),
            import.cores.as_secs_f64() / bare.cores.as_secs_f64(),
        );
        runs.push((import, bare));
    }
    let say = |what: &str, digits, value: &dyn Fn(&(Cost, Cost)) -> f64| {
        println!(
            "  {what}: {}",
            Spread::of(runs.iter().map(value)).brief(digits)
        );
    };
    println!("median (least – most):");
    say("import, rows/s", 0, &|(import, _)| import.rate(n_rows));
    say("import, core-µs a row", 1, &|(import, _)| {
        import.core_us(n_rows)
    });
    say("tantivy, rows/s", 0, &|(_, bare)| bare.rate(n_rows));
    say("tantivy, core-µs a row", 1, &|(_, bare)| {
        bare.core_us(n_rows)
    });
    say("ratio in time", 2, &|(import, bare)| {
        import.wall.as_secs_f64() / bare.wall.as_secs_f64()
    });
    say("ratio on the cores", 2, &|(import, bare)| {
        import.cores.as_secs_f64() / bare.cores.as_secs_f64()
    });
}

async fn one(n_rows: usize, run: usize) -> (Cost, Cost, usize) {
    let (_folder, table) = data::table(n_rows, run as u64);
    let folder = Folder::fresh().await;
    let before = anonymous_mib();
    let peak = Peak::watch();
    let watch = Watch::start();
    let report = folder.import(&table).await;
    let import = watch.stop();
    let peak = peak.stop();
    // Later runs start with what the allocator kept of earlier ones.
    if run == 1 {
        println!("  anonymous memory: {before} MiB before, {peak} MiB at most");
        println!("  submissions: {:?}", report.submissions);
    }
    let known = known_points(&folder).await;
    assert_eq!(known.len() as u64, report.n_points, "every point is there");
    folder.app.close().await;
    let bare = index_only(
        &folder.path().join("bare"),
        folder.app.config.index_heap_bytes,
        &known,
    );
    (import, bare, known.len())
}

/// Everything the index is told, read back from the database.
pub(crate) async fn known_points(folder: &Folder) -> Vec<Known> {
    let store = Store::open_file(&folder.path().join("tiepthu.sqlite"))
        .await
        .unwrap();
    let mut tx = store.read().await.unwrap();
    let mut documents: BTreeMap<SectionId, DocumentId> = BTreeMap::new();
    for section in consultations::list_sections(&mut tx, folder.consultation.id)
        .await
        .unwrap()
    {
        documents.extend(section.document.map(|document| (section.id, document)));
    }
    let kinds: BTreeMap<OrganizationId, String> = catalog::list_organizations(&mut tx)
        .await
        .unwrap()
        .into_iter()
        .map(|organization| (organization.id, organization.kind))
        .collect();
    let (first, last) = (SubmissionId(1), SubmissionId(i64::MAX));
    let which = points::Which::All(folder.consultation.id);
    let points = points::list_points(&mut tx, which).await.unwrap();
    let parts = submissions::list_parts(&mut tx, first, last).await.unwrap();
    let texts: BTreeMap<i64, String> = parts.into_iter().map(|p| (p.id.0, p.text)).collect();
    let speakers = submissions::list_speakers(&mut tx, first, last)
        .await
        .unwrap();
    let known = |point: Point| {
        let organizations = speakers.get(&point.submission).cloned().unwrap_or_default();
        let words: Vec<&str> = point
            .spans
            .iter()
            .map(|(part, span)| span.slice(&texts[&part.0]).expect("a span"))
            .collect();
        Known {
            kinds: organizations.iter().map(|id| kinds[id].clone()).collect(),
            document: point.section.and_then(|id| documents.get(&id).copied()),
            text: words.join("\n"),
            organizations,
            point,
        }
    };
    let known = points.into_iter().map(known).collect();
    drop(tx);
    store.close().await;
    known
}

/// What the index is told of a point.
pub(crate) fn indexed<'a>(known: &'a Known, kinds: &'a [&'a str]) -> IndexedPoint<'a> {
    let point = &known.point;
    IndexedPoint {
        id: point.id,
        consultation: point.consultation,
        submission: point.submission,
        round: point.round,
        document: known.document,
        section: point.section,
        other_sections: &point.other_sections,
        organizations: &known.organizations,
        organization_kinds: kinds,
        channel: point.channel,
        stance: point.stance,
        decision: point.decision,
        state: point.state,
        drafter: point.drafter.as_deref(),
        arrived_on: point.arrived_on,
        group: point.group,
        text: &known.text,
        answer: "",
    }
}

fn index_only(dir: &Path, heap_bytes: usize, known: &[Known]) -> Cost {
    let index = Index::open(dir).unwrap().index;
    let mut writer = index.writer(heap_bytes, 2).unwrap();
    let watch = Watch::start();
    for known in known {
        let kinds: Vec<&str> = known.kinds.iter().map(String::as_str).collect();
        writer.upsert(&indexed(known, &kinds)).unwrap();
    }
    writer.commit(1).unwrap();
    let cost = watch.stop();
    let last = known.last().map_or(PointId(0), |known| known.point.id);
    assert_eq!(index.n_points(), known.len() as u64, "up to {last:?}");
    cost
}
