//! From two schemas to steps: what is copied, what is skipped, what is filled in.

use std::collections::HashMap;

use apache_avro::Schema;
use apache_avro::schema::{InnerDecimalSchema, RecordField, RecordSchema, UuidSchema};
use serde_json::Value;

use crate::avro::{write_long, write_string};
use crate::compat::{Types, join, label};
use crate::error::SchemaError;

/// A value's form on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Null,
    Boolean,
    Int,
    Long,
    Bytes,
    String,
    Fixed(usize),
    /// An enum of so many symbols.
    Symbol(usize),
}

/// How to step over a writer's value. Numbers are places in [`Plan::skips`].
#[derive(Debug)]
pub(super) enum Skip {
    Form(Form),
    Array(usize),
    Map(usize),
    Union(Vec<usize>),
    Record(Vec<usize>),
}

/// How to translate a writer's value. Numbers are places in [`Plan::steps`].
#[derive(Debug)]
pub(super) enum Step {
    /// The same bytes mean the same.
    Copy(Form),
    Array(usize),
    Map(usize),
    /// What each of the writer's branches becomes: a branch of the reader's union, if that is one, and its step.
    Branches(Vec<Option<(Option<i64>, usize)>>),
    /// A plain value becomes a branch.
    Into(i64, usize),
    Record(Record),
}

#[derive(Debug, Default)]
pub(super) struct Record {
    /// How to step over each of the writer's fields.
    pub skips: Vec<usize>,
    /// The reader's fields in their order.
    pub fields: Vec<Source>,
    /// Whether the writer's fields come in the reader's order, so that one pass will do.
    pub in_order: bool,
}

#[derive(Debug)]
pub(super) enum Source {
    /// The writer's field at this index, by this step.
    Field(usize, usize),
    Default(Vec<u8>),
}

#[derive(Debug)]
pub(super) struct Plan {
    pub steps: Vec<Step>,
    pub skips: Vec<Skip>,
    pub root: usize,
    pub ignored: Vec<String>,
}

/// Ignored fields beyond this are not named; they are told to people.
const IGNORED_MAX: usize = 100;

pub(super) fn compile(writer: &Schema, reader: &Schema) -> Result<Plan, SchemaError> {
    let mut compiler = Compiler {
        writer: Types::of(writer),
        reader: Types::of(reader),
        plan: Plan { steps: Vec::new(), skips: Vec::new(), root: 0, ignored: Vec::new() },
        steps: HashMap::new(),
        skips: HashMap::new(),
    };
    compiler.plan.root = compiler.step(writer, reader, "")?;
    Ok(compiler.plan)
}

struct Compiler<'s> {
    writer: Types<'s>,
    reader: Types<'s>,
    plan: Plan,
    /// Steps between two record types, by their addresses: a pair is compiled once, even if that fails, and may contain itself.
    steps: HashMap<(*const Schema, *const Schema), Result<usize, SchemaError>>,
    skips: HashMap<*const Schema, usize>,
}

fn unresolvable(path: &str, reason: impl Into<String>) -> SchemaError {
    let path = if path.is_empty() { "(the record)" } else { path };
    SchemaError::Unresolvable { path: path.to_owned(), reason: reason.into() }
}

impl<'s> Compiler<'s> {
    fn push(&mut self, step: Step) -> usize {
        self.plan.steps.push(step);
        self.plan.steps.len() - 1
    }

    fn step(&mut self, writer: &'s Schema, reader: &'s Schema, path: &str) -> Result<usize, SchemaError> {
        let (writer, reader) = (self.writer.resolve(writer), self.reader.resolve(reader));
        let step =
            match (writer, reader) {
                (Schema::Union(_), _) => self.branches(writer, reader, path)?,
                (_, Schema::Union(union)) => {
                    let (branch, inner) = self.branch_for(writer, union.variants(), path)?;
                    Step::Into(branch, inner)
                }
                (Schema::Record(from), Schema::Record(to)) => return self.record((writer, from), (reader, to), path),
                (Schema::Array(from), Schema::Array(to)) => {
                    Step::Array(self.step(&from.items, &to.items, &format!("{path}[]"))?)
                }
                (Schema::Map(from), Schema::Map(to)) => {
                    Step::Map(self.step(&from.types, &to.types, &format!("{path}{{}}"))?)
                }
                _ => Step::Copy(copied(writer, reader).ok_or_else(|| {
                    unresolvable(path, format!("{} cannot be read as {}", label(writer), label(reader)))
                })?),
            };
        Ok(self.push(step))
    }

    fn branches(&mut self, writer: &'s Schema, reader: &'s Schema, path: &str) -> Result<Step, SchemaError> {
        let Schema::Union(union) = writer else { return Err(unresolvable(path, "not a union")) };
        let mut branches = Vec::new();
        let mut first_error = None;
        for variant in union.variants() {
            let found = match reader {
                Schema::Union(to) => {
                    self.branch_for(variant, to.variants(), path).map(|(branch, step)| (Some(branch), step))
                }
                plain => self.step(variant, plain, path).map(|step| (None, step)),
            };
            branches.push(match found {
                Ok(found) => Some(found),
                Err(error) => {
                    // Null says least about what is wrong.
                    if !matches!(variant, Schema::Null) || first_error.is_none() {
                        first_error = Some(error);
                    }
                    None
                }
            });
        }
        // A branch that cannot be read is refused when it comes; a value that never could be is refused now.
        let is_null = |variant: &Schema| matches!(variant, Schema::Null);
        let useful = branches.iter().zip(union.variants()).any(|(found, variant)| found.is_some() && !is_null(variant));
        match first_error {
            Some(error) if !useful => Err(error),
            _ => Ok(Step::Branches(branches)),
        }
    }

    /// The reader's branch that takes the writer's value: the same type before one that it can be promoted to.
    fn branch_for(
        &mut self,
        writer: &'s Schema,
        variants: &'s [Schema],
        path: &str,
    ) -> Result<(i64, usize), SchemaError> {
        let from = self.writer.resolve(writer);
        let mut order: Vec<(usize, &'s Schema)> = variants.iter().enumerate().collect();
        order.sort_by_key(|(_, variant)| label(self.reader.resolve(variant)) != label(from));
        let mut best = unresolvable(path, format!("{} is in no branch of the union", label(from)));
        for (branch, variant) in order {
            match self.step(writer, variant, path) {
                Ok(step) => return Ok((branch as i64, step)),
                // The reason of the branch that is meant tells more than that no branch fits.
                Err(error) if label(self.reader.resolve(variant)) == label(from) => best = error,
                Err(_) => {}
            }
        }
        Err(best)
    }

    fn record(
        &mut self,
        (writer, from): (&'s Schema, &'s RecordSchema),
        (reader, to): (&'s Schema, &'s RecordSchema),
        path: &str,
    ) -> Result<usize, SchemaError> {
        let key = (std::ptr::from_ref(writer), std::ptr::from_ref(reader));
        if let Some(known) = self.steps.get(&key) {
            return known.clone();
        }
        let (has, wants) = (from.name.name(), to.name.name());
        let is_alias = to.aliases.iter().flatten().any(|alias| alias.name() == has);
        if has != wants && !is_alias {
            return Err(unresolvable(path, format!("the record is named {has}, not {wants}")));
        }
        // Until it is filled, and for ever if that fails, it refuses whatever comes.
        let place = self.push(Step::Branches(Vec::new()));
        self.steps.insert(key, Ok(place));
        let compiled = self.fields(from, to, path).map(|record| {
            if let Some(step) = self.plan.steps.get_mut(place) {
                *step = Step::Record(record);
            }
            place
        });
        self.steps.insert(key, compiled.clone());
        compiled
    }

    fn fields(&mut self, from: &'s RecordSchema, to: &'s RecordSchema, path: &str) -> Result<Record, SchemaError> {
        let mut record = Record { in_order: true, ..Record::default() };
        let mut last = None;
        for wanted in &to.fields {
            let here = join(path, &wanted.name);
            let found = std::iter::once(&wanted.name)
                .chain(&wanted.aliases)
                .find_map(|name| from.fields.iter().position(|field| field.name == *name));
            let source = match found.and_then(|index| from.fields.get(index).map(|field| (index, field))) {
                Some((index, field)) => {
                    record.in_order &= last < Some(index);
                    last = Some(index);
                    Source::Field(index, self.step(&field.schema, &wanted.schema, &here)?)
                }
                None => Source::Default(self.default(wanted, &here)?),
            };
            record.fields.push(source);
        }
        for (index, field) in from.fields.iter().enumerate() {
            record.skips.push(self.skip(&field.schema));
            let used = record.fields.iter().any(|source| matches!(source, Source::Field(used, _) if *used == index));
            if !used && self.plan.ignored.len() < IGNORED_MAX {
                self.plan.ignored.push(join(path, &field.name));
            }
        }
        Ok(record)
    }

    fn default(&self, field: &'s RecordField, path: &str) -> Result<Vec<u8>, SchemaError> {
        let default = field.default.as_ref().ok_or_else(|| unresolvable(path, "it is missing and has no default"))?;
        let mut out = Vec::new();
        match encode_default(self.reader.resolve(&field.schema), default, &self.reader, &mut out) {
            Some(()) => Ok(out),
            None => Err(unresolvable(path, "its default cannot be written")),
        }
    }

    fn skip(&mut self, writer: &'s Schema) -> usize {
        let writer = self.writer.resolve(writer);
        let key = std::ptr::from_ref(writer);
        if let Some(known) = self.skips.get(&key) {
            return *known;
        }
        let place = self.plan.skips.len();
        self.skips.insert(key, place);
        self.plan.skips.push(Skip::Form(Form::Null));
        let skip = match writer {
            Schema::Array(array) => Skip::Array(self.skip(&array.items)),
            Schema::Map(map) => Skip::Map(self.skip(&map.types)),
            Schema::Union(union) => Skip::Union(union.variants().iter().map(|variant| self.skip(variant)).collect()),
            Schema::Record(record) => {
                Skip::Record(record.fields.iter().map(|field| self.skip(&field.schema)).collect())
            }
            plain => Skip::Form(form(plain)),
        };
        if let Some(slot) = self.plan.skips.get_mut(place) {
            *slot = skip;
        }
        place
    }
}

/// The form in which both carry the value, if the same bytes mean the same to both.
fn copied(writer: &Schema, reader: &Schema) -> Option<Form> {
    let (from, to) = (form(writer), form(reader));
    if let (Some(before), Some(after)) = (writer.name(), reader.name())
        && before.name() != after.name()
    {
        return None;
    }
    // Two different meanings of a number are two different numbers, whatever Avro says: milliseconds are not microseconds.
    if is_logical(writer) && is_logical(reader) && label(writer) != label(reader) {
        return None;
    }
    match (from, to) {
        // Both resolve by symbols, which our schemas do not use.
        (Form::Symbol(_), _) | (_, Form::Symbol(_)) => None,
        // A float has a form of its own that no schema of ours knows; see `form`.
        _ if is_float(writer) || is_float(reader) => None,
        (Form::Int, Form::Long) | (Form::String, Form::Bytes) | (Form::Bytes, Form::String) => Some(from),
        _ => (from == to).then_some(from),
    }
}

fn is_float(schema: &Schema) -> bool {
    matches!(schema, Schema::Float | Schema::Double)
}

fn is_logical(schema: &Schema) -> bool {
    !matches!(
        schema,
        Schema::Null | Schema::Boolean | Schema::Int | Schema::Long | Schema::Bytes | Schema::String | Schema::Fixed(_)
    )
}

fn form(schema: &Schema) -> Form {
    match schema {
        Schema::Boolean => Form::Boolean,
        Schema::Int | Schema::Date | Schema::TimeMillis => Form::Int,
        Schema::Float => Form::Fixed(4),
        Schema::Double => Form::Fixed(8),
        Schema::Bytes | Schema::BigDecimal | Schema::Uuid(UuidSchema::Bytes) => Form::Bytes,
        Schema::String | Schema::Uuid(UuidSchema::String) => Form::String,
        Schema::Fixed(fixed) | Schema::Duration(fixed) | Schema::Uuid(UuidSchema::Fixed(fixed)) => {
            Form::Fixed(fixed.size)
        }
        Schema::Decimal(decimal) => match &decimal.inner {
            InnerDecimalSchema::Bytes => Form::Bytes,
            InnerDecimalSchema::Fixed(fixed) => Form::Fixed(fixed.size),
        },
        Schema::Enum(symbols) => Form::Symbol(symbols.symbols.len()),
        Schema::Long
        | Schema::TimeMicros
        | Schema::TimestampMillis
        | Schema::TimestampMicros
        | Schema::TimestampNanos
        | Schema::LocalTimestampMillis
        | Schema::LocalTimestampMicros
        | Schema::LocalTimestampNanos => Form::Long,
        // Null, and what is never asked for: those have steps of their own.
        _ => Form::Null,
    }
}

/// Defaults as our schemas use them; anything else is refused when the plan is made.
fn encode_default<'s>(schema: &'s Schema, default: &Value, types: &Types<'s>, out: &mut Vec<u8>) -> Option<()> {
    match (schema, default) {
        (Schema::Null, Value::Null) => {}
        (Schema::Union(union), default) => {
            write_long(out, 0);
            encode_default(types.resolve(union.variants().first()?), default, types, out)?;
        }
        (Schema::Array(_), Value::Array(list)) if list.is_empty() => out.push(0),
        (Schema::Map(_), Value::Object(map)) if map.is_empty() => out.push(0),
        (Schema::Boolean, Value::Bool(is)) => out.push(u8::from(*is)),
        (Schema::String, Value::String(text)) => write_string(out, text),
        (plain, Value::Number(number)) if matches!(form(plain), Form::Int | Form::Long) => {
            write_long(out, number.as_i64()?)
        }
        _ => return None,
    }
    Some(())
}
