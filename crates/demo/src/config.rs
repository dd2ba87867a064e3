//! The product's configuration file, as the demonstration writes it.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::ports::Ports;

/// Everything the product is told. Field names are those of its configuration file.
#[derive(Debug, Clone, Serialize)]
pub struct Config {
    data_dir: PathBuf,
    /// `sqlite` or `postgres://…`.
    database: String,
    http: Http,
    origins: Origins,
    dns: Dns,
    outgoing: Outgoing,
    #[serde(skip_serializing_if = "Option::is_none")]
    mail: Option<Mail>,
    demo: Demo,
}

#[derive(Debug, Clone, Serialize)]
struct Http {
    listen: SocketAddr,
}

/// Where each portal is reached.
#[derive(Debug, Clone, Serialize, PartialEq, Eq)]
pub struct Origins {
    /// Admin Panel.
    pub admin: String,
    /// User Panel and Webmail.
    pub mail: String,
    /// Staff.
    pub staff: String,
    /// The JSON API.
    pub api: String,
}

#[derive(Debug, Clone, Serialize)]
struct Dns {
    resolver: SocketAddr,
}

#[derive(Debug, Clone, Serialize)]
struct Outgoing {
    from: String,
    /// Without a mail plane of its own the installation hands its mails straight to the outside world.
    #[serde(skip_serializing_if = "Option::is_none")]
    relay: Option<SocketAddr>,
}

#[derive(Debug, Clone, Serialize)]
struct Mail {
    data_dir: PathBuf,
    run_dir: PathBuf,
    secrets_dir: PathBuf,
    hostname: String,
    listen: Vec<IpAddr>,
    ports: MailPorts,
    passdb_url: String,
    relay: Relay,
}

#[derive(Debug, Clone, Serialize)]
struct MailPorts {
    smtp: u16,
    submission: u16,
    submissions: u16,
    imap: u16,
    imaps: u16,
    pop3: u16,
    pop3s: u16,
    reinject: u16,
    doveadm: u16,
}

#[derive(Debug, Clone, Serialize)]
struct Relay {
    host: String,
    port: u16,
}

#[derive(Debug, Clone, Serialize)]
struct Demo {
    publish_url: String,
    outside_mail_url: String,
}

impl Origins {
    /// `http://admin.localhost:PORT` and so on: browsers treat such names as this machine and as secure.
    pub fn on(port: u16) -> Self {
        let origin = |name: &str| format!("http://{name}.localhost:{port}");
        Self { admin: origin("admin"), mail: origin("mail"), staff: origin("staff"), api: origin("api") }
    }

    /// All of them, for who must know whom to trust.
    pub fn all(&self) -> Vec<String> {
        [&self.admin, &self.mail, &self.staff].map(Clone::clone).to_vec()
    }
}

impl Config {
    /// For data in this folder. `run` holds unix sockets, whose paths must be short.
    pub fn new(data: &Path, run: &Path, ports: &Ports, database: Option<&str>, mail: bool) -> Self {
        let here = |port| SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let outside = outside_origin(ports);
        let sink = here(ports.sink);
        Self {
            data_dir: data.to_owned(),
            database: database.unwrap_or("sqlite").to_owned(),
            http: Http { listen: here(ports.http) },
            origins: Origins::on(ports.http),
            dns: Dns { resolver: here(ports.dns) },
            outgoing: Outgoing { from: "no-reply@provider.test".to_owned(), relay: (!mail).then_some(sink) },
            mail: mail.then(|| Mail::new(data, run, ports)),
            demo: Demo {
                publish_url: format!("{outside}/publish"),
                outside_mail_url: format!("{outside}/mail"),
            },
        }
    }

    /// Writes it so that only its owner can read it: a database's URL may hold a password.
    pub fn write(&self, file: &Path) -> io::Result<()> {
        let text = toml::to_string(self).map_err(io::Error::other)?;
        if let Err(error) = std::fs::remove_file(file)
            && error.kind() != io::ErrorKind::NotFound
        {
            return Err(error);
        }
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(file)?;
        writeln!(file, "# Written by the demonstration at each start; changes are lost.")?;
        file.write_all(text.as_bytes())
    }
}

impl Mail {
    fn new(data: &Path, run: &Path, ports: &Ports) -> Self {
        let Ports { smtp, submission, submissions, imap, imaps, pop3, pop3s, reinject, doveadm, .. } = *ports;
        Self {
            data_dir: data.to_owned(),
            run_dir: run.to_owned(),
            secrets_dir: data.join("secrets"),
            hostname: "mail.provider.test".to_owned(),
            listen: vec![IpAddr::from(Ipv4Addr::LOCALHOST)],
            ports: MailPorts { smtp, submission, submissions, imap, imaps, pop3, pop3s, reinject, doveadm },
            passdb_url: format!("http://127.0.0.1:{}", ports.passdb),
            relay: Relay { host: "127.0.0.1".to_owned(), port: ports.sink },
        }
    }
}

/// Where the outside world's pages are.
pub fn outside_origin(ports: &Ports) -> String {
    format!("http://outside.localhost:{}", ports.outside)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;
    use std::path::Path;

    use super::Config;
    use crate::ports::Ports;

    #[test]
    fn the_file_reads_back_as_written_and_only_its_owner_may_read_it() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("bailiwick.toml");
        std::fs::write(&file, "old").unwrap();
        let ports = Ports::free().unwrap();
        let database = "postgres://u:\"p\\@127.0.0.1/x";
        Config::new(Path::new("/d \"q\""), Path::new("/r"), &ports, Some(database), true)
            .write(&file)
            .unwrap();
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        let read: toml::Table = std::fs::read_to_string(&file).unwrap().parse().unwrap();
        assert_eq!(read["database"].as_str(), Some(database));
        assert_eq!(read["data_dir"].as_str(), Some("/d \"q\""));
        assert_eq!(read["mail"]["ports"]["imaps"].as_integer(), Some(i64::from(ports.imaps)));
        assert_eq!(read["mail"]["relay"]["port"].as_integer(), Some(i64::from(ports.sink)));
        assert_eq!(read["dns"]["resolver"].as_str(), Some(format!("127.0.0.1:{}", ports.dns).as_str()));
        assert_eq!(
            read["origins"]["admin"].as_str(),
            Some(format!("http://admin.localhost:{}", ports.http).as_str())
        );
    }

    #[test]
    fn without_mail_there_is_no_mail_section() {
        let config = Config::new(Path::new("/d"), Path::new("/r"), &Ports::free().unwrap(), None, false);
        let read: toml::Table = toml::to_string(&config).unwrap().parse().unwrap();
        assert!(!read.contains_key("mail"));
        assert_eq!(read["database"].as_str(), Some("sqlite"));
    }
}
