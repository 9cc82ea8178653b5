//! IP addresses.

use std::net::IpAddr;

use chrono_tz::Tz;

use super::control_kind::{ControlContent, ControlKind};
use super::form_field_type::{Errors, FormFieldType, wrong};
use super::text::{checked, is_blank, line};
use super::typed::Typed;
use crate::db::Value;
use crate::models::{Field, FieldKind, IpProtocol, ipv6};
use crate::python::strip;

/// An IPv4 or IPv6 address.
pub(super) struct GenericIpAddress;

impl FormFieldType for GenericIpAddress {
    fn is_empty(&self, typed: &Typed) -> bool {
        is_blank(typed)
    }

    fn clean(&self, field: &'static Field, typed: &Typed, _: Tz) -> Result<Value, Errors> {
        let protocol = match field.kind {
            FieldKind::GenericIpAddress(protocol) => protocol,
            _ => IpProtocol::Both,
        };
        let text = strip(typed.first());
        let address = if text.contains(':') {
            match ipv6(text, protocol == IpProtocol::BothUnpacked) {
                Some(address) => Some(address),
                None => return wrong("This is not a valid IPv6 address."),
            }
        } else {
            text.parse().ok()
        };

        let (is_right, name): (fn(&IpAddr) -> bool, _) = match protocol {
            IpProtocol::Both | IpProtocol::BothUnpacked => (|_| true, "IPv4 or IPv6"),
            IpProtocol::V4 => (IpAddr::is_ipv4, "IPv4"),
            IpProtocol::V6 => (IpAddr::is_ipv6, "IPv6"),
        };
        if let Some(address) = address.filter(is_right) {
            return Ok(Value::IpAddress(address.into()));
        }
        let problem = format!("Enter a valid {name} address.");
        checked(field, text.to_owned(), Some(&problem))
    }

    fn control(&self, _: &Field, content: ControlContent<'_>) -> ControlKind {
        line("text", content)
    }
}
