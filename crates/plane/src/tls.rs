//! The certificate of the mail servers: the operator's, or a self-made one so that a first start works.

use std::fs;

use crate::files::{self, Access};
use crate::render::Certificate;
use crate::{PlaneError, PlaneSettings};

/// The certificate to use; makes one when the operator gave none.
pub(crate) fn certificate(settings: &PlaneSettings) -> Result<Certificate, PlaneError> {
    let Some(tls) = &settings.tls else { return self_made(settings) };
    for path in [&tls.certificate, &tls.key] {
        let text = fs::read(path).map_err(PlaneError::file(path))?;
        if !text.windows(11).any(|part| part == b"-----BEGIN ") {
            return Err(PlaneError::setting("tls", format!("names {}, which is not PEM", path.display())));
        }
    }
    Ok(Certificate { chain: tls.certificate.clone(), key: tls.key.clone() })
}

fn self_made(settings: &PlaneSettings) -> Result<Certificate, PlaneError> {
    let dir = settings.tls_dir();
    let made = Certificate { chain: dir.join("self-made.pem"), key: dir.join("self-made.key") };
    let name = dir.join("self-made.name");
    let same_name = fs::read_to_string(&name).is_ok_and(|known| known == settings.hostname);
    if !(same_name && made.chain.exists() && made.key.exists()) {
        let pair = rcgen::generate_simple_self_signed([settings.hostname.clone()])
            .map_err(PlaneError::Certificate)?;
        files::directory(&dir, Access::root(0o700))?;
        // The name comes last: an interrupted start makes the pair again.
        let _ = fs::remove_file(&name);
        files::write(&made.key, pair.signing_key.serialize_pem().as_bytes(), Access::root(0o600))?;
        files::write(&made.chain, pair.cert.pem().as_bytes(), Access::root(0o644))?;
        files::write(&name, settings.hostname.as_bytes(), Access::root(0o644))?;
    }
    tracing::warn!(
        certificate = %made.chain.display(),
        "THE MAIL SERVERS USE A SELF-MADE CERTIFICATE: mail programs will warn or refuse; set tls.certificate and tls.key"
    );
    Ok(made)
}
