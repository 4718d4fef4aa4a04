//! SQL: which literal belongs to which column.

/// Columns of one `INSERT` that are remembered; and words that name a column before its literal.
const COLUMNS_MAX: usize = 64;

const STATEMENTS: [&str; 6] = ["select ", "insert ", "update ", "delete ", "merge ", "call "];
const CLAUSES: [&str; 5] = [" from ", " where ", " set ", " values", "into "];

/// Whether a text begins like a statement, and goes on like one.
#[must_use]
pub fn looks_like(text: &str) -> bool {
    let start = text.trim_start();
    let begins = |word: &&str| start.get(..word.len()).is_some_and(|head| head.eq_ignore_ascii_case(word));
    STATEMENTS.iter().any(begins) && CLAUSES.iter().any(|clause| contains(start, clause))
}

fn contains(text: &str, word: &str) -> bool {
    text.as_bytes().windows(word.len()).any(|part| part.eq_ignore_ascii_case(word.as_bytes()))
}

/// A word of the statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Word<'t> {
    Name(&'t str),
    Literal(usize, &'t str),
    Mark(u8),
}

/// Calls `found` with the column, the place and the text of every literal that a column is compared with or set to.
pub fn literals<'t>(text: &'t str, found: &mut impl FnMut(&'t str, usize, &'t str)) {
    let words = Words { text, at: 0 };
    let mut columns: [&str; COLUMNS_MAX] = [""; COLUMNS_MAX];
    let mut count = 0;
    let mut column = None;
    // In the list behind `INTO t (...)`, and behind `VALUES`: the how manyth value.
    let (mut listing, mut value) = (false, None::<usize>);
    for word in words {
        match word {
            Word::Name(name) if is(name, "into") => (listing, count) = (true, 0),
            Word::Name(name) if is(name, "values") => (listing, value) = (false, Some(0)),
            Word::Name(name)
                if ["and", "or", "where", "select", "set", "on", "having"].iter().any(|word| is(name, word)) =>
            {
                (listing, value, column) = (false, None, None);
            }
            Word::Name(name)
                if ["like", "ilike", "in", "between", "not", "is", "date", "timestamp", "lower", "upper"]
                    .iter()
                    .any(|word| is(name, word)) => {}
            Word::Name(name) if listing => {
                if let Some(slot) = columns.get_mut(count) {
                    *slot = name;
                    count += 1;
                }
            }
            Word::Name(name) => column = Some(name),
            Word::Literal(at, literal) => match (value, column) {
                // The table's name was listed too.
                (Some(index), _) if index + 1 < count => found(columns.get(index + 1).unwrap_or(&""), at, literal),
                (_, Some(column)) => found(column, at, literal),
                (_, None) => found("", at, literal),
            },
            Word::Mark(b',') => value = value.map(|index| index + 1),
            Word::Mark(b'(') => value = value.map(|_| 0),
            Word::Mark(_) => {}
        }
    }
}

fn is(name: &str, word: &str) -> bool {
    name.eq_ignore_ascii_case(word)
}

struct Words<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Iterator for Words<'t> {
    type Item = Word<'t>;

    fn next(&mut self) -> Option<Word<'t>> {
        let bytes = self.text.as_bytes();
        while bytes.get(self.at).is_some_and(u8::is_ascii_whitespace) {
            self.at += 1;
        }
        let start = self.at;
        match *bytes.get(start)? {
            b'\'' => Some(self.quoted(b'\'')),
            quote @ (b'"' | b'`') => match self.quoted(quote) {
                Word::Literal(_, name) => Some(Word::Name(name)),
                other => Some(other),
            },
            first if first.is_ascii_digit() => {
                let text = self.run(|byte| byte.is_ascii_digit() || byte == b'.');
                Some(Word::Literal(start, text))
            }
            first if first.is_ascii_alphabetic() || first == b'_' || first >= 0x80 => {
                let name = self.run(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.') || byte >= 0x80);
                Some(Word::Name(name.rsplit('.').next().unwrap_or(name)))
            }
            mark => {
                self.at += 1;
                Some(Word::Mark(mark))
            }
        }
    }
}

impl<'t> Words<'t> {
    fn run(&mut self, belongs: impl Fn(u8) -> bool) -> &'t str {
        let start = self.at;
        while self.text.as_bytes().get(self.at).is_some_and(|&byte| belongs(byte)) {
            self.at += 1;
        }
        self.text.get(start..self.at).unwrap_or_default()
    }

    /// Up to the closing quote; two quotes are one inside of it. Without one, up to the end.
    fn quoted(&mut self, quote: u8) -> Word<'t> {
        let start = self.at + 1;
        let mut at = start;
        let bytes = self.text.as_bytes();
        loop {
            let found = memchr::memchr(quote, bytes.get(at..).unwrap_or_default());
            let Some(length) = found else {
                self.at = bytes.len();
                return Word::Literal(start, self.text.get(start..).unwrap_or_default());
            };
            let end = at + length;
            if bytes.get(end + 1) != Some(&quote) {
                self.at = end + 1;
                return Word::Literal(start, self.text.get(start..end).unwrap_or_default());
            }
            at = end + 2;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(text: &str) -> Vec<(&str, &str)> {
        let mut seen = Vec::new();
        literals(text, &mut |column, at, literal| {
            assert_eq!(text.get(at..at + literal.len()), Some(literal));
            seen.push((column, literal));
        });
        seen
    }

    #[test]
    fn literals_belong_to_columns() {
        assert_eq!(
            pairs(
                "SELECT * FROM patient p WHERE p.last_name = 'O''Hara' AND mrn IN (12, '13') AND dob > DATE '1970-01-02'"
            ),
            [("last_name", "O''Hara"), ("mrn", "12"), ("mrn", "13"), ("dob", "1970-01-02")]
        );
        assert_eq!(
            pairs("INSERT INTO person (id, \"name\", ssn) VALUES (7, 'Jane Doe', '123-45-6789'), (8, 'Al', 'x')"),
            [("id", "7"), ("name", "Jane Doe"), ("ssn", "123-45-6789"), ("id", "8"), ("name", "Al"), ("ssn", "x")]
        );
        assert_eq!(pairs("UPDATE t SET phone='555-0100' WHERE id=4"), [("phone", "555-0100"), ("id", "4")]);
        assert_eq!(pairs("SELECT 'open"), [("", "open")]);
    }

    #[test]
    fn prose_is_no_statement() {
        assert!(!looks_like("Select the patient before you print"));
        assert!(!looks_like("Update: the chart was opened"));
        assert!(looks_like("select name from patient"));
    }
}
