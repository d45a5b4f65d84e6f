//! Every letter that a page draws.

use super::shapes::Shapes;
use hayro_interpret::font::Glyph;
use hayro_interpret::hayro_cmap::BfString;
use hayro_interpret::{
    BlendMode, ClipPath, Device, GlyphDrawMode, Image, Paint, PathDrawMode, SoftMask,
};
use kurbo::{Affine, BezPath, Point, Rect, Shape};

/// Letters of a page.
pub(super) const LETTERS_MAX: usize = 60_000;
/// Units of a glyph in the size of its font.
const UNITS: f64 = 1000.0;
/// Width of a letter whose font does not tell it.
const WIDTH_UNITS: f32 = 500.0;

/// A letter in its place.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Letter {
    pub(super) text: String,
    pub(super) left: f64,
    pub(super) right: f64,
    pub(super) baseline: f64,
    pub(super) size: f64,
}

/// Pictures of a page of which the places are kept.
const PICTURES_MAX: usize = 1_000;

/// Takes letters and the places of pictures and of shapes, and draws nothing.
#[derive(Debug)]
pub(super) struct Letters {
    page: Rect,
    /// What is seen of the page, innermost last.
    clips: Vec<Rect>,
    pub(super) found: Vec<Letter>,
    /// What is seen of each picture.
    pub(super) pictures: Vec<Rect>,
    pub(super) shapes: Shapes,
    pub(super) unknown: usize,
    pub(super) hidden: usize,
    pub(super) is_cut: bool,
}

/// Whether a person would see something at a place.
fn is_seen(page: Rect, clip: Option<Rect>, place: Point) -> bool {
    page.contains(place) && clip.is_none_or(|clip| clip.contains(place))
}

impl Letters {
    pub(super) fn new(page: Rect) -> Self {
        let (clips, found, pictures) = (Vec::new(), Vec::new(), Vec::new());
        let shapes = Shapes::default();
        Self { page, clips, found, pictures, shapes, unknown: 0, hidden: 0, is_cut: false }
    }

    fn take(&mut self, text: String, place: Affine, width: f64) {
        let (begin, end) = (place * Point::ORIGIN, place * Point::new(width, 0.0));
        let up = place * Point::new(0.0, UNITS);
        let size = (up - begin).hypot();
        let middle = begin.midpoint(up).midpoint(end.midpoint(begin));
        let is_straight = (end.y - begin.y).abs() <= size / 4.0 && end.x >= begin.x;
        // Letters on their side or upside down are margins and stamps.
        if !is_straight
            || !size.is_finite()
            || !is_seen(self.page, self.clips.last().copied(), middle)
        {
            self.hidden += usize::from(!text.trim().is_empty());
            return;
        }
        if self.found.len() >= LETTERS_MAX {
            self.is_cut = true;
            return;
        }
        let letter = Letter { text, left: begin.x, right: end.x, baseline: begin.y, size };
        // Bold is drawn twice by some.
        if self.found.last() != Some(&letter) {
            self.found.push(letter);
        }
    }
}

impl Device<'_> for Letters {
    fn draw_glyph(
        &mut self,
        glyph: &Glyph<'_>,
        transform: Affine,
        glyph_transform: Affine,
        _: &Paint<'_>,
        mode: &GlyphDrawMode,
    ) {
        let text = match glyph.as_unicode() {
            Some(BfString::Char(letter)) => letter.to_string(),
            Some(BfString::String(letters)) => letters,
            None => char::REPLACEMENT_CHARACTER.to_string(),
        };
        if matches!(mode, GlyphDrawMode::Invisible) {
            self.hidden += usize::from(!text.trim().is_empty());
            return;
        }
        let is_unknown =
            text.chars().any(|letter| letter.is_control() || letter == char::REPLACEMENT_CHARACTER);
        self.unknown += usize::from(is_unknown);
        let text = if is_unknown { char::REPLACEMENT_CHARACTER.to_string() } else { text };
        let width = match glyph {
            Glyph::Outline(outline) => outline.advance_width(),
            Glyph::Type3(_) => None,
        };
        let width = f64::from(width.unwrap_or(WIDTH_UNITS));
        self.take(text, transform * glyph_transform, width);
    }

    fn push_clip_path(&mut self, clip: &ClipPath) {
        let area = clip.path.bounding_box();
        let area = self.clips.last().map_or(area, |outer| outer.intersect(area));
        self.clips.push(area);
    }

    fn pop_clip_path(&mut self) {
        self.clips.pop();
    }

    /// A picture has as many units as dots.
    fn draw_image(&mut self, image: Image<'_, '_>, transform: Affine) {
        let whole = Rect::new(0.0, 0.0, f64::from(image.width()), f64::from(image.height()));
        let seen = transform.transform_rect_bbox(whole).intersect(self.page);
        let seen = self.clips.last().map_or(seen, |clip| seen.intersect(*clip));
        let is_there = seen.is_finite() && seen.area() > 0.0;
        if is_there && self.pictures.len() < PICTURES_MAX {
            self.pictures.push(seen);
        }
    }

    fn draw_path(&mut self, path: &BezPath, transform: Affine, _: &Paint<'_>, mode: &PathDrawMode) {
        if matches!(mode, PathDrawMode::Fill(_)) {
            let (page, clip) = (self.page, self.clips.last().copied());
            self.shapes.take(path, transform, |place| is_seen(page, clip, place));
        }
    }

    fn set_soft_mask(&mut self, _: Option<SoftMask<'_>>) {}
    fn set_blend_mode(&mut self, _: BlendMode) {}
    fn push_transparency_group(&mut self, _: f32, _: Option<SoftMask<'_>>, _: BlendMode) {}
    fn pop_transparency_group(&mut self) {}
}
