//! The codes of panel 81247-9 and what else is sent beside them.

/// Which kind of finding a row belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Family {
    Variant,
    Gene,
    Drug,
    Overall,
    Study,
    /// Of whatever else its group holds.
    Shared,
}

/// Gene studied.
pub(super) const GENE: &str = "48018-6";
/// Haplotype name: of a gene's result, or of a variant where the group has no such result.
pub(super) const HAPLOTYPE: &str = "84414-2";
/// Medication assessed: of a drug's advice, or of the study where there is none.
pub(super) const MEDICATION: &str = "51963-7";
/// Metaboliser phenotype.
pub(super) const PHENOTYPE: &str = "53040-2";

/// The kind of a code; `None` if it is not one of ours.
pub(super) fn family(code: &str) -> Option<Family> {
    Some(match code {
        GENE | HAPLOTYPE | "48002-0" | "81304-8" => Family::Shared,
        "83005-9" | "47998-0" | "81252-9" | "51958-7" | "48004-6" | "48005-3" | "48019-4"
        | "48006-1" | "48013-7" | "81290-9" | "69547-8" | "81254-5" | "69551-0" | "81255-2"
        | "81257-8" | "48001-2" | "53037-8" | "69548-6" | "81259-4" | "53034-5" | "81258-6"
        | "82121-5" | "82120-7" | "82309-6" | "48000-4" | "92822-6" | "92821-8" | "82155-3"
        | "81299-0" | "81300-6" | "81301-4" | "81302-2" | "81260-2" | "81262-8" | "81263-6" => {
            Family::Variant
        }
        "84413-4" | PHENOTYPE | "51961-1" | "83009-1" => Family::Gene,
        MEDICATION | "82116-5" | "83010-9" => Family::Drug,
        "51968-6" | "83006-7" | "51969-4" | "51967-8" | "53577-3" | "81291-7" => Family::Overall,
        "51959-5" | "81293-3" | "62374-4" | "81303-0" | "82115-7" | "83007-5" | "83008-3"
        | "36908-2" | "53041-0" => Family::Study,
        _ => return None,
    })
}

/// Whether a code may stand more than once in one group without a new finding beginning.
pub(super) fn repeats(code: &str) -> bool {
    let listed = ["81252-9", "81260-2", "81255-2", "81259-4", HAPLOTYPE];
    let of_the_whole = matches!(family(code), Some(Family::Overall | Family::Study | Family::Drug));
    of_the_whole || listed.contains(&code)
}

/// Codes of the panel's own groups, sent as rows without a value by some.
pub(super) fn is_heading(code: &str) -> bool {
    let headings =
        ["81247-9", "81306-3", "81250-3", "81297-4", "81251-1", "82118-1", "82117-3", "83011-7"];
    headings.contains(&code)
}

/// The gene in the name of a gene's own phenotype code, such as LOINC 79716-7, `CYP2C19 gene
/// product metabolic activity interpretation`. There is a code for every gene and no list of them
/// here, so the name is read.
pub(super) fn gene_of_product_code(name: &str) -> Option<&str> {
    let (symbol, rest) = name.split_once(" gene product ")?;
    let is_symbol = !symbol.is_empty()
        && symbol.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'-');
    let rest = rest.to_ascii_lowercase();
    let of_activity = rest.starts_with("metabolic activity") || rest.starts_with("function");
    (is_symbol && of_activity).then_some(symbol)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn product_codes_are_known_by_their_names() {
        let name = "CYP2C19 gene product metabolic activity interpretation in Blood by CPIC";
        assert_eq!(gene_of_product_code(name), Some("CYP2C19"));
        assert_eq!(gene_of_product_code("SLCO1B1 gene product functional"), Some("SLCO1B1"));
        assert_eq!(gene_of_product_code("CYP2C19 gene mutations found"), None);
        assert_eq!(gene_of_product_code("the gene product metabolic activity"), None);
    }
}
