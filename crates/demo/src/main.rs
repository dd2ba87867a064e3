//! The demonstration: Bailiwick with made-up customers and an outside world, on this machine only, until Ctrl-C.

use std::error::Error;
use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use bailiwick_demo::config::Config;
use bailiwick_demo::dataset::dataset;
use bailiwick_demo::load::Loader;
use bailiwick_demo::place::Place;
use bailiwick_demo::ports::Ports;
use bailiwick_demo::product::Product;
use bailiwick_demo::summary::Summary;
use bailiwick_demo::world::World;
use clap::Parser;
use tokio::signal::unix::{Signal, SignalKind, signal};

/// Runs Bailiwick with made-up customers on this machine, until Ctrl-C.
#[derive(Debug, Parser)]
#[command(name = "bailiwick-demo", version)]
struct Options {
    /// Keep the data here (default: a fresh folder below /var/tmp, removed at the end).
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Without Postfix and Dovecot, and without root.
    #[arg(long)]
    no_mail: bool,
    /// Use this PostgreSQL instead of the embedded database.
    #[arg(long, value_name = "URL")]
    database: Option<String>,
    /// Use the folder of --data even if it holds other things.
    #[arg(long)]
    yes: bool,
}

type Failure = Box<dyn Error + Send + Sync>;

#[tokio::main]
async fn main() -> ExitCode {
    let options = Options::parse();
    match run(&options).await {
        Ok(code) => code,
        Err(error) => {
            eprintln!("\n{error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(options: &Options) -> Result<ExitCode, Failure> {
    let mut stop = Stop::new()?;
    let place = Place::new(options.data.as_deref(), options.yes)?;
    let ports = Ports::of(&place.data.join("ports.toml"))?;
    let config = place.config();
    Config::new(&place.data, &place.run, &ports, options.database.as_deref(), !options.no_mail)
        .write(&config)?;
    let world = World::start(&ports, !options.no_mail).await?;
    let program = beside_us("bailiwick")?;
    let verb = if options.no_mail { "serve" } else { "up" };
    let path = config.to_str().ok_or("the data folder's name is no UTF-8")?;
    let mut product = Product::start(&program, &[verb, "--config", path], &place.data.join("bailiwick.log"))?;
    let code = tokio::select! {
        done = present(options, &place, &ports, &world, &program, &mut product) => match done {
            Ok(code) => code,
            Err(error) => {
                product.stop().await?;
                return Err(error);
            }
        },
        () = stop.asked() => {
            eprintln!("\nStopping … (again to force)");
            ExitCode::SUCCESS
        }
    };
    tokio::select! {
        stopped = product.stop() => stopped?,
        () = stop.asked() => eprintln!("Forced."), // dropped, and so killed
    }
    Ok(code)
}

/// Gets everything ready, shows the table and waits until the product ends by itself, which it should not.
async fn present(
    options: &Options,
    place: &Place,
    ports: &Ports,
    world: &World,
    program: &Path,
    product: &mut Product,
) -> Result<ExitCode, Failure> {
    product.ready(ports.http, show_waiting).await?;
    clear_line();
    let data = dataset();
    let (program_config, mail) = (place.config(), !options.no_mail);
    let customers = Loader {
        world,
        data: &data,
        program,
        config: &program_config,
        ports,
        mail,
        progress: &show_progress,
    };
    let loaded = customers.load(&place.data.join("sign-ins.toml")).await?;
    clear_line();
    let summary = Summary {
        ports,
        mail: !options.no_mail,
        sign_ins: &loaded.sign_ins,
        data: &place.data,
        kept: place.kept,
    };
    print!("{}", summary.render(std::io::stdout().is_terminal()));
    std::io::stdout().flush()?;
    let status = product.ended().await?;
    eprintln!("{}\nBailiwick ended by itself ({status}); its log is above.", product.last_lines());
    Ok(ExitCode::FAILURE)
}

fn show_waiting(since: Duration) {
    if std::io::stdout().is_terminal() {
        print!("\r\x1b[2KStarting … {} s", since.as_secs());
        let _ = std::io::stdout().flush(); // only the look of it
    } else if since.subsec_millis() < 250 && since.as_secs().is_multiple_of(5) {
        println!("Starting … {} s", since.as_secs());
    }
}

fn show_progress(what: &str, done: usize, all: usize) {
    if std::io::stdout().is_terminal() {
        print!("\r\x1b[2KLoading … {what}: {done} of {all}");
        let _ = std::io::stdout().flush(); // only the look of it
    } else if done == 0 {
        println!("Loading … {what} ({all})");
    }
}

fn clear_line() {
    if std::io::stdout().is_terminal() {
        print!("\r\x1b[2K");
    }
}

fn beside_us(name: &str) -> std::io::Result<PathBuf> {
    Ok(std::env::current_exe()?.with_file_name(name))
}

/// Ctrl-C, a polite kill, a closed terminal.
struct Stop([Signal; 3]);

impl Stop {
    fn new() -> std::io::Result<Self> {
        let [interrupt, terminate, hangup] =
            [SignalKind::interrupt(), SignalKind::terminate(), SignalKind::hangup()];
        Ok(Self([signal(interrupt)?, signal(terminate)?, signal(hangup)?]))
    }

    async fn asked(&mut self) {
        let [interrupt, terminate, hangup] = &mut self.0;
        tokio::select! { _ = interrupt.recv() => {}, _ = terminate.recv() => {}, _ = hangup.recv() => {} }
    }
}
