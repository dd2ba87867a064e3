//! Postfix's questions: maps, policy, sign-in.

use bailiwick_mail::dict;
use bailiwick_mail::policy::{PolicyAction, PolicyDecoder};
use bailiwick_mail::sasl::{Answer, Event, Session};
use bailiwick_mail::socketmap::{Reply, SocketmapDecoder};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{UnixListener, UnixStream};
use tokio::task::JoinSet;

use super::{DOMAIN, PASSWORD, Shared};

pub(super) async fn socketmap(listener: UnixListener, shared: Shared) {
    each(listener, shared, |mut stream, shared| async move {
        let mut decoder = SocketmapDecoder::new();
        let mut buffer = [0; 4096];
        while let Ok(read @ 1..) = stream.read(&mut buffer).await {
            decoder.push(&buffer[..read]);
            while let Ok(Some(request)) = decoder.next() {
                let reply = lookup(&shared, &request.map, &request.key);
                let _ = stream.write_all(&reply.encode()).await;
            }
        }
    })
    .await;
}

fn lookup(shared: &Shared, map: &str, key: &str) -> Reply {
    let state = shared.state();
    let key = key.to_ascii_lowercase();
    let base = match key.split_once('@') {
        Some((local, domain)) => format!("{}@{domain}", local.split('+').next().unwrap_or(local)),
        None => key.clone(),
    };
    let mailbox = state.mailboxes.contains_key(&base) && !state.revoked.contains(&base);
    match map {
        "vdomain" if key == DOMAIN => Reply::Ok("1".into()),
        "vmailbox" if mailbox => Reply::Ok("1".into()),
        // Ownership outlives a revocation, so that it is policy that speaks to the sender, and hangs up.
        "sender" if state.mailboxes.contains_key(&base) => Reply::Ok(base),
        "vdomain" | "vmailbox" | "sender" | "valias" | "transport" => Reply::NotFound,
        _ => Reply::Perm("no such map".into()),
    }
}

pub(super) async fn policy(listener: UnixListener, shared: Shared) {
    each(listener, shared, |mut stream, shared| async move {
        let mut decoder = PolicyDecoder::new();
        let mut buffer = [0; 4096];
        while let Ok(read @ 1..) = stream.read(&mut buffer).await {
            decoder.push(&buffer[..read]);
            while let Ok(Some(request)) = decoder.next() {
                let revoked =
                    request.sasl_username().is_some_and(|user| shared.state().revoked.contains(user));
                let action = match request.policy_context() {
                    None => PolicyAction::malformed(),
                    Some(_) if revoked => PolicyAction::Close421("Signed out".into()),
                    Some(_) => PolicyAction::Dunno,
                };
                let _ = stream.write_all(action.encode().as_bytes()).await;
            }
        }
    })
    .await;
}

pub(super) async fn sasl(listener: UnixListener, shared: Shared) {
    each(listener, shared, |mut stream, shared| async move {
        let _ = stream.write_all(Session::handshake(1, 1, [7; 16]).as_bytes()).await;
        let mut session = Session::new();
        let mut buffer = [0; 4096];
        while let Ok(read @ 1..) = stream.read(&mut buffer).await {
            session.push(&buffer[..read]);
            while let Ok(Some(event)) = session.next() {
                let answer = match event {
                    Event::Send(line) => Answer::Line(line),
                    Event::Attempt(attempt)
                        if admits(&shared, &attempt.user, attempt.password.as_bytes()) =>
                    {
                        if let Some(pid) = session.client_pid() {
                            shared.state().smtpds.entry(attempt.user.clone()).or_default().push(pid);
                        }
                        session.ok(attempt.id, &attempt.user)
                    }
                    Event::Attempt(attempt) => {
                        session.fail(attempt.id, &attempt.user, "Not with this password", false)
                    }
                };
                match answer {
                    Answer::Line(line) => drop(stream.write_all(line.as_bytes()).await),
                    Answer::Close => return,
                }
            }
        }
    })
    .await;
}

pub(super) async fn usage(listener: UnixListener, shared: Shared) {
    each(listener, shared, |mut stream, shared| async move {
        let mut session = dict::Session::new();
        let mut buffer = [0; 4096];
        while let Ok(read @ 1..) = stream.read(&mut buffer).await {
            session.push(&buffer[..read]);
            while let Some(update) = session.next().expect("the protocol as it is spoken") {
                let stored = (update.storage.expect("octets"), update.messages.expect("messages"));
                shared.state().usage.insert(update.user, stored);
                let _ = stream.write_all(dict::Answer::Ok.encode(update.id).as_bytes()).await;
            }
        }
    })
    .await;
}

pub(super) fn admits(shared: &Shared, user: &str, password: &[u8]) -> bool {
    let state = shared.state();
    state.mailboxes.contains_key(user) && !state.revoked.contains(user) && password == PASSWORD.as_bytes()
}

/// Serves each connection on its own; all end with the listener.
async fn each<F>(listener: UnixListener, shared: Shared, serve: fn(UnixStream, Shared) -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    let mut connections = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        connections.spawn(serve(stream, shared.clone()));
        while connections.try_join_next().is_some() {}
    }
}
