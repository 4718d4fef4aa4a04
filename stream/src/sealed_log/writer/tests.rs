//! The writer, step by step, as a worker drives it.

use super::*;

const CHAIN: &str = "audit.events/3";

fn writer() -> Writer {
    Writer::new(OwnerId::new("me").unwrap())
}

fn list(commands: Commands) -> Vec<Command> {
    commands.into_iter().collect()
}

const fn epoch(term: i64, generation: i32, attempt: i32) -> Epoch {
    Epoch { term, generation, attempt }
}

fn read(from: i64, until: Until) -> Command {
    Command::ReadLog { from: Offset(from), until }
}

/// The record after `tip`, with a hash of its own.
fn record(tip: &Head, hash: u8) -> Position {
    Position { sequence: tip.size, previous: tip.hash, hash: [hash; 32], from: tip.next, next: tip.next.next() }
}

fn fence(epoch: Epoch, owner: &str) -> Entry<'_> {
    Entry::Fence { epoch, owner, authentic: true }
}

fn log_read<'a>(offset: i64, entry: Entry<'a>) -> Event<'a> {
    Event::LogRead { offset: Offset(offset), entry }
}

fn acked(sequence: u64, offset: i64) -> Event<'static> {
    Event::Acked { sequence, offset: Some(Offset(offset)) }
}

/// Owner of an empty log under 1.4.0, its fence at offset 0.
fn owner() -> Writer {
    let mut writer = writer();
    let mine = epoch(1, 4, 0);
    assert_eq!(list(writer.on(Event::Assigned { generation: 4, hint: None })), [read(0, Until::End)]);
    assert_eq!(list(writer.on(Event::CaughtUp)), [Command::AppendFence(mine)]);
    let acked = Event::FenceAcked { epoch: mine, offset: Some(Offset(0)) };
    assert_eq!(list(writer.on(acked)), [read(0, Until::Offset(Offset(0)))]);
    assert_eq!(writer.on(log_read(0, fence(mine, "me"))).verdict(), Some(Verdict::Fenced));
    assert_eq!(list(writer.on(Event::CaughtUp)), [Command::ResumeSource(Head::EMPTY)]);
    assert_eq!(writer.epoch(), Some(mine));
    writer
}

#[test]
fn an_owner_counts_what_lands_directly_after_its_fence() {
    let mut writer = owner();
    for hash in 1..=3 {
        let position = record(writer.tip(), hash);
        assert_eq!(writer.append(position), Some(epoch(1, 4, 0)));
    }
    assert_eq!((writer.tip().size, writer.sealed().size, writer.in_flight()), (3, 0, 3));
    assert_eq!(writer.on(acked(0, 1)).verdict(), Some(Verdict::Accepted));
    assert_eq!(writer.on(acked(1, 2)).verdict(), Some(Verdict::Accepted));
    assert_eq!((writer.sealed().size, writer.in_flight()), (2, 1));
}

#[test]
fn only_the_owner_appends_and_only_what_comes_next() {
    let mut writer = writer();
    assert_eq!(writer.append(record(&Head::EMPTY, 1)), None);
    writer = owner();
    let skipped = Position { sequence: 1, ..record(writer.tip(), 1) };
    assert_eq!(writer.append(skipped), None);
    assert_eq!(writer.in_flight(), 0);
}

#[test]
fn after_a_jump_nothing_counts_before_it_was_read() {
    let mut writer = owner();
    let (first, second) = (record(writer.tip(), 1), record(&Head::after(&record(&Head::EMPTY, 1)), 2));
    writer.append(first);
    writer.append(second);
    let until = Until::Offset(Offset(2));
    assert_eq!(list(writer.on(acked(0, 2))), [read(1, until)]);
    assert_eq!(list(writer.on(acked(1, 3))), []);
    assert_eq!(writer.sealed().size, 0);
    let stale = Entry::Record { epoch: epoch(1, 3, 0), owner: "zombie", position: record(&Head::EMPTY, 9) };
    assert_eq!(writer.on(log_read(1, stale)).verdict(), Some(Verdict::Stale));
    let own = |position| Entry::Record { epoch: epoch(1, 4, 0), owner: "me", position };
    assert_eq!(writer.on(log_read(2, own(first))).verdict(), Some(Verdict::Accepted));
    // One more was acknowledged meanwhile: read on up to that.
    assert_eq!(list(writer.on(Event::CaughtUp)), [read(3, Until::Offset(Offset(3)))]);
    writer.on(log_read(3, own(second)));
    assert_eq!(list(writer.on(Event::CaughtUp)), []);
    assert_eq!(writer.sealed().size, 2);
    assert_eq!(writer.epoch(), Some(epoch(1, 4, 0)));
}

#[test]
fn a_higher_fence_is_outranked_by_the_rightful_owner_and_obeyed_by_everybody_else() {
    for rightful in [true, false] {
        let mut writer = owner();
        writer.append(record(writer.tip(), 1));
        writer.on(acked(0, 2));
        let higher = writer.on(log_read(1, fence(epoch(2, 1, 0), "other")));
        assert_eq!(list(higher), [Command::DropProducer, read(0, Until::End)]);
        assert_eq!(writer.epoch(), None);
        writer.on(log_read(0, fence(epoch(1, 4, 0), "me")));
        writer.on(log_read(1, fence(epoch(2, 1, 0), "other")));
        assert_eq!(list(writer.on(Event::CaughtUp)), [Command::ConfirmMembership]);
        assert_eq!(list(writer.on(Event::MemberUnknown)), [Command::ConfirmMembership]);
        let (answer, then) = match rightful {
            true => (Event::Member { generation: 4 }, vec![Command::AppendFence(epoch(2, 4, 0))]),
            false => (Event::NotMember, vec![Command::DropProducer, Command::Rejoin]),
        };
        assert_eq!(list(writer.on(answer)), then);
        assert_eq!(writer.is_idle(), !rightful);
    }
}

#[test]
fn a_doubt_drops_the_producer_and_fences_with_the_next_attempt() {
    let doubts = [Event::Failed, Event::Acked { sequence: 0, offset: None }, acked(1, 1)];
    for doubt in doubts {
        let mut writer = owner();
        writer.append(record(writer.tip(), 1));
        assert_eq!(list(writer.on(doubt)), [Command::DropProducer, read(0, Until::End)], "{doubt:?}");
        writer.on(log_read(0, fence(epoch(1, 4, 0), "me")));
        assert_eq!(list(writer.on(Event::CaughtUp)), [Command::ConfirmMembership]);
        assert_eq!(list(writer.on(Event::Member { generation: 4 })), [Command::AppendFence(epoch(1, 4, 1))]);
        // Nobody knows what became of this fence either, and meanwhile the generation has risen.
        assert_eq!(list(writer.on(Event::Failed)), [Command::DropProducer, read(0, Until::End)]);
        writer.on(log_read(0, fence(epoch(1, 4, 0), "me")));
        writer.on(Event::CaughtUp);
        assert_eq!(list(writer.on(Event::Member { generation: 6 })), [Command::AppendFence(epoch(1, 6, 0))]);
    }
}

#[test]
fn the_same_generation_and_a_lower_one_are_confirmed_before_the_first_fence() {
    for (generation, expected) in [(7, epoch(3, 7, 6)), (2, epoch(4, 2, 0))] {
        let mut writer = writer();
        writer.on(Event::Assigned { generation, hint: None });
        writer.on(log_read(0, fence(epoch(3, 7, 5), "me")));
        assert_eq!(list(writer.on(Event::CaughtUp)), [Command::ConfirmMembership]);
        assert_eq!(list(writer.on(Event::Member { generation })), [Command::AppendFence(expected)]);
    }
}

#[test]
fn a_namesakes_equal_fence_is_not_taken_for_the_own_one() {
    let mut writer = writer();
    let mine = epoch(1, 4, 0);
    writer.on(Event::Assigned { generation: 4, hint: None });
    writer.on(Event::CaughtUp);
    writer.on(Event::FenceAcked { epoch: mine, offset: Some(Offset(1)) });
    writer.on(log_read(0, fence(mine, "me")));
    assert_eq!(writer.on(log_read(1, fence(mine, "me"))).verdict(), Some(Verdict::Outranked));
    assert_eq!(list(writer.on(Event::CaughtUp)), [Command::ConfirmMembership]);
    assert_eq!(list(writer.on(Event::Member { generation: 4 })), [Command::AppendFence(epoch(1, 4, 1))]);
}

#[test]
fn what_landed_between_the_last_look_and_the_own_fence_is_continued() {
    let (old, mine) = (epoch(1, 3, 0), epoch(1, 4, 0));
    let position = record(&Head::EMPTY, 1);
    let mut writer = writer();
    writer.on(Event::Assigned { generation: 4, hint: None });
    writer.on(log_read(0, fence(old, "old")));
    writer.on(Event::CaughtUp);
    writer.on(Event::FenceAcked { epoch: mine, offset: Some(Offset(2)) });
    writer.on(log_read(1, Entry::Record { epoch: old, owner: "old", position }));
    writer.on(log_read(2, fence(mine, "me")));
    // What the caller reads beyond the fence by itself is not this step's.
    assert_eq!(writer.on(log_read(3, Entry::Foreign)).verdict(), None);
    assert_eq!(list(writer.on(Event::CaughtUp)), [Command::ResumeSource(Head::after(&position))]);
}

#[test]
fn an_own_record_that_is_found_out_of_order_is_a_doubt() {
    let mut writer = owner();
    let first = record(writer.tip(), 1);
    writer.append(first);
    writer.on(acked(0, 2));
    let ahead = record(&Head::after(&first), 2);
    let gap = writer.on(log_read(1, Entry::Record { epoch: epoch(1, 4, 0), owner: "me", position: ahead }));
    assert_eq!(gap.verdict(), Some(Verdict::Gap));
    assert_eq!(list(gap), [Command::DropProducer, read(0, Until::End)]);
}

#[test]
fn a_hint_waits_for_the_record_that_was_marked() {
    let mut writer = owner();
    writer.append(record(writer.tip(), 1));
    writer.append(record(writer.tip(), 2));
    writer.mark("state after 2");
    writer.on(acked(0, 1));
    assert_eq!(writer.take_hint(), None);
    writer.on(acked(1, 2));
    assert_eq!(writer.take_hint().unwrap().head.size, 2);
}

#[test]
fn after_a_doubt_the_state_is_restored_from_the_last_hint_and_a_cut_log_is_noticed() {
    for cut in [false, true] {
        let mut writer = owner();
        let (first, second) = (record(writer.tip(), 1), record(&Head::after(&record(&Head::EMPTY, 1)), 2));
        writer.append(first);
        writer.mark("state after 1");
        writer.append(second);
        writer.on(acked(0, 1));
        writer.on(acked(1, 2));
        assert_eq!(list(writer.on(Event::Failed)), [Command::DropProducer, read(1, Until::End)]);
        assert_eq!(writer.base().unwrap().state, "state after 1");
        let own = |position| Entry::Record { epoch: epoch(1, 4, 0), owner: "me", position };
        assert_eq!(writer.on(log_read(1, own(first))).verdict(), Some(Verdict::Anchored));
        if cut {
            let stopped = [Command::DropProducer, Command::Stop(Reason::LogWentBack)];
            assert_eq!(list(writer.on(Event::CaughtUp)), stopped);
        } else {
            assert_eq!(writer.on(log_read(2, own(second))).verdict(), Some(Verdict::Accepted));
            assert_eq!(list(writer.on(Event::CaughtUp)), [Command::ConfirmMembership]);
            assert_eq!(writer.sealed().size, 2);
        }
    }
}

#[test]
fn a_log_that_went_back_stops_the_writer() {
    let mut writer = owner();
    writer.append(record(writer.tip(), 1));
    assert_eq!(list(writer.on(acked(0, 0))), [Command::DropProducer, Command::Stop(Reason::LogWentBack)]);
    assert!(writer.is_idle());
}

#[test]
fn a_log_that_ends_before_an_acknowledged_record_stops_the_writer_instead_of_being_read_for_ever() {
    let stopped = [Command::DropProducer, Command::Stop(Reason::LogWentBack)];
    let mut writer = owner();
    assert_eq!(list(writer.on(Event::LogShort)), [], "it has not asked for anything");
    writer.append(record(writer.tip(), 1));
    assert_eq!(list(writer.on(acked(0, 4))), [read(1, Until::Offset(Offset(4)))]);
    assert_eq!(list(writer.on(Event::LogShort)), stopped);

    let mut writer = owner();
    writer.on(Event::Failed);
    writer.on(log_read(0, fence(epoch(1, 4, 0), "me")));
    writer.on(Event::CaughtUp);
    writer.on(Event::Member { generation: 4 });
    writer.on(Event::FenceAcked { epoch: epoch(1, 4, 1), offset: Some(Offset(9)) });
    assert_eq!(list(writer.on(Event::LogShort)), stopped);
}

#[test]
fn the_log_reaches_as_far_as_was_read_or_hinted() {
    let mut writer = owner();
    assert_eq!(writer.reach(), Offset(1));
    writer.append(record(writer.tip(), 1));
    writer.mark("");
    writer.on(acked(0, 1));
    let hint = writer.take_hint().unwrap();
    let mut next = Writer::new(OwnerId::new("next").unwrap());
    next.on(Event::Assigned { generation: 5, hint: Some(&hint) });
    assert_eq!(next.reach(), Offset(2), "the hint's record stands at 1");
    writer.append(record(writer.tip(), 2));
    writer.on(acked(1, 2));
    writer.on(Event::Failed);
    assert_eq!((writer.reader().next(), writer.reach()), (Offset(1), Offset(3)));
}

#[test]
fn a_fork_under_the_own_epoch_stops_the_writer_and_one_in_the_past_does_not() {
    let mut writer = owner();
    let position = record(writer.tip(), 1);
    writer.append(position);
    writer.on(acked(0, 3));
    let own = |hash| Entry::Record { epoch: epoch(1, 4, 0), owner: "me", position: record(&Head::EMPTY, hash) };
    writer.on(log_read(1, own(8)));
    let fork = writer.on(log_read(2, own(9)));
    assert_eq!(fork.verdict(), Some(Verdict::Fork));
    assert_eq!(list(fork), [Command::DropProducer, Command::Stop(Reason::Fork)]);

    writer.on(Event::Assigned { generation: 5, hint: None });
    for (offset, entry) in [(0, fence(epoch(1, 4, 0), "me")), (1, own(8)), (2, own(9)), (3, own(1))] {
        assert_eq!(list(writer.on(log_read(offset, entry))), []);
    }
    assert_eq!(list(writer.on(Event::CaughtUp)), [Command::AppendFence(epoch(1, 5, 0))]);
}

#[test]
fn a_mark_becomes_a_hint_once_its_record_is_accepted_and_a_new_owner_goes_on_from_it() {
    let mut writer = owner();
    assert!(!writer.wants_mark(), "nothing is in flight");
    writer.append(record(writer.tip(), 1));
    writer.mark("state after 1");
    writer.append(record(writer.tip(), 2));
    assert!(!writer.wants_mark());
    assert_eq!(writer.take_hint(), None);
    writer.on(acked(0, 1));
    let hint = writer.take_hint().unwrap();
    assert_eq!((hint.offset, hint.head.size, hint.state.as_str()), (Offset(1), 1, "state after 1"));
    assert_eq!(writer.take_hint(), None);

    let hint = Hint::decode(CHAIN, &hint.encode(CHAIN).unwrap()).unwrap();
    let mut next = Writer::new(OwnerId::new("next").unwrap());
    let commands = next.on(Event::Assigned { generation: 5, hint: Some(&hint) });
    assert_eq!(list(commands), [read(1, Until::End)]);
    let first = Entry::Record { epoch: epoch(1, 4, 0), owner: "me", position: record(&Head::EMPTY, 1) };
    assert_eq!(next.on(log_read(1, first)).verdict(), Some(Verdict::Anchored));
    assert_eq!(list(next.on(Event::CaughtUp)), [Command::AppendFence(epoch(1, 5, 0))]);
    assert_eq!(next.sealed(), &hint.head);
}

#[test]
fn a_hint_of_another_log_stops_the_writer() {
    let mut writer = owner();
    writer.append(record(writer.tip(), 1));
    writer.mark("");
    writer.on(acked(0, 1));
    let hint = writer.take_hint().unwrap();
    let mut next = Writer::new(OwnerId::new("next").unwrap());
    next.on(Event::Assigned { generation: 5, hint: Some(&hint) });
    let commands = next.on(log_read(1, fence(epoch(9, 9, 9), "x")));
    assert_eq!(list(commands), [Command::DropProducer, Command::Stop(Reason::HintNotInLog)]);
    next.on(Event::Assigned { generation: 5, hint: Some(&hint) });
    assert_eq!(list(next.on(Event::CaughtUp)), [Command::DropProducer, Command::Stop(Reason::HintNotInLog)]);
}

#[test]
fn after_a_revocation_nothing_is_appended_or_hinted() {
    let mut writer = owner();
    writer.append(record(writer.tip(), 1));
    writer.mark("");
    writer.on(acked(0, 1));
    assert_eq!(list(writer.on(Event::Revoked)), []);
    assert_eq!((writer.take_hint(), writer.epoch(), writer.is_idle()), (None, None, true));
    assert_eq!(list(writer.on(Event::Failed)), []);
    assert_eq!(list(writer.on(acked(1, 2))), []);
}
