//! Hands a checkpoint to where it is kept: a directory, a command, or both.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::process::Command;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use crate::settings::KeptCheckpoints;

/// The directory and the command have so long each.
const KEEPING: Duration = Duration::from_secs(10);

/// Keeps checkpoints elsewhere.
#[derive(Debug)]
pub(in crate::audit) struct Keeper {
    kept: KeptCheckpoints,
    /// Only one file is written at a time: a directory that hangs does not pile up threads.
    writing: Arc<Semaphore>,
}

impl Keeper {
    pub(in crate::audit) fn new(kept: KeptCheckpoints) -> Self {
        Self { kept, writing: Arc::new(Semaphore::new(1)) }
    }

    /// Keeps a document under a name that sorts by time. Done when everything that was configured has it; the error
    /// says what did not.
    pub(super) async fn keep(&self, name: &str, document: &str) -> Result<(), String> {
        if let Some(directory) = &self.kept.directory {
            self.write(directory, name, document)
                .await
                .map_err(|why| format!("{}: {why}", directory.display()))?;
        }
        if let Some(command) = &self.kept.command {
            let program = command.first().map_or("", String::as_str);
            match timeout(KEEPING, run(command, name, document)).await {
                Ok(ran) => ran.map_err(|why| format!("{program}: {why}"))?,
                Err(_) => return Err(format!("{program} took longer than {} seconds", KEEPING.as_secs())),
            }
        }
        Ok(())
    }

    async fn write(&self, directory: &Path, name: &str, document: &str) -> Result<(), String> {
        let Ok(place) = Arc::clone(&self.writing).try_acquire_owned() else {
            return Err("the last checkpoint is still being written there".to_owned());
        };
        let (directory, name) = (directory.to_owned(), name.to_owned());
        let document = document.to_owned();
        let writing = tokio::task::spawn_blocking(move || write_file(&place, &directory, &name, &document));
        match timeout(KEEPING, writing).await {
            Ok(Ok(written)) => written.map_err(|error| error.to_string()),
            Ok(Err(_)) => Err("the writing broke off".to_owned()),
            Err(_) => Err(format!("nothing was written within {} seconds", KEEPING.as_secs())),
        }
    }
}

/// Written beside its place and linked into it: another program sees the whole file or none, and one that is there
/// is never overwritten.
fn write_file(_: &OwnedSemaphorePermit, directory: &Path, name: &str, document: &str) -> io::Result<()> {
    let path = directory.join(format!("{name}.jsonl"));
    let beside: PathBuf = directory.join(format!(".{name}.new"));
    let linked = write_whole(&beside, document).and_then(|()| fs::hard_link(&beside, &path));
    let removed = fs::remove_file(&beside);
    linked?;
    removed?;
    File::open(directory)?.sync_all()
}

fn write_whole(path: &Path, document: &str) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o640).open(path)?;
    file.write_all(document.as_bytes())?;
    file.sync_all()
}

/// Runs the command with the document on standard input and the name as its last argument.
async fn run(command: &[String], name: &str, document: &str) -> Result<(), String> {
    let (program, arguments) = command.split_first().ok_or("no program is named")?;
    let mut child = Command::new(program)
        .args(arguments)
        .arg(name)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| error.to_string())?;
    if let Some(mut input) = child.stdin.take() {
        match input.write_all(document.as_bytes()).await {
            // It need not read everything; its exit status says whether it is content.
            Err(error) if error.kind() != ErrorKind::BrokenPipe => return Err(error.to_string()),
            _ => drop(input),
        }
    }
    let status = child.wait().await.map_err(|error| error.to_string())?;
    if status.success() { Ok(()) } else { Err(format!("ended with {status}")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keeper(directory: Option<&Path>, command: Option<&[&str]>) -> Keeper {
        Keeper::new(KeptCheckpoints {
            directory: directory.map(Path::to_owned),
            command: command.map(|words| words.iter().map(|word| (*word).to_owned()).collect()),
        })
    }

    fn names(directory: &Path) -> Vec<String> {
        let names = fs::read_dir(directory).expect("the folder is read");
        names.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect()
    }

    #[tokio::test]
    async fn a_file_is_whole_and_never_overwritten() {
        let folder = tempfile::tempdir().expect("a folder");
        let keeper = keeper(Some(folder.path()), None);
        keeper.keep("a", "one\n").await.expect("kept");
        assert!(keeper.keep("a", "two\n").await.expect_err("it is there").contains("exists"));
        assert_eq!(fs::read_to_string(folder.path().join("a.jsonl")).expect("there"), "one\n");
        assert_eq!(names(folder.path()), ["a.jsonl"], "nothing is left beside it");
        keeper.keep("b", "two\n").await.expect("the next is kept");
    }

    #[tokio::test]
    async fn what_cannot_be_kept_is_told() {
        let folder = tempfile::tempdir().expect("a folder");
        let missing = folder.path().join("missing");
        let told = keeper(Some(&missing), None).keep("a", "one\n").await.expect_err("no folder");
        assert!(told.contains("missing"), "{told}");
        let told = keeper(None, Some(&["/bin/false"])).keep("a", "one\n").await.expect_err("it fails");
        assert!(told.contains("exit status: 1"), "{told}");
        let told = keeper(None, Some(&["/no/such/program"])).keep("a", "one\n").await.expect_err("missing");
        assert!(told.starts_with("/no/such/program"), "{told}");
    }

    #[tokio::test]
    async fn a_command_gets_the_document_and_its_name() {
        let folder = tempfile::tempdir().expect("a folder");
        let script = "cat > \"$0/$1\"";
        let into = folder.path().to_string_lossy().into_owned();
        let keeper = keeper(None, Some(&["/bin/sh", "-c", script, &into]));
        keeper.keep("20260101", "one\n").await.expect("kept");
        assert_eq!(fs::read_to_string(folder.path().join("20260101")).expect("there"), "one\n");
    }
}
