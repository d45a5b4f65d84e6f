//! `cognate feed`

mod documents;

use super::{print, print_json, say};
use crate::arguments::{
    FeedCommand, FeedListArguments, FeedReplayArguments, FeedTestArguments, ProfileArguments,
};
use crate::outcome::Outcome;
use crate::store;
use anyhow::{Context, anyhow, bail};
use intake::Feed;
use intake::difference::{self, Difference};
use intake::feed::Feeds;
use intake::replay::{Asked, Since};
use intake::work::Worker;
use model::Problem;
use record::{RawMessage, Record};
use serde_json::{Value, json};
use std::path::Path;

/// Runs one.
pub(crate) fn run(command: &FeedCommand) -> anyhow::Result<Outcome> {
    match command {
        FeedCommand::List(arguments) => list(arguments),
        FeedCommand::Test(arguments) => test(arguments),
        FeedCommand::Documents(arguments) => documents::run(arguments),
        FeedCommand::Replay(arguments) => replay(arguments),
    }
}

/// The feeds of a file of profiles, with its text; none without a file.
pub(crate) fn profiles(
    arguments: &ProfileArguments,
) -> anyhow::Result<(Vec<Feed>, Option<String>)> {
    let Some(path) = &arguments.feeds else { return Ok((Vec::new(), None)) };
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("`{}` cannot be read", path.display()))?;
    match intake::feed::profiles(&text, &store::tenant()) {
        Ok(feeds) => Ok((feeds, Some(text))),
        Err(problems) => {
            let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
            bail!("`{}` is not used: {}", path.display(), lines.join("; "))
        }
    }
}

/// The feeds in use: those of the file with the codes that were mapped beside it; none without a
/// file. They are archived, as what is filed names them.
pub(crate) fn in_use(arguments: &ProfileArguments, record: &Record) -> anyhow::Result<Feeds> {
    let (_, text) = profiles(arguments)?;
    Ok(match text {
        Some(text) => Feeds::open(record, &store::tenant(), &text)?,
        None => Feeds::default(),
    })
}

/// The same, to see what they would do: nothing is archived.
fn looked_at(arguments: &ProfileArguments, record: &Record) -> anyhow::Result<Feeds> {
    let (_, text) = profiles(arguments)?;
    Ok(match text {
        Some(text) => Feeds::read(record, &store::tenant(), &text)?,
        None => Feeds::default(),
    })
}

/// A feed by its name: of the file, or a production feed with no exceptions where there is no file.
pub(crate) fn named(feeds: &[Feed], name: &str) -> anyhow::Result<Feed> {
    match feeds.iter().find(|feed| feed.id == name) {
        Some(feed) => Ok(feed.clone()),
        None if feeds.is_empty() => Ok(Feed::production(name, &store::tenant())),
        None => bail!("the file of profiles has no feed `{name}`"),
    }
}

fn list(arguments: &FeedListArguments) -> anyhow::Result<Outcome> {
    let (feeds, _) = profiles(&arguments.profiles)?;
    if arguments.json {
        let rows: Vec<Value> = feeds.iter().map(row).collect();
        print_json(&json!({ "feeds": rows }))?;
        return Ok(Outcome::Done);
    }
    for feed in &feeds {
        let profile = feed.profile.as_ref().map(ToString::to_string).unwrap_or_default();
        print(&format!(
            "{}  profile {profile}  takes {} with {}  {} codes, {} authorities\n",
            feed.id,
            feed.takes.join(" "),
            feed.processing_ids.join(" "),
            feed.codes.len(),
            feed.authorities.len()
        ))?;
    }
    if feeds.is_empty() {
        say("no file of profiles was named: `--feeds FILE`");
    }
    Ok(Outcome::Done)
}

fn row(feed: &Feed) -> Value {
    let profile = feed.profile.as_ref();
    json!({
        "id": feed.id,
        "version": profile.map(|profile| profile.version.as_str()),
        "sha256": profile.map(|profile| profile.sha256.as_str()),
        "takes": feed.takes,
        "processingIds": feed.processing_ids,
        "codes": feed.codes.len(),
        "authorities": feed.authorities.len(),
        "bytesMax": feed.bytes_max,
        "inFlightMax": feed.in_flight_max,
    })
}

fn test(arguments: &FeedTestArguments) -> anyhow::Result<Outcome> {
    let (feeds, _) = profiles(&arguments.profiles)?;
    let feed = match &arguments.feed {
        Some(name) => named(&feeds, name)?,
        None => Feed::production("test", &store::tenant()),
    };
    let (mut report, mut is_fine) = (Vec::new(), true);
    for path in &arguments.files {
        for (number, message) in messages(&feed, path)?.iter().enumerate() {
            let (facts, problems) = match difference::facts(&feed, message) {
                Ok(read) => read,
                Err(problems) => (Vec::new(), problems),
            };
            is_fine &= model::problem::first_error(&problems).is_none() && !facts.is_empty();
            report.push(json!({
                "file": path.display().to_string(),
                "message": number + 1,
                "facts": facts,
                "problems": problems,
            }));
            if !arguments.json {
                let words = format!("{}, message {}", path.display(), number + 1);
                show(&words, &[], &facts, &problems)?;
            }
        }
    }
    if arguments.json {
        print_json(&json!({ "messages": report }))?;
    }
    Ok(if is_fine { Outcome::Done } else { Outcome::Problem })
}

/// The messages of a file, as the archive would hold them.
fn messages(feed: &Feed, path: &Path) -> anyhow::Result<Vec<RawMessage>> {
    let bytes =
        std::fs::read(path).with_context(|| format!("`{}` cannot be read", path.display()))?;
    Ok(difference::as_archived(feed, &bytes, store::clock()()))
}

fn show(what: &str, gone: &[String], come: &[String], problems: &[Problem]) -> anyhow::Result<()> {
    print(&format!("{what}\n"))?;
    for (sign, lines) in [("-", gone), ("+", come)] {
        for line in lines {
            print(&format!("  {sign} {line}\n"))?;
        }
    }
    for problem in problems {
        print(&format!("  ! {problem}\n"))?;
    }
    Ok(())
}

fn replay(arguments: &FeedReplayArguments) -> anyhow::Result<Outcome> {
    super::serve::log_quietly();
    let record = store::open(&arguments.store)?;
    let feeds = if arguments.dry_run {
        looked_at(&arguments.profiles, &record)?
    } else {
        in_use(&arguments.profiles, &record)?
    };
    let known: Vec<Feed> = feeds.all().iter().map(|feed| Feed::clone(feed)).collect();
    let feed = named(&known, &arguments.feed)?;
    let since: Since = arguments.since.parse().map_err(|text: String| anyhow!(text))?;
    let asked = Asked {
        since,
        messages_max: usize::MAX,
        passed_max: usize::MAX,
        is_done: !arguments.dry_run,
        is_thorough: arguments.thorough,
    };
    let (mut report, mut printed) = (Vec::new(), Ok(()));
    let done = intake::replay::replay(
        &record,
        &feed,
        &store::interface(),
        asked,
        &mut |summary, difference| {
            let Difference { patient, gone, come, reason, problems, .. } = difference;
            if arguments.json {
                report.push(json!({
                    "raw": summary.id,
                    "sequence": summary.sequence,
                    "patient": patient,
                    "gone": gone,
                    "come": come,
                    "reason": reason,
                }));
            } else if printed.is_ok() {
                let reason = reason.map(|text| format!(": {text}")).unwrap_or_default();
                let what = format!("message {}{reason}", summary.sequence);
                printed = show(&what, &gone, &come, &problems);
            }
        },
    )?;
    printed?;
    let (looked_at, read, changed) = (done.looked_at, done.read, done.changed);
    if arguments.json {
        print_json(&json!({
            "lookedAt": looked_at,
            "read": read,
            "changed": changed,
            "messages": report,
        }))?;
    }
    if !arguments.dry_run && changed > 0 {
        let (pack, tenant) = (store::pack_in_use(&record)?, store::tenant());
        Worker::new(record, pack, vec![feed], &tenant).work_off()?;
    }
    let done = if arguments.dry_run { "would change" } else { "were read again" };
    say(&format!("{looked_at} messages looked at, {read} of them read, {changed} {done}"));
    Ok(Outcome::Done)
}
