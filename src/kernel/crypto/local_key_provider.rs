//! A key-encryption key held by this process, and the format it wraps root keys in.
//!
//! ```text
//! version 1 | algorithm 1 | key id 8 | nonce 12 | wrapped root key 32 | tag 16
//! ```
//!
//! The key id tells a wrong key-encryption key from a damaged value. It is derived through HKDF, so it says
//! nothing about the key.

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use secrecy::{ExposeSecret, SecretString};
use uuid::Uuid;
use zeroize::{Zeroize, Zeroizing};

use super::cipher::{AssociatedData, Cipher, KEY_LENGTH, NONCE_LENGTH, TAG_LENGTH};
use super::envelope::{ALGORITHM_AES_256_GCM, FORMAT_VERSION};
use super::provider::{KeyId, KeyProvider, ProviderFuture, RootKey, RootKeyOwner};
use super::{CryptoError, hash, random};

/// Format version, algorithm and key id.
const HEADER_LENGTH: usize = 10;
const WRAPPED_LENGTH: usize = HEADER_LENGTH + NONCE_LENGTH + KEY_LENGTH + TAG_LENGTH;
const BASE64_LENGTH: usize = 44;
const FORBIDDEN_MODE: u32 = 0o077;

/// A key-encryption key held by this process, given in the environment or kept in a file.
#[derive(Debug)]
pub struct LocalKeyProvider {
    key_id: KeyId,
    cipher: Cipher,
}

impl LocalKeyProvider {
    /// Reads the value of `ENCRYPTION_KEY`: 32 random bytes in standard base64, 44 characters. White space
    /// around it is ignored.
    ///
    /// # Errors
    ///
    /// [`CryptoError::Configuration`] with one sentence that says what is expected and how to make it. All
    /// bytes alike, as in a placeholder, is refused too.
    pub fn from_base64(encoded: &SecretString) -> Result<Self, CryptoError> {
        Self::decode(encoded.expose_secret()).ok_or_else(|| {
            CryptoError::Configuration(
                "ENCRYPTION_KEY must be 32 bytes in base64 (44 characters); create one with: openssl rand -base64 32"
                    .to_owned(),
            )
        })
    }

    /// Reads the key from a file, which is created with a new key when there is none.
    ///
    /// A new file is complete and has mode 0600 from the moment it has its name; of several processes that
    /// start at once, one creates it and all read the same key. An existing file is never written to. Blocks;
    /// meant for the start of the process.
    ///
    /// # Errors
    ///
    /// [`CryptoError::Configuration`] with one sentence when the file cannot be read or created, when its
    /// group or others have any right to it, or when it does not hold a key;
    /// [`CryptoError::RandomUnavailable`].
    pub fn from_file_or_create(path: &Path) -> Result<Self, CryptoError> {
        match File::open(path) {
            Ok(file) => Self::read(file, path),
            Err(error) if error.kind() == ErrorKind::NotFound => {
                create_key_file(path)?;
                Self::read(File::open(path).map_err(|error| cannot("read", path, &error))?, path)
            }
            Err(error) => Err(cannot("read", path, &error)),
        }
    }

    fn read(file: File, path: &Path) -> Result<Self, CryptoError> {
        // Rights are those of the open file, so that nobody can exchange it between the check and the read.
        let metadata = file.metadata().map_err(|error| cannot("read", path, &error))?;
        if !metadata.is_file() {
            return Err(CryptoError::Configuration(format!("{} must be a file", path.display())));
        }
        if metadata.mode() & FORBIDDEN_MODE != 0 {
            return Err(CryptoError::Configuration(format!(
                "the key file {path} may be read by others; if it was never shared, run: chmod 600 {path}",
                path = path.display()
            )));
        }
        let mut content = Zeroizing::new(String::with_capacity(1024));
        let malformed = || {
            CryptoError::Configuration(format!(
                "the key file {} must hold 32 bytes in base64 (44 characters); restore it from a backup, since without \
                 it nothing that was encrypted with it can be read",
                path.display()
            ))
        };
        match file.take(512).read_to_string(&mut content) {
            Ok(_) => Self::decode(&content).ok_or_else(malformed),
            Err(error) if error.kind() == ErrorKind::InvalidData => Err(malformed()),
            Err(error) => Err(cannot("read", path, &error)),
        }
    }

    fn decode(encoded: &str) -> Option<Self> {
        let encoded = encoded.trim();
        if encoded.len() != BASE64_LENGTH {
            return None;
        }
        let mut decoded = Zeroizing::new([0u8; 48]);
        let length = STANDARD.decode_slice(encoded, decoded.as_mut_slice()).ok()?;
        let key = Zeroizing::new(<[u8; KEY_LENGTH]>::try_from(&decoded[..length]).ok()?);
        key.iter().any(|byte| *byte != key[0]).then(|| Self::new(&key))
    }

    fn new(key_encryption_key: &[u8; KEY_LENGTH]) -> Self {
        let derive = |info: &str| {
            let mut derived = Zeroizing::new([0u8; KEY_LENGTH]);
            hash::hkdf_sha256(key_encryption_key, b"", info.as_bytes(), derived.as_mut_slice())
                .expect("32 bytes are within what HKDF gives");
            derived
        };
        let fingerprint = derive("consentry/v1/key-id");
        let (key_id, _) = fingerprint.split_first_chunk().expect("32 bytes begin with 8");
        Self {
            key_id: KeyId::from_bytes(*key_id),
            cipher: Cipher::new(&derive("consentry/v1/root-key-wrap")),
        }
    }

    fn header(key_id: KeyId) -> [u8; HEADER_LENGTH] {
        let mut header = [0u8; HEADER_LENGTH];
        header[0] = FORMAT_VERSION;
        header[1] = ALGORITHM_AES_256_GCM;
        header[2..].copy_from_slice(key_id.as_bytes());
        header
    }

    fn wrap(&self, owner: RootKeyOwner, root: &RootKey) -> Result<Vec<u8>, CryptoError> {
        let header = Self::header(self.key_id);
        let nonce = random::public_bytes::<NONCE_LENGTH>()?;
        let mut wrapped = Vec::with_capacity(WRAPPED_LENGTH);
        wrapped.extend_from_slice(&header);
        wrapped.extend_from_slice(&nonce);
        self.cipher.encrypt(
            &nonce,
            associated_data(owner, &header).as_bytes(),
            root.expose(),
            &mut wrapped,
        )?;
        Ok(wrapped)
    }

    fn unwrap(&self, owner: RootKeyOwner, wrapped: &[u8]) -> Result<RootKey, CryptoError> {
        if wrapped.len() != WRAPPED_LENGTH {
            return Err(CryptoError::Malformed);
        }
        let (header, rest) = wrapped.split_first_chunk::<HEADER_LENGTH>().ok_or(CryptoError::Malformed)?;
        let (nonce, body) = rest.split_first_chunk::<NONCE_LENGTH>().ok_or(CryptoError::Malformed)?;
        if header[..2] != [FORMAT_VERSION, ALGORITHM_AES_256_GCM] {
            return Err(CryptoError::Malformed);
        }
        if header[2..] != *self.key_id.as_bytes() {
            return Err(CryptoError::WrongKey);
        }
        self.cipher
            .decrypt_key(nonce, associated_data(owner, header).as_bytes(), body)
            .map(RootKey::from_bytes)
    }
}

impl KeyProvider for LocalKeyProvider {
    fn key_id(&self) -> KeyId {
        self.key_id
    }

    fn wrap_root<'a>(&'a self, owner: RootKeyOwner, root: &'a RootKey) -> ProviderFuture<'a, Vec<u8>> {
        Box::pin(async move { self.wrap(owner, root) })
    }

    fn unwrap_root<'a>(&'a self, owner: RootKeyOwner, wrapped: &'a [u8]) -> ProviderFuture<'a, RootKey> {
        Box::pin(async move { self.unwrap(owner, wrapped) })
    }
}

fn associated_data(owner: RootKeyOwner, header: &[u8]) -> AssociatedData {
    AssociatedData::of("consentry/v1/root-key")
        .with(owner.tenant_id.as_bytes())
        .with(&owner.version.to_be_bytes())
        .with(header)
}

fn cannot(action: &str, path: &Path, error: &std::io::Error) -> CryptoError {
    CryptoError::Configuration(format!("cannot {action} the key file {}: {}", path.display(), error.kind()))
}

#[expect(clippy::disallowed_methods, reason = "the id only makes a file's name unlike others")]
fn create_key_file(path: &Path) -> Result<(), CryptoError> {
    let key = random::secret_bytes::<KEY_LENGTH>()?;
    let mut encoded = Zeroizing::new(STANDARD.encode(key.as_slice()).into_bytes());
    encoded.push(b'\n');
    let directory = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let draft = directory.join(format!(".encryption-key-{}", Uuid::new_v4().simple()));
    let written = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&draft)
        .and_then(|mut file| file.write_all(&encoded).and_then(|()| file.sync_all()))
        // Unlike a rename, a link never replaces: a key that appeared meanwhile wins.
        .and_then(|()| match fs::hard_link(&draft, path) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
            outcome => outcome,
        });
    encoded.zeroize();
    let removed = fs::remove_file(&draft);
    written
        .and(removed)
        .and_then(|()| File::open(directory)?.sync_all())
        .map_err(|error| cannot("create", path, &error))
}

#[cfg(test)]
mod tests {
    use super::super::provider::{RootKeyState, WrappedRoot, rewrap_root};
    use super::*;
    use std::os::unix::fs::PermissionsExt;
    use std::path::PathBuf;
    use std::sync::{Arc, Barrier};

    const OWNER: RootKeyOwner = RootKeyOwner { tenant_id: Uuid::from_u128(1), version: 1 };

    fn provider(first_byte: u8) -> LocalKeyProvider {
        let mut key = [42u8; KEY_LENGTH];
        key[0] = first_byte;
        LocalKeyProvider::new(&key)
    }

    fn root() -> RootKey {
        RootKey::from_bytes(Zeroizing::new([0xAB; 32]))
    }

    fn sentence(outcome: Result<LocalKeyProvider, CryptoError>) -> String {
        match outcome {
            Err(CryptoError::Configuration(sentence)) => sentence,
            other => panic!("expected a sentence, got {other:?}"),
        }
    }

    struct Directory(PathBuf);

    impl Directory {
        #[expect(clippy::disallowed_methods, reason = "the id only makes a directory's name unlike others")]
        fn new() -> Self {
            let path = std::env::temp_dir().join(format!("key-file-{}", Uuid::new_v4()));
            fs::create_dir(&path).expect("a directory");
            Self(path)
        }

        fn file(&self, content: &[u8], mode: u32) -> PathBuf {
            let path = self.0.join("key");
            fs::write(&path, content).expect("written");
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).expect("mode set");
            path
        }
    }

    impl Drop for Directory {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[tokio::test]
    async fn a_wrapped_root_key_unwraps_for_its_owner() {
        let provider = provider(1);
        let wrapped = provider.wrap_root(OWNER, &root()).await.expect("wraps");
        assert_eq!(wrapped.len(), WRAPPED_LENGTH);
        assert_eq!(provider.unwrap_root(OWNER, &wrapped).await.expect("unwraps").expose(), root().expose());
    }

    #[tokio::test]
    async fn a_wrapped_root_key_does_not_unwrap_for_another_tenant_or_version() {
        let provider = provider(1);
        let wrapped = provider.wrap_root(OWNER, &root()).await.expect("wraps");
        for owner in [RootKeyOwner { version: 2, ..OWNER }, RootKeyOwner { tenant_id: Uuid::nil(), ..OWNER }]
        {
            assert_eq!(
                provider.unwrap_root(owner, &wrapped).await.expect_err("refused"),
                CryptoError::NotAuthentic
            );
        }
    }

    #[tokio::test]
    async fn a_wrong_key_is_told_apart_from_a_damaged_value() {
        let mut wrapped = provider(1).wrap_root(OWNER, &root()).await.expect("wraps");
        assert_eq!(
            provider(2).unwrap_root(OWNER, &wrapped).await.expect_err("refused"),
            CryptoError::WrongKey
        );
        wrapped[30] ^= 1;
        assert_eq!(
            provider(1).unwrap_root(OWNER, &wrapped).await.expect_err("refused"),
            CryptoError::NotAuthentic
        );
    }

    #[tokio::test]
    async fn a_wrong_key_under_a_forged_key_id_still_does_not_unwrap() {
        let mut wrapped = provider(1).wrap_root(OWNER, &root()).await.expect("wraps");
        wrapped[2..10].copy_from_slice(provider(2).key_id().as_bytes());
        assert_eq!(
            provider(2).unwrap_root(OWNER, &wrapped).await.expect_err("refused"),
            CryptoError::NotAuthentic
        );
    }

    #[tokio::test]
    async fn flipping_any_bit_or_truncating_a_wrapped_root_key_is_noticed() {
        let provider = provider(1);
        let wrapped = provider.wrap_root(OWNER, &root()).await.expect("wraps");
        for bit in 0..wrapped.len() * 8 {
            let mut changed = wrapped.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            assert!(provider.unwrap_root(OWNER, &changed).await.is_err(), "bit {bit}");
        }
        for length in 0..wrapped.len() {
            assert!(provider.unwrap_root(OWNER, &wrapped[..length]).await.is_err(), "cut to {length}");
        }
    }

    #[tokio::test]
    async fn rewrapping_moves_a_root_key_to_the_new_key_and_keeps_the_rest() {
        let (old, new) = (provider(1), provider(2));
        let wrapped = old.wrap_root(OWNER, &root()).await.expect("wraps");
        let stored = WrappedRoot { version: 1, wrapped, state: RootKeyState::Retired };
        let moved = rewrap_root(&old, &new, OWNER.tenant_id, &stored).await.expect("rewraps");
        assert_eq!((moved.version, moved.state), (1, RootKeyState::Retired));
        assert_eq!(new.unwrap_root(OWNER, &moved.wrapped).await.expect("unwraps").expose(), root().expose());
        assert_eq!(old.unwrap_root(OWNER, &moved.wrapped).await.expect_err("refused"), CryptoError::WrongKey);
    }

    #[test]
    fn a_key_of_any_other_shape_is_refused_with_one_sentence_that_does_not_repeat_it() {
        let good = STANDARD.encode((0..32).collect::<Vec<u8>>());
        let url_safe = format!("-_{}", &good[2..]);
        let not_canonical = good.replace("8=", "9=");
        assert_ne!(good, not_canonical);
        for bad in [
            "",
            "secret",
            &good[..43],
            &format!("{good}A"),
            &STANDARD.encode([1u8; 31]),
            &STANDARD.encode([1u8; 33]),
            &"0".repeat(64),
            &url_safe,
            &not_canonical,
            &STANDARD.encode([0u8; 32]),
        ] {
            let sentence = sentence(LocalKeyProvider::from_base64(&SecretString::from(bad)));
            assert_eq!(
                sentence,
                "ENCRYPTION_KEY must be 32 bytes in base64 (44 characters); create one with: openssl rand -base64 32"
            );
        }
        let padded = SecretString::from(format!(" {good}\n"));
        let plain = SecretString::from(good);
        assert_eq!(
            LocalKeyProvider::from_base64(&padded).expect("accepted").key_id(),
            LocalKeyProvider::from_base64(&plain).expect("accepted").key_id()
        );
    }

    #[test]
    fn the_key_id_is_stable_and_is_not_a_part_or_plain_hash_of_the_key() {
        use sha2::{Digest, Sha256};
        let mut key = [42u8; KEY_LENGTH];
        key[0] = 1;
        let id = provider(1).key_id();
        assert_eq!(id, provider(1).key_id());
        assert_ne!(id, provider(2).key_id());
        assert_ne!(id.as_bytes()[..], key[..8]);
        assert_ne!(id.as_bytes()[..], Sha256::digest(key)[..8]);
        assert_eq!(id.to_string().len(), 16);
    }

    #[test]
    fn a_missing_key_file_is_created_for_its_owner_only_and_read_again() {
        let directory = Directory::new();
        let path = directory.0.join("key");
        let created = LocalKeyProvider::from_file_or_create(&path).expect("created");
        assert_eq!(fs::metadata(&path).expect("exists").mode() & 0o7777, 0o600);
        let before = fs::read(&path).expect("readable");
        let read = LocalKeyProvider::from_file_or_create(&path).expect("read");
        assert_eq!(created.key_id(), read.key_id());
        assert_eq!(fs::read(&path).expect("readable"), before);
        assert_eq!(fs::read_dir(&directory.0).expect("listed").count(), 1, "no draft is left");
    }

    #[test]
    fn processes_that_start_at_once_agree_on_one_key() {
        let directory = Directory::new();
        let path = Arc::new(directory.0.join("key"));
        let barrier = Arc::new(Barrier::new(8));
        let threads: Vec<_> = (0..8)
            .map(|_| {
                let (path, barrier) = (path.clone(), barrier.clone());
                std::thread::spawn(move || {
                    barrier.wait();
                    LocalKeyProvider::from_file_or_create(&path).expect("a key").key_id()
                })
            })
            .collect();
        let ids: Vec<_> = threads.into_iter().map(|thread| thread.join().expect("no panic")).collect();
        assert!(ids.iter().all(|id| *id == ids[0]));
        assert_eq!(fs::read_dir(&directory.0).expect("listed").count(), 1, "no draft is left");
    }

    #[test]
    fn a_key_file_that_others_can_read_is_refused() {
        let directory = Directory::new();
        let content = STANDARD.encode((0..32).collect::<Vec<u8>>());
        for mode in [0o644, 0o640, 0o604, 0o660, 0o601, 0o610] {
            let path = directory.file(content.as_bytes(), mode);
            let sentence = sentence(LocalKeyProvider::from_file_or_create(&path));
            assert!(sentence.contains("chmod 600"), "{sentence}");
            assert!(!sentence.contains(&content));
        }
        let path = directory.file(content.as_bytes(), 0o400);
        LocalKeyProvider::from_file_or_create(&path).expect("readable by its owner only");
    }

    #[test]
    fn a_malformed_key_file_is_refused_and_left_as_it_is() {
        let directory = Directory::new();
        for content in [&b""[..], b"not a key", &[0xFF; 44], &[b'A'; 5000]] {
            let path = directory.file(content, 0o600);
            let sentence = sentence(LocalKeyProvider::from_file_or_create(&path));
            assert!(sentence.contains("44 characters"), "{sentence}");
            assert_eq!(fs::read(&path).expect("still there"), content);
        }
    }

    #[test]
    fn a_key_file_that_cannot_be_created_is_a_sentence() {
        let directory = Directory::new();
        let missing = directory.0.join("absent").join("key");
        assert!(
            sentence(LocalKeyProvider::from_file_or_create(&missing))
                .starts_with("cannot create the key file")
        );
        assert!(sentence(LocalKeyProvider::from_file_or_create(&directory.0)).contains("must be a file"));
    }

    #[test]
    fn debug_output_contains_no_key_bytes() {
        let printed = format!("{:?} {:?}", provider(1), root());
        assert!(!printed.contains("42, 42") && !printed.contains("2a2a"), "{printed}");
        assert!(!printed.contains("171") && !printed.to_lowercase().contains("abab"), "{printed}");
        let stored = WrappedRoot { version: 1, wrapped: vec![171; 70], state: RootKeyState::Active };
        assert!(!format!("{stored:?}").contains("171"));
    }
}
