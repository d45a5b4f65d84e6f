//! Why a pack was refused, and where in it the fault is.

/// Why a pack was refused. A pack is loaded whole or not at all.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The file system did not give the file.
    #[error("cannot read `{file}`")]
    Read {
        /// Path of the file or directory.
        file: String,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// The file system did not take the file.
    #[error("cannot write `{file}`")]
    Write {
        /// Path of the file.
        file: String,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// The pack or one of its files is larger than anything we would ship.
    #[error("{file}: {bytes} bytes are more than the limit of {limit}")]
    TooLarge {
        /// Name of the file, or `pack` for all of them.
        file: String,
        /// How large it is.
        bytes: usize,
        /// How large it may be.
        limit: usize,
    },
    /// The manifest lists a file that is not there.
    #[error("{file}: listed in pack.toml but not in the pack")]
    Missing {
        /// Name of the file.
        file: String,
    },
    /// A table is there that the manifest does not list.
    #[error("{file}: in the pack but not listed in pack.toml")]
    Unlisted {
        /// Name of the file.
        file: String,
    },
    /// A file is not the one the manifest was written for.
    #[error("{file}: SHA-256 is {found}, but pack.toml says {expected}")]
    Digest {
        /// Name of the file.
        file: String,
        /// Digest in the manifest, lower-case hex.
        expected: String,
        /// Digest of the bytes, lower-case hex.
        found: String,
    },
    /// Keys are trusted, and none of them has signed the pack.
    #[error("the pack is not trusted: {text}")]
    Untrusted {
        /// Why, in one clause.
        text: String,
    },
    /// Something in a file cannot be read.
    #[error("{file}:{line}:{column}: {text}")]
    Syntax {
        /// Name of the file.
        file: String,
        /// Line, counted from 1.
        line: usize,
        /// Column of a table or character of the manifest, counted from 1.
        column: usize,
        /// What is wrong, in one sentence.
        text: String,
    },
}

impl LoadError {
    /// A fault at a place of a file.
    pub fn syntax(file: &str, line: usize, column: usize, text: impl Into<String>) -> Self {
        Self::Syntax { file: file.to_owned(), line, column, text: text.into() }
    }
}
