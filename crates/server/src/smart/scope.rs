//! Scopes: `system/Observation.rs?category=laboratory` (SMART App Launch 2.2.0, "Scopes for
//! requesting FHIR resources"), and those of version 1, `patient/*.read`.

use std::fmt::Write as _;

/// Whose data a scope is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// The patient in context.
    Patient,
    /// What the person may see.
    User,
    /// What the client itself may see.
    System,
}

/// What a scope lets do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Permission {
    /// `c`
    Create,
    /// `r`: read, vread, history of one.
    Read,
    /// `u`: update, patch.
    Update,
    /// `d`
    Delete,
    /// `s`: search, history of a type.
    Search,
}

/// The letters in the order in which they must stand.
const LETTERS: [(char, Permission); 5] = [
    ('c', Permission::Create),
    ('r', Permission::Read),
    ('u', Permission::Update),
    ('d', Permission::Delete),
    ('s', Permission::Search),
];

#[derive(Clone, Debug, PartialEq, Eq)]
struct Scope {
    level: Level,
    /// `None` = every type.
    resource_type: Option<String>,
    permissions: Vec<Permission>,
    /// Search terms that every resource must meet.
    filter: Vec<(String, String)>,
}

/// Words of scopes that are not about resources and are understood (SMART App Launch 2.2.0,
/// "Scopes for requesting context data", "identity data" and "a refresh token").
pub(crate) const CONTEXT: [&str; 6] =
    ["openid", "fhirUser", "profile", "launch", "launch/patient", "offline_access"];

/// The scopes of a token, of which each adds to what may be done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scopes(Vec<Scope>);

impl Scopes {
    /// Reads scopes parted by blanks. Those that are no scopes for resources (`openid`, `launch`)
    /// and those that cannot be read permit nothing: a fault never widens what may be done.
    pub fn parse(text: &str) -> Self {
        Self(text.split_whitespace().filter_map(scope).collect())
    }

    /// Words that look like scopes for resources and cannot be read, for whoever grants them.
    pub fn unreadable(text: &str) -> Vec<String> {
        let looks = |word: &&str| word.contains('/') && !CONTEXT.contains(word);
        let words = text.split_whitespace().filter(looks).filter(|word| scope(word).is_none());
        words.map(str::to_owned).collect()
    }

    /// Whether something may be done with every resource of a type; `None` = with every type.
    pub fn permit(&self, resource_type: Option<&str>, permission: Permission) -> bool {
        self.0.iter().any(|scope| {
            scope.filter.is_empty()
                && scope.permissions.contains(&permission)
                && covers(scope, resource_type)
        })
    }

    /// The terms, one set of which every resource found by a search must meet; `None` = any, an
    /// empty list = nothing may be searched.
    pub fn search_filters(&self, resource_type: &str) -> Option<Vec<&[(String, String)]>> {
        if self.permit(Some(resource_type), Permission::Search) {
            return None;
        }
        let searches = |scope: &&Scope| {
            scope.permissions.contains(&Permission::Search) && covers(scope, Some(resource_type))
        };
        Some(self.0.iter().filter(searches).map(|scope| scope.filter.as_slice()).collect())
    }

    /// Those about somebody of these levels: whoever has no patient in context has no use of
    /// scopes about one, and they permit nothing.
    pub fn of(mut self, levels: &[Level]) -> Self {
        self.0.retain(|scope| levels.contains(&scope.level));
        self
    }

    /// Whether one of them is of a level.
    pub fn has(&self, level: Level) -> bool {
        self.0.iter().any(|scope| scope.level == level)
    }

    /// Whether none lets anything be done with a resource.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Which of the scopes that are asked for are granted to somebody who may have `allowed`: each as
/// it was asked for, or narrowed to what both say; what cannot be read is not granted.
pub(crate) fn granted(asked: &str, allowed: &str) -> String {
    let mut words: Vec<String> = Vec::new();
    let registered: Vec<&str> = allowed.split_whitespace().collect();
    for word in asked.split_whitespace() {
        let narrowed = if CONTEXT.contains(&word) {
            registered.iter().filter(|known| **known == word).map(|_| word.to_owned()).collect()
        } else {
            scope(word).map_or_else(Vec::new, |asked| narrowed(word, &asked, &registered))
        };
        for word in narrowed {
            if !words.contains(&word) {
                words.push(word);
            }
        }
    }
    words.join(" ")
}

/// What of one scope is granted.
fn narrowed(word: &str, asked: &Scope, registered: &[&str]) -> Vec<String> {
    let allowed = registered.iter().filter_map(|word| scope(word));
    let both: Vec<Scope> = allowed.filter_map(|allowed| common(asked, &allowed)).collect();
    if both.contains(asked) {
        return vec![word.to_owned()];
    }
    both.iter().map(Scope::to_word).collect()
}

/// What two scopes both permit.
fn common(asked: &Scope, allowed: &Scope) -> Option<Scope> {
    if asked.level != allowed.level {
        return None;
    }
    let resource_type = match (&asked.resource_type, &allowed.resource_type) {
        (None, one) | (one, None) => one.clone(),
        (Some(one), Some(other)) if one == other => Some(one.clone()),
        _ => return None,
    };
    let is_in_both = |letter: &Permission| allowed.permissions.contains(letter);
    let permissions: Vec<Permission> =
        asked.permissions.iter().copied().filter(is_in_both).collect();
    if permissions.is_empty() {
        return None;
    }
    let mut filter = asked.filter.clone();
    filter.extend(allowed.filter.iter().filter(|term| !asked.filter.contains(term)).cloned());
    Some(Scope { level: asked.level, resource_type, permissions, filter })
}

impl Scope {
    fn to_word(&self) -> String {
        let level = match self.level {
            Level::Patient => "patient",
            Level::User => "user",
            Level::System => "system",
        };
        let letters: String = LETTERS
            .iter()
            .filter(|(_, permission)| self.permissions.contains(permission))
            .map(|(letter, _)| *letter)
            .collect();
        let mut word =
            format!("{level}/{}.{letters}", self.resource_type.as_deref().unwrap_or("*"));
        if !self.filter.is_empty() {
            let mut query = form_urlencoded::Serializer::new(String::new());
            query.extend_pairs(&self.filter);
            word.push('?');
            word.push_str(&query.finish());
        }
        word
    }
}

/// What a granted scope lets an application do, for the person who grants it.
pub(crate) fn in_words(word: &str) -> String {
    let Some(scope) = scope(word) else {
        return match word {
            "openid" | "profile" | "fhirUser" => "know who you are",
            "launch" | "launch/patient" => "know which patient is open",
            "offline_access" => "keep this access for 30 days, also when you are not here",
            _ => "something that is not known here",
        }
        .to_owned();
    };
    let verb = |permission: &Permission| match permission {
        Permission::Create => "add",
        Permission::Read => "read",
        Permission::Update => "change",
        Permission::Delete => "delete",
        Permission::Search => "search",
    };
    let verbs: Vec<&str> = scope.permissions.iter().map(verb).collect();
    let what = scope.resource_type.as_deref().map_or("everything", |name| name);
    let whose = match scope.level {
        Level::Patient => "about the patient",
        Level::User => "that you may see",
        Level::System => "that is in the record",
    };
    let mut text = format!("{} {what} {whose}", verbs.join(", "));
    for (name, value) in &scope.filter {
        // Writing to a string cannot fail.
        let _ = write!(text, ", only where {name} is {value}");
    }
    text
}

fn covers(scope: &Scope, resource_type: Option<&str>) -> bool {
    scope.resource_type.is_none() || scope.resource_type.as_deref() == resource_type
}

fn scope(word: &str) -> Option<Scope> {
    let (level, rest) = word.split_once('/')?;
    let level = match level {
        "patient" => Level::Patient,
        "user" => Level::User,
        "system" => Level::System,
        _ => return None,
    };
    let (rest, query) = match rest.split_once('?') {
        Some((rest, query)) => (rest, Some(query)),
        None => (rest, None),
    };
    let (resource_type, letters) = rest.split_once('.')?;
    let resource_type = match resource_type {
        "*" => None,
        name if is_type(name) => Some(name.to_owned()),
        _ => return None,
    };
    let filter: Vec<(String, String)> = match query {
        None => Vec::new(),
        Some(query) => form_urlencoded::parse(query.as_bytes()).into_owned().collect(),
    };
    let is_empty = query.is_some() && filter.is_empty();
    let permissions = permissions(letters).filter(|_| !is_empty)?;
    Some(Scope { level, resource_type, permissions, filter })
}

fn is_type(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_uppercase())
        && name.bytes().all(|byte| byte.is_ascii_alphabetic())
}

/// The letters in their order, each once, or a word of version 1.
fn permissions(letters: &str) -> Option<Vec<Permission>> {
    let letters = match letters {
        "read" => "rs",
        "write" => "cud",
        "*" => "cruds",
        letters => letters,
    };
    let mut order = LETTERS.iter();
    let next = |letter: char| order.find(|(known, _)| *known == letter).map(|(_, named)| *named);
    let permissions: Option<Vec<Permission>> = letters.chars().map(next).collect();
    permissions.filter(|permissions| !permissions.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use Permission::{Create, Delete, Read, Search, Update};

    #[test]
    fn letters_permit_what_they_say_and_no_more() {
        for (text, resource_type, permitted) in [
            ("system/Observation.rs", "Observation", vec![Read, Search]),
            ("system/Observation.rs", "Patient", vec![]),
            ("user/*.cruds", "Patient", vec![Create, Read, Update, Delete, Search]),
            ("patient/*.read", "Patient", vec![Read, Search]),
            ("patient/Patient.write", "Patient", vec![Create, Update, Delete]),
            ("patient/Patient.*", "Patient", vec![Create, Read, Update, Delete, Search]),
            ("system/Patient.c system/Patient.d", "Patient", vec![Create, Delete]),
            // Wrong in any way: nothing.
            ("system/Patient.sr", "Patient", vec![]),
            ("system/Patient.rr", "Patient", vec![]),
            ("system/Patient.x", "Patient", vec![]),
            ("system/Patient.", "Patient", vec![]),
            ("system/Patient", "Patient", vec![]),
            ("root/Patient.r", "Patient", vec![]),
            ("system/patient.r", "patient", vec![]),
            ("system/Patient.rs?", "Patient", vec![]),
            ("openid launch/patient fhirUser", "Patient", vec![]),
            // A filter never lets everything of a type be read.
            ("system/Observation.rs?category=laboratory", "Observation", vec![]),
        ] {
            let scopes = Scopes::parse(text);
            for (_, permission) in LETTERS {
                let expected = permitted.contains(&permission);
                let found = scopes.permit(Some(resource_type), permission);
                assert_eq!(found, expected, "{text} {resource_type} {permission:?}");
            }
        }
    }

    #[test]
    fn only_a_scope_for_every_type_permits_what_is_about_every_type() {
        assert!(Scopes::parse("system/*.rs").permit(None, Search));
        assert!(!Scopes::parse("system/Patient.rs").permit(None, Search));
    }

    #[test]
    fn filters_narrow_searches() {
        let scopes = Scopes::parse(
            "system/Observation.rs?category=laboratory system/Observation.s?code=a|b&status=final",
        );
        let filters = scopes.search_filters("Observation").unwrap();
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(filters.len(), 2);
        assert_eq!(filters[0], [pair("category", "laboratory")]);
        assert_eq!(filters[1], [pair("code", "a|b"), pair("status", "final")]);
        assert_eq!(scopes.search_filters("Patient").unwrap().len(), 0);
        assert_eq!(Scopes::parse("system/*.s").search_filters("Patient"), None);
    }

    #[test]
    fn what_is_granted_is_in_what_is_asked_and_in_what_is_allowed() {
        for (asked, allowed, expected) in [
            ("patient/*.rs", "patient/*.rs", "patient/*.rs"),
            ("patient/*.read", "patient/*.rs", "patient/*.read"),
            ("patient/*.cruds", "patient/*.rs", "patient/*.rs"),
            ("patient/*.rs", "patient/Observation.rs", "patient/Observation.rs"),
            ("patient/Observation.r", "patient/*.rs", "patient/Observation.r"),
            ("user/*.rs", "patient/*.rs", ""),
            ("system/*.rs", "user/*.rs patient/*.rs", ""),
            ("patient/Patient.rs", "patient/Observation.rs", ""),
            ("patient/Observation.d", "patient/Observation.rs", ""),
            ("patient/*.rs patient/*.rs", "patient/*.rs", "patient/*.rs"),
            (
                "patient/Observation.rs",
                "patient/Observation.rs?category=laboratory",
                "patient/Observation.rs?category=laboratory",
            ),
            (
                "patient/Observation.rs?code=a%7Cb",
                "patient/Observation.rs?category=laboratory",
                "patient/Observation.rs?code=a%7Cb&category=laboratory",
            ),
            (
                "patient/*.rs",
                "patient/Patient.r patient/Observation.s",
                "patient/Patient.r patient/Observation.s",
            ),
            ("openid fhirUser launch/patient", "openid launch/patient", "openid launch/patient"),
            ("launch/encounter admin root/*.rs patient/*.sr", "patient/*.rs launch/encounter", ""),
            ("", "patient/*.rs", ""),
        ] {
            assert_eq!(granted(asked, allowed), expected, "{asked} of {allowed}");
        }
    }

    #[test]
    fn scopes_of_another_level_permit_nothing() {
        let text = "patient/Observation.rs system/Patient.r";
        let scopes = Scopes::parse(text).of(&[Level::System]);
        assert!(scopes.permit(Some("Patient"), Read));
        assert!(!scopes.permit(Some("Observation"), Read));
        assert!(Scopes::parse("patient/*.rs").of(&[Level::User]).is_empty());
    }

    #[test]
    fn a_person_is_told_what_a_scope_lets_be_done() {
        for (word, expected) in [
            ("patient/Observation.rs", "read, search Observation about the patient"),
            ("user/*.cud", "add, change, delete everything that you may see"),
            (
                "patient/Observation.s?category=laboratory",
                "search Observation about the patient, only where category is laboratory",
            ),
            ("openid", "know who you are"),
        ] {
            assert_eq!(in_words(word), expected);
        }
    }

    #[test]
    fn whoever_grants_is_told_what_cannot_be_read() {
        let text = "openid system/Patient.rs system/Patient.sr user/x.y";
        assert_eq!(Scopes::unreadable(text), ["system/Patient.sr", "user/x.y"]);
    }
}
