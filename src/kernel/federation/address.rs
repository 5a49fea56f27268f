//! Which addresses this server calls when an administrator of a tenant names them.
//!
//! Somebody who may name an address could have the server knock at doors that only it can reach: the database, the
//! metadata of the cloud, a printer. A name is resolved and its addresses are judged where the connection is made, so that
//! no second answer of the name's owner counts.

use std::{
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
};

use reqwest::{
    Url,
    dns::{Addrs, Name, Resolve, Resolving},
};

/// How far the server reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Public addresses, over TLS.
    Public,
    /// On somebody's own machine: any address, and without TLS that machine itself.
    Development,
}

/// No address has more bytes.
const LONGEST: usize = 500;

impl Reach {
    /// The address, if it may be called.
    ///
    /// # Errors
    ///
    /// A sentence that says what it must be. It does not quote the address.
    pub fn fit(self, text: &str) -> Result<Url, &'static str> {
        let unfit = match self {
            Self::Public => {
                "it must be an address with https on a public host, such as https://login.example.org"
            }
            Self::Development => "it must be an address with https; with http on this machine alone",
        };
        let plain = text.len() <= LONGEST && text.bytes().all(|byte| byte.is_ascii_graphic());
        let url = Url::parse(text).ok().filter(|_| plain).ok_or(unfit)?;
        let host = url.host_str().ok_or(unfit)?;
        let literal: Option<IpAddr> = host.trim_matches(['[', ']']).parse().ok();
        let this_machine = host == "localhost" || literal.is_some_and(|address| address.is_loopback());
        let over_tls = match url.scheme() {
            "https" => true,
            "http" => self == Self::Development && this_machine,
            _ => false,
        };
        let bare = url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
        let reached = literal.is_none_or(|address| self.reaches(address));
        if over_tls && bare && reached { Ok(url) } else { Err(unfit) }
    }

    /// Whether a connection may be made.
    pub fn reaches(self, address: IpAddr) -> bool {
        self == Self::Development || is_public(address)
    }
}

fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

/// None of the ranges that [IANA](https://www.iana.org/assignments/iana-ipv4-special-registry) keeps for something else.
fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let kept = a == 0
        || address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_documentation()
        || (a == 100 && (64..128).contains(&b))
        || (a, b, c) == (192, 0, 0)
        || (a, b, c) == (192, 88, 99)
        || (a == 198 && (18..20).contains(&b))
        || a >= 224;
    !kept
}

/// Global unicast, without what leads to an address of version 4 or is kept for something else.
fn is_public_v6(address: Ipv6Addr) -> bool {
    let [first, second, ..] = address.segments();
    let unicast = first & 0xe000 == 0x2000;
    // Teredo and what else is kept of 2001::/23, documentation, 6to4, segment routing.
    let kept = (first == 0x2001 && (second < 0x200 || second == 0xdb8))
        || [0x2002, 0x5f00].contains(&first)
        || first & 0xfff0 == 0x3ff0;
    unicast && !kept
}

/// Resolves names to the addresses that are reached.
pub(super) struct Resolver(pub(super) Reach);

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let reach = self.0;
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let reached: Vec<SocketAddr> = found.filter(|address| reach.reaches(address.ip())).collect();
            if reached.is_empty() {
                return Err(io::Error::from(io::ErrorKind::AddrNotAvailable).into());
            }
            Ok(Box::new(reached.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_networks_that_are_nobody_elses_are_not_reached_in_production() {
        for text in [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "127.0.0.1",
            "127.9.9.9",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.1",
            "192.168.1.1",
            "192.0.2.1",
            "198.18.0.1",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:8.8.8.8",
            "::7f00:1",
            "64:ff9b::7f00:1",
            "64:ff9b:1::1",
            "100::1",
            "2001::1",
            "2001:db8::1",
            "2002:7f00:1::",
            "3fff::1",
            "5f00::1",
            "fc00::1",
            "fd12::1",
            "fe80::1",
            "fec0::1",
            "ff02::1",
        ] {
            let address: IpAddr = text.parse().expect("an address");
            assert!(!Reach::Public.reaches(address), "{text}");
            assert!(Reach::Development.reaches(address), "{text}");
        }
        for text in [
            "1.1.1.1",
            "8.8.8.8",
            "172.32.0.1",
            "192.169.0.1",
            "100.128.0.1",
            "2606:4700::1111",
            "2a00:1450::1",
        ] {
            assert!(Reach::Public.reaches(text.parse().expect("an address")), "{text}");
        }
    }

    #[test]
    fn an_address_is_taken_with_tls_on_a_public_host_alone() {
        for text in [
            "https://login.example.org",
            "https://login.example.org/realms/clinic?version=2",
            "https://login.example.org:8443/",
            "https://1.1.1.1/keys",
        ] {
            assert!(Reach::Public.fit(text).is_ok(), "{text}");
        }
        let long = format!("https://login.example.org/{}", "x".repeat(500));
        for text in [
            "",
            "login.example.org",
            "http://login.example.org",
            "ftp://login.example.org",
            "file:///etc/passwd",
            "https://",
            "https://user@login.example.org",
            "https://user:word@login.example.org",
            "https://login.example.org/#part",
            "https://127.0.0.1/",
            "https://2130706433/",
            "https://0x7f.1/",
            "https://0177.0.0.1/",
            "https://[::1]/",
            "https://[::ffff:10.0.0.1]/",
            "https://169.254.169.254/latest",
            "https://login.example.org/\u{e9}",
            "https://login.example.org/ x",
            "http://localhost:3000",
            &long,
        ] {
            assert!(Reach::Public.fit(text).is_err(), "{text}");
        }
        for text in
            ["http://localhost:3000", "http://127.0.0.1:3000/x", "http://[::1]:3000", "https://10.0.0.1/"]
        {
            assert!(Reach::Development.fit(text).is_ok(), "{text}");
        }
        for text in ["http://login.example.org", "http://10.0.0.1", "http://localhost.example.org"] {
            assert!(Reach::Development.fit(text).is_err(), "{text}");
        }
    }

    #[tokio::test]
    async fn a_name_that_leads_to_this_machine_is_not_resolved_in_production() {
        let resolve = |reach: Reach| Resolver(reach).resolve("localhost".parse().expect("a name"));
        assert!(resolve(Reach::Public).await.is_err());
        assert!(resolve(Reach::Development).await.is_ok_and(|mut found| found.next().is_some()));
    }
}
