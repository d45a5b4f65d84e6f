//! `cognate account` and `cognate client`

use super::StoreArguments;
use clap::{Args, Subcommand};
use std::path::PathBuf;

/// `cognate account`
#[derive(Debug, Subcommand)]
pub(crate) enum AccountCommand {
    /// Add or replace an account; the password is read from standard input.
    Add {
        #[command(flatten)]
        store: StoreArguments,
        /// Login.
        login: String,
        /// Role, `prescriber`.
        #[arg(long)]
        role: String,
        /// Name shown on pages.
        #[arg(long)]
        name: String,
        /// Id of the only patient whom the account sees; the role `patient` must have one.
        #[arg(long, value_name = "ID")]
        patient: Option<String>,
    },
    /// Say which resource a person is: applications are told it as `fhirUser`, consents that name
    /// it are about the person, and so is what visits and care teams say of who cares for whom.
    Link {
        #[command(flatten)]
        store: StoreArguments,
        /// Login.
        login: String,
        /// `Practitioner/ID`, `PractitionerRole/ID`, `RelatedPerson/ID` or `Patient/ID`.
        #[arg(value_name = "RESOURCE")]
        resource: String,
    },
    /// Say who a person is at the external identity provider: only that person logs in by it as
    /// this account. Sessions of the account end.
    LinkProvider {
        #[command(flatten)]
        store: StoreArguments,
        /// Login.
        login: String,
        /// Issuer, exactly as its tokens say it.
        #[arg(value_name = "ISSUER")]
        issuer: String,
        /// Subject, the claim `sub` of its tokens.
        #[arg(value_name = "SUBJECT")]
        subject: String,
    },
    /// Take a link from an account. Sessions of the account end.
    Unlink {
        #[command(flatten)]
        store: StoreArguments,
        /// Login.
        login: String,
        /// `resource` or `provider`.
        #[arg(value_name = "KIND")]
        kind: String,
    },
    /// List the accounts with their roles and second factors; no secret and no hash of one.
    List {
        #[command(flatten)]
        store: StoreArguments,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Disable an account: nobody logs in as it, by whatever proof, and what was begun ends. The
    /// last operator who can log in stays.
    Disable {
        #[command(flatten)]
        store: StoreArguments,
        /// Login.
        login: String,
    },
    /// Enable an account that was disabled.
    Enable {
        #[command(flatten)]
        store: StoreArguments,
        /// Login.
        login: String,
    },
    /// Take all second factors from an account, for a person who has lost them. Sessions end.
    ResetFactors {
        #[command(flatten)]
        store: StoreArguments,
        /// Login.
        login: String,
    },
    /// End every session of an account, and what applications may do for it.
    EndSessions {
        #[command(flatten)]
        store: StoreArguments,
        /// Login.
        login: String,
    },
}

/// `cognate client`
#[derive(Debug, Subcommand)]
pub(crate) enum ClientCommand {
    /// Add a service and print its token, once.
    Add {
        #[command(flatten)]
        store: StoreArguments,
        /// Id of the service.
        id: String,
        /// Role: `service-client` reads for decision support, `interface` files results.
        #[arg(long)]
        role: String,
        /// Name of the service.
        #[arg(long)]
        name: String,
        /// SMART scopes that narrow what the role permits, such as `system/Observation.rs`.
        #[arg(long, value_name = "SCOPES")]
        scopes: Option<String>,
    },
    /// Give a service another token and print it, once. The one before is good for nothing, and a
    /// service that was disabled is enabled.
    Renew {
        #[command(flatten)]
        store: StoreArguments,
        /// Id of the service.
        id: String,
    },
    /// Disable a service: its token is good for nothing from the next request on.
    Disable {
        #[command(flatten)]
        store: StoreArguments,
        /// Id of the service.
        id: String,
    },
    /// Register an application or service with the authorization server (SMART on FHIR).
    Register(RegisterArguments),
    /// List what is registered.
    List {
        #[command(flatten)]
        store: StoreArguments,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Take a registration away, and end everything that was given to it.
    Remove {
        #[command(flatten)]
        store: StoreArguments,
        /// Id of the application.
        id: String,
    },
}

/// `cognate client register`
#[derive(Args, Debug)]
pub(crate) struct RegisterArguments {
    #[command(flatten)]
    pub(crate) store: StoreArguments,
    /// Id of the application, its `client_id`. One that is there is replaced, and everything that
    /// was given to it ends.
    pub(crate) id: String,
    /// Name shown to people who are asked.
    #[arg(long)]
    pub(crate) name: String,
    /// Scopes that it may be granted at most, such as `launch/patient patient/*.rs`.
    #[arg(long, value_name = "SCOPES", default_value = "")]
    pub(crate) scopes: String,
    /// Address that people are sent back to, compared letter by letter; may be given several times.
    #[arg(long, value_name = "URL")]
    pub(crate) redirect_uri: Vec<String>,
    /// Make a secret and print it, once. Without it and without keys the application is one that
    /// can keep nothing secret.
    #[arg(long, conflicts_with = "key_set")]
    pub(crate) secret: bool,
    /// File with its public keys, a JSON Web Key Set: ES384 or RS384.
    #[arg(long, value_name = "FILE")]
    pub(crate) key_set: Option<PathBuf>,
    /// Address of its keys that its tokens may name. It is compared, never fetched.
    #[arg(long, value_name = "URL", requires = "key_set")]
    pub(crate) key_set_url: Option<String>,
    /// Role by itself, for `system/` scopes and for decision support.
    #[arg(long, requires = "key_set")]
    pub(crate) role: Option<String>,
    /// What it signs its calls of decision support with as `iss`.
    #[arg(long, value_name = "URL", requires_all = ["key_set", "role"])]
    pub(crate) issuer: Option<String>,
}
