//! The one form in which a change is written.

use super::{ChangeKind, Inserted, ProteinChange, Residue};
use std::fmt;

impl fmt::Display for Residue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(letter) = self.letter {
            write!(f, "{}", char::from(letter))?;
        }
        write!(f, "{}", self.position)
    }
}

impl fmt::Display for Inserted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Residues(letters) => f.write_str(letters),
            Self::Count(count) => write!(f, "{count}"),
            Self::NotStated => Ok(()),
        }
    }
}

/// `p.G12D`, `p.E746_A750del`, `p.R284Qfs*17`, one-letter codes.
impl fmt::Display for ProteinChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let ChangeKind::Splice(Some(expression)) = &self.kind {
            return write!(f, "splice site {expression}");
        }
        f.write_str("p.")?;
        if let (ChangeKind::Splice(None), Some(start)) = (&self.kind, self.start) {
            return write!(f, "X{}_splice", start.position);
        }
        if let Some(start) = self.start {
            write!(f, "{start}")?;
        }
        if let Some(end) = self.end {
            write!(f, "_{end}")?;
        }
        match &self.kind {
            ChangeKind::Substitution(letter) | ChangeKind::StartLost(Some(letter)) => {
                write!(f, "{}", char::from(*letter))
            }
            ChangeKind::Deletion => f.write_str("del"),
            ChangeKind::Duplication => f.write_str("dup"),
            ChangeKind::Insertion(inserted) => write!(f, "ins{inserted}"),
            ChangeKind::Replacement(inserted) => write!(f, "delins{inserted}"),
            ChangeKind::Frameshift { letter, stop } => {
                letter.map_or(Ok(()), |letter| write!(f, "{}", char::from(letter)))?;
                f.write_str("fs")?;
                stop.map_or(Ok(()), |stop| write!(f, "*{stop}"))
            }
            ChangeKind::StopLost { letter, extension } => {
                letter.map_or(Ok(()), |letter| write!(f, "{}", char::from(letter)))?;
                f.write_str("ext*")?;
                match extension {
                    Some(count) => write!(f, "{count}"),
                    None => f.write_str("?"),
                }
            }
            ChangeKind::Splice(_) => f.write_str("splice"),
            ChangeKind::Silent => f.write_str("="),
            ChangeKind::StartLost(None) | ChangeKind::NotStated => f.write_str("?"),
        }
    }
}
