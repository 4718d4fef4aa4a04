//! What the checks need to know of a Markdown page: code blocks, links and anchors, each with its line.
use std::collections::{BTreeMap, BTreeSet};

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

/// A code block; `line` is that of its first line of code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Block {
    pub(crate) line: usize,
    /// What follows the opening fence; empty where nothing does.
    pub(crate) info: String,
    pub(crate) text: String,
}

impl Block {
    /// The first word of the info string.
    pub(crate) fn language(&self) -> &str {
        self.info.split([',', ' ', '{']).next().unwrap_or_default()
    }
}

/// One page.
#[derive(Debug, Default)]
pub(crate) struct Page {
    pub(crate) blocks: Vec<Block>,
    pub(crate) links: Vec<(usize, String)>,
    /// What `#...` may point at.
    pub(crate) anchors: BTreeSet<String>,
}

pub(crate) fn parse(text: &str) -> Page {
    let mut page = Page::default();
    let mut slugs = BTreeMap::new();
    let mut block: Option<Block> = None;
    let mut heading: Option<String> = None;
    let line_of = |offset: usize| text[..offset].matches('\n').count() + 1;
    let options = Options::ENABLE_TABLES | Options::ENABLE_FOOTNOTES | Options::ENABLE_STRIKETHROUGH;
    for (event, range) in Parser::new_ext(text, options).into_offset_iter() {
        match event {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) => {
                block = Some(Block { line: line_of(range.start) + 1, info: info.to_string(), text: String::new() });
            }
            Event::End(TagEnd::CodeBlock) => page.blocks.extend(block.take()),
            Event::Start(Tag::Heading { id, .. }) => {
                page.anchors.extend(id.map(|id| id.to_string()));
                heading = Some(String::new());
            }
            Event::End(TagEnd::Heading(_)) => {
                page.anchors.extend(heading.take().map(|title| unique(&mut slugs, slug(&title))));
            }
            Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                page.links.push((line_of(range.start), dest_url.to_string()));
            }
            Event::Html(html) | Event::InlineHtml(html) => read_html(&mut page, &html, line_of(range.start)),
            Event::Text(words) | Event::Code(words) => match (&mut block, &mut heading) {
                (Some(block), _) => block.text.push_str(&words),
                (None, Some(title)) => title.push_str(&words),
                (None, None) => {}
            },
            _ => {}
        }
    }
    page
}

/// Raw HTML may link and be linked to as well.
fn read_html(page: &mut Page, html: &str, line: usize) {
    let values = |attribute: &str| -> Vec<String> {
        let opening = format!(" {attribute}=\"");
        let rests = html.split(&opening).skip(1).map(|rest| rest.split('"').next());
        rests.flatten().map(str::to_owned).collect()
    };
    page.anchors.extend([values("id"), values("name")].concat());
    page.links.extend([values("href"), values("src")].concat().into_iter().map(|target| (line, target)));
}

/// The anchor that a repository host makes of a title.
fn slug(title: &str) -> String {
    let kept = title.trim().to_lowercase();
    let kept = kept.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.map(|c| if c == ' ' { '-' } else { c }).collect()
}

/// A title that occurs again gets a number.
fn unique(seen: &mut BTreeMap<String, usize>, slug: String) -> String {
    let count = seen.entry(slug.clone()).or_default();
    *count += 1;
    if *count == 1 { slug } else { format!("{slug}-{}", *count - 1) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_know_their_language_and_their_first_line() {
        let page =
            parse("text\n\n```rust,no_run\nlet a = 1;\nlet b = 2;\n```\n\n1. item\n   ```sh\n   make x\n   ```\n");
        let block = |line, info: &str, text: &str| Block { line, info: info.into(), text: text.into() };
        assert_eq!(page.blocks, [block(4, "rust,no_run", "let a = 1;\nlet b = 2;\n"), block(10, "sh", "make x\n")]);
        assert_eq!(page.blocks[0].language(), "rust");
    }

    #[test]
    fn links_of_all_kinds_are_found_but_none_in_code() {
        let page = parse(
            "[a](x.md) and ![b](y.png)\n[c][ref] `[d](no.md)` <a href=\"h.md\">\n\n```\n[e](no.md)\n```\n\n[ref]: z.md\n",
        );
        assert_eq!(page.links, [(1, "x.md".into()), (1, "y.png".into()), (2, "z.md".into()), (2, "h.md".to_owned())]);
    }

    #[test]
    fn anchors_follow_the_titles() {
        let page = parse("# The `dev/` stack, in short\n## Twice\n## Twice\n<a id=\"here\"></a>\n");
        assert_eq!(page.anchors.iter().collect::<Vec<_>>(), ["here", "the-dev-stack-in-short", "twice", "twice-1"]);
    }
}
