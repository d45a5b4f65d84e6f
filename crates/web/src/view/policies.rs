//! The policies in use, and what is proposed in their place.

use super::identity::Session;
use model::Timestamp;

/// A set of policies, as it is told from others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PolicySetRow {
    /// Its number; 0 is the one that comes with the program.
    pub number: u64,
    /// SHA-256 of schema, core and text.
    pub digest: String,
    /// Who put it into use, and when.
    pub adopted: Option<(String, Timestamp)>,
}

/// The policies in use.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PoliciesView {
    /// The signed-in person.
    pub session: Session,
    /// Why what was asked for was not done, one sentence.
    pub error: Option<String>,
    /// The set in use.
    pub in_use: PolicySetRow,
    /// Signatures that stand behind its text.
    pub signatures: Vec<String>,
    /// Whether a change takes two persons.
    pub needs_second_person: bool,
    /// The texts of its policies by their ids.
    pub policies: Vec<(String, String)>,
    /// What is proposed in its place.
    pub proposed: Vec<ProposalRow>,
    /// The sets that were in use, the last one first.
    pub former: Vec<PolicySetRow>,
    /// Whether the person may propose and adopt.
    pub may_adopt: bool,
}

/// A proposal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProposalRow {
    /// Its id.
    pub id: String,
    /// SHA-256 of schema, core and text.
    pub digest: String,
    /// Who made it.
    pub actor: String,
    /// When.
    pub proposed: Timestamp,
    /// Whether the signed-in person made it, who then does not adopt it.
    pub is_own: bool,
    /// Signatures that stand behind its text.
    pub signatures: Vec<String>,
}

/// A policy that differs between the set in use and a proposal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyChange {
    /// Its id.
    pub id: String,
    /// Its text in the set in use, if it is there.
    pub before: Option<String>,
    /// Its text in the proposal, if it is there.
    pub after: Option<String>,
}

/// Questions of one kind that a proposal decides otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecisionChange {
    /// Who asked, in which role, for what, to do what, with which type.
    pub question: String,
    /// How often.
    pub times: u64,
    /// Whether it would be permitted; it is not now, or the other way round.
    pub would_be_permitted: bool,
    /// Policies that decide then.
    pub policies: String,
}

/// What a proposal would have decided otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShadowView {
    /// Days that were looked at.
    pub days: i64,
    /// Events in them.
    pub events: u64,
    /// Different questions.
    pub questions: u64,
    /// What would have been decided otherwise.
    pub changes: Vec<DecisionChange>,
}

/// One proposal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProposalView {
    /// The signed-in person.
    pub session: Session,
    /// The proposal.
    pub proposal: ProposalRow,
    /// What differs.
    pub changes: Vec<PolicyChange>,
    /// What looks wrong, if that was asked for.
    pub remarks: Option<Vec<String>>,
    /// What it would have decided otherwise, if that was asked for.
    pub shadow: Option<ShadowView>,
    /// Whether the person may adopt it.
    pub may_adopt: bool,
}
