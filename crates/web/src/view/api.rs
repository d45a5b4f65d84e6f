//! View of the description of the HTTP interfaces.

/// The interfaces, in groups.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiView {
    /// Version of the program.
    pub version: String,
    /// Address under which callers reach the server.
    pub base_url: String,
    /// Groups in the order to show.
    pub groups: Vec<ApiGroup>,
}

/// Operations that belong together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiGroup {
    /// Its name: `FHIR`.
    pub name: String,
    /// Its operations.
    pub operations: Vec<ApiOperation>,
}

/// One operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiOperation {
    /// Its id in the description, `get-fhir-type-id`.
    pub id: String,
    /// `GET`.
    pub method: String,
    /// `/fhir/{type}/{id}`.
    pub path: String,
    /// What it does.
    pub summary: String,
    /// Who may call it.
    pub caller: String,
    /// Each parameter: name, where it stands, whether it is required.
    pub parameters: Vec<(String, String, bool)>,
    /// Media types that it takes.
    pub takes: Vec<String>,
    /// Each answer: status and what comes with it.
    pub answers: Vec<(String, String)>,
}
