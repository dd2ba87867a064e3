//! Pieces of a log line.

/// The program's tag and what it says: `… postfix/mx/smtpd[411]: text` gives the tag, 411 and the text.
pub(super) fn tag(line: &str) -> Option<(&str, u32, &str)> {
    let (head, text) = line.split_once("]: ")?;
    let (before, pid) = head.rsplit_once('[')?;
    let name = before.rsplit(' ').next()?;
    Some((name, pid.parse().ok()?, text))
}

/// Takes `<address>` from the front and gives it without its brackets, and what follows. A quoted local part
/// may hold `>`.
pub(super) fn address(text: &str) -> Option<(&str, &str)> {
    let inner = text.strip_prefix('<')?;
    let end = closing(inner).or_else(|| inner.find('>'))?;
    Some((&inner[..end], &inner[end + 1..]))
}

/// Where the first `>` outside of quotes is.
fn closing(inner: &str) -> Option<usize> {
    let (mut quoted, mut escaped) = (false, false);
    for (at, byte) in inner.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b'>' if !quoted => return Some(at),
            _ => {}
        }
    }
    None
}

/// Takes `name=<address>` from the front.
pub(super) fn named_address<'a>(text: &'a str, name: &str) -> Option<(&'a str, &'a str)> {
    address(text.strip_prefix(name)?.strip_prefix('=')?)
}

/// Takes `name=value` from the front, up to `, ` or the end; what follows is behind the comma.
pub(super) fn named<'a>(text: &'a str, name: &str) -> Option<(&'a str, &'a str)> {
    let value = text.strip_prefix(name)?.strip_prefix('=')?;
    Some(value.split_once(", ").unwrap_or((value, "")))
}

/// The address in `name[address]`; `None` for `unknown`.
pub(super) fn client_ip(client: &str) -> Option<std::net::IpAddr> {
    let (_, ip) = client.strip_suffix(']')?.rsplit_once('[')?;
    ip.parse().ok().map(|ip: std::net::IpAddr| ip.to_canonical())
}

/// An enhanced status code at the front.
pub(super) fn enhanced(text: &str) -> Option<(&str, &str)> {
    let (code, rest) = text.split_once(' ').unwrap_or((text, ""));
    let digits = |p: &str| (1..=3).contains(&p.len()) && p.bytes().all(|b| b.is_ascii_digit());
    (code.split('.').count() == 3 && code.split('.').all(digits)).then_some((code, rest))
}

/// A queue id: the long form of digits and consonants, or the short one of hexadecimal capitals. Words such as
/// "warning" are neither.
pub(super) fn is_queue_id(text: &str) -> bool {
    let long = |b: u8| {
        b.is_ascii_alphanumeric() && !matches!(b.to_ascii_uppercase(), b'A' | b'E' | b'I' | b'O' | b'U')
    };
    let short = |b: u8| matches!(b, b'0'..=b'9' | b'A'..=b'F');
    (6..=32).contains(&text.len()) && (text.bytes().all(long) || text.bytes().all(short))
}
