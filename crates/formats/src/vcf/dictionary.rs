//! What the numbers in a BCF stand for (VCF 4.5 §6.2).

use std::collections::BTreeMap;

/// The two dictionaries of a BCF, made from the lines of its header.
#[derive(Debug)]
pub(super) struct Dictionaries {
    /// FILTER, INFO and FORMAT; `PASS` is always the first.
    pub(super) strings: Dictionary,
    /// Chromosomes.
    pub(super) contigs: Dictionary,
}

/// Names by number. A map, since a header may state any number (`IDX`).
#[derive(Debug, Default)]
pub(super) struct Dictionary {
    names: BTreeMap<u32, String>,
    numbers: BTreeMap<String, u32>,
}

impl Default for Dictionaries {
    fn default() -> Self {
        let mut strings = Dictionary::default();
        strings.insert("PASS", None);
        Self { strings, contigs: Dictionary::default() }
    }
}

impl Dictionaries {
    /// Takes in a header line, if it defines something.
    pub(super) fn take(&mut self, line: &[u8]) {
        let Ok(line) = std::str::from_utf8(line) else { return };
        let Some((key, value)) = line.strip_prefix("##").and_then(|line| line.split_once("=<"))
        else {
            return;
        };
        let dictionary = match key {
            "FILTER" | "INFO" | "FORMAT" => &mut self.strings,
            "contig" => &mut self.contigs,
            _ => return,
        };
        let id = value.split([',', '>']).find_map(|field| field.strip_prefix("ID="));
        let number = value
            .rsplit_once(",IDX=")
            .and_then(|(_, number)| number.strip_suffix('>')?.parse().ok());
        if let Some(id) = id {
            dictionary.insert(id, number);
        }
    }
}

impl Dictionary {
    /// The name with this number.
    pub(super) fn name(&self, number: u32) -> Option<&str> {
        self.names.get(&number).map(String::as_str)
    }

    fn insert(&mut self, name: &str, number: Option<u32>) {
        if self.numbers.contains_key(name) {
            return;
        }
        let next = || self.names.last_key_value().map_or(Some(0), |(last, _)| last.checked_add(1));
        let Some(number) = number.or_else(next) else { return };
        self.numbers.insert(name.to_owned(), number);
        self.names.insert(number, name.to_owned());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_come_from_the_order_of_lines_or_are_stated() {
        let mut dictionaries = Dictionaries::default();
        for line in [
            "##fileformat=VCFv4.3",
            "##FILTER=<ID=PASS,Description=\"All, filters=<ID=x>\">",
            "##FILTER=<ID=q10,Description=\"low\">",
            "##INFO=<ID=DP,Number=1,Type=Integer,Description=\"d\">",
            "##FORMAT=<ID=DP,Number=1,Type=Integer,Description=\",IDX=7>\">",
            "##FORMAT=<ID=GT,Number=1,Type=String,Description=\"g\",IDX=9>",
            "##FORMAT=<ID=GQ,Number=1,Type=Integer,Description=\"q\">",
            "##contig=<ID=chr1,length=5>",
            "##contig=<ID=chr2,IDX=4294967295>",
            "##contig=<ID=chr3>",
        ] {
            dictionaries.take(line.as_bytes());
        }
        let strings = [0, 1, 2, 3, 9, 10].map(|number| dictionaries.strings.name(number));
        assert_eq!(strings, [Some("PASS"), Some("q10"), Some("DP"), None, Some("GT"), Some("GQ")]);
        let contigs = [0, u32::MAX, 1].map(|number| dictionaries.contigs.name(number));
        assert_eq!(contigs, [Some("chr1"), Some("chr2"), None]);
    }
}
