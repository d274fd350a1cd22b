//! A request's name and parameters: `name`, `name/branch` or `name:key=value;key=value`.
//!
//! Invariant: any text is a request. Not here: what it means.

/// The most bytes of a request that are looked at; the longest that means anything is a roster of 256 nodes.
pub const MAX_REQUEST: usize = 16 * 1024;

/// One request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Request<'a> {
    /// The text before the first `:` or `/`.
    pub name: &'a str,
    /// What follows a `/`, as in `namespace/main`.
    pub branch: Option<&'a str>,
    /// What follows a `:`; `None` when there is no `:`.
    pub params: Option<&'a str>,
}

impl<'a> Request<'a> {
    /// Reads a line without its end.
    pub fn read(line: &'a str) -> Self {
        let end = line.find([':', '/']).unwrap_or(line.len());
        let (name, rest) = line.split_at(end);
        Self { name, branch: rest.strip_prefix('/'), params: rest.strip_prefix(':') }
    }

    /// The value of a parameter: the first that is given, as the server takes it.
    pub fn param(&self, key: &str) -> Option<&'a str> {
        let pairs = self.params.unwrap_or("").split(';');
        pairs.filter_map(|pair| pair.split_once('=')).find(|(k, _)| *k == key).map(|(_, v)| v)
    }

    /// The namespace that it names; newer tools write `namespace`, older ones `id` or `ns`.
    pub fn namespace(&self) -> Option<&'a str> {
        ["namespace", "ns", "id"].iter().find_map(|key| self.param(key))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_branches_and_parameters_are_told_apart() {
        let read = Request::read;
        assert_eq!(read("node"), Request { name: "node", branch: None, params: None });
        assert_eq!(read("namespace/a:b").branch, Some("a:b"));
        let request = read("roster-set:namespace=main;nodes=A1@1,A2@1;nodes=B");
        assert_eq!((request.name, request.namespace()), ("roster-set", Some("main")));
        assert_eq!(request.param("nodes"), Some("A1@1,A2@1"));
        assert_eq!(read("recluster:").params, Some(""));
        assert_eq!(read("").name, "");
    }
}
