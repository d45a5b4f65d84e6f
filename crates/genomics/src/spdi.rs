//! SPDI, `NC_000010.11:94781858:G:A`: sequence, position from 0, deletion, insertion.

use crate::allele::{Change, Inserted, is_bases};

/// Bytes that an expression may have.
pub const EXPRESSION_BYTES_MAX: usize = 10_000;

/// Reads an SPDI. The deletion may be a count of bases instead of the bases.
pub fn parse(text: &str) -> Option<Change> {
    if text.len() > EXPRESSION_BYTES_MAX {
        return None;
    }
    let mut parts = text.split(':');
    let (sequence, position) = (parts.next()?, parts.next()?);
    let (deletion, insertion) = (parts.next()?, parts.next()?);
    if parts.next().is_some() || !crate::hgvs::is_accession(sequence) {
        return None;
    }
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if !digits(position) || !is_bases(insertion) {
        return None;
    }
    let start: u64 = position.parse().ok()?;
    let (length, deleted) = match deletion {
        "" => (0, Some(String::new())),
        count if digits(count) => (count.parse::<u64>().ok()?, None),
        bases if is_bases(bases) => (bases.len() as u64, Some(bases.to_ascii_uppercase())),
        _ => return None,
    };
    Some(Change {
        sequence: sequence.to_owned(),
        start,
        end: start.checked_add(length)?,
        deleted: if length == 0 { Some(String::new()) } else { deleted },
        inserted: Inserted::Bases(insertion.to_ascii_uppercase()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spdis_are_read_with_bases_or_a_count() {
        for (text, expected) in [
            ("NC_000010.11:94781858:G:A", Some((94_781_858, 94_781_859, Some("G"), "A"))),
            ("NC_000010.11:10:3:", Some((10, 13, None, ""))),
            ("NC_000010.11:10::TT", Some((10, 10, Some(""), "TT"))),
            ("NC_000010.11:10:0:TT", Some((10, 10, Some(""), "TT"))),
            ("NC_000010.11:10:g:a", Some((10, 11, Some("G"), "A"))),
            ("NC_000010.11:x:G:A", None),
            ("NC_000010.11:-1:G:A", None),
            ("NC_000010.11:10:G", None),
            ("NC_000010.11:10:G:A:T", None),
            ("NC_000010.11:10:G:X?", None),
            ("NC_000010.11:18446744073709551615:GG:A", None),
            ("10:10:G:A", None),
        ] {
            let read = parse(text).map(|c| {
                let Inserted::Bases(inserted) = c.inserted else { panic!("{text}") };
                (c.start, c.end, c.deleted, inserted)
            });
            let expected =
                expected.map(|(start, end, d, i)| (start, end, d.map(str::to_owned), i.to_owned()));
            assert_eq!(read, expected, "{text}");
        }
    }
}
