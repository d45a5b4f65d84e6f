//! HLA typings: an allele is either there or not.
//!
//! Two fields decide (`*15:02:01:01` is `*15:02`); the third and fourth are silent changes and
//! changes outside the coding region (IPD-IMGT/HLA nomenclature).

use knowledge::pgx::{Gene, STATUS_SEPARATOR};
use model::statement::Diplotype;

/// `*15:02` of `*15:02:01:01`, `15:02` or `*1502`; `None` for less than two fields, which could be
/// several alleles.
pub(super) fn two_fields(text: &str) -> Option<String> {
    let text = text.strip_prefix('*').unwrap_or(text);
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let mut fields = text.split(':');
    let (Some(first), Some(second)) = (fields.next(), fields.next()) else {
        // The old way of writing has no colons: `*5701`.
        let (first, second) = text.split_at_checked(2)?;
        let old = digits(first) && digits(second) && matches!(second.len(), 2 | 3);
        return old.then(|| format!("*{first}:{second}"));
    };
    // An expression letter at the end (`57:01N` = not expressed) changes the meaning: keep it.
    let plain = second.trim_end_matches(|c: char| c.is_ascii_uppercase());
    (digits(first) && digits(plain) && plain.len() + 1 >= second.len())
        .then(|| format!("*{first}:{second}"))
}

/// Every status of a typing: `*15:02 negative; *57:01 positive; *58:01 negative`.
pub(super) fn of(gene: &Gene, diplotype: &Diplotype) -> String {
    let has =
        |allele: &str| diplotype.first == allele || diplotype.second.as_deref() == Some(allele);
    let status = |status: &knowledge::pgx::Status| {
        if has(&status.allele) { status.positive.clone() } else { status.negative.clone() }
    };
    gene.statuses.iter().map(status).collect::<Vec<_>>().join(STATUS_SEPARATOR)
}

/// Statuses that a laboratory states in words, `HLA-B*57:01 positive`, several by `;` or `,`.
pub(super) fn parse(gene: &Gene, text: &str) -> Option<String> {
    let mut found = Vec::new();
    for part in text.split([';', ',']) {
        let part = super::allele::without_symbol(gene, part.trim());
        let lower = part.to_lowercase();
        let is = |words: &[&str]| words.iter().any(|word| lower.ends_with(word));
        let allele = part.split_whitespace().next()?;
        let allele = two_fields(allele.trim_end_matches(':'))?;
        let status = gene.statuses.iter().find(|status| status.allele == allele)?;
        found.push(if is(&["negative", "not detected", "absent", "not present"]) {
            status.negative.clone()
        } else if is(&["positive", "detected", "present"]) {
            status.positive.clone()
        } else {
            return None;
        });
    }
    found.sort();
    found.dedup();
    (!found.is_empty()).then(|| found.join(STATUS_SEPARATOR))
}
