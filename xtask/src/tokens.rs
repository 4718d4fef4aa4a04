//! Rust sources as tokens: comments and strings cannot cause a false alarm, macro bodies cannot hide anything.
use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

/// How a source names something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Path,
    Macro,
    Method { with_arguments: bool },
}

/// One path, macro call or method call, with the groups of a `use` written out.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Mention {
    pub(crate) line: usize,
    pub(crate) path: String,
    pub(crate) kind: Kind,
}

/// A function and how many lines it spans, from `fn` to its closing brace.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Function {
    pub(crate) line: usize,
    pub(crate) name: String,
    pub(crate) lines: usize,
}

/// Splits a source into tokens, or says on which line that fails.
pub(crate) fn lex(text: &str) -> Result<TokenStream, usize> {
    // A script's first line is no Rust; its place is kept so that the line numbers stay right.
    let source = if text.starts_with("#!/") { text.replacen("#!", "//", 1) } else { text.to_owned() };
    source.parse().map_err(|error: proc_macro2::LexError| error.span().start().line)
}

/// Everything a source mentions.
pub(crate) fn mentions(tokens: TokenStream) -> Vec<Mention> {
    let mut found = Vec::new();
    collect(tokens, "", &mut found);
    found
}

fn collect(tokens: TokenStream, prefix: &str, found: &mut Vec<Mention>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        match token {
            TokenTree::Ident(ident) => {
                let after_dot = at > 0 && is_punct(tokens.get(at - 1), '.');
                let (path, next, use_group) = follow(&tokens, at, prefix);
                if let Some(group) = use_group {
                    collect(group.stream(), &format!("{path}::"), found);
                } else {
                    let kind = kind_of(&tokens, next, after_dot);
                    found.push(Mention { line: ident.span().start().line, path, kind });
                }
                at = next;
            }
            TokenTree::Group(group) => {
                collect(group.stream(), "", found);
                at += 1;
            }
            TokenTree::Punct(_) | TokenTree::Literal(_) => at += 1,
        }
    }
}

/// The path that starts at `at`, where it ends, and the braces of a `use` that follow it.
fn follow<'a>(tokens: &'a [TokenTree], at: usize, prefix: &str) -> (String, usize, Option<&'a Group>) {
    let mut path = format!("{prefix}{}", tokens[at]);
    let mut next = at + 1;
    while is_punct(tokens.get(next), ':') && is_punct(tokens.get(next + 1), ':') {
        match tokens.get(next + 2) {
            Some(TokenTree::Ident(ident)) => path.push_str(&format!("::{ident}")),
            Some(TokenTree::Punct(star)) if star.as_char() == '*' => path.push_str("::*"),
            Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => {
                return (path, next + 3, Some(group));
            }
            _ => break,
        }
        next += 3;
    }
    (path, next, None)
}

fn kind_of(tokens: &[TokenTree], next: usize, after_dot: bool) -> Kind {
    match (tokens.get(next), tokens.get(next + 1)) {
        (Some(TokenTree::Group(group)), _) if after_dot => Kind::Method { with_arguments: !group.stream().is_empty() },
        (Some(TokenTree::Punct(bang)), Some(TokenTree::Group(_))) if bang.as_char() == '!' => Kind::Macro,
        _ => Kind::Path,
    }
}

/// The contents of every `#[...]` and `#![...]`, with its line.
pub(crate) fn attributes(tokens: TokenStream) -> Vec<(usize, TokenStream)> {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let mut found = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let TokenTree::Group(group) = token else { continue };
        found.extend(attributes(group.stream()));
        let inner = at > 1 && is_punct(tokens.get(at - 1), '!') && is_punct(tokens.get(at - 2), '#');
        let outer = at > 0 && is_punct(tokens.get(at - 1), '#');
        if group.delimiter() == Delimiter::Bracket && (inner || outer) {
            found.push((group.span_open().start().line, group.stream()));
        }
    }
    found
}

/// Every function with a body, nested ones too.
pub(crate) fn functions(tokens: TokenStream) -> Vec<Function> {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let mut found = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        match (token, tokens.get(at + 1)) {
            (TokenTree::Group(group), _) => found.extend(functions(group.stream())),
            (TokenTree::Ident(word), Some(TokenTree::Ident(name))) if word == "fn" => {
                let line = word.span().start().line;
                if let Some(end) = end_of_item(&tokens, at) {
                    found.push(Function { line, name: name.to_string(), lines: end + 1 - line });
                }
            }
            _ => {}
        }
    }
    found
}

/// The last line of the item's braces; `None` for an item that ends in a semicolon.
fn end_of_item(tokens: &[TokenTree], start: usize) -> Option<usize> {
    tokens.get(item_end(tokens, start).checked_sub(1)?).and_then(|token| match token {
        TokenTree::Group(group) => Some(group.span_close().end().line),
        _ => None,
    })
}

/// The index after the item that starts at `start`: past its braces or its semicolon.
fn item_end(tokens: &[TokenTree], start: usize) -> usize {
    let is_end = |token: &TokenTree| match token {
        TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
        TokenTree::Punct(punct) => punct.as_char() == ';',
        _ => false,
    };
    tokens.iter().skip(start).position(is_end).map_or(tokens.len(), |end| start + end + 1)
}

/// The source without what `#[cfg(test)]` guards.
pub(crate) fn without_tests(tokens: TokenStream) -> TokenStream {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let mut kept = Vec::new();
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        if is_punct(Some(token), '#') && is_cfg_test(tokens.get(at + 1)) {
            at = item_end(&tokens, at + 2);
            continue;
        }
        kept.push(match token {
            TokenTree::Group(group) => {
                let mut inner = Group::new(group.delimiter(), without_tests(group.stream()));
                inner.set_span(group.span());
                TokenTree::Group(inner)
            }
            other => other.clone(),
        });
        at += 1;
    }
    kept.into_iter().collect()
}

/// The line of the first top-level `#[cfg(test)]` with a module in braces: from there on a file is test code.
pub(crate) fn test_module_line(tokens: TokenStream) -> Option<usize> {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let starts = |at: &usize| is_punct(tokens.get(*at), '#') && is_cfg_test(tokens.get(at + 1));
    let has_module = |at: &usize| {
        let item = &tokens[at + 2..item_end(&tokens, at + 2)];
        item.iter().any(|token| matches!(token, TokenTree::Ident(word) if word == "mod"))
            && matches!(item.last(), Some(TokenTree::Group(_)))
    };
    let at = (0..tokens.len()).filter(starts).find(has_module)?;
    tokens.get(at).map(|token| token.span().start().line)
}

fn is_cfg_test(token: Option<&TokenTree>) -> bool {
    let Some(TokenTree::Group(group)) = token else { return false };
    group.delimiter() == Delimiter::Bracket && group.stream().to_string().replace(' ', "") == "cfg(test)"
}

fn is_punct(token: Option<&TokenTree>, wanted: char) -> bool {
    matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == wanted)
}

#[cfg(test)]
mod tests;
