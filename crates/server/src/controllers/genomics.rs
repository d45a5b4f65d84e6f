//! The HL7 Genomics Operations.
//!
//! Each is at the base and at `Patient`, by GET and by POST with `Parameters`, and under the
//! addresses of HL7's public reference server, whose contract differs in two defaults.

mod ask;
mod carriers;
mod genome;
mod marks;
mod population;
mod request;

pub(crate) use ask::{Seen, see};
pub use carriers::Carriers;
pub(crate) use genome::Question;

use crate::app::App;
use crate::caller::Caller;
use crate::error::Error;
use crate::route::Route;
use ::genomics::asked::{Contract, Operation, operation};
use axum::body::Bytes;
use axum::extract::{MatchedPath, Path, RawQuery, State};
use axum::response::Response;
use axum::routing::{get, post};

/// Largest body, in bytes.
pub(crate) const BODY_BYTES_MAX: usize = 1024 * 1024;
/// Where the guide defines its operations.
const DEFINITIONS: &str = "http://hl7.org/fhir/uv/genomics-reporting/OperationDefinition/";

macro_rules! routes {
    ($($name:literal),* $(,)?) => {
        &[
            $(
                Route::new("GET", concat!("/fhir/$", $name), || get(by_get)),
                Route::new("POST", concat!("/fhir/$", $name), || post(by_post)),
                Route::new("GET", concat!("/fhir/Patient/$", $name), || get(by_get)),
                Route::new("POST", concat!("/fhir/Patient/$", $name), || post(by_post)),
            )*
            Route::new("GET", "/subject-operations/{group}/{operation}", || get(by_alias)),
            Route::new("GET", "/population-operations/{group}/{operation}", || get(by_alias)),
        ]
    };
}

/// Every route of the operations.
pub(crate) const ROUTES: &[Route] = routes![
    "find-subject-variants",
    "find-subject-specific-variants",
    "find-subject-structural-intersecting-variants",
    "find-subject-structural-subsuming-variants",
    "find-subject-haplotypes",
    "find-subject-specific-haplotypes",
    "find-subject-tx-implications",
    "find-subject-dx-implications",
    "find-subject-molecular-consequences",
    "find-study-metadata",
    "find-population-specific-variants",
    "find-population-structural-intersecting-variants",
    "find-population-structural-subsuming-variants",
    "find-population-specific-haplotypes",
    "find-population-tx-implications",
    "find-population-dx-implications",
    "find-population-molecular-consequences",
];

/// The operations that are routed, with their definitions, for the CapabilityStatement.
pub(crate) fn definitions() -> Vec<(String, String)> {
    let at_base = |path: &'static str| path.strip_prefix("/fhir/$");
    let mut names: Vec<&str> = ROUTES.iter().filter_map(|route| at_base(route.path)).collect();
    names.dedup();
    names.iter().map(|name| ((*name).to_owned(), format!("{DEFINITIONS}{name}"))).collect()
}

/// `GET [base]/$…`
async fn by_get(
    State(app): State<App>,
    matched: MatchedPath,
    RawQuery(query): RawQuery,
    caller: Caller,
) -> Result<Response, Error> {
    let operation = named(matched.as_str())?;
    let given = request::of_query(query.as_deref().unwrap_or_default())?;
    app.blocking(move |app| ask::answer(app, &caller, operation, Contract::Guide, &given)).await
}

/// `POST [base]/$…`
async fn by_post(
    State(app): State<App>,
    matched: MatchedPath,
    caller: Caller,
    body: Bytes,
) -> Result<Response, Error> {
    let operation = named(matched.as_str())?;
    app.blocking(move |app| {
        let given = request::of_body(&body)?;
        ask::answer(app, &caller, operation, Contract::Guide, &given)
    })
    .await
}

/// `GET /subject-operations/genotype-operations/$…`, as the reference server has them.
async fn by_alias(
    State(app): State<App>,
    matched: MatchedPath,
    Path((group, name)): Path<(String, String)>,
    RawQuery(query): RawQuery,
    caller: Caller,
) -> Result<Response, Error> {
    let operation = named(&name)?;
    let about = match operation.subject {
        ::genomics::asked::Subject::Patient => "/subject-operations/",
        ::genomics::asked::Subject::Population => "/population-operations/",
    };
    let is_here = matched.as_str().starts_with(about)
        && group.strip_suffix("-operations") == Some(operation.group);
    if !is_here {
        return Err(Error::not_found());
    }
    let given = request::of_query(query.as_deref().unwrap_or_default())?;
    let contract = Contract::ReferenceServer;
    app.blocking(move |app| ask::answer(app, &caller, operation, contract, &given)).await
}

/// The operation that an address ends with.
fn named(path: &str) -> Result<&'static Operation, Error> {
    let name = path.rsplit_once('$').map(|(_, name)| name);
    name.and_then(operation).ok_or_else(Error::not_found)
}
