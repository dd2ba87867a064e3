//! Password hashing off the async workers: one permit a core, half of them kept for people who signed in from
//! there before, and a memory of passwords verified lately.

use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::time::{Duration, Instant};

use bailiwick_base::db::Ground;
use bailiwick_base::words::{HashMemory, Keyring, LoginId, Password, PasswordHash, Random, Verdict, limits};
use bailiwick_base::{Code, Error};
use lru::LruCache;
use tokio::sync::Semaphore;

use crate::metrics::{Metrics, PasswordCheck};

/// How long somebody waits for a free permit before being asked to try again.
const PATIENCE: Duration = Duration::from_secs(3);

/// Hashes and verifies passwords.
#[derive(Debug)]
pub struct Hasher {
    threads: Threads,
    permits: Semaphore,
    /// Taken first by whoever comes from a network the login never signed in from.
    strangers: Semaphore,
    random: Random,
    boot_key: Keyring,
    verified: Mutex<LruCache<Remembered, Instant>>,
    metrics: Metrics,
}

/// What a verified password is remembered under: the login, the very hash it was compared with, and a keyed
/// digest of the password. Nothing else is cached, so nothing revoked is ever remembered.
type Remembered = (LoginId, PasswordHash, [u8; 32]);

impl Hasher {
    /// With as many permits as there are cores.
    pub(crate) fn new(ground: &Ground, metrics: Metrics) -> Self {
        let cores = std::thread::available_parallelism().map_or(2, NonZeroUsize::get);
        Self {
            threads: Threads::start(cores),
            permits: Semaphore::new(cores),
            strangers: Semaphore::new((cores / 2).max(1)),
            random: ground.random.clone(),
            boot_key: Keyring::new(Random::System.bytes()),
            verified: Mutex::new(LruCache::new(
                NonZeroUsize::new(limits::VERIFIED_PASSWORDS).unwrap_or(NonZeroUsize::MIN),
            )),
            metrics,
        }
    }

    /// Hashes a new password.
    pub async fn hash(&self, password: Password) -> Result<PasswordHash, Error> {
        let _waiting = self.metrics.waits_for_hash();
        let _permit = self.patiently(&self.permits).await?;
        let random = self.random.clone();
        self.threads.run(move |memory| PasswordHash::of(&password, &random, memory)).await
    }

    /// Compares a password with the stored hash. Without one it takes as long and answers `Wrong`.
    pub async fn verify(
        &self,
        stored: Option<(LoginId, PasswordHash)>,
        password: &Password,
        known: bool,
    ) -> Result<Verdict, Error> {
        let remembered = stored
            .as_ref()
            .map(|(login, hash)| (*login, hash.clone(), self.boot_key.mac("verified", password.as_bytes())));
        if remembered.as_ref().is_some_and(|key| self.remembers(key)) {
            self.metrics.password(PasswordCheck::Remembered);
            return Ok(Verdict::Right);
        }
        let _waiting = self.metrics.waits_for_hash();
        let _stranger = if known { None } else { Some(self.patiently(&self.strangers).await?) };
        let _permit = self.patiently(&self.permits).await?;
        let password = password.clone();
        let verdict = self
            .threads
            .run(move |memory| {
                if let Some((_, hash)) = stored {
                    return hash.verify(&password, memory);
                }
                PasswordHash::of_nobody().verify(&password, memory);
                Verdict::Wrong
            })
            .await?;
        self.metrics.password(PasswordCheck::Computed);
        if let (Verdict::Right, Some(key)) = (verdict, remembered) {
            self.verified.lock().unwrap_or_else(PoisonError::into_inner).put(key, Instant::now());
        }
        Ok(verdict)
    }

    /// A place, if one gets free in time.
    async fn patiently<'p>(&self, permits: &'p Semaphore) -> Result<tokio::sync::SemaphorePermit<'p>, Error> {
        if let Ok(Ok(permit)) = tokio::time::timeout(PATIENCE, permits.acquire()).await {
            return Ok(permit);
        }
        self.metrics.password(PasswordCheck::GivenUp);
        Err(Code::Busy.into())
    }

    fn remembers(&self, key: &Remembered) -> bool {
        let mut verified = self.verified.lock().unwrap_or_else(PoisonError::into_inner);
        match verified.get(key) {
            Some(at) if at.elapsed() < limits::VERIFIED_PASSWORD => true,
            Some(_) => {
                verified.pop(key);
                false
            }
            None => false,
        }
    }
}

/// Threads that do nothing but hash, one a core. Argon2 takes 19 MiB each time: on many threads the allocator would
/// keep as much for each of them.
#[derive(Debug)]
struct Threads(mpsc::Sender<Work>);

type Work = Box<dyn FnOnce(&mut HashMemory) + Send>;

impl Threads {
    fn start(count: usize) -> Self {
        let (queue, work) = mpsc::channel::<Work>();
        let work = Arc::new(Mutex::new(work));
        for number in 0..count {
            let work = Arc::clone(&work);
            let next = move || work.lock().unwrap_or_else(PoisonError::into_inner).recv();
            let started = std::thread::Builder::new().name(format!("hash {number}")).spawn(move || {
                let mut memory = HashMemory::default();
                while let Ok(work) = next() {
                    work(&mut memory);
                }
            });
            if let Err(error) = started {
                tracing::error!(%error, "a thread for hashing was not started");
            }
        }
        Self(queue)
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut HashMemory) -> T + Send + 'static,
    ) -> Result<T, Error> {
        let (told, done) = tokio::sync::oneshot::channel();
        let work: Work = Box::new(move |memory| {
            // Whoever asked may have gone: then nothing is computed for nobody.
            if !told.is_closed() {
                drop(told.send(work(memory)));
            }
        });
        self.0.send(work).map_err(|_| Error::internal("the threads for hashing are gone"))?;
        done.await.map_err(Error::internal)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bailiwick_base::words::{Clock, Timestamp};

    fn hasher() -> Hasher {
        let ground = Ground {
            clock: Clock::set_to(Timestamp(0)),
            random: Random::Seeded(Arc::default()),
            keys: Keyring::new([1; 32]),
        };
        Hasher::new(&ground, Metrics::default())
    }

    fn password(text: &str) -> Password {
        text.parse().expect("short enough")
    }

    #[tokio::test]
    async fn a_remembered_password_is_bound_to_the_very_hash_it_was_compared_with() {
        let hasher = hasher();
        let (old, new) = (password("old vexing quilt"), password("new vexing quilt"));
        let first = hasher.hash(old.clone()).await.expect("hashed");
        let ask = |hash: &PasswordHash, password: &Password| {
            let stored = Some((LoginId(1), hash.clone()));
            let password = password.clone();
            let hasher = &hasher;
            async move { hasher.verify(stored, &password, true).await.expect("verified") }
        };
        assert_eq!(ask(&first, &old).await, Verdict::Right);
        assert_eq!(ask(&first, &old).await, Verdict::Right);
        let second = hasher.hash(new.clone()).await.expect("hashed");
        assert_eq!(ask(&second, &old).await, Verdict::Wrong, "the old password is dead with its hash");
        assert_eq!(ask(&second, &new).await, Verdict::Right);
        assert_eq!(ask(&first, &new).await, Verdict::Wrong);
    }

    #[tokio::test]
    async fn an_unknown_login_is_compared_all_the_same() {
        let started = Instant::now();
        assert_eq!(
            hasher().verify(None, &password("whatever it is"), false).await.expect("verified"),
            Verdict::Wrong
        );
        assert!(started.elapsed() > Duration::from_millis(1), "no hash was computed");
    }
}
