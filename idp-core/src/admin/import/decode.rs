//! What a file is written in, found out strictly: a file that cannot be told is refused, never guessed at.

use std::fmt;
use std::io::{self, Read, Seek};
use std::str::FromStr;

use encoding_rs::{Decoder, DecoderResult, EUC_JP, SHIFT_JIS, UTF_8, UTF_16BE, UTF_16LE};

const CHUNK: usize = 64 * 1024;

/// How characters are written as bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Encoding {
    /// UTF-8, with or without a byte order mark.
    #[serde(rename = "utf-8")]
    Utf8,
    /// Shift_JIS as Windows writes it (CP932).
    ShiftJis,
    /// EUC-JP.
    EucJp,
    /// UTF-16 with a byte order mark, little endian: “Unicode text” of a spreadsheet.
    #[serde(rename = "utf-16le")]
    Utf16Le,
    /// The same, big endian.
    #[serde(rename = "utf-16be")]
    Utf16Be,
}

impl Encoding {
    /// The name operators know it by.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "UTF-8",
            Self::ShiftJis => "Shift_JIS",
            Self::EucJp => "EUC-JP",
            Self::Utf16Le => "UTF-16LE",
            Self::Utf16Be => "UTF-16BE",
        }
    }

    fn decoder(self) -> Decoder {
        match self {
            Self::Utf8 => UTF_8.new_decoder_with_bom_removal(),
            Self::ShiftJis => SHIFT_JIS.new_decoder_without_bom_handling(),
            Self::EucJp => EUC_JP.new_decoder_without_bom_handling(),
            Self::Utf16Le => UTF_16LE.new_decoder_with_bom_removal(),
            Self::Utf16Be => UTF_16BE.new_decoder_with_bom_removal(),
        }
    }
}

impl FromStr for Encoding {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.to_ascii_lowercase().replace(['-', '_'], "").as_str() {
            "utf8" => Ok(Self::Utf8),
            "shiftjis" | "sjis" | "cp932" | "windows31j" | "ms932" => Ok(Self::ShiftJis),
            "eucjp" => Ok(Self::EucJp),
            "utf16le" => Ok(Self::Utf16Le),
            "utf16be" => Ok(Self::Utf16Be),
            _ => Err("write utf-8, shift-jis, euc-jp, utf-16le or utf-16be".to_owned()),
        }
    }
}

/// Why nothing of a file is used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileError {
    /// The disk did not give it.
    Unreadable(String),
    /// There is nothing in it.
    Empty,
    /// Bytes that are no characters, first in this line.
    NotText {
        /// The line, from 1.
        line: u64,
        /// What the file was read as; `None` where neither UTF-8 nor Shift_JIS fits.
        asked: Option<Encoding>,
    },
    /// It reads as Shift_JIS and as EUC-JP.
    Ambiguous,
    /// Escape sequences of ISO-2022-JP stand in it.
    Iso2022Jp,
    /// No column holds the user ids.
    NoUserIdColumn {
        /// The headers found.
        found: Vec<String>,
    },
    /// The column file names a column that is not there.
    NoSuchColumn {
        /// What it is to hold.
        key: &'static str,
        /// Its heading or position.
        wanted: String,
    },
    /// Somebody stands in the file and in the list of those who left.
    BothHereAndGone(String),
    /// Two columns hold the same.
    TwoColumns {
        /// The first header.
        first: String,
        /// The second header.
        second: String,
    },
}

impl fmt::Display for FileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(reason) => write!(f, "The file cannot be read: {reason}"),
            Self::Empty => f.write_str("The file is empty. Its first line must name the columns, one of them user_id."),
            Self::NotText { line, asked: Some(encoding) } => write!(
                f,
                "Line {line} is not written in {}. Save the file as “CSV UTF-8” and import it again.",
                encoding.name()
            ),
            Self::NotText { line, asked: None } => write!(
                f,
                "Line {line} is written neither in UTF-8 nor in Shift_JIS. Save the file as “CSV UTF-8” and import it \
                 again."
            ),
            Self::Ambiguous => f.write_str(
                "The file could be Shift_JIS or EUC-JP. Say which with --encoding shift-jis or --encoding euc-jp, or \
                 save it as “CSV UTF-8”.",
            ),
            Self::Iso2022Jp => {
                f.write_str("The file is written in ISO-2022-JP. Save it as “CSV UTF-8” and import it again.")
            }
            Self::NoUserIdColumn { found } => write!(
                f,
                "No column is called ユーザID or user_id. The first line must name the columns; it names: {}.",
                found.join(", ")
            ),
            Self::NoSuchColumn { key, wanted } => {
                write!(f, "The file has no column “{wanted}”, which the column file names as {key}.")
            }
            Self::BothHereAndGone(user_id) => {
                write!(f, "“{user_id}” stands in the file and in the list of those who left. Correct one of them.")
            }
            Self::TwoColumns { first, second } => {
                write!(f, "The columns {first} and {second} mean the same. Leave one of them.")
            }
        }
    }
}

impl std::error::Error for FileError {}

impl From<io::Error> for FileError {
    fn from(error: io::Error) -> Self {
        Self::Unreadable(error.to_string())
    }
}

/// One encoding that the file may be written in.
struct Candidate {
    decoder: Decoder,
    /// The line of the first bytes that do not fit.
    wrong_in: Option<u64>,
    scratch: Vec<u8>,
}

impl Candidate {
    fn new(encoding: Encoding) -> Self {
        Self { decoder: encoding.decoder(), wrong_in: None, scratch: vec![0; CHUNK] }
    }

    /// Looks at the next bytes; `line` is the one they start in. No bytes end the file.
    fn feed(&mut self, bytes: &[u8], line: u64) {
        let mut at = 0;
        while self.wrong_in.is_none() {
            let rest = bytes.get(at..).unwrap_or_default();
            let (result, read, _) =
                self.decoder.decode_to_utf8_without_replacement(rest, &mut self.scratch, bytes.is_empty());
            at += read;
            match result {
                DecoderResult::InputEmpty => return,
                DecoderResult::OutputFull => {}
                DecoderResult::Malformed(..) => {
                    self.wrong_in = Some(line + newlines(bytes.get(..at).unwrap_or_default()));
                }
            }
        }
    }
}

/// Finds out what the file is written in, and that all of it is.
pub(super) fn detect<R: Read + Seek>(file: &mut R, asked: Option<Encoding>) -> Result<Encoding, FileError> {
    file.rewind()?;
    let mut buffer = vec![0_u8; CHUNK];
    let mut length = fill(file, &mut buffer)?;
    if length == 0 {
        return Err(FileError::Empty);
    }
    let asked = asked.or_else(|| marked(buffer.get(..length).unwrap_or_default()));

    let candidates = match asked {
        Some(encoding) => vec![encoding],
        None => vec![Encoding::Utf8, Encoding::ShiftJis, Encoding::EucJp],
    };
    let mut candidates: Vec<Candidate> = candidates.into_iter().map(Candidate::new).collect();
    let mut line = 1;
    let mut has_escapes = false;
    loop {
        let bytes = buffer.get(..length).unwrap_or_default();
        candidates.iter_mut().for_each(|candidate| candidate.feed(bytes, line));
        has_escapes |= bytes.windows(2).any(|pair| pair == b"\x1b$");
        line += newlines(bytes);
        if length == 0 {
            break;
        }
        length = fill(file, &mut buffer)?;
    }
    let judged = judge(asked, &candidates.iter().map(|candidate| candidate.wrong_in).collect::<Vec<_>>())?;
    // To UTF-8 the escapes of ISO-2022-JP are plain ASCII.
    if asked.is_none() && has_escapes && judged == Encoding::Utf8 {
        return Err(FileError::Iso2022Jp);
    }
    Ok(judged)
}

fn judge(asked: Option<Encoding>, wrong_in: &[Option<u64>]) -> Result<Encoding, FileError> {
    match (asked, wrong_in) {
        (Some(encoding), [None]) => Ok(encoding),
        (Some(encoding), [Some(line)]) => Err(FileError::NotText { line: *line, asked: Some(encoding) }),
        (None, [None, ..]) => Ok(Encoding::Utf8),
        // Half-width kana of the one are kanji of the other.
        (None, [Some(_), None, None]) => Err(FileError::Ambiguous),
        (None, [Some(_), None, Some(_)]) => Ok(Encoding::ShiftJis),
        (None, [Some(_), Some(_), None]) => Ok(Encoding::EucJp),
        // The encoding that went furthest is the one that was meant.
        (_, lines) => {
            let line = lines.iter().flatten().max().copied().unwrap_or(1);
            Err(FileError::NotText { line, asked: None })
        }
    }
}

fn marked(start: &[u8]) -> Option<Encoding> {
    match start {
        [0xEF, 0xBB, 0xBF, ..] => Some(Encoding::Utf8),
        [0xFF, 0xFE, ..] => Some(Encoding::Utf16Le),
        [0xFE, 0xFF, ..] => Some(Encoding::Utf16Be),
        _ => None,
    }
}

fn fill(file: &mut impl Read, buffer: &mut [u8]) -> Result<usize, FileError> {
    loop {
        match file.read(buffer) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            read => return Ok(read?),
        }
    }
}

fn newlines(bytes: &[u8]) -> u64 {
    bytes.iter().filter(|byte| **byte == b'\n').count() as u64
}

/// The file as UTF-8, every line ended by one `\n`, so that lines can be counted.
pub(super) struct Decoded<R> {
    source: R,
    decoder: Decoder,
    raw: Vec<u8>,
    text: Vec<u8>,
    at: usize,
    ended: bool,
    after_return: bool,
}

impl<R: Read> Decoded<R> {
    pub(super) fn new(source: R, encoding: Encoding) -> Self {
        let (raw, text) = (vec![0; CHUNK], Vec::new());
        Self { source, decoder: encoding.decoder(), raw, text, at: 0, ended: false, after_return: false }
    }

    fn refill(&mut self) -> io::Result<()> {
        let length = self.source.read(&mut self.raw)?;
        self.ended = length == 0;
        let bytes = self.raw.get(..length).unwrap_or_default();
        let room = self.decoder.max_utf8_buffer_length_without_replacement(length).unwrap_or(4 * CHUNK);
        self.text.resize(room, 0);
        let (result, _, written) = self.decoder.decode_to_utf8_without_replacement(bytes, &mut self.text, self.ended);
        self.text.truncate(written);
        self.at = 0;
        self.unify_line_ends();
        match result {
            DecoderResult::InputEmpty => Ok(()),
            DecoderResult::OutputFull | DecoderResult::Malformed(..) => {
                Err(io::Error::new(io::ErrorKind::InvalidData, "the file changed while it was read"))
            }
        }
    }
}

impl<R> Decoded<R> {
    fn unify_line_ends(&mut self) {
        let mut after_return = self.after_return;
        self.text.retain_mut(|byte| {
            let is_second_half = after_return && *byte == b'\n';
            after_return = *byte == b'\r';
            if after_return {
                *byte = b'\n';
            }
            !is_second_half
        });
        self.after_return = after_return;
        if self.ended {
            self.text.push(b'\n');
        }
    }
}

impl<R: Read> Read for Decoded<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.at >= self.text.len() {
            if self.ended {
                return Ok(0);
            }
            self.refill()?;
        }
        let ready = self.text.get(self.at..).unwrap_or_default();
        let count = ready.len().min(into.len());
        into[..count].copy_from_slice(&ready[..count]);
        self.at += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    fn detected(bytes: &[u8]) -> Result<Encoding, FileError> {
        detect(&mut Cursor::new(bytes), None)
    }

    fn encoded(encoding: &'static encoding_rs::Encoding, text: &str) -> Vec<u8> {
        encoding.encode(text).0.into_owned()
    }

    #[test]
    fn the_encodings_of_japanese_files_are_told_apart() {
        let text = "ユーザID,氏名\nA1,髙橋 太郎①\n";
        assert_eq!(detected(text.as_bytes()), Ok(Encoding::Utf8));
        assert_eq!(detected(format!("\u{FEFF}{text}").as_bytes()), Ok(Encoding::Utf8));
        let shift_jis = encoded(SHIFT_JIS, text);
        assert_eq!(detected(&shift_jis), Ok(Encoding::ShiftJis));
        let mut read = String::new();
        Decoded::new(shift_jis.as_slice(), Encoding::ShiftJis).read_to_string(&mut read).unwrap();
        assert_eq!(read, format!("{text}\n"));
        let euc = encoded(EUC_JP, "ユーザID,氏名\nA1,高橋 太郎\n");
        assert_eq!(detected(&euc), Err(FileError::Ambiguous));
        assert_eq!(detect(&mut Cursor::new(euc), Some(Encoding::EucJp)), Ok(Encoding::EucJp));
        let little: Vec<u8> = "\u{FEFF}a\t氏名".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(detected(&little), Ok(Encoding::Utf16Le));
    }

    #[test]
    fn what_cannot_be_told_is_refused_and_never_guessed() {
        assert_eq!(detected(b""), Err(FileError::Empty));
        assert_eq!(detected(b"user_id,kana\nA1,\xb6\xc5\n"), Err(FileError::Ambiguous));
        assert_eq!(detect(&mut Cursor::new(b"kana\n\xb6\xc5\n"), Some(Encoding::ShiftJis)), Ok(Encoding::ShiftJis));
        assert_eq!(detected(b"name\n\x1b$B9b66\x1b(B\n"), Err(FileError::Iso2022Jp));
        assert_eq!(detected(b"a\nb\n\xff\xff\nc\n"), Err(FileError::NotText { line: 3, asked: None }));
        let cut = [b"\xef\xbb\xbfa\n".as_slice(), b"\xe9\xab"].concat();
        assert_eq!(detected(&cut), Err(FileError::NotText { line: 2, asked: Some(Encoding::Utf8) }));
    }

    #[test]
    fn a_character_across_two_chunks_is_whole() {
        let text = format!("{}髙\n", "x".repeat(CHUNK - 1));
        assert_eq!(detected(text.as_bytes()), Ok(Encoding::Utf8));
        let mut read = String::new();
        Decoded::new(text.as_bytes(), Encoding::Utf8).read_to_string(&mut read).unwrap();
        assert_eq!(read, format!("{text}\n"));
        let mut read = String::new();
        Decoded::new(b"a\r\nb\rc".as_slice(), Encoding::Utf8).read_to_string(&mut read).unwrap();
        assert_eq!(read, "a\nb\nc\n");
    }
}
