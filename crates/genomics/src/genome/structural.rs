//! Structural variants: symbolic alleles, breakends, and alleles too long to keep.

/// A structural variant as a file writes it. The interval is that of its call.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Structural {
    /// ALT as written, `<DEL>`, `]chr2:321681]G`.
    pub alternate: String,
    /// Bases that it adds or takes away, as written (SVLEN).
    pub length: Option<i64>,
    /// How far the start may be off, in bases (CIPOS).
    pub start_bounds: Option<(i64, i64)>,
    /// How far the end may be off, in bases (CIEND).
    pub end_bounds: Option<(i64, i64)>,
    /// Copies of the interval in the sample (CN).
    pub copies: Option<u32>,
}

/// `from` moved by a number of bases, not below the first base.
fn moved(from: u64, by: i64) -> u64 {
    if by < 0 {
        from.saturating_sub(by.unsigned_abs())
    } else {
        from.saturating_add(by.unsigned_abs())
    }
}

impl Structural {
    /// What may be changed at most, from 0, half-open, never empty.
    pub fn extent(&self, start: u64, end: u64) -> (u64, u64) {
        let low = moved(start, self.start_bounds.map_or(0, |(low, high)| low.min(high).min(0)));
        let high = moved(end, self.end_bounds.map_or(0, |(low, high)| low.max(high).max(0)));
        // What is put between two bases belongs to the base before it.
        let low = if low == high { low.saturating_sub(1) } else { low };
        (low, high.max(low.saturating_add(1)))
    }

    /// What is changed in any case; `None` if the bounds leave nothing that is.
    pub fn inner(&self, start: u64, end: u64) -> Option<(u64, u64)> {
        let low = moved(start, self.start_bounds.map_or(0, |(low, high)| low.max(high).max(0)));
        let high = moved(end, self.end_bounds.map_or(0, |(low, high)| low.min(high).min(0)));
        (low < high).then_some((low, high))
    }

    /// Whether its ends are exact: no bounds, or bounds of nothing.
    pub fn is_exact(&self) -> bool {
        let is_zero = |bounds: Option<(i64, i64)>| bounds.is_none_or(|bounds| bounds == (0, 0));
        is_zero(self.start_bounds) && is_zero(self.end_bounds)
    }

    /// Whether it is one end of a new join (VCF 4.5 §5.4).
    pub fn is_breakend(&self) -> bool {
        self.alternate.contains(['[', ']'])
            || self.alternate.starts_with('.')
            || self.alternate.ends_with('.')
    }

    /// The first word of a symbolic allele: `DUP` of `<DUP:TANDEM>`.
    pub fn kind(&self) -> Option<&str> {
        let inside = self.alternate.strip_prefix('<')?.strip_suffix('>')?;
        inside.split(':').next()
    }

    /// Term of the Sequence Ontology, with its name; `None` if the file does not say what it is.
    pub fn change_type(&self) -> Option<(&'static str, &'static str)> {
        if self.is_breakend() {
            return Some(("SO:0001785", "structural_alteration"));
        }
        let more = || self.copies.is_some_and(|copies| copies > 2);
        Some(match self.kind()? {
            "DEL" => ("SO:0000159", "deletion"),
            "INS" => ("SO:0000667", "insertion"),
            "DUP" if self.alternate.starts_with("<DUP:TANDEM") => {
                ("SO:1000173", "tandem_duplication")
            }
            "DUP" => ("SO:1000035", "duplication"),
            "INV" => ("SO:1000036", "inversion"),
            "CNV" if more() => ("SO:0001742", "copy_number_gain"),
            "CNV" if self.copies.is_some_and(|copies| copies < 2) => {
                ("SO:0001743", "copy_number_loss")
            }
            "CNV" | "CN0" | "CN1" | "CN2" | "CN3" | "CN4" => {
                ("SO:0001019", "copy_number_variation")
            }
            _ => ("SO:0001785", "structural_alteration"),
        })
    }
}
