//! The built web folder, embedded: stylesheet, scripts, icon sprite and marks.
//!
//! Names carry the hash of the content, so an answer may be cached for ever. Only names that the manifest lists
//! are served; anything else is unknown, whatever lies in the folder.

use std::borrow::Cow;

include!(concat!(env!("OUT_DIR"), "/assets.rs"));

#[derive(rust_embed::Embed)]
#[folder = "../../web/dist"]
struct Files;

/// Where assets lie on every portal.
pub const PREFIX: &str = "/assets/";

/// One asset as it goes out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssetResponse {
    /// The body, compressed as `encoding` says.
    pub bytes: Cow<'static, [u8]>,
    /// `Content-Type`.
    pub content_type: &'static str,
    /// `Content-Encoding`, if compressed. Send `Vary: Accept-Encoding` in any case.
    pub encoding: Option<&'static str>,
    /// Whether `Cache-Control: public, max-age=31536000, immutable` may be sent.
    pub immutable: bool,
}

/// Address of an asset, with the hash of its content: `/assets/app.4ef02ec146be.css`.
pub const fn asset_path(asset: Asset) -> &'static str {
    asset.path()
}

/// The asset of this hashed name, in the best coding that the `Accept-Encoding` header allows.
pub fn serve(name: &str, accept_encoding: Option<&str>) -> Option<AssetResponse> {
    let asset = Asset::ALL.iter().find(|asset| asset.file() == name)?;
    let accepted = accept_encoding.unwrap_or_default();
    let compressed = [("br", "br"), ("gzip", "gz")]
        .into_iter()
        .filter(|(coding, _)| accepts(accepted, coding))
        .find_map(|(coding, suffix)| Some((coding, Files::get(&format!("{}.{suffix}", asset.file()))?)));
    let (encoding, file) = match compressed {
        Some((coding, file)) => (Some(coding), file),
        None => (None, Files::get(asset.file())?),
    };
    Some(AssetResponse { bytes: file.data, content_type: content_type(name), encoding, immutable: true })
}

/// Whether an `Accept-Encoding` header names the coding without `q=0` (RFC 9110, 12.5.3). A bare `*` is not
/// taken as leave to compress.
fn accepts(header: &str, coding: &str) -> bool {
    header.split(',').any(|entry| {
        let mut parts = entry.split(';').map(str::trim);
        parts.next().is_some_and(|name| name.eq_ignore_ascii_case(coding)) && !parts.any(is_zero_quality)
    })
}

fn is_zero_quality(parameter: &str) -> bool {
    parameter
        .split_once('=')
        .filter(|(name, _)| name.trim().eq_ignore_ascii_case("q"))
        .is_some_and(|(_, value)| value.trim().parse::<f32>().is_ok_and(|quality| quality <= 0.0))
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit_once('.').map_or("", |(_, extension)| extension) {
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_asset_of_the_manifest_is_served_plain_and_compressed() {
        for asset in Asset::ALL {
            let plain = serve(asset.file(), None).expect("a listed asset");
            assert_eq!(plain.encoding, None, "{asset:?}");
            assert!(plain.immutable && !plain.bytes.is_empty(), "{asset:?}");
            assert_ne!(plain.content_type, "application/octet-stream", "{asset:?}");
            if plain.content_type == "image/png" {
                continue;
            }
            for coding in ["br", "gzip"] {
                let small = serve(asset.file(), Some(coding)).expect("a listed asset");
                assert_eq!(small.encoding, Some(coding), "{asset:?}");
                assert_ne!(small.bytes, plain.bytes, "{asset:?}");
            }
        }
    }

    #[test]
    fn only_hashed_names_of_the_manifest_are_known() {
        let compressed = format!("{}.br", Asset::AppCss.file());
        for name in
            ["", "manifest.json", "app.css", "../web/package.json", "/etc/passwd", compressed.as_str()]
        {
            assert_eq!(serve(name, Some("br")), None, "{name}");
        }
    }

    #[test]
    fn brotli_is_preferred_and_a_refused_coding_is_not_sent() {
        let coding = |header| serve(Asset::AppCss.file(), Some(header)).expect("a listed asset").encoding;
        assert_eq!(coding("gzip, deflate, br, zstd"), Some("br"));
        assert_eq!(coding("gzip;q=1.0, br;q=0"), Some("gzip"));
        assert_eq!(coding("BR ; Q=0.5"), Some("br"));
        assert_eq!(coding("identity, broccoli"), None);
        assert_eq!(coding("br;q=0.0, gzip; q=0"), None);
    }

    proptest::proptest! {
        #[test]
        fn any_header_and_any_name_is_answered_without_panic(name in ".*", header in ".*") {
            assert_eq!(serve(&name, Some(&header)), None);
            assert!(serve(Asset::AppCss.file(), Some(&header)).is_some());
        }
    }
}
