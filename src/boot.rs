//! Puts the layers together and decides who does the work.
//!
//! One process owns a data folder. A command that finds no owner becomes it for as long as it
//! runs; while `serve` runs, a command is sent to it instead. Exit codes: 0 done, 1 done with
//! things to look at, 2 failed.

mod owner;

use std::ffi::OsString;
use std::io::Write;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use owner::{Acquired, Owner, Remote};

use crate::app::{App, Clock, Error, Kind, is_data_folder, is_set_up};
use crate::cli::{self, Cli, Command, Exit, MailAction, Output};
use crate::config;
use crate::convert;
use crate::poller;
use crate::web;

/// Runs one command line to its end.
pub fn run(arguments: impl Iterator<Item = OsString>) -> ExitCode {
    let arguments: Vec<OsString> = arguments.collect();
    if let [_, command, file] = arguments.as_slice()
        && command == convert::CHILD_COMMAND
    {
        let is_done = convert::answer_as_child(Path::new(file));
        return if is_done { Exit::Done } else { Exit::Failed }.into();
    }
    // One provider of cryptography for every TLS connection; nobody else has set one.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let cli = match cli::parse(arguments) {
        Ok(cli) => cli,
        Err(stop) => {
            print(&stop.stdout, &stop.stderr);
            return stop.exit.into();
        }
    };
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => {
            print(
                &[],
                format!("lỗi: không khởi động được chương trình: {error}\n").as_bytes(),
            );
            return Exit::Failed.into();
        }
    };
    let mut output = Output::to_terminal(cli.json);
    let exit = match runtime.block_on(execute(cli, &mut output)) {
        Ok(exit) => exit,
        Err(error) => {
            output.error(&error);
            Exit::Failed
        }
    };
    output.end(exit).into()
}

fn print(stdout: &[u8], stderr: &[u8]) {
    // A closed pipe is the reader's wish, not our failure.
    let _ = std::io::stdout().write_all(stdout);
    let _ = std::io::stderr().write_all(stderr);
}

async fn execute(cli: Cli, output: &mut Output) -> Result<Exit, Error> {
    let here = current_folder()?;
    if cli.command.needs_no_data() {
        return cli::run_without_data(&cli.command, &here, output);
    }
    let folder = std::path::absolute(&cli.data_dir).map_err(|error| {
        Error::caused(
            Kind::Invalid,
            "Đường dẫn thư mục dữ liệu không hợp lệ.",
            error,
        )
    })?;
    if !makes_folder(&cli.command) && !is_data_folder(&folder) {
        return Err(no_data(&folder));
    }
    let will_stay = matches!(
        cli.command,
        Command::Serve { .. } | Command::Demo { once: false }
    );
    let mut n_tries = 0;
    loop {
        let remote = match owner::acquire(&folder, will_stay, output).await? {
            Acquired::Owned(owner) => {
                return run_as_owner(cli, &folder, &here, owner, output).await;
            }
            Acquired::Remote(remote) => remote,
        };
        if let Some(exit) = run_by_remote(&cli, &remote, &here, output).await? {
            return Ok(exit);
        }
        n_tries += 1;
        if n_tries == MAX_TRIES {
            return Err(Error::new(Kind::Unavailable, remote.unreachable()));
        }
        tokio::time::sleep(owner::PAUSE).await;
    }
}

fn makes_folder(command: &Command) -> bool {
    matches!(
        command,
        Command::Demo { .. } | Command::Init { .. } | Command::Serve { .. }
    )
}

fn no_data(folder: &Path) -> Error {
    Error::new(
        Kind::NotFound,
        format!(
            "Chưa có dữ liệu ở `{}`; chạy `tiepthu init` hoặc `tiepthu demo` trước, chỉ thư mục khác bằng --data-dir, hoặc xem lại khóa `database` trong cấu hình.",
            folder.display()
        ),
    )
}

/// How often an owner that ended just now is looked for again.
const MAX_TRIES: u32 = 20;

async fn run_by_remote(
    cli: &Cli,
    remote: &Remote,
    here: &Path,
    output: &mut Output,
) -> Result<Option<Exit>, Error> {
    if matches!(cli.command, Command::Serve { .. }) {
        return Err(Error::new(
            Kind::Conflict,
            format!("Thư mục này đang được phục vụ ở http://{}.", remote.address),
        ));
    }
    let exit = remote.send(&cli.arguments, here, output).await?;
    if let Command::Demo { once: false } = cli.command {
        output.note(&format!("Đang được phục vụ ở http://{}.", remote.address));
    }
    Ok(exit)
}

async fn run_as_owner(
    cli: Cli,
    folder: &Path,
    here: &Path,
    owner: Owner,
    output: &mut Output,
) -> Result<Exit, Error> {
    let config =
        config::load(folder).map_err(|problems| Error::new(Kind::Invalid, problems.to_string()))?;
    crate::app::reading::use_programs(config.program_folders.clone());
    if !makes_folder(&cli.command) && !is_set_up(folder, &config) {
        return Err(no_data(folder));
    }
    if matches!(cli.command, Command::Serve { .. }) && !is_set_up(folder, &config) {
        // Not what was meant, when the folder was named wrongly.
        output.note(&format!("Thư mục dữ liệu mới: {}", folder.display()));
    }
    let app = crate::app::setup::create_folder(folder, config, Clock::System).await?;
    let exit = match cli.command {
        Command::Import(_) | Command::Index { .. } | Command::Mail { .. } => {
            run_with_door(&app, &cli.command, here, &owner, output).await?
        }
        _ => cli::run(&app, &cli.command, here, output).await?,
    };
    let listens = match &cli.command {
        Command::Serve { listen } => Some(listen.unwrap_or(app.config.listen)),
        Command::Demo { once: false } => Some(app.config.listen),
        _ => None,
    };
    let exit = match (listens, &cli.command) {
        (Some(address), _) => serve(app.clone(), address, owner, output).await?,
        (
            None,
            Command::Mail {
                action: MailAction::Poll { once: false, .. },
            },
        ) => keep_polling(&app, &owner, output).await,
        (None, _) => exit,
    };
    app.close().await;
    Ok(exit)
}

/// Runs a command that may take long, and meanwhile the commands of other processes.
async fn run_with_door(
    app: &App,
    command: &Command,
    here: &Path,
    owner: &Owner,
    output: &mut Output,
) -> Result<Exit, Error> {
    let loopback = SocketAddr::from(([127, 0, 0, 1], 0));
    // Without a door the others wait for the end.
    let Ok(listener) = tokio::net::TcpListener::bind(loopback).await else {
        return cli::run(app, command, here, output).await;
    };
    let address = listener.local_addr().unwrap_or(loopback);
    let Ok(announced) = owner.announce(address, false) else {
        return cli::run(app, command, here, output).await;
    };
    let (closing, closed) = tokio::sync::oneshot::channel::<()>();
    let door = axum::serve(listener, owner::router(app.clone(), announced)).with_graceful_shutdown(
        async {
            let _ = closed.await;
        },
    );
    let door = tokio::spawn(door.into_future());
    let outcome = cli::run(app, command, here, output).await;
    owner.withdraw();
    // Whoever came in before the door closed is still served.
    let _ = closing.send(());
    let _ = door.await;
    outcome
}

/// Polls mailboxes until asked to stop, and meanwhile runs the commands of other processes.
async fn keep_polling(app: &App, owner: &Owner, output: &mut Output) -> Exit {
    output.note("Đang chờ thư mới (dừng bằng Ctrl-C)");
    let polling = poller::start(app);
    let loopback = SocketAddr::from(([127, 0, 0, 1], 0));
    let announced = match tokio::net::TcpListener::bind(loopback).await {
        Ok(listener) => {
            let address = listener.local_addr().unwrap_or(loopback);
            owner
                .announce(address, false)
                .ok()
                .map(|announced| (listener, announced))
        }
        Err(_) => None,
    };
    match announced {
        Some((listener, announced)) => {
            let door = axum::serve(listener, owner::router(app.clone(), announced));
            // Without a door the others wait for the end.
            let _ = door.with_graceful_shutdown(stop_signal()).await;
            owner.withdraw();
        }
        None => stop_signal().await,
    }
    drop(polling);
    Exit::Done
}

/// Serves the pages, the API and commands of other processes until asked to stop.
async fn serve(
    app: App,
    address: SocketAddr,
    owner: Owner,
    output: &mut Output,
) -> Result<Exit, Error> {
    let listener = tokio::net::TcpListener::bind(address).await.map_err(|error| {
        Error::caused(
            Kind::Unavailable,
            format!(
                "Không mở được địa chỉ {address} ({error}); chọn địa chỉ khác bằng TIEPTHU_LISTEN, ví dụ 127.0.0.1:8090."
            ),
            error,
        )
    })?;
    let address = listener.local_addr().unwrap_or(address);
    let owner = Arc::new(owner);
    let announced = owner.announce(address, true)?;
    let polling = poller::start(&app);
    let router = web::router(app.clone()).merge(owner::router(app, announced));
    output.note(&format!("Trang web: http://{address} (dừng bằng Ctrl-C)"));
    // Whoever guesses passwords is told apart by where they ask from.
    let router = router.into_make_service_with_connect_info::<SocketAddr>();
    let served = axum::serve(listener, router)
        .with_graceful_shutdown(stop_signal())
        .await;
    drop(polling);
    owner.withdraw();
    served
        .map_err(|error| Error::caused(Kind::Unavailable, "Trang web dừng vì lỗi mạng.", error))?;
    Ok(Exit::Done)
}

async fn stop_signal() {
    let interrupt = async {
        // Without a handler the process simply ends on Ctrl-C, which is safe too.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                () = interrupt => {}
                _ = terminate.recv() => {}
            }
        } else {
            interrupt.await;
        }
    }
    #[cfg(not(unix))]
    interrupt.await;
}

fn current_folder() -> Result<PathBuf, Error> {
    std::env::current_dir()
        .map_err(|error| Error::caused(Kind::Unavailable, "Không rõ thư mục hiện tại.", error))
}
