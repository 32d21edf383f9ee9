//! The parsers of tests/fuzz on the stable toolchain: every file of the corpus, and so many mutations of it, the same in
//! every run. `SEKISHO_FUZZ_SECONDS` makes it go on for that long on each, with other mutations each time (tests/fuzz/run).

#[path = "../fuzz/parsers.rs"]
mod parsers;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use parsers::{TARGETS, Target};

/// Mutations of each parser's corpus in the test command.
const BOUNDED: usize = 4_000;
/// The longest input that is made.
const LONGEST: usize = 4_096;
/// Pieces that parsers look for.
const PIECES: [&[u8]; 24] = [
    b"%00",
    b"%",
    b"&",
    b"=",
    b"..",
    b".",
    b"\n",
    b"\"",
    b"\\",
    b"{",
    b"}",
    b"[",
    b"null",
    b"https://",
    b"@",
    b":",
    b"#",
    b"\xff",
    b"\xe3\x80\x80",
    b"\xef\xbc\x90",
    b"e30",
    b"-1",
    b"9999999999999999999",
    b"\r\n",
];

/// SplitMix64: the same numbers everywhere.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, limit: usize) -> usize {
        let limit = u64::try_from(limit.max(1)).unwrap();
        usize::try_from(self.next() % limit).unwrap()
    }
}

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(name)
}

fn corpus(name: &str) -> Vec<Vec<u8>> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder(name)).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files.iter().map(|file| std::fs::read(file).unwrap()).collect()
}

/// One to four small changes: a bit, a byte, a piece put in, a part left out, said twice, or taken from another file.
fn mutated(corpus: &[Vec<u8>], numbers: &mut Numbers) -> Vec<u8> {
    let mut bytes = corpus[numbers.below(corpus.len())].clone();
    for _ in 0..=numbers.below(4) {
        let at = numbers.below(bytes.len() + 1);
        let end = (at + numbers.below(16)).min(bytes.len());
        match numbers.below(7) {
            0 if at < bytes.len() => bytes[at] ^= 1 << numbers.below(8),
            1 if at < bytes.len() => bytes[at] = u8::try_from(numbers.below(256)).unwrap(),
            2 => drop(bytes.splice(at..at, PIECES[numbers.below(PIECES.len())].iter().copied())),
            3 => drop(bytes.drain(at..end)),
            4 => {
                let part = bytes[at..end].to_vec();
                bytes.splice(at..at, part);
            }
            5 => {
                let other = &corpus[numbers.below(corpus.len())];
                let from = numbers.below(other.len() + 1);
                bytes.truncate(at);
                bytes.extend_from_slice(&other[from..]);
            }
            _ => bytes.truncate(at),
        }
        bytes.truncate(LONGEST);
    }
    bytes
}

/// Runs the parser; what breaks it is told so that it can be put into the corpus.
fn holds((name, parser): Target, bytes: &[u8]) {
    if catch_unwind(AssertUnwindSafe(|| parser(bytes))).is_err() {
        let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        panic!("{name} does not hold for {:?} (hexadecimal: {hex})", String::from_utf8_lossy(bytes));
    }
}

fn run(target: Target) {
    let (files, mut numbers) = (corpus(target.0), Numbers(0));
    assert!(files.len() > 2, "{} has no corpus", target.0);
    for bytes in &files {
        holds(target, bytes);
    }
    #[expect(clippy::disallowed_methods, reason = "how long it goes on is told by the command that runs it")]
    let seconds = std::env::var("SEKISHO_FUZZ_SECONDS").ok().and_then(|text| text.parse().ok());
    let Some(seconds) = seconds.map(Duration::from_secs) else {
        for _ in 0..BOUNDED {
            holds(target, &mutated(&files, &mut numbers));
        }
        return;
    };
    let (since, mut rounds) = (Instant::now(), 0_u64);
    numbers.0 = u64::from(std::process::id()) << 32;
    while since.elapsed() < seconds {
        for _ in 0..1_000 {
            holds(target, &mutated(&files, &mut numbers));
        }
        rounds += 1;
    }
    println!("{}: {rounds},000 inputs in {} seconds", target.0, seconds.as_secs());
}

#[test]
fn every_parser_holds_on_its_corpus_and_on_what_becomes_of_it() {
    for target in TARGETS {
        run(target);
    }
}

#[test]
fn every_parser_has_a_folder_and_a_target_of_its_own() {
    let fuzz = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz");
    let names: Vec<&str> = TARGETS.iter().map(|(name, _)| *name).collect();
    assert!(names.is_sorted(), "{names:?}");
    let manifest = std::fs::read_to_string(fuzz.join("Cargo.toml")).unwrap();
    let named = manifest.lines().filter_map(|line| line.strip_prefix("path = \"fuzz_targets/"));
    let named: Vec<&str> = named.map(|rest| rest.trim_end_matches(".rs\"")).collect();
    assert_eq!(named, names);
    for name in names {
        let target = std::fs::read_to_string(fuzz.join(format!("fuzz_targets/{name}.rs"))).unwrap();
        assert!(target.contains("parsers::"), "{name}");
        assert!(folder(name).is_dir(), "{name}");
    }
}
