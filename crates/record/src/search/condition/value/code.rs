//! Codes, texts beside them, URIs and references: the concepts that a value asks for.

use super::{LAST_LETTER, Matcher};
use crate::Failure;
use crate::search::concept::with_token;
use crate::search::extract::is_identifier;
use crate::search::value::{split_unescaped, unescape};
use crate::vault::Builder;

impl Matcher<'_> {
    /// `code`, `system|code`, `|code`, `system|` (FHIR R4 §3.1.1.4.10).
    pub(super) fn token(&self, to: &mut Builder, value: &str) -> Result<(), Failure> {
        let parts: Vec<String> =
            split_unescaped(value, '|').iter().map(|part| unescape(part)).collect();
        let (system, code) = match parts.as_slice() {
            [code] => (None, code.as_str()),
            [system, code] => (Some(system.as_str()), code.as_str()),
            _ => return Err(self.asked.invalid("has more than one `|`")),
        };
        if code.is_empty() && system.is_none_or(str::is_empty) {
            return Err(self.asked.invalid("has neither system nor code"));
        }
        // A `code` has the system of its value set, and does not say so.
        let is_implied = |named: &str| self.asked.parameter.systems.contains(&named);
        let system = system.map(|named| if is_implied(named) { "" } else { named });
        let is_hashed =
            is_identifier(self.asked.parameter) || self.asked.modifier == Some("identifier");
        let hashed = is_hashed.then(|| self.keys.identifier_hash(self.tenant, code));
        let code = match hashed {
            Some(hashed) if !code.is_empty() => hashed,
            _ => code.to_owned(),
        };
        with_token(to, system, (!code.is_empty()).then_some(code.as_str()));
        Ok(())
    }

    /// The concepts with a text beside a code.
    pub(super) fn labels(&self, to: &mut Builder, value: &str) -> Result<(), Failure> {
        let folded = self.folded(value)?;
        to.push("SELECT k.concept FROM search_label k WHERE k.tenant = $1 AND k.folded >= ");
        to.bind(folded.as_str());
        to.push(" AND k.folded < ");
        to.bind(format!("{folded}{LAST_LETTER}"));
        Ok(())
    }

    /// A URI as it is; `:below` what stands under it, `:above` what it stands under.
    pub(super) fn uri(&self, to: &mut Builder, value: &str) {
        with_token(to, None, Some(value));
        match self.asked.modifier {
            Some("below") => {
                let start = format!("{}/", value.trim_end_matches('/'));
                to.push(
                    " UNION SELECT k.concept FROM search_token k WHERE k.tenant = $1 \
                     AND k.code >= ",
                );
                to.bind(start.as_str());
                to.push(" AND k.code < ");
                to.bind(format!("{start}{LAST_LETTER}"));
            }
            Some("above") => {
                let parents = value.match_indices('/').filter_map(|(at, _)| value.get(..at));
                let parents = parents.filter(|up| !up.is_empty() && !up.ends_with([':', '/']));
                to.push(
                    " UNION SELECT k.concept FROM search_token k WHERE k.tenant = $1 \
                     AND k.code IN (",
                );
                to.bind_list(parents);
                to.push(")");
            }
            _ => {}
        }
    }

    /// An id alone is that of a resource of any type that the parameter may lead to.
    fn reference_to_any(&self, to: &mut Builder, value: &str) {
        to.push(
            "SELECT k.concept FROM search_token k WHERE k.tenant = $1 AND k.system = 0 \
             AND k.code IN (",
        );
        let is_id = model::id::is_fhir_id(value);
        let types =
            model::resource_type::all().filter(|name| is_id && self.asked.parameter.targets(name));
        let named: Vec<String> = types.map(|name| format!("{name}/{value}")).collect();
        to.bind_list(named.iter().map(String::as_str).chain([value]));
        to.push(")");
    }

    /// `Type/id`, `id`, or an absolute URL as it was stored.
    pub(super) fn reference(&self, to: &mut Builder, value: &str) -> Result<(), Failure> {
        let modifier = self.asked.modifier;
        match (crate::search::reference(value), modifier) {
            (Some((target_type, _)), Some(modifier)) if target_type != modifier => {
                return Err(self.asked.invalid("names another type than its modifier"));
            }
            (Some((target_type, target)), _) => {
                with_token(to, Some(""), Some(&format!("{target_type}/{target}")));
            }
            (None, Some(modifier)) => {
                with_token(to, Some(""), Some(&format!("{modifier}/{value}")));
            }
            (None, None) => self.reference_to_any(to, value),
        }
        Ok(())
    }
}
