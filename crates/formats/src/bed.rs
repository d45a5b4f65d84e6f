//! BED: regions of a test, one a line, counted from 0 and half-open (UCSC Genome Browser, "BED
//! format").

use genomics::range::Range;
use genomics::sequence::{accession_of, known};
use model::Problem;
use model::variant::GenomeBuild;

/// Regions of one file.
pub const REGIONS_MAX: usize = 1_000_000;
/// Bytes of one file.
pub const BED_BYTES_MAX: usize = 256 * 1024 * 1024;

/// Reads the regions, chromosomes named by accession or, on `build`, by name. With an error there
/// are none: half a list of regions would be a wrong answer.
pub fn read(bytes: &[u8], build: Option<GenomeBuild>) -> (Vec<Range>, Vec<Problem>) {
    match regions(bytes, build) {
        Ok(ranges) => (ranges, Vec::new()),
        Err(problem) => (Vec::new(), vec![problem]),
    }
}

fn regions(bytes: &[u8], build: Option<GenomeBuild>) -> Result<Vec<Range>, Problem> {
    let whole = |text: &str| Problem::error("bad-bed-file", "file", text);
    if bytes.len() > BED_BYTES_MAX {
        return Err(whole("the file is too large"));
    }
    let text = std::str::from_utf8(bytes).map_err(|_| whole("the file is not UTF-8"))?;
    let mut ranges = Vec::new();
    for (at, line) in text.lines().enumerate() {
        let line = line.trim();
        if is_head(line) {
            continue;
        }
        let place = format!("line {}", at + 1);
        if ranges.len() >= REGIONS_MAX {
            let text = format!("there are more than {REGIONS_MAX} regions");
            return Err(Problem::error("limit", place, text));
        }
        let bad = || {
            let text = "the line is no region of a chromosome of a known build";
            Problem::error("bad-bed-file", place.as_str(), text)
        };
        ranges.push(region(line, build).ok_or_else(bad)?);
    }
    if ranges.is_empty() {
        return Err(whole("there are no regions"));
    }
    Ok(ranges)
}

fn region(line: &str, build: Option<GenomeBuild>) -> Option<Range> {
    let mut fields = line.split(['\t', ' ']).filter(|field| !field.is_empty());
    let name = fields.next()?;
    let sequence = match known(name) {
        Some(_) => name.to_owned(),
        None => accession_of(build?, name)?,
    };
    let length = known(&sequence)?.length;
    let (start, end): (u64, u64) = (fields.next()?.parse().ok()?, fields.next()?.parse().ok()?);
    (start < end && end <= length).then(|| Range::new(sequence, start, end))
}

fn is_head(line: &str) -> bool {
    let heads = ["#", "track", "browser"];
    line.is_empty() || heads.iter().any(|head| line.starts_with(head))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regions_are_read_whole_or_not_at_all() {
        let good = "track name=x\n#c\nchr7\t10\t20\tname\n NC_000010.11 5 6\n\n";
        let (ranges, problems) = read(good.as_bytes(), Some(GenomeBuild::GRCh38));
        assert_eq!(ranges, [Range::new("NC_000007.14", 10, 20), Range::new("NC_000010.11", 5, 6)]);
        assert_eq!(problems, []);
        for (text, place) in [
            ("chr7\t10\t20\nchr7\t20\t20\n", "line 2"),
            ("chr7\t10\t159345974\n", "line 1"),
            ("chr7\t10\n", "line 1"),
            ("chrUn_1\t1\t2\n", "line 1"),
            ("chr7\t-1\t2\n", "line 1"),
            ("# nothing\n", "file"),
            ("", "file"),
        ] {
            let (ranges, problems) = read(text.as_bytes(), Some(GenomeBuild::GRCh38));
            assert_eq!(ranges, [], "{text}");
            assert_eq!(problems[0].place, place, "{text}");
        }
        // Without a build a name alone says nothing.
        assert_eq!(read(b"chr7\t10\t20\n", None).0, []);
        assert_eq!(read(b"\xFF", None).1.len(), 1);
    }
}
