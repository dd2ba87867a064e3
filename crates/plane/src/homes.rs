//! Homes of mailboxes on disk: made, marked, and removed for good.
//!
//! The mail root and its 256 shards belong to root; below a shard everything belongs to the mail user. So no
//! mail process, however subverted, can put a link where we walk as root. What is removed is first renamed
//! into a directory that only root can enter. Nothing outside `{data}/mail` is ever touched: a home is found by
//! the number of its mailbox and by nothing else.

use std::fmt;
use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use bailiwick_mail::internal::shard;
use nix::unistd::{Gid, Uid, chown};

use crate::files::{self, Access};
use crate::{PlaneError, PlaneSettings};

/// Holds the creation stamp of the mailbox whose home it is.
const MARKER: &str = ".bailiwick";

/// All homes of one mail plane.
#[derive(Debug, Clone)]
pub(crate) struct Homes {
    root: PathBuf,
    trash: PathBuf,
    uid: u32,
    gid: u32,
}

/// Why a home was left as it is.
#[derive(Debug)]
pub(crate) enum HomeError {
    /// The marker names another mailbox than the one meant.
    NotThisMailbox { marked: i64 },
    /// What lies there is no home.
    NotAHome,
    /// The number can't be that of a mailbox.
    Number,
    /// The disk.
    Io(io::Error),
}

impl fmt::Display for HomeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotThisMailbox { marked } => {
                write!(
                    f,
                    "the home belongs to a mailbox created at {marked}, which is another one; it was left alone"
                )
            }
            Self::NotAHome => write!(f, "what lies there is not a directory of its own; it was left alone"),
            Self::Number => write!(f, "a mailbox has a positive number"),
            Self::Io(error) => write!(f, "the mail directory: {error}"),
        }
    }
}

impl std::error::Error for HomeError {}

impl From<io::Error> for HomeError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl Homes {
    pub(crate) fn new(settings: &PlaneSettings) -> Self {
        Self {
            root: settings.mail_dir(),
            trash: settings.trash_dir(),
            uid: settings.mail_uid,
            gid: settings.mail_gid,
        }
    }

    /// Makes the mail root with its shards and empties the trash of an earlier run.
    pub(crate) fn lay_out(&self) -> Result<(), PlaneError> {
        let own = nix::unistd::Uid::effective().as_raw();
        files::directory(&self.root, Access { uid: own, gid: self.gid, mode: 0o750 })?;
        for number in 0..256 {
            files::directory(
                &self.root.join(shard(number)),
                Access { uid: own, gid: self.gid, mode: 0o770 },
            )?;
        }
        files::directory(
            &self.trash,
            Access { uid: own, gid: nix::unistd::Gid::effective().as_raw(), mode: 0o700 },
        )?;
        let fail = PlaneError::file(&self.trash);
        fs::read_dir(&self.trash)
            .and_then(|mut all| all.try_for_each(|entry| remove(&entry?.path())))
            .map_err(fail)
    }

    /// Where the mail of a mailbox lies.
    pub(crate) fn home(&self, mailbox_id: i64) -> Result<PathBuf, HomeError> {
        if mailbox_id <= 0 {
            return Err(HomeError::Number);
        }
        Ok(self.root.join(shard(mailbox_id)).join(mailbox_id.to_string()))
    }

    /// Makes a home and marks it; one that is there already is marked if it was not.
    pub(crate) fn prepare(&self, mailbox_id: i64, created_at_ms: i64) -> Result<(), HomeError> {
        let home = self.home(mailbox_id)?;
        if !Self::is_home(&home)? {
            let beside = self.trash.join(format!("{mailbox_id}-new"));
            remove(&beside)?;
            DirBuilder::new().mode(0o700).create(&beside)?;
            Self::mark(&beside, created_at_ms)?;
            chown(&beside, Some(Uid::from_raw(self.uid)), Some(Gid::from_raw(self.gid)))
                .map_err(io::Error::from)?;
            match fs::rename(&beside, &home) {
                // A first delivery was faster.
                Err(_) if home.exists() => remove(&beside)?,
                moved => moved?,
            }
        }
        match Self::marked(&home)? {
            None => Self::mark(&home, created_at_ms).map_err(HomeError::Io),
            Some(marked) if marked == created_at_ms => Ok(()),
            Some(marked) => Err(HomeError::NotThisMailbox { marked }),
        }
    }

    /// Takes a home out of reach. Says whether there was one.
    pub(crate) fn take_away(&self, mailbox_id: i64, created_at_ms: i64) -> Result<bool, HomeError> {
        let home = self.home(mailbox_id)?;
        if !Self::is_home(&home)? {
            return Ok(false);
        }
        if let Some(marked) = Self::marked(&home)?.filter(|&marked| marked != created_at_ms) {
            return Err(HomeError::NotThisMailbox { marked });
        }
        let names = (0..1_000).map(|n| self.trash.join(format!("{mailbox_id}-{created_at_ms}-{n}")));
        let free =
            names.into_iter().find(|name| fs::symlink_metadata(name).is_err()).ok_or(HomeError::NotAHome)?;
        fs::rename(&home, free)?;
        Ok(true)
    }

    /// Deletes what was taken away of a mailbox. Links are removed, never followed.
    pub(crate) fn empty_trash(&self, mailbox_id: i64) -> Result<(), HomeError> {
        let prefix = format!("{mailbox_id}-");
        for entry in fs::read_dir(&self.trash)? {
            let entry = entry?;
            if entry.file_name().as_encoded_bytes().starts_with(prefix.as_bytes()) {
                remove(&entry.path())?;
            }
        }
        Ok(())
    }

    fn is_home(home: &Path) -> Result<bool, HomeError> {
        match fs::symlink_metadata(home) {
            Ok(found) if found.is_dir() => Ok(true),
            Ok(_) => Err(HomeError::NotAHome),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    fn marked(home: &Path) -> Result<Option<i64>, HomeError> {
        let options = OpenOptions::new().read(true).custom_flags(NO_FOLLOW).open(home.join(MARKER));
        let file = match options {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let mut text = String::new();
        file.take(32).read_to_string(&mut text)?;
        text.trim().parse().map(Some).map_err(|_| HomeError::NotThisMailbox { marked: 0 })
    }

    fn mark(home: &Path, created_at_ms: i64) -> io::Result<()> {
        let mut options = OpenOptions::new();
        let mut file = options
            .write(true)
            .create_new(true)
            .mode(0o444)
            .custom_flags(NO_FOLLOW)
            .open(home.join(MARKER))?;
        io::Write::write_all(&mut file, created_at_ms.to_string().as_bytes())?;
        file.sync_all()
    }
}

/// `O_NOFOLLOW | O_NONBLOCK`: a link or a pipe in place of the marker is an error, not a wait.
const NO_FOLLOW: i32 = nix::fcntl::OFlag::O_NOFOLLOW.bits() | nix::fcntl::OFlag::O_NONBLOCK.bits();

/// Removes whatever has this name; nothing is as good.
fn remove(path: &Path) -> io::Result<()> {
    let removed = match fs::symlink_metadata(path) {
        Ok(found) if found.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
        Err(error) => Err(error),
    };
    match removed {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn homes(dir: &Path) -> Homes {
        let (uid, gid) = (Uid::effective().as_raw(), Gid::effective().as_raw());
        let homes = Homes { root: dir.join("mail"), trash: dir.join("mail/.trash"), uid, gid };
        homes.lay_out().expect("laid out");
        homes
    }

    #[test]
    fn a_home_is_made_marked_and_removed_for_good() {
        let dir = tempfile::tempdir().expect("dir");
        let homes = homes(dir.path());
        homes.prepare(300, 77).expect("prepared");
        homes.prepare(300, 77).expect("again");
        let home = dir.path().join("mail/2c/300");
        fs::create_dir_all(home.join("Maildir/new")).expect("maildir");
        assert!(homes.take_away(300, 77).expect("taken"));
        assert!(!home.exists());
        homes.empty_trash(300).expect("emptied");
        assert_eq!(fs::read_dir(dir.path().join("mail/.trash")).expect("list").count(), 0);
        assert!(!homes.take_away(300, 77).expect("nothing left"), "a second removal has nothing to do");
    }

    #[test]
    fn a_younger_mailbox_is_spared() {
        let dir = tempfile::tempdir().expect("dir");
        let homes = homes(dir.path());
        homes.prepare(5, 200).expect("prepared");
        assert!(matches!(homes.take_away(5, 100), Err(HomeError::NotThisMailbox { marked: 200 })));
        assert!(matches!(homes.prepare(5, 300), Err(HomeError::NotThisMailbox { marked: 200 })));
        assert!(dir.path().join("mail/05/5").exists());
    }

    #[test]
    fn a_home_that_dovecot_made_is_removed_without_a_marker() {
        let dir = tempfile::tempdir().expect("dir");
        let homes = homes(dir.path());
        fs::create_dir_all(dir.path().join("mail/05/5/Maildir")).expect("made");
        assert!(homes.take_away(5, 100).expect("taken"));
    }

    #[test]
    fn a_link_in_place_of_a_home_or_inside_it_leads_nowhere() {
        let dir = tempfile::tempdir().expect("dir");
        let homes = homes(dir.path());
        let victim = dir.path().join("victim");
        fs::create_dir(&victim).expect("victim");
        fs::write(victim.join("file"), "kept").expect("file");
        std::os::unix::fs::symlink(&victim, dir.path().join("mail/05/5")).expect("link");
        assert!(matches!(homes.take_away(5, 1), Err(HomeError::NotAHome)));

        homes.prepare(6, 1).expect("prepared");
        std::os::unix::fs::symlink(&victim, dir.path().join("mail/06/6/Maildir")).expect("link");
        homes.take_away(6, 1).expect("taken");
        homes.empty_trash(6).expect("emptied");
        assert_eq!(fs::read_to_string(victim.join("file")).expect("read"), "kept");
    }

    #[test]
    fn a_marker_that_is_a_link_is_not_read() {
        let dir = tempfile::tempdir().expect("dir");
        let homes = homes(dir.path());
        fs::create_dir_all(dir.path().join("mail/05/5")).expect("made");
        std::os::unix::fs::symlink("/etc/passwd", dir.path().join("mail/05/5/.bailiwick")).expect("link");
        assert!(homes.take_away(5, 1).is_err());
    }

    #[test]
    fn numbers_that_no_mailbox_has_are_refused() {
        let dir = tempfile::tempdir().expect("dir");
        let homes = homes(dir.path());
        for number in [0, -1, i64::MIN] {
            assert!(matches!(homes.take_away(number, 1), Err(HomeError::Number)), "{number}");
        }
    }

    #[test]
    fn the_trash_of_one_mailbox_is_not_that_of_another() {
        let dir = tempfile::tempdir().expect("dir");
        let homes = homes(dir.path());
        for id in [1, 12] {
            homes.prepare(id, 1).expect("prepared");
            homes.take_away(id, 1).expect("taken");
        }
        homes.empty_trash(1).expect("emptied");
        assert_eq!(fs::read_dir(dir.path().join("mail/.trash")).expect("list").count(), 1);
    }
}
