//! IP addresses.

use std::borrow::Cow;
use std::net::{IpAddr, Ipv6Addr};

use chrono_tz::Tz;

use super::db_type::DbType;
use super::field_type::{ColumnType, FieldType, LookupValue};
use super::kind::{FieldKind, IpProtocol};
use crate::db::Value;

/// The most characters of an address (Django's `MAX_IPV6_ADDRESS_LENGTH`).
const MAX_LENGTH: usize = 39;

/// An IPv4 or IPv6 address.
pub(super) struct GenericIpAddress;

impl FieldType for GenericIpAddress {
    fn description(&self, kind: FieldKind) -> Cow<'static, str> {
        match kind {
            FieldKind::GenericIpAddress(IpProtocol::V4) => "IPv4 address",
            FieldKind::GenericIpAddress(IpProtocol::V6) => "IPv6 address",
            _ => "IP address",
        }
        .into()
    }

    fn db_type(&self, _: ColumnType) -> DbType {
        DbType::new("char(39)", "inet")
    }

    fn noun(&self) -> &'static str {
        "IP address"
    }

    fn max_length(&self, _: FieldKind) -> Option<usize> {
        Some(MAX_LENGTH)
    }

    fn parse(&self, column: ColumnType, text: &str, _: Tz) -> Option<Value> {
        let text = text.trim();
        if text.contains(':') && !text.contains('/') {
            let unpacks = column.kind == FieldKind::GenericIpAddress(IpProtocol::BothUnpacked);
            return Some(Value::IpAddress(ipv6(text, unpacks)?.into()));
        }
        text.parse().ok().map(Value::IpAddress)
    }

    /// A text that is not an address is one that no row has.
    fn parse_lookup(&self, column: ColumnType, text: &str, zone: Tz) -> Option<LookupValue> {
        let value = self.parse(column, text, zone);
        Some(value.map_or(LookupValue::NoRow, LookupValue::Value))
    }
}

/// Parses an IPv6 address like Django's `clean_ipv6_address`; with `unpack_ipv4`, returns the IPv4 address that is mapped into it.
pub fn ipv6(text: &str, unpack_ipv4: bool) -> Option<IpAddr> {
    if text.chars().count() > MAX_LENGTH {
        return None;
    }
    // Python reads the zone of an address, and Django leaves it out.
    let address = match text.split_once('%') {
        Some((address, zone)) if !zone.is_empty() && !zone.contains('%') => address,
        Some(_) => return None,
        None => text,
    };
    let address: Ipv6Addr = address.parse().ok()?;
    let unpacked = address.to_ipv4_mapped().filter(|_| unpack_ipv4);
    Some(unpacked.map_or(IpAddr::V6(address), IpAddr::V4))
}
