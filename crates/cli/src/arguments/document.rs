//! Reading documents.

use clap::Args;
use std::path::PathBuf;

/// Of `cognate serve`: words in pictures.
#[derive(Args, Debug, Default)]
pub(crate) struct OcrArguments {
    /// Recognise words in pages of PDF that have no text, and beside text in large pictures and
    /// letters that are drawn, by this program of yours, a tesseract; by `tesseract` if none is
    /// named. What it reads is marked, and takes two people. Without it such pages and pictures
    /// are not read.
    #[arg(
        long,
        env = "COGNATE_OCR",
        value_name = "PROGRAM",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "tesseract"
    )]
    pub(crate) ocr: Option<PathBuf>,
}

/// `cognate extract-pdf`
#[derive(Args, Debug)]
pub(crate) struct ExtractPdfArguments {
    /// Answer with this page as a picture.
    #[arg(long)]
    pub(crate) page: Option<u32>,
    /// Answer with the text of the pages as the second engine reads it.
    #[arg(long, conflicts_with = "page")]
    pub(crate) second: bool,
    /// Answer with this page as dots.
    #[arg(long, conflicts_with_all = ["page", "second"])]
    pub(crate) raster: Option<u32>,
    /// The first so many bytes are words that were recognised in the document behind them.
    #[arg(long, conflicts_with_all = ["page", "second", "raster"])]
    pub(crate) recognised: Option<usize>,
    /// Become this program, within limits, to recognise words in the dots on standard input.
    #[arg(long, conflicts_with_all = ["page", "second", "raster", "recognised"])]
    pub(crate) recognise: Option<PathBuf>,
    /// Dots of an inch.
    #[arg(long, default_value_t = 300)]
    pub(crate) dots_per_inch: u32,
}
