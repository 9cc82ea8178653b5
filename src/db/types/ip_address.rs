//! IP addresses.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::pg::Pg;
use diesel::serialize::{self, IsNull, Output, ToSql};
use diesel::sqlite::{Sqlite, SqliteType};

use crate::db::cell::{Cell, SqliteRaw};
use crate::db::sql_types;

/// The numbers that PostgreSQL sends for the two families of addresses.
const FAMILY_4: u8 = 2;
const FAMILY_6: u8 = 3;

/// An IPv4 or IPv6 address, perhaps with the length of its network's prefix. Boxed, because a row is a list of values.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, AsExpression, FromSqlRow)]
#[diesel(sql_type = sql_types::IpAddress)]
pub struct IpAddress(Box<Network>);

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Network {
    address: IpAddr,
    /// The length of the prefix; all bits for a single host.
    bits: u8,
}

impl IpAddress {
    /// Returns the address without its prefix.
    pub fn address(&self) -> IpAddr {
        self.0.address
    }
}

fn all_bits(address: IpAddr) -> u8 {
    if address.is_ipv4() { 32 } else { 128 }
}

impl From<IpAddr> for IpAddress {
    fn from(address: IpAddr) -> Self {
        Self(Box::new(Network {
            address,
            bits: all_bits(address),
        }))
    }
}

/// A text that is not an IP address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotAnAddress;

impl fmt::Display for NotAnAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not an IP address")
    }
}

impl std::error::Error for NotAnAddress {}

impl FromStr for IpAddress {
    type Err = NotAnAddress;

    fn from_str(text: &str) -> Result<Self, NotAnAddress> {
        let (address, bits) = match text.split_once('/') {
            Some((address, bits)) => (address, Some(bits)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().map_err(|_| NotAnAddress)?;
        let most = all_bits(address);
        let bits = match bits {
            Some(bits) => bits.parse().map_err(|_| NotAnAddress)?,
            None => most,
        };
        if bits > most {
            return Err(NotAnAddress);
        }
        Ok(Self(Box::new(Network { address, bits })))
    }
}

impl fmt::Display for IpAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Network { address, bits } = *self.0;
        write!(f, "{address}")?;
        if bits < all_bits(address) {
            write!(f, "/{bits}")?;
        }
        Ok(())
    }
}

super::multi_backend!(IpAddress => sql_types::IpAddress);

impl FromSql<sql_types::IpAddress, Pg> for IpAddress {
    fn from_sql(raw: <Pg as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        let [family, bits, _is_cidr, _length, address @ ..] = raw.as_bytes() else {
            return Err("an inet of less than 4 bytes".into());
        };
        let address: IpAddr = match *family {
            FAMILY_4 => Ipv4Addr::from(<[u8; 4]>::try_from(address)?).into(),
            FAMILY_6 => Ipv6Addr::from(<[u8; 16]>::try_from(address)?).into(),
            _ => return Err("an inet of an unknown family".into()),
        };
        Ok(Self(Box::new(Network {
            address,
            bits: *bits,
        })))
    }
}

impl ToSql<sql_types::IpAddress, Pg> for IpAddress {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        use std::io::Write as _;
        let Network { address, bits } = *self.0;
        match address {
            IpAddr::V4(address) => {
                out.write_all(&[FAMILY_4, bits, 0, 4])?;
                out.write_all(&address.octets())?;
            }
            IpAddr::V6(address) => {
                out.write_all(&[FAMILY_6, bits, 0, 16])?;
                out.write_all(&address.octets())?;
            }
        }
        Ok(IsNull::No)
    }
}

impl FromSql<sql_types::IpAddress, Sqlite> for IpAddress {
    fn from_sql(mut raw: <Sqlite as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        Ok(raw.read_text().parse()?)
    }
}

impl ToSql<sql_types::IpAddress, Sqlite> for IpAddress {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(self.to_string());
        Ok(IsNull::No)
    }
}

impl Cell for IpAddress {
    /// As Django: `HOST` leaves the prefix out.
    const AS_TEXT: [(&'static str, &'static str); 2] = [("HOST(", ")"), ("", "")];

    fn read_sqlite(mut raw: SqliteRaw<'_>, held: SqliteType) -> Option<Self> {
        if held != SqliteType::Text {
            return None;
        }
        let text = raw.read_text();
        let address: Self = text.parse().ok()?;
        // Another spelling of the address would not be found again.
        (address.to_string() == text).then_some(address)
    }

    fn write(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::IpAddress;

    #[test]
    fn addresses_are_written_in_their_shortest_form() {
        for (text, written) in [
            ("192.0.2.1", "192.0.2.1"),
            ("10.0.0.0/8", "10.0.0.0/8"),
            ("10.0.0.1/32", "10.0.0.1"),
            ("2001:DB8:0:0:0:0:0:1", "2001:db8::1"),
            ("::ffff:192.0.2.1", "::ffff:192.0.2.1"),
        ] {
            let address: IpAddress = text.parse().unwrap();
            assert_eq!(address.to_string(), written, "{text}");
        }
        for text in ["", "192.0.2.01", "192.0.2", "1.2.3.4/33", "1.2.3.4/", ":::"] {
            assert!(
                text.parse::<IpAddress>().is_err(),
                "{text:?} is not an address"
            );
        }
    }
}
