//! A realm's terms of use: versioned, one text per language, each known by its hash.

use aws_lc_rs::digest;

use crate::clock::Timestamp;
use crate::language::Language;

/// One text of one version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms {
    /// Counts from 1; a higher one is asked again of everybody.
    pub version: i64,
    /// Which language the text is in.
    pub language: Language,
    /// The text, plain, paragraphs parted by empty lines.
    pub body: String,
    /// SHA-256 of the text's UTF-8 bytes, hexadecimal.
    pub sha256: String,
    /// When it was published.
    pub published_at: Timestamp,
}

/// The hash by which an accepted text is proved later.
pub fn sha256_of(body: &str) -> String {
    let digest = digest::digest(&digest::SHA256, body.as_bytes());
    digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}
