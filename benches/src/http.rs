//! An HTTP/1.1 client of little cost: it runs on the same cores as what it measures.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::trouble::{Outcome, Trouble, While};

/// The longest answer taken.
const LONGEST: usize = 8 * 1024 * 1024;

/// A connection that is kept, and opened anew when the server has closed it.
#[derive(Debug)]
pub(crate) struct Http {
    address: SocketAddr,
    stream: Option<TcpStream>,
    buffer: Vec<u8>,
}

/// An answer, within the connection's buffer.
#[derive(Debug)]
pub(crate) struct Answer<'b> {
    pub(crate) status: u16,
    pub(crate) head: &'b str,
    pub(crate) body: &'b [u8],
}

impl Http {
    pub(crate) fn new(address: SocketAddr) -> Self {
        Self { address, stream: None, buffer: Vec::with_capacity(64 * 1024) }
    }

    /// Sends a whole request and reads its whole answer.
    pub(crate) async fn send(&mut self, request: &[u8]) -> Outcome<Answer<'_>> {
        let sent = self.exchange(request).await;
        if sent.is_err() {
            self.stream = None;
        }
        let (head, end) = sent?;
        let text = std::str::from_utf8(&self.buffer[..head]).during("an answer's head")?;
        let status = text.get(9..12).and_then(|status| status.parse().ok());
        let status = status.ok_or_else(|| Trouble::new("an answer without a status"))?;
        if header(text, "connection").is_some_and(|value| value.eq_ignore_ascii_case("close")) {
            self.stream = None;
        }
        Ok(Answer { status, head: text, body: &self.buffer[head..end] })
    }

    /// Where the head and the answer end in the buffer.
    async fn exchange(&mut self, request: &[u8]) -> Outcome<(usize, usize)> {
        if self.stream.is_none() {
            let stream = TcpStream::connect(self.address).await.during("connecting")?;
            stream.set_nodelay(true).during("connecting")?;
            self.stream = Some(stream);
        }
        let stream = self.stream.as_mut().ok_or_else(|| Trouble::new("no connection"))?;
        stream.write_all(request).await.during("sending")?;
        self.buffer.clear();
        let mut head = None;
        loop {
            if head.is_none() {
                head = find(&self.buffer, b"\r\n\r\n").map(|at| at + 4);
            }
            if let Some(head) = head
                && let Some(end) = ends(&self.buffer, head)?
            {
                return Ok((head, end));
            }
            if self.buffer.len() > LONGEST {
                return Err(Trouble::new("an answer that is too long"));
            }
            if stream.read_buf(&mut self.buffer).await.during("reading")? == 0 {
                return Err(Trouble::new("the connection was closed within an answer"));
            }
        }
    }
}

/// Where the answer ends, if all of it is there.
fn ends(buffer: &[u8], head: usize) -> Outcome<Option<usize>> {
    let text = std::str::from_utf8(&buffer[..head]).during("an answer's head")?;
    if let Some(length) = header(text, "content-length") {
        let end = head + length.parse::<usize>().during("a length")?;
        return Ok((buffer.len() >= end).then_some(end));
    }
    if header(text, "transfer-encoding").is_some() {
        return Ok(buffer.ends_with(b"\r\n0\r\n\r\n").then_some(buffer.len()));
    }
    Ok(Some(head))
}

/// The value of a header, whose name is given in small letters.
pub(crate) fn header<'h>(head: &'h str, name: &str) -> Option<&'h str> {
    let mut lines = head.lines();
    lines.find_map(|line| {
        let (found, value) = line.split_once(':')?;
        found.eq_ignore_ascii_case(name).then(|| value.trim())
    })
}

fn find(text: &[u8], wanted: &[u8]) -> Option<usize> {
    text.windows(wanted.len()).position(|window| window == wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_ends_by_its_length_or_its_last_chunk() {
        let whole = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
        let head = find(whole, b"\r\n\r\n").expect("a head") + 4;
        assert_eq!(ends(whole, head), Ok(Some(whole.len())));
        assert_eq!(ends(&whole[..whole.len() - 1], head), Ok(None));
        let chunked = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n";
        let head = find(chunked, b"\r\n\r\n").expect("a head") + 4;
        assert_eq!(ends(chunked, head), Ok(Some(chunked.len())));
        assert_eq!(ends(&chunked[..chunked.len() - 4], head), Ok(None));
        let none = b"HTTP/1.1 303 See Other\r\nlocation: /\r\n\r\n";
        assert_eq!(ends(none, none.len()), Ok(Some(none.len())));
    }
}
