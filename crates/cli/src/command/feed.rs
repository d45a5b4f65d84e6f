//! `cognate feed`

use super::{print, print_json, say};
use crate::arguments::{
    FeedCommand, FeedListArguments, FeedReplayArguments, FeedTestArguments, ProfileArguments,
};
use crate::outcome::Outcome;
use crate::store;
use anyhow::{Context, bail};
use intake::Feed;
use intake::difference::{self, Difference, is_comparable};
use intake::work::Worker;
use model::{PartialDate, Problem};
use record::limit::PAGE_ROWS_MAX;
use record::{Access, RawMessage, RawState, Record};
use serde_json::{Value, json};
use std::path::Path;

/// Runs one.
pub(crate) fn run(command: &FeedCommand) -> anyhow::Result<Outcome> {
    match command {
        FeedCommand::List(arguments) => list(arguments),
        FeedCommand::Test(arguments) => test(arguments),
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
    let (feeds, _) = profiles(&arguments.profiles)?;
    let feed = named(&feeds, &arguments.feed)?;
    let since = Since::of(&arguments.since)?;
    let access = store::interface();
    let (mut report, mut changed, mut looked_at) = (Vec::new(), 0, 0);
    for message in archived(&record, &access, &feed, &since)? {
        looked_at += 1;
        let difference = difference::difference(&record, &feed, &message)?;
        let is_changed = !difference.gone.is_empty() || !difference.come.is_empty();
        if !is_changed && difference.reason.is_none() {
            continue;
        }
        if is_changed {
            changed += 1;
            if !arguments.dry_run {
                let id = &message.summary.id;
                record.set_raw_state(&access, id, RawState::Received, &[])?;
            }
        }
        let Difference { patient, gone, come, reason, problems } = difference;
        if arguments.json {
            report.push(json!({
                "raw": message.summary.id,
                "sequence": message.summary.sequence,
                "patient": patient,
                "gone": gone,
                "come": come,
                "reason": reason,
            }));
        } else {
            let reason = reason.map(|text| format!(": {text}")).unwrap_or_default();
            let what = format!("message {}{reason}", message.summary.sequence);
            show(&what, &gone, &come, &problems)?;
        }
    }
    if arguments.json {
        print_json(&json!({ "lookedAt": looked_at, "changed": changed, "messages": report }))?;
    }
    if !arguments.dry_run && changed > 0 {
        let (pack, tenant) = (store::pack_in_use(&record)?, store::tenant());
        Worker::new(record, pack, vec![feed], &tenant).work_off()?;
    }
    let done = if arguments.dry_run { "would change" } else { "were read again" };
    say(&format!("{looked_at} messages looked at, {changed} {done}"));
    Ok(Outcome::Done)
}

/// From where messages are looked at.
enum Since {
    Sequence(u64),
    Day(PartialDate),
}

impl Since {
    fn of(text: &str) -> anyhow::Result<Self> {
        let is_day = text.contains('-');
        let day = PartialDate::parse(text).filter(|day| is_day && day.day.is_some());
        match (text.parse(), day) {
            (Ok(sequence), _) => Ok(Self::Sequence(sequence)),
            (_, Some(day)) => Ok(Self::Day(day)),
            _ => bail!("`{text}` is neither a number nor a day such as 2026-01-12"),
        }
    }
}

/// Messages of a feed that were filed, in the order of arrival.
fn archived(
    record: &Record,
    access: &Access,
    feed: &Feed,
    since: &Since,
) -> anyhow::Result<Vec<RawMessage>> {
    let mut after = match since {
        Since::Sequence(first) => first.saturating_sub(1),
        Since::Day(_) => 0,
    };
    let mut found = Vec::new();
    loop {
        let page = record.raw_after(access, RawState::Filed, after, PAGE_ROWS_MAX)?;
        let Some(last) = page.last() else { return Ok(found) };
        after = last.sequence;
        for summary in page {
            let is_early = matches!(since, Since::Day(day) if summary.received.day() < *day);
            if is_early || summary.feed != feed.id || !is_comparable(&summary.media_type) {
                continue;
            }
            found.extend(record.raw(access, &summary.id)?);
        }
    }
}
