//! `cargo xtask check`: what must hold for every commit, besides the tests. `generate` writes what is generated.

use std::fs;
use std::path::{Path, PathBuf};

use crate::failure::{Failure, While};
use crate::{node, progress, workspace};

/// Files that a program prints: the path in the checkout, and cargo's arguments for it. They are committed, and
/// stale ones fail the check.
const GENERATED: &[(&str, &[&str])] = &[
    ("docs/authz-matrix.txt", &["run", "--quiet", "--package", "bailiwick-server", "--", "matrix"]),
    ("docs/openapi.json", &["run", "--quiet", "--package", "bailiwick-server", "--", "openapi"]),
];

/// Says whether all is well, having told what is not.
type Check = fn() -> Result<bool, Failure>;

const CHECKS: [(&str, Check); 4] =
    [("Format", format), ("Lints", lints), ("Generated files", generated), ("Words", words)];

/// Folders that hold nothing of ours.
const FOREIGN: [&str; 5] = ["target", "node_modules", "dist", ".git", "artefacts"];
/// Kinds of files that are read for words.
const TEXTS: [&str; 14] =
    ["rs", "toml", "md", "sql", "css", "js", "mjs", "ts", "ftl", "html", "sh", "lua", "yml", "txt"];
/// Larger files are data, not text that somebody wrote.
const LARGEST: u64 = 1024 * 1024;

/// Runs everything and tells every problem, not only the first.
pub(crate) fn run() -> Result<(), Failure> {
    node::build_web()?;
    let mut bad = Vec::new();
    for (title, check) in CHECKS {
        let step = progress::step(title);
        if !check()? {
            bad.push(title);
        }
        step.done();
    }
    if bad.is_empty() {
        println!("\nEverything is in order.");
        Ok(())
    } else {
        Err(Failure::new(format!("Not in order: {}.", bad.join(", "))))
    }
}

fn format() -> Result<bool, Failure> {
    let status = workspace::cargo().args(["fmt", "--all", "--", "--check"]).status().or_fail("cargo fmt")?;
    Ok(status.success())
}

fn lints() -> Result<bool, Failure> {
    let mut clippy = workspace::cargo();
    clippy.args(["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]);
    Ok(clippy.status().or_fail("cargo clippy")?.success())
}

fn generated() -> Result<bool, Failure> {
    let mut fresh = true;
    for (path, arguments) in GENERATED {
        let committed = fs::read(workspace::folder().join(path)).unwrap_or_default();
        if committed != printed(arguments)? {
            println!("  {path} is stale: run `cargo xtask generate` and commit it.");
            fresh = false;
        }
    }
    Ok(fresh)
}

/// Writes the generated files.
pub(crate) fn generate() -> Result<(), Failure> {
    for (path, arguments) in GENERATED {
        let file = workspace::folder().join(path);
        fs::write(&file, printed(arguments)?).or_fail(file.display())?;
        println!("  {path}");
    }
    Ok(())
}

fn printed(arguments: &[&str]) -> Result<Vec<u8>, Failure> {
    let output = workspace::cargo().args(arguments).output().or_fail("cargo")?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(Failure::new(format!("{said}\n`cargo {}` failed.", arguments.join(" "))))
}

/// What must not be committed and why. Written in two halves, so that this file does not find itself.
const FORBIDDEN: [(&str, &str); 9] = [
    (concat!("todo", "!("), "unfinished code"),
    (concat!("unimplemented", "!("), "unfinished code"),
    (concat!("dbg", "!("), "left from debugging"),
    (concat!("FIX", "ME"), "do it, or leave it"),
    (concat!("#[al", "low("), "say #[expect(.., reason = \"..\")]"),
    (concat!("<<<<", "<<< "), "an unfinished merge"),
    (concat!(">>>>", ">>> "), "an unfinished merge"),
    (concat!("\"/ho", "me/"), "somebody's own path"),
    (concat!("\"/ro", "ot/"), "somebody's own path"),
];

fn words() -> Result<bool, Failure> {
    let mut clean = true;
    let root = workspace::folder();
    for file in texts(&root)? {
        let text = fs::read_to_string(&file).or_fail(file.display())?;
        for (line, word, why) in found(&text) {
            let path = file.strip_prefix(&root).unwrap_or(&file).display();
            println!("  {path}:{line}: {word} ({why})");
            clean = false;
        }
    }
    Ok(clean)
}

/// Line numbers from 1.
fn found(text: &str) -> Vec<(usize, &'static str, &'static str)> {
    let lines = text.lines().enumerate();
    let hits = |(number, line): (usize, &str)| {
        let forbidden = FORBIDDEN.iter().filter(|(word, _)| line.contains(word));
        forbidden.map(|&(word, why)| (number + 1, word, why)).collect::<Vec<_>>()
    };
    lines.flat_map(hits).collect()
}

fn texts(root: &Path) -> Result<Vec<PathBuf>, Failure> {
    let mut files = Vec::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).or_fail(folder.display())? {
            let entry = entry.or_fail(folder.display())?;
            let (path, data) = (entry.path(), entry.metadata().or_fail(folder.display())?);
            let name = entry.file_name();
            if data.is_dir() && !FOREIGN.iter().any(|foreign| name == *foreign) {
                folders.push(path);
            } else if data.is_file() && data.len() <= LARGEST && is_text(&path) {
                files.push(path);
            }
        }
    }
    files.sort();
    Ok(files)
}

fn is_text(path: &Path) -> bool {
    path.extension().is_some_and(|extension| TEXTS.iter().any(|text| extension == *text))
}

#[cfg(test)]
mod tests {
    use super::{FORBIDDEN, found, texts};
    use crate::workspace::scratch::Scratch;

    #[test]
    fn a_forbidden_word_is_found_with_its_line() {
        for (word, why) in FORBIDDEN {
            assert_eq!(found(&format!("fine\nx {word} y\n")), [(2, word, why)]);
        }
        assert!(found("// what is to do; see /home and #[expect(unused, reason = \"x\")]").is_empty());
        assert!(found(include_str!("check.rs")).is_empty());
    }

    #[test]
    fn only_texts_of_ours_are_read() {
        let scratch = Scratch::new();
        let ours = scratch.write("crates/a/src/lib.rs", "");
        for foreign in ["web/node_modules/a/b.js", "target/x.rs", "logo.png", ".git/config.md"] {
            scratch.write(foreign, "");
        }
        assert_eq!(texts(&scratch.0).unwrap(), [ours]);
    }
}
