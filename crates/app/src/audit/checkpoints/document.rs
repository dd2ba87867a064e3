//! A checkpoint as it is written: lines of JSON, the last of which signs those above it (Ed25519).
//!
//! ```text
//! {"checkpoint":1,"at":"2026-01-01T00:00:00.000Z","chains":1}
//! {"chain":3,"seq":10,"hash":"933d49…"}
//! {"key":"5f2c…","signature":"77ab…"}
//! ```
//!
//! `chain` is the number of a tenant, or 0 for the installation; `seq` and `hash` are those of its last seal. The
//! signature covers [`CONTEXT`] and every byte before its line.

use std::fmt::{self, Write};
use std::str::FromStr;

use bailiwick_base::words::{Keyring, Timestamp};
use data_encoding::HEXLOWER;
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use serde::Deserialize;
use serde_json::json;

use crate::audit::verify::Head;

/// What a signature is for, so that it can never be taken for one of another kind.
const CONTEXT: &[u8] = b"bailiwick history checkpoint 1\n";

/// The largest checkpoint read, in bytes.
const MAX_BYTES: usize = 4 * 1024 * 1024;

/// The most chains in one that is read.
const MAX_CHAINS: usize = 20_000;

/// The key that signs, derived from the installation's secret key.
#[derive(Debug)]
pub struct Signer(Ed25519KeyPair);

/// The key by which anybody can check a signature: 64 hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PublicKey([u8; 32]);

/// The ends of chains at an instant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// When it was made.
    pub at: Timestamp,
    /// The ends of the chains that had grown since the one before.
    pub heads: Vec<Head>,
}

/// Why a file is no checkpoint of this installation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckpointTrouble {
    /// It is not in the form of one.
    Unreadable,
    /// It is signed with another key.
    OtherKey,
    /// Its signature does not fit what it says.
    Forged,
}

impl fmt::Display for CheckpointTrouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            CheckpointTrouble::Unreadable => "not a checkpoint, or not a whole one",
            CheckpointTrouble::OtherKey => "signed with another key",
            CheckpointTrouble::Forged => "the signature does not fit: it was changed",
        })
    }
}

impl Signer {
    /// The key of an installation.
    ///
    /// # Panics
    /// Never: 32 bytes are a legal Ed25519 seed.
    pub fn of(keys: &Keyring) -> Self {
        let seed = keys.mac("history checkpoints", b"ed25519 seed 1");
        Self(Ed25519KeyPair::from_seed_unchecked(&seed).expect("32 bytes are a seed"))
    }

    /// Its public half.
    ///
    /// # Panics
    /// Never: an Ed25519 public key has 32 bytes.
    pub fn public_key(&self) -> PublicKey {
        PublicKey(self.0.public_key().as_ref().try_into().expect("an Ed25519 public key has 32 bytes"))
    }

    /// The document of a checkpoint.
    pub fn sign(&self, checkpoint: &Checkpoint) -> String {
        let mut text =
            json!({ "checkpoint": 1, "at": checkpoint.at.to_string(), "at_ms": checkpoint.at.0, "chains": checkpoint.heads.len() })
                .to_string();
        text.push('\n');
        for head in &checkpoint.heads {
            let line = json!({ "chain": head.chain, "seq": head.seq, "hash": HEXLOWER.encode(&head.hash) });
            let _ = writeln!(text, "{line}");
        }
        let signature = self.0.sign(&[CONTEXT, text.as_bytes()].concat());
        let last =
            json!({ "key": self.public_key().to_string(), "signature": HEXLOWER.encode(signature.as_ref()) });
        let _ = writeln!(text, "{last}");
        text
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&HEXLOWER.encode(&self.0))
    }
}

impl FromStr for PublicKey {
    type Err = CheckpointTrouble;

    fn from_str(text: &str) -> Result<Self, CheckpointTrouble> {
        let bytes = HEXLOWER.decode(text.as_bytes()).map_err(|_| CheckpointTrouble::Unreadable)?;
        bytes.try_into().map(Self).map_err(|_| CheckpointTrouble::Unreadable)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FirstLine {
    checkpoint: u32,
    #[serde(rename = "at")]
    _at: String,
    at_ms: i64,
    chains: usize,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ChainLine {
    chain: i64,
    seq: i64,
    hash: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LastLine {
    key: String,
    signature: String,
}

impl Checkpoint {
    /// Reads a document and checks that `key` signed it, before anything of it is believed.
    pub fn read(document: &[u8], key: &PublicKey) -> Result<Self, CheckpointTrouble> {
        use CheckpointTrouble::{Forged, OtherKey, Unreadable};
        if document.len() > MAX_BYTES {
            return Err(Unreadable);
        }
        let text = std::str::from_utf8(document).map_err(|_| Unreadable)?;
        let (body, last) =
            text.strip_suffix('\n').and_then(|text| text.rsplit_once('\n')).ok_or(Unreadable)?;
        let signed = &document[..=body.len()];
        let last: LastLine = serde_json::from_str(last).map_err(|_| Unreadable)?;
        let signature = HEXLOWER.decode(last.signature.as_bytes()).map_err(|_| Unreadable)?;
        if last.key.parse::<PublicKey>()? != *key {
            return Err(OtherKey);
        }
        UnparsedPublicKey::new(&ED25519, key.0)
            .verify(&[CONTEXT, signed].concat(), &signature)
            .map_err(|_| Forged)?;
        let mut lines = body.lines();
        let first: FirstLine =
            lines.next().and_then(|line| serde_json::from_str(line).ok()).ok_or(Unreadable)?;
        if first.checkpoint != 1 || first.chains > MAX_CHAINS {
            return Err(Unreadable);
        }
        let heads = lines.map(|line| {
            let line: ChainLine = serde_json::from_str(line).map_err(|_| Unreadable)?;
            let hash = HEXLOWER.decode(line.hash.as_bytes()).map_err(|_| Unreadable)?;
            Ok(Head { chain: line.chain, seq: line.seq, hash })
        });
        let heads: Vec<Head> = heads.collect::<Result<_, CheckpointTrouble>>()?;
        if heads.len() != first.chains {
            return Err(Unreadable);
        }
        Ok(Self { at: Timestamp(first.at_ms), heads })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Checkpoint {
        let heads =
            vec![Head { chain: 0, seq: 7, hash: vec![1; 32] }, Head { chain: 3, seq: 10, hash: vec![2; 32] }];
        Checkpoint { at: Timestamp(1_767_225_600_000), heads }
    }

    fn signer(key: u8) -> Signer {
        Signer::of(&Keyring::new([key; 32]))
    }

    #[test]
    fn a_checkpoint_reads_back_under_the_key_that_signed_it_only() {
        let document = signer(1).sign(&sample());
        let key = signer(1).public_key();
        assert_eq!(Checkpoint::read(document.as_bytes(), &key), Ok(sample()));
        assert_eq!(key.to_string().parse(), Ok(key));
        let other = signer(2).public_key();
        assert_eq!(Checkpoint::read(document.as_bytes(), &other), Err(CheckpointTrouble::OtherKey));
    }

    #[test]
    fn ab_02_a_checkpoint_with_any_bit_turned_is_no_longer_one() {
        let document = signer(1).sign(&sample()).into_bytes();
        let key = signer(1).public_key();
        for at in 0..document.len() {
            for bit in [1, 0x20] {
                let mut forged = document.clone();
                forged[at] ^= bit;
                assert!(Checkpoint::read(&forged, &key).is_err(), "byte {at}");
            }
        }
        for length in 0..document.len() {
            assert!(Checkpoint::read(&document[..length], &key).is_err(), "cut at {length}");
        }
        let twice = [&document[..], &document[..]].concat();
        assert_eq!(Checkpoint::read(&twice, &key), Err(CheckpointTrouble::Forged));
    }

    #[test]
    fn one_who_claims_the_key_without_having_it_is_found_out() {
        let mine = signer(1).public_key().to_string();
        let theirs = signer(2);
        let forged = theirs.sign(&sample()).replace(&theirs.public_key().to_string(), &mine);
        assert_eq!(
            Checkpoint::read(forged.as_bytes(), &signer(1).public_key()),
            Err(CheckpointTrouble::Forged)
        );
    }

    #[test]
    fn the_form_and_the_key_stay_as_they_are() {
        let document = signer(1).sign(&sample());
        let lines: Vec<&str> = document.lines().collect();
        assert_eq!(
            lines[0],
            r#"{"at":"2026-01-01T00:00:00.000Z","at_ms":1767225600000,"chains":2,"checkpoint":1}"#
        );
        assert!(lines[1].starts_with(r#"{"chain":0,"hash":"0101"#), "{}", lines[1]);
    }
}
