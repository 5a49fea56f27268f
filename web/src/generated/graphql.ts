/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { Cursor, LocalDate, DateTime } from '../client/scalars';
import type { TypedDocumentNode as DocumentNode } from '@graphql-typed-document-node/core';
/** What allows somebody to see something of a patient. */
export type AccessGround =
  /** What compliance approved for an audit, the law or a court (42 CFR 2.53, 2.61 to 2.67). */
  | 'APPROVAL'
  /** They wrote the note and treat by it (42 CFR 2.31(b)(2), 45 CFR 164.508(a)(2)(i)(A)). */
  | 'AUTHORSHIP'
  /** A consent of the patient (42 CFR 2.31, 2.33; 45 CFR 164.508). */
  | 'CONSENT'
  /** A broken glass in a medical emergency (42 CFR 2.51). */
  | 'EMERGENCY'
  /** The organization lets its workforce look for treatment, payment and operations without a consent (45 CFR 164.506). */
  | 'INTERNAL_USE'
  /** Somebody with legal authority stands in the patient's place (45 CFR 164.502(g)). */
  | 'LEGAL_AUTHORITY'
  /** What is written, and records of consent and access, take a relationship to the patient alone. */
  | 'RELATIONSHIP'
  /** It is the patient's own record (45 CFR 164.524). */
  | 'SELF'
  /** What a patient shares with family or friends, under a consent. */
  | 'SHARING';

/** By which rule disclosures are accounted for. */
export type AccountingRegime =
  /** Both, each with its own years. */
  | 'ALL'
  /**
   * What left in the last six years without an authorization of the patient and not for treatment, payment or operations:
   * what an exception allowed (45 CFR 164.528(a)(1)).
   */
  | 'HIPAA'
  /** What left with a consent in the last three years, also for treatment, payment and operations (42 CFR 2.25). */
  | 'PART2';

/** What was attempted. */
export type AuditAction =
  /** A disclosure to the outside. */
  | 'DISCLOSE'
  /** An export. */
  | 'EXPORT'
  /** A search over protected data. */
  | 'SEARCH'
  /** A sign-in. */
  | 'SIGN_IN'
  /** A sign-out. */
  | 'SIGN_OUT'
  /** Protected data was asked for. */
  | 'VIEW'
  /** Something was written. */
  | 'WRITE';

/** What was decided. */
export type AuditDecision =
  /** The answer was no. */
  | 'DENY'
  /** The answer was yes. */
  | 'PERMIT';

/** What a practitioner does for the patient. */
export type CareTeamRole =
  /** Assists in the care. */
  | 'ASSISTANT'
  /** Coordinates the care: case or house manager. */
  | 'COORDINATOR'
  /** Took the patient in. */
  | 'INTAKE'
  /** Leads the care. */
  | 'PRIMARY'
  /** Supervises the care. */
  | 'SUPERVISOR';

/** In which order of writing. */
export type Chronology =
  /** The newest first. */
  | 'NEWEST_FIRST'
  /** The oldest first. */
  | 'OLDEST_FIRST';

/** Who signed besides the first, on the same form and day. */
export type ConsentCoSignerInput = {
  /** In what capacity: `MINOR`, `PARENT`, `GUARDIAN` or `LEGAL_REPRESENTATIVE`. */
  capacity: SignerCapacity;
  /** Who; left out for the patient, `MINOR`. */
  personId?: string | null | undefined;
};

/** How somebody of the family is reached. Kept as a code that nobody reads back: keep the contact yourself where it is needed. */
export type ConsentContactInput = {
  /** The e-mail address, without regard to case, or the phone number: with its country code, else one of the United States. */
  contact: string;
  /** Whether it is an e-mail address or a phone number. */
  kind: ContactKind;
};

/** Whether it allows or forbids. */
export type ConsentDecision =
  /** Forbids, and overrides what others allow. */
  | 'DENY'
  /** Allows what it covers. */
  | 'PERMIT';

/** How a consent ends. Exactly one. */
export type ConsentExpiryInput =
  {   /** At this moment, exclusively. */
  date: string; event?: never; never?: never; }
  |  { date?: never;   /** When this event is recorded with `recordExpiryEvent`; at most 200 characters. */
  event: string; never?: never; }
  |  { date?: never; event?: never;   /** Never; `true`. Allowed for `TPO` and `RESTRICTION` alone. */
  never: boolean; };

/** An intermediary, and to whom it passes on what it gets. */
export type ConsentIntermediaryInput = {
  /** Its name; 1 to 200 characters. */
  name: string;
  /** Its participants: a form that names others than `TREATING_PROVIDERS` cannot be signed (42 CFR 2.31(a)(4)(ii)(B)). */
  participants: RecipientClass;
};

/** What a consent is for; some kinds may not be combined. */
export type ConsentKind =
  /** Sharing with family or friends. */
  | 'FAMILY_SHARING'
  /** Use in a civil, criminal, administrative or legislative proceeding alone (42 CFR 2.31(d)). */
  | 'LEGAL_PROCEEDING'
  /** Psychotherapy notes alone (45 CFR 164.508(a)(2)). */
  | 'PSYCHOTHERAPY_NOTES'
  /** Reporting back to the organization that referred the patient. */
  | 'REFERRAL_PARTNER'
  /** Use in research. */
  | 'RESEARCH'
  /** Forbids: a restriction that the patient asked for (42 CFR 2.26, 45 CFR 164.522(a)). */
  | 'RESTRICTION'
  /** Specific information to specific recipients for specific purposes (42 CFR 2.31(a)). */
  | 'SPECIFIC'
  /** SUD counseling notes alone (42 CFR 2.31(b)). */
  | 'SUD_COUNSELING_NOTES'
  /** Treatment, payment and health care operations (42 CFR 2.33(b)). */
  | 'TPO';

/** Somebody a consent names. Exactly one. */
export type ConsentRecipientInput =
  {   /** Somebody of the family, or a friend, by their e-mail address or phone number: for `FAMILY_SHARING` and restrictions. */
  contact: ConsentContactInput; intermediary?: never; organizationId?: never; practitionerId?: never; recipientClass?: never; userId?: never; }
  |  { contact?: never;   /** An intermediary such as a health information exchange (42 CFR 2.31(a)(4)(ii)). */
  intermediary: ConsentIntermediaryInput; organizationId?: never; practitionerId?: never; recipientClass?: never; userId?: never; }
  |  { contact?: never; intermediary?: never;   /** An organization with all beneath it. */
  organizationId: string; practitionerId?: never; recipientClass?: never; userId?: never; }
  |  { contact?: never; intermediary?: never; organizationId?: never;   /** One practitioner. */
  practitionerId: string; recipientClass?: never; userId?: never; }
  |  { contact?: never; intermediary?: never; organizationId?: never; practitionerId?: never;   /** A class of recipients (42 CFR 2.31(a)(4)). */
  recipientClass: RecipientClass; userId?: never; }
  |  { contact?: never; intermediary?: never; organizationId?: never; practitionerId?: never; recipientClass?: never;   /** One user. */
  userId: string; };

/** Data that a consent covers. */
export type ConsentScopeInput = {
  /** From when. */
  coversFrom?: string | null | undefined;
  /** Until when, exclusively. */
  coversTo?: string | null | undefined;
  /** The class. `DEIDENTIFIED` needs no consent and is refused. */
  dataClass: DataClass;
  /**
   * Narrows the scope to this kind of resource, a word in capital letters such as `DRUG_TEST`; at most 64 of `A` to `Z`,
   * digits and underscores. No kinds are told apart yet: what permits one kind alone opens nothing until they are, and
   * what forbids one kind forbids all of the class.
   */
  resourceKind?: string | null | undefined;
};

/** Where a consent stands. Expiry by date is not a status alone: it is compared at the time of each look. */
export type ConsentStatus =
  /** Signed and not withdrawn. */
  | 'ACTIVE'
  /** Being prepared; permits nothing. */
  | 'DRAFT'
  /** Past its end. */
  | 'EXPIRED'
  /** Waits for a signature; permits nothing. */
  | 'PENDING_SIGNATURE'
  /** Not signed: the patient said no. */
  | 'REJECTED'
  /** Withdrawn by the patient; permits nothing from that moment. */
  | 'REVOKED'
  /** Replaced by a newer one. */
  | 'SUPERSEDED';

/** What a consent says. */
export type ConsentTermsInput = {
  /**
   * Who may disclose (42 CFR 2.31(a)(2)): your own organization, also when left out. Another organization is refused
   * with `VALIDATION_FAILED`, since what lets somebody else disclose opens nothing here.
   */
  discloserOrganizationId?: string | null | undefined;
  /** How it ends. */
  expiry: ConsentExpiryInput;
  /**
   * What it is for. Some kinds stand alone: notes kept apart, legal proceedings and research (42 CFR 2.31(b) and (d), 45
   * CFR 164.508(b)(3)).
   */
  kind: ConsentKind;
  /**
   * For what purposes; a consent without any matches nothing and cannot be signed. `TPO` takes `TREATMENT`, `PAYMENT` and
   * `OPERATIONS` alone.
   */
  purposes: Array<Purpose>;
  /** Whom it names; 1 to 50. `FAMILY_SHARING` takes contacts and users alone, `REFERRAL_PARTNER` organizations alone. */
  recipients: Array<ConsentRecipientInput>;
  /** Whether the form states that what is disclosed may be disclosed again (42 CFR 2.31(a)(10)); needed for `TPO`. */
  redisclosureStatement?: boolean;
  /** Whether the form states what a refusal would mean (42 CFR 2.31(a)(10)); needed for `TPO`. */
  refusalConsequences?: boolean;
  /** Which data it covers; 1 to 50. */
  scopes: Array<ConsentScopeInput>;
  /** From when it holds; now when left out. */
  validFrom?: string | null | undefined;
};

/** How somebody is reached. */
export type ContactKind =
  /** By e-mail. */
  | 'EMAIL'
  /** By phone. */
  | 'PHONE';

/**
 * How sensitive a value is, from open to most protected. Written with every protected row when the
 * row is written (42 CFR Part 2; HL7 DS4P labels), so that no later mapping can lower it.
 */
export type DataClass =
  /** Tells nothing about who the patient is: display codes, counts, states. */
  | 'DEIDENTIFIED'
  /** Who the patient is and how to reach them (identity and contact). */
  | 'DIRECTORY'
  /** Charges, payments and coverage. */
  | 'FINANCIAL'
  /** Health information without a special rule (HIPAA protected health information, label N). */
  | 'GENERAL_PHI'
  /** Mental-health information (label R). */
  | 'MENTAL_HEALTH'
  /** Care to which a minor consented alone under state law (42 CFR 2.14). */
  | 'MINOR_CONFIDENTIAL'
  /** Psychotherapy notes kept apart from the record (45 CFR 164.508(a)(2), label V). */
  | 'PSYCHOTHERAPY_NOTE'
  /**
   * Substance use disorder records of a Part 2 program (42 CFR Part 2, label R). In such a program
   * the identity link itself is of this class.
   */
  | 'SUD'
  /** SUD counseling notes kept apart from the record (42 CFR 2.31(b), label V). */
  | 'SUD_COUNSELING_NOTE';

/** Why something was disclosed without a consent. */
export type DisclosureException =
  /** A bona fide medical emergency in which consent could not be obtained (42 CFR 2.51). */
  | 'EMERGENCY';

/** A consent to prepare. */
export type DraftConsentInput = {
  /**
   * Whether it stays a `DRAFT` that nobody can sign until `requestSignature`; otherwise it is `PENDING_SIGNATURE` at once,
   * as it stands.
   */
  asDraft?: boolean;
  /** Whose consent. */
  patientId: string;
  /**
   * A consent of the same patient and kind that is `ACTIVE`: it becomes `SUPERSEDED` at the moment at which this one
   * becomes `ACTIVE`, and stays as it is until then.
   */
  supersedesId?: string | null | undefined;
  /** What it says. */
  terms: ConsentTermsInput;
};

/** When a consent ends. */
export type ExpiryKind =
  /** At `validTo`. */
  | 'DATE'
  /** When the named event is recorded. */
  | 'EVENT'
  /** Never: allowed for treatment, payment and operations alone. */
  | 'NONE';

/** Compares a patient's location. */
export type LocationComparator = {
  /** Exactly this. */
  eq?: string | null | undefined;
  /** One of these; an empty list matches nobody. */
  in?: Array<string> | null | undefined;
};

/** What a location is. */
export type LocationKind =
  /** A clinic or office that patients visit. */
  | 'CLINIC'
  /** A house where patients live. */
  | 'HOUSE'
  /** A property that holds houses. */
  | 'PROPERTY';

/** Which patients. All conditions given must hold. */
export type PatientFilter = {
  /** All of these must hold. At most three levels deep. */
  and?: Array<PatientFilter> | null | undefined;
  /** By the location that serves the patient. */
  locationId?: LocationComparator | null | undefined;
  /** This must not hold. */
  not?: PatientFilter | null | undefined;
  /** One of these must hold. At most three levels deep. */
  or?: Array<PatientFilter> | null | undefined;
  /** By status. */
  status?: PatientStatusComparator | null | undefined;
};

/** By what to search. Exactly one. */
export type PatientSearch =
  {   /** The whole email address; case does not matter. */
  email: string; namePrefix?: never; phone?: never; }
  |  { email?: never;   /** The beginnings of the given or family name, of at least three letters each; case and accents do not matter. */
  namePrefix: string; phone?: never; }
  |  { email?: never; namePrefix?: never;   /** The whole phone number; numbers without a country code are read as of the United States. */
  phone: string; };

/** Where a patient stands. */
export type PatientStatus =
  /** In care. */
  | 'ACTIVE'
  /** Care has ended. */
  | 'DISCHARGED'
  /** Not in care, for another reason. */
  | 'INACTIVE'
  /** Care is suspended for a while. */
  | 'PAUSED';

/** Compares a patient's status. */
export type PatientStatusComparator = {
  /** Exactly this. */
  eq?: PatientStatus | null | undefined;
  /** One of these; an empty list matches nobody. */
  in?: Array<PatientStatus> | null | undefined;
};

/** What a practitioner does. */
export type PractitionerKind =
  /** An assistant. */
  | 'ASSISTANT'
  /** A licensed clinician or a case manager. */
  | 'PRACTITIONER'
  /** A call-center specialist. */
  | 'SPECIALIST';

/**
 * Why somebody looks (HL7 purpose of use). Stated in the header `X-Purpose-Of-Use`; users of the staff
 * and patients have a default, API tokens have none.
 */
export type Purpose =
  /** Audit and evaluation (42 CFR 2.53). */
  | 'AUDIT_EVALUATION'
  /** A bona fide medical emergency (42 CFR 2.51). */
  | 'EMERGENCY'
  /** A civil, criminal, administrative or legislative proceeding (42 CFR 2.31(d), 2.61 to 2.67). */
  | 'LEGAL_PROCEEDING'
  /** Health care operations of the program. */
  | 'OPERATIONS'
  /** The patient asked for their own data (45 CFR 164.524). */
  | 'PATIENT_REQUEST'
  /** Getting paid for care. */
  | 'PAYMENT'
  /** Public health, de-identified alone (42 CFR 2.54). */
  | 'PUBLIC_HEALTH'
  /** Required by law. */
  | 'REQUIRED_BY_LAW'
  /** Research (42 CFR 2.52). */
  | 'RESEARCH'
  /** Treating the patient. */
  | 'TREATMENT';

/** How far a permission reaches. */
export type Reach =
  /** Own caseload, location, referrals or calls. */
  | 'OWN'
  /** The caller's own record, or a dependant's. */
  | 'SELF'
  /** Everything of the tenant. */
  | 'TENANT';

/** A class of recipients. */
export type RecipientClass =
  /** The patient's health plans. */
  | 'HEALTH_PLANS'
  /** The workforce of the program that holds the record, within a relationship to the patient. */
  | 'PROGRAM_WORKFORCE'
  /** Those who treat the patient now: a live treating relationship is needed. */
  | 'TREATING_PROVIDERS';

/** How a recipient is named. */
export type RecipientKind =
  /** A class of recipients. */
  | 'CLASS'
  /** A family member or friend, by a keyed token of their contact. */
  | 'CONTACT'
  /** An intermediary such as a health information exchange, with the class of its participants (42 CFR 2.31(a)(4)(ii)). */
  | 'INTERMEDIARY'
  /** An organization with all beneath it. */
  | 'ORGANIZATION'
  /** One practitioner. */
  | 'PRACTITIONER'
  /** One user. */
  | 'USER';

/** A consent that was signed elsewhere. */
export type RecordConsentInput = {
  /** Who signed besides, where both the minor and somebody with legal authority have to (42 CFR 2.14(c)). */
  coSigner?: ConsentCoSignerInput | null | undefined;
  /** Where the signed form is filed; 1 to 200 characters. Do not put a name into it. */
  evidenceReference: string;
  /** A key of your choice, 1 to 200 characters: the same key and input within 24 hours file the consent once. */
  idempotencyKey?: string | null | undefined;
  /** Whose consent. */
  patientId: string;
  /** How it was signed: `PAPER` or `VERBAL_DOCUMENTED`. */
  signatureMethod: SignatureMethod;
  /** When it was signed; not in the future. */
  signedAt: string;
  /**
   * In what capacity it was signed: `SELF` by an adult, `MINOR` by a patient who was a minor then. `PARENT` and `GUARDIAN`
   * need `signerPersonId`; a `LEGAL_REPRESENTATIVE` may be named on the filed form alone.
   */
  signerCapacity: SignerCapacity;
  /** Who signed for the patient: a person whose legal authority in that capacity was verified, and held when they signed. */
  signerPersonId?: string | null | undefined;
  /** A consent of the same patient and kind that is `ACTIVE`: it becomes `SUPERSEDED`. */
  supersedesId?: string | null | undefined;
  /** What it says. */
  terms: ConsentTermsInput;
};

/** How staff know of a revocation. */
export type RevocationEvidenceInput = {
  /** How the patient revoked: `PAPER` or `VERBAL_DOCUMENTED`. */
  method: SignatureMethod;
  /** Where the evidence is filed; 1 to 200 characters. Do not put a name into it. */
  reference: string;
};

/** A consent to revoke. */
export type RevokeConsentInput = {
  /** The consent. */
  consentId: string;
  /** How staff know of it; needed when it is not the patient who revokes here. */
  evidence?: RevocationEvidenceInput | null | undefined;
  /** Why, in the patient's words, at most 1,000 characters. Nobody has to say why. */
  reason?: string | null | undefined;
};

/** A consent to sign. */
export type SignConsentInput = {
  /** The consent. */
  consentId: string;
  /** `version` of the consent as the signer read it; when it changed since, sign what it says now. */
  expectedVersion: number;
};

/** Who wants to sign in. */
export type SignInInput = {
  /** The email address. */
  email: string;
  /**
   * The code of the authenticator app, or a recovery code; needed when the answer to the password alone is
   * `ONE_TIME_CODE_REQUIRED`.
   */
  oneTimeCode?: string | null | undefined;
  /** The organization's short name, such as `demo`. */
  organization: string;
  /** The password. */
  password: string;
};

/** How it was signed or revoked. */
export type SignatureMethod =
  /** In Consentry, by the signed-in person. */
  | 'ELECTRONIC'
  /** On paper; the evidence is named by its reference. */
  | 'PAPER'
  /** Orally, documented by staff; the evidence is named by its reference. */
  | 'VERBAL_DOCUMENTED';

/** In what capacity the signer signed. */
export type SignerCapacity =
  /** A guardian. */
  | 'GUARDIAN'
  /** A legal representative. */
  | 'LEGAL_REPRESENTATIVE'
  /** A minor who may consent alone under state law. */
  | 'MINOR'
  /** A parent. */
  | 'PARENT'
  /** The patient. */
  | 'SELF';

/** `userErrors[].code`: why input or state was refused. */
export type UserErrorCode =
  /** The decision on this patient's data was no; read `explainAccess` for the reason. */
  | 'ACCESS_DENIED'
  /** It exists already. */
  | 'ALREADY_EXISTS'
  /** The glass is not broken for this: not for these classes of data, or not by you (42 CFR 2.51). */
  | 'BREAK_GLASS_DENIED'
  /** The idempotency key was used with other input. */
  | 'IDEMPOTENCY_CONFLICT'
  /** Email, password or organization is wrong, or the account cannot sign in. */
  | 'INVALID_CREDENTIALS'
  /** The state does not allow it, for example revoking a consent that is not active. */
  | 'INVALID_STATE'
  /** The token is not valid, was used or replaced, or has expired: ask for another one. */
  | 'INVALID_TOKEN'
  /** No such row, or not yours: the same answer for both. */
  | 'NOT_FOUND'
  /**
   * The password is right, and the account needs a one-time code or a recovery code besides: send the password again,
   * with the code.
   */
  | 'ONE_TIME_CODE_REQUIRED'
  /** The role stands above your own highest: somebody of that rank or a higher one has to do it. */
  | 'RANK_TOO_LOW'
  /** Somebody else has to do it: nobody does both halves of this. */
  | 'SEPARATION_OF_DUTIES'
  /** Somebody else changed the row since you read it: read it again and decide anew. */
  | 'STALE_VERSION'
  /** The input breaks a rule; `field` names it. */
  | 'VALIDATION_FAILED';

/** Why a protected value is withheld. */
export type WithheldReason =
  /** The only reason that callers outside the program are told (42 CFR 2.13(c)). */
  | 'ACCESS_DENIED'
  /** The consent that covered it has ended (42 CFR 2.31(c)). */
  | 'CONSENT_EXPIRED'
  /** No consent of the patient covers this look (42 CFR 2.31, 2.33; 45 CFR 164.508). */
  | 'CONSENT_REQUIRED'
  /** The patient revoked the consent that covered it (42 CFR 2.31(c)). */
  | 'CONSENT_REVOKED'
  /** Your role does not allow it, or you have no relationship to the patient. */
  | 'FORBIDDEN'
  /** State the purpose of use in the header `X-Purpose-Of-Use`; one that your role may act for. */
  | 'PURPOSE_REQUIRED'
  /** The patient asked for a restriction (42 CFR 2.26, 45 CFR 164.522(a)). */
  | 'RESTRICTED'
  /** This class of data or this purpose needs a consent of its own (42 CFR 2.31(b), (d); 45 CFR 164.508(a)(2)). */
  | 'SEPARATE_CONSENT_REQUIRED';

export type ExplainAccessQueryVariables = Exact<{
  patientId: string;
}>;


export type ExplainAccessQuery = { explainAccess:
    | { __typename: 'AccessExplanation', entries: Array<{ dataClass: DataClass, isIdentity: boolean, purpose: Purpose | null, decision: AuditDecision, reason: WithheldReason | null, ground: AccessGround | null, until: DateTime | null, user: { id: string, practitioner: { id: string, professionalName: string } | null } | null, organization: { id: string, name: string } | null, viaConsent: { id: string } | null }> }
    | { __typename: 'Withheld', reason: WithheldReason, dataClass: DataClass, consentRequestable: boolean, breakGlassAvailable: boolean }
   | null };

export type AccessHistoryQueryVariables = Exact<{
  patientId: string;
  first?: number | null | undefined;
  after?: Cursor | null | undefined;
}>;


export type AccessHistoryQuery = { accessHistory: { nodes: Array<{ id: string, occurredAt: DateTime, operation: string, action: AuditAction, actorRole: string | null, actor: { id: string, practitioner: { id: string, professionalName: string } | null } | null, subject:
        | { __typename: 'AuditSubject', decision: AuditDecision, fields: Array<string>, purpose: Purpose | null, ground: AccessGround | null, lookedAt: DataClass | null, refusal: string | null }
        | { __typename: 'Withheld', reason: WithheldReason, dataClass: DataClass, consentRequestable: boolean, breakGlassAvailable: boolean }
       | null }>, pageInfo: { hasNextPage: boolean, endCursor: Cursor | null } } | null };

export type AccountingQueryVariables = Exact<{
  patientId: string;
  regime: AccountingRegime;
  first?: number | null | undefined;
  after?: Cursor | null | undefined;
}>;


export type AccountingQuery = { accountingOfDisclosures: { nodes: Array<{ id: string, detail:
        | { __typename: 'DisclosureDetail', occurredAt: DateTime, dataClasses: Array<DataClass>, description: string, purpose: Purpose | null, exception: DisclosureException | null, consentCopy: string, recipient: { name: string, affiliation: string | null, address: string | null } }
        | { __typename: 'Withheld', reason: WithheldReason, dataClass: DataClass, consentRequestable: boolean, breakGlassAvailable: boolean }
       | null }>, pageInfo: { hasNextPage: boolean, endCursor: Cursor | null } } | null };

export type PersonFragment = { id: string, practitioner: { id: string, professionalName: string } | null };

export type ConsentsQueryVariables = Exact<{
  patientId: string;
  first?: number | null | undefined;
  after?: Cursor | null | undefined;
}>;


export type ConsentsQuery = { consents: { nodes: Array<{ id: string, version: number, createdAt: DateTime, detail:
        | { __typename: 'ConsentDetail', kind: ConsentKind, decision: ConsentDecision, status: ConsentStatus, inForce: boolean, purposes: Array<Purpose>, validFrom: DateTime, validTo: DateTime | null, expiryKind: ExpiryKind, expiryEvent: string | null, signedAt: DateTime | null, signatureMethod: SignatureMethod | null, signerCapacity: SignerCapacity | null, revokedAt: DateTime | null, revocationMethod: SignatureMethod | null, revocationReason: string | null, scopes: Array<{ dataClass: DataClass, coversFrom: DateTime | null, coversTo: DateTime | null }>, recipients: Array<{ kind: RecipientKind, recipientClass: RecipientClass | null, intermediaryName: string | null, organizationId: string | null, userId: string | null, practitioner: { id: string, professionalName: string } | null }> }
        | { __typename: 'Withheld', reason: WithheldReason, dataClass: DataClass, consentRequestable: boolean, breakGlassAvailable: boolean }
       | null }>, pageInfo: { hasNextPage: boolean, endCursor: Cursor | null } } | null };

export type DraftConsentMutationVariables = Exact<{
  input: DraftConsentInput;
}>;


export type DraftConsentMutation = { draftConsent: { result: { id: string, version: number, createdAt: DateTime, detail:
        | { __typename: 'ConsentDetail', kind: ConsentKind, decision: ConsentDecision, status: ConsentStatus, inForce: boolean, purposes: Array<Purpose>, validFrom: DateTime, validTo: DateTime | null, expiryKind: ExpiryKind, expiryEvent: string | null, signedAt: DateTime | null, signatureMethod: SignatureMethod | null, signerCapacity: SignerCapacity | null, revokedAt: DateTime | null, revocationMethod: SignatureMethod | null, revocationReason: string | null, scopes: Array<{ dataClass: DataClass, coversFrom: DateTime | null, coversTo: DateTime | null }>, recipients: Array<{ kind: RecipientKind, recipientClass: RecipientClass | null, intermediaryName: string | null, organizationId: string | null, userId: string | null, practitioner: { id: string, professionalName: string } | null }> }
        | { __typename: 'Withheld', reason: WithheldReason, dataClass: DataClass, consentRequestable: boolean, breakGlassAvailable: boolean }
       | null } | null, userErrors: Array<{ code: UserErrorCode, field: Array<string>, message: string }> } | null };

export type SignConsentMutationVariables = Exact<{
  input: SignConsentInput;
}>;


export type SignConsentMutation = { signConsent: { result: { id: string, version: number, createdAt: DateTime, detail:
        | { __typename: 'ConsentDetail', kind: ConsentKind, decision: ConsentDecision, status: ConsentStatus, inForce: boolean, purposes: Array<Purpose>, validFrom: DateTime, validTo: DateTime | null, expiryKind: ExpiryKind, expiryEvent: string | null, signedAt: DateTime | null, signatureMethod: SignatureMethod | null, signerCapacity: SignerCapacity | null, revokedAt: DateTime | null, revocationMethod: SignatureMethod | null, revocationReason: string | null, scopes: Array<{ dataClass: DataClass, coversFrom: DateTime | null, coversTo: DateTime | null }>, recipients: Array<{ kind: RecipientKind, recipientClass: RecipientClass | null, intermediaryName: string | null, organizationId: string | null, userId: string | null, practitioner: { id: string, professionalName: string } | null }> }
        | { __typename: 'Withheld', reason: WithheldReason, dataClass: DataClass, consentRequestable: boolean, breakGlassAvailable: boolean }
       | null } | null, userErrors: Array<{ code: UserErrorCode, field: Array<string>, message: string }> } | null };

export type RecordConsentMutationVariables = Exact<{
  input: RecordConsentInput;
}>;


export type RecordConsentMutation = { recordConsent: { result: { id: string, version: number, createdAt: DateTime, detail:
        | { __typename: 'ConsentDetail', kind: ConsentKind, decision: ConsentDecision, status: ConsentStatus, inForce: boolean, purposes: Array<Purpose>, validFrom: DateTime, validTo: DateTime | null, expiryKind: ExpiryKind, expiryEvent: string | null, signedAt: DateTime | null, signatureMethod: SignatureMethod | null, signerCapacity: SignerCapacity | null, revokedAt: DateTime | null, revocationMethod: SignatureMethod | null, revocationReason: string | null, scopes: Array<{ dataClass: DataClass, coversFrom: DateTime | null, coversTo: DateTime | null }>, recipients: Array<{ kind: RecipientKind, recipientClass: RecipientClass | null, intermediaryName: string | null, organizationId: string | null, userId: string | null, practitioner: { id: string, professionalName: string } | null }> }
        | { __typename: 'Withheld', reason: WithheldReason, dataClass: DataClass, consentRequestable: boolean, breakGlassAvailable: boolean }
       | null } | null, userErrors: Array<{ code: UserErrorCode, field: Array<string>, message: string }> } | null };

export type RevokeConsentMutationVariables = Exact<{
  input: RevokeConsentInput;
}>;


export type RevokeConsentMutation = { revokeConsent: { result: { id: string, version: number, createdAt: DateTime, detail:
        | { __typename: 'ConsentDetail', kind: ConsentKind, decision: ConsentDecision, status: ConsentStatus, inForce: boolean, purposes: Array<Purpose>, validFrom: DateTime, validTo: DateTime | null, expiryKind: ExpiryKind, expiryEvent: string | null, signedAt: DateTime | null, signatureMethod: SignatureMethod | null, signerCapacity: SignerCapacity | null, revokedAt: DateTime | null, revocationMethod: SignatureMethod | null, revocationReason: string | null, scopes: Array<{ dataClass: DataClass, coversFrom: DateTime | null, coversTo: DateTime | null }>, recipients: Array<{ kind: RecipientKind, recipientClass: RecipientClass | null, intermediaryName: string | null, organizationId: string | null, userId: string | null, practitioner: { id: string, professionalName: string } | null }> }
        | { __typename: 'Withheld', reason: WithheldReason, dataClass: DataClass, consentRequestable: boolean, breakGlassAvailable: boolean }
       | null } | null, userErrors: Array<{ code: UserErrorCode, field: Array<string>, message: string }> } | null };

export type ConsentWithDetailFragment = { id: string, version: number, createdAt: DateTime, detail:
    | { __typename: 'ConsentDetail', kind: ConsentKind, decision: ConsentDecision, status: ConsentStatus, inForce: boolean, purposes: Array<Purpose>, validFrom: DateTime, validTo: DateTime | null, expiryKind: ExpiryKind, expiryEvent: string | null, signedAt: DateTime | null, signatureMethod: SignatureMethod | null, signerCapacity: SignerCapacity | null, revokedAt: DateTime | null, revocationMethod: SignatureMethod | null, revocationReason: string | null, scopes: Array<{ dataClass: DataClass, coversFrom: DateTime | null, coversTo: DateTime | null }>, recipients: Array<{ kind: RecipientKind, recipientClass: RecipientClass | null, intermediaryName: string | null, organizationId: string | null, userId: string | null, practitioner: { id: string, professionalName: string } | null }> }
    | { __typename: 'Withheld', reason: WithheldReason, dataClass: DataClass, consentRequestable: boolean, breakGlassAvailable: boolean }
   | null };

export type WholeDetailFragment = { kind: ConsentKind, decision: ConsentDecision, status: ConsentStatus, inForce: boolean, purposes: Array<Purpose>, validFrom: DateTime, validTo: DateTime | null, expiryKind: ExpiryKind, expiryEvent: string | null, signedAt: DateTime | null, signatureMethod: SignatureMethod | null, signerCapacity: SignerCapacity | null, revokedAt: DateTime | null, revocationMethod: SignatureMethod | null, revocationReason: string | null, scopes: Array<{ dataClass: DataClass, coversFrom: DateTime | null, coversTo: DateTime | null }>, recipients: Array<{ kind: RecipientKind, recipientClass: RecipientClass | null, intermediaryName: string | null, organizationId: string | null, userId: string | null, practitioner: { id: string, professionalName: string } | null }> };

export type PatientQueryVariables = Exact<{
  id: string;
}>;


export type PatientQuery = { patient: { id: string, displayCode: string, status: PatientStatus, version: number, createdAt: DateTime, location: { id: string, name: string, kind: LocationKind } | null, identity:
      | { __typename: 'PatientIdentity', fullName: string | null, givenName: string | null, middleName: string | null, familyName: string | null, preferredName: string | null, pronouns: string | null, gender: string | null, birthDate: LocalDate | null, languages: Array<string>, phone: string | null, email: string | null, ssnLast4: string | null, address: { line1: string, line2: string | null, city: string, state: string, postalCode: string } | null, emergencyContact: { name: string, phone: string, relationship: string | null } | null }
      | { __typename: 'Withheld', reason: WithheldReason, dataClass: DataClass, consentRequestable: boolean, breakGlassAvailable: boolean }
     | null, careTeam: { nodes: Array<{ id: string, role: CareTeamRole, startsAt: DateTime, endsAt: DateTime | null, practitioner: { id: string, professionalName: string, kind: PractitionerKind } | null }>, pageInfo: { hasNextPage: boolean, endCursor: Cursor | null } } | null, consents: { nodes: Array<{ id: string, version: number, createdAt: DateTime, detail:
          | { __typename: 'ConsentDetail', kind: ConsentKind, decision: ConsentDecision, status: ConsentStatus, inForce: boolean, purposes: Array<Purpose>, validFrom: DateTime, validTo: DateTime | null, expiryKind: ExpiryKind, expiryEvent: string | null, signedAt: DateTime | null, signatureMethod: SignatureMethod | null, signerCapacity: SignerCapacity | null, revokedAt: DateTime | null, revocationMethod: SignatureMethod | null, revocationReason: string | null, scopes: Array<{ dataClass: DataClass, coversFrom: DateTime | null, coversTo: DateTime | null }>, recipients: Array<{ kind: RecipientKind, recipientClass: RecipientClass | null, intermediaryName: string | null, organizationId: string | null, userId: string | null, practitioner: { id: string, professionalName: string } | null }> }
          | { __typename: 'Withheld', reason: WithheldReason, dataClass: DataClass, consentRequestable: boolean, breakGlassAvailable: boolean }
         | null }>, pageInfo: { hasNextPage: boolean, endCursor: Cursor | null } } | null } | null };

export type WholeIdentityFragment = { fullName: string | null, givenName: string | null, middleName: string | null, familyName: string | null, preferredName: string | null, pronouns: string | null, gender: string | null, birthDate: LocalDate | null, languages: Array<string>, phone: string | null, email: string | null, ssnLast4: string | null, address: { line1: string, line2: string | null, city: string, state: string, postalCode: string } | null, emergencyContact: { name: string, phone: string, relationship: string | null } | null };

export type CareTeamPlaceFragment = { id: string, role: CareTeamRole, startsAt: DateTime, endsAt: DateTime | null, practitioner: { id: string, professionalName: string, kind: PractitionerKind } | null };

export type PatientsQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: Cursor | null | undefined;
  orderBy?: Chronology;
  filter?: PatientFilter | null | undefined;
  search?: PatientSearch | null | undefined;
}>;


export type PatientsQuery = { patients: { nodes: Array<{ id: string, displayCode: string, status: PatientStatus, identity:
        | { __typename: 'PatientIdentity', fullName: string | null, preferredName: string | null, birthDate: LocalDate | null }
        | { __typename: 'Withheld', reason: WithheldReason, dataClass: DataClass, consentRequestable: boolean, breakGlassAvailable: boolean }
       | null }>, pageInfo: { hasNextPage: boolean, endCursor: Cursor | null } } | null };

export type PatientCountQueryVariables = Exact<{
  filter?: PatientFilter | null | undefined;
  search?: PatientSearch | null | undefined;
}>;


export type PatientCountQuery = { patients: { totalCount: number } | null };

export type ListedPatientFragment = { id: string, displayCode: string, status: PatientStatus, identity:
    | { __typename: 'PatientIdentity', fullName: string | null, preferredName: string | null, birthDate: LocalDate | null }
    | { __typename: 'Withheld', reason: WithheldReason, dataClass: DataClass, consentRequestable: boolean, breakGlassAvailable: boolean }
   | null };

export type SignInMutationVariables = Exact<{
  input: SignInInput;
}>;


export type SignInMutation = { signIn: { result: { token: string, expiresAt: DateTime } | null, userErrors: Array<{ code: UserErrorCode, field: Array<string>, message: string }> } | null };

export type SignInWithCookieMutationVariables = Exact<{
  input: SignInInput;
}>;


export type SignInWithCookieMutation = { signInWithCookie: { result: { csrfToken: string, expiresAt: DateTime, idleSeconds: number | null } | null, userErrors: Array<{ code: UserErrorCode, field: Array<string>, message: string }> } | null };

export type SignOutMutationVariables = Exact<{ [key: string]: never; }>;


export type SignOutMutation = { signOut: { result: { endedAt: DateTime } | null, userErrors: Array<{ code: UserErrorCode, field: Array<string>, message: string }> } | null };

export type StillHereQueryVariables = Exact<{ [key: string]: never; }>;


export type StillHereQuery = { viewer: { purpose: Purpose | null } | null };

export type ViewerQueryVariables = Exact<{ [key: string]: never; }>;


export type ViewerQuery = { viewer: { roles: Array<string>, purpose: Purpose | null, user: { id: string, lastSignInAt: DateTime | null } | null, permissions: Array<{ permission: string, reach: Reach }>, session: { id: string, idleSeconds: number | null } | null, practitioner: { id: string, professionalName: string, kind: PractitionerKind } | null, patient: { id: string, displayCode: string } | null } | null };

export type ReasonFragment = { reason: WithheldReason, dataClass: DataClass, consentRequestable: boolean, breakGlassAvailable: boolean };

export type RefusalFragment = { code: UserErrorCode, field: Array<string>, message: string };

export type PageFragment = { hasNextPage: boolean, endCursor: Cursor | null };

export const PersonFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Person"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"User"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"practitioner"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"professionalName"}}]}}]}}]} as unknown as DocumentNode<PersonFragment, unknown>;
export const WholeDetailFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"WholeDetail"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"ConsentDetail"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"kind"}},{"kind":"Field","name":{"kind":"Name","value":"decision"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"inForce"}},{"kind":"Field","name":{"kind":"Name","value":"purposes"}},{"kind":"Field","name":{"kind":"Name","value":"scopes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"dataClass"}},{"kind":"Field","name":{"kind":"Name","value":"coversFrom"}},{"kind":"Field","name":{"kind":"Name","value":"coversTo"}}]}},{"kind":"Field","name":{"kind":"Name","value":"recipients"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"kind"}},{"kind":"Field","name":{"kind":"Name","value":"recipientClass"}},{"kind":"Field","name":{"kind":"Name","value":"intermediaryName"}},{"kind":"Field","name":{"kind":"Name","value":"organizationId"}},{"kind":"Field","name":{"kind":"Name","value":"userId"}},{"kind":"Field","name":{"kind":"Name","value":"practitioner"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"professionalName"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"validFrom"}},{"kind":"Field","name":{"kind":"Name","value":"validTo"}},{"kind":"Field","name":{"kind":"Name","value":"expiryKind"}},{"kind":"Field","name":{"kind":"Name","value":"expiryEvent"}},{"kind":"Field","name":{"kind":"Name","value":"signedAt"}},{"kind":"Field","name":{"kind":"Name","value":"signatureMethod"}},{"kind":"Field","name":{"kind":"Name","value":"signerCapacity"}},{"kind":"Field","name":{"kind":"Name","value":"revokedAt"}},{"kind":"Field","name":{"kind":"Name","value":"revocationMethod"}},{"kind":"Field","name":{"kind":"Name","value":"revocationReason"}}]}}]} as unknown as DocumentNode<WholeDetailFragment, unknown>;
export const ReasonFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Reason"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Withheld"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"reason"}},{"kind":"Field","name":{"kind":"Name","value":"dataClass"}},{"kind":"Field","name":{"kind":"Name","value":"consentRequestable"}},{"kind":"Field","name":{"kind":"Name","value":"breakGlassAvailable"}}]}}]} as unknown as DocumentNode<ReasonFragment, unknown>;
export const ConsentWithDetailFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"ConsentWithDetail"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Consent"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"version"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"detail"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"FragmentSpread","name":{"kind":"Name","value":"WholeDetail"}},{"kind":"FragmentSpread","name":{"kind":"Name","value":"Reason"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"WholeDetail"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"ConsentDetail"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"kind"}},{"kind":"Field","name":{"kind":"Name","value":"decision"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"inForce"}},{"kind":"Field","name":{"kind":"Name","value":"purposes"}},{"kind":"Field","name":{"kind":"Name","value":"scopes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"dataClass"}},{"kind":"Field","name":{"kind":"Name","value":"coversFrom"}},{"kind":"Field","name":{"kind":"Name","value":"coversTo"}}]}},{"kind":"Field","name":{"kind":"Name","value":"recipients"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"kind"}},{"kind":"Field","name":{"kind":"Name","value":"recipientClass"}},{"kind":"Field","name":{"kind":"Name","value":"intermediaryName"}},{"kind":"Field","name":{"kind":"Name","value":"organizationId"}},{"kind":"Field","name":{"kind":"Name","value":"userId"}},{"kind":"Field","name":{"kind":"Name","value":"practitioner"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"professionalName"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"validFrom"}},{"kind":"Field","name":{"kind":"Name","value":"validTo"}},{"kind":"Field","name":{"kind":"Name","value":"expiryKind"}},{"kind":"Field","name":{"kind":"Name","value":"expiryEvent"}},{"kind":"Field","name":{"kind":"Name","value":"signedAt"}},{"kind":"Field","name":{"kind":"Name","value":"signatureMethod"}},{"kind":"Field","name":{"kind":"Name","value":"signerCapacity"}},{"kind":"Field","name":{"kind":"Name","value":"revokedAt"}},{"kind":"Field","name":{"kind":"Name","value":"revocationMethod"}},{"kind":"Field","name":{"kind":"Name","value":"revocationReason"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Reason"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Withheld"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"reason"}},{"kind":"Field","name":{"kind":"Name","value":"dataClass"}},{"kind":"Field","name":{"kind":"Name","value":"consentRequestable"}},{"kind":"Field","name":{"kind":"Name","value":"breakGlassAvailable"}}]}}]} as unknown as DocumentNode<ConsentWithDetailFragment, unknown>;
export const WholeIdentityFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"WholeIdentity"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"PatientIdentity"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"fullName"}},{"kind":"Field","name":{"kind":"Name","value":"givenName"}},{"kind":"Field","name":{"kind":"Name","value":"middleName"}},{"kind":"Field","name":{"kind":"Name","value":"familyName"}},{"kind":"Field","name":{"kind":"Name","value":"preferredName"}},{"kind":"Field","name":{"kind":"Name","value":"pronouns"}},{"kind":"Field","name":{"kind":"Name","value":"gender"}},{"kind":"Field","name":{"kind":"Name","value":"birthDate"}},{"kind":"Field","name":{"kind":"Name","value":"languages"}},{"kind":"Field","name":{"kind":"Name","value":"phone"}},{"kind":"Field","name":{"kind":"Name","value":"email"}},{"kind":"Field","name":{"kind":"Name","value":"ssnLast4"}},{"kind":"Field","name":{"kind":"Name","value":"address"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"line1"}},{"kind":"Field","name":{"kind":"Name","value":"line2"}},{"kind":"Field","name":{"kind":"Name","value":"city"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"postalCode"}}]}},{"kind":"Field","name":{"kind":"Name","value":"emergencyContact"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"phone"}},{"kind":"Field","name":{"kind":"Name","value":"relationship"}}]}}]}}]} as unknown as DocumentNode<WholeIdentityFragment, unknown>;
export const CareTeamPlaceFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"CareTeamPlace"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"CareTeamMember"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"role"}},{"kind":"Field","name":{"kind":"Name","value":"startsAt"}},{"kind":"Field","name":{"kind":"Name","value":"endsAt"}},{"kind":"Field","name":{"kind":"Name","value":"practitioner"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"professionalName"}},{"kind":"Field","name":{"kind":"Name","value":"kind"}}]}}]}}]} as unknown as DocumentNode<CareTeamPlaceFragment, unknown>;
export const ListedPatientFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"ListedPatient"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Patient"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"displayCode"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"identity"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"PatientIdentity"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"fullName"}},{"kind":"Field","name":{"kind":"Name","value":"preferredName"}},{"kind":"Field","name":{"kind":"Name","value":"birthDate"}}]}},{"kind":"FragmentSpread","name":{"kind":"Name","value":"Reason"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Reason"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Withheld"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"reason"}},{"kind":"Field","name":{"kind":"Name","value":"dataClass"}},{"kind":"Field","name":{"kind":"Name","value":"consentRequestable"}},{"kind":"Field","name":{"kind":"Name","value":"breakGlassAvailable"}}]}}]} as unknown as DocumentNode<ListedPatientFragment, unknown>;
export const RefusalFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Refusal"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"UserError"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"field"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}}]} as unknown as DocumentNode<RefusalFragment, unknown>;
export const PageFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Page"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"PageInfo"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}}]} as unknown as DocumentNode<PageFragment, unknown>;
export const ExplainAccessDocument = {"__meta__":{"hash":"sha256:57a1e1c7a0f012e7022d8cae71ef64c7a1655425275a57bc09a884db60e96143"},"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"ExplainAccess"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"patientId"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"explainAccess"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"patientId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"patientId"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"AccessExplanation"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"entries"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"user"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Person"}}]}},{"kind":"Field","name":{"kind":"Name","value":"dataClass"}},{"kind":"Field","name":{"kind":"Name","value":"isIdentity"}},{"kind":"Field","name":{"kind":"Name","value":"purpose"}},{"kind":"Field","name":{"kind":"Name","value":"decision"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}},{"kind":"Field","name":{"kind":"Name","value":"ground"}},{"kind":"Field","name":{"kind":"Name","value":"until"}},{"kind":"Field","name":{"kind":"Name","value":"organization"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}},{"kind":"Field","name":{"kind":"Name","value":"viaConsent"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}}]}}]}}]}},{"kind":"FragmentSpread","name":{"kind":"Name","value":"Reason"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Person"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"User"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"practitioner"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"professionalName"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Reason"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Withheld"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"reason"}},{"kind":"Field","name":{"kind":"Name","value":"dataClass"}},{"kind":"Field","name":{"kind":"Name","value":"consentRequestable"}},{"kind":"Field","name":{"kind":"Name","value":"breakGlassAvailable"}}]}}]} as unknown as DocumentNode<ExplainAccessQuery, ExplainAccessQueryVariables>;
export const AccessHistoryDocument = {"__meta__":{"hash":"sha256:9e059f1ad866ee9954fd6e833aaa46d8251d9a5fa5f4aea6cbb5ec771a1c2fe2"},"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"AccessHistory"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"patientId"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"first"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}},"defaultValue":{"kind":"IntValue","value":"25"}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Cursor"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"accessHistory"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"patientId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"patientId"}}},{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"first"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"occurredAt"}},{"kind":"Field","name":{"kind":"Name","value":"operation"}},{"kind":"Field","name":{"kind":"Name","value":"action"}},{"kind":"Field","name":{"kind":"Name","value":"actorRole"}},{"kind":"Field","name":{"kind":"Name","value":"actor"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Person"}}]}},{"kind":"Field","name":{"kind":"Name","value":"subject"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"AuditSubject"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","alias":{"kind":"Name","value":"lookedAt"},"name":{"kind":"Name","value":"dataClass"}},{"kind":"Field","name":{"kind":"Name","value":"decision"}},{"kind":"Field","alias":{"kind":"Name","value":"refusal"},"name":{"kind":"Name","value":"reason"}},{"kind":"Field","name":{"kind":"Name","value":"fields"}},{"kind":"Field","name":{"kind":"Name","value":"purpose"}},{"kind":"Field","name":{"kind":"Name","value":"ground"}}]}},{"kind":"FragmentSpread","name":{"kind":"Name","value":"Reason"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Page"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Person"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"User"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"practitioner"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"professionalName"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Reason"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Withheld"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"reason"}},{"kind":"Field","name":{"kind":"Name","value":"dataClass"}},{"kind":"Field","name":{"kind":"Name","value":"consentRequestable"}},{"kind":"Field","name":{"kind":"Name","value":"breakGlassAvailable"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Page"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"PageInfo"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}}]} as unknown as DocumentNode<AccessHistoryQuery, AccessHistoryQueryVariables>;
export const AccountingDocument = {"__meta__":{"hash":"sha256:76b6ded8e79de8e7dcee324d65c74d2b53e0b0d3c9a608429f67b84b7f47b406"},"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Accounting"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"patientId"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"regime"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"AccountingRegime"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"first"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}},"defaultValue":{"kind":"IntValue","value":"25"}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Cursor"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"accountingOfDisclosures"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"patientId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"patientId"}}},{"kind":"Argument","name":{"kind":"Name","value":"regime"},"value":{"kind":"Variable","name":{"kind":"Name","value":"regime"}}},{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"first"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"detail"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"DisclosureDetail"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"occurredAt"}},{"kind":"Field","name":{"kind":"Name","value":"recipient"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"affiliation"}},{"kind":"Field","name":{"kind":"Name","value":"address"}}]}},{"kind":"Field","name":{"kind":"Name","value":"dataClasses"}},{"kind":"Field","name":{"kind":"Name","value":"description"}},{"kind":"Field","name":{"kind":"Name","value":"purpose"}},{"kind":"Field","name":{"kind":"Name","value":"exception"}},{"kind":"Field","name":{"kind":"Name","value":"consentCopy"}}]}},{"kind":"FragmentSpread","name":{"kind":"Name","value":"Reason"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Page"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Reason"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Withheld"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"reason"}},{"kind":"Field","name":{"kind":"Name","value":"dataClass"}},{"kind":"Field","name":{"kind":"Name","value":"consentRequestable"}},{"kind":"Field","name":{"kind":"Name","value":"breakGlassAvailable"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Page"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"PageInfo"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}}]} as unknown as DocumentNode<AccountingQuery, AccountingQueryVariables>;
export const ConsentsDocument = {"__meta__":{"hash":"sha256:23f05cb8a573bff3ffa6e65cd63cc25509dd85936644d4cfc0893d724ad932a0"},"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Consents"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"patientId"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"first"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}},"defaultValue":{"kind":"IntValue","value":"25"}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Cursor"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"consents"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"patientId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"patientId"}}},{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"first"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"ConsentWithDetail"}}]}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Page"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"WholeDetail"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"ConsentDetail"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"kind"}},{"kind":"Field","name":{"kind":"Name","value":"decision"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"inForce"}},{"kind":"Field","name":{"kind":"Name","value":"purposes"}},{"kind":"Field","name":{"kind":"Name","value":"scopes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"dataClass"}},{"kind":"Field","name":{"kind":"Name","value":"coversFrom"}},{"kind":"Field","name":{"kind":"Name","value":"coversTo"}}]}},{"kind":"Field","name":{"kind":"Name","value":"recipients"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"kind"}},{"kind":"Field","name":{"kind":"Name","value":"recipientClass"}},{"kind":"Field","name":{"kind":"Name","value":"intermediaryName"}},{"kind":"Field","name":{"kind":"Name","value":"organizationId"}},{"kind":"Field","name":{"kind":"Name","value":"userId"}},{"kind":"Field","name":{"kind":"Name","value":"practitioner"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"professionalName"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"validFrom"}},{"kind":"Field","name":{"kind":"Name","value":"validTo"}},{"kind":"Field","name":{"kind":"Name","value":"expiryKind"}},{"kind":"Field","name":{"kind":"Name","value":"expiryEvent"}},{"kind":"Field","name":{"kind":"Name","value":"signedAt"}},{"kind":"Field","name":{"kind":"Name","value":"signatureMethod"}},{"kind":"Field","name":{"kind":"Name","value":"signerCapacity"}},{"kind":"Field","name":{"kind":"Name","value":"revokedAt"}},{"kind":"Field","name":{"kind":"Name","value":"revocationMethod"}},{"kind":"Field","name":{"kind":"Name","value":"revocationReason"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Reason"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Withheld"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"reason"}},{"kind":"Field","name":{"kind":"Name","value":"dataClass"}},{"kind":"Field","name":{"kind":"Name","value":"consentRequestable"}},{"kind":"Field","name":{"kind":"Name","value":"breakGlassAvailable"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"ConsentWithDetail"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Consent"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"version"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"detail"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"FragmentSpread","name":{"kind":"Name","value":"WholeDetail"}},{"kind":"FragmentSpread","name":{"kind":"Name","value":"Reason"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Page"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"PageInfo"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}}]} as unknown as DocumentNode<ConsentsQuery, ConsentsQueryVariables>;
export const DraftConsentDocument = {"__meta__":{"hash":"sha256:ebf909490c28dc77fdcd3fc2d77d50d75a9000b1dc074f33b28f084d1492c534"},"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"DraftConsent"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"DraftConsentInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"draftConsent"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"result"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"ConsentWithDetail"}}]}},{"kind":"Field","name":{"kind":"Name","value":"userErrors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Refusal"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"WholeDetail"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"ConsentDetail"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"kind"}},{"kind":"Field","name":{"kind":"Name","value":"decision"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"inForce"}},{"kind":"Field","name":{"kind":"Name","value":"purposes"}},{"kind":"Field","name":{"kind":"Name","value":"scopes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"dataClass"}},{"kind":"Field","name":{"kind":"Name","value":"coversFrom"}},{"kind":"Field","name":{"kind":"Name","value":"coversTo"}}]}},{"kind":"Field","name":{"kind":"Name","value":"recipients"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"kind"}},{"kind":"Field","name":{"kind":"Name","value":"recipientClass"}},{"kind":"Field","name":{"kind":"Name","value":"intermediaryName"}},{"kind":"Field","name":{"kind":"Name","value":"organizationId"}},{"kind":"Field","name":{"kind":"Name","value":"userId"}},{"kind":"Field","name":{"kind":"Name","value":"practitioner"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"professionalName"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"validFrom"}},{"kind":"Field","name":{"kind":"Name","value":"validTo"}},{"kind":"Field","name":{"kind":"Name","value":"expiryKind"}},{"kind":"Field","name":{"kind":"Name","value":"expiryEvent"}},{"kind":"Field","name":{"kind":"Name","value":"signedAt"}},{"kind":"Field","name":{"kind":"Name","value":"signatureMethod"}},{"kind":"Field","name":{"kind":"Name","value":"signerCapacity"}},{"kind":"Field","name":{"kind":"Name","value":"revokedAt"}},{"kind":"Field","name":{"kind":"Name","value":"revocationMethod"}},{"kind":"Field","name":{"kind":"Name","value":"revocationReason"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Reason"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Withheld"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"reason"}},{"kind":"Field","name":{"kind":"Name","value":"dataClass"}},{"kind":"Field","name":{"kind":"Name","value":"consentRequestable"}},{"kind":"Field","name":{"kind":"Name","value":"breakGlassAvailable"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"ConsentWithDetail"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Consent"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"version"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"detail"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"FragmentSpread","name":{"kind":"Name","value":"WholeDetail"}},{"kind":"FragmentSpread","name":{"kind":"Name","value":"Reason"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Refusal"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"UserError"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"field"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}}]} as unknown as DocumentNode<DraftConsentMutation, DraftConsentMutationVariables>;
export const SignConsentDocument = {"__meta__":{"hash":"sha256:06a90d8e410dac773a3cd5ecd52539e96fbd0cc2576f5537857ec9a920c60a90"},"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"SignConsent"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"SignConsentInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"signConsent"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"result"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"ConsentWithDetail"}}]}},{"kind":"Field","name":{"kind":"Name","value":"userErrors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Refusal"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"WholeDetail"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"ConsentDetail"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"kind"}},{"kind":"Field","name":{"kind":"Name","value":"decision"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"inForce"}},{"kind":"Field","name":{"kind":"Name","value":"purposes"}},{"kind":"Field","name":{"kind":"Name","value":"scopes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"dataClass"}},{"kind":"Field","name":{"kind":"Name","value":"coversFrom"}},{"kind":"Field","name":{"kind":"Name","value":"coversTo"}}]}},{"kind":"Field","name":{"kind":"Name","value":"recipients"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"kind"}},{"kind":"Field","name":{"kind":"Name","value":"recipientClass"}},{"kind":"Field","name":{"kind":"Name","value":"intermediaryName"}},{"kind":"Field","name":{"kind":"Name","value":"organizationId"}},{"kind":"Field","name":{"kind":"Name","value":"userId"}},{"kind":"Field","name":{"kind":"Name","value":"practitioner"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"professionalName"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"validFrom"}},{"kind":"Field","name":{"kind":"Name","value":"validTo"}},{"kind":"Field","name":{"kind":"Name","value":"expiryKind"}},{"kind":"Field","name":{"kind":"Name","value":"expiryEvent"}},{"kind":"Field","name":{"kind":"Name","value":"signedAt"}},{"kind":"Field","name":{"kind":"Name","value":"signatureMethod"}},{"kind":"Field","name":{"kind":"Name","value":"signerCapacity"}},{"kind":"Field","name":{"kind":"Name","value":"revokedAt"}},{"kind":"Field","name":{"kind":"Name","value":"revocationMethod"}},{"kind":"Field","name":{"kind":"Name","value":"revocationReason"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Reason"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Withheld"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"reason"}},{"kind":"Field","name":{"kind":"Name","value":"dataClass"}},{"kind":"Field","name":{"kind":"Name","value":"consentRequestable"}},{"kind":"Field","name":{"kind":"Name","value":"breakGlassAvailable"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"ConsentWithDetail"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Consent"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"version"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"detail"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"FragmentSpread","name":{"kind":"Name","value":"WholeDetail"}},{"kind":"FragmentSpread","name":{"kind":"Name","value":"Reason"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Refusal"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"UserError"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"field"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}}]} as unknown as DocumentNode<SignConsentMutation, SignConsentMutationVariables>;
export const RecordConsentDocument = {"__meta__":{"hash":"sha256:7b4ec431ced310f7c91a9f29f85605d86db9dd88ee8820524aa2ab5e15096871"},"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"RecordConsent"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"RecordConsentInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"recordConsent"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"result"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"ConsentWithDetail"}}]}},{"kind":"Field","name":{"kind":"Name","value":"userErrors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Refusal"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"WholeDetail"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"ConsentDetail"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"kind"}},{"kind":"Field","name":{"kind":"Name","value":"decision"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"inForce"}},{"kind":"Field","name":{"kind":"Name","value":"purposes"}},{"kind":"Field","name":{"kind":"Name","value":"scopes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"dataClass"}},{"kind":"Field","name":{"kind":"Name","value":"coversFrom"}},{"kind":"Field","name":{"kind":"Name","value":"coversTo"}}]}},{"kind":"Field","name":{"kind":"Name","value":"recipients"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"kind"}},{"kind":"Field","name":{"kind":"Name","value":"recipientClass"}},{"kind":"Field","name":{"kind":"Name","value":"intermediaryName"}},{"kind":"Field","name":{"kind":"Name","value":"organizationId"}},{"kind":"Field","name":{"kind":"Name","value":"userId"}},{"kind":"Field","name":{"kind":"Name","value":"practitioner"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"professionalName"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"validFrom"}},{"kind":"Field","name":{"kind":"Name","value":"validTo"}},{"kind":"Field","name":{"kind":"Name","value":"expiryKind"}},{"kind":"Field","name":{"kind":"Name","value":"expiryEvent"}},{"kind":"Field","name":{"kind":"Name","value":"signedAt"}},{"kind":"Field","name":{"kind":"Name","value":"signatureMethod"}},{"kind":"Field","name":{"kind":"Name","value":"signerCapacity"}},{"kind":"Field","name":{"kind":"Name","value":"revokedAt"}},{"kind":"Field","name":{"kind":"Name","value":"revocationMethod"}},{"kind":"Field","name":{"kind":"Name","value":"revocationReason"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Reason"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Withheld"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"reason"}},{"kind":"Field","name":{"kind":"Name","value":"dataClass"}},{"kind":"Field","name":{"kind":"Name","value":"consentRequestable"}},{"kind":"Field","name":{"kind":"Name","value":"breakGlassAvailable"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"ConsentWithDetail"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Consent"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"version"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"detail"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"FragmentSpread","name":{"kind":"Name","value":"WholeDetail"}},{"kind":"FragmentSpread","name":{"kind":"Name","value":"Reason"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Refusal"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"UserError"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"field"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}}]} as unknown as DocumentNode<RecordConsentMutation, RecordConsentMutationVariables>;
export const RevokeConsentDocument = {"__meta__":{"hash":"sha256:39979c17104d844c385b9164ac7001a071d00cd884f303ab753f9ad3480ecab9"},"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"RevokeConsent"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"RevokeConsentInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"revokeConsent"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"result"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"ConsentWithDetail"}}]}},{"kind":"Field","name":{"kind":"Name","value":"userErrors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Refusal"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"WholeDetail"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"ConsentDetail"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"kind"}},{"kind":"Field","name":{"kind":"Name","value":"decision"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"inForce"}},{"kind":"Field","name":{"kind":"Name","value":"purposes"}},{"kind":"Field","name":{"kind":"Name","value":"scopes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"dataClass"}},{"kind":"Field","name":{"kind":"Name","value":"coversFrom"}},{"kind":"Field","name":{"kind":"Name","value":"coversTo"}}]}},{"kind":"Field","name":{"kind":"Name","value":"recipients"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"kind"}},{"kind":"Field","name":{"kind":"Name","value":"recipientClass"}},{"kind":"Field","name":{"kind":"Name","value":"intermediaryName"}},{"kind":"Field","name":{"kind":"Name","value":"organizationId"}},{"kind":"Field","name":{"kind":"Name","value":"userId"}},{"kind":"Field","name":{"kind":"Name","value":"practitioner"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"professionalName"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"validFrom"}},{"kind":"Field","name":{"kind":"Name","value":"validTo"}},{"kind":"Field","name":{"kind":"Name","value":"expiryKind"}},{"kind":"Field","name":{"kind":"Name","value":"expiryEvent"}},{"kind":"Field","name":{"kind":"Name","value":"signedAt"}},{"kind":"Field","name":{"kind":"Name","value":"signatureMethod"}},{"kind":"Field","name":{"kind":"Name","value":"signerCapacity"}},{"kind":"Field","name":{"kind":"Name","value":"revokedAt"}},{"kind":"Field","name":{"kind":"Name","value":"revocationMethod"}},{"kind":"Field","name":{"kind":"Name","value":"revocationReason"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Reason"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Withheld"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"reason"}},{"kind":"Field","name":{"kind":"Name","value":"dataClass"}},{"kind":"Field","name":{"kind":"Name","value":"consentRequestable"}},{"kind":"Field","name":{"kind":"Name","value":"breakGlassAvailable"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"ConsentWithDetail"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Consent"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"version"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"detail"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"FragmentSpread","name":{"kind":"Name","value":"WholeDetail"}},{"kind":"FragmentSpread","name":{"kind":"Name","value":"Reason"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Refusal"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"UserError"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"field"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}}]} as unknown as DocumentNode<RevokeConsentMutation, RevokeConsentMutationVariables>;
export const PatientDocument = {"__meta__":{"hash":"sha256:75a608dd18a8fac76ad9d540d23a18613883f33b2bcd6eaaee669dca3351f3bf"},"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Patient"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"patient"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"displayCode"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"version"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"location"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"kind"}}]}},{"kind":"Field","name":{"kind":"Name","value":"identity"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"FragmentSpread","name":{"kind":"Name","value":"WholeIdentity"}},{"kind":"FragmentSpread","name":{"kind":"Name","value":"Reason"}}]}},{"kind":"Field","name":{"kind":"Name","value":"careTeam"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"IntValue","value":"100"}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"CareTeamPlace"}}]}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Page"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"consents"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"IntValue","value":"100"}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"ConsentWithDetail"}}]}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Page"}}]}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"WholeDetail"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"ConsentDetail"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"kind"}},{"kind":"Field","name":{"kind":"Name","value":"decision"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"inForce"}},{"kind":"Field","name":{"kind":"Name","value":"purposes"}},{"kind":"Field","name":{"kind":"Name","value":"scopes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"dataClass"}},{"kind":"Field","name":{"kind":"Name","value":"coversFrom"}},{"kind":"Field","name":{"kind":"Name","value":"coversTo"}}]}},{"kind":"Field","name":{"kind":"Name","value":"recipients"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"kind"}},{"kind":"Field","name":{"kind":"Name","value":"recipientClass"}},{"kind":"Field","name":{"kind":"Name","value":"intermediaryName"}},{"kind":"Field","name":{"kind":"Name","value":"organizationId"}},{"kind":"Field","name":{"kind":"Name","value":"userId"}},{"kind":"Field","name":{"kind":"Name","value":"practitioner"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"professionalName"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"validFrom"}},{"kind":"Field","name":{"kind":"Name","value":"validTo"}},{"kind":"Field","name":{"kind":"Name","value":"expiryKind"}},{"kind":"Field","name":{"kind":"Name","value":"expiryEvent"}},{"kind":"Field","name":{"kind":"Name","value":"signedAt"}},{"kind":"Field","name":{"kind":"Name","value":"signatureMethod"}},{"kind":"Field","name":{"kind":"Name","value":"signerCapacity"}},{"kind":"Field","name":{"kind":"Name","value":"revokedAt"}},{"kind":"Field","name":{"kind":"Name","value":"revocationMethod"}},{"kind":"Field","name":{"kind":"Name","value":"revocationReason"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Reason"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Withheld"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"reason"}},{"kind":"Field","name":{"kind":"Name","value":"dataClass"}},{"kind":"Field","name":{"kind":"Name","value":"consentRequestable"}},{"kind":"Field","name":{"kind":"Name","value":"breakGlassAvailable"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"WholeIdentity"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"PatientIdentity"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"fullName"}},{"kind":"Field","name":{"kind":"Name","value":"givenName"}},{"kind":"Field","name":{"kind":"Name","value":"middleName"}},{"kind":"Field","name":{"kind":"Name","value":"familyName"}},{"kind":"Field","name":{"kind":"Name","value":"preferredName"}},{"kind":"Field","name":{"kind":"Name","value":"pronouns"}},{"kind":"Field","name":{"kind":"Name","value":"gender"}},{"kind":"Field","name":{"kind":"Name","value":"birthDate"}},{"kind":"Field","name":{"kind":"Name","value":"languages"}},{"kind":"Field","name":{"kind":"Name","value":"phone"}},{"kind":"Field","name":{"kind":"Name","value":"email"}},{"kind":"Field","name":{"kind":"Name","value":"ssnLast4"}},{"kind":"Field","name":{"kind":"Name","value":"address"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"line1"}},{"kind":"Field","name":{"kind":"Name","value":"line2"}},{"kind":"Field","name":{"kind":"Name","value":"city"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"postalCode"}}]}},{"kind":"Field","name":{"kind":"Name","value":"emergencyContact"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"phone"}},{"kind":"Field","name":{"kind":"Name","value":"relationship"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"CareTeamPlace"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"CareTeamMember"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"role"}},{"kind":"Field","name":{"kind":"Name","value":"startsAt"}},{"kind":"Field","name":{"kind":"Name","value":"endsAt"}},{"kind":"Field","name":{"kind":"Name","value":"practitioner"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"professionalName"}},{"kind":"Field","name":{"kind":"Name","value":"kind"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Page"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"PageInfo"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"ConsentWithDetail"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Consent"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"version"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"detail"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"FragmentSpread","name":{"kind":"Name","value":"WholeDetail"}},{"kind":"FragmentSpread","name":{"kind":"Name","value":"Reason"}}]}}]}}]} as unknown as DocumentNode<PatientQuery, PatientQueryVariables>;
export const PatientsDocument = {"__meta__":{"hash":"sha256:72771a48c1528dbd53e8094edbed86432f85d9894442448d5ec83e5348734e0a"},"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Patients"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"first"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}},"defaultValue":{"kind":"IntValue","value":"25"}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Cursor"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"orderBy"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"Chronology"}}},"defaultValue":{"kind":"EnumValue","value":"NEWEST_FIRST"}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"filter"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"PatientFilter"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"search"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"PatientSearch"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"patients"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"first"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}},{"kind":"Argument","name":{"kind":"Name","value":"orderBy"},"value":{"kind":"Variable","name":{"kind":"Name","value":"orderBy"}}},{"kind":"Argument","name":{"kind":"Name","value":"filter"},"value":{"kind":"Variable","name":{"kind":"Name","value":"filter"}}},{"kind":"Argument","name":{"kind":"Name","value":"search"},"value":{"kind":"Variable","name":{"kind":"Name","value":"search"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"ListedPatient"}}]}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Page"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Reason"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Withheld"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"reason"}},{"kind":"Field","name":{"kind":"Name","value":"dataClass"}},{"kind":"Field","name":{"kind":"Name","value":"consentRequestable"}},{"kind":"Field","name":{"kind":"Name","value":"breakGlassAvailable"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"ListedPatient"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Patient"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"displayCode"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"identity"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"PatientIdentity"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"fullName"}},{"kind":"Field","name":{"kind":"Name","value":"preferredName"}},{"kind":"Field","name":{"kind":"Name","value":"birthDate"}}]}},{"kind":"FragmentSpread","name":{"kind":"Name","value":"Reason"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Page"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"PageInfo"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}}]} as unknown as DocumentNode<PatientsQuery, PatientsQueryVariables>;
export const PatientCountDocument = {"__meta__":{"hash":"sha256:4f64323eadb9cb0af1a8dba1125de86e35768698ad92161146d5a7f934b98e8e"},"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"PatientCount"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"filter"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"PatientFilter"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"search"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"PatientSearch"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"patients"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"filter"},"value":{"kind":"Variable","name":{"kind":"Name","value":"filter"}}},{"kind":"Argument","name":{"kind":"Name","value":"search"},"value":{"kind":"Variable","name":{"kind":"Name","value":"search"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"totalCount"}}]}}]}}]} as unknown as DocumentNode<PatientCountQuery, PatientCountQueryVariables>;
export const SignInDocument = {"__meta__":{"hash":"sha256:8aa03d7685657fd3c69175421284b988204512dd329d37c2566d5fa6078dfbaa"},"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"SignIn"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"SignInInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"signIn"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"result"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"token"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}}]}},{"kind":"Field","name":{"kind":"Name","value":"userErrors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Refusal"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Refusal"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"UserError"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"field"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}}]} as unknown as DocumentNode<SignInMutation, SignInMutationVariables>;
export const SignInWithCookieDocument = {"__meta__":{"hash":"sha256:b6880b4e15e4706cf741cc42671ecaa8ec8083f041ebcdad30d25ee0db089468"},"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"SignInWithCookie"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"SignInInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"signInWithCookie"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"result"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"csrfToken"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}},{"kind":"Field","name":{"kind":"Name","value":"idleSeconds"}}]}},{"kind":"Field","name":{"kind":"Name","value":"userErrors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Refusal"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Refusal"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"UserError"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"field"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}}]} as unknown as DocumentNode<SignInWithCookieMutation, SignInWithCookieMutationVariables>;
export const SignOutDocument = {"__meta__":{"hash":"sha256:4e5bfc27eecb0c84cd6dd875d35ce7fd85d9a06709725191d44ac7877558c898"},"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"SignOut"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"signOut"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"result"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"endedAt"}}]}},{"kind":"Field","name":{"kind":"Name","value":"userErrors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Refusal"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Refusal"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"UserError"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"field"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}}]} as unknown as DocumentNode<SignOutMutation, SignOutMutationVariables>;
export const StillHereDocument = {"__meta__":{"hash":"sha256:ed8c73f5644a62c6ef5e930b5f3794c19d880065ca2acc6c58a31df32474c5b1"},"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"StillHere"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"viewer"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"purpose"}}]}}]}}]} as unknown as DocumentNode<StillHereQuery, StillHereQueryVariables>;
export const ViewerDocument = {"__meta__":{"hash":"sha256:8e41a18f73bd392aaa72324d23bde838fb2e30e3d25373119e57bac37d93b7e4"},"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Viewer"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"viewer"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"user"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"lastSignInAt"}}]}},{"kind":"Field","name":{"kind":"Name","value":"roles"}},{"kind":"Field","name":{"kind":"Name","value":"permissions"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"permission"}},{"kind":"Field","name":{"kind":"Name","value":"reach"}}]}},{"kind":"Field","name":{"kind":"Name","value":"purpose"}},{"kind":"Field","name":{"kind":"Name","value":"session"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"idleSeconds"}}]}},{"kind":"Field","name":{"kind":"Name","value":"practitioner"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"professionalName"}},{"kind":"Field","name":{"kind":"Name","value":"kind"}}]}},{"kind":"Field","name":{"kind":"Name","value":"patient"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"displayCode"}}]}}]}}]}}]} as unknown as DocumentNode<ViewerQuery, ViewerQueryVariables>;