//! The sandbox as a program: the stand-ins of the library behind a local port, with pages.
//!
//! Only this binary knows a socket, a clock, a file and HTML. It listens on the loopback address. With
//! `--state` it goes on where it stopped; without, a restart forgets all sessions, mails and releases.

mod program;

use std::process::ExitCode;

use program::args;

#[tokio::main]
async fn main() -> ExitCode {
    match args::parse(std::env::args().skip(1)) {
        Ok(None) => {
            print!("{}", args::HELP);
            ExitCode::SUCCESS
        }
        Ok(Some(settings)) => match program::serve(settings).await {
            Ok(()) => ExitCode::SUCCESS,
            Err(problem) => fail(&problem),
        },
        Err(problem) => fail(&problem),
    }
}

fn fail(problem: &str) -> ExitCode {
    eprintln!("edgetill-sandbox: {problem}");
    ExitCode::FAILURE
}
