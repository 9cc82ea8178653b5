//! Finds the beginnings of requests, bodies and chunks in the bytes of a connection (RFC 9112).
//!
//! actix-http parses the same bytes and decides about every request; its decoder keeps the size of
//! a chunk private. A connection that is not understood here is not followed any further, and
//! nothing changes for it.

/// The most headers of a request that actix-http accepts (`MAX_HEADERS` in its `h1/decoder.rs`).
const MOST_HEADERS: usize = 96;
/// The longest head of a request that actix-http accepts, in bytes.
const LONGEST_HEAD: usize = 131_072;

/// Follows the requests of one connection.
#[derive(Debug)]
pub(super) struct Framing {
    place: Place,
    /// The sum of the sizes of the chunks of the current request.
    declared: u64,
}

/// The place of the next byte.
#[derive(Debug)]
enum Place {
    /// In the head of a request. The bytes of it that arrived before are kept.
    Head(Vec<u8>),
    /// In a body of which this many bytes are missing.
    Body(u64),
    /// In the line that begins a chunk.
    ChunkSize { size: u64, part: SizePart },
    /// In a chunk of which this many bytes are missing.
    Chunk(u64),
    /// In the line break behind a chunk.
    ChunkEnd,
    /// Behind the last chunk, in a line that is empty so far or not.
    Trailer { is_empty: bool },
    /// The rest is not followed.
    Unknown,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum SizePart {
    FirstDigit,
    Digits,
    Extension,
}

impl Default for Framing {
    fn default() -> Self {
        Self {
            place: Place::Head(Vec::new()),
            declared: 0,
        }
    }
}

impl Framing {
    /// Returns the sum of the declared sizes, in bytes, of the chunks of the current request.
    pub(super) fn declared(&self) -> u64 {
        self.declared
    }

    /// Follows the next bytes of the connection.
    pub(super) fn read(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            bytes = match &mut self.place {
                Place::Head(_) => self.read_head(bytes),
                Place::Body(missing) => {
                    let rest = skip(bytes, missing);
                    if *missing == 0 {
                        self.place = Place::Head(Vec::new());
                    }
                    rest
                }
                Place::ChunkSize { .. } => {
                    self.read_chunk_size(bytes[0]);
                    &bytes[1..]
                }
                Place::Chunk(missing) => {
                    let rest = skip(bytes, missing);
                    if *missing == 0 {
                        self.place = Place::ChunkEnd;
                    }
                    rest
                }
                Place::ChunkEnd => {
                    if bytes[0] == b'\n' {
                        self.place = CHUNK_SIZE;
                    }
                    &bytes[1..]
                }
                Place::Trailer { is_empty } => {
                    match bytes[0] {
                        b'\n' if *is_empty => self.place = Place::Head(Vec::new()),
                        b'\n' => *is_empty = true,
                        b'\r' => {}
                        _ => *is_empty = false,
                    }
                    &bytes[1..]
                }
                Place::Unknown => return,
            };
        }
    }

    /// Reads the head of a request, and returns the bytes behind it.
    fn read_head<'a>(&mut self, bytes: &'a [u8]) -> &'a [u8] {
        let Place::Head(kept) = &mut self.place else {
            return bytes;
        };
        let before = kept.len();
        // Nearly every head arrives as a whole, and is not copied.
        let head = if before == 0 {
            bytes
        } else {
            kept.extend_from_slice(bytes);
            &kept[..]
        };
        let mut headers = [httparse::EMPTY_HEADER; MOST_HEADERS];
        let mut request = httparse::Request::new(&mut headers);
        match request.parse(head) {
            Ok(httparse::Status::Complete(length)) => {
                self.declared = 0;
                self.place = body_of(&request);
                &bytes[length - before..]
            }
            Ok(httparse::Status::Partial) if head.len() <= LONGEST_HEAD => {
                if before == 0 {
                    kept.extend_from_slice(bytes);
                }
                &[]
            }
            Ok(httparse::Status::Partial) | Err(_) => {
                self.place = Place::Unknown;
                &[]
            }
        }
    }

    fn read_chunk_size(&mut self, byte: u8) {
        let Place::ChunkSize { size, part } = &mut self.place else {
            return;
        };
        let digit = char::from(byte).to_digit(16).map(u64::from);
        self.place = match (*part, digit, byte) {
            (SizePart::FirstDigit | SizePart::Digits, Some(digit), _) => {
                if let Some(sixteenfold) = size.checked_mul(16) {
                    Place::ChunkSize {
                        size: sixteenfold + digit,
                        part: SizePart::Digits,
                    }
                } else {
                    // actix-http refuses the chunk, and follows nothing behind it either.
                    self.declared = u64::MAX;
                    Place::Unknown
                }
            }
            (SizePart::FirstDigit, None, _) => Place::Unknown,
            (_, _, b'\n') if *size == 0 => Place::Trailer { is_empty: true },
            (_, _, b'\n') => {
                self.declared = self.declared.saturating_add(*size);
                Place::Chunk(*size)
            }
            _ => Place::ChunkSize {
                size: *size,
                part: SizePart::Extension,
            },
        };
    }
}

const CHUNK_SIZE: Place = Place::ChunkSize {
    size: 0,
    part: SizePart::FirstDigit,
};

/// Returns `bytes` without those that are missing in a body or chunk, and reduces `missing`.
fn skip<'a>(bytes: &'a [u8], missing: &mut u64) -> &'a [u8] {
    let count = usize::try_from(*missing).map_or(bytes.len(), |missing| missing.min(bytes.len()));
    *missing -= count as u64;
    &bytes[count..]
}

/// Returns the place behind the head of `request`.
fn body_of(request: &httparse::Request<'_, '_>) -> Place {
    let value = |name: &str| {
        let header = request
            .headers
            .iter()
            .find(|header| header.name.eq_ignore_ascii_case(name))?;
        str::from_utf8(header.value).ok().map(str::trim)
    };
    // The bytes behind such a request may belong to another protocol.
    if request.method == Some("CONNECT") || value("Upgrade").is_some() {
        return Place::Unknown;
    }
    match (value("Transfer-Encoding"), value("Content-Length")) {
        (Some(encoding), None) if encoding.eq_ignore_ascii_case("chunked") => CHUNK_SIZE,
        (None, Some(length)) => match length.parse() {
            Ok(0) => Place::Head(Vec::new()),
            Ok(length) => Place::Body(length),
            Err(_) => Place::Unknown,
        },
        (None, None) => Place::Head(Vec::new()),
        _ => Place::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Three requests: without a body, with a length, and in chunks.
    const REQUESTS: &str = "GET / HTTP/1.1\r\nHost: a\r\n\r\n\
        POST /b/ HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n7f\r\nseven\
        POST /c/ HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n\
        3;name=\"value\"\r\na=b\r\n19\r\nGET / HTTP/1.1\r\nHost: b\r\n\r\n0\r\nTrailer: 1\r\n\r\n";

    fn declared(text: &str) -> u64 {
        let mut framing = Framing::default();
        framing.read(text.as_bytes());
        framing.declared()
    }

    #[test]
    fn size_of_a_chunk_is_known_before_its_bytes() {
        let head = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n";
        for (chunk, size) in [
            ("8000000000000000\r\n", 1 << 63),
            ("FFFFFFFFFFFFFFFF\r\na=b", u64::MAX),
            ("3\r\na=b\r\nffffffffffffffff\r\n", u64::MAX),
            ("5 ; name=value\r\n", 5),
            ("0005\r\nhello\r\n10\r\n", 21),
            // The line is not complete.
            ("8000000000000000", 0),
            ("10000000000000000\r\n", u64::MAX),
            // actix-http refuses what follows.
            ("-1\r\n", 0),
            ("\r\n", 0),
            ("x\r\n", 0),
        ] {
            assert_eq!(declared(&format!("{head}{chunk}")), size, "{chunk:?}");
        }
    }

    #[test]
    fn bytes_of_a_body_are_no_chunks() {
        for head in [
            "Content-Length: 99",
            "Content-Length: 5\r\nTransfer-Encoding: chunked",
            "Transfer-Encoding: gzip",
            "Upgrade: websocket\r\nTransfer-Encoding: chunked",
        ] {
            let request = format!("POST / HTTP/1.1\r\n{head}\r\n\r\n8000000000000000\r\n");
            assert_eq!(declared(&request), 0, "{head:?}");
        }
    }

    #[test]
    fn next_request_begins_behind_the_body() {
        assert_eq!(declared(REQUESTS), 3 + 0x19);
        let next = format!("{REQUESTS}GET / HTTP/1.1\r\n\r\n");
        assert_eq!(declared(&next), 0);
        let next = format!("{REQUESTS}POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n7\r\n");
        assert_eq!(declared(&next), 7);
    }

    #[test]
    fn head_without_an_end_is_not_kept() {
        let mut framing = Framing::default();
        framing.read(b"GET / HTTP/1.1\r\nX: ");
        for _ in 0..100 {
            framing.read(&[b'x'; 8192]);
        }
        assert!(matches!(framing.place, Place::Unknown));
    }

    proptest! {
        /// The packets in which requests arrive make no difference.
        #[test]
        fn packets_do_not_matter(sizes in prop::collection::vec(1_usize..40, 1..200)) {
            let mut framing = Framing::default();
            let mut rest = REQUESTS.as_bytes();
            for size in sizes {
                let (packet, more) = rest.split_at(size.min(rest.len()));
                framing.read(packet);
                rest = more;
            }
            framing.read(rest);
            prop_assert_eq!(framing.declared(), 3 + 0x19);
        }

        /// No bytes make it panic.
        #[test]
        fn any_bytes_can_be_followed(bytes in prop::collection::vec(any::<u8>(), 0..200), head in any::<bool>()) {
            let mut framing = Framing::default();
            if head {
                framing.read(b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n");
            }
            framing.read(&bytes);
        }
    }
}
