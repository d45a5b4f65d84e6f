//! What reads the documents of a server.

use crate::arguments::OcrArguments;
use crate::command::say;
use anyhow::bail;
use pdf::child::{Reader, Recogniser};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// The process that reads documents; one that recognises words in pictures, too, is tried first.
pub(super) fn reader(arguments: &OcrArguments, flag: &Arc<AtomicBool>) -> anyhow::Result<Reader> {
    let reader = Reader::new(std::env::current_exe()?, &["extract-pdf"]);
    let Some(program) = &arguments.ocr else { return Ok(reader) };
    let program = on_path(program)?;
    let recogniser = Recogniser::new(&program, Arc::clone(flag));
    recogniser.check(&reader)?;
    say(&format!("words in pages without text are recognised by `{}`", program.display()));
    Ok(reader.recognising(recogniser))
}

/// The file of a program that is named, or named by a path: its process has no path of its own.
fn on_path(program: &Path) -> anyhow::Result<PathBuf> {
    let found = if program.components().count() > 1 {
        std::path::absolute(program).ok().filter(|file| file.is_file())
    } else {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let files = std::env::split_paths(&path).map(|directory| directory.join(program));
        files.filter(|file| file.is_absolute()).find(|file| file.is_file())
    };
    match found {
        Some(file) => Ok(file),
        None => bail!(
            "--ocr: the program `{}` is not there; install tesseract, or name it by --ocr=PROGRAM",
            program.display()
        ),
    }
}
