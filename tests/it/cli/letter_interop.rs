//! Letters on paper and for the print house: the PDF is drawn by another program (poppler) and looked at, its QR code is
//! read, and the encrypted file is opened with the key of the print house.

use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;
use std::str::FromStr;

use idp_core::letter_secret::LetterSecret;

use super::desk::{Desk, desks_with_realm};

const MEMBERS: &str = "ユーザID,氏名,生年月日,郵便番号,住所1,住所2\n\
    健-0001,健保 花子,S55.1.1,153-0061,東京都目黒区中目黒一丁目一番一号,メゾン目黒 201\n\
    A2,佐藤 次郎,1980-01-01,100-0001,東京都千代田区千代田1-1,\n";

/// A page in grey, row by row.
struct Picture {
    width: usize,
    height: usize,
    grey: Vec<u8>,
}

/// Draws a page of a PDF at 150 dots an inch.
fn draw(pdf: &Path, page: usize) -> Picture {
    let page = page.to_string();
    let output = Command::new("pdftoppm")
        .args(["-gray", "-r", "150", "-f", &page, "-l", &page])
        .arg(pdf)
        .output()
        .expect("pdftoppm draws the page: install poppler-utils");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    // PGM: three numbers after the mark, then the bytes.
    let mut parts = output.stdout.splitn(4, |byte| byte.is_ascii_whitespace());
    assert_eq!(parts.next(), Some(b"P5".as_slice()));
    let number = |part: Option<&[u8]>| String::from_utf8_lossy(part.unwrap()).parse().unwrap();
    let (width, height) = (number(parts.next()), number(parts.next()));
    let rest = parts.next().unwrap();
    let grey = rest[rest.len() - width * height..].to_vec();
    Picture { width, height, grey }
}

fn text_of(pdf: &Path) -> String {
    let output = Command::new("pdftotext").arg(pdf).arg("-").output().unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap()
}

impl Picture {
    fn qr_codes(&self) -> Vec<String> {
        let at = |x: usize, y: usize| self.grey[y * self.width + x];
        let mut prepared = rqrr::PreparedImage::prepare_from_greyscale(self.width, self.height, at);
        prepared.detect_grids().iter().map(|grid| grid.decode().unwrap().1).collect()
    }

    /// Whether anything is drawn in this part of the page, in millimetres.
    fn has_ink(&self, (left, top): (f64, f64), (right, bottom): (f64, f64)) -> bool {
        let dots = |millimetres: f64| (millimetres / 25.4 * 150.0) as usize;
        (dots(top)..dots(bottom)).any(|y| (dots(left)..dots(right)).any(|x| self.grey[y * self.width + x] < 128))
    }
}

fn with_letters(desk: &Desk) {
    desk.run("realm set display_name.ja=めぐろ健康保険組合 help_line.ja=03-0000-0000").succeeds();
    desk.has_file("members.csv", MEMBERS);
    desk.run("member import --letters-later members.csv").succeeds();
}

#[tokio::test]
async fn a_letter_is_a_page_for_a_window_envelope_whose_qr_code_holds_no_secret() {
    for desk in desks_with_realm().await {
        with_letters(&desk);
        let document = desk.json("letter print --pdf letters.pdf");
        assert_eq!((document["letters"].as_u64(), document["letters_file"].as_str()), (Some(2), Some("letters.pdf")));
        let pdf = desk.path("letters.pdf");
        assert_eq!(std::fs::metadata(&pdf).unwrap().permissions().mode() & 0o777, 0o600);

        let picture = draw(&pdf, 1);
        assert_eq!(picture.qr_codes(), ["https://mgc.id.example/login?user_id=%E5%81%A5-0001"]);
        // The window of a long envelope, and the white that has to be around it.
        assert!(picture.has_ink((22.0, 18.0), (104.0, 50.0)));
        assert!(!picture.has_ink((10.0, 55.0), (110.0, 70.0)) && !picture.has_ink((10.0, 5.0), (110.0, 15.0)));
        // Nothing runs over the edge.
        assert!(!picture.has_ink((190.0, 0.0), (209.0, 296.0)) && !picture.has_ink((0.0, 285.0), (209.0, 296.0)));

        let text = text_of(&pdf);
        for said in [
            "〒153-0061",
            "中目黒一丁目一番一号",
            "メゾン目黒",
            "健保 花子 様",
            "健-0001",
            "めぐろ健康保険組合",
            "03-0000-0000",
        ] {
            assert!(text.contains(said), "{said}: {text}");
        }
        let fonts = Command::new("pdffonts").arg(&pdf).output().unwrap();
        let fonts = String::from_utf8(fonts.stdout).unwrap();
        assert!(
            fonts.lines().skip(2).all(|line| line.contains("yes yes")),
            "embedded, and cut to what is used: {fonts}"
        );
        let words: Vec<String> = text.lines().map(|line| line.replace(' ', "")).collect();
        assert!(words.iter().any(|word| LetterSecret::parse(word).is_ok()), "{text}");
        assert!(std::fs::metadata(&pdf).unwrap().len() < 400_000);
    }
}

#[tokio::test]
async fn a_secret_is_printed_once_and_the_letter_knows_it() {
    for desk in desks_with_realm().await {
        with_letters(&desk);
        let status = || desk.json("letter status");
        assert_eq!((status()["issued"].as_u64(), status()["printed"].as_u64()), (Some(2), Some(0)));
        let batch = desk.json("letter batches")[0].clone();
        assert_eq!((batch["origin"].as_str(), batch["letters"]["issued"].as_u64()), (Some("import"), Some(2)));
        let id = batch["id"].as_str().unwrap();

        desk.run(&format!("letter print --batch {id} --csv letters.csv")).succeeds();
        assert_eq!((status()["issued"].as_u64(), status()["printed"].as_u64()), (Some(0), Some(2)));
        let rows = desk.reads("letters.csv");
        assert!(rows.contains(
            ",153-0061,東京都目黒区中目黒一丁目一番一号,メゾン目黒 201,,https://mgc.id.example/login?user_id="
        ));
        assert_eq!(desk.run("letter print --csv again.csv").succeeds(), "No letter waits to be printed.\n");
        assert_eq!(desk.run("letter print").code, 64);
        assert_eq!(desk.run("letter print --encrypt-to age1x --csv x.csv").code, 64);
        assert!(desk.run("letter print --csv letters.csv").fails().contains("is there already"));
        assert!(
            desk.run("letter print --pdf x.pdf --font missing.ttf")
                .fails()
                .starts_with("The font missing.ttf cannot be read")
        );

        let reprinted = desk.json("letter not-received a2 --pdf one.pdf");
        assert_eq!(reprinted["letters"], 1);
        assert!(desk.path("one.pdf").exists());
        let letters = desk.json("letter status a2");
        assert_eq!(
            (letters[0]["state"].as_str(), letters[1]["reason"].as_str()),
            (Some("printed"), Some("not_received"))
        );

        assert_eq!(desk.json("letter remind --days 0").as_array().map(Vec::len), Some(2));
        assert_eq!(desk.run("letter remind").succeeds(), "Everybody whose letter was printed has come.\n");
        assert_eq!(
            desk.run("letter remind --days 0 --csv remind.csv").succeeds(),
            "Members to remind: 2, in remind.csv.\n"
        );
        assert!(desk.reads("remind.csv").contains("健-0001,健保 花子,"));
        assert!(!desk.reads("remind.csv").contains(rows.lines().nth(1).unwrap().split(',').nth(2).unwrap()));
    }
}

#[tokio::test]
async fn the_file_for_the_print_house_opens_with_its_key_alone() {
    for desk in desks_with_realm().await {
        with_letters(&desk);
        let identity = age::x25519::Identity::generate();
        let command = format!("letter print --csv letters.csv.age --encrypt-to {}", identity.to_public());
        desk.run(&command).succeeds();

        let sealed = std::fs::read(desk.path("letters.csv.age")).unwrap();
        assert!(sealed.starts_with(b"age-encryption.org/v1\n"));
        let open = |identity: &age::x25519::Identity| {
            let decryptor = age::Decryptor::new(sealed.as_slice()).unwrap();
            let mut reader = decryptor.decrypt(std::iter::once(identity as &dyn age::Identity)).ok()?;
            let mut text = String::new();
            reader.read_to_string(&mut text).ok()?;
            Some(text)
        };
        assert_eq!(open(&identity).unwrap().lines().count(), 3);
        assert_eq!(open(&age::x25519::Identity::generate()), None);
        assert!(age::x25519::Recipient::from_str("age1nothing").is_err());
    }
}
