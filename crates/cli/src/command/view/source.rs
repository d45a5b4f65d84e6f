//! Resources of a file: NDJSON line by line, else one JSON document.

use anyhow::{anyhow, bail};
use formats::fhir::bundle::BUNDLE_BYTES_MAX;
use formats::fhir::json::{self, Document};
use serde_json::Value;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::ops::ControlFlow;
use std::path::Path;

/// Hands each resource of a file on. A file whose first line is a whole object is NDJSON; else the
/// file is one document. Bundles are opened.
pub(super) fn each(
    path: &Path,
    each: &mut dyn FnMut(&Document) -> anyhow::Result<ControlFlow<()>>,
) -> anyhow::Result<ControlFlow<()>> {
    let mut reader = BufReader::new(File::open(path)?);
    let mut number = 0;
    loop {
        let Some(mut line) = line(&mut reader)? else { return Ok(ControlFlow::Continue(())) };
        number += 1;
        if line.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        let flow = match json::read(&line, BUNDLE_BYTES_MAX) {
            Ok(document) => one(&document, each),
            // Nothing was handed on yet, so it may be a document over several lines.
            Err(problem) if number == 1 && problem.code == "bad-json" => {
                let left = BUNDLE_BYTES_MAX.saturating_sub(line.len()) as u64;
                reader.by_ref().take(left + 1).read_to_end(&mut line)?;
                let document =
                    json::read(&line, BUNDLE_BYTES_MAX).map_err(|problem| anyhow!("{problem}"))?;
                return one(&document, each);
            }
            Err(problem) => bail!("line {number}: {problem}"),
        };
        if flow?.is_break() {
            return Ok(ControlFlow::Break(()));
        }
    }
}

/// The next line; `None` at the end.
fn line(reader: &mut impl BufRead) -> anyhow::Result<Option<Vec<u8>>> {
    let mut line = Vec::new();
    reader.by_ref().take(BUNDLE_BYTES_MAX as u64 + 1).read_until(b'\n', &mut line)?;
    if line.len() > BUNDLE_BYTES_MAX {
        bail!("a line has more than {BUNDLE_BYTES_MAX} bytes");
    }
    Ok((!line.is_empty()).then_some(line))
}

/// A resource, or those of a Bundle.
fn one(
    document: &Document,
    each: &mut dyn FnMut(&Document) -> anyhow::Result<ControlFlow<()>>,
) -> anyhow::Result<ControlFlow<()>> {
    if document.value.get("resourceType").and_then(Value::as_str) != Some("Bundle") {
        return each(document);
    }
    let entries = document.value.get("entry").and_then(Value::as_array);
    for (at, entry) in entries.map(Vec::as_slice).unwrap_or_default().iter().enumerate() {
        let Some(resource) = entry.get("resource") else { continue };
        let path = format!("entry[{at}].resource");
        let literals = json::literals_below(&document.literals, &path);
        if each(&Document { value: resource.clone(), literals })?.is_break() {
            return Ok(ControlFlow::Break(()));
        }
    }
    Ok(ControlFlow::Continue(()))
}
