//! Reference sequences in files of the operator: .2bit, or FASTA with its `.fai` beside it.
//!
//! Which chromosomes of which build a file has is proven by names and lengths together, never
//! believed. Bases are read where they are asked for, in pages that are kept.

use genomics::reference::{Bytes, Fasta, ReferenceFile, TwoBit};
use model::Problem;
use std::collections::HashMap;
use std::fs::File;
use std::io::Read as _;
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

/// Bytes of a page.
const PAGE_BYTES: u64 = 64 * 1024;
/// Pages kept, of one file.
const PAGES_MAX: usize = 512;
/// Bytes of a FASTA index.
const INDEX_BYTES_MAX: u64 = 16 * 1024 * 1024;

/// A file read in pages.
#[derive(Debug)]
struct Paged {
    file: File,
    pages: Mutex<HashMap<u64, Arc<Vec<u8>>>>,
}

impl Paged {
    fn page(&self, number: u64) -> Option<Arc<Vec<u8>>> {
        {
            let pages = self.pages.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(page) = pages.get(&number) {
                return Some(Arc::clone(page));
            }
        }
        let mut bytes = vec![0; usize::try_from(PAGE_BYTES).ok()?];
        let (offset, mut held) = (number.checked_mul(PAGE_BYTES)?, 0);
        while let Some(rest) = bytes.get_mut(held..).filter(|rest| !rest.is_empty()) {
            match self.file.read_at(rest, offset.checked_add(held as u64)?) {
                Ok(0) => break,
                Ok(more) => held += more,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(_) => return None,
            }
        }
        bytes.truncate(held);
        let page = Arc::new(bytes);
        let mut pages = self.pages.lock().unwrap_or_else(PoisonError::into_inner);
        // Filing goes along a chromosome: what is full is passed, and begins anew.
        if pages.len() >= PAGES_MAX {
            pages.clear();
        }
        pages.insert(number, Arc::clone(&page));
        Some(page)
    }
}

impl Bytes for Paged {
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Option<()> {
        let mut done = 0;
        while done < buffer.len() {
            let at = offset.checked_add(done as u64)?;
            let page = self.page(at / PAGE_BYTES)?;
            let from = usize::try_from(at % PAGE_BYTES).ok()?;
            let held = page.get(from..).filter(|held| !held.is_empty())?;
            let part = held.get(..(buffer.len() - done).min(held.len()))?;
            buffer.get_mut(done..done + part.len())?.copy_from_slice(part);
            done += part.len();
        }
        Some(())
    }
}

/// Opens a reference file; `None` with an error that says what is wrong with it.
pub fn open(path: &Path) -> (Option<Arc<dyn ReferenceFile>>, Vec<Problem>) {
    match opened(path) {
        Ok(file) => (Some(file), Vec::new()),
        Err(text) => (None, vec![Problem::error("bad-reference-file", "file", text)]),
    }
}

fn opened(path: &Path) -> Result<Arc<dyn ReferenceFile>, String> {
    let fail = |error: std::io::Error| error.to_string();
    let file = File::open(path).map_err(fail)?;
    let mut head = [0; 4];
    (&file).read_exact(&mut head).map_err(fail)?;
    if head.starts_with(&[0x1F, 0x8B]) {
        return Err("a compressed reference cannot be read at any place; unpack it".to_owned());
    }
    let paged = Paged { file, pages: Mutex::default() };
    if head.first() != Some(&b'>') {
        let file = TwoBit::open(paged).map_err(|bad| bad.to_string())?;
        return Ok(Arc::new(file));
    }
    let mut index = path.as_os_str().to_owned();
    index.push(".fai");
    let opened = File::open(&index).map_err(|error| {
        format!("a FASTA needs its index beside it (`samtools faidx`): {error}")
    })?;
    let mut text = String::new();
    opened.take(INDEX_BYTES_MAX + 1).read_to_string(&mut text).map_err(fail)?;
    if text.len() as u64 > INDEX_BYTES_MAX {
        return Err(format!("the index has more than {INDEX_BYTES_MAX} bytes"));
    }
    Ok(Arc::new(Fasta::open(paged, &text).map_err(|bad| bad.to_string())?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use genomics::range::Range;
    use genomics::sequence::MITOCHONDRION;
    use std::io::Write as _;

    #[test]
    fn bases_are_read_across_pages_and_a_bad_file_is_told() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("m.fa");
        let base = |at: usize| b"ACGT"[(at * 7 + at / 11) % 4];
        let bases: Vec<u8> = (0..16_569).map(base).collect();
        // The mitochondrion behind a long other sequence, so that it lies across two pages.
        let other = vec![b'A'; 60_000];
        let mut file = File::create(&path).unwrap();
        file.write_all(b">other\n").unwrap();
        file.write_all(&other).unwrap();
        file.write_all(b"\n>MT\n").unwrap();
        file.write_all(&bases).unwrap();
        file.write_all(b"\n").unwrap();
        let (none, problems) = open(&path);
        assert!(none.is_none());
        assert!(problems[0].text.contains("index"), "{}", problems[0]);
        let index = "other\t60000\t7\t60000\t60001\nMT\t16569\t60012\t16569\t16570\n";
        std::fs::write(directory.path().join("m.fa.fai"), index).unwrap();
        let (file, problems) = open(&path);
        assert_eq!(problems, []);
        let found = file.unwrap().bases(&Range::new(MITOCHONDRION, 5_000, 6_000)).unwrap();
        assert_eq!(found.as_bytes(), &bases[5_000..6_000]);
        for bytes in [&b"\x1F\x8B\x08\0"[..], b"", b"hello world", b"\x43\x27\x41\x1A\0\0"] {
            std::fs::write(&path, bytes).unwrap();
            assert!(open(&path).0.is_none());
        }
    }
}
