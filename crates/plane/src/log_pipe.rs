//! From bytes on a mail server's output to lines: cut at a bound, read as UTF-8, stamped.

use bailiwick_mail::internal::{Daemon, LogLine, MAX_LINE};
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::sync::mpsc;

use crate::clock::now_ms;

/// Reads a pipe to its end. Waits when the lines are not taken: then the server waits with its log, not with us.
pub(crate) async fn read(mut pipe: impl AsyncRead + Unpin, daemon: Daemon, lines: mpsc::Sender<LogLine>) {
    let mut splitter = Splitter::default();
    let mut buffer = vec![0; 16 * 1024];
    loop {
        let read = match pipe.read(&mut buffer).await {
            Ok(0) | Err(_) => break,
            Ok(read) => read,
        };
        let at_ms = now_ms();
        for line in splitter.push(&buffer[..read]) {
            repeat(daemon, &line);
            if lines.send(LogLine { at_ms, daemon, line }).await.is_err() {
                return;
            }
        }
    }
    if let Some(line) = splitter.finish() {
        repeat(daemon, &line);
        let _ = lines.send(LogLine { at_ms: now_ms(), daemon, line }).await;
    }
}

/// What an operator must see at once goes into our own log too.
fn repeat(daemon: Daemon, line: &str) {
    let grave = ["fatal: ", "panic: ", "Fatal: ", "Panic: ", "error: ", "Error: "]
        .iter()
        .any(|word| line.contains(word));
    if grave {
        tracing::warn!(?daemon, "{line}");
    } else {
        tracing::debug!(?daemon, "{line}");
    }
}

/// Cuts a stream into lines of at most [`MAX_LINE`] bytes; what is beyond that in a line is dropped.
#[derive(Debug, Default)]
struct Splitter {
    line: Vec<u8>,
}

impl Splitter {
    fn push(&mut self, bytes: &[u8]) -> Vec<String> {
        let mut lines = Vec::new();
        for part in bytes.split_inclusive(|&byte| byte == b'\n') {
            let (text, ends) = match part.strip_suffix(b"\n") {
                Some(text) => (text, true),
                None => (part, false),
            };
            let room = MAX_LINE.saturating_sub(self.line.len());
            self.line.extend_from_slice(&text[..text.len().min(room)]);
            if ends {
                lines.extend(self.finish());
            }
        }
        lines
    }

    /// The line so far; none if it is empty. Replacement characters may not make it longer than the bound.
    fn finish(&mut self) -> Option<String> {
        let bytes = std::mem::take(&mut self.line);
        let mut text = String::from_utf8_lossy(&bytes).trim_end().to_owned();
        text.retain(|c| !c.is_control() || c == '\t');
        text.truncate(text.floor_char_boundary(MAX_LINE));
        (!text.is_empty()).then_some(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_line_without_end_is_cut_and_the_next_one_is_whole() {
        let mut splitter = Splitter::default();
        for _ in 0..100 {
            assert_eq!(splitter.push(&[b'x'; 1000]), Vec::<String>::new());
        }
        assert!(splitter.line.capacity() <= 2 * MAX_LINE);
        let lines = splitter.push(b"x\nnext\n");
        assert_eq!(lines.iter().map(String::len).collect::<Vec<_>>(), [MAX_LINE, 4]);
    }

    #[tokio::test]
    async fn the_last_line_needs_no_newline() {
        let (sender, mut receiver) = mpsc::channel(4);
        read(&b"one\n\ntwo"[..], Daemon::Postfix, sender).await;
        let mut lines = Vec::new();
        while let Some(line) = receiver.recv().await {
            lines.push(line.line);
        }
        assert_eq!(lines, ["one", "two"]);
    }

    proptest! {
        #[test]
        fn where_the_bytes_are_split_makes_no_difference(
            bytes in proptest::collection::vec(any::<u8>(), 0..6000), at in any::<prop::sample::Index>()
        ) {
            let at = at.index(bytes.len() + 1);
            let mut whole = Splitter::default();
            let mut expected = whole.push(&bytes);
            expected.extend(whole.finish());
            let mut parts = Splitter::default();
            let mut found = parts.push(&bytes[..at]);
            found.extend(parts.push(&bytes[at..]));
            found.extend(parts.finish());
            prop_assert!(found.iter().all(|line| line.len() <= MAX_LINE && !line.contains('\n')));
            prop_assert_eq!(found, expected);
        }
    }
}
