//! What other policies would have said of what was asked lately.

use super::asked;
use crate::audit::{AuditEvent, AuditQuery, Touched};
use crate::limit::within;
use crate::{Access, Action, Failure, Purpose, Record, Role, Scope};
use model::Timestamp;
use policy::{Asked, Policies};
use std::collections::BTreeMap;

/// Events that are looked at.
const EVENTS_MAX: usize = 1_000_000;
/// Events that are read at a time.
const EVENTS_AT_ONCE: u32 = 1_000;
/// Different questions among them.
const QUESTIONS_MAX: usize = 100_000;

/// Something that other policies decide otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShadowDifference {
    /// Who asked.
    pub actor: String,
    /// In which role.
    pub role: Role,
    /// For what.
    pub purpose: Purpose,
    /// To do what.
    pub action: Action,
    /// With what, `Observation/o1`.
    pub resource: String,
    /// How often.
    pub times: u64,
    /// What the policies in use say, as things stand now.
    pub is_permitted: bool,
    /// What the others say.
    pub would_be_permitted: bool,
    /// Policies that decide then.
    pub policies: Vec<String>,
}

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shadow {
    /// Events that were looked at.
    pub events: u64,
    /// Different questions in them.
    pub questions: u64,
    /// Those that are decided otherwise.
    pub differences: Vec<ShadowDifference>,
}

/// Actor, application, role, purpose, action, type and id.
type Question = (String, Option<String>, Role, Purpose, Action, String, String);

impl Record {
    /// Puts every question of the audit log since a time to other policies, about things as they
    /// stand now, and lists what they would decide otherwise.
    pub fn shadow_policies(
        &self,
        access: &Access,
        text: &str,
        from: Timestamp,
    ) -> Result<Shadow, Failure> {
        self.permit(access, Action::ReadPolicy)?;
        let others = Policies::read(text).map_err(|refusal| super::refused(&refusal))?;
        let entities = vec![format!("policies/{}", others.digest())];
        self.note(access, Action::ReadPolicy, &Touched { entities, ..Touched::default() })?;
        let tenant = access.tenant().as_str();
        let mut shadow = Shadow::default();
        let mut questions: BTreeMap<Question, u64> = BTreeMap::new();
        let mut events = 0;
        let mut query =
            AuditQuery { from: Some(from), count: EVENTS_AT_ONCE, ..AuditQuery::default() };
        loop {
            let page = self.inner.audit.page(tenant, &query)?;
            events += page.events.len();
            within("events", events, EVENTS_MAX, "events")?;
            for question in page.events.iter().flat_map(of_event) {
                *questions.entry(question).or_default() += 1;
            }
            let Some(next) = page.next else { break };
            query.before = Some(next);
        }
        within("questions", questions.len(), QUESTIONS_MAX, "questions")?;
        (shadow.events, shadow.questions) = (events as u64, questions.len() as u64);
        let in_use = self.in_use(tenant)?;
        for (question, times) in questions {
            let (actor, application, role, purpose, action, resource_type, id) = question;
            let tenant = access.tenant().clone();
            let of = Access::new(tenant, actor.as_str(), role, purpose, Scope::Tenant);
            let of = match application {
                Some(application) => of.through_application(application),
                None => of,
            };
            let found =
                self.inner.record.read(|executor| self.item(executor, &of, &resource_type, &id))?;
            let Some((_, item)) = found else { continue };
            let question = asked(&of, action);
            let now = in_use.policies.decide(&question, &item);
            let then = others.decide(&question, &item);
            if now.is_permitted != then.is_permitted {
                shadow.differences.push(ShadowDifference {
                    actor,
                    role,
                    purpose,
                    action,
                    resource: format!("{resource_type}/{id}"),
                    times,
                    is_permitted: now.is_permitted,
                    would_be_permitted: then.is_permitted,
                    policies: then.policies,
                });
            }
        }
        Ok(shadow)
    }
}

/// What is allowed in a set of policies and still looks wrong, whoever asks for whatever.
pub fn lint_policies(policies: &Policies, tenant: &str) -> Vec<String> {
    let mut questions = Vec::new();
    for role in Role::ALL {
        for purpose in Purpose::ALL {
            questions.extend(Action::ALL.iter().map(|action| Asked {
                tenant: tenant.to_owned(),
                actor: "account:-".to_owned(),
                role: role.word().to_owned(),
                purpose: purpose.word().to_owned(),
                action: action.word().to_owned(),
            }));
        }
    }
    policy::lint::lint(policies, &questions)
}

/// The questions of an event: one for each resource that it names, or for each patient.
fn of_event(event: &AuditEvent) -> Vec<Question> {
    let words = (
        Role::from_word(&event.role),
        Purpose::from_word(&event.purpose),
        Action::from_word(&event.action),
    );
    // A word of a later program is nobody's question here.
    let (Some(role), Some(purpose), Some(action)) = words else { return Vec::new() };
    let is_type = |text: &str| text.starts_with(|c: char| c.is_ascii_uppercase());
    let resource = |entity: &String| {
        let mut parts = entity.split('/');
        let (resource_type, id) = (parts.next()?, parts.next()?);
        is_type(resource_type).then(|| (resource_type.to_owned(), id.to_owned()))
    };
    let mut about: Vec<(String, String)> = event.entities.iter().filter_map(resource).collect();
    if about.is_empty() {
        about.extend(event.patients.iter().map(|id| ("Patient".to_owned(), id.clone())));
    }
    let question = |(resource_type, id)| {
        let (actor, application) = (event.actor.clone(), event.application.clone());
        (actor, application, role, purpose, action, resource_type, id)
    };
    about.into_iter().map(question).collect()
}
