//! Reading events back, as they are: whether the log is whole is [`super::verify`]'s to say.

use super::Event;
use super::chain::segments;
use super::line::Line;
use crate::Failure;
use crate::limit::within;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

/// Hands on every event of a tenant from a time on, at most so many. Times of one form compare as
/// texts.
pub(crate) fn since(
    directory: &Path,
    (tenant, from): (&str, &str),
    events_max: usize,
    each: &mut dyn FnMut(Event),
) -> Result<(), Failure> {
    let failed = |error: &dyn std::fmt::Display| Failure::Audit(error.to_string());
    let mut count = 0;
    for path in segments(directory).map_err(|error| failed(&error))? {
        let reader = BufReader::new(File::open(&path).map_err(|error| failed(&error))?);
        for text in reader.lines() {
            let text = text.map_err(|error| failed(&error))?;
            // A crash may leave half a line at the end.
            let Some(line) = Line::read(text.as_bytes()) else { break };
            let event: Event = serde_json::from_str(&line.event).map_err(|error| failed(&error))?;
            if event.tenant == tenant && event.time.as_str() >= from {
                count += 1;
                within("events", count, events_max, "events")?;
                each(event);
            }
        }
    }
    Ok(())
}
