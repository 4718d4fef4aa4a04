//! Values that a label announces: `MRN: 482913`, `482913 (MRN)`, `MRNs 482913, 482914 and 482915`, `user=jdoe`, `MRN-00482`.

mod value;

use crate::finding::{Evidence, RuleId};
use crate::label::Label;

use super::check;
use super::claims::{Claim, Claims, Rank};
use super::lexicon::{ASK, FILLER, JOINER, MARKER};
use super::token::Class;
use super::view::View;
use value::{code_end, is_code_word, value};

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

/// A check digit that some values of a label have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Check {
    Npi,
    Nhs,
    Aba,
}

impl Check {
    fn holds(self, digits: &[u8]) -> bool {
        match self {
            Self::Npi => check::npi(digits),
            Self::Nhs => check::nhs(digits),
            Self::Aba => check::aba(digits),
        }
    }
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
    /// A slash may stand inside; so may what courts write: `III ZR 09/96`, `2:19-cv-00341`.
    pub slash: bool,
    /// Check digits that the value may have; one that fits raises the score.
    pub check: Option<Check>,
    /// The label says as much as a label with a colon.
    pub told: bool,
}

/// How many values one label may have.
const LIST_MAX: usize = 64;
/// The score of a value with its label and a matching check digit.
const CHECKED_SCORE: u8 = 99;
const FILLERS_MAX: usize = 6;
const MARKS_MAX: usize = 6;

/// At a word that may start a phrase. Gives the byte up to which values are claimed.
pub(crate) fn find(view: &View<'_>, rules: &[Labelled], at: usize, claims: &mut Claims<'_>) -> Option<usize> {
    let (index, next) = view.lexicon.phrase(view.tokens, at)?;
    let rule = by_subject(view, rules, rules.get(usize::from(index))?, at);
    // `MRN-00482` is one code; its own letters are no label, nor are those of `NO-55902`.
    let tied = view.word(at) == "NO" && view.token(at).is_some_and(|token| view.byte(token.end as usize) == b'-');
    if next == at + 1 && (is_prefix(view, at) || tied) {
        return None;
    }
    // `dept_id = 441`: whose id it is, the word before says.
    let own = next == at + 1 && matches!(view.word(at), "id" | "ids" | "ref" | "no" | "number");
    let place = at >= 2
        && matches!(
            view.word(at - 2),
            "dept"
                | "department"
                | "ward"
                | "site"
                | "org"
                | "facility"
                | "location"
                | "queue"
                | "node"
                | "type"
                | "status"
        );
    if own && place && rule.label.is_some() && view.is_mark(at - 1, b'_') {
        return None;
    }
    // `my number is` says nothing of what is numbered.
    let vague = next == at + 1
        && ["number", "numbers", "num", "nr"].iter().any(|word| view.word(at).eq_ignore_ascii_case(word));
    let told = rule.told || !vague && (at..next).any(|word| view.note(word).is(MARKER));
    if let Some((place, marked)) = value_place(view, rule, next, told)
        && let Some(span) = value(view, rule, place, marked)
    {
        let checked = rule.check.is_some_and(|check| check.holds(view.slice(span.0, span.1)));
        let evidence = if checked { Evidence::CHECKSUM } else { Evidence::NONE };
        claim(rule, span, Rank::Labelled, evidence.with(Evidence::LABEL_BEFORE), claims);
        return Some(list(view, rule, place, span, claims));
    }
    if rule.after
        && let Some(span) = value_before(view, rule, at)
    {
        claim(rule, span, Rank::Labelled, Evidence::LABEL_AFTER, claims);
        return Some(view.token(at)?.end as usize);
    }
    if rule.shape == Shape::Code
        && rule.label.is_some()
        && let Some(span) = answer(view, rule, next)
    {
        claim(rule, span, Rank::Labelled, Evidence::LABEL_BEFORE, claims);
        return Some(span.1);
    }
    None
}

/// How many tokens before a label say what is numbered.
const SUBJECT_REACH: usize = 8;

/// `driving a car with registration number`, `fingerprints were entered under reference`: the label says that a number
/// comes, the words before it of what.
fn by_subject<'r>(view: &View<'_>, rules: &'r [Labelled], rule: &'r Labelled, at: usize) -> &'r Labelled {
    let vehicle = |word: &str| {
        matches!(word, "car" | "vehicle" | "van" | "lorry" | "truck" | "motorcycle" | "motorbike" | "scooter" | "taxi")
    };
    let body = |word: &str| matches!(word, "fingerprint" | "fingerprints" | "voiceprint" | "iris" | "biometric");
    let (label, speaks): (Label, &dyn Fn(&str) -> bool) = match rule.label {
        Some(Label::License) if view.word(at).eq_ignore_ascii_case("registration") => (Label::Vehicle, &vehicle),
        Some(Label::OtherId) if rule.shape == Shape::Code => (Label::Biometric, &body),
        _ => return rule,
    };
    let near = view.tokens.get(at.saturating_sub(SUBJECT_REACH)..at).unwrap_or_default();
    let told = near.iter().rev().take_while(|token| !token.is_mark(b'.')).any(|token| speaks(token.text(view.text)));
    let other = || rules.iter().find(|other| other.label == Some(label));
    if told { other().unwrap_or(rule) } else { rule }
}

/// How many tokens may stand between a question for a value and its answer.
const ANSWER_REACH: usize = 24;
/// Least length of an answer that no label stands beside.
const ANSWER_MIN: usize = 5;

/// `Your member ID please? - It's N26-36261`: the value in the answer.
fn answer(view: &View<'_>, rule: &Labelled, next: usize) -> Option<(usize, usize)> {
    // `GMC no for Ann Berg, i think its 7412093`
    let mut asked = rule.label == Some(Label::License) && view.note(next.wrapping_sub(1)).is(MARKER);
    if !(asked || view.asks) {
        return None;
    }
    for place in next..(next + ANSWER_REACH).min(view.tokens.len()) {
        let token = view.token(place)?;
        asked |= token.mark == b'?' || view.note(place).is(ASK);
        // Another label asks for something else.
        if view.note(place).starts_phrase && !view.note(place).is(FILLER | MARKER) {
            return None;
        }
        let it = matches!(view.word(place), "s" | "is" | "its" | "Its" | "yes" | "Yes" | "sure" | "Sure")
            || asked && token.mark == b'\n';
        if !(asked && it) {
            continue;
        }
        let value_place = if view.is_mark(place + 1, b',') { place + 2 } else { place + 1 };
        let starts = view.token(value_place).is_some_and(|token| token.class.has_digit())
            || is_code_word(view, rule, value_place);
        if starts {
            return value(view, rule, value_place, true).filter(|span| span.1 - span.0 >= ANSWER_MIN);
        }
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
    // `DOB04/12/1961`: only the space is missing.
    if token.class == Class::Alnum
        && let Some(rule) = view.lexicon.label(fold).and_then(|rule| rules.get(usize::from(rule)))
        && rule.shape == Shape::Date
    {
        let end = super::date::labelled_end(view, start + letters)?;
        claim(rule, (start + letters, end), Rank::Labelled, Evidence::LABEL_BEFORE, claims);
        return Some(end);
    }
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
    let score = if evidence.has(Evidence::CHECKSUM) { score.max(CHECKED_SCORE) } else { score };
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
            // With another word between, only a mark makes sure that the value is the label's.
            Class::Digits | Class::Alnum => return (others == 0 || marked).then_some((place, marked)),
            Class::Newline => {
                lines += 1;
                if lines > 1 || !marked {
                    return None;
                }
            }
            Class::Punct => {
                marks += 1;
                match token.mark {
                    // `New device idVendor=0781`: the nearer name has it.
                    b'=' if others > 0 && view.is_tight(place) => return None,
                    b':' | b'=' | b'#' => marked = true,
                    // `Patient/74904`, `mrn/482913`.
                    b'/' if place == next && view.is_tight(place) && view.is_tight(place + 1) => marked = true,
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
            // The label that is nearer to the value has it.
            _ if view.note(place).starts_phrase => return None,
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
    // `485 777 3456 is her NHS no`
    if matches!(view.word(last), "her" | "his" | "my" | "their" | "the" | "your" | "our")
        && last > 1
        && matches!(view.word(last - 1), "is" | "was")
    {
        last -= 2;
    }
    if view.token(last).is_some_and(|token| matches!(token.mark, b'(' | b'-' | b'[')) {
        last = last.checked_sub(1)?;
    }
    let end = view.token(last).filter(|token| token.class.has_digit())?.end as usize;
    let numbers = |place: usize| view.token(place).is_some_and(|token| token.class == Class::Digits);
    // Back over what is written together.
    let mut first = last;
    while first > 0
        && last - first < 8
        && (view.is_tight(first) || rule.grouped && numbers(first) && numbers(first - 1))
        && !view.token(first - 1).is_some_and(|t| matches!(t.mark, b':' | b'=' | b'#' | b'('))
    {
        first -= 1;
    }
    value(view, rule, first, true).filter(|span| span.1 == end)
}
