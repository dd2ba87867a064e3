//! Files that are sent with a form (RFC 7578), read as they come: bounded by their reader, not by the bound of other
//! requests. The anti-forgery token stands before the file, or nothing of the file is read (K21).

use axum::extract::{FromRequest, Request};
use axum::http::Method;
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use bailiwick_base::words::limits;
use bailiwick_base::{Code, Error};
use bytes::Bytes;

use super::{CsrfKey, Refusal};

/// The paths to which files are sent.
const UPLOADS: &[&str] = &["/imports/new", "/api/v1/mailbox-imports", "/api/v1/alias-imports"];

/// The longest field beside a file, in bytes.
const FIELD: usize = 1_000;

/// Fields beside a file.
const FIELDS: usize = 10;

/// After a refusal so much of a file is still taken, so that its sender, who is still sending, sees the answer.
const DRAINED: usize = 256 * 1024 * 1024;

/// Is the body of the request a file?
pub(super) fn is_upload(parts: &Parts) -> bool {
    parts.method == Method::POST && UPLOADS.contains(&parts.uri.path())
}

/// A form with a file at its end. The fields before it are read; the file is not yet.
pub(crate) struct Upload {
    form: multer::Multipart<'static>,
    file: multer::Field<'static>,
    fields: Vec<(String, String)>,
}

impl<S: Send + Sync> FromRequest<S> for Upload {
    type Rejection = Refusal;

    async fn from_request(request: Request, _: &S) -> Result<Self, Refusal> {
        let key = request.extensions().get::<CsrfKey>().cloned().ok_or(Code::Internal)?;
        let kind = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let boundary =
            kind.and_then(|kind| multer::parse_boundary(kind).ok()).ok_or(Code::MalformedRequest)?;
        let mut form = multer::Multipart::new(request.into_body().into_data_stream(), boundary);
        let mut fields: Vec<(String, String)> = Vec::new();
        while let Some(mut field) = timely(form.next_field()).await? {
            let name = field.name().unwrap_or_default().to_owned();
            if name == "file" {
                let mine: Vec<String> =
                    fields.extract_if(.., |(name, _)| name == "csrf").map(|(_, value)| value).collect();
                return match mine.as_slice() {
                    [given] if key.matches(given) => Ok(Self { form, file: field, fields }),
                    _ => Err(Code::ForgedRequest.into()),
                };
            }
            let mut value = Vec::new();
            while let Some(piece) = timely(field.chunk()).await? {
                value.extend_from_slice(&piece);
                if value.len() > FIELD {
                    return Err(Code::MalformedRequest.into());
                }
            }
            let value = String::from_utf8(value).map_err(|_| Code::MalformedRequest)?;
            if fields.len() == FIELDS || fields.iter().any(|(before, _)| *before == name) {
                return Err(Code::MalformedRequest.into());
            }
            fields.push((name, value));
        }
        Err(Code::MalformedRequest.into())
    }
}

impl Upload {
    /// The one field beside the file must be called so: what stands in it.
    pub(crate) fn only_field(&self, name: &str) -> Result<&str, Error> {
        match self.fields.as_slice() {
            [(there, value)] if there == name => Ok(value),
            _ => Err(Code::MalformedRequest.into()),
        }
    }

    /// As the sender calls the file.
    pub(crate) fn file_name(&self) -> String {
        self.file.file_name().unwrap_or_default().to_owned()
    }

    /// The next piece of the file; none after its end.
    pub(crate) async fn piece(&mut self) -> Result<Option<Bytes>, Error> {
        timely(self.file.chunk()).await
    }

    /// Takes the rest of a file that was refused.
    pub(crate) async fn drain(mut self) {
        let mut left = DRAINED;
        while let Ok(Some(piece)) = timely(self.file.chunk()).await {
            left = left.saturating_sub(piece.len());
            if left == 0 {
                return;
            }
        }
        drop(self.form);
    }
}

/// Whoever sends nothing for a while is not waited for.
async fn timely<T>(next: impl Future<Output = multer::Result<T>>) -> Result<T, Error> {
    match tokio::time::timeout(limits::BODY_TIME, next).await {
        Ok(Ok(next)) => Ok(next),
        Ok(Err(error)) => Err(Error::new(Code::MalformedRequest).because(error)),
        Err(_) => Err(Code::Busy.into()),
    }
}
