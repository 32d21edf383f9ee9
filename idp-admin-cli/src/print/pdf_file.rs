//! Letters as pages, in files of at most a thousand.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use idp_core::admin::letter::IssuedLetter;
use idp_core::realm::Realm;
use krilla::Document;
use krilla::text::Font;

use super::new_file::{NewFile, Recipient};
use super::sheet::Sheet;
use crate::output::Failure;

/// Pages of one file: what a printer takes at once, and what fits into memory.
const PAGES: usize = 1_000;

/// Fonts with Japanese glyphs where Debian and its kin put them.
const KNOWN_FONTS: [&str; 6] = [
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/google-noto-cjk/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/opentype/ipafont-gothic/ipag.ttf",
    "/usr/share/fonts/opentype/ipaexfont-gothic/ipaexg.ttf",
    "/usr/share/fonts/truetype/fonts-japanese-gothic.ttf",
];

/// A font file, and which face of it.
#[derive(Debug, Clone)]
pub(crate) struct FontFile {
    path: PathBuf,
    face: u32,
}

impl FromStr for FontFile {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.rsplit_once('#') {
            Some((path, face)) => {
                let face = face.parse().map_err(|_| "write FILE, or FILE#NUMBER".to_owned())?;
                Ok(Self { path: path.into(), face })
            }
            None => Ok(Self { path: text.into(), face: 0 }),
        }
    }
}

/// The font named, or one that is known to be there.
pub(super) fn load_font(named: Option<&FontFile>) -> Result<Font, Failure> {
    let file = match named {
        Some(file) => file.clone(),
        None => installed_font().ok_or_else(|| {
            Failure::refused(
                "No font with Japanese glyphs is installed. Install one (Debian: fonts-noto-cjk or fonts-ipafont), or \
                 name a file: --font FILE",
            )
        })?,
    };
    let bytes = std::fs::read(&file.path)
        .map_err(|error| Failure::refused(format!("The font {} cannot be read: {error}.", file.path.display())))?;
    Font::new(bytes.into(), file.face)
        .ok_or_else(|| Failure::refused(format!("{} is no font that can be embedded.", file.path.display())))
}

/// A font on this machine that letters can be printed with.
pub(crate) fn installed_font() -> Option<FontFile> {
    let path = KNOWN_FONTS.into_iter().map(Path::new).find(|path| path.is_file())?;
    Some(FontFile { path: path.to_owned(), face: 0 })
}

/// PDF files under way.
pub(super) struct PdfFile {
    path: PathBuf,
    encrypt_to: Option<Recipient>,
    sheet: Sheet,
    document: Document,
    pages: usize,
    file: NewFile,
    done: Vec<String>,
}

impl PdfFile {
    pub(super) fn create(
        path: &Path,
        encrypt_to: Option<Recipient>,
        font: Font,
        realm: &Realm,
    ) -> Result<Self, Failure> {
        let file = NewFile::create(path, encrypt_to.as_ref())?;
        let sheet = Sheet::of(realm, font)?;
        Ok(Self {
            path: path.to_owned(),
            encrypt_to,
            sheet,
            document: Document::new(),
            pages: 0,
            file,
            done: Vec::new(),
        })
    }

    pub(super) fn add(&mut self, letters: &[IssuedLetter]) -> Result<(), Failure> {
        for letter in letters {
            if self.pages == PAGES {
                self.turn_over()?;
            }
            self.sheet.draw(&mut self.document, letter)?;
            self.pages += 1;
        }
        Ok(())
    }

    pub(super) fn finish(mut self: Box<Self>) -> Result<Vec<String>, Failure> {
        if self.pages == 0 {
            return Ok(self.done);
        }
        let name = end(self.document, self.file)?;
        self.done.push(name);
        Ok(self.done)
    }

    /// Ends this file and begins the next: `letters.pdf`, `letters-2.pdf`, …
    fn turn_over(&mut self) -> Result<(), Failure> {
        let stem = self.path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let next = self.path.with_file_name(format!("{stem}-{}.pdf", self.done.len() + 2));
        let file = std::mem::replace(&mut self.file, NewFile::create(&next, self.encrypt_to.as_ref())?);
        let document = std::mem::take(&mut self.document);
        self.pages = 0;
        self.done.push(end(document, file)?);
        Ok(())
    }
}

fn end(document: Document, mut file: NewFile) -> Result<String, Failure> {
    let bytes = document.finish().map_err(|error| Failure::Fault(format!("the PDF cannot be made: {error:?}")))?;
    file.write_all(&bytes)?;
    file.finish()
}
