//! A PDF that was put into a watched folder: filed as a document of the patient that is named
//! beside it or by its own name, from which nothing is concluded.
//!
//! A number alone names nobody: it takes the authority of the number, the name and the birth date,
//! as for a message. A document whose patient is not sure is kept in the archive and waits on the
//! review list; putting it again with its patient said beside it files it.

use crate::extraction::PDF;
use crate::failure::Failure;
use crate::feed::Feed;
use crate::file::{FileSettings, Filed, file_archived};
use crate::matching::Claimed;
use crate::oru::{ATTACHMENT_BYTES_MAX, Context, Filing, reference_to};
use crate::receive::{archive_as, feed_access};
use crate::vendor::Named;
use crate::work::{Settled, Whose, patient_of, review, settle};
use formats::fhir::build::{Agent, Attachment, Document, document_reference, provenance};
use model::patient::{PersonName, Sex};
use model::{CodeableConcept, PartialDate, Problem};
use record::{RawMessage, RawState, Record, derived_id};
use sha2::{Digest, Sha256};

/// Whether a media type is one that such documents are archived under.
pub(crate) fn is_document(media_type: &str) -> bool {
    media_type == PDF
}

/// Whom the name of a file names: `AUTHORITY_NUMBER_YYYYMMDD_FAMILY_GIVEN.pdf`; what follows the
/// given name behind another `_` is the sender's own.
pub(crate) fn named_by(feed: &Feed, name: &str) -> Option<Claimed> {
    let end = name.len().checked_sub(".pdf".len())?;
    let (stem, extension) = (name.get(..end)?, name.get(end..)?);
    let parts: Vec<&str> = stem.split('_').map(str::trim).collect();
    let [authority, number, born, family, given, ..] = parts.as_slice() else { return None };
    if !extension.eq_ignore_ascii_case(".pdf") || [family, given].iter().any(|n| n.is_empty()) {
        return None;
    }
    Some(Claimed {
        identifiers: vec![feed.identifier(authority, number)?],
        names: vec![PersonName { family: (*family).to_owned(), given: vec![(*given).to_owned()] }],
        birth_date: Some(day(born)?),
        sex: Sex::Unknown,
    })
}

/// `19610402` or `1961-04-02`.
fn day(text: &str) -> Option<PartialDate> {
    let digits: String = text.chars().filter(|c| *c != '-').collect();
    let (year, month, day) = (digits.get(..4)?, digits.get(4..6)?, digits.get(6..)?);
    PartialDate::parse(&format!("{year}-{month}-{day}"))
}

/// Takes in one document.
///
/// # Errors
/// When the feed takes none, or the record fails.
pub(crate) fn ingest_document(
    record: &Record,
    feed: &Feed,
    name: &str,
    bytes: Vec<u8>,
    settings: &FileSettings,
) -> Result<Filed, Failure> {
    if !feed.documents {
        let text = "the feed takes no documents; its profile would say `documents = true`";
        return Err(Failure::Refused(vec![Problem::error("no-documents", "file", text)]));
    }
    let access = feed_access(feed);
    let whose = match &settings.patient {
        Some(patient) => Whose::Named(patient.clone()),
        None => Whose::Claimed(named_by(feed, name).unwrap_or_default()),
    };
    let digest = hex::encode(Sha256::digest(&bytes));
    match patient_of(record, &access, &whose)? {
        Ok(patient) => {
            let named = Named { patient, sample: Some(digest), signed_on: None };
            let key = serde_json::to_string(&named).map_err(|error| {
                Failure::Refused(vec![Problem::error("settings", "file", error.to_string())])
            })?;
            let raw = archive_as(record, feed, "folder", (PDF, bytes), key)?;
            file_archived(record, feed, &raw)
        }
        Err((reason, candidates)) => {
            let key = format!("sha256:{digest}");
            let raw = archive_as(record, feed, "folder", (PDF, bytes), key)?;
            let id = raw.summary.id.clone();
            if raw.summary.state == RawState::Received {
                review(record, &access, &raw, ("unmatched", &reason), candidates, Vec::new())?;
            }
            let text = format!("waits for a person: {reason}");
            Ok(Filed { raw: Some(id), text, problems: Vec::new(), done: false })
        }
    }
}

/// Finds out what is to be filed of an archived document, for the patient that was named with it.
///
/// # Errors
/// When the record fails.
pub(crate) fn settle_document(
    record: &Record,
    feed: &Feed,
    raw: &RawMessage,
) -> Result<Settled, Failure> {
    let whose = match Named::of(raw) {
        Some(named) => Whose::Named(named.patient),
        None => Whose::Claimed(Claimed::default()),
    };
    let build = |context: &Context<'_>| vec![filing(&raw.body, context)];
    settle(record, feed, raw, (&whose, None), Vec::new(), &build)
}

fn filing(bytes: &[u8], context: &Context<'_>) -> Filing {
    let id = |part: &str| {
        let (tenant, patient) = (context.tenant.as_str(), context.patient.as_str());
        derived_id([tenant, context.feed, patient, "dropped", context.sha256, part])
    };
    let fits = bytes.len() <= ATTACHMENT_BYTES_MAX;
    let attachment = Attachment {
        content_type: PDF.to_owned(),
        data: fits.then(|| bytes.to_vec()),
        url: (!fits).then(|| format!("urn:cognate:raw:sha256:{}", context.sha256)),
        title: Some("Document from a folder".to_owned()),
    };
    let document = Document {
        kind: CodeableConcept { coding: Vec::new(), text: Some("Document".to_owned()) },
        date: Some(context.received),
        author: None,
        contents: std::slice::from_ref(&attachment),
        related: &[],
    };
    let own = id("reference");
    let resource = document_reference(&document, &own, &format!("Patient/{}", context.patient));
    let targets: Vec<String> = reference_to(&resource).into_iter().collect();
    let agent = Agent { kind: "assembler".to_owned(), name: context.words(), reference: None };
    let (received, raw) = (context.received, Some(context.raw));
    let origin = provenance(&id("provenance"), &targets, received, &[agent], raw);
    Filing {
        main: "DocumentReference",
        report_id: own,
        resources: vec![(resource, "document".to_owned()), (origin, "document".to_owned())],
        ..Filing::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::TenantId;

    #[test]
    fn a_file_name_names_a_person_only_as_a_whole() {
        let feed = Feed::production("north", &TenantId::new("t"));
        let read = |name: &str| {
            named_by(&feed, name).map(|claimed| {
                let identifier = &claimed.identifiers[0];
                let name = &claimed.names[0];
                let born = claimed.birth_date.map(|day| day.to_string()).unwrap_or_default();
                format!("{} {} {} {born}", identifier.value, name.family, name.given[0])
            })
        };
        let ana = Some("100001 Example Ana 1961-04-02".to_owned());
        assert_eq!(read("R0A_100001_19610402_Example_Ana.pdf"), ana);
        assert_eq!(read("R0A_100001_1961-04-02_Example_Ana_report_2.PDF"), ana);
        for name in [
            "report.pdf",
            "100001.pdf",
            "R0A_100001_19610402_Example.pdf",
            "R0A_100001_1961_Example_Ana.pdf",
            "R0A_100001_19611302_Example_Ana.pdf",
            "_100001_19610402_Example_Ana.pdf",
            "R0A_100001_19610402__Ana.pdf",
            "R0A_100001_19610402_Example_Ana.txt",
            "pdf",
        ] {
            assert_eq!(read(name), None, "{name}");
        }
    }
}
