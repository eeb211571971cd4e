//! Where the texts of parts stood on paper, for showing a page beside its words.

use super::engine::on_engine;
use super::{Error, Tx, bulk, from_json, to_json};
use crate::domain::{Area, PageFrame, PageLine, PageMap, PartId, PrintedLine};

/// `[width, height, turned]` in points and degrees.
type StoredPage = (f64, f64, f64);
/// `[start, page, line, [left, top, right, bottom], confidence, [doubtful, …]]`.
type StoredLine = (
    usize,
    u32,
    u32,
    (f64, f64, f64, f64),
    Option<f64>,
    Vec<String>,
);

/// As a JSON column: some forty bytes a line.
fn map_to_json(map: &PageMap) -> String {
    // A tenth of a point is less than anybody sees.
    let tenth = |points: f64| (points * 10.0).round() / 10.0;
    let pages: Vec<StoredPage> = map
        .pages
        .iter()
        .map(|page| (tenth(page.width), tenth(page.height), page.turned))
        .collect();
    let lines: Vec<StoredLine> = map
        .lines
        .iter()
        .map(|line| {
            let Area {
                left,
                top,
                right,
                bottom,
            } = line.at;
            let at = (tenth(left), tenth(top), tenth(right), tenth(bottom));
            let confidence = line.confidence.map(|it| (it * 100.0).round() / 100.0);
            let PageLine { page, line: number } = line.place;
            let doubtful = line.doubtful.clone();
            (line.start, page, number, at, confidence, doubtful)
        })
        .collect();
    to_json(&(pages, lines))
}

fn map_from_json(text: &str) -> Result<PageMap, Error> {
    let (pages, lines): (Vec<StoredPage>, Vec<StoredLine>) =
        from_json(text, "part_page_map", "map")?;
    Ok(PageMap {
        pages: pages
            .into_iter()
            .map(|(width, height, turned)| PageFrame {
                width,
                height,
                turned,
            })
            .collect(),
        lines: lines
            .into_iter()
            .map(
                |(start, page, line, (left, top, right, bottom), confidence, doubtful)| {
                    PrintedLine {
                        start,
                        place: PageLine { page, line },
                        at: Area {
                            left,
                            top,
                            right,
                            bottom,
                        },
                        confidence,
                        doubtful,
                    }
                },
            )
            .collect(),
    })
}

/// Adds the maps of new parts; a part without pages has none.
pub(super) async fn insert_maps(tx: &mut Tx, maps: &[(i64, &PageMap)]) -> Result<(), Error> {
    bulk::insert(
        tx,
        "part_page_map",
        "part_id, map",
        maps,
        |(part, map), row| {
            row.integer(*part).text(map_to_json(map).as_str());
        },
    )
    .await
}

/// Reads where a part's text stood; `None` where it had no pages.
pub async fn find_map(tx: &mut Tx, part: PartId) -> Result<Option<PageMap>, Error> {
    let text: Option<String> = on_engine!(tx, |conn| {
        sqlx::query_scalar("SELECT map FROM part_page_map WHERE part_id = $1")
            .bind(part.0)
            .fetch_optional(conn)
            .await?
    });
    text.as_deref().map(map_from_json).transpose()
}

#[cfg(test)]
mod tests {
    use super::{map_from_json, map_to_json};
    use crate::domain::{Area, PageFrame, PageLine, PageMap, PrintedLine};

    #[test]
    fn a_map_is_read_as_it_was_written() {
        let map = PageMap {
            pages: vec![PageFrame {
                width: 595.3,
                height: 841.9,
                turned: -0.7,
            }],
            lines: vec![PrintedLine {
                start: 17,
                place: PageLine { page: 1, line: 2 },
                at: Area {
                    left: 85.1,
                    top: 70.0,
                    right: 500.5,
                    bottom: 84.2,
                },
                confidence: Some(0.87),
                doubtful: vec!["khoản".to_owned()],
            }],
        };
        assert_eq!(map_from_json(&map_to_json(&map)).unwrap(), map);
        assert!(map_from_json("[[], 1]").is_err());
    }
}
