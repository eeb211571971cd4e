//! Charts of Word's own (`DrawingML`), with the counts in them: no picture, so that they print sharp and
//! can be read aloud.

use std::io::{self, Write};

use crate::report::model::{Bar, Chart};

use super::xml::Xml;

const CHART: &str = "http://schemas.openxmlformats.org/drawingml/2006/chart";
const DRAWING: &str = "http://schemas.openxmlformats.org/drawingml/2006/main";
const PLACED: &str = "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing";

/// English Metric Units of a twip.
const EMU: u32 = 635;

/// Twips of a bar with its gap, and of what is above and below all of them.
const BAR: u32 = 380;
const AROUND: u32 = 500;

/// The key of the relation to a chart, counted from 1.
pub(super) fn relation(number: usize) -> String {
    format!("rIdChart{number}")
}

/// The paragraph of the document in which the last chart stands.
pub(super) fn write_frame<W: Write>(xml: &mut Xml<W>, chart: &Chart, width: u32) -> io::Result<()> {
    let number = xml.n_charts;
    let n_bars = u32::try_from(chart.bars.len()).unwrap_or(u32::MAX);
    let height = n_bars.saturating_mul(BAR).saturating_add(AROUND);
    let (wide, high) = (
        (width * EMU).to_string(),
        height.saturating_mul(EMU).to_string(),
    );
    xml.open("w:p", &[])?;
    xml.open("w:pPr", &[])?;
    xml.value("w:pStyle", "ChartFrame")?;
    xml.close("w:pPr")?;
    xml.open("w:r", &[])?;
    xml.open("w:drawing", &[])?;
    xml.open("wp:inline", &[("xmlns:wp", PLACED)])?;
    xml.empty("wp:extent", &[("cx", &wide), ("cy", &high)])?;
    xml.empty(
        "wp:docPr",
        &[
            ("id", &number.to_string()),
            ("name", &format!("Biểu đồ {number}")),
            ("descr", &chart.words()),
        ],
    )?;
    xml.empty("wp:cNvGraphicFramePr", &[])?;
    xml.open("a:graphic", &[("xmlns:a", DRAWING)])?;
    xml.open("a:graphicData", &[("uri", CHART)])?;
    let relation = relation(number);
    xml.empty("c:chart", &[("xmlns:c", CHART), ("r:id", &relation)])?;
    for name in [
        "a:graphicData",
        "a:graphic",
        "wp:inline",
        "w:drawing",
        "w:r",
        "w:p",
    ] {
        xml.close(name)?;
    }
    Ok(())
}

/// A chart: horizontal bars, the first on top, each with its count.
pub(super) fn write_part(out: impl Write, chart: &Chart) -> io::Result<()> {
    let mut xml = Xml::document(out)?;
    xml.open("c:chartSpace", &[("xmlns:c", CHART), ("xmlns:a", DRAWING)])?;
    xml.empty("c:roundedCorners", &[("val", "0")])?;
    xml.open("c:chart", &[])?;
    xml.empty("c:autoTitleDeleted", &[("val", "1")])?;
    xml.open("c:plotArea", &[])?;
    xml.empty("c:layout", &[])?;
    xml.open("c:barChart", &[])?;
    xml.empty("c:barDir", &[("val", "bar")])?;
    xml.empty("c:grouping", &[("val", "clustered")])?;
    xml.empty("c:varyColors", &[("val", "0")])?;
    write_series(&mut xml, chart)?;
    xml.empty("c:gapWidth", &[("val", "50")])?;
    xml.empty("c:axId", &[("val", "1")])?;
    xml.empty("c:axId", &[("val", "2")])?;
    xml.close("c:barChart")?;
    write_axis(&mut xml, "c:catAx", ["1", "2"], "maxMin", "l")?;
    write_axis(&mut xml, "c:valAx", ["2", "1"], "minMax", "b")?;
    xml.close("c:plotArea")?;
    xml.empty("c:plotVisOnly", &[("val", "1")])?;
    xml.close("c:chart")?;
    write_text_look(&mut xml)?;
    xml.close("c:chartSpace")
}

fn write_series<W: Write>(xml: &mut Xml<W>, chart: &Chart) -> io::Result<()> {
    xml.open("c:ser", &[])?;
    xml.empty("c:idx", &[("val", "0")])?;
    xml.empty("c:order", &[("val", "0")])?;
    xml.open("c:tx", &[])?;
    write_element(xml, "c:v", &format!("{} ({})", chart.title, chart.unit))?;
    xml.close("c:tx")?;
    xml.open("c:spPr", &[])?;
    xml.open("a:solidFill", &[])?;
    xml.empty("a:srgbClr", &[("val", "4A6078")])?;
    xml.close("a:solidFill")?;
    xml.close("c:spPr")?;
    xml.empty("c:invertIfNegative", &[("val", "0")])?;
    xml.open("c:dLbls", &[])?;
    for (name, value) in [
        ("c:showLegendKey", "0"),
        ("c:showVal", "1"),
        ("c:showCatName", "0"),
        ("c:showSerName", "0"),
        ("c:showPercent", "0"),
        ("c:showBubbleSize", "0"),
    ] {
        xml.empty(name, &[("val", value)])?;
    }
    xml.close("c:dLbls")?;
    xml.open("c:cat", &[])?;
    write_points(xml, "c:strLit", chart, |bar| bar.name.clone())?;
    xml.close("c:cat")?;
    xml.open("c:val", &[])?;
    write_points(xml, "c:numLit", chart, |bar| bar.n.to_string())?;
    xml.close("c:val")?;
    xml.close("c:ser")
}

fn write_points<W: Write>(
    xml: &mut Xml<W>,
    name: &str,
    chart: &Chart,
    value: impl Fn(&Bar) -> String,
) -> io::Result<()> {
    xml.open(name, &[])?;
    xml.empty("c:ptCount", &[("val", &chart.bars.len().to_string())])?;
    for (bar, index) in chart.bars.iter().zip(0_usize..) {
        xml.open("c:pt", &[("idx", &index.to_string())])?;
        write_element(xml, "c:v", &value(bar))?;
        xml.close("c:pt")?;
    }
    xml.close(name)
}

fn write_axis<W: Write>(
    xml: &mut Xml<W>,
    name: &str,
    [id, crosses]: [&str; 2],
    order: &str,
    side: &str,
) -> io::Result<()> {
    let is_values = name == "c:valAx";
    xml.open(name, &[])?;
    xml.empty("c:axId", &[("val", id)])?;
    xml.open("c:scaling", &[])?;
    xml.empty("c:orientation", &[("val", order)])?;
    if is_values {
        xml.empty("c:min", &[("val", "0")])?;
    }
    xml.close("c:scaling")?;
    // The counts stand at the bars.
    xml.empty("c:delete", &[("val", if is_values { "1" } else { "0" })])?;
    xml.empty("c:axPos", &[("val", side)])?;
    xml.empty("c:majorTickMark", &[("val", "none")])?;
    xml.empty("c:minorTickMark", &[("val", "none")])?;
    xml.empty("c:tickLblPos", &[("val", "nextTo")])?;
    xml.empty("c:crossAx", &[("val", crosses)])?;
    xml.empty("c:crosses", &[("val", "autoZero")])?;
    xml.close(name)
}

/// The typeface of the report, 12 points.
fn write_text_look<W: Write>(xml: &mut Xml<W>) -> io::Result<()> {
    xml.open("c:txPr", &[])?;
    xml.empty("a:bodyPr", &[])?;
    xml.open("a:p", &[])?;
    xml.open("a:pPr", &[])?;
    xml.open("a:defRPr", &[("sz", "1200")])?;
    xml.empty("a:latin", &[("typeface", "Times New Roman")])?;
    xml.close("a:defRPr")?;
    xml.close("a:pPr")?;
    xml.empty("a:endParaRPr", &[("lang", "vi-VN")])?;
    xml.close("a:p")?;
    xml.close("c:txPr")
}

fn write_element<W: Write>(xml: &mut Xml<W>, name: &str, text: &str) -> io::Result<()> {
    xml.open(name, &[])?;
    xml.text(text)?;
    xml.close(name)
}
