//! Finds functions in code that rustfmt has formatted, by indentation.

/// A function with a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Function {
    /// The name alone, without its type or module.
    pub name: String,
    /// Line of `fn`, from 1.
    pub at: usize,
    /// Lines from `fn` to the closing brace, both counted.
    pub lines: usize,
}

/// The functions among numbered lines.
///
/// Relies on rustfmt: a body that does not end on its first line ends at the first later line that
/// is the indentation of `fn` followed by `}`. Declarations without a body end in `;`.
pub fn functions<'a>(lines: impl Iterator<Item = (usize, &'a str)>) -> Vec<Function> {
    let mut open: Vec<(String, usize, usize)> = Vec::new();
    let mut found = Vec::new();
    for (at, line) in lines {
        let indent = line.len() - line.trim_start().len();
        let text = line.trim();
        if let Some((name, start, _)) = open.pop_if(|(_, _, depth)| *depth == indent) {
            match text {
                "}" => {
                    found.push(Function { name, at: start, lines: at - start + 1 });
                    continue;
                }
                // A signature over several lines, or a `where` clause: still before the body.
                _ if !closes_declaration(text) => open.push((name, start, indent)),
                _ => continue,
            }
        }
        if let Some(name) = function_name(text) {
            if text.ends_with('}') {
                found.push(Function { name, at, lines: 1 });
            } else if !text.ends_with(';') {
                open.push((name, at, indent));
            }
        }
    }
    found.sort_by_key(|function| function.at);
    found
}

/// The last line of a bodiless declaration over several lines, at the depth of its `fn`.
fn closes_declaration(text: &str) -> bool {
    text.starts_with(')') && text.ends_with(';')
}

/// The name, when the line begins a function item.
fn function_name(text: &str) -> Option<String> {
    let (before, after) = text.split_once("fn ")?;
    let is_item = before.split_whitespace().all(|word| {
        matches!(word, "pub" | "const" | "async" | "unsafe" | "extern" | "\"C\"")
            || (word.starts_with("pub(") && word.ends_with(')'))
            // `pub(in crate::thing)` has a blank inside.
            || word == "pub(in"
            || (word.starts_with("crate") && word.ends_with(')'))
    });
    let name: String = after.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
    (is_item && !name.is_empty()).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: &str = "\
pub fn short() {}

pub(crate) async fn outer<T>(
    value: T,
) -> Vec<T>
where
    T: Clone,
{
    fn inner() {
        work();
    }
    if value {
        work();
    }
    vec![value]
}

trait Named {
    fn name(&self) -> String;
    fn long_declaration(
        &self,
        other: &str,
    ) -> String;
    const fn three(&self) -> u8 {
        3
    }
}

// a comment about fn nothing() {
type Callback = fn (u8) -> u8;
";

    #[test]
    fn measures_bodies_only() {
        let lines = SOURCE.lines().enumerate().map(|(at, line)| (at + 1, line));
        let found: Vec<(String, usize, usize)> =
            functions(lines).into_iter().map(|f| (f.name, f.at, f.lines)).collect();
        let expected = [("short", 1, 1), ("outer", 3, 14), ("inner", 9, 3), ("three", 24, 3)];
        assert_eq!(found, expected.map(|(name, at, lines)| (name.to_owned(), at, lines)));
    }
}
