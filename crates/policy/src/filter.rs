//! The filter of a query: a closed language, small enough that every store can speak it.

use crate::{Compartment, Item};
use std::collections::BTreeSet;

/// What has to hold of an item.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Filter {
    /// Every item.
    Always,
    /// No item.
    Never,
    /// One thing known of the item.
    Fact(Fact),
    /// All of these.
    All(Vec<Filter>),
    /// One of these.
    Any(Vec<Filter>),
    /// Not this.
    Not(Box<Filter>),
}

/// One thing that is known of every item: there is no third answer.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fact {
    /// It is this tenant's.
    Tenant(String),
    /// Whose it is.
    Compartment(Compartment),
    /// It carries one of these labels.
    Label(BTreeSet<String>),
    /// The actor cares for the patient.
    InCare,
    /// The actor opened the patient in an emergency.
    Emergency,
    /// A consent refuses it for the purpose.
    Refused(String),
    /// A consent gives it for the purpose.
    Consented(String),
}

impl Fact {
    /// Whether it holds of an item.
    pub fn holds(&self, item: &Item) -> bool {
        match self {
            Self::Tenant(tenant) => item.tenant == *tenant,
            Self::Compartment(compartment) => item.compartment == *compartment,
            Self::Label(labels) => !item.labels.is_disjoint(labels),
            Self::InCare => item.in_care,
            Self::Emergency => item.emergency,
            Self::Refused(purpose) => item.refused.contains(purpose),
            Self::Consented(purpose) => item.consented.contains(purpose),
        }
    }
}

impl Filter {
    /// All of these, in the shortest form.
    pub(crate) fn all(parts: impl IntoIterator<Item = Self>) -> Self {
        let mut kept = BTreeSet::new();
        for part in parts {
            match part {
                Self::Always => {}
                Self::Never => return Self::Never,
                Self::All(inner) => kept.extend(inner),
                other => {
                    kept.insert(other);
                }
            }
        }
        Self::shortest(kept, Self::Always, Self::All)
    }

    /// One of these, in the shortest form.
    pub(crate) fn any(parts: impl IntoIterator<Item = Self>) -> Self {
        let mut kept = BTreeSet::new();
        for part in parts {
            match part {
                Self::Never => {}
                Self::Always => return Self::Always,
                Self::Any(inner) => kept.extend(inner),
                other => {
                    kept.insert(other);
                }
            }
        }
        Self::shortest(kept, Self::Never, Self::Any)
    }

    fn shortest(mut kept: BTreeSet<Self>, none: Self, more: fn(Vec<Self>) -> Self) -> Self {
        match kept.len() {
            0 => none,
            1 => kept.pop_first().unwrap_or(none),
            _ => more(kept.into_iter().collect()),
        }
    }

    /// Not this, in the shortest form.
    pub(crate) fn not(of: Self) -> Self {
        match of {
            Self::Always => Self::Never,
            Self::Never => Self::Always,
            Self::Not(inner) => *inner,
            other => Self::Not(Box::new(other)),
        }
    }

    /// Whether it lets an item through.
    pub fn holds(&self, item: &Item) -> bool {
        match self {
            Self::Always => true,
            Self::Never => false,
            Self::Fact(fact) => fact.holds(item),
            Self::All(parts) => parts.iter().all(|part| part.holds(item)),
            Self::Any(parts) => parts.iter().any(|part| part.holds(item)),
            Self::Not(part) => !part.holds(item),
        }
    }

    /// The filter with what is known beforehand put in: `known` answers, or says that it cannot.
    pub fn given(&self, known: &dyn Fn(&Fact) -> Option<bool>) -> Self {
        match self {
            Self::Always | Self::Never => self.clone(),
            Self::Fact(fact) => match known(fact) {
                Some(true) => Self::Always,
                Some(false) => Self::Never,
                None => self.clone(),
            },
            Self::All(parts) => Self::all(parts.iter().map(|part| part.given(known))),
            Self::Any(parts) => Self::any(parts.iter().map(|part| part.given(known))),
            Self::Not(part) => Self::not(part.given(known)),
        }
    }
}
