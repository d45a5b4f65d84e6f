//! Routes as data: the router, the CapabilityStatement and the tests read the same table.

use crate::app::App;
use axum::Router;
use axum::routing::MethodRouter;
use formats::fhir::build::Interaction;

/// What a route offers, for the CapabilityStatement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Offer {
    /// Interactions on a resource type.
    Type(&'static [Interaction]),
    /// Interactions on the whole server.
    System(&'static [Interaction]),
    /// Nothing that is listed.
    Nothing,
}

/// One route.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Route {
    /// HTTP method.
    pub(crate) method: &'static str,
    /// Path in axum's form, `/patients/{id}`.
    pub(crate) path: &'static str,
    /// What it does for FHIR clients.
    pub(crate) offer: Offer,
    handler: fn() -> MethodRouter<App>,
}

impl Route {
    /// A route that offers nothing to FHIR clients.
    pub(crate) const fn new(
        method: &'static str,
        path: &'static str,
        handler: fn() -> MethodRouter<App>,
    ) -> Self {
        Self { method, path, offer: Offer::Nothing, handler }
    }

    /// The same, offering something.
    pub(crate) const fn offering(self, offer: Offer) -> Self {
        Self { offer, ..self }
    }
}

/// A table of routes as a router.
pub(crate) fn table(routes: &[Route]) -> Router<App> {
    routes.iter().fold(Router::new(), |router, route| router.route(route.path, (route.handler)()))
}
