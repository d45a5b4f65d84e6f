//! Shapes that may be letters: some programs draw words as outlines, and then the file does not
//! tell what they say.

use kurbo::{Affine, BezPath, PathEl, Point, Rect, Shape};

/// Heights and widths of letters, in points.
const HEIGHT_MIN: f64 = 3.0;
const HEIGHT_MAX: f64 = 40.0;
const WIDTH_MIN: f64 = 0.5;
/// Strokes of the outline of a letter at least: a box has four, an arrow five.
const STROKES_MIN: usize = 6;
/// Shapes of a page that are looked at.
const SHAPES_MAX: usize = 20_000;
/// Distance up to which shapes belong together, in points: a blank line of usual letters.
const GAP: f64 = 24.0;
/// Shapes that belong together of which words may be, about four of them; and how many of these
/// have a size of their own: the marks of a chart are all alike.
const TOGETHER_MIN: usize = 24;
const SIZES_MIN: usize = 8;

/// Shapes of the size of letters.
#[derive(Debug, Default)]
pub(super) struct Shapes {
    found: Vec<Rect>,
}

impl Shapes {
    /// Takes the parts of a filled outline that are as large as letters and seen.
    pub(super) fn take(&mut self, path: &BezPath, place: Affine, is_seen: impl Fn(Point) -> bool) {
        let parts = path.elements().chunk_by(|_, next| !matches!(next, PathEl::MoveTo(_)));
        for part in parts {
            if self.found.len() >= SHAPES_MAX {
                return;
            }
            let strokes = part.iter().filter(|one| !matches!(one, PathEl::MoveTo(_))).count();
            if strokes < STROKES_MIN {
                continue;
            }
            let area = place.transform_rect_bbox(part.bounding_box());
            let (width, height) = (area.width(), area.height());
            let is_letter = (HEIGHT_MIN..=HEIGHT_MAX).contains(&height)
                && (WIDTH_MIN..=HEIGHT_MAX).contains(&width);
            if is_letter && is_seen(area.center()) {
                self.found.push(area);
            }
        }
    }

    /// Where words may be drawn; `is_said` tells shapes that a word of the text stands for.
    pub(super) fn areas(self, is_said: impl Fn(Rect) -> bool) -> Vec<Rect> {
        let mut groups = Vec::<Group>::new();
        for shape in self.found.into_iter().filter(|shape| !is_said(*shape)) {
            let mut group = Group { area: shape, shapes: vec![shape] };
            // Whatever it is near to is one with it.
            let reach = shape.inflate(GAP, GAP);
            for near in groups.extract_if(.., |known| known.area.overlaps(reach)) {
                group.take(near);
            }
            groups.push(group);
        }
        groups.into_iter().filter(Group::may_be_words).map(|group| group.area).collect()
    }
}

/// Shapes near each other.
struct Group {
    area: Rect,
    shapes: Vec<Rect>,
}

impl Group {
    fn take(&mut self, mut other: Self) {
        self.area = self.area.union(other.area);
        // Few go to many.
        if self.shapes.len() < other.shapes.len() {
            std::mem::swap(&mut self.shapes, &mut other.shapes);
        }
        self.shapes.append(&mut other.shapes);
    }

    fn may_be_words(&self) -> bool {
        // To half a point.
        #[expect(clippy::cast_possible_truncation, reason = "at most 80")]
        let size = |shape: &Rect| [shape.width(), shape.height()].map(|side| (2.0 * side) as i32);
        let sizes: std::collections::BTreeSet<_> = self.shapes.iter().map(size).collect();
        self.shapes.len() >= TOGETHER_MIN && sizes.len() >= SIZES_MIN
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The outline of something with this many corners in a place.
    fn shape((left, top): (f64, f64), (width, height): (f64, f64), corners: usize) -> BezPath {
        let mut path = BezPath::new();
        path.move_to((left, top));
        #[expect(clippy::cast_precision_loss, reason = "a few corners")]
        for corner in 1..corners {
            let part = corner as f64 / corners as f64;
            path.line_to((left + width * part, top + height * (part * 7.0 % 1.0)));
        }
        path.line_to((left + width, top + height));
        path.close_path();
        path
    }

    /// Letters of these sizes, one behind the other in lines of twenty.
    fn areas(count: u32, size: impl Fn(u32) -> (f64, f64), corners: usize) -> Vec<Rect> {
        let mut shapes = Shapes::default();
        for number in 0..count {
            let place = (f64::from(number % 20) * 12.0, f64::from(number / 20) * 14.0);
            shapes.take(&shape(place, size(number), corners), Affine::IDENTITY, |_| true);
        }
        shapes.areas(|_| false)
    }

    fn letter(number: u32) -> (f64, f64) {
        (f64::from(4 + number % 7), f64::from(7 + number % 5))
    }

    #[test]
    fn words_drawn_as_outlines_are_one_area_and_marks_of_a_chart_none() {
        let [words] = areas(60, letter, 9)[..] else { panic!("not one area") };
        assert!(words.x0 < 0.5 && words.x1 > 230.0 && words.y1 > 30.0, "{words:?}");
        assert_eq!(areas(20, letter, 9), [], "few");
        assert_eq!(areas(60, |_| (6.0, 6.0), 9), [], "all alike");
        assert_eq!(areas(60, letter, 4), [], "boxes");
        assert_eq!(areas(60, |at| (letter(at).0 * 10.0, letter(at).1), 9), [], "as wide as words");
        assert_eq!(areas(60, |at| (letter(at).0, letter(at).1 / 6.0), 9), [], "too small to read");
    }

    #[test]
    fn what_is_far_from_each_other_is_not_one_and_what_is_not_seen_is_none() {
        let mut shapes = Shapes::default();
        for number in 0..60 {
            let left = if number % 2 == 0 { 0.0 } else { 300.0 };
            let place = (left + f64::from(number / 2 % 10) * 12.0, f64::from(number / 20) * 14.0);
            shapes.take(&shape(place, letter(number), 9), Affine::IDENTITY, |_| true);
            let hidden = shape((place.0, place.1 + 200.0), letter(number), 9);
            shapes.take(&hidden, Affine::IDENTITY, |place| place.y < 150.0);
        }
        let mut found = shapes.areas(|_| false);
        found.sort_by(|one, other| one.x0.total_cmp(&other.x0));
        let places: Vec<_> = found.iter().map(|area| (area.x0 >= 300.0, area.y1 < 150.0)).collect();
        assert_eq!(places, [(false, true), (true, true)]);
    }

    #[test]
    fn letters_of_one_outline_are_told_apart() {
        let mut whole = BezPath::new();
        for number in 0..40 {
            let place = (f64::from(number) * 12.0, 0.0);
            whole.extend(shape(place, letter(number), 9).elements().iter().copied());
        }
        let areas = |is_said: fn(Rect) -> bool| {
            let mut shapes = Shapes::default();
            shapes.take(&whole, Affine::scale(0.8), |_| true);
            shapes.areas(is_said).len()
        };
        assert_eq!(areas(|_| false), 1);
        assert_eq!(
            areas(|shape| shape.x0 > 200.0),
            0,
            "a word of the text stands for most of them"
        );
    }
}
