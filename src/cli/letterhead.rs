//! `letterhead`: how reports are headed and signed.

use serde_json::{Map, Value, json};

use super::args::LetterheadArgs;
use super::{Exit, Output};
use crate::app::letterheads::FIELDS;
use crate::app::{App, Error, Kind};
use crate::domain::{ExtraColumn, Letterhead};

pub(super) async fn run(
    app: &App,
    arguments: &LetterheadArgs,
    output: &mut Output,
) -> Result<Exit, Error> {
    let consultation = if arguments.office {
        None
    } else {
        Some(app.consultation(arguments.consultation.as_deref()).await?)
    };
    let mut saved = match &consultation {
        Some(consultation) => app.own_letterhead(consultation).await?,
        None => app.office_letterhead().await?,
    };
    if !arguments.set.is_empty() {
        let mut letterhead = saved.letterhead.clone();
        for setting in &arguments.set {
            set(&mut letterhead, setting)?;
        }
        let actor = arguments.actor.as_deref().unwrap_or(app.actor());
        saved = app
            .set_letterhead(consultation.as_ref(), letterhead, saved.version, actor)
            .await?;
    }
    let own = saved.letterhead;
    let printed = consultation.map_or_else(Letterhead::default, |it| it.letterhead);
    let printed = own.clone().or(&printed);
    let fields =
        FIELDS.map(|(field, label)| (field, label, values(&own, field), values(&printed, field)));
    output.data(
        || {
            let lines = fields.iter().map(|(field, label, own, printed)| {
                let whose = if own.is_empty() && !printed.is_empty() {
                    " (của cơ quan)"
                } else {
                    ""
                };
                format!("{label} [{field}]{whose}: {}", printed.join("; "))
            });
            lines.collect::<Vec<_>>().join("\n")
        },
        || {
            let fields = fields.iter().map(|(field, _, own, printed)| {
                ((*field).to_owned(), json!({"own": own, "printed": printed}))
            });
            Value::Object(fields.collect::<Map<_, _>>())
        },
    );
    Ok(Exit::Done)
}

/// The lines of a field.
fn values(letterhead: &Letterhead, field: &str) -> Vec<String> {
    let lines = |text: &str| text.lines().map(str::to_owned).collect();
    match field {
        "superior" => lines(&letterhead.superior),
        "agency" => lines(&letterhead.agency),
        "symbol" => lines(&letterhead.symbol),
        "place" => lines(&letterhead.place),
        "signer_title" => lines(&letterhead.signer_title),
        "signer_name" => lines(&letterhead.signer_name),
        "addressee" => lines(&letterhead.addressee),
        "recipients" => letterhead.recipients.clone(),
        "legal_bases" => letterhead.legal_bases.clone(),
        _ => {
            let columns = letterhead.columns.iter();
            columns.map(|column| column.code().to_owned()).collect()
        }
    }
}

/// Carries out `field=value`; semicolons part the items of a list and the lines of a text.
fn set(letterhead: &mut Letterhead, setting: &str) -> Result<(), Error> {
    let wrong = |message: String| Error::new(Kind::Invalid, message);
    let (field, value) = setting.split_once('=').ok_or_else(|| {
        wrong(format!(
            "`{setting}` phải có dạng trường=giá trị, ví dụ place=Bắc Giang."
        ))
    })?;
    let items: Vec<String> = value
        .split(';')
        .map(|item| item.trim().to_owned())
        .filter(|item| !item.is_empty())
        .collect();
    let text = items.join("\n");
    match field.trim() {
        "superior" => letterhead.superior = text,
        "agency" => letterhead.agency = text,
        "symbol" => letterhead.symbol = text,
        "place" => letterhead.place = text,
        "signer_title" => letterhead.signer_title = text,
        "signer_name" => letterhead.signer_name = text,
        "addressee" => letterhead.addressee = text,
        "recipients" => letterhead.recipients = items,
        "legal_bases" => letterhead.legal_bases = items,
        "columns" => {
            let known = |code: &String| {
                ExtraColumn::parse(code).ok_or_else(|| {
                    let codes = ExtraColumn::ALL.map(ExtraColumn::code).join(", ");
                    wrong(format!("Không có cột `{code}`; chọn: {codes}."))
                })
            };
            letterhead.columns = items.iter().map(known).collect::<Result<_, _>>()?;
        }
        other => {
            let known = FIELDS.map(|(field, _)| field).join(", ");
            return Err(wrong(format!("Không có trường `{other}`; chọn: {known}.")));
        }
    }
    Ok(())
}
