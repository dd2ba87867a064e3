//! Log lines on disk until `serve` has taken them.
//!
//! Lines are numbered from 0 for the life of a spool directory and kept in segment files named by their first
//! number. They are written as they come, so that they survive our death, and flushed to disk at least every
//! 250 ms. The space is bounded: beyond it the oldest segment goes, its lines are counted, and a warning says so.

mod post;
mod segment;
mod write;

pub(crate) use post::{post, post_rest};
pub(crate) use write::write;

use std::collections::VecDeque;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use bailiwick_mail::internal::{LogBatch, LogLine, MAX_LINES};

use crate::PlaneError;
use crate::clock::random_hex;
use crate::files::{self, Access};
use segment::{Segment, segment_path};

/// How much disk the spool may use, and how large one of its files grows.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    pub(crate) total: u64,
    pub(crate) segment: u64,
}

impl Default for Bounds {
    fn default() -> Self {
        Self { total: 256 * 1024 * 1024, segment: 4 * 1024 * 1024 }
    }
}

/// The most bytes of lines in one batch; with JSON's escapes it stays below what the other side reads.
const MAX_BATCH: u64 = 512 * 1024;

/// The spool. All its functions touch the disk: call them off the async workers.
#[derive(Debug)]
pub(crate) struct Spool {
    dir: PathBuf,
    source: String,
    bounds: Bounds,
    /// Oldest first; the last one is written to. Never empty.
    segments: VecDeque<Segment>,
    /// The first line not acknowledged, and where it begins in its segment.
    acknowledged: Place,
    dropped: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Place {
    number: u64,
    offset: u64,
}

/// A batch and where each of its lines ends, which is what acknowledging it needs.
#[derive(Debug)]
pub(crate) struct Pending {
    pub(crate) batch: LogBatch,
    ends: Vec<u64>,
}

impl Spool {
    /// Opens a spool, or begins one; a line torn by a crash is cut off.
    pub(crate) fn open(dir: &Path, bounds: Bounds) -> Result<Self, PlaneError> {
        let fail = |error| PlaneError::file(dir)(error);
        fs::create_dir_all(dir).map_err(fail)?;
        let source = Self::source(dir)?;
        let mut segments = segment::open_all(dir).map_err(fail)?;
        let stored =
            fs::read_to_string(dir.join("acknowledged")).ok().and_then(|text| text.trim().parse().ok());
        let stored: u64 = stored.unwrap_or(0);
        if segments.is_empty() {
            segments.push_back(Segment::create(dir, stored).map_err(fail)?);
        }
        let mut spool = Self {
            dir: dir.to_owned(),
            source,
            bounds,
            segments,
            acknowledged: Place { number: 0, offset: 0 },
            dropped: 0,
        };
        spool.acknowledged = spool.place_of(stored).map_err(fail)?;
        Ok(spool)
    }

    fn source(dir: &Path) -> Result<String, PlaneError> {
        let path = dir.join("source");
        let own = Access {
            uid: nix::unistd::Uid::effective().as_raw(),
            gid: nix::unistd::Gid::effective().as_raw(),
            mode: 0o600,
        };
        files::write_if_missing(&path, random_hex::<16>()?.as_bytes(), own)?;
        fs::read_to_string(&path).map(|text| text.trim().to_owned()).map_err(PlaneError::file(&path))
    }

    /// The place of a line's number, moved into the range that is there.
    fn place_of(&self, number: u64) -> io::Result<Place> {
        let (oldest, end) = (self.segments[0].first, self.end());
        let number = number.clamp(oldest, end);
        let holder =
            self.segments.iter().rev().find(|segment| segment.first <= number).unwrap_or(&self.segments[0]);
        let offset = holder.offset_of(&self.dir, number)?;
        Ok(Place { number, offset })
    }

    /// The number that the next line will get.
    pub(crate) fn end(&self) -> u64 {
        self.segments.back().map_or(0, |segment| segment.first + segment.lines)
    }

    /// How many bytes the segments hold.
    pub(crate) fn size(&self) -> u64 {
        self.segments.iter().map(|segment| segment.bytes).sum()
    }

    /// Appends lines. On an error none of them counts as written.
    pub(crate) fn append(&mut self, lines: &[LogLine]) -> io::Result<()> {
        let full = self.segments.back().is_none_or(|last| last.bytes >= self.bounds.segment);
        if full {
            let end = self.end();
            if let Some(last) = self.segments.back_mut() {
                last.close()?;
            }
            self.segments.push_back(Segment::create(&self.dir, end)?);
        }
        if let Some(last) = self.segments.back_mut() {
            last.append(lines)?;
        }
        self.drop_excess()
    }

    /// Flushes what was appended to disk.
    pub(crate) fn sync(&mut self) -> io::Result<()> {
        self.segments.back_mut().map_or(Ok(()), Segment::sync)
    }

    fn drop_excess(&mut self) -> io::Result<()> {
        while self.size() > self.bounds.total && self.segments.len() > 1 {
            let Some(oldest) = self.segments.pop_front() else { break };
            fs::remove_file(segment_path(&self.dir, oldest.first))?;
            let end = oldest.first + oldest.lines;
            if self.acknowledged.number < end {
                let lost = end - self.acknowledged.number;
                self.dropped += lost;
                self.acknowledged = Place { number: end, offset: 0 };
                tracing::warn!(
                    lost,
                    in_all = self.dropped,
                    "log lines were dropped: the spool is full and nobody takes them"
                );
            }
        }
        Ok(())
    }

    /// The oldest lines not acknowledged, if there are any.
    pub(crate) fn pending(&mut self) -> io::Result<Option<Pending>> {
        let number = self.acknowledged.number;
        let Some(segment) = self.segments.iter().find(|s| s.first <= number && number < s.first + s.lines)
        else {
            return Ok(None);
        };
        if number == segment.first {
            self.acknowledged.offset = 0;
        }
        let (lines, ends) = segment.read(&self.dir, self.acknowledged.offset, MAX_LINES, MAX_BATCH)?;
        if lines.is_empty() {
            return Err(io::Error::other("a segment of the spool is shorter than it was"));
        }
        Ok(Some(Pending { batch: LogBatch { source: self.source.clone(), first: number, lines }, ends }))
    }

    /// Forgets the lines of a batch below `next`. Says whether that was any progress.
    pub(crate) fn acknowledge(&mut self, pending: &Pending, next: u64) -> io::Result<bool> {
        if self.acknowledged.number != pending.batch.first || next <= pending.batch.first {
            return Ok(false);
        }
        let taken = usize::try_from(next - pending.batch.first).unwrap_or(usize::MAX).min(pending.ends.len());
        let number = pending.batch.first + taken as u64;
        self.acknowledged = Place { number, offset: pending.ends[taken - 1] };
        self.remember()?;
        while self.segments.len() > 1 && self.segments[0].first + self.segments[0].lines <= number {
            let Some(done) = self.segments.pop_front() else { break };
            fs::remove_file(segment_path(&self.dir, done.first))?;
        }
        Ok(true)
    }

    /// Lost in a power cut, this costs a batch sent twice, which the receiver skips.
    fn remember(&self) -> io::Result<()> {
        let (path, beside) = (self.dir.join("acknowledged"), self.dir.join("acknowledged.new"));
        fs::write(&beside, self.acknowledged.number.to_string())?;
        fs::rename(beside, path)
    }
}

#[cfg(test)]
mod tests;
