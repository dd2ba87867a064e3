//! Shows that something happens: a headline for each step, a live line for what is usually silent, and the time.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, IsTerminal, Read, Write};
use std::process::{Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};

use crate::failure::{Failure, While};

/// Lines that are kept to explain a failure.
const KEPT: usize = 60;
/// Longest part of a line that is shown or kept, in characters.
const LONGEST: usize = 400;
/// How often the live line is drawn anew, and how often a line is written where there is no terminal.
const LIVE: Duration = Duration::from_millis(500);
const PLAIN: Duration = Duration::from_secs(5);

/// A headline.
pub(crate) fn step(text: &str) -> Step {
    println!("{}", bold(&format!("▸ {text}")));
    Step { text: text.to_owned(), since: Instant::now() }
}

/// A step under way.
pub(crate) struct Step {
    text: String,
    since: Instant,
}

impl Step {
    pub(crate) fn done(&self) {
        println!("  {} · {}", self.text, seconds(self.since.elapsed()));
    }
}

/// Runs a command whose output matters only when it fails; meanwhile its last line and the time are shown.
/// What was printed last is returned; on failure it is shown, and returned as the error.
pub(crate) fn quietly(what: &str, command: &mut Command) -> Result<String, Failed> {
    let since = Instant::now();
    let mut live = Live::new(what, since);
    let outcome = watch(command, |line| live.line(line), LIVE);
    live.end();
    match outcome {
        Ok((true, text)) => {
            println!("  {what} · {}", seconds(since.elapsed()));
            Ok(text)
        }
        Ok((false, text)) => Err(Failed { what: what.to_owned(), text }),
        Err(error) => Err(Failed { what: what.to_owned(), text: error.to_string() }),
    }
}

/// A command that was run quietly and failed.
#[derive(Debug)]
pub(crate) struct Failed {
    what: String,
    /// The last lines it printed.
    pub(crate) text: String,
}

impl Failed {
    /// A command that could not even be started, which has been said.
    pub(crate) fn unstarted(what: &str) -> Self {
        Self { what: what.to_owned(), text: String::new() }
    }
}

impl From<Failed> for Failure {
    fn from(failed: Failed) -> Self {
        if failed.text.is_empty() {
            return Self::new(format!("{} failed.", failed.what));
        }
        Self::new(format!("{}\n{} failed; its last lines are above.", failed.text, failed.what))
    }
}

/// Runs a command, passes its lines through as they come and to `note` as well. Says whether it succeeded.
pub(crate) fn passing_through(command: &mut Command, mut note: impl FnMut(&str)) -> Result<bool, Failure> {
    let show = |line: Option<&str>| {
        if let Some(line) = line {
            println!("{line}");
            note(line);
        }
    };
    let name = command.get_program().to_string_lossy().into_owned();
    Ok(watch(command, show, PLAIN).or_fail(name)?.0)
}

/// Calls `each` with every line, and with none when the interval passed in silence.
fn watch(
    command: &mut Command,
    mut each: impl FnMut(Option<&str>),
    interval: Duration,
) -> std::io::Result<(bool, String)> {
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    let (send, receive) = mpsc::channel();
    let readers = [
        child.stdout.take().map(|pipe| reader(pipe, send.clone())),
        child.stderr.take().map(|pipe| reader(pipe, send)),
    ];
    let mut kept = VecDeque::new();
    loop {
        match receive.recv_timeout(interval) {
            Ok(line) => {
                each(Some(&line));
                if kept.len() >= KEPT {
                    kept.pop_front();
                }
                kept.push_back(line);
            }
            Err(RecvTimeoutError::Timeout) => each(None),
            Err(RecvTimeoutError::Disconnected) => break,
        }
    }
    for reader in readers.into_iter().flatten() {
        let _ = reader.join(); // it only reads; a pipe that breaks ends it
    }
    let success = child.wait()?.success();
    Ok((success, Vec::from(kept).join("\n")))
}

fn reader(pipe: impl Read + Send + 'static, send: Sender<String>) -> std::thread::JoinHandle<()> {
    std::thread::spawn(move || {
        let mut pipe = BufReader::new(pipe);
        let mut line = Vec::new();
        while pipe.read_until(b'\n', &mut line).is_ok_and(|length| length > 0) {
            let text = String::from_utf8_lossy(&line);
            let text = text.trim_end_matches(['\r', '\n']);
            let shown = text.rsplit('\r').next().unwrap_or(text).to_owned();
            if send.send(shown).is_err() {
                return;
            }
            line.clear();
        }
    })
}

/// One line that is drawn over and over on a terminal; elsewhere a line every five seconds.
struct Live<'a> {
    what: &'a str,
    since: Instant,
    last: String,
    terminal: bool,
    written: Instant,
}

impl<'a> Live<'a> {
    fn new(what: &'a str, since: Instant) -> Self {
        let terminal = std::io::stdout().is_terminal();
        let mut live = Self { what, since, last: String::new(), terminal, written: since };
        live.draw();
        live
    }

    fn line(&mut self, line: Option<&str>) {
        if let Some(line) = line.map(str::trim).filter(|line| !line.is_empty()) {
            self.last = line.chars().take(LONGEST).collect();
        }
        if self.terminal || self.written.elapsed() >= PLAIN {
            self.draw();
        }
    }

    fn draw(&mut self) {
        let text = format!("  {} · {} · {}", self.what, seconds(self.since.elapsed()), self.last);
        if self.terminal {
            let short: String = text.chars().take(width()).collect();
            print!("\r\x1b[2K{short}");
            let _ = std::io::stdout().flush(); // only the look of it
        } else if self.written.elapsed() >= PLAIN {
            println!("{text}");
        }
        if self.written.elapsed() >= PLAIN {
            self.written = Instant::now();
        }
    }

    fn end(&self) {
        if self.terminal {
            print!("\r\x1b[2K");
        }
    }
}

/// Characters that fit on the live line: the terminal's width where the shell tells it, or a safe 79.
fn width() -> usize {
    std::env::var("COLUMNS").ok().and_then(|text| text.parse().ok()).unwrap_or(79)
}

/// `12.3 s`, from a minute on `2 min 5 s`.
pub(crate) fn seconds(time: Duration) -> String {
    if time < Duration::from_mins(1) {
        format!("{:.1} s", time.as_secs_f64())
    } else {
        format!("{} min {} s", time.as_secs() / 60, time.as_secs() % 60)
    }
}

/// Bold on a terminal, plain elsewhere.
pub(crate) fn bold(text: &str) -> String {
    if std::io::stdout().is_terminal() { format!("\x1b[1m{text}\x1b[0m") } else { text.to_owned() }
}

/// A line without colours and other terminal controls.
pub(crate) fn uncoloured(line: &str) -> String {
    let mut plain = String::with_capacity(line.len());
    let mut rest = line.chars();
    while let Some(c) = rest.next() {
        if c == '\x1b' {
            for c in rest.by_ref().skip(1) {
                if c.is_ascii_alphabetic() {
                    break;
                }
            }
        } else {
            plain.push(c);
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use std::process::Command;
    use std::time::Duration;

    use super::{passing_through, quietly, seconds, uncoloured};

    #[test]
    fn a_quiet_command_that_fails_hands_back_its_last_lines_of_both_streams() {
        let failed =
            quietly("a test", Command::new("sh").args(["-c", "echo out; echo err >&2; exit 3"])).unwrap_err();
        assert!(failed.text.contains("out") && failed.text.contains("err"));
        assert!(quietly("a test", &mut Command::new("/nonexistent/program")).is_err());
    }

    #[test]
    fn only_the_last_lines_are_kept() {
        let text = quietly("a test", Command::new("sh").args(["-c", "seq 1 1000"])).unwrap();
        assert_eq!((text.lines().count(), text.lines().last()), (60, Some("1000")));
    }

    #[test]
    fn each_line_is_noted_and_the_outcome_told() {
        let mut lines = Vec::new();
        let ok = passing_through(Command::new("sh").args(["-c", "echo a; echo b; exit 1"]), |l| {
            lines.push(l.to_owned());
        });
        assert_eq!((ok.unwrap(), lines), (false, vec!["a".to_owned(), "b".to_owned()]));
    }

    #[test]
    fn colours_are_taken_out_and_times_are_readable() {
        assert_eq!(uncoloured("\x1b[32;1m  5\x1b[0m passed\x1b["), "  5 passed");
        assert_eq!(seconds(Duration::from_millis(1_240)), "1.2 s");
        assert_eq!(seconds(Duration::from_secs(125)), "2 min 5 s");
    }
}
