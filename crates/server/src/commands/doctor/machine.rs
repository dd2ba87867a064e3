//! The machine: configuration, key, private files, disk, ports, certificates.

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use bailiwick_base::words::Clock;
use nix::sys::statvfs::statvfs;

use super::PATIENCE;
use super::finding::{About, Finding};
use crate::config::{Config, hosts_of};
use crate::{place, serve};

/// Less than this is a problem, in bytes: a database that cannot write stops everything.
const DISK_LEAST: u64 = 256 * 1024 * 1024;
/// Less than this is a warning, in bytes.
const DISK_FEW: u64 = 2 * 1024 * 1024 * 1024;

pub(super) fn look(path: &Path, config: &Config) -> Vec<Finding> {
    let mut findings = vec![configuration(path), secret_key(config)];
    findings.extend(private_files(config));
    findings.extend(disks(config));
    findings.push(portals(config));
    findings.extend(portals_certificate(config));
    findings.extend(mail_certificate(config));
    findings.push(proxies(config));
    findings.push(relay(config));
    findings
}

fn configuration(path: &Path) -> Finding {
    let about = About("configuration");
    match std::fs::metadata(path) {
        Ok(found) if found.mode() & 0o004 != 0 => about.warning(
            format!("{} can be read by everybody", path.display()),
            format!("chmod o-r {}, if database holds a password", path.display()),
        ),
        _ => about.ok(format!("{} is good", path.display())),
    }
}

fn secret_key(config: &Config) -> Finding {
    let (about, path) = (About("key"), config.secret_key());
    match place::load_key(&path) {
        Ok(_) => about
            .ok(format!("{} is there, for its owner only; keep a copy apart from the data", path.display())),
        Err(_) if !path.exists() && !has_data(config) => {
            about.ok(format!("{} will be made at the first start", path.display()))
        }
        Err(failure) => about.problem(failure.to_string(), "nothing starts without the right key"),
    }
}

pub(super) fn has_data(config: &Config) -> bool {
    let has_content = |path: &PathBuf| std::fs::metadata(path).is_ok_and(|found| found.len() > 0);
    config.sqlite_files().iter().any(has_content)
}

/// The data and the portals' key are for their owner only (FI-23).
fn private_files(config: &Config) -> Vec<Finding> {
    let mut files = config.sqlite_files();
    files.extend(config.tls.as_ref().map(|tls| tls.key.clone()));
    files.extend(config.mail.as_ref().and_then(|mail| mail.tls.as_ref()).map(|tls| tls.key.clone()));
    let open = files.into_iter().filter(|path| {
        // A key may belong to a group of its own; nobody else's business is it in any case.
        std::fs::metadata(path).is_ok_and(|found| found.mode() & 0o007 != 0)
    });
    open.map(|path| {
        About("files").problem(
            format!("{} can be read by everybody", path.display()),
            format!("chmod 600 {}; who could read it may have copied it", path.display()),
        )
    })
    .collect()
}

fn disks(config: &Config) -> Vec<Finding> {
    let mut folders = vec![("the data", config.data_dir.as_path())];
    folders.extend(config.mail.as_ref().map(|mail| ("the mail", mail.data_dir.as_path())));
    folders.into_iter().filter_map(|(whose, folder)| disk(whose, folder)).collect()
}

/// None for a folder that is not there yet.
fn disk(whose: &str, folder: &Path) -> Option<Finding> {
    let about = About("disk");
    let found = statvfs(folder).ok()?;
    let free = found.blocks_available().saturating_mul(found.fragment_size());
    let (files, free_files) = (found.files(), found.files_available());
    let place = folder.display();
    let few_files = files > 0 && free_files < files / 50;
    let gib = |bytes: u64| format!("{}.{} GiB", bytes >> 30, ((bytes & 0x3fff_ffff) * 10) >> 30);
    let advice = "make room, or move it to a larger disk: nothing can be saved and mail is turned away when it is full";
    Some(if free < DISK_LEAST {
        about.problem(format!("only {} MiB are left for {whose} at {place}", free >> 20), advice)
    } else if free < DISK_FEW {
        about.warning(format!("only {} are left for {whose} at {place}", gib(free)), advice)
    } else if few_files {
        about.warning(format!("only {free_files} more files fit for {whose} at {place}"), advice)
    } else {
        about.ok(format!("{} are left for {whose} at {place}", gib(free)))
    })
}

/// Where a program on this machine reaches an address that is listened on.
fn reachable(address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() { SocketAddr::from(([127, 0, 0, 1], address.port())) } else { address }
}

fn portals(config: &Config) -> Finding {
    let (about, address) = (About("portals"), config.listen);
    if place::is_served(config) {
        return match TcpStream::connect_timeout(&reachable(address), PATIENCE) {
            Ok(_) => about.ok(format!("`bailiwick serve` runs and answers at {address}")),
            Err(error) => about.problem(
                format!("`bailiwick serve` runs, but {address} does not answer: {error}"),
                "look into its log",
            ),
        };
    }
    match TcpListener::bind(address) {
        Ok(_) => about.warning(
            format!("`bailiwick serve` does not run here; {address} is free for the portals"),
            "start it: without it nobody signs in, and mail waits",
        ),
        Err(error) => about.problem(
            format!("{address} cannot be used: {error}"),
            "stop the program that has it (`ss -ltnp` names it), or change http.listen",
        ),
    }
}

fn portals_certificate(config: &Config) -> Option<Finding> {
    let files = config.tls.as_ref()?;
    let about = About("certificate");
    if let Some(trouble) =
        dates(about, "the portals' certificate", &files.certificate, "http.tls_certificate")
    {
        return Some(trouble);
    }
    if let Err(failure) = serve::fits(files) {
        return Some(about.problem(failure.to_string(), "put the key of this certificate into http.tls_key"));
    }
    let found = serve::certificate(&files.certificate).ok()?;
    let uncovered: Vec<&str> =
        hosts_of(&config.settings.origins).into_iter().filter(|host| !found.covers(host)).collect();
    if !uncovered.is_empty() {
        let what = format!("the portals' certificate is not for {}", uncovered.join(", "));
        return Some(about.warning(what, "browsers refuse it there; get one that names all portals"));
    }
    Some(about.ok(format!("the portals' certificate is good until {}", found.until())))
}

fn mail_certificate(config: &Config) -> Option<Finding> {
    let mail = config.mail.as_ref()?;
    let files = mail.tls.as_ref()?;
    let about = About("certificate");
    if let Some(trouble) =
        dates(about, "the mail servers' certificate", &files.certificate, "mail.tls.certificate")
    {
        return Some(trouble);
    }
    let found = serve::certificate(&files.certificate).ok()?;
    if !found.covers(&mail.hostname) {
        let what = format!("the mail servers' certificate is not for {}", mail.hostname);
        return Some(about.warning(what, "mail programs refuse it; get one that names mail.hostname"));
    }
    Some(about.ok(format!("the mail servers' certificate is good until {}", found.until())))
}

/// What is wrong with a certificate by itself: it cannot be read, or its time is not now or soon over.
fn dates(about: About, whose: &str, file: &Path, key: &str) -> Option<Finding> {
    let found = match serve::certificate(file) {
        Ok(found) => found,
        Err(failure) => return Some(about.problem(failure.to_string(), format!("correct {key}"))),
    };
    let now = Clock::System.now();
    if let Some(trouble) = found.trouble(now) {
        return Some(
            about.problem(format!("{whose} {trouble}"), "renew it; it is taken up without a restart"),
        );
    }
    (found.until().since(now) < serve::SOON)
        .then(|| about.warning(format!("{whose} ends at {}", found.until()), "renew it now"))
}

fn proxies(config: &Config) -> Finding {
    let about = About("portals");
    let https = config.settings.origins.admin.starts_with("https://");
    if config.tls.is_none() && https && config.settings.trusted_proxies.is_empty() {
        return about.warning(
            "a proxy stands before the portals, but http.trusted_proxies is empty",
            "name the proxy there, or every request seems to come from it",
        );
    }
    about.ok(if config.tls.is_some() {
        "the portals are served over TLS"
    } else {
        "the portals are served on loopback only"
    })
}

fn relay(config: &Config) -> Finding {
    let (about, relay) = (About("outgoing"), config.settings.outgoing);
    if !relay.ip().is_loopback() {
        return about.warning(
            format!("mails with one-time links go to {relay} unencrypted"),
            "let outgoing.relay be a mail server on this machine, which encrypts, or in a tunnel",
        );
    }
    match TcpStream::connect_timeout(&relay, PATIENCE) {
        Ok(_) => about.ok(format!("our own mails go to {relay}, which answers")),
        Err(error) => about.warning(
            format!("our own mails go to {relay}, which does not answer: {error}"),
            "they wait in the outbox until it does",
        ),
    }
}

#[cfg(test)]
mod tests {
    use std::fs::{self, Permissions};
    use std::os::unix::fs::PermissionsExt;

    use bailiwick_plane::Level;

    use super::*;
    use crate::place::tests::config_in;

    #[test]
    fn fi_23_data_that_everybody_can_read_is_a_problem() {
        let folder = tempfile::tempdir().expect("a folder");
        let config = config_in(folder.path());
        place::make_private_database(&config).expect("made");
        assert!(private_files(&config).is_empty());
        let data = &config.sqlite_files()[0];
        fs::set_permissions(data, Permissions::from_mode(0o644)).expect("mode");
        let found = private_files(&config);
        assert_eq!(found.len(), 1);
        assert!(found[0].level == Level::Fault && found[0].advice.starts_with("chmod 600"), "{found:?}");
    }

    #[test]
    fn the_room_that_is_left_is_told() {
        let folder = tempfile::tempdir().expect("a folder");
        let found = disk("the data", folder.path()).expect("a finding");
        assert!(found.what.contains("are left for the data at"), "{found:?}");
        assert!(disk("the data", &folder.path().join("missing")).is_none());
    }

    #[test]
    fn a_taken_address_is_a_problem_and_a_free_one_a_warning_that_nothing_runs() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut config = config_in(folder.path());
        let taken = TcpListener::bind("127.0.0.1:0").expect("bound");
        config.listen = taken.local_addr().expect("an address");
        assert_eq!(portals(&config).level, Level::Fault);
        let lock = place::lock(&config).expect("free");
        assert_eq!(portals(&config).level, Level::Good, "it is taken by the `serve` that runs");
        drop((taken, lock));
        assert_eq!(portals(&config).level, Level::Warning);
    }
}
