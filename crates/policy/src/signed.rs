//! Policies with their signatures: lines behind the text, which Cedar reads as comments, so that a
//! signed set is one text wherever it is kept.
//!
//! Who signs, and by which keys, is for others: here is what is signed, and where it stands.

use crate::Policies;

/// How the line of a signature begins.
const MARK: &str = "// signature: ";

impl Policies {
    /// The message that a signature of a text is over: the text without signatures, said to be
    /// policies. Neither schema nor core is in it: a program that brings others keeps the
    /// signature.
    pub fn message(text: &str) -> Vec<u8> {
        format!("cognate policies\n{}\n", split(text).0).into_bytes()
    }

    /// The signatures of a text, one a line.
    pub fn signatures(text: &str) -> String {
        split(text).1.join("\n")
    }

    /// A text with one signature more, behind those that are there.
    pub fn with_signature(text: &str, line: &str) -> String {
        format!("{}\n{MARK}{}\n", text.trim_end(), line.trim())
    }
}

/// The text without the signatures at its end, and these in their order.
fn split(text: &str) -> (&str, Vec<&str>) {
    let mut rest = text.trim_end();
    let mut lines = Vec::new();
    loop {
        let (before, last) = rest.rsplit_once('\n').unwrap_or(("", rest));
        let Some(line) = last.strip_prefix(MARK) else { break };
        lines.push(line.trim_end());
        rest = before.trim_end();
    }
    lines.reverse();
    (rest, lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signatures_stand_behind_what_is_signed_and_change_nothing_of_it() {
        let text = Policies::shipped_text("standard").unwrap();
        let once = Policies::with_signature(&text, "ed25519 aa bb\n");
        let twice = Policies::with_signature(&once, "ed25519 cc dd");
        assert_eq!(Policies::signatures(&text), "");
        assert_eq!(Policies::signatures(&twice), "ed25519 aa bb\ned25519 cc dd");
        assert_eq!(Policies::message(&twice), Policies::message(&text));
        let (plain, signed) = (Policies::read(&text).unwrap(), Policies::read(&twice).unwrap());
        assert_eq!(plain.by_id(), signed.by_id());
        // Anything behind a signature is signed text, and so is one in the middle.
        let more = format!("{once}permit (principal, action, resource);\n");
        assert_eq!(Policies::signatures(&more), "");
        assert_ne!(Policies::message(&more), Policies::message(&text));
    }
}
