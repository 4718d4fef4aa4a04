//! The tutorial quotes the files that the tests run, to the letter.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::Path;

fn read(path: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)).unwrap()
}

#[test]
fn the_page_of_the_first_event_quotes_its_files_to_the_letter() {
    let page = read("docs/src/tutorial/first-event.md");
    for (language, file) in [
        ("sh", "docs/examples/first_event.sh"),
        ("python", "docs/examples/first_event.py"),
        ("rust", "client/examples/first_event.rs"),
        ("rust", "client/examples/first_event_kafka.rs"),
    ] {
        assert!(page.contains(&format!("```{language}\n{}```", read(file))), "{file} is not what the page shows");
    }
}
