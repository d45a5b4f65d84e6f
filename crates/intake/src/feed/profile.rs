//! Profiles of feeds as a file: TOML, one table for each feed.

use super::{Feed, Mapped};
use crate::failure::Failure;
use crate::receive::feed_access;
use model::provenance::Door;
use model::{Problem, RawId, TenantId};
use record::limit::RAW_BODY_BYTES_MAX;
use record::{Archived, NewRaw, RawState, Record};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fmt;

/// Largest file of profiles, in bytes.
pub const FILE_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Most feeds of a file.
pub const FEEDS_MAX: usize = 1_000;
/// Media type that files of profiles are archived under.
pub const PROFILES: &str = "application/toml";
/// Offsets from UTC that there are, in minutes.
const OFFSET_MINUTES_MAX: i16 = 14 * 60;
/// The feed that files of profiles are archived under.
pub(super) const FEED: &str = "profiles";
/// Letters of the digest that are shown.
const SHOWN: usize = 12;

/// Which version of a profile is in use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// The operator's name of the version.
    pub version: String,
    /// Digest of the file that it stands in.
    pub sha256: String,
}

impl fmt::Display for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let short = self.sha256.get(..SHOWN).unwrap_or(&self.sha256);
        write!(f, "{} ({short})", self.version)
    }
}

/// The file.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct File {
    version: String,
    #[serde(default)]
    feed: Vec<Table>,
}

/// One feed. What is left out is that of a production feed with no exceptions.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Table {
    id: String,
    processing_ids: Option<Vec<String>>,
    #[serde(default)]
    loinc_under: Vec<String>,
    #[serde(default)]
    authorities: BTreeMap<String, String>,
    #[serde(default)]
    code: Vec<Mapping>,
    offset_minutes: Option<i16>,
    takes: Option<Vec<String>>,
    bytes_max: Option<usize>,
    in_flight_max: Option<usize>,
    #[serde(default)]
    orders_required: bool,
    #[serde(default)]
    documents: bool,
    acknowledge_to: Option<String>,
}

/// A code of the sender's.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Mapping {
    system: String,
    code: String,
    loinc: String,
}

fn file(text: &str) -> Result<File, Vec<Problem>> {
    toml::from_str(text).map_err(|error| {
        let line = error.span().map(|span| {
            text.get(..span.start).map_or(1, |before| before.matches('\n').count() + 1)
        });
        let place = line.map_or_else(|| "file".to_owned(), |line| format!("line {line}"));
        vec![Problem::error("bad-profile", place, error.message())]
    })
}

/// A file of profiles with codes that were mapped beside it: a file of its own, whose version says
/// how many there are. A code that the file maps itself stays as it is there, and one of a feed
/// that the file no longer has is left out.
///
/// # Errors
/// What is wrong with the file.
pub(super) fn with_mapped(text: &str, mapped: &[Mapped]) -> Result<String, Vec<Problem>> {
    if mapped.is_empty() {
        return Ok(text.to_owned());
    }
    let mut file = file(text)?;
    let mut added = 0;
    for Mapped { feed, system, code, loinc } in mapped {
        let Some(table) = file.feed.iter_mut().find(|table| table.id == *feed) else { continue };
        if !table.code.iter().any(|known| known.system == *system && known.code == *code) {
            let (system, code, loinc) = (system.clone(), code.clone(), loinc.clone());
            table.code.push(Mapping { system, code, loinc });
            added += 1;
        }
    }
    if added == 0 {
        return Ok(text.to_owned());
    }
    file.version = format!("{}+{added}", file.version);
    toml::to_string(&file)
        .map_err(|error| vec![Problem::error("bad-profile", "file", error.to_string())])
}

/// Reads a file of profiles.
///
/// # Errors
/// Everything that is wrong with it, each with its place; a file with one error is not used.
pub fn profiles(text: &str, tenant: &TenantId) -> Result<Vec<Feed>, Vec<Problem>> {
    if text.len() > FILE_BYTES_MAX {
        let text = format!("the file has more than {FILE_BYTES_MAX} bytes");
        return Err(vec![Problem::error("too-long", "file", text)]);
    }
    let file = file(text)?;
    let sha256 = hex::encode(Sha256::digest(text.as_bytes()));
    let profile = Profile { version: file.version, sha256 };
    let (mut feeds, mut problems): (Vec<Feed>, Vec<Problem>) = (Vec::new(), Vec::new());
    if file.feed.len() > FEEDS_MAX {
        let text = format!("the file has more than {FEEDS_MAX} feeds");
        return Err(vec![Problem::error("too-many", "file", text)]);
    }
    for (number, table) in file.feed.into_iter().enumerate() {
        let place = format!("feed[{number}]");
        if feeds.iter().any(|known| known.id == table.id) {
            let text = format!("the feed `{}` stands twice", table.id);
            problems.push(Problem::error("feed-twice", &place, text));
        }
        feeds.push(table.feed(&place, tenant, &profile, &mut problems));
    }
    if problems.is_empty() { Ok(feeds) } else { Err(problems) }
}

impl Table {
    fn feed(
        self,
        place: &str,
        tenant: &TenantId,
        profile: &Profile,
        problems: &mut Vec<Problem>,
    ) -> Feed {
        let mut wrong = |code: &str, text: String| {
            problems.push(Problem::error(code, place, text));
        };
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        if self.id.is_empty() || self.id.len() > 64 || !self.id.chars().all(plain) {
            wrong("bad-name", format!("`{}` is no name of letters, digits, - _ .", self.id));
        }
        let mut codes = BTreeMap::new();
        for Mapping { system, code, loinc } in self.code {
            if let Some(text) = super::objection(&code, &loinc) {
                wrong("bad-loinc", text);
            }
            if codes.insert((system.clone(), code.clone()), loinc).is_some() {
                wrong("code-twice", format!("the code `{code}` of `{system}` stands twice"));
            }
        }
        let offset = self.offset_minutes;
        if offset.is_some_and(|minutes| minutes.abs() > OFFSET_MINUTES_MAX) {
            wrong("bad-offset", "offset_minutes is beyond fourteen hours".to_owned());
        }
        let takes = self.takes.unwrap_or_else(|| Feed::production("", tenant).takes);
        for kind in &takes {
            if !crate::receive::KINDS.contains(&kind.as_str()) {
                wrong("bad-kind", format!("messages `{kind}` are not read"));
            }
        }
        let bytes_max = self.bytes_max.unwrap_or(RAW_BODY_BYTES_MAX);
        if bytes_max == 0 || bytes_max > RAW_BODY_BYTES_MAX {
            wrong("bad-limit", format!("bytes_max is from 1 to {RAW_BODY_BYTES_MAX}"));
        }
        let in_flight_max = self.in_flight_max.unwrap_or(super::IN_FLIGHT_MAX);
        if in_flight_max == 0 {
            wrong("bad-limit", "in_flight_max of 0 would take nothing".to_owned());
        }
        Feed {
            id: self.id,
            tenant: tenant.clone(),
            authorities: self.authorities,
            processing_ids: self.processing_ids.unwrap_or_else(|| vec!["P".to_owned()]),
            loinc_under: self.loinc_under,
            codes,
            offset_minutes: offset,
            takes,
            bytes_max,
            in_flight_max,
            orders_required: self.orders_required,
            documents: self.documents,
            acknowledge_to: self.acknowledge_to,
            waits_for_documents: false,
            profile: Some(profile.clone()),
        }
    }
}

/// Archives a file of profiles, once: what was filed by it can be looked up by its digest.
///
/// # Errors
/// When the record fails.
pub fn archive(record: &Record, tenant: &TenantId, text: &str) -> Result<RawId, Failure> {
    let feed = Feed::production(FEED, tenant);
    let new = NewRaw {
        feed: feed.id.clone(),
        door: Door::File,
        media_type: PROFILES.to_owned(),
        message_key: Some(key(&hex::encode(Sha256::digest(text.as_bytes())))),
        peer: "operator".to_owned(),
        body: text.as_bytes().to_vec(),
        state: RawState::Piece,
    };
    Ok(match record.archive_once(&feed_access(&feed), new, b"")? {
        Archived::New(raw) => raw,
        Archived::Known(known) => known.id,
    })
}

/// A file of profiles that was in use, by its digest.
pub(crate) fn archived(
    record: &Record,
    tenant: &TenantId,
    sha256: &str,
) -> Result<Option<String>, Failure> {
    let access = feed_access(&Feed::production(FEED, tenant));
    let Some(known) = record.raw_duplicate(&access, FEED, &key(sha256))? else { return Ok(None) };
    let Some(message) = record.raw(&access, &known.id)? else { return Ok(None) };
    Ok(String::from_utf8(message.body).ok())
}

/// Under which a file of profiles is archived.
fn key(sha256: &str) -> String {
    format!("sha256:{sha256}")
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = r#"
version = "2026-01-12"

[[feed]]
id = "north"
processing_ids = ["P", "T"]
loinc_under = ["NORTHLOINC"]
offset_minutes = 60
bytes_max = 1000

[feed.authorities]
R0A = "urn:oid:2.16.840.1"

[[feed.code]]
system = "L"
code = "GT"
loinc = "84413-4"

[[feed]]
id = "south"
"#;

    fn codes(text: &str) -> Vec<(String, String)> {
        let problems = profiles(text, &TenantId::new("t")).unwrap_err();
        problems.into_iter().map(|one| (one.code, one.place)).collect()
    }

    #[test]
    fn what_a_file_says_and_what_it_leaves_out() {
        let feeds = profiles(FILE, &TenantId::new("t")).unwrap();
        let [north, south] = feeds.as_slice() else { panic!("{feeds:?}") };
        assert_eq!(north.processing_ids, ["P", "T"]);
        let code = ("L".to_owned(), "GT".to_owned());
        assert_eq!(north.settings().codes.get(&code).map(String::as_str), Some("84413-4"));
        assert_eq!((north.offset_minutes, north.bytes_max), (Some(60), 1000));
        assert_eq!(north.identifier("R0A", "7").unwrap().authority, "urn:oid:2.16.840.1");
        let profile = south.profile.clone();
        assert_eq!(
            Feed { profile: None, ..south.clone() },
            Feed::production("south", &south.tenant)
        );
        let profile = profile.unwrap();
        assert_eq!(profile.sha256, hex::encode(Sha256::digest(FILE.as_bytes())));
        assert!(profile.to_string().starts_with("2026-01-12 ("));
    }

    #[test]
    fn a_file_with_an_error_is_not_used() {
        let with = |from: &str, to: &str| FILE.replace(from, to);
        for (text, code, place) in [
            (with("\"84413-4\"", "\"84413-5\""), "bad-loinc", "feed[0]"),
            (with("id = \"south\"", "id = \"north\""), "feed-twice", "feed[1]"),
            (with("id = \"south\"", "id = \"a/b\""), "bad-name", "feed[1]"),
            (with("= 60", "= 900"), "bad-offset", "feed[0]"),
            (with("bytes_max = 1000", "bytes_max = 0"), "bad-limit", "feed[0]"),
            (with("bytes_max = 1000", "takes = [\"ADT^A99\"]"), "bad-kind", "feed[0]"),
            (with("bytes_max", "byte_max"), "bad-profile", "line 9"),
            (with("version = ", "version "), "bad-profile", "line 2"),
        ] {
            assert_eq!(codes(&text), [(code.to_owned(), place.to_owned())], "{text}");
        }
        assert_eq!(codes(&" ".repeat(FILE_BYTES_MAX + 1))[0].0, "too-long");
    }
}
