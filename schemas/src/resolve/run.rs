//! The plan at work: one record's bytes in, the same record in the reader's schema out.

use super::STEPS_MAX;
use super::plan::{Form, Plan, Record, Skip, Source, Step};
use crate::avro::{Reader, write_bytes, write_long};
use crate::error::{DecodeError, DecodeFault};
use crate::event::EVENT_BYTES_MAX;

/// Types may contain themselves, so the record decides how deep it goes.
const DEPTH_MAX: usize = 64;
/// What is filled in may make a record longer, but not without end.
const RESULT_BYTES_MAX: usize = 2 * EVENT_BYTES_MAX;

pub(super) fn run(plan: &Plan, body: &[u8], out: &mut Vec<u8>) -> Result<(), DecodeError> {
    // The bound on entries is the reader's business afterwards; here the steps are counted.
    let mut reader = Reader::with_entries_max(body, STEPS_MAX);
    let limit = out.len() + RESULT_BYTES_MAX;
    let mut run = Run { plan, out, limit, steps: STEPS_MAX, depth: 0 };
    run.step(plan.root, &mut reader)?;
    reader.finish()
}

struct Run<'p, 'o> {
    plan: &'p Plan,
    out: &'o mut Vec<u8>,
    limit: usize,
    steps: usize,
    depth: usize,
}

impl<'p> Run<'p, '_> {
    /// Accounts for one value, and for one level of nesting until [`Run::leave`].
    fn enter(&mut self, reader: &Reader<'_>) -> Result<(), DecodeError> {
        if self.steps == 0 || self.depth == DEPTH_MAX {
            return Err(reader.error(DecodeFault::TooMany));
        }
        if self.out.len() > self.limit {
            return Err(reader.error(DecodeFault::Oversized));
        }
        self.steps -= 1;
        self.depth += 1;
        Ok(())
    }

    fn leave(&mut self) {
        self.depth -= 1;
    }

    fn step(&mut self, index: usize, reader: &mut Reader<'_>) -> Result<(), DecodeError> {
        self.enter(reader)?;
        let plan = self.plan;
        match plan.steps.get(index).ok_or_else(|| reader.error(DecodeFault::UnresolvableSchema))? {
            Step::Copy(form) => self.copy(*form, reader)?,
            Step::Array(item) => self.blocks(reader, |run, reader| run.step(*item, reader))?,
            Step::Map(value) => self.blocks(reader, |run, reader| {
                run.copy(Form::String, reader)?;
                run.step(*value, reader)
            })?,
            Step::Branches(branches) => {
                let start = *reader;
                let branch = reader.long()?;
                let found = usize::try_from(branch).ok().and_then(|branch| branches.get(branch));
                match found {
                    Some(Some((branch, step))) => {
                        if let Some(branch) = branch {
                            write_long(self.out, *branch);
                        }
                        self.step(*step, reader)?;
                    }
                    // The writer may write this, and we have no place for it.
                    Some(None) => return Err(start.error(DecodeFault::UnresolvableSchema)),
                    None => return Err(start.error(DecodeFault::BadUnionBranch)),
                }
            }
            Step::Into(branch, step) => {
                write_long(self.out, *branch);
                self.step(*step, reader)?;
            }
            Step::Record(record) if record.in_order => self.in_order(record, reader)?,
            Step::Record(record) => self.out_of_order(record, reader)?,
        }
        self.leave();
        Ok(())
    }

    fn in_order(&mut self, record: &'p Record, reader: &mut Reader<'_>) -> Result<(), DecodeError> {
        let mut skips = record.skips.iter().enumerate();
        for source in &record.fields {
            match source {
                Source::Default(bytes) => self.out.extend_from_slice(bytes),
                Source::Field(index, step) => {
                    for (_, skip) in skips.by_ref().take_while(|(at, _)| at != index) {
                        self.skip(*skip, reader)?;
                    }
                    self.step(*step, reader)?;
                }
            }
        }
        skips.try_for_each(|(_, skip)| self.skip(*skip, reader))
    }

    /// Steps over all fields to learn where each begins, then takes them as the reader wants them.
    fn out_of_order(&mut self, record: &'p Record, reader: &mut Reader<'_>) -> Result<(), DecodeError> {
        let mut starts = Vec::with_capacity(record.skips.len());
        for skip in &record.skips {
            starts.push(*reader);
            self.skip(*skip, reader)?;
        }
        for source in &record.fields {
            match source {
                Source::Default(bytes) => self.out.extend_from_slice(bytes),
                Source::Field(index, step) => {
                    let mut start = starts.get(*index).copied().unwrap_or(*reader);
                    self.step(*step, &mut start)?;
                }
            }
        }
        Ok(())
    }

    /// The writer's blocks become blocks of the same counts, without their sizes in bytes, which may differ.
    fn blocks<'b>(
        &mut self,
        reader: &mut Reader<'b>,
        mut entry: impl FnMut(&mut Self, &mut Reader<'b>) -> Result<(), DecodeError>,
    ) -> Result<(), DecodeError> {
        let mut left = 0;
        reader.blocks(|reader, remaining| {
            if left == 0 {
                left = remaining;
                write_long(self.out, remaining as i64);
            }
            left -= 1;
            entry(self, reader)
        })?;
        self.out.push(0);
        Ok(())
    }

    fn copy(&mut self, form: Form, reader: &mut Reader<'_>) -> Result<(), DecodeError> {
        match form {
            Form::Null => {}
            Form::Boolean => {
                let byte = boolean(reader)?;
                self.out.push(byte);
            }
            Form::Int | Form::Symbol(_) => write_long(self.out, reader.int()?.into()),
            Form::Long => write_long(self.out, reader.long()?),
            Form::Bytes => write_bytes(self.out, reader.bytes()?),
            Form::String => write_bytes(self.out, reader.string()?.as_bytes()),
            Form::Fixed(size) => self.out.extend_from_slice(reader.take(size)?),
        }
        Ok(())
    }

    fn skip(&mut self, index: usize, reader: &mut Reader<'_>) -> Result<(), DecodeError> {
        self.enter(reader)?;
        let plan = self.plan;
        match plan.skips.get(index).ok_or_else(|| reader.error(DecodeFault::UnresolvableSchema))? {
            Skip::Form(form) => skip_form(*form, reader)?,
            Skip::Array(item) => reader.blocks(|reader, _| self.skip(*item, reader))?,
            Skip::Map(value) => reader.blocks(|reader, _| {
                reader.string()?;
                self.skip(*value, reader)
            })?,
            Skip::Union(branches) => {
                let start = *reader;
                let branch = reader.long()?;
                let found = usize::try_from(branch).ok().and_then(|branch| branches.get(branch));
                self.skip(*found.ok_or_else(|| start.error(DecodeFault::BadUnionBranch))?, reader)?;
            }
            Skip::Record(fields) => fields.iter().try_for_each(|field| self.skip(*field, reader))?,
        }
        self.leave();
        Ok(())
    }
}

/// What is stepped over must be sound all the same: a broken record is refused wherever it broke.
fn skip_form(form: Form, reader: &mut Reader<'_>) -> Result<(), DecodeError> {
    match form {
        Form::Null => {}
        Form::Boolean => drop(boolean(reader)?),
        Form::Int => drop(reader.int()?),
        Form::Long => drop(reader.long()?),
        Form::Bytes => drop(reader.bytes()?),
        Form::String => drop(reader.string()?),
        Form::Fixed(size) => drop(reader.take(size)?),
        Form::Symbol(count) => {
            let start = *reader;
            let symbol = usize::try_from(reader.int()?);
            if symbol.map_or(true, |symbol| symbol >= count) {
                return Err(start.error(DecodeFault::BadUnionBranch));
            }
        }
    }
    Ok(())
}

fn boolean(reader: &mut Reader<'_>) -> Result<u8, DecodeError> {
    let start = *reader;
    match reader.take(1)? {
        [byte @ (0 | 1)] => Ok(*byte),
        _ => Err(start.error(DecodeFault::BadBoolean)),
    }
}
