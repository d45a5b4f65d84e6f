//! Questions of how many: asked, answered and written down in one transaction, so that two at once
//! do not get past the ledger.

use super::{key_owner, sql};
use crate::audit::Touched;
use crate::limit::PAGE_ROWS_MAX;
use crate::search::{Plan, patients_after};
use crate::store::{Executor, values};
use crate::vault::sha256;
use crate::{Access, Action, Failure, Query, Record, Search, Total};
use deidentify::counts::{
    Answer, Entry, Kind, Ledger, Question, Rule, Sketch, TableAnswer, TableQuestion, Told,
};
use model::PatientId;
use std::collections::BTreeSet;

/// The row of the budget that is about everybody.
const EVERYBODY: &str = "";
/// Persons whom one question may count.
const PERSONS_MAX: usize = 2_000_000;

fn storage(text: &str) -> Failure {
    Failure::Storage(format!("the ledger of counts: {text}"))
}

/// An answer as it is kept.
fn storable(told: &impl serde::Serialize) -> Result<String, Failure> {
    serde_json::to_string(told).map_err(|error| storage(&error.to_string()))
}

/// What a project was told so far.
fn ledger(executor: &dyn Executor, tenant: &str, project: &str) -> Result<Ledger, Failure> {
    let mut ledger = Ledger::default();
    for row in executor.query(sql::ANSWERS, values![tenant, project])? {
        let told: Told =
            serde_json::from_str(row.text(1)?).map_err(|error| storage(&error.to_string()))?;
        let sketch = Sketch::from_bytes(row.bytes(2)?).ok_or_else(|| storage("a sketch"))?;
        ledger.entries.push(Entry { digest: row.text(0)?.to_owned(), sketch, told });
    }
    for row in executor.query(sql::BUDGET, values![tenant, project])? {
        let spent = row.count(1)?;
        match row.text(0)? {
            EVERYBODY => ledger.budget.of_everybody = spent,
            person => {
                let person = u64::from_str_radix(person, 16);
                ledger.budget.of_person.insert(person.map_err(|_| storage("a person"))?, spent);
            }
        }
    }
    Ok(ledger)
}

/// Writes down what is new in a budget.
fn keep_budget(
    executor: &dyn Executor,
    (tenant, project): (&str, &str),
    (before, after): (&Ledger, &Ledger),
) -> Result<(), Failure> {
    let (before, after) = (&before.budget, &after.budget);
    if after.of_everybody != before.of_everybody {
        let row = values![tenant, project, EVERYBODY, after.of_everybody];
        executor.execute(sql::BUDGET_PUT, row)?;
    }
    for (person, spent) in &after.of_person {
        if before.of_person.get(person) != Some(spent) {
            let row = values![tenant, project, format!("{person:016x}"), *spent];
            executor.execute(sql::BUDGET_PUT, row)?;
        }
    }
    Ok(())
}

impl Record {
    /// Tells how many these are, as far as a project may know: `question` in its normal form is
    /// what makes two questions the same. The members are the caller's own business until here and
    /// are kept as a sketch only.
    pub fn tell_count(
        &self,
        access: &Access,
        project: &str,
        rule: Rule,
        (question, kind): (&str, Kind),
        (members, population): (&BTreeSet<PatientId>, u64),
    ) -> Result<Answer, Failure> {
        self.permit(access, Action::Count)?;
        let (found, key) = self.open_project(access, project)?;
        crate::limit::within("members", members.len(), PERSONS_MAX, "persons")?;
        let digest = sha256(question.as_bytes());
        let entities = vec![key_owner(project)];
        let query = Some(digest.clone());
        let touched = Touched { entities, query, ..Touched::default() };
        self.note(access, Action::Count, &touched)?;
        let numbers: Vec<u64> = members.iter().map(|one| key.person(one.as_str())).collect();
        let (tenant, actor) = (access.tenant().as_str().to_owned(), access.actor().to_owned());
        let (project, now) = (found.id, self.now());
        self.inner.record_writer.write(move |executor| {
            let before = ledger(executor, &tenant, &project)?;
            let mut after = before.clone();
            let question = Question { digest: &digest, kind, members: &numbers, population };
            let answer = after.ask(&key, rule, &question);
            keep_budget(executor, (&tenant, &project), (&before, &after))?;
            let new = after.entries.get(before.entries.len());
            let sketch = new.map_or(Vec::new(), |entry| entry.sketch.to_bytes());
            let told = match answer {
                Answer::Told(told) => storable(&told)?,
                Answer::Spent => storable(&"spent")?,
            };
            let last = executor.one(sql::QUESTION_LAST, values![&tenant, &project])?.count(0)?;
            let (number, own, micros) = (last + 1, i64::from(new.is_some()), now.micros());
            let row =
                values![&tenant, &project, number, &actor, micros, &digest, told, own, sketch];
            executor.execute(sql::QUESTION_PUT, row)?;
            Ok(answer)
        })
    }

    /// Tells a table of counts, as far as a project may know: `question` in its normal form is what
    /// makes two tables the same. Nobody is in two cells.
    pub fn tell_table(
        &self,
        access: &Access,
        project: &str,
        rule: Rule,
        question: &str,
        cells: &[Vec<BTreeSet<PatientId>>],
    ) -> Result<TableAnswer, Failure> {
        self.permit(access, Action::Count)?;
        let (found, key) = self.open_project(access, project)?;
        let members = cells.iter().flatten().map(BTreeSet::len).sum();
        crate::limit::within("members", members, PERSONS_MAX, "persons")?;
        let digest = sha256(question.as_bytes());
        let touched = Touched {
            entities: vec![key_owner(project)],
            query: Some(digest.clone()),
            ..Touched::default()
        };
        self.note(access, Action::Count, &touched)?;
        let number = |one: &PatientId| key.person(one.as_str());
        let cell = |members: &BTreeSet<PatientId>| members.iter().map(number).collect();
        let cells: Vec<Vec<Vec<u64>>> =
            cells.iter().map(|row| row.iter().map(cell).collect()).collect();
        let (tenant, actor) = (access.tenant().as_str().to_owned(), access.actor().to_owned());
        let (project, now) = (found.id, self.now());
        self.inner.record_writer.write(move |executor| {
            let mut ledger = ledger(executor, &tenant, &project)?;
            let before = ledger.entries.len();
            let question = TableQuestion { digest: &digest, cells: &cells };
            let answer = ledger.ask_table(&key, rule, &question).map_err(|error| {
                Failure::Invalid { place: "table".to_owned(), text: error.to_string() }
            })?;
            let last = executor.one(sql::QUESTION_LAST, values![&tenant, &project])?.count(0)?;
            let word = if answer == TableAnswer::Spent { "spent" } else { "table" };
            let asked = (digest.clone(), storable(&word)?, 0, Vec::new());
            let own = ledger.entries.iter().skip(before).map(|entry| {
                let told = storable(&entry.told)?;
                Ok((entry.digest.clone(), told, 1, entry.sketch.to_bytes()))
            });
            for (number, line) in (last + 1..).zip(std::iter::once(Ok(asked)).chain(own)) {
                let (digest, told, own, sketch): (String, String, i64, Vec<u8>) = line?;
                let micros = now.micros();
                let row =
                    values![&tenant, &project, number, &actor, micros, &digest, told, own, sketch];
                executor.execute(sql::QUESTION_PUT, row)?;
            }
            Ok(answer)
        })
    }

    /// Whom a search finds something of, for a count: the persons, and nothing else of them. A
    /// parameter that is not known is [`Failure::Invalid`]: a count of more than was asked for
    /// would be a wrong one.
    pub fn counted_patients(
        &self,
        access: &Access,
        query: &Query,
    ) -> Result<BTreeSet<PatientId>, Failure> {
        let access = &self.granted(access, Action::Count)?;
        let keys = &self.inner.keys;
        let query = Query { count: PAGE_ROWS_MAX, cursor: None, ..query.clone() };
        let (sort, includes) = (Vec::new(), Vec::new());
        let mut search = Search { query, sort, includes, total: Total::None };
        let mut found = BTreeSet::new();
        loop {
            // Of what was filed a moment ago, too: fewer than there are would be a wrong number.
            let next = self.read_searched(access, |executor| {
                let plan = Plan::new(access, &search, keys, Some(executor))?;
                if let Some(unknown) = plan.unknown.first() {
                    let text = "this parameter is not known".to_owned();
                    return Err(Failure::Invalid { place: unknown.clone(), text });
                }
                patients_after(executor, keys, &plan, &mut found)
            })?;
            match next {
                Some(next) => search.query.cursor = Some(next),
                None => return Ok(found),
            }
            crate::limit::within("members", found.len(), PERSONS_MAX, "persons")?;
        }
    }
}
