//! Making bodies smaller before they are sealed: FHIR repeats itself.
//!
//! LZ4 blocks with a dictionary of what most resources hold, so that short ones gain, too. What an
//! earlier version packed by deflate (RFC 1951) with the same dictionary is read.

use flate2::{Decompress, FlushDecompress, Status};
use lz4_flex::block::{compress_with_dict, decompress_into_with_dict};
use std::cell::RefCell;

/// Shorter bodies are left as they are.
const PACKED_BYTES_MIN: usize = 128;
/// Longest body that is packed or unpacked.
const UNPACKED_BYTES_MAX: usize = 1 << 30;
/// Bytes before the stream: the length of the body.
const LENGTH_BYTES: usize = 4;
/// How what is compressed already begins: a gzip file (RFC 1952), and the streams of RFC 1950 that
/// blocks of a genome are. There is nothing to gain.
const COMPRESSED: [[u8; 2]; 5] =
    [[0x1f, 0x8b], [0x78, 0x01], [0x78, 0x5e], [0x78, 0x9c], [0x78, 0xda]];
/// Bytes of a long body that are tried first. If these do not get smaller, the body is not tried:
/// a piece of a compressed file does not begin as one.
const TRIED_BYTES: usize = 64 * 1024;

/// What most resources hold; the most frequent at the end. It belongs to the format of what is
/// stored and is never changed: another one is another format.
const DICTIONARY: &[u8] = include_bytes!("dictionary.txt");

thread_local! {
    static INFLATER: RefCell<Decompress> = RefCell::new(Decompress::new(false));
}

/// The body in fewer bytes; `None` if it takes as many.
pub(super) fn pack(body: &[u8]) -> Option<Vec<u8>> {
    let is_compressed = COMPRESSED.iter().any(|begin| body.starts_with(begin));
    if body.len() < PACKED_BYTES_MIN || is_compressed {
        return None;
    }
    if body.len() > TRIED_BYTES * 4 {
        let middle = body.len() / 2;
        pack(body.get(middle..middle + TRIED_BYTES)?)?;
    }
    let packed = pack_always(body)?;
    (packed.len() < body.len()).then_some(packed)
}

/// The body packed, also where it takes more bytes; `None` if it is too long.
pub(super) fn pack_always(body: &[u8]) -> Option<Vec<u8>> {
    let length = u32::try_from(body.len()).ok().filter(|_| body.len() <= UNPACKED_BYTES_MAX)?;
    let mut packed = compress_with_dict(body, DICTIONARY);
    packed.splice(0..0, length.to_le_bytes());
    Some(packed)
}

/// The body again; `None` if these are no packed bytes.
pub(super) fn unpack(packed: &[u8]) -> Option<Vec<u8>> {
    let (length, stream) = parted(packed)?;
    let mut body = vec![0; length];
    let written = decompress_into_with_dict(stream, &mut body, DICTIONARY).ok()?;
    (written == length).then_some(body)
}

/// What was packed by deflate.
pub(super) fn inflate(packed: &[u8]) -> Option<Vec<u8>> {
    let (length, stream) = parted(packed)?;
    let mut body = Vec::with_capacity(length);
    let status = INFLATER.with_borrow_mut(|inflater| {
        inflater.reset(false);
        inflater.set_dictionary(DICTIONARY).ok()?;
        inflater.decompress_vec(stream, &mut body, FlushDecompress::Finish).ok()
    });
    (status == Some(Status::StreamEnd) && body.len() == length).then_some(body)
}

fn parted(packed: &[u8]) -> Option<(usize, &[u8])> {
    let (length, stream) = packed.split_first_chunk::<LENGTH_BYTES>()?;
    let length = usize::try_from(u32::from_le_bytes(*length)).ok()?;
    (length <= UNPACKED_BYTES_MAX).then_some((length, stream))
}

#[cfg(test)]
mod tests {
    use super::{DICTIONARY, inflate, pack, unpack};
    use flate2::{Compress, Compression, FlushCompress};
    use proptest::prelude::*;

    #[test]
    fn a_resource_takes_a_fraction() {
        let resource =
            br#"{"resourceType":"Observation","id":"o1","status":"final","code":{"coding":
            [{"system":"http://loinc.org","code":"69548-6","display":"Genetic variant assessment"}
            ]},"subject":{"reference":"Patient/p1"},"effectiveDateTime":"2026-01-02"}"#;
        let packed = pack(resource).unwrap();
        assert!(packed.len() * 3 < resource.len(), "{}", packed.len());
        assert_eq!(unpack(&packed).as_deref(), Some(&resource[..]));
        assert_eq!(pack(b"{}"), None);
        assert_eq!(pack(&[[0x1f, 0x8b].as_slice(), &[0; 500]].concat()), None);
        for end in 0..packed.len() {
            assert_eq!(unpack(packed.get(..end).unwrap()), None, "{end}");
        }
    }

    #[test]
    fn what_was_deflated_is_read() {
        let body = br#"{"resourceType":"Observation","id":"o1","status":"final"}"#.repeat(9);
        let mut packer = Compress::new(Compression::fast(), false);
        packer.set_dictionary(DICTIONARY).unwrap();
        let mut packed = Vec::with_capacity(body.len());
        packed.extend_from_slice(&u32::try_from(body.len()).unwrap().to_le_bytes());
        packer.compress_vec(&body, &mut packed, FlushCompress::Finish).unwrap();
        assert_eq!(inflate(&packed), Some(body));
        assert_eq!(inflate(packed.get(..9).unwrap()), None);
    }

    #[test]
    fn what_does_not_get_smaller_is_left_as_it_is() {
        // Noise (SplitMix64) of lengths around and beyond what the packer holds at a time.
        let mut state = 1_u64;
        let mut noise = || {
            state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb).to_le_bytes()
        };
        for length in [200, 5_000, 14_000, 40_000, 70_000, 300_000, 1_000_000] {
            for _ in 0..8 {
                let body: Vec<u8> =
                    std::iter::repeat_with(&mut noise).flatten().take(length).collect();
                assert_eq!(pack(&body), None, "{length}");
            }
        }
        let words = br#"{"resourceType":"Observation","status":"final"}"#.repeat(10);
        assert_eq!(unpack(&pack(&words).unwrap()), Some(words));
    }

    proptest! {
        #[test]
        fn what_was_packed_comes_back(body in prop::collection::vec(any::<u8>(), 0..2000),
            times in 1_usize..200) {
            let body = body.repeat(times);
            if let Some(packed) = pack(&body) {
                prop_assert!(packed.len() <= body.len());
                prop_assert_eq!(unpack(&packed), Some(body));
            }
        }

        #[test]
        fn other_bytes_are_refused_or_harmless(
            mut bytes in prop::collection::vec(any::<u8>(), 0..300),
        ) {
            if let Some(high) = bytes.get_mut(3) {
                *high = 0;
            }
            let _ = (unpack(&bytes), inflate(&bytes));
        }
    }
}
