//! What a laboratory says in words, as it stands in the record.

use formats::vendor::{QuoteKind, Quoted, SpecimenStated, VendorReport};
use serde_json::{Value, json};

/// Most bytes of one quotation; the whole stays in the archived file.
const QUOTE_BYTES_MAX: usize = 4 * 1024;
/// Most bytes of a report's conclusion.
const CONCLUSION_BYTES_MAX: usize = 512 * 1024;

/// The laboratory's words on the whole: its judgement of the run, what it changed, and what it
/// says of findings, quoted. What it left out of its own report is not quoted.
pub(super) fn conclusion(report: &VendorReport) -> Option<String> {
    let mut lines: Vec<String> = Vec::new();
    lines.extend(report.run.quality.iter().map(|word| format!("Quality of the run: {word}")));
    lines.extend(report.run.statements.iter().cloned());
    for amendment in &report.amendments {
        let on = amendment.on.map(|day| format!(" on {day}")).unwrap_or_default();
        lines.push(format!("Amended{on}: {}", amendment.text));
    }
    lines.extend(report.signed_by.iter().map(|name| format!("Signed by {name}")));
    lines.extend(report.quotes.iter().filter(|quote| !quote.left_out).map(quoted));
    let mut text = lines.join("\n");
    cut(&mut text, CONCLUSION_BYTES_MAX);
    (!text.is_empty()).then_some(text)
}

fn quoted(quote: &Quoted) -> String {
    let mut text = quote.text.clone();
    cut(&mut text, QUOTE_BYTES_MAX);
    let tier = quote.tier.as_deref().map(|tier| format!(" [{tier}]")).unwrap_or_default();
    let of = &quote.finding;
    match quote.kind {
        QuoteKind::Therapy => format!("Laboratory on {of}, therapy: {text}{tier}"),
        QuoteKind::Trial => format!("Laboratory on {of}, trial: {text}{tier}"),
        QuoteKind::Interpretation => format!("Laboratory on {of}: {text}{tier}"),
    }
}

/// Cuts a text at a character, and says so.
fn cut(text: &mut String, bytes_max: usize) {
    if text.len() > bytes_max {
        text.truncate(text.floor_char_boundary(bytes_max));
        text.push_str(" … (cut; the whole is in the archived file)");
    }
}

/// What FHIR has no element for.
pub(super) fn of_specimen(specimen: &SpecimenStated) -> Vec<Value> {
    let percent = specimen.tumor_percent.map(|percent| format!("Tumour cells: {percent} %"));
    let diagnosis = specimen.diagnosis.as_ref().map(|text| format!("Submitted diagnosis: {text}"));
    [percent, diagnosis].into_iter().flatten().map(|text| json!({"text": text})).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_words_are_cut_at_a_character_and_say_so() {
        let mut text = "é".repeat(10);
        cut(&mut text, 20);
        assert_eq!(text, "é".repeat(10));
        cut(&mut text, 19);
        assert!(text.starts_with(&"é".repeat(9)) && text.contains("cut"), "{text}");
    }
}
