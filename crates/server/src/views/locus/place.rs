//! The place that is asked for.

use ::genomics::gene;
use ::genomics::range::Range;
use ::genomics::sequence::{accession_of, known};
use knowledge::Pack;
use model::variant::GenomeBuild;
use serde::Deserialize;

/// The builds that can be asked for.
pub(super) const BUILDS: [(&str, GenomeBuild); 2] =
    [("GRCh38", GenomeBuild::GRCh38), ("GRCh37", GenomeBuild::GRCh37)];
/// Bases of one place.
const BASES_MAX: u64 = 3_000_000;
/// Bases shown on both sides of what the tables know of a gene.
const MARGIN: u64 = 100;

/// What is asked for.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct LocusAsked {
    pub(crate) gene: Option<String>,
    pub(crate) region: Option<String>,
    build: Option<String>,
}

impl LocusAsked {
    /// The build, GRCh38 if none is named.
    pub(crate) fn build(&self) -> &str {
        let build = self.build.as_deref().map(str::trim).filter(|build| !build.is_empty());
        build.unwrap_or("GRCh38")
    }
}

/// A place of the genome.
pub(super) struct Place {
    pub(super) range: Range,
    /// `chr10`.
    pub(super) chromosome: String,
    pub(super) build: &'static str,
    /// The gene, if one was asked for.
    pub(super) gene: Option<String>,
    /// What the place is of it.
    pub(super) about: Option<String>,
}

impl Place {
    /// `chr10:94761001-94800000`, counted from 1.
    pub(super) fn region(&self) -> String {
        format!("{}:{}-{}", self.chromosome, self.range.start + 1, self.range.end)
    }
}

/// The place; none if nothing is asked for. An error says what is wrong.
pub(super) fn place_of(pack: &Pack, asked: &LocusAsked) -> Result<Option<Place>, String> {
    let given = |text: &Option<String>| {
        text.as_deref().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned)
    };
    let build = BUILDS.into_iter().find(|(name, _)| *name == asked.build());
    let build = build.ok_or("the build is GRCh38 or GRCh37")?;
    match (given(&asked.gene), given(&asked.region)) {
        (None, None) => Ok(None),
        (Some(_), Some(_)) => Err("give a gene or a region, not both".to_owned()),
        (Some(gene), None) => of_gene(pack, &gene, build.1).map(Some),
        (None, Some(region)) => of_region(&region, build).map(Some),
    }
}

/// What the MANE Select transcript of a gene and the pack's positions of it span. That is not the
/// whole gene, and is said.
fn of_gene(pack: &Pack, name: &str, build: GenomeBuild) -> Result<Place, String> {
    let symbol = name.to_uppercase();
    if build != GenomeBuild::GRCh38 {
        return Err("genes are placed on GRCh38 only; give a region of GRCh37".to_owned());
    }
    // Symbols of open reading frames have small letters in them: C9orf72.
    let transcript = gene::place(&symbol).or_else(|| gene::place(name));
    let positions = pack.pgx.gene(&symbol);
    let spanned = positions.and_then(|gene| {
        let all = || gene.positions.iter().map(|one| one.position);
        Some(Range::new(&gene.refseq, all().min()?.saturating_sub(1), all().max()?))
    });
    let parts: Vec<&Range> = transcript.iter().chain(&spanned).collect();
    let unknown = || {
        format!("where {name} lies is not in the tables here; give its approved symbol or a region")
    };
    let first = parts.first().ok_or_else(unknown)?;
    let start = parts.iter().map(|part| part.start).min().unwrap_or_default();
    let end = parts.iter().map(|part| part.end).max().unwrap_or_default();
    if parts.iter().any(|part| part.sequence != first.sequence) {
        return Err(format!("the tables here contradict each other about {name}; give a region"));
    }
    let held = known(&first.sequence).ok_or_else(unknown)?;
    let end = (end + MARGIN).min(held.length);
    let range = Range::new(&first.sequence, start.saturating_sub(MARGIN), end);
    let of_transcript = transcript.as_ref().map(|_| format!("its transcript of {}", gene::RELEASE));
    let of_pack = spanned.as_ref().map(|_| "its positions in the knowledge in use".to_owned());
    let what: Vec<String> = of_transcript.into_iter().chain(of_pack).collect();
    let about = format!(
        "{symbol} by {}, with {MARGIN} bases on both sides. The gene may reach further.",
        what.join(" and ")
    );
    let chromosome = format!("chr{}", held.chromosome);
    Ok(Place { range, chromosome, build: "GRCh38", gene: Some(symbol), about: Some(about) })
}

/// `chr10:94,761,001-94,800,000`: counted from 1, both ends included.
fn of_region(text: &str, (build, of): (&'static str, GenomeBuild)) -> Result<Place, String> {
    let shape = || "give a region as chr10:94,761,001-94,800,000, counted from 1".to_owned();
    let compact: String = text.chars().filter(|c| !c.is_whitespace() && *c != ',').collect();
    let (chromosome, bounds) = compact.split_once(':').ok_or_else(shape)?;
    let (first, last) = bounds.split_once('-').unwrap_or((bounds, bounds));
    let number = |text: &str| text.parse::<u64>().map_err(|_| shape());
    let (first, last) = (number(first)?, number(last)?);
    let sequence = accession_of(of, chromosome).ok_or_else(shape)?;
    let held = known(&sequence).ok_or_else(shape)?;
    if first == 0 || first > last {
        return Err(shape());
    }
    if last > held.length {
        return Err(format!("chr{} of {build} ends at {}", held.chromosome, held.length));
    }
    if last - first >= BASES_MAX {
        return Err(format!("a region of at most {BASES_MAX} bases can be shown at once"));
    }
    let chromosome = format!("chr{}", held.chromosome);
    let range = Range::new(sequence, first - 1, last);
    Ok(Place { range, chromosome, build, gene: None, about: None })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(gene: &str, region: &str, build: &str) -> Result<Option<Place>, String> {
        let some = |text: &str| Some(text.to_owned());
        let asked = LocusAsked { gene: some(gene), region: some(region), build: some(build) };
        place_of(&Pack::built_in().unwrap(), &asked)
    }

    #[test]
    fn a_region_is_counted_from_one_and_a_gene_is_what_its_positions_span() {
        for (region, build, expected) in [
            ("chr10:94,781,859-94,781,859", "", "NC_000010.11:94781858-94781859"),
            ("10:94781859", "GRCh38", "NC_000010.11:94781858-94781859"),
            ("chr10 : 1 - 3000000", "GRCh37", "NC_000010.10:0-3000000"),
        ] {
            let place = asked("", region, build).unwrap().unwrap();
            assert_eq!(place.range.to_string(), expected, "{region}");
        }
        let place = asked(" cyp2c19 ", "", "").unwrap().unwrap();
        assert_eq!((place.chromosome.as_str(), place.gene.as_deref()), ("chr10", Some("CYP2C19")));
        assert!(place.about.is_some_and(|about| about.contains("MANE v1.5 and its positions")));
        let brca1 = asked("BRCA1", "", "").unwrap().unwrap();
        assert_eq!(brca1.range.to_string(), "NC_000017.11:43044194-43125464");
        assert_eq!(asked("C9orf72", "", "").unwrap().unwrap().chromosome, "chr9");
        let place = asked("cyp2c19", "", "").unwrap().unwrap();
        assert!(place.range.start < 94_781_858 && place.range.end > 94_781_859);
        let again = asked("", &place.region(), place.build).unwrap().unwrap();
        assert_eq!(again.range, place.range, "the region says the same again");
        assert!(asked("", "", "").unwrap().is_none());
    }

    #[test]
    fn what_is_no_place_is_said() {
        for (gene, region, build, said) in [
            ("NO-GENE", "", "", "approved symbol or a region"),
            ("CYP2C19", "chr10:1-2", "", "not both"),
            ("CYP2C19", "", "GRCh37", "GRCh38 only"),
            ("", "chr10:1-2", "hg19", "GRCh38 or GRCh37"),
            ("", "chr10:0-5", "", "counted from 1"),
            ("", "chr10:5-1", "", "counted from 1"),
            ("", "chr10:1-3000001", "", "at most 3000000 bases"),
            ("", "chr10:133797422-133797423", "", "ends at 133797422"),
            ("", "chr99:1-2", "", "counted from 1"),
            ("", "<script>", "", "counted from 1"),
            ("", "chr10:1-99999999999999999999", "", "counted from 1"),
        ] {
            let found = asked(gene, region, build).map(|_| ());
            assert!(found.as_ref().is_err_and(|text| text.contains(said)), "{region}: {found:?}");
        }
    }
}
