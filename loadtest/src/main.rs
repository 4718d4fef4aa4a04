//! `sealtrail-loadtest`: publish a synthetic hospital, run the demo, measure.

use std::process::ExitCode;

use clap::Parser;
use loadtest::arguments::{Arguments, Command};
use loadtest::gateway::ready_made;
use loadtest::{bench, crash, demo, drive, floor, report, workplace};

#[allow(clippy::print_stderr, reason = "a command line tool speaks to its user")]
fn main() -> ExitCode {
    let outcome = match Arguments::parse().command {
        Command::Publish(load) => drive::publish_and_tell(&load.load()),
        Command::Demo(load) => workplace::within(|stack, place| demo::run(stack, &load.load(), place)),
        Command::CrashEnrich(arguments) => {
            workplace::within(|stack, place| crash::run_and_tell(stack, &arguments.options(), place))
        }
        Command::Bench { only, events, output, target } => workplace::within(|stack, place| {
            report::record(&output, report::from_criterion(&target))?;
            bench::run(only, stack, events, place, &output)
        }),
        Command::ReadyMade { events, brokers } => ready_made::run(&brokers, events),
        Command::Floor(arguments) => {
            return runtime::service::run(&arguments, |config, runtime| Ok(floor::run(config, &runtime)?));
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("sealtrail-loadtest: {}", runtime::error::told_once(&error));
            ExitCode::FAILURE
        }
    }
}
