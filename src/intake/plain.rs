//! Documents that become one part: Word files, pages, plain texts, tables of comments; and what to
//! say about all other files.

use super::archive::{self, Budget};
use super::conversions::{Conversion, Wanted, located};
use super::{
    Format, Markup, PartRole, PartTable, Reading, TextPart, csv, docx, edxml, eml, html, layout,
    limits, outlook, pages, sniff, wrapped,
};
use crate::domain::{DraftLine, Location, PageMap, Span, Warning};
use crate::text::legacy;
use crate::text::normalize::normalize;

/// Reads one document into a part; `Err` when it cannot be read.
pub(super) fn read_document(
    bytes: &[u8],
    format: Format,
    path: String,
    role: PartRole,
    reading: &mut Reading,
    budget: &mut Budget,
) -> Result<(), Box<Warning>> {
    let location = Location::Part { path: path.clone() };
    let (text, tables, extractor) = match format {
        Format::Docx => {
            let extractor = docx::EXTRACTOR;
            return docx::read_letter(bytes, path, role, extractor, reading, budget);
        }
        _ if format.needs_conversion() => {
            return read_converted(bytes, format, path, role, reading, budget);
        }
        Format::Text => {
            let text = decode(bytes, &location, reading);
            let (text, tables) = layout::read(&text).unwrap_or_else(|| (text, Vec::new()));
            (text, tables, "text/1")
        }
        Format::Html => {
            let page = html::read(&legacy::decode(bytes).text);
            (page.text, page.tables, "html/1")
        }
        Format::Csv => {
            let (text, table) = table_part(bytes, &location, reading);
            (text, vec![table], "csv/1")
        }
        _ => return Err(Box::new(unreadable(format, location))),
    };
    if text.trim().is_empty() {
        return Err(Box::new(unreadable(Format::Empty, location)));
    }
    let (text, tables) = cut(text, tables, &location, reading);
    reading.parts.push(TextPart {
        path,
        role,
        text,
        tables,
        extractor,
        map: PageMap::default(),
        recognized: None,
        markup: Markup::default(),
    });
    Ok(())
}

/// Reads what another program made of a file, or asks for that.
fn read_converted(
    bytes: &[u8],
    format: Format,
    path: String,
    role: PartRole,
    reading: &mut Reading,
    budget: &mut Budget,
) -> Result<(), Box<Warning>> {
    let location = Location::Part { path: path.clone() };
    let conversions = reading.conversions.clone();
    match conversions.find(bytes) {
        None => {
            let warning = unreadable(format, location);
            reading.wanted.push(Wanted {
                format,
                name: path,
                bytes: bytes.to_vec(),
            });
            Err(Box::new(warning))
        }
        Some(Conversion::Failed(warning)) => Err(Box::new(located(warning, &location))),
        Some(Conversion::Docx { bytes, extractor }) => {
            docx::read_letter(bytes, path, role, extractor, reading, budget)
        }
        Some(Conversion::Pages {
            pages,
            extractor,
            warnings,
        }) => {
            reading
                .warnings
                .extend(warnings.iter().map(|warning| located(warning, &location)));
            let pages::Rendered { text, tables, map } = pages::read_letter(pages);
            if text.trim().is_empty() {
                return Err(Box::new(without_text(location)));
            }
            let (text, tables) = cut(text, tables, &location, reading);
            reading.parts.push(TextPart {
                path,
                role,
                text,
                tables,
                extractor,
                map,
                recognized: pages::confidence(pages),
                markup: Markup::default(),
            });
            Ok(())
        }
        Some(Conversion::Files { files, warnings }) => {
            reading
                .warnings
                .extend(warnings.iter().map(|warning| located(warning, &location)));
            for (name, bytes) in files {
                let inner = format!("{path} > {name}");
                // Archives inside are opened no further than any other archive.
                read_attachment(
                    bytes,
                    name,
                    inner,
                    role,
                    reading,
                    budget,
                    limits::NESTING - 1,
                );
            }
            Ok(())
        }
    }
}

/// The warning for pages on which no letter was found.
fn without_text(location: Location) -> Warning {
    Warning::new(
        "intake.no_text",
        location,
        "Không đọc được chữ nào trong tệp; có thể là ảnh chụp hoặc bản quét quá mờ.",
        "Mở tệp gốc để xem; gõ nội dung góp ý vào ô nhập tay của lượt này, hoặc xin bản Word.",
    )
}

/// Reads an attachment or a file of an archive: a document into a part, a mail or an archive into
/// several; anything else leaves a warning that it was kept and not read.
pub(super) fn read_attachment(
    bytes: &[u8],
    name: &str,
    path: String,
    role: PartRole,
    reading: &mut Reading,
    budget: &mut Budget,
    depth: usize,
) {
    if reading.parts.len() >= limits::PARTS {
        if reading.parts.len() == limits::PARTS {
            reading.warnings.push(Warning::new(
                "intake.too_many_parts",
                Location::Part { path },
                format!("Thư có quá nhiều tệp; chỉ đọc {} tệp đầu.", limits::PARTS),
                "Mở thư gốc và nạp riêng các tệp còn lại.",
            ));
        }
        return;
    }
    let format = sniff(bytes, name);
    match format {
        Format::Eml => eml::read_nested(bytes, &path, reading, budget, depth),
        Format::Edxml => {
            let prefix = format!("{path} > ");
            edxml::read(bytes, &prefix, role, reading, budget, depth);
        }
        Format::Zip => archive::read_parts(bytes, &path, role, reading, budget, depth),
        Format::OutlookMessage => {
            outlook::read_attached(bytes, &path, role, reading, budget, depth);
        }
        _ => {
            if let Err(warning) = read_document(bytes, format, path, role, reading, budget) {
                reading.warnings.push(*warning);
            }
        }
    }
}

/// Plain text; bytes that mean nothing are reported.
fn decode(bytes: &[u8], location: &Location, reading: &mut Reading) -> String {
    decode_as(bytes, location, reading, normalize)
}

/// Plain text in the form `stored` gives it.
fn decode_as(
    bytes: &[u8],
    location: &Location,
    reading: &mut Reading,
    stored: impl Fn(&str) -> String,
) -> String {
    let decoded = legacy::decode(bytes);
    let text = stored(&decoded.text);
    let share = legacy::share_of_syllables(&text);
    let is_garbled = !decoded.is_certain && share.n_words >= 5 && share.value() < 0.4;
    if decoded.n_replaced > 0 || is_garbled {
        reading.warnings.push(Warning::new(
            "intake.doubtful_encoding",
            location.clone(),
            format!(
                "Không chắc bảng mã của văn bản (đã đọc theo {}); có thể có chữ sai.",
                decoded.encoding
            ),
            "So với tệp gốc; nếu chữ sai, lưu lại tệp theo Unicode (UTF-8) rồi nạp lại.",
        ));
    }
    text
}

/// A table as a part: cells one a line, rows one after another.
fn table_part(bytes: &[u8], location: &Location, reading: &mut Reading) -> (String, PartTable) {
    let mut text = String::new();
    let mut rows = Vec::new();
    let (table, is_cut) = csv::all_rows(bytes);
    if is_cut {
        reading.warnings.push(Warning::new(
            "table.too_long",
            location.clone(),
            "Bảng đính kèm quá dài; phần cuối không được đọc.",
            "Lưu bảng thành tệp riêng và nạp như một tệp CSV.",
        ));
    }
    for row in table {
        let mut spans = Vec::with_capacity(row.len());
        for cell in row {
            let start = text.len();
            text.push_str(&cell);
            spans.push(Span::new(start, text.len()));
            if !cell.is_empty() {
                text.push('\n');
            }
        }
        rows.push(spans);
        if text.len() > limits::TEXT_BYTES {
            break;
        }
    }
    let span = Span::whole(&text);
    (text, PartTable { rows, span })
}

/// Cuts a text that is too long to be a letter, and says so.
fn cut(
    text: String,
    tables: Vec<PartTable>,
    location: &Location,
    reading: &mut Reading,
) -> (String, Vec<PartTable>) {
    if text.len() <= limits::TEXT_BYTES {
        return (text, tables);
    }
    reading.warnings.push(Warning::new(
        "intake.too_long",
        location.clone(),
        format!(
            "Văn bản dài quá {} MB; phần sau không được đọc.",
            limits::TEXT_BYTES >> 20
        ),
        "Chia tệp thành nhiều tệp ngắn hơn rồi nạp lại.",
    ));
    let end = text.floor_char_boundary(limits::TEXT_BYTES);
    let clip = |span: Span| Span::new(span.start.min(end), span.end.min(end));
    let tables = tables
        .into_iter()
        .map(|table| PartTable {
            rows: table
                .rows
                .into_iter()
                .map(|row| row.into_iter().map(clip).collect())
                .collect(),
            span: clip(table.span),
        })
        .collect();
    (text.get(..end).unwrap_or_default().to_owned(), tables)
}

/// The warning for a file that was kept but not read, with what to do about it.
pub(super) fn unreadable(format: Format, location: Location) -> Warning {
    let remedy = match format {
        Format::Empty => "Kiểm tra lại tệp gốc hoặc đề nghị nơi gửi gửi lại.",
        Format::Pdf => {
            "Mở tệp PDF, chép nội dung góp ý vào ô nhập tay của lượt này, hoặc xin bản Word."
        }
        Format::Image => {
            "Xem ảnh rồi gõ nội dung góp ý vào ô nhập tay của lượt này, hoặc xin bản Word."
        }
        Format::Spreadsheet => "Mở bằng Excel, lưu thành “CSV UTF-8” rồi nạp tệp đó.",
        Format::LegacyWord | Format::OpenDocument | Format::RichText => {
            "Mở bằng Word hoặc LibreOffice, lưu thành .docx rồi nạp lại."
        }
        Format::OutlookMessage => "Nạp riêng tệp thư này, không nạp làm dự thảo.",
        Format::Mbox => "Tách hộp thư thành từng thư .eml rồi nạp lại.",
        Format::Edxml => "Lấy tệp văn bản trong gói ra từ hệ thống quản lý văn bản rồi nạp tệp đó.",
        Format::Encrypted => {
            "Xin mật khẩu của nơi gửi, mở tệp, lưu lại không đặt mật khẩu rồi nạp lại."
        }
        Format::OtherArchive => "Giải nén rồi nạp từng tệp, hoặc nén lại thành .zip.",
        Format::Csv
        | Format::Eml
        | Format::Docx
        | Format::Html
        | Format::Text
        | Format::Zip
        | Format::Unknown => "Mở tệp gốc để xem; nếu có góp ý, gõ vào ô nhập tay của lượt này.",
    };
    let problem = match format {
        Format::Empty => "Tệp rỗng, không có chữ nào.".to_owned(),
        _ => format!(
            "Tệp được giữ lại nhưng chưa đọc được vì là {}.",
            format.name()
        ),
    };
    Warning::new("intake.unread_format", location, problem, remedy)
}

/// The warning for archives in archives and mails in mails.
pub(super) fn nested_too_deep(location: Location) -> Warning {
    Warning::new(
        "intake.nested_too_deep",
        location,
        "Tệp lồng trong tệp quá nhiều lớp nên không được mở tiếp.",
        "Mở tệp gốc, lấy tệp bên trong ra và nạp riêng.",
    )
}

/// The lines of a draft in plain text or a page.
pub(super) fn read_draft(bytes: &[u8], format: Format) -> (Vec<DraftLine>, Vec<Warning>) {
    let mut reading = Reading::default();
    let text = if format == Format::Html {
        html::read(&legacy::decode(bytes).text).text
    } else {
        // Page breaks are needed to tell running heads from text.
        let stored = |text: &str| {
            let pages: Vec<String> = text.split('\u{c}').map(normalize).collect();
            pages.join("\u{c}")
        };
        decode_as(bytes, &Location::File, &mut reading, stored)
    };
    (wrapped::draft_lines(&text), reading.warnings)
}
