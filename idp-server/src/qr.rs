//! QR codes: as SVG to scan from the screen, as PNG to save.

use axum::http::header;
use axum::response::{IntoResponse, Response};
use qrcode::render::svg;
use qrcode::{Color, EcLevel, QrCode};

/// White modules around the code (ISO/IEC 18004 §6.3.8).
const QUIET: usize = 4;
/// Pixels a module has in the PNG.
const SCALE: usize = 8;

/// The code that says this text; `None` when it is too long for one.
pub fn code_of(text: &str) -> Option<QrCode> {
    QrCode::with_error_correction_level(text.as_bytes(), EcLevel::M).ok()
}

/// An answer with the code as SVG.
pub fn svg(code: &QrCode) -> Response {
    let image = code.render::<svg::Color<'_>>().min_dimensions(240, 240).quiet_zone(true).build();
    ([(header::CONTENT_TYPE, "image/svg+xml")], image).into_response()
}

/// The code as PNG.
pub fn png(code: &QrCode) -> Option<Vec<u8>> {
    let width = code.width();
    let side = (width + 2 * QUIET) * SCALE;
    let mut pixels = vec![255_u8; side * side];
    for (index, colour) in code.to_colors().into_iter().enumerate() {
        if colour == Color::Dark {
            let (x, y) = ((index % width + QUIET) * SCALE, (index / width + QUIET) * SCALE);
            for row in y..y + SCALE {
                pixels[row * side + x..row * side + x + SCALE].fill(0);
            }
        }
    }
    let side = u32::try_from(side).ok()?;
    let mut image = Vec::new();
    let mut encoder = png::Encoder::new(&mut image, side, side);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.write_header().ok()?.write_image_data(&pixels).ok()?;
    Some(image)
}
