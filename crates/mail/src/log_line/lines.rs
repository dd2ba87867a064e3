//! Lines out of a pipe.

/// Longest part of a line that is looked at, in octets; the rest is dropped.
pub const MAX_LOG_LINE: usize = 4 * 1024;

/// Cuts what a log pipe delivers into lines, and never fails: an overlong line loses its end, foreign octets
/// become U+FFFD.
#[derive(Debug, Default)]
pub struct LogLines {
    line: Vec<u8>,
}

impl LogLines {
    /// A reader for a new pipe.
    pub const fn new() -> Self {
        Self { line: Vec::new() }
    }

    /// Takes what was read and hands each whole line to `each`, without its line end.
    pub fn push(&mut self, bytes: &[u8], mut each: impl FnMut(&str)) {
        let mut pieces = bytes.split(|b| *b == b'\n');
        self.append(pieces.next().unwrap_or_default());
        for piece in pieces {
            self.hand_over(&mut each);
            self.append(piece);
        }
    }

    /// Hands over a last line without a line end, when the pipe is closed.
    pub fn finish(&mut self, mut each: impl FnMut(&str)) {
        if !self.line.is_empty() {
            self.hand_over(&mut each);
        }
    }

    fn append(&mut self, piece: &[u8]) {
        let room = MAX_LOG_LINE - self.line.len();
        self.line.extend_from_slice(&piece[..piece.len().min(room)]);
    }

    fn hand_over(&mut self, each: &mut impl FnMut(&str)) {
        let line = self.line.strip_suffix(b"\r").unwrap_or(&self.line);
        each(&String::from_utf8_lossy(line));
        self.line.clear();
    }
}

/// The part of a line that is looked at.
pub(super) fn bounded(line: &str) -> &str {
    let mut end = line.len().min(MAX_LOG_LINE);
    while !line.is_char_boundary(end) {
        end -= 1;
    }
    &line[..end]
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn lines(bytes: &[u8], step: usize) -> Vec<String> {
        let (mut reader, mut out) = (LogLines::new(), Vec::new());
        for piece in bytes.chunks(step) {
            reader.push(piece, |line| out.push(line.to_owned()));
        }
        reader.finish(|line| out.push(line.to_owned()));
        out
    }

    #[test]
    fn lines_come_whole_however_they_are_split() {
        for step in 1..12 {
            assert_eq!(lines(b"one\r\n\ntwo\nrest", step), ["one", "", "two", "rest"]);
        }
    }

    #[test]
    fn an_overlong_line_loses_its_end_and_the_next_one_is_whole() {
        let bytes = [&[b'x'; 10_000][..], b"\nnext\n"].concat();
        let lines = lines(&bytes, 1000);
        assert_eq!((lines[0].len(), lines[1].as_str()), (MAX_LOG_LINE, "next"));
    }

    proptest! {
        #[test]
        fn foreign_bytes_never_panic_and_never_grow(bytes in proptest::collection::vec(any::<u8>(), 0..300), step in 1_usize..40) {
            prop_assert_eq!(lines(&bytes, step), lines(&bytes, 1));
        }

        #[test]
        fn a_line_is_bounded_at_a_character(line in "(é|x){0,4200}") {
            prop_assert!(bounded(&line).len() <= MAX_LOG_LINE);
        }
    }
}
