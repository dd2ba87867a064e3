//! Foreign text made safe to look at: nothing of it is markup, and only web addresses become links.

use std::borrow::Cow;

use mail_parser::{Message, MessageParser, MimeHeaders};
use maud::{Markup, html};

/// Longest text that is shown, in bytes.
const SHOWN: usize = 200_000;
/// Most links that are listed from an HTML part.
const MAX_LINKS: usize = 100;

/// A mail taken apart for reading.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Readable {
    /// Name and value as sent, decoded where that is possible.
    pub(super) headers: Vec<(String, String)>,
    pub(super) subject: String,
    /// The plain text, or the HTML as text.
    pub(super) text: String,
    /// Where links of the HTML part lead.
    pub(super) links: Vec<String>,
    /// Name, kind and size in bytes.
    pub(super) attachments: Vec<(String, String, usize)>,
}

/// Takes a mail apart; whatever can't be read is left out.
pub(super) fn readable(raw: &[u8]) -> Readable {
    let Some(message) = MessageParser::default().parse(raw) else {
        return Readable { text: cut(&String::from_utf8_lossy(raw)).to_owned(), ..Readable::default() };
    };
    let headers = message.headers_raw().map(|(name, value)| (name.to_owned(), cut(value.trim()).to_owned()));
    let html = message.html_bodies().filter_map(|part| part.text_contents()).collect::<Vec<_>>().join("\n");
    Readable {
        headers: headers.take(200).collect(),
        subject: subject(&message),
        text: cut(&message.body_text(0).unwrap_or(Cow::Borrowed(""))).to_owned(),
        links: links(&html),
        attachments: attachments(&message),
    }
}

/// Only the subject, for lists.
pub(super) fn subject_of(raw: &[u8]) -> String {
    MessageParser::default().parse_headers(raw).map(|message| subject(&message)).unwrap_or_default()
}

fn subject(message: &Message<'_>) -> String {
    message.subject().unwrap_or_default().chars().take(300).collect()
}

fn attachments(message: &Message<'_>) -> Vec<(String, String, usize)> {
    let each = message.attachments().take(100).map(|part| {
        let kind = part.content_type().map_or_else(String::new, |kind| {
            format!("{}/{}", kind.ctype(), kind.subtype().unwrap_or_default())
        });
        (part.attachment_name().unwrap_or("(without a name)").to_owned(), kind, part.contents().len())
    });
    each.collect()
}

fn cut(text: &str) -> &str {
    &text[..text.floor_char_boundary(SHOWN)]
}

/// Values of `href="http…"`, each once.
fn links(html: &str) -> Vec<String> {
    let mut links = Vec::new();
    for rest in html.split("href=").skip(1) {
        let Some(quote) = rest.chars().next().filter(|c| matches!(c, '"' | '\'')) else { continue };
        let Some(value) = rest[1..].split(quote).next() else { continue };
        let value = value.replace("&amp;", "&");
        if is_link(&value) && !links.contains(&value) && links.len() < MAX_LINKS {
            links.push(value);
        }
    }
    links
}

fn is_link(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    text.len() <= 2_000
        && ["http://", "https://"]
            .iter()
            .any(|scheme| text.strip_prefix(scheme).is_some_and(|rest| !rest.is_empty()))
        && text.bytes().all(|b| b.is_ascii_graphic() && !matches!(b, b'"' | b'<' | b'>' | b'\\'))
}

/// Text with its web addresses as links that tell nobody where they were followed from.
pub(super) fn with_links(text: &str) -> Markup {
    html! { @for (part, link) in parts(text) { @if link { (link_to(part)) } @else { (part) } } }
}

/// One link.
pub(super) fn link_to(address: &str) -> Markup {
    html! { a href=(address) rel="noreferrer noopener nofollow" { (address) } }
}

/// The text in pieces, each with whether it is a web address. Marks at the end of a sentence don't belong to one.
fn parts(text: &str) -> Vec<(&str, bool)> {
    let mut parts = Vec::new();
    let mut start = 0;
    for word in text.split_inclusive(|c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"')) {
        let offset = word.as_ptr() as usize - text.as_ptr() as usize;
        let bare = word.trim_end_matches(|c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"'));
        let open = bare.trim_start_matches(['(', '[', '\'']);
        let from = offset + bare.len() - open.len();
        let link = open.trim_end_matches(['.', ',', ';', ':', '!', '?', ')', ']', '\'']);
        if is_link(link) {
            parts.extend([(&text[start..from], false), (&text[from..from + link.len()], true)]);
            start = from + link.len();
        }
    }
    parts.push((&text[start..], false));
    parts.retain(|(part, _)| !part.is_empty());
    parts
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{is_link, links, parts, readable, with_links};

    #[test]
    fn addresses_become_links_and_everything_else_stays_text() {
        let shown = with_links(
            "See <http://a.test/x?y=1&z=2>, (https://b.test). <script>alert(1)</script> javascript:x",
        );
        let expected = "See &lt;<a href=\"http://a.test/x?y=1&amp;z=2\" rel=\"noreferrer noopener nofollow\">\
            http://a.test/x?y=1&amp;z=2</a>&gt;, (<a href=\"https://b.test\" rel=\"noreferrer noopener nofollow\">\
            https://b.test</a>). &lt;script&gt;alert(1)&lt;/script&gt; javascript:x";
        assert_eq!(shown.into_string(), expected);
    }

    #[test]
    fn links_of_an_html_part_are_listed_once_and_only_web_addresses() {
        let html = r#"<a href="http://a.test/?x=1&amp;y=2">a</a> <a href='http://a.test/?x=1&amp;y=2'>b</a>
            <a href="javascript:alert(1)">c</a> <a href=http://unquoted.test>d</a> <a href="http://">e</a>"#;
        assert_eq!(links(html), ["http://a.test/?x=1&y=2"]);
    }

    #[test]
    fn a_mail_of_several_parts_is_taken_apart() {
        let raw = "From: a@b.test\r\nSubject: =?utf-8?q?Gr=C3=B6=C3=9Fe?=\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n\
            --x\r\nContent-Type: text/html\r\n\r\n<p>Hello <a href=\"https://c.test/reset\">you</a></p>\r\n\
            --x\r\nContent-Type: application/pdf\r\nContent-Disposition: attachment; filename=a.pdf\r\n\r\n12345\r\n--x--\r\n";
        let read = readable(raw.as_bytes());
        assert_eq!(read.subject, "Größe");
        assert!(read.text.contains("Hello you") && !read.text.contains('<'), "{}", read.text);
        assert_eq!(read.links, ["https://c.test/reset"]);
        assert_eq!(read.attachments, [("a.pdf".to_owned(), "application/pdf".to_owned(), 5)]);
        assert_eq!(read.headers[0], ("From".to_owned(), "a@b.test".to_owned()));
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_can_be_looked_at(raw in proptest::collection::vec(any::<u8>(), 0..2_000)) {
            let read = readable(&raw);
            prop_assert!(with_links(&read.text).into_string().len() < 4_000_000);
        }

        #[test]
        fn no_text_is_lost_when_links_are_found(text in "([a-z<>\"'(). \n]|http://|https://|ä){0,40}") {
            let parts = parts(&text);
            prop_assert_eq!(parts.iter().map(|(part, _)| *part).collect::<String>(), text.clone());
            prop_assert!(parts.iter().all(|(part, link)| !link || is_link(part)));
        }
    }
}
