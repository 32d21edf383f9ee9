//! One letter as a page: A4, folded in three, the address behind the window of a long envelope (長形3号).

use idp_core::admin::letter::IssuedLetter;
use idp_core::language::Language;
use idp_core::realm::Realm;
use krilla::Document;
use krilla::color::rgb;
use krilla::geom::{PathBuilder, Point, Rect, Size, Transform};
use krilla::image::Image;
use krilla::num::NormalizedF32;
use krilla::page::PageSettings;
use krilla::paint::{Fill, Stroke};
use krilla::surface::Surface;
use krilla::text::{Font, TextDirection};

use super::words::{Words, date};
use crate::output::Failure;

/// Points in a millimetre.
const MM: f32 = 72.0 / 25.4;
const WIDTH: f32 = 210.0;
const HEIGHT: f32 = 297.0;
const LEFT: f32 = 22.0;
const RIGHT: f32 = 188.0;
const INK: (u8, u8, u8) = (0x1a, 0x1a, 0x1a);
const GREY: (u8, u8, u8) = (0x76, 0x76, 0x76);

/// What every letter of a realm has in common.
pub(super) struct Sheet {
    realm: Realm,
    font: Font,
    logo: Option<Image>,
}

/// The address that the QR code leads to: the user id stands in it, and nothing secret.
pub(super) fn sign_in_address(origin: &str, user_id: &str) -> String {
    let kept = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    let escaped = |byte: u8| if kept(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    format!("{origin}/login?user_id={}", user_id.bytes().map(escaped).collect::<String>())
}

impl Sheet {
    pub(super) fn of(realm: &Realm, font: Font) -> Result<Self, Failure> {
        let logo = realm.settings.logo_url.as_deref().and_then(picture_of);
        let logo = logo.transpose().map_err(|reason| {
            Failure::refused(format!("The logo of the realm cannot be printed: {reason}. Use a PNG or JPEG picture."))
        })?;
        Ok(Self { realm: realm.clone(), font, logo })
    }

    /// Adds the page of one letter.
    pub(super) fn draw(&self, document: &mut Document, letter: &IssuedLetter) -> Result<(), Failure> {
        let broken = || Failure::Fault("the page cannot be drawn".to_owned());
        let settings = PageSettings::from_wh(WIDTH * MM, HEIGHT * MM).ok_or_else(broken)?;
        let mut page = document.start_page_with(settings);
        let drawn = {
            let mut pen = Pen { surface: page.surface(), font: &self.font };
            self.fill(&mut pen, letter)
        };
        page.finish();
        drawn
    }

    fn fill(&self, pen: &mut Pen<'_, '_>, letter: &IssuedLetter) -> Result<(), Failure> {
        let texts = Texts::of(&self.realm, letter);
        pen.address(letter, &texts);
        self.sender(pen, &texts);
        pen.text((LEFT, 82.0), 17.0, &texts.title);
        let body = pen.lines((LEFT, 92.0), 10.5, (RIGHT - LEFT, 6.2), &texts.lead);
        let top = body.max(108.0);
        pen.credentials(letter, &texts, top);
        pen.qr(&sign_in_address(self.realm.origin.as_str(), letter.user_id.as_str()), (148.0, top + 6.0), 34.0)?;
        pen.text((154.0, top + 45.0), 9.0, &texts.qr);
        let at = pen.lines((LEFT, top + 60.0), 8.5, (RIGHT - LEFT, 5.0), &texts.symbols);
        pen.text((LEFT, at + 6.0), 12.0, &texts.steps_title);
        let mut at = at + 14.0;
        for (number, step) in texts.steps.iter().enumerate() {
            pen.text((LEFT, at), 10.5, &format!("{}.", number + 1));
            at = pen.lines((LEFT + 7.0, at), 10.5, (RIGHT - LEFT - 7.0, 6.0), step) + 2.0;
        }
        let at = pen.lines((LEFT, at + 4.0), 9.5, (RIGHT - LEFT, 5.5), &texts.care);
        pen.lines((LEFT, (at + 6.0).max(268.0)), 9.5, (RIGHT - LEFT, 5.5), &texts.help);
        pen.fold_marks();
        Ok(())
    }

    fn sender(&self, pen: &mut Pen<'_, '_>, texts: &Texts) {
        if let Some(logo) = &self.logo {
            let (width, height) = logo.size();
            let scale = (36.0 / width.max(1) as f32).min(16.0 / height.max(1) as f32);
            let size = Size::from_wh(width as f32 * scale * MM, height as f32 * scale * MM);
            if let Some(size) = size {
                let place = Transform::from_translate(RIGHT * MM - size.width(), 14.0 * MM);
                pen.surface.push_transform(&place);
                pen.surface.draw_image(logo.clone(), size);
                pen.surface.pop();
            }
        }
        for (line, text) in [&texts.sender, &texts.issued].into_iter().enumerate() {
            let width = width_of(text, 10.0) / MM;
            pen.text(((RIGHT - width).max(112.0), 38.0 + line as f32 * 6.0), 10.0, text);
        }
    }
}

/// The words of one letter with its values in them.
struct Texts {
    title: String,
    lead: String,
    honorific: String,
    issued: String,
    sender: String,
    user_id: String,
    secret: String,
    expires: String,
    qr: String,
    symbols: String,
    steps_title: String,
    steps: Vec<String>,
    care: String,
    help: String,
}

impl Texts {
    fn of(realm: &Realm, letter: &IssuedLetter) -> Self {
        let language: Language = letter.language;
        let words = Words::of(realm, language);
        let settings = &realm.settings;
        let expires = date(language, &letter.expires_at.date_in_japan().to_string());
        let issued = date(language, &letter.issued_at.date_in_japan().to_string());
        let values = [
            ("society", settings.display_name.in_language(language)),
            ("expires", expires.as_str()),
            ("issued", issued.as_str()),
            ("address", realm.origin.as_str()),
        ];
        let say = |key: &str| words.say(key, &values);
        let help = [settings.help_line.in_language(language), settings.help_hours.in_language(language)];
        let help: Vec<&str> = help.into_iter().filter(|text| !text.is_empty()).collect();
        Self {
            title: say("letter-title"),
            lead: say("letter-lead"),
            honorific: say("letter-honorific"),
            issued: say("letter-issued"),
            sender: say("letter-sender"),
            user_id: say("letter-user-id"),
            secret: say("letter-secret"),
            expires: say("letter-expires"),
            qr: say("letter-qr"),
            symbols: say("letter-symbols"),
            steps_title: say("letter-steps"),
            steps: ["letter-step-1", "letter-step-2", "letter-step-3"].into_iter().map(say).collect(),
            care: say("letter-care"),
            help: if help.is_empty() { String::new() } else { format!("{}  {}", say("letter-help"), help.join("  ")) },
        }
    }
}

/// Draws in millimetres from the upper left corner.
struct Pen<'s, 'f> {
    surface: Surface<'s>,
    font: &'f Font,
}

impl Pen<'_, '_> {
    fn ink(&mut self, (red, green, blue): (u8, u8, u8)) {
        let paint = rgb::Color::new(red, green, blue).into();
        self.surface.set_fill(Some(Fill { paint, opacity: NormalizedF32::ONE, rule: Default::default() }));
        self.surface.set_stroke(None);
    }

    fn text(&mut self, (x, y): (f32, f32), size: f32, text: &str) {
        self.ink(INK);
        let place = Point::from_xy(x * MM, y * MM);
        self.surface.draw_text(place, self.font.clone(), size, text, false, TextDirection::Auto);
    }

    /// A text over several lines; answers where the next line would be.
    fn lines(&mut self, (x, y): (f32, f32), size: f32, (width, step): (f32, f32), text: &str) -> f32 {
        let mut at = y;
        for line in broken_into(text, size, width * MM) {
            self.text((x, at), size, &line);
            at += step;
        }
        at
    }

    fn address(&mut self, letter: &IssuedLetter, texts: &Texts) {
        let mut at = 22.0;
        if let Some(postal_code) = &letter.address.postal_code {
            self.text((LEFT, at), 10.0, &format!("〒{postal_code}"));
            at += 6.0;
        }
        for line in &letter.address.lines {
            at = self.lines((LEFT, at), 10.0, (82.0, 5.2), line);
        }
        let name = letter.name.full().unwrap_or_else(|| letter.user_id.to_string());
        self.lines((LEFT, at + 3.0), 13.0, (82.0, 6.5), &format!("{name}{}", texts.honorific));
    }

    fn credentials(&mut self, letter: &IssuedLetter, texts: &Texts, top: f32) {
        self.frame((LEFT, top), (RIGHT - LEFT, 52.0));
        self.text((LEFT + 6.0, top + 9.0), 9.5, &texts.user_id);
        self.text((LEFT + 6.0, top + 17.0), 16.0, letter.user_id.as_str());
        self.text((LEFT + 6.0, top + 27.0), 9.5, &texts.secret);
        let secret = letter.secret.grouped();
        // Each symbol in a place of its own, so that no two run together.
        for (at, symbol) in secret.chars().enumerate() {
            let x = LEFT + 6.0 + at as f32 * 5.9;
            self.text((x, top + 37.0), 20.0, symbol.encode_utf8(&mut [0; 4]));
        }
        self.text((LEFT + 6.0, top + 46.0), 9.5, &texts.expires);
    }

    fn frame(&mut self, (x, y): (f32, f32), (width, height): (f32, f32)) {
        let Some(rect) = Rect::from_xywh(x * MM, y * MM, width * MM, height * MM) else { return };
        let mut path = PathBuilder::new();
        path.push_rect(rect);
        self.stroke(path);
    }

    /// Where the sheet is folded for the envelope.
    fn fold_marks(&mut self) {
        for y in [99.0, 198.0] {
            let mut path = PathBuilder::new();
            path.move_to(4.0 * MM, y * MM);
            path.line_to(9.0 * MM, y * MM);
            self.stroke(path);
        }
    }

    fn stroke(&mut self, path: PathBuilder) {
        let Some(path) = path.finish() else { return };
        let (red, green, blue) = GREY;
        self.surface.set_fill(None);
        self.surface.set_stroke(Some(Stroke {
            paint: rgb::Color::new(red, green, blue).into(),
            width: 0.7,
            ..Stroke::default()
        }));
        self.surface.draw_path(&path);
        self.surface.set_stroke(None);
    }

    /// A QR code (ISO/IEC 18004) in a square of `side` millimetres; the quiet zone is the white around it.
    fn qr(&mut self, text: &str, (x, y): (f32, f32), side: f32) -> Result<(), Failure> {
        let code = qrcode::QrCode::with_error_correction_level(text, qrcode::EcLevel::M)
            .map_err(|error| Failure::Fault(format!("the QR code cannot be made: {error}")))?;
        let modules = code.width();
        let module = side * MM / modules as f32;
        let mut path = PathBuilder::new();
        for (at, colour) in code.to_colors().into_iter().enumerate() {
            let place = |step: usize, from: f32| from * MM + step as f32 * module;
            let rect = Rect::from_xywh(place(at % modules, x), place(at / modules, y), module, module);
            if let (qrcode::Color::Dark, Some(rect)) = (colour, rect) {
                path.push_rect(rect);
            }
        }
        self.ink((0, 0, 0));
        if let Some(path) = path.finish() {
            self.surface.draw_path(&path);
        }
        Ok(())
    }
}

/// The picture in a `data:` URL; a path leads to the server's own files, which are not here.
fn picture_of(url: &str) -> Option<Result<Image, String>> {
    use base64::Engine;

    let (kind, body) = url.strip_prefix("data:")?.split_once(";base64,")?;
    let bytes = base64::engine::general_purpose::STANDARD.decode(body).map_err(|error| error.to_string());
    Some(bytes.and_then(|bytes| match kind {
        "image/png" => Image::from_png(bytes.into(), true),
        "image/jpeg" => Image::from_jpeg(bytes.into(), true),
        other => Err(format!("{other} is not known")),
    }))
}

/// About how wide a text is, in points.
fn width_of(text: &str, size: f32) -> f32 {
    text.chars().map(|c| if c.is_ascii() || ('\u{FF61}'..='\u{FF9F}').contains(&c) { 0.56 } else { 1.0 }).sum::<f32>()
        * size
}

/// Lines that fit. Latin words stay whole, and no line begins with a mark that closes (JIS X 4051).
fn broken_into(text: &str, size: f32, width: f32) -> Vec<String> {
    let mut lines = Vec::new();
    for paragraph in text.split('\n') {
        let mut line = String::new();
        for word in words_of(paragraph) {
            let closes = word.starts_with(['、', '。', '」', '）', '・', 'ー', ',', '.']);
            if !line.is_empty() && !closes && width_of(&line, size) + width_of(word.trim_end(), size) > width {
                lines.push(std::mem::take(&mut line).trim_end().to_owned());
            }
            line.push_str(if line.is_empty() { word.trim_start() } else { &word });
        }
        lines.push(line.trim_end().to_owned());
    }
    lines
}

/// Latin words with the space after them, and every other character alone.
fn words_of(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut is_open = false;
    for c in text.chars() {
        let is_latin = c.is_ascii() && c != ' ';
        match words.last_mut().filter(|_| is_open && (is_latin || c == ' ')) {
            Some(word) => word.push(c),
            None => words.push(c.to_string()),
        }
        is_open = is_latin;
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_of_the_qr_code_carries_the_user_id_alone() {
        assert_eq!(
            sign_in_address("https://mgc.id.example", "健-1 a"),
            "https://mgc.id.example/login?user_id=%E5%81%A5-1%20a"
        );
    }

    #[test]
    fn lines_keep_words_whole_and_begin_with_no_closing_mark() {
        assert_eq!(broken_into("one two three", 10.0, 45.0), ["one two", "three"]);
        assert_eq!(broken_into("あいうえ。お", 10.0, 40.0), ["あいうえ。", "お"]);
        assert_eq!(broken_into("a\nb", 10.0, 40.0), ["a", "b"]);
    }
}
