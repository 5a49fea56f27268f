//! Somebody of a patient's family, whose name is sealed under data keys of their own and shown as part of the patient's
//! record: relatives' names identify a patient as well (45 CFR 164.514(b)(2)(i)).

use entity::{DataClass, Id, ProtectedColumn, Sealed, people::patient, people::person};
use uuid::Uuid;
use zeroize::Zeroizing;

use super::{Permit, Protected, Use};
use crate::kernel::{
    access::Subject,
    crypto::{self, DataKeyPurpose, DataKeys, Place, WrappedDataKey},
    error::{Error, Result},
};

/// Somebody of the family of a permit's patient: what the permit opens of the patient's identity, it opens of theirs.
pub struct Relative<'p> {
    permit: &'p Permit,
    person_id: Id<person::Entity>,
    keys: DataKeys,
}

/// The row of a relative in the vault, as part of the patient's record.
struct Row {
    person_id: Id<person::Entity>,
    patient_id: Id<patient::Entity>,
}

impl Protected for Row {
    const SUBJECT: Subject = Subject::Health;

    fn row_id(&self) -> Uuid {
        self.person_id.uuid()
    }

    fn patient_id(&self) -> Id<patient::Entity> {
        self.patient_id
    }

    fn label(&self) -> Option<DataClass> {
        None
    }
}

impl Permit {
    /// Somebody of the patient's family, by the wrapped keys of their own identity. The caller has read of a row of the
    /// patient's that they are one, and that they are no patient, whose identity is decided on by itself.
    ///
    /// # Errors
    ///
    /// `INTERNAL` when a key does not authenticate as that person's.
    pub fn relative(
        &self,
        person_id: Id<person::Entity>,
        wrapped: &[WrappedDataKey],
    ) -> Result<Relative<'_>> {
        let keys = self.keys.unwrap_data_keys(person_id.uuid(), DataKeyPurpose::Identity, wrapped)?;
        Ok(Relative { permit: self, person_id, keys })
    }
}

impl Relative<'_> {
    /// The plaintext of a sealed column of theirs, cleared from memory when dropped.
    ///
    /// # Errors
    ///
    /// As [`Permit::unseal`].
    #[expect(clippy::disallowed_methods, reason = "the kernel opens ciphertext for those who hold a permit")]
    pub fn unseal<K: ProtectedColumn>(
        &self,
        sealed: Option<&Sealed<K>>,
    ) -> Result<Option<Zeroizing<String>>> {
        let Some(sealed) = sealed else { return Ok(None) };
        self.permit.admit::<K, _>(&self.row(), Use::Show)?;
        let plaintext = crypto::open(&self.keys, &self.place::<K>(), sealed.ciphertext())?;
        let text =
            std::str::from_utf8(&plaintext).map_err(|_| Error::internal("sealed text is not UTF-8"))?;
        Ok(Some(Zeroizing::new(text.to_owned())))
    }

    /// Seals a value for a column of theirs. Needs a permit to write.
    ///
    /// # Errors
    ///
    /// As [`Permit::seal`].
    pub fn seal<K: ProtectedColumn>(&self, plaintext: &str) -> Result<Sealed<K>> {
        self.permit.admit::<K, _>(&self.row(), Use::Write)?;
        Ok(Sealed::new(crypto::seal(&self.keys, &self.place::<K>(), plaintext.as_bytes())?))
    }

    fn row(&self) -> Row {
        Row { person_id: self.person_id, patient_id: self.permit.facts.patient_id }
    }

    fn place<K: ProtectedColumn>(&self) -> Place<'static> {
        self.permit.place::<K>(self.person_id.uuid())
    }
}
