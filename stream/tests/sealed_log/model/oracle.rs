//! The judge: the rules once more, by brute force and sharing nothing with `Reader`, and what must hold in every state.

use stream::Offset;
use stream::sealed_log::{Epoch, OwnerId, Position, Reader, Verdict, Weight};

use super::world::{Item, World};
use super::{Case, Without};

/// The accepted records, straight from the rules: for each record look through everything before it.
pub fn history(world: &World) -> Vec<Position> {
    let mut accepted: Vec<Position> = Vec::new();
    for (at, item) in world.log.iter().enumerate() {
        let Item::Record { epoch, owner, position } = item else { continue };
        let fences = world.log[..at].iter().filter_map(|item| match item {
            Item::Fence { epoch, owner } => Some((*epoch, *owner)),
            _ => None,
        });
        let mut highest: Option<(Epoch, OwnerId)> = None;
        for fence in fences {
            if highest.is_none_or(|known| fence.0 > known.0) {
                highest = Some(fence);
            }
        }
        let extends = match accepted.last() {
            None => position.sequence == 0 && position.previous == [0; 32],
            Some(last) => {
                position.sequence == last.sequence + 1 && position.previous == last.hash && position.from == last.next
            }
        };
        if highest == Some((*epoch, *owner)) && extends {
            accepted.push(*position);
        }
    }
    accepted
}

pub fn is_exact(world: &World) -> bool {
    let sources: Vec<i64> = history(world).iter().flat_map(|position| position.from.0..position.next.0).collect();
    sources.iter().enumerate().all(|(at, source)| *source == at as i64)
}

pub fn reader_agrees(case: &Case, world: &World) -> bool {
    let mut reader = Reader::EMPTY;
    let mut accepted = Vec::new();
    world.read(case, &mut reader, |offset, verdict| {
        if verdict == Verdict::Accepted
            && let Item::Record { position, .. } = world.log[offset.0 as usize]
        {
            accepted.push(position);
        }
    });
    let history = history(world);
    let head = reader.head();
    accepted == history
        && head.size == history.len() as u64
        && history.last().is_none_or(|last| last.hash == head.hash && last.next == head.next)
}

pub fn hint_holds(case: &Case, world: &World) -> bool {
    let mut whole = Reader::EMPTY;
    world.read(case, &mut whole, |_, _| {});
    world.group.hint.iter().chain(&world.group.kept).all(|hint| {
        let mut resumed = Reader::resume(hint);
        let mut anchored = None;
        world.read(case, &mut resumed, |_, verdict| {
            anchored.get_or_insert(verdict);
        });
        anchored == Some(Verdict::Anchored) && resumed == whole
    })
}

/// Whatever a worker counts as sealed is there for every reader.
pub fn claims_hold(world: &World) -> bool {
    let history = history(world);
    world.workers.iter().filter(|worker| worker.alive).all(|worker| {
        let claimed = worker.writer.sealed();
        match claimed.size.checked_sub(1) {
            None => true,
            Some(last) => history.get(last as usize).is_some_and(|position| position.hash == claimed.hash),
        }
    })
}

/// No worker of ours forks, forgets its fence or stops.
pub fn is_calm(case: &Case, world: &World) -> bool {
    let mut calm = world.workers.iter().all(|worker| !worker.stopped);
    // Garbage is how a fence that was not written looks: what matters is what follows from it.
    let garbage = |verdict| verdict == Verdict::Foreign && case.without == Without::Fence;
    let mut reader = Reader::EMPTY;
    world.read(case, &mut reader, |_: Offset, verdict| {
        calm &= garbage(verdict) || !matches!(verdict.weight(), Weight::Alarm | Weight::Stop);
    });
    calm
}
