//! The colour of a realm, made readable.
//!
//! An operator gives one colour; text and buttons need a contrast of 4.5:1 (WCAG 2.2, success criterion 1.4.3), so it is
//! darkened for light pages and lightened for dark ones until it has that. It reaches the page as a stylesheet of its
//! own, since the content security policy allows no style in the page itself.

use std::fmt;

/// The least contrast between text and what it stands on (WCAG 2.2 §1.4.3).
pub const LEAST_CONTRAST: f64 = 4.5;

/// What dark pages are painted on.
const DARK_PAPER: Colour = Colour { red: 0x1f, green: 0x21, blue: 0x27 };

const WHITE: Colour = Colour { red: 0xff, green: 0xff, blue: 0xff };
const BLACK: Colour = Colour { red: 0, green: 0, blue: 0 };

/// An opaque sRGB colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Colour {
    red: u8,
    green: u8,
    blue: u8,
}

impl Default for Colour {
    /// The primary colour of the Digital Agency's design system, `#0017c1`.
    fn default() -> Self {
        Self { red: 0x00, green: 0x17, blue: 0xc1 }
    }
}

impl fmt::Display for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{:02x}{:02x}{:02x}", self.red, self.green, self.blue)
    }
}

impl Colour {
    /// Reads `#rrggbb` or `#rgb`, in either case; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.trim().strip_prefix('#')?;
        if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }

        let number = u32::from_str_radix(digits, 16).ok()?;
        let [_, red, green, blue] = match digits.len() {
            6 => number.to_be_bytes(),
            3 => {
                let nibble = |shift: u32| u8::try_from((number >> shift) & 0xf).unwrap_or(0) * 0x11;
                [0, nibble(8), nibble(4), nibble(0)]
            }
            _ => return None,
        };
        Some(Self { red, green, blue })
    }

    /// The contrast to another colour, from 1 to 21 (WCAG 2.2, “contrast ratio”).
    pub fn contrast(self, other: Self) -> f64 {
        let (one, two) = (self.luminance(), other.luminance());

        (one.max(two) + 0.05) / (one.min(two) + 0.05)
    }

    /// This colour, or the lightest darker one that can be read on white and under white text.
    #[must_use]
    pub fn on_light(self) -> Self {
        self.towards(BLACK, WHITE)
    }

    /// This colour, or the darkest lighter one that can be read on a dark page and under black text.
    #[must_use]
    pub fn on_dark(self) -> Self {
        self.towards(WHITE, DARK_PAPER)
    }

    fn towards(self, end: Self, paper: Self) -> Self {
        (0..=100)
            .map(|share| self.mixed(end, share))
            .find(|colour| colour.contrast(paper) >= LEAST_CONTRAST)
            .unwrap_or(end)
    }

    /// This colour with `share` percent of another.
    fn mixed(self, other: Self, share: u16) -> Self {
        let mix = |one: u8, two: u8| {
            u8::try_from((u16::from(one) * (100 - share) + u16::from(two) * share) / 100).unwrap_or(u8::MAX)
        };

        Self { red: mix(self.red, other.red), green: mix(self.green, other.green), blue: mix(self.blue, other.blue) }
    }

    /// WCAG 2.2, “relative luminance”.
    fn luminance(self) -> f64 {
        let linear = |channel: u8| {
            let channel = f64::from(channel) / 255.0;
            if channel <= 0.04045 { channel / 12.92 } else { ((channel + 0.055) / 1.055).powf(2.4) }
        };

        0.2126 * linear(self.red) + 0.7152 * linear(self.green) + 0.0722 * linear(self.blue)
    }

    /// The realm's stylesheet: the custom properties of `app.css` that depend on the colour, for light and dark pages.
    pub fn stylesheet(self) -> String {
        let (light, dark) = (self.on_light(), self.on_dark());
        let properties = |primary: Self, strong: Self, soft: Self| {
            format!("--primary:{primary};--primary-strong:{strong};--primary-soft:{soft}")
        };

        format!(
            ":root{{{}}}@media (prefers-color-scheme:dark){{:root{{{}}}}}\n",
            properties(light, light.mixed(BLACK, 25), light.mixed(WHITE, 92)),
            properties(dark, dark.mixed(WHITE, 30), dark.mixed(DARK_PAPER, 84)),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn colour(text: &str) -> Colour {
        Colour::parse(text).unwrap()
    }

    #[test]
    fn a_colour_is_read_in_both_lengths() {
        assert_eq!(colour("#0017C1"), Colour::default());
        assert_eq!(colour("#fa0").to_string(), "#ffaa00");
        for wrong in ["", "#", "red", "0017c1", "#0017c", "#+017c1", "#0017c1;", "＃0017c1"] {
            assert_eq!(Colour::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn contrast_is_that_of_the_standard() {
        assert!((WHITE.contrast(BLACK) - 21.0).abs() < 0.001);
        assert!((colour("#767676").contrast(WHITE) - 4.54).abs() < 0.01);
    }

    #[test]
    fn every_colour_becomes_readable_on_light_and_dark() {
        let steps = [0x00_u8, 0x33, 0x66, 0x99, 0xcc, 0xff];
        for red in steps {
            for green in steps {
                for blue in steps {
                    let given = Colour { red, green, blue };
                    assert!(given.on_light().contrast(WHITE) >= LEAST_CONTRAST, "{given}");
                    assert!(given.on_dark().contrast(DARK_PAPER) >= LEAST_CONTRAST, "{given}");
                    assert!(given.on_dark().contrast(BLACK) >= LEAST_CONTRAST, "{given}");
                }
            }
        }
    }

    #[test]
    fn a_readable_colour_stays_as_it_is() {
        assert_eq!(Colour::default().on_light(), Colour::default());
    }
}
