//! A filter as a condition of SQL, for every row of a table that knows whose it is.
//!
//! Every column that is asked is NOT NULL: a comparison with nothing would be neither yes nor no,
//! and its denial neither.

use super::Lens;
use crate::Access;
use crate::access::EVERYBODY;
use crate::vault::Builder;
use policy::{Compartment, Fact, Filter};
use std::collections::BTreeSet;

/// Which columns the rows have that are asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Columns<'a> {
    /// `tenant`, `patient`, `resource_type`, `id`, `version`, `recorded`.
    Resource(&'a str),
    /// The same without `recorded`: facts and changes.
    Version(&'a str),
    /// `id`, `version` and `patient`: statements. Their labels are those of their inputs.
    Statement(&'a str),
    /// `patient` alone: what carries no label and no type.
    Patient(&'a str),
}

impl<'a> Columns<'a> {
    pub(crate) fn alias(self) -> &'a str {
        match self {
            Self::Resource(alias)
            | Self::Version(alias)
            | Self::Statement(alias)
            | Self::Patient(alias) => alias,
        }
    }
}

/// Writes a filter; it stands in brackets of its own.
pub(crate) fn lower(to: &mut Builder, access: &Access, lens: &Lens, columns: Columns<'_>) {
    Lowering { to, access, now: lens.now.micros(), columns }.filter(&lens.filter);
}

struct Lowering<'a, 'b> {
    to: &'b mut Builder,
    access: &'a Access,
    now: i64,
    columns: Columns<'a>,
}

impl Lowering<'_, '_> {
    fn filter(&mut self, filter: &Filter) {
        match filter {
            Filter::Always => self.to.push("(1 = 1)"),
            Filter::Never => self.to.push("(1 = 0)"),
            Filter::Fact(fact) => self.fact(fact),
            Filter::All(parts) => self.parts(parts, " AND "),
            Filter::Any(parts) => self.parts(parts, " OR "),
            Filter::Not(part) => {
                self.to.push("(NOT ");
                self.filter(part);
                self.to.push(")");
            }
        }
    }

    fn parts(&mut self, parts: &[Filter], word: &str) {
        self.to.push("(");
        for (number, part) in parts.iter().enumerate() {
            self.to.push(if number == 0 { "" } else { word });
            self.filter(part);
        }
        self.to.push(")");
    }

    fn fact(&mut self, fact: &Fact) {
        let alias = self.columns.alias();
        match fact {
            Fact::Tenant(tenant) => {
                let is_own = self.access.tenant().as_str() == tenant;
                self.to.push(if is_own { "(1 = 1)" } else { "(1 = 0)" });
            }
            Fact::Compartment(compartment) => {
                let is = match compartment {
                    Compartment::Patient => format!("NOT IN ('', '{EVERYBODY}')"),
                    Compartment::Everybody => format!("= '{EVERYBODY}'"),
                    Compartment::Unknown => "= ''".to_owned(),
                };
                self.to.push(&format!("({alias}.patient {is})"));
            }
            Fact::Label(labels) => self.label(labels),
            Fact::InCare => self.in_care(),
            Fact::Emergency => self.of_actor("emergency"),
            Fact::Refused(purpose) => self.consent(purpose, false),
            Fact::Consented(purpose) => self.consent(purpose, true),
        }
    }

    fn label(&mut self, labels: &BTreeSet<String>) {
        if matches!(self.columns, Columns::Patient(_)) {
            self.to.push("(1 = 0)");
            return;
        }
        self.to.push("EXISTS (SELECT 1 FROM resource_label l WHERE ");
        self.of_version("l");
        self.to.push(" AND l.label IN (");
        self.to.bind_list(labels.iter().map(String::as_str));
        self.to.push("))");
    }

    fn of_version(&mut self, other: &str) {
        let alias = self.columns.alias();
        let resource_type = match self.columns {
            Columns::Statement(_) => format!("'{}'", crate::statement::KIND),
            _ => format!("{alias}.resource_type"),
        };
        self.to.push(&format!(
            "{other}.tenant = $1 AND {other}.resource_type = {resource_type} \
             AND {other}.id = {alias}.id AND {other}.version = {alias}.version"
        ));
    }

    /// A row about patient and actor that is in force.
    fn of_actor(&mut self, table: &str) {
        let alias = self.columns.alias();
        self.to.push(&format!(
            "EXISTS (SELECT 1 FROM {table} k WHERE k.tenant = $1 AND k.patient = {alias}.patient \
             AND k.actor = "
        ));
        self.to.bind(self.access.actor());
        self.in_force("k");
        self.to.push(")");
    }

    /// Somebody has put that the actor cares for the patient, or a resource says so of what the
    /// actor is called.
    fn in_care(&mut self) {
        let alias = self.columns.alias();
        self.to.push("(");
        self.of_actor("care");
        self.to.push(&format!(
            " OR EXISTS (SELECT 1 FROM care_said k WHERE k.tenant = $1 \
             AND k.patient = {alias}.patient"
        ));
        self.in_force("k");
        self.to.push(" AND k.reference IN ");
        self.names(&[self.access.actor()]);
        self.to.push("))");
    }

    /// What actors are called: by whoever said so, as a person, and as a part of teams and roles.
    fn names(&mut self, actors: &[&str]) {
        self.to.push(
            "(WITH RECURSIVE n (name) AS (SELECT a.reference FROM actor_reference a \
             WHERE a.tenant = $1 AND a.actor IN (",
        );
        self.to.bind_list(actors.iter().copied());
        self.to.push(")");
        // Only accounts are linked to a resource.
        for login in actors.iter().filter_map(|actor| actor.strip_prefix("account:")) {
            self.to.push(
                " UNION SELECT p.value FROM account_link p WHERE p.tenant = $1 \
                 AND p.kind = 'resource' AND p.login = ",
            );
            self.to.bind(login);
        }
        // `CROSS` keeps SQLite to this order.
        self.to.push(
            " UNION SELECT m.whole FROM n CROSS JOIN care_member m WHERE m.tenant = $1 \
             AND m.part = n.name",
        );
        self.in_force("m");
        self.to.push(") SELECT name FROM n)");
    }

    fn in_force(&mut self, rows: &str) {
        self.to.push(&format!(" AND {rows}.begins <= "));
        self.to.bind(self.now);
        self.to.push(&format!(" AND {rows}.ends > "));
        self.to.bind(self.now);
    }

    /// A rule of a consent that gives or refuses, and to which no exception of its own applies.
    fn consent(&mut self, purpose: &str, gives: bool) {
        let alias = self.columns.alias();
        let (own, other) = (i64::from(gives), i64::from(!gives));
        self.to.push(&format!(
            "EXISTS (SELECT 1 FROM consent_rule q WHERE q.tenant = $1 \
             AND q.patient = {alias}.patient AND q.gives = {own}"
        ));
        self.applies("q", purpose, gives);
        self.to.push(&format!(
            " AND NOT EXISTS (SELECT 1 FROM consent_rule d WHERE d.tenant = $1 \
             AND d.patient = q.patient AND d.consent = q.consent AND d.gives = {other} \
             AND length(d.place) > length(q.place) \
             AND substr(d.place, 1, length(q.place)) = q.place"
        ));
        self.applies("d", purpose, !gives);
        self.to.push("))");
    }

    /// Whether a rule of a consent is about this purpose, actor, item and time.
    /// What is refused to an application is refused to whoever asks through it; what is given to
    /// it is given to nobody else.
    fn applies(&mut self, rule: &str, purpose: &str, gives: bool) {
        self.to.push(&format!(" AND {rule}.purpose = "));
        self.to.bind(purpose);
        self.in_force(rule);
        let person = self.access.actor();
        let application = self.access.application().filter(|_| !gives);
        let actors: Vec<&str> = [Some(person), application].into_iter().flatten().collect();
        let role = format!("role:{}", self.access.role().word());
        self.to.push(&format!(" AND ({rule}.actor IN ('*', "));
        self.to.bind_list(actors.iter().copied().chain([role.as_str()]));
        self.to.push(&format!(") OR {rule}.actor IN "));
        self.names(&actors);
        self.to.push(")");
        self.about(rule);
    }

    /// Whether a rule of a consent is about an item of this kind, time and labels.
    fn about(&mut self, rule: &str) {
        let alias = self.columns.alias();
        let recorded = match self.columns {
            Columns::Patient(_) => {
                self.to.push(&format!(
                    " AND {rule}.resource_type = '*' AND {rule}.instance = '*' \
                     AND {rule}.label IN ('*', 'N')"
                ));
                return;
            }
            Columns::Statement(_) => {
                self.to.push(&format!(" AND {rule}.resource_type = '*' AND {rule}.instance = '*'"));
                return self.labels_apply(rule);
            }
            Columns::Resource(_) => format!("{alias}.recorded"),
            Columns::Version(_) => format!(
                "(SELECT w.recorded FROM resource_version w WHERE w.tenant = $1 \
                 AND w.resource_type = {alias}.resource_type AND w.id = {alias}.id \
                 AND w.version = {alias}.version)"
            ),
        };
        self.to.push(&format!(
            " AND {rule}.resource_type IN ('*', {alias}.resource_type) \
             AND {rule}.instance IN ('*', {alias}.resource_type || '/' || {alias}.id) \
             AND {rule}.data_begins <= {recorded} AND {rule}.data_ends > {recorded}"
        ));
        self.labels_apply(rule);
    }

    fn labels_apply(&mut self, rule: &str) {
        self.to.push(&format!(
            " AND ({rule}.label = '*' OR {rule}.label = 'N' AND NOT EXISTS \
             (SELECT 1 FROM resource_label l WHERE "
        ));
        self.of_version("l");
        self.to.push(") OR EXISTS (SELECT 1 FROM resource_label l WHERE ");
        self.of_version("l");
        self.to.push(&format!(
            " AND l.label = {rule}.label) AND ({rule}.gives = 0 OR NOT EXISTS \
             (SELECT 1 FROM resource_label l WHERE "
        ));
        self.of_version("l");
        // What carries another label as well is not given by a rule about this one.
        self.to.push(&format!(
            " AND l.label NOT IN (SELECT e.label FROM consent_rule e WHERE e.tenant = $1 \
             AND e.patient = {rule}.patient AND e.consent = {rule}.consent \
             AND e.place = {rule}.place))))"
        ));
    }
}
