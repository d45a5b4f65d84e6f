//! The page of one statement: what a card's source link opens.

use super::identity::{identity, session};
use super::patient::{drug_row, gene_row, patient_of};
use crate::app::App;
use crate::caller::Caller;
use crate::error::Error;
use model::StatementId;
use model::absence::Absence;
use model::statement::StatementContent;
use web::view::{ExplainView, GeneRow, Known, Subject};

/// Everything the page of a statement shows.
pub(crate) fn explain_page(
    app: &App,
    caller: &Caller,
    id: &StatementId,
) -> Result<ExplainView, Error> {
    let access = &caller.access;
    let stored = app.record().statement(access, id, None)?.ok_or_else(Error::not_found)?;
    let patient = stored.statement.patient.clone();
    let facts = app.record().facts(access, &patient)?;
    let person = patient_of(&facts).ok_or_else(Error::not_found)?;
    let (subject, genes) = match &stored.statement.content {
        StatementContent::Gene(gene) => {
            (Subject::Gene(Box::new(gene_row(&facts, &stored, gene))), Vec::new())
        }
        StatementContent::Drug(drug) => {
            let mut rows: Vec<GeneRow> = Vec::new();
            for key in &drug.genes {
                let Some(gene_id) = key.statement.as_ref() else { continue };
                let of_gene =
                    app.record().statement(access, &StatementId::new(gene_id.as_str()), None)?;
                if let Some(of_gene) = of_gene
                    && let StatementContent::Gene(gene) = &of_gene.statement.content
                {
                    rows.push(gene_row(&facts, &of_gene, gene));
                }
            }
            (Subject::Drug(Box::new(drug_row(app, &facts, &stored, drug))), rows)
        }
    };
    Ok(ExplainView {
        session: session(app, caller)?,
        today: app.record().now().day(),
        patient,
        identity: identity(person),
        allergies: Known::Absent(Absence::NotRecorded),
        subject,
        genes,
    })
}
