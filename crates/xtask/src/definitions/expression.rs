//! The expressions of search parameters: a few forms of FHIRPath, and no more.

use anyhow::{Result, bail};

use super::element::{Elements, Place};

/// One step of an expression.
#[derive(Debug, PartialEq, Eq)]
enum Step {
    Name(String),
    As(String),
    Where(String),
}

/// The places of one alternative of an expression; their paths have its filter,
/// `telecom?system=phone`. `Err` names a form that is not known.
pub(super) fn paths(expression: &str, elements: &Elements) -> Result<Vec<Place>> {
    // Patient.deceased: whether there is any but `false`.
    if let Some((path, rest)) = expression.split_once(".exists() and ") {
        if rest != format!("{path} != false") {
            bail!("`{expression}` is a form that is not known");
        }
        let mut found = paths(path, elements)?;
        found.retain(|at| at.data_type == "boolean" || at.data_type == "dateTime");
        for at in &mut found {
            at.json.push_str("?present");
        }
        return Ok(found);
    }
    let mut found: Vec<Place> = Vec::new();
    let mut filter = String::new();
    for (place, step) in steps(expression)?.into_iter().enumerate() {
        match step {
            Step::Name(name) if place == 0 => found = vec![Elements::root(&name)],
            Step::Name(name) => {
                found = found.iter().flat_map(|at| elements.inside(at, &name)).collect();
            }
            Step::As(data_type) => {
                found.retain(|at| at.data_type.eq_ignore_ascii_case(&data_type));
            }
            Step::Where(condition) => filter = format!("?{condition}"),
        }
    }
    if found.is_empty() {
        bail!("`{expression}` leads nowhere");
    }
    for at in &mut found {
        at.json.push_str(&filter);
    }
    Ok(found)
}

fn steps(expression: &str) -> Result<Vec<Step>> {
    if let Some(rest) = expression.strip_prefix('(') {
        let Some((inner, rest)) = rest.split_once(')') else { bail!("`{expression}`: no `)`") };
        let Some((path, data_type)) = inner.split_once(" as ") else {
            bail!("`{expression}` is a form that is not known")
        };
        let mut all = steps(path)?;
        all.push(Step::As(data_type.to_owned()));
        if let Some(rest) = rest.strip_prefix('.') {
            all.extend(steps(rest)?);
        }
        return Ok(all);
    }
    parts(expression).into_iter().map(step).collect()
}

/// Parts a path at the dots outside parentheses.
fn parts(path: &str) -> Vec<&str> {
    let mut depth = 0_u32;
    path.split(|letter| {
        match letter {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        letter == '.' && depth == 0
    })
    .collect()
}

fn step(text: &str) -> Result<Step> {
    let inside = |head: &str| text.strip_prefix(head).and_then(|rest| rest.strip_suffix(')'));
    if let Some(data_type) = inside("as(") {
        return Ok(Step::As(data_type.to_owned()));
    }
    if let Some(condition) = inside("where(") {
        let condition = match condition.strip_prefix("resolve() is ") {
            Some(resource_type) => format!("is={resource_type}"),
            None => condition.replace('\'', ""),
        };
        return Ok(Step::Where(condition));
    }
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        bail!("`{text}` is a step that is not known");
    }
    Ok(Step::Name(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_forms_that_r4_uses_and_refuses_others() {
        let name = |text: &str| Step::Name(text.to_owned());
        for (expression, expected) in [
            ("A.b.c", vec![name("A"), name("b"), name("c")]),
            (
                "(A.b as Quantity).c",
                vec![name("A"), name("b"), Step::As("Quantity".to_owned()), name("c")],
            ),
            ("A.b.as(Age)", vec![name("A"), name("b"), Step::As("Age".to_owned())]),
            (
                "A.b.where(resolve() is Patient)",
                vec![name("A"), name("b"), Step::Where("is=Patient".to_owned())],
            ),
            (
                "A.b.where(system='phone')",
                vec![name("A"), name("b"), Step::Where("system=phone".to_owned())],
            ),
        ] {
            assert_eq!(steps(expression).unwrap(), expected, "{expression}");
        }
        for bad in ["A.b[0].c", "A.b.first()", "(A.b", "(A.b)", ""] {
            assert!(steps(bad).is_err(), "{bad}");
        }
    }
}
