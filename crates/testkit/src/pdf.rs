//! Documents as PDF: texts at places, as a laboratory's printer would set them.

use flate2::Compression;
use flate2::write::ZlibEncoder;
use std::fmt::Write as _;
use std::io::Write as _;

/// Size of a page, in points.
const WIDTH: u32 = 612;
const HEIGHT: u32 = 792;
/// Size of letters, in points.
const SIZE: f32 = 10.0;

/// A text at a place: from the left, from the top, in points.
pub type Text<'t> = (f32, f32, &'t str);

/// Pages of texts as a file: compressed streams, a table of objects, a trailer.
pub fn document(pages: &[Vec<Text<'_>>]) -> Vec<u8> {
    let kids: Vec<String> = (0..pages.len()).map(|page| format!("{} 0 R", 4 + 2 * page)).collect();
    let tree = format!("<</Type/Pages/Count {}/Kids[{}]>>", pages.len(), kids.join(" "));
    let mut objects = vec![
        b"<</Type/Catalog/Pages 2 0 R>>".to_vec(),
        tree.into_bytes(),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>".to_vec(),
    ];
    for (number, page) in pages.iter().enumerate() {
        let head = format!(
            "<</Type/Page/Parent 2 0 R/MediaBox[0 0 {WIDTH} {HEIGHT}]/Contents {} 0 R\
             /Resources<</Font<</F1 3 0 R>>>>>>",
            5 + 2 * number
        );
        objects.push(head.into_bytes());
        objects.push(stream(&content(page)));
    }
    file(&objects)
}

/// Objects, the first one number 1 and the catalogue, as a file.
pub fn file(objects: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = b"%PDF-1.4\n".to_vec();
    let mut places = Vec::new();
    for (number, object) in (1..).zip(objects) {
        places.push(bytes.len());
        bytes.extend(format!("{number} 0 obj\n").bytes());
        bytes.extend(object);
        bytes.extend(b"\nendobj\n");
    }
    let table = bytes.len();
    let count = objects.len() + 1;
    bytes.extend(format!("xref\n0 {count}\n0000000000 65535 f \n").bytes());
    for place in places {
        bytes.extend(format!("{place:010} 00000 n \n").bytes());
    }
    let trailer = format!("trailer\n<</Size {count}/Root 1 0 R>>\nstartxref\n{table}\n%%EOF\n");
    bytes.extend(trailer.bytes());
    bytes
}

/// A compressed stream.
pub fn stream(content: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    let packed = encoder.write_all(content).and_then(|()| encoder.finish()).unwrap_or_default();
    let head = format!("<</Filter/FlateDecode/Length {}>>\nstream\n", packed.len());
    let mut bytes = head.into_bytes();
    bytes.extend(packed);
    bytes.extend(b"\nendstream");
    bytes
}

fn content(page: &[Text<'_>]) -> Vec<u8> {
    let mut text = String::from("BT\n");
    for (left, top, words) in page {
        let up = from_below(*top);
        let escaped: String = words
            .chars()
            .flat_map(|c| matches!(c, '(' | ')' | '\\').then_some('\\').into_iter().chain([c]))
            .collect();
        let _ = writeln!(text, "/F1 {SIZE} Tf 1 0 0 1 {left} {up} Tm ({escaped}) Tj");
    }
    text.push_str("ET\n");
    // One byte a letter, as the encoding of the font says.
    text.chars().map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?')).collect()
}

/// The head that reports of persons have.
pub fn head(name: &str, birth_date: &str, number: &str) -> Vec<(f32, f32, String)> {
    vec![
        (40.0, 40.0, format!("Patient Name: {name}")),
        (300.0, 40.0, format!("Date of Birth: {birth_date}")),
        (40.0, 54.0, format!("MRN: {number}")),
        (300.0, 54.0, "Specimen Type: Block".to_owned()),
        (40.0, 68.0, "Report Date: 2026-01-12".to_owned()),
    ]
}

/// A report of one page: head, then these texts.
pub fn report(person: (&str, &str, &str), texts: &[Text<'_>]) -> Vec<u8> {
    let head = head(person.0, person.1, person.2);
    let head = head.iter().map(|(left, top, text)| (*left, *top, text.as_str()));
    document(&[head.chain(texts.iter().copied()).collect()])
}

/// Where something stands: from the left and the top, its width and height, in points.
pub type Place = (f32, f32, f32, f32);

/// A report of one page, head and texts, over a white picture.
pub fn beside_picture(person: (&str, &str, &str), texts: &[Text<'_>], place: Place) -> Vec<u8> {
    over(person, texts, &white_picture(place))
}

/// What draws a white picture below [`over`].
pub fn white_picture((left, top, width, height): Place) -> String {
    format!("q {width} 0 0 {height} {left} {} cm /I Do Q\n", from_below(top) - height)
}

/// What draws a filled shape below [`over`], its corners from the left and the top.
pub fn shape(corners: &[(f32, f32)]) -> String {
    let mut text = String::new();
    for (at, (left, top)) in corners.iter().enumerate() {
        let _ = writeln!(text, "{left} {} {}", from_below(*top), if at == 0 { 'm' } else { 'l' });
    }
    text + "h f\n"
}

#[expect(clippy::cast_precision_loss, reason = "the height of a page")]
fn from_below(top: f32) -> f32 {
    HEIGHT as f32 - top
}

/// A report of one page, head and texts, over what is drawn, pictures and shapes.
pub fn over(person: (&str, &str, &str), texts: &[Text<'_>], drawn: &str) -> Vec<u8> {
    let head = head(person.0, person.1, person.2);
    let head = head.iter().map(|(left, top, text)| (*left, *top, text.as_str()));
    let mut drawn = drawn.as_bytes().to_vec();
    drawn.extend(content(&head.chain(texts.iter().copied()).collect::<Vec<_>>()));
    let page = format!(
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 {WIDTH} {HEIGHT}]/Contents 5 0 R\
         /Resources<</XObject<</I 4 0 R>>/Font<</F1 6 0 R>>>>>>"
    );
    file(&[
        b"<</Type/Catalog/Pages 2 0 R>>".to_vec(),
        b"<</Type/Pages/Count 1/Kids[3 0 R]>>".to_vec(),
        page.into_bytes(),
        image((2, 2), &[u8::MAX; 4]),
        stream(&drawn),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>".to_vec(),
    ])
}

/// A picture in grey dots.
fn image((columns, rows): (u32, u32), dots: &[u8]) -> Vec<u8> {
    let mut image = format!(
        "<</Type/XObject/Subtype/Image/Width {columns}/Height {rows}/BitsPerComponent 8\
         /ColorSpace/DeviceGray/Filter/FlateDecode"
    )
    .into_bytes();
    // The dictionary of the stream is that of the picture.
    let packed = stream(dots);
    image.extend_from_slice(packed.strip_prefix(b"<</Filter/FlateDecode").unwrap_or(&packed));
    image
}

/// A page that is a picture of one and has no text: its size in points, and in grey dots.
pub fn picture((width, height): (f32, f32), size: (u32, u32), dots: &[u8]) -> Vec<u8> {
    let page = format!(
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 {width} {height}]/Contents 5 0 R\
         /Resources<</XObject<</I 4 0 R>>>>>>"
    );
    file(&[
        b"<</Type/Catalog/Pages 2 0 R>>".to_vec(),
        b"<</Type/Pages/Count 1/Kids[3 0 R]>>".to_vec(),
        page.into_bytes(),
        image(size, dots),
        stream(format!("q {width} 0 0 {height} 0 0 cm /I Do Q").as_bytes()),
    ])
}
