//! Where a request comes from (rule K13).

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use ipnet::IpNet;

/// A client's IP address, normalised: an IPv4 address mapped into IPv6 counts as IPv4.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ClientAddress(IpAddr);

impl ClientAddress {
    /// The machine itself; for acts from the command line.
    pub const LOCAL: Self = Self(IpAddr::V4(Ipv4Addr::LOCALHOST));

    /// Normalises the address of a socket.
    pub fn new(address: IpAddr) -> Self {
        Self(address.to_canonical())
    }

    /// The address.
    pub fn ip(self) -> IpAddr {
        self.0
    }

    /// The network guesses are counted for: /24 of IPv4, /56 of IPv6, which one person easily owns.
    pub fn network(self) -> Network {
        match self.0 {
            IpAddr::V4(address) => Network(IpAddr::V4(Ipv4Addr::from(u32::from(address) & 0xffff_ff00))),
            IpAddr::V6(address) => {
                Network(IpAddr::V6(Ipv6Addr::from(u128::from(address) & !((1 << 72) - 1))))
            }
        }
    }
}

impl fmt::Display for ClientAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for ClientAddress {
    type Err = std::net::AddrParseError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.trim().parse().map(Self::new)
    }
}

/// The network of a client: see [`ClientAddress::network`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Network(IpAddr);

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A range of addresses as an allowlist has it: `192.0.2.0/24`, `2001:db8::/48`, or one address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct NetworkRange(IpNet);

/// Not a range of addresses, or one whose address has bits beyond its prefix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotANetworkRange;

impl NetworkRange {
    /// Does the address lie in it?
    pub fn contains(&self, address: ClientAddress) -> bool {
        self.0.contains(&address.0)
    }
}

impl fmt::Display for NetworkRange {
    /// One address without its prefix.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.prefix_len() == self.0.max_prefix_len() { self.0.addr().fmt(f) } else { self.0.fmt(f) }
    }
}

impl FromStr for NetworkRange {
    type Err = NotANetworkRange;

    /// CIDR (RFC 4632, RFC 4291 §2.3). Bits beyond the prefix are refused rather than dropped: whoever wrote
    /// `192.0.2.7/24` meant either the one address or the network. IPv4 mapped into IPv6 is refused.
    fn from_str(text: &str) -> Result<Self, NotANetworkRange> {
        let text = text.trim();
        let range = match text.parse::<IpNet>() {
            Ok(range) => range,
            Err(_) => IpNet::from(text.parse::<IpAddr>().map_err(|_| NotANetworkRange)?),
        };
        let mapped = matches!(range, IpNet::V6(range) if range.addr().to_ipv4_mapped().is_some());
        if mapped || range.trunc() != range { Err(NotANetworkRange) } else { Ok(Self(range)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_holds_its_addresses_and_no_other() {
        let range = |text: &str| text.parse::<NetworkRange>();
        let address = |text: &str| text.parse::<ClientAddress>().expect("an address");
        assert!(range("192.0.2.0/24").expect("a range").contains(address("192.0.2.255")));
        assert!(range("192.0.2.0/24").expect("a range").contains(address("::ffff:192.0.2.1")));
        assert!(!range("192.0.2.0/24").expect("a range").contains(address("192.0.3.0")));
        assert!(range("2001:db8::/48").expect("a range").contains(address("2001:db8:0:ffff::1")));
        assert!(!range("2001:db8::/48").expect("a range").contains(address("192.0.2.1")));
        assert_eq!(range(" 192.0.2.7 ").expect("a range").to_string(), "192.0.2.7");
        assert_eq!(range("192.0.2.7/32").expect("a range").to_string(), "192.0.2.7");
        assert_eq!(range("2001:DB8::/48").expect("a range").to_string(), "2001:db8::/48");
        for wrong in [
            "",
            "192.0.2.7/24",
            "192.0.2.0/33",
            "2001:db8::1/48",
            "192.0.2",
            "a/24",
            "::ffff:192.0.2.1",
            "1/8/9",
        ] {
            assert_eq!(range(wrong), Err(NotANetworkRange), "{wrong}");
        }
    }

    #[test]
    fn a_mapped_address_is_the_address_itself() {
        let mapped: ClientAddress = "::ffff:192.0.2.10".parse().expect("an address");
        assert_eq!(mapped.to_string(), "192.0.2.10");
        assert_eq!(mapped.network().to_string(), "192.0.2.0");
    }

    #[test]
    fn neighbours_share_a_network() {
        let network = |text: &str| text.parse::<ClientAddress>().expect("an address").network();
        assert_eq!(network("2001:db8:1:200::1"), network("2001:db8:1:2ff:ffff::9"));
        assert_ne!(network("2001:db8:1:200::1"), network("2001:db8:1:300::1"));
        assert_ne!(network("192.0.2.1"), network("192.0.3.1"));
    }
}
