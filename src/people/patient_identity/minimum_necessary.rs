//! What of an identity a purpose needs: what the program's own people look at for payment, operations or an evaluation is
//! limited to that (45 CFR 164.502(b), 164.514(d)).

use entity::consent::purpose::Purpose;

use super::PatientIdentity;

impl PatientIdentity {
    /// The identity with what the purpose needs; what was taken out is named in `omitted`.
    pub(super) fn limited_to(self, purpose: Purpose) -> Self {
        let keeps = |field: &str| needed_for(purpose).contains(&field);
        let mut omitted = Vec::new();
        let Self {
            full_name,
            given_name,
            middle_name,
            family_name,
            preferred_name,
            birth_date,
            gender,
            pronouns,
            languages,
            phone,
            email,
            address,
            ssn_last4,
            emergency_contact,
            omitted: _,
        } = self;
        // Asked of what is there alone: that something is missing is said of nobody.
        let mut keep = |field: &'static str| {
            let keeps = keeps(field);
            if !keeps {
                omitted.push(field.to_owned());
            }
            keeps
        };
        Self {
            full_name,
            given_name,
            middle_name,
            family_name,
            preferred_name,
            birth_date: birth_date.filter(|_| keep("birthDate")),
            gender: gender.filter(|_| keep("gender")),
            pronouns: pronouns.filter(|_| keep("pronouns")),
            languages: if languages.is_empty() || keep("languages") { languages } else { Vec::new() },
            phone: phone.filter(|_| keep("phone")),
            email: email.filter(|_| keep("email")),
            address: address.filter(|_| keep("address")),
            ssn_last4: ssn_last4.filter(|_| keep("ssnLast4")),
            emergency_contact: emergency_contact.filter(|_| keep("emergencyContact")),
            omitted,
        }
    }
}

/// Besides names. A payer asks for whoever is insured; a house has to know whom it speaks to, and how to reach them; an
/// evaluator has to tell people of one name apart.
const fn needed_for(purpose: Purpose) -> &'static [&'static str] {
    match purpose {
        Purpose::Payment => &["birthDate", "gender", "address", "phone", "ssnLast4"],
        Purpose::Operations => &["pronouns", "languages", "phone", "email"],
        _ => &["birthDate"],
    }
}
