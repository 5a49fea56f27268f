//! The permit: proof of a decision, and the only thing that opens protected columns.

use std::sync::{Arc, OnceLock};

use chrono::{DateTime, Utc};
use entity::{
    DataClass, Gate, Id, ProtectedColumn, Sealed,
    consent::{consent, purpose::Purpose},
    people::{patient, person, practitioner},
    platform::encryption_key::KeyPurpose,
};
use uuid::Uuid;
use zeroize::Zeroizing;

use super::{Action, Ask, Grant, Ground, PatientFacts, Principal, Subject, binds, facts::wrapped};
use crate::kernel::{
    crypto::{self, DataKeyPurpose, DataKeys, Place, TenantKeys},
    error::{Error, Result},
};

mod relative;
#[cfg(test)]
mod tests;

pub use relative::Relative;

/// A row with protected columns.
pub trait Protected {
    /// What kind of record the row is: a permit for another kind does not open it.
    const SUBJECT: Subject;

    /// The row's id: part of the encryption's associated data.
    fn row_id(&self) -> Uuid;
    /// Whose data it is.
    fn patient_id(&self) -> Id<patient::Entity>;
    /// The row's own label; `None` when it has that of the patient's row.
    fn label(&self) -> Option<DataClass>;
}

/// Proof that a look or a write was decided and recorded: for one patient, one kind of record, up to one class.
///
/// A permit to look opens; a permit to write seals, and opens nothing that leaves: only [`consult`](Self::consult) and
/// its like, for the rules of a mutation.
///
/// It cannot be made outside the kernel:
///
/// ```compile_fail
/// let permit = consentry::kernel::access::Permit { class: todo!() };
/// ```
#[derive(Debug)]
pub struct Permit {
    keys: Arc<TenantKeys>,
    facts: Arc<PatientFacts>,
    ask: Ask,
    grant: Grant,
    purpose: Option<Purpose>,
    identity: OnceLock<DataKeys>,
    clinical: OnceLock<DataKeys>,
    notes: OnceLock<DataKeys>,
}

impl Permit {
    pub(in crate::kernel) const fn issue(
        keys: Arc<TenantKeys>,
        facts: Arc<PatientFacts>,
        ask: Ask,
        grant: Grant,
        purpose: Option<Purpose>,
    ) -> Self {
        Self {
            keys,
            facts,
            ask,
            grant,
            purpose,
            identity: OnceLock::new(),
            clinical: OnceLock::new(),
            notes: OnceLock::new(),
        }
    }

    /// To account for a look that leaves the program, which is no question of permissions: the law obliges to it (42 CFR 2.25,
    /// 45 CFR 164.528). It seals what goes into the accounting of this patient, and shows nothing.
    pub(in crate::kernel) fn accounting(
        keys: Arc<TenantKeys>,
        facts: Arc<PatientFacts>,
        grant: Grant,
    ) -> Self {
        let floor = DataClass::GeneralPhi;
        let class = floor.stricter(facts.label);
        let ask = Ask { floor, class, action: Action::Write, subject: Subject::AccessRecord, author: None };
        Self::issue(keys, facts, ask, grant, None)
    }

    /// What the decision rests on.
    pub const fn ground(&self) -> Ground {
        self.grant.ground
    }

    /// The facts that were decided on.
    pub fn facts(&self) -> &PatientFacts {
        &self.facts
    }

    /// The purpose for which no more than the minimum necessary is shown (45 CFR 164.502(b)): what the program's own people
    /// look at for payment, operations or an evaluation. Treatment, the patient and whom the patient authorized see it all.
    pub fn minimum_necessary_for(&self) -> Option<Purpose> {
        let narrow = [Purpose::Payment, Purpose::Operations, Purpose::AuditEvaluation];
        self.purpose.filter(|purpose| narrow.contains(purpose) && !self.grant.leaves)
    }

    /// The patient's person: where the identity is.
    pub fn person_id(&self) -> Id<person::Entity> {
        self.facts.person_id
    }

    /// Whether a consent or restriction of the patient names this principal at the moment `now`.
    pub fn names(&self, consent: Id<consent::Entity>, principal: &Principal, now: DateTime<Utc>) -> bool {
        let mut consents = self.facts.consents.iter();
        consents.any(|facts| facts.id == consent && binds(facts, principal, &self.facts, now))
    }

    /// The value behind a gate.
    ///
    /// # Errors
    ///
    /// `INTERNAL` when the permit is for another patient, kind of record or action, or a less strict class: a bug, never
    /// the caller's fault.
    pub fn open<K: ProtectedColumn, T: Clone>(&self, row: &impl Protected, gate: &Gate<K, T>) -> Result<T> {
        self.admit::<K, _>(row, Use::Show)?;
        Ok(value(gate))
    }

    /// As [`open`](Self::open) for a column that may be empty.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open).
    pub fn open_optional<K: ProtectedColumn, T: Clone>(
        &self,
        row: &impl Protected,
        gate: Option<&Gate<K, T>>,
    ) -> Result<Option<T>> {
        gate.map(|gate| self.open(row, gate)).transpose()
    }

    /// As [`open`](Self::open) for the rules of a mutation, which decide by the value and never show it. Needs a permit to
    /// write.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open).
    pub fn consult<K: ProtectedColumn, T: Clone>(
        &self,
        row: &impl Protected,
        gate: &Gate<K, T>,
    ) -> Result<T> {
        self.admit::<K, _>(row, Use::Write)?;
        Ok(value(gate))
    }

    /// As [`consult`](Self::consult) for a column that may be empty.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open).
    pub fn consult_optional<K: ProtectedColumn, T: Clone>(
        &self,
        row: &impl Protected,
        gate: Option<&Gate<K, T>>,
    ) -> Result<Option<T>> {
        gate.map(|gate| self.consult(row, gate)).transpose()
    }

    /// The plaintext of a sealed column, cleared from memory when dropped.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open); `INTERNAL` also when the ciphertext does not authenticate at this place.
    pub fn unseal<K: ProtectedColumn>(
        &self,
        row: &impl Protected,
        sealed: Option<&Sealed<K>>,
    ) -> Result<Option<Zeroizing<String>>> {
        self.unseal_for(row, sealed, Use::Show)
    }

    /// As [`unseal`](Self::unseal) for what a mutation makes of the value and writes again, such as search tokens. Needs a
    /// permit to write.
    ///
    /// # Errors
    ///
    /// As [`unseal`](Self::unseal).
    pub fn consult_sealed<K: ProtectedColumn>(
        &self,
        row: &impl Protected,
        sealed: Option<&Sealed<K>>,
    ) -> Result<Option<Zeroizing<String>>> {
        self.unseal_for(row, sealed, Use::Write)
    }

    #[expect(clippy::disallowed_methods, reason = "the kernel opens ciphertext for those who hold a permit")]
    fn unseal_for<K: ProtectedColumn>(
        &self,
        row: &impl Protected,
        sealed: Option<&Sealed<K>>,
        purpose: Use,
    ) -> Result<Option<Zeroizing<String>>> {
        let Some(sealed) = sealed else { return Ok(None) };
        self.admit::<K, _>(row, purpose)?;
        let plaintext = crypto::open(self.ring::<K>()?, &self.place::<K>(row.row_id()), sealed.ciphertext())?;
        let text =
            std::str::from_utf8(&plaintext).map_err(|_| Error::internal("sealed text is not UTF-8"))?;
        Ok(Some(Zeroizing::new(text.to_owned())))
    }

    /// Seals a value for the column `K` of a row. Needs a permit to write.
    ///
    /// # Errors
    ///
    /// `INTERNAL` when the permit does not allow writing this row, or randomness fails.
    pub fn seal<K: ProtectedColumn>(&self, row: &impl Protected, plaintext: &str) -> Result<Sealed<K>> {
        self.admit::<K, _>(row, Use::Write)?;
        let place = self.place::<K>(row.row_id());
        let ciphertext = crypto::seal(self.ring::<K>()?, &place, plaintext.as_bytes())?;
        Ok(Sealed::new(ciphertext))
    }

    fn place<K: ProtectedColumn>(&self, row_id: Uuid) -> Place<'static> {
        Place { tenant_id: self.keys.tenant_id(), table: K::TABLE, column: K::COLUMN, row_id }
    }

    /// The data keys of a column, unwrapped when the first value of their purpose is opened.
    fn ring<K: ProtectedColumn>(&self) -> Result<&DataKeys> {
        let purpose = sealing_purpose(K::FLOOR);
        let (ring, stored) = match purpose {
            DataKeyPurpose::Identity => (&self.identity, KeyPurpose::Identity),
            DataKeyPurpose::Clinical => (&self.clinical, KeyPurpose::Clinical),
            DataKeyPurpose::ProtectedNote => (&self.notes, KeyPurpose::ProtectedNote),
        };
        if let Some(keys) = ring.get() {
            return Ok(keys);
        }
        let wrapped = wrapped(&self.facts.keys, stored)?;
        let keys = self.keys.unwrap_data_keys(self.person_id().uuid(), purpose, &wrapped)?;
        Ok(ring.get_or_init(|| keys))
    }

    fn admit<K: ProtectedColumn, R: Protected>(&self, row: &R, purpose: Use) -> Result<()> {
        let class = K::FLOOR.stricter(row.label().unwrap_or(self.facts.label));
        let writes = self.ask.action == Action::Write;
        let fits = row.patient_id() == self.facts.patient_id
            && R::SUBJECT == self.ask.subject
            && class <= self.ask.class
            && writes == (purpose == Use::Write);
        if fits {
            Ok(())
        } else {
            Err(Error::internal(format_args!("permit does not fit {}.{}", K::TABLE, K::COLUMN)))
        }
    }
}

/// What a value is opened for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Use {
    Show,
    Write,
}

#[expect(clippy::disallowed_methods, reason = "the kernel opens gates for those who hold a permit")]
fn value<K: ProtectedColumn, T: Clone>(gate: &Gate<K, T>) -> T {
    gate.value().clone()
}

/// Which of a person's data keys seals the columns of this floor.
pub const fn sealing_purpose(floor: DataClass) -> DataKeyPurpose {
    match floor {
        DataClass::Directory => DataKeyPurpose::Identity,
        DataClass::PsychotherapyNote | DataClass::SudCounselingNote => DataKeyPurpose::ProtectedNote,
        _ => DataKeyPurpose::Clinical,
    }
}

/// The label of a row, for the decision alone: it is never shown without a permit.
#[expect(clippy::disallowed_methods, reason = "the decision needs the label before there can be a permit")]
pub const fn label<K: ProtectedColumn>(label: &Gate<K, DataClass>) -> DataClass {
    *label.value()
}

/// Who wrote a note that is kept apart, for the decision alone: it is never shown without a permit.
#[expect(clippy::disallowed_methods, reason = "the decision needs the author before there can be a permit")]
pub const fn author<K: ProtectedColumn>(
    author: &Gate<K, Id<practitioner::Entity>>,
) -> Id<practitioner::Entity> {
    *author.value()
}

impl From<crypto::CryptoError> for Error {
    fn from(error: crypto::CryptoError) -> Self {
        if error.is_retryable() { Self::Unavailable } else { Self::internal(error) }
    }
}

pub(in crate::kernel) fn from_hexadecimal(text: &str) -> Result<Vec<u8>> {
    let malformed = || Error::internal("malformed hexadecimal");
    if !text.len().is_multiple_of(2) || !text.is_ascii() {
        return Err(malformed());
    }
    (0..text.len())
        .step_by(2)
        .map(|start| u8::from_str_radix(&text[start..start + 2], 16).map_err(|_| malformed()))
        .collect()
}
