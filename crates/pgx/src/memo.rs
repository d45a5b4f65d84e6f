//! Calls that many samples of a cohort share.
//!
//! Most people have one of a few genotypes at a gene. What equal cells lead to is worked out once.

use crate::caller::{Caller, Plan, Settings};
use foldhash::fast::FixedState;
use knowledge::pgx::PgxKnowledge;
use model::assay::AbsentPosition;
use model::genotype::GenotypeCell;
use model::statement::GeneStatement;
use std::collections::HashMap;
use std::sync::Arc;

/// Most different genotypes remembered per gene; further ones are worked out each time.
const GENOTYPES_MAX: usize = 4_096;

/// A gene's call with what somebody made of it, such as a line of text.
#[derive(Debug)]
pub struct Remembered<T> {
    /// The call.
    pub statement: GeneStatement,
    /// What was made of it.
    pub made: T,
}

/// Calls of one file under one set of settings.
#[derive(Debug)]
pub struct Memo<'m, T> {
    caller: &'m Caller,
    knowledge: &'m PgxKnowledge,
    plan: &'m Plan,
    settings: Settings,
    absent: AbsentPosition,
    /// By the cells' bits. The hash is made for speed; hostile keys cost no more than a search of
    /// [`GENOTYPES_MAX`] entries.
    genes: Vec<HashMap<Vec<u64>, Arc<Remembered<T>>, FixedState>>,
    key: Vec<u64>,
}

impl<'m, T> Memo<'m, T> {
    /// Nothing remembered yet.
    pub fn new(
        caller: &'m Caller,
        knowledge: &'m PgxKnowledge,
        plan: &'m Plan,
        settings: Settings,
        absent: AbsentPosition,
    ) -> Self {
        let genes = knowledge.genes.iter().map(|_| HashMap::default()).collect();
        Self { caller, knowledge, plan, settings, absent, genes, key: Vec::new() }
    }

    /// Calls every gene of one sample, whose `cells` are in the order of the plan's records; `make`
    /// is asked for each call that is not remembered.
    pub fn call(
        &mut self,
        cells: &[GenotypeCell],
        make: impl Fn(&GeneStatement) -> T,
    ) -> Vec<Arc<Remembered<T>>> {
        let mut calls = Vec::with_capacity(self.genes.len());
        let genes = self.genes.iter_mut().zip(self.plan.records_by_gene()).enumerate();
        for (index, (known, records)) in genes {
            self.key.clear();
            self.key.extend(
                records.iter().filter_map(|record| cells.get(*record)).map(|cell| cell.bits()),
            );
            if let Some(call) = known.get(&self.key) {
                calls.push(Arc::clone(call));
                continue;
            }
            let statement = self.caller.call_cell(
                self.knowledge,
                self.plan,
                index,
                cells,
                &self.settings,
                self.absent,
            );
            let Some(statement) = statement else { continue };
            let call = Arc::new(Remembered { made: make(&statement), statement });
            if known.len() < GENOTYPES_MAX {
                known.insert(self.key.clone(), Arc::clone(&call));
            }
            calls.push(call);
        }
        calls
    }
}
