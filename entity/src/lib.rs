//! Consentry's tables as Rust.
//!
//! One folder per bounded context, one file per table. A table file holds the columns, their
//! [`Classification`](column::Classification) and nothing else: rules live with the API.
//!
//! Three types carry the promises:
//! [`Id<E>`](id::Id) names the row it points to, [`Sealed<K>`](column::Sealed) and
//! [`Gate<K, T>`](column::Gate) hold protected values that only a decision opens.

pub mod catalog;
pub mod clinical;
pub mod column;
pub mod consent;
pub mod data_class;
pub mod id;
pub mod identity;
pub mod people;
pub mod platform;
pub mod table;
pub mod tenancy;

pub use column::{Classification, Gate, ProtectedColumn, Sealed};
pub use data_class::DataClass;
pub use id::Id;
pub use table::{ImmutableTable, TenantTable};
