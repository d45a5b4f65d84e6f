//! A feed: one sender on one listener, and how its messages are to be read.
//!
//! Rules belong to the listener a message came in by, never to what its MSH claims. They stand in a
//! file of profiles that the operator keeps under version control; each version that was in use is
//! archived, and what was filed by it says so.

mod in_use;
mod profile;

pub use in_use::{Feeds, MAPPED_MAX, Mapped};
pub(crate) use profile::archived;
pub use profile::{FEEDS_MAX, FILE_BYTES_MAX, PROFILES, Profile, archive, profiles};

use formats::fhir::access::authority_to_system;
use formats::hl7v2::oru::{Lookups, Settings, is_answer_of};
use model::TenantId;
use model::code::is_loinc;
use model::patient::Identifier;
use record::limit::RAW_BODY_BYTES_MAX;
use std::collections::BTreeMap;

/// Messages of one feed that are taken in at a time over HTTP, unless its profile says otherwise.
pub const IN_FLIGHT_MAX: usize = 8;

/// Kinds of messages (MSH-9) that a feed takes, unless its profile says otherwise.
const TAKES: [&str; 1] = ["ORU^R01"];

/// A feed's profile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Feed {
    /// Name, as operators know it.
    pub id: String,
    /// Whose data it carries.
    pub tenant: TenantId,
    /// Identifier systems by the namespace the sender writes (CX.4). A namespace that is not
    /// listed becomes `urn:cognate:authority:NAMESPACE`.
    pub authorities: BTreeMap<String, String>,
    /// MSH-11 processing ids that are taken (HL7 table 0103).
    pub processing_ids: Vec<String>,
    /// Local code systems under which a code of LOINC shape and check digit is LOINC.
    pub loinc_under: Vec<String>,
    /// The sender's own codes of observations and of answers (`53040-2=PM`), by system and code,
    /// with the LOINC code of each.
    pub codes: BTreeMap<(String, String), String>,
    /// The sender's zone, in minutes east of UTC, for times without an offset.
    pub offset_minutes: Option<i16>,
    /// Kinds of messages that are taken, `ORU^R01`.
    pub takes: Vec<String>,
    /// Largest message or file, in bytes.
    pub bytes_max: usize,
    /// Messages that are taken in at a time over HTTP; what comes beside them is asked to wait.
    pub in_flight_max: usize,
    /// Whether a result waits for a person until its order is known.
    pub orders_required: bool,
    /// Whether a PDF in its folder is filed as a document.
    pub documents: bool,
    /// The destination that application acknowledgements go to (MSH-16); they are not sent without.
    pub acknowledge_to: Option<String>,
    /// Whether results wait until a document that came with them was read: where the server that
    /// takes them in reads documents.
    pub waits_for_documents: bool,
    /// The version of the profile; none for a feed without one.
    pub profile: Option<Profile>,
}

/// What speaks against a code of a sender's meaning this: an observation takes a code of LOINC, an
/// answer (`53040-2=PM`) one of the answers of its item.
fn objection(code: &str, loinc: &str) -> Option<String> {
    match code.split_once('=').filter(|(item, _)| is_loinc(item)) {
        Some((item, _)) if is_answer_of(item, loinc) => None,
        Some((item, _)) => Some(format!("`{loinc}` is none of the answers of {item}")),
        None if is_loinc(loinc) => None,
        None => Some(format!("`{loinc}` is no LOINC code: its check digit is wrong")),
    }
}

impl Feed {
    /// A production feed with no exceptions.
    pub fn production(id: &str, tenant: &TenantId) -> Self {
        Self {
            id: id.to_owned(),
            tenant: tenant.clone(),
            authorities: BTreeMap::new(),
            processing_ids: vec!["P".to_owned()],
            loinc_under: Vec::new(),
            codes: BTreeMap::new(),
            offset_minutes: None,
            takes: TAKES.map(str::to_owned).to_vec(),
            bytes_max: RAW_BODY_BYTES_MAX,
            in_flight_max: IN_FLIGHT_MAX,
            orders_required: false,
            documents: false,
            acknowledge_to: None,
            waits_for_documents: false,
            profile: None,
        }
    }

    /// How results of this feed are read.
    pub fn settings(&self) -> Settings {
        Settings {
            accept_loinc_under: self.loinc_under.clone(),
            codes: self.codes.clone(),
            offset_minutes: self.offset_minutes,
            lookups: Lookups::default(),
        }
    }

    /// An identifier with the authority the record knows. Without an authority there is none:
    /// a number alone identifies nobody.
    pub fn identifier(&self, namespace: &str, value: &str) -> Option<Identifier> {
        let value: String = value.chars().filter(|c| !c.is_whitespace()).collect();
        if namespace.trim().is_empty() || value.is_empty() {
            return None;
        }
        let authority = match self.authorities.get(namespace) {
            Some(system) => system.clone(),
            None => authority_to_system(namespace.trim()),
        };
        Some(Identifier { authority, value })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_without_authority_identifies_nobody() {
        let mut feed = Feed::production("north", &TenantId::new("t"));
        feed.authorities.insert("R0A".into(), "urn:oid:2.16.840.1".into());
        let authority = |namespace: &str, value: &str| {
            feed.identifier(namespace, value).map(|i| (i.authority, i.value))
        };
        assert_eq!(authority("", "633"), None);
        assert_eq!(authority("  ", "633"), None);
        assert_eq!(authority("R0A", " "), None);
        assert_eq!(
            authority("R0A", "944 930 5552"),
            Some(("urn:oid:2.16.840.1".into(), "9449305552".into()))
        );
        assert_eq!(
            authority("COGNATE-DEMO", "100001"),
            Some(("urn:cognate:authority:COGNATE-DEMO".into(), "100001".into()))
        );
    }
}
