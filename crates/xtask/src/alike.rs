//! An order for a module's functions in which each stands near functions like it.
//!
//! gzip finds what it has seen in the last 32 KiB, so code that is alike compresses better when it is close together:
//! 13 kB of the page's first load. Invariant: the same module gives the same order, and every function is in it once.
//! Not here: moving the functions. wasm-opt does that, by the names that [`named`] gives them.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use wasm_encoder::{NameMap, NameSection};
use wasmparser::{Parser, Payload, TypeRef};

use crate::process::TaskError;

/// The length of the pieces of code by which functions are compared, in bytes.
const PIECE: usize = 6;

/// Pieces that more functions than this have say nothing about likeness.
const MOST_OWNERS: usize = 60;

/// How much code before a function counts, in bytes: what gzip looks back on.
const REACH: usize = 32_000;

/// Keeps short functions, which share all they have with many others, from coming first everywhere.
const LEAST_LENGTH: usize = 40;

/// The module with names for its functions; in the order of the names, functions that are alike are close together.
///
/// # Errors
/// When it is no module.
pub fn named(module: &[u8]) -> Result<Vec<u8>, TaskError> {
    let (imported, bodies) = functions(module)
        .map_err(|error| TaskError::new(format!("the page's module cannot be read: {error}")))?;
    let mut names = NameMap::new();
    let mut ranks = vec![0; bodies.len()];
    for (rank, function) in order(&bodies).into_iter().enumerate() {
        ranks[function] = rank;
    }
    for (index, rank) in (imported..).zip(ranks) {
        names.append(index, &format!("{rank:06}"));
    }
    let mut section = NameSection::new();
    section.functions(&names);
    let mut named = module.to_vec();
    wasm_encoder::Section::append_to(&section, &mut named);
    Ok(named)
}

/// How many functions a module imports, and the code of each of its own.
fn functions(module: &[u8]) -> wasmparser::Result<(u32, Vec<&[u8]>)> {
    let (mut imported, mut bodies) = (0, Vec::new());
    for payload in Parser::new(0).parse_all(module) {
        match payload? {
            Payload::ImportSection(imports) => {
                for import in imports.into_imports() {
                    imported += u32::from(matches!(import?.ty, TypeRef::Func(_)));
                }
            }
            Payload::CodeSectionEntry(body) => bodies.push(&module[body.range()]),
            _ => {}
        }
    }
    Ok((imported, bodies))
}

/// The functions in an order in which each is the one that is most like those just before it.
fn order(bodies: &[&[u8]]) -> Vec<usize> {
    let pieces = pieces(bodies);
    let owners = pieces.iter().flatten().max().map_or(0, |last| last + 1);
    let mut owned: Vec<Vec<usize>> = vec![Vec::new(); owners];
    for (function, pieces) in pieces.iter().enumerate() {
        for piece in pieces {
            owned[*piece].push(function);
        }
    }
    let mut left: Vec<usize> = (0..bodies.len()).collect();
    let mut order = Vec::with_capacity(bodies.len());
    // How many of each function's pieces are within reach, and in how many functions within reach each piece is.
    let mut shared = vec![0_usize; bodies.len()];
    let mut within = vec![0_u32; owners];
    let (mut reach, mut length) = (VecDeque::new(), 0);
    while !left.is_empty() {
        let likeness = |function: usize| {
            // In millionths: whole numbers have no ties that depend on rounding.
            shared[function] * 1_000_000 / (pieces[function].len() + LEAST_LENGTH)
        };
        // `max_by_key` returns the last of equals; reversed, that is the first function of the module.
        let (place, _) = left
            .iter()
            .enumerate()
            .rev()
            .max_by_key(|(_, function)| likeness(**function))
            .expect("some function is left");
        let next = left.remove(place);
        order.push(next);
        reach.push_back(next);
        length += bodies[next].len();
        for piece in &pieces[next] {
            within[*piece] += 1;
            if within[*piece] == 1 {
                owned[*piece].iter().for_each(|function| shared[*function] += 1);
            }
        }
        while length > REACH && reach.len() > 1 {
            let Some(gone) = reach.pop_front() else { break };
            length -= bodies[gone].len();
            for piece in &pieces[gone] {
                within[*piece] -= 1;
                if within[*piece] == 0 {
                    owned[*piece].iter().for_each(|function| shared[*function] -= 1);
                }
            }
        }
    }
    order
}

/// The pieces of each function that it shares with others, but not with too many, as numbers.
fn pieces(bodies: &[&[u8]]) -> Vec<Vec<usize>> {
    let mut owners: BTreeMap<&[u8], usize> = BTreeMap::new();
    for piece in bodies.iter().flat_map(|body| distinct(body)) {
        *owners.entry(piece).or_default() += 1;
    }
    let mut numbers: BTreeMap<&[u8], usize> = BTreeMap::new();
    let mut pieces = Vec::with_capacity(bodies.len());
    for body in bodies {
        let mut own = Vec::new();
        for piece in distinct(body) {
            if (2..=MOST_OWNERS).contains(&owners[piece]) {
                let next = numbers.len();
                own.push(*numbers.entry(piece).or_insert(next));
            }
        }
        pieces.push(own);
    }
    pieces
}

/// Each different piece of a function, in the order of the code.
fn distinct(body: &[u8]) -> Vec<&[u8]> {
    let mut seen = BTreeSet::new();
    body.windows(PIECE).filter(|piece| seen.insert(*piece)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_that_are_alike_come_together() {
        let (ones, twos) = (b"abcdefghijklmnop", b"ABCDEFGHIJKLMNOP");
        let bodies: Vec<Vec<u8>> = (0..8)
            .map(|number: u8| {
                let of: &[u8] = if number.is_multiple_of(2) { ones } else { twos };
                [of, &[number; 4]].concat()
            })
            .collect();
        let bodies: Vec<&[u8]> = bodies.iter().map(Vec::as_slice).collect();
        assert_eq!(order(&bodies), [0, 2, 4, 6, 1, 3, 5, 7]);
        assert_eq!(order(&[]), [0_usize; 0]);
    }

    #[test]
    fn the_names_are_those_of_the_module_s_own_functions() {
        use wasm_encoder::{
            CodeSection, EntityType, Function, FunctionSection, ImportSection, Module, TypeSection,
        };
        let (mut types, mut imports) = (TypeSection::new(), ImportSection::new());
        types.ty().function([], []);
        imports.import("page", "draw", EntityType::Function(0));
        let (mut functions, mut code) = (FunctionSection::new(), CodeSection::new());
        for number in [7, 1_000_000, 7] {
            functions.function(0);
            let mut body = Function::new([]);
            body.instructions().i32_const(number).drop().i32_const(number).drop().end();
            code.function(&body);
        }
        let mut module = Module::new();
        module.section(&types).section(&imports).section(&functions).section(&code);
        let named = named(&module.finish()).expect("it is a module");
        let mut names = Vec::new();
        for payload in Parser::new(0).parse_all(&named) {
            let Ok(Payload::CustomSection(section)) = payload else { continue };
            let wasmparser::KnownCustom::Name(reader) = section.as_known() else { continue };
            for part in reader {
                let wasmparser::Name::Function(map) = part.expect("a part of the names") else {
                    continue;
                };
                names.extend(map.into_iter().map(|name| {
                    let name = name.expect("a name");
                    (name.index, name.name.to_owned())
                }));
            }
        }
        let expected = [(1, "000000"), (2, "000002"), (3, "000001")];
        assert_eq!(names, expected.map(|(index, name)| (index, name.to_owned())));
    }

    #[test]
    fn what_is_no_module_is_an_error() {
        let error = named(b"<html>").expect_err("it is no module").to_string();
        assert!(error.starts_with("the page's module cannot be read: "), "{error}");
    }
}
