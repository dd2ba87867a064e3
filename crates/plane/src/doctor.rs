//! A look at the machine: what is missing or wrong for the mail plane, and what to do about it.
//!
//! It only looks: it makes, changes and ends nothing.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use nix::unistd::{Uid, User};

use crate::PlaneSettings;
use crate::preflight;
use crate::processes;
use crate::programs;

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// As it should be.
    Good,
    /// Works, but not as one would want it.
    Warning,
    /// The mail plane cannot start or cannot work.
    Fault,
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// How bad it is.
    pub level: Level,
    /// What was found.
    pub what: String,
    /// What to do; empty if nothing.
    pub advice: String,
}

fn good(what: impl Into<String>) -> Finding {
    Finding { level: Level::Good, what: what.into(), advice: String::new() }
}

fn warning(what: impl Into<String>, advice: impl Into<String>) -> Finding {
    Finding { level: Level::Warning, what: what.into(), advice: advice.into() }
}

fn fault(what: impl Into<String>, advice: impl Into<String>) -> Finding {
    Finding { level: Level::Fault, what: what.into(), advice: advice.into() }
}

/// Looks at everything.
pub fn check(settings: &PlaneSettings) -> Vec<Finding> {
    let mut findings = vec![settings_fit(settings), root(), versions()];
    let running = is_running(settings);
    findings.extend(if running { sockets(settings) } else { ports(settings) });
    findings.push(data_dir(settings));
    findings.push(certificate(settings));
    findings.extend(mail_user(settings));
    findings
        .extend([settings.passdb_secret(), settings.doveadm_secret()].iter().filter_map(|path| secret(path)));
    findings.push(spool(settings));
    findings.push(warning(
        "only the envelope sender is checked, not the From header",
        "a message signed in as one mailbox can still show another author; the milter will close this",
    ));
    findings
}

fn settings_fit(settings: &PlaneSettings) -> Finding {
    match settings.validate() {
        Ok(()) => good("the settings can be used"),
        Err(error) => fault(error.to_string(), "change it in the configuration file"),
    }
}

fn root() -> Finding {
    if Uid::effective().is_root() {
        good("running as root")
    } else {
        warning("not running as root", "the mail plane itself must be; some of this look needs it too")
    }
}

fn versions() -> Finding {
    match programs::versions() {
        Ok(versions) => good(format!("Postfix {} and Dovecot {}", versions.postfix, versions.dovecot)),
        Err(error) => {
            let install = format!("apt-get install --no-install-recommends {}", programs::PACKAGES);
            fault(error.to_string(), install)
        }
    }
}

fn is_running(settings: &PlaneSettings) -> bool {
    fs::File::open(settings.lock_file())
        .is_ok_and(|file| matches!(file.try_lock_shared(), Err(fs::TryLockError::WouldBlock)))
}

fn ports(settings: &PlaneSettings) -> Vec<Finding> {
    let taken =
        |address: &std::net::SocketAddr| TcpListener::bind(address).err().map(|error| (*address, error));
    let findings: Vec<_> = settings
        .listeners()
        .iter()
        .filter_map(taken)
        .map(|(address, error)| match processes::holder_of(address) {
            Some(holder) => {
                fault(format!("{address} is in use by {holder}"), "stop it, or choose another port")
            }
            None => fault(
                format!("{address}: {error}"),
                "choose an address and a port that this machine has free",
            ),
        })
        .collect();
    if findings.is_empty() { vec![good("all ports are free")] } else { findings }
}

fn sockets(settings: &PlaneSettings) -> Vec<Finding> {
    let mut findings = vec![good("the mail plane is running")];
    for socket in [
        settings.internal_socket(),
        settings.socketmap_socket(),
        settings.policy_socket(),
        settings.sasl_socket(),
        settings.forward_socket(),
        settings.usage_socket(),
        settings.lmtp_socket(),
    ] {
        if let Err(error) = std::os::unix::net::UnixStream::connect(&socket) {
            let what = format!("nobody answers at {}: {error}", socket.display());
            findings.push(fault(what, "mail waits until `bailiwick serve` runs with the same run_dir"));
        }
    }
    findings
}

fn data_dir(settings: &PlaneSettings) -> Finding {
    let dir = &settings.data_dir;
    if !dir.exists() {
        return good(format!("{} will be made at the first start", dir.display()));
    }
    match preflight::open_to_all("data_dir", dir) {
        Ok(()) => good(format!("{} can be reached by the mail servers", dir.display())),
        Err(error) => fault(error.to_string(), "chmod o+x the directory named"),
    }
}

fn certificate(settings: &PlaneSettings) -> Finding {
    let Some(tls) = &settings.tls else {
        return warning(
            "the certificate is self-made",
            "mail programs will warn or refuse; set tls.certificate and tls.key to one for this host name",
        );
    };
    let unread =
        [&tls.certificate, &tls.key].into_iter().find_map(|path| fs::read(path).err().map(|e| (path, e)));
    if let Some((path, error)) = unread {
        return fault(format!("{}: {error}", path.display()), "the mail servers need it to start");
    }
    match fs::metadata(&tls.key) {
        Ok(found) if found.mode() & 0o077 != 0 => {
            warning(format!("{} can be read by others", tls.key.display()), "chmod 600 it")
        }
        _ => good("certificate and key are there"),
    }
}

fn mail_user(settings: &PlaneSettings) -> Option<Finding> {
    let user = User::from_uid(Uid::from_raw(settings.mail_uid)).ok()??;
    Some(warning(
        format!("mail belongs to the uid of an existing user, {}", user.name),
        "that user can read all mail; choose a mail_uid of its own unless it is meant for this",
    ))
}

fn secret(path: &Path) -> Option<Finding> {
    let found = fs::metadata(path).ok()?;
    let group = preflight::gid_name(found.gid());
    (found.mode() & 0o077 != 0).then(|| {
        fault(
            format!("{} can be read by others, or by group {group}", path.display()),
            "chmod 600 it and restart",
        )
    })
}

fn spool(settings: &PlaneSettings) -> Finding {
    let files = fs::read_dir(settings.spool_dir()).into_iter().flatten().flatten();
    let bytes: u64 = files.filter_map(|entry| entry.metadata().ok()).map(|found| found.len()).sum();
    if bytes > 64 * 1024 * 1024 {
        let what = format!("{} MiB of log lines wait to be taken", bytes / 1024 / 1024);
        return warning(what, "`bailiwick serve` is away or too slow; at 256 MiB the oldest are dropped");
    }
    good("log lines are being taken")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::tests::sample;
    use std::net::IpAddr;

    #[test]
    fn a_taken_port_is_a_fault_that_names_the_holder() {
        let listener = TcpListener::bind("127.0.0.1:0").expect("bind");
        let mut settings = sample();
        settings.listen = vec![IpAddr::from([127, 0, 0, 1])];
        settings.ports.smtp = listener.local_addr().expect("address").port();
        let findings = ports(&settings);
        let name = format!("process {}", std::process::id());
        assert!(findings.iter().any(|f| f.level == Level::Fault && f.what.contains(&name)), "{findings:?}");
    }

    #[test]
    fn a_self_made_certificate_is_a_warning_and_a_missing_one_a_fault() {
        assert_eq!(certificate(&sample()).level, Level::Warning);
        let missing = crate::TlsFiles { certificate: "/nowhere/c".into(), key: "/nowhere/k".into() };
        assert_eq!(certificate(&PlaneSettings { tls: Some(missing), ..sample() }).level, Level::Fault);
    }

    #[test]
    fn settings_that_cannot_be_used_are_a_fault() {
        let settings = PlaneSettings { hostname: "a b".into(), ..sample() };
        assert!(check(&settings).iter().any(|f| f.level == Level::Fault && f.what.contains("hostname")));
    }
}
