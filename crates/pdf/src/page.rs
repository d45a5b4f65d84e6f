//! Pages as words in places: the only thing that is taken from a file.

use serde::{Deserialize, Serialize};

/// A rectangle on a page, in points from its upper left corner.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Area {
    /// Left.
    pub left: f32,
    /// Top.
    pub top: f32,
    /// Right.
    pub right: f32,
    /// Bottom.
    pub bottom: f32,
}

impl Area {
    /// The smallest area around both.
    #[must_use]
    pub fn with(self, other: Self) -> Self {
        Self {
            left: self.left.min(other.left),
            top: self.top.min(other.top),
            right: self.right.max(other.right),
            bottom: self.bottom.max(other.bottom),
        }
    }

    /// Whether two areas have more than an edge in common.
    pub fn touches(self, other: Self) -> bool {
        self.left < other.right
            && other.left < self.right
            && self.top < other.bottom
            && other.top < self.bottom
    }

    /// Whether the middle of another one is in it.
    pub fn holds(self, other: Self) -> bool {
        let (across, down) =
            (f32::midpoint(other.left, other.right), f32::midpoint(other.top, other.bottom));
        (self.left..=self.right).contains(&across) && (self.top..=self.bottom).contains(&down)
    }

    /// How large it is, in square points.
    pub fn size(self) -> f32 {
        (self.right - self.left).max(0.0) * (self.bottom - self.top).max(0.0)
    }

    /// The smallest area around all; nothing of nothing.
    pub fn around(areas: impl IntoIterator<Item = Self>) -> Option<Self> {
        areas.into_iter().reduce(Self::with)
    }
}

/// A word: what stands together without a gap.
#[derive(Clone, Debug, PartialEq)]
pub struct Word {
    /// Its characters.
    pub text: String,
    /// Where it stands.
    pub area: Area,
    /// The line it stands on, from the top.
    pub baseline: f32,
    /// Size of its letters, in points.
    pub size: f32,
    /// How sure a recogniser is of it, of 100; `None` for what the file itself states.
    pub confidence: Option<u8>,
}

/// A page.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Page {
    /// Its number, from 1.
    pub number: u32,
    /// Width in points.
    pub width: f32,
    /// Height in points.
    pub height: f32,
    /// Its words, in no order.
    pub words: Vec<Word>,
    /// Where a large picture stands that is no ground for the words on it: it may say something
    /// that no word says.
    pub pictures: Vec<Area>,
    /// The same of shapes of the size of letters: words that are drawn and not written.
    pub shapes: Vec<Area>,
    /// Letters whose meaning the file does not tell.
    pub unknown_letters: usize,
    /// Letters that nobody sees, which are not read.
    pub hidden_letters: usize,
    /// Whether it has more than is taken from a page.
    pub is_cut: bool,
}

impl Page {
    /// Whether no word was recognised in a place where something is seen.
    pub(crate) fn is_unread(&self, place: Area) -> bool {
        let is_read = |word: &Word| word.confidence.is_some() && place.holds(word.area);
        !self.words.iter().any(is_read)
    }
}
