//! A gene's definition under construction: positions and alleles as upstream gives them, to rows.

use super::{Rows, flank, natural_key};
use crate::pgx::{Gene, Position};
use model::Problem;
use std::collections::{BTreeMap, BTreeSet};

/// A position by its VCF place and REF. Two of one place cannot both stand in a pack.
pub(super) type Site = (u64, String);

/// What is known about a position.
#[derive(Clone, Debug, Default)]
pub(super) struct SiteFacts {
    pub(super) alternates: BTreeSet<String>,
    pub(super) rsid: Option<String>,
    /// HGVS names without accession, `g.10A>G`.
    pub(super) hgvs: BTreeSet<String>,
}

/// A named allele.
#[derive(Clone, Debug, Default)]
pub(super) struct DraftAllele {
    pub(super) reference: bool,
    pub(super) structural: bool,
    /// Bases allowed at each of its own positions.
    pub(super) cells: BTreeMap<Site, BTreeSet<String>>,
}

/// A gene's definition.
#[derive(Clone, Debug, Default)]
pub(super) struct Draft {
    pub(super) sites: BTreeMap<Site, SiteFacts>,
    pub(super) alleles: BTreeMap<String, DraftAllele>,
}

impl Draft {
    /// Notes a position and one of its ALTs.
    pub(super) fn site(&mut self, site: &Site, alternate: &str, rsid: Option<&str>, hgvs: &str) {
        let facts = self.sites.entry(site.clone()).or_default();
        facts.alternates.insert(alternate.to_owned());
        facts.hgvs.insert(hgvs.to_owned());
        if facts.rsid.is_none() {
            facts.rsid = rsid.filter(|id| id.starts_with("rs")).map(str::to_owned);
        }
    }

    /// Rows of `positions.tsv` and `alleles.tsv`. What cannot be written down is named and left
    /// out, and with a position every allele that it defines. What the base knows of a position
    /// beyond upstream stays: its marks, its rsID, the sequence around an indel.
    pub(super) fn rows(&self, base: &Gene, problems: &mut Vec<Problem>) -> (Rows, Rows) {
        let mut written: BTreeMap<&Site, Vec<String>> = BTreeMap::new();
        let mut places: BTreeSet<u64> = BTreeSet::new();
        for (site, facts) in &self.sites {
            let place = format!("{} {}", base.symbol, site.0);
            if !places.insert(site.0) {
                let text = "two positions with another REF begin here; the longer one is left out";
                problems.push(Problem::warning("shared-position", place, text));
                continue;
            }
            let known = known(base, site);
            match row(base, known, site, facts) {
                Ok(row) => {
                    written.insert(site, row);
                }
                Err((code, text)) => problems.push(Problem::warning(code, place, text)),
            }
        }
        let mut positions: Rows = written.values().cloned().collect();
        positions.extend(base.extra_positions.iter().map(|at| extra(base, at)));
        let alleles = self.allele_rows(base, &written, problems);
        (positions, alleles)
    }

    fn allele_rows(
        &self,
        base: &Gene,
        written: &BTreeMap<&Site, Vec<String>>,
        problems: &mut Vec<Problem>,
    ) -> Rows {
        let mut names: Vec<&String> = self.alleles.keys().collect();
        names.sort_by_cached_key(|name| natural_key(name));
        let references = self.alleles.values().filter(|allele| allele.reference).count();
        if references != 1 {
            let text = format!("has {references} reference alleles, must have one");
            problems.push(Problem::error("reference-row", base.symbol.as_str(), text));
        }
        let mut rows = Rows::new();
        for name in names {
            let Some(allele) = self.alleles.get(name) else { continue };
            let lost: Vec<String> = allele
                .cells
                .keys()
                .filter(|site| !written.contains_key(site))
                .map(|site| site.0.to_string())
                .collect();
            if !lost.is_empty() {
                let place = format!("{} {name}", base.symbol);
                let text = format!("is left out: its position {} is", lost.join(", "));
                problems.push(Problem::warning("allele-left-out", place, text));
                continue;
            }
            let cells = allele.cells.iter().map(|(site, bases)| {
                format!("{}:{}", site.0, in_order(base, site, bases).join(","))
            });
            let cells = cells.collect::<Vec<_>>().join(" ");
            let (kind, cells) = match (allele.reference, allele.structural) {
                (true, _) => ("reference", "ref".to_owned()),
                (_, true) => ("structural", String::new()),
                _ if cells.is_empty() => {
                    let place = format!("{} {name}", base.symbol);
                    let text = "is left out: it has no base of its own";
                    problems.push(Problem::warning("allele-left-out", place, text));
                    continue;
                }
                _ => ("defined", cells),
            };
            rows.push([&base.symbol, name, kind, "", &cells].map(str::to_owned).to_vec());
        }
        rows
    }
}

/// REF first, then ALTs as the base lists them, then new ones.
fn in_order<'b>(base: &Gene, site: &Site, bases: &'b BTreeSet<String>) -> Vec<&'b str> {
    let alternates = known(base, site).map(|at| at.alternates.as_slice()).unwrap_or_default();
    let rank = |bases: &str| {
        let at = alternates.iter().position(|alternate| alternate == bases);
        (bases != site.1, at.unwrap_or(alternates.len()))
    };
    let mut ordered: Vec<&str> = bases.iter().map(String::as_str).collect();
    ordered.sort_by_key(|bases| rank(bases));
    ordered
}

/// The base's position of that place and REF.
pub(super) fn known<'g>(base: &'g Gene, site: &Site) -> Option<&'g Position> {
    base.positions.iter().find(|at| at.position == site.0 && at.reference == site.1)
}

fn row(
    base: &Gene,
    known: Option<&Position>,
    site: &Site,
    facts: &SiteFacts,
) -> Result<Vec<String>, (&'static str, String)> {
    let (position, reference) = site;
    let same_length = facts.alternates.iter().all(|alt| alt.len() == reference.len());
    if let Some(other) = base.positions.iter().find(|at| at.position == *position)
        && !other.reference.starts_with(reference.as_str())
        && !reference.starts_with(&other.reference)
    {
        let text = format!("REF is {reference}, in the base it is {}", other.reference);
        return Err(("reference-mismatch", text));
    }
    let of_base = || known.and_then(|at| at.indel.as_ref());
    let flank = if same_length {
        None
    } else if let Some(indel) = of_base() {
        Some((indel.start, indel.sequence.clone()))
    } else {
        let proved = proved(*position, reference, facts);
        let unproved = || ("indel-context", "proves no sequence around the indel".to_owned());
        Some((*position, proved.ok_or_else(unproved)?))
    };
    // Of an indel the base's names are checked against its sequence; they stay. So do names that
    // are the same but for their order.
    let same = |at: &&Position| {
        let own: BTreeSet<&str> = at.hgvs.split("; ").collect();
        at.indel.is_some() || own.into_iter().eq(facts.hgvs.iter().map(String::as_str))
    };
    let names = match known.filter(same) {
        Some(at) => at.hgvs.clone(),
        None => facts.hgvs.iter().cloned().collect::<Vec<_>>().join("; "),
    };
    let marks = known.map(|at| [(at.required, "required"), (at.tier1, "tier1")]);
    let marks = marks.into_iter().flatten().filter(|(set, _)| *set).map(|(_, word)| word);
    let rsid = facts.rsid.clone().or_else(|| known.and_then(|at| at.rsid.clone()));
    Ok(vec![
        base.symbol.clone(),
        position.to_string(),
        reference.clone(),
        in_order(base, site, &facts.alternates).join(","),
        rsid.unwrap_or_default(),
        names,
        marks.collect::<Vec<_>>().join(";"),
        flank.as_ref().map(|(start, _)| start.to_string()).unwrap_or_default(),
        flank.map(|(_, sequence)| sequence).unwrap_or_default(),
    ])
}

/// The sequence that the names prove; all that prove one must agree.
fn proved(position: u64, reference: &str, facts: &SiteFacts) -> Option<String> {
    let pairs =
        facts.hgvs.iter().flat_map(|name| facts.alternates.iter().map(move |alt| (name, alt)));
    let mut proved: Vec<String> = pairs
        .filter_map(|(name, alt)| flank::proved_sequence(position, reference, alt, name))
        .collect();
    proved.dedup();
    match proved.as_slice() {
        [only] => Some(only.clone()),
        _ => None,
    }
}

fn extra(base: &Gene, at: &Position) -> Vec<String> {
    vec![
        base.symbol.clone(),
        at.position.to_string(),
        at.reference.clone(),
        at.alternates.join(","),
        at.rsid.clone().unwrap_or_default(),
        at.hgvs.clone(),
        "extra".to_owned(),
        String::new(),
        String::new(),
    ]
}

/// The bases an IUPAC ambiguity code (NC-IUB 1984) stands for; a base stands for itself.
pub(super) fn stands_for(code: &str) -> Option<&'static str> {
    Some(match code {
        "A" => "A",
        "C" => "C",
        "G" => "G",
        "T" => "T",
        "R" => "AG",
        "Y" => "CT",
        "S" => "CG",
        "W" => "AT",
        "K" => "GT",
        "M" => "AC",
        "B" => "CGT",
        "D" => "AGT",
        "H" => "ACT",
        "V" => "ACG",
        "N" => "ACGT",
        _ => return None,
    })
}
