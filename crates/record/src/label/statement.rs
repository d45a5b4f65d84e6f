//! Labels of statements: those of everything that a statement was made from. They are rows like
//! those of resources, under the type `Statement`, which FHIR does not have.

use super::kept;
use crate::Failure;
use crate::key::Keys;
use crate::sql::{label as sql, record};
use crate::statement::{KIND, stored};
use crate::store::{Executor, values};
use crate::vault::Vault;
use model::statement::Capsule;
use std::collections::{BTreeMap, BTreeSet};

type Labels = BTreeSet<&'static str>;

/// Labels of resource versions that were looked up already: many statements have the same inputs.
#[derive(Debug, Default)]
pub(crate) struct OfInputs(BTreeMap<(String, String, u64), Labels>);

impl OfInputs {
    /// The labels of all that something was made from.
    pub(crate) fn of(
        &mut self,
        executor: &dyn Executor,
        tenant: &str,
        capsule: &Capsule,
    ) -> Result<Labels, Failure> {
        let mut labels = Labels::new();
        for input in &capsule.inputs {
            let of = &input.resource;
            let key = (of.resource_type.clone(), of.id.clone(), of.version);
            if !self.0.contains_key(&key) {
                let row = values![tenant, &of.resource_type, &of.id, of.version];
                self.0.insert(key.clone(), kept(executor, row)?);
            }
            labels.extend(self.0.get(&key).into_iter().flatten());
        }
        Ok(labels)
    }
}

/// Makes these the labels of a version of a statement.
pub(crate) fn put(
    executor: &dyn Executor,
    tenant: &str,
    patient: &str,
    (id, version): (&str, u64),
    labels: &Labels,
) -> Result<(), Failure> {
    for label in labels {
        let row = values![tenant, KIND, id, version, *label, patient];
        executor.execute(record::VERSION_LABEL_PUT, row)?;
    }
    Ok(())
}

/// Labels every statement of a patient again.
pub(super) fn relabel(
    executor: &dyn Executor,
    keys: &Keys,
    tenant: &str,
    patient: &str,
) -> Result<(), Failure> {
    let mut inputs = OfInputs::default();
    for row in executor.query(sql::STATEMENT_VERSIONS_OF, values![tenant, patient])? {
        again(executor, keys, tenant, &row, &mut inputs)?;
    }
    Ok(())
}

/// Labels one version again, from its row. One whose key was destroyed keeps what it has.
pub(super) fn again(
    executor: &dyn Executor,
    keys: &Keys,
    tenant: &str,
    row: &crate::store::Row,
    inputs: &mut OfInputs,
) -> Result<(), Failure> {
    let (id, version, patient) = (row.text(0)?, row.count(1)?, row.text(2)?);
    if executor.first(record::DATA_KEY_GET, values![tenant, patient])?.is_none() {
        return Ok(());
    }
    let vault = Vault::new(executor, keys, tenant);
    let labels = inputs.of(executor, tenant, &stored(&vault, row)?.statement.capsule)?;
    let key = values![tenant, KIND, id, version];
    if kept(executor, key)? == labels {
        return Ok(());
    }
    executor.execute(record::VERSION_LABELS_DROP, key)?;
    put(executor, tenant, patient, (id, version), &labels)
}
