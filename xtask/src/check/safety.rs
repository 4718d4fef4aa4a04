//! Exceptions to the rules are few and known by place: unsafe code, skipped tests, raw metrics, opaque errors, consumer commits.
use proc_macro2::{TokenStream, TokenTree};

use crate::tokens::{self, Kind, Mention};
use crate::tree::{File, Tree};
use crate::violation::Violation;

/// The files that may hold unsafe code: calls into librdkafka that its crate does not wrap, and into the processor's SHA instructions.
const UNSAFE_HOMES: [&str; 2] = ["seal/src/twin.rs", "stream/src/ffi.rs"];
const SERVICES: [&str; 4] = ["enrich", "ingest", "query", "sink"];
const SIZE_LINTS: [&str; 3] = ["too_many_arguments", "too_many_lines", "cognitive_complexity"];
const METRIC_MACROS: [&str; 6] =
    ["counter", "describe_counter", "describe_gauge", "describe_histogram", "gauge", "histogram"];
const COMMITS: [&str; 7] = [
    "commit_consumer_state",
    "commit_message",
    "commit_transaction",
    "send_offsets_to_transaction",
    "store_offset",
    "store_offset_from_message",
    "store_offsets",
];

pub(crate) fn check(tree: &Tree) -> Vec<Violation> {
    tree.with_extension("rs").flat_map(examine).collect()
}

fn examine(file: &File) -> Vec<Violation> {
    let tokens = match tokens::lex(file.text()) {
        Ok(tokens) => tokens,
        Err(line) => return vec![Violation::new(&file.path, line, "this is not Rust", "make it compile")],
    };
    let attributes = tokens::attributes(tokens.clone());
    let mentions = tokens::mentions(tokens);
    let in_attributes = attributes.into_iter().filter_map(|(line, attribute)| {
        let (wrong, instead) = attribute_fault(file, attribute)?;
        Some(Violation::new(&file.path, line, wrong, instead))
    });
    let in_code = mentions.iter().filter_map(|mention| {
        let (wrong, instead) = mention_fault(file, mention)?;
        Some(Violation::new(&file.path, mention.line, wrong, instead))
    });
    in_attributes.chain(in_code).collect()
}

fn attribute_fault(file: &File, attribute: TokenStream) -> Option<(String, &'static str)> {
    let words = words(attribute);
    let first = words.first().map(String::as_str).unwrap_or_default();
    let has = |wanted: &str| words.iter().any(|word| word == wanted);
    let relaxes = has("allow") || has("expect") || has("warn");
    if relaxes && has("unsafe_code") && !UNSAFE_HOMES.contains(&file.path.as_str()) {
        return Some((
            "unsafe code outside of its homes".into(),
            "put the call into stream/src/ffi.rs behind a safe function",
        ));
    }
    if let Some(lint) = SIZE_LINTS.iter().find(|lint| relaxes && has(lint)) {
        return Some((format!("`{lint}` is silenced"), "split the function, or pass a struct: the limit is the point"));
    }
    let is_test_attribute = |name: &str| first == name || (first == "cfg_attr" && has(name));
    if is_test_attribute("ignore") {
        return Some(("an ignored test".into(), "make it run everywhere, or delete it"));
    }
    if is_test_attribute("should_panic") {
        return Some((
            "a `should_panic` test".into(),
            "return an error and assert on it: any panic would pass this one",
        ));
    }
    None
}

fn mention_fault(file: &File, mention: &Mention) -> Option<(String, &'static str)> {
    let name = mention.path.rsplit("::").next().unwrap_or_default();
    let of_metrics = mention.path == format!("metrics::{name}");
    if of_metrics && METRIC_MACROS.contains(&name) && !file.path.starts_with("runtime/") {
        return Some((
            format!("a raw metric, `{}`", mention.path),
            "declare it with `runtime::metric_names!` and count through that",
        ));
    }
    let in_service = SERVICES.iter().any(|name| file.path.starts_with(&format!("{name}/src/")));
    if in_service && mention.path.split("::").next() == Some("anyhow") && !file.path.ends_with("/src/main.rs") {
        let instead = "use the crate's own error enum: only `main` may forget what an error was";
        return Some(("`anyhow` below `main`".into(), instead));
    }
    // A database transaction's `commit()` takes no arguments, a consumer's does.
    let commits = match mention.kind {
        Kind::Method { with_arguments } => COMMITS.contains(&name) || (name == "commit" && with_arguments),
        _ => false,
    };
    if commits && !file.path.starts_with("stream/") {
        return Some((format!("a consumer commit, `{name}`"), "let `stream` commit: it alone knows what is done"));
    }
    None
}

/// The identifiers in an attribute, also those inside of its parentheses.
fn words(tokens: TokenStream) -> Vec<String> {
    let word = |token: TokenTree| match token {
        TokenTree::Ident(ident) => vec![ident.to_string()],
        TokenTree::Group(group) => words(group.stream()),
        _ => Vec::new(),
    };
    tokens.into_iter().flat_map(word).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrongs(path: &str, text: &str) -> Vec<String> {
        check(&Tree::of(&[(path, text)])).iter().map(|found| format!("{} {}", found.line, found.wrong)).collect()
    }

    #[test]
    fn unsafe_code_has_two_homes() {
        for text in [
            "#![allow(unsafe_code)]",
            "#[expect(unsafe_code, reason = \"x\")] fn f() {}",
            "#[cfg_attr(a, allow(unsafe_code))] mod a {}",
        ] {
            assert_eq!(wrongs("enrich/src/x.rs", text), ["1 unsafe code outside of its homes"]);
            for home in UNSAFE_HOMES {
                assert_eq!(wrongs(home, text), Vec::<String>::new());
            }
        }
        assert_eq!(wrongs("a.rs", "#![deny(unsafe_code)]\n// #![allow(unsafe_code)]"), Vec::<String>::new());
    }

    #[test]
    fn tests_that_cannot_fail_are_refused() {
        assert_eq!(wrongs("a/tests/b.rs", "\n#[test]\n#[ignore = \"slow\"]\nfn a() {}"), ["3 an ignored test"]);
        assert_eq!(wrongs("a.rs", "#[cfg_attr(windows, ignore)] fn a() {}"), ["1 an ignored test"]);
        assert_eq!(wrongs("a.rs", "#[should_panic(expected = \"x\")] fn a() {}"), ["1 a `should_panic` test"]);
        assert_eq!(
            wrongs("a.rs", "#[serde(default)] struct A { ignore: u8 } fn f() { ignore(x) }"),
            Vec::<String>::new()
        );
    }

    #[test]
    fn size_lints_are_not_silenced() {
        assert_eq!(wrongs("a.rs", "#[allow(clippy::too_many_lines)] fn a() {}"), ["1 `too_many_lines` is silenced"]);
        assert_eq!(wrongs("a.rs", "#[allow(dead_code)] fn a() {}"), Vec::<String>::new());
    }

    #[test]
    fn metrics_are_counted_through_runtime() {
        for text in ["fn f() { metrics::counter!(\"x\"); }", "use metrics::{Unit, counter};"] {
            assert_eq!(wrongs("sink/src/x.rs", text), ["1 a raw metric, `metrics::counter`"]);
            assert_eq!(wrongs("runtime/src/metrics.rs", text), Vec::<String>::new());
        }
        assert_eq!(wrongs("sink/src/x.rs", "use runtime::metrics::counter;"), Vec::<String>::new());
    }

    #[test]
    fn errors_keep_their_type_below_main() {
        assert_eq!(wrongs("sink/src/write.rs", "use anyhow::Context;"), ["1 `anyhow` below `main`"]);
        assert_eq!(wrongs("sink/src/main.rs", "use anyhow::Context;"), Vec::<String>::new());
        assert_eq!(wrongs("audit-cli/src/verify.rs", "use anyhow::Context;"), Vec::<String>::new());
    }

    #[test]
    fn only_stream_commits_offsets() {
        let text = "fn f() { consumer.commit(&list, Mode::Sync); consumer.store_offsets(&list); }";
        assert_eq!(wrongs("enrich/src/x.rs", text).len(), 2);
        assert_eq!(wrongs("stream/src/x.rs", text), Vec::<String>::new());
        assert_eq!(wrongs("sink/src/x.rs", "fn f() { transaction.commit().await; commit(x) }"), Vec::<String>::new());
    }

    #[test]
    fn a_file_that_does_not_lex_is_named() {
        assert_eq!(wrongs("a.rs", "fn a() {\n"), ["1 this is not Rust"]);
    }
}
