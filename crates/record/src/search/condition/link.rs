//! Conditions on other resources: chains, `subject:Patient.name`, and `_has` (FHIR R4
//! §3.1.1.4.12 and §3.1.1.4.13), one hop. What the caller may not know of links nothing.

use super::{Conditions, ESTIMATE_ROWS_MAX, Estimate, Outer, count, counting};
use crate::Failure;
use crate::grant::Columns;
use crate::limit::CHAIN_TYPES_MAX;
use crate::search::plan::invalid;
use crate::search::table::{find, search_parameters, searched_types};
use crate::search::{Parameter, ParameterKind, Term};
use crate::store::Executor;
use crate::vault::Builder;

/// Resources at the other end of a chain that a search goes from.
const LINKED_ROWS_MAX: u64 = 1_000;

/// A condition on resources at the other end of a reference.
pub(super) struct Linked<'t> {
    /// The parameter that refers.
    reference: &'static Parameter,
    /// Types at the other end.
    types: Vec<&'static str>,
    /// Whether the other end refers to what is searched.
    is_reverse: bool,
    /// The parameter of the other end, and its modifier.
    parameter: &'t str,
    modifier: Option<&'t str>,
    place: String,
}

/// Reads a chain or `_has`; `None` for a plain term.
pub(super) fn read<'t>(resource_type: &str, term: &'t Term) -> Result<Option<Linked<'t>>, Failure> {
    let modifier = term.modifier.as_deref();
    if term.parameter == "_has" {
        return has(resource_type, modifier.unwrap_or_default(), term.written()).map(Some);
    }
    // `patient.name:exact`, or `subject:Patient.name:exact`.
    let (name, target, rest, inner) = match (term.parameter.split_once('.'), modifier) {
        (Some((name, rest)), inner) => (name, None, rest, inner),
        (None, Some(modifier)) => {
            let Some((target, rest)) = modifier.split_once('.') else { return Ok(None) };
            let (rest, inner) = split(rest);
            (term.parameter.as_str(), Some(target), rest, inner)
        }
        (None, None) => return Ok(None),
    };
    let place = term.written();
    let Some(reference) = find(resource_type, name) else {
        return match target {
            // As for every parameter that is not known.
            None => Ok(None),
            Some(_) => Err(invalid(&place, "chains from a parameter that is not known")),
        };
    };
    if reference.kind != ParameterKind::Reference {
        return Err(invalid(&place, "chains from what is no reference"));
    }
    let can = |known: &&str| {
        reference.targets(known)
            && target.is_none_or(|target| target == *known)
            && find(known, rest).is_some()
    };
    let types: Vec<&'static str> = searched_types().filter(can).collect();
    if types.is_empty() {
        return Err(invalid(&place, "leads to no type that is searched by this parameter"));
    }
    if types.len() > CHAIN_TYPES_MAX {
        return Err(invalid(&place, "leads to many types; name one after a colon"));
    }
    Ok(Some(Linked {
        reference,
        types,
        is_reverse: false,
        parameter: rest,
        modifier: inner,
        place,
    }))
}

/// Parts `name:exact`.
fn split(text: &str) -> (&str, Option<&str>) {
    match text.split_once(':') {
        Some((name, modifier)) => (name, Some(modifier)),
        None => (text, None),
    }
}

/// `_has:Observation:patient:code`.
fn has<'t>(resource_type: &str, text: &'t str, place: String) -> Result<Linked<'t>, Failure> {
    let mut parts = text.splitn(3, ':');
    let (Some(other), Some(name), Some(rest)) = (parts.next(), parts.next(), parts.next()) else {
        return Err(invalid(&place, "is not `_has:Type:reference:parameter`"));
    };
    let (parameter, modifier) = split(rest);
    let Some(other) = searched_types().find(|known| *known == other) else {
        return Err(invalid(&place, "names a type that is not searched"));
    };
    let refers = |known: &&Parameter| {
        known.name == name && known.kind == ParameterKind::Reference && known.targets(resource_type)
    };
    let Some(reference) = search_parameters(other).iter().find(refers) else {
        return Err(invalid(&place, "names no reference to the type that is searched"));
    };
    if find(other, parameter).is_none() {
        return Err(invalid(&place, "leads to no type that is searched by this parameter"));
    }
    Ok(Linked { reference, types: vec![other], is_reverse: true, parameter, modifier, place })
}

impl Conditions<'_> {
    pub(super) fn linked(
        &self,
        to: &mut Builder,
        linked: &Linked<'_>,
        term: &Term,
    ) -> Result<(), Failure> {
        // `_has` and chains ask for one that holds; `:not` and `:missing` are of that one.
        to.push(" AND (");
        for (number, other) in linked.types.iter().enumerate() {
            to.push(if number == 0 { "" } else { " OR " });
            let outer = self.outer;
            let head = match (linked.is_reverse, outer.each) {
                (_, true) => "EXISTS (SELECT 1".to_owned(),
                (true, false) => {
                    format!("{}.id IN (SELECT {}", outer.name, bare_id(outer.resource_type))
                }
                (false, false) => format!("{}.number IN (SELECT p.number", outer.name),
            };
            to.push(&head);
            self.other_end(to, linked, other, term)?;
            to.push(")");
        }
        to.push(")");
        Ok(())
    }

    /// ` FROM … WHERE …` of the other ends, c, that hold and that the caller may know of: p are
    /// the postings of the references, k what they say.
    fn other_end(
        &self,
        to: &mut Builder,
        linked: &Linked<'_>,
        other: &'static str,
        term: &Term,
    ) -> Result<(), Failure> {
        let (outer, paths) = (self.outer, linked.reference.path_numbers());
        // The cross joins keep the order in which one thing leads to the next.
        let (tables, of_other) = match (linked.is_reverse, outer.each) {
            (true, true) => {
                ("search_token k CROSS JOIN search_posting p CROSS JOIN resource c", "p")
            }
            (true, false) => {
                ("resource c CROSS JOIN search_posting_of p CROSS JOIN search_token_of k", "p")
            }
            (false, true) => {
                ("search_posting_of p CROSS JOIN search_token_of k CROSS JOIN resource c", "k")
            }
            (false, false) => {
                ("resource c CROSS JOIN search_token k CROSS JOIN search_posting p", "k")
            }
        };
        to.push(&format!(
            " FROM {tables} WHERE c.tenant = $1 AND p.tenant = $1 AND k.tenant = $1 \
             AND p.concept = k.concept AND p.path IN ({paths}) AND c.deleted = 0"
        ));
        if of_other == "p" {
            to.push(" AND c.number = p.number");
        } else {
            to.push(&format!(" AND c.id = {}", bare_id(other)));
        }
        if !linked.is_reverse || outer.each {
            let (resource_type, id) = if linked.is_reverse {
                (outer.resource_type, format!("{}.id", outer.name))
            } else {
                (other, "c.id".to_owned())
            };
            to.push(&format!(" AND k.code = '{resource_type}/' || {id}"));
        } else {
            let resource_type = outer.resource_type;
            to.push(&format!(" AND k.code >= '{resource_type}/' AND k.code < '{resource_type}0'"));
        }
        if outer.each && !linked.is_reverse {
            to.push(&format!(" AND p.number = {}.number", outer.name));
        }
        to.push(" AND c.resource_type = ");
        to.bind(other);
        to.scope(self.access, Columns::Resource("c"));
        let inner = Outer { resource_type: other, name: "c", each: outer.each };
        let inner = Conditions { outer: inner, ..*self };
        let place = Some(linked.place.as_str());
        inner.plain(to, linked.parameter, linked.modifier, &term.values, place).map(|_| ())
    }

    /// Few, if few are found at the other end and few lead there.
    pub(super) fn estimate_linked(
        &self,
        executor: &dyn Executor,
        linked: &Linked<'_>,
        term: &Term,
        rows_max: u64,
    ) -> Result<Option<Estimate>, Failure> {
        let rows_max = rows_max.min(LINKED_ROWS_MAX);
        let mut rows = 0;
        for other in &linked.types {
            let outer = Outer { resource_type: other, name: "c", each: false };
            let inner = Conditions { outer, ..*self };
            let place = Some(linked.place.as_str());
            let asked = inner.asked(linked.parameter, linked.modifier, &term.values, place)?;
            let Some(asked) = asked else { return Ok(None) };
            match inner.estimate_asked(executor, &asked, rows_max)? {
                Some(found) if found.rows < rows_max => {}
                _ => return Ok(None),
            }
            let mut query = counting(self.access);
            let set = Conditions { outer: Outer { each: false, ..self.outer }, ..*self };
            set.other_end(&mut query, linked, other, term)?;
            rows += count(executor, query, rows_max)?;
        }
        // As many as were counted are as good as all.
        let rows = if rows < rows_max { rows } else { ESTIMATE_ROWS_MAX };
        Ok(Some(Estimate { rows, swapped: false }))
    }
}

/// The id in the text of a reference to a type, which is known to be one.
fn bare_id(resource_type: &str) -> String {
    format!("substr(k.code, {})", resource_type.len() + 2)
}
