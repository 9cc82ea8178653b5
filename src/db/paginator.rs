//! Splits a list into pages, like Django's `Paginator`.

use std::str::FromStr;

use crate::python::int_within_i64;

/// The size of a list and of its pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Paginator {
    /// Number of rows in the whole list.
    pub count: i64,
    /// Number of rows on a page.
    pub per_page: i64,
}

/// The page that a request asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PageNumber {
    /// The first page: the request has no page parameter, or one that is not a number.
    #[default]
    First,
    /// This page, or the last page if the list is shorter.
    Number(i64),
    /// The last page: the parameter is below 1 or too large.
    Last,
}

/// A page of rows.
#[derive(Debug, Clone)]
pub struct RowPage<T> {
    /// The rows.
    pub rows: Vec<T>,
    /// Number of this page, from 1.
    pub number: i64,
    /// The list that the page belongs to.
    pub paginator: Paginator,
    /// Whether all rows were counted. A list counts [`Paginator::COUNT_LIMIT`] rows.
    pub is_counted: bool,
}

impl<T> RowPage<T> {
    /// Returns the number of rows in the whole list, or the limit if there are more.
    pub fn counted(&self) -> i64 {
        if self.is_counted {
            self.paginator.count
        } else {
            Paginator::COUNT_LIMIT
        }
    }

    /// Returns the list as far as its pages are known: up to the next page, if it was not counted to the end.
    pub fn known(&self) -> Paginator {
        if self.is_counted {
            return self.paginator;
        }
        let per_page = self.paginator.per_page;
        let count = self.number.saturating_add(1).saturating_mul(per_page);
        Paginator { count, per_page }
    }
}

impl FromStr for PageNumber {
    type Err = std::convert::Infallible;

    /// Like `Paginator.get_page(text)`: a text that Python's `int()` does not accept means the
    /// first page, a number out of range the last.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(match int_within_i64(text) {
            None => Self::First,
            Some(number) if number >= 1 => Self::Number(number),
            Some(_) => Self::Last,
        })
    }
}

impl Paginator {
    /// Up to how many rows a list for visitors is counted.
    pub const COUNT_LIMIT: i64 = 10_000;

    /// Returns the number of pages, which is at least one.
    pub fn num_pages(self) -> i64 {
        ((self.count + self.per_page - 1) / self.per_page).max(1)
    }

    /// Returns the number of the page to show for `asked` (Django's `get_page`).
    pub fn page_number(self, asked: PageNumber) -> i64 {
        match asked {
            PageNumber::First => 1,
            PageNumber::Number(number) => number.min(self.num_pages()),
            PageNumber::Last => self.num_pages(),
        }
    }

    /// Returns the number of rows before page `number`.
    pub fn offset(self, number: i64) -> i64 {
        (number - 1) * self.per_page
    }

    /// Returns the page numbers to link to: `around` on each side of `number`, `ends` at each end,
    /// and `None` for a gap (Django's `get_elided_page_range`).
    pub fn elided_page_range(self, number: i64, around: i64, ends: i64) -> Vec<Option<i64>> {
        let last = self.num_pages();
        if last <= (around + ends) * 2 {
            return (1..=last).map(Some).collect();
        }
        let mut range: Vec<Option<i64>> = Vec::new();
        if number > 1 + around + ends + 1 {
            range.extend((1..=ends).map(Some));
            range.push(None);
            range.extend((number - around..=number).map(Some));
        } else {
            range.extend((1..=number).map(Some));
        }
        if number < last - around - ends - 1 {
            range.extend((number + 1..=number + around).map(Some));
            range.push(None);
            range.extend((last - ends + 1..=last).map(Some));
        } else {
            range.extend((number + 1..=last).map(Some));
        }
        range
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odd_page_numbers_are_read_like_in_django() {
        let list = Paginator {
            count: 95,
            per_page: 20,
        };
        for (text, number) in [
            ("", 1),
            ("abc", 1),
            ("1.5", 1),
            ("_1", 1),
            ("1__0", 1),
            ("2", 2),
            (" 3 ", 3),
            ("+4", 4),
            ("0", 5),
            ("-1", 5),
            ("99", 5),
            ("99999999999999999999999999", 5),
            ("-99999999999999999999", 5),
            ("0_2", 2),
            ("٣", 3),
            ("\u{a0}4\u{2003}", 4),
            (&"9".repeat(4301), 1),
        ] {
            assert_eq!(list.page_number(text.parse().unwrap()), number, "{text:?}");
        }
    }

    #[test]
    fn an_empty_list_has_one_page() {
        assert_eq!(
            Paginator {
                count: 0,
                per_page: 20
            }
            .num_pages(),
            1
        );
    }

    #[test]
    fn page_numbers_are_elided_like_in_django() {
        // Python: list(Paginator(range(1000), 20).get_elided_page_range(n))
        let show = |count, number| {
            let range = Paginator {
                count,
                per_page: 20,
            }
            .elided_page_range(number, 3, 2);
            range
                .iter()
                .map(|n| n.map_or("…".to_owned(), |n| n.to_string()))
                .collect::<Vec<_>>()
                .join(" ")
        };
        assert_eq!(show(1000, 1), "1 2 3 4 … 49 50");
        assert_eq!(show(1000, 6), "1 2 3 4 5 6 7 8 9 … 49 50");
        assert_eq!(show(1000, 7), "1 2 3 4 5 6 7 8 9 10 … 49 50");
        assert_eq!(show(1000, 8), "1 2 … 5 6 7 8 9 10 11 … 49 50");
        assert_eq!(show(1000, 45), "1 2 … 42 43 44 45 46 47 48 49 50");
        assert_eq!(show(1000, 50), "1 2 … 47 48 49 50");
        assert_eq!(show(200, 5), "1 2 3 4 5 6 7 8 9 10");
    }
}
