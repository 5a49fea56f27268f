//! Random bytes from the operating system.

use rand::TryRng;
use rand::rngs::SysRng;
use zeroize::Zeroizing;

use super::CryptoError;

/// Fills `N` bytes that need not stay secret: nonces and salts.
pub(super) fn public_bytes<const N: usize>() -> Result<[u8; N], CryptoError> {
    let mut bytes = [0u8; N];
    SysRng.try_fill_bytes(&mut bytes).map_err(|_| CryptoError::RandomUnavailable)?;
    Ok(bytes)
}

/// Fills `N` bytes of key material, cleared when dropped.
pub(super) fn secret_bytes<const N: usize>() -> Result<Zeroizing<[u8; N]>, CryptoError> {
    let mut bytes = Zeroizing::new([0u8; N]);
    SysRng.try_fill_bytes(bytes.as_mut_slice()).map_err(|_| CryptoError::RandomUnavailable)?;
    Ok(bytes)
}
