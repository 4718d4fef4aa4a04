//! What an answer says about each event that was sent. What it does not say clearly is in doubt, and the event goes again.

use serde::Deserialize;

use super::Answer;
use crate::problem::Problem;

/// One event's result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Line {
    Accepted { partition: i32, offset: i64 },
    Refused(Problem),
    Again { why: String, in_doubt: bool },
}

#[derive(Deserialize)]
struct Place {
    partition: i32,
    offset: i64,
}

#[derive(Deserialize)]
struct Batch {
    results: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    index: usize,
    status: u16,
    partition: Option<i32>,
    offset: Option<i64>,
    problem: Option<Problem>,
}

/// Exactly one result for each of `count` events.
pub(super) fn read(answer: &Answer, count: usize) -> Vec<Line> {
    let Answer { status, body, .. } = answer;
    match status {
        200..300 if count == 1 => vec![single(*status, body)],
        200..300 => match serde_json::from_slice::<Batch>(body) {
            Ok(batch) => each(batch, count),
            Err(_) => vec![unreadable(*status); count],
        },
        _ => vec![failed(*status, || Problem::read(*status, body)); count],
    }
}

/// A single event is answered with its place alone.
fn single(status: u16, body: &[u8]) -> Line {
    match serde_json::from_slice::<Place>(body) {
        Ok(Place { partition, offset }) => Line::Accepted { partition, offset },
        Err(_) => unreadable(status),
    }
}

/// An index that is missing, foreign or there twice says nothing for sure.
fn each(batch: Batch, count: usize) -> Vec<Line> {
    let missing = || Line::Again { why: "the gateway's answer does not mention the event".to_owned(), in_doubt: true };
    let mut lines: Vec<Option<Line>> = vec![None; count];
    for Entry { index, status, partition, offset, problem } in batch.results {
        let Some(line) = lines.get_mut(index) else { continue };
        let said = match (status, partition, offset) {
            (200..300, Some(partition), Some(offset)) => Line::Accepted { partition, offset },
            (200..300, _, _) => unreadable(status),
            _ => failed(status, || {
                problem.map_or_else(|| Problem::bare(status), |problem| Problem { status, ..problem })
            }),
        };
        *line = Some(if line.is_none() { said } else { missing() });
    }
    lines.into_iter().map(|line| line.unwrap_or_else(missing)).collect()
}

/// 429 says that nothing was taken in; a 503 may come after a doubtful attempt to store.
fn failed(status: u16, problem: impl FnOnce() -> Problem) -> Line {
    match status {
        429 => Line::Again { why: "the gateway is busy (429)".to_owned(), in_doubt: false },
        408 | 500.. => Line::Again { why: format!("the gateway answered {status}"), in_doubt: true },
        _ => Line::Refused(problem()),
    }
}

fn unreadable(status: u16) -> Line {
    Line::Again { why: format!("the gateway answered {status} with a body that cannot be read"), in_doubt: true }
}
