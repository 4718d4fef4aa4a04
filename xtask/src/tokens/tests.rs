//! Tests of the token walk: what counts as a mention, an attribute, a function, test code.
use super::*;

fn named(source: &str) -> Vec<(usize, String, Kind)> {
    mentions(lex(source).unwrap()).into_iter().map(|found| (found.line, found.path, found.kind)).collect()
}

fn paths(source: &str) -> Vec<String> {
    named(source).into_iter().map(|(_, path, _)| path).collect()
}

#[test]
fn groups_of_a_use_are_written_out() {
    let found = paths("use std::{fs, net::{TcpStream, self}, time::*};");
    for path in ["std::fs", "std::net::TcpStream", "std::net::self", "std::time::*"] {
        assert!(found.contains(&path.to_owned()), "{path} in {found:?}");
    }
}

#[test]
fn comments_and_strings_are_not_mentions() {
    assert_eq!(paths("// std::fs\n/* std::net */ \"std::env\""), Vec::<String>::new());
}

#[test]
fn macros_and_methods_are_told_apart_from_paths() {
    let found = named("fn f() { a::b!(x); x.commit(); x.commit(1); if a != (b) {} }");
    assert!(found.contains(&(1, "a::b".into(), Kind::Macro)));
    assert!(found.contains(&(1, "commit".into(), Kind::Method { with_arguments: false })));
    assert!(found.contains(&(1, "commit".into(), Kind::Method { with_arguments: true })));
    assert!(found.contains(&(1, "a".into(), Kind::Path)));
}

#[test]
fn what_stands_in_a_macro_is_seen() {
    assert!(paths("vec![std::fs::read(p)]").contains(&"std::fs::read".to_owned()));
}

#[test]
fn guarded_items_are_left_out_and_the_rest_stays() {
    let source =
        "use a::b;\n#[cfg(test)]\nuse std::fs;\nfn f() {}\n#[cfg(test)]\nmod tests { use std::net; }\nuse c::d;";
    let kept: Vec<String> = mentions(without_tests(lex(source).unwrap())).into_iter().map(|found| found.path).collect();
    assert!(kept.contains(&"a::b".into()) && kept.contains(&"c::d".into()) && kept.contains(&"f".into()));
    assert!(!kept.iter().any(|path| path.starts_with("std")), "{kept:?}");
}

#[test]
fn a_function_spans_from_its_keyword_to_its_brace() {
    let found = functions(lex("trait T { fn a(); }\nfn b() {\n    fn c() {}\n}\n").unwrap());
    assert_eq!(
        found,
        [Function { line: 2, name: "b".into(), lines: 3 }, Function { line: 3, name: "c".into(), lines: 1 }]
    );
}

#[test]
fn inner_and_outer_attributes_are_found() {
    let found = attributes(lex("#![allow(x)]\n#[test]\nfn f() { #[ignore] let a = [1]; }").unwrap());
    let mut lines: Vec<_> = found.iter().map(|(line, tokens)| (*line, tokens.to_string())).collect();
    lines.sort();
    assert_eq!(lines, [(1, "allow (x)".to_owned()), (2, "test".to_owned()), (3, "ignore".to_owned())]);
}

#[test]
fn the_test_module_starts_at_its_guard() {
    let line = |source: &str| test_module_line(lex(source).unwrap());
    assert_eq!(line("fn a() {}\n\n#[cfg(test)]\nmod tests { }"), Some(3));
    assert_eq!(line("#[cfg(test)]\nuse a;\nfn a() {}"), None);
    assert_eq!(line("#[cfg(test)]\nmod tests;\nfn a() {}"), None, "the file's other lines still count");
}

#[test]
fn a_source_that_does_not_lex_names_its_line() {
    assert_eq!(lex("fn a() {\n  \"open\n").unwrap_err(), 2);
    assert!(lex("#!/usr/bin/env x\nfn a() {}").is_ok());
}
