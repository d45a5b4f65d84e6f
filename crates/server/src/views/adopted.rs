//! Packs that were put into use: what each says otherwise than the one before, and of whom.

pub(super) mod subject;

use super::identity::session;
use super::patients::patient_row;
use crate::app::App;
use crate::caller::Caller;
use crate::error::Error;
use interpret::{ChangeKind, PatientChanges, SubjectChange, load_kept};
use knowledge::{Changed, Summary};
use model::PatientId;
use record::{Access, Action, Adoption, PatientChange};
use web::view::{
    AdoptionRow, AdoptionView, AdoptionsView, Affected, AffectedChange, AffectedRow, Compared,
    ComparedSubject,
};

/// Adoptions that are looked through: more than a record ever has.
const ADOPTIONS_MAX: u32 = 1_000;
/// Patients of one page.
const PATIENTS_PER_PAGE: usize = 25;

/// Every time that a pack was put into use.
pub(crate) fn adoptions(app: &App, caller: &Caller) -> Result<AdoptionsView, Error> {
    let rows = app.record().adoptions(&caller.access, ADOPTIONS_MAX)?;
    let rows = rows.into_iter().map(row).collect();
    Ok(AdoptionsView { session: session(app, caller)?, rows })
}

/// One of them.
pub(crate) fn adoption(
    app: &App,
    caller: &Caller,
    (id, about): (&str, Option<&str>),
    after: Option<PatientId>,
) -> Result<AdoptionView, Error> {
    let found = app.record().adoptions(&caller.access, ADOPTIONS_MAX)?;
    let found = found.into_iter().find(|one| one.id == id).ok_or_else(Error::not_found)?;
    Ok(AdoptionView {
        session: session(app, caller)?,
        differences: of_subject(compared(app, &caller.access, &found), about),
        affected: affected(app, caller, (id, about), after)?,
        about: about.map(str::to_owned),
        adoption: row(found),
    })
}

fn row(one: Adoption) -> AdoptionRow {
    let Adoption { id, pack, former, actor, started, finished, patients, .. } = one;
    AdoptionRow { id, pack, former, actor, started, finished, patients }
}

fn compared(app: &App, access: &Access, one: &Adoption) -> Compared {
    let Some(former) = &one.former else { return Compared::First };
    let load = |pack| load_kept(app.record(), access, pack).map_err(|error| error.to_string());
    let both = load(former).and_then(|before| Ok((before, load(&one.pack)?)));
    match both {
        Ok((before, since)) => Compared::Subjects(subjects(Summary::new(&before.pgx, &since.pgx))),
        Err(why) => Compared::Failed(why),
    }
}

/// The part that is about one gene or drug.
fn of_subject(all: Compared, about: Option<&str>) -> Compared {
    match (all, about) {
        (Compared::Subjects(mut found), Some(name)) => {
            found.retain(|subject| subject.name == name);
            Compared::Subjects(found)
        }
        (all, _) => all,
    }
}

fn subjects(summary: Summary) -> Vec<ComparedSubject> {
    let genes = summary.genes.into_iter().map(|gene| {
        let parts = [
            ("Phenotype", gene.phenotypes),
            ("Function", gene.functions),
            ("Allele", gene.alleles),
            ("Position", gene.positions),
            ("Calling", gene.calling),
        ];
        subject(gene.gene, parts)
    });
    let drugs = summary.drugs.into_iter().map(|drug| {
        let parts = [("Advice", drug.advice), ("Wording", drug.wording), ("Fact", drug.facts)];
        subject(drug.drug, parts)
    });
    let enzymes = subject("Drugs that change enzymes".to_owned(), [("Drug", summary.inhibitors)]);
    let all = genes.chain(drugs).chain([enzymes]);
    all.filter(|subject| !subject.rows.is_empty()).collect()
}

fn subject<const N: usize>(
    name: String,
    parts: [(&'static str, Vec<Changed>); N],
) -> ComparedSubject {
    let rows = parts.into_iter().flat_map(|(part, changes)| {
        changes.into_iter().map(move |one| (part, one.what, one.before, one.after))
    });
    ComparedSubject { name, rows: rows.collect() }
}

/// Patients whom the reader sees, with what the reader may read of them, as far as it is asked
/// for. Nobody else leaves a trace, not even as the place where the next page begins.
fn affected(
    app: &App,
    caller: &Caller,
    (id, about): (&str, Option<&str>),
    mut after: Option<PatientId>,
) -> Result<Affected, Error> {
    if !app.record().may(&caller.access, Action::ReadPackChanges)? {
        return Ok(Affected::NotTold);
    }
    let mut rows: Vec<AffectedRow> = Vec::new();
    loop {
        let limit = u32::try_from(PATIENTS_PER_PAGE).unwrap_or(u32::MAX);
        let page = app.record().pack_changes(&caller.access, id, after.as_ref(), limit)?;
        let is_last = page.len() < PATIENTS_PER_PAGE;
        for change in page {
            if rows.len() == PATIENTS_PER_PAGE {
                let next = rows.last().map(|row| row.id.clone());
                return Ok(Affected::Patients { rows, next });
            }
            after = Some(change.patient.clone());
            rows.extend(affected_row(app, caller, &change, about)?);
        }
        if is_last {
            return Ok(Affected::Patients { rows, next: None });
        }
    }
}

/// Nobody if the reader sees neither the patient nor any of the statements that are asked for.
fn affected_row(
    app: &App,
    caller: &Caller,
    change: &PatientChange,
    about: Option<&str>,
) -> Result<Option<AffectedRow>, Error> {
    let place = &change.patient;
    let mut noted: PatientChanges = serde_json::from_value(change.body.clone())
        .map_err(|error| Error::internal(format!("the change noted of {place}: {error}")))?;
    noted.changes.retain(|one| about.is_none_or(|name| one.name == name));
    if noted.changes.is_empty() {
        return Ok(None);
    }
    let Some(listed) = patient_row_if_seen(app, caller, &change.patient)? else { return Ok(None) };
    let mut changes = Vec::new();
    for one in noted.changes {
        if may_read(app, &caller.access, &one)? {
            changes.push(affected_change(one));
        }
    }
    let row = AffectedRow { id: listed.id, identity: listed.identity, changes };
    Ok((!row.changes.is_empty()).then_some(row))
}

fn patient_row_if_seen(
    app: &App,
    caller: &Caller,
    id: &PatientId,
) -> Result<Option<web::view::PatientListRow>, Error> {
    let stored = app.record().read(&caller.access, "Patient", id.as_str())?;
    match stored.filter(|stored| !stored.deleted) {
        Some(_) => patient_row(app, caller, id.as_str()).map(Some),
        None => Ok(None),
    }
}

/// Every version of the statement: what was said before may rest on what the reader may not read.
fn may_read(app: &App, access: &Access, change: &SubjectChange) -> Result<bool, Error> {
    let Some(latest) = app.record().statement(access, &change.statement, None)? else {
        return Ok(false);
    };
    for version in 1..latest.version {
        if app.record().statement(access, &change.statement, Some(version))?.is_none() {
            return Ok(false);
        }
    }
    Ok(true)
}

fn affected_change(one: SubjectChange) -> AffectedChange {
    AffectedChange {
        name: one.name,
        kind: match one.kind {
            ChangeKind::Phenotype => "phenotype",
            ChangeKind::Advice => "advice",
            ChangeKind::Wording => "wording",
        },
        before: one.before,
        after: one.after,
        current_medicine: one.current_medicine,
        statement: one.statement,
    }
}
