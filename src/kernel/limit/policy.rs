//! Which documents are executed for whom.

use entity::platform::audit_log::AuditCredential;

use crate::kernel::viewer::Viewer;

/// Who calls, as far as it decides which documents are executed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallerKind {
    /// Somebody who works here, signed in.
    Staff,
    /// A patient, signed in.
    Patient,
    /// A program that acts for a user.
    Token,
    /// Nobody who is known.
    Anonymous,
}

impl CallerKind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Staff, Self::Patient, Self::Token, Self::Anonymous];

    /// The kind as the operator writes it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Staff => "staff",
            Self::Patient => "patient",
            Self::Token => "token",
            Self::Anonymous => "anonymous",
        }
    }

    /// The kind of a caller.
    pub fn of(viewer: Option<&Viewer>) -> Self {
        let Some(viewer) = viewer else { return Self::Anonymous };
        match viewer.credential() {
            AuditCredential::ApiToken => Self::Token,
            _ if viewer.principal().is_workforce() => Self::Staff,
            _ => Self::Patient,
        }
    }
}

/// What is done with documents that are asked for by their id, and with others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DocumentMode {
    /// No document is found by an id.
    Off,
    /// Documents may be asked for by their id.
    #[default]
    Allowed,
    /// No document is executed that was not uploaded, or does not come with the server.
    Required,
}

/// To whom the schema is told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Introspection {
    /// To everybody.
    #[default]
    Everyone,
    /// To those who work here, and to their programs.
    Staff,
    /// To nobody.
    Nobody,
}

/// Which documents are executed for whom.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Policies {
    /// To whom the schema is told.
    pub introspection: Introspection,
    documents: [DocumentMode; CallerKind::ALL.len()],
}

impl Policies {
    /// The usual policies, telling the schema to these callers.
    #[must_use]
    pub fn telling_schema_to(introspection: Introspection) -> Self {
        Self { introspection, ..Self::default() }
    }

    /// The same policies with another mode for one kind of caller.
    #[must_use]
    pub const fn with_documents(mut self, kind: CallerKind, mode: DocumentMode) -> Self {
        self.documents[kind as usize] = mode;
        self
    }

    /// What is done with documents of a kind of caller.
    pub const fn documents(&self, kind: CallerKind) -> DocumentMode {
        self.documents[kind as usize]
    }

    /// Whether the schema is told to this caller.
    pub fn tells_schema(&self, viewer: Option<&Viewer>) -> bool {
        match self.introspection {
            Introspection::Everyone => true,
            Introspection::Staff => viewer.is_some_and(|viewer| viewer.principal().is_workforce()),
            Introspection::Nobody => false,
        }
    }
}
