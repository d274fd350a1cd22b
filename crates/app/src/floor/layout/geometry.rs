//! Points, rectangles and the paths that links take.
//!
//! Invariant: all lengths are CSS pixels, and whole ones. Not here: what lies where (see `places`).

/// A point.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Point {
    /// From the left.
    pub x: i32,
    /// From the top.
    pub y: i32,
}

impl Point {
    /// How far it is from there to here.
    #[must_use]
    pub fn minus(self, from: Self) -> Self {
        Self { x: self.x - from.x, y: self.y - from.y }
    }

    /// The square of the distance between two points.
    #[must_use]
    pub fn distance_squared(self, other: Self) -> i32 {
        let Self { x, y } = self.minus(other);
        x * x + y * y
    }
}

/// A rectangle.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rect {
    /// Left edge.
    pub x: i32,
    /// Upper edge.
    pub y: i32,
    /// Width.
    pub width: i32,
    /// Height.
    pub height: i32,
}

impl Rect {
    /// The rectangle with these two corners, in any order.
    #[must_use]
    pub fn between(a: Point, b: Point) -> Self {
        let (x, y) = (a.x.min(b.x), a.y.min(b.y));
        Self { x, y, width: (a.x - b.x).abs(), height: (a.y - b.y).abs() }
    }

    /// The smallest that holds both.
    #[must_use]
    pub fn joined(self, other: Self) -> Self {
        let corner = |rect: Self| Point { x: rect.right(), y: rect.bottom() };
        let (a, b) = (corner(self), corner(other));
        let from = Point { x: self.x.min(other.x), y: self.y.min(other.y) };
        Self::between(from, Point { x: a.x.max(b.x), y: a.y.max(b.y) })
    }

    /// A square around a point.
    #[must_use]
    pub fn around(middle: Point, size: i32) -> Self {
        Self { x: middle.x - size / 2, y: middle.y - size / 2, width: size, height: size }
    }

    /// Its middle.
    #[must_use]
    pub fn middle(self) -> Point {
        Point { x: self.x + self.width / 2, y: self.y + self.height / 2 }
    }

    /// Right edge.
    #[must_use]
    pub fn right(self) -> i32 {
        self.x + self.width
    }

    /// Lower edge.
    #[must_use]
    pub fn bottom(self) -> i32 {
        self.y + self.height
    }

    /// Whether the point is in it.
    #[must_use]
    pub fn contains(self, point: Point) -> bool {
        (self.x..self.right()).contains(&point.x) && (self.y..self.bottom()).contains(&point.y)
    }

    /// The same, measured from the corner of another one.
    #[must_use]
    pub fn seen_from(self, other: Self) -> Self {
        Self { x: self.x - other.x, y: self.y - other.y, ..self }
    }

    /// The same with every edge moved outwards.
    #[must_use]
    pub fn grown(self, by: i32) -> Self {
        Self {
            x: self.x - by,
            y: self.y - by,
            width: self.width + 2 * by,
            height: self.height + 2 * by,
        }
    }
}

/// How a link runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Path {
    /// Straight.
    Line(Point, Point),
    /// Out to the side and back, so far to the right (or to the left when negative).
    Arc(Point, Point, i32),
}

impl Path {
    /// A point on it, in sixteenths of the way.
    #[must_use]
    pub fn at(self, sixteenths: i32) -> Point {
        match self {
            Self::Line(from, to) => Point {
                x: from.x + (to.x - from.x) * sixteenths / 16,
                y: from.y + (to.y - from.y) * sixteenths / 16,
            },
            Self::Arc(from, to, out) => {
                // A cubic Bézier whose control points are four thirds as far out as its apex.
                let (done, left) = (i64::from(sixteenths), i64::from(16 - sixteenths));
                let weights = [
                    left * left * left,
                    3 * left * left * done,
                    3 * left * done * done,
                    done * done * done,
                ];
                let blend = |points: [i32; 4]| {
                    let sum: i64 = points
                        .iter()
                        .zip(weights)
                        .map(|(at, weight)| i64::from(*at) * weight)
                        .sum();
                    i32::try_from(sum / 4096).unwrap_or(0)
                };
                let out = out * 4 / 3;
                Point {
                    x: blend([from.x, from.x + out, to.x + out, to.x]),
                    y: blend([from.y, from.y, to.y, to.y]),
                }
            }
        }
    }

    /// As an SVG path.
    #[must_use]
    pub fn svg(self) -> String {
        match self {
            Self::Line(a, b) => format!("M{} {}L{} {}", a.x, a.y, b.x, b.y),
            Self::Arc(a, b, out) => {
                let out = out * 4 / 3;
                format!(
                    "M{} {}C{} {} {} {} {} {}",
                    a.x,
                    a.y,
                    a.x + out,
                    a.y,
                    b.x + out,
                    b.y,
                    b.x,
                    b.y
                )
            }
        }
    }
}
