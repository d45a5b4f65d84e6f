//! What each FHIR route needs of a caller's scopes.

use super::{Permission, Scopes};

/// Whose permission a route needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Need {
    /// None: it tells nothing about anybody.
    Nothing,
    /// For the type in its address.
    Type(Permission),
    /// For a type that the route is always about.
    Of(&'static str, &'static [Permission]),
    /// For every type.
    Every(&'static [Permission]),
    /// To search a type, also where only some of its resources may be found.
    Narrowed,
}

use Permission::{Create, Delete, Read, Search, Update};

/// Everything that may be done.
const ALL: &[Permission] = &[Create, Read, Update, Delete, Search];

/// The Genomics Operations, which answer from observations.
const GENOMICS: [&str; 2] = ["/fhir/$find-", "/fhir/Patient/$find-"];

/// By method and route. What is not in it is closed to a caller with scopes.
const TABLE: &[(&str, &str, Need)] = &[
    ("GET", "/fhir/metadata", Need::Nothing),
    ("GET", "/fhir/.well-known/smart-configuration", Need::Nothing),
    ("POST", "/fhir", Need::Every(ALL)),
    ("POST", "/fhir/", Need::Every(ALL)),
    ("GET", "/fhir/_history", Need::Every(&[Search])),
    ("GET", "/fhir/{type}", Need::Narrowed),
    ("POST", "/fhir/{type}/_search", Need::Narrowed),
    ("POST", "/fhir/{type}", Need::Type(Create)),
    ("PUT", "/fhir/{type}", Need::Type(Update)),
    ("GET", "/fhir/{type}/_history", Need::Type(Search)),
    ("GET", "/fhir/{type}/{id}", Need::Type(Read)),
    ("PUT", "/fhir/{type}/{id}", Need::Type(Update)),
    ("PATCH", "/fhir/{type}/{id}", Need::Type(Update)),
    ("DELETE", "/fhir/{type}/{id}", Need::Type(Delete)),
    ("GET", "/fhir/{type}/{id}/_history", Need::Type(Read)),
    ("GET", "/fhir/{type}/{id}/_history/{version}", Need::Type(Read)),
    ("POST", "/fhir/{type}/$validate", Need::Nothing),
    ("POST", "/fhir/{type}/{id}/$validate", Need::Type(Read)),
    ("GET", "/fhir/Patient/{id}/$everything", Need::Every(&[Read, Search])),
    ("GET", "/fhir/Patient/{id}/$mcode-everything", Need::Every(&[Read, Search])),
    ("GET", "/fhir/Patient/{id}/$trial-match", Need::Every(&[Read, Search])),
    ("POST", "/fhir/Patient/$trial-match", Need::Of("ResearchStudy", &[Read, Search])),
    ("GET", "/fhir/$export", Need::Every(&[Read, Search])),
    ("POST", "/fhir/$export", Need::Every(&[Read, Search])),
    ("GET", "/fhir/Patient/$export", Need::Every(&[Read, Search])),
    ("POST", "/fhir/Patient/$export", Need::Every(&[Read, Search])),
    ("GET", "/fhir/Group/{id}/$export", Need::Every(&[Read, Search])),
    ("POST", "/fhir/Group/{id}/$export", Need::Every(&[Read, Search])),
    ("GET", "/fhir/$export-status/{job}", Need::Every(&[Read, Search])),
    ("DELETE", "/fhir/$export-status/{job}", Need::Every(&[Read, Search])),
    ("GET", "/fhir/$export-file/{job}/{file}", Need::Every(&[Read, Search])),
    ("GET", "/fhir/Subscription/$status", Need::Of("Subscription", &[Read])),
    ("POST", "/fhir/Subscription/$status", Need::Of("Subscription", &[Read])),
    ("GET", "/fhir/Subscription/{id}/$status", Need::Of("Subscription", &[Read])),
    ("POST", "/fhir/Subscription/{id}/$status", Need::Of("Subscription", &[Read])),
    ("GET", "/fhir/Subscription/{id}/$events", Need::Of("Subscription", &[Read])),
    ("POST", "/fhir/Subscription/{id}/$events", Need::Of("Subscription", &[Read])),
    ("POST", "/fhir/ViewDefinition/$run", Need::Every(&[Read, Search])),
    ("GET", "/fhir/ViewDefinition/{id}/$run", Need::Every(&[Read, Search])),
    ("POST", "/fhir/ViewDefinition/{id}/$run", Need::Every(&[Read, Search])),
    ("POST", "/fhir/$import", Need::Every(&[Create, Update])),
];

impl Need {
    /// The need of a route; `None` = it is closed to a caller with scopes.
    pub(crate) fn of(method: &str, route: &str) -> Option<Self> {
        // axum answers HEAD by the handler of GET.
        let method = if method == "HEAD" { "GET" } else { method };
        if GENOMICS.iter().any(|start| route.starts_with(start)) {
            return Some(Self::Of("Observation", &[Read, Search]));
        }
        TABLE.iter().find(|row| row.0 == method && row.1 == route).map(|row| row.2)
    }

    /// Whether the scopes meet it, for the type in the address.
    pub(crate) fn is_met(self, scopes: &Scopes, resource_type: Option<&str>) -> bool {
        match self {
            Self::Nothing => true,
            Self::Type(permission) => {
                resource_type.is_some_and(|name| scopes.permit(Some(name), permission))
            }
            Self::Of(name, permissions) => {
                permissions.iter().all(|permission| scopes.permit(Some(name), *permission))
            }
            Self::Every(permissions) => {
                permissions.iter().all(|permission| scopes.permit(None, *permission))
            }
            Self::Narrowed => resource_type.is_some_and(|name| {
                scopes.search_filters(name).is_none_or(|filters| !filters.is_empty())
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_route_of_the_interface_has_a_need() {
        let without: Vec<_> = crate::routes()
            .into_iter()
            .filter(|(_, route)| route.starts_with("/fhir"))
            .filter(|(method, route)| Need::of(method, route).is_none())
            .collect();
        assert!(without.is_empty(), "{without:?}");
    }

    #[test]
    fn a_route_that_is_not_known_is_closed() {
        assert_eq!(Need::of("GET", "/patients"), None);
        assert_eq!(Need::of("GET", "/fhir/$anything"), None);
        assert_eq!(Need::of("HEAD", "/fhir/{type}/{id}"), Some(Need::Type(Read)));
    }
}
