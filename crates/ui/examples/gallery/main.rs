//! Writes the gallery: whole sample pages in light and dark, and the assets beside them.
//!
//! `cargo run -p bailiwick-ui --example gallery -- FOLDER`, then serve the folder over HTTP.

mod samples;

use std::path::PathBuf;
use std::{env, fs, io};

use bailiwick_ui::page::Theme;
use bailiwick_ui::{Asset, assets};
use maud::Markup;

type Sample = fn(Theme) -> Markup;

fn main() -> io::Result<()> {
    let folder = PathBuf::from(env::args().nth(1).unwrap_or_else(|| "target/gallery".into()));
    fs::create_dir_all(folder.join("assets"))?;
    for asset in Asset::ALL {
        let response = assets::serve(asset.file(), None).expect("a listed asset");
        fs::write(folder.join("assets").join(asset.file()), response.bytes)?;
    }
    let pages: [(&str, Sample); 7] = [
        ("gallery", samples::gallery),
        ("users", samples::users),
        ("form", samples::form_page),
        ("home", samples::home),
        ("sign-in", samples::sign_in),
        ("refusal", samples::refusal),
        ("dialog", samples::open_dialog),
    ];
    for (name, page) in pages {
        for (theme, suffix) in [(Theme::Light, "light"), (Theme::Dark, "dark"), (Theme::Auto, "auto")] {
            fs::write(folder.join(format!("{name}-{suffix}.html")), page(theme).into_string())?;
        }
    }
    Ok(())
}
