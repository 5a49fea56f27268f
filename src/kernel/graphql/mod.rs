//! What GraphQL needs beside the features: directives, scalars, payloads, null propagation and masking.

mod directives;
mod mask;
mod nullable;
mod payload;
mod scalars;

pub use directives::{phi, public, requires};
pub use mask::{TagErrors, mask};
pub use nullable::NullableFields;
pub use payload::{Payload, Payloaded};
pub use scalars::{Date, DateTime};
