//! What the pack in use says of an allele, and of a variant that alleles are defined by.

use super::pair;
use crate::app::App;
use crate::caller::Caller;
use crate::error::Error;
use crate::views::adopted::subject::{Subject, history};
use crate::views::identity::session;
use knowledge::pgx::{Allele, Gene, Position};
use web::view::{AlleleKnowledgeView, AllelePosition, VariantKnowledgeView, VariantOfGene};

/// An allele; `None` if the pack has none of the name.
pub(crate) fn knowledge_of_allele(
    app: &App,
    caller: &Caller,
    symbol: &str,
    name: &str,
) -> Result<Option<AlleleKnowledgeView>, Error> {
    let pack = app.pack();
    let Some(gene) = pack.pgx.gene(symbol) else { return Ok(None) };
    let Some(allele) = gene.alleles.iter().find(|allele| allele.name == name) else {
        return Ok(None);
    };
    let drugs = pack.pgx.drugs.iter().filter(|drug| drug.genes.contains(&gene.symbol));
    let of_function = allele.function.as_deref().map(|function| {
        let is_of = move |one: &str| one == function || one == "*";
        gene.phenotypes.iter().filter(move |rule| is_of(&rule.first) || is_of(&rule.second))
    });
    let is_part = |part: &str, what: &str| {
        matches!(part, "Allele" | "Function") && what == allele.name
            || part == "Position"
                && allele.cells.iter().filter(|_| !allele.reference).any(|(index, _)| {
                    gene.positions.get(*index).is_some_and(|at| is_at(gene, at, what))
                })
    };
    Ok(Some(AlleleKnowledgeView {
        session: session(app, caller)?,
        reference: pack.reference(),
        symbol: gene.symbol.clone(),
        name: allele.name.clone(),
        remarks: remarks(allele),
        function: allele.function.clone(),
        activity: allele.activity.map(|score| score.to_string()),
        positions: allele
            .cells
            .iter()
            .filter_map(|(index, bases)| Some((gene.positions.get(*index)?, bases)))
            .map(|(at, bases)| AllelePosition {
                variant: at.name(&gene.chromosome),
                place: place(gene, at),
                hgvs: hgvs(gene, at),
                bases: format!("{} → {}", at.reference, bases.join(" or ")),
            })
            .collect(),
        phenotypes: of_function.into_iter().flatten().map(pair).collect(),
        drugs: drugs.map(|drug| (drug.rxnorm.clone(), drug.name.clone())).collect(),
        history: history(app, caller, &Subject { name: symbol, is_part: Some(&is_part) })?,
    }))
}

fn remarks(allele: &Allele) -> Vec<String> {
    let reference = "the reference: what is found where no other allele is";
    let structural = "known from outside calls only: its bases cannot tell it";
    let marks = [(allele.reference, reference), (allele.structural, structural)];
    let marks = marks.iter().filter(|(is_so, _)| *is_so).map(|(_, words)| (*words).to_owned());
    let core = allele.core.iter().map(|core| format!("shown as {core}"));
    marks.chain(core).collect()
}

/// A variant by its rsID or its place; `None` if no allele of the pack is defined by it.
pub(crate) fn knowledge_of_variant(
    app: &App,
    caller: &Caller,
    name: &str,
) -> Result<Option<VariantKnowledgeView>, Error> {
    let pack = app.pack();
    let mut genes = Vec::new();
    for gene in &pack.pgx.genes {
        let named = |at: &&Position| at.name(&gene.chromosome) == name || place(gene, at) == name;
        let defining = gene.positions.iter().enumerate().filter(|(_, at)| named(at));
        for (index, at) in defining {
            genes.push(of_gene(app, caller, gene, (Some(index), at))?);
        }
        for at in gene.extra_positions.iter().filter(named) {
            genes.push(of_gene(app, caller, gene, (None, at))?);
        }
    }
    if genes.is_empty() {
        return Ok(None);
    }
    let session = session(app, caller)?;
    Ok(Some(VariantKnowledgeView {
        session,
        reference: pack.reference(),
        name: name.to_owned(),
        genes,
    }))
}

fn of_gene(
    app: &App,
    caller: &Caller,
    gene: &Gene,
    (index, at): (Option<usize>, &Position),
) -> Result<VariantOfGene, Error> {
    let cells = |allele: &'_ Allele| {
        let of = allele.cells.iter().find(|(cell, _)| Some(*cell) == index)?;
        (!allele.reference).then(|| of.1.join(" or "))
    };
    let alleles = gene.alleles.iter();
    let alleles = alleles
        .filter_map(|allele| Some((allele.name.clone(), cells(allele)?, allele.function.clone())));
    let alleles: Vec<_> = alleles.collect();
    let is_part = |part: &str, what: &str| match part {
        "Position" => is_at(gene, at, what),
        "Allele" | "Function" => alleles.iter().any(|(name, ..)| name == what),
        _ => false,
    };
    let remarks = [
        (at.required, "no call is made where it was not tested"),
        (at.tier1, "recommended for every test of the gene (AMP tier 1)"),
        (index.is_none(), "no allele is defined by it: it is reported beside the call"),
    ];
    let remarks = remarks.iter().filter(|(is_so, _)| *is_so).map(|(_, words)| (*words).to_owned());
    Ok(VariantOfGene {
        symbol: gene.symbol.clone(),
        place: place(gene, at),
        hgvs: hgvs(gene, at),
        bases: format!("{} → {}", at.reference, at.alternates.join(" or ")),
        remarks: remarks.collect(),
        history: history(app, caller, &Subject { name: &gene.symbol, is_part: Some(&is_part) })?,
        alleles,
    })
}

fn place(gene: &Gene, at: &Position) -> String {
    format!("{}:{}", gene.chromosome, at.position)
}

fn hgvs(gene: &Gene, at: &Position) -> String {
    format!("{}:{}", gene.refseq, at.hgvs)
}

/// Whether a difference of packs is about a position: it names place and REF.
fn is_at(gene: &Gene, at: &Position, what: &str) -> bool {
    what.split_once(' ').is_some_and(|(named, _)| named == place(gene, at))
}
