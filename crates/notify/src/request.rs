//! Reading a `Subscription` of the R4 backport: what is wanted, what is wrong, and the resource as
//! it may be shown.

mod filter;
mod header;

pub(crate) use filter::{Filter, are_met};
pub use header::SEALED;

use crate::Endpoints;
use crate::topic::{TOPICS, Topic, topic};
use formats::fhir::access::{all, text};
use model::{Problem, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::fmt;

macro_rules! guide {
    ($name:literal) => {
        concat!("http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/", $name)
    };
}
pub(crate) use guide;

/// Profile of a `Subscription` in R4.
pub const PROFILE: &str = guide!("backport-subscription");
/// Where the guide's extensions are.
const GUIDE: &str = guide!("");
const FILTER: &str = guide!("backport-filter-criteria");
const HEARTBEAT: &str = guide!("backport-heartbeat-period");
const TIMEOUT: &str = guide!("backport-timeout");
const MAX_COUNT: &str = guide!("backport-max-count");
const PAYLOAD: &str = guide!("backport-payload-content");

/// Events in one notification, if the subscriber names no number, and at most.
const COUNT: (u32, u32) = (20, 100);
/// Seconds that one delivery may take, if the subscriber names none, and at most.
const TIMEOUT_SECONDS: (u32, u32) = (10, 30);
/// Seconds between heartbeats, at least and at most.
const HEARTBEAT_SECONDS: (u32, u32) = (10, 86_400);
/// Media types of a notification.
const MEDIA_TYPES: [&str; 2] = ["application/fhir+json", "application/json"];

/// How much a notification tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Content {
    /// That something happened.
    Empty,
    /// What it happened to.
    IdOnly,
    /// The resources themselves.
    FullResource,
}

impl Content {
    /// Reads the code of the guide's value set.
    pub fn from_code(code: &str) -> Option<Self> {
        match code {
            "empty" => Some(Self::Empty),
            "id-only" => Some(Self::IdOnly),
            "full-resource" => Some(Self::FullResource),
            _ => None,
        }
    }

    /// The code of the guide's value set.
    pub fn code(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::IdOnly => "id-only",
            Self::FullResource => "full-resource",
        }
    }
}

/// What a subscriber wants. It holds secrets.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Wanted {
    /// Canonical URL of the topic.
    pub topic: String,
    /// Where to.
    pub endpoint: String,
    /// Headers of each delivery, by name.
    pub headers: Vec<(String, String)>,
    /// Media type of each delivery.
    pub media_type: String,
    /// How much is told.
    pub content: Content,
    /// Events of one delivery.
    pub count_max: u32,
    /// Seconds of silence after which a heartbeat is sent.
    pub heartbeat_seconds: Option<u32>,
    /// Seconds that one delivery may take.
    pub timeout_seconds: u32,
    /// When it is over.
    pub end: Option<Timestamp>,
    /// Whether nothing is to be sent for now.
    pub is_off: bool,
    pub(crate) filters: Vec<Filter>,
}

/// Shows no header, and no filter, which names patients.
impl fmt::Debug for Wanted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Wanted").field("topic", &self.topic).finish_non_exhaustive()
    }
}

impl Wanted {
    /// The topic.
    pub fn topic(&self) -> Option<&'static Topic> {
        topic(&self.topic)
    }
}

/// Reads what is wanted, and makes the resource one that may be shown: requested, and with its
/// headers sealed. `former` is what was wanted before, for headers that come back sealed.
///
/// # Errors
/// What is wrong, each with its place.
pub fn read(
    resource: &mut Value,
    former: Option<&Wanted>,
    endpoints: &Endpoints,
    now: Timestamp,
) -> Result<Wanted, Vec<Problem>> {
    let mut reader = Reader { resource, problems: Vec::new() };
    let topic = reader.topic();
    let filters = topic.map(|topic| reader.filters(topic)).unwrap_or_default();
    let (endpoint, media_type) = (reader.endpoint(endpoints), reader.media_type());
    let content = reader.content();
    let wanted = Wanted {
        topic: topic.map_or("", |topic| topic.url).to_owned(),
        endpoint,
        headers: header::read(reader.resource, former, &mut reader.problems),
        media_type,
        content,
        count_max: reader.number(MAX_COUNT, "valuePositiveInt", (1, COUNT.1)).unwrap_or(COUNT.0),
        heartbeat_seconds: reader.number(HEARTBEAT, "valueUnsignedInt", HEARTBEAT_SECONDS),
        timeout_seconds: reader
            .number(TIMEOUT, "valueUnsignedInt", (1, TIMEOUT_SECONDS.1))
            .unwrap_or(TIMEOUT_SECONDS.0),
        end: reader.end(now),
        is_off: reader.is_off(),
        filters,
    };
    reader.reason();
    reader.extensions();
    if !reader.problems.is_empty() {
        return Err(reader.problems);
    }
    header::seal(resource);
    if let Some(object) = resource.as_object_mut() {
        object.remove("error");
    }
    Ok(wanted)
}

/// The elements of one resource, and what is wrong with them.
struct Reader<'r> {
    resource: &'r Value,
    problems: Vec<Problem>,
}

impl Reader<'_> {
    fn fault(&mut self, place: &str, text: impl Into<String>) {
        self.problems.push(Problem::error("bad-value", format!("Subscription.{place}"), text));
    }

    fn is_off(&mut self) -> bool {
        match text(self.resource, "status") {
            Some("requested") => false,
            Some("off") => true,
            _ => {
                self.fault(
                    "status",
                    "is not `requested` or `off`; the server says what it becomes",
                );
                false
            }
        }
    }

    fn reason(&mut self) {
        if text(self.resource, "reason").is_none() {
            self.fault("reason", "is not said");
        }
    }

    fn topic(&mut self) -> Option<&'static Topic> {
        let found = text(self.resource, "criteria").and_then(topic);
        if found.is_none() {
            let known: Vec<_> = TOPICS.iter().map(|topic| format!("`{}`", topic.url)).collect();
            self.fault("criteria", format!("is not a topic of this server: {}", known.join(", ")));
        }
        found
    }

    fn filters(&mut self, topic: &Topic) -> Vec<Filter> {
        let mut filters = Vec::new();
        let extensions = all(self.resource, "_criteria.extension");
        for (at, extension) in extensions.into_iter().enumerate() {
            if extension.get("url").and_then(Value::as_str) != Some(FILTER) {
                continue;
            }
            let query = extension.get("valueString").and_then(Value::as_str).unwrap_or_default();
            match filter::read(query, topic) {
                Ok(found) => filters.extend(found),
                Err(wrong) => self.fault(&format!("criteria.extension[{at}]"), wrong),
            }
        }
        filters
    }

    fn endpoint(&mut self, endpoints: &Endpoints) -> String {
        if text(self.resource, "channel.type") != Some("rest-hook") {
            self.fault("channel.type", "is not `rest-hook`, the one channel there is here");
        }
        let endpoint = text(self.resource, "channel.endpoint").unwrap_or_default().to_owned();
        if let Err(wrong) = endpoints.check(&endpoint) {
            self.fault("channel.endpoint", wrong);
        }
        endpoint
    }

    fn media_type(&mut self) -> String {
        let written = text(self.resource, "channel.payload").unwrap_or_default();
        if let Some(known) = MEDIA_TYPES.into_iter().find(|known| *known == written) {
            return known.to_owned();
        }
        let known = MEDIA_TYPES.map(|known| format!("`{known}`")).join(" or ");
        self.fault("channel.payload", format!("is not {known}"));
        String::new()
    }

    fn content(&mut self) -> Content {
        let extensions = all(self.resource, "channel._payload.extension");
        let found = extensions.into_iter().find(|one| one.get("url") == Some(&json!(PAYLOAD)));
        let code = found.and_then(|one| one.get("valueCode")).and_then(Value::as_str);
        code.and_then(Content::from_code).unwrap_or_else(|| {
            let text = "needs the extension `backport-payload-content` with `empty`, `id-only` or \
                `full-resource`";
            self.fault("channel.payload", text);
            Content::Empty
        })
    }

    fn number(&mut self, url: &str, value: &str, (low, high): (u32, u32)) -> Option<u32> {
        let extensions = all(self.resource, "channel.extension");
        let found = extensions.into_iter().find(|one| one.get("url") == Some(&json!(url)))?;
        let number = found.get(value).and_then(Value::as_u64);
        let number = number.and_then(|number| u32::try_from(number).ok());
        let fits = number.filter(|number| (low..=high).contains(number));
        if fits.is_none() {
            let name = url.rsplit('/').next().unwrap_or(url);
            self.fault("channel.extension", format!("`{name}` is not {value} of {low} to {high}"));
        }
        fits
    }

    fn end(&mut self, now: Timestamp) -> Option<Timestamp> {
        let written = text(self.resource, "end")?;
        let end = Timestamp::parse(written);
        if end.is_none_or(|end| end <= now) {
            self.fault("end", "is not an instant to come");
        }
        end
    }

    /// An extension of the guide that is passed over could be one that narrows what is sent.
    fn extensions(&mut self) {
        let known: [(&str, &[&str]); 5] = [
            ("extension", &[]),
            ("_criteria.extension", &[FILTER]),
            ("channel.extension", &[HEARTBEAT, TIMEOUT, MAX_COUNT]),
            ("channel._payload.extension", &[PAYLOAD]),
            ("channel._type.extension", &[]),
        ];
        for (path, known) in known {
            for extension in all(self.resource, path) {
                let url = extension.get("url").and_then(Value::as_str).unwrap_or_default();
                if url.starts_with(GUIDE) && !known.contains(&url) {
                    let name = url.strip_prefix(GUIDE).unwrap_or(url);
                    self.fault(path, format!("`{name}` is not supported here"));
                }
            }
        }
    }
}
