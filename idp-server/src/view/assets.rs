//! The files that pages load: embedded in the binary, named after their content, so that they may be kept forever.

use std::borrow::Cow;
use std::sync::LazyLock;

use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "assets/"]
struct Embedded;

/// Where all assets lie; the realm's stylesheet too.
pub const FOLDER: &str = "/assets/";

/// One file as it is served, with `Cache-Control: public, max-age=31536000, immutable`.
#[derive(Debug)]
pub struct Asset {
    /// The name in the source tree: `app.css`.
    pub name: String,
    /// The path it is served under: `/assets/app.0123456789abcdef.css`.
    pub path: String,
    /// Its media type.
    pub mime: String,
    /// Its `ETag`, with the quotation marks.
    pub etag: String,
    /// Its content.
    pub bytes: Cow<'static, [u8]>,
}

static ASSETS: LazyLock<Vec<Asset>> = LazyLock::new(|| {
    Embedded::iter()
        .filter_map(|name| {
            let file = Embedded::get(&name)?;
            let hash = file.metadata.sha256_hash().iter().take(8).map(|byte| format!("{byte:02x}")).collect::<String>();
            let mime = match name.rsplit('.').next() {
                Some("css") => "text/css; charset=utf-8".to_owned(),
                Some("js") => "text/javascript; charset=utf-8".to_owned(),
                Some(_) | None => file.metadata.mimetype().to_owned(),
            };
            let path = match name.rsplit_once('.') {
                Some((stem, extension)) => format!("{FOLDER}{stem}.{hash}.{extension}"),
                None => format!("{FOLDER}{name}.{hash}"),
            };
            Some(Asset { name: name.into_owned(), path, mime, etag: format!("\"{hash}\""), bytes: file.data })
        })
        .collect()
});

/// All assets.
pub fn all() -> &'static [Asset] {
    &ASSETS
}

/// The path under which the file of this name is served. A name that does not exist is answered with its plain path,
/// which the server answers with 404; a test holds that the names in the templates exist.
pub fn url(name: &str) -> Cow<'static, str> {
    match ASSETS.iter().find(|asset| asset.name == name) {
        Some(asset) => Cow::Borrowed(&asset.path),
        None => Cow::Owned(format!("{FOLDER}{name}")),
    }
}

/// The asset served under a path; `None` is a 404.
pub fn by_path(path: &str) -> Option<&'static Asset> {
    ASSETS.iter().find(|asset| asset.path == path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_leads_to_its_file_under_a_hashed_path() {
        for name in ["app.css", "app.js", "passkey.js"] {
            let path = url(name);
            let asset = by_path(&path).unwrap();

            assert_eq!(asset.name, name);
            assert_ne!(path, format!("/assets/{name}"));
            assert!(!asset.bytes.is_empty());
        }
        assert_eq!(url("app.css").split('.').count(), 3);
        assert!(by_path("/assets/app.css").is_none());
        assert!(by_path("/assets/../Cargo.toml").is_none());
    }

    #[test]
    fn stylesheet_and_script_are_small() {
        let size = |name: &str| by_path(&url(name)).unwrap().bytes.len();

        assert!(size("app.css") <= 20 * 1024);
        assert!(size("app.js") <= 8 * 1024);
        assert!(size("passkey.js") <= 8 * 1024);
    }

    #[test]
    fn media_types_are_those_browsers_insist_on() {
        assert_eq!(by_path(&url("app.css")).unwrap().mime, "text/css; charset=utf-8");
        assert_eq!(by_path(&url("app.js")).unwrap().mime, "text/javascript; charset=utf-8");
    }
}
