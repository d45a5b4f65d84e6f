//! The CapabilityStatement, from a description of what is routed.

use super::Object;
use serde_json::{Value, json};

/// What the server offers. It is filled from the routing table, so that the statement is true.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Capability {
    /// Base URL of the FHIR API.
    pub base: String,
    /// Version of the software.
    pub version: String,
    /// Day of the statement, `2026-01-31`.
    pub date: String,
    /// The resource types, sorted by the caller.
    pub resources: Vec<ResourceCapability>,
    /// Interactions on the base.
    pub system_interactions: Vec<Interaction>,
    /// Operations on the base: name without `$`, and the canonical of their definition.
    pub operations: Vec<(String, String)>,
}

/// What is offered for one type.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ResourceCapability {
    /// Resource type.
    pub resource_type: String,
    /// Interactions.
    pub interactions: Vec<Interaction>,
    /// Search parameters.
    pub search_parameters: Vec<SearchParameter>,
    /// What `_include` may name, `Observation:subject`.
    pub search_includes: Vec<String>,
    /// What `_revinclude` may name.
    pub search_reverse_includes: Vec<String>,
    /// Whether creates may be conditional.
    pub has_conditional_create: bool,
    /// Whether updates may be conditional, outside a Bundle.
    pub has_conditional_update: bool,
    /// Canonicals of the profiles that it is checked by.
    pub profiles: Vec<String>,
    /// Canonicals of the topics that can be subscribed to.
    pub topics: Vec<String>,
}

/// A search parameter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SearchParameter {
    /// Name, `birthdate`.
    pub name: String,
    /// `token`, `string`, `date`, `reference` …
    pub kind: String,
    /// Canonical of the definition.
    pub definition: Option<String>,
}

/// A RESTful interaction (FHIR `restful-interaction`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Interaction {
    /// Read the current version.
    Read,
    /// Read one version.
    Vread,
    /// Create.
    Create,
    /// Update.
    Update,
    /// Change in parts.
    Patch,
    /// Delete.
    Delete,
    /// Versions of one resource.
    HistoryInstance,
    /// Versions of a type.
    HistoryType,
    /// Versions of everything.
    HistorySystem,
    /// Search a type.
    SearchType,
    /// Search everything.
    SearchSystem,
    /// Bundles that stand or fall as a whole.
    Transaction,
    /// Bundles of independent entries.
    Batch,
}

impl Interaction {
    /// The code of FHIR R4.
    pub fn code(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Vread => "vread",
            Self::Create => "create",
            Self::Update => "update",
            Self::Patch => "patch",
            Self::Delete => "delete",
            Self::HistoryInstance => "history-instance",
            Self::HistoryType => "history-type",
            Self::HistorySystem => "history-system",
            Self::SearchType => "search-type",
            Self::SearchSystem => "search-system",
            Self::Transaction => "transaction",
            Self::Batch => "batch",
        }
    }
}

fn interactions(interactions: &[Interaction]) -> Vec<Value> {
    interactions.iter().map(|interaction| json!({"code": interaction.code()})).collect()
}

/// The `CapabilityStatement` of the running server.
pub fn capability_statement(capability: &Capability) -> Value {
    let operations = capability.operations.iter();
    let operations =
        operations.map(|(name, definition)| json!({"name": name, "definition": definition}));
    let rest = Object::default()
        .with("mode", "server")
        .list("resource", capability.resources.iter().map(resource).collect())
        .list("interaction", interactions(&capability.system_interactions))
        .list("operation", operations.collect());
    Object::resource("CapabilityStatement", "")
        .with("status", "active")
        .with("date", capability.date.as_str())
        .with("kind", "instance")
        .with("software", json!({"name": "Cognate", "version": capability.version}))
        .with("implementation", json!({"description": "Cognate", "url": capability.base}))
        .with("fhirVersion", "4.0.1")
        .with("format", json!(["json", "application/fhir+json"]))
        .with("rest", json!([rest.build()]))
        .build()
}

fn texts(texts: &[String]) -> Vec<Value> {
    texts.iter().map(|text| json!(text)).collect()
}

fn resource(resource: &ResourceCapability) -> Value {
    let offers = |interaction| resource.interactions.contains(&interaction);
    let parameter = |parameter: &SearchParameter| {
        Object::default()
            .with("name", parameter.name.as_str())
            .some("definition", parameter.definition.as_deref())
            .with("type", parameter.kind.as_str())
            .build()
    };
    let conditional = |has, interaction| (has && offers(interaction)).then_some(true);
    let create = conditional(resource.has_conditional_create, Interaction::Create);
    let update = conditional(resource.has_conditional_update, Interaction::Update);
    Object::default()
        .list("extension", resource.topics.iter().map(|topic| topic_extension(topic)).collect())
        .with("type", resource.resource_type.as_str())
        .list("supportedProfile", texts(&resource.profiles))
        .list("interaction", interactions(&resource.interactions))
        .with("versioning", "versioned")
        .some("conditionalCreate", create)
        .some("conditionalUpdate", update)
        .list("searchInclude", texts(&resource.search_includes))
        .list("searchRevInclude", texts(&resource.search_reverse_includes))
        .list("searchParam", resource.search_parameters.iter().map(parameter).collect())
        .build()
}

/// A topic as R4 servers advertise it (HL7 Subscriptions R5 Backport 1.1.0).
fn topic_extension(topic: &str) -> Value {
    json!({
        "url": "http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/\
            capability-subscriptiontopic-canonical",
        "valueCanonical": topic,
    })
}
