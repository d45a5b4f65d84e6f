//! MLLP: however the bytes of a connection are cut, the same frames come out.

use formats::mllp::{Event, Framer, Limits};

fn frames(chunks: impl Iterator<Item = Vec<u8>>) -> Vec<Vec<u8>> {
    let mut framer = Framer::new(Limits::default());
    let mut payloads = Vec::new();
    let mut keep = |event: Event| {
        if let Event::Frame(frame) = event {
            payloads.push(frame.payload.clone());
        }
    };
    for chunk in chunks {
        framer.push(&chunk);
        for event in framer.by_ref() {
            keep(event);
        }
    }
    if let Some(event) = framer.finish() {
        keep(event);
    }
    payloads
}

/// Holds what must hold of any bytes.
///
/// # Panics
/// Where it does not hold.
pub fn check(bytes: &[u8]) {
    let Some((size, bytes)) = bytes.split_first() else { return };
    let whole = frames(std::iter::once(bytes.to_vec()));
    let cut = frames(bytes.chunks(usize::from(*size) + 1).map(<[u8]>::to_vec));
    assert_eq!(whole, cut, "cutting the stream changed the frames");
}
