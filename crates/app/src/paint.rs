//! From 4096 partitions to the pixels of the map.
//!
//! Invariant: pure; the same cells and palette give the same bytes. Each partition is 4 × 4 pixels, row by row from
//! partition 0, and each look has a pattern of its own beside its colour. Not here: the canvas (see `components::map`).

use rosterlab_engine::{Cell, PARTITIONS, PartitionId};

use crate::look::Look;

/// Partitions in a row of the map, and rows.
pub const CELLS_ACROSS: usize = 64;

/// Pixels of a partition, across and down.
pub const CELL_PX: usize = 4;

/// Pixels of the map, across and down.
pub const SIDE_PX: usize = CELLS_ACROSS * CELL_PX;

/// Red, green, blue.
pub type Colour = [u8; 3];

/// The colours of one theme; the same as in www/style.css, which a test compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Palette {
    /// `--settled`.
    pub settled: Colour,
    /// `--filling`.
    pub filling: Colour,
    /// `--unavailable`.
    pub unavailable: Colour,
    /// `--dead`.
    pub dead: Colour,
    /// What the patterns are drawn with: white on the light theme, black on the dark one.
    pub mark: Colour,
}

impl Palette {
    /// The light theme's.
    pub const LIGHT: Self = Self {
        settled: [0x0b, 0x8f, 0x6f],
        filling: [0x4a, 0x9f, 0xd8],
        unavailable: [0xd2, 0x60, 0x1a],
        dead: [0x5c, 0x1d, 0x4f],
        mark: [0xff, 0xff, 0xff],
    };

    /// The dark theme's.
    pub const DARK: Self = Self {
        settled: [0x3c, 0xc3, 0x9c],
        filling: [0x4d, 0x9b, 0xe3],
        unavailable: [0xf0, 0x8a, 0x4b],
        dead: [0xa9, 0x57, 0x9a],
        mark: [0x00, 0x00, 0x00],
    };

    fn colour(&self, look: Look) -> Colour {
        match look {
            Look::Settled => self.settled,
            Look::Filling => self.filling,
            Look::Unavailable => self.unavailable,
            Look::Dead => self.dead,
        }
    }
}

/// Whether the pattern of a look marks that pixel of a partition.
fn is_marked(look: Look, x: usize, y: usize) -> bool {
    match look {
        Look::Settled => false,
        // A dot in the middle.
        Look::Filling => (1..=2).contains(&x) && (1..=2).contains(&y),
        // A slanted line, which goes on in the neighbours.
        Look::Unavailable => x + y == CELL_PX - 1,
        // A cross.
        Look::Dead => x == y || x + y == CELL_PX - 1,
    }
}

/// How strongly a pattern shows, in percent of the mark's colour.
fn strength(look: Look) -> u16 {
    match look {
        Look::Settled => 0,
        Look::Filling => 26,
        Look::Unavailable => 38,
        Look::Dead => 55,
    }
}

fn mix(base: Colour, mark: Colour, percent: u16) -> Colour {
    let mixed = |base: u8, mark: u8| {
        let sum = u16::from(base) * (100 - percent) + u16::from(mark) * percent;
        u8::try_from(sum / 100).unwrap_or(u8::MAX)
    };
    [mixed(base[0], mark[0]), mixed(base[1], mark[1]), mixed(base[2], mark[2])]
}

/// The map as rows of red, green, blue, opaque; [`SIDE_PX`] squared pixels. Fewer cells than 4096 leave the rest clear.
#[must_use]
pub fn paint(cells: &[Cell], palette: &Palette) -> Vec<u8> {
    let mut pixels = vec![0; SIDE_PX * SIDE_PX * 4];
    for (index, cell) in cells.iter().enumerate().take(PARTITIONS) {
        let look = Look::of(cell);
        let plain = palette.colour(look);
        let marked = mix(plain, palette.mark, strength(look));
        let corner = (index / CELLS_ACROSS * SIDE_PX + index % CELLS_ACROSS) * CELL_PX;
        for y in 0..CELL_PX {
            for x in 0..CELL_PX {
                let [red, green, blue] = if is_marked(look, x, y) { marked } else { plain };
                let at = (corner + y * SIDE_PX + x) * 4;
                pixels[at..at + 4].copy_from_slice(&[red, green, blue, u8::MAX]);
            }
        }
    }
    pixels
}

/// As [`paint`], of those partitions only; the others are clear.
#[must_use]
pub fn paint_only(cells: &[Cell], shown: &[bool], palette: &Palette) -> Vec<u8> {
    let mut pixels = paint(cells, palette);
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
    use rosterlab_engine::{Availability, Rule, Verdict};

    use super::*;

    fn cell(availability: Availability, migrating: bool) -> Cell {
        let verdict = Verdict { availability, rule: Rule::SuperMajority };
        Cell { verdict, working_master: None, migrating }
    }

    fn all_looks() -> Vec<Cell> {
        vec![
            cell(Availability::Active, false),
            cell(Availability::Active, true),
            cell(Availability::Unavailable, false),
            cell(Availability::Dead, false),
        ]
    }

    /// The 16 pixels of one partition, row by row.
    fn block(pixels: &[u8], index: usize) -> Vec<Colour> {
        let corner = (index / CELLS_ACROSS * SIDE_PX + index % CELLS_ACROSS) * CELL_PX;
        (0..CELL_PX * CELL_PX)
            .map(|i| (corner + i / CELL_PX * SIDE_PX + i % CELL_PX) * 4)
            .map(|at| [pixels[at], pixels[at + 1], pixels[at + 2]])
            .collect()
    }

    #[test]
    fn of_some_partitions_only_those_are_painted() {
        let cells = all_looks();
        let all = paint(&cells, &Palette::LIGHT);
        let some = paint_only(&cells, &[false, true, false, true], &Palette::LIGHT);
        for index in 0..4 {
            let wanted = if index % 2 == 1 { block(&all, index) } else { vec![[0; 3]; 16] };
            assert_eq!(block(&some, index), wanted, "{index}");
        }
    }

    #[test]
    fn every_look_differs_by_its_pattern_alone() {
        let grey = Palette {
            settled: [99; 3],
            filling: [99; 3],
            unavailable: [99; 3],
            dead: [99; 3],
            mark: [255; 3],
        };
        let pixels = paint(&all_looks(), &grey);
        let patterns: Vec<Vec<bool>> = (0..4)
            .map(|index| block(&pixels, index).iter().map(|colour| *colour != [99; 3]).collect())
            .collect();
        for (place, pattern) in patterns.iter().enumerate() {
            assert!(!patterns[..place].contains(pattern), "look {place} has no pattern of its own");
        }
    }

    #[test]
    fn a_partition_is_painted_at_its_place_in_its_colour() {
        let mut cells = vec![cell(Availability::Active, false); PARTITIONS];
        cells[65] = cell(Availability::Unavailable, false);
        let pixels = paint(&cells, &Palette::LIGHT);
        assert_eq!(pixels.len(), SIDE_PX * SIDE_PX * 4);
        assert_eq!(block(&pixels, 64), [Palette::LIGHT.settled; 16]);
        assert_eq!(block(&pixels, 65)[0], Palette::LIGHT.unavailable);
        assert_eq!(block(&pixels, 66), [Palette::LIGHT.settled; 16]);
        assert!(pixels.chunks(4).all(|pixel| pixel[3] == u8::MAX));
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
        let css = include_str!("../../../www/style.css");
        let hex = |[red, green, blue]: Colour| format!("#{red:02x}{green:02x}{blue:02x}");
        for (token, light, dark) in [
            ("settled", Palette::LIGHT.settled, Palette::DARK.settled),
            ("filling", Palette::LIGHT.filling, Palette::DARK.filling),
            ("unavailable", Palette::LIGHT.unavailable, Palette::DARK.unavailable),
            ("dead", Palette::LIGHT.dead, Palette::DARK.dead),
        ] {
            let line = format!("--{token}: light-dark({}, {});", hex(light), hex(dark));
            assert!(css.contains(&line), "www/style.css lacks {line:?}");
        }
    }
}
