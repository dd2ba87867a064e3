//! Passwords people choose: what is accepted, and how they are kept.

use std::fmt;
use std::str::FromStr;

use argon2::password_hash::phc;
use argon2::{Algorithm, Argon2, Block, Params, Version};
use subtle::ConstantTimeEq;

use super::{Random, limits};

/// A password as typed: at most [`limits::PASSWORD_MAX`] bytes, never trimmed or normalised.
/// Its `Debug` shows nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(String);

/// Why a password is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PasswordError {
    /// Fewer than [`limits::PASSWORD_MIN`] characters.
    TooShort,
    /// More than [`limits::PASSWORD_MAX`] bytes.
    TooLong,
    /// Common, breached-looking, or made of words an attacker tries first (the address, the domain).
    TooCommon,
}

impl Password {
    /// The text, for hashing.
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }

    /// Checks a password somebody wants to set. There is no composition theatre: length, and how soon
    /// it would be guessed by somebody who knows `about` (the address, the domain, the name).
    pub fn check_new(&self, about: &[&str]) -> Result<(), PasswordError> {
        if self.0.chars().count() < limits::PASSWORD_MIN {
            return Err(PasswordError::TooShort);
        }
        // The estimate grows with the square of the length; what follows the first 100 characters only helps.
        let head: String = self.0.chars().take(100).collect();
        let mut known: Vec<&str> = about.iter().flat_map(|text| text.split(['@', '.', '-', ' '])).collect();
        known.extend(about);
        known.push("bailiwick");
        if is_made_of(&head, &known) || zxcvbn::zxcvbn(&head, &known).score() < zxcvbn::Score::Three {
            return Err(PasswordError::TooCommon);
        }
        Ok(())
    }
}

/// Once the known words are taken out, do fewer than six letters remain? A year and marks around the
/// company's name are the first thing that is tried.
fn is_made_of(password: &str, known: &[&str]) -> bool {
    let mut rest = password.to_lowercase();
    let before = rest.len();
    for word in known.iter().filter(|word| word.len() >= 3) {
        rest = rest.replace(&word.to_lowercase(), "");
    }
    rest.len() < before && rest.chars().filter(|character| character.is_alphabetic()).count() < 6
}

impl FromStr for Password {
    type Err = PasswordError;

    fn from_str(text: &str) -> Result<Self, PasswordError> {
        if text.len() > limits::PASSWORD_MAX {
            Err(PasswordError::TooLong)
        } else {
            Ok(Self(text.to_owned()))
        }
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(..)")
    }
}

/// A stored password: argon2id in PHC format, 19,456 KiB, t=2, p=1.
#[derive(Clone, PartialEq, Eq, Hash, sqlx::Type)]
#[sqlx(transparent)]
pub struct PasswordHash(String);

/// The answer of a comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The password is right.
    Right,
    /// It is wrong.
    Wrong,
    /// What is stored is no hash we accept; nobody gets in with it, and an operator must look (AN-26).
    Unreadable,
}

impl PasswordHash {
    /// Hashes a password: about 11 ms and 19 MiB on one core. Call it off the async workers.
    ///
    /// # Panics
    /// Never: the parameters are constant and legal.
    pub fn of(password: &Password, random: &Random, memory: &mut HashMemory) -> Self {
        let salt: [u8; 16] = random.bytes();
        let output = memory.argon2id(password, &salt, &params());
        let encode = |bytes: &[u8]| data_encoding::BASE64_NOPAD.encode(bytes);
        Self(format!(
            "$argon2id$v=19$m={MEMORY_KIB},t={PASSES},p={LANES}${}${}",
            encode(&salt),
            encode(&output)
        ))
    }

    /// Compares a password with the stored hash; as slow as [`PasswordHash::of`].
    pub fn verify(&self, password: &Password, memory: &mut HashMemory) -> Verdict {
        let Some((salt, params, expected)) = self.parts() else { return Verdict::Unreadable };
        let computed = memory.argon2id(password, &salt, &params);
        if bool::from(computed.as_slice().ct_eq(&expected)) { Verdict::Right } else { Verdict::Wrong }
    }

    /// Salt, parameters and output of what is stored, if it is an argon2id hash with a cost we would ever write.
    fn parts(&self) -> Option<(Vec<u8>, Params, Vec<u8>)> {
        let hash =
            phc::PasswordHash::new(&self.0).ok().filter(|hash| hash.algorithm.as_str() == "argon2id")?;
        let params = Params::try_from(&hash)
            .ok()
            .filter(|params| params.m_cost() <= 4 * MEMORY_KIB && params.t_cost() <= 8)?;
        let output = hash.hash.filter(|output| output.len() == OUTPUT)?;
        Some((hash.salt?.as_ref().to_vec(), params, output.as_bytes().to_vec()))
    }

    /// From the database.
    pub fn from_stored(text: String) -> Self {
        Self(text)
    }

    /// For the database.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The hash of no password: compared when the name is unknown, so that the answer takes as long (K11).
    pub fn of_nobody() -> &'static Self {
        static NOBODY: std::sync::LazyLock<PasswordHash> = std::sync::LazyLock::new(|| {
            PasswordHash::of(
                &Password(String::new()),
                &Random::Seeded(std::sync::Arc::default()),
                &mut HashMemory::default(),
            )
        });
        &NOBODY
    }
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash(..)")
    }
}

const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;
const OUTPUT: usize = 32;

fn params() -> Params {
    Params::new(MEMORY_KIB, PASSES, LANES, Some(OUTPUT)).expect("constant parameters within argon2's limits")
}

/// The 19 MiB a hash is computed in, for one thread, used again and again: allocated anew each time, the allocator
/// would end up keeping many times as much.
#[derive(Debug, Default)]
pub struct HashMemory(Vec<Block>);

impl HashMemory {
    fn argon2id(&mut self, password: &Password, salt: &[u8], params: &Params) -> [u8; OUTPUT] {
        if self.0.len() < params.block_count() {
            self.0.resize(params.block_count(), Block::default());
        }
        let mut output = [0; OUTPUT];
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params.clone())
            .hash_password_into_with_memory(
                password.as_bytes(),
                salt,
                &mut output,
                &mut self.0[..params.block_count()],
            )
            .expect("salt, output and memory have legal sizes");
        output
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    fn password(text: &str) -> Password {
        text.parse().expect("short enough")
    }

    #[test]
    fn a_password_is_verified_exactly_as_given() {
        let random = Random::Seeded(Arc::default());
        let mut memory = HashMemory::default();
        let hash = PasswordHash::of(&password(" Zwölf Boxkämpfer 🥊 "), &random, &mut memory);
        assert!(hash.as_str().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert_eq!(hash.verify(&password(" Zwölf Boxkämpfer 🥊 "), &mut memory), Verdict::Right);
        for other in
            ["Zwölf Boxkämpfer 🥊", " Zwo\u{308}lf Boxka\u{308}mpfer 🥊 ", " zwölf boxkämpfer 🥊 ", ""]
        {
            assert_eq!(hash.verify(&password(other), &mut memory), Verdict::Wrong, "{other:?}");
        }
    }

    #[test]
    fn an_23_a_password_longer_than_the_limit_is_refused_before_hashing() {
        assert!("x".repeat(limits::PASSWORD_MAX).parse::<Password>().is_ok());
        assert_eq!("x".repeat(limits::PASSWORD_MAX + 1).parse::<Password>(), Err(PasswordError::TooLong));
    }

    #[test]
    fn an_24_what_an_attacker_tries_first_is_refused_and_no_composition_is_imposed() {
        let about = ["alice@acme.test"];
        for text in [
            "password123456",
            "qwertyuiop123",
            "bailiwick2026!!",
            "acme2026acme",
            "alice@acme.test",
            "aaaaaaaaaaaaaa",
        ] {
            assert_eq!(password(text).check_new(&about), Err(PasswordError::TooCommon), "{text}");
        }
        assert_eq!(password("x7#Qp!2").check_new(&about), Err(PasswordError::TooShort));
        for text in ["correct horse battery staple", "vexing quilt mango orbit", "gj4k9sl2mzpq"] {
            assert_eq!(password(text).check_new(&about), Ok(()), "{text}");
        }
    }

    #[test]
    fn an_26_what_is_no_hash_lets_nobody_in() {
        for stored in
            ["", "{PLAIN}secret", "$1$abc$def", "$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ", "secret"]
        {
            let hash = PasswordHash::from_stored(stored.to_owned());
            assert_eq!(
                hash.verify(&password("secret"), &mut HashMemory::default()),
                Verdict::Unreadable,
                "{stored}"
            );
            assert_eq!(
                hash.verify(&password(""), &mut HashMemory::default()),
                Verdict::Unreadable,
                "{stored}"
            );
        }
    }
}
