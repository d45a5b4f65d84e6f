//! What an HL7 v2 message about one patient brings: results, orders, or a document.

use crate::feed::Feed;
use crate::matching::Claimed;
use crate::oru::{Context, Filing, filings};
use crate::receive::HL7_V2;
use crate::{document, order};
use formats::hl7v2::Message;
use formats::hl7v2::ack::asks_application;
use formats::hl7v2::oru::{self, Oru, Settings};
use model::Problem;
use model::patient::Identifier;
use model::problem::first_error;
use record::RawMessage;

/// The message in an archived body, with what reading it noticed.
pub(crate) fn parse(raw: &RawMessage) -> Result<(Message, Vec<Problem>), Vec<Problem>> {
    if raw.summary.media_type != HL7_V2 {
        let text = format!("`{}` is not read from the archive", raw.summary.media_type);
        return Err(vec![Problem::error("media-type", "message", text)]);
    }
    match Message::parse(raw.body.clone()) {
        (Some(message), problems) => Ok((message, problems)),
        (None, problems) => Err(problems),
    }
}

/// What an interface analyst sees of a message whose sender waits for an answer that nobody sends.
pub(crate) fn unacknowledged(feed: &Feed, message: &Message) -> Option<Problem> {
    let is_sent = feed.acknowledge_to.is_some() || !asks_application(message);
    let text = "the sender asks for an application acknowledgement, and the profile of this feed \
        names no destination for it (`acknowledge_to`): none is sent";
    (!is_sent).then(|| Problem::warning("not-acknowledged", "MSH-16", text))
}

/// What a message about one patient brings.
pub(crate) enum Content {
    Results(Oru),
    Orders(Oru),
    Document(Box<document::Head>, Oru),
}

impl Content {
    /// Reads a message by the settings of its feed; an error in it means that nothing of it is
    /// filed.
    pub(crate) fn read(
        feed: &Feed,
        settings: &Settings,
        message: &Message,
        mut problems: Vec<Problem>,
    ) -> Result<(Self, Vec<Problem>), Vec<Problem>> {
        problems.extend(unacknowledged(feed, message));
        let (content, noticed) = match message.kind().0.as_str() {
            "OML" | "ORM" => {
                let (oru, noticed) = oru::read_order(message, settings);
                (Self::Orders(oru), noticed)
            }
            "MDM" => {
                let (oru, noticed) = oru::read_document(message, settings);
                (Self::Document(Box::new(document::Head::of(message)), oru), noticed)
            }
            _ => {
                let (oru, noticed) = oru::read(message, settings);
                (Self::Results(oru), noticed)
            }
        };
        problems.extend(noticed);
        if content.oru().orders.is_empty() {
            let (place, text) = match content {
                Self::Document(..) => ("OBX[1]", "the message has no document"),
                _ => ("OBR[1]", "the message has no OBR segment"),
            };
            problems.push(Problem::error("missing-segment", place, text));
        }
        match first_error(&problems) {
            Some(_) => Err(problems),
            None => Ok((content, problems)),
        }
    }

    pub(crate) fn oru(&self) -> &Oru {
        match self {
            Self::Results(oru) | Self::Orders(oru) | Self::Document(_, oru) => oru,
        }
    }

    pub(crate) fn filings(&self, context: &Context<'_>) -> Vec<Filing> {
        match self {
            Self::Results(oru) => filings(oru, context),
            Self::Orders(oru) => order::filings(oru, context),
            Self::Document(head, oru) => document::filings(head, oru, context),
        }
    }
}

/// Whom the message is about, with the authorities of the feed.
pub(crate) fn claimed(feed: &Feed, oru: &Oru) -> Claimed {
    let patient = &oru.patient;
    Claimed {
        identifiers: patient
            .identifiers
            .iter()
            .filter_map(|typed| {
                let Identifier { authority, value } = &typed.identifier;
                feed.identifier(authority, value)
            })
            .collect(),
        names: patient.names.clone(),
        birth_date: patient.birth_date,
        sex: patient.sex,
    }
}
