//! Allele definitions: one `*_translation.json` to rows of `positions.tsv` and `alleles.tsv`.

use super::draft::stands_for;
use super::{Exemption, Rows, flank, natural_key, read_json};
use model::Problem;
use serde::Deserialize;
use std::collections::BTreeMap;

/// A gene's definitions as rows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Definitions {
    /// HGNC symbol.
    pub gene: String,
    /// `chr10`.
    pub chromosome: String,
    /// `NC_000010.11`.
    pub refseq: String,
    /// The source's own version.
    pub version: String,
    /// Rows of `positions.tsv`, ascending.
    pub positions: Rows,
    /// Rows of `alleles.tsv`, in natural order.
    pub alleles: Rows,
    /// Names of all alleles, and core names that sub-alleles are shown under.
    pub names: Vec<String>,
    /// Names of alleles that are left out on purpose.
    pub ignored: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Translation {
    version: String,
    gene: String,
    chromosome: String,
    genome_build: String,
    ref_seq_chromosome_id: String,
    variants: Vec<Variant>,
    named_alleles: Vec<NamedAllele>,
    #[serde(default)]
    suballeles_map: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Variant {
    position: u64,
    rsid: Option<String>,
    chromosome_hgvs_name: String,
    #[serde(rename = "ref")]
    reference: String,
    #[serde(rename = "alts")]
    alternates: Vec<String>,
    #[serde(default)]
    cpic_to_vcf_allele_map: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct NamedAllele {
    name: String,
    alleles: Vec<Option<String>>,
    reference: bool,
    structural_variant: bool,
}

/// Reads one definition file. With an error among the problems the rows must not be used.
pub fn definitions(json: &[u8], exemption: &Exemption) -> (Definitions, Vec<Problem>) {
    let mut problems = Vec::new();
    let translation: Translation = match read_json(json) {
        Ok(translation) => translation,
        Err(problem) => return (Definitions::default(), vec![problem]),
    };
    if !translation.genome_build.starts_with("GRCh38") {
        let text = format!("is {}, the tables are on GRCh38", translation.genome_build);
        problems.push(Problem::error("wrong-build", "genomeBuild", text));
    }
    let gene = &translation.gene;
    let mut variants: Vec<(usize, &Variant)> = translation.variants.iter().enumerate().collect();
    variants.sort_by_key(|(_, variant)| variant.position);
    let mut positions: Rows = variants
        .iter()
        .map(|(_, variant)| position_row(gene, variant, exemption, &mut problems))
        .collect();
    positions.extend(extra_rows(gene, exemption, &mut problems));
    let mut named: Vec<&NamedAllele> = translation.named_alleles.iter().collect();
    named.retain(|allele| !exemption.ignored_alleles.contains(&allele.name));
    named.sort_by_cached_key(|allele| natural_key(&allele.name));
    let mut alleles = Rows::new();
    for allele in &named {
        if allele.alleles.len() != translation.variants.len() {
            let text = "has not one cell per position";
            problems.push(Problem::error("bad-row", allele.name.as_str(), text));
            continue;
        }
        let core = translation.suballeles_map.get(&allele.name).map_or("", String::as_str);
        let (kind, cells) = match (allele.reference, allele.structural_variant) {
            (true, _) => ("reference", reference_cells(allele, &variants, &mut problems)),
            (_, true) => ("structural", String::new()),
            _ => ("defined", cells(allele, &variants, &mut problems)),
        };
        let row = [gene, allele.name.as_str(), kind, core, cells.as_str()];
        alleles.push(row.map(str::to_owned).to_vec());
    }
    let cores = translation.suballeles_map.values();
    let names = named.iter().map(|allele| &allele.name).chain(cores).cloned().collect();
    let Translation { version, gene, chromosome, ref_seq_chromosome_id: refseq, .. } = translation;
    let ignored = exemption.ignored_alleles.clone();
    let found =
        Definitions { gene, chromosome, refseq, version, positions, alleles, names, ignored };
    (found, problems)
}

/// Positions that are only reported: those of the exemptions.
fn extra_rows(gene: &str, exemption: &Exemption, problems: &mut Vec<Problem>) -> Rows {
    let mut rows = Rows::new();
    for item in &exemption.extra {
        match serde_json::from_value::<Variant>(item.clone()) {
            Ok(variant) => {
                let mut row = position_row(gene, &variant, &Exemption::default(), problems);
                if let Some(kind) = row.get_mut(6) {
                    "extra".clone_into(kind);
                }
                rows.push(row);
            }
            Err(error) => {
                let place = format!("{gene}.extraPositions");
                problems.push(Problem::error("bad-position", place, error.to_string()));
            }
        }
    }
    rows
}

fn position_row(
    gene: &str,
    variant: &Variant,
    exemption: &Exemption,
    problems: &mut Vec<Problem>,
) -> Vec<String> {
    let mut kinds = Vec::new();
    if exemption.required.contains(&variant.position) {
        kinds.push("required");
    }
    if exemption.tier1.contains(&variant.position) {
        kinds.push("tier1");
    }
    let same_length = |alt: &String| alt.len() == variant.reference.len();
    let flank = if variant.alternates.iter().all(same_length) {
        None
    } else {
        let proved = proved_flank(variant);
        if proved.is_none() {
            let text = "proves no sequence around the indel";
            let place = variant.chromosome_hgvs_name.as_str();
            problems.push(Problem::error("indel-context", place, text));
        }
        proved
    };
    vec![
        gene.to_owned(),
        variant.position.to_string(),
        variant.reference.clone(),
        variant.alternates.join(","),
        variant.rsid.clone().unwrap_or_default(),
        variant.chromosome_hgvs_name.clone(),
        kinds.join(";"),
        flank.as_ref().map(|_| variant.position.to_string()).unwrap_or_default(),
        flank.unwrap_or_default(),
    ]
}

/// The sequence that the position's names prove around it; with several ALTs they must agree.
fn proved_flank(variant: &Variant) -> Option<String> {
    let Variant { position, reference, .. } = variant;
    let expressions = variant.chromosome_hgvs_name.split(';').map(str::trim);
    let names = &variant.cpic_to_vcf_allele_map;
    let cpic_name = names.iter().find(|(_, vcf)| *vcf == reference).map(|(name, _)| name);
    if let Some(name) = cpic_name.filter(|name| name.ends_with(')')) {
        let mut proved =
            expressions.map(|hgvs| flank::proved_repeat(*position, reference, name, hgvs));
        let first = proved.next()??;
        return proved.all(|other| other.as_ref() == Some(&first)).then_some(first);
    }
    // With several ALTs it does not say which name is whose; a name proves nothing about another.
    let mut proved: Vec<String> = expressions
        .flat_map(|hgvs| {
            let of =
                |alternate: &String| flank::proved_sequence(*position, reference, alternate, hgvs);
            variant.alternates.iter().filter_map(of).collect::<Vec<_>>()
        })
        .collect();
    proved.dedup();
    match proved.as_slice() {
        [only] => Some(only.clone()),
        _ => None,
    }
}

fn reference_cells(
    allele: &NamedAllele,
    variants: &[(usize, &Variant)],
    problems: &mut Vec<Problem>,
) -> String {
    let is_ref = |(index, variant): &(usize, &Variant)| {
        allele.alleles.get(*index).and_then(Option::as_ref) == Some(&variant.reference)
    };
    if variants.iter().all(is_ref) {
        return "ref".to_owned();
    }
    cells(allele, variants, problems)
}

fn cells(
    allele: &NamedAllele,
    variants: &[(usize, &Variant)],
    problems: &mut Vec<Problem>,
) -> String {
    let mut cells = Vec::new();
    for (index, variant) in variants {
        let Some(cell) = allele.alleles.get(*index).and_then(Option::as_deref) else { continue };
        let known = std::iter::once(&variant.reference).chain(&variant.alternates);
        let bases: Vec<&str> = known
            .map(String::as_str)
            .filter(|base| {
                *base == cell
                    || stands_for(cell).is_some_and(|bases| bases.split("").any(|own| own == *base))
            })
            .collect();
        if bases.is_empty() {
            let place = format!("{} at {}", allele.name, variant.position);
            let text = format!("`{cell}` is neither REF nor ALT nor an IUPAC code of them");
            problems.push(Problem::error("unknown-base", place, text));
            continue;
        }
        cells.push(format!("{}:{}", variant.position, bases.join(",")));
    }
    cells.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Three positions out of order, one of them an indel, and each kind of row.
    const SMALL: &str = r#"{
        "version": "1", "gene": "GENE", "chromosome": "chr1", "genomeBuild": "GRCh38.p14",
        "refSeqChromosomeId": "NC_000001.11",
        "variants": [
            {"position": 30, "rsid": null, "chromosomeHgvsName": "g.30C>T",
             "ref": "C", "alts": ["T"]},
            {"position": 10, "rsid": "rs1", "chromosomeHgvsName": "g.10A>G",
             "ref": "A", "alts": ["G"]},
            {"position": 20, "rsid": "rs2", "chromosomeHgvsName": "g.22del",
             "ref": "GA", "alts": ["G"], "cpicToVcfAlleleMap": {"A": "GA", "delA": "G"}}
        ],
        "namedAlleles": [
            {"name": "*10.001", "alleles": [null, "R", null], "reference": false,
             "structuralVariant": false},
            {"name": "*1", "alleles": ["C", "A", "GA"], "reference": true,
             "structuralVariant": false},
            {"name": "*3", "alleles": [null, null, null], "reference": false,
             "structuralVariant": true},
            {"name": "*4", "alleles": ["T", "G", null], "reference": false,
             "structuralVariant": false},
            {"name": "*2", "alleles": ["T", null, "G"], "reference": false,
             "structuralVariant": false}
        ],
        "suballelesMap": {"*10.001": "*10"}
    }"#;

    fn read(json: &str) -> (Definitions, Vec<String>) {
        let exemption = Exemption {
            required: vec![10],
            tier1: vec![10, 30],
            ignored_alleles: vec!["*4".into()],
            extra: vec![serde_json::json!({"position": 5, "rsid": "rs5", "ref": "A",
                "alts": ["C"], "chromosomeHgvsName": "g.5A>C"})],
            ..Exemption::default()
        };
        let (definitions, problems) = definitions(json.as_bytes(), &exemption);
        (definitions, problems.into_iter().map(|problem| problem.code).collect())
    }

    #[test]
    fn rows_come_sorted_and_expanded() {
        let (small, problems) = read(SMALL);
        assert_eq!(problems, [""; 0]);
        let lines = |rows: &Rows| rows.iter().map(|row| row.join("|")).collect::<Vec<_>>();
        assert_eq!(
            lines(&small.positions),
            [
                "GENE|10|A|G|rs1|g.10A>G|required;tier1||",
                "GENE|20|GA|G|rs2|g.22del||20|GAA",
                "GENE|30|C|T||g.30C>T|tier1||",
                "GENE|5|A|C|rs5|g.5A>C|extra||",
            ]
        );
        assert_eq!(
            lines(&small.alleles),
            [
                "GENE|*1|reference||ref",
                "GENE|*2|defined||20:G 30:T",
                "GENE|*3|structural||",
                "GENE|*10.001|defined|*10|10:A,G",
            ]
        );
        assert_eq!(small.names, ["*1", "*2", "*3", "*10.001", "*10"]);
    }

    #[test]
    fn what_cannot_be_expressed_is_reported() {
        for (from, to, code) in [
            ("GRCh38.p14", "GRCh37", "wrong-build"),
            ("\"R\"", "\"Y\"", "unknown-base"),
            ("[null, \"R\", null]", "[null, \"R\"]", "bad-row"),
            ("g.22del", "g.22_23del", "indel-context"),
            ("\"gene\"", "\"gen\"", "bad-json"),
        ] {
            assert_eq!(read(&SMALL.replace(from, to)).1, [code], "{to}");
        }
        // A reference row that is not REF is written out, so that nothing is guessed.
        let (other, problems) =
            read(&SMALL.replace("[\"C\", \"A\", \"GA\"]", "[\"T\", \"A\", \"GA\"]"));
        assert_eq!(problems, [""; 0]);
        assert_eq!(other.alleles[0][4], "10:A 20:GA 30:T");
    }
}
