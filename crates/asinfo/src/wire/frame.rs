//! The frame around everything: a header of eight bytes, and a body.
//!
//! Invariant: nothing is set aside for a length that was only announced; a header is refused before its body is awaited.
//! Not here: what a body means (see `info`, `request`, `reply`).

use std::fmt;

/// The version in every header (wire.md §1).
pub const VERSION: u8 = 2;

/// The bytes of a header: version, kind, and six bytes of length (wire.md §1).
pub const HEADER_BYTES: usize = 8;

/// The most bytes of an info request. The longest one that is sent, a roster of 256 nodes, has some 10 kB.
pub const MOST_INFO_BYTES: usize = 64 * 1024;

/// The most bytes of a message. The server's own limit is 128 MiB, which a few connections would fill the memory with. A
/// write has a record of 1 MiB at most, and a batch of 5,000 rows is of that size too.
pub const MOST_MESSAGE_BYTES: usize = 16 * 1024 * 1024;

/// The most bytes of a reply: the server's own limit. `partition-info` of 32 namespaces has some 10 MB.
pub const MOST_REPLY_BYTES: usize = 128 * 1024 * 1024;

/// What a frame holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Info commands, or their replies.
    Info,
    /// A login or an administrator's command; clients send none without a user. Not served.
    Security,
    /// A record's message, or its reply.
    Message,
    /// A whole message frame, compressed. Not served.
    CompressedMessage,
}

impl Kind {
    fn of(byte: u8) -> Option<Self> {
        Some(match byte {
            1 => Self::Info,
            2 => Self::Security,
            3 => Self::Message,
            4 => Self::CompressedMessage,
            _ => return None,
        })
    }

    fn byte(self) -> u8 {
        match self {
            Self::Info => 1,
            Self::Security => 2,
            Self::Message => 3,
            Self::CompressedMessage => 4,
        }
    }

    /// The most bytes of a request's body.
    fn most_bytes(self) -> usize {
        match self {
            Self::Info | Self::Security => MOST_INFO_BYTES,
            Self::Message | Self::CompressedMessage => MOST_MESSAGE_BYTES,
        }
    }
}

/// The first eight bytes of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// What the body holds.
    pub kind: Kind,
    /// The bytes of the body.
    pub length: u64,
}

impl Header {
    /// Reads a header. Its length is not judged here.
    ///
    /// # Errors
    /// If the version or the kind is not known.
    pub fn parse(bytes: [u8; HEADER_BYTES]) -> Result<Self, BadFrame> {
        let [version, kind, length @ ..] = bytes;
        if version != VERSION {
            return Err(BadFrame::Version(version));
        }
        let kind = Kind::of(kind).ok_or(BadFrame::Kind(kind))?;
        let length = length.iter().fold(0, |length, &byte| length << 8 | u64::from(byte));
        Ok(Self { kind, length })
    }

    /// The header's bytes. A length of more than six bytes cannot be announced, and nobody has so much memory.
    #[must_use]
    pub fn bytes(self) -> [u8; HEADER_BYTES] {
        let [_, _, length @ ..] = self.length.to_be_bytes();
        let mut bytes = [VERSION, self.kind.byte(), 0, 0, 0, 0, 0, 0];
        bytes[2..].copy_from_slice(&length);
        bytes
    }
}

/// A whole frame, in the buffer that it was read into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame<'a> {
    /// What the body holds.
    pub kind: Kind,
    /// The bytes after the header.
    pub body: &'a [u8],
}

/// Why no frame can begin with these bytes. The bytes after it cannot be made sense of, so the connection is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadFrame {
    /// Another version than [`VERSION`].
    Version(u8),
    /// A kind that is not known.
    Kind(u8),
    /// A body above the limit of its kind.
    TooLong(Header),
}

impl fmt::Display for BadFrame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Version(version) => {
                write!(f, "version {version} in a frame's header, {VERSION} is expected")
            }
            Self::Kind(kind) => write!(f, "a frame of the unknown kind {kind}"),
            Self::TooLong(header) => {
                write!(f, "a frame of {} bytes, which is above the limit", header.length)
            }
        }
    }
}

impl std::error::Error for BadFrame {}

/// Reads the request at the start of what has arrived at a node: the frame and how many bytes it takes, or `None` if
/// there is more to come.
///
/// The limits on requests hold as soon as the header is there.
///
/// # Errors
/// If no request can begin with these bytes.
///
/// ```
/// use rosterlab_asinfo::wire::frame::{Kind, decode, encode};
///
/// let bytes = encode(Kind::Info, b"node\n");
/// assert_eq!(decode(&bytes[..9]), Ok(None));
/// let (frame, taken) = decode(&bytes).unwrap().unwrap();
/// assert_eq!((frame.body, taken), (&b"node\n"[..], 13));
/// ```
pub fn decode(arrived: &[u8]) -> Result<Option<(Frame<'_>, usize)>, BadFrame> {
    decode_within(arrived, Kind::most_bytes)
}

/// As [`decode`], for what has arrived at a client: replies may be longer than requests.
///
/// # Errors
/// If no reply can begin with these bytes.
pub fn decode_reply(arrived: &[u8]) -> Result<Option<(Frame<'_>, usize)>, BadFrame> {
    decode_within(arrived, |_| MOST_REPLY_BYTES)
}

fn decode_within(
    arrived: &[u8],
    most_bytes: impl Fn(Kind) -> usize,
) -> Result<Option<(Frame<'_>, usize)>, BadFrame> {
    let Some((&header, rest)) = arrived.split_first_chunk() else { return Ok(None) };
    let header = Header::parse(header)?;
    let length = usize::try_from(header.length)
        .ok()
        .filter(|&length| length <= most_bytes(header.kind))
        .ok_or(BadFrame::TooLong(header))?;
    Ok(rest.get(..length).map(|body| (Frame { kind: header.kind, body }, HEADER_BYTES + length)))
}

/// A frame's bytes.
#[must_use]
pub fn encode(kind: Kind, body: &[u8]) -> Vec<u8> {
    framed(kind, |bytes| bytes.extend_from_slice(body))
}

/// A frame's bytes, around what `write` appends.
pub(super) fn framed(kind: Kind, write: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    let mut bytes = vec![0; HEADER_BYTES];
    write(&mut bytes);
    let length = (bytes.len() - HEADER_BYTES) as u64;
    bytes[..HEADER_BYTES].copy_from_slice(&Header { kind, length }.bytes());
    bytes
}

/// The reply to a security frame: users are not served. A client that has a user then goes on without one.
///
/// Its header of 16 bytes has the result 52, "security not configured", at offset 1 (documented; not seen on the wire).
#[must_use]
pub fn no_security() -> Vec<u8> {
    const NOT_CONFIGURED: u8 = 52;
    let mut body = [0; 16];
    body[1] = NOT_CONFIGURED;
    encode(Kind::Security, &body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_that_is_announced_too_long_is_refused_before_it_arrives() {
        for (kind, most) in [(Kind::Info, MOST_INFO_BYTES), (Kind::Message, MOST_MESSAGE_BYTES)] {
            let fits = Header { kind, length: most as u64 };
            assert_eq!(decode(&fits.bytes()), Ok(None));
            let long = Header { kind, length: most as u64 + 1 };
            assert_eq!(decode(&long.bytes()), Err(BadFrame::TooLong(long)));
            assert_eq!(decode_reply(&long.bytes()), Ok(None));
        }
    }

    #[test]
    fn what_is_no_header_is_refused() {
        assert_eq!(decode(b"GET / HTTP/1.1"), Err(BadFrame::Version(b'G')));
        assert_eq!(decode(&[2, 5, 0, 0, 0, 0, 0, 0]), Err(BadFrame::Kind(5)));
        assert_eq!(decode(&[2, 9]), Ok(None));
    }

    #[test]
    fn frames_are_read_one_after_another() {
        let mut bytes = encode(Kind::Info, b"node\n");
        bytes.extend(encode(Kind::Message, b""));
        let (first, taken) = decode(&bytes).unwrap().unwrap();
        assert_eq!(first, Frame { kind: Kind::Info, body: b"node\n" });
        let (second, rest) = decode(&bytes[taken..]).unwrap().unwrap();
        assert_eq!(second, Frame { kind: Kind::Message, body: b"" });
        assert_eq!(taken + rest, bytes.len());
    }
}
