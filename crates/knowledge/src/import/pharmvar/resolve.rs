//! A variation as a position of ours. Substitutions are written alike everywhere; an indel is
//! found among the base's positions or the VCF files by being the same change of the sequence.

use super::bases;
use super::read::{Record, Variation};
use crate::import::draft::{Draft, Site, known};
use crate::import::flank;
use crate::pgx::{Gene, Position};

pub(super) struct Resolver<'a> {
    pub(super) gene: &'a Gene,
    pub(super) records: &'a [Record],
    pub(super) draft: Draft,
}

type Refused = (&'static str, String);

impl Resolver<'_> {
    /// The position and the bases that the variation has there.
    pub(super) fn resolve(
        &mut self,
        variation: &Variation,
    ) -> Result<(Site, Vec<String>), Refused> {
        let Some((start, stop)) = variation.place else {
            return Err(("no-position", "has no coordinates".to_owned()));
        };
        let Variation { reference, variant, .. } = variation;
        let is_bases = |text: &str| text.bytes().all(|b| matches!(b, b'A' | b'C' | b'G' | b'T'));
        if !is_bases(reference) {
            return Err(("unknown-base", format!("`{reference}` is not a sequence of bases")));
        }
        let rsid = variation.rsid.as_deref();
        if !reference.is_empty() && reference.len() == variant.len() {
            let end = start.saturating_add(reference.len().saturating_sub(1) as u64);
            if end != stop {
                return Err(("bad-row", "is not as long as its coordinates say".to_owned()));
            }
            let unknown = || ("unknown-base", format!("`{variant}` is not a sequence of bases"));
            let bases = bases(variant).ok_or_else(unknown)?;
            let site = (start, reference.clone());
            for base in bases.iter().filter(|base| *base != reference) {
                let name = if reference.len() == 1 {
                    format!("g.{start}{reference}>{base}")
                } else {
                    format!("g.{start}_{end}delins{base}")
                };
                self.draft.site(&site, base, rsid, &name);
            }
            return Ok((site, bases));
        }
        if !is_bases(variant) {
            return Err(("unknown-base", format!("`{variant}` is not a sequence of bases")));
        }
        let (site, alternate, name) = if variation.as_vcf {
            let site = (start, reference.clone());
            let of_base = known(self.gene, &site).filter(|at| at.alternates.contains(variant));
            if of_base.is_none() {
                let text = "an indel of a VCF file alone proves no sequence around it";
                return Err(("indel-context", text.to_owned()));
            }
            (site, variant.clone(), String::new())
        } else {
            self.indel(start, stop, reference, variant)?
        };
        self.draft.site(&site, &alternate, rsid, &name);
        Ok((site, vec![alternate]))
    }

    fn indel(
        &self,
        start: u64,
        stop: u64,
        reference: &str,
        variant: &str,
    ) -> Result<(Site, String, String), Refused> {
        let name = match (reference.is_empty(), variant.is_empty()) {
            (true, false) => format!("g.{start}_{stop}ins{variant}"),
            (false, true) if start == stop => format!("g.{start}del"),
            (false, true) => format!("g.{start}_{stop}del"),
            _ => return Err(("not-expressible", "is neither insertion nor deletion".to_owned())),
        };
        for at in &self.gene.positions {
            for alternate in &at.alternates {
                if same_change(at, alternate, start, stop, reference, variant) {
                    let site = (at.position, at.reference.clone());
                    return Ok((site, alternate.clone(), name));
                }
            }
        }
        let proves = |(position, reference, alternate): &&Record| {
            flank::proved_sequence(*position, reference, alternate, &name).is_some()
        };
        let mut proved = self.records.iter().filter(proves);
        match (proved.next(), proved.next()) {
            (Some((position, reference, alternate)), None) => {
                Ok(((*position, reference.clone()), alternate.clone(), name))
            }
            (None, _) => {
                let text =
                    format!("{name}: neither the base nor a VCF file says how VCF writes it");
                Err(("indel-unknown", text))
            }
            _ => Err(("indel-unknown", format!("{name}: several VCF lines may be meant"))),
        }
    }
}

/// Whether both changes leave the same sequence, as far as the base knows the one around.
fn same_change(
    at: &Position,
    alternate: &str,
    start: u64,
    stop: u64,
    reference: &str,
    variant: &str,
) -> bool {
    let Some(context) = &at.indel else { return false };
    let sequence = context.sequence.as_str();
    let offset = |place: u64| usize::try_from(place.checked_sub(context.start)?).ok();
    let ours = || {
        let from = offset(at.position)?;
        let before = sequence.get(..from)?;
        let after = sequence.get(from..)?.strip_prefix(at.reference.as_str())?;
        Some(format!("{before}{alternate}{after}"))
    };
    let theirs = || {
        // An insertion is between start and stop; a deletion takes both away.
        let (from, to) = if reference.is_empty() {
            let place = offset(start)?.checked_add(1)?;
            (stop == start.checked_add(1)?).then_some((place, place))?
        } else {
            (offset(start)?, offset(stop)?.checked_add(1)?)
        };
        let taken = sequence.get(from..to)?;
        let (before, after) = (sequence.get(..from)?, sequence.get(to..)?);
        (taken == reference).then(|| format!("{before}{variant}{after}"))
    };
    ours().is_some_and(|ours| theirs() == Some(ours))
}
