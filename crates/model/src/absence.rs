//! The fixed words for absence; the same on every page, card, document and terminal.

use serde::{Deserialize, Serialize};

/// Why a value is not there. Nothing is "normal" because it is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Absence {
    /// No assay looked at it.
    NotTested,
    /// An assay looked and could not call it.
    NotCallable,
    /// Ordered, result not yet received.
    Pending,
    /// The record holds nothing about it.
    NotRecorded,
    /// Nobody asked the patient.
    NotAsked,
    /// What it rests on could not be had, so nobody has judged it.
    NotAssessed,
    /// Hidden by the patient's consent, and the caller may know that.
    HiddenByConsent,
}

impl Absence {
    /// Every reason there is.
    pub const ALL: [Self; 7] = [
        Self::NotTested,
        Self::NotCallable,
        Self::Pending,
        Self::NotRecorded,
        Self::NotAsked,
        Self::NotAssessed,
        Self::HiddenByConsent,
    ];

    /// The words shown to people.
    pub const fn words(self) -> &'static str {
        match self {
            Self::NotTested => "not tested",
            Self::NotCallable => "tested, not callable",
            Self::Pending => "pending",
            Self::NotRecorded => "not recorded",
            Self::NotAsked => "not asked",
            Self::NotAssessed => "not assessed",
            Self::HiddenByConsent => "hidden by consent",
        }
    }
}

/// Present, looked for and absent, or not looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Presence {
    /// Found.
    Present,
    /// Tested with an assay able to see it, and not there.
    AbsentTested,
    /// No assay able to see it has been done.
    NotTested,
}
