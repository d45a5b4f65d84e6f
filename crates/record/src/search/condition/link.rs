//! Conditions on other resources: chains, `subject:Patient.name`, and `_has` (FHIR R4
//! §3.1.1.4.12 and §3.1.1.4.13), one hop. What the caller may not know of links nothing.

use super::{Conditions, Outer};
use crate::Failure;
use crate::limit::CHAIN_TYPES_MAX;
use crate::search::plan::invalid;
use crate::search::table::{find, search_parameters, searched_types};
use crate::search::{Parameter, ParameterKind, Term};
use crate::vault::Builder;

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
            self.other_end(to, linked, other);
            let outer = Outer { resource_type: other, name: "c", each: self.outer.each };
            let inner = Conditions { outer, ..*self };
            let place = Some(linked.place.as_str());
            inner.plain(to, linked.parameter, linked.modifier, &term.values, place)?;
            to.push(")");
        }
        to.push(")");
        Ok(())
    }

    /// Begins `id IN (SELECT … the other ends, c, that the caller may know of`.
    fn other_end(&self, to: &mut Builder, linked: &Linked<'_>, other: &str) {
        let (own, theirs, of_type) = if linked.is_reverse {
            ("k.target", "k.id", "k.resource_type")
        } else {
            ("k.id", "k.target", "k.target_type")
        };
        let outer = self.outer.name;
        let (head, of) = if self.outer.each {
            ("EXISTS (SELECT 1".to_owned(), format!(" AND {own} = {outer}.id"))
        } else {
            (format!("{outer}.id IN (SELECT {own}"), String::new())
        };
        to.push(&format!(
            "{head} FROM search_reference k JOIN resource c ON c.tenant = k.tenant \
             AND c.resource_type = {of_type} AND c.id = {theirs} \
             WHERE k.tenant = $1{of} AND c.deleted = 0 AND k.resource_type = "
        ));
        let (source, target) = if linked.is_reverse {
            (other, self.outer.resource_type)
        } else {
            (self.outer.resource_type, other)
        };
        to.bind(source);
        to.push(" AND k.target_type = ");
        to.bind(target);
        to.push(" AND k.parameter = ");
        to.bind(linked.reference.name);
        to.scope(self.access, "c.patient");
    }
}
