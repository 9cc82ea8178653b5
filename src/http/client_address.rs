//! The visitor's address: the peer of the connection, or the address that a trusted proxy reports.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Once;

use actix_web::{HttpRequest, web};
use ipnet::IpNet;

use crate::settings::Settings;

const FORWARDED_FOR: &str = "x-forwarded-for";

/// Returns the visitor's address. Uses `X-Forwarded-For` only as far as trusted proxies
/// (`TRUSTED_PROXIES`) wrote it, because anybody can send that header.
pub fn client_address(request: &HttpRequest) -> IpAddr {
    let unknown = IpAddr::V4(Ipv4Addr::UNSPECIFIED);
    let peer = request
        .peer_addr()
        .map_or(unknown, |address| address.ip().to_canonical());
    let proxies = request
        .app_data::<web::Data<Settings>>()
        .map_or(&[][..], |settings| &settings.login.trusted_proxies);
    let headers = request
        .headers()
        .get_all(FORWARDED_FOR)
        .filter_map(|value| value.to_str().ok());
    let hops: Vec<&str> = headers.flat_map(|value| value.split(',')).collect();
    if proxies.is_empty() && !hops.is_empty() {
        static SAID: Once = Once::new();
        SAID.call_once(|| {
            log::warn!(
                target: "nuages.request",
                "X-Forwarded-For is ignored: if {peer} is a proxy of yours, name it in TRUSTED_PROXIES"
            );
        });
    }
    nearest(peer, &hops, proxies)
}

/// Returns the first address that is not a trusted proxy, starting at `peer` and going backwards
/// through `hops` (the last of which is the nearest).
fn nearest(peer: IpAddr, hops: &[&str], proxies: &[IpNet]) -> IpAddr {
    let mut address = peer;
    for hop in hops.iter().rev() {
        if !proxies.iter().any(|proxy| proxy.contains(&address)) {
            break;
        }
        let Some(before) = read(hop.trim()) else {
            break;
        };
        address = before;
    }
    address
}

/// Parses `192.0.2.1`, `192.0.2.1:80`, `2001:db8::1`, `[2001:db8::1]` or `[2001:db8::1]:80`.
fn read(hop: &str) -> Option<IpAddr> {
    let bare = hop
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
        .unwrap_or(hop);
    let address = bare
        .parse()
        .ok()
        .or_else(|| hop.parse::<SocketAddr>().ok().map(|address| address.ip()));
    address.map(|address: IpAddr| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_trusted_proxies_set_the_address_of_a_visitor() {
        let proxies: Vec<IpNet> = vec![
            "127.0.0.0/8".parse().unwrap(),
            "10.0.0.0/8".parse().unwrap(),
        ];
        let at = |peer: &str, header: &str, proxies: &[IpNet]| {
            let hops: Vec<&str> = header.split(',').filter(|hop| !hop.is_empty()).collect();
            nearest(peer.parse().unwrap(), &hops, proxies).to_string()
        };
        for (peer, header, expected) in [
            ("127.0.0.1", "", "127.0.0.1"),
            ("127.0.0.1", "192.0.2.7", "192.0.2.7"),
            // Addresses that a visitor made up are to the left of the address that the proxy added.
            ("127.0.0.1", "198.51.100.1, 192.0.2.7", "192.0.2.7"),
            (
                "127.0.0.1",
                "198.51.100.1, 192.0.2.7, 10.1.2.3",
                "192.0.2.7",
            ),
            ("127.0.0.1", "10.9.9.9", "10.9.9.9"),
            ("127.0.0.1", "192.0.2.7:4711", "192.0.2.7"),
            ("127.0.0.1", "[2001:db8::1]:4711", "2001:db8::1"),
            ("127.0.0.1", "[2001:db8::1]", "2001:db8::1"),
            ("127.0.0.1", "::ffff:192.0.2.7", "192.0.2.7"),
            ("127.0.0.1", "192.0.2.7, nonsense", "127.0.0.1"),
            ("192.0.2.1", "198.51.100.1", "192.0.2.1"),
        ] {
            assert_eq!(at(peer, header, &proxies), expected, "{peer} {header}");
        }
        assert_eq!(at("127.0.0.1", "192.0.2.7", &[]), "127.0.0.1");
    }
}
