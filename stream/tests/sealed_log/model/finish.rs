//! "The rightful owner can go on": from here, without further misfortune, one more record gets accepted, in calm and in storm.

use stream::sealed_log::Event;

use super::world::World;
use super::{Action, Case, oracle, step};

const ROUNDS_MAX: usize = 80;

pub fn can_go_on(case: &Case, world: &World) -> bool {
    let target = oracle::history(world).len() + 1;
    let reaches = |round: fn(&Case, &mut World, usize, i64) -> bool| {
        let mut world = world.clone();
        let owner = settle_group(&mut world);
        for _ in 0..ROUNDS_MAX {
            // The owner must know it, and it must be so.
            if world.workers[owner].writer.sealed().size as usize >= target && oracle::claims_hold(&world) {
                return true;
            }
            if !round(case, &mut world, owner, target as i64) {
                return false;
            }
        }
        false
    };
    reaches(calm) && reaches(storm)
}

/// Somebody has the partition and lives.
fn settle_group(world: &mut World) -> usize {
    let living = world.group.owner.filter(|owner| world.workers[*owner].alive);
    let owner = living.unwrap_or(world.group.owner.unwrap_or(0));
    if living.is_none() {
        step::rebalance(world, owner);
    }
    owner
}

/// Only the owner moves, and what others have sent never arrives.
fn calm(case: &Case, world: &mut World, owner: usize, records: i64) -> bool {
    let before = world.clone();
    let producer = world.workers[owner].producer;
    if let Some(own) = world.net.iter().position(|sent| sent.worker == owner && sent.producer == producer) {
        step::land(world, own);
    }
    turn(case, world, owner, records);
    moved_or_timed_out(world, &before, owner)
}

/// Everything arrives, and everybody moves, the owner last.
fn storm(case: &Case, world: &mut World, owner: usize, records: i64) -> bool {
    let before = world.clone();
    while !world.net.is_empty() {
        step::land(world, 0);
    }
    for at in (0..world.workers.len()).filter(|at| *at != owner) {
        turn(case, world, at, records);
    }
    turn(case, world, owner, records);
    moved_or_timed_out(world, &before, owner)
}

/// Waiting for something that never comes ends in a time-out, which is a doubt.
fn moved_or_timed_out(world: &mut World, before: &World, owner: usize) -> bool {
    if *world == *before {
        step::tell(world, owner, Event::Failed);
    }
    *world != *before
}

fn turn(case: &Case, world: &mut World, at: usize, records: i64) {
    step::take(case, world, Action::Ack(at));
    step::take(case, world, Action::Step(at));
    if step::may_append(case, &world.workers[at], records) {
        step::append(case, world, at);
    }
}
