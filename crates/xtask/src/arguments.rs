//! Command-line arguments by hand: `--name value` pairs, `--switch`es and a tail after `--`.

use std::{collections::BTreeMap, str::FromStr};

use anyhow::{Context, Result, bail};

/// The arguments of one subcommand.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Arguments {
    values: BTreeMap<String, String>,
    switches: Vec<String>,
    /// Everything after a lone `--`.
    pub tail: Vec<String>,
}

impl Arguments {
    /// Reads `raw` against the names that are allowed.
    ///
    /// # Errors
    /// An unknown name, a missing value, or a word that belongs to no name.
    pub fn parse(raw: &[String], values: &[&str], switches: &[&str]) -> Result<Self> {
        let mut parsed = Self::default();
        let mut words = raw.iter();
        while let Some(word) = words.next() {
            if word == "--" {
                parsed.tail = words.cloned().collect();
                break;
            }
            let Some(name) = word.strip_prefix("--") else {
                bail!("unexpected argument `{word}`");
            };
            if switches.contains(&name) {
                parsed.switches.push(name.to_owned());
            } else if values.contains(&name) {
                let value = words.next().with_context(|| format!("`--{name}` needs a value"))?;
                parsed.values.insert(name.to_owned(), value.clone());
            } else {
                bail!("unknown option `--{name}`");
            }
        }
        Ok(parsed)
    }

    /// Whether `--name` was given.
    pub fn has(&self, name: &str) -> bool {
        self.switches.iter().any(|switch| switch == name)
    }

    /// The value of `--name`, if given.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(String::as_str)
    }

    /// The value of `--name`, which must be given.
    pub fn required(&self, name: &str) -> Result<&str> {
        self.get(name).with_context(|| format!("`--{name}` is required"))
    }

    /// The value of `--name` read as `T`, or `default`.
    pub fn parsed_or<T: FromStr>(&self, name: &str, default: T) -> Result<T> {
        match self.get(name) {
            None => Ok(default),
            Some(text) => {
                text.parse().ok().with_context(|| format!("`--{name} {text}` is no such value"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        text.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn reads_values_switches_and_tail() {
        let parsed =
            Arguments::parse(&words("--runs 30 --check -- cognate --json"), &["runs"], &["check"])
                .unwrap();
        assert_eq!(parsed.parsed_or("runs", 1_usize).unwrap(), 30);
        assert!(parsed.has("check"));
        assert_eq!(parsed.tail, words("cognate --json"));
    }

    #[test]
    fn refuses_what_it_does_not_know() {
        for (raw, expected) in [
            ("--nope", "unknown option `--nope`"),
            ("stray", "unexpected argument `stray`"),
            ("--runs", "`--runs` needs a value"),
        ] {
            let error = Arguments::parse(&words(raw), &["runs"], &[]).unwrap_err();
            assert_eq!(error.to_string(), expected);
        }
        let parsed = Arguments::parse(&words("--runs many"), &["runs"], &[]).unwrap();
        assert!(parsed.parsed_or("runs", 1_usize).is_err());
    }
}
