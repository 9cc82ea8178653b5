//! Exact decimal numbers, because money must not be a float.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt;
use std::ops::{Add, Div, Mul};
use std::str::FromStr;

use bigdecimal::{BigDecimal, ParseBigDecimalError, RoundingMode, ToPrimitive as _};
use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::pg::Pg;
use diesel::serialize::{self, IsNull, Output, ToSql};
use diesel::sql_types::Numeric;
use diesel::sqlite::{Sqlite, SqliteType};

use crate::db::sql_types;

/// A decimal number of any length. Equality compares the values: `1.0 == 1.00`.
///
/// SQLite drops trailing zeros (`10` for `10.00`): use [`Decimal::round`] with the field's number
/// of places to show a value.
#[derive(Debug, Clone, AsExpression, FromSqlRow)]
#[diesel(sql_type = sql_types::Decimal)]
pub struct Decimal(Number);

/// Amounts of money are small numbers: a list shows hundreds of them. They need no heap memory and
/// no arithmetic of arbitrary precision.
#[derive(Debug, Clone)]
enum Number {
    /// Units and number of decimal places, at most [`SMALL`].
    Small(i64, u32),
    /// Numbers that do not fit into `Small`.
    Long(Box<BigDecimal>),
}

impl Decimal {
    /// Returns `units` divided by 10 to the power of `places`: `Decimal::new(1234, 2)` is 12.34.
    pub fn new(units: i64, places: i64) -> Self {
        match u32::try_from(places) {
            Ok(places) if places <= SMALL => Self(Number::Small(units, places)),
            _ => Self(Number::Long(Box::new(BigDecimal::new(
                units.into(),
                places,
            )))),
        }
    }

    /// Rounds to `places` decimal places, or adds zeros; halves are rounded to the even digit, as
    /// in Python's `round` and Django's forms.
    #[must_use]
    pub fn round(&self, places: i64) -> Self {
        match self
            .small()
            .and_then(|(units, has)| rounded(units, has, u32::try_from(places).ok()?))
        {
            Some(units) => Self::new(units, places),
            None => self
                .long()
                .with_scale_round(places, RoundingMode::HalfEven)
                .into(),
        }
    }

    /// Like `round`, but returns a value that can only be displayed, which is faster.
    pub fn fixed(&self, places: u32) -> Fixed {
        let small = self
            .small()
            .filter(|_| places <= SMALL)
            .and_then(|(units, has)| rounded(units, has, places));
        match small {
            Some(units) => Fixed::Small(units, places),
            None => Fixed::Long(self.round(places.into()).to_string()),
        }
    }

    /// Returns units and number of places, if both are small.
    fn small(&self) -> Option<(i64, u32)> {
        match self.0 {
            Number::Small(units, places) => Some((units, places)),
            Number::Long(_) => None,
        }
    }

    /// Returns the number with arbitrary precision.
    fn long(&self) -> Cow<'_, BigDecimal> {
        match &self.0 {
            Number::Small(units, places) => {
                Cow::Owned(BigDecimal::new((*units).into(), (*places).into()))
            }
            Number::Long(number) => Cow::Borrowed(number),
        }
    }

    /// Whether the number has at most a hundred digits before and after the decimal point.
    pub fn is_modest(&self) -> bool {
        if self.small().is_some() {
            return true;
        }
        let number = self.long();
        let scale = number.fractional_digit_count();
        let digits = i64::try_from(number.digits()).unwrap_or(i64::MAX);
        scale <= 100 && digits.saturating_sub(scale) <= 100
    }

    /// Returns the number of decimal places without trailing zeros.
    pub fn places(&self) -> i64 {
        self.long().normalized().fractional_digit_count().max(0)
    }
}

/// The largest number of places of a small number: 10 to this power fits into an `i64`.
const SMALL: u32 = 18;

impl From<BigDecimal> for Decimal {
    fn from(number: BigDecimal) -> Self {
        let (units, places) = number.as_bigint_and_scale();
        match (units.to_i64(), u32::try_from(places)) {
            (Some(units), Ok(places)) if places <= SMALL => Self(Number::Small(units, places)),
            _ => Self(Number::Long(Box::new(number))),
        }
    }
}

impl PartialEq for Decimal {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Decimal {}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self.small(), other.small()) {
            (Some((units, places)), Some((others, same))) if places == same => units.cmp(&others),
            _ => self.long().cmp(&other.long()),
        }
    }
}

const ZEROS: &str = "000000000000000000";

/// Converts `units` with `has` decimal places to `wanted` places; rounds halves to even. Returns
/// `None` on overflow.
fn rounded(units: i64, has: u32, wanted: u32) -> Option<i64> {
    if wanted >= has {
        return units.checked_mul(10_i64.checked_pow(wanted - has)?);
    }
    let unit = 10_u64.pow(has - wanted);
    let (whole, rest) = (units.unsigned_abs() / unit, units.unsigned_abs() % unit);
    let up = rest > unit / 2 || (rest == unit / 2 && whole % 2 == 1);
    let whole = i64::try_from(whole + u64::from(up)).ok()?;
    Some(if units < 0 { -whole } else { whole })
}

/// A number with a fixed number of decimal places; see [`Decimal::fixed`].
#[derive(Debug, Clone)]
pub enum Fixed {
    /// Units and number of places, at most 18.
    Small(i64, u32),
    /// The text of a longer number.
    Long(String),
}

impl fmt::Display for Decimal {
    /// Never uses scientific notation.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.small() {
            Some((units, places)) => Fixed::Small(units, places).fmt(f),
            None => f.write_str(&self.long().to_plain_string()),
        }
    }
}

impl Fixed {
    /// Appends the text of the number to `out`.
    pub fn push_to(&self, out: &mut String) {
        let (units, places) = match self {
            Self::Small(units, places) => (*units, *places as usize),
            Self::Long(text) => return out.push_str(text),
        };
        let mut number = itoa::Buffer::new();
        let digits = number.format(units.unsigned_abs());
        if units < 0 {
            out.push('-');
        }
        match digits.len().checked_sub(places) {
            _ if places == 0 => out.push_str(digits),
            None | Some(0) => {
                out.push_str("0.");
                out.push_str(&ZEROS[digits.len()..places]);
                out.push_str(digits);
            }
            Some(whole) => {
                out.push_str(&digits[..whole]);
                out.push('.');
                out.push_str(&digits[whole..]);
            }
        }
    }
}

impl fmt::Display for Fixed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::with_capacity(24);
        self.push_to(&mut text);
        f.write_str(&text)
    }
}

impl FromStr for Decimal {
    type Err = ParseBigDecimalError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(BigDecimal::into)
    }
}

impl Default for Decimal {
    fn default() -> Self {
        Self::new(0, 0)
    }
}

impl From<i64> for Decimal {
    fn from(whole: i64) -> Self {
        Self::new(whole, 0)
    }
}

impl Mul for &Decimal {
    type Output = Decimal;

    fn mul(self, other: Self) -> Decimal {
        if let (Some((units, places)), Some((others, more))) = (self.small(), other.small())
            && let Some(units) = units.checked_mul(others)
        {
            return Decimal::new(units, (places + more).into());
        }
        (self.long().as_ref() * other.long().as_ref()).into()
    }
}

impl Add for &Decimal {
    type Output = Decimal;

    fn add(self, other: Self) -> Decimal {
        (self.long().as_ref() + other.long().as_ref()).into()
    }
}

/// Divides exactly if the result has at most 100 digits. Round it: `(&total / &Decimal::from(11)).round(2)`. Division by
/// zero panics.
impl Div for &Decimal {
    type Output = Decimal;

    fn div(self, other: Self) -> Decimal {
        (self.long().as_ref() / other.long().as_ref()).into()
    }
}

impl std::iter::Sum for Decimal {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::from(0), |sum, amount| &sum + &amount)
    }
}

super::multi_backend!(Decimal => sql_types::Decimal);

impl FromSql<sql_types::Decimal, Pg> for Decimal {
    fn from_sql(raw: <Pg as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        if let Some((units, places)) = small_numeric(raw.as_bytes()) {
            return Ok(Self::new(units, places));
        }
        FromSql::<Numeric, Pg>::from_sql(raw).map(BigDecimal::into)
    }
}

/// Reads a `numeric` with few digits as PostgreSQL sends it (`numeric_send` in its `numeric.c`):
/// number of base-10,000 digits, exponent of the first one, sign, decimal places, digits. Returns
/// units and number of places.
fn small_numeric(bytes: &[u8]) -> Option<(i64, i64)> {
    let (words, []) = bytes.as_chunks::<2>() else {
        return None;
    };
    let mut words = words.iter().map(|word| u16::from_be_bytes(*word));
    let (count, weight, sign, places) = (
        words.next()?,
        words.next()?.cast_signed(),
        words.next()?,
        words.next()?,
    );
    let is_negative = match sign {
        0 => false,
        0x4000 => true,
        _ => return None,
    };
    let mut units = 0_i64;
    for (at, digit) in words.enumerate().take(count.into()) {
        let power = 4 * (i64::from(weight) - i64::try_from(at).ok()?) + i64::from(places);
        let one = 10_i64.checked_pow(u32::try_from(power.abs()).ok()?)?;
        let digit = i64::from(digit);
        let part = if power >= 0 {
            digit.checked_mul(one)?
        } else {
            digit / one
        };
        if power < 0 && part * one != digit {
            return None;
        }
        units = units.checked_add(part)?;
    }
    (u32::from(places) <= SMALL)
        .then_some((if is_negative { -units } else { units }, places.into()))
}

impl ToSql<sql_types::Decimal, Pg> for Decimal {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        ToSql::<Numeric, Pg>::to_sql(self.long().as_ref(), &mut out.reborrow())
    }
}

impl FromSql<sql_types::Decimal, Sqlite> for Decimal {
    fn from_sql(mut raw: <Sqlite as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        Ok(match raw.value_type() {
            Some(SqliteType::Double) => from_real(raw.read_double())?,
            Some(SqliteType::Integer | SqliteType::Long | SqliteType::SmallInt) => {
                raw.read_long().into()
            }
            _ => raw.read_text().parse()?,
        })
    }
}

/// Returns the decimal number of up to 15 significant digits that `real` represents, like Django's
/// converter for REAL values; SQLite itself prints 17 digits.
fn from_real(real: f64) -> Result<Decimal, ParseBigDecimalError> {
    // Numbers of up to 15 digits survive the conversion to a double and back. So if a number of
    // cents converts to this double, it is the right one.
    let cents = (real * 100.0).round();
    if cents.abs() < 1e15 && (cents / 100.0).to_bits() == real.to_bits() {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "a whole number below 10 to the power of 15"
        )]
        return Ok(Decimal::new(cents as i64, 2));
    }
    format!("{real:.14e}")
        .parse::<BigDecimal>()
        .map(|exact| exact.normalized().into())
}

impl ToSql<sql_types::Decimal, Sqlite> for Decimal {
    /// Binds a text: the column's affinity converts it to INTEGER or REAL, as with the values that
    /// Django binds.
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(self.to_string());
        Ok(IsNull::No)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taxed(price: &str) -> String {
        (&price.parse::<Decimal>().unwrap() * &Decimal::new(110, 2))
            .round(2)
            .to_string()
    }

    #[test]
    fn halves_are_rounded_to_even() {
        assert_eq!(taxed("0.05"), "0.06"); // 0.055
        assert_eq!(taxed("0.15"), "0.16"); // 0.165
        assert_eq!(taxed("0.25"), "0.28"); // 0.275
        assert_eq!(taxed("0.35"), "0.38"); // 0.385
    }

    #[test]
    fn small_numbers_equal_the_same_long_numbers() {
        for units in [
            0,
            1,
            4,
            5,
            6,
            15,
            25,
            49,
            50,
            51,
            99,
            12345,
            98765,
            i64::MAX,
            i64::MAX / 10,
        ] {
            for sign in [1, -1] {
                for (has, wanted) in [
                    (0, 0),
                    (0, 2),
                    (2, 2),
                    (2, 0),
                    (2, 1),
                    (3, 2),
                    (18, 2),
                    (18, 0),
                    (2, 19),
                    (25, 3),
                ] {
                    let number = Decimal::new(units * sign, has);
                    assert_eq!(number.to_string(), number.long().to_plain_string());
                    let long = number
                        .long()
                        .with_scale_round(wanted, RoundingMode::HalfEven);
                    assert_eq!(
                        number.round(wanted).to_string(),
                        long.to_plain_string(),
                        "{number} to {wanted}"
                    );
                    let fixed = number.fixed(wanted.try_into().unwrap()).to_string();
                    assert_eq!(fixed, long.to_plain_string(), "{number} to {wanted}");
                }
            }
        }
    }

    #[test]
    fn numbers_of_postgresql_are_read() {
        let numeric = |words: &[u16]| {
            let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_be_bytes()).collect();
            small_numeric(&bytes).map(|(units, places)| Decimal::new(units, places).to_string())
        };
        assert_eq!(numeric(&[2, 0, 0, 2, 12, 3400]).as_deref(), Some("12.34"));
        assert_eq!(numeric(&[2, 1, 0x4000, 0, 1, 2]).as_deref(), Some("-10002"));
        assert_eq!(numeric(&[1, 1, 0, 2, 7]).as_deref(), Some("70000.00"));
        assert_eq!(numeric(&[1, u16::MAX, 0, 4, 5]).as_deref(), Some("0.0005"));
        assert_eq!(numeric(&[0, 0, 0, 2]).as_deref(), Some("0.00"));
        // NaN, more places than declared, and more digits than fit.
        assert_eq!(numeric(&[0, 0, 0xC000, 0]), None);
        assert_eq!(numeric(&[2, 0, 0, 2, 12, 3456]), None);
        assert_eq!(numeric(&[5, 4, 0, 2, 9999, 9999, 9999, 9999, 9999]), None);
    }

    #[test]
    fn rounding_fills_up_with_zeros() {
        assert_eq!(Decimal::from(10).round(2).to_string(), "10.00");
        assert_eq!(
            "1E+3".parse::<Decimal>().unwrap().round(2).to_string(),
            "1000.00"
        );
    }

    #[test]
    fn reals_are_read_with_15_digits() {
        let slow = |real: f64| format!("{real:.14e}").parse::<Decimal>().unwrap();
        for cents in (0..2_000_000_i64)
            .step_by(7)
            .chain([99_999_999_999_999, 12_345_678_901_234])
        {
            let text = format!("{}.{:02}", cents / 100, cents % 100);
            let real: f64 = text.parse().unwrap();
            assert_eq!(from_real(real).unwrap(), text.parse::<Decimal>().unwrap());
            assert_eq!(from_real(-real).unwrap(), slow(-real));
        }
        for real in [
            0.1 + 0.2,
            1.0 / 3.0,
            1e-7,
            0.005,
            123_456.789,
            1e20,
            -0.0,
            5e-324,
        ] {
            assert_eq!(from_real(real).unwrap(), slow(real), "{real}");
        }
    }

    #[test]
    fn equality_compares_values() {
        assert_eq!("1.10".parse::<Decimal>().unwrap(), "1.1".parse().unwrap());
        assert_eq!("1.10".parse::<Decimal>().unwrap().places(), 1);
        let long: Decimal = "123456789012345678901234567890.5".parse().unwrap();
        assert!(long > Decimal::from(i64::MAX) && &long + &Decimal::new(50, 2) > long);
        assert!(Decimal::new(-15, 1) < Decimal::new(-149, 2));
    }
}
