//! The page of one statement: what a card's source link opens.

use super::allergies::allergies;
use super::clinical::Layer;
use super::identity::{identity, session};
use super::patient::{drug_row, gene_row, patient_of};
use crate::app::App;
use crate::caller::Caller;
use crate::error::Error;
use model::StatementId;
use model::statement::StatementContent;
use record::StoredStatement;
use web::view::{DrugRow, ExplainView, GeneRow, Subject};

/// Everything the page of a statement shows.
pub(crate) fn explain_page(
    app: &App,
    caller: &Caller,
    id: &StatementId,
) -> Result<ExplainView, Error> {
    let access = &caller.access;
    let stored = app.record().statement(access, id, None)?.ok_or_else(Error::not_found)?;
    let patient = stored.statement.patient.clone();
    let facts = app.record().facts_of_person(access, &patient)?;
    let person = patient_of(&facts).ok_or_else(Error::not_found)?;
    let mut read = vec![stored];
    if let Some(StatementContent::Drug(drug)) = read.first().map(|one| &one.statement.content) {
        let ids: Vec<StatementId> = drug
            .genes
            .iter()
            .filter_map(|key| key.statement.clone())
            .map(StatementId::new)
            .collect();
        for gene_id in &ids {
            read.extend(app.record().statement(access, gene_id, None)?);
        }
    }
    let layer = Layer::of(app, &facts, &read);
    let conversion = |gene: &str| layer.conversions.iter().find(|one| one.gene == gene).cloned();
    let gene = |stored: &StoredStatement| match &stored.statement.content {
        StatementContent::Gene(gene) => {
            Some(GeneRow { conversion: conversion(&gene.gene), ..gene_row(&facts, stored, gene) })
        }
        StatementContent::Drug(_) => None,
    };
    let (stored, of_genes) = read.split_first().ok_or_else(Error::not_found)?;
    let subject = match &stored.statement.content {
        StatementContent::Drug(drug) => {
            let clinical = layer.advice.iter().find(|one| one.rxnorm == drug.rxnorm).cloned();
            let row = DrugRow { clinical, ..drug_row(app, &facts, stored, drug) };
            Subject::Drug(Box::new(row))
        }
        StatementContent::Gene(_) => {
            Subject::Gene(Box::new(gene(stored).ok_or_else(Error::not_found)?))
        }
    };
    let genes: Vec<GeneRow> = of_genes.iter().filter_map(gene).collect();
    Ok(ExplainView {
        session: session(app, caller)?,
        today: app.record().now().day(),
        identity: identity(person),
        allergies: allergies(app, access, &patient)?,
        patient,
        subject,
        genes,
    })
}
