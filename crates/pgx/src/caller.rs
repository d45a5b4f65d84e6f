//! The caller: tables made once, plans made once a file, calls made once a sample.

use crate::call::call as call_one;
use crate::plan::{GenePlan, split};
use crate::table::Table;
use knowledge::pgx::{Gene, PgxKnowledge};
use model::assay::AbsentPosition;
use model::genotype::{GenotypeCell, GenotypeRecord, GenotypeSet};
use model::statement::GeneStatement;

/// What is known about a person's X chromosomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Sex {
    /// Two X chromosomes.
    Female,
    /// One X chromosome.
    Male,
}

/// How to call.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Settings {
    /// For genes on the X chromosome (G6PD); `None` = as the genotypes have it, and said.
    pub sex: Option<Sex>,
    /// Research: show combinations and partial alleles. Such calls never reach advice.
    pub research_combinations: bool,
    /// Research: call CYP2D6 from genotypes that cannot show its deletions, copies and hybrids.
    /// Such calls never reach advice.
    pub research_cyp2d6: bool,
}

/// Tables of the genes of one pack. It must only be used with the knowledge it was made from.
#[derive(Debug)]
pub struct Caller {
    tables: Vec<Table>,
}

/// What the records of one file can say about the genes, whatever the sample.
#[derive(Debug)]
pub struct Plan {
    genes: Vec<GenePlan>,
}

impl Plan {
    /// Indices of the records that speak about each gene, in the order of the knowledge's genes.
    /// Two samples with equal cells there have equal calls of the gene.
    pub fn records_by_gene(&self) -> impl Iterator<Item = &[usize]> {
        self.genes.iter().map(|gene| gene.records.as_slice())
    }
}

impl Caller {
    /// Makes the tables of all genes.
    pub fn new(knowledge: &PgxKnowledge) -> Self {
        Self { tables: knowledge.genes.iter().map(Table::new).collect() }
    }

    /// Looks at the records of a file once, for all its samples.
    pub fn plan(&self, knowledge: &PgxKnowledge, records: &[GenotypeRecord]) -> Plan {
        let genes = knowledge.genes.iter().zip(&self.tables);
        Plan { genes: genes.map(|(gene, table)| GenePlan::new(gene, table, records)).collect() }
    }

    /// Calls every gene of one sample, whose `cells` are in the order of the plan's records.
    pub fn call_cells(
        &self,
        knowledge: &PgxKnowledge,
        plan: &Plan,
        cells: &[GenotypeCell],
        settings: &Settings,
        absent: AbsentPosition,
    ) -> Vec<GeneStatement> {
        (0..knowledge.genes.len())
            .filter_map(|index| self.call_cell(knowledge, plan, index, cells, settings, absent))
            .collect()
    }

    /// Calls the gene of that index alone; `None` if there is no such gene.
    pub fn call_cell(
        &self,
        knowledge: &PgxKnowledge,
        plan: &Plan,
        index: usize,
        cells: &[GenotypeCell],
        settings: &Settings,
        absent: AbsentPosition,
    ) -> Option<GeneStatement> {
        let (gene, table) = (knowledge.genes.get(index)?, self.tables.get(index)?);
        Some(call_one(gene, table, plan.genes.get(index)?, cells, *settings, absent))
    }

    /// Calls every gene from one sample's genotypes, in the knowledge's order.
    pub fn call(
        &self,
        knowledge: &PgxKnowledge,
        set: &GenotypeSet,
        settings: &Settings,
    ) -> Vec<GeneStatement> {
        let (records, cells) = split(&set.calls);
        let plan = self.plan(knowledge, &records);
        self.call_cells(knowledge, &plan, &cells, settings, set.absent_position)
    }
}

/// Calls every gene of the pack, in the pack's order, with the usual settings.
///
/// It makes the tables anew; whoever calls more than one sample keeps a [`Caller`].
pub fn call(knowledge: &PgxKnowledge, set: &GenotypeSet) -> Vec<GeneStatement> {
    Caller::new(knowledge).call(knowledge, set, &Settings::default())
}

/// Calls one gene; see [`call`].
pub fn call_gene(gene: &Gene, set: &GenotypeSet) -> GeneStatement {
    call_gene_with(gene, set, &Settings::default())
}

/// Calls one gene with settings; see [`call`].
pub fn call_gene_with(gene: &Gene, set: &GenotypeSet, settings: &Settings) -> GeneStatement {
    let (records, cells) = split(&set.calls);
    let table = Table::new(gene);
    let plan = GenePlan::new(gene, &table, &records);
    call_one(gene, &table, &plan, &cells, *settings, set.absent_position)
}
