//! `allele_definition`, `allele_location_value` and `sequence_location` to positions and alleles.
//!
//! The API names a place by HGVS and writes the alleles of an indel as HGVS does (`delA`), so an
//! indel can only be taken over where the base knows it by the same name.

use super::Tables;
use crate::import::Imported;
use crate::import::draft::{Draft, DraftAllele, Site, stands_for};
use crate::pack::Pack;
use crate::pgx::Gene;
use model::Problem;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet, HashMap};

#[derive(Deserialize)]
struct Definition {
    id: u64,
    genesymbol: String,
    name: String,
    #[serde(default)]
    matchesreferencesequence: bool,
    #[serde(default)]
    structuralvariation: bool,
}

#[derive(Deserialize)]
struct Location {
    id: u64,
    genesymbol: String,
    chromosomelocation: Option<String>,
    dbsnpid: Option<String>,
}

#[derive(Deserialize)]
struct Cell {
    alleledefinitionid: u64,
    locationid: u64,
    variantallele: String,
}

/// How the cells of a location are read.
enum Reading {
    /// One base for another; REF.
    Snv(Site),
    /// An indel of the base: its REF is the reference allele's text, its one ALT anything else.
    Indel { site: Site, alternate: String, reference_text: String },
}

pub(super) fn import(
    tables: &Tables<'_>,
    base: &Pack,
    imported: &mut Imported,
    problems: &mut Vec<Problem>,
) {
    let definitions: Vec<Definition> = tables.rows("allele_definition", problems);
    let locations: Vec<Location> = tables.rows("sequence_location", problems);
    let mut cells: HashMap<u64, Vec<Cell>> = HashMap::new();
    for cell in tables.rows::<Cell>("allele_location_value", problems) {
        cells.entry(cell.alleledefinitionid).or_default().push(cell);
    }
    let mut by_gene: BTreeMap<&str, Vec<&Definition>> = BTreeMap::new();
    for definition in &definitions {
        by_gene.entry(&definition.genesymbol).or_default().push(definition);
    }
    for (symbol, definitions) in by_gene {
        imported.genes.push(symbol.to_owned());
        let Some(gene) = base.pgx.gene(symbol) else { continue };
        let of_gene: Vec<&Location> =
            locations.iter().filter(|location| location.genesymbol == symbol).collect();
        let draft = draft(gene, &definitions, &of_gene, &cells, problems);
        let (positions, alleles) = draft.rows(gene, problems);
        for (table, rows) in [("positions.tsv", positions), ("alleles.tsv", alleles)] {
            imported.cover(symbol, table);
            imported.extend(table, rows);
        }
    }
}

fn draft(
    gene: &Gene,
    definitions: &[&Definition],
    locations: &[&Location],
    cells: &HashMap<u64, Vec<Cell>>,
    problems: &mut Vec<Problem>,
) -> Draft {
    let mut draft = Draft::default();
    let of = |definition: &Definition| cells.get(&definition.id).map(Vec::as_slice);
    let reference = definitions.iter().find(|one| one.matchesreferencesequence);
    let reference = reference.and_then(|one| of(one)).unwrap_or_default();
    let mut readings: HashMap<u64, Reading> = HashMap::new();
    for location in locations {
        let own = reference.iter().find(|cell| cell.locationid == location.id);
        let reference_text = own.map(|cell| cell.variantallele.as_str());
        match reading(gene, location, reference_text, &mut draft) {
            Ok(reading) => {
                readings.insert(location.id, reading);
            }
            Err((code, text)) => {
                let place = format!("sequence_location {}", location.id);
                problems.push(Problem::warning(code, place, text));
            }
        }
    }
    // Plain bases first: an ambiguity code stands for those of them that are in use.
    let all = || definitions.iter().flat_map(|one| of(one).unwrap_or_default());
    for cell in all() {
        if let Some(Reading::Snv(site)) = readings.get(&cell.locationid)
            && cell.variantallele.len() == 1
            && stands_for(&cell.variantallele) == Some(cell.variantallele.as_str())
            && cell.variantallele != site.1
        {
            let name = format!("g.{}{}>{}", site.0, site.1, cell.variantallele);
            draft.site(site, &cell.variantallele, None, &name);
        }
    }
    for definition in definitions {
        let mut allele = DraftAllele {
            reference: definition.matchesreferencesequence,
            structural: definition.structuralvariation,
            ..DraftAllele::default()
        };
        let mut whole = true;
        for cell in of(definition).unwrap_or_default() {
            let place = format!("{} {}", gene.symbol, definition.name);
            let read = readings.get(&cell.locationid).map(|reading| bases(reading, cell, &draft));
            match read {
                Some(Ok((site, bases))) => {
                    allele.cells.insert(site, bases);
                }
                Some(Err(text)) => {
                    whole = false;
                    problems.push(Problem::warning("unknown-base", place, text));
                }
                None if definition.matchesreferencesequence => {}
                None => {
                    whole = false;
                    let text = format!("is left out: location {} is", cell.locationid);
                    problems.push(Problem::warning("allele-left-out", place, text));
                }
            }
        }
        if whole {
            draft.alleles.insert(definition.name.clone(), allele);
        }
    }
    draft.sites.retain(|_, facts| !facts.alternates.is_empty());
    draft
}

fn reading(
    gene: &Gene,
    location: &Location,
    reference_text: Option<&str>,
    draft: &mut Draft,
) -> Result<Reading, (&'static str, String)> {
    let missing = || ("no-position", "has no place on the chromosome".to_owned());
    let hgvs = location.chromosomelocation.as_deref().ok_or_else(missing)?.trim();
    let names: Vec<&str> = hgvs.split(';').map(str::trim).collect();
    let rsid = location.dbsnpid.as_deref();
    let substitutions: Option<Vec<(u64, &str, &str)>> =
        names.iter().map(|name| substitution(name)).collect();
    if let Some(list) = substitutions {
        let [(position, reference, _), ..] = list.as_slice() else { return Err(missing()) };
        let site = (*position, (*reference).to_owned());
        if list.iter().any(|(at, bases, _)| at != position || bases != reference) {
            return Err(("bad-position", format!("`{hgvs}` names several places")));
        }
        for ((_, _, alternate), name) in list.iter().zip(&names) {
            draft.site(&site, alternate, rsid, name);
        }
        return Ok(Reading::Snv(site));
    }
    let known = gene.positions.iter().find(|at| {
        let own: BTreeSet<&str> = at.hgvs.split("; ").collect();
        names.iter().any(|name| own.contains(name))
    });
    let Some(at) = known else {
        let text = format!("`{hgvs}`: the base has no such indel, and VCF writes it otherwise");
        return Err(("indel-unknown", text));
    };
    let ([alternate], Some(reference_text)) = (at.alternates.as_slice(), reference_text) else {
        let text = format!("`{hgvs}` has several ALTs, or the reference allele says nothing of it");
        return Err(("indel-unknown", text));
    };
    let site = (at.position, at.reference.clone());
    draft.site(&site, alternate, rsid, names.first().copied().unwrap_or_default());
    let (alternate, reference_text) = (alternate.clone(), reference_text.to_owned());
    Ok(Reading::Indel { site, alternate, reference_text })
}

/// `g.94842866A>G`.
fn substitution(name: &str) -> Option<(u64, &str, &str)> {
    let rest = name.strip_prefix("g.")?;
    let at = rest.find(|character: char| !character.is_ascii_digit())?;
    let (position, change) = rest.split_at_checked(at)?;
    let (reference, alternate) = change.split_once('>')?;
    let is_base = |text: &str| matches!(text, "A" | "C" | "G" | "T");
    (is_base(reference) && is_base(alternate)).then_some(())?;
    Some((position.parse().ok()?, reference, alternate))
}

fn bases(
    reading: &Reading,
    cell: &Cell,
    draft: &Draft,
) -> Result<(Site, BTreeSet<String>), String> {
    let text = cell.variantallele.as_str();
    match reading {
        Reading::Snv(site) => {
            let known = draft.sites.get(site).map(|facts| &facts.alternates);
            let in_use =
                |base: &String| *base == site.1 || known.is_some_and(|known| known.contains(base));
            let code = stands_for(text).unwrap_or_default();
            let bases: BTreeSet<String> = code.chars().map(String::from).filter(in_use).collect();
            if bases.is_empty() {
                return Err(format!("`{text}` at {} is no base of the location", site.0));
            }
            Ok((site.clone(), bases))
        }
        Reading::Indel { site, alternate, reference_text } => {
            let base = if text == reference_text { &site.1 } else { alternate };
            Ok((site.clone(), BTreeSet::from([base.clone()])))
        }
    }
}
