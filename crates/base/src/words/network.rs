//! Where a request comes from (rule K13).

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

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

#[cfg(test)]
mod tests {
    use super::*;

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
