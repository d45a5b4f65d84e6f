//! A genotype in letters, as allele numbers of a site.

use crate::vcf::Site;

/// What a genotype came to.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Reading {
    /// Allele numbers, `None` where there is no call.
    Alleles(Vec<Option<u16>>),
    /// An allele that the site does not have.
    DoesNotFit,
    /// No genotype at all.
    Unreadable,
}

/// Whether all alleles are one base.
pub(super) fn is_snv(site: &Site) -> bool {
    let mut alleles = alleles(site);
    alleles.all(|allele| allele.len() == 1) && !site.alternates.is_empty()
}

/// Whether an allele of an SNV is also another one's complement: A/T, C/G, and sites with more ALTs
/// where some pair is.
pub(super) fn is_strand_ambiguous(site: &Site) -> bool {
    let complement = |base: &str| match base {
        "A" => "T",
        "T" => "A",
        "C" => "G",
        "G" => "C",
        _ => "",
    };
    is_snv(site) && alleles(site).any(|one| alleles(site).any(|other| complement(one) == other))
}

/// Reads `AG`, `A/G`, `A`, `--`, `DI`.
pub(super) fn read(genotype: &str, site: &Site) -> Reading {
    let parts: Vec<String> = match genotype.split_once(['/', '|']) {
        Some((first, second)) => vec![first.to_owned(), second.to_owned()],
        None => genotype.chars().map(String::from).collect(),
    };
    let parts: Vec<String> = parts.iter().map(|part| part.trim().to_ascii_uppercase()).collect();
    let unknown = |part: &String| matches!(part.as_str(), "" | "-" | "." | "0" | "N" | "NA" | "NC");
    if genotype.is_empty() || parts.iter().all(unknown) || matches!(genotype, "NC" | "nc") {
        return Reading::Alleles(vec![None, None]);
    }
    if parts.len() > 2 {
        return Reading::Unreadable;
    }
    let mut numbers = Vec::with_capacity(parts.len());
    for part in &parts {
        let number = match part.as_str() {
            // Half of a genotype is none: which half was seen is not certain.
            _ if unknown(part) => return Reading::Alleles(vec![None, None]),
            "D" | "I" => length_allele(part == "I", site),
            bases if bases.bytes().all(|base| b"ACGT".contains(&base)) => {
                let place = alleles(site).position(|allele| allele == bases);
                place.and_then(|place| u16::try_from(place).ok())
            }
            _ => return Reading::Unreadable,
        };
        match number {
            Some(number) => numbers.push(Some(number)),
            None => return Reading::DoesNotFit,
        }
    }
    Reading::Alleles(numbers)
}

/// `I` is the longer allele and `D` the shorter one, if there are just these two.
fn length_allele(longer: bool, site: &Site) -> Option<u16> {
    let [alternate] = site.alternates.as_slice() else { return None };
    let (reference, alternate) = (site.reference.len(), alternate.len());
    if reference == alternate {
        return None;
    }
    Some(u16::from((alternate > reference) == longer))
}

fn alleles(site: &Site) -> impl Iterator<Item = &str> {
    std::iter::once(&site.reference).chain(&site.alternates).map(String::as_str)
}
