//! The words of a file's pages and where they stand, and pages as pictures.
//!
//! The interpreter of pages is the one that draws them: what is read is what a person sees.

mod letters;
mod shapes;
mod words;

pub(crate) use words::spelt;

use crate::ocr::Raster;
use crate::page::{Area, Page, Word};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hayro_interpret::TransformExt;
use hayro_interpret::hayro_syntax::page::Page as Drawn;
use hayro_interpret::hayro_syntax::{LoadPdfError, Pdf};
use hayro_interpret::{Context, InterpreterCache, InterpreterSettings, interpret_page};
use kurbo::Rect;
use letters::Letters;

/// Share of a page that a picture, or what is drawn, takes up at least for it to say something of
/// the report: marks of laboratories are smaller.
const PICTURE_SHARE: f32 = 0.04;
/// Share of a picture from which on words cover it so that it is the ground that they stand on: a
/// line that a fax adds covers less, the text of a page more.
const WORDS_SHARE: f32 = 0.05;
/// Pages of a file.
pub const PAGES_MAX: usize = 300;

/// Why no page comes out of a file that is whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// It asks for a password.
    #[error("the file is encrypted")]
    Encrypted,
    /// It has no pages that can be found.
    #[error("the pages of the file cannot be found")]
    NoPages,
    /// It has more than are read.
    #[error("the file has more than {PAGES_MAX} pages")]
    TooManyPages,
    /// It has no page of that number.
    #[error("the file has no such page")]
    NoSuchPage,
}

fn open(bytes: &[u8]) -> Result<Pdf, Unreadable> {
    let pdf = Pdf::new(bytes.to_vec()).map_err(|error| match error {
        LoadPdfError::Decryption(_) => Unreadable::Encrypted,
        LoadPdfError::Invalid => Unreadable::NoPages,
    })?;
    match pdf.pages().len() {
        0 => Err(Unreadable::NoPages),
        1..=PAGES_MAX => Ok(pdf),
        _ => Err(Unreadable::TooManyPages),
    }
}

/// The pages of a file that the gate let pass.
///
/// # Errors
/// When it has none, or too many.
pub fn pages(bytes: &[u8]) -> Result<Vec<Page>, Unreadable> {
    let pdf = open(bytes)?;
    let cache = InterpreterCache::new();
    let drawn = pdf.pages().iter();
    Ok((1..).zip(drawn).map(|(number, page)| read(number, page, &cache)).collect())
}

fn read<'a>(number: u32, page: &'a Drawn<'a>, cache: &'a InterpreterCache<'a>) -> Page {
    let (width, height) = page.render_dimensions();
    let whole = Rect::new(0.0, 0.0, f64::from(width), f64::from(height));
    let settings = InterpreterSettings::default();
    let start = page.initial_transform(true).to_kurbo();
    let mut context = Context::new(start, whole, cache, page.xref(), settings);
    let mut letters = Letters::new(whole);
    interpret_page(page, &mut context, &mut letters);
    let (unknown_letters, hidden_letters, is_cut) =
        (letters.unknown, letters.hidden, letters.is_cut);
    let words = words::of(letters.found);
    // What is drawn where a word stands is that word, or underlines it.
    let is_said = |shape: Rect| words.iter().any(|word| word.area.holds(area(shape)));
    let large = |areas: Vec<Rect>| {
        let least = PICTURE_SHARE * width * height;
        areas.into_iter().map(area).filter(move |area| area.size() >= least)
    };
    let pictures = large(letters.pictures).filter(|picture| !is_ground(*picture, &words)).collect();
    let shapes = large(letters.shapes.areas(is_said)).collect();
    Page { number, width, height, words, pictures, shapes, unknown_letters, hidden_letters, is_cut }
}

#[expect(clippy::cast_possible_truncation, reason = "a place on a page")]
fn area(rect: Rect) -> Area {
    let (left, top, right, bottom) =
        (rect.x0 as f32, rect.y0 as f32, rect.x1 as f32, rect.y1 as f32);
    Area { left, top, right, bottom }
}

/// Whether a picture is the ground that words stand on.
fn is_ground(picture: Area, words: &[Word]) -> bool {
    let on_it = words.iter().filter(|word| picture.holds(word.area));
    let covered: f32 = on_it.map(|word| word.area.size()).sum();
    covered >= WORDS_SHARE * picture.size()
}

/// One page as a picture (SVG), letters as shapes.
///
/// # Errors
/// When there is no such page.
pub fn picture(bytes: &[u8], number: u32) -> Result<String, Unreadable> {
    let pdf = open(bytes)?;
    let index = usize::try_from(number).ok().and_then(|number| number.checked_sub(1));
    let page = index.and_then(|index| pdf.pages().get(index)).ok_or(Unreadable::NoSuchPage)?;
    let settings = InterpreterSettings::default();
    let white = hayro_svg::SvgRenderSettings { bg_color: [255; 4] };
    Ok(hayro_svg::convert(page, &hayro_svg::RenderCache::new(), &settings, &white))
}

/// One page as dots of grey on white.
///
/// # Errors
/// When there is no such page.
pub fn raster(bytes: &[u8], number: u32) -> Result<Raster, Unreadable> {
    let pdf = open(bytes)?;
    let index = usize::try_from(number).ok().and_then(|number| number.checked_sub(1));
    let page = index.and_then(|index| pdf.pages().get(index)).ok_or(Unreadable::NoSuchPage)?;
    let (width, height) = page.render_dimensions();
    let scale = Raster::scale_of(width, height);
    let settings = hayro::RenderSettings {
        x_scale: scale,
        y_scale: scale,
        bg_color: hayro::vello_cpu::color::palette::css::WHITE,
        ..hayro::RenderSettings::default()
    };
    let cache = hayro::RenderCache::new();
    let drawn = hayro::render(page, &cache, &InterpreterSettings::default(), &settings);
    // ITU-R BT.601, in whole numbers.
    let grey = |red: u8, green: u8, blue: u8| {
        let sum = 299 * u32::from(red) + 587 * u32::from(green) + 114 * u32::from(blue);
        u8::try_from(sum / 1000).unwrap_or(u8::MAX)
    };
    let dots = drawn.data().iter().map(|dot| grey(dot.r, dot.g, dot.b)).collect::<Vec<u8>>();
    Ok(Raster {
        width: u32::from(drawn.width()),
        height: u32::from(drawn.height()),
        scale,
        dots: STANDARD.encode(dots),
    })
}
