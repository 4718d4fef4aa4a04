//! Splits the shell text of a code block into simple commands; enough of the grammar for documentation.

/// One simple command: its words with quotes removed, without assignments and redirections.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Command {
    pub(crate) line: usize,
    pub(crate) words: Vec<String>,
}

/// Words that only change how the rest of the command runs.
const WRAPPERS: [&str; 5] = ["env", "exec", "nohup", "sudo", "time"];

/// What a reader types in a console block: the lines after a `$` prompt, and `>` for their continuation.
pub(crate) fn typed(console: &str) -> String {
    let typed = |line: &str| line.strip_prefix("$ ").or_else(|| line.strip_prefix("> ")).unwrap_or_default().to_owned();
    console.lines().map(typed).collect::<Vec<_>>().join("\n")
}

/// The commands of a script whose first line has the number `first_line`.
pub(crate) fn commands(script: &str, first_line: usize) -> Vec<Command> {
    let mut reader = Reader { line: first_line, started: first_line, ..Reader::default() };
    let mut chars = script.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some('\n') => reader.line += 1,
                Some(escaped) => reader.push(escaped),
                None => {}
            },
            '\'' | '"' => {
                reader.open();
                while let Some(quoted) = chars.next() {
                    match quoted {
                        end if end == c => break,
                        '\\' if c == '"' => chars.next().into_iter().for_each(|escaped| reader.push(escaped)),
                        inner => reader.push(inner),
                    }
                }
            }
            '$' if chars.peek() == Some(&'(') => reader.substitution(&mut chars),
            '#' if reader.word.is_none() => while chars.next_if(|next| *next != '\n').is_some() {},
            '<' if chars.peek() == Some(&'<') => reader.here_document(&mut chars),
            '>' | '<' => reader.redirection(&mut chars),
            '\n' => {
                reader.end_command();
                reader.next_line();
            }
            ';' | '|' | '&' | '(' | ')' => reader.end_command(),
            ' ' | '\t' => reader.end_word(),
            other => reader.push(other),
        }
    }
    reader.end_command();
    reader.commands
}

type Chars<'a> = std::iter::Peekable<std::str::Chars<'a>>;

#[derive(Default)]
struct Reader {
    commands: Vec<Command>,
    words: Vec<String>,
    word: Option<String>,
    line: usize,
    started: usize,
}

impl Reader {
    fn open(&mut self) {
        if self.word.is_none() && self.words.is_empty() {
            self.started = self.line;
        }
        self.word.get_or_insert_default();
    }

    fn push(&mut self, c: char) {
        self.open();
        self.line += usize::from(c == '\n');
        self.word.get_or_insert_default().push(c);
    }

    fn end_word(&mut self) {
        self.words.extend(self.word.take());
    }

    fn end_command(&mut self) {
        self.end_word();
        let is_prefix = |word: &String| WRAPPERS.contains(&word.as_str()) || is_assignment(word);
        let words: Vec<String> = std::mem::take(&mut self.words).into_iter().skip_while(is_prefix).collect();
        if !words.is_empty() {
            self.commands.push(Command { line: self.started, words });
        }
    }

    fn next_line(&mut self) {
        self.line += 1;
    }

    /// `$(...)` stays one opaque part of its word.
    fn substitution(&mut self, chars: &mut Chars<'_>) {
        self.push('$');
        let mut depth = 0;
        for c in chars.by_ref() {
            self.push(c);
            depth += i32::from(c == '(') - i32::from(c == ')');
            if depth == 0 {
                break;
            }
        }
    }

    /// `> file`, `2>&1`: neither the descriptor nor the target is an argument.
    fn redirection(&mut self, chars: &mut Chars<'_>) {
        if self.word.as_ref().is_some_and(|word| word.chars().all(|c| c.is_ascii_digit())) {
            self.word = None;
        }
        self.end_word();
        while chars.next_if(|c| matches!(c, '>' | '&' | ' ')).is_some() {}
        while chars.next_if(|c| !c.is_whitespace() && !";|)".contains(*c)).is_some() {}
    }

    /// Skips the lines up to the word after `<<`; the rest of the first line still counts.
    fn here_document(&mut self, chars: &mut Chars<'_>) {
        self.end_word();
        let rest: String = std::iter::from_fn(|| chars.next_if(|c| *c != '\n')).collect();
        let end = rest.trim_start_matches(['<', '-', ' ']).split_whitespace().next().unwrap_or_default();
        let end = end.trim_matches(['\'', '"']).to_owned();
        self.end_command();
        while chars.next_if_eq(&'\n').is_some() {
            self.next_line();
            let line: String = std::iter::from_fn(|| chars.next_if(|c| *c != '\n')).collect();
            if line.trim() == end {
                break;
            }
        }
    }
}

/// `NAME=value` before a command.
fn is_assignment(word: &str) -> bool {
    word.split_once('=').is_some_and(|(name, _)| {
        !name.is_empty() && name.chars().all(|c| c == '_' || c.is_ascii_alphanumeric()) && !name.starts_with('-')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(script: &str) -> Vec<(usize, String)> {
        commands(script, 1).into_iter().map(|found| (found.line, found.words.join("|"))).collect()
    }

    #[test]
    fn separators_comments_and_continuations_are_understood() {
        let script = "# all\nmake up && dev/status; a | b # end\nx \\\n  --flag 'one two' \"q\\\"\"\nz\n";
        let expected = [(2, "make|up"), (2, "dev/status"), (2, "a"), (2, "b"), (3, "x|--flag|one two|q\""), (5, "z")];
        assert_eq!(split(script), expected.map(|(line, words)| (line, words.to_owned())));
    }

    #[test]
    fn assignments_wrappers_and_redirections_are_no_words() {
        assert_eq!(split("A=1 sudo B=2 make x=3 >out 2>&1 < in"), [(1, "make|x=3".to_owned())]);
        assert_eq!(split("echo $(cat a; b) c"), [(1, "echo|$(cat a; b)|c".to_owned())]);
    }

    #[test]
    fn here_documents_are_skipped_and_lines_still_counted() {
        assert_eq!(
            split("cat <<'EOF' > x\nmake nothing\nEOF\nmake y"),
            [(1, "cat".to_owned()), (4, "make|y".to_owned())]
        );
    }

    #[test]
    fn of_a_console_only_what_is_typed_counts() {
        assert_eq!(typed("$ make x \\\n>   y\nmake: done\n"), "make x \\\n  y\n");
    }
}
