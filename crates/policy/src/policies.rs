//! Sets of policies: read, checked against the schema, and given a digest.

use crate::prepared::by_action;
use crate::questions::Questions;
use cedar_policy::{Policy, PolicyId, PolicySet, Schema, ValidationMode, Validator};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::str::FromStr;
use std::sync::{Arc, LazyLock};

/// Bytes of a set of policies.
pub const POLICIES_BYTES_MAX: usize = 256 * 1024;
/// Policies of a set.
pub const POLICIES_MAX: usize = 500;

pub(crate) const SCHEMA: &str = include_str!("../policies/schema.cedarschema");
const CORE: &str = include_str!("../policies/core.cedar");
const COMMON: &str = include_str!("../policies/common.cedar");
const STANDARD: &str = include_str!("../policies/standard.cedar");
const CARE_TEAM: &str = include_str!("../policies/care-team.cedar");

/// Names of the sets that come with the program; the first is in use until another is adopted.
pub const SHIPPED: &[&str] = &["standard", "care-team"];

static READ_SCHEMA: LazyLock<Result<Schema, String>> = LazyLock::new(|| {
    let (schema, warnings) =
        Schema::from_cedarschema_str(SCHEMA).map_err(|error| error.to_string())?;
    match warnings.into_iter().next() {
        Some(warning) => Err(warning.to_string()),
        None => Ok(schema),
    }
});

/// The schema that every set is checked against.
pub(crate) fn schema() -> Option<&'static Schema> {
    READ_SCHEMA.as_ref().ok()
}

/// Why a set of policies is not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// More of something than there may be.
    #[error("{found} {unit}, at most {max} are taken")]
    TooMuch {
        /// How many there are.
        found: usize,
        /// How many there may be.
        max: usize,
        /// Of what.
        unit: &'static str,
    },
    /// It is not Cedar.
    #[error("cannot be read: {0}")]
    Unreadable(String),
    /// An annotation that is known holds a word that is not.
    #[error("policy `{0}`: `@second_person` is `required` or not there")]
    SecondPerson(String),
    /// A policy has no id of its own, or one that another has.
    #[error("policy `{0}` has no `@id` of its own")]
    Id(String),
    /// It does not fit the schema: each line names its policy.
    #[error("does not fit the schema: {0}")]
    Schema(String),
    /// There is no shipped set of the name.
    #[error("no set of policies comes with the program as `{0}`")]
    Unknown(String),
}

/// A set of policies that fits the schema. What no tenant can take out is always part of it.
#[derive(Clone, Debug)]
pub struct Policies {
    pub(crate) set: PolicySet,
    /// For each action those of the set whose scope lets them apply.
    pub(crate) of_action: Arc<BTreeMap<String, PolicySet>>,
    pub(crate) questions: Arc<Questions>,
    text: String,
    digest: String,
    needs_second_person: bool,
}

impl Policies {
    /// Reads a set of policies. The core is added; its ids are not free.
    ///
    /// # Errors
    /// What is no Cedar, does not fit the schema by its strict rules, or is too large.
    pub fn read(text: &str) -> Result<Self, Refusal> {
        if text.len() > POLICIES_BYTES_MAX {
            let (found, max) = (text.len(), POLICIES_BYTES_MAX);
            return Err(Refusal::TooMuch { found, max, unit: "bytes" });
        }
        let schema = READ_SCHEMA.as_ref().map_err(|text| Refusal::Schema(text.clone()))?;
        let mut set = PolicySet::new();
        for part in [CORE, text] {
            add(&mut set, part)?;
        }
        let found = set.policies().count();
        if found > POLICIES_MAX {
            return Err(Refusal::TooMuch { found, max: POLICIES_MAX, unit: "policies" });
        }
        let validated = Validator::new(schema.clone()).validate(&set, ValidationMode::Strict);
        if !validated.validation_passed() {
            let errors = validated.validation_errors().map(ToString::to_string);
            return Err(Refusal::Schema(errors.collect::<Vec<_>>().join("; ")));
        }
        let mut hash = Sha256::new();
        for part in [SCHEMA, CORE, text] {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part.as_bytes());
        }
        let needs_second_person = needs_second_person(&set)?;
        let (text, digest) = (text.to_owned(), hex::encode(hash.finalize()));
        let of_action = Arc::new(by_action(&set).map_err(Refusal::Schema)?);
        let questions = Arc::default();
        Ok(Self { set, of_action, questions, text, digest, needs_second_person })
    }

    /// A set that comes with the program, by its name.
    ///
    /// # Errors
    /// A name that is not in [`SHIPPED`].
    pub fn shipped(name: &str) -> Result<Self, Refusal> {
        Self::read(&Self::shipped_text(name)?)
    }

    /// The text of a set that comes with the program, to be changed and adopted.
    ///
    /// # Errors
    /// A name that is not in [`SHIPPED`].
    pub fn shipped_text(name: &str) -> Result<String, Refusal> {
        let own = match name {
            "standard" => STANDARD,
            "care-team" => CARE_TEAM,
            _ => return Err(Refusal::Unknown(name.to_owned())),
        };
        Ok(format!("{own}\n{COMMON}"))
    }

    /// The text as it was read, without the core.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// SHA-256 over schema, core and text, lower-case hex: the version of the set.
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// Whether a change of this set takes a second person: one of its policies is annotated with
    /// `@second_person("required")`.
    pub fn needs_second_person(&self) -> bool {
        self.needs_second_person
    }

    /// The texts of the policies by their ids, the core included.
    pub fn by_id(&self) -> BTreeMap<String, String> {
        let text = |policy: &Policy| (policy.id().to_string(), policy.to_string());
        self.set.policies().map(text).collect()
    }
}

/// What a set says of its own changes. A word that is not known is nobody's "no".
fn needs_second_person(set: &PolicySet) -> Result<bool, Refusal> {
    let mut is_needed = false;
    for policy in set.policies() {
        match policy.annotation("second_person") {
            None => {}
            Some("required") => is_needed = true,
            Some(_) => return Err(Refusal::SecondPerson(policy.id().to_string())),
        }
    }
    Ok(is_needed)
}

/// Adds the policies of a text under the ids that they carry.
fn add(set: &mut PolicySet, text: &str) -> Result<(), Refusal> {
    let unreadable = |error: &dyn std::fmt::Display| Refusal::Unreadable(error.to_string());
    let read = PolicySet::from_str(text).map_err(|error| unreadable(&error))?;
    if let Some(template) = read.templates().next() {
        return Err(Refusal::Unreadable(format!("`{}` is a template", template.id())));
    }
    for policy in read.policies() {
        let place = policy.id().to_string();
        let id = policy.annotation("id").filter(|id| !id.is_empty());
        let id = id.ok_or_else(|| Refusal::Id(place.clone()))?.to_owned();
        let named = policy.new_id(PolicyId::new(&id));
        set.add(named).map_err(|_| Refusal::Id(id))?;
    }
    Ok(())
}
