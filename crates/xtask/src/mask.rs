//! Removes the addresses of servers from a tool's output.
//!
//! Invariant: this machine's own addresses and files stay readable. Every other address becomes
//! `<address>`.
//!
//! The server that answers a package client differs between machines, so it does not belong in a log.
//! A bare host name is recognised by its last label only: this is tidiness, not security.

/// Last labels of host names that are rarely file extensions.
const HOST_ENDS: [&str; 7] = ["com", "org", "net", "io", "dev", "internal", "local"];

/// Replaces each server's address in `line`.
pub fn mask_addresses(line: &str) -> String {
    let mut masked = String::with_capacity(line.len());
    let mut word = String::new();
    for c in line.chars() {
        if c.is_whitespace() || "\"'`<>()[]{},;|".contains(c) {
            masked.push_str(&mask_word(&word));
            word.clear();
            masked.push(c);
        } else {
            word.push(c);
        }
    }
    masked.push_str(&mask_word(&word));
    masked
}

/// Masks one word, which has no blanks, quotes or brackets.
fn mask_word(word: &str) -> String {
    let Some((before, after)) = word.split_once("://") else { return mask_bare_host(word) };
    let scheme =
        before.rfind(|c: char| !c.is_ascii_alphanumeric() && c != '+').map_or(0, |at| at + 1);
    if &before[scheme..] == "file" || is_local(after) {
        return word.to_owned();
    }
    format!("{}<address>", &before[..scheme])
}

fn mask_bare_host(word: &str) -> String {
    let is_host_char = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '.';
    let Some(start) = word.find(is_host_char) else { return word.to_owned() };
    let rest = &word[start..];
    let host = &rest[..rest.find(|c| !is_host_char(c)).unwrap_or(rest.len())];
    let name = host.trim_end_matches('.');
    if !is_host(name) || is_local(name) {
        return word.to_owned();
    }
    format!("{}<address>{}", &word[..start], &rest[name.len()..])
}

fn is_host(name: &str) -> bool {
    let labels: Vec<&str> = name.split('.').collect();
    let dotted_quad = labels.len() == 4 && labels.iter().all(|label| label.parse::<u8>().is_ok());
    let named = labels.len() > 1
        && labels.iter().all(|label| !label.is_empty())
        && labels.last().is_some_and(|last| HOST_ENDS.contains(last));
    dotted_quad || named
}

fn is_local(address: &str) -> bool {
    ["127.", "localhost", "[::1]", "0.0.0.0"].iter().any(|local| address.starts_with(local))
}

#[cfg(test)]
mod tests {
    use super::mask_addresses;

    #[track_caller]
    fn check(line: &str, expected: &str) {
        assert_eq!(mask_addresses(line), expected);
    }

    #[test]
    fn addresses_with_a_scheme_are_replaced() {
        check("Get:1 http://a.example/debian x", "Get:1 <address> x");
        check("Updating `sparse+https://a.example/` index", "Updating `<address>` index");
        check("GET=https://a.example:80/x?y=1", "GET=<address>");
    }

    #[test]
    fn bare_host_names_are_replaced() {
        check("ENOTFOUND pkgs.example.org", "ENOTFOUND <address>");
        check("Could not resolve 'pkgs.example.com'", "Could not resolve '<address>'");
        check("connect to pkgs.example.net:443 failed", "connect to <address>:443 failed");
        check("IP: 10.1.2.3 80.", "IP: <address> 80.");
    }

    #[test]
    fn this_machine_and_its_files_stay() {
        for line in [
            "Rosterlab is at http://127.0.0.1:8080/",
            "at file:///tests/e2e/loads.test.mjs:3:1",
            "listening on 127.0.0.1:80 and localhost:81",
            "Compiling yew v0.23.0 (crates/app/src/main.rs:1:2)",
            "wasm-bindgen 0.2.129 ... ok. std::io",
            "",
        ] {
            check(line, line);
        }
    }
}
