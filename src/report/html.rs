//! The report as one HTML page: inline styles, nothing loaded from elsewhere, ready to print.
//!
//! [`ReportModel`] -> a whole document. Every text is escaped. Tables have real headers, so that a
//! screen reader can name the column and the place of each cell (WCAG 2.2, 1.3.1).

use super::model::{
    Align, Block, Cell, Chart, Column, Head, Line, Orientation, Part, ReportModel, Row, RunStyle,
    Signature, Table,
};
use super::paper::{MOTTO, STATE};

/// Style of the page; colors and lines only as far as paper needs them.
const STYLE: &str = include_str!("html/report.css");

/// Renders a report as one self-contained page.
pub fn render_html(model: &ReportModel) -> String {
    let mut page = Page {
        text: String::new(),
        model,
    };
    page.raw("<!DOCTYPE html>\n<html lang=\"vi\">\n<head>\n<meta charset=\"utf-8\">\n");
    page.raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>");
    page.escaped(&model.title);
    page.raw("</title>\n<style>\n");
    page.raw(STYLE);
    page.raw("</style>\n</head>\n<body>\n<main>\n");
    for part in &model.parts {
        page.part(part);
    }
    page.raw("</main>\n");
    page.info(model);
    page.raw("</body>\n</html>\n");
    page.text
}

struct Page<'a> {
    text: String,
    model: &'a ReportModel,
}

impl Page<'_> {
    fn raw(&mut self, markup: &str) {
        self.text.push_str(markup);
    }

    fn escaped(&mut self, text: &str) {
        self.text.reserve(text.len());
        for c in text.chars() {
            match c {
                '&' => self.text.push_str("&amp;"),
                '<' => self.text.push_str("&lt;"),
                '>' => self.text.push_str("&gt;"),
                '"' => self.text.push_str("&quot;"),
                '\'' => self.text.push_str("&#39;"),
                '\n' => self.text.push_str("<br>"),
                c => self.text.push(c),
            }
        }
    }

    /// `<tag>text</tag>` on a line of its own.
    fn element(&mut self, tag: &str, class: &str, text: &str) {
        self.open(tag, class);
        self.escaped(text);
        self.close(tag);
    }

    fn open(&mut self, tag: &str, class: &str) {
        self.raw("<");
        self.raw(tag);
        if !class.is_empty() {
            self.raw(" class=\"");
            self.raw(class);
            self.raw("\"");
        }
        self.raw(">");
    }

    fn close(&mut self, tag: &str) {
        self.raw("</");
        self.raw(tag);
        self.raw(">\n");
    }

    fn part(&mut self, part: &Part) {
        self.open(
            "section",
            match part.orientation {
                Orientation::Portrait => "portrait",
                Orientation::Landscape => "landscape",
            },
        );
        self.raw("\n");
        let mut in_list = false;
        for block in &part.blocks {
            let is_item = matches!(block, Block::Item(_));
            if is_item != in_list {
                self.raw(if is_item { "<ul>\n" } else { "</ul>\n" });
                in_list = is_item;
            }
            self.block(block);
        }
        if in_list {
            self.raw("</ul>\n");
        }
        self.close("section");
    }

    fn block(&mut self, block: &Block) {
        match block {
            Block::Head(head) => self.head(head),
            Block::Title { name, subject } => {
                self.element("h1", "", name);
                self.element("p", "subject", subject);
            }
            Block::Addressees(names) => {
                self.open("div", "addressees");
                self.raw("<p>Kính gửi:");
                if let [only] = names.as_slice() {
                    self.raw(" ");
                    self.escaped(only);
                    self.raw("</p>");
                } else {
                    self.raw("</p>\n<ul>\n");
                    for (index, name) in names.iter().enumerate() {
                        let mark = if index + 1 == names.len() { "." } else { ";" };
                        self.element("li", "", &format!("{name}{mark}"));
                    }
                    self.raw("</ul>");
                }
                self.close("div");
            }
            Block::Basis(text) => self.element("p", "basis", text),
            Block::Heading { level, text } => {
                let (tag, class) = match level {
                    1 => ("h2", ""),
                    2 => ("h3", ""),
                    3 => ("h4", ""),
                    _ => ("h4", "letter"),
                };
                self.element(tag, class, text);
            }
            Block::Paragraph(line) => self.lines("p", std::slice::from_ref(line)),
            Block::Item(line) => self.lines("li", std::slice::from_ref(line)),
            Block::Table(table) => self.table(table),
            Block::Chart(chart) => self.chart(chart),
            Block::Signature(signature) => self.signature(signature),
            Block::Annex { name, title, note } => {
                self.element("h2", "annex", name);
                self.element("p", "annex-title", title);
                self.element("p", "annex-note", note);
            }
        }
    }

    fn head(&mut self, head: &Head) {
        self.raw("<header class=\"head\">\n<div>\n");
        self.element("p", "", &head.superior);
        self.element("p", "agency", &head.agency);
        if let Some(number) = &head.number {
            self.element("p", "", number);
        }
        if let Some(about) = &head.about {
            self.element("p", "about", about);
        }
        self.raw("</div>\n<div>\n");
        self.element("p", "state", STATE);
        self.element("p", "motto", MOTTO);
        self.element("p", "date", &head.place_and_date);
        self.raw("</div>\n");
        self.close("header");
    }

    fn signature(&mut self, signature: &Signature) {
        self.raw("<footer class=\"signature\">\n<div>\n");
        self.element("p", "recipients", "Nơi nhận:");
        self.raw("<ul>\n");
        let n = signature.recipients.len();
        for (index, recipient) in signature.recipients.iter().enumerate() {
            let mark = if index + 1 == n { "." } else { ";" };
            self.element("li", "", &format!("{recipient}{mark}"));
        }
        self.raw("</ul>\n</div>\n<div>\n");
        for title in &signature.titles {
            self.element("p", "", title);
        }
        self.element("p", "signer", &signature.name);
        self.raw("</div>\n");
        self.close("footer");
    }

    /// A picture that scales, its words said by the label: names, bars, counts.
    fn chart(&mut self, chart: &Chart) {
        const LINE: usize = 22;
        let height = chart.bars.len() * LINE;
        self.raw(&format!(
            "<svg class=\"chart\" role=\"img\" viewBox=\"0 0 700 {height}\" aria-label=\""
        ));
        self.escaped(&chart.words());
        self.raw("\">\n");
        for (bar, index) in chart.bars.iter().zip(0..) {
            let top = index * LINE;
            let length = chart.length(bar, 330);
            self.raw(&format!(
                "<text x=\"290\" y=\"{}\" text-anchor=\"end\">",
                top + 16
            ));
            self.escaped(&bar.name);
            self.raw(&format!(
                "</text><rect x=\"300\" y=\"{}\" width=\"{length}\" height=\"15\"></rect><text x=\"{}\" y=\"{}\">{}</text>\n",
                top + 4,
                306 + length,
                top + 16,
                super::wording::number(bar.n)
            ));
        }
        self.close("svg");
    }

    /// Paragraphs of one kind.
    fn lines(&mut self, tag: &str, lines: &[Line]) {
        for line in lines {
            self.open(tag, "");
            self.line(line);
            self.close(tag);
        }
    }

    fn line(&mut self, line: &Line) {
        for run in &line.runs {
            let tag = match run.style {
                RunStyle::Plain => None,
                RunStyle::Bold => Some("b"),
                RunStyle::Italic => Some("i"),
                RunStyle::Missing => Some("mark"),
                RunStyle::Gone => Some("del"),
                RunStyle::New => Some("ins"),
            };
            if let Some(tag) = tag {
                self.open(tag, "");
            }
            let original = self.model.original(run);
            if let Some(path) = original {
                self.raw("<a href=\"");
                self.escaped(path);
                self.raw("\">");
            }
            self.escaped(&run.text);
            if original.is_some() {
                self.raw("</a>");
            }
            if let Some(tag) = tag {
                self.raw("</");
                self.raw(tag);
                self.raw(">");
            }
        }
    }

    fn table(&mut self, table: &Table) {
        let shown: Vec<bool> = table.columns.iter().map(|c| !c.is_sheet_only).collect();
        let columns: Vec<&Column> = table.columns.iter().filter(|c| !c.is_sheet_only).collect();
        let whole: u32 = columns.iter().map(|column| column.width).sum();
        self.raw("<div class=\"table\">\n<table>\n");
        if !table.caption.is_empty() {
            self.element("caption", "", &table.caption);
        }
        self.raw("<colgroup>");
        for column in &columns {
            let share = column.width * 1000 / whole.max(1);
            self.raw(&format!(
                "<col style=\"width:{}.{}%\">",
                share / 10,
                share % 10
            ));
        }
        self.raw("</colgroup>\n<thead>\n<tr>");
        for column in &columns {
            self.raw("<th scope=\"col\">");
            self.escaped(&column.title);
            self.raw("</th>");
        }
        self.raw("</tr>\n</thead>\n<tbody>\n");
        let spans = row_spans(table);
        for (row, spans) in table.rows.iter().zip(&spans) {
            match row {
                Row::Heading(text) => {
                    self.raw(&format!(
                        "<tr class=\"group\"><th scope=\"colgroup\" colspan=\"{}\">",
                        columns.len()
                    ));
                    self.escaped(text);
                    self.raw("</th></tr>\n");
                }
                Row::Cells(cells) => self.row("", cells, spans, &table.columns, &shown),
                Row::Total(cells) => self.row("total", cells, spans, &table.columns, &shown),
            }
        }
        self.raw("</tbody>\n</table>\n");
        self.close("div");
    }

    fn row(
        &mut self,
        class: &str,
        cells: &[Cell],
        spans: &[usize],
        columns: &[Column],
        shown: &[bool],
    ) {
        self.open("tr", class);
        let cells = cells.iter().zip(spans).zip(columns.iter().zip(shown));
        for ((cell, &span), (column, &is_shown)) in cells {
            if !is_shown || span == 0 {
                continue;
            }
            let tag = if span > 1 { "th" } else { "td" };
            self.raw("<");
            self.raw(tag);
            if span > 1 {
                self.raw(&format!(" scope=\"rowgroup\" rowspan=\"{span}\""));
            }
            if column.align == Align::Center {
                self.raw(" class=\"center\"");
            }
            self.raw(">");
            match cell.lines.as_slice() {
                [only] => self.line(only),
                lines => self.lines("p", lines),
            }
            self.raw("</");
            self.raw(tag);
            self.raw(">");
        }
        self.close("tr");
    }

    fn info(&mut self, model: &ReportModel) {
        let info = &model.info;
        self.raw("<aside class=\"info\">\n");
        self.element("h2", "", "Thông tin báo cáo (không in)");
        self.raw("<dl>\n");
        let taken_at = super::wording::moment(info.taken_at);
        let fixed = [
            ("Hồ sơ".to_owned(), info.consultation.clone()),
            ("Thời điểm".to_owned(), taken_at),
            ("Sổ ghi đến số".to_owned(), info.ledger_seq.to_string()),
        ];
        for (label, value) in fixed.iter().chain(&info.filters) {
            self.element("dt", "", label);
            self.element("dd", "", value);
        }
        self.raw("</dl>\n");
        self.element("h3", "", "Đối chiếu số liệu");
        self.raw("<ul>\n");
        for equation in &info.equations {
            let mark = if equation.holds {
                "Khớp"
            } else {
                "Không khớp"
            };
            self.element("li", "", &format!("{mark}: {}", equation.text));
        }
        self.raw("</ul>\n");
        if !info.notices.is_empty() {
            self.element("h3", "", "Cần xem");
            self.raw("<ul>\n");
            for notice in &info.notices {
                self.element("li", "", notice);
            }
            self.raw("</ul>\n");
        }
        self.close("aside");
    }
}

/// For every cell how many rows it spans; 0 where it is merged into the one above.
fn row_spans(table: &Table) -> Vec<Vec<usize>> {
    let mut spans: Vec<Vec<usize>> = Vec::with_capacity(table.rows.len());
    let mut below: Vec<usize> = vec![0; table.columns.len()];
    for row in table.rows.iter().rev() {
        let cells = match row {
            Row::Heading(_) => {
                below.fill(0);
                spans.push(Vec::new());
                continue;
            }
            Row::Cells(cells) | Row::Total(cells) => cells,
        };
        let row_spans = cells.iter().zip(below.iter_mut()).map(|(cell, below)| {
            if cell.continues {
                *below += 1;
                0
            } else {
                std::mem::take(below) + 1
            }
        });
        spans.push(row_spans.collect());
    }
    spans.reverse();
    spans
}
