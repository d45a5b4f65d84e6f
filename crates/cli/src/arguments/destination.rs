//! `cognate destination`

use super::StoreArguments;
use clap::{Args, Subcommand};
use std::path::PathBuf;

/// `cognate destination`
#[derive(Debug, Subcommand)]
pub(crate) enum DestinationCommand {
    /// Say what is wrong with the files of destinations, and how each destination stands.
    List(DestinationListArguments),
    /// Reach a destination without sending anything of anybody: a connection, or a signed event
    /// `test`. No store is needed.
    Test(DestinationTestArguments),
    /// List what is to be sent to a destination, or was.
    Queue(DestinationQueueArguments),
    /// Send a parked dispatch again, and let those of its patient that it held follow.
    Release(DispatchArguments),
    /// Never send a dispatch, and let those of its patient that it held go on.
    Skip(DispatchArguments),
    /// Send a dispatch and those of its patient that come later only when it is released.
    Park(DispatchArguments),
    /// Send a dispatch and everything of its patient that came later again, in order and under the
    /// same ids.
    Resend(DispatchArguments),
}

/// `cognate destination list`
#[derive(Args, Debug)]
pub(crate) struct DestinationListArguments {
    #[command(flatten)]
    pub(crate) store: StoreArguments,
    /// Directory of files of destinations.
    #[arg(long, env = "COGNATE_DESTINATIONS", value_name = "DIR")]
    pub(crate) destinations: Option<PathBuf>,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// `cognate destination test`
#[derive(Args, Debug)]
pub(crate) struct DestinationTestArguments {
    /// Directory of files of destinations.
    #[arg(long, env = "COGNATE_DESTINATIONS", value_name = "DIR")]
    pub(crate) destinations: PathBuf,
    /// Name of the destination.
    #[arg(value_name = "NAME")]
    pub(crate) destination: String,
}

/// `cognate destination queue`
#[derive(Args, Debug)]
pub(crate) struct DestinationQueueArguments {
    #[command(flatten)]
    pub(crate) store: StoreArguments,
    /// Name of the destination.
    #[arg(value_name = "NAME")]
    pub(crate) destination: String,
    /// `queued`, `held`, `parked`, `delivered`, `skipped` or `withheld`.
    #[arg(long, default_value = "parked", value_name = "STATE")]
    pub(crate) state: String,
    /// After which number.
    #[arg(long, default_value_t = 0, value_name = "NUMBER")]
    pub(crate) after: u64,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// One dispatch.
#[derive(Args, Debug)]
pub(crate) struct DispatchArguments {
    #[command(flatten)]
    pub(crate) store: StoreArguments,
    /// Name of the destination.
    #[arg(value_name = "NAME")]
    pub(crate) destination: String,
    /// Its number in the queue.
    #[arg(value_name = "NUMBER")]
    pub(crate) number: u64,
}
