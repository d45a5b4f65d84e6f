//! Genes: positions, alleles, functions, phenotypes and fallbacks.

use super::{Files, check_day, columns, rules};
use crate::error::LoadError;
use crate::import::natural_key;
use crate::pgx::{
    Allele, Copies, Gene, IndelContext, Method, PhenotypeRule, Position, Undocumented,
};
use crate::table::Row;
use model::score::ActivityScore;

pub(super) fn genes(files: &Files<'_>) -> Result<Vec<Gene>, LoadError> {
    let mut genes = Vec::new();
    for row in files.table("genes.tsv", columns::GENES)?.rows() {
        let gene = gene(&row)?;
        if genes.iter().any(|other: &Gene| other.symbol == gene.symbol) {
            return Err(row.fault("symbol", &format!("`{}` twice", gene.symbol)));
        }
        genes.push(gene);
    }
    genes.sort_by(|a, b| a.symbol.cmp(&b.symbol));
    positions(files, &mut genes)?;
    alleles(files, &mut genes)?;
    functions(files, &mut genes)?;
    for row in files.table("phenotype_rules.tsv", columns::PHENOTYPE_RULES)?.rows() {
        files.check_source(&row)?;
        let rule = PhenotypeRule {
            first: row.required("first")?.to_owned(),
            second: row.required("second")?.to_owned(),
            phenotype: row.required("phenotype")?.to_owned(),
            ehr_priority: row.required("ehr_priority")?.to_owned(),
        };
        gene_of(&row, &mut genes)?.phenotypes.push(rule);
    }
    rules::scores(files, &mut genes)?;
    rules::priorities(files, &mut genes)?;
    rules::proxies(files, &mut genes)?;
    rules::statuses(files, &mut genes)?;
    rules::fallbacks(files, &mut genes)?;
    Ok(genes)
}

fn gene(row: &Row<'_>) -> Result<Gene, LoadError> {
    let undocumented = match row.required("undocumented")? {
        "not-called" => Undocumented::NotCalled,
        "reference-with-note" => Undocumented::ReferenceWithNote,
        other => return Err(row.fault("undocumented", &format!("has no value `{other}`"))),
    };
    Ok(Gene {
        symbol: row.required("symbol")?.to_owned(),
        hgnc: row.required("hgnc")?.to_owned(),
        chromosome: row.required("chromosome")?.to_owned(),
        refseq: row.required("refseq")?.to_owned(),
        undocumented,
        method: method(row)?,
        copies: copies(row)?,
        ..Gene::default()
    })
}

fn method(row: &Row<'_>) -> Result<Method, LoadError> {
    Ok(match row.required("method")? {
        "pairs" => Method::Pairs,
        "lowest-function" => Method::LowestFunction,
        "research" => Method::Research,
        "reported" => Method::Reported,
        other => return Err(row.fault("method", &format!("has no value `{other}`"))),
    })
}

fn copies(row: &Row<'_>) -> Result<Copies, LoadError> {
    Ok(match row.required("copies")? {
        "two" => Copies::Two,
        "by-sex" => Copies::BySex,
        "one" => Copies::One,
        other => return Err(row.fault("copies", &format!("has no value `{other}`"))),
    })
}

pub(super) fn gene_of<'g>(row: &Row<'_>, genes: &'g mut [Gene]) -> Result<&'g mut Gene, LoadError> {
    let symbol = row.required("gene")?;
    let unknown = || row.fault("gene", &format!("`{symbol}` is not in genes.tsv"));
    genes.iter_mut().find(|gene| gene.symbol == symbol).ok_or_else(unknown)
}

fn positions(files: &Files<'_>, genes: &mut [Gene]) -> Result<(), LoadError> {
    for row in files.table("positions.tsv", columns::POSITIONS)?.rows() {
        let kinds = row.list("kind", ';')?;
        if let Some(kind) = kinds.iter().find(|kind| !["required", "tier1", "extra"].contains(kind))
        {
            return Err(row.fault("kind", &format!("has no value `{kind}`")));
        }
        let indel = match (row.optional("flank_start"), row.optional("flank")) {
            (Some(_), Some(sequence)) => Some(IndelContext {
                start: row.number("flank_start")?,
                sequence: sequence.to_owned(),
            }),
            (None, None) => None,
            _ => return Err(row.fault("flank", "needs a start and a sequence")),
        };
        let position = Position {
            position: row.number("position")?,
            reference: row.required("ref")?.to_owned(),
            alternates: row.list("alts", ',')?.into_iter().map(str::to_owned).collect(),
            rsid: row.optional("rsid").map(str::to_owned),
            hgvs: row.required("hgvs")?.to_owned(),
            required: kinds.contains(&"required"),
            tier1: kinds.contains(&"tier1"),
            indel,
        };
        let gene = gene_of(&row, genes)?;
        let extra = kinds.contains(&"extra");
        if extra { &mut gene.extra_positions } else { &mut gene.positions }.push(position);
    }
    for gene in genes {
        gene.positions.sort_by_key(|position| position.position);
    }
    Ok(())
}

fn alleles(files: &Files<'_>, genes: &mut [Gene]) -> Result<(), LoadError> {
    for row in files.table("alleles.tsv", columns::ALLELES)?.rows() {
        let gene = gene_of(&row, genes)?;
        let kind = row.required("kind")?;
        if !["reference", "defined", "structural"].contains(&kind) {
            return Err(row.fault("kind", &format!("has no value `{kind}`")));
        }
        let cells = cells(&row, gene)?;
        if (kind == "structural") != cells.is_empty() {
            return Err(row.fault("cells", "must be empty for structural alleles only"));
        }
        gene.alleles.push(Allele {
            name: row.required("name")?.to_owned(),
            reference: kind == "reference",
            structural: kind == "structural",
            core: row.optional("core").map(str::to_owned),
            cells,
            function: None,
            activity: None,
        });
    }
    for gene in genes {
        gene.alleles.sort_by_cached_key(|allele| natural_key(&allele.name));
    }
    Ok(())
}

/// `ref` = the REF base everywhere; else `position:base,base` with blanks between.
fn cells(row: &Row<'_>, gene: &Gene) -> Result<Vec<(usize, Vec<String>)>, LoadError> {
    let all = gene.positions.iter().enumerate();
    if row.cell("cells") == "ref" {
        return Ok(all.map(|(index, at)| (index, vec![at.reference.clone()])).collect());
    }
    let mut cells = Vec::new();
    for item in row.list("cells", ' ')? {
        let fault = |text: &str| row.fault("cells", &format!("`{item}` {text}"));
        let (position, bases) = item.split_once(':').ok_or_else(|| fault("has no colon"))?;
        let position: u64 = position.parse().map_err(|_| fault("has no position"))?;
        let index = gene.positions.iter().position(|at| at.position == position);
        let index = index.ok_or_else(|| fault("is at no position of the gene"))?;
        if cells.iter().any(|(earlier, _)| *earlier == index) {
            return Err(fault("repeats a position"));
        }
        cells.push((index, bases.split(',').map(str::to_owned).collect()));
    }
    cells.sort_by_key(|(index, _)| *index);
    Ok(cells)
}

fn functions(files: &Files<'_>, genes: &mut [Gene]) -> Result<(), LoadError> {
    for row in files.table("functions.tsv", columns::FUNCTIONS)?.rows() {
        files.check_source(&row)?;
        check_day(&row, "date")?;
        let name = row.required("allele")?;
        let function = row.required("function")?;
        let activity = row.optional("activity").map(|text| {
            let fault = || row.fault("activity", &format!("`{text}` is no activity value"));
            ActivityScore::parse(text).ok_or_else(fault)
        });
        let activity = activity.transpose()?;
        let mut found = false;
        for allele in &mut gene_of(&row, genes)?.alleles {
            if allele.name != name && allele.core.as_deref() != Some(name) {
                continue;
            }
            if allele.function.is_some() {
                return Err(row.fault("allele", &format!("`{name}` has a function already")));
            }
            allele.function = Some(function.to_owned());
            allele.activity = activity;
            found = true;
        }
        if !found {
            return Err(row.fault("allele", &format!("`{name}` is not in alleles.tsv")));
        }
    }
    Ok(())
}
