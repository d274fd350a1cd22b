//! Class attributes put together.
//!
//! Yew's own `classes!` does the same with a hash set and some 10 kB of the module.

/// The classes that are not empty, as an attribute.
#[must_use]
pub fn classes(names: &[&str]) -> String {
    let mut list = String::new();
    for name in names.iter().filter(|name| !name.is_empty()) {
        if !list.is_empty() {
            list.push(' ');
        }
        list.push_str(name);
    }
    list
}

/// A class that is there only when something is so.
#[must_use]
pub fn when(is_so: bool, name: &'static str) -> &'static str {
    if is_so { name } else { "" }
}
