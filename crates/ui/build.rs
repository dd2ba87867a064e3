//! Turns `web/dist/manifest.json` into the `Asset` and `Icon` enums, so that a page can't name a file or an
//! icon that isn't there.

use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs, process};

const MANIFEST: &str = "../../web/dist/manifest.json";

fn main() {
    println!("cargo::rerun-if-changed={MANIFEST}");
    println!("cargo::rerun-if-changed=build.rs");
    let Ok(text) = fs::read_to_string(MANIFEST) else {
        println!("cargo::error=run `npm ci && npm run build` in web/ first (cargo xtask does it)");
        process::exit(1);
    };
    let manifest: serde_json::Value = serde_json::from_str(&text).expect("web/dist/manifest.json is JSON");
    let out = env::var_os("OUT_DIR").expect("cargo sets OUT_DIR");
    let files = files(&manifest);
    fs::write(Path::new(&out).join("assets.rs"), assets(&files)).expect("OUT_DIR can be written");
    fs::write(Path::new(&out).join("icons.rs"), icons(&names(&manifest))).expect("OUT_DIR can be written");
}

fn files(manifest: &serde_json::Value) -> Vec<(String, String)> {
    let files = manifest["files"].as_object().expect("manifest.json has files");
    files
        .iter()
        .map(|(logical, hashed)| {
            (logical.clone(), hashed.as_str().expect("a file's name is text").to_owned())
        })
        .collect()
}

fn names(manifest: &serde_json::Value) -> Vec<String> {
    let icons = manifest["icons"].as_array().expect("manifest.json has icons");
    icons.iter().map(|name| name.as_str().expect("an icon's name is text").to_owned()).collect()
}

/// `app.css` becomes `AppCss`, `user-plus` becomes `UserPlus`.
fn variant(name: &str) -> String {
    name.split(['-', '.'])
        .filter_map(|part| {
            let mut letters = part.chars();
            letters.next().map(|first| first.to_ascii_uppercase().to_string() + letters.as_str())
        })
        .collect()
}

fn assets(files: &[(String, String)]) -> String {
    let mut code = String::from(
        "/// A file of the built web folder.\n#[derive(Debug, Clone, Copy, PartialEq, Eq)]\npub enum Asset {\n",
    );
    let (mut all, mut file, mut path) = (String::new(), String::new(), String::new());
    for (logical, hashed) in files {
        let variant = variant(logical);
        _ = writeln!(code, "    /// `{logical}`\n    {variant},");
        _ = write!(all, "Asset::{variant}, ");
        _ = writeln!(file, "            Self::{variant} => \"{hashed}\",");
        _ = writeln!(path, "            Self::{variant} => \"/assets/{hashed}\",");
    }
    code.push_str("}\n\nimpl Asset {\n");
    _ = writeln!(code, "    /// Every asset.\n    pub const ALL: &[Self] = &[{all}];\n");
    _ = writeln!(
        code,
        "    /// Name with the hash of the content, as it lies in the folder.\n    pub const fn file(self) -> &'static str {{\n        match self {{\n{file}        }}\n    }}\n"
    );
    _ = writeln!(
        code,
        "    /// Address on every portal; changes whenever the content does.\n    pub const fn path(self) -> &'static str {{\n        match self {{\n{path}        }}\n    }}\n}}"
    );
    code
}

fn icons(names: &[String]) -> String {
    let mut code = String::from(
        "/// An icon of the sprite; add names to `web/icons.json`.\n#[derive(Debug, Clone, Copy, PartialEq, Eq)]\npub enum Icon {\n",
    );
    let (mut all, mut symbols) = (String::new(), String::new());
    for name in names {
        let variant = variant(name);
        _ = writeln!(code, "    /// `{name}`\n    {variant},");
        _ = write!(all, "Icon::{variant}, ");
        _ = write!(symbols, "\"{name}\", ");
    }
    code.push_str("}\n\nimpl Icon {\n");
    _ = writeln!(code, "    /// Every icon of the sprite.\n    pub const ALL: &[Self] = &[{all}];\n");
    _ = writeln!(
        code,
        "    /// Symbols of the sprite, in the order of the variants.\n    const SYMBOLS: &[&str] = &[{symbols}];\n"
    );
    code.push_str("    /// Name of its symbol in the sprite.\n    pub const fn name(self) -> &'static str {\n        Self::SYMBOLS[self as usize]\n    }\n}\n");
    code
}
