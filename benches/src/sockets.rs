//! What Postfix and Dovecot ask: table look-ups, policy, sign-ins over SASL, passdb over HTTP.

use std::path::Path;
use std::sync::Arc;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;

use crate::flows::{Chance, Filling, address, plain};
use crate::pace::Client;
use crate::trouble::{Outcome, Trouble, While};

/// What is asked on a socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Asked {
    /// Is this a mailbox of ours?
    Socketmap,
    /// May this mail come in? From outside, nobody is signed in.
    Policy,
    /// Is this the password? Of one mailbox after the other, whose password was not checked lately.
    Sasl,
    /// The same of a few, whose passwords are remembered.
    SaslAgain,
}

/// A program that asks on a connection of its own.
#[derive(Debug)]
pub(crate) struct Asker {
    stream: UnixStream,
    buffer: Vec<u8>,
    asked: Asked,
    filling: Arc<Filling>,
    chance: Chance,
    number: u32,
}

impl Asker {
    /// Connects and greets. `seed` tells the clients apart.
    pub(crate) async fn new(
        asked: Asked,
        sockets: &Path,
        filling: &Arc<Filling>,
        seed: usize,
    ) -> Outcome<Self> {
        let name = match asked {
            Asked::Socketmap => "socketmap.sock",
            Asked::Policy => "policy.sock",
            Asked::Sasl | Asked::SaslAgain => "sasl.sock",
        };
        let stream = UnixStream::connect(sockets.join(name)).await.during(name)?;
        let filling = Arc::clone(filling);
        let mut opened =
            Self { stream, buffer: Vec::new(), asked, filling, chance: Chance::new(seed), number: 0 };
        if matches!(asked, Asked::Sasl | Asked::SaslAgain) {
            opened.read_until(|read| read.ends_with(b"DONE\n")).await?;
            opened
                .stream
                .write_all(format!("VERSION\t1\t1\nCPID\t{}\n", 100_000 + seed).as_bytes())
                .await
                .during(name)?;
        }
        Ok(opened)
    }

    async fn read_until(&mut self, whole: impl Fn(&[u8]) -> bool) -> Outcome {
        self.buffer.clear();
        while !whole(&self.buffer) {
            if self.stream.read_buf(&mut self.buffer).await.during("reading")? == 0
                || self.buffer.len() > 65_536
            {
                return Err(Trouble::new("the connection was closed within an answer"));
            }
        }
        Ok(())
    }

    fn expect(&self, good: &[&str]) -> Outcome {
        let said = String::from_utf8_lossy(&self.buffer);
        if good.iter().any(|good| said.contains(good)) {
            return Ok(());
        }
        Err(Trouble::new(format!("{:?} was answered {said:?}", self.asked)))
    }

    async fn socketmap(&mut self) -> Outcome {
        let n = self.chance.below(self.filling.mailboxes());
        let question = format!("vmailbox {}", address(n));
        let question = format!("{}:{question},", question.len());
        self.stream.write_all(question.as_bytes()).await.during("sending")?;
        self.read_until(|read| read.ends_with(b",")).await?;
        self.expect(&["OK 1"])
    }

    async fn policy(&mut self) -> Outcome {
        let n = self.chance.below(self.filling.mailboxes());
        self.number += 1;
        let question = format!(
            "request=smtpd_access_policy\nprotocol_state=RCPT\nprotocol_name=ESMTP\nclient_address=192.0.2.{}\n\
             client_name=mx.outside.example\nhelo_name=mx.outside.example\nsender=somebody{n}@outside.example\nrecipient={}\n\
             recipient_count=0\nqueue_id=\ninstance=7a.{:x}.{}.0\nsize=12345\nsasl_method=\nsasl_username=\nsasl_sender=\n\
             encryption_protocol=TLSv1.3\n\n",
            n % 250,
            address(n),
            n,
            self.number,
        );
        self.stream.write_all(question.as_bytes()).await.during("sending")?;
        self.read_until(|read| read.ends_with(b"\n\n")).await?;
        self.expect(&["action=DUNNO"])
    }

    async fn sasl(&mut self) -> Outcome {
        let n = match self.asked {
            Asked::SaslAgain => self.chance.below(16),
            _ => self.filling.unseen(),
        };
        self.number += 1;
        let question = format!(
            "AUTH\t{}\tPLAIN\tservice=smtp\tnologin\tlip=127.0.0.1\trip=127.0.0.1\tsecured\tresp={}\n",
            self.number,
            plain(n)
        );
        self.stream.write_all(question.as_bytes()).await.during("sending")?;
        self.read_until(|read| read.ends_with(b"\n")).await?;
        self.expect(&["OK\t"])
    }
}

impl Client for Asker {
    async fn ask(&mut self) -> Outcome {
        match self.asked {
            Asked::Socketmap => self.socketmap().await,
            Asked::Policy => self.policy().await,
            Asked::Sasl | Asked::SaslAgain => self.sasl().await,
        }
    }
}
