//! From facts and knowledge to statements: pure, and the same for the first run and a replay.

use crate::identity::statement_id;
use knowledge::Pack;
use knowledge::pgx::{Copies, Drug, Gene};
use model::fact::{FactContent, FiledFact};
use model::genotype::GenotypeSet;
use model::patient::Sex;
use model::reported::ReportedGeneResult;
use model::specimen::Origin;
use model::statement::{
    Basis, Capsule, GeneState, GeneStatement, InputRef, Statement, StatementContent,
};
use model::{PatientId, StatementId, TenantId};
use pgx::{Caller, Settings};

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
    conclude_with(&Caller::new(&pack.pgx), tenant, patient, pack, facts)
}

/// As [`conclude`], with a caller made from the pack before: for many patients in a row.
pub fn conclude_with(
    caller: &Caller,
    tenant: &TenantId,
    patient: &PatientId,
    pack: &Pack,
    facts: &[FiledFact],
) -> Conclusion {
    let mut conclusion = Conclusion::default();
    let usable = Usable::of(facts, &mut conclusion.left_out);
    let settings = usable.settings();
    let called: Vec<Vec<GeneStatement>> =
        usable.genotypes().map(|set| caller.call(&pack.pgx, set, &settings)).collect();
    let genes: Vec<GeneConclusion> = pack
        .pgx
        .genes
        .iter()
        .enumerate()
        .map(|(index, gene)| {
            let own = called.iter().filter_map(|genes| genes.get(index).cloned());
            gene_conclusion(gene, own.collect(), &usable)
        })
        .collect();
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
    let usable = Usable::of(facts, &mut Vec::new());
    let settings = usable.settings();
    let conclude = |gene: &Gene| {
        let call = |set| pgx::call_gene_with(gene, set, &settings);
        gene_conclusion(gene, usable.genotypes().map(call).collect(), &usable)
    };
    let is_it = |kind: &str, subject: &str| statement_id(tenant, patient, kind, subject) == *id;
    if let Some(gene) = pack.pgx.genes.iter().find(|gene| is_it("gene", &gene.symbol)) {
        let conclusion = conclude(gene);
        return Some(gene_statement(tenant, patient, pack, &conclusion));
    }
    let drug = pack.pgx.drugs.iter().find(|drug| is_it("drug", &drug.rxnorm))?;
    let of_drug = pack.pgx.genes.iter().filter(|gene| drug.genes.contains(&gene.symbol));
    let genes: Vec<GeneConclusion> = of_drug.map(conclude).collect();
    let genes: Vec<&GeneConclusion> = genes.iter().collect();
    Some(drug_statement(tenant, patient, pack, drug, &genes))
}

/// Facts that conclusions rest on.
struct Usable<'f> {
    /// Genotypes and reported results.
    genetic: Vec<&'f FiledFact>,
    /// Demographics, for genes on the X chromosome.
    person: Option<(&'f FiledFact, pgx::Sex)>,
}

impl<'f> Usable<'f> {
    fn of(facts: &'f [FiledFact], left_out: &mut Vec<String>) -> Self {
        let mut genetic: Vec<&FiledFact> =
            facts.iter().filter(|fact| is_usable(fact, left_out)).collect();
        // The order they are read in must not matter: a replay reads them in another.
        genetic.sort_by_key(|filed| (&filed.resource, filed.ordinal));
        let sex = |filed: &'f FiledFact| match &filed.fact.content {
            FactContent::Patient(person) => match person.sex {
                Sex::Female => Some((filed, pgx::Sex::Female)),
                Sex::Male => Some((filed, pgx::Sex::Male)),
                Sex::Other | Sex::Unknown => None,
            },
            _ => None,
        };
        let person = facts.iter().filter_map(sex).max_by_key(|(filed, _)| &filed.resource);
        Self { genetic, person }
    }

    fn settings(&self) -> Settings {
        Settings { sex: self.person.map(|(_, sex)| sex), ..Settings::default() }
    }

    fn genotypes(&self) -> impl Iterator<Item = &'f GenotypeSet> {
        self.genetic.iter().filter_map(|filed| match &filed.fact.content {
            FactContent::Genotypes(set) => Some(set),
            _ => None,
        })
    }
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

/// `called` holds our call of each set of genotypes, in the order of the facts.
fn gene_conclusion(gene: &Gene, called: Vec<GeneStatement>, usable: &Usable<'_>) -> GeneConclusion {
    let mut inputs = Vec::new();
    let own = called.into_iter().fold(None, |own, call| Some(better_call(own, call)));
    let mut reported = Vec::new();
    for filed in &usable.genetic {
        match &filed.fact.content {
            FactContent::Genotypes(_) => {
                if let (Copies::BySex, Some((person, _))) = (gene.copies, usable.person) {
                    inputs.push(input(person));
                }
            }
            FactContent::GeneResult(result) if is_about(gene, result) => {
                reported.push(pgx::from_reported(gene, result));
            }
            _ => continue,
        }
        inputs.push(input(filed));
    }
    inputs.sort();
    inputs.dedup();
    GeneConclusion { statement: pgx::combine(gene, own, &reported), inputs }
}

fn input(filed: &FiledFact) -> InputRef {
    InputRef { resource: filed.resource.clone(), sha256: filed.sha256.clone() }
}

fn is_about(gene: &Gene, result: &ReportedGeneResult) -> bool {
    result.gene.eq_ignore_ascii_case(&gene.symbol)
}

/// How the note begins of a file that was called differently.
pub(crate) const OTHER_FILE: &str = "another file of this patient was called ";

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
            "{OTHER_FILE}{}; the call shown saw at least as many positions",
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
