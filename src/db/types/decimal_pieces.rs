//! Prices of several pieces.

use std::ops::Mul;

use super::Decimal;

impl Mul<i32> for &Decimal {
    type Output = Decimal;

    /// Returns the price of several pieces: `&unit_price * quantity`.
    fn mul(self, pieces: i32) -> Decimal {
        self * &Decimal::from(i64::from(pieces))
    }
}

#[cfg(test)]
mod tests {
    use super::Decimal;

    #[test]
    fn a_price_times_a_number_of_pieces_is_exact() {
        assert_eq!(&Decimal::new(1995, 2) * 3, Decimal::new(5985, 2));
        assert_eq!(&Decimal::new(1, 2) * -1, Decimal::new(-1, 2));
    }
}
