//! All that the typesetter can see: two templates, one data file, the fonts of the binary. Every
//! other file is refused; there is no clock, no package and no network.

use std::sync::LazyLock;
use typst::diag::{FileError, FileResult};
use typst::foundations::{Bytes, Datetime, Duration};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt, World};

const PGX: &str = include_str!("../../templates/pgx.typ");
const BOARD: &str = include_str!("../../templates/board.typ");
const PARTS: &str = include_str!("../../templates/parts.typ");

/// Fonts that the binary carries; see fonts/README.md for where they are from.
static FONTS: LazyLock<Vec<Font>> = LazyLock::new(|| {
    [
        include_bytes!("../../fonts/NotoSans-Regular.ttf").as_slice(),
        include_bytes!("../../fonts/NotoSans-SemiBold.ttf"),
        include_bytes!("../../fonts/NotoSans-Italic.ttf"),
        include_bytes!("../../fonts/NotoSansArabic-Regular.ttf"),
        include_bytes!("../../fonts/NotoSansHebrew-Regular.ttf"),
    ]
    .into_iter()
    .flat_map(|font| Font::iter(Bytes::new(font)))
    .collect()
});

static BOOK: LazyLock<LazyHash<FontBook>> =
    LazyLock::new(|| LazyHash::new(FontBook::from_fonts(FONTS.iter())));

static LIBRARY: LazyLock<LazyHash<Library>> = LazyLock::new(|| LazyHash::new(Library::default()));

/// Whether some font has a glyph for the character.
pub(super) fn has_glyph(character: char) -> bool {
    FONTS.iter().any(|font| font.info().coverage.contains(u32::from(character)))
}

/// Which document it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Template {
    /// The pharmacogenomic report.
    Pgx,
    /// The brief for a tumour board.
    Board,
}

/// What lies on the typesetter's desk for one document.
pub(super) struct Desk {
    report: Source,
    parts: Source,
    data_id: FileId,
    data: Bytes,
}

impl Desk {
    /// `None` if a path of the templates is none, which a test would have found.
    pub(super) fn new(template: Template, data: Vec<u8>) -> Option<Self> {
        let (name, text) = match template {
            Template::Pgx => ("pgx.typ", PGX),
            Template::Board => ("board.typ", BOARD),
        };
        Some(Self {
            report: Source::new(place(name)?, text.to_owned()),
            parts: Source::new(place("parts.typ")?, PARTS.to_owned()),
            data_id: place("report.json")?,
            data: Bytes::new(data),
        })
    }
}

fn place(path: &str) -> Option<FileId> {
    let path = VirtualPath::new(path).ok()?;
    Some(RootedPath::new(VirtualRoot::Project, path).intern())
}

impl World for Desk {
    fn library(&self) -> &LazyHash<Library> {
        &LIBRARY
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &BOOK
    }

    fn main(&self) -> FileId {
        self.report.id()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        [&self.report, &self.parts]
            .into_iter()
            .find(|source| source.id() == id)
            .cloned()
            .ok_or(FileError::AccessDenied)
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        if id == self.data_id { Ok(self.data.clone()) } else { Err(FileError::AccessDenied) }
    }

    fn font(&self, index: usize) -> Option<Font> {
        FONTS.get(index).cloned()
    }

    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        None
    }
}
