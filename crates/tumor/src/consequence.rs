//! What a small variant does to a gene, in the vocabulary of MAF files.

use crate::protein::{ChangeKind, ProteinChange};
use serde::{Deserialize, Serialize};

/// The consequence of a small variant. Source: GDC MAF format 1.0, `Variant_Classification`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Consequence {
    /// One residue for another.
    Missense,
    /// A stop gained.
    Nonsense,
    /// A deletion that shifts the frame.
    FrameshiftDeletion,
    /// An insertion that shifts the frame.
    FrameshiftInsertion,
    /// A deletion that keeps the frame.
    InFrameDeletion,
    /// An insertion that keeps the frame.
    InFrameInsertion,
    /// A splice site, the two bases beside the exon.
    SpliceSite,
    /// Near a splice site.
    SpliceRegion,
    /// The stop lost.
    StopLost,
    /// The start lost.
    StartLost,
    /// No change of the protein.
    Silent,
    /// Outside what becomes protein.
    Noncoding,
}

/// Words of files, in lower case without blanks, dashes and underscores.
const WORDS: &[(&str, &[Consequence])] = &[
    ("missensemutation", &[Consequence::Missense]),
    ("missense", &[Consequence::Missense]),
    ("missensevariant", &[Consequence::Missense]),
    ("nonsensemutation", &[Consequence::Nonsense]),
    ("nonsense", &[Consequence::Nonsense]),
    ("stopgained", &[Consequence::Nonsense]),
    ("frameshiftdel", &[Consequence::FrameshiftDeletion]),
    ("frameshiftdeletion", &[Consequence::FrameshiftDeletion]),
    ("frameshiftins", &[Consequence::FrameshiftInsertion]),
    ("frameshiftinsertion", &[Consequence::FrameshiftInsertion]),
    ("frameshift", &[Consequence::FrameshiftDeletion, Consequence::FrameshiftInsertion]),
    ("frameshiftvariant", &[Consequence::FrameshiftDeletion, Consequence::FrameshiftInsertion]),
    ("inframedel", &[Consequence::InFrameDeletion]),
    ("inframedeletion", &[Consequence::InFrameDeletion]),
    ("inframeins", &[Consequence::InFrameInsertion]),
    ("inframeinsertion", &[Consequence::InFrameInsertion]),
    ("splicesite", &[Consequence::SpliceSite]),
    ("spliceacceptor", &[Consequence::SpliceSite]),
    ("splicedonor", &[Consequence::SpliceSite]),
    ("spliceregion", &[Consequence::SpliceRegion]),
    ("nonstopmutation", &[Consequence::StopLost]),
    ("stoplost", &[Consequence::StopLost]),
    ("translationstartsite", &[Consequence::StartLost]),
    ("startlost", &[Consequence::StartLost]),
    ("initiatorcodon", &[Consequence::StartLost]),
    ("silent", &[Consequence::Silent]),
    ("synonymous", &[Consequence::Silent]),
    ("intron", &[Consequence::Noncoding]),
    ("3'utr", &[Consequence::Noncoding]),
    ("5'utr", &[Consequence::Noncoding]),
    ("3'flank", &[Consequence::Noncoding]),
    ("5'flank", &[Consequence::Noncoding]),
    ("igr", &[Consequence::Noncoding]),
    ("rna", &[Consequence::Noncoding]),
];

impl Consequence {
    /// What a word of a file may mean; empty for a word that is none of the vocabulary.
    pub fn parse(word: &str) -> &'static [Self] {
        let separators = [' ', '-', '_'];
        let plain: String = word.chars().filter(|letter| !separators.contains(letter)).collect();
        let plain = plain.to_ascii_lowercase();
        WORDS.iter().find(|(known, _)| *known == plain).map_or(&[], |(_, meaning)| *meaning)
    }

    /// The words shown to people.
    pub fn words(self) -> &'static str {
        match self {
            Self::Missense => "missense change",
            Self::Nonsense => "stop gained",
            Self::FrameshiftDeletion => "frameshift deletion",
            Self::FrameshiftInsertion => "frameshift insertion",
            Self::InFrameDeletion => "in-frame deletion",
            Self::InFrameInsertion => "in-frame insertion",
            Self::SpliceSite => "splice-site change",
            Self::SpliceRegion => "change near a splice site",
            Self::StopLost => "stop lost",
            Self::StartLost => "start lost",
            Self::Silent => "silent change",
            Self::Noncoding => "non-coding change",
        }
    }

    /// Whether nothing of the protein's function is expected to be left: a stop, a shifted frame,
    /// a splice site, no start.
    pub fn is_null(self) -> bool {
        matches!(
            self,
            Self::Nonsense
                | Self::FrameshiftDeletion
                | Self::FrameshiftInsertion
                | Self::SpliceSite
                | Self::StartLost
        )
    }

    /// What a protein change may be, where a report does not name the class. Several where the
    /// change alone does not tell.
    pub fn of_change(change: &ProteinChange) -> &'static [Self] {
        match &change.kind {
            ChangeKind::Substitution(b'*') => &[Self::Nonsense],
            ChangeKind::Substitution(_) => &[Self::Missense],
            ChangeKind::Deletion => &[Self::InFrameDeletion],
            ChangeKind::Duplication | ChangeKind::Insertion(_) => &[Self::InFrameInsertion],
            ChangeKind::Replacement(_) => {
                &[Self::InFrameDeletion, Self::InFrameInsertion, Self::Missense]
            }
            ChangeKind::Frameshift { .. } => &[Self::FrameshiftDeletion, Self::FrameshiftInsertion],
            ChangeKind::StartLost(_) => &[Self::StartLost],
            ChangeKind::StopLost { .. } => &[Self::StopLost],
            ChangeKind::Splice(_) => &[Self::SpliceSite],
            ChangeKind::Silent => &[Self::Silent],
            ChangeKind::NotStated => &[],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_files_are_known_in_any_capitals() {
        for (word, meaning) in [
            ("Missense_Mutation", &[Consequence::Missense][..]),
            ("missense mutation", &[Consequence::Missense]),
            ("In_Frame_Del", &[Consequence::InFrameDeletion]),
            ("Translation_Start_Site", &[Consequence::StartLost]),
            ("5'UTR", &[Consequence::Noncoding]),
            // One word for two classes.
            ("Frameshift", &[Consequence::FrameshiftDeletion, Consequence::FrameshiftInsertion]),
            // Words outside the vocabulary: a finding of whoever reads them.
            ("Del_Ins", &[]),
            ("Missense and Nonsense", &[]),
            ("", &[]),
        ] {
            assert_eq!(Consequence::parse(word), meaning, "{word}");
        }
    }
}
