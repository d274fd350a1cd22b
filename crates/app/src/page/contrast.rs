//! Whether the style sheet's colours can be read: a test of www/style/10-tokens.css, and nothing else.
//!
//! Source: WCAG 2.2, 1.4.3 and 1.4.11.

/// Red, green and blue from 0 to 1.
type Colour = [f64; 3];

/// A colour token in both themes.
fn token(name: &str) -> [Colour; 2] {
    let css = include_str!("../../../../www/style/10-tokens.css");
    let from = format!("--{name}: light-dark(");
    let start = css.find(&from).unwrap_or_else(|| panic!("no token {name}")) + from.len();
    let pair = &css[start..start + css[start..].find(')').unwrap()];
    let colours: Vec<Colour> = pair.split(", ").map(colour).collect();
    [colours[0], colours[1]]
}

fn colour(hex: &str) -> Colour {
    [1, 3, 5].map(|at| f64::from(u8::from_str_radix(&hex[at..at + 2], 16).unwrap()) / 255.0)
}

/// Figures in other pages have a style sheet of their own; partitions have the same colours there.
#[test]
fn figures_have_the_pages_colours() {
    let figures = include_str!("../../../../www/embed/rosterlab.css");
    let page = include_str!("../../../../www/style/10-tokens.css");
    for look in ["settled", "filling", "fresh", "unavailable", "dead"] {
        for name in [look.to_owned(), format!("{look}-ink")] {
            let from = format!("--{name}: light-dark(");
            let start = page.find(&from).unwrap_or_else(|| panic!("no token {name}")) + from.len();
            let pair = &page[start..start + page[start..].find(')').unwrap()];
            let line = format!("--{name}: var(--rosterlab-{name}, light-dark({pair}));");
            assert!(figures.contains(&line), "rosterlab.css lacks {line:?}");
        }
    }
}

fn luminance(colour: Colour) -> f64 {
    let linear = |c: f64| if c <= 0.040_45 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) };
    let [red, green, blue] = colour.map(linear);
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}

fn contrast(a: Colour, b: Colour) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

fn mixed(share: f64, a: Colour, b: Colour) -> Colour {
    [0, 1, 2].map(|i| share * a[i] + (1.0 - share) * b[i])
}

#[track_caller]
fn check(front: &str, back: &str, least: f64) {
    for (theme, (front_colour, back_colour)) in
        ["light", "dark"].iter().zip(token(front).into_iter().zip(token(back)))
    {
        let found = contrast(front_colour, back_colour);
        assert!(found >= least, "{theme}: {front} on {back} is {found:.2}, not {least}");
    }
}

#[test]
fn text_can_be_read() {
    for back in ["bg", "panel", "raised"] {
        for front in ["ink", "ink-2", "ink-3", "accent"] {
            check(front, back, 4.5);
        }
        for look in ["settled", "filling", "fresh", "unavailable", "dead", "evade"] {
            check(&format!("{look}-ink"), back, 4.5);
        }
        for sub_cluster in ["sub-0", "sub-1", "sub-2", "sub-3"] {
            check(sub_cluster, back, 4.5);
        }
    }
    for look in ["settled", "filling", "unavailable", "dead", "evade"] {
        for front in [format!("{look}-ink"), "ink".to_owned()] {
            check(&front, &format!("{look}-soft"), 4.5);
        }
    }
    check("on-accent", "accent", 4.5);
    check("ink", "line", 4.5);
}

#[test]
fn a_sub_clusters_name_can_be_read_on_its_tint() {
    for name in ["sub-0", "sub-1", "sub-2", "sub-3"] {
        for (sub_cluster, ground) in token(name).into_iter().zip(token("raised")) {
            let found = contrast(sub_cluster, mixed(0.09, sub_cluster, ground));
            assert!(found >= 4.5, "{name} on its tint is {found:.2}");
        }
    }
}

#[test]
fn what_is_no_text_can_be_told_from_its_ground() {
    for back in ["panel", "raised"] {
        for front in ["control", "settled", "fresh", "unavailable", "dead"] {
            check(front, back, 3.0);
        }
    }
}

#[test]
fn every_hue_of_the_map_stands_out_and_differs_from_the_next() {
    // They have patterns besides; what is nothing is quieter than the rest.
    for hue in 0..8 {
        check(&format!("hue-{hue}"), "panel", 2.9);
        let (name, none) = (format!("hue-{hue}"), "hue-none");
        for (a, b) in token(&name).into_iter().zip(token(none)) {
            assert!(contrast(a, b) >= 1.8, "{name} is like nothing");
        }
        for other in 0..hue {
            let other = format!("hue-{other}");
            for (a, b) in token(&name).into_iter().zip(token(&other)) {
                let apart: f64 = a.iter().zip(b).map(|(a, b)| (a - b).abs()).sum();
                assert!(apart > 0.3, "{name} and {other} are only {apart:.2} apart");
            }
        }
    }
}

#[test]
fn looks_differ_in_lightness_too() {
    // Neighbours on the map; filling and unavailable have patterns besides.
    for (a, b) in [
        ("settled", "filling"),
        ("settled", "fresh"),
        ("filling", "fresh"),
        ("unavailable", "dead"),
        ("settled", "dead"),
    ] {
        for (a, b) in token(a).into_iter().zip(token(b)) {
            assert!(contrast(a, b) >= 1.2, "{a:?} {b:?}");
        }
    }
}
