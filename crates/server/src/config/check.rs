//! From what the file says to what the program uses.

use std::net::{SocketAddr, ToSocketAddrs};
use std::path::Path;

use bailiwick_app::{DemoLinks, KeptCheckpoints, MailProgram, MailStore, Origins, Settings};
use bailiwick_base::db::Location;
use bailiwick_base::words::{DomainName, EmailAddress};
use bailiwick_plane::{PlaneError, PlaneSettings};

use super::file::{Demo, File, History, Http};
use super::trouble::Trouble;
use super::{Config, Tls, origin};

type Checked<T> = Result<T, Trouble>;

pub(super) fn check(file: File) -> Checked<Config> {
    absolute("data_dir", &file.data_dir)?;
    let database = Location::parse(&file.database, &file.data_dir)
        .map_err(|_| Trouble::new("database", "must be sqlite or a postgres:// URL."))?;
    let tls = tls(&file.http)?;
    let origins = origins(file.origins)?;
    if let Some(mail) = &file.mail {
        mail.validate().map_err(|error| of_plane(&error))?;
    }
    let from: EmailAddress = file
        .outgoing
        .from
        .parse()
        .map_err(|_| Trouble::new("outgoing.from", "must be an e-mail address alone, without a name."))?;
    let outgoing = relay(file.outgoing.relay.as_deref(), file.mail.as_ref())?;
    let billing_url = file.billing_url.map(|url| link("billing_url", url)).transpose()?;
    let settings = Settings {
        own_domains: own_domains(&origins, &from, file.mail.as_ref()),
        origins,
        trusted_proxies: file.http.trusted_proxies.iter().map(std::net::IpAddr::to_canonical).collect(),
        resolver: file.dns.resolver,
        from,
        outgoing,
        mail_program: file.mail.as_ref().map(mail_program),
        mail_store: file.mail.as_ref().map(mail_store),
        billing_url,
        api_requests: api_requests(&file.api)?,
        checkpoints: checkpoints(file.history, &file.data_dir)?,
        demo: file.demo.map(demo).transpose()?,
    };
    Ok(Config {
        data_dir: file.data_dir,
        database,
        listen: file.http.listen,
        tls,
        metrics: file.metrics.map(|metrics| metrics.listen),
        log_format: file.log_format,
        settings,
        mail: file.mail,
    })
}

fn absolute(key: &str, path: &Path) -> Checked<()> {
    if path.is_absolute() { Ok(()) } else { Err(Trouble::new(key, "must be an absolute path.")) }
}

/// Anything but loopback is served over TLS only.
fn tls(http: &Http) -> Checked<Option<Tls>> {
    match (&http.tls_certificate, &http.tls_key) {
        (Some(certificate), Some(key)) => {
            absolute("http.tls_certificate", certificate)?;
            absolute("http.tls_key", key)?;
            Ok(Some(Tls { certificate: certificate.clone(), key: key.clone() }))
        }
        (Some(_), None) => Err(Trouble::new("http.tls_key", "is missing: a certificate needs its key.")),
        (None, Some(_)) => {
            Err(Trouble::new("http.tls_certificate", "is missing: a key needs its certificate."))
        }
        (None, None) if http.listen.ip().to_canonical().is_loopback() => Ok(None),
        (None, None) => Err(Trouble::new(
            "http.listen",
            "is not a loopback address, and there is no certificate: passwords would cross the network in clear \
             text. Set http.tls_certificate and http.tls_key, or listen on 127.0.0.1 behind a proxy.",
        )),
    }
}

fn origins(file: super::file::Origins) -> Checked<Origins> {
    let super::file::Origins { staff, admin, mail, api } = file;
    let mut all = vec![("origins.staff", &staff), ("origins.admin", &admin), ("origins.mail", &mail)];
    all.extend(api.as_ref().map(|api| ("origins.api", api)));
    for (number, (key, value)) in all.iter().enumerate() {
        origin::check(value).map_err(|why| Trouble::new(*key, why))?;
        if all[number + 1..].iter().any(|(_, other)| other == value) {
            return Err(Trouble::new(*key, "must differ from the other portals' origins."));
        }
    }
    Ok(Origins { staff, admin, mail, api })
}

/// At least one request a second, or the API would be of no use.
fn api_requests(file: &super::file::Api) -> Checked<u32> {
    match file.requests_per_minute {
        60..=100_000_000 => Ok(file.requests_per_minute),
        _ => Err(Trouble::new("api.requests_per_minute", "must be from 60 to 100000000.")),
    }
}

fn relay(relay: Option<&str>, mail: Option<&PlaneSettings>) -> Checked<SocketAddr> {
    match (relay, mail) {
        (Some(text), _) => {
            let wrong = |why: &str| Trouble::new("outgoing.relay", why);
            let mut found = text.to_socket_addrs().map_err(|error| match error.kind() {
                std::io::ErrorKind::InvalidInput => wrong("must be host:port."),
                _ => wrong("names a host that cannot be found."),
            })?;
            found.next().ok_or_else(|| wrong("names a host without an address."))
        }
        (None, Some(mail)) => Ok(SocketAddr::from(([127, 0, 0, 1], mail.ports.reinject))),
        (None, None) => {
            Err(Trouble::new("outgoing.relay", "is missing: without [mail] there is no mail server of ours."))
        }
    }
}

fn link(key: &str, url: String) -> Checked<String> {
    let web = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    let plain =
        url.len() <= 2_000 && url.bytes().all(|byte| byte.is_ascii_graphic() && !b"\"'<>;,".contains(&byte));
    if plain && web.is_some_and(|rest| !rest.is_empty() && !rest.starts_with('/')) {
        Ok(url)
    } else {
        Err(Trouble::new(key, "must be a URL that begins with https:// (or http://)."))
    }
}

/// Checkpoints beside the data would be in the hands of whoever owns the data.
fn checkpoints(history: History, data_dir: &Path) -> Checked<Option<KeptCheckpoints>> {
    let History { checkpoint_dir: directory, checkpoint_command: command } = history;
    if let Some(directory) = &directory {
        absolute("history.checkpoint_dir", directory)?;
        if directory.starts_with(data_dir) {
            return Err(Trouble::new(
                "history.checkpoint_dir",
                "lies in data_dir: whoever changes the data could change it too. Name a directory on another machine.",
            ));
        }
    }
    if let Some(command) = &command {
        let program = command.first().map(Path::new);
        if !program.is_some_and(Path::is_absolute) || command.iter().any(|word| word.contains('\0')) {
            return Err(Trouble::new(
                "history.checkpoint_command",
                "must be a list that begins with the absolute path of a program.",
            ));
        }
    }
    Ok((directory.is_some() || command.is_some()).then_some(KeptCheckpoints { directory, command }))
}

fn demo(demo: Demo) -> Checked<DemoLinks> {
    Ok(DemoLinks {
        publish_url: link("demo.publish_url", demo.publish_url)?,
        outside_mail_url: link("demo.outside_mail_url", demo.outside_mail_url)?,
    })
}

fn mail_program(mail: &PlaneSettings) -> MailProgram {
    MailProgram {
        host: mail.hostname.clone(),
        imaps: mail.ports.imaps,
        pop3s: mail.ports.pop3s,
        submissions: mail.ports.submissions,
        submission: mail.ports.submission,
        smtp: mail.ports.smtp,
    }
}

/// The paths were checked to be plain text by the plane.
fn mail_store(mail: &PlaneSettings) -> MailStore {
    MailStore {
        root: mail.mail_dir().to_string_lossy().into_owned(),
        uid: mail.mail_uid,
        gid: mail.mail_gid,
        forward_socket: mail.forward_socket().to_string_lossy().into_owned(),
    }
}

/// Names of the installation itself. `localhost` and addresses are no domains, and nobody could claim them.
fn own_domains(origins: &Origins, from: &EmailAddress, mail: Option<&PlaneSettings>) -> Vec<DomainName> {
    let hosts = origin::hosts_of(origins).into_iter().chain(mail.map(|mail| mail.hostname.as_str()));
    let mut domains: Vec<DomainName> = hosts.filter_map(|host| host.parse().ok()).collect();
    domains.push(from.domain.clone());
    domains.sort();
    domains.dedup();
    domains
}

fn of_plane(error: &PlaneError) -> Trouble {
    match error {
        PlaneError::Setting { name, why } => Trouble::new(format!("mail.{name}"), format!("{why}.")),
        other => Trouble::new("mail", format!("cannot be used: {other}.")),
    }
}
