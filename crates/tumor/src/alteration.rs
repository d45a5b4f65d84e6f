//! Kinds of alterations. An assay sees some and is blind to others, gene by gene.

/// A kind of alteration, as laboratories state what their panels can see.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AlterationClass {
    /// Substitutions and small insertions and deletions.
    SmallVariant,
    /// More copies of the gene (amplification).
    CopyNumberGain,
    /// Fewer copies of the gene, to homozygous deletion.
    CopyNumberLoss,
    /// Fusions and other rearrangements with a breakpoint in the gene.
    Rearrangement,
    /// Skipped exons and other splice changes seen in RNA, such as MET exon 14.
    Splicing,
    /// Over- or under-expression.
    Expression,
    /// Methylation of the promoter, such as MGMT.
    Methylation,
}

impl AlterationClass {
    /// Every class, in a fixed order.
    pub const ALL: [Self; 7] = [
        Self::SmallVariant,
        Self::CopyNumberGain,
        Self::CopyNumberLoss,
        Self::Rearrangement,
        Self::Splicing,
        Self::Expression,
        Self::Methylation,
    ];

    /// The words shown to people.
    pub fn words(self) -> &'static str {
        match self {
            Self::SmallVariant => "small variants",
            Self::CopyNumberGain => "copy number gain",
            Self::CopyNumberLoss => "copy number loss",
            Self::Rearrangement => "rearrangements",
            Self::Splicing => "splice changes",
            Self::Expression => "expression",
            Self::Methylation => "methylation",
        }
    }
}
