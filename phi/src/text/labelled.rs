//! Values that a label announces: `MRN: 482913`, `482913 (MRN)`, `MRNs 482913, 482914 and 482915`, `user=jdoe`, `MRN-00482`.

use crate::finding::{Evidence, RuleId};
use crate::label::Label;

use super::claims::{Claim, Claims, Rank};
use super::groups::{Groups, continues, is_letter_at};
use super::lexicon::{FILLER, JOINER, MARKER, NOBODY, UNIT};
use super::token::Class;
use super::view::View;
use super::{date, net, phone};

/// The form that a label's value has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Shape {
    /// Letters and digits with inner dashes, at least one digit.
    #[default]
    Code,
    /// Seven to fifteen digits with the separators of telephone numbers.
    Phone,
    /// A date in any order, also `3/14` and `03141950`.
    Date,
    /// A vehicle's plate or number: capitals and digits, perhaps in two parts.
    Plate,
    /// A user's name.
    User,
}

/// A compiled rule.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Labelled {
    pub rule: RuleId,
    /// `None` for values that are harmless.
    pub label: Option<Label>,
    pub score: u8,
    pub shape: Shape,
    /// Least and most characters without separators.
    pub min: usize,
    pub max: usize,
    /// Least characters where nothing but a space stands between label and value.
    pub bare: usize,
    /// How many other words may stand between label and value.
    pub reach: usize,
    /// The label may follow its value.
    pub after: bool,
    /// Digits may stand in groups with spaces or dots between.
    pub grouped: bool,
    /// A slash may stand inside.
    pub slash: bool,
}

/// How many values one label may have.
const LIST_MAX: usize = 64;
const CODE_MAX: usize = 48;
const FILLERS_MAX: usize = 6;
const MARKS_MAX: usize = 6;

/// At a word that may start a phrase. Gives the byte up to which values are claimed.
pub(crate) fn find(view: &View<'_>, rules: &[Labelled], at: usize, claims: &mut Claims<'_>) -> Option<usize> {
    let (index, next) = view.lexicon.phrase(view.tokens, at)?;
    let rule = rules.get(usize::from(index))?;
    // `MRN-00482` is one code; its own letters are no label.
    if next == at + 1 && is_prefix(view, at) {
        return None;
    }
    let told = (at..next).any(|word| view.note(word).is(MARKER));
    if let Some((place, marked)) = value_place(view, rule, next, told)
        && let Some(span) = value(view, rule, place, marked)
    {
        claim(rule, span, Rank::Labelled, Evidence::LABEL_BEFORE, claims);
        return Some(list(view, rule, place, span, claims));
    }
    if rule.after
        && let Some(span) = value_before(view, rule, at)
    {
        claim(rule, span, Rank::Labelled, Evidence::LABEL_AFTER, claims);
        return Some(view.token(at)?.end as usize);
    }
    None
}

/// Whether a word in capitals is tied to digits by a dash and known to start codes.
fn is_prefix(view: &View<'_>, at: usize) -> bool {
    view.token(at).is_some_and(|token| {
        let end = token.end as usize;
        token.class == Class::Upper
            && matches!(view.byte(end), b'-' | b'_')
            && view.byte(end + 1).is_ascii_alphanumeric()
            && view.lexicon.prefix(token.fold).is_some()
    })
}

/// At letters that start a code: `MRN00482`, `ENC-2291`.
pub(crate) fn find_prefixed(view: &View<'_>, rules: &[Labelled], at: usize, claims: &mut Claims<'_>) -> Option<usize> {
    let token = view.token(at)?;
    let start = token.start as usize;
    let word = token.text(view.text);
    let letters = word.bytes().take_while(u8::is_ascii_alphabetic).count();
    let joined = match token.class {
        Class::Alnum => letters >= 2 && word.bytes().skip(letters).all(|byte| byte.is_ascii_digit()),
        Class::Upper => matches!(view.byte(token.end as usize), b'-' | b'_'),
        _ => false,
    };
    if !joined || matches!(view.byte_before(start), b'-' | b'_') {
        return None;
    }
    let fold = if token.class == Class::Alnum { super::fold_hash(word.get(..letters)?) } else { token.fold };
    let rule = rules.get(usize::from(view.lexicon.prefix(fold)?))?;
    let (end, counted) = code_end(view, rule, start)?;
    if counted.digits < 3 {
        return None;
    }
    claim(rule, (start, end), Rank::Shape, Evidence::SHAPE, claims);
    Some(end)
}

fn claim(rule: &Labelled, span: (usize, usize), rank: Rank, evidence: Evidence, claims: &mut Claims<'_>) {
    let evidence = evidence.with(Evidence::SHAPE);
    let Labelled { label, rule, score, .. } = *rule;
    claims.push(span, Claim { start: 0, end: 0, label, rule, rank, score, evidence });
}

/// The token where the value should start, and whether a mark or a word such as `number` announces it.
fn value_place(view: &View<'_>, rule: &Labelled, next: usize, told: bool) -> Option<(usize, bool)> {
    let (mut fillers, mut marks, mut others, mut lines) = (0, 0, 0, 0);
    let mut marked = told;
    let mut place = next;
    loop {
        let token = view.token(place)?;
        match token.class {
            Class::Digits | Class::Alnum => return Some((place, marked)),
            Class::Newline => {
                lines += 1;
                if lines > 1 || !marked {
                    return None;
                }
            }
            Class::Punct => {
                marks += 1;
                match token.mark {
                    b':' | b'=' | b'#' => marked = true,
                    b'-' | b'"' | b'\'' | b'[' | b'(' | b')' | b'*' | b'.' | b'|' | b'{' | b'<' | b'/' | b'_'
                    | b'~' => {}
                    // `+44 ...` starts before its digits; marks without ASCII (bullets) do no harm.
                    b'+' if rule.shape == Shape::Phone => {}
                    0 => {}
                    _ => return None,
                }
                if marks > MARKS_MAX {
                    return None;
                }
            }
            _ if rule.shape == Shape::User && !view.note(place).is(FILLER | MARKER) => return Some((place, marked)),
            _ if is_code_word(view, rule, place) => return Some((place, marked)),
            _ if view.note(place).is(MARKER) => {
                marked = true;
                fillers += 1;
            }
            _ if view.note(place).is(FILLER) => fillers += 1,
            _ => {
                others += 1;
                if others > rule.reach || token.starts_sentence() {
                    return None;
                }
            }
        }
        if fillers > FILLERS_MAX {
            return None;
        }
        place += 1;
    }
}

/// `MRN-00482` after `MRN:`, `A 1234567`: a word that begins a code.
fn is_code_word(view: &View<'_>, rule: &Labelled, place: usize) -> bool {
    if rule.shape == Shape::Plate {
        let capitals = view.token(place).is_some_and(|token| token.class == Class::Upper && token.len() <= 3);
        return capitals && plate_end(view, place).is_some();
    }
    if rule.shape != Shape::Code {
        return false;
    }
    view.token(place).is_some_and(|token| {
        let end = token.end as usize;
        let joined = match view.byte(end) {
            b'-' | b'_' => view.byte(end + 1).is_ascii_alphanumeric(),
            b' ' => {
                token.class == Class::Upper
                    && token.len() <= 3
                    && view.byte(end + 1).is_ascii_digit()
                    && !view.note(place).is(FILLER | MARKER)
                    && !view.note(place).starts_phrase
            }
            _ => false,
        };
        joined
            && (token.class == Class::Upper || token.class == Class::Lower && token.len() <= 4)
            && code_end(view, rule, token.start as usize).is_some()
    })
}

/// The value that starts at a token, if it has the rule's form.
fn value(view: &View<'_>, rule: &Labelled, place: usize, marked: bool) -> Option<(usize, usize)> {
    let start = view.token(place)?.start as usize;
    match rule.shape {
        Shape::Code => {
            let (end, counted) = code_end(view, rule, start)?;
            let least = if marked { rule.min } else { rule.bare };
            let all = counted.letters + counted.digits;
            let measured = counted.letters == 0 && view.note(view.after(place, end)).is(UNIT);
            let other = rule.label.is_some() && is_other_shape(view, start, end, marked || rule.grouped);
            ((least..=rule.max).contains(&all) && counted.digits > 0 && !measured && !other).then_some((start, end))
        }
        Shape::Phone => phone::labelled_end(view, start).map(|end| (phone::start_with_marks(view, start, end), end)),
        Shape::Date => date::labelled_end(view, start).map(|end| (start, end)),
        Shape::Plate => {
            let (end, all) = plate_end(view, place)?;
            (rule.min..=rule.max).contains(&all).then_some((start, end))
        }
        Shape::User => user(view, place, marked).map(|end| (start, end)),
    }
}

/// Whether a code is a calendar date, or (without a mark after the label) has the form of a telephone or social security number.
fn is_other_shape(view: &View<'_>, start: usize, end: usize, marked: bool) -> bool {
    if !view.byte(start).is_ascii_digit() {
        return false;
    }
    let groups = Groups::read(view, start);
    let short = groups.lens(&[2, 2, 2]) && marked;
    let dated = date::numeric::end(view, &groups) == Some(end) && !short;
    dated
        || !marked
            && (groups.lens(&[3, 3, 4]) || groups.lens(&[3, 2, 4]))
            && groups.list().get(2).is_some_and(|last| last.end == end)
}

/// The end of a plate or a vehicle's number and its length: `7XYZ123`, `ABC-1234`, `AB12 CDE`, `1HGCM82633A004352`.
fn plate_end(view: &View<'_>, place: usize) -> Option<(usize, usize)> {
    let mut next = place;
    let (mut letters, mut digits, mut end) = (0, 0, 0);
    while let Some(token) =
        view.token(next).filter(|token| matches!(token.class, Class::Upper | Class::Alnum | Class::Digits))
    {
        let written = view.slice(token.start as usize, token.end as usize);
        if written.iter().any(u8::is_ascii_lowercase) || next > place && written.len() > 4 {
            break;
        }
        digits += written.iter().filter(|byte| byte.is_ascii_digit()).count();
        letters += written.iter().filter(|byte| byte.is_ascii_uppercase()).count();
        end = token.end as usize;
        next += 1;
        if view.is_mark(next, b'-') && view.is_tight(next) && view.is_tight(next + 1) {
            next += 1;
        }
        if next > place + 4 || letters + digits >= 17 {
            break;
        }
    }
    let whole = letters > 0 && digits > 0 || digits >= 6;
    (whole && !continues(view, end)).then_some((end, letters + digits))
}

#[derive(Clone, Copy, Default)]
struct Counted {
    letters: usize,
    digits: usize,
}

/// The end of a code and what it is made of; `None` where it goes on in a way that codes do not.
fn code_end(view: &View<'_>, rule: &Labelled, start: usize) -> Option<(usize, Counted)> {
    let mut counted = Counted::default();
    let mut group = 0;
    let mut end = start;
    loop {
        let next = view.byte(end + 1);
        match view.byte(end) {
            b'0'..=b'9' => {
                counted.digits += 1;
                group += 1;
            }
            byte if byte.is_ascii_alphabetic() => {
                counted.letters += 1;
                group += 1;
            }
            b'-' | b'_' if next.is_ascii_alphanumeric() => group = 0,
            b'/' if rule.slash && next.is_ascii_alphanumeric() => group = 0,
            b'.' if rule.grouped && next.is_ascii_digit() => group = 0,
            b' ' if next.is_ascii_digit() && joins(view, rule, end, group, counted) => group = 0,
            _ => break,
        }
        end += 1;
        if end - start > CODE_MAX {
            return None;
        }
    }
    let wide = view.byte(end) >= 0x80 && is_letter_at(view, end);
    (!continues(view, end) && !wide && counted.digits > 0).then_some((end, counted))
}

/// Whether a space is inside the code: after leading capitals (`A 1234567`), or between groups of digits.
fn joins(view: &View<'_>, rule: &Labelled, space: usize, group: usize, counted: Counted) -> bool {
    let next = view.slice(space + 1, space + 12).iter().take_while(|byte| byte.is_ascii_digit()).count();
    if counted.digits == 0 {
        let capitals = view.slice(space - group, space).iter().all(u8::is_ascii_uppercase);
        return capitals && group == counted.letters && group <= 3 && next >= 4;
    }
    let after = view.byte(space + 1 + next);
    rule.grouped
        && (2..=6).contains(&group)
        && (2..=6).contains(&next)
        && !after.is_ascii_alphabetic()
        && !matches!(after, b'/' | b':')
}

/// The end of a user's name: after `=` or `:` any name but nobody's, else one that no other word looks like.
fn user(view: &View<'_>, place: usize, marked: bool) -> Option<usize> {
    let token = view.token(place).filter(|token| token.is_word() || token.class == Class::Alnum)?;
    let start = token.start as usize;
    let end = net::user_name_end(view, start);
    let name = view.slice(start, end);
    let after = view.byte(end);
    if view.note(place).is(NOBODY | FILLER) || name.len() < 2 || after == b'@' || after == b'\\' || after >= 0x80 {
        return None;
    }
    let odd = name.iter().any(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'_'));
    let next = view.after(place, end);
    let acts = token.class == Class::Lower && past_tense(view.word(next)) && !past_tense(token.text(view.text));
    let from = token.class == Class::Lower && matches!(view.word(next), "from") && !past_tense(token.text(view.text));
    // `user: Jane Doe` is a name; `user: jdoe` is not.
    let named =
        token.class == Class::Capital && !odd && view.token(next).is_some_and(|next| next.class == Class::Capital);
    (odd || !named && (marked || acts || from)).then_some(end)
}

fn past_tense(word: &str) -> bool {
    word.len() > 4 && word.ends_with("ed")
        || matches!(word, "failed" | "read" | "ran" | "made" | "sent" | "tried" | "was" | "has")
}

/// Further values of the same form after a comma or `and`. Gives the byte after the last one.
fn list(view: &View<'_>, rule: &Labelled, place: usize, first: (usize, usize), claims: &mut Claims<'_>) -> usize {
    let model = first.1 - first.0;
    let mut last = first.1;
    let mut place = place;
    for _ in 0..LIST_MAX {
        let mut next = view.after(place, last);
        let mut joined = false;
        while next < view.tokens.len() {
            let token = view.token(next).copied();
            let joins = token.is_some_and(|token| matches!(token.mark, b',' | b'&' | b';' | b'/' | b'+'))
                || view.note(next).is(JOINER);
            let passes = joined && token.is_some_and(|token| matches!(token.mark, b'#' | b'('));
            if !joins && !passes {
                break;
            }
            joined = true;
            next += 1;
        }
        let starts = view.token(next).is_some_and(|token| token.class.has_digit()) || is_code_word(view, rule, next);
        let Some(span) = value(view, rule, next, true).filter(|_| joined && starts && rule.shape != Shape::User) else {
            break;
        };
        if (span.1 - span.0).abs_diff(model) > 1 {
            break;
        }
        claim(rule, span, Rank::Labelled, Evidence::LABEL_BEFORE.with(Evidence::LIST), claims);
        (place, last) = (next, span.1);
    }
    last
}

/// `482913 (MRN)`: the value right before its label.
fn value_before(view: &View<'_>, rule: &Labelled, at: usize) -> Option<(usize, usize)> {
    let mut last = at.checked_sub(1)?;
    if view.token(last).is_some_and(|token| matches!(token.mark, b'(' | b'-' | b'[')) {
        last = last.checked_sub(1)?;
    }
    let end = view.token(last).filter(|token| token.class.has_digit())?.end as usize;
    // Back over what is written together.
    let mut first = last;
    while first > 0
        && last - first < 8
        && view.is_tight(first)
        && !view.token(first - 1).is_some_and(|t| matches!(t.mark, b':' | b'=' | b'#' | b'('))
    {
        first -= 1;
    }
    value(view, rule, first, true).filter(|span| span.1 == end)
}
