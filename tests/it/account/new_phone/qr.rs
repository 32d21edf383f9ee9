//! Reads a QR code off an SVG: draws its dark rectangles, and looks at the picture as a camera does.

/// Pixels of the picture for one unit of the drawing.
const SCALE: usize = 2;

/// What the code says.
pub(super) fn says(svg: &str) -> String {
    let (width, height) = (number_after(svg, "width=\""), number_after(svg, "height=\""));
    let (width, height) = (width * SCALE, height * SCALE);
    let mut dark = vec![false; width * height];
    // The last path draws the dark rectangles: `M x y h w v h H x V y`.
    let path = svg.rsplit_once("d=\"").unwrap().1.split('"').next().unwrap();
    for rectangle in path.split('M').skip(1) {
        let numbers: Vec<usize> = rectangle
            .split(|letter: char| !letter.is_ascii_digit())
            .filter_map(|number| number.parse::<usize>().ok())
            .map(|number| number * SCALE)
            .collect();
        let [left, top, wide, high, ..] = numbers[..] else { panic!("no rectangle: {rectangle}") };
        for row in top..top + high {
            dark[row * width + left..row * width + left + wide].fill(true);
        }
    }
    let mut camera =
        rqrr::PreparedImage::prepare_from_greyscale(width, height, |x, y| if dark[y * width + x] { 0 } else { 255 });
    let grids = camera.detect_grids();
    assert_eq!(grids.len(), 1, "the camera sees {} codes", grids.len());
    grids[0].decode().unwrap().1
}

fn number_after(text: &str, before: &str) -> usize {
    let rest = text.split_once(before).unwrap().1;
    rest.split(|letter: char| !letter.is_ascii_digit()).next().unwrap().parse().unwrap()
}
