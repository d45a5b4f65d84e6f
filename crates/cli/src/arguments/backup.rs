//! `cognate backup`, `cognate restore` and `cognate drill`

use super::{Address, StoreArguments};
use clap::{Args, Subcommand};
use std::path::PathBuf;

/// What a place in a bucket needs besides its name.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct BucketArguments {
    /// Address of the S3-compatible service, for places `s3://BUCKET/PREFIX`:
    /// `https://s3.eu-central-1.amazonaws.com`.
    #[arg(
        id = "s3-endpoint",
        long = "s3-endpoint",
        env = "COGNATE_S3_ENDPOINT",
        value_name = "URL"
    )]
    pub(crate) endpoint: Option<String>,
    /// Region of the bucket.
    #[arg(
        id = "s3-region",
        long = "s3-region",
        env = "COGNATE_S3_REGION",
        default_value = "us-east-1",
        value_name = "NAME"
    )]
    pub(crate) region: String,
    /// File that only its owner can read, with the id of the access key in its first line, the
    /// secret key in its second and the token of a session, if there is one, in its third.
    #[arg(
        id = "s3-credentials-file",
        long = "s3-credentials-file",
        env = "COGNATE_S3_CREDENTIALS_FILE",
        value_name = "FILE"
    )]
    pub(crate) credentials_file: Option<PathBuf>,
    /// PEM file with the authorities that the service's certificate may be of, in place of those
    /// that this machine trusts.
    #[arg(
        id = "s3-authorities",
        long = "s3-authorities",
        env = "COGNATE_S3_AUTHORITIES",
        value_name = "FILE"
    )]
    pub(crate) authorities: Option<PathBuf>,
}

/// Backups that are there.
#[derive(Args, Clone, Debug)]
pub(crate) struct FromArguments {
    /// Where the backups are: a directory, or `s3://BUCKET/PREFIX`.
    #[arg(long, env = "COGNATE_BACKUP_TO", value_name = "PLACE")]
    pub(crate) from: String,
    #[command(flatten)]
    pub(crate) bucket: BucketArguments,
    /// File with the master key; by default the systemd credential `cognate-master-key`.
    #[arg(long, env = "COGNATE_MASTER_KEY_FILE", value_name = "FILE")]
    pub(crate) master_key_file: Option<PathBuf>,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// Which snapshot.
#[derive(Args, Clone, Debug)]
#[group(multiple = false)]
pub(crate) struct SnapshotArguments {
    /// Name of the snapshot, or the beginning of it; without it the newest one.
    #[arg(long, value_name = "ID")]
    pub(crate) snapshot: Option<String>,
    /// The newest snapshot that is not later than this time: `2026-03-04T05:06:07Z`.
    #[arg(long, value_name = "TIME")]
    pub(crate) at: Option<String>,
}

/// `cognate backup`
#[derive(Args, Debug)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(crate) struct BackupArguments {
    #[command(subcommand)]
    pub(crate) command: Option<BackupCommand>,
    #[command(flatten)]
    pub(crate) take: BackupTakeArguments,
}

/// `cognate backup --to PLACE`
#[derive(Args, Debug)]
pub(crate) struct BackupTakeArguments {
    #[command(flatten)]
    pub(crate) store: StoreArguments,
    /// Where the snapshot goes: a directory, or `s3://BUCKET/PREFIX`.
    #[arg(long, env = "COGNATE_BACKUP_TO", value_name = "PLACE", required = true)]
    pub(crate) to: Option<String>,
    #[command(flatten)]
    pub(crate) bucket: BucketArguments,
    /// Send everything again, whatever is there: it mends chunks that were damaged.
    #[arg(long)]
    pub(crate) full: bool,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// `cognate backup list`, `verify`, `prune`
#[derive(Debug, Subcommand)]
pub(crate) enum BackupCommand {
    /// List the snapshots.
    List(FromArguments),
    /// Read every chunk of every snapshot and check it. Ends with 1 if something is damaged or
    /// missing.
    Verify(BackupVerifyArguments),
    /// Remove old snapshots, and the chunks that no kept one needs. The newest one is always kept.
    Prune(BackupPruneArguments),
}

/// `cognate backup verify`
#[derive(Args, Debug)]
pub(crate) struct BackupVerifyArguments {
    #[command(flatten)]
    pub(crate) from: FromArguments,
    /// Only this snapshot.
    #[arg(long, value_name = "ID")]
    pub(crate) snapshot: Option<String>,
}

/// `cognate backup prune`
#[derive(Args, Debug)]
pub(crate) struct BackupPruneArguments {
    #[command(flatten)]
    pub(crate) from: FromArguments,
    /// Keep this many of the newest.
    #[arg(long, default_value_t = 1, value_name = "N")]
    pub(crate) keep_last: usize,
    /// Keep the newest one of each of this many hours.
    #[arg(long, default_value_t = 48, value_name = "N")]
    pub(crate) keep_hourly: usize,
    /// Keep the newest one of each of this many days.
    #[arg(long, default_value_t = 35, value_name = "N")]
    pub(crate) keep_daily: usize,
    /// Keep the newest one of each of this many weeks.
    #[arg(long, default_value_t = 0, value_name = "N")]
    pub(crate) keep_weekly: usize,
    /// Keep the newest one of each of this many months.
    #[arg(long, default_value_t = 13, value_name = "N")]
    pub(crate) keep_monthly: usize,
    /// Keep the newest one of each of this many years.
    #[arg(long, default_value_t = 7, value_name = "N")]
    pub(crate) keep_yearly: usize,
}

/// `cognate restore`
#[derive(Args, Debug)]
pub(crate) struct RestoreArguments {
    /// The data directory that is made; one that is not empty is refused.
    #[arg(value_name = "DIR")]
    pub(crate) directory: PathBuf,
    #[command(flatten)]
    pub(crate) from: FromArguments,
    #[command(flatten)]
    pub(crate) which: SnapshotArguments,
    /// Empty PostgreSQL database that the record goes to; the directory then holds the audit log.
    /// Without it the record goes to files in the directory, wherever it was.
    #[arg(long = "store", value_name = "URL")]
    pub(crate) postgres: Option<Address>,
    /// File with the password of the PostgreSQL role, if the address has none.
    #[arg(long, env = "COGNATE_STORE_PASSWORD_FILE", value_name = "FILE")]
    pub(crate) store_password_file: Option<PathBuf>,
}

/// `cognate drill`
#[derive(Args, Debug)]
pub(crate) struct DrillArguments {
    #[command(flatten)]
    pub(crate) from: FromArguments,
    #[command(flatten)]
    pub(crate) which: SnapshotArguments,
    /// Directory in which the snapshot is restored for the time of the drill; by default the one
    /// for temporary files.
    #[arg(long, value_name = "DIR")]
    pub(crate) scratch: Option<PathBuf>,
    /// How many versions of resources are read.
    #[arg(long, default_value_t = backup::DRILL_READS, value_name = "N")]
    pub(crate) reads: usize,
    /// Write the signed report as JSON to this file, and the text beside it, ending in `.txt`.
    #[arg(long, value_name = "FILE")]
    pub(crate) report: Option<PathBuf>,
}

/// What the server does for backups.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct ShippingArguments {
    /// Take snapshots to this place while serving: a directory, or `s3://BUCKET/PREFIX`. Without it
    /// nothing is backed up, and health says so.
    #[arg(long, env = "COGNATE_BACKUP_TO", value_name = "PLACE")]
    pub(crate) backup_to: Option<String>,
    /// Seconds from one snapshot to the next.
    #[arg(
        long,
        env = "COGNATE_BACKUP_EVERY",
        default_value_t = 30,
        value_name = "SECONDS",
        value_parser = clap::value_parser!(u64).range(1..=86_400)
    )]
    pub(crate) backup_every: u64,
    /// Remove no old snapshots: where the place keeps what it has, or `backup prune` is run.
    #[arg(long)]
    pub(crate) backup_keep_all: bool,
    #[command(flatten)]
    pub(crate) bucket: BucketArguments,
}
