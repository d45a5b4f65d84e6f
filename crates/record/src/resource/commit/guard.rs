//! What a commit keeps for the filter of later queries: labels, the questions of tests, and who
//! cares for whom.

use super::{Content, Key, Transaction};
use crate::sql::record as sql;
use crate::store::{row, values};
use crate::{Failure, care, label};
use std::collections::BTreeSet;

impl Transaction<'_> {
    /// Labels a version, in the transaction that files it, and those before it: what is known to be
    /// sensitive now was so before.
    pub(super) fn label(
        &mut self,
        key: Key<'_>,
        patient: &str,
        labels: &BTreeSet<&'static str>,
    ) -> Result<(), Failure> {
        let Key { resource_type, id, version, .. } = key;
        if labels.is_empty() {
            return Ok(());
        }
        self.following.labelled(resource_type, id);
        if version > 1 {
            let before = values![self.tenant, resource_type, id, version - 1];
            if !labels.is_subset(&label::kept(self.executor, before)?) {
                self.following.changed(patient);
            }
        }
        for label in labels {
            let row = row![self.tenant, resource_type, id, version, *label, patient];
            self.pending.add(sql::VERSION_LABEL_PUT, row);
            if version > 1 {
                label::earlier(self.executor, self.tenant, (resource_type, id, version), label)?;
            }
        }
        Ok(())
    }

    /// Keeps what a version says of the question of a test, or of an answer.
    pub(super) fn question(&mut self, key: Key<'_>, content: &Content) -> Result<(), Failure> {
        let Key { resource_type, id, version, .. } = key;
        let (question, is_order) = (&content.question, label::is_order(resource_type));
        let is_again = version > 1 && (is_order || label::is_linked(resource_type));
        if question.is_empty() && !is_again {
            return Ok(());
        }
        let name = (resource_type, id);
        label::replace_question(self.executor, self.tenant, name, question, is_again)?;
        if question.names_genes() {
            self.following.linked(resource_type, id);
        }
        if is_order || is_again || question.has_orders() && !content.links.is_empty() {
            self.following.asked(resource_type, id);
        }
        Ok(())
    }

    pub(super) fn care(
        &self,
        source: (&str, &str),
        patient: &str,
        said: &care::Said,
    ) -> Result<(), Failure> {
        care::replace(self.executor, self.tenant, patient, source, said, self.now)
    }
}
