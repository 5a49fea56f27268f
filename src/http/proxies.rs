//! Which address a client has, when proxies stand between.
//!
//! Anybody can write `X-Forwarded-For`. What it says is believed only as far as proxies that the operator named wrote it:
//! from the right, up to the first address that is none of theirs.

use std::{net::IpAddr, str::FromStr, sync::Arc};

use axum::http::{HeaderMap, HeaderName, header};
use ipnet::IpNet;

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The proxies whose word on a client's address is taken; by default none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrustedProxies(Arc<[IpNet]>);

/// The list has an entry that is neither an address nor a network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("neither an address nor a network")]
pub struct NoNetwork;

impl FromStr for TrustedProxies {
    type Err = NoNetwork;

    /// Reads addresses and networks, separated by commas: `10.0.0.0/8, ::1`.
    fn from_str(text: &str) -> Result<Self, NoNetwork> {
        let network = |entry: &str| {
            let address = || entry.parse::<IpAddr>().map(IpNet::from);
            entry.parse().or_else(|_| address()).map_err(|_| NoNetwork)
        };
        text.split(',').map(|entry| network(entry.trim())).collect::<Result<_, _>>().map(Self)
    }
}

impl TrustedProxies {
    fn trusts(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&address))
    }

    /// The address of the client on a connection whose other end is `peer`.
    ///
    /// A proxy writes one of the two headers and passes on what a client put into the other. If they disagree, nobody
    /// knows which is which, and the client is as far away as the proxy.
    pub fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let peer = peer.to_canonical();
        if !self.trusts(peer) {
            return peer;
        }
        let named = self.farthest(peer, named_for(headers));
        let forwarded = self.farthest(peer, forwarded_for(headers));
        match (named, forwarded) {
            (Some(client), None) | (None, Some(client)) => client,
            (Some(client), Some(other)) if client == other => client,
            _ => peer,
        }
    }

    /// The first address from the right that is no trusted proxy's; the last that could be read when there is none. Nothing
    /// without the header.
    fn farthest(&self, peer: IpAddr, hops: Vec<Option<IpAddr>>) -> Option<IpAddr> {
        if hops.is_empty() {
            return None;
        }
        let mut client = peer;
        for hop in hops.into_iter().rev() {
            let Some(address) = hop else { break };
            client = address;
            if !self.trusts(address) {
                break;
            }
        }
        Some(client)
    }
}

fn named_for(headers: &HeaderMap) -> Vec<Option<IpAddr>> {
    let lines = headers.get_all(FORWARDED_FOR).iter();
    lines.flat_map(|line| line.to_str().unwrap_or("?").split(',')).map(address).collect()
}

/// RFC 7239: `for=192.0.2.60;proto=http, for="[2001:db8::1]:4711"`.
fn forwarded_for(headers: &HeaderMap) -> Vec<Option<IpAddr>> {
    let lines = headers.get_all(header::FORWARDED).iter();
    let elements = lines.flat_map(|line| line.to_str().unwrap_or("?").split(','));
    elements
        .map(|element| {
            let mut pairs = element.split(';').filter_map(|pair| pair.trim().split_once('='));
            let (_, node) = pairs.find(|(name, _)| name.eq_ignore_ascii_case("for"))?;
            address(node.trim_matches('"'))
        })
        .collect()
}

/// Reads an address, with or without a port.
fn address(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let without_port = || text.parse::<std::net::SocketAddr>().ok().map(|address| address.ip());
    let bracketed = || text.strip_prefix('[')?.strip_suffix(']')?.parse().ok();
    text.parse().ok().or_else(without_port).or_else(bracketed).map(|address: IpAddr| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    const PROXY: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(10, 0, 0, 7));

    fn client(proxies: &str, peer: IpAddr, pairs: &[(&'static str, &'static str)]) -> String {
        let proxies: TrustedProxies =
            if proxies.is_empty() { TrustedProxies::default() } else { proxies.parse().expect("networks") };
        let headers = pairs
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)));
        let mut map = HeaderMap::new();
        headers.for_each(|(name, value)| {
            map.append(name, value);
        });
        proxies.client(peer, &map).to_string()
    }

    #[test]
    fn nobody_is_believed_by_default() {
        assert_eq!(client("", PROXY, &[("x-forwarded-for", "203.0.113.9")]), "10.0.0.7");
        assert_eq!(client("192.168.0.0/16", PROXY, &[("x-forwarded-for", "203.0.113.9")]), "10.0.0.7");
    }

    #[test]
    fn a_trusted_proxy_names_the_client_and_what_stands_left_of_it_is_the_clients_own_story() {
        let trusted = "10.0.0.0/8, 2001:db8:ffff::/48, 198.51.100.4";
        for (sent, expected) in [
            ("203.0.113.9", "203.0.113.9"),
            ("1.1.1.1, 203.0.113.9", "203.0.113.9"),
            ("10.0.0.1, 203.0.113.9", "203.0.113.9"),
            ("1.1.1.1, 203.0.113.9, 10.2.3.4", "203.0.113.9"),
            ("203.0.113.9, 198.51.100.4, 10.2.3.4", "203.0.113.9"),
            ("203.0.113.9:4711", "203.0.113.9"),
            ("2001:db8::1", "2001:db8::1"),
            ("[2001:db8::1]:4711", "2001:db8::1"),
            ("::ffff:203.0.113.9", "203.0.113.9"),
            ("203.0.113.9, 2001:db8:ffff::2", "203.0.113.9"),
            ("10.1.1.1", "10.1.1.1"),
            ("unknown", "10.0.0.7"),
            ("203.0.113.9, nonsense", "10.0.0.7"),
            ("203.0.113.9, nonsense, 10.2.3.4", "10.2.3.4"),
            ("", "10.0.0.7"),
        ] {
            assert_eq!(client(trusted, PROXY, &[("x-forwarded-for", sent)]), expected, "{sent}");
        }
        let lines = [("x-forwarded-for", "1.1.1.1"), ("x-forwarded-for", "203.0.113.9")];
        assert_eq!(client(trusted, PROXY, &lines), "203.0.113.9", "lines are one list");
        let mapped = "::ffff:10.0.0.7".parse().expect("an address");
        assert_eq!(client(trusted, mapped, &[("x-forwarded-for", "203.0.113.9")]), "203.0.113.9");
    }

    #[test]
    fn the_standard_header_is_read_too_and_a_contradiction_is_not_decided() {
        let forwarded = "For=\"[2001:db8::1]:4711\"; proto=https, by=10.0.0.1;for=203.0.113.9";
        assert_eq!(client("10.0.0.0/8", PROXY, &[("forwarded", forwarded)]), "203.0.113.9");
        let obfuscated = [("forwarded", "for=203.0.113.9, for=_hidden")];
        assert_eq!(client("10.0.0.0/8", PROXY, &obfuscated), "10.0.0.7");
        let agreeing = [("forwarded", "for=203.0.113.9"), ("x-forwarded-for", "203.0.113.9")];
        assert_eq!(client("10.0.0.0/8", PROXY, &agreeing), "203.0.113.9");
        let contradicting = [("forwarded", "for=1.1.1.1"), ("x-forwarded-for", "203.0.113.9")];
        assert_eq!(client("10.0.0.0/8", PROXY, &contradicting), "10.0.0.7");
    }

    #[test]
    fn what_is_no_network_is_refused() {
        for text in ["", "10.0.0.0/33", "proxy.example", "10.0.0.1,,10.0.0.2", "10.0.0.1 10.0.0.2"] {
            assert!(text.parse::<TrustedProxies>().is_err(), "{text}");
        }
    }
}
