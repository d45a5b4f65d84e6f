//! Policies to a filter: Cedar's typed partial evaluation answers what is known beforehand, and
//! what is left is translated, or counts as a no.

use crate::decide::{actor, context, uid};
use crate::policies::schema;
use crate::{Asked, Compartment, Fact, Filter, Policies};
use cedar_policy::pst::{BinaryOp, Clause, Expr, Literal, UnaryOp, Var};
use cedar_policy::{
    Entities, EntityTypeName, PartialEntities, PartialEntityUid, PartialRequest, Policy,
};
use std::collections::BTreeSet;
use std::str::FromStr;

/// Depth of a condition; what is deeper is not known.
const DEPTH_MAX: usize = 64;

/// What may be read: the filter of a query, and where it comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// What has to hold of an item.
    pub filter: Filter,
    /// Ids of the policies that have a say.
    pub policies: Vec<String>,
    /// Policies that were not understood and what that made of them.
    pub problems: Vec<String>,
}

impl Grant {
    fn refused(problem: impl std::fmt::Display) -> Self {
        let problems = vec![problem.to_string()];
        Self { filter: Filter::Never, policies: Vec::new(), problems }
    }
}

impl Policies {
    /// The filter that says of every item what [`Policies::decide`] says. A policy that permits
    /// and is not understood permits nothing; one that forbids and is not understood forbids
    /// everything.
    pub fn grant(&self, asked: &Asked) -> Grant {
        let Some(schema) = schema() else { return Grant::refused("there is no schema") };
        let item = EntityTypeName::from_str("Cognate::Item").ok();
        let parts = (actor(asked), item, context(asked), uid("Action", &asked.action));
        let (Some(actor), Some(item), Some(context), Some(action)) = parts else {
            return Grant::refused("the question cannot be put");
        };
        let principal = PartialEntityUid::from_concrete(actor.uid());
        let item = PartialEntityUid::new(item, None);
        let request = PartialRequest::new(principal, action, item, Some(context), schema);
        let request = match request {
            Ok(request) => request,
            Err(error) => return Grant::refused(error),
        };
        let entities = Entities::from_entities([actor], Some(schema))
            .map_err(|error| error.to_string())
            .and_then(|known| {
                PartialEntities::from_concrete(known, schema).map_err(|error| error.to_string())
            });
        let entities = match entities {
            Ok(entities) => entities,
            Err(error) => return Grant::refused(error),
        };
        let response = match self.set.tpe(&request, &entities, schema) {
            Ok(response) => response,
            Err(error) => return Grant::refused(error),
        };
        if let Some(id) = response.error_permits().chain(response.error_forbids()).next() {
            return Grant::refused(format!("{id} cannot be evaluated"));
        }
        let mut policies: Vec<String> = response
            .true_permits()
            .chain(response.true_forbids())
            .map(ToString::to_string)
            .collect();
        let mut permits: Vec<Filter> = response.true_permits().map(|_| Filter::Always).collect();
        let mut forbids: Vec<Filter> = response.true_forbids().map(|_| Filter::Always).collect();
        let mut problems = Vec::new();
        for policy in response.residual_policies() {
            let id = policy.id().to_string();
            let is_permit = policy.effect() == cedar_policy::Effect::Permit;
            let filter = condition(&policy).unwrap_or_else(|problem| {
                problems.push(format!("{id}: {problem}"));
                if is_permit { Filter::Never } else { Filter::Always }
            });
            policies.push(id);
            if is_permit { permits.push(filter) } else { forbids.push(filter) }
        }
        policies.sort();
        let filter = Filter::all([Filter::any(permits), Filter::not(Filter::any(forbids))]);
        Grant { filter, policies, problems }
    }
}

/// What is left of a policy.
fn condition(policy: &Policy) -> Result<Filter, String> {
    let pst = policy.to_pst().map_err(|error| error.to_string())?;
    let clauses = pst.body().clauses();
    let clause = |clause: &Clause| match clause {
        Clause::When(expression) => translate(expression, 0),
        Clause::Unless(expression) => translate(expression, 0).map(Filter::not),
    };
    let parts: Vec<Filter> = clauses.iter().map(clause).collect::<Result<_, _>>()?;
    Ok(Filter::all(parts))
}

/// A condition in the closed language; the error says what is not in it.
fn translate(expression: &Expr, depth: usize) -> Result<Filter, String> {
    if depth > DEPTH_MAX {
        return Err("is too deep".to_owned());
    }
    let inner = |part: &Expr| translate(part, depth + 1);
    let unknown = || Err(format!("`{expression}` is not in the language of filters"));
    match expression {
        Expr::Literal(Literal::Bool(true)) => Ok(Filter::Always),
        Expr::Literal(Literal::Bool(false)) => Ok(Filter::Never),
        Expr::UnaryOp { op: UnaryOp::Not, expr } => inner(expr).map(Filter::not),
        Expr::BinaryOp { op, left, right } => match op {
            BinaryOp::And => Ok(Filter::all([inner(left)?, inner(right)?])),
            BinaryOp::Or => Ok(Filter::any([inner(left)?, inner(right)?])),
            BinaryOp::Eq => compared(left, right).map_or_else(unknown, Ok),
            BinaryOp::NotEq => compared(left, right).map(Filter::not).map_or_else(unknown, Ok),
            BinaryOp::Contains | BinaryOp::ContainsAny => {
                member(left, right).map_or_else(unknown, Ok)
            }
            _ => unknown(),
        },
        Expr::GetAttr { .. } => match attribute(expression) {
            Some("in_care") => Ok(Filter::Fact(Fact::InCare)),
            Some("emergency") => Ok(Filter::Fact(Fact::Emergency)),
            _ => unknown(),
        },
        Expr::IfThenElse { cond, then_expr, else_expr } => {
            let (cond, then) = (inner(cond)?, inner(then_expr)?);
            let otherwise = Filter::all([Filter::not(cond.clone()), inner(else_expr)?]);
            Ok(Filter::any([Filter::all([cond, then]), otherwise]))
        }
        _ => unknown(),
    }
}

/// The name of an attribute of the item.
fn attribute(expression: &Expr) -> Option<&str> {
    let Expr::GetAttr { expr, attr } = expression else { return None };
    matches!(**expr, Expr::Var(Var::Resource)).then_some(attr.as_str())
}

fn text(expression: &Expr) -> Option<&str> {
    match expression {
        Expr::Literal(Literal::String(text)) => Some(text.as_str()),
        _ => None,
    }
}

/// `resource.tenant == "…"`, `resource.compartment == "…"`, `resource.in_care == true`.
fn compared(left: &Expr, right: &Expr) -> Option<Filter> {
    let (name, value) = match attribute(left) {
        Some(name) => (name, right),
        None => (attribute(right)?, left),
    };
    if let Expr::Literal(Literal::Bool(value)) = value {
        let fact = match name {
            "in_care" => Filter::Fact(Fact::InCare),
            "emergency" => Filter::Fact(Fact::Emergency),
            _ => return None,
        };
        return Some(if *value { fact } else { Filter::not(fact) });
    }
    match name {
        "tenant" => Some(Filter::Fact(Fact::Tenant(text(value)?.to_owned()))),
        "compartment" => {
            // A word that is none of them is never equal.
            let compartment = Compartment::from_word(text(value)?);
            Some(compartment.map_or(Filter::Never, |it| Filter::Fact(Fact::Compartment(it))))
        }
        _ => None,
    }
}

/// `resource.labels.containsAny(["…"])`, `resource.refused.contains("…")`.
fn member(left: &Expr, right: &Expr) -> Option<Filter> {
    let words: BTreeSet<&str> = match right {
        Expr::Set(parts) => parts.iter().map(|part| text(part)).collect::<Option<_>>()?,
        other => [text(other)?].into(),
    };
    let each = |fact: fn(String) -> Fact| {
        Filter::any(words.iter().map(|word| Filter::Fact(fact((*word).to_owned()))))
    };
    match attribute(left) {
        Some("labels") if words.is_empty() => Some(Filter::Never),
        Some("labels") => {
            Some(Filter::Fact(Fact::Label(words.iter().map(|&word| word.to_owned()).collect())))
        }
        Some("refused") => Some(each(Fact::Refused)),
        Some("consented") => Some(each(Fact::Consented)),
        _ => None,
    }
}
