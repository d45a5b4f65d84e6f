//! A topic as a resource of R4, which has no SubscriptionTopic: a `Basic` whose extensions are the
//! elements of R5's (FHIR R5, "Extensions for converting between versions").

use super::{TOPICS, Topic, Trigger};
use serde_json::{Value, json};

/// The type of the resources.
pub const TYPE: &str = "Basic";
/// System and code of what such a resource is.
pub const CODE: (&str, &str) = ("http://hl7.org/fhir/fhir-types", "SubscriptionTopic");

const ID_START: &str = "subscription-topic-";
const CORE: &str = "http://hl7.org/fhir/StructureDefinition/";

macro_rules! element {
    ($name:literal) => {
        concat!("http://hl7.org/fhir/5.0/StructureDefinition/extension-SubscriptionTopic.", $name)
    };
}

/// The topic of a resource's id.
pub fn by_id(id: &str) -> Option<&'static Topic> {
    TOPICS.iter().find(|topic| topic.id() == id)
}

impl Topic {
    /// Id of its resource.
    pub fn id(&self) -> String {
        let name = self.url.rsplit(':').next().unwrap_or_default();
        format!("{ID_START}{name}")
    }

    /// The topic as a `Basic`.
    pub fn resource(&self) -> Value {
        let mut extensions = vec![
            json!({"url": element!("url"), "valueUri": self.url}),
            json!({"url": element!("title"), "valueString": self.title}),
            json!({"url": element!("status"), "valueCode": "active"}),
        ];
        let parts = |url: &str, parts: &[Value]| json!({"url": url, "extension": parts});
        for focus in self.focus {
            let resource = json!({"url": "resource", "valueUri": format!("{CORE}{focus}")});
            let told = json!({"url": "description", "valueMarkdown": self.title});
            extensions.push(match (self.trigger, *focus) {
                (Trigger::Result, _) | (Trigger::TrialMatch, "ResearchSubject") => {
                    parts(element!("resourceTrigger"), &[told, resource.clone()])
                }
                // What a statement or a trial says is no change of a resource.
                (Trigger::Interpretation | Trigger::TrialMatch, _) => {
                    let event =
                        json!({"url": "event", "valueCodeableConcept": {"text": self.title}});
                    parts(element!("eventTrigger"), &[told, event, resource.clone()])
                }
            });
            for filter in self.filters {
                let filter = json!({"url": "filterParameter", "valueString": filter});
                extensions.push(parts(element!("canFilterBy"), &[resource.clone(), filter]));
            }
            extensions.push(parts(element!("notificationShape"), &[resource]));
        }
        let (system, code) = CODE;
        json!({
            "resourceType": TYPE,
            "id": self.id(),
            "extension": extensions,
            "code": {"coding": [{"system": system, "code": code}]},
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use formats::fhir::check::check;

    #[test]
    fn each_topic_is_a_resource_that_names_it() {
        for topic in TOPICS {
            let resource = topic.resource();
            assert_eq!(check(&resource), []);
            assert_eq!(by_id(&topic.id()).map(|found| found.url), Some(topic.url));
            assert_eq!(resource["extension"][0]["valueUri"], topic.url);
        }
        assert_eq!(by_id("subscription-topic-"), None);
    }
}
