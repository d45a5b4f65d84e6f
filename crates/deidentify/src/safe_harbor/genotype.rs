//! What carries the genotype of a person.

use serde_json::Value;

/// LOINC codes of results that say which alleles somebody has: the variant panel of HL7 Genomics
/// Reporting, and its parts.
const CODES: &[&str] = &[
    "69548-6", "69547-8", "69551-0", "48004-6", "48005-3", "48006-1", "48008-7", "48013-7",
    "48018-6", "48019-4", "51958-7", "51963-7", "53034-5", "53037-8", "62374-4", "69544-5",
    "69549-4", "81250-3", "81252-9", "81253-7", "81254-5", "81255-2", "81256-0", "81258-6",
    "81259-4", "81260-2", "81286-7", "81287-5", "81288-3", "81289-1", "81290-9", "81291-7",
    "81292-5", "81293-3", "81294-1", "81295-8", "81297-4", "81298-2", "81299-0", "81300-6",
    "81301-4", "81302-2", "81303-0", "81304-8", "81305-5", "82115-7", "82120-7", "82121-5",
    "82155-3", "84412-6", "84413-4", "84414-2", "47998-0", "47999-8", "48001-2", "48003-8",
    "50397-9", "50398-7", "79713-4", "79715-9", "79716-7", "93044-6",
];

/// Systems whose codes name a variant.
const SYSTEMS: &[&str] = &[
    "http://varnomen.hgvs.org",
    "http://www.ncbi.nlm.nih.gov/clinvar",
    "http://www.ncbi.nlm.nih.gov/snp",
    "http://www.ncbi.nlm.nih.gov/projects/SNP",
    "http://www.pharmvar.org",
    "https://www.pharmvar.org",
    "http://reg.clinicalgenome.org",
    "http://cancer.sanger.ac.uk/cancergenome/projects/cosmic",
    "http://glstring.org",
    "http://www.ebi.ac.uk/ipd/imgt/hla",
];

/// Types that are nothing but that.
const TYPES: &[&str] = &["MolecularSequence", "GenomicStudy"];

/// Whether a code says which alleles somebody has.
pub(super) fn is_code(code: &str) -> bool {
    CODES.contains(&code)
}

/// Whether something in a resource says which variants its person has. Gene names alone do, too,
/// beside the code of a variant only: that is why whole resources are looked at.
pub(super) fn carries(resource: &Value) -> bool {
    match resource {
        Value::Object(members) => {
            let text = |name: &str| members.get(name).and_then(Value::as_str);
            let is_variant = text("code").is_some_and(is_code)
                || text("system").is_some_and(|system| SYSTEMS.contains(&system))
                || text("resourceType").is_some_and(|name| TYPES.contains(&name));
            is_variant || members.values().any(carries)
        }
        Value::Array(items) => items.iter().any(carries),
        _ => false,
    }
}
