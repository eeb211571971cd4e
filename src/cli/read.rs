//! `outline` and `read`: what would be understood, without writing anything.
//!
//! The JSON of `read` is a promise to other programs; `README.md` documents it.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::args::ReadArgs;
use super::import::warning_to_json;
use super::setup::{read_text, warning_text};
use super::{Exit, Output};
use crate::app::disk::reason;
use crate::app::setup::{document_type, read_outlines};
use crate::app::understand::{
    Dossier, Hint, Point, Understood, understand_reading, understand_row,
};
use crate::app::{Error, Kind, catalog, reading};
use crate::domain::{
    NodeRef, Organization, OrganizationId, Outline, OutlineNode, ReplyClass, Span, Stance, Warning,
};
use crate::intake::{self, Format};

pub(super) fn read_bytes(path: &Path) -> Result<Vec<u8>, Error> {
    std::fs::read(path).map_err(|error| {
        Error::caused(
            Kind::NotFound,
            format!(
                "Không đọc được tệp `{}`: {}.",
                path.display(),
                reason(&error)
            ),
            error,
        )
    })
}

pub(super) fn file_name(path: &Path) -> String {
    path.file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

pub(super) fn outline(here: &Path, file: &Path, output: &mut Output) -> Result<Exit, Error> {
    let path = here.join(file);
    let bytes = read_bytes(&path)?;
    let name = file_name(&path);
    let (outlines, warnings) = read_named_outlines(&document_name(&path), &name, &bytes);
    // Labels are printed as citations are, with the document's name where there are several.
    let mut nodes: Vec<(&Outline, String, &OutlineNode)> = Vec::new();
    for (at, outline) in outlines.iter().enumerate() {
        for (node_at, node) in outline.nodes.iter().enumerate() {
            let place = NodeRef::Node {
                outline: at,
                node: node_at,
            };
            nodes.push((outline, place.label(&outlines).unwrap_or_default(), node));
        }
    }
    output.data(
        || {
            let mut text = String::new();
            for (_, label, node) in &nodes {
                let indent = "  ".repeat(usize::from(node.level.saturating_sub(1)));
                text.push_str(&format!("{indent}{label}\t{}\n", node.heading));
            }
            text
        },
        || {
            json!({
                "document": outlines.first().map(|outline| &outline.document),
                "title": outlines.first().map(|outline| &outline.title),
                "documents": outlines.iter().map(|outline| json!({
                    "document": outline.document,
                    "title": outline.title,
                })).collect::<Vec<_>>(),
                "sections": nodes.iter().map(|(outline, label, node)| json!({
                    "document": outline.document,
                    "level": node.level,
                    "kind": node.kind.code(),
                    "label": label,
                    "heading": node.heading,
                    "text": node.body,
                })).collect::<Vec<_>>(),
                "warnings": warnings.iter().map(warning_to_json).collect::<Vec<_>>(),
            })
        },
    );
    for warning in &warnings {
        output.note(&warning_text(&name, warning));
    }
    Ok(Exit::look_at(!warnings.is_empty()))
}

/// The outlines of a file that is not in a dossier; where it holds several documents, each is named
/// by its type.
fn read_named_outlines(
    document: &str,
    file_name: &str,
    bytes: &[u8],
) -> (Vec<Outline>, Vec<Warning>) {
    let (mut outlines, warnings) = read_outlines(document, file_name, bytes);
    if let [first, _, ..] = outlines.as_mut_slice()
        && let Some(kind) = document_type(&first.title)
    {
        kind.clone_into(&mut first.document);
    }
    (outlines, warnings)
}

/// The name printed before labels when a file's own name is all that is known.
fn document_name(path: &Path) -> String {
    path.file_stem()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

/// Drafts and directory, at hand for reading.
pub(super) struct Desk {
    dossier: Dossier,
    organizations: Vec<Organization>,
}

impl Desk {
    /// Reads the outlines and the directory; without one, the shipped one. `name_of` gives the
    /// name printed before labels; `note` takes what is odd about an outline.
    pub(super) fn open(
        outline_files: &[PathBuf],
        organization_file: Option<&Path>,
        name_of: fn(&Path) -> String,
        note: &mut dyn FnMut(&str),
    ) -> Result<Self, Error> {
        let mut outlines: Vec<Outline> = Vec::new();
        for path in outline_files {
            let (found, warnings) =
                read_named_outlines(&name_of(path), &file_name(path), &read_bytes(path)?);
            for warning in &warnings {
                note(&warning_text(&file_name(path), warning));
            }
            outlines.extend(found);
        }
        let mut organizations = match organization_file {
            Some(path) => {
                catalog::parse_organizations(&path.display().to_string(), &read_text(path)?)?
            }
            None => {
                catalog::parse_organizations("organizations.csv", catalog::SHIPPED_ORGANIZATIONS)?
            }
        };
        // A directory that is not in a database gets its keys here.
        for (id, organization) in (1..).zip(&mut organizations) {
            organization.id = OrganizationId(id);
        }
        // Of a decision and the regulation it issues, comments are about the regulation.
        let is_one_file = outline_files.len() == 1;
        let main = is_one_file.then(|| outlines.len().saturating_sub(1));
        let dossier = Dossier::from_outlines(outlines, main, &organizations);
        Ok(Self {
            dossier,
            organizations,
        })
    }

    /// What would be understood of a file, as JSON.
    pub(super) fn read_json(&self, name: &str, bytes: &[u8]) -> Result<Value, Error> {
        let mut output = Output::to_buffer(true);
        self.read(name, bytes, &mut output)?;
        let (stdout, _) = output.into_text();
        serde_json::from_str(&stdout)
            .map_err(|error| Error::caused(Kind::Invalid, "JSON không đọc lại được.", error))
    }

    /// What would be understood of a file.
    fn read(&self, name: &str, bytes: &[u8], output: &mut Output) -> Result<Exit, Error> {
        let (dossier, organizations) = (&self.dossier, &self.organizations);
        let format = intake::sniff(bytes, name);
        if format == Format::Csv {
            return read_table(dossier, organizations, name, bytes, output);
        }
        if format == Format::Spreadsheet
            && let Ok((tables, warnings)) =
                reading::read_workbook(bytes, name, dossier.arrangements())
            && let Some(table) = tables.first()
        {
            for warning in &warnings {
                output.note(&warning_text(name, warning));
            }
            for other in tables.iter().skip(1) {
                let name = &other.name;
                output.note(&format!(
                    "“{name}” cũng là bảng góp ý; `read` chỉ hiện trang đầu."
                ));
            }
            return read_table(dossier, organizations, &table.name, &table.csv, output);
        }
        let reading = reading::read_letter(bytes, name, dossier.arrangements()).reading;
        let understood = understand_reading(dossier, reading, Hint::default());
        output.data(
            || describe(dossier, organizations, &understood),
            || to_json(dossier, organizations, &understood),
        );
        for warning in &understood.warnings {
            output.note(&warning_text(name, warning));
        }
        Ok(Exit::look_at(!understood.warnings.is_empty()))
    }
}

pub(super) fn read(here: &Path, arguments: &ReadArgs, output: &mut Output) -> Result<Exit, Error> {
    let outlines: Vec<PathBuf> = arguments
        .outline
        .iter()
        .map(|file| here.join(file))
        .collect();
    let organizations = arguments.organizations.as_ref().map(|file| here.join(file));
    let desk = Desk::open(
        &outlines,
        organizations.as_deref(),
        document_name,
        &mut |text| output.note(text),
    )?;
    let path = here.join(&arguments.file);
    desk.read(&file_name(&path), &read_bytes(&path)?, output)
}

fn read_table(
    dossier: &Dossier,
    organizations: &[Organization],
    name: &str,
    bytes: &[u8],
    output: &mut Output,
) -> Result<Exit, Error> {
    let failed = |error| {
        Error::caused(
            Kind::Unavailable,
            format!("Không đọc được tệp `{name}`."),
            error,
        )
    };
    let table =
        match intake::csv::CsvTable::open(bytes, name, dossier.arrangements()).map_err(failed)? {
            Ok(table) => table,
            Err(warning) => {
                output.data(
                    String::new,
                    || json!({"rows": [], "warnings": [warning_to_json(&warning)]}),
                );
                output.note(&warning_text(name, &warning));
                return Ok(Exit::LookAt);
            }
        };
    let mut rows = Vec::new();
    for row in table {
        let row = row.map_err(failed)?;
        let row_number = row.row_number;
        rows.push((row_number, understand_row(dossier, row, None)));
    }
    output.data(
        || {
            let mut text = String::new();
            for (row_number, understood) in &rows {
                text.push_str(&format!("Dòng {row_number}\n"));
                text.push_str(&describe(dossier, organizations, understood));
            }
            text
        },
        || {
            json!({
                "rows": rows.iter().map(|(row_number, understood)| {
                    let mut value = to_json(dossier, organizations, understood);
                    if let Value::Object(object) = &mut value {
                        object.insert("row".to_owned(), json!(row_number));
                    }
                    value
                }).collect::<Vec<_>>(),
                "warnings": [],
            })
        },
    );
    let mut has_warnings = false;
    for warning in rows.iter().flat_map(|(_, understood)| &understood.warnings) {
        has_warnings = true;
        output.note(&warning_text(name, warning));
    }
    Ok(Exit::look_at(has_warnings))
}

fn find(organizations: &[Organization], id: OrganizationId) -> Option<&Organization> {
    organizations
        .iter()
        .find(|organization| organization.id == id)
}

/// The cited places as printed; a page and line that no section could be told for is `@12:5`.
fn labels(dossier: &Dossier, point: &Point) -> Vec<String> {
    let places = point
        .places
        .iter()
        .filter_map(|(node, _)| dossier.label(*node));
    let pages = point.pages.iter().map(|(page, line)| {
        let page = page.map_or_else(String::new, |page| page.to_string());
        let line = line.map_or_else(String::new, |line| format!(":{line}"));
        format!("@{page}{line}")
    });
    places.chain(pages).collect()
}

/// Sections that may be meant, for a point that names no place.
fn suggestions(dossier: &Dossier, understood: &Understood, point: &Point) -> Vec<Value> {
    let places: Vec<NodeRef> = point.places.iter().map(|(node, _)| *node).collect();
    dossier
        .suggest(&understood.text_of(point), &places)
        .into_iter()
        .filter_map(|suggestion| {
            Some(json!({
                "section": dossier.label(suggestion.node)?,
                "confidence": suggestion.confidence.value(),
            }))
        })
        .collect()
}

fn describe(dossier: &Dossier, organizations: &[Organization], understood: &Understood) -> String {
    let names: Vec<&str> = understood
        .organizations
        .iter()
        .filter_map(|id| Some(find(organizations, *id)?.name.as_str()))
        .collect();
    let or_unknown = |text: String| {
        if text.is_empty() {
            "(chưa rõ)".to_owned()
        } else {
            text
        }
    };
    let number = understood
        .letter_number
        .as_ref()
        .map(ToString::to_string)
        .unwrap_or_default();
    let date = understood
        .letter_date
        .map(|date| date.to_string())
        .unwrap_or_default();
    let class = understood.class.map_or("", ReplyClass::name).to_owned();
    let mut text = format!(
        "Cơ quan: {}\nSố, ngày: {} {date}\nLoại trả lời: {}\nSố ý kiến: {}\n",
        or_unknown(match &understood.written_name {
            Some(written) if names.is_empty() => {
                format!("{} (chưa có trong danh mục)", written.name)
            }
            _ => names.join("; "),
        }),
        or_unknown(number),
        or_unknown(class),
        understood.points.len()
    );
    for (ordinal, point) in (1..).zip(&understood.points) {
        let stance = point.stance.map_or("", Stance::name);
        let places = or_unknown(labels(dossier, point).join("; "));
        text.push_str(&format!("{ordinal}. [{places}] {stance}\n"));
        for line in understood.text_of(point).lines() {
            text.push_str(&format!("   {line}\n"));
        }
        for (_, reason) in &point.unresolved {
            text.push_str(&format!("   ! {reason}\n"));
        }
    }
    for reason in &understood.reasons {
        text.push_str(&format!("! {reason}\n"));
    }
    text
}

/// Whoever speaks and is in no directory.
fn written_to_json(understood: &Understood) -> Option<Value> {
    let written = understood.written_name.as_ref()?;
    Some(json!({
        "name": written.name,
        "code": null,
        "kind": written.kind,
        "confidence": written.confidence.value(),
        "known": false,
    }))
}

fn to_json(dossier: &Dossier, organizations: &[Organization], understood: &Understood) -> Value {
    let speakers: Vec<Value> = understood
        .organizations
        .iter()
        .filter_map(|id| find(organizations, *id))
        .map(|organization| {
            json!({
                "name": organization.name,
                "code": organization.code,
                "kind": organization.kind,
                "confidence": understood.organization_confidence.value(),
                "known": true,
            })
        })
        .collect();
    let written = written_to_json(understood).filter(|_| speakers.is_empty());
    let text_of = |point: &Point| {
        understood
            .parts
            .get(point.part)
            .map(|part| part.text.as_str())
    };
    let slice = |point: &Point, span: Option<Span>| {
        span.and_then(|span| Some(span.slice(text_of(point)?)?.to_owned()))
    };
    let points: Vec<Value> = understood
        .points
        .iter()
        .map(|point| {
            json!({
                "text": understood.text_of(point),
                "part": understood.parts.get(point.part).map(|part| part.path.as_str()),
                "proposal": slice(point, point.proposal),
                "reason": slice(point, point.reason),
                "old_text": slice(point, point.old_text),
                "new_text": slice(point, point.new_text),
                "sections": labels(dossier, point),
                "unresolved": point.unresolved.iter().map(|(span, reason)| json!({
                    "words": slice(point, Some(*span)), "reason": reason,
                })).collect::<Vec<_>>(),
                "other_laws": point.other_laws.iter()
                    .filter_map(|span| slice(point, Some(*span))).collect::<Vec<_>>(),
                "suggestions": suggestions(dossier, understood, point),
                "stance": point.stance.map(Stance::code),
                "evidence": point.evidence.iter().map(evidence_to_json).collect::<Vec<_>>(),
            })
        })
        .collect();
    let speakers: Vec<Value> = speakers.into_iter().chain(written).collect();
    json!({
        "organization": speakers.first(),
        "organizations": speakers,
        "candidates": understood.candidates.iter().filter_map(|(id, confidence)| {
            let organization = find(organizations, *id)?;
            Some(json!({"name": organization.name, "confidence": confidence.value()}))
        }).collect::<Vec<_>>(),
        "letter_number": understood.letter_number.as_ref().map(ToString::to_string),
        "letter_date": understood.letter_date.map(|date| date.to_string()),
        "answers": {
            "number": understood.answers.0.as_ref().map(ToString::to_string),
            "date": understood.answers.1.map(|date| date.to_string()),
        },
        "agrees": understood.class == Some(ReplyClass::Agrees),
        "class": understood.class.map(ReplyClass::code),
        "disposition": understood.disposition.code(),
        "points": points,
        "evidence": understood.evidence.iter().map(evidence_to_json).collect::<Vec<_>>(),
        "reasons": understood.reasons,
        "warnings": understood.warnings.iter().map(warning_to_json).collect::<Vec<_>>(),
    })
}

fn evidence_to_json(evidence: &crate::domain::Evidence) -> Value {
    json!({
        "what": evidence.what.code(),
        "rule": evidence.rule,
        "span": evidence.span.map(|span| [span.start, span.end]),
        "confidence": evidence.confidence.value(),
    })
}
