//! `cognate feed`, and what `serve` is told of feeds.

use super::StoreArguments;
use clap::{Args, Subcommand};
use std::path::PathBuf;

/// `cognate feed`
#[derive(Debug, Subcommand)]
pub(crate) enum FeedCommand {
    /// List the feeds of a file of profiles.
    List(FeedListArguments),
    /// Say what messages and reports come to by a profile. No store is needed, nothing is filed.
    Test(FeedTestArguments),
    /// Say how well the reports of a folder are read, by template and field: each `NAME.pdf` is
    /// held against its `NAME.expected.json`. No store is needed, nothing is filed.
    Documents(FeedDocumentsArguments),
    /// Read archived messages of a feed again by its profile, or with `--dry-run` say what facts
    /// would come and go.
    Replay(Box<FeedReplayArguments>),
}

/// Where profiles are.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct ProfileArguments {
    /// TOML file with the profiles of feeds: authorities, codes, processing ids, limits. Each
    /// version that is used is archived by its digest.
    #[arg(long, env = "COGNATE_FEEDS", value_name = "FILE")]
    pub(crate) feeds: Option<PathBuf>,
}

/// What a server takes in beside MLLP, and what it sends on.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct DoorArguments {
    #[command(flatten)]
    pub(crate) profiles: ProfileArguments,
    /// Folder that files of a feed are put into, `north=/var/spool/north`; may be given several
    /// times. A whole file is renamed into its `inbox`, and is then in `done` or, with the reason
    /// beside it, in `failed`.
    #[arg(long, value_name = "FEED=DIR")]
    pub(crate) watch_folder: Vec<String>,
    /// Directory of TOML files with the destinations that results are sent on to, as HL7 v2 or as
    /// signed webhooks. Nothing else is called.
    #[arg(long, env = "COGNATE_DESTINATIONS", value_name = "DIR")]
    pub(crate) destinations: Option<PathBuf>,
}

/// `cognate feed list`
#[derive(Args, Debug)]
pub(crate) struct FeedListArguments {
    #[command(flatten)]
    pub(crate) profiles: ProfileArguments,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// `cognate feed test`
#[derive(Args, Debug)]
pub(crate) struct FeedTestArguments {
    #[command(flatten)]
    pub(crate) profiles: ProfileArguments,
    /// Name of the feed; without it a production feed with no exceptions.
    #[arg(long, value_name = "NAME")]
    pub(crate) feed: Option<String>,
    /// Files with a message, a batch or a report each.
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// `cognate feed documents`
#[derive(Args, Debug)]
pub(crate) struct FeedDocumentsArguments {
    /// Folder with the documents; folders in it are looked through.
    #[arg(value_name = "DIR")]
    pub(crate) directory: PathBuf,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// `cognate feed replay`
#[derive(Args, Debug)]
pub(crate) struct FeedReplayArguments {
    #[command(flatten)]
    pub(crate) store: StoreArguments,
    #[command(flatten)]
    pub(crate) profiles: ProfileArguments,
    /// Name of the feed.
    #[arg(long, value_name = "NAME")]
    pub(crate) feed: String,
    /// From where in the archive: a place in the order of arrival, or a day.
    #[arg(long, value_name = "NUMBER|DATE")]
    pub(crate) since: String,
    /// Change nothing, and print the facts that would come and go.
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Read every message, those too of which nothing is another that their reading rests on.
    #[arg(long)]
    pub(crate) thorough: bool,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}
