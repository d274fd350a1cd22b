//! From 4096 partitions, each of a class, to the pixels of the map.
//!
//! Invariant: pure; the same classes, swatches and palette give the same bytes. Each partition is 4 × 4 pixels, row by row
//! from partition 0, and each class has a pattern beside its colour. Not here: what the classes mean (see `picture`), the
//! canvas (see `map::panel`).

use rosterlab_engine::{Cell, PARTITIONS, PartitionId};

use crate::look::Look;

/// Partitions in a row of the map, and rows.
pub const CELLS_ACROSS: usize = 64;

/// Pixels of a partition, across and down.
pub const CELL_PX: usize = 4;

/// Pixels of the map, across and down.
pub const SIDE_PX: usize = CELLS_ACROSS * CELL_PX;

/// How much of a partition that is not lit is the panel's colour, in percent.
const DIM_PERCENT: u16 = 78;

/// Red, green, blue.
pub type Colour = [u8; 3];

/// The colours that the map can have, as tokens of the style sheet: five looks, eight hues, and one for nothing.
pub const TOKENS: [&str; 14] = [
    "settled",
    "filling",
    "fresh",
    "unavailable",
    "dead",
    "hue-0",
    "hue-1",
    "hue-2",
    "hue-3",
    "hue-4",
    "hue-5",
    "hue-6",
    "hue-7",
    "hue-none",
];

/// The colours of one theme; the same as in www/style/10-tokens.css, which a test compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Palette {
    /// In the order of [`TOKENS`].
    pub colours: [Colour; TOKENS.len()],
    /// `--panel`, with which partitions are dimmed.
    pub panel: Colour,
    /// What the patterns are drawn with: white on the light theme, black on the dark one.
    pub mark: Colour,
}

impl Palette {
    /// The light theme's.
    pub const LIGHT: Self = Self {
        colours: [
            [0x0b, 0x8f, 0x6f],
            [0x4a, 0x9f, 0xd8],
            [0xb8, 0x32, 0x7a],
            [0xd2, 0x60, 0x1a],
            [0x5c, 0x1d, 0x4f],
            [0x1f, 0x4b, 0xb0],
            [0xd2, 0x60, 0x1a],
            [0x0b, 0x8f, 0x6f],
            [0x8a, 0x3f, 0xb5],
            [0x8f, 0x7a, 0x00],
            [0x2e, 0x93, 0xc8],
            [0x6d, 0x74, 0x80],
            [0xc8, 0x3a, 0x74],
            [0xcf, 0xcb, 0xc0],
        ],
        panel: [0xff, 0xfe, 0xfb],
        mark: [0xff, 0xff, 0xff],
    };

    /// The dark theme's.
    pub const DARK: Self = Self {
        colours: [
            [0x3c, 0xc3, 0x9c],
            [0x4d, 0x9b, 0xe3],
            [0xd4, 0x4f, 0x90],
            [0xf0, 0x8a, 0x4b],
            [0xa9, 0x57, 0x9a],
            [0x6a, 0x92, 0xff],
            [0xf0, 0x8a, 0x4b],
            [0x3c, 0xc3, 0x9c],
            [0xb0, 0x7a, 0xe8],
            [0xe8, 0xd4, 0x4a],
            [0x8f, 0xd3, 0xf5],
            [0x9a, 0xa3, 0xaf],
            [0xf2, 0x86, 0xb4],
            [0x39, 0x41, 0x4b],
        ],
        panel: [0x17, 0x1b, 0x21],
        mark: [0x00, 0x00, 0x00],
    };

    /// The colour of a look.
    #[must_use]
    pub fn of(&self, look: Look) -> Colour {
        // The first five tokens, in this order.
        let place = Look::ALL.iter().position(|other| *other == look);
        self.colours[place.unwrap_or(0)]
    }
}

/// What is drawn over a colour, in 4 × 4 pixels: the second sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pattern {
    /// Nothing.
    Plain,
    /// A dot in the middle.
    Dot,
    /// A line slanted upwards, which goes on in the neighbours.
    Slash,
    /// A cross.
    Cross,
    /// A line slanted downwards.
    Backslash,
    /// A line across.
    Row,
    /// A line down.
    Column,
    /// Two of four quarters.
    Checked,
    /// All but two edges: beside its like a row of empty boxes.
    Hollow,
}

impl Pattern {
    /// The patterns that hues have; a look has one of them or [`Pattern::Hollow`].
    pub const ALL: [Self; 8] = [
        Self::Plain,
        Self::Dot,
        Self::Slash,
        Self::Cross,
        Self::Backslash,
        Self::Row,
        Self::Column,
        Self::Checked,
    ];

    /// Whether it marks that pixel of a partition.
    #[must_use]
    pub fn marks(self, x: usize, y: usize) -> bool {
        match self {
            Self::Plain => false,
            Self::Dot => (1..=2).contains(&x) && (1..=2).contains(&y),
            Self::Slash => x + y == CELL_PX - 1,
            Self::Cross => x == y || x + y == CELL_PX - 1,
            Self::Backslash => x == y,
            Self::Row => y == 1,
            Self::Column => x == 1,
            Self::Checked => x / 2 == y / 2,
            Self::Hollow => x > 0 && y > 0,
        }
    }

    /// How strongly it shows, in percent of the mark's colour.
    fn strength(self) -> u16 {
        match self {
            Self::Plain => 0,
            Self::Dot => 26,
            Self::Checked => 32,
            Self::Slash | Self::Backslash | Self::Row | Self::Column => 38,
            Self::Cross => 55,
            Self::Hollow => 62,
        }
    }
}

/// How the partitions of a class are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Swatch {
    /// The colour's place in [`TOKENS`].
    pub colour: usize,
    /// The pattern over it.
    pub pattern: Pattern,
}

impl Swatch {
    /// That of a look.
    #[must_use]
    pub fn of(look: Look) -> Self {
        match look {
            Look::Settled => Self { colour: 0, pattern: Pattern::Plain },
            Look::Filling => Self { colour: 1, pattern: Pattern::Dot },
            Look::Fresh => Self { colour: 2, pattern: Pattern::Hollow },
            Look::Unavailable => Self { colour: 3, pattern: Pattern::Slash },
            Look::Dead => Self { colour: 4, pattern: Pattern::Cross },
        }
    }

    /// One of eight hues, with a pattern of its own in each round.
    #[must_use]
    pub fn of_hue(hue: usize, round: usize) -> Self {
        // Each hue begins with another pattern, so that neighbours in a legend never differ by colour alone.
        const FIRST: [usize; 8] = [4, 2, 0, 3, 5, 1, 6, 7];
        let pattern = Pattern::ALL[(FIRST[hue % 8] + round) % 8];
        Self { colour: 5 + hue % 8, pattern }
    }

    /// That of nothing.
    pub const NOTHING: Self = Self { colour: 13, pattern: Pattern::Slash };
}

/// Two colours mixed: so many percent of the second.
pub(crate) fn mix(base: Colour, mark: Colour, percent: u16) -> Colour {
    let mixed = |base: u8, mark: u8| {
        let sum = u16::from(base) * (100 - percent) + u16::from(mark) * percent;
        u8::try_from(sum / 100).unwrap_or(u8::MAX)
    };
    [mixed(base[0], mark[0]), mixed(base[1], mark[1]), mixed(base[2], mark[2])]
}

/// The map as rows of red, green, blue, opaque; [`SIDE_PX`] squared pixels. `classes` are places in `swatches`, one for each
/// partition; fewer than 4096 leave the rest clear. With `lit`, the partitions for which it has another number than the
/// given one are dimmed and have no pattern.
#[must_use]
pub fn paint(
    classes: &[u16],
    swatches: &[Swatch],
    lit: Option<(&[u8], u8)>,
    palette: &Palette,
) -> Vec<u8> {
    let mut pixels = vec![0; SIDE_PX * SIDE_PX * 4];
    for (index, class) in classes.iter().enumerate().take(PARTITIONS) {
        let swatch = swatches.get(usize::from(*class)).copied().unwrap_or(Swatch::NOTHING);
        let Swatch { colour, pattern } = swatch;
        let mut plain = palette.colours[colour];
        let mut marked = mix(plain, palette.mark, pattern.strength());
        if lit.is_some_and(|(numbers, wanted)| numbers.get(index) != Some(&wanted)) {
            plain = mix(plain, palette.panel, DIM_PERCENT);
            marked = plain;
        }
        let corner = (index / CELLS_ACROSS * SIDE_PX + index % CELLS_ACROSS) * CELL_PX;
        for y in 0..CELL_PX {
            for x in 0..CELL_PX {
                let [red, green, blue] = if pattern.marks(x, y) { marked } else { plain };
                let at = (corner + y * SIDE_PX + x) * 4;
                pixels[at..at + 4].copy_from_slice(&[red, green, blue, u8::MAX]);
            }
        }
    }
    pixels
}

/// The looks of those partitions only; the others are clear.
#[must_use]
pub fn paint_only(cells: &[Cell], shown: &[bool], palette: &Palette) -> Vec<u8> {
    let place = |cell: &Cell| Look::ALL.iter().position(|look| *look == Look::of(cell));
    let class = |cell: &Cell| u16::try_from(place(cell).unwrap_or(0)).unwrap_or(0);
    let classes: Vec<u16> = cells.iter().map(class).collect();
    let mut pixels = paint(&classes, &Look::ALL.map(Swatch::of), None, palette);
    for index in (0..PARTITIONS).filter(|index| shown.get(*index) != Some(&true)) {
        let corner = (index / CELLS_ACROSS * SIDE_PX + index % CELLS_ACROSS) * CELL_PX;
        for y in 0..CELL_PX {
            let row = (corner + y * SIDE_PX) * 4;
            pixels[row..row + CELL_PX * 4].fill(0);
        }
    }
    pixels
}

/// The partition at a point of a map that is drawn `side` wide and high; `None` beside it.
#[must_use]
pub fn partition_at(x: i32, y: i32, side: i32) -> Option<PartitionId> {
    let cell = |at: i32| {
        let side = usize::try_from(side).ok().filter(|side| *side > 0)?;
        let cell = usize::try_from(at).ok()? * CELLS_ACROSS / side;
        (cell < CELLS_ACROSS).then_some(cell)
    };
    let index = cell(y)? * CELLS_ACROSS + cell(x)?;
    PartitionId::new(u16::try_from(index).ok()?).ok()
}

/// Where a partition lies in a map of [`SIDE_PX`]: its left and upper edge.
#[must_use]
pub fn corner_of(partition: PartitionId) -> (usize, usize) {
    let index = partition.index();
    (index % CELLS_ACROSS * CELL_PX, index / CELLS_ACROSS * CELL_PX)
}

/// Where a step across and down leads from a partition; at the edges it stays.
#[must_use]
pub fn step_from(partition: PartitionId, across: i32, down: i32) -> PartitionId {
    let edge = i32::try_from(CELLS_ACROSS - 1).unwrap_or(0);
    let index = i32::from(partition.get());
    let column = (index % (edge + 1) + across).clamp(0, edge);
    let row = (index / (edge + 1) + down).clamp(0, edge);
    let stepped = u16::try_from(row * (edge + 1) + column).ok();
    stepped.and_then(|number| PartitionId::new(number).ok()).unwrap_or(partition)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn looks() -> Vec<Swatch> {
        Look::ALL.map(Swatch::of).to_vec()
    }

    /// The 16 pixels of one partition, row by row.
    fn block(pixels: &[u8], index: usize) -> Vec<Colour> {
        let corner = (index / CELLS_ACROSS * SIDE_PX + index % CELLS_ACROSS) * CELL_PX;
        (0..CELL_PX * CELL_PX)
            .map(|i| (corner + i / CELL_PX * SIDE_PX + i % CELL_PX) * 4)
            .map(|at| [pixels[at], pixels[at + 1], pixels[at + 2]])
            .collect()
    }

    fn in_grey(swatches: &[Swatch]) -> Vec<Vec<bool>> {
        let grey = Palette { colours: [[99; 3]; TOKENS.len()], panel: [0; 3], mark: [255; 3] };
        let classes: Vec<u16> = (0..u16::try_from(swatches.len()).unwrap()).collect();
        let pixels = paint(&classes, swatches, None, &grey);
        let pattern = |index| block(&pixels, index).iter().map(|c| *c != [99; 3]).collect();
        (0..swatches.len()).map(pattern).collect()
    }

    #[test]
    fn every_look_and_every_hue_differs_by_its_pattern_alone() {
        let hues: Vec<Swatch> = (0..8).map(|hue| Swatch::of_hue(hue, 0)).collect();
        for swatches in [looks(), hues] {
            let patterns = in_grey(&swatches);
            for (place, pattern) in patterns.iter().enumerate() {
                let is_new = !patterns[..place].contains(pattern);
                assert!(is_new, "class {place} has no pattern of its own");
            }
        }
    }

    #[test]
    fn sixty_four_classes_all_differ() {
        let swatches: Vec<Swatch> = (0..64).map(|n| Swatch::of_hue(n % 8, n / 8)).collect();
        for (place, swatch) in swatches.iter().enumerate() {
            assert!(!swatches[..place].contains(swatch), "{place}");
        }
    }

    #[test]
    fn a_partition_is_painted_at_its_place_in_its_colour() {
        let mut classes = vec![0; PARTITIONS];
        classes[65] = 3;
        let pixels = paint(&classes, &looks(), None, &Palette::LIGHT);
        assert_eq!(pixels.len(), SIDE_PX * SIDE_PX * 4);
        assert_eq!(block(&pixels, 64), [Palette::LIGHT.colours[0]; 16]);
        assert_eq!(block(&pixels, 65)[0], Palette::LIGHT.colours[3]);
        assert_eq!(block(&pixels, 66), [Palette::LIGHT.colours[0]; 16]);
        assert!(pixels.chunks(4).all(|pixel| pixel[3] == u8::MAX));
    }

    #[test]
    fn what_is_not_lit_is_dimmed_and_has_no_pattern() {
        let (classes, groups) = ([3_u16, 3], [0_u8, 1]);
        let pixels = paint(&classes, &looks(), Some((&groups, 1)), &Palette::LIGHT);
        let dimmed = block(&pixels, 0);
        assert_eq!(dimmed, [dimmed[0]; 16]);
        assert_ne!(dimmed[0], Palette::LIGHT.colours[3]);
        assert_eq!(block(&pixels, 1)[0], Palette::LIGHT.colours[3]);
        assert_ne!(block(&pixels, 1)[3], Palette::LIGHT.colours[3], "the pattern");
    }

    #[test]
    fn a_point_leads_to_its_partition_and_back() {
        for partition in PartitionId::all() {
            let (x, y) = corner_of(partition);
            let (x, y) = (i32::try_from(x).unwrap(), i32::try_from(y).unwrap());
            for inside in [0, 3] {
                assert_eq!(partition_at(x + inside, y + inside, 256), Some(partition));
            }
        }
        for (x, y) in [(-1, 0), (0, -1), (256, 0), (0, 256)] {
            assert_eq!(partition_at(x, y, 256), None);
        }
        assert_eq!(partition_at(0, 0, 0), None);
        let phone = partition_at(327, 327, 328).map(PartitionId::get);
        assert_eq!(phone, Some(4095), "the map may be drawn at another size");
    }

    #[test]
    fn steps_stop_at_the_edges() {
        let id = |number| PartitionId::new(number).unwrap();
        assert_eq!(step_from(id(0), -1, -1), id(0));
        assert_eq!(step_from(id(0), 1, 1), id(65));
        assert_eq!(step_from(id(63), 1, 0), id(63));
        assert_eq!(step_from(id(4095), 8, 8), id(4095));
        assert_eq!(step_from(id(4095), 0, -64), id(63));
    }

    /// The colours of the canvas and of the page are written down twice; this holds them together.
    #[test]
    fn the_palette_is_the_style_sheets() {
        let css = include_str!("../../../../www/style/10-tokens.css");
        let hex = |[red, green, blue]: Colour| format!("#{red:02x}{green:02x}{blue:02x}");
        let colours = Palette::LIGHT.colours.into_iter().zip(Palette::DARK.colours);
        let all = TOKENS.into_iter().zip(colours);
        let panel = ("panel", (Palette::LIGHT.panel, Palette::DARK.panel));
        for (token, (light, dark)) in all.chain([panel]) {
            let line = format!("--{token}: light-dark({}, {});", hex(light), hex(dark));
            assert!(css.contains(&line), "the tokens lack {line:?}");
        }
    }
}
