//! Tables with a line of headings: what a column is called says what its cells are.

use super::{alteration, gene, genotype};
use crate::page::Area;
use crate::reading::{Field, FieldName, ProposalKind};
use crate::rows::{Cell, Line};
use crate::section::heading;
use tumor::gene::Genes;

/// Lines of a table.
const LINES_MAX: usize = 200;
/// Distance of two lines of one row, in letter sizes.
const ROW_GAP_SIZES: f32 = 1.9;
/// Distance after which a table has ended, in letter sizes.
const TABLE_GAP_SIZES: f32 = 5.0;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Gene,
    /// A change in any notation.
    Change,
    Field(FieldName),
    /// Share of reads as a number of percent.
    Percent,
    /// Nothing that is read.
    Other,
}

/// The columns of a table.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Columns(Vec<(Kind, Area)>);

impl Columns {
    /// The columns that a line of headings names: a gene, and something of it.
    pub(super) fn of(line: &Line) -> Option<Self> {
        let columns: Vec<(Kind, Area)> =
            line.cells.iter().map(|cell| (kind(&cell.text), cell.area)).collect();
        let has_gene = columns.iter().filter(|(kind, _)| *kind == Kind::Gene).count() == 1;
        let known = columns.iter().filter(|(kind, _)| !matches!(kind, Kind::Other));
        (has_gene && known.count() >= 2).then_some(Self(columns))
    }

    /// The column that a cell stands in: the one whose heading is nearest to its left edge or its
    /// middle.
    fn column(&self, cell: &Cell) -> Option<Kind> {
        let middle = |area: Area| area.left.midpoint(area.right);
        let distance = |area: Area| {
            let left = (area.left - cell.area.left).abs();
            left.min((middle(area) - middle(cell.area)).abs())
        };
        let nearest = self.0.iter().min_by(|a, b| distance(a.1).total_cmp(&distance(b.1)));
        nearest.map(|(kind, _)| *kind)
    }
}

fn kind(text: &str) -> Kind {
    let plain = text.trim().trim_end_matches(':').to_lowercase();
    match plain.as_str() {
        "gene" | "genes" | "gene symbol" | "gene name" => Kind::Gene,
        "variant" | "alteration" | "mutation" | "change" | "finding" | "variant (hgvs)"
        | "genomic alteration" | "dna variant" => Kind::Change,
        "transcript" | "reference sequence" | "refseq" => Kind::Field(FieldName::Transcript),
        "cdna" | "c. change" | "cdna change" | "coding change" | "coding dna"
        | "nucleotide change" | "hgvs c." | "hgvsc" | "dna change" => {
            Kind::Field(FieldName::Coding)
        }
        "protein" | "protein change" | "amino acid change" | "aa change" | "hgvs p." | "hgvsp"
        | "p. change" => Kind::Field(FieldName::Protein),
        "classification"
        | "class"
        | "significance"
        | "clinical significance"
        | "interpretation"
        | "pathogenicity"
        | "tier" => Kind::Field(FieldName::Significance),
        "vaf (%)"
        | "vaf %"
        | "vaf(%)"
        | "% vaf"
        | "vaf [%]"
        | "af (%)"
        | "af %"
        | "allele fraction (%)"
        | "allele fraction %"
        | "allele frequency (%)"
        | "allele frequency %"
        | "variant allele fraction (%)"
        | "variant allele frequency (%)" => Kind::Percent,
        "vaf"
        | "allele fraction"
        | "allele frequency"
        | "af"
        | "variant allele fraction"
        | "variant allele frequency"
        | "mutant allele fraction" => Kind::Field(FieldName::AlleleFraction),
        "genotype" | "diplotype" | "result" | "allele result" => Kind::Field(FieldName::Diplotype),
        "phenotype"
        | "metabolizer status"
        | "metaboliser status"
        | "predicted phenotype"
        | "metabolizer phenotype"
        | "activity phenotype" => Kind::Field(FieldName::Phenotype),
        _ => Kind::Other,
    }
}

/// A row of a table.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Row(Vec<(Kind, Cell)>);

/// The rows below a line of headings, and how many lines they take.
pub(super) fn rows(genes: &Genes, lines: &[Line], columns: &Columns) -> (Vec<Row>, usize) {
    let mut rows: Vec<Row> = Vec::new();
    let mut last: Option<(u32, f32, f32)> = None;
    let mut used = 0;
    for line in lines.iter().take(LINES_MAX) {
        let size = line.cells.iter().map(|cell| cell.size).fold(0.0, f32::max);
        let gap = last.map(|(_, baseline, size)| (line.baseline - baseline) / size.max(1.0));
        let is_over = last.is_some_and(|(page, _, _)| page != line.page)
            || gap.is_some_and(|gap| gap > TABLE_GAP_SIZES)
            || (line.cells.len() == 1 && heading(&line.text()).is_some())
            || Columns::of(line).is_some();
        if is_over {
            break;
        }
        let cells: Vec<(Kind, Cell)> = line
            .cells
            .iter()
            .filter_map(|cell| Some((columns.column(cell)?, cell.clone())))
            .collect();
        let of_gene = cells.iter().find(|(kind, _)| *kind == Kind::Gene);
        let begins = of_gene.is_some_and(|(_, cell)| names_gene(genes, &cell.text));
        if begins {
            rows.push(Row(cells));
        } else if gap.is_none_or(|gap| gap <= ROW_GAP_SIZES) && of_gene.is_none() {
            if let Some(Row(row)) = rows.last_mut() {
                row.extend(cells);
            }
        } else {
            break;
        }
        used += 1;
        last = Some((line.page, line.baseline, size));
    }
    (rows, used)
}

fn names_gene(genes: &Genes, text: &str) -> bool {
    let name = text.split_whitespace().next().unwrap_or_default();
    alteration::is_gene(genes, name)
}

impl Row {
    /// Its cells.
    pub(super) fn cells(&self) -> Vec<&Cell> {
        self.0.iter().map(|(_, cell)| cell).collect()
    }

    /// All that it says.
    pub(super) fn text(&self) -> String {
        let texts: Vec<&str> = self.0.iter().map(|(_, cell)| cell.text.as_str()).collect();
        texts.join(" ")
    }

    /// The text of a column, and where it stands.
    fn column(&self, wanted: Kind, between: &str) -> Option<(String, Area, u32)> {
        let cells: Vec<&Cell> =
            self.0.iter().filter(|(kind, _)| *kind == wanted).map(|(_, cell)| cell).collect();
        let area = Area::around(cells.iter().map(|cell| cell.area))?;
        let texts: Vec<&str> = cells.iter().map(|cell| cell.text.trim()).collect();
        Some((texts.join(between), area, cells.first()?.page))
    }

    /// What it proposes; `None` if it says nothing of its gene.
    pub(super) fn proposal(&self, genes: &Genes) -> Option<(ProposalKind, Vec<Field>)> {
        let (text, area, page) = self.column(Kind::Gene, " ")?;
        let mut words = text.split_whitespace();
        let name = words.next()?.trim_end_matches([':', '*', ',']);
        let symbol = gene(genes, name)?;
        let of_gene =
            Field { name: FieldName::Gene, value: symbol.0, written: name.to_owned(), page, area };
        let mut fields = vec![of_gene];
        for name in FieldName::ALL {
            // Notation is broken at the edge of a column without a blank.
            let between = match name {
                FieldName::Coding | FieldName::Protein | FieldName::Transcript => "",
                _ => " ",
            };
            let Some((written, area, page)) = self.column(Kind::Field(*name), between) else {
                continue;
            };
            let value = value(*name, &written);
            fields.push(Field { name: *name, value, written, page, area });
        }
        let has_share = fields.iter().any(|field| field.name == FieldName::AlleleFraction);
        if let Some((written, area, page)) = self.column(Kind::Percent, " ").filter(|_| !has_share)
        {
            // `0.8` is 0.8 %: what the numbers are, the heading says.
            let number = written.trim().trim_end_matches('%');
            let value = alteration::percent(&format!("{number}%"));
            fields.push(Field { name: FieldName::AlleleFraction, value, written, page, area });
        }
        let change = self.change(genes, name);
        let has = |name| fields.iter().any(|field| field.name == name);
        if has(FieldName::Diplotype) && change.is_none() {
            let has_pair = fields
                .iter()
                .any(|field| field.name == FieldName::Diplotype && field.value.is_some());
            let has_phenotype = has(FieldName::Phenotype);
            return (has_pair || has_phenotype).then_some((ProposalKind::Genotype, fields));
        }
        if let Some((kind, more)) = change {
            let more = more.into_iter().filter(|field| !has(field.name)).collect::<Vec<_>>();
            fields.extend(more);
            return Some((kind, fields));
        }
        let is_variant = has(FieldName::Coding) || has(FieldName::Protein);
        is_variant.then_some((ProposalKind::Variant, fields))
    }

    /// What a column of changes in any notation says; kept as written if it is not understood.
    fn change(&self, genes: &Genes, gene: &str) -> Option<(ProposalKind, Vec<Field>)> {
        let (written, area, page) = self.column(Kind::Change, " ")?;
        let place = |(name, value, written)| Field { name, value, written, page, area };
        let squeezed: String = written.chars().filter(|c| !c.is_whitespace()).collect();
        let read = [&written, &squeezed]
            .into_iter()
            .find_map(|text| alteration::of(genes, &format!("{gene} {text}")));
        Some(match read {
            Some((kind, parts)) => (kind, parts.into_iter().map(place).collect()),
            None => (ProposalKind::Variant, vec![place((FieldName::Change, None, written))]),
        })
    }
}

pub(super) fn value(name: FieldName, written: &str) -> Option<String> {
    match name {
        FieldName::Transcript => genomics::hgvs::is_accession(written).then(|| written.to_owned()),
        FieldName::Coding => alteration::coding(written),
        FieldName::Protein => alteration::protein(written),
        FieldName::Significance => alteration::significance_of(written),
        FieldName::AlleleFraction => alteration::percent(written).or_else(|| {
            let share: f64 = written.trim().parse().ok()?;
            // Above one it may be percent, or not: a person says.
            (0.0..=1.0).contains(&share).then(|| alteration::share(share))
        }),
        FieldName::Diplotype => genotype::diplotype(written),
        FieldName::Phenotype => genotype::phenotype(written),
        _ => None,
    }
}
