//! Every password, link and cookie that a test uses, so that it can be looked for where it must not be (AB-06).

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use base64::Engine;

/// The secrets used so far; clones share them.
#[derive(Debug, Clone, Default)]
pub struct Secrets(Arc<Mutex<Vec<String>>>);

impl Secrets {
    /// Remembers a secret. Short ones would be found by chance.
    pub fn add(&self, secret: &str) {
        assert!(secret.len() >= 12, "too short to look for");
        self.0.lock().expect("no test panics holding it").push(secret.to_owned());
    }

    /// Remembers what a password looks like on its way through `AUTH PLAIN`.
    pub fn add_plain(&self, user: &str, password: &str) -> String {
        let response = base64::engine::general_purpose::STANDARD.encode(format!("\0{user}\0{password}"));
        self.add(password);
        self.add(&response);
        response
    }

    /// How many are remembered.
    pub fn count(&self) -> usize {
        self.0.lock().expect("no test panics holding it").len()
    }

    /// Where any of them stands in a file below `folder`: logs, databases, configuration, spool. Mail itself is not
    /// searched: what people write to each other is theirs.
    pub fn found_below(&self, folder: &Path) -> Vec<String> {
        let secrets = self.0.lock().expect("no test panics holding it").clone();
        let mail = [folder.join("mail"), folder.join("postfix/queue")];
        let mut found = Vec::new();
        for file in files_below(folder, &mail) {
            let Ok(bytes) = std::fs::read(&file) else { continue };
            for secret in &secrets {
                if bytes.windows(secret.len()).any(|window| window == secret.as_bytes()) {
                    found.push(format!("{}: {secret}", file.display()));
                }
            }
        }
        found
    }
}

fn files_below(folder: &Path, without: &[PathBuf]) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut waiting = vec![folder.to_owned()];
    while let Some(folder) = waiting.pop() {
        for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            match entry.file_type() {
                Ok(kind) if kind.is_dir() && !without.contains(&path) => waiting.push(path),
                Ok(kind) if kind.is_file() => files.push(path),
                _ => {}
            }
        }
    }
    files
}

#[cfg(test)]
mod tests {
    use super::Secrets;

    #[test]
    fn a_secret_in_a_file_is_found_and_one_in_a_mail_is_not() {
        let folder = tempfile::tempdir().expect("folder");
        let secrets = Secrets::default();
        secrets.add("correct-horse-battery");
        std::fs::create_dir_all(folder.path().join("mail/01")).expect("folder");
        std::fs::write(folder.path().join("mail/01/x"), "correct-horse-battery").expect("file");
        assert!(secrets.found_below(folder.path()).is_empty());
        std::fs::create_dir(folder.path().join("spool")).expect("folder");
        std::fs::write(folder.path().join("spool/1"), b"\xffuser=a pass=correct-horse-battery;")
            .expect("file");
        assert_eq!(secrets.found_below(folder.path()).len(), 1);
    }
}
