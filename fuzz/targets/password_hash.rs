//! The column `password`.

#![no_main]

use libfuzzer_sys::fuzz_target;
use nuages::auth::hashers::{Encoded, Hasher};

fuzz_target!(|encoded: &str| {
    let Some(hash) = Encoded::parse(encoded) else { return };
    let _ = (hash.summary(), hash.must_update(Hasher::Argon2));
    assert!(hash.work() < 100_000, "the work is bounded");
    // Costly hashes are allowed and would only slow down the search.
    if hash.work() < 5 {
        let _ = hash.verify("password");
    }
});
