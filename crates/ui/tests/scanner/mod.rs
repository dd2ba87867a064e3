//! Just enough of an HTML scanner for the tests: quoted attributes, no comments, as our own markup is written.

/// A tag with its attributes.
#[derive(Debug, Clone)]
pub(crate) struct Tag {
    pub(crate) name: String,
    pub(crate) closing: bool,
    pub(crate) attributes: Vec<(String, String)>,
}

impl Tag {
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }
}

/// Every tag, in order.
pub(crate) fn tags(html: &str) -> Vec<Tag> {
    scan(html).0
}

/// Every piece of text between tags, in order.
pub(crate) fn texts(html: &str) -> Vec<String> {
    scan(html).1
}

fn scan(html: &str) -> (Vec<Tag>, Vec<String>) {
    let (mut tags, mut texts) = (Vec::new(), Vec::new());
    let mut rest = html.strip_prefix("<!DOCTYPE html>").unwrap_or(html);
    while let Some(start) = rest.find('<') {
        texts.push(rest[..start].to_owned());
        let end = start + tag_length(&rest[start..]);
        tags.push(tag(&rest[start + 1..end - 1]));
        rest = &rest[end..];
    }
    texts.push(rest.to_owned());
    (tags, texts)
}

/// Length of the tag that the text begins with; `>` inside quotes does not end it.
fn tag_length(text: &str) -> usize {
    let mut quoted = false;
    for (at, c) in text.char_indices() {
        match c {
            '"' => quoted = !quoted,
            '>' if !quoted => return at + 1,
            _ => {}
        }
    }
    panic!("a tag without end: {text}")
}

fn tag(inside: &str) -> Tag {
    let closing = inside.starts_with('/');
    let inside = inside.trim_start_matches('/');
    let (name, mut rest) = inside.split_once(' ').unwrap_or((inside, ""));
    let mut attributes = Vec::new();
    while !rest.trim_start().is_empty() {
        rest = rest.trim_start();
        let end = rest.find([' ', '=']).unwrap_or(rest.len());
        let attribute = rest[..end].to_owned();
        if let Some(value) = rest[end..].strip_prefix("=\"") {
            let close = value.find('"').expect("a closing quote");
            attributes.push((attribute, value[..close].to_owned()));
            rest = &value[close + 1..];
        } else {
            attributes.push((attribute, String::new()));
            rest = &rest[end..];
        }
    }
    Tag { name: name.to_owned(), closing, attributes }
}

/// Whether tags close in the order in which they opened, and neither forms, links nor buttons hold their like.
pub(crate) fn balance(html: &str) -> Result<(), String> {
    const VOID: [&str; 7] = ["input", "br", "hr", "img", "meta", "link", "wbr"];
    const ALONE: [&str; 4] = ["form", "a", "button", "label"];
    let mut open: Vec<String> = Vec::new();
    for tag in tags(html) {
        if tag.closing {
            let last = open.pop();
            if last.as_deref() != Some(tag.name.as_str()) {
                return Err(format!("</{}> closes {last:?}", tag.name));
            }
        } else if !VOID.contains(&tag.name.as_str()) {
            if ALONE.contains(&tag.name.as_str()) && open.contains(&tag.name) {
                return Err(format!("<{}> inside its like", tag.name));
            }
            if tag.name == "p"
                && open.last().is_some_and(|parent| ["p", "ul", "span"].contains(&parent.as_str()))
            {
                return Err(format!("<p> inside {:?}", open.last()));
            }
            let block = ["div", "ul", "table", "form", "section", "dl", "p"].contains(&tag.name.as_str());
            if block && open.iter().any(|parent| ["p", "span", "h1", "h2"].contains(&parent.as_str())) {
                return Err(format!("<{}> inside text: {open:?}", tag.name));
            }
            open.push(tag.name);
        }
    }
    if open.is_empty() { Ok(()) } else { Err(format!("left open: {open:?}")) }
}
