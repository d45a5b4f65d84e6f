//! Statements, as the interpreter would have made them.

use crate::patients::ana_example;
use model::id::{PatientId, ResourceRef, StatementId};
use model::statement::{
    Action, AdviceState, Basis, Callability, Capsule, Citation, Diplotype, DrugStatement,
    EngineRef, GeneKey, GeneState, GeneStatement, InputRef, KnowledgeRef, PreTest, Recommendation,
    Statement, StatementContent, Strength,
};

/// The pack that test statements are made with.
pub fn knowledge_ref() -> KnowledgeRef {
    KnowledgeRef {
        pack: "pgx".into(),
        version: "0.0.1".into(),
        date: "2026-01-01".into(),
        digest: "00".repeat(32),
    }
}

/// A statement about Ana Example with one input and the test pack.
pub fn statement(id: &str, content: StatementContent) -> Statement {
    statement_about(&ana_example().id, id, content)
}

/// A statement about a patient with one input and the test pack.
pub fn statement_about(patient: &PatientId, id: &str, content: StatementContent) -> Statement {
    let rule = format!("{}:{}", content.kind(), content.subject());
    let resource =
        ResourceRef { resource_type: "Observation".into(), id: "obs-1".into(), version: 1 };
    Statement {
        id: StatementId::new(id),
        patient: patient.clone(),
        content,
        capsule: Capsule {
            inputs: vec![InputRef { resource, sha256: "11".repeat(32) }],
            knowledge: knowledge_ref(),
            rule,
            engine: EngineRef { name: "pgx".into(), version: "0.1.0".into() },
            gaps: Vec::new(),
        },
    }
}

/// A gene called from genotypes, every position seen.
pub fn gene_called(gene: &str, first: &str, second: &str, phenotype: &str) -> GeneStatement {
    GeneStatement {
        gene: gene.into(),
        hgnc: crate::pgx::hgnc(gene).into(),
        state: GeneState::Called,
        basis: Basis::Genotypes,
        diplotypes: vec![Diplotype { first: first.into(), second: Some(second.into()) }],
        phenotype: Some(phenotype.into()),
        phenotypes: vec![phenotype.into()],
        callability: Some(Callability { positions: 2, seen: 2, ..Callability::default() }),
        ..GeneStatement::default()
    }
}

/// A gene nobody looked at.
pub fn gene_not_tested(gene: &str) -> GeneStatement {
    GeneStatement {
        gene: gene.into(),
        hgnc: crate::pgx::hgnc(gene).into(),
        callability: Some(Callability { positions: 2, ..Callability::default() }),
        ..GeneStatement::default()
    }
}

/// A gene that was tested and cannot be called.
pub fn gene_not_called(gene: &str, why: &str) -> GeneStatement {
    let callability = Some(Callability { positions: 2, seen: 1, ..Callability::default() });
    let state = GeneState::NotCalled { why: why.into() };
    GeneStatement { state, callability, ..gene_not_tested(gene) }
}

/// A gene with a phenotype, for the look-up of a drug.
pub fn gene_key(gene: &str, phenotype: &str, call: &str) -> GeneKey {
    let statement = Some(format!("gene-{gene}"));
    GeneKey { gene: gene.into(), phenotype: Some(phenotype.into()), call: call.into(), statement }
}

/// A gene without a result, for the look-up of a drug.
pub fn gene_key_unknown(gene: &str) -> GeneKey {
    GeneKey { gene: gene.into(), phenotype: None, call: "not tested".into(), statement: None }
}

/// Advice about a drug; the state is the most cautious of the recommendations.
pub fn drug(
    name: &str,
    rxnorm: &str,
    genes: Vec<GeneKey>,
    recommendations: Vec<Recommendation>,
) -> DrugStatement {
    let states = recommendations.iter().map(|one| state_of(one.action));
    let state = states.max().unwrap_or(AdviceState::NotKnown);
    DrugStatement {
        drug: name.into(),
        rxnorm: rxnorm.into(),
        atc: Vec::new(),
        state,
        genes,
        recommendations,
        pre_test: None,
        notes: Vec::new(),
    }
}

/// A test that guidance asks for.
pub fn pre_test(genes: &[&str], text: &str, citation: Citation) -> PreTest {
    let genes = genes.iter().map(|gene| (*gene).to_owned()).collect();
    PreTest { genes, text: text.into(), citation }
}

/// A recommendation of CPIC for everybody.
pub fn recommendation(action: Action, strength: Strength, rule: &str) -> Recommendation {
    Recommendation {
        source: "CPIC".into(),
        population: "general".into(),
        action,
        strength,
        text: "What to do".into(),
        implication: "Why".into(),
        alternatives: Vec::new(),
        citation: Citation {
            title: "A guideline".into(),
            pmid: None,
            url: "https://guideline.example/".into(),
        },
        rule: rule.into(),
    }
}

fn state_of(action: Action) -> AdviceState {
    match action {
        Action::Standard => AdviceState::Standard,
        Action::NoRecommendation => AdviceState::NotKnown,
        Action::Avoid | Action::Alternative | Action::LoadingOnly => AdviceState::Avoid,
        Action::Reduce { .. } | Action::Increase { .. } | Action::Monitor | Action::TestFirst => {
            AdviceState::Adjust
        }
    }
}
