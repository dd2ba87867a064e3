//! The records of `*.test` in memory, and the answer to one question.
//!
//! Pure: no sockets, no clock. It answers with authority for names below `test.` and refuses every other name, so
//! that a resolver pointed here can never be mistaken for one that knows the Internet.

use std::collections::BTreeMap;
use std::fmt;
use std::net::Ipv4Addr;

use hickory_proto::op::{Edns, Message, MessageType, OpCode, Query, ResponseCode};
use hickory_proto::rr::rdata::{A, MX, NS, SOA, TXT};
use hickory_proto::rr::{DNSClass, Name, RData, Record, RecordType};

/// Most records that are kept; more are refused.
pub const MAX_RECORDS: usize = 10_000;
/// Longest TXT value in bytes: room for an RSA-4096 DKIM key, and it still fits into one TCP answer.
pub const MAX_TXT: usize = 4_096;
/// Seconds for which an answer, also a negative one, may be cached: what is published must be seen at once.
const TTL: u32 = 1;

/// Why a record was not published.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PublishError {
    /// The name is no host name, or too long.
    NotAName,
    /// The name does not lie below `test.`.
    Outside,
    /// The value is empty, too long or not of the record's kind.
    BadValue,
    /// `MAX_RECORDS` are there already.
    Full,
}

impl fmt::Display for PublishError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotAName => "That is not a host name.",
            Self::Outside => "Only names that end in .test can be published here.",
            Self::BadValue => "That value does not fit this kind of record.",
            Self::Full => "This server holds as many records as it may.",
        })
    }
}

impl std::error::Error for PublishError {}

/// What a record says.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Value {
    /// Text; longer than 255 bytes it is split into several character strings (RFC 1035, 3.3.14).
    Txt(String),
    /// An address.
    A(Ipv4Addr),
    /// Preference and mail exchanger (lower-case, without the final dot).
    Mx(u16, String),
}

impl Value {
    /// Reads a value as a person writes it: `TXT` any text, `A` 127.0.0.1, `MX` 10 mail.example.test.
    pub fn parse(kind: &str, text: &str) -> Result<Self, PublishError> {
        let text = text.trim();
        match kind {
            "TXT" => Ok(Self::Txt(text.to_owned())),
            "A" => text.parse().map(Self::A).map_err(|_| PublishError::BadValue),
            "MX" => {
                let (preference, host) = text.split_once(' ').ok_or(PublishError::BadValue)?;
                let preference = preference.parse().map_err(|_| PublishError::BadValue)?;
                Ok(Self::Mx(preference, host.trim().to_owned()))
            }
            _ => Err(PublishError::BadValue),
        }
    }

    /// `TXT`, `A` or `MX`.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Txt(_) => "TXT",
            Self::A(_) => "A",
            Self::Mx(..) => "MX",
        }
    }

    fn record_type(&self) -> RecordType {
        match self {
            Self::Txt(_) => RecordType::TXT,
            Self::A(_) => RecordType::A,
            Self::Mx(..) => RecordType::MX,
        }
    }

    fn checked(self) -> Result<Self, PublishError> {
        match self {
            Self::Txt(text) if text.is_empty() || text.len() > MAX_TXT => Err(PublishError::BadValue),
            Self::Mx(preference, host) => {
                let host = host_name(&host).map_err(|_| PublishError::BadValue)?;
                Ok(Self::Mx(preference, plain(&host)))
            }
            other => Ok(other),
        }
    }

    fn rdata(&self) -> Option<RData> {
        Some(match self {
            Self::Txt(text) => RData::TXT(TXT::from_bytes(text.as_bytes().chunks(255).collect())),
            Self::A(address) => RData::A(A(*address)),
            Self::Mx(preference, host) => RData::MX(MX::new(*preference, host_name(host).ok()?)),
        })
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Txt(text) => f.write_str(text),
            Self::A(address) => write!(f, "{address}"),
            Self::Mx(preference, host) => write!(f, "{preference} {host}"),
        }
    }
}

/// A record as it was published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Published {
    /// Lower-case, without the final dot.
    pub name: String,
    /// What it says.
    pub value: Value,
}

/// All records, by lower-case name without the final dot.
#[derive(Debug, Default)]
pub struct Zone {
    records: BTreeMap<String, Vec<Value>>,
    count: usize,
}

impl Zone {
    /// Adds a record; one that is there already stays as it is.
    pub fn publish(&mut self, name: &str, value: Value) -> Result<(), PublishError> {
        let name = host_name(name)?;
        if !inside(&name) {
            return Err(PublishError::Outside);
        }
        let value = value.checked()?;
        if self.count >= MAX_RECORDS {
            return Err(PublishError::Full);
        }
        let values = self.records.entry(plain(&name)).or_default();
        if !values.contains(&value) {
            values.push(value);
            self.count += 1;
        }
        Ok(())
    }

    /// Takes a record away; says whether it was there.
    pub fn remove(&mut self, name: &str, value: &Value) -> bool {
        let Ok(name) = host_name(name) else { return false };
        let name = plain(&name);
        let Some(values) = self.records.get_mut(&name) else { return false };
        let before = values.len();
        values.retain(|kept| kept != value);
        let removed = values.len() < before;
        if values.is_empty() {
            self.records.remove(&name);
        }
        self.count -= usize::from(removed);
        removed
    }

    /// Takes all away.
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// All records, by name.
    pub fn records(&self) -> Vec<Published> {
        let each = |(name, values): (&String, &Vec<Value>)| {
            values
                .iter()
                .map(|value| Published { name: name.clone(), value: value.clone() })
                .collect::<Vec<_>>()
        };
        self.records.iter().flat_map(each).collect()
    }

    /// The answer to a request as received; none when there is nobody to answer (garbage, or itself a response).
    pub fn answer(&self, request: &[u8]) -> Option<Message> {
        let request = Message::from_vec(request).ok()?;
        if request.metadata.message_type != MessageType::Query {
            return None;
        }
        let mut reply = Message::response(request.metadata.id, request.metadata.op_code);
        reply.metadata.recursion_desired = request.metadata.recursion_desired;
        reply.metadata.response_code = match (request.metadata.op_code, request.queries.as_slice()) {
            (OpCode::Query, [query]) => {
                let code = self.fill(&mut reply, query);
                reply.add_query(query.clone());
                code
            }
            (OpCode::Query, _) => ResponseCode::FormErr,
            _ => ResponseCode::NotImp,
        };
        if request.edns.is_some() {
            reply.set_edns(Edns::new()); // who asks with it is answered with it (RFC 6891, 6.1.1)
        }
        Some(reply)
    }

    fn fill(&self, reply: &mut Message, query: &Query) -> ResponseCode {
        if query.query_class != DNSClass::IN || !(inside(&query.name) || is_apex(&query.name)) {
            return ResponseCode::Refused;
        }
        reply.metadata.authoritative = true;
        let name = plain(&query.name);
        if is_apex(&query.name) {
            match query.query_type {
                RecordType::SOA => reply.add_answer(soa()),
                RecordType::NS => reply.add_answer(Record::from_rdata(apex(), TTL, RData::NS(NS(server())))),
                _ => reply.add_authority(soa()),
            };
            return ResponseCode::NoError;
        }
        let values = self.records.get(&name).map_or(&[][..], Vec::as_slice);
        for value in values {
            if (query.query_type == RecordType::ANY || value.record_type() == query.query_type)
                && let Some(rdata) = value.rdata()
            {
                reply.add_answer(Record::from_rdata(query.name.clone(), TTL, rdata));
            }
        }
        if reply.answers.is_empty() {
            reply.add_authority(soa());
        }
        if values.is_empty() && !self.has_descendants(&name) {
            ResponseCode::NXDomain
        } else {
            ResponseCode::NoError
        }
    }

    /// A name without records of its own exists when one below it has some (RFC 8020).
    fn has_descendants(&self, name: &str) -> bool {
        let suffix = format!(".{name}");
        self.records.keys().any(|known| known.ends_with(&suffix))
    }
}

fn host_name(text: &str) -> Result<Name, PublishError> {
    let text = text.trim().trim_end_matches('.');
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if text.is_empty() || !text.chars().all(fits) {
        return Err(PublishError::NotAName);
    }
    Name::from_ascii(format!("{text}.")).map_err(|_| PublishError::NotAName)
}

fn plain(name: &Name) -> String {
    name.to_lowercase().to_ascii().trim_end_matches('.').to_owned()
}

fn apex() -> Name {
    Name::from_ascii("test.").expect("a constant name")
}

fn server() -> Name {
    Name::from_ascii("ns.test.").expect("a constant name")
}

fn is_apex(name: &Name) -> bool {
    name.num_labels() == 1 && plain(name) == "test"
}

fn inside(name: &Name) -> bool {
    name.num_labels() > 1 && name.iter().next_back().is_some_and(|label| label.eq_ignore_ascii_case(b"test"))
}

/// Its last field is the time for which "there is no such name" may be remembered (RFC 2308).
fn soa() -> Record {
    let contact = Name::from_ascii("nobody.test.").expect("a constant name");
    Record::from_rdata(apex(), TTL, RData::SOA(SOA::new(server(), contact, 1, 3600, 600, 86_400, TTL)))
}
