//! Genes by HGNC number, whatever name a report uses.
//!
//! A symbol is text. It may be approved, former, an alias, shared by several genes, mangled by a
//! spreadsheet or unheard of; which of these it was is kept, and nothing is chosen silently.

use crate::cytoband::Cytoband;
use knowledge::oncology::OncologyNames;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// The number of an HGNC identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Hgnc(pub u32);

/// `HGNC:1097`.
impl fmt::Display for Hgnc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HGNC:{}", self.0)
    }
}

/// The gene that a name stands for, as far as it can be told.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Gene {
    /// This one.
    Known(Hgnc),
    /// One of these.
    Ambiguous(Box<[Hgnc]>),
    /// A name that no table has.
    Unknown(Box<str>),
}

impl Gene {
    /// Whether it is that gene; `None` where the name does not tell.
    pub fn is(&self, wanted: Hgnc) -> Option<bool> {
        match self {
            Self::Known(gene) => Some(*gene == wanted),
            Self::Ambiguous(genes) if genes.contains(&wanted) => None,
            // The tables lack pseudogenes and clones only, and none of them is a gene asked for.
            Self::Ambiguous(_) | Self::Unknown(_) => Some(false),
        }
    }

    /// Every gene it may be.
    pub fn candidates(&self) -> &[Hgnc] {
        match self {
            Self::Known(gene) => std::slice::from_ref(gene),
            Self::Ambiguous(genes) => genes,
            Self::Unknown(_) => &[],
        }
    }
}

/// How a name led to a gene.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameKind {
    /// It is the approved symbol.
    Approved,
    /// It is the approved symbol in other capitals.
    Capitals,
    /// It was the approved symbol.
    Previous,
    /// It is an alias.
    Alias,
    /// It has been used for several genes.
    Ambiguous,
    /// A spreadsheet made a date of it (`1-Mar`).
    Damaged,
    /// No table has it.
    Unheard,
}

/// The names of genes.
#[derive(Clone, Debug)]
pub struct Genes {
    symbols: BTreeMap<Hgnc, Box<str>>,
    by_symbol: BTreeMap<Box<str>, Hgnc>,
    by_capitals: BTreeMap<Box<str>, Hgnc>,
    by_alias: BTreeMap<Box<str>, (Box<[Hgnc]>, bool)>,
    by_ncbi: BTreeMap<u32, Hgnc>,
    bands: BTreeMap<Hgnc, Cytoband>,
}

/// Longest name of a gene that is looked up, in bytes.
pub const NAME_BYTES_MAX: usize = 64;

impl Genes {
    /// Indexes the tables.
    pub fn new(names: &OncologyNames) -> Self {
        let mut by_capitals = BTreeMap::new();
        for (gene, symbol) in rows(names) {
            if symbol.bytes().any(|byte| byte.is_ascii_lowercase()) {
                by_capitals.insert(symbol.to_ascii_uppercase().into(), gene);
            }
        }
        let alias = |alias: &knowledge::oncology::GeneAlias| {
            let genes: Box<[Hgnc]> = alias.hgnc.iter().map(|number| Hgnc(*number)).collect();
            (alias.alias.as_str().into(), (genes, alias.previous))
        };
        Self {
            symbols: rows(names).map(|(gene, name)| (gene, name.into())).collect(),
            by_symbol: rows(names).map(|(gene, name)| (name.into(), gene)).collect(),
            by_capitals,
            by_alias: names.aliases.iter().map(alias).collect(),
            by_ncbi: names
                .genes
                .iter()
                .filter_map(|gene| Some((gene.ncbi_gene?, Hgnc(gene.hgnc))))
                .collect(),
            bands: names
                .genes
                .iter()
                .filter_map(|gene| Some((Hgnc(gene.hgnc), Cytoband::parse(gene.band.as_deref()?)?)))
                .collect(),
        }
    }

    /// The gene of a symbol, and how it was found.
    pub fn resolve(&self, name: &str) -> (Gene, NameKind) {
        let name = name.trim();
        if name.len() > NAME_BYTES_MAX {
            return (Gene::Unknown("".into()), NameKind::Unheard);
        }
        if let Some(gene) = self.by_number(name) {
            return (Gene::Known(gene), NameKind::Approved);
        }
        if let Some(gene) = self.by_symbol.get(name) {
            return (Gene::Known(*gene), NameKind::Approved);
        }
        let capitals = name.to_ascii_uppercase();
        let approved = self.by_symbol.get(capitals.as_str());
        if let Some(gene) = approved.or_else(|| self.by_capitals.get(capitals.as_str())) {
            return (Gene::Known(*gene), NameKind::Capitals);
        }
        match self.by_alias.get(capitals.as_str()) {
            Some((genes, previous)) => match (&**genes, previous) {
                ([gene], true) => (Gene::Known(*gene), NameKind::Previous),
                ([gene], false) => (Gene::Known(*gene), NameKind::Alias),
                (several, _) => (Gene::Ambiguous(several.into()), NameKind::Ambiguous),
            },
            None if is_date(&capitals) => (Gene::Unknown(name.into()), NameKind::Damaged),
            None => (Gene::Unknown(name.into()), NameKind::Unheard),
        }
    }

    /// The gene of `HGNC:` and a number, if the tables have it.
    fn by_number(&self, name: &str) -> Option<Hgnc> {
        self.by_hgnc(name.strip_prefix("HGNC:")?.parse().ok()?)
    }

    /// The gene of an HGNC number, if the tables have it.
    pub fn by_hgnc(&self, number: u32) -> Option<Hgnc> {
        let gene = Hgnc(number);
        self.symbols.contains_key(&gene).then_some(gene)
    }

    /// The gene of a number of NCBI Gene (Entrez).
    pub fn by_ncbi(&self, number: u32) -> Option<Hgnc> {
        self.by_ncbi.get(&number).copied()
    }

    /// The approved symbol of a gene; its number if no table has it.
    pub fn symbol(&self, gene: Hgnc) -> String {
        self.symbols.get(&gene).map_or_else(|| gene.to_string(), ToString::to_string)
    }

    /// The band that a gene lies in, if the tables have one place for it.
    pub fn band(&self, gene: Hgnc) -> Option<Cytoband> {
        self.bands.get(&gene).copied()
    }

    /// The name to show for what a report said.
    pub fn name(&self, gene: &Gene) -> String {
        match gene {
            Gene::Known(gene) => self.symbol(*gene),
            Gene::Unknown(name) => name.to_string(),
            Gene::Ambiguous(genes) => {
                let names: Vec<String> = genes.iter().map(|gene| self.symbol(*gene)).collect();
                names.join(" or ")
            }
        }
    }
}

fn rows(names: &OncologyNames) -> impl Iterator<Item = (Hgnc, &str)> {
    names.genes.iter().map(|gene| (Hgnc(gene.hgnc), gene.symbol.as_str()))
}

/// `1-MAR`, `MAR-01`, `2-SEP`, as spreadsheets write MARCH1 and SEPT2.
fn is_date(capitals: &str) -> bool {
    const MONTHS: [&str; 4] = ["MAR", "SEP", "DEC", "OCT"];
    let Some((one, other)) = capitals.split_once('-') else { return false };
    let number = |text: &str| matches!(text.len(), 1 | 2) && text.parse::<u8>().is_ok();
    (number(one) && MONTHS.contains(&other)) || (MONTHS.contains(&one) && number(other))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_reports_lead_to_genes_or_say_why_not() {
        let genes = Genes::new(&OncologyNames::built_in().unwrap());
        // Approved symbols and numbers after HGNC, 2025-06.
        for (name, symbol, kind) in [
            ("BRAF", "BRAF", NameKind::Approved),
            ("braf", "BRAF", NameKind::Capitals),
            ("C11ORF65", "C11orf65", NameKind::Capitals),
            ("MLL", "KMT2A", NameKind::Previous),
            ("MLL3", "KMT2C", NameKind::Previous),
            ("FAM123B", "AMER1", NameKind::Previous),
            ("HIST1H3B", "H3C2", NameKind::Previous),
            ("HER2", "ERBB2", NameKind::Alias),
            ("IGH@", "IGH", NameKind::Previous),
            (" EGFR ", "EGFR", NameKind::Approved),
            ("HGNC:3236", "EGFR", NameKind::Approved),
            ("HGNC:0", "HGNC:0", NameKind::Unheard),
            // KMT2D, and KMT2B in older papers.
            ("MLL2", "KMT2D or KMT2B", NameKind::Ambiguous),
            ("1-Mar", "1-Mar", NameKind::Damaged),
            ("SEP-02", "SEP-02", NameKind::Damaged),
            ("Tumor Mutation Burden", "Tumor Mutation Burden", NameKind::Unheard),
            ("", "", NameKind::Unheard),
        ] {
            let (gene, found) = genes.resolve(name);
            assert_eq!((genes.name(&gene).as_str(), found), (symbol, kind), "{name}");
        }
        assert_eq!(genes.by_ncbi(673), Some(Hgnc(1097)));
        assert_eq!(genes.resolve("BRAF").0, Gene::Known(Hgnc(1097)));
        let (mll2, _) = genes.resolve("MLL2");
        let kmt2b = genes.resolve("KMT2B").0.candidates()[0];
        assert_eq!((mll2.is(kmt2b), mll2.is(Hgnc(1097))), (None, Some(false)));
    }
}
