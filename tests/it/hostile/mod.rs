//! Callers who mean harm: what they send is refused or answered within limits, and nothing comes of it.

mod attacks;
mod collections;
mod corpus;
mod wire;
