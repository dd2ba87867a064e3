//! Asks the name servers for the TXT record that proves a domain's ownership.

use std::net::SocketAddr;
use std::time::Duration;

use bailiwick_base::{Code, Error};
use hickory_resolver::TokioResolver;
use hickory_resolver::config::{ConnectionConfig, NameServerConfig, ResolverConfig};
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::proto::rr::RData;

/// Whom to ask, and how patiently.
#[derive(Debug)]
pub(crate) struct Lookup {
    resolver: Option<TokioResolver>,
}

impl Lookup {
    /// Asks `server`, or whom the system asks.
    pub(crate) fn new(server: Option<SocketAddr>) -> Self {
        let builder = match server {
            Some(server) => {
                let mut name_server = NameServerConfig::udp_and_tcp(server.ip());
                name_server
                    .connections
                    .iter_mut()
                    .for_each(|connection: &mut ConnectionConfig| connection.port = server.port());
                let config = ResolverConfig::from_parts(None, Vec::new(), vec![name_server]);
                Ok(TokioResolver::builder_with_config(config, TokioRuntimeProvider::default()))
            }
            None => TokioResolver::builder_tokio(),
        };
        let resolver = builder.and_then(|mut builder| {
            let options = builder.options_mut();
            options.timeout = Duration::from_secs(3);
            options.attempts = 2;
            options.cache_size = 0;
            builder.build()
        });
        Self {
            resolver: resolver
                .inspect_err(|error| tracing::error!(%error, "no name server can be asked"))
                .ok(),
        }
    }

    /// The TXT records at `name`. No such name is an empty answer; anything that went wrong is an error and never a
    /// proof of anything (K9).
    pub(crate) async fn txt(&self, name: &str) -> Result<Vec<String>, Error> {
        let failed = || Error::new(Code::DomainLookupFailed);
        let resolver = self.resolver.as_ref().ok_or_else(failed)?;
        match resolver.txt_lookup(format!("{name}.")).await {
            Ok(answer) => Ok(answer
                .answers()
                .iter()
                .filter_map(|record| match &record.data {
                    RData::TXT(txt) => Some(
                        txt.txt_data.iter().map(|part| String::from_utf8_lossy(part)).collect::<String>(),
                    ),
                    _ => None,
                })
                .collect()),
            Err(error) if error.is_no_records_found() => Ok(Vec::new()),
            Err(error) => Err(failed().because(error)),
        }
    }
}
