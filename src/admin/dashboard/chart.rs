//! Charts as SVG: bars with labels, made by the server.

use super::TilePoint;

/// The size of the drawing.
const WIDTH: f64 = 640.0;
const HEIGHT: f64 = 200.0;
/// Space above the bars for the greatest value, and below for the labels.
const TOP: f64 = 24.0;
const BOTTOM: f64 = 24.0;
/// The part of a bar's place that stays empty.
const GAP: f64 = 0.25;
/// The widest bar.
const WIDEST: f64 = 72.0;
/// The most labels below the bars.
const LABELS: usize = 8;

/// A bar.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::admin) struct Bar {
    pub(in crate::admin) x: String,
    pub(in crate::admin) y: String,
    pub(in crate::admin) width: String,
    pub(in crate::admin) height: String,
    /// The middle of the bar.
    pub(in crate::admin) middle: String,
    /// The label below the bar; "" for none.
    pub(in crate::admin) label: String,
    /// The value above the bar; "" for none.
    pub(in crate::admin) value: String,
    /// The place of the value.
    pub(in crate::admin) value_y: String,
}

/// Returns the bars of a chart. Values that are not finite or below zero have no height.
pub(super) fn bars(points: &[TilePoint]) -> Vec<Bar> {
    let count = f64::from(u32::try_from(points.len().max(1)).unwrap_or(u32::MAX));
    let value = |point: &TilePoint| {
        if point.value.is_finite() {
            point.value.max(0.0)
        } else {
            0.0
        }
    };
    let highest = points.iter().map(value).fold(0.0, f64::max);
    let place = WIDTH / count;
    let width = (place * (1.0 - GAP)).min(WIDEST);
    let every = points.len().div_ceil(LABELS).max(1);
    let top_at = points.iter().position(|point| value(point) >= highest);

    let bar = |(at, point): (usize, &TilePoint)| {
        let left = f64::from(u32::try_from(at).unwrap_or(u32::MAX)) * place;
        let height = if highest > 0.0 {
            value(point) / highest * (HEIGHT - TOP - BOTTOM)
        } else {
            0.0
        };
        let y = HEIGHT - BOTTOM - height;
        let shows_value = points.len() <= LABELS || Some(at) == top_at;
        // The labels count from the last point, which is today.
        let is_labelled = (points.len() - 1 - at).is_multiple_of(every);
        Bar {
            x: number(left + (place - width) / 2.0),
            y: number(y),
            width: number(width),
            height: number(height),
            middle: number(left + place / 2.0),
            label: if is_labelled {
                point.label.clone()
            } else {
                String::new()
            },
            value: if shows_value && value(point) > 0.0 {
                point.text.clone()
            } else {
                String::new()
            },
            value_y: number(y - 6.0),
        }
    };
    points.iter().enumerate().map(bar).collect()
}

fn number(number: f64) -> String {
    format!("{number:.1}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(value: f64) -> TilePoint {
        TilePoint {
            label: "day".to_owned(),
            value,
            text: value.to_string(),
            url: String::new(),
        }
    }

    #[test]
    fn the_highest_bar_fills_the_chart_and_odd_values_have_no_height() {
        let bars = bars(&[point(1.0), point(2.0), point(f64::NAN), point(-3.0)]);
        let heights: Vec<&str> = bars.iter().map(|bar| bar.height.as_str()).collect();
        assert_eq!(heights, ["76.0", "152.0", "0.0", "0.0"]);
        assert!(super::bars(&[]).is_empty(), "no points, no bars");
        assert_eq!(super::bars(&[point(0.0)])[0].height, "0.0");
    }
}
