/**
 * What stands in the first tab: operations that work for the clinician of the demo data, whose ids are the same in every
 * installation.
 */
export const SAMPLES = `# Sign in above, for example as Dana Ruiz, then run
# one of these: the button with the triangle lists
# them, Ctrl-Enter runs the one at the cursor.
#
# Each look is decided on and recorded. What you may
# not see is no error: the reason stands in its place.

# My patients: names where a consent covers this look.
query Patients {
  patients(orderBy: OLDEST_FIRST, first: 6) {
    totalCount
    nodes {
      displayCode
      status
      identity {
        ... on PatientIdentity {
          fullName
          birthDate
        }
        ... on Withheld {
          reason
        }
      }
    }
  }
}

# One of them: who treats her, what she signed.
query OnePatient {
  patient(id: "019b8be1-f502-7000-8000-000000000002") {
    displayCode
    identity {
      ... on PatientIdentity {
        fullName
        pronouns
        phone
      }
      ... on Withheld {
        reason
        consentRequestable
      }
    }
    careTeam {
      nodes {
        role
        practitioner {
          professionalName
        }
      }
    }
    consents {
      nodes {
        detail {
          ... on ConsentDetail {
            kind
            inForce
            purposes
            recipients {
              recipientClass
            }
          }
        }
      }
    }
  }
}

# Finds only those whose consent covers the search.
query Search {
  patients(search: { namePrefix: "Rey" }) {
    nodes {
      displayCode
      identity {
        ... on PatientIdentity {
          fullName
        }
      }
    }
  }
}

# Who can see what of her, and why.
query WhoCanSee {
  explainAccess(patientId: "019b8be1-f502-7000-8000-000000000002") {
    ... on AccessExplanation {
      entries {
        dataClass
        decision
        reason
        user {
          practitioner {
            professionalName
          }
        }
      }
    }
  }
}

# Who looked, refusals included; yours are on top.
query WhoLooked {
  accessHistory(patientId: "019b8be1-f502-7000-8000-000000000002", first: 5) {
    nodes {
      occurredAt
      operation
      actor {
        practitioner {
          professionalName
        }
      }
      subject {
        ... on AuditSubject {
          decision
          reason
          fields
        }
      }
    }
  }
}

# Who I am here, and what I may do.
query Me {
  viewer {
    roles
    purpose
    practitioner {
      professionalName
    }
    permissions {
      permission
      reach
    }
  }
}
`;
