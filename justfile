# The everyday commands. `just` lists them.

_default:
    @{{ just_executable() }} --list

# Serve the demo shop on http://127.0.0.1:8000/
run *ARGS:
    cargo run -- {{ ARGS }}

# Type-check everything, tests included
check:
    cargo check --all-targets

# Run the tests whose names contain FILTER: `just test products`, `just test 'index::sqlite'`
test FILTER="":
    cargo test --lib --test it -- {{ FILTER }}

# Run the tests of one database: `just test-on postgres`
test-on DATABASE:
    cargo test --test it -- ::{{ DATABASE }}

# Check the rules that the compiler does not know
tidy:
    cargo test --test tidy

# Run all tests, those in the browser included; installs what they need
test-all:
    scripts/test

# Run the tests in the browser
browser:
    cargo build
    cd tests/browser && NUAGES_BIN="$PWD/../../target/debug/nuages" npm test

# Format the code
fmt:
    cargo fmt

# Report what clippy finds
lint:
    cargo clippy --all-targets -- -D warnings

# Check licences and sources of the dependencies
deny:
    scripts/deny

# Open the documentation of the library
doc:
    cargo doc --no-deps --open

# Run everything that a change must pass
ci:
    .ci/run
