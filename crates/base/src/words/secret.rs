//! Secrets we make ourselves, and the key that seals what must be read back.

use std::fmt;
use std::str::FromStr;

use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::{digest, hkdf, hmac};

use super::Random;

/// A secret of 256 random bits: a session, a link, a key. Shown once, stored only as its hash (K10).
/// Its text is 52 characters of base 32; its `Debug` shows nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct Token([u8; 32]);

/// SHA-256 of a token: all that is stored. No slow hash is needed at 256 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TokenHash([u8; 32]);

impl Token {
    /// A new one.
    pub fn new(random: &Random) -> Self {
        Self(random.bytes())
    }

    /// What is stored.
    pub fn hash(&self) -> TokenHash {
        let digest = digest::digest(&digest::SHA256, &self.0);
        let mut hash = [0; 32];
        hash.copy_from_slice(digest.as_ref());
        TokenHash(hash)
    }

    /// The text that goes into the link or cookie.
    pub fn reveal(&self) -> String {
        data_encoding::BASE32_NOPAD.encode(&self.0).to_ascii_lowercase()
    }
}

impl FromStr for Token {
    type Err = super::IdError;

    fn from_str(text: &str) -> Result<Self, super::IdError> {
        if text.len() != 52 || text.bytes().any(|byte| byte.is_ascii_uppercase()) {
            return Err(super::IdError);
        }
        let bytes = data_encoding::BASE32_NOPAD
            .decode(text.to_ascii_uppercase().as_bytes())
            .map_err(|_| super::IdError)?;
        bytes.try_into().map(Self).map_err(|_| super::IdError)
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(..)")
    }
}

impl TokenHash {
    /// The bytes, for the database.
    pub fn to_vec(self) -> Vec<u8> {
        self.0.to_vec()
    }
}

/// The installation's secret key (`secret.key`, outside the database, K33): seals what must be read
/// back and keys what must not be guessed. Purposes never share a key.
#[derive(Clone)]
pub struct Keyring {
    root: [u8; 32],
}

/// The sealed bytes are damaged, or were sealed under another key or for another purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SealBroken;

struct KeyLength;

impl hkdf::KeyType for KeyLength {
    fn len(&self) -> usize {
        32
    }
}

impl Keyring {
    /// From the key file's 32 bytes.
    pub fn new(root: [u8; 32]) -> Self {
        Self { root }
    }

    fn derive(&self, purpose: &str) -> [u8; 32] {
        let mut key = [0; 32];
        hkdf::Salt::new(hkdf::HKDF_SHA256, b"bailiwick")
            .extract(&self.root)
            .expand(&[purpose.as_bytes()], KeyLength)
            .and_then(|okm| okm.fill(&mut key))
            .expect("32 bytes are a legal HKDF output");
        key
    }

    /// Authenticates `data` for `purpose` (HMAC-SHA-256).
    pub fn mac(&self, purpose: &str, data: &[u8]) -> [u8; 32] {
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &self.derive(purpose)), data);
        let mut mac = [0; 32];
        mac.copy_from_slice(tag.as_ref());
        mac
    }

    /// Seals `plain` (AES-256-GCM, a random nonce in front).
    pub fn seal(&self, purpose: &str, plain: &[u8], random: &Random) -> Vec<u8> {
        let nonce: [u8; NONCE_LEN] = random.bytes();
        let mut sealed = plain.to_vec();
        self.aead(purpose)
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::empty(), &mut sealed)
            .expect("the text is shorter than AES-GCM's limit");
        [&nonce[..], &sealed].concat()
    }

    /// Opens what [`Keyring::seal`] made.
    pub fn open(&self, purpose: &str, sealed: &[u8]) -> Result<Vec<u8>, SealBroken> {
        let (nonce, body) = sealed.split_at_checked(NONCE_LEN).ok_or(SealBroken)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| SealBroken)?;
        let mut body = body.to_vec();
        let plain =
            self.aead(purpose).open_in_place(nonce, Aad::empty(), &mut body).map_err(|_| SealBroken)?;
        Ok(plain.to_vec())
    }

    fn aead(&self, purpose: &str) -> LessSafeKey {
        LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &self.derive(purpose)).expect("the key has 32 bytes"))
    }
}

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Keyring(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    fn random() -> Random {
        Random::Seeded(Arc::default())
    }

    #[test]
    fn a_token_reads_back_in_its_one_spelling_only() {
        let token = Token::new(&random());
        assert_eq!(token.reveal().parse(), Ok(token.clone()));
        assert!(token.reveal().to_uppercase().parse::<Token>().is_err());
        assert!(token.reveal()[1..].parse::<Token>().is_err());
        assert_eq!(format!("{token:?}"), "Token(..)");
    }

    #[test]
    fn sealed_bytes_open_under_the_same_key_and_purpose_only() {
        let keys = Keyring::new([7; 32]);
        let sealed = keys.seal("mail", b"hello", &random());
        assert_eq!(keys.open("mail", &sealed), Ok(b"hello".to_vec()));
        assert_eq!(keys.open("totp", &sealed), Err(SealBroken));
        assert_eq!(Keyring::new([8; 32]).open("mail", &sealed), Err(SealBroken));
        for at in 0..sealed.len() {
            let mut damaged = sealed.clone();
            damaged[at] ^= 1;
            assert_eq!(keys.open("mail", &damaged), Err(SealBroken), "byte {at}");
        }
        assert_eq!(keys.open("mail", &sealed[..5]), Err(SealBroken));
    }
}
