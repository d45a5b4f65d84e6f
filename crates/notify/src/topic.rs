//! The topics that can be subscribed to.

mod basic;

pub use basic::{CODE as TOPIC_CODE, TYPE as TOPIC_TYPE, by_id as topic_of_id};

/// What a subscriber can ask to be told of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Topic {
    /// Canonical URL, the `criteria` of a `Subscription`.
    pub url: &'static str,
    /// What happened.
    pub title: &'static str,
    /// Types of the resources that events point at.
    pub focus: &'static [&'static str],
    /// Parameters of filters, for every type of focus.
    pub filters: &'static [&'static str],
    pub(crate) trigger: Trigger,
}

/// What makes an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trigger {
    /// A version of a report that is more than registered, or a later version of an observation.
    Result,
    /// A statement that says something else than its version before, or is withdrawn.
    Interpretation,
    /// A research subject that becomes a candidate, or a trial that takes a patient whom it did not
    /// take before, by the log of what trials say.
    TrialMatch,
}

/// Every topic.
pub const TOPICS: [Topic; 3] = [
    Topic {
        url: "urn:cognate:subscription-topic:result",
        title: "A result is new, amended or withdrawn",
        focus: &["DiagnosticReport", "Observation"],
        filters: &["patient", "subject", "status", "code", "category"],
        trigger: Trigger::Result,
    },
    Topic {
        url: "urn:cognate:subscription-topic:interpretation",
        title: "What is said about a patient has changed",
        focus: &["Patient"],
        filters: &["_id", "patient", "subject"],
        trigger: Trigger::Interpretation,
    },
    Topic {
        url: "urn:cognate:subscription-topic:trial-match",
        title: "A patient is a candidate for a trial",
        focus: &["ResearchSubject", "Patient"],
        filters: &["patient", "individual", "subject", "status", "study"],
        trigger: Trigger::TrialMatch,
    },
];

/// A topic by its canonical URL.
pub fn topic(url: &str) -> Option<&'static Topic> {
    TOPICS.iter().find(|topic| topic.url == url)
}

impl Topic {
    /// Whether events rest on statements, which not everybody reads who reads resources.
    pub fn needs_statements(&self) -> bool {
        self.trigger == Trigger::Interpretation
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_topic_is_found_by_its_whole_url() {
        for known in TOPICS {
            assert_eq!(topic(known.url).map(|topic| topic.title), Some(known.title));
            assert_eq!(topic(&format!("{}|1", known.url)), None);
        }
        assert_eq!(topic("Observation?code=x"), None);
    }
}
