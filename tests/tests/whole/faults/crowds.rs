//! Many at once, slow ones, and requests far too large (RX-01, RX-02, RX-04, RX-08): everybody else is served, memory stays
//! flat, and what is too much is told so or cut.

use std::net::Ipv4Addr;
use std::time::{Duration, Instant};

use bailiwick_tests::browser::Browser;
use bailiwick_tests::customer::Customer;
use bailiwick_tests::installation::{Installation, Part, Run};
use bailiwick_tests::questions;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, UnixStream};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

/// More than there are places for requests.
const SLOW: usize = 600;
/// More than one socket of the mail servers takes.
const IDLE: usize = 1_200;
/// How far memory may grow under any of this.
const GROWTH: u64 = 100 * 1024 * 1024;

#[tokio::test(flavor = "multi_thread")]
async fn rx_01_slow_clients_take_nobodys_place_and_are_cut() {
    let (house, mut acme) = crowded_house(Run::ServeOnly).await;
    let mut slow = Vec::new();
    for n in 0..SLOW {
        let mut stream =
            TcpStream::connect((Ipv4Addr::LOCALHOST, house.ports.http)).await.expect("connected");
        let head = format!("POST /sign-in HTTP/1.1\r\nHost: admin.localhost:{}\r\n", house.ports.http);
        let rest = "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 1000\r\n\r\nusername=";
        stream.write_all(head.as_bytes()).await.expect("sent");
        if n % 2 == 0 {
            stream.write_all(rest.as_bytes()).await.expect("sent");
        }
        slow.push(stream);
    }
    for _ in 0..20 {
        let start = Instant::now();
        let page = acme.admin.get("/mailboxes").await;
        assert_eq!(page.status, 200, "{}", page.words());
        assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
    }
    let start = Instant::now();
    for mut stream in slow {
        let mut answer = Vec::new();
        let left = Duration::from_secs(25).saturating_sub(start.elapsed());
        timeout(left, stream.read_to_end(&mut answer)).await.expect("a slow one is cut").ok();
        assert!(!answer.starts_with(b"HTTP/1.1 2"), "{}", String::from_utf8_lossy(&answer));
    }
    eprintln!("all slow ones were cut after {:?}", start.elapsed());
    house.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rx_02_what_is_far_too_large_is_refused_and_memory_stays_flat() {
    let (house, mut acme) = crowded_house(Run::ServeOnly).await;
    let host = format!("Host: admin.localhost:{}\r\n", house.ports.http);
    let before = resident(&house);
    let form = "Content-Type: application/x-www-form-urlencoded\r\n";
    let post = format!("POST /sign-in HTTP/1.1\r\n{host}{form}");
    let fields = "a=b&".repeat(1_000_000);
    let headers: Vec<String> = (0..100_000).map(|n| format!("X-{n}: x\r\n")).collect();
    let headers = headers.concat();
    // A megabyte of zeros, compressed, is repeated: whoever unpacks it would have a gigabyte.
    let cases: [(&str, String, Vec<u8>, &[u16]); 5] = [
        ("5 GB", format!("{post}Content-Length: 5000000000\r\n\r\n"), vec![b'x'; 64 << 20], &[413]),
        (
            "chunks without end",
            format!("{post}Transfer-Encoding: chunked\r\n\r\n"),
            b"10000\r\n".to_vec(),
            &[400, 413, 503],
        ),
        ("fields", format!("{post}Content-Length: {}\r\n\r\n", fields.len()), fields.into_bytes(), &[413]),
        ("headers", format!("GET / HTTP/1.1\r\n{host}{headers}\r\n"), Vec::new(), &[400, 431]),
        (
            "cookie",
            format!("GET / HTTP/1.1\r\n{host}Cookie: x={}\r\n\r\n", "x".repeat(1 << 20)),
            Vec::new(),
            &[400, 431],
        ),
    ];
    for (what, head, body, expected) in cases {
        let status = send_raw(house.ports.http, head.as_bytes(), &body).await;
        assert!(status.is_none_or(|status| expected.contains(&status)), "{what}: {status:?}");
        eprintln!("{what}: {status:?}");
    }
    let packed = format!("{post}Content-Encoding: gzip\r\nContent-Length: {}\r\n\r\n", BOMB.len());
    let status = send_raw(house.ports.http, packed.as_bytes(), BOMB).await;
    assert!(status.is_some_and(|status| (400..500).contains(&status)), "a bomb is not unpacked: {status:?}");
    assert_eq!(acme.admin.get("/mailboxes").await.status, 200);
    let grown = resident(&house).saturating_sub(before);
    assert!(grown < GROWTH, "memory grew by {grown} bytes");
    house.stop().await;
}

/// The beginning of a gzip stream; nothing of ours may even begin to unpack it.
const BOMB: &[u8] =
    b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xed\xc1\x01\x0d\x00\x00\x00\xc2\xa0\xf7\x4f\x6d";

#[tokio::test(flavor = "multi_thread")]
async fn rx_04_a_flood_of_wrong_passwords_keeps_nobody_from_working() {
    let (house, mut acme) = crowded_house(Run::ServeOnly).await;
    let before = resident(&house);
    let mut guessing = JoinSet::new();
    for n in 0..150 {
        let browser = house.browser("admin");
        guessing.spawn(async move { guess(browser, n).await });
    }
    let mut slowest = Duration::ZERO;
    while guessing.try_join_next().is_none_or(|status| known_refusal(status.expect("it ends"))) {
        let start = Instant::now();
        let page = acme.admin.get("/mailboxes").await;
        assert_eq!(page.status, 200, "{}", page.words());
        slowest = slowest.max(start.elapsed());
        if guessing.is_empty() {
            break;
        }
        sleep(Duration::from_millis(20)).await;
    }
    for status in guessing.join_all().await {
        assert!(known_refusal(status), "{status}");
    }
    eprintln!("the slowest page took {slowest:?}");
    assert!(slowest < Duration::from_secs(5), "{slowest:?}");
    let grown = resident(&house).saturating_sub(before);
    assert!(grown < GROWTH, "memory grew by {grown} bytes");
    house.stop().await;
}

/// Wrong, too many, or busy; never a failure.
fn known_refusal(status: u16) -> bool {
    assert!(matches!(status, 401 | 422 | 429 | 503), "{status}");
    true
}

async fn guess(mut browser: Browser, n: usize) -> u16 {
    browser.get("/sign-in").await;
    let name = format!("nobody-{n}");
    browser.post("/sign-in", &[("username", &name), ("password", "canary wrong 5813 password")]).await.status
}

#[tokio::test(flavor = "multi_thread")]
async fn rx_08_too_many_idle_connections_to_the_policy_socket_are_closed_and_the_rest_is_answered() {
    more_files();
    let (house, _acme) = crowded_house(Run::Answers).await;
    let before = open_files(&house);
    let first = UnixStream::connect(house.socket("policy")).await.expect("connected");
    let mut idle = Vec::new();
    for _ in 0..IDLE {
        idle.push(UnixStream::connect(house.socket("policy")).await.expect("connected"));
    }
    let answer = questions::policy(first, "ann@acme.test").await.expect("an answer");
    assert!(answer.starts_with("action="), "who was there before is answered: {answer:?}");
    let mut closed = 0;
    for stream in &mut idle {
        let mut byte = [0];
        if matches!(timeout(Duration::from_millis(2), stream.read(&mut byte)).await, Ok(Ok(0) | Err(_))) {
            closed += 1;
        }
    }
    assert!((IDLE - 1_001..IDLE).contains(&closed), "{closed} of {IDLE} were closed");
    assert!(house.ask_map("vdomain", "acme.test").await.starts_with("OK"), "other sockets are not touched");
    drop(idle);
    let start = Instant::now();
    while !house.ask_policy("ann@acme.test").await.starts_with("action=") {
        assert!(start.elapsed() < Duration::from_secs(5), "it does not answer again");
        sleep(Duration::from_millis(50)).await;
    }
    while open_files(&house) > before + 10 {
        assert!(
            start.elapsed() < Duration::from_secs(5),
            "{} files are open, {before} were",
            open_files(&house)
        );
        sleep(Duration::from_millis(50)).await;
    }
    house.stop().await;
}

async fn crowded_house(run: Run) -> (Installation, Customer) {
    more_files();
    let house = Installation::start(run).await;
    let acme = house.customer("acme").await;
    (house, acme)
}

/// Lets this process, and what it starts, open as many files as the system allows it.
fn more_files() {
    let pid = std::process::id().to_string();
    let status = std::process::Command::new("prlimit").args(["--pid", &pid, "--nofile=4096:"]).status();
    assert!(status.is_ok_and(|status| status.success()), "prlimit");
}

/// Sends what it can and reads the status; none if the other side hung up without one.
async fn send_raw(port: u16, head: &[u8], body: &[u8]) -> Option<u16> {
    let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.expect("connected");
    let (mut reading, mut writing) = stream.into_split();
    let (head, body) = (head.to_vec(), body.to_vec());
    let sending = tokio::spawn(async move {
        writing.write_all(&head).await?;
        writing.write_all(&body).await?;
        Ok::<_, std::io::Error>(writing) // kept open until the answer is read
    });
    let mut start = [0; 12];
    let read =
        timeout(Duration::from_secs(20), reading.read_exact(&mut start)).await.expect("an answer or an end");
    sending.abort();
    read.ok()?;
    std::str::from_utf8(&start[9..12]).ok()?.parse().ok()
}

fn resident(house: &Installation) -> u64 {
    let status =
        std::fs::read_to_string(format!("/proc/{}/status", house.pid_of(Part::Serve))).expect("it runs");
    let kb = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("VmRSS");
    kb.trim().trim_end_matches(" kB").parse::<u64>().expect("a number") * 1024
}

fn open_files(house: &Installation) -> usize {
    std::fs::read_dir(format!("/proc/{}/fd", house.pid_of(Part::Serve))).expect("it runs").count()
}
