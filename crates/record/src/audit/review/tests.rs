//! Scripted snoopers among normal sessions.

use super::*;
use model::Timestamp;

/// SplitMix64.
struct Random(u64);

impl Random {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % end
    }
}

const PATIENTS: u64 = 5_000;
const PEOPLE_AT_WORK: u64 = 100;
const SESSIONS: u64 = 2_000;
const SNOOPERS: u64 = 400;
const FAMILIES: u64 = 900;

struct Site {
    random: Random,
    facts: ReviewFacts,
    events: Vec<AuditEvent>,
}

impl Site {
    /// Everybody who works here is a patient, too, and names repeat.
    fn new() -> Self {
        let mut random = Random(164);
        let mut facts = ReviewFacts {
            relationships: Some(BTreeSet::new()),
            watched_patients: (0..20).map(|n| format!("p{}", n * 200 + 7)).collect(),
            ..ReviewFacts::default()
        };
        for patient in 0..PATIENTS {
            let family = format!("Family{}", random.below(FAMILIES));
            facts.family_of_patient.insert(format!("p{patient}"), family);
        }
        for person in 0..PEOPLE_AT_WORK {
            let (actor, patient) = (format!("a{person}"), format!("p{}", person * 31));
            let family = facts.family_of_patient[&patient].clone();
            facts.family_of_actor.insert(actor.clone(), family);
            facts.patient_of_actor.insert(actor, patient);
        }
        Self { random, facts, events: Vec::new() }
    }

    fn read(&mut self, actor: &str, patient: &str, day: i64, minute: i64) {
        self.event(actor, patient, day, minute, "read-clinical", true);
    }

    fn event(
        &mut self,
        actor: &str,
        patient: &str,
        day: i64,
        minute: i64,
        action: &str,
        permitted: bool,
    ) {
        let id = format!("s.{}", self.events.len() + 1);
        self.events.push(AuditEvent {
            id,
            time: Timestamp::from_micros(day * DAY_MICROS + minute * MINUTE_MICROS),
            tenant: "t".to_owned(),
            actor: actor.to_owned(),
            application: None,
            role: "prescriber".to_owned(),
            purpose: "treatment".to_owned(),
            action: action.to_owned(),
            permitted,
            narrowed: false,
            patients: vec![patient.to_owned()],
            entities: vec![],
            query: None,
            disclosure: None,
        });
    }

    fn relate(&mut self, actor: &str, patient: &str) {
        let pair = (actor.to_owned(), patient.to_owned());
        self.facts.relationships.as_mut().unwrap().insert(pair);
    }

    fn stranger(&mut self, actor: &str) -> String {
        loop {
            let patient = format!("p{}", self.random.below(PATIENTS));
            let pair = (actor.to_owned(), patient.clone());
            if !self.facts.relationships.as_ref().unwrap().contains(&pair) {
                return patient;
            }
        }
    }

    /// A shift: patients in care, now and then one whom a colleague asked about.
    fn normal(&mut self, day: i64) -> (i64, String) {
        let actor = format!("a{}", self.random.below(PEOPLE_AT_WORK));
        let own = self.facts.patient_of_actor[&actor].clone();
        let begin = if self.random.below(5) == 0 { 21 * 60 } else { 8 * 60 };
        for _ in 0..5 + self.random.below(30) {
            let patient = format!("p{}", self.random.below(PATIENTS));
            if patient != own {
                self.relate(&actor, &patient);
                let minute = begin + self.random.below(420).cast_signed();
                self.read(&actor, &patient, day, minute);
            }
        }
        if self.random.below(4) == 0 {
            let patient = self.plain_stranger(&actor);
            self.read(&actor, &patient, day, 9 * 60);
        }
        (day, actor)
    }

    /// Nobody whom another rule than that of relationships is about.
    fn plain_stranger(&mut self, actor: &str) -> String {
        loop {
            let patient = self.stranger(actor);
            let facts = &self.facts;
            let is_plain = !facts.watched_patients.contains(&patient)
                && !facts.patient_of_actor.values().any(|one| *one == patient)
                && facts.family_of_actor[actor] != facts.family_of_patient[&patient];
            if is_plain {
                return patient;
            }
        }
    }

    /// One of eight ways to snoop; the rule that names it.
    fn snoop(&mut self, way: u64, actor: &str, day: i64) -> &'static str {
        match way {
            0 => {
                let own = self.facts.patient_of_actor[actor].clone();
                self.read(actor, &own, day, 12 * 60);
                "self"
            }
            1 => {
                let of = self.facts.watched_patients.iter().next().unwrap().clone();
                self.read(actor, &of, day, 12 * 60);
                "watched"
            }
            2 => {
                // Somebody at home, whom they do not treat.
                let kin = format!("kin-of-{actor}");
                let family = self.facts.family_of_actor[actor].to_uppercase();
                self.facts.family_of_patient.insert(kin.clone(), family);
                self.read(actor, &kin, day, 12 * 60);
                "family"
            }
            3 => {
                let colleague = if actor == "a1" { "a2" } else { "a1" };
                let of = self.facts.patient_of_actor[colleague].clone();
                self.read(actor, &of, day, 12 * 60);
                "colleague"
            }
            4 => {
                for minute in 0..90 {
                    let patient = format!("p{}", self.random.below(PATIENTS));
                    self.relate(actor, &patient);
                    self.read(actor, &patient, day, 8 * 60 + minute);
                }
                "volume"
            }
            5 => {
                for minute in 0..4 {
                    let patient = self.stranger(actor);
                    self.read(actor, &patient, day, 23 * 60 + 50 + minute * 10);
                }
                "night"
            }
            6 => {
                let first = self.random.below(PATIENTS - 10);
                for step in 0..8 {
                    let patient = format!("p{}", first + step);
                    self.relate(actor, &patient);
                    self.read(actor, &patient, day, 600 + step.cast_signed());
                }
                "sequential-ids"
            }
            _ => {
                for step in 0..6 {
                    let patient = self.stranger(actor);
                    self.read(actor, &patient, day, 600 + step * 7);
                }
                "no-relationship"
            }
        }
    }
}

#[test]
fn snoopers_are_found_and_others_left_alone() {
    let mut site = Site::new();
    let normal: Vec<_> = (0..SESSIONS).map(|n| site.normal(n.cast_signed())).collect();
    let snoopers: Vec<_> = (0..SNOOPERS)
        .map(|n| {
            let (day, actor) = ((SESSIONS + n).cast_signed(), format!("a{}", n % PEOPLE_AT_WORK));
            let rule = site.snoop(n % 8, &actor, day);
            (day, actor, rule)
        })
        .collect();
    let findings = review_audit(&site.events, &site.facts, &ReviewRules::default());
    let found = |day: i64, actor: &str, rule: Option<&str>| {
        findings.iter().any(|finding| {
            let is_of = finding.day == day && finding.actor == actor;
            is_of && rule.is_none_or(|rule| finding.rule == rule)
        })
    };
    let alarms = normal.iter().filter(|(day, actor)| found(*day, actor, None)).count();
    assert!(alarms as u64 * 1000 <= SESSIONS, "{alarms} of {SESSIONS}");
    let missed: Vec<_> =
        snoopers.iter().filter(|(day, actor, rule)| !found(*day, actor, Some(rule))).collect();
    assert!(missed.len() as u64 * 20 <= SNOOPERS, "{missed:?}");
}

#[test]
fn thresholds_are_the_last_that_is_let_pass() {
    let rules = ReviewRules::default();
    let mut site = Site::new();
    let findings = |site: &Site, rule: &str| {
        let found = review_audit(&site.events, &site.facts, &rules);
        found.iter().filter(|finding| finding.rule == rule).count()
    };
    for (at, rule, most) in [
        (0, "denials", rules.denials_per_day_max),
        (1, "export", rules.exports_per_day_max),
        (2, "volume", rules.patients_per_day_max),
    ] {
        let one = |site: &mut Site, number: usize| match rule {
            "denials" => site.event("a1", "", at, 600, "read-clinical", false),
            "export" => site.event("a1", "", at, 600, "export", true),
            _ => site.read("a1", &format!("x-{}", number * 2), at, 600),
        };
        (0..most).for_each(|number| one(&mut site, number));
        assert_eq!(findings(&site, rule), 0, "{rule}");
        one(&mut site, most);
        assert_eq!(findings(&site, rule), 1, "{rule}");
    }
}

#[test]
fn an_export_for_research_is_an_export() {
    let mut site = Site::new();
    site.event("a1", "", 1, 600, "export-deidentified", true);
    let found = review_audit(&site.events, &site.facts, &ReviewRules::default());
    assert!(found.iter().any(|finding| finding.rule == "export"), "{found:?}");
}

#[test]
fn without_known_relationships_nobody_is_accused_of_having_none() {
    let mut site = Site::new();
    site.facts.relationships = None;
    for step in 0..20 {
        site.read("a1", &format!("x-{}", step * 2), 1, 600);
    }
    assert_eq!(review_audit(&site.events, &site.facts, &ReviewRules::default()), []);
    let rules: ReviewRules = serde_json::from_str(r#"{"patientsPerDayMax": 10}"#).unwrap();
    assert_eq!(review_audit(&site.events, &site.facts, &rules).len(), 1);
    assert!(serde_json::from_str::<ReviewRules>(r#"{"patientsPerDay": 10}"#).is_err());
}
