//! One file of the spool: a line each of time, server and text, separated by tabs.

use std::collections::VecDeque;
use std::fmt::Write as _;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use bailiwick_mail::internal::{Daemon, LogLine, MAX_LINE};

/// A file of consecutive lines.
#[derive(Debug)]
pub(super) struct Segment {
    /// Number of its first line, which is also its name.
    pub(super) first: u64,
    pub(super) lines: u64,
    pub(super) bytes: u64,
    /// Open for the one that is written to.
    file: Option<File>,
    dirty: bool,
}

pub(super) fn segment_path(dir: &Path, first: u64) -> PathBuf {
    dir.join(format!("{first:020}.log"))
}

/// Opens the segments that are there, oldest first. A gap between two is a gap in the numbers, nothing worse.
pub(super) fn open_all(dir: &Path) -> io::Result<VecDeque<Segment>> {
    let mut firsts: Vec<u64> = Vec::new();
    for entry in fs::read_dir(dir)? {
        let name = entry?.file_name();
        firsts.extend(name.to_str().and_then(|name| name.strip_suffix(".log")?.parse::<u64>().ok()));
    }
    firsts.sort_unstable();
    let mut segments = VecDeque::new();
    for first in firsts {
        let path = segment_path(dir, first);
        let (lines, bytes) = whole_lines(&path)?;
        OpenOptions::new().write(true).open(&path)?.set_len(bytes)?;
        segments.push_back(Segment { first, lines, bytes, file: None, dirty: false });
    }
    if let Some(last) = segments.back_mut() {
        last.file = Some(OpenOptions::new().append(true).open(segment_path(dir, last.first))?);
    }
    Ok(segments)
}

/// How many lines are whole, and where the last of them ends.
fn whole_lines(path: &Path) -> io::Result<(u64, u64)> {
    let mut file = File::open(path)?;
    let mut buffer = vec![0; 64 * 1024];
    let (mut lines, mut whole, mut position) = (0, 0, 0_u64);
    loop {
        let read = file.read(&mut buffer)?;
        if read == 0 {
            return Ok((lines, whole));
        }
        for (at, _) in buffer[..read].iter().enumerate().filter(|&(_, &byte)| byte == b'\n') {
            lines += 1;
            whole = position + at as u64 + 1;
        }
        position += read as u64;
    }
}

impl Segment {
    pub(super) fn create(dir: &Path, first: u64) -> io::Result<Self> {
        let file = OpenOptions::new().create_new(true).append(true).open(segment_path(dir, first))?;
        Ok(Self { first, lines: 0, bytes: 0, file: Some(file), dirty: false })
    }

    /// Writes lines; a partial write is taken back.
    pub(super) fn append(&mut self, lines: &[LogLine]) -> io::Result<()> {
        let Some(file) = &mut self.file else { return Err(io::Error::other("the segment is closed")) };
        let mut text = String::new();
        for line in lines {
            encode(line, &mut text);
        }
        if let Err(error) = file.write_all(text.as_bytes()) {
            file.set_len(self.bytes)?;
            return Err(error);
        }
        self.bytes += text.len() as u64;
        self.lines += lines.len() as u64;
        self.dirty = true;
        Ok(())
    }

    pub(super) fn sync(&mut self) -> io::Result<()> {
        if let (true, Some(file)) = (self.dirty, &self.file) {
            file.sync_data()?;
            self.dirty = false;
        }
        Ok(())
    }

    pub(super) fn close(&mut self) -> io::Result<()> {
        self.sync()?;
        self.file = None;
        Ok(())
    }

    /// Where a line begins.
    pub(super) fn offset_of(&self, dir: &Path, number: u64) -> io::Result<u64> {
        let mut reader = BufReader::new(File::open(segment_path(dir, self.first))?);
        let mut offset = 0;
        for _ in self.first..number.min(self.first + self.lines) {
            offset += reader.skip_until(b'\n')? as u64;
        }
        Ok(offset)
    }

    /// Lines from an offset on, and where each ends, within the bounds but at least one.
    pub(super) fn read(
        &self,
        dir: &Path,
        offset: u64,
        max_lines: usize,
        max_bytes: u64,
    ) -> io::Result<(Vec<LogLine>, Vec<u64>)> {
        let mut file = File::open(segment_path(dir, self.first))?;
        file.seek(SeekFrom::Start(offset))?;
        let mut reader = BufReader::new(file.take(self.bytes.saturating_sub(offset)));
        let (mut lines, mut ends, mut end) = (Vec::new(), Vec::new(), offset);
        let mut raw = Vec::new();
        while lines.len() < max_lines && end - offset < max_bytes {
            raw.clear();
            let read = reader.read_until(b'\n', &mut raw)?;
            if read == 0 {
                break;
            }
            end += read as u64;
            lines.push(decode(&raw));
            ends.push(end);
        }
        Ok((lines, ends))
    }
}

fn encode(line: &LogLine, text: &mut String) {
    let daemon = match line.daemon {
        Daemon::Postfix => 'P',
        Daemon::Dovecot => 'D',
    };
    let body = line.line.replace('\n', " ");
    let _ = writeln!(text, "{}\t{daemon}\t{body}", line.at_ms);
}

/// A line that a failing disk has damaged keeps its number and says what it is.
fn decode(raw: &[u8]) -> LogLine {
    let text = String::from_utf8_lossy(raw);
    let mut parts = text.trim_end_matches('\n').splitn(3, '\t');
    let at_ms = parts.next().and_then(|part| part.parse().ok());
    let daemon = parts.next().and_then(|part| match part {
        "P" => Some(Daemon::Postfix),
        "D" => Some(Daemon::Dovecot),
        _ => None,
    });
    match (at_ms, daemon, parts.next()) {
        (Some(at_ms), Some(daemon), Some(body)) => {
            LogLine { at_ms, daemon, line: body[..body.floor_char_boundary(MAX_LINE)].to_owned() }
        }
        _ => LogLine { at_ms: 0, daemon: Daemon::Postfix, line: "(a damaged line)".to_owned() },
    }
}
