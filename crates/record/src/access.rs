//! Who asks, in which role, for what purpose and about whom.

mod table;

pub(crate) use table::is_filtered;
use table::needs_tenant;

use crate::Failure;
use crate::grant::Lens;
use crate::limit::{SCOPE_PATIENTS_MAX, text, within};
use model::{PatientId, TenantId};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Compartment of what belongs to no patient by its nature.
pub(crate) const EVERYBODY: &str = "*";

/// Who asks, in which role, for what purpose and about whom: the first argument of every call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Access {
    tenant: TenantId,
    actor: String,
    application: Option<String>,
    role: Role,
    purpose: Purpose,
    scope: Scope,
    /// What the policies leave of a read; only the record itself looks it up.
    lens: Option<Arc<Lens>>,
}

impl Access {
    /// An access; `actor` is the id that the audit log names: a login, a client or a machine.
    pub fn new(
        tenant: TenantId,
        actor: impl Into<String>,
        role: Role,
        purpose: Purpose,
        scope: Scope,
    ) -> Self {
        Self { tenant, actor: actor.into(), application: None, role, purpose, scope, lens: None }
    }

    /// The same through an application: the rights are the actor's, what a consent refuses to the
    /// application is refused, and the audit log names both.
    #[must_use]
    pub fn through_application(self, application: impl Into<String>) -> Self {
        Self { application: Some(application.into()), ..self }
    }

    /// Whose data.
    pub fn tenant(&self) -> &TenantId {
        &self.tenant
    }

    /// Who asks, as the audit log names it.
    pub fn actor(&self) -> &str {
        &self.actor
    }

    /// The application through which the actor asks, as an actor of its own: `client:app`.
    pub fn application(&self) -> Option<&str> {
        self.application.as_deref()
    }

    /// Whose the jobs and subscriptions are that are made by this access: an application finds
    /// none of the person's, nor of another application's.
    pub fn owner(&self) -> String {
        match &self.application {
            Some(application) => format!("{}@{application}", self.actor),
            None => self.actor.clone(),
        }
    }

    /// In which role.
    pub fn role(&self) -> Role {
        self.role
    }

    /// For what.
    pub fn purpose(&self) -> Purpose {
        self.purpose
    }

    /// About whom.
    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    /// Whether what is said of the access can be asked about at all: an actor, a tenant, a scope
    /// that fits the action.
    pub(crate) fn check(&self, action: Action) -> Result<(), Failure> {
        for (place, value) in [
            ("actor", self.actor.as_str()),
            ("tenant", self.tenant.as_str()),
            ("application", self.application.as_deref().unwrap_or("none")),
        ] {
            text(place, value)?;
            if value.is_empty() {
                let text = "is not said".to_owned();
                return Err(Failure::Invalid { place: place.to_owned(), text });
            }
        }
        if let Scope::Patients(patients) = &self.scope {
            within("scope", patients.len(), SCOPE_PATIENTS_MAX, "patients")?;
        }
        let scope_fits = match &self.scope {
            Scope::Patients(_) if needs_tenant(action) => false,
            // An emergency is of one patient.
            Scope::Patients(patients) => self.purpose != Purpose::Emergency || patients.len() == 1,
            // A patient's access without its patient is a claim that was lost, not a wider one.
            Scope::Tenant => self.role != Role::Patient && self.purpose != Purpose::Emergency,
        };
        if scope_fits { Ok(()) } else { Err(self.denied(action)) }
    }

    /// That the action is not permitted.
    pub(crate) fn denied(&self, action: Action) -> Failure {
        let (role, purpose) = (self.role.word(), self.purpose.word());
        Failure::Denied { action: action.word(), role, purpose }
    }

    /// The same access as the policies see it.
    pub(crate) fn through(&self, lens: Lens) -> Self {
        Self { lens: Some(Arc::new(lens)), ..self.clone() }
    }

    /// What the policies leave of a read.
    pub(crate) fn lens(&self) -> Option<&Lens> {
        self.lens.as_deref()
    }

    /// Whether the scope includes a patient's compartment; the empty text is no patient's, `*`
    /// what belongs to no patient by its nature.
    pub(crate) fn sees(&self, compartment: &str) -> bool {
        match &self.scope {
            Scope::Tenant => true,
            Scope::Patients(patients) => {
                compartment == EVERYBODY || patients.iter().any(|p| p.as_str() == compartment)
            }
        }
    }
}

/// About whom an access may learn anything. It becomes part of every query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Every patient of the tenant.
    Tenant,
    /// These patients only, and what belongs to no patient by its nature (an organisation).
    Patients(BTreeSet<PatientId>),
}

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$item:meta])* $variant:ident => $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$item])* $variant,)* }

        impl $name {
            /// All of them, in the order of the declaration.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The stable word for it, as stored and audited.
            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }

            /// Reads the stable word back.
            pub fn from_word(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$variant),)* _ => None }
            }
        }
    };
}
pub(crate) use words;

words! {
    /// What somebody is, for the table of what may be done.
    Role {
        /// Orders medicines.
        Prescriber => "prescriber",
        /// Checks and gives out medicines.
        Pharmacist => "pharmacist",
        /// Interprets inherited findings.
        Geneticist => "geneticist",
        /// Treats tumours.
        Oncologist => "oncologist",
        /// Works the list of results that could not be filed.
        LaboratoryReviewer => "laboratory-reviewer",
        /// Mends the connections to laboratories.
        InterfaceAnalyst => "interface-analyst",
        /// Studies what patients have consented to.
        Researcher => "researcher",
        /// Watches who reads what; reads no clinical content.
        PrivacyOfficer => "privacy-officer",
        /// Runs the installation and its log-ins; reads no clinical content.
        Operator => "operator",
        /// The machine that receives and files.
        Interface => "interface",
        /// The machine that interprets.
        Engine => "engine",
        /// Another system: an order-entry screen, a research platform.
        ServiceClient => "service-client",
        /// The patient.
        Patient => "patient",
    }
}

words! {
    /// What for.
    Purpose {
        /// Care of the patient.
        Treatment => "treatment",
        /// Running the service: filing, log-ins, upkeep.
        Operations => "operations",
        /// Research: of whom a consent gives it.
        Research => "research",
        /// The patient asked for it.
        PatientRequest => "patient-request",
        /// An emergency: one patient, for reading, while it lasts.
        Emergency => "emergency",
        /// Insurance. Refused to everybody, whatever the policies say.
        Underwriting => "underwriting",
        /// Decisions about employees. Refused to everybody, whatever the policies say.
        Employment => "employment",
    }
}

words! {
    /// What is done; the unit of permission and of audit.
    Action {
        /// Archive a raw message, or store its acknowledgement.
        ArchiveRaw => "archive-raw",
        /// Read raw messages.
        ReadRaw => "read-raw",
        /// Change the state of a raw message.
        SetRawState => "set-raw-state",
        /// Write resources and facts.
        Commit => "commit",
        /// Read, vread and search resources.
        ReadClinical => "read-clinical",
        /// Read resources in bulk.
        Export => "export",
        /// Read facts.
        ReadFacts => "read-facts",
        /// Look patients up by identifier, or list them.
        FindPatients => "find-patients",
        /// Write statements.
        PutStatements => "put-statements",
        /// Read statements.
        ReadStatements => "read-statements",
        /// Read the change feed.
        ReadChanges => "read-changes",
        /// Read or move a cursor of the change feed.
        UseCursor => "use-cursor",
        /// Keep the sets of carriers up.
        KeepCarriers => "keep-carriers",
        /// Read the review list.
        ReadReviews => "read-reviews",
        /// Say who looks after an entry of the review list, and note something beside it.
        WorkReview => "work-review",
        /// Resolve a review.
        ResolveReview => "resolve-review",
        /// Read accounts, clients and sessions.
        ReadAccounts => "read-accounts",
        /// Write accounts, clients and sessions.
        WriteAccounts => "write-accounts",
        /// Note which cards were shown, and the feedback on them.
        WriteDecisions => "write-decisions",
        /// Read which cards were shown.
        ReadDecisions => "read-decisions",
        /// Read the feedback on cards.
        ReadFeedback => "read-feedback",
        /// Make, change and end subscriptions of one's own, and read what they were told.
        Subscribe => "subscribe",
        /// Look for events of subscriptions and send them.
        Notify => "notify",
        /// See how destinations stand and what waits for them.
        ReadOutbox => "read-outbox",
        /// Let go, skip, stop or repeat what is to be sent to a destination.
        SteerOutbox => "steer-outbox",
        /// Keep a knowledge pack.
        KeepPack => "keep-pack",
        /// Read a kept knowledge pack.
        ReadPack => "read-pack",
        /// Make a kept pack the one in use.
        AdoptPack => "adopt-pack",
        /// Read the audit log.
        ReadAudit => "read-audit",
        /// Take events out of the audit log that were kept for as long as they have to be.
        ThinAudit => "thin-audit",
        /// Note a disclosure that has to be accounted for.
        NoteDisclosure => "note-disclosure",
        /// Read what an adopted pack changed for whom.
        ReadPackChanges => "read-pack-changes",
        /// Open one patient in an emergency.
        OpenEmergency => "open-emergency",
        /// Read which patients were opened in an emergency, and why.
        ReadEmergencies => "read-emergencies",
        /// Say of an emergency whether it was one.
        ReviewEmergency => "review-emergency",
        /// Note what the review of the audit log found.
        FileFindings => "file-findings",
        /// Read what the review of the audit log found.
        ReadFindings => "read-findings",
        /// Say of a finding whether it is explained.
        AnswerFinding => "answer-finding",
        /// Read the policies, and what they say of somebody.
        ReadPolicy => "read-policy",
        /// Put other policies into use.
        AdoptPolicy => "adopt-policy",
        /// Read who cares for whom.
        ReadCare => "read-care",
        /// Write who cares for whom.
        WriteCare => "write-care",
        /// See the keyring, and renew the keys of a tenant.
        ManageKeys => "manage-keys",
        /// Erase a patient by destroying the keys of what is known of it.
        ErasePatient => "erase-patient",
        /// Ask how many, for a project of research.
        Count => "count",
        /// Read de-identified resources of a project in bulk.
        ExportDeidentified => "export-deidentified",
        /// Read projects of research: one's own, or all of them.
        ReadProjects => "read-projects",
        /// Make and end projects of research, and note what their recipients attest.
        WriteProjects => "write-projects",
        /// Let bulk data of a project go, as a second person.
        ApproveExport => "approve-export",
        /// Read trials as they were curated.
        ReadTrials => "read-trials",
        /// Keep trials and take them out of use.
        WriteTrials => "write-trials",
    }
}
