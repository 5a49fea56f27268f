//! `consentry schema`: prints the GraphQL schema.

use super::{Failure, print};

pub(super) fn run() -> Result<(), Failure> {
    print(&crate::schema::sdl())
}
