//! IP addresses.

use std::borrow::Cow;
use std::net::{IpAddr, Ipv6Addr};

use chrono_tz::Tz;

use super::db_type::DbType;
use super::field_type::{ColumnType, FieldType, KindProblem, LookupValue};
use super::kind::{FieldKind, IpProtocol};
use crate::db::Value;
use crate::models::Field;

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

    fn problem(&self, field: &Field) -> Option<KindProblem> {
        (field.blank && !field.null).then(|| KindProblem {
            id: "fields.E150",
            option: "blank",
            text: "an empty address is stored as NULL. Allow NULL, or require an address."
                .to_owned(),
        })
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

#[cfg(test)]
mod tests {
    use super::ipv6;
    use crate::db::sql_types::IpAddress;
    use crate::models::{Description, Field, Model};

    diesel::table! {
        use diesel::sql_types::{BigInt, Nullable};
        use super::IpAddress;

        catalog_visit (id) {
            id -> BigInt,
            required -> IpAddress,
            blank -> IpAddress,
            nullable -> Nullable<IpAddress>,
            optional -> Nullable<IpAddress>,
        }
    }

    #[derive(diesel::Identifiable)]
    #[diesel(table_name = catalog_visit)]
    struct Visit {
        id: i64,
    }

    impl Model for Visit {
        fn describe(it: Description<Self>) -> Description<Self> {
            it.field(catalog_visit::blank, |field| field.blank())
                .field(catalog_visit::optional, |field| field.blank())
        }
    }

    #[test]
    fn only_a_blank_field_without_null_is_reported() {
        let problem = |field: &'static Field| {
            let problem = field.kind.field_type().problem(field)?;
            Some((problem.id, field.name))
        };
        let found: Vec<_> = Visit::meta().fields.iter().filter_map(problem).collect();
        assert_eq!(found, [("fields.E150", "blank")]);
    }

    /// The results of Django's `clean_ipv6_address`, with and without `unpack_ipv4`.
    #[test]
    fn addresses_are_normalized_as_in_django() {
        for (text, plain, unpacked) in [
            ("2001:DB8:0:0::1", Some("2001:db8::1"), Some("2001:db8::1")),
            (
                "::ffff:192.0.2.1",
                Some("::ffff:192.0.2.1"),
                Some("192.0.2.1"),
            ),
            ("::192.0.2.1", Some("::c000:201"), Some("::c000:201")),
            ("fe80::1%eth0", Some("fe80::1"), Some("fe80::1")),
            ("fe80::1%", None, None),
            ("fe80::1%a%b", None, None),
            ("2001::db8::1", None, None),
            ("", None, None),
            ("1:2:3:4:5:6:7", None, None),
        ] {
            let ours = |unpacks| ipv6(text, unpacks).map(|address| address.to_string());
            assert_eq!(ours(false).as_deref(), plain, "{text:?} as it is");
            assert_eq!(ours(true).as_deref(), unpacked, "{text:?} unpacked");
        }
    }
}
