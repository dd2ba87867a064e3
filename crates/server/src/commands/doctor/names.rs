//! Names: whether the name server answers, and whether the world finds us and our customers by what it says.

use std::net::IpAddr;
use std::process::ExitCode;

use bailiwick_app::Settings;
use bailiwick_base::words::DomainName;
use hickory_resolver::TokioResolver;
use hickory_resolver::config::{NameServerConfig, ResolverConfig};
use hickory_resolver::net::NetError;
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::proto::rr::{RData, RecordType};

use super::PATIENCE;
use super::finding::{self, About, Finding};
use crate::commands::print::Answer;
use crate::config::{Config, hosts_of};
use crate::failure::Outcome;
use crate::installation::Installation;

const NAMES: About = About("names");

pub(super) async fn look(config: &Config) -> Vec<Finding> {
    let asked = Asked::new(&config.settings);
    let mut findings = vec![asked.answers(&config.settings).await];
    if findings[0].level != bailiwick_plane::Level::Good {
        return findings;
    }
    for host in hosts_of(&config.settings.origins).into_iter().filter(|host| is_public(host)) {
        findings.push(asked.leads_somewhere(host, "browsers do not find this portal").await);
    }
    if let Some(mail) = config.mail.as_ref().filter(|mail| is_public(&mail.hostname)) {
        findings.push(asked.mail_host(&mail.hostname).await);
    }
    let from = config.settings.from.domain.to_string();
    if is_public(&from) {
        findings.push(asked.spf(&from).await);
    }
    findings
}

/// `bailiwick domain check`: does mail to and from a hosted domain find its way?
pub(in crate::commands) async fn check_domain(
    open: &Installation,
    name: &DomainName,
    answer: Answer,
) -> Outcome<ExitCode> {
    let settings = open.core.settings();
    let asked = Asked::new(settings);
    let mut findings = vec![asked.answers(settings).await];
    if findings[0].level == bailiwick_plane::Level::Good {
        let host = settings.mail_program.as_ref().map(|program| program.host.as_str());
        findings.push(asked.mx(name.as_str(), host).await);
        findings.push(asked.spf(name.as_str()).await);
    }
    finding::tell(&findings, answer)
}

/// Names of one's own machine are in no name server.
fn is_public(host: &str) -> bool {
    let own = host == "localhost" || host.ends_with(".localhost") || !host.contains('.');
    !own && host.trim_matches(['[', ']']).parse::<IpAddr>().is_err()
}

/// Name servers that can be asked.
struct Asked(Result<TokioResolver, String>);

impl Asked {
    fn new(settings: &Settings) -> Self {
        let builder = match settings.resolver {
            Some(server) => {
                let mut name_server = NameServerConfig::udp_and_tcp(server.ip());
                name_server.connections.iter_mut().for_each(|connection| connection.port = server.port());
                let servers = ResolverConfig::from_parts(None, Vec::new(), vec![name_server]);
                Ok(TokioResolver::builder_with_config(servers, TokioRuntimeProvider::default()))
            }
            None => TokioResolver::builder_tokio(),
        };
        let built = builder.and_then(|mut builder| {
            builder.options_mut().timeout = PATIENCE;
            builder.options_mut().attempts = 1;
            builder.build()
        });
        Self(built.map_err(|error| error.to_string()))
    }

    /// The records of a name; none if there is no such name. What went wrong is told as text.
    async fn records(&self, name: &str, kind: RecordType) -> Result<Vec<RData>, String> {
        let resolver = self.0.as_ref().map_err(Clone::clone)?;
        let name = format!("{}.", name.trim_end_matches('.'));
        let found: Result<_, NetError> = tokio::time::timeout(PATIENCE * 2, resolver.lookup(name, kind))
            .await
            .map_err(|_| "no answer in time".to_owned())?;
        match found {
            Ok(found) => Ok(found
                .answers()
                .iter()
                .filter(|record| record.record_type() == kind)
                .map(|record| record.data.clone())
                .collect()),
            Err(error) if error.is_no_records_found() => Ok(Vec::new()),
            Err(error) => Err(error.to_string()),
        }
    }

    async fn addresses(&self, host: &str) -> Result<Vec<IpAddr>, String> {
        let mut found = self.records(host, RecordType::A).await?;
        found.extend(self.records(host, RecordType::AAAA).await?);
        Ok(found.iter().filter_map(RData::ip_addr).collect())
    }

    async fn answers(&self, settings: &Settings) -> Finding {
        let whom = settings
            .resolver
            .map_or_else(|| "the system's name server".to_owned(), |server| server.to_string());
        match self.records(settings.from.domain.as_str(), RecordType::TXT).await {
            Ok(_) => NAMES.ok(format!("{whom} answers")),
            Err(error) => NAMES.problem(
                format!("{whom} does not answer: {error}"),
                "domains cannot be verified without; check dns.resolver, or /etc/resolv.conf",
            ),
        }
    }

    async fn leads_somewhere(&self, host: &str, consequence: &str) -> Finding {
        match self.addresses(host).await {
            Ok(found) if found.is_empty() => NAMES.warning(
                format!("{host} has no address: {consequence}"),
                "publish an A or AAAA record with the address of this machine",
            ),
            Ok(found) => NAMES.ok(format!("{host} leads to {}", listed(&found))),
            Err(error) => NAMES.warning(format!("{host} was not looked up: {error}"), "try again"),
        }
    }

    /// Other mail servers ask whether the name behind our address is the one we greet with.
    async fn mail_host(&self, host: &str) -> Finding {
        let found = match self.addresses(host).await {
            Ok(found) if !found.is_empty() => found,
            _ => return self.leads_somewhere(host, "other mail servers do not find this one").await,
        };
        let mut nameless = Vec::new();
        for address in &found {
            let pointers = self.records(&reversed(*address), RecordType::PTR).await.unwrap_or_default();
            let named = |name: &RData| matches!(name, RData::PTR(name) if same(&name.to_string(), host));
            if !pointers.iter().any(named) {
                nameless.push(*address);
            }
        }
        if nameless.is_empty() {
            return NAMES.ok(format!("{host} leads to {} and back", listed(&found)));
        }
        NAMES.warning(
            format!("the reverse name (PTR) of {} is not {host}", listed(&nameless)),
            "ask whoever gave you the address to set it: many servers refuse mail from others",
        )
    }

    async fn mx(&self, domain: &str, host: Option<&str>) -> Finding {
        let found = match self.records(domain, RecordType::MX).await {
            Ok(found) => found,
            Err(error) => {
                return NAMES.problem(format!("the MX of {domain} was not found: {error}"), "try again");
            }
        };
        let hosts: Vec<String> = found
            .iter()
            .filter_map(|data| match data {
                RData::MX(mx) => Some(mx.exchange.to_string().trim_end_matches('.').to_lowercase()),
                _ => None,
            })
            .collect();
        let record = format!("publish: {domain} MX 10 {}", host.unwrap_or("the name of your mail server"));
        match host {
            _ if hosts.is_empty() => {
                NAMES.problem(format!("{domain} has no MX record: it gets no mail"), record)
            }
            Some(host) if !hosts.iter().any(|found| same(found, host)) => {
                NAMES.problem(format!("mail for {domain} goes to {}, not here", hosts.join(", ")), record)
            }
            _ => NAMES.ok(format!("mail for {domain} goes to {}", hosts.join(", "))),
        }
    }

    async fn spf(&self, domain: &str) -> Finding {
        let found = self.records(domain, RecordType::TXT).await.unwrap_or_default();
        let policies = found.iter().filter(|data| match data {
            RData::TXT(text) => text.txt_data.first().is_some_and(|part| part.starts_with(b"v=spf1")),
            _ => false,
        });
        match policies.count() {
            0 => NAMES.warning(
                format!("{domain} has no SPF record: mail from it is taken for spam more often"),
                format!("publish: {domain} TXT \"v=spf1 mx -all\", and whoever else sends for it"),
            ),
            1 => NAMES.ok(format!("{domain} has an SPF record")),
            _ => NAMES.warning(
                format!("{domain} has more than one SPF record, so none counts"),
                "make one record of them (RFC 7208, section 4.5)",
            ),
        }
    }
}

fn same(one: &str, other: &str) -> bool {
    one.trim_end_matches('.').eq_ignore_ascii_case(other.trim_end_matches('.'))
}

fn listed(addresses: &[IpAddr]) -> String {
    addresses.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

/// The name under which the name of an address stands (RFC 1035, section 3.5; RFC 3596, section 2.5).
fn reversed(address: IpAddr) -> String {
    match address {
        IpAddr::V4(address) => {
            let [a, b, c, d] = address.octets();
            format!("{d}.{c}.{b}.{a}.in-addr.arpa")
        }
        IpAddr::V6(address) => {
            let digits = address.octets().into_iter().rev().flat_map(|byte| [byte & 15, byte >> 4]);
            let digits: Vec<String> = digits.map(|digit| format!("{digit:x}")).collect();
            format!("{}.ip6.arpa", digits.join("."))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_looked_up_backwards() {
        assert_eq!(reversed("192.0.2.7".parse().expect("an address")), "7.2.0.192.in-addr.arpa");
        let six = reversed("2001:db8::1".parse().expect("an address"));
        assert!(six.starts_with("1.0.0.0.") && six.ends_with(".8.b.d.0.1.0.0.2.ip6.arpa"), "{six}");
    }

    #[test]
    fn names_of_ones_own_machine_are_not_looked_up() {
        for own in ["localhost", "admin.localhost", "127.0.0.1", "[::1]", "server"] {
            assert!(!is_public(own), "{own}");
        }
        assert!(is_public("admin.example.com"));
    }
}
