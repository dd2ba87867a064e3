//! The portals' certificate: read, checked, and read again when it was replaced (FI-25).
//!
//! A certificate that has expired is served and complained about. Plain HTTP in its place is never served.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use axum_server::tls_rustls::RustlsConfig;
use bailiwick_base::words::{Clock, Timestamp};
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::{FromDer, X509Certificate};

use crate::config::Tls;
use crate::failure::{Failure, Outcome};

/// How often the files are looked at.
const LOOK: Duration = Duration::from_mins(1);
/// How often an expired certificate is complained about.
const COMPLAIN: u32 = 60;
/// From when on before its end a certificate should have been renewed.
pub(crate) const SOON: Duration = Duration::from_hours(24 * 14);

/// What a certificate says of itself.
#[derive(Debug, Clone)]
pub(crate) struct Certificate {
    from: Timestamp,
    until: Timestamp,
    names: Vec<String>,
}

impl Certificate {
    /// What is wrong with its dates now.
    pub(crate) fn trouble(&self, now: Timestamp) -> Option<String> {
        if now < self.from {
            Some(format!("is valid from {} on only", self.from))
        } else if now >= self.until {
            Some(format!("expired at {}", self.until))
        } else {
            None
        }
    }

    /// When it ends.
    pub(crate) fn until(&self) -> Timestamp {
        self.until
    }

    /// Is it for this host?
    pub(crate) fn covers(&self, host: &str) -> bool {
        let matches = |name: &String| match name.strip_prefix("*.") {
            Some(rest) => host.split_once('.').is_some_and(|(_, parent)| parent.eq_ignore_ascii_case(rest)),
            None => name.eq_ignore_ascii_case(host),
        };
        self.names.iter().any(matches)
    }
}

/// What the first certificate of a file says.
pub(crate) fn certificate(path: &Path) -> Outcome<Certificate> {
    let chain = chain(path)?;
    let unreadable = || Failure::new(format!("{} holds a certificate that cannot be read.", path.display()));
    let (_, parsed) =
        X509Certificate::from_der(chain.first().ok_or_else(unreadable)?).map_err(|_| unreadable())?;
    let names = parsed.subject_alternative_name().ok().flatten();
    let name = |name: &GeneralName<'_>| match name {
        GeneralName::DNSName(name) => Some((*name).to_owned()),
        _ => None,
    };
    Ok(Certificate {
        from: Timestamp(parsed.validity().not_before.timestamp().saturating_mul(1_000)),
        until: Timestamp(parsed.validity().not_after.timestamp().saturating_mul(1_000)),
        names: names.iter().flat_map(|names| names.value.general_names.iter().filter_map(name)).collect(),
    })
}

/// Do chain and key belong together?
pub(crate) fn fits(files: &Tls) -> Outcome {
    configured(files).map(drop)
}

/// Reads chain and key, which must belong together.
pub(super) fn load(files: &Tls) -> Outcome<Arc<ServerConfig>> {
    let config = configured(files)?;
    complain(files);
    Ok(Arc::new(config))
}

fn configured(files: &Tls) -> Outcome<ServerConfig> {
    let key = PrivateKeyDer::from_pem_slice(&read(&files.key)?).map_err(|_| {
        Failure::new(format!("{} (http.tls_key) holds no private key in PEM.", files.key.display()))
    })?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let unfit = |error: rustls::Error| {
        let (certificate, key) = (files.certificate.display(), files.key.display());
        Failure::new(format!("{certificate} and {key} cannot be used together: {error}."))
    };
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(unfit)?
        .with_no_client_auth()
        .with_single_cert(chain(&files.certificate)?, key)
        .map_err(unfit)?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

fn chain(path: &Path) -> Outcome<Vec<CertificateDer<'static>>> {
    let text = read(path)?;
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&text).collect();
    chain.ok().filter(|chain| !chain.is_empty()).ok_or_else(|| {
        Failure::new(format!("{} (http.tls_certificate) holds no certificate in PEM.", path.display()))
    })
}

fn read(path: &Path) -> Outcome<Vec<u8>> {
    fs::read(path).map_err(Failure::file(path))
}

fn complain(files: &Tls) {
    match certificate(&files.certificate) {
        Ok(certificate) => {
            if let Some(trouble) = certificate.trouble(Clock::System.now()) {
                tracing::error!(
                    "the certificate {} {trouble}; browsers refuse it",
                    files.certificate.display()
                );
            }
        }
        Err(error) => tracing::error!(%error, "the certificate's dates are unknown"),
    }
}

/// Looks at the files for ever, and takes new ones when both fit together.
pub(super) async fn renew(files: Tls, live: RustlsConfig) {
    let mut known = changed_at(&files);
    for look in 1_u32.. {
        tokio::time::sleep(LOOK).await;
        let now = changed_at(&files);
        if now == known {
            if look.is_multiple_of(COMPLAIN) {
                complain(&files);
            }
            continue;
        }
        match load(&files) {
            Ok(config) => {
                live.reload_from_config(config);
                known = now;
                tracing::info!("the certificate was replaced");
            }
            // Tried again at the next look: the two files are replaced one after the other.
            Err(error) => tracing::error!(%error, "the new certificate cannot be used; the old one stays"),
        }
    }
}

fn changed_at(files: &Tls) -> [Option<SystemTime>; 2] {
    [&files.certificate, &files.key].map(|path| fs::metadata(path).and_then(|found| found.modified()).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair(dir: &Path, name: &str) -> Tls {
        let made =
            rcgen::generate_simple_self_signed(vec![format!("{name}.example.com"), "*.example.org".into()])
                .unwrap();
        let files =
            Tls { certificate: dir.join(format!("{name}.pem")), key: dir.join(format!("{name}.key")) };
        fs::write(&files.certificate, made.cert.pem()).unwrap();
        fs::write(&files.key, made.signing_key.serialize_pem()).unwrap();
        files
    }

    #[test]
    fn a_certificate_says_whom_it_is_for_and_until_when() {
        let dir = tempfile::tempdir().unwrap();
        let found = certificate(&pair(dir.path(), "admin").certificate).unwrap();
        assert!(found.covers("admin.example.com") && found.covers("x.example.org"));
        assert!(
            !found.covers("staff.example.com")
                && !found.covers("a.b.example.org")
                && !found.covers("example.org")
        );
        let now = Clock::System.now();
        assert_eq!(found.trouble(now), None);
        assert!(found.trouble(found.until()).is_some_and(|text| text.starts_with("expired at ")));
        assert!(found.trouble(Timestamp(0)).is_some_and(|text| text.starts_with("is valid from ")));
    }

    #[test]
    fn a_key_that_is_not_the_certificates_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let (one, two) = (pair(dir.path(), "one"), pair(dir.path(), "two"));
        assert!(load(&one).is_ok());
        let mixed = Tls { certificate: one.certificate.clone(), key: two.key };
        assert!(load(&mixed).unwrap_err().to_string().contains("cannot be used together"));
        let swapped = Tls { certificate: one.key, key: one.certificate };
        assert!(load(&swapped).is_err());
    }
}
