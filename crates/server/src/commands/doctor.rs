//! `bailiwick doctor`: looks at everything a start needs, changes nothing, and says what to do.

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use bailiwick_base::authz::Caller;
use bailiwick_base::db::{Db, Ground, Location};
use bailiwick_base::words::{Clock, Keyring, Random};
use bailiwick_plane::Level;
use hickory_resolver::TokioResolver;
use hickory_resolver::config::{NameServerConfig, ResolverConfig};
use hickory_resolver::net::runtime::TokioRuntimeProvider;

use super::print;
use crate::config::{Config, hosts_of};
use crate::failure::{Failure, Outcome};
use crate::{place, serve};

/// How long one question to the network may take.
const PATIENCE: Duration = Duration::from_secs(3);

/// One thing that was looked at.
#[derive(Debug)]
struct Finding {
    level: Level,
    what: String,
    advice: String,
}

fn ok(what: impl Into<String>) -> Finding {
    Finding { level: Level::Good, what: what.into(), advice: String::new() }
}

fn warn(what: impl Into<String>, advice: impl Into<String>) -> Finding {
    Finding { level: Level::Warning, what: what.into(), advice: advice.into() }
}

fn fail(what: impl Into<String>, advice: impl Into<String>) -> Finding {
    Finding { level: Level::Fault, what: what.into(), advice: advice.into() }
}

pub(super) async fn run(path: &Path) -> Outcome<ExitCode> {
    let findings = match Config::load(path) {
        Ok(config) => look(path, &config).await,
        Err(failure) => vec![fail(failure.to_string(), "nothing else can be looked at before")],
    };
    for finding in &findings {
        let word = match finding.level {
            Level::Good => "ok  ",
            Level::Warning => "warn",
            Level::Fault => "fail",
        };
        print::line(&format!("{word}  {}", finding.what))?;
        if !finding.advice.is_empty() {
            print::line(&format!("      → {}", finding.advice))?;
        }
    }
    let broken = findings.iter().any(|finding| finding.level == Level::Fault);
    Ok(if broken { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

async fn look(path: &Path, config: &Config) -> Vec<Finding> {
    let mut findings = vec![configuration(path), secret_key(config)];
    findings.push(database(config).await);
    findings.push(portals(config));
    findings.extend(certificate(config));
    findings.push(proxies(config));
    findings.push(resolver(config).await);
    findings.push(relay(config));
    if let Some(mail) = &config.mail {
        let plane = bailiwick_plane::check(mail).into_iter();
        findings.extend(plane.map(|found| Finding {
            level: found.level,
            what: format!("mail: {}", found.what),
            advice: found.advice,
        }));
    }
    findings
}

fn configuration(path: &Path) -> Finding {
    use std::os::unix::fs::MetadataExt;
    match std::fs::metadata(path) {
        Ok(found) if found.mode() & 0o004 != 0 => warn(
            format!("{} can be read by everybody", path.display()),
            format!("chmod o-r {}, if database holds a password", path.display()),
        ),
        _ => ok(format!("{} is good", path.display())),
    }
}

fn secret_key(config: &Config) -> Finding {
    let path = config.secret_key();
    match place::load_key(&path) {
        Ok(_) => {
            ok(format!("{} is there, for its owner only; keep a copy apart from the data", path.display()))
        }
        Err(_) if !path.exists() && !has_data(config) => {
            ok(format!("{} will be made at the first start", path.display()))
        }
        Err(failure) => fail(failure.to_string(), "nothing starts without the right key"),
    }
}

fn has_data(config: &Config) -> bool {
    let has_content = |path: &std::path::PathBuf| std::fs::metadata(path).is_ok_and(|found| found.len() > 0);
    config.sqlite_files().iter().any(has_content)
}

async fn database(config: &Config) -> Finding {
    if matches!(config.database, Location::Sqlite(_)) && !has_data(config) {
        return ok("the database will be made at the first start");
    }
    let unreachable = "check data_dir and database in the configuration, and that the database runs";
    let Ok(keys) = place::load_key(&config.secret_key()) else {
        return warn("the database was not looked at", "put secret.key in order first");
    };
    match (columns(&config.database, keys).await, columns_of_a_new_one().await) {
        (Ok(found), Ok(wanted)) if found == wanted => ok("the database answers, and its schema is current"),
        (Ok(_), Ok(_)) => warn(
            "the database's schema is not this program's",
            "the next start of `bailiwick serve` brings it up to date",
        ),
        (Err(failure), _) => fail(format!("the database: {failure}"), unreachable),
        (_, Err(failure)) => {
            warn(format!("the schema was not compared: {failure}"), "make room in the temporary directory")
        }
    }
}

/// Tables and columns of the database.
async fn columns(location: &Location, keys: Keyring) -> Outcome<Vec<bailiwick_base::db::SchemaColumn>> {
    let ground = Ground { clock: Clock::System, random: Random::System, keys };
    let db = tokio::time::timeout(PATIENCE * 2, Db::open(location, ground))
        .await
        .map_err(|_| Failure::new("it does not answer."))??;
    db.read(&Caller::system("doctor")).await?;
    let columns = db.describe_schema().await?;
    db.close().await;
    Ok(columns)
}

async fn columns_of_a_new_one() -> Outcome<Vec<bailiwick_base::db::SchemaColumn>> {
    let dir = tempfile::tempdir().map_err(Failure::file(&std::env::temp_dir()))?;
    let location = Location::Sqlite(dir.path().to_owned());
    Db::migrate(&location, &Clock::System).await?;
    columns(&location, Keyring::new(Random::System.bytes())).await
}

fn portals(config: &Config) -> Finding {
    let address = config.listen;
    if place::is_served(config) {
        let at = if address.ip().is_unspecified() {
            SocketAddr::from(([127, 0, 0, 1], address.port()))
        } else {
            address
        };
        return match TcpStream::connect_timeout(&at, PATIENCE) {
            Ok(_) => ok(format!("`bailiwick serve` runs and answers at {address}")),
            Err(error) => fail(
                format!("`bailiwick serve` runs, but {address} does not answer: {error}"),
                "look into its log",
            ),
        };
    }
    match TcpListener::bind(address) {
        Ok(_) => ok(format!("{address} is free for the portals")),
        Err(error) => fail(
            format!("{address} cannot be used: {error}"),
            "stop the program that has it (`ss -ltnp` names it), or change http.listen",
        ),
    }
}

fn certificate(config: &Config) -> Option<Finding> {
    let files = config.tls.as_ref()?;
    let found = match serve::certificate(&files.certificate) {
        Ok(found) => found,
        Err(failure) => return Some(fail(failure.to_string(), "correct http.tls_certificate")),
    };
    let now = Clock::System.now();
    if let Some(trouble) = found.trouble(now) {
        return Some(fail(
            format!("the portals' certificate {trouble}"),
            "renew it; it is taken up within a minute",
        ));
    }
    if let Err(failure) = serve::fits(files) {
        return Some(fail(failure.to_string(), "put the key of this certificate into http.tls_key"));
    }
    let uncovered: Vec<&str> =
        hosts_of(&config.settings.origins).into_iter().filter(|host| !found.covers(host)).collect();
    if !uncovered.is_empty() {
        let what = format!("the portals' certificate is not for {}", uncovered.join(", "));
        return Some(warn(what, "browsers refuse it there; get one that names all portals"));
    }
    if found.until().since(now) < serve::SOON {
        return Some(warn(format!("the portals' certificate ends at {}", found.until()), "renew it now"));
    }
    Some(ok(format!("the portals' certificate is good until {}", found.until())))
}

fn proxies(config: &Config) -> Finding {
    let https = config.settings.origins.admin.starts_with("https://");
    if config.tls.is_none() && https && config.settings.trusted_proxies.is_empty() {
        return warn(
            "a proxy stands before the portals, but http.trusted_proxies is empty",
            "name the proxy there, or every request seems to come from it",
        );
    }
    ok(if config.tls.is_some() {
        "the portals are served over TLS"
    } else {
        "the portals are served on loopback only"
    })
}

async fn resolver(config: &Config) -> Finding {
    let whom = config
        .settings
        .resolver
        .map_or_else(|| "the system's name server".to_owned(), |server| server.to_string());
    let advice = "domains cannot be verified without; check dns.resolver, or /etc/resolv.conf";
    let builder = match config.settings.resolver {
        Some(server) => {
            let mut name_server = NameServerConfig::udp_and_tcp(server.ip());
            name_server.connections.iter_mut().for_each(|connection| connection.port = server.port());
            let servers = ResolverConfig::from_parts(None, Vec::new(), vec![name_server]);
            Ok(TokioResolver::builder_with_config(servers, TokioRuntimeProvider::default()))
        }
        None => TokioResolver::builder_tokio(),
    };
    let resolver = match builder.and_then(|mut builder| {
        builder.options_mut().timeout = PATIENCE;
        builder.options_mut().attempts = 1;
        builder.build()
    }) {
        Ok(resolver) => resolver,
        Err(error) => return fail(format!("{whom}: {error}"), advice),
    };
    let asked =
        tokio::time::timeout(PATIENCE, resolver.txt_lookup(format!("{}.", config.settings.from.domain)))
            .await;
    match asked {
        Ok(Ok(_)) => ok(format!("{whom} answers")),
        Ok(Err(error)) if error.is_no_records_found() => ok(format!("{whom} answers")),
        Ok(Err(error)) => fail(format!("{whom} does not answer: {error}"), advice),
        Err(_) => fail(format!("{whom} does not answer"), advice),
    }
}

fn relay(config: &Config) -> Finding {
    let relay = config.settings.outgoing;
    if !relay.ip().is_loopback() {
        return warn(
            format!("mails with one-time links go to {relay} unencrypted"),
            "let outgoing.relay be a mail server on this machine, which encrypts, or in a tunnel",
        );
    }
    match TcpStream::connect_timeout(&relay, PATIENCE) {
        Ok(_) => ok(format!("our own mails go to {relay}, which answers")),
        Err(error) => warn(
            format!("our own mails go to {relay}, which does not answer: {error}"),
            "they wait in the outbox until it does",
        ),
    }
}
