//! From facts and knowledge to statements: pure, and the same for the first run and a replay.

use crate::identity::statement_id;
use knowledge::Pack;
use knowledge::pgx::{Drug, Gene};
use model::fact::{FactContent, FiledFact};
use model::reported::ReportedGeneResult;
use model::specimen::Origin;
use model::statement::{
    Basis, Capsule, GeneState, GeneStatement, InputRef, Statement, StatementContent,
};
use model::{PatientId, StatementId, TenantId};

/// What the facts lead to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Conclusion {
    /// One statement a gene and one a drug of the pack, in the pack's order.
    pub statements: Vec<Statement>,
    /// Facts of interest that were left out, each with the reason in words.
    pub left_out: Vec<String>,
}

/// Whether a fact can change a statement, or makes statements worth having.
pub fn is_relevant(fact: &FiledFact) -> bool {
    matches!(
        fact.fact.content,
        FactContent::Genotypes(_) | FactContent::GeneResult(_) | FactContent::Medication(_)
    )
}

/// Draws every statement that the pack's engines can make about a patient. A gene's statement
/// rests on the facts named in its capsule and on no others; a drug's on those of its genes.
pub fn conclude(
    tenant: &TenantId,
    patient: &PatientId,
    pack: &Pack,
    facts: &[FiledFact],
) -> Conclusion {
    let mut conclusion = Conclusion::default();
    let usable = usable(facts, &mut conclusion.left_out);
    let genes: Vec<GeneConclusion> =
        pack.pgx.genes.iter().map(|gene| gene_conclusion(gene, &usable)).collect();
    for gene in &genes {
        conclusion.statements.push(gene_statement(tenant, patient, pack, gene));
    }
    for drug in &pack.pgx.drugs {
        let of_drug: Vec<&GeneConclusion> =
            genes.iter().filter(|gene| drug.genes.contains(&gene.statement.gene)).collect();
        conclusion.statements.push(drug_statement(tenant, patient, pack, drug, &of_drug));
    }
    conclusion
}

/// The one statement with that id, made as [`conclude`] makes it, without the others; `None` if
/// the pack has no such subject.
pub fn conclude_one(
    tenant: &TenantId,
    patient: &PatientId,
    pack: &Pack,
    facts: &[FiledFact],
    id: &StatementId,
) -> Option<Statement> {
    let usable = usable(facts, &mut Vec::new());
    let is_it = |kind: &str, subject: &str| statement_id(tenant, patient, kind, subject) == *id;
    if let Some(gene) = pack.pgx.genes.iter().find(|gene| is_it("gene", &gene.symbol)) {
        let conclusion = gene_conclusion(gene, &usable);
        return Some(gene_statement(tenant, patient, pack, &conclusion));
    }
    let drug = pack.pgx.drugs.iter().find(|drug| is_it("drug", &drug.rxnorm))?;
    let of_drug = pack.pgx.genes.iter().filter(|gene| drug.genes.contains(&gene.symbol));
    let genes: Vec<GeneConclusion> = of_drug.map(|gene| gene_conclusion(gene, &usable)).collect();
    let genes: Vec<&GeneConclusion> = genes.iter().collect();
    Some(drug_statement(tenant, patient, pack, drug, &genes))
}

fn usable<'f>(facts: &'f [FiledFact], left_out: &mut Vec<String>) -> Vec<&'f FiledFact> {
    let mut usable: Vec<&FiledFact> =
        facts.iter().filter(|fact| is_usable(fact, left_out)).collect();
    // The order they are read in must not matter: a replay reads them in another.
    usable.sort_by_key(|filed| (&filed.resource, filed.ordinal));
    usable
}

fn gene_statement(
    tenant: &TenantId,
    patient: &PatientId,
    pack: &Pack,
    gene: &GeneConclusion,
) -> Statement {
    Statement {
        id: statement_id(tenant, patient, "gene", &gene.statement.gene),
        patient: patient.clone(),
        content: StatementContent::Gene(gene.statement.clone()),
        capsule: Capsule {
            inputs: gene.inputs.clone(),
            knowledge: pack.reference(),
            rule: gene_rule(&gene.statement),
            engine: pgx::engine(),
            gaps: gene_gaps(&gene.statement),
        },
    }
}

struct GeneConclusion {
    statement: GeneStatement,
    inputs: Vec<InputRef>,
}

/// Pharmacogenomics speaks of the inherited genome, and only final results reach decisions.
fn is_usable(fact: &FiledFact, left_out: &mut Vec<String>) -> bool {
    let genetic =
        matches!(fact.fact.content, FactContent::Genotypes(_) | FactContent::GeneResult(_));
    if !genetic {
        return false;
    }
    let reason = match (fact.fact.status.is_final(), fact.fact.origin) {
        (false, _) => "it is not final",
        (true, Origin::Somatic | Origin::CirculatingDna) => "it is a tumour's, not inherited",
        (true, Origin::Donor) => "it is a donor's genome",
        (true, Origin::Germline | Origin::Unknown) => return true,
    };
    left_out.push(format!("{} was left out: {reason}", fact.resource));
    false
}

fn gene_conclusion(gene: &Gene, facts: &[&FiledFact]) -> GeneConclusion {
    let mut inputs = Vec::new();
    let mut own: Option<GeneStatement> = None;
    let mut reported = Vec::new();
    for filed in facts {
        match &filed.fact.content {
            FactContent::Genotypes(set) => {
                own = Some(better_call(own, pgx::call_gene(gene, set)));
            }
            FactContent::GeneResult(result) if is_about(gene, result) => {
                reported.push(pgx::from_reported(gene, result));
            }
            _ => continue,
        }
        inputs.push(InputRef { resource: filed.resource.clone(), sha256: filed.sha256.clone() });
    }
    inputs.sort();
    inputs.dedup();
    GeneConclusion { statement: pgx::combine(gene, own, &reported), inputs }
}

fn is_about(gene: &Gene, result: &ReportedGeneResult) -> bool {
    result.gene.eq_ignore_ascii_case(&gene.symbol)
}

/// Of two calls from two files the one that saw more positions stands; a difference is shown.
fn better_call(earlier: Option<GeneStatement>, later: GeneStatement) -> GeneStatement {
    let Some(earlier) = earlier else { return later };
    let seen = |call: &GeneStatement| call.callability.as_ref().map_or(0, |c| c.seen);
    let differ = earlier.state == GeneState::Called
        && later.state == GeneState::Called
        && earlier.diplotypes != later.diplotypes;
    let shown = |call: &GeneStatement| {
        call.diplotypes.iter().map(ToString::to_string).collect::<Vec<_>>().join(" or ")
    };
    let (mut kept, other) =
        if seen(&later) >= seen(&earlier) { (later, earlier) } else { (earlier, later) };
    if differ {
        kept.notes.push(format!(
            "another file of this patient was called {}; the call shown saw at least as many \
             positions",
            shown(&other)
        ));
    }
    kept
}

fn gene_rule(gene: &GeneStatement) -> String {
    let basis = match gene.basis {
        Basis::Genotypes => "pair-test",
        Basis::Reported => "reported",
        Basis::SinglePosition => "single-position",
    };
    format!("{}:{basis}", gene.gene)
}

fn gene_gaps(gene: &GeneStatement) -> Vec<String> {
    let mut gaps = Vec::new();
    if let Some(callability) = &gene.callability
        && !callability.is_complete()
    {
        gaps.push(format!("{}: {}", gene.gene, callability.words()));
    }
    match &gene.state {
        GeneState::Called => {}
        GeneState::NotCalled { why } => gaps.push(format!("{}: not called: {why}", gene.gene)),
        GeneState::NotTested => gaps.push(format!("{}: not tested", gene.gene)),
    }
    gaps
}

fn drug_statement(
    tenant: &TenantId,
    patient: &PatientId,
    pack: &Pack,
    drug: &Drug,
    genes: &[&GeneConclusion],
) -> Statement {
    let statements: Vec<GeneStatement> = genes.iter().map(|gene| gene.statement.clone()).collect();
    let mut advice = pgx::advise(&pack.pgx, drug, &statements);
    for key in &mut advice.genes {
        key.statement = Some(statement_id(tenant, patient, "gene", &key.gene).to_string());
    }
    let mut inputs: Vec<InputRef> =
        genes.iter().flat_map(|gene| gene.inputs.iter().cloned()).collect();
    inputs.sort();
    inputs.dedup();
    let rules: Vec<&str> = advice.recommendations.iter().map(|r| r.rule.as_str()).collect();
    let rule = if rules.is_empty() { format!("{}:no-rule", drug.name) } else { rules.join(" + ") };
    Statement {
        id: statement_id(tenant, patient, "drug", &drug.rxnorm),
        patient: patient.clone(),
        capsule: Capsule {
            inputs,
            knowledge: pack.reference(),
            rule,
            engine: pgx::engine(),
            gaps: genes.iter().flat_map(|gene| gene_gaps(&gene.statement)).collect(),
        },
        content: StatementContent::Drug(advice),
    }
}
