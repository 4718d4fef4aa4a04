//! The actions of the model: what can happen, and what it does. The workers' part is what a driver of `Writer` has to do.

use stream::Offset;
use stream::sealed_log::{Command, Commands, Epoch, Event, Until};

use super::world::{Item, Promise, Sent, Worker, World, seal, seen};
use super::{Action, Case, Without};

pub fn possible(case: &Case, world: &World, actions: &mut Vec<Action>) {
    let World { net, group, workers, budget, .. } = world;
    for at in (0..net.len()).filter(|at| is_first(net, *at)) {
        actions.push(Action::Land(at));
        if budget.losses > 0 {
            actions.push(Action::Lose(at));
        }
    }
    for (at, worker) in workers.iter().enumerate() {
        let owner = group.owner == Some(at);
        let may = [
            (worker.alive && !worker.todo.is_empty(), Action::Step(at)),
            (worker.alive && !worker.acks.is_empty(), Action::Ack(at)),
            (may_append(case, worker, case.records), Action::Append(at)),
            (worker.alive && (worker.lost || uses_producer(world, at) && budget.doubts > 0), Action::Doubt(at)),
            (worker.alive && budget.crashes > 0 && owner, Action::Crash(at)),
            (worker.alive && !owner && is_busy(worker), Action::Revoke(at)),
            (group.owner.is_none() || budget.rebalances > 0, Action::Rebalance(at)),
            (group.owner.is_some() && !(owner && worker.alive) && budget.replacements > 0, Action::Replace(at)),
        ];
        actions.extend(may.into_iter().filter(|(possible, _)| *possible).map(|(_, action)| action));
    }
    if group.owner.is_some() && budget.group_losses > 0 {
        actions.push(Action::LoseGroup);
    }
}

pub fn take(case: &Case, world: &mut World, action: Action) {
    match action {
        Action::Step(at) => {
            if let Some(command) = world.workers[at].todo.pop_front() {
                carry_out(case, world, at, command);
            }
        }
        Action::Append(at) => append(case, world, at),
        Action::Land(which) => land(world, which),
        Action::Lose(which) => {
            world.budget.losses -= 1;
            let Sent { worker, producer, .. } = world.net.remove(which);
            let worker = &mut world.workers[worker];
            worker.lost |= worker.producer == producer;
        }
        Action::Ack(at) => acknowledge(case, world, at),
        Action::Doubt(at) => {
            if !world.workers[at].lost {
                world.budget.doubts -= 1;
            }
            tell(world, at, Event::Failed);
        }
        Action::Crash(at) => {
            world.budget.crashes -= 1;
            die(&mut world.workers[at]);
        }
        Action::Revoke(at) => {
            tell(world, at, Event::Revoked);
            world.workers[at].todo.clear();
        }
        Action::Rebalance(to) => rebalance(world, to),
        Action::Replace(to) => {
            world.budget.replacements -= 1;
            world.group.owner = Some(to);
            assign(world, to);
        }
        Action::LoseGroup => {
            world.budget.group_losses -= 1;
            world.group.generation = 0;
            world.group.owner = None;
            world.group.hint = None;
        }
    }
}

pub fn may_append(case: &Case, worker: &Worker, records: i64) -> bool {
    let Worker { writer, alive, .. } = worker;
    *alive && writer.epoch().is_some() && writer.in_flight() < case.in_flight && writer.tip().next.0 < records
}

pub fn rebalance(world: &mut World, to: usize) {
    // Somebody joins a group that nobody is in: that is no misfortune.
    if world.group.owner.is_some() {
        world.budget.rebalances = world.budget.rebalances.saturating_sub(1);
    }
    world.group.generation += 1;
    let kept = world.group.owner == Some(to) && world.workers[to].alive && is_busy(&world.workers[to]);
    world.group.owner = Some(to);
    if !kept {
        assign(world, to);
    }
}

fn assign(world: &mut World, to: usize) {
    let generation = world.group.generation;
    let hint = world.group.hint.iter().chain(&world.group.kept).max_by_key(|hint| hint.head.size).cloned();
    world.workers[to].alive = true;
    world.workers[to].todo.clear();
    tell(world, to, Event::Assigned { generation, hint: hint.as_ref() });
}

pub fn append(case: &Case, world: &mut World, at: usize) {
    let worker = &mut world.workers[at];
    let position = seal(at, worker.producer, worker.writer.tip());
    let Some(epoch) = worker.writer.append(position) else { return };
    worker.writer.mark("");
    let (producer, owner) = (worker.producer, worker.name);
    let item = Item::Record { epoch: written(case, epoch), owner, position };
    send(world, Sent { worker: at, producer, promise: Promise::Record(position.sequence), item });
}

/// Only the order within a producer matters; one order of producers makes equal states equal.
fn send(world: &mut World, sent: Sent) {
    world.net.push(sent);
    world.net.sort_by_key(|sent| (sent.worker, sent.producer));
}

pub fn land(world: &mut World, which: usize) {
    let sent = world.net.remove(which);
    let offset = world.end();
    world.log.push(sent.item);
    let worker = &mut world.workers[sent.worker];
    if worker.alive && worker.producer == sent.producer {
        worker.acks.push_back((sent.promise, offset));
    }
}

pub fn acknowledge(case: &Case, world: &mut World, at: usize) {
    let Some((promise, offset)) = world.workers[at].acks.pop_front() else { return };
    let event = match promise {
        Promise::Fence(epoch) => Event::FenceAcked { epoch, offset: Some(own_fence(case, world, offset)) },
        Promise::Record(sequence) => {
            let unwatched = world.workers[at].writer.reader().next();
            let offset = if case.without == Without::Watch { unwatched } else { offset };
            Event::Acked { sequence, offset: Some(offset) }
        }
    };
    tell(world, at, event);
}

pub fn tell(world: &mut World, at: usize, event: Event<'_>) {
    let commands = world.workers[at].writer.on(event);
    obey(world, at, commands);
}

fn obey(world: &mut World, at: usize, commands: Commands) {
    for command in commands {
        let worker = &mut world.workers[at];
        match command {
            Command::DropProducer => {
                worker.producer += 1;
                worker.lost = false;
                worker.acks.clear();
                worker.todo.clear();
            }
            Command::Stop(_) => worker.stopped = true,
            Command::ResumeSource(_) | Command::Rejoin => {}
            waits => worker.todo.push_back(waits),
        }
    }
    let group = &mut world.group;
    let Some(hint) = world.workers[at].writer.take_hint() else { return };
    if group.keeps {
        group.kept = Some(hint.clone());
    }
    // The coordinator takes commits of the owner only.
    if group.owner == Some(at) {
        group.hint = Some(hint);
    }
}

fn carry_out(case: &Case, world: &mut World, at: usize, command: Command) {
    match command {
        Command::ReadLog { from, until } => read_log(case, world, at, from, until),
        Command::ConfirmMembership => {
            let another =
                world.workers[at].writer.reader().ruling().is_some_and(|it| it.owner != world.workers[at].name);
            let gives_up = case.without == Without::Outranking && another;
            let is_owner = world.group.owner == Some(at) && !gives_up;
            let member = Event::Member { generation: world.group.generation };
            let event = if is_owner { member } else { Event::NotMember };
            tell(world, at, event);
        }
        Command::AppendFence(epoch) => {
            let Worker { producer, name: owner, .. } = world.workers[at];
            let item = match case.without {
                Without::Fence => Item::Garbage,
                _ => Item::Fence { epoch: written(case, epoch), owner },
            };
            send(world, Sent { worker: at, producer, promise: Promise::Fence(epoch), item });
        }
        _ => {}
    }
}

fn read_log(case: &Case, world: &mut World, at: usize, from: Offset, until: Until) {
    let end = match until {
        Until::End => world.log.len(),
        Until::Offset(last) => last.0 as usize + 1,
    };
    for offset in from.0 as usize..end {
        let ruling = world.workers[at].writer.reader().ruling().copied();
        let item = believed(case, world, at, offset);
        let entry = seen(case, ruling.as_ref(), &item);
        let commands = world.workers[at].writer.on(Event::LogRead { offset: Offset(offset as i64), entry });
        obey(world, at, commands);
        // A command in the middle ends this reading.
        if commands.iter().next().is_some() {
            return;
        }
    }
    tell(world, at, Event::CaughtUp);
}

/// What the worker takes the item at this place for: without fences, garbage of its own for its fence.
fn believed(case: &Case, world: &World, at: usize, offset: usize) -> Item {
    let owner = world.workers[at].name;
    match world.log[offset] {
        Item::Garbage if case.without == Without::Fence => {
            let ruling = world.workers[at].writer.reader().ruling().map(|ruling| ruling.epoch);
            let epoch = Epoch::above(ruling, world.group.generation);
            epoch.map_or(Item::Garbage, |epoch| Item::Fence { epoch, owner })
        }
        item => item,
    }
}

fn written(case: &Case, epoch: Epoch) -> Epoch {
    match case.without {
        Without::Attempt => Epoch { attempt: 0, ..epoch },
        Without::Term => Epoch { term: Epoch::FIRST_TERM, ..epoch },
        _ => epoch,
    }
}

/// Where the worker believes its fence to be.
fn own_fence(case: &Case, world: &World, offset: Offset) -> Offset {
    let own = world.log[offset.0 as usize];
    match case.without {
        Without::FenceByPlace => {
            let first = world.log.iter().position(|item| *item == own);
            Offset(first.map_or(offset.0, |at| at as i64))
        }
        _ => offset,
    }
}

fn die(worker: &mut Worker) {
    worker.alive = false;
    worker.lost = false;
    worker.producer += 1;
    worker.acks.clear();
    worker.todo.clear();
    worker.writer = stream::sealed_log::Writer::new(worker.name);
}

fn is_busy(worker: &Worker) -> bool {
    !worker.writer.is_idle()
}

/// An idempotent producer's records land in the order of sending; those of different producers do not.
fn is_first(net: &[Sent], at: usize) -> bool {
    let producer = (net[at].worker, net[at].producer);
    net[..at].iter().all(|sent| (sent.worker, sent.producer) != producer)
}

/// Something is on its way or could be.
fn uses_producer(world: &World, at: usize) -> bool {
    let worker = &world.workers[at];
    let waits = world.net.iter().any(|sent| sent.worker == at && sent.producer == worker.producer);
    waits || !worker.acks.is_empty() || worker.writer.epoch().is_some()
}
