//! A file system of its own for an installation, so small that it can be filled.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A mounted file system; unmounted when dropped.
#[derive(Debug)]
pub struct Volume {
    place: PathBuf,
}

const BALLAST: &str = "ballast";

impl Volume {
    /// Mounts `megabytes` of memory at a folder, which must be empty. Only root can.
    pub fn mount(place: &Path, megabytes: u32) -> Self {
        run("mount", &["-t", "tmpfs", "-o", &format!("size={megabytes}m,mode=755"), "tmpfs", text(place)]);
        Self { place: place.to_owned() }
    }

    /// Writes until nothing more fits.
    pub fn fill(&self) {
        let mut options = OpenOptions::new();
        let mut file = options.create(true).append(true).open(self.place.join(BALLAST)).expect("a file");
        for size in [64 * 1024, 4 * 1024, 1] {
            let piece = vec![b'x'; size];
            while file.write_all(&piece).is_ok() {}
        }
        assert!(
            File::create(self.place.join("more")).and_then(|mut file| file.write_all(&[b'x'; 4096])).is_err()
        );
        let _ = std::fs::remove_file(self.place.join("more")); // an empty file may have been made
    }

    /// Gives the space back.
    pub fn relieve(&self) {
        std::fs::remove_file(self.place.join(BALLAST)).expect("the ballast");
    }
}

impl Drop for Volume {
    fn drop(&mut self) {
        // Whatever still has a file open keeps it until it ends.
        let _ = Command::new("umount").args(["-l", text(&self.place)]).status();
    }
}

fn run(program: &str, words: &[&str]) {
    let output = Command::new(program).args(words).output().expect("the program runs");
    assert!(output.status.success(), "{program} {words:?}: {}", String::from_utf8_lossy(&output.stderr));
}

fn text(path: &Path) -> &str {
    path.to_str().expect("UTF-8")
}
