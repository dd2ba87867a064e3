//! Tables that spreadsheets read: cells quoted as RFC 4180 wants it, never a formula, and files that are sent while
//! they are read, so that however long one is only a page of it lies in memory.

use axum::body::Body;
use axum::http::HeaderValue;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use bailiwick_base::words::limits;
use bailiwick_base::{Code, Error};
use bytes::Bytes;
use http_body_util::channel::Channel;
use tokio::sync::Semaphore;

/// Files that are read at once; a slow reader keeps a place until it has all or goes.
static FILES: Semaphore = Semaphore::const_new(8);

/// Pages read ahead of a slow reader.
const AHEAD: usize = 2;

/// Lines of a file, a page at a time.
pub(crate) trait Pages: Send + 'static {
    /// The cells of the next lines; none after the last.
    fn next(&mut self) -> impl Future<Output = Result<Option<Vec<Vec<String>>>, Error>> + Send;
}

/// A file with a line of `names` and those of `pages`. What cannot be read at all is refused before it begins; where
/// it breaks off later, so does the file.
pub(crate) async fn file(name: &str, names: &[&str], mut pages: impl Pages) -> Result<Response, Error> {
    let Ok(place) = FILES.try_acquire() else { return Err(Code::Busy.into()) };
    let mut text = String::new();
    line(&mut text, names);
    let mut lines = pages.next().await?;
    let (mut sender, body) = Channel::<Bytes, Error>::new(AHEAD);
    tokio::spawn(async move {
        let _place = place;
        loop {
            for cells in lines.iter().flatten() {
                line(&mut text, cells);
            }
            let piece = Bytes::from(std::mem::take(&mut text));
            let sent = tokio::time::timeout(limits::REQUEST, sender.send_data(piece)).await;
            if lines.is_none() || !matches!(sent, Ok(Ok(()))) {
                return; // all is sent, or whoever asked has gone or reads nothing any more
            }
            lines = match pages.next().await {
                Ok(lines) => lines,
                Err(error) => {
                    tracing::warn!(code = error.code().key(), inside = ?error.inside(), "a file broke off");
                    return sender.abort(error);
                }
            };
        }
    });
    Ok((headers(name), Body::new(body)).into_response())
}

/// The address of the file with what a list shows.
pub(crate) fn path(file: &str, kept: &[(&str, &str)]) -> String {
    let kept = kept.iter().filter(|(_, value)| !value.is_empty());
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(kept).finish();
    if query.is_empty() { file.to_owned() } else { format!("{file}?{query}") }
}

/// A small file that is there already.
pub(crate) fn small_file(name: &str, lines: &[&[&str]]) -> Response {
    let mut text = String::new();
    for cells in lines {
        line(&mut text, *cells);
    }
    (headers(name), text).into_response()
}

fn headers(name: &str) -> [(axum::http::HeaderName, HeaderValue); 2] {
    let disposition = HeaderValue::from_str(&format!("attachment; filename=\"{name}\""));
    [
        (CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8")),
        (CONTENT_DISPOSITION, disposition.unwrap_or_else(|_| HeaderValue::from_static("attachment"))),
    ]
}

/// Lines of quoted cells.
pub fn lines(lines: &[Vec<String>]) -> String {
    let mut text = String::new();
    for cells in lines {
        line(&mut text, cells);
    }
    text
}

/// Appends a line of quoted cells. A cell that a spreadsheet would take for a formula is made a text by an apostrophe
/// in front.
pub(crate) fn line(text: &mut String, cells: impl IntoIterator<Item = impl AsRef<str>>) {
    for (index, cell) in cells.into_iter().enumerate() {
        let cell = cell.as_ref();
        text.push_str(if index == 0 { "\"" } else { ",\"" });
        if is_formula(cell.trim_start_matches('\'')) {
            text.push('\'');
        }
        for character in cell.chars() {
            if character == '"' {
                text.push('"');
            }
            text.push(character);
        }
        text.push('"');
    }
    text.push_str("\r\n");
}

/// What a cell said before [`line`] made it a text.
pub(crate) fn as_written(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(rest) if is_formula(rest.trim_start_matches('\'')) => rest,
        _ => cell,
    }
}

/// Would a spreadsheet compute it? Blanks and what is not seen before the sign do not keep all of them from it, nor
/// does a sign of full width; a line break or tab in front may begin a cell of its own.
fn is_formula(cell: &str) -> bool {
    let unseen = |character: char| {
        character.is_whitespace()
            || character.is_control()
            || matches!(character, '\u{AD}' | '\u{200B}'..='\u{200F}' | '\u{2060}'..='\u{2064}' | '\u{FEFF}')
    };
    cell.starts_with(['\t', '\r', '\n'])
        || cell
            .trim_start_matches(unseen)
            .starts_with(['=', '+', '-', '@', '\u{FF1D}', '\u{FF0B}', '\u{FF0D}', '\u{FF20}', '\u{2212}'])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn told(cells: &[&str]) -> String {
        let mut text = String::new();
        line(&mut text, cells);
        text
    }

    #[test]
    fn cells_are_quoted_and_a_formula_becomes_a_text() {
        assert_eq!(told(&["a", "b,c", "d\"e", "f\ng"]), "\"a\",\"b,c\",\"d\"\"e\",\"f\ng\"\r\n");
        for formula in [
            "=1+1",
            "+1",
            "-1",
            "@SUM(A1)",
            "\t=1",
            "\r=1",
            "\nx",
            " =1",
            "\u{A0}=1",
            "\u{FEFF}=1",
            "\u{200B}+1",
            "＝1+1",
            "＋1",
            "－1",
            "＠SUM(A1)",
            "  \u{3000}＝1",
            "\u{2212}1",
        ] {
            assert_eq!(told(&[formula]), format!("\"'{formula}\"\r\n"), "{formula:?}");
        }
        assert_eq!(told(&["a=1", ""]), "\"a=1\",\"\"\r\n");
    }

    proptest! {
        #[test]
        fn what_was_written_reads_back_and_computes_nothing(cell in "['=+@ \t\u{FEFF}＝a\"-]{0,6}|.{0,20}") {
            let text = told(&[&cell]);
            let inside = &text[1..text.len() - 3];
            prop_assert!(!is_formula(inside), "{inside:?}");
            let read = inside.replace("\"\"", "\"");
            prop_assert_eq!(as_written(&read), cell);
        }
    }
}
