//! The checksum of a stream.

use super::token::Dictionary;
use super::{Damage, INFLATED_BYTES_MAX, Refusal, ascii85, damaged};
use flate2::{Decompress, FlushDecompress, Status};

/// Bytes that are inflated at a time.
const PIECE_BYTES: usize = 64 * 1024;
/// Bytes that writers leave behind a stream's checksum: an end of line.
const BEHIND_BYTES_MAX: u64 = 2;

/// What a test came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tested {
    /// The checksum holds.
    Held,
    /// It is a picture or a font in a format of its own, which no text is read from.
    Picture,
    /// It has no checksum.
    Cannot,
}

/// How much has been inflated so far.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Inflated(usize);

/// Tests a stream's data; `at` is where it begins.
pub(super) fn test(
    data: &[u8],
    of: &Dictionary,
    at: usize,
    inflated: &mut Inflated,
) -> Result<Tested, Refusal> {
    let mut filters = of.filters.iter().map(Vec::as_slice);
    let is_picture = of.subtype == b"Image";
    match filters.next() {
        // Packed, and the word for it is lost.
        None if looks_packed(data) => Err(damaged(Damage::Filter, at)),
        None if is_picture => Ok(Tested::Picture),
        None => Ok(Tested::Cannot),
        Some(b"FlateDecode" | b"Fl") => inflate(data, at, inflated).map(|()| Tested::Held),
        Some(b"ASCII85Decode" | b"A85") => match filters.next() {
            Some(b"FlateDecode" | b"Fl") => {
                let data = ascii85::decode(data).ok_or(damaged(Damage::Checksum, at))?;
                inflate(&data, at, inflated).map(|()| Tested::Held)
            }
            _ => Ok(if is_picture { Tested::Picture } else { Tested::Cannot }),
        },
        Some(
            b"DCTDecode" | b"DCT" | b"JPXDecode" | b"JBIG2Decode" | b"CCITTFaxDecode" | b"CCF",
        ) => Ok(Tested::Picture),
        Some(b"LZWDecode" | b"LZW" | b"RunLengthDecode" | b"RL" | b"ASCIIHexDecode" | b"AHx") => {
            Ok(if is_picture { Tested::Picture } else { Tested::Cannot })
        }
        Some(b"Crypt") => Err(Refusal::Encrypted),
        Some(_) => Err(damaged(Damage::Filter, at)),
    }
}

/// Whether data begins as compressed data does (RFC 1950 §2.2): method 8, and a check that holds.
fn looks_packed(data: &[u8]) -> bool {
    let head = data.first_chunk::<2>().copied().map(u16::from_be_bytes);
    head.is_some_and(|head| head & 0x0F00 == 0x0800 && head >> 12 <= 7 && head % 31 == 0)
}

/// Inflates to the end, keeping nothing: the decoder compares the checksum itself.
fn inflate(data: &[u8], at: usize, inflated: &mut Inflated) -> Result<(), Refusal> {
    let mut decoder = Decompress::new(true);
    let mut piece = vec![0; PIECE_BYTES];
    loop {
        let (read, written) = (decoder.total_in(), decoder.total_out());
        let rest = usize::try_from(read).ok().and_then(|read| data.get(read..));
        let rest = rest.unwrap_or_default();
        let status = decoder
            .decompress(rest, &mut piece, FlushDecompress::None)
            .map_err(|_| damaged(Damage::Checksum, at))?;
        let more = usize::try_from(decoder.total_out() - written).unwrap_or(usize::MAX);
        inflated.0 = inflated.0.saturating_add(more);
        if inflated.0 > INFLATED_BYTES_MAX {
            let limit = INFLATED_BYTES_MAX;
            return Err(Refusal::TooMuch { of: "bytes when unpacked", limit });
        }
        if status == Status::StreamEnd {
            let behind = (data.len() as u64).saturating_sub(decoder.total_in());
            return if behind <= BEHIND_BYTES_MAX {
                Ok(())
            } else {
                Err(damaged(Damage::Checksum, at))
            };
        }
        if decoder.total_in() == read && decoder.total_out() == written {
            return Err(damaged(Damage::Checksum, at));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::write::ZlibEncoder;
    use std::io::Write;

    fn packed(length: usize) -> Vec<u8> {
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(&vec![b' '; length]).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn what_all_streams_unpack_to_has_a_limit() {
        let of = Dictionary { filters: vec![b"FlateDecode".to_vec()], ..Dictionary::default() };
        let data = packed(1_000);
        let mut at_limit = Inflated(INFLATED_BYTES_MAX - 1_000);
        assert_eq!(test(&data, &of, 0, &mut at_limit), Ok(Tested::Held));
        let mut above = Inflated(INFLATED_BYTES_MAX - 999);
        let refusal = test(&data, &of, 0, &mut above).unwrap_err();
        assert!(matches!(refusal, Refusal::TooMuch { of: "bytes when unpacked", .. }));
    }

    #[test]
    fn data_that_lost_its_filter_or_its_end_is_damaged() {
        let of = Dictionary::default();
        let data = packed(1_000);
        assert!(test(&data, &of, 0, &mut Inflated::default()).is_err());
        assert_eq!(test(b"BT ET", &of, 0, &mut Inflated::default()), Ok(Tested::Cannot));
        let of = Dictionary { filters: vec![b"FlateDecode".to_vec()], ..of };
        for end in 0..data.len() {
            assert!(test(&data[..end], &of, 0, &mut Inflated::default()).is_err(), "{end}");
        }
        let behind = [&data[..], b"\r\n"].concat();
        assert_eq!(test(&behind, &of, 0, &mut Inflated::default()), Ok(Tested::Held));
        let behind = [&data[..], b"\r\n "].concat();
        assert!(test(&behind, &of, 0, &mut Inflated::default()).is_err());
    }
}
