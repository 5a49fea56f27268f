import type { Cursor } from '../client/scalars';
import type { LocalDate } from '../client/scalars';
import type { DateTime } from '../client/scalars';
export type Maybe<T> = T | null;
export type InputMaybe<T> = Maybe<T>;
/** All built-in and custom scalars, mapped to their actual values */
export type Scalars = {
  ID: { input: string; output: string; }
  String: { input: string; output: string; }
  Boolean: { input: boolean; output: boolean; }
  Int: { input: number; output: number; }
  Float: { input: number; output: number; }
  /** A place in a connection. Opaque: pass it back as `after`, nothing else. */
  Cursor: { input: Cursor; output: Cursor; }
  /** A day without a time or zone: `2008-11-21`. */
  Date: { input: string; output: LocalDate; }
  /** A moment, RFC 3339, always in UTC with `Z`: `2026-02-16T08:30:00Z`. Input takes any offset. */
  DateTime: { input: string; output: DateTime; }
};

/**
 * An approval of compliance: one user may look at one patient's record for an audit, the law or a court (42 CFR 2.53, 2.61
 * to 2.67; 45 CFR 164.512). What it says is in `detail`.
 */
export type AccessApproval = {
  __typename?: 'AccessApproval';
  /** When it was given. */
  createdAt: Scalars['DateTime']['output'];
  /** What it says. */
  detail?: Maybe<AccessApprovalDetailResult>;
  /** The approval's id. */
  id: Scalars['ID']['output'];
  /** Whose record may be looked at. */
  patient?: Maybe<Patient>;
};

/** A page of a list, with cursors by key: rows written meanwhile neither repeat nor hide others. */
export type AccessApprovalConnection = {
  __typename?: 'AccessApprovalConnection';
  /** The rows with their cursors. */
  edges: Array<AccessApprovalEdge>;
  /** The rows. */
  nodes: Array<AccessApproval>;
  /** Which part of the list this is. */
  pageInfo: PageInfo;
  /** How many rows the whole list has. Counted only when asked for. */
  totalCount: Scalars['Int']['output'];
};

/** What an approval says. */
export type AccessApprovalDetail = {
  __typename?: 'AccessApprovalDetail';
  /** Who approved it: never whoever may look. */
  approvedBy?: Maybe<User>;
  /** What may be looked at. */
  dataClasses: Array<DataClass>;
  /** What it rests on. */
  documentKind: ApprovalDocument;
  /** Where the document is filed. */
  documentReference: Scalars['String']['output'];
  /** Whether it holds at this moment. */
  inForce: Scalars['Boolean']['output'];
  /** For what: `AUDIT_EVALUATION`, `REQUIRED_BY_LAW` or `LEGAL_PROCEEDING`. */
  purpose: Purpose;
  /** When it was revoked; null when nobody did. */
  revokedAt?: Maybe<Scalars['DateTime']['output']>;
  /** Who revoked it; null when nobody did. */
  revokedBy?: Maybe<User>;
  /** Where the request is kept. */
  ticket: Scalars['String']['output'];
  /** Who may look. */
  user?: Maybe<User>;
  /** From when it holds. */
  validFrom: Scalars['DateTime']['output'];
  /** Until when, exclusively. */
  validTo: Scalars['DateTime']['output'];
};

/** `AccessApprovalDetail` when the decision on this look is yes, else `Withheld` with the reason. Every look is recorded. */
export type AccessApprovalDetailResult = AccessApprovalDetail | Withheld;

/** A row of a connection with its cursor. */
export type AccessApprovalEdge = {
  __typename?: 'AccessApprovalEdge';
  /** The row's place in the list. */
  cursor: Scalars['Cursor']['output'];
  /** The row. */
  node: AccessApproval;
};

/** The result of a mutation, or why it was refused: `result` is null exactly when `userErrors` is not empty. */
export type AccessApprovalPayload = {
  __typename?: 'AccessApprovalPayload';
  /** What was written, read again through the same gates as any other look; null when `userErrors` is not empty. */
  result?: Maybe<AccessApproval>;
  /** Why input or state was refused; then nothing was written. */
  userErrors: Array<UserError>;
};

/** Who can see what of a patient, and why, at this moment. */
export type AccessExplanation = {
  __typename?: 'AccessExplanation';
  /**
   * One entry for each principal concerned and each class, at most 1,000. Whoever is not named is not concerned: they
   * have no relationship to the patient, and nothing names them.
   */
  entries: Array<AccessExplanationEntry>;
};

/** Whether one principal can see one class of data, and why. */
export type AccessExplanationEntry = {
  __typename?: 'AccessExplanationEntry';
  /** The class of data. */
  dataClass: DataClass;
  /** What the decision is. */
  decision: AuditDecision;
  /** What allows it; null for `DENY`. Notes kept apart from the record are each their author's own besides. */
  ground?: Maybe<AccessGround>;
  /** Whether this is the class of the patient's identity. */
  isIdentity: Scalars['Boolean']['output'];
  /**
   * The partner organization, when it is not a user: what any of its keys and clients can see for the purpose that they
   * are bound to.
   */
  organization?: Maybe<ConcernedOrganization>;
  /** The purpose assumed: the principal's default. */
  purpose?: Maybe<Purpose>;
  /** Why not; null for `PERMIT`. */
  reason?: Maybe<WithheldReason>;
  /**
   * When what allows it ends by itself, exclusively: the consent, what is shared, the broken glass, the approval or the legal
   * authority. Null for `DENY`, and where no date is set. It may end before: with a revocation, a place on the care team,
   * or a minority.
   */
  until?: Maybe<Scalars['DateTime']['output']>;
  /** The user; null when it is a partner organization, or the user is not within your reach. */
  user?: Maybe<User>;
  /** The consent that permits it; null when none is needed, or none permits. */
  viaConsent?: Maybe<Consent>;
};

/** `AccessExplanation` when the decision on this look is yes, else `Withheld` with the reason. Every look is recorded. */
export type AccessExplanationResult = AccessExplanation | Withheld;

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

/** An invitation to accept. */
export type ActivateUserInput = {
  /** The password to sign in with: 12 to 128 characters, of whatever kind. */
  password: Scalars['String']['input'];
  /** The token of the invitation. */
  token: Scalars['String']['input'];
};

/** An invitation that was accepted: sign in with the password now. */
export type ActivatedUser = {
  __typename?: 'ActivatedUser';
  /** When it was accepted. */
  activatedAt: Scalars['DateTime']['output'];
};

/** The result of a mutation, or why it was refused: `result` is null exactly when `userErrors` is not empty. */
export type ActivatedUserPayload = {
  __typename?: 'ActivatedUserPayload';
  /** What was written, read again through the same gates as any other look; null when `userErrors` is not empty. */
  result?: Maybe<ActivatedUser>;
  /** Why input or state was refused; then nothing was written. */
  userErrors: Array<UserError>;
};

/** A note to change. */
export type AmendProtectedNoteInput = {
  /** The text that takes the place of what stood there, 1 to 20,000 characters. */
  body: Scalars['String']['input'];
  /** `version` of the note as you read it. */
  expectedVersion: Scalars['Int']['input'];
  /** The note: one of your own. */
  protectedNoteId: Scalars['ID']['input'];
};

/** The key of a partner organization. The key itself is shown once, when it is made. */
export type ApiKey = {
  __typename?: 'ApiKey';
  /** When it was made. */
  createdAt: Scalars['DateTime']['output'];
  /** Who gave it out: it may do no more than they may. Null when you may not see them. */
  creator?: Maybe<User>;
  /** When it ends by itself. */
  expiresAt: Scalars['DateTime']['output'];
  /** The id of the key, which is not the key. */
  id: Scalars['ID']['output'];
  /** When it was last used, to the minute; null when it never was. */
  lastUsedAt?: Maybe<Scalars['DateTime']['output']>;
  /** What it is for. */
  name: Scalars['String']['output'];
  /** The partner organization that it was given to. */
  organization?: Maybe<Organization>;
  /** The one purpose it acts for. */
  purpose?: Maybe<Purpose>;
  /** When it was revoked; null when it was not. */
  revokedAt?: Maybe<Scalars['DateTime']['output']>;
  /** Keys of the permissions that it was given; it has those of them that its giver has at the time of a request. */
  scopes: Array<Scalars['String']['output']>;
};

/** A page of a list, with cursors by key: rows written meanwhile neither repeat nor hide others. */
export type ApiKeyConnection = {
  __typename?: 'ApiKeyConnection';
  /** The rows with their cursors. */
  edges: Array<ApiKeyEdge>;
  /** The rows. */
  nodes: Array<ApiKey>;
  /** Which part of the list this is. */
  pageInfo: PageInfo;
  /** How many rows the whole list has. Counted only when asked for. */
  totalCount: Scalars['Int']['output'];
};

/** A row of a connection with its cursor. */
export type ApiKeyEdge = {
  __typename?: 'ApiKeyEdge';
  /** The row's place in the list. */
  cursor: Scalars['Cursor']['output'];
  /** The row. */
  node: ApiKey;
};

/** The result of a mutation, or why it was refused: `result` is null exactly when `userErrors` is not empty. */
export type ApiKeyPayload = {
  __typename?: 'ApiKeyPayload';
  /** What was written, read again through the same gates as any other look; null when `userErrors` is not empty. */
  result?: Maybe<ApiKey>;
  /** Why input or state was refused; then nothing was written. */
  userErrors: Array<UserError>;
};

/** A token with which a program acts for you. The token itself is shown once, when it is made. */
export type ApiToken = {
  __typename?: 'ApiToken';
  /** When it was made. */
  createdAt: Scalars['DateTime']['output'];
  /** When it ends by itself. */
  expiresAt: Scalars['DateTime']['output'];
  /** The token's id. */
  id: Scalars['ID']['output'];
  /** When it was last used, to the minute; null when it never was. */
  lastUsedAt?: Maybe<Scalars['DateTime']['output']>;
  /** What it is for. */
  name: Scalars['String']['output'];
  /** The one purpose it acts for; null when each request states one. */
  purpose?: Maybe<Purpose>;
  /** When it was revoked; null when it was not. */
  revokedAt?: Maybe<Scalars['DateTime']['output']>;
  /** Keys of the permissions it is narrowed to; null without a limit of its own. */
  scopes?: Maybe<Array<Scalars['String']['output']>>;
};

/** A page of a list, with cursors by key: rows written meanwhile neither repeat nor hide others. */
export type ApiTokenConnection = {
  __typename?: 'ApiTokenConnection';
  /** The rows with their cursors. */
  edges: Array<ApiTokenEdge>;
  /** The rows. */
  nodes: Array<ApiToken>;
  /** Which part of the list this is. */
  pageInfo: PageInfo;
  /** How many rows the whole list has. Counted only when asked for. */
  totalCount: Scalars['Int']['output'];
};

/** A row of a connection with its cursor. */
export type ApiTokenEdge = {
  __typename?: 'ApiTokenEdge';
  /** The row's place in the list. */
  cursor: Scalars['Cursor']['output'];
  /** The row. */
  node: ApiToken;
};

/** The result of a mutation, or why it was refused: `result` is null exactly when `userErrors` is not empty. */
export type ApiTokenPayload = {
  __typename?: 'ApiTokenPayload';
  /** What was written, read again through the same gates as any other look; null when `userErrors` is not empty. */
  result?: Maybe<ApiToken>;
  /** Why input or state was refused; then nothing was written. */
  userErrors: Array<UserError>;
};

/** What an approval rests on. */
export type ApprovalDocument =
  /** The written agreement of an auditor or evaluator (42 CFR 2.53). */
  | 'AUDIT_AGREEMENT'
  /** An order of a court that authorizes the look (42 CFR 2.61 to 2.67). A subpoena alone is none (42 CFR 2.61(a)). */
  | 'COURT_ORDER'
  /** A law or regulation that requires the look (45 CFR 164.512(a)). It opens no record of a Part 2 program (42 CFR 2.61). */
  | 'LEGAL_MANDATE';

/** A look to approve. */
export type ApproveAccessInput = {
  /** What may be looked at, and no more. Notes kept apart are never opened by an approval. */
  classes: Array<DataClass>;
  /**
   * What it rests on. `LEGAL_PROCEEDING` takes a court order: a subpoena alone is not enough (42 CFR 2.61). So does
   * `REQUIRED_BY_LAW` for `SUD`. `AUDIT_EVALUATION` takes an agreement or a court order (42 CFR 2.53, 2.66).
   */
  documentKind: ApprovalDocument;
  /** Where the document is filed, 1 to 200 characters. Do not put a name into it. */
  documentReference: Scalars['String']['input'];
  /** Whose record may be looked at. */
  patientId: Scalars['ID']['input'];
  /** For what: `AUDIT_EVALUATION`, `REQUIRED_BY_LAW` or `LEGAL_PROCEEDING`. It opens nothing for another purpose. */
  purpose: Purpose;
  /** Where the request is kept, 1 to 200 characters. Do not put a name into it. */
  ticket: Scalars['String']['input'];
  /** Who may look: somebody who works here, has a role that acts for the purpose, and is not yourself. */
  userId: Scalars['ID']['input'];
  /** From when it holds; now when left out. */
  validFrom?: InputMaybe<Scalars['DateTime']['input']>;
  /** Until when, exclusively: at most a year after it begins. */
  validTo: Scalars['DateTime']['input'];
};

/** A place on a care team to give. */
export type AssignCareTeamInput = {
  /** Until when, exclusively; open when left out. */
  endsAt?: InputMaybe<Scalars['DateTime']['input']>;
  /** The patient. */
  patientId: Scalars['ID']['input'];
  /** The practitioner. */
  practitionerId: Scalars['ID']['input'];
  /** What the practitioner does for the patient. */
  role: CareTeamRole;
  /** From when; now when left out. */
  startsAt?: InputMaybe<Scalars['DateTime']['input']>;
};

/** A role to be given. */
export type AssignRoleInput = {
  /** Until when, exclusively; for good when left out. */
  expiresAt?: InputMaybe<Scalars['DateTime']['input']>;
  /**
   * Confines the role to what is at this location and beneath it. Whoever may give roles at some locations only has to
   * name one of them.
   */
  locationId?: InputMaybe<Scalars['ID']['input']>;
  /** The role, none above your own rank. */
  roleId: Scalars['ID']['input'];
  /** Who gets it; never oneself. */
  userId: Scalars['ID']['input'];
};

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

/** With which credential. */
export type AuditCredential =
  /** An access token: of a person's program, or of a partner's client. */
  | 'ACCESS_TOKEN'
  /** The API key of a partner organization. */
  | 'API_KEY'
  /** An API token. */
  | 'API_TOKEN'
  /** None: a sign-in attempt. */
  | 'NONE'
  /** The command line. */
  | 'OPERATOR'
  /** A signed-in session. */
  | 'SESSION'
  /** A signed token of an identity provider. */
  | 'SIGNED_TOKEN';

/** What was decided. */
export type AuditDecision =
  /** The answer was no. */
  | 'DENY'
  /** The answer was yes. */
  | 'PERMIT';

/** An entry in the record: a look, a refusal, a write, a sign-in. Never changed, never deleted. */
export type AuditLog = {
  __typename?: 'AuditLog';
  /** What was attempted. */
  action: AuditAction;
  /** Who; null when nobody was signed in, or the command line acted. */
  actor?: Maybe<User>;
  /** The role in which the actor acted. */
  actorRole?: Maybe<Scalars['String']['output']>;
  /** With which credential. */
  credential: AuditCredential;
  /** The entry's id. */
  id: Scalars['ID']['output'];
  /** When it happened. */
  occurredAt: Scalars['DateTime']['output'];
  /** By which operation, such as `patient.identity` or `consent.revoke`. */
  operation: Scalars['String']['output'];
  /** The patient it is about, by display code; null when it is about none, or the patient is not within your reach. */
  patient?: Maybe<Patient>;
  /** The request's id, as in the header `x-request-id`. */
  requestId: Scalars['String']['output'];
  /**
   * What it says about the patient; null when it is about none. Readable by the patient, by compliance and within a
   * treating relationship, without a consent.
   */
  subject?: Maybe<AuditSubjectResult>;
};

/** A page of a list, with cursors by key: rows written meanwhile neither repeat nor hide others. */
export type AuditLogConnection = {
  __typename?: 'AuditLogConnection';
  /** The rows with their cursors. */
  edges: Array<AuditLogEdge>;
  /** The rows. */
  nodes: Array<AuditLog>;
  /** Which part of the list this is. */
  pageInfo: PageInfo;
  /** How many rows the whole list has. Counted only when asked for. */
  totalCount: Scalars['Int']['output'];
};

/** A row of a connection with its cursor. */
export type AuditLogEdge = {
  __typename?: 'AuditLogEdge';
  /** The row's place in the list. */
  cursor: Scalars['Cursor']['output'];
  /** The row. */
  node: AuditLog;
};

/** Which entries. All conditions given must hold. */
export type AuditLogFilter = {
  /** Attempting this. */
  action?: InputMaybe<AuditAction>;
  /** By this user. */
  actorId?: InputMaybe<Scalars['ID']['input']>;
  /** From this moment. */
  from?: InputMaybe<Scalars['DateTime']['input']>;
  /** About this patient. */
  patientId?: InputMaybe<Scalars['ID']['input']>;
  /** Of this request. */
  requestId?: InputMaybe<Scalars['String']['input']>;
  /** Before this moment. */
  to?: InputMaybe<Scalars['DateTime']['input']>;
};

/** What an entry says about a patient. */
export type AuditSubject = {
  __typename?: 'AuditSubject';
  /** The class of data; null when something was written that has none. */
  dataClass?: Maybe<DataClass>;
  /** What was decided. */
  decision: AuditDecision;
  /** Which fields: names, never values. */
  fields: Array<Scalars['String']['output']>;
  /**
   * What a look that was allowed rested on: `CONSENT`, `SHARING`, `EMERGENCY` or `APPROVAL`. Null when it was refused, when
   * something was written, and when it took none of these: the patient's own look, that of whoever stands in their place,
   * and what a relationship alone allows.
   */
  ground?: Maybe<AccessGround>;
  /** For what purpose. */
  purpose?: Maybe<Purpose>;
  /** Why it was refused; null for `PERMIT`. */
  reason?: Maybe<Scalars['String']['output']>;
  /** The consent that permitted it; null when none was needed, or none permitted it. */
  viaConsent?: Maybe<Consent>;
};

/** `AuditSubject` when the decision on this look is yes, else `Withheld` with the reason. Every look is recorded. */
export type AuditSubjectResult = AuditSubject | Withheld;

/** The password once more, before an authenticator app is added. */
export type BeginOneTimeCodeEnrolmentInput = {
  /** The password. */
  password: Scalars['String']['input'];
};

/** What was said of an emergency, and what a review found. */
export type BreakGlassDetail = {
  __typename?: 'BreakGlassDetail';
  /** What was opened. */
  dataClasses: Array<DataClass>;
  /** What the emergency was, in the words of whoever broke the glass (42 CFR 2.51(c)(4)). */
  emergencyNature: Scalars['String']['output'];
  /** Who ended it before its time; null when its time ran out, or you cannot see users. */
  endedBy?: Maybe<User>;
  /** What the review found; null before it. */
  finding?: Maybe<BreakGlassFinding>;
  /** What the review noted, for those who review alone (`break_glass.review`); null to others and before it. */
  findingNote?: Maybe<Scalars['String']['output']>;
  /** Why it could not wait for a consent. */
  reason: Scalars['String']['output'];
  /** Which health care facility the recipient belongs to (42 CFR 2.51(c)(1)). */
  recipientAffiliation: Scalars['String']['output'];
  /** Who received the information (42 CFR 2.51(c)(1)). */
  recipientName: Scalars['String']['output'];
  /** Who reviewed it; null before the review, or when you cannot see users. */
  reviewedBy?: Maybe<User>;
  /** Who broke the glass (42 CFR 2.51(c)(2)); null when you cannot see users. */
  user?: Maybe<User>;
};

/** `BreakGlassDetail` when the decision on this look is yes, else `Withheld` with the reason. Every look is recorded. */
export type BreakGlassDetailResult = BreakGlassDetail | Withheld;

/** Somebody broke the glass in a medical emergency (42 CFR 2.51). What was said of the emergency is in `detail`. */
export type BreakGlassEvent = {
  __typename?: 'BreakGlassEvent';
  /**
   * What was said of the emergency, and what the review found. Readable by the patient, by compliance and within a
   * treating relationship, without a consent.
   */
  detail?: Maybe<BreakGlassDetailResult>;
  /** When it was ended before its time; null when nobody did. */
  endedAt?: Maybe<Scalars['DateTime']['output']>;
  /** Until when it is open, exclusively, unless it is ended before. */
  expiresAt: Scalars['DateTime']['output'];
  /** The event's id. */
  id: Scalars['ID']['output'];
  /** The patient; null when the patient is not within your reach. */
  patient?: Maybe<Patient>;
  /**
   * The id of the patient whose record was opened. From the next request on, `patient(id)` answers with it in the session
   * that broke the glass.
   */
  patientId: Scalars['ID']['output'];
  /** Until when the review is owed: 72 hours after the glass was broken. */
  reviewDueAt: Scalars['DateTime']['output'];
  /** When somebody else reviewed it; null while the review is owed. */
  reviewedAt?: Maybe<Scalars['DateTime']['output']>;
  /** From when the record was open. */
  startsAt: Scalars['DateTime']['output'];
};

/** A page of a list, with cursors by key: rows written meanwhile neither repeat nor hide others. */
export type BreakGlassEventConnection = {
  __typename?: 'BreakGlassEventConnection';
  /** The rows with their cursors. */
  edges: Array<BreakGlassEventEdge>;
  /** The rows. */
  nodes: Array<BreakGlassEvent>;
  /** Which part of the list this is. */
  pageInfo: PageInfo;
  /** How many rows the whole list has. Counted only when asked for. */
  totalCount: Scalars['Int']['output'];
};

/** A row of a connection with its cursor. */
export type BreakGlassEventEdge = {
  __typename?: 'BreakGlassEventEdge';
  /** The row's place in the list. */
  cursor: Scalars['Cursor']['output'];
  /** The row. */
  node: BreakGlassEvent;
};

/** Which broken glasses. All conditions given must hold. */
export type BreakGlassEventFilter = {
  /** About this patient. */
  patientId?: InputMaybe<Scalars['ID']['input']>;
  /** `true`: those whose review is owed; `false`: those that were reviewed. */
  unreviewed?: InputMaybe<Scalars['Boolean']['input']>;
};

/** The result of a mutation, or why it was refused: `result` is null exactly when `userErrors` is not empty. */
export type BreakGlassEventPayload = {
  __typename?: 'BreakGlassEventPayload';
  /** What was written, read again through the same gates as any other look; null when `userErrors` is not empty. */
  result?: Maybe<BreakGlassEvent>;
  /** Why input or state was refused; then nothing was written. */
  userErrors: Array<UserError>;
};

/** What a review of a broken glass found. */
export type BreakGlassFinding =
  /** There was a bona fide medical emergency. */
  | 'JUSTIFIED'
  /** There was none: what was seen may be a breach (45 CFR 164.402). */
  | 'NOT_JUSTIFIED';

/** A medical emergency. */
export type BreakGlassInput = {
  /**
   * What is needed, and no more: of `DIRECTORY`, `GENERAL_PHI`, `MENTAL_HEALTH` and `SUD`. House staff open `DIRECTORY`
   * alone. Notes kept apart, what a minor consented to alone and charges are never opened.
   */
  classes: Array<DataClass>;
  /** What the emergency is, 1 to 500 characters (42 CFR 2.51(c)(4)). It is sealed, and the patient can read it. */
  emergencyNature: Scalars['String']['input'];
  /**
   * For how long, in minutes from 1 to the most that the policy of the organization or location allows; its default when
   * left out (60 of at most 240 unless it says otherwise).
   */
  minutes?: InputMaybe<Scalars['Int']['input']>;
  /** Whose record is needed. */
  patient: EmergencyPatientInput;
  /** Why it cannot wait for a consent, 20 to 1,000 characters. It is sealed, and the patient can read it. */
  reason: Scalars['String']['input'];
  /** Which health care facility they belong to, 1 to 200 characters (42 CFR 2.51(c)(1)). */
  recipientAffiliation: Scalars['String']['input'];
  /** Who receives the information: the name of the medical personnel, 1 to 200 characters (42 CFR 2.51(c)(1)). */
  recipientName: Scalars['String']['input'];
};

/** For how long a broken glass stays open (42 CFR 2.51). */
export type BreakGlassPolicy = {
  __typename?: 'BreakGlassPolicy';
  /** Minutes when nothing else is asked for, 1 to 240. */
  defaultMinutes: Scalars['Int']['output'];
  /** Minutes at the most, 1 to 240. */
  longestMinutes: Scalars['Int']['output'];
};

/** A new session in a cookie of the browser. */
export type BrowserSession = {
  __typename?: 'BrowserSession';
  /**
   * Send it in the header `X-CSRF-Token` with every request. It also stands in the cookie `__Host-consentry-csrf`,
   * which scripts of the page can read.
   */
  csrfToken: Scalars['String']['output'];
  /** When the session ends at the latest. */
  expiresAt: Scalars['DateTime']['output'];
  /** After how many seconds without a request the session ends; null when only `expiresAt` ends it. */
  idleSeconds?: Maybe<Scalars['Int']['output']>;
};

/** The result of a mutation, or why it was refused: `result` is null exactly when `userErrors` is not empty. */
export type BrowserSessionPayload = {
  __typename?: 'BrowserSessionPayload';
  /** What was written, read again through the same gates as any other look; null when `userErrors` is not empty. */
  result?: Maybe<BrowserSession>;
  /** Why input or state was refused; then nothing was written. */
  userErrors: Array<UserError>;
};

/** As `SharingAccess`, with the session in a cookie of the browser. */
export type BrowserSharingAccess = {
  __typename?: 'BrowserSharingAccess';
  /**
   * Keep it on the device, where nobody else reads it: `reopenSharedWithCookie` takes it instead of a code. It is shown
   * once.
   */
  deviceSecret: Scalars['String']['output'];
  /** The session. */
  session: BrowserSession;
};

/** The result of a mutation, or why it was refused: `result` is null exactly when `userErrors` is not empty. */
export type BrowserSharingAccessPayload = {
  __typename?: 'BrowserSharingAccessPayload';
  /** What was written, read again through the same gates as any other look; null when `userErrors` is not empty. */
  result?: Maybe<BrowserSharingAccess>;
  /** Why input or state was refused; then nothing was written. */
  userErrors: Array<UserError>;
};

/** A place on a patient's care team. */
export type CareTeamMember = {
  __typename?: 'CareTeamMember';
  /** Until when, exclusively; null while it is open. */
  endsAt?: Maybe<Scalars['DateTime']['output']>;
  /** The place's id. */
  id: Scalars['ID']['output'];
  /** The patient. */
  patient?: Maybe<Patient>;
  /** The practitioner. */
  practitioner?: Maybe<Practitioner>;
  /** What the practitioner does for the patient. */
  role: CareTeamRole;
  /** From when the practitioner treats the patient. */
  startsAt: Scalars['DateTime']['output'];
};

/** A page of a list, with cursors by key: rows written meanwhile neither repeat nor hide others. */
export type CareTeamMemberConnection = {
  __typename?: 'CareTeamMemberConnection';
  /** The rows with their cursors. */
  edges: Array<CareTeamMemberEdge>;
  /** The rows. */
  nodes: Array<CareTeamMember>;
  /** Which part of the list this is. */
  pageInfo: PageInfo;
  /** How many rows the whole list has. Counted only when asked for. */
  totalCount: Scalars['Int']['output'];
};

/** A row of a connection with its cursor. */
export type CareTeamMemberEdge = {
  __typename?: 'CareTeamMemberEdge';
  /** The row's place in the list. */
  cursor: Scalars['Cursor']['output'];
  /** The row. */
  node: CareTeamMember;
};

/** The result of a mutation, or why it was refused: `result` is null exactly when `userErrors` is not empty. */
export type CareTeamMemberPayload = {
  __typename?: 'CareTeamMemberPayload';
  /** What was written, read again through the same gates as any other look; null when `userErrors` is not empty. */
  result?: Maybe<CareTeamMember>;
  /** Why input or state was refused; then nothing was written. */
  userErrors: Array<UserError>;
};

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

/** A password to change. */
export type ChangePasswordInput = {
  /** The password of now. */
  currentPassword: Scalars['String']['input'];
  /** The password from now on: 12 to 128 characters, of whatever kind. */
  newPassword: Scalars['String']['input'];
};

/** What changes about a relationship. What is left out stays as it is. */
export type ChangeRelationshipInput = {
  /** Whether the person may be written to and called about the patient. */
  canBeContacted?: InputMaybe<Scalars['Boolean']['input']>;
  /** `version` of the relationship as you read it. */
  expectedVersion: Scalars['Int']['input'];
  /** Whether to call the person in an emergency. */
  isEmergencyContact?: InputMaybe<Scalars['Boolean']['input']>;
  /** What the person is to the patient. */
  kind?: InputMaybe<PersonRelationshipKind>;
  /**
   * What the person may decide. Stated, it is recorded anew, even if it is what stood there: it counts only when it is
   * verified again, and its end and its evidence are forgotten.
   */
  legalAuthority?: InputMaybe<LegalAuthority>;
  /** The relationship. */
  relationshipId: Scalars['ID']['input'];
};

/** A role to be changed. What is left out stays. */
export type ChangeRoleInput = {
  /** The `version` that you read. */
  expectedVersion: Scalars['Int']['input'];
  /** The new name, 1 to 200 characters; all that can be changed of a system's role. */
  name?: InputMaybe<Scalars['String']['input']>;
  /** The role to build it upon from now on. */
  parentRoleId?: InputMaybe<Scalars['ID']['input']>;
  /** All that it permits by itself from now on. */
  permissions?: InputMaybe<Array<PermissionGrantInput>>;
  /** The new rank, 0 to 100, none above your own. */
  rank?: InputMaybe<Scalars['Int']['input']>;
  /** The role. */
  roleId: Scalars['ID']['input'];
};

/** In which order of writing. */
export type Chronology =
  /** The newest first. */
  | 'NEWEST_FIRST'
  /** The oldest first. */
  | 'OLDEST_FIRST';

/** A partner organization that a consent of the patient names, or one beneath it. */
export type ConcernedOrganization = {
  __typename?: 'ConcernedOrganization';
  /** The organization's id. */
  id: Scalars['ID']['output'];
  /** Its name. */
  name: Scalars['String']['output'];
};

/** The first code of an authenticator app. */
export type ConfirmOneTimeCodeEnrolmentInput = {
  /** The code that the app shows now. */
  oneTimeCode: Scalars['String']['input'];
};

/** A consent or restriction of a patient. What it says is in `detail`. */
export type Consent = {
  __typename?: 'Consent';
  /** When the consent was drafted or filed. */
  createdAt: Scalars['DateTime']['output'];
  /** What it says. Readable by the patient, by compliance and within a treating relationship, without a consent. */
  detail?: Maybe<ConsentDetailResult>;
  /** The consent's id. */
  id: Scalars['ID']['output'];
  /** Whose consent it is. */
  patient?: Maybe<Patient>;
  /** Send it back as `expectedVersion` when you change the consent. */
  version: Scalars['Int']['output'];
};

/** Who signed besides the first, on the same form and day. */
export type ConsentCoSignerInput = {
  /** In what capacity: `MINOR`, `PARENT`, `GUARDIAN` or `LEGAL_REPRESENTATIVE`. */
  capacity: SignerCapacity;
  /** Who; left out for the patient, `MINOR`. */
  personId?: InputMaybe<Scalars['ID']['input']>;
};

/** A page of a list, with cursors by key: rows written meanwhile neither repeat nor hide others. */
export type ConsentConnection = {
  __typename?: 'ConsentConnection';
  /** The rows with their cursors. */
  edges: Array<ConsentEdge>;
  /** The rows. */
  nodes: Array<Consent>;
  /** Which part of the list this is. */
  pageInfo: PageInfo;
  /** How many rows the whole list has. Counted only when asked for. */
  totalCount: Scalars['Int']['output'];
};

/** How somebody of the family is reached. Kept as a code that nobody reads back: keep the contact yourself where it is needed. */
export type ConsentContactInput = {
  /** The e-mail address, without regard to case, or the phone number: with its country code, else one of the United States. */
  contact: Scalars['String']['input'];
  /** Whether it is an e-mail address or a phone number. */
  kind: ContactKind;
};

/** Whether it allows or forbids. */
export type ConsentDecision =
  /** Forbids, and overrides what others allow. */
  | 'DENY'
  /** Allows what it covers. */
  | 'PERMIT';

/** What a consent says. */
export type ConsentDetail = {
  __typename?: 'ConsentDetail';
  /** When it was signed by the second of two, where both have to sign (42 CFR 2.14). */
  coSignedAt?: Maybe<Scalars['DateTime']['output']>;
  /** In what capacity the second of two signed. */
  coSignerCapacity?: Maybe<SignerCapacity>;
  /** Whether it allows or forbids. */
  decision: ConsentDecision;
  /** The id of the organization that may disclose (42 CFR 2.31(a)(2)); null is your own. */
  discloserOrganizationId?: Maybe<Scalars['ID']['output']>;
  /** Where the signed form is filed. */
  evidenceReference?: Maybe<Scalars['String']['output']>;
  /** The event that ends it, when one does. */
  expiryEvent?: Maybe<Scalars['String']['output']>;
  /** When that event happened, once it is recorded. */
  expiryEventAt?: Maybe<Scalars['DateTime']['output']>;
  /** How it ends. */
  expiryKind: ExpiryKind;
  /** What it lacks, or must not hold together, before it can be signed; empty when it is complete. */
  faults: Array<ConsentFault>;
  /** Whether it counts at this moment: active, signed, begun and not ended. */
  inForce: Scalars['Boolean']['output'];
  /** What it is for. */
  kind: ConsentKind;
  /** For what purposes; a consent without any matches nothing. */
  purposes: Array<Purpose>;
  /** Whom it names. */
  recipients: Array<ConsentRecipient>;
  /** Whether the form states that what is disclosed may be disclosed again (42 CFR 2.31(a)(10)). */
  redisclosureStatement: Scalars['Boolean']['output'];
  /** Whether the form states what a refusal would mean (42 CFR 2.31(a)(10)). */
  refusalConsequences: Scalars['Boolean']['output'];
  /** How it was revoked. */
  revocationMethod?: Maybe<SignatureMethod>;
  /** Why it was revoked, in the patient's words. */
  revocationReason?: Maybe<Scalars['String']['output']>;
  /** When it was revoked. */
  revokedAt?: Maybe<Scalars['DateTime']['output']>;
  /** Which data it covers. */
  scopes: Array<ConsentScope>;
  /** How it was signed. */
  signatureMethod?: Maybe<SignatureMethod>;
  /** When it was signed. */
  signedAt?: Maybe<Scalars['DateTime']['output']>;
  /**
   * What was signed, in plain words, line by line: the copy that goes with what is disclosed (42 CFR 2.32(b)). It names the
   * patient by their display code; print the name beside it where you may see it. Null until it is signed by all.
   */
  signedCopy?: Maybe<Scalars['String']['output']>;
  /** In what capacity it was signed. */
  signerCapacity?: Maybe<SignerCapacity>;
  /** Where it stands. Whether its time is over is in `inForce`. */
  status: ConsentStatus;
  /** The consent in whose place it stands: one that it superseded or will, or one of which it is a revision. */
  supersedesId?: Maybe<Scalars['ID']['output']>;
  /** From when it holds. */
  validFrom: Scalars['DateTime']['output'];
  /** Until when, exclusively; null without an end by date. */
  validTo?: Maybe<Scalars['DateTime']['output']>;
};

/** `ConsentDetail` when the decision on this look is yes, else `Withheld` with the reason. Every look is recorded. */
export type ConsentDetailResult = ConsentDetail | Withheld;

/** A row of a connection with its cursor. */
export type ConsentEdge = {
  __typename?: 'ConsentEdge';
  /** The row's place in the list. */
  cursor: Scalars['Cursor']['output'];
  /** The row. */
  node: Consent;
};

/** How a consent ends. Exactly one. */
export type ConsentExpiryInput =
  /** At this moment, exclusively. */
  { date: Scalars['DateTime']['input']; event?: never; never?: never; }
  |  /** When this event is recorded with `recordExpiryEvent`; at most 200 characters. */
  { date?: never; event: Scalars['String']['input']; never?: never; }
  |  /** Never; `true`. Allowed for `TPO` and `RESTRICTION` alone. */
  { date?: never; event?: never; never: Scalars['Boolean']['input']; };

/** What a form lacks, or must not hold together: until nothing is, nobody can sign it (42 CFR 2.31(a) and (c)). */
export type ConsentFault =
  /** A contact is named in a kind other than `FAMILY_SHARING` and `RESTRICTION`. */
  | 'CONTACT_NOT_IN_FAMILY_SHARING'
  /** SUD counseling notes stand in a consent of another kind (42 CFR 2.31(b)). */
  | 'COUNSELING_NOTES_MIXED'
  /** A consent to SUD counseling notes covers something else as well, or none of them (42 CFR 2.31(b)). */
  | 'COUNSELING_NOTES_NOT_ALONE'
  /** It does not say when it ends: only `TPO` and `RESTRICTION` may have no end (42 CFR 2.31(a)(7)). */
  | 'EXPIRY_MISSING'
  /** `FAMILY_SHARING` names somebody who is neither a contact nor a user. */
  | 'FAMILY_RECIPIENTS_ONLY'
  /** It does not say which information: name at least one class in `scopes` (42 CFR 2.31(a)(3)). */
  | 'INFORMATION_MISSING'
  /** An intermediary's participants are a class other than those who treat the patient (42 CFR 2.31(a)(4)(ii)(B)). */
  | 'INTERMEDIARY_PARTICIPANTS'
  /** A legal proceeding is combined with another kind or purpose (42 CFR 2.31(d)). */
  | 'LEGAL_PROCEEDING_NOT_ALONE'
  /** `REFERRAL_PARTNER` names somebody who is no organization. */
  | 'ORGANIZATION_RECIPIENTS_ONLY'
  /** Psychotherapy notes stand in a consent of another kind (45 CFR 164.508(b)(3)(ii)). */
  | 'PSYCHOTHERAPY_NOTES_MIXED'
  /** A consent to psychotherapy notes covers something else as well, or none of them (45 CFR 164.508(b)(3)(ii)). */
  | 'PSYCHOTHERAPY_NOTES_NOT_ALONE'
  /** It does not say for what purpose: name at least one of `purposes` (42 CFR 2.31(a)(5)). */
  | 'PURPOSE_MISSING'
  /** It does not say to whom: name at least one of `recipients` (42 CFR 2.31(a)(4)). */
  | 'RECIPIENT_MISSING'
  /** The statement on redisclosure is missing: needed for `TPO` (42 CFR 2.31(a)(10)(i)). */
  | 'REDISCLOSURE_STATEMENT_MISSING'
  /** What a refusal would mean is missing: needed for `TPO` (42 CFR 2.31(a)(10)(ii)). */
  | 'REFUSAL_CONSEQUENCES_MISSING'
  /** Research is combined with another kind or purpose (45 CFR 164.508(b)(3)(i)). */
  | 'RESEARCH_NOT_ALONE'
  /** `TPO` has a purpose besides treatment, payment and operations, which alone need no end (42 CFR 2.31(a)(5)(iii), 2.33(b)). */
  | 'TPO_PURPOSES_EXCEEDED';

/** An intermediary, and to whom it passes on what it gets. */
export type ConsentIntermediaryInput = {
  /** Its name; 1 to 200 characters. */
  name: Scalars['String']['input'];
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

/** The result of a mutation, or why it was refused: `result` is null exactly when `userErrors` is not empty. */
export type ConsentPayload = {
  __typename?: 'ConsentPayload';
  /** What was written, read again through the same gates as any other look; null when `userErrors` is not empty. */
  result?: Maybe<Consent>;
  /** Why input or state was refused; then nothing was written. */
  userErrors: Array<UserError>;
};

/** Somebody a consent names. */
export type ConsentRecipient = {
  __typename?: 'ConsentRecipient';
  /** How the contact is reached, for `CONTACT`: the contact itself is kept as a code and not shown to anybody. */
  contactKind?: Maybe<ContactKind>;
  /** The intermediary's name, for `INTERMEDIARY`. */
  intermediaryName?: Maybe<Scalars['String']['output']>;
  /** How the recipient is named. */
  kind: RecipientKind;
  /** The organization's id, for `ORGANIZATION`. */
  organizationId?: Maybe<Scalars['ID']['output']>;
  /** The practitioner, for `PRACTITIONER`. */
  practitioner?: Maybe<Practitioner>;
  /** The class, for `CLASS` and `INTERMEDIARY`. */
  recipientClass?: Maybe<RecipientClass>;
  /** The user's id, for `USER`. */
  userId?: Maybe<Scalars['ID']['output']>;
};

/** Somebody a consent names. Exactly one. */
export type ConsentRecipientInput =
  /** Somebody of the family, or a friend, by their e-mail address or phone number: for `FAMILY_SHARING` and restrictions. */
  { contact: ConsentContactInput; intermediary?: never; organizationId?: never; practitionerId?: never; recipientClass?: never; userId?: never; }
  |  /** An intermediary such as a health information exchange (42 CFR 2.31(a)(4)(ii)). */
  { contact?: never; intermediary: ConsentIntermediaryInput; organizationId?: never; practitionerId?: never; recipientClass?: never; userId?: never; }
  |  /** An organization with all beneath it. */
  { contact?: never; intermediary?: never; organizationId: Scalars['ID']['input']; practitionerId?: never; recipientClass?: never; userId?: never; }
  |  /** One practitioner. */
  { contact?: never; intermediary?: never; organizationId?: never; practitionerId: Scalars['ID']['input']; recipientClass?: never; userId?: never; }
  |  /** A class of recipients (42 CFR 2.31(a)(4)). */
  { contact?: never; intermediary?: never; organizationId?: never; practitionerId?: never; recipientClass: RecipientClass; userId?: never; }
  |  /** One user. */
  { contact?: never; intermediary?: never; organizationId?: never; practitionerId?: never; recipientClass?: never; userId: Scalars['ID']['input']; };

/** Data that a consent covers. */
export type ConsentScope = {
  __typename?: 'ConsentScope';
  /** From when. */
  coversFrom?: Maybe<Scalars['DateTime']['output']>;
  /** Until when, exclusively. */
  coversTo?: Maybe<Scalars['DateTime']['output']>;
  /** The class. */
  dataClass: DataClass;
  /**
   * Narrowed to this kind of resource; null covers all of the class. What permits one kind alone opens nothing until kinds are
   * told apart; what forbids one kind forbids all of the class.
   */
  resourceKind?: Maybe<Scalars['String']['output']>;
};

/** Data that a consent covers. */
export type ConsentScopeInput = {
  /** From when. */
  coversFrom?: InputMaybe<Scalars['DateTime']['input']>;
  /** Until when, exclusively. */
  coversTo?: InputMaybe<Scalars['DateTime']['input']>;
  /** The class. `DEIDENTIFIED` needs no consent and is refused. */
  dataClass: DataClass;
  /**
   * Narrows the scope to this kind of resource, a word in capital letters such as `DRUG_TEST`; at most 64 of `A` to `Z`,
   * digits and underscores. No kinds are told apart yet: what permits one kind alone opens nothing until they are, and
   * what forbids one kind forbids all of the class.
   */
  resourceKind?: InputMaybe<Scalars['String']['input']>;
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
  discloserOrganizationId?: InputMaybe<Scalars['ID']['input']>;
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
  redisclosureStatement?: Scalars['Boolean']['input'];
  /** Whether the form states what a refusal would mean (42 CFR 2.31(a)(10)); needed for `TPO`. */
  refusalConsequences?: Scalars['Boolean']['input'];
  /** Which data it covers; 1 to 50. */
  scopes: Array<ConsentScopeInput>;
  /** From when it holds; now when left out. */
  validFrom?: InputMaybe<Scalars['DateTime']['input']>;
};

/** How somebody is reached. */
export type ContactKind =
  /** By e-mail. */
  | 'EMAIL'
  /** By phone. */
  | 'PHONE';

/** A key to give out. */
export type CreateApiKeyInput = {
  /** When it ends: within a year. */
  expiresAt: Scalars['DateTime']['input'];
  /** What it is for, 1 to 200 characters. */
  name: Scalars['String']['input'];
  /** The partner organization: a district, a school, a payer or a partner. */
  organizationId: Scalars['ID']['input'];
  /** The one purpose it acts for. */
  purpose: Purpose;
  /** Keys of permissions: such as a partner may have, and as you have yourself. */
  scopes: Array<Scalars['String']['input']>;
};

/** An identity provider to enter. */
export type CreateIdentityProviderInput = {
  /** How it may sign, at least one. */
  algorithms: Array<SigningAlgorithm>;
  /** Whom a token has to be made for to be taken as a bearer token, at most ten; without any, none is taken. */
  audiences?: Array<Scalars['String']['input']>;
  /** Under which name it knows this server; needed to send people there to sign in. */
  clientId?: InputMaybe<Scalars['String']['input']>;
  /** The secret that this server has there. Nobody is shown it again. */
  clientSecret?: InputMaybe<Scalars['String']['input']>;
  /** The issuer, to the letter as it stands in its tokens. It stays: users are linked to it. */
  issuer: Scalars['String']['input'];
  /** Its short name: lower-case letters, digits and inner hyphens. */
  key: Scalars['String']['input'];
  /** Where its keys are; left out, its configuration says so. */
  keySetUrl?: InputMaybe<Scalars['String']['input']>;
  /** Its name, for people. */
  name: Scalars['String']['input'];
  /** The claim that names the user; `sub` when left out. Choose only one that the provider never gives to somebody else. */
  subjectClaim?: InputMaybe<Scalars['String']['input']>;
};

/** An organization to enter. */
export type CreateOrganizationInput = {
  /** What it is to you; `TENANT` is your own organization, of which there is one. */
  kind: OrganizationKind;
  /** Its name, 1 to 200 characters. */
  name: Scalars['String']['input'];
  /** The district that a school is part of. */
  parentOrganizationId?: InputMaybe<Scalars['ID']['input']>;
  /** A short name of its own: lower-case letters, digits and hyphens within, at most 63. */
  slug: Scalars['String']['input'];
  /** The state in which it gives care, two capital letters. */
  state?: InputMaybe<Scalars['String']['input']>;
  /** Its time zone, an IANA name; that of your own organization when left out. */
  timeZone?: InputMaybe<Scalars['String']['input']>;
};

/** A patient to enter. */
export type CreatePatientInput = {
  /** A key of your choice, 1 to 200 characters: the same key and input within 24 hours create the patient once. */
  idempotencyKey?: InputMaybe<Scalars['String']['input']>;
  /** Who the patient is; left out, the patient stays de-identified. Needs the permission `phi.write`. */
  identity?: InputMaybe<PatientIdentityInput>;
  /** Where the patient is served. A Part 2 unit makes everything about the patient a SUD record (42 CFR 2.11). */
  locationId?: InputMaybe<Scalars['ID']['input']>;
};

/** With whom to share. */
export type CreateSharingGrantInput = {
  /**
   * The patient's consent that says what may be seen: of kind `FAMILY_SHARING`, in force, for the purpose
   * `PATIENT_REQUEST`, and naming the contact.
   */
  consentId: Scalars['ID']['input'];
  /** The contact that the consent names. */
  contact: ConsentContactInput;
  /** Until when, exclusively; not after the consent's end, which holds when nothing is stated. */
  expiresAt?: InputMaybe<Scalars['DateTime']['input']>;
  /** What they are called, 1 to 200 characters. Kept encrypted. */
  recipientName: Scalars['String']['input'];
};

/** For what a pair of tokens is made. */
export type CreateTokenPairInput = {
  /** What the tokens are for, such as the name of a device, 1 to 200 characters. */
  name: Scalars['String']['input'];
  /** Keys of permissions to narrow the tokens to; all that you have when left out. */
  scopes?: InputMaybe<Array<Scalars['String']['input']>>;
};

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

/** A user to part with. */
export type DeactivateUserInput = {
  /** Why, 1 to 200 characters. Do not put a name into it. */
  reason: Scalars['String']['input'];
  /** The user. */
  userId: Scalars['ID']['input'];
};

/** A role to be defined. */
export type DefineRoleInput = {
  /** The key: capital letters, digits and underscores, beginning with a letter, at most 64; it never changes. */
  key: Scalars['String']['input'];
  /** The name, 1 to 200 characters. */
  name: Scalars['String']['input'];
  /**
   * The role to build it upon: it permits all that this one permits, and serves its purposes of use. A role built upon
   * none of the system's has no purpose of use, and so sees nothing protected.
   */
  parentRoleId?: InputMaybe<Scalars['ID']['input']>;
  /** What it permits besides. A permission reaches no farther than in a system's role of this rank or below. */
  permissions: Array<PermissionGrantInput>;
  /** The rank, 0 to 100, none above your own. */
  rank: Scalars['Int']['input'];
};

/** An identity provider to switch off. */
export type DisableIdentityProviderInput = {
  /** The provider. */
  providerId: Scalars['ID']['input'];
};

/** Something about a patient that left the program. Never changed, never deleted. What it says is in `detail`. */
export type Disclosure = {
  __typename?: 'Disclosure';
  /**
   * What it says. Readable by the patient, by whoever has legal authority for what it is about, and by compliance, without a
   * consent.
   */
  detail?: Maybe<DisclosureDetailResult>;
  /** The disclosure's id, as in `extensions.part2.disclosureIds` of the answer that it left in. */
  id: Scalars['ID']['output'];
  /** Whose information left; null when the patient is not within your reach. */
  patient?: Maybe<Patient>;
};

/** How something left. */
export type DisclosureChannel =
  /** It was shown through this API. */
  | 'API';

/** A page of a list, with cursors by key: rows written meanwhile neither repeat nor hide others. */
export type DisclosureConnection = {
  __typename?: 'DisclosureConnection';
  /** The rows with their cursors. */
  edges: Array<DisclosureEdge>;
  /** The rows. */
  nodes: Array<Disclosure>;
  /** Which part of the list this is. */
  pageInfo: PageInfo;
  /** How many rows the whole list has. Counted only when asked for. */
  totalCount: Scalars['Int']['output'];
};

/** What a disclosure says. */
export type DisclosureDetail = {
  __typename?: 'DisclosureDetail';
  /** How it left. */
  channel: DisclosureChannel;
  /** The consent that allowed it; null when an exception did, or it is not within your reach. */
  consent?: Maybe<Consent>;
  /**
   * The copy of the consent, or the explanation of its scope, that went with it (42 CFR 2.32(b)); without a consent, what
   * the disclosure rested on instead.
   */
  consentCopy: Scalars['String']['output'];
  /** Which classes of data. */
  dataClasses: Array<DataClass>;
  /** What, in words; never the values. */
  description: Scalars['String']['output'];
  /** Why it could leave without a consent; null when a consent allowed it. */
  exception?: Maybe<DisclosureException>;
  /** The notice that went with it (42 CFR 2.32(a)). */
  notice: RedisclosureNotice;
  /** When it left. */
  occurredAt: Scalars['DateTime']['output'];
  /** For what. */
  purpose?: Maybe<Purpose>;
  /** Who received it. */
  recipient: DisclosureRecipient;
  /** The id of the request it left in, as in the header `x-request-id`. */
  requestId: Scalars['String']['output'];
};

/** `DisclosureDetail` when the decision on this look is yes, else `Withheld` with the reason. Every look is recorded. */
export type DisclosureDetailResult = DisclosureDetail | Withheld;

/** A row of a connection with its cursor. */
export type DisclosureEdge = {
  __typename?: 'DisclosureEdge';
  /** The row's place in the list. */
  cursor: Scalars['Cursor']['output'];
  /** The row. */
  node: Disclosure;
};

/** Why something was disclosed without a consent. */
export type DisclosureException =
  /** A bona fide medical emergency in which consent could not be obtained (42 CFR 2.51). */
  | 'EMERGENCY';

/** Who received something, as far as it is known (45 CFR 164.528(b)(2)(ii)). */
export type DisclosureRecipient = {
  __typename?: 'DisclosureRecipient';
  /** Their address; null when it is not known. */
  address?: Maybe<Scalars['String']['output']>;
  /** To whom they belong, or what they are to the patient; null when that is not known. */
  affiliation?: Maybe<Scalars['String']['output']>;
  /** The name of the person or organization. */
  name: Scalars['String']['output'];
  /** The partner organization's id, where it is one. */
  organizationId?: Maybe<Scalars['ID']['output']>;
};

/** A consent to prepare. */
export type DraftConsentInput = {
  /**
   * Whether it stays a `DRAFT` that nobody can sign until `requestSignature`; otherwise it is `PENDING_SIGNATURE` at once,
   * as it stands.
   */
  asDraft?: Scalars['Boolean']['input'];
  /** Whose consent. */
  patientId: Scalars['ID']['input'];
  /**
   * A consent of the same patient and kind that is `ACTIVE`: it becomes `SUPERSEDED` at the moment at which this one
   * becomes `ACTIVE`, and stays as it is until then.
   */
  supersedesId?: InputMaybe<Scalars['ID']['input']>;
  /** What it says. */
  terms: ConsentTermsInput;
};

/** Whom to call in an emergency. */
export type EmergencyContact = {
  __typename?: 'EmergencyContact';
  /** The contact's name. */
  name: Scalars['String']['output'];
  /** The contact's phone number. */
  phone: Scalars['String']['output'];
  /** What the contact is to the patient. */
  relationship?: Maybe<Scalars['String']['output']>;
};

/** Whom to call in an emergency. */
export type EmergencyContactInput = {
  /** The contact's name. */
  name: Scalars['String']['input'];
  /** The contact's phone number. */
  phone: Scalars['String']['input'];
  /** What the contact is to the patient. */
  relationship?: InputMaybe<Scalars['String']['input']>;
};

/** A patient in an emergency. Exactly one. */
export type EmergencyPatientInput =
  /** The patient's display code, such as `7KQM-2XTB`; capitals and space around it do not matter. */
  { displayCode: Scalars['String']['input']; id?: never; }
  |  /** The patient's id. */
  { displayCode?: never; id: Scalars['ID']['input']; };

/** An identity provider to switch on again. */
export type EnableIdentityProviderInput = {
  /** The provider. */
  providerId: Scalars['ID']['input'];
};

/** A broken glass to end. */
export type EndBreakGlassInput = {
  /** The event. */
  eventId: Scalars['ID']['input'];
};

/** A legal authority to end. */
export type EndLegalAuthorityInput = {
  /** When it ends: now or later, and no later than an end that is set already. Now when left out. */
  at?: InputMaybe<Scalars['DateTime']['input']>;
  /** The relationship. */
  relationshipId: Scalars['ID']['input'];
};

/** A session that ended. */
export type EndedSession = {
  __typename?: 'EndedSession';
  /** When it ended. */
  endedAt: Scalars['DateTime']['output'];
};

/** The result of a mutation, or why it was refused: `result` is null exactly when `userErrors` is not empty. */
export type EndedSessionPayload = {
  __typename?: 'EndedSessionPayload';
  /** What was written, read again through the same gates as any other look; null when `userErrors` is not empty. */
  result?: Maybe<EndedSession>;
  /** Why input or state was refused; then nothing was written. */
  userErrors: Array<UserError>;
};

/** Sessions that ended. */
export type EndedSessions = {
  __typename?: 'EndedSessions';
  /** How many. */
  count: Scalars['Int']['output'];
  /** When they ended. */
  endedAt: Scalars['DateTime']['output'];
};

/** The result of a mutation, or why it was refused: `result` is null exactly when `userErrors` is not empty. */
export type EndedSessionsPayload = {
  __typename?: 'EndedSessionsPayload';
  /** What was written, read again through the same gates as any other look; null when `userErrors` is not empty. */
  result?: Maybe<EndedSessions>;
  /** Why input or state was refused; then nothing was written. */
  userErrors: Array<UserError>;
};

/** `extensions.code` of an entry in `errors[]`. */
export type ErrorCode =
  /** `after` is not a cursor that this connection gave out. */
  | 'BAD_CURSOR'
  /** The request is not a GraphQL request over HTTP: media type, JSON or shape. */
  | 'BAD_REQUEST'
  /** An argument cannot be used: an id that is no UUID, a page size out of range, a header with an unknown purpose. */
  | 'BAD_USER_INPUT'
  /** No role of yours may break the glass in a medical emergency (42 CFR 2.51): call somebody who may. */
  | 'BREAK_GLASS_DENIED'
  /** A session in a cookie came without its `X-CSRF-Token`, or from another site's page; nothing was executed. */
  | 'CSRF_REFUSED'
  /** The document is too large, too deep or asks for too much; the message names the limit. */
  | 'DOCUMENT_LIMIT_EXCEEDED'
  /** This caller may execute only documents that were uploaded before, or that come with the server. */
  | 'DOCUMENT_NOT_TRUSTED'
  /** Signed in, but no role gives the permission that the message names. */
  | 'FORBIDDEN'
  /** The document is not GraphQL. */
  | 'GRAPHQL_PARSE_FAILED'
  /** The document or its variables do not fit the schema: an unknown field or enum value, a wrong type. */
  | 'GRAPHQL_VALIDATION_FAILED'
  /** Our fault; quote the request id when you report it. */
  | 'INTERNAL'
  /** `__schema` and `__type` are not answered to this caller; read the schema where your organization keeps it. */
  | 'INTROSPECTION_DISABLED'
  /** The method is not allowed; the header `Allow` names those that are. */
  | 'METHOD_NOT_ALLOWED'
  /** The client accepts none of the media types that answers come in. */
  | 'NOT_ACCEPTABLE'
  /** No such path. */
  | 'NOT_FOUND'
  /** The body is larger than 64 KiB. */
  | 'PAYLOAD_TOO_LARGE'
  /** No document has this `documentId`: upload it first, or send `query`. */
  | 'PERSISTED_DOCUMENT_NOT_FOUND'
  /** The operation could cost more than 10,000 points: ask for smaller pages, or in several requests. */
  | 'QUERY_TOO_COMPLEX'
  /** Too many requests; wait as long as `Retry-After` and `extensions.retryAfter` say. */
  | 'RATE_LIMITED'
  /** The act needs a proof of who you are that is less than five minutes old: `reauthenticate`, then repeat it. */
  | 'REAUTH_REQUIRED'
  /** The body did not arrive within 10 seconds. */
  | 'REQUEST_TIMEOUT'
  /** The change is committed, but its result could not be shown; ask for it again. */
  | 'RESULT_UNAVAILABLE'
  /** A search matches too many people: add a letter or another condition. */
  | 'SEARCH_TOO_BROAD'
  /** No session, or the session ended: sign in again. */
  | 'UNAUTHENTICATED'
  /** The server or the database is busy or restarting; try again after a moment. */
  | 'UNAVAILABLE'
  /** The body is not `application/json` in UTF-8. */
  | 'UNSUPPORTED_MEDIA_TYPE';

/** When a consent ends. */
export type ExpiryKind =
  /** At `validTo`. */
  | 'DATE'
  /** When the named event is recorded. */
  | 'EVENT'
  /** Never: allowed for treatment, payment and operations alone. */
  | 'NONE';

/** A feature that the organization switched for itself, whatever holds for all others. */
export type FeatureFlag = {
  __typename?: 'FeatureFlag';
  /** What it is for. */
  description?: Maybe<Scalars['String']['output']>;
  /** Whether it is on for anybody. */
  enabled: Scalars['Boolean']['output'];
  /** The flag's id. */
  id: Scalars['ID']['output'];
  /** The feature, such as `messages.attachments`. */
  key: Scalars['String']['output'];
  /** For how many of a hundred users it is on. Whoever has it keeps it when the number grows. */
  rolloutPercentage: Scalars['Int']['output'];
  /** When it was switched last. */
  updatedAt: Scalars['DateTime']['output'];
  /** Send it back as `expectedVersion` when you change the flag. */
  version: Scalars['Int']['output'];
};

/** A page of a list, with cursors by key: rows written meanwhile neither repeat nor hide others. */
export type FeatureFlagConnection = {
  __typename?: 'FeatureFlagConnection';
  /** The rows with their cursors. */
  edges: Array<FeatureFlagEdge>;
  /** The rows. */
  nodes: Array<FeatureFlag>;
  /** Which part of the list this is. */
  pageInfo: PageInfo;
  /** How many rows the whole list has. Counted only when asked for. */
  totalCount: Scalars['Int']['output'];
};

/** A row of a connection with its cursor. */
export type FeatureFlagEdge = {
  __typename?: 'FeatureFlagEdge';
  /** The row's place in the list. */
  cursor: Scalars['Cursor']['output'];
  /** The row. */
  node: FeatureFlag;
};

/** The result of a mutation, or why it was refused: `result` is null exactly when `userErrors` is not empty. */
export type FeatureFlagPayload = {
  __typename?: 'FeatureFlagPayload';
  /** What was written, read again through the same gates as any other look; null when `userErrors` is not empty. */
  result?: Maybe<FeatureFlag>;
  /** Why input or state was refused; then nothing was written. */
  userErrors: Array<UserError>;
};

/** Whether an organization is a Part 2 program. */
export type FlagPart2ProgramInput = {
  /** Whether it is one. */
  isPart2Program: Scalars['Boolean']['input'];
  /** The organization; your own covers all of its locations. */
  organizationId: Scalars['ID']['input'];
};

/** Whether a location is a Part 2 unit. */
export type FlagPart2UnitInput = {
  /** The location; what is part of it is covered. */
  locationId: Scalars['ID']['input'];
  /** Whether it is one: an identified unit that holds itself out as giving SUD treatment. */
  part2Unit: Scalars['Boolean']['input'];
};

/** A proof that is fresh. */
export type FreshProof = {
  __typename?: 'FreshProof';
  /** Until when it counts as fresh. */
  freshUntil: Scalars['DateTime']['output'];
  /** When it was given. */
  provedAt: Scalars['DateTime']['output'];
};

/** The result of a mutation, or why it was refused: `result` is null exactly when `userErrors` is not empty. */
export type FreshProofPayload = {
  __typename?: 'FreshProofPayload';
  /** What was written, read again through the same gates as any other look; null when `userErrors` is not empty. */
  result?: Maybe<FreshProof>;
  /** Why input or state was refused; then nothing was written. */
  userErrors: Array<UserError>;
};

/** Who else may say who somebody is: an OpenID Connect provider of the organization. */
export type IdentityProvider = {
  __typename?: 'IdentityProvider';
  /** How it may sign. */
  algorithms: Array<SigningAlgorithm>;
  /** Whom a token has to be made for to be taken as a bearer token; empty when none is. */
  audiences: Array<Scalars['String']['output']>;
  /** Under which name it knows this server; null when nobody is sent there to sign in. */
  clientId?: Maybe<Scalars['String']['output']>;
  /** When it was entered. */
  createdAt: Scalars['DateTime']['output'];
  /** Whether this server has a secret there. Nobody is shown which. */
  hasClientSecret: Scalars['Boolean']['output'];
  /** The provider's id. */
  id: Scalars['ID']['output'];
  /** The issuer, to the letter as it stands in its tokens. */
  issuer: Scalars['String']['output'];
  /** Its short name, part of the address at which a sign-in begins: `/auth/{organization}/{key}/start`. */
  key: Scalars['String']['output'];
  /** Where its keys are; null when its configuration says so. */
  keySetUrl?: Maybe<Scalars['String']['output']>;
  /** Its name, for people. */
  name: Scalars['String']['output'];
  /** Whether it is believed. */
  status: IdentityProviderStatus;
  /** The claim that names the user. */
  subjectClaim: Scalars['String']['output'];
  /** Rises with every change: the `expectedVersion` of the next one. */
  version: Scalars['Int']['output'];
};

/** A page of a list, with cursors by key: rows written meanwhile neither repeat nor hide others. */
export type IdentityProviderConnection = {
  __typename?: 'IdentityProviderConnection';
  /** The rows with their cursors. */
  edges: Array<IdentityProviderEdge>;
  /** The rows. */
  nodes: Array<IdentityProvider>;
  /** Which part of the list this is. */
  pageInfo: PageInfo;
  /** How many rows the whole list has. Counted only when asked for. */
  totalCount: Scalars['Int']['output'];
};

/** A row of a connection with its cursor. */
export type IdentityProviderEdge = {
  __typename?: 'IdentityProviderEdge';
  /** The row's place in the list. */
  cursor: Scalars['Cursor']['output'];
  /** The row. */
  node: IdentityProvider;
};

/** The result of a mutation, or why it was refused: `result` is null exactly when `userErrors` is not empty. */
export type IdentityProviderPayload = {
  __typename?: 'IdentityProviderPayload';
  /** What was written, read again through the same gates as any other look; null when `userErrors` is not empty. */
  result?: Maybe<IdentityProvider>;
  /** Why input or state was refused; then nothing was written. */
  userErrors: Array<UserError>;
};

/** Whether an identity provider is believed. */
export type IdentityProviderStatus =
  /** It is believed. */
  | 'ACTIVE'
  /** It is not believed; takes effect with the next request. */
  | 'DISABLED';

/** Whether the program's own workforce may look without a consent (45 CFR 164.506). */
export type InternalUsePolicy = {
  __typename?: 'InternalUsePolicy';
  /** Whether they may: for treatment, payment and operations, within a relationship to the patient. */
  withoutConsent: Scalars['Boolean']['output'];
};

/** Somebody with legal authority for a patient, to invite. */
export type InviteGuardianInput = {
  /** The email address, by which the guardian signs in. Only a keyed token of it is stored. */
  email: Scalars['String']['input'];
  /** The relationship that says whose guardian the person is. */
  relationshipId: Scalars['ID']['input'];
};

/** Somebody to invite. */
export type InviteUserInput = {
  /** The email address, by which the user signs in. Only a keyed token of it is stored. */
  email: Scalars['String']['input'];
  /** The patient that the user is; left out for everybody else. */
  patientId?: InputMaybe<Scalars['ID']['input']>;
  /** Keys of the roles that the user gets; giving roles needs the permission `role.assign`. */
  roleKeys?: InputMaybe<Array<Scalars['String']['input']>>;
};

/** A user who is to choose another password. */
export type IssuePasswordResetInput = {
  /** The user. */
  userId: Scalars['ID']['input'];
};

/** For which grant to make a code. */
export type IssueSharingCodeInput = {
  /** The grant. */
  sharingGrantId: Scalars['ID']['input'];
};

/** An invitation. Hand the token to the human by a way of your own: nothing is sent. */
export type IssuedInvitation = {
  __typename?: 'IssuedInvitation';
  /** Until when it can be accepted. */
  expiresAt: Scalars['DateTime']['output'];
  /** The token to accept it with, once. It is shown here and never again. */
  invitationToken: Scalars['String']['output'];
  /** Who was invited. */
  user?: Maybe<User>;
};

/** The result of a mutation, or why it was refused: `result` is null exactly when `userErrors` is not empty. */
export type IssuedInvitationPayload = {
  __typename?: 'IssuedInvitationPayload';
  /** What was written, read again through the same gates as any other look; null when `userErrors` is not empty. */
  result?: Maybe<IssuedInvitation>;
  /** Why input or state was refused; then nothing was written. */
  userErrors: Array<UserError>;
};

/** A token to choose another password with. Hand it to the human by a way of your own: nothing is sent. */
export type IssuedPasswordReset = {
  __typename?: 'IssuedPasswordReset';
  /** Until when it is good. */
  expiresAt: Scalars['DateTime']['output'];
  /** The token, good once. It is shown here and never again. */
  resetToken: Scalars['String']['output'];
  /** Whose password it is. */
  user?: Maybe<User>;
};

/** The result of a mutation, or why it was refused: `result` is null exactly when `userErrors` is not empty. */
export type IssuedPasswordResetPayload = {
  __typename?: 'IssuedPasswordResetPayload';
  /** What was written, read again through the same gates as any other look; null when `userErrors` is not empty. */
  result?: Maybe<IssuedPasswordReset>;
  /** Why input or state was refused; then nothing was written. */
  userErrors: Array<UserError>;
};

/** A one-time code. Hand it over by a way of your own: nothing is sent. */
export type IssuedSharingCode = {
  __typename?: 'IssuedSharingCode';
  /** The code, such as `abcd-efgh-ijkl-mnop`: good once, with the contact, on one device. It is shown here and never again. */
  code: Scalars['String']['output'];
  /** Until when it is good, exclusively: ten minutes from now. Five wrong attempts end it before. */
  expiresAt: Scalars['DateTime']['output'];
  /** For what. */
  sharingGrant?: Maybe<SharingGrant>;
};

/** The result of a mutation, or why it was refused: `result` is null exactly when `userErrors` is not empty. */
export type IssuedSharingCodePayload = {
  __typename?: 'IssuedSharingCodePayload';
  /** What was written, read again through the same gates as any other look; null when `userErrors` is not empty. */
  result?: Maybe<IssuedSharingCode>;
  /** Why input or state was refused; then nothing was written. */
  userErrors: Array<UserError>;
};

/** What the related person may decide. */
export type LegalAuthority =
  /** As a guardian. */
  | 'GUARDIAN'
  /** As a legal representative. */
  | 'LEGAL_REPRESENTATIVE'
  /** They decide nothing for the patient. */
  | 'NONE'
  /** As a parent. */
  | 'PARENT';

/** Somebody to enter as family of a patient, or as another person around the patient. */
export type LinkPersonInput = {
  /** Whether the person may be written to and called about the patient; `false` where a court limited custody. */
  canBeContacted?: Scalars['Boolean']['input'];
  /** Where the evidence of the authority is filed, 1 to 200 characters; can be left out until it is verified. */
  evidenceReference?: InputMaybe<Scalars['String']['input']>;
  /** Whether to call the person in an emergency. */
  isEmergencyContact?: Scalars['Boolean']['input'];
  /** What the person is to the patient. */
  kind: PersonRelationshipKind;
  /** What the person may decide, once somebody else has verified it. `PARENT` goes with the kind `PARENT` alone. */
  legalAuthority: LegalAuthority;
  /** The patient. */
  patientId: Scalars['ID']['input'];
  /** Who the person is. */
  related: RelatedPersonInput;
};

/** An account of an identity provider that becomes a user's. */
export type LinkUserInput = {
  /** The identity provider. */
  providerId: Scalars['ID']['input'];
  /** What the provider calls the user: the value of its subject claim, to the letter. */
  subject: Scalars['String']['input'];
  /** The user. */
  userId: Scalars['ID']['input'];
};

/** A property, house or clinic. */
export type Location = {
  __typename?: 'Location';
  /** When the location was entered. */
  createdAt: Scalars['DateTime']['output'];
  /** The location's id. */
  id: Scalars['ID']['output'];
  /** What it is. */
  kind: LocationKind;
  /** Its name. */
  name: Scalars['String']['output'];
  /** The location it is part of. */
  parent?: Maybe<Location>;
  /** Whether it is a Part 2 unit by itself (42 CFR 2.11). Also where it is none, it may be part of one, or of a program. */
  part2Unit: Scalars['Boolean']['output'];
  /** The state in which it lies, two capital letters; null when that of the organization counts. */
  state?: Maybe<Scalars['String']['output']>;
  /** Its time zone, an IANA name such as `America/New_York`. */
  timeZone: Scalars['String']['output'];
};

/** Compares a patient's location. */
export type LocationComparator = {
  /** Exactly this. */
  eq?: InputMaybe<Scalars['ID']['input']>;
  /** One of these; an empty list matches nobody. */
  in?: InputMaybe<Array<Scalars['ID']['input']>>;
};

/** A page of a list, with cursors by key: rows written meanwhile neither repeat nor hide others. */
export type LocationConnection = {
  __typename?: 'LocationConnection';
  /** The rows with their cursors. */
  edges: Array<LocationEdge>;
  /** The rows. */
  nodes: Array<Location>;
  /** Which part of the list this is. */
  pageInfo: PageInfo;
  /** How many rows the whole list has. Counted only when asked for. */
  totalCount: Scalars['Int']['output'];
};

/** A row of a connection with its cursor. */
export type LocationEdge = {
  __typename?: 'LocationEdge';
  /** The row's place in the list. */
  cursor: Scalars['Cursor']['output'];
  /** The row. */
  node: Location;
};

/** What a location is. */
export type LocationKind =
  /** A clinic or office that patients visit. */
  | 'CLINIC'
  /** A house where patients live. */
  | 'HOUSE'
  /** A property that holds houses. */
  | 'PROPERTY';

/** The result of a mutation, or why it was refused: `result` is null exactly when `userErrors` is not empty. */
export type LocationPayload = {
  __typename?: 'LocationPayload';
  /** What was written, read again through the same gates as any other look; null when `userErrors` is not empty. */
  result?: Maybe<Location>;
  /** Why input or state was refused; then nothing was written. */
  userErrors: Array<UserError>;
};

/** From which age minors consent alone, by state and service (42 CFR 2.14, 45 CFR 164.502(g)). */
export type MinorConsentPolicy = {
  __typename?: 'MinorConsentPolicy';
  /** The age of majority where no state says otherwise, in years. */
  ageOfMajority: Scalars['Int']['output'];
  /** States in which people come of age at another age. */
  majorities: Array<StateMajority>;
  /** Which services minors consent to, and where. Where no rule fits, a parent or guardian decides. */
  rules: Array<MinorConsentRule>;
};

/** A service to which minors of a state consent. */
export type MinorConsentRule = {
  __typename?: 'MinorConsentRule';
  /** From which age, in years: 10 or more, and below the age of majority of the state. */
  minimumAge: Scalars['Int']['output'];
  /** Whether a parent or guardian has to consent as well; then both sign (42 CFR 2.14(c)). */
  parentalConsent: Scalars['Boolean']['output'];
  /** The class of the service's records: `GENERAL_PHI`, `MENTAL_HEALTH` or `SUD`. */
  service: DataClass;
  /** The state in which care is given, two capital letters. */
  state: Scalars['String']['output'];
};

/** A service to which minors of a state consent. */
export type MinorConsentRuleInput = {
  /** From which age, in years: 10 or more, and below the age of majority of the state. */
  minimumAge: Scalars['Int']['input'];
  /** Whether a parent or guardian has to consent as well; then both sign (42 CFR 2.14(c)). */
  parentalConsent: Scalars['Boolean']['input'];
  /** The class of the service's records: `GENERAL_PHI`, `MENTAL_HEALTH` or `SUD`. */
  service: DataClass;
  /** The state in which care is given, two capital letters. */
  state: Scalars['String']['input'];
};

/** What can be changed. Every mutation is a verb of the business and one transaction. */
export type Mutation = {
  __typename?: 'Mutation';
  /**
   * Accepts an invitation with a password of one's own.
   *
   * User errors: `INVALID_TOKEN`, whatever is wrong with the token; `VALIDATION_FAILED` for a password that is too
   * short or among those that are tried first: choose another, the token is still good.
   */
  activateUser?: Maybe<ActivatedUserPayload>;
  /**
   * Puts another text in the place of one's own note. Nobody amends a note of somebody else.
   *
   * User errors: `NOT_FOUND`, `VALIDATION_FAILED`, `STALE_VERSION`, `ACCESS_DENIED` (somebody else's).
   */
  amendProtectedNote?: Maybe<ProtectedNotePayload>;
  /**
   * Approves that somebody looks at a patient's record for an audit, the law or a court, without a consent of the patient
   * (42 CFR 2.53, 2.61 to 2.67; 45 CFR 164.512). Needs a fresh proof, else `REAUTH_REQUIRED`.
   *
   * User errors: `NOT_FOUND`, `VALIDATION_FAILED`, `SEPARATION_OF_DUTIES` (for oneself), `ACCESS_DENIED`.
   */
  approveAccess?: Maybe<AccessApprovalPayload>;
  /**
   * Gives a practitioner a place on a patient's care team: the relationship without which no role sees protected
   * data.
   *
   * User errors: `NOT_FOUND`, `ALREADY_EXISTS`, `VALIDATION_FAILED`, `INVALID_STATE` (the practitioner does not
   * work).
   */
  assignCareTeam?: Maybe<CareTeamMemberPayload>;
  /**
   * Gives a user a role. The user's sessions end: they sign in again, with the new rights. Giving the role `OWNER` needs a
   * fresh proof of who you are, else `REAUTH_REQUIRED`.
   *
   * User errors: `NOT_FOUND`, `ALREADY_EXISTS`, `VALIDATION_FAILED`, `INVALID_STATE` (the user has left),
   * `RANK_TOO_LOW`, `SEPARATION_OF_DUTIES` (nobody gives roles to oneself).
   */
  assignRole?: Maybe<RoleAssignmentPayload>;
  /**
   * Makes a secret for an authenticator app. Nothing changes about signing in until `confirmOneTimeCodeEnrolment` shows
   * that the app has it. Needs a session.
   *
   * User errors: `INVALID_CREDENTIALS` (the password, which counts as a wrong attempt to sign in), `INVALID_STATE`
   * (there is an app already, or the token is not that of a session).
   */
  beginOneTimeCodeEnrolment?: Maybe<OneTimeCodeEnrolmentPayload>;
  /**
   * Breaks the glass in a bona fide medical emergency, when a consent cannot be had in time (42 CFR 2.51). In this session
   * alone and for a limited time, the classes stated are shown without a consent or relationship, whatever the patient
   * restricted; nothing can be searched, written out or changed by it, and no purpose is served that needs a consent of its
   * own. Compliance is told at once, somebody else reviews it within 72 hours, and the patient sees it.
   *
   * Needs a fresh proof, else `REAUTH_REQUIRED`; without the permission the error is `BREAK_GLASS_DENIED`.
   *
   * User errors: `NOT_FOUND` (no such patient, or not one of yours where you only keep a house), `VALIDATION_FAILED`,
   * `BREAK_GLASS_DENIED` (a class that is not opened, or not by you).
   */
  breakGlass?: Maybe<BreakGlassEventPayload>;
  /**
   * Changes one's own password; all other sessions end, and so does access that was given out to programs in them.
   * Needs a session.
   *
   * User errors: `INVALID_CREDENTIALS` (the password of now is wrong, which counts as a wrong attempt to sign in, or one
   * has to wait), `VALIDATION_FAILED`, `INVALID_STATE` (the token is not that of a session).
   */
  changePassword?: Maybe<PasswordChangePayload>;
  /**
   * Changes who somebody is to a patient. Needs the permission `phi.write` besides.
   *
   * User errors: `NOT_FOUND`, `STALE_VERSION`, `VALIDATION_FAILED`, `ACCESS_DENIED`, `SEPARATION_OF_DUTIES` (nobody records
   * an authority of their own).
   */
  changeRelationship?: Maybe<PersonRelationshipPayload>;
  /**
   * Changes a role: from the next request on, for all who have it and for the roles built upon it.
   *
   * User errors: `VALIDATION_FAILED` (also a circle of roles), `NOT_FOUND`, `STALE_VERSION`, `RANK_TOO_LOW`,
   * `SEPARATION_OF_DUTIES` (a role of your own), `INVALID_STATE` (more than the name of a system's role).
   */
  changeRole?: Maybe<RolePayload>;
  /**
   * Adds the authenticator app: from now on, signing in needs its code, or a recovery code. Needs a session.
   *
   * User errors: `INVALID_CREDENTIALS` (the code), `INVALID_STATE` (nothing was begun).
   */
  confirmOneTimeCodeEnrolment?: Maybe<RecoveryCodesPayload>;
  /**
   * Gives out a key to a partner organization.
   * Needs a fresh proof of who you are, else `REAUTH_REQUIRED`.
   *
   * User errors: `NOT_FOUND` (organization), `VALIDATION_FAILED`.
   */
  createApiKey?: Maybe<NewApiKeyPayload>;
  /**
   * Enters an identity provider. It is believed from now on, for users that are linked to it.
   * Needs a fresh proof of who you are, else `REAUTH_REQUIRED`.
   *
   * User errors: `VALIDATION_FAILED`, `ALREADY_EXISTS` (the key or the issuer).
   */
  createIdentityProvider?: Maybe<IdentityProviderPayload>;
  /**
   * Enters an organization that you work with.
   *
   * User errors: `VALIDATION_FAILED`, `NOT_FOUND` (parent), `ALREADY_EXISTS` (slug).
   */
  createOrganization?: Maybe<OrganizationPayload>;
  /**
   * Enters a patient. A practitioner who does it joins the care team as `INTAKE`.
   *
   * User errors: `NOT_FOUND` (location), `VALIDATION_FAILED`, `ACCESS_DENIED`, `IDEMPOTENCY_CONFLICT`.
   */
  createPatient?: Maybe<PatientPayload>;
  /**
   * Shares with somebody of the patient's family what a consent allows. They see nothing before they proved the contact:
   * go on with `issueSharingCode`.
   *
   * User errors: `NOT_FOUND` (the consent), `ACCESS_DENIED`, `INVALID_STATE` (the consent is not in force),
   * `ALREADY_EXISTS` (the patient shares with this contact already: revoke that first), `VALIDATION_FAILED`.
   */
  createSharingGrant?: Maybe<SharingGrantPayload>;
  /**
   * Makes a pair of tokens that acts for you until this session is signed out of. Needs a session.
   *
   * User errors: `VALIDATION_FAILED`; `INVALID_STATE` when the caller's token is not that of a session.
   */
  createTokenPair?: Maybe<TokenPairPayload>;
  /**
   * Parts with a user for good: sessions and tokens end at once, password and codes are erased. The email address is
   * free for a new user; the record keeps speaking of this one.
   *
   * User errors: `NOT_FOUND`, `VALIDATION_FAILED`, `RANK_TOO_LOW`, `INVALID_STATE` (deactivated already, oneself, or
   * the last owner).
   */
  deactivateUser?: Maybe<UserPayload>;
  /**
   * Defines a role of your organization.
   *
   * User errors: `VALIDATION_FAILED`, `ALREADY_EXISTS`, `NOT_FOUND` (the parent), `RANK_TOO_LOW`.
   */
  defineRole?: Maybe<RolePayload>;
  /**
   * Believes an identity provider no longer: its bearer tokens are refused from the next request on, and nobody signs in
   * through it. Sessions that it vouched for go on until they end.
   *
   * User errors: `NOT_FOUND`, `INVALID_STATE`.
   */
  disableIdentityProvider?: Maybe<IdentityProviderPayload>;
  /**
   * Prepares a consent for the patient to sign. It permits nothing until it is signed.
   *
   * User errors: `NOT_FOUND`, `VALIDATION_FAILED`, `INVALID_STATE` (what it is to supersede is not active, or of another
   * kind), `ACCESS_DENIED` (no relationship to the patient).
   */
  draftConsent?: Maybe<ConsentPayload>;
  /**
   * Believes an identity provider again.
   *
   * User errors: `NOT_FOUND`, `INVALID_STATE`.
   */
  enableIdentityProvider?: Maybe<IdentityProviderPayload>;
  /**
   * Ends a broken glass before its time: by whoever broke it, in any of their sessions, or by whoever reviews.
   *
   * User errors: `NOT_FOUND`, `INVALID_STATE` (over already), `ACCESS_DENIED`.
   */
  endBreakGlass?: Maybe<BreakGlassEventPayload>;
  /**
   * Ends a legal authority, verified or not: from that moment on it opens nothing. That of a parent or guardian ends by
   * itself when the patient comes of age. Needs the permission `phi.write` besides.
   *
   * User errors: `NOT_FOUND`, `ACCESS_DENIED`, `VALIDATION_FAILED`, `INVALID_STATE` (there is no authority, or it has ended).
   */
  endLegalAuthority?: Maybe<PersonRelationshipPayload>;
  /**
   * Says whether an organization is a Part 2 program (42 CFR 2.11). From the moment it is, whoever is served there or beneath
   * is a patient of a SUD program: their identity and their consents become SUD records in the same act, and consents that
   * do not list `SUD` show nothing of them any more. A label never becomes less strict, so when it is no program any more,
   * only patients entered afterwards are labelled otherwise. Needs a proof of who you are that is less than five minutes old,
   * else `REAUTH_REQUIRED`.
   *
   * User error: `NOT_FOUND`.
   */
  flagPart2Program?: Maybe<OrganizationPayload>;
  /**
   * Says whether a location is a Part 2 unit (42 CFR 2.11), with all that is part of it. What it does to patients who are
   * served there is what `flagPart2Program` does. Needs a proof of who you are that is less than five minutes old, else
   * `REAUTH_REQUIRED`.
   *
   * User error: `NOT_FOUND`.
   */
  flagPart2Unit?: Maybe<LocationPayload>;
  /**
   * Makes a user with the role `GUARDIAN` for somebody whose legal authority is verified and has not ended. What the
   * guardian reaches is decided at each look, by the authority and the patient's age; the role by itself reaches nothing.
   *
   * User errors: `NOT_FOUND`, `INVALID_STATE` (no legal authority that is verified and in force), `ALREADY_EXISTS` (the email
   * address, or the person has a user: give that one the role), `VALIDATION_FAILED`.
   */
  inviteGuardian?: Maybe<IssuedInvitationPayload>;
  /**
   * Makes a user who can sign in once they accepted the invitation, within seven days unless the operator says otherwise.
   *
   * User errors: `VALIDATION_FAILED`, `ALREADY_EXISTS` (the email address), `NOT_FOUND` (the patient, a role),
   * `RANK_TOO_LOW` (a role). Roles without the permission `role.assign` are `FORBIDDEN`.
   */
  inviteUser?: Maybe<IssuedInvitationPayload>;
  /**
   * Makes a token with which a user chooses another password within a day; an earlier one is good for nothing any more.
   * Needs a fresh proof of who you are, else `REAUTH_REQUIRED`.
   *
   * User errors: `NOT_FOUND`, `RANK_TOO_LOW`, `INVALID_STATE` (not active).
   */
  issuePasswordReset?: Maybe<IssuedPasswordResetPayload>;
  /**
   * Makes a one-time code with which somebody of the family proves their contact on a device, by `openShared`. The code
   * before it is good for nothing any more. Every new device needs a code of its own.
   *
   * User errors: `NOT_FOUND`, `ACCESS_DENIED`, `INVALID_STATE` (revoked or ended).
   */
  issueSharingCode?: Maybe<IssuedSharingCodePayload>;
  /**
   * Enters who somebody is to a patient, such as a parent or guardian. Two people are linked once, whichever of them is
   * the patient. Needs the permission `phi.write` besides. A legal authority opens nothing before somebody else has verified it
   * (`verifyLegalAuthority`).
   *
   * User errors: `NOT_FOUND`, `VALIDATION_FAILED`, `ALREADY_EXISTS` (these two are linked), `ACCESS_DENIED`, `INVALID_STATE`
   * (the user stands for no person), `SEPARATION_OF_DUTIES` (nobody records an authority of their own).
   */
  linkPerson?: Maybe<PersonRelationshipPayload>;
  /**
   * Links a user with an account of an identity provider, in place of the account before: whoever has the account is that
   * user. Users whose rank is above one's own are out of reach.
   *
   * User errors: `NOT_FOUND`, `ALREADY_EXISTS` (the account is another user's), `INVALID_STATE` (the provider is switched
   * off), `VALIDATION_FAILED`.
   */
  linkUser?: Maybe<UserLinkPayload>;
  /**
   * Proves a contact with a one-time code on a new device, and opens a session in which `sharedPatients` shows who shares.
   * Every attempt is recorded; an address that tries too often gets `RATE_LIMITED`.
   *
   * User errors: `INVALID_CREDENTIALS`, the same for a wrong organization, contact and code, for a code that was used, has
   * ended or was tried five times, and where nothing is shared any more; `VALIDATION_FAILED` for `deviceName`.
   */
  openShared?: Maybe<SharingAccessPayload>;
  /**
   * As `openShared`, for a page in a browser: the session goes into the cookie `__Host-consentry`, as with
   * `signInWithCookie`.
   *
   * User errors: as `openShared`.
   */
  openSharedWithCookie?: Maybe<BrowserSharingAccessPayload>;
  /**
   * Lets a suspended user sign in again, with the password and codes that they had.
   *
   * User errors: `NOT_FOUND`, `VALIDATION_FAILED`, `RANK_TOO_LOW`, `INVALID_STATE` (not suspended).
   */
  reactivateUser?: Maybe<UserPayload>;
  /**
   * Proves again who you are, for acts that answer `REAUTH_REQUIRED`: from the next request on, this session may do them
   * for five minutes. Needs a session. Every attempt is recorded, and counts like one to sign in.
   *
   * User errors: `INVALID_CREDENTIALS`; `ONE_TIME_CODE_REQUIRED`; `INVALID_STATE` when the token is not that of a session.
   */
  reauthenticate?: Maybe<FreshProofPayload>;
  /**
   * Files a consent that was signed on paper or given orally, with its evidence. It counts at once. Whose signatures a
   * minor's form takes is told at `signConsent`; a form without one of them is refused.
   *
   * User errors: `NOT_FOUND` (of a signer: nobody whose authority was verified), `VALIDATION_FAILED` (one for each fault of
   * the form, with the path of the term), `INVALID_STATE` (what it is to supersede is not active, or of another kind),
   * `ACCESS_DENIED`, `IDEMPOTENCY_CONFLICT`.
   */
  recordConsent?: Maybe<ConsentPayload>;
  /**
   * Records that the event happened with which a consent ends: it becomes `EXPIRED`, and every request that begins after
   * this is answered without it. An event is recorded once. Of a restriction it is recorded by those whom it does not bind.
   *
   * User errors: `NOT_FOUND`, `INVALID_STATE` (not active, or it ends in another way), `VALIDATION_FAILED`,
   * `ACCESS_DENIED`.
   */
  recordExpiryEvent?: Maybe<ConsentPayload>;
  /**
   * Buys the next pair of tokens with a refresh token, which is of no more use afterwards. A token that was used before
   * ends all tokens that came of it, at once. Needs a refresh token that is good, else `UNAUTHENTICATED`: sign in again.
   */
  refreshTokens?: Maybe<TokenPairPayload>;
  /**
   * Makes ten other recovery codes; those of before are good for nothing any more. Needs a session.
   *
   * User errors: `INVALID_CREDENTIALS` (the password, which counts as a wrong attempt to sign in), `INVALID_STATE`
   * (there is no authenticator app, or the token is not that of a session).
   */
  regenerateRecoveryCodes?: Maybe<RecoveryCodesPayload>;
  /**
   * Registers a program of a partner organization.
   * Needs a fresh proof of who you are, else `REAUTH_REQUIRED`.
   *
   * User errors: `NOT_FOUND` (organization), `VALIDATION_FAILED`.
   */
  registerPartnerClient?: Maybe<PartnerClientPayload>;
  /**
   * Says no to a consent that is not signed: it becomes `REJECTED`, and was never good for anything. Whoever could sign it
   * says no here; staff do when the patient told them, or when the form is not needed any more.
   *
   * User errors: `NOT_FOUND`, `INVALID_STATE` (signed, rejected or ended), `ACCESS_DENIED` (it is not for you to sign).
   */
  rejectConsent?: Maybe<ConsentPayload>;
  /**
   * Removes the organization's own switch of a feature.
   *
   * User error: `NOT_FOUND`.
   */
  removeFeatureFlag?: Maybe<RemovedFeatureFlagPayload>;
  /**
   * Takes the authenticator app and the recovery codes away: the password alone is enough again. Needs a session.
   *
   * User errors: `INVALID_CREDENTIALS` (the password, which counts as a wrong attempt to sign in), `INVALID_STATE`
   * (there is none, or the token is not that of a session).
   */
  removeOneTimeCode?: Maybe<OneTimeCodeRemovalPayload>;
  /**
   * Removes a role that nobody has and no other is built upon.
   *
   * User errors: `NOT_FOUND`, `STALE_VERSION`, `RANK_TOO_LOW`, `INVALID_STATE` (somebody has it, another role is built
   * upon it, or it is the system's).
   */
  removeRole?: Maybe<RemovedRolePayload>;
  /**
   * Removes a document. Servers that know it execute it for a minute more at the most.
   *
   * User errors: `NOT_FOUND`, `VALIDATION_FAILED`.
   */
  removeTrustedDocument?: Maybe<RemovedTrustedDocumentPayload>;
  /**
   * Gives this session a new token: the one before is refused from now on. Needs a session.
   *
   * User error: `INVALID_STATE` when the token is not that of a session.
   */
  renewSession?: Maybe<RenewedSessionPayload>;
  /**
   * Opens a session again on a device that `openShared` knows, without a code. Every attempt is recorded; an address that
   * tries too often gets `RATE_LIMITED`.
   *
   * User errors: `INVALID_CREDENTIALS`, the same for a wrong organization, contact and secret, for a device that was
   * revoked, and where nothing is shared any more.
   */
  reopenShared?: Maybe<NewSessionPayload>;
  /**
   * As `reopenShared`, for a page in a browser: the session goes into the cookie `__Host-consentry`.
   *
   * User errors: as `reopenShared`.
   */
  reopenSharedWithCookie?: Maybe<BrowserSessionPayload>;
  /**
   * Replaces the public keys of a client. Access that it was given before goes on to its end.
   * Needs a fresh proof of who you are, else `REAUTH_REQUIRED`.
   *
   * User errors: `NOT_FOUND`, `VALIDATION_FAILED`, `INVALID_STATE` when it is revoked.
   */
  replacePartnerClientKeys?: Maybe<PartnerClientPayload>;
  /**
   * Says that one forgot the password. The answer is the same whether or not there is such an account. Nothing is sent:
   * whoever manages users sees the request and hands out a token (`issuePasswordReset`).
   */
  requestPasswordReset?: Maybe<PasswordResetRequestPayload>;
  /**
   * Puts a draft before whoever signs it: it becomes `PENDING_SIGNATURE`. A form with `faults` is not put before anybody.
   *
   * User errors: `NOT_FOUND`, `STALE_VERSION`, `INVALID_STATE` (no draft), `VALIDATION_FAILED` (one for each fault, with
   * the path of the term), `ACCESS_DENIED`.
   */
  requestSignature?: Maybe<ConsentPayload>;
  /**
   * Makes a new token for somebody who was invited; the one before it is good for nothing any more.
   *
   * User errors: `NOT_FOUND`, `RANK_TOO_LOW`, `INVALID_STATE` (not invited, or accepted already).
   */
  resendInvitation?: Maybe<IssuedInvitationPayload>;
  /**
   * Takes the authenticator app and the recovery codes of a user away, who lost both: make sure who is asking.
   *
   * User errors: `NOT_FOUND`, `RANK_TOO_LOW`, `INVALID_STATE` (there is none).
   */
  resetOneTimeCode?: Maybe<UserPayload>;
  /**
   * Chooses another password with a token. All sessions of the user end, they need not wait any longer after wrong
   * attempts, and their one-time codes stay as they are.
   *
   * User errors: `INVALID_TOKEN`, whatever is wrong with the token; `VALIDATION_FAILED` for a password that is too
   * short or among those that are tried first: choose another, the token is still good.
   */
  resetPassword?: Maybe<PasswordChangePayload>;
  /**
   * Says whether the glass was broken in a bona fide medical emergency. Nobody reviews their own. One that is still open is
   * closed by it. `NOT_JUSTIFIED` is told as the event `break_glass.not_justified`: what was seen may be a breach
   * (45 CFR 164.402).
   *
   * User errors: `NOT_FOUND`, `VALIDATION_FAILED`, `SEPARATION_OF_DUTIES` (one's own), `INVALID_STATE` (reviewed already),
   * `ACCESS_DENIED`.
   */
  reviewBreakGlass?: Maybe<BreakGlassEventPayload>;
  /**
   * Changes a consent that is not signed. What was put before somebody stays as it was: the old one becomes `REJECTED`, and
   * a new one with the new terms stands where it stood; it is the result.
   *
   * User errors: `NOT_FOUND`, `STALE_VERSION`, `VALIDATION_FAILED`, `INVALID_STATE` (signed, rejected or ended),
   * `ACCESS_DENIED`.
   */
  reviseConsent?: Maybe<ConsentPayload>;
  /**
   * Revokes an approval. Every request that begins after this is answered without it.
   *
   * User errors: `NOT_FOUND`, `INVALID_STATE` (revoked already), `ACCESS_DENIED`.
   */
  revokeAccessApproval?: Maybe<AccessApprovalPayload>;
  /**
   * Revokes a key: the next request with it is refused.
   *
   * User errors: `NOT_FOUND`, `INVALID_STATE` when it is revoked already.
   */
  revokeApiKey?: Maybe<ApiKeyPayload>;
  /**
   * Revokes a token with which a program acts for you: the next request with it is refused. Needs a session.
   *
   * User errors: `NOT_FOUND`, the same for a token of somebody else; `INVALID_STATE` when it is revoked already.
   */
  revokeApiToken?: Maybe<ApiTokenPayload>;
  /**
   * Revokes a consent or restriction. Every request that begins after this is answered without it, and what was shared with
   * the family under it is shared no more. The patient revokes here, as does whoever signed for them while they have legal
   * authority; a minor revokes what they signed. Staff file a revocation with its evidence, but of a restriction only those
   * whom it does not bind.
   *
   * User errors: `NOT_FOUND`, `INVALID_STATE` (not active), `VALIDATION_FAILED`, `ACCESS_DENIED`.
   */
  revokeConsent?: Maybe<ConsentPayload>;
  /**
   * Takes an invitation back: the token is good for nothing any more, and the email address is free.
   *
   * User errors: `NOT_FOUND`, `RANK_TOO_LOW`, `INVALID_STATE` (not invited, or accepted already).
   */
  revokeInvitation?: Maybe<UserPayload>;
  /**
   * Ends all your sessions but this one. Needs a session.
   *
   * User error: `INVALID_STATE` when the token is not that of a session.
   */
  revokeOtherSessions?: Maybe<EndedSessionsPayload>;
  /**
   * Revokes a client: it is given no more access, and what it was given ends with the next request.
   *
   * User errors: `NOT_FOUND`, `INVALID_STATE` when it is revoked already.
   */
  revokePartnerClient?: Maybe<PartnerClientPayload>;
  /**
   * Ends a session, whose next request is refused: one of your own, or anybody's with the permission `user.manage`.
   * Needs a session.
   *
   * User error: `NOT_FOUND`, also for a session that is over.
   */
  revokeSession?: Maybe<EndedSessionPayload>;
  /**
   * Revokes a device, such as one that was lost: all open sessions of its owner end at once, and the device needs a new
   * code. On their other devices they come back without one.
   *
   * User errors: `NOT_FOUND` (the grant or the device), `ACCESS_DENIED`, `INVALID_STATE` (revoked already).
   */
  revokeSharingDevice?: Maybe<SharingGrantPayload>;
  /**
   * Stops sharing: the next request of whom it was for is answered without it. When nothing else is shared with them,
   * their sessions and devices end too. The consent stands; revoke it as well when it is not to be used again.
   *
   * User errors: `NOT_FOUND`, `ACCESS_DENIED`, `INVALID_STATE` (revoked already).
   */
  revokeSharingGrant?: Maybe<SharingGrantPayload>;
  /**
   * Ends all tokens of the family of a refresh token, at once; for a program that signs out. Needs a refresh token that
   * was given out, else `UNAUTHENTICATED`.
   */
  revokeTokenPair?: Maybe<RevokedTokenPairPayload>;
  /**
   * Replaces a key by a new one for the same organization, scopes and purpose; you answer for the new one. The old one
   * works until the overlap is over, and no longer than it would have.
   * Needs a fresh proof of who you are, else `REAUTH_REQUIRED`.
   *
   * User errors: `NOT_FOUND`, `VALIDATION_FAILED`, `INVALID_STATE` when it has ended or was replaced before.
   */
  rotateApiKey?: Maybe<NewApiKeyPayload>;
  /**
   * Says for how long a broken glass stays open (42 CFR 2.51): an hour, and at most four, until somebody says otherwise. A
   * glass that is broken already keeps its time.
   *
   * User errors: `VALIDATION_FAILED`, `NOT_FOUND` (the location), `ALREADY_EXISTS` (a version that begins at that moment).
   */
  setBreakGlassPolicy?: Maybe<PolicyPayload>;
  /**
   * Switches a feature for the organization, whatever holds for all others.
   *
   * User errors: `VALIDATION_FAILED`, `STALE_VERSION`.
   */
  setFeatureFlag?: Maybe<FeatureFlagPayload>;
  /**
   * Says whether the program's own workforce may look for treatment, payment and operations without a consent
   * (45 CFR 164.506). They may not until somebody says so here. It never opens notes that are kept apart, never lets
   * anybody search, write out or disclose, and a restriction goes before it.
   *
   * User errors: `VALIDATION_FAILED`, `NOT_FOUND` (the location), `ALREADY_EXISTS` (a version that begins at that moment).
   */
  setInternalUsePolicy?: Maybe<PolicyPayload>;
  /**
   * Says in which state a location lies. The policy on minors (`setMinorConsentPolicy`) is applied by it to patients who
   * are served there.
   *
   * User errors: `NOT_FOUND`, `VALIDATION_FAILED`.
   */
  setLocationState?: Maybe<LocationPayload>;
  /**
   * Says from which age minors consent alone, by state and service (42 CFR 2.14, 45 CFR 164.502(g)): what they consent to
   * alone is closed to parents and guardians until the minor signs a consent that names them.
   *
   * User errors: `VALIDATION_FAILED`, `NOT_FOUND` (the location), `ALREADY_EXISTS` (a version that begins at that moment).
   */
  setMinorConsentPolicy?: Maybe<PolicyPayload>;
  /**
   * Says in which state an organization gives care, wherever a location does not say otherwise. The policy on minors
   * (`setMinorConsentPolicy`) is applied by it: without a state, no rule fits.
   *
   * User errors: `NOT_FOUND`, `VALIDATION_FAILED`.
   */
  setOrganizationState?: Maybe<OrganizationPayload>;
  /**
   * Signs a consent of one's own, or of somebody for whom one has verified legal authority. An incomplete form is refused,
   * with all that is missing.
   *
   * For a minor it depends on what the form covers: what the minor consents to alone they sign alone; records of a Part 2
   * program take the minor's signature always; what they cannot consent to alone takes that of a parent, a guardian or a
   * legal representative (42 CFR 2.14, 45 CFR 164.502(g)). Where it takes both, the consent stays `PENDING_SIGNATURE` after
   * the first signature and becomes `ACTIVE` with the second, for which `version` is that after the first.
   *
   * User errors: `NOT_FOUND`, `STALE_VERSION`, `INVALID_STATE` (not waiting for a signature, or not for yours),
   * `VALIDATION_FAILED` (one for each fault; `field` goes on to the term at fault), `ACCESS_DENIED` (it is not for you to
   * sign).
   */
  signConsent?: Maybe<ConsentPayload>;
  /**
   * Signs in with email and password. Every attempt is recorded; an address that tries too often gets `RATE_LIMITED`.
   *
   * User errors: `INVALID_CREDENTIALS`, the same for a wrong organization, email, password and code, for an account that
   * may not sign in, and for one that has to wait after several wrong attempts; `ONE_TIME_CODE_REQUIRED`.
   */
  signIn?: Maybe<NewSessionPayload>;
  /**
   * As `signIn`, for a page in a browser: the session goes into the cookie `__Host-consentry`, which no script can read.
   * Every request with the cookie then needs the header `X-CSRF-Token`, else `CSRF_REFUSED`.
   *
   * User errors: as `signIn`.
   */
  signInWithCookie?: Maybe<BrowserSessionPayload>;
  /**
   * Ends the session of this token or cookie: the next request with it is refused. Needs a session.
   *
   * User error: `INVALID_STATE` when the token is not that of a session.
   */
  signOut?: Maybe<EndedSessionPayload>;
  /**
   * Suspends a user: all their sessions and tokens end at once, and they cannot sign in until they are reactivated.
   *
   * User errors: `NOT_FOUND`, `VALIDATION_FAILED`, `RANK_TOO_LOW`, `INVALID_STATE` (not active, oneself, or the last
   * owner).
   */
  suspendUser?: Maybe<UserPayload>;
  /**
   * Takes a role from a user. The user's sessions end: they sign in again, without it.
   *
   * User errors: `NOT_FOUND`, `RANK_TOO_LOW`, `SEPARATION_OF_DUTIES` (nobody takes roles from oneself), `INVALID_STATE`
   * (the last owner stays).
   */
  unassignRole?: Maybe<UnassignedRolePayload>;
  /**
   * Takes the account of an identity provider away from a user, who then needs another way to sign in. Sessions go on until
   * they end.
   *
   * User errors: `NOT_FOUND`, `INVALID_STATE` (there is none, or no other way).
   */
  unlinkUser?: Maybe<UserLinkPayload>;
  /**
   * Lets a user try to sign in again who has to wait after wrong attempts.
   *
   * User errors: `NOT_FOUND`, `RANK_TOO_LOW`, `INVALID_STATE` (does not have to wait).
   */
  unlockUser?: Maybe<UserPayload>;
  /**
   * Changes an identity provider, from the next request on.
   * Needs a fresh proof of who you are, else `REAUTH_REQUIRED`.
   *
   * User errors: `NOT_FOUND`, `STALE_VERSION`, `VALIDATION_FAILED`.
   */
  updateIdentityProvider?: Maybe<IdentityProviderPayload>;
  /**
   * Changes who a patient is. Needs a live relationship to the patient; what it returns passes the gates again.
   *
   * User errors: `NOT_FOUND`, `STALE_VERSION`, `VALIDATION_FAILED`, `ACCESS_DENIED`.
   */
  updatePatientIdentity?: Maybe<PatientPayload>;
  /**
   * Uploads documents, so that clients can ask for them by their id. All of them or none.
   *
   * User error: `VALIDATION_FAILED` (a document that is not valid, or not the one that its id names).
   */
  uploadTrustedDocuments?: Maybe<TrustedDocumentUploadPayload>;
  /**
   * Says that the evidence of a legal authority was seen: from now on the person stands in for the patient, as far as their
   * authority goes. Somebody else than whoever wrote the relationship last has to do it, and nobody verifies an authority of
   * their own. Needs the permission `phi.write` besides.
   *
   * User errors: `NOT_FOUND`, `ACCESS_DENIED`, `VALIDATION_FAILED`, `SEPARATION_OF_DUTIES`, `INVALID_STATE` (there is no
   * authority, it is verified already, or it has ended).
   */
  verifyLegalAuthority?: Maybe<PersonRelationshipPayload>;
  /**
   * Takes a form back that nobody signed yet: it becomes a `DRAFT` again.
   *
   * User errors: `NOT_FOUND`, `STALE_VERSION`, `INVALID_STATE` (not waiting, or one of two has signed), `ACCESS_DENIED`.
   */
  withdrawSignatureRequest?: Maybe<ConsentPayload>;
  /**
   * Writes a note that is kept apart from the record. Needs a place on the patient's care team and the purpose
   * `TREATMENT`.
   *
   * User errors: `NOT_FOUND`, `VALIDATION_FAILED`, `ACCESS_DENIED`.
   */
  writeProtectedNote?: Maybe<ProtectedNotePayload>;
};


/** What can be changed. Every mutation is a verb of the business and one transaction. */
export type MutationActivateUserArgs = {
  input: ActivateUserInput;
};


/** What can be changed. Every mutation is a verb of the business and one transaction. */
export type MutationAmendProtectedNoteArgs = {
  input: AmendProtectedNoteInput;
};


/** What can be changed. Every mutation is a verb of the business and one transaction. */
export type MutationApproveAccessArgs = {
  input: ApproveAccessInput;
};


/** What can be changed. Every mutation is a verb of the business and one transaction. */
export type MutationAssignCareTeamArgs = {
  input: AssignCareTeamInput;
};


/** What can be changed. Every mutation is a verb of the business and one transaction. */
export type MutationAssignRoleArgs = {
  input: AssignRoleInput;
};


/** What can be changed. Every mutation is a verb of the business and one transaction. */
export type MutationBeginOneTimeCodeEnrolmentArgs = {
  input: BeginOneTimeCodeEnrolmentInput;
};


/** What can be changed. Every mutation is a verb of the business and one transaction. */
export type MutationBreakGlassArgs = {
  input: BreakGlassInput;
};


/** What can be changed. Every mutation is a verb of the business and one transaction. */
export type MutationChangePasswordArgs = {
  input: ChangePasswordInput;
};


/** What can be changed. Every mutation is a verb of the business and one transaction. */
export type MutationChangeRelationshipArgs = {
  input: ChangeRelationshipInput;
};


/** What can be changed. Every mutation is a verb of the business and one transaction. */
export type MutationChangeRoleArgs = {
  input: ChangeRoleInput;
};


/** What can be changed. Every mutation is a verb of the business and one transaction. */
export type MutationConfirmOneTimeCodeEnrolmentArgs = {
  input: ConfirmOneTimeCodeEnrolmentInput;
};


/** What can be changed. Every mutation is a verb of the business and one transaction. */
export type MutationCreateApiKeyArgs = {
  input: CreateApiKeyInput;
};


/** What can be changed. Every mutation is a verb of the business and one transaction. */
export type MutationCreateIdentityProviderArgs = {
  input: CreateIdentityProviderInput;
};


/** What can be changed. Every mutation is a verb of the business and one transaction. */
export type MutationCreateOrganizationArgs = {
  input: CreateOrganizationInput;
};


/** What can be changed. Every mutation is a verb of the business and one transaction. */
export type MutationCreatePatientArgs = {
  input: CreatePatientInput;
};


/** What can be changed. Every mutation is a verb of the business and one transaction. */
export type MutationCreateSharingGrantArgs = {
  input: CreateSharingGrantInput;
};


/** What can be changed. Every mutation is a verb of the business and one transaction. */
export type MutationCreateTokenPairArgs = {
  input: CreateTokenPairInput;
};


/** What can be changed. Every mutation is a verb of the business and one transaction. */
export type MutationDeactivateUserArgs = {
  input: DeactivateUserInput;
};


/** What can be changed. Every mutation is a verb of the business and one transaction. */
export type MutationDefineRoleArgs = {
  input: DefineRoleInput;
};


/** What can be changed. Every mutation is a verb of the business and one transaction. */
export type MutationDisableIdentityProviderArgs = {
  input: DisableIdentityProviderInput;
};


/** What can be changed. Every mutation is a verb of the business and one transaction. */
export type MutationDraftConsentArgs = {
  input: DraftConsentInput;
};


/** What can be changed. Every mutation is a verb of the business and one transaction. */
export type MutationEnableIdentityProviderArgs = {
  input: EnableIdentityProviderInput;
};


/** What can be changed. Every mutation is a verb of the business and one transaction. */
export type MutationEndBreakGlassArgs = {
  input: EndBreakGlassInput;
};


/** What can be changed. Every mutation is a verb of the business and one transaction. */
export type MutationEndLegalAuthorityArgs = {
  input: EndLegalAuthorityInput;
};


/** What can be changed. Every mutation is a verb of the business and one transaction. */
export type MutationFlagPart2ProgramArgs = {
  input: FlagPart2ProgramInput;
};


/** What can be changed. Every mutation is a verb of the business and one transaction. */
export type MutationFlagPart2UnitArgs = {
  input: FlagPart2UnitInput;
};


/** What can be changed. Every mutation is a verb of the business and one transaction. */
export type MutationInviteGuardianArgs = {
  input: InviteGuardianInput;
};


/** What can be changed. Every mutation is a verb of the business and one transaction. */
export type MutationInviteUserArgs = {
  input: InviteUserInput;
};


/** What can be changed. Every mutation is a verb of the business and one transaction. */
export type MutationIssuePasswordResetArgs = {
  input: IssuePasswordResetInput;
};


/** What can be changed. Every mutation is a verb of the business and one transaction. */
export type MutationIssueSharingCodeArgs = {
  input: IssueSharingCodeInput;
};


/** What can be changed. Every mutation is a verb of the business and one transaction. */
export type MutationLinkPersonArgs = {
  input: LinkPersonInput;
};


/** What can be changed. Every mutation is a verb of the business and one transaction. */
export type MutationLinkUserArgs = {
  input: LinkUserInput;
};


/** What can be changed. Every mutation is a verb of the business and one transaction. */
export type MutationOpenSharedArgs = {
  input: OpenSharedInput;
};


/** What can be changed. Every mutation is a verb of the business and one transaction. */
export type MutationOpenSharedWithCookieArgs = {
  input: OpenSharedInput;
};


/** What can be changed. Every mutation is a verb of the business and one transaction. */
export type MutationReactivateUserArgs = {
  input: ReactivateUserInput;
};


/** What can be changed. Every mutation is a verb of the business and one transaction. */
export type MutationReauthenticateArgs = {
  input: ReauthenticateInput;
};


/** What can be changed. Every mutation is a verb of the business and one transaction. */
export type MutationRecordConsentArgs = {
  input: RecordConsentInput;
};


/** What can be changed. Every mutation is a verb of the business and one transaction. */
export type MutationRecordExpiryEventArgs = {
  input: RecordExpiryEventInput;
};


/** What can be changed. Every mutation is a verb of the business and one transaction. */
export type MutationRefreshTokensArgs = {
  input: RefreshTokenInput;
};


/** What can be changed. Every mutation is a verb of the business and one transaction. */
export type MutationRegenerateRecoveryCodesArgs = {
  input: RegenerateRecoveryCodesInput;
};


/** What can be changed. Every mutation is a verb of the business and one transaction. */
export type MutationRegisterPartnerClientArgs = {
  input: RegisterPartnerClientInput;
};


/** What can be changed. Every mutation is a verb of the business and one transaction. */
export type MutationRejectConsentArgs = {
  input: RejectConsentInput;
};


/** What can be changed. Every mutation is a verb of the business and one transaction. */
export type MutationRemoveFeatureFlagArgs = {
  input: RemoveFeatureFlagInput;
};


/** What can be changed. Every mutation is a verb of the business and one transaction. */
export type MutationRemoveOneTimeCodeArgs = {
  input: RemoveOneTimeCodeInput;
};


/** What can be changed. Every mutation is a verb of the business and one transaction. */
export type MutationRemoveRoleArgs = {
  input: RemoveRoleInput;
};


/** What can be changed. Every mutation is a verb of the business and one transaction. */
export type MutationRemoveTrustedDocumentArgs = {
  input: RemoveTrustedDocumentInput;
};


/** What can be changed. Every mutation is a verb of the business and one transaction. */
export type MutationReopenSharedArgs = {
  input: ReopenSharedInput;
};


/** What can be changed. Every mutation is a verb of the business and one transaction. */
export type MutationReopenSharedWithCookieArgs = {
  input: ReopenSharedInput;
};


/** What can be changed. Every mutation is a verb of the business and one transaction. */
export type MutationReplacePartnerClientKeysArgs = {
  input: ReplacePartnerClientKeysInput;
};


/** What can be changed. Every mutation is a verb of the business and one transaction. */
export type MutationRequestPasswordResetArgs = {
  input: RequestPasswordResetInput;
};


/** What can be changed. Every mutation is a verb of the business and one transaction. */
export type MutationRequestSignatureArgs = {
  input: RequestSignatureInput;
};


/** What can be changed. Every mutation is a verb of the business and one transaction. */
export type MutationResendInvitationArgs = {
  input: ResendInvitationInput;
};


/** What can be changed. Every mutation is a verb of the business and one transaction. */
export type MutationResetOneTimeCodeArgs = {
  input: ResetOneTimeCodeInput;
};


/** What can be changed. Every mutation is a verb of the business and one transaction. */
export type MutationResetPasswordArgs = {
  input: ResetPasswordInput;
};


/** What can be changed. Every mutation is a verb of the business and one transaction. */
export type MutationReviewBreakGlassArgs = {
  input: ReviewBreakGlassInput;
};


/** What can be changed. Every mutation is a verb of the business and one transaction. */
export type MutationReviseConsentArgs = {
  input: ReviseConsentInput;
};


/** What can be changed. Every mutation is a verb of the business and one transaction. */
export type MutationRevokeAccessApprovalArgs = {
  input: RevokeAccessApprovalInput;
};


/** What can be changed. Every mutation is a verb of the business and one transaction. */
export type MutationRevokeApiKeyArgs = {
  input: RevokeApiKeyInput;
};


/** What can be changed. Every mutation is a verb of the business and one transaction. */
export type MutationRevokeApiTokenArgs = {
  input: RevokeApiTokenInput;
};


/** What can be changed. Every mutation is a verb of the business and one transaction. */
export type MutationRevokeConsentArgs = {
  input: RevokeConsentInput;
};


/** What can be changed. Every mutation is a verb of the business and one transaction. */
export type MutationRevokeInvitationArgs = {
  input: RevokeInvitationInput;
};


/** What can be changed. Every mutation is a verb of the business and one transaction. */
export type MutationRevokePartnerClientArgs = {
  input: RevokePartnerClientInput;
};


/** What can be changed. Every mutation is a verb of the business and one transaction. */
export type MutationRevokeSessionArgs = {
  input: RevokeSessionInput;
};


/** What can be changed. Every mutation is a verb of the business and one transaction. */
export type MutationRevokeSharingDeviceArgs = {
  input: RevokeSharingDeviceInput;
};


/** What can be changed. Every mutation is a verb of the business and one transaction. */
export type MutationRevokeSharingGrantArgs = {
  input: RevokeSharingGrantInput;
};


/** What can be changed. Every mutation is a verb of the business and one transaction. */
export type MutationRevokeTokenPairArgs = {
  input: RefreshTokenInput;
};


/** What can be changed. Every mutation is a verb of the business and one transaction. */
export type MutationRotateApiKeyArgs = {
  input: RotateApiKeyInput;
};


/** What can be changed. Every mutation is a verb of the business and one transaction. */
export type MutationSetBreakGlassPolicyArgs = {
  input: SetBreakGlassPolicyInput;
};


/** What can be changed. Every mutation is a verb of the business and one transaction. */
export type MutationSetFeatureFlagArgs = {
  input: SetFeatureFlagInput;
};


/** What can be changed. Every mutation is a verb of the business and one transaction. */
export type MutationSetInternalUsePolicyArgs = {
  input: SetInternalUsePolicyInput;
};


/** What can be changed. Every mutation is a verb of the business and one transaction. */
export type MutationSetLocationStateArgs = {
  input: SetLocationStateInput;
};


/** What can be changed. Every mutation is a verb of the business and one transaction. */
export type MutationSetMinorConsentPolicyArgs = {
  input: SetMinorConsentPolicyInput;
};


/** What can be changed. Every mutation is a verb of the business and one transaction. */
export type MutationSetOrganizationStateArgs = {
  input: SetOrganizationStateInput;
};


/** What can be changed. Every mutation is a verb of the business and one transaction. */
export type MutationSignConsentArgs = {
  input: SignConsentInput;
};


/** What can be changed. Every mutation is a verb of the business and one transaction. */
export type MutationSignInArgs = {
  input: SignInInput;
};


/** What can be changed. Every mutation is a verb of the business and one transaction. */
export type MutationSignInWithCookieArgs = {
  input: SignInInput;
};


/** What can be changed. Every mutation is a verb of the business and one transaction. */
export type MutationSuspendUserArgs = {
  input: SuspendUserInput;
};


/** What can be changed. Every mutation is a verb of the business and one transaction. */
export type MutationUnassignRoleArgs = {
  input: UnassignRoleInput;
};


/** What can be changed. Every mutation is a verb of the business and one transaction. */
export type MutationUnlinkUserArgs = {
  input: UnlinkUserInput;
};


/** What can be changed. Every mutation is a verb of the business and one transaction. */
export type MutationUnlockUserArgs = {
  input: UnlockUserInput;
};


/** What can be changed. Every mutation is a verb of the business and one transaction. */
export type MutationUpdateIdentityProviderArgs = {
  input: UpdateIdentityProviderInput;
};


/** What can be changed. Every mutation is a verb of the business and one transaction. */
export type MutationUpdatePatientIdentityArgs = {
  input: UpdatePatientIdentityInput;
};


/** What can be changed. Every mutation is a verb of the business and one transaction. */
export type MutationUploadTrustedDocumentsArgs = {
  input: UploadTrustedDocumentsInput;
};


/** What can be changed. Every mutation is a verb of the business and one transaction. */
export type MutationVerifyLegalAuthorityArgs = {
  input: VerifyLegalAuthorityInput;
};


/** What can be changed. Every mutation is a verb of the business and one transaction. */
export type MutationWithdrawSignatureRequestArgs = {
  input: WithdrawSignatureRequestInput;
};


/** What can be changed. Every mutation is a verb of the business and one transaction. */
export type MutationWriteProtectedNoteArgs = {
  input: WriteProtectedNoteInput;
};

/** A new key. */
export type NewApiKey = {
  __typename?: 'NewApiKey';
  /** What is kept of it. */
  apiKey?: Maybe<ApiKey>;
  /** The key: its program sends it in the header `Authorization: Bearer …`. It is shown once and stored nowhere. */
  key: Scalars['String']['output'];
};

/** The result of a mutation, or why it was refused: `result` is null exactly when `userErrors` is not empty. */
export type NewApiKeyPayload = {
  __typename?: 'NewApiKeyPayload';
  /** What was written, read again through the same gates as any other look; null when `userErrors` is not empty. */
  result?: Maybe<NewApiKey>;
  /** Why input or state was refused; then nothing was written. */
  userErrors: Array<UserError>;
};

/** Somebody whom the organization does not know yet. The name is sealed under keys of their own. */
export type NewPersonInput = {
  /** The family name, 1 to 100 characters; left out when nobody knows it. */
  familyName?: InputMaybe<Scalars['String']['input']>;
  /** The given name, 1 to 100 characters. */
  givenName: Scalars['String']['input'];
};

/** A new session. */
export type NewSession = {
  __typename?: 'NewSession';
  /** When the session ends at the latest. */
  expiresAt: Scalars['DateTime']['output'];
  /** After how many seconds without a request the session ends; null when only `expiresAt` ends it. */
  idleSeconds?: Maybe<Scalars['Int']['output']>;
  /** The bearer token: send it in the header `Authorization: Bearer …`. It is shown once and stored nowhere. */
  token: Scalars['String']['output'];
};

/** The result of a mutation, or why it was refused: `result` is null exactly when `userErrors` is not empty. */
export type NewSessionPayload = {
  __typename?: 'NewSessionPayload';
  /** What was written, read again through the same gates as any other look; null when `userErrors` is not empty. */
  result?: Maybe<NewSession>;
  /** Why input or state was refused; then nothing was written. */
  userErrors: Array<UserError>;
};

/** What an authenticator app has to be told. */
export type OneTimeCodeEnrolment = {
  __typename?: 'OneTimeCodeEnrolment';
  /** The address to show as a QR code. It holds the secret, and is shown here and never again. */
  uri: Scalars['String']['output'];
};

/** The result of a mutation, or why it was refused: `result` is null exactly when `userErrors` is not empty. */
export type OneTimeCodeEnrolmentPayload = {
  __typename?: 'OneTimeCodeEnrolmentPayload';
  /** What was written, read again through the same gates as any other look; null when `userErrors` is not empty. */
  result?: Maybe<OneTimeCodeEnrolment>;
  /** Why input or state was refused; then nothing was written. */
  userErrors: Array<UserError>;
};

/** An authenticator app that was taken away. */
export type OneTimeCodeRemoval = {
  __typename?: 'OneTimeCodeRemoval';
  /** When it was taken away. */
  removedAt: Scalars['DateTime']['output'];
};

/** The result of a mutation, or why it was refused: `result` is null exactly when `userErrors` is not empty. */
export type OneTimeCodeRemovalPayload = {
  __typename?: 'OneTimeCodeRemovalPayload';
  /** What was written, read again through the same gates as any other look; null when `userErrors` is not empty. */
  result?: Maybe<OneTimeCodeRemoval>;
  /** Why input or state was refused; then nothing was written. */
  userErrors: Array<UserError>;
};

/** Who wants to see what is shared with them, on a new device. */
export type OpenSharedInput = {
  /** The one-time code that the patient or staff handed over. */
  code: Scalars['String']['input'];
  /** The contact that was shared with. */
  contact: ConsentContactInput;
  /** What to call the device, 1 to 100 characters, such as `Kitchen tablet`. The patient reads it. */
  deviceName: Scalars['String']['input'];
  /** The organization's short name, such as `demo`. */
  organization: Scalars['String']['input'];
};

/** The tenant itself, a district, a school, a payer or another partner. */
export type Organization = {
  __typename?: 'Organization';
  /** When the organization was entered. */
  createdAt: Scalars['DateTime']['output'];
  /** The organization's id. */
  id: Scalars['ID']['output'];
  /** Whether it is a Part 2 program by itself (42 CFR 2.11). Also where it is none, it may be part of one. */
  isPart2Program: Scalars['Boolean']['output'];
  /** What it is to the tenant. */
  kind: OrganizationKind;
  /** Its name. */
  name: Scalars['String']['output'];
  /** The organization it is part of: a school's district. */
  parent?: Maybe<Organization>;
  /** Its short name, fit for an address. */
  slug: Scalars['String']['output'];
  /** The state in which it gives care, two capital letters; null when nobody said so. */
  state?: Maybe<Scalars['String']['output']>;
  /** Its time zone, an IANA name such as `America/New_York`. */
  timeZone: Scalars['String']['output'];
};

/** A page of a list, with cursors by key: rows written meanwhile neither repeat nor hide others. */
export type OrganizationConnection = {
  __typename?: 'OrganizationConnection';
  /** The rows with their cursors. */
  edges: Array<OrganizationEdge>;
  /** The rows. */
  nodes: Array<Organization>;
  /** Which part of the list this is. */
  pageInfo: PageInfo;
  /** How many rows the whole list has. Counted only when asked for. */
  totalCount: Scalars['Int']['output'];
};

/** A row of a connection with its cursor. */
export type OrganizationEdge = {
  __typename?: 'OrganizationEdge';
  /** The row's place in the list. */
  cursor: Scalars['Cursor']['output'];
  /** The row. */
  node: Organization;
};

/** What an organization is to the tenant. */
export type OrganizationKind =
  /** A school district. */
  | 'DISTRICT'
  /** Another partner. */
  | 'PARTNER'
  /** A health plan or another payer. */
  | 'PAYER'
  /** A school. */
  | 'SCHOOL'
  /** The tenant itself: the root. */
  | 'TENANT';

/** The result of a mutation, or why it was refused: `result` is null exactly when `userErrors` is not empty. */
export type OrganizationPayload = {
  __typename?: 'OrganizationPayload';
  /** What was written, read again through the same gates as any other look; null when `userErrors` is not empty. */
  result?: Maybe<Organization>;
  /** Why input or state was refused; then nothing was written. */
  userErrors: Array<UserError>;
};

/** Which part of a list a page is. */
export type PageInfo = {
  __typename?: 'PageInfo';
  /** The cursor of the last row: pass it as `after` for the next page; null on an empty page. */
  endCursor?: Maybe<Scalars['Cursor']['output']>;
  /** Whether more follow. */
  hasNextPage: Scalars['Boolean']['output'];
  /** Whether rows come before: it was asked for with `after`. Lists are read forwards alone. */
  hasPreviousPage: Scalars['Boolean']['output'];
  /** The cursor of the first row; null on an empty page. */
  startCursor?: Maybe<Scalars['Cursor']['output']>;
};

/** A program of a partner organization. */
export type PartnerClient = {
  __typename?: 'PartnerClient';
  /** What it calls itself at the token endpoint: `iss` and `sub` of its assertions. */
  clientId: Scalars['String']['output'];
  /** When it was registered. */
  createdAt: Scalars['DateTime']['output'];
  /** Who registered it: it may do no more than they may. Null when you may not see them. */
  creator?: Maybe<User>;
  /** The id of its row. */
  id: Scalars['ID']['output'];
  /** The ids of the keys it may sign with. */
  keyIds: Array<Scalars['String']['output']>;
  /** When it was last given access; null when it never was. */
  lastUsedAt?: Maybe<Scalars['DateTime']['output']>;
  /** What it is for. */
  name: Scalars['String']['output'];
  /** The partner organization it acts for. */
  organization?: Maybe<Organization>;
  /** The one purpose it acts for. */
  purpose?: Maybe<Purpose>;
  /** When it was revoked; null when it was not. */
  revokedAt?: Maybe<Scalars['DateTime']['output']>;
  /** Keys of the permissions that it was given; it has those of them that its giver has at the time of a request. */
  scopes: Array<Scalars['String']['output']>;
};

/** A page of a list, with cursors by key: rows written meanwhile neither repeat nor hide others. */
export type PartnerClientConnection = {
  __typename?: 'PartnerClientConnection';
  /** The rows with their cursors. */
  edges: Array<PartnerClientEdge>;
  /** The rows. */
  nodes: Array<PartnerClient>;
  /** Which part of the list this is. */
  pageInfo: PageInfo;
  /** How many rows the whole list has. Counted only when asked for. */
  totalCount: Scalars['Int']['output'];
};

/** A row of a connection with its cursor. */
export type PartnerClientEdge = {
  __typename?: 'PartnerClientEdge';
  /** The row's place in the list. */
  cursor: Scalars['Cursor']['output'];
  /** The row. */
  node: PartnerClient;
};

/** The result of a mutation, or why it was refused: `result` is null exactly when `userErrors` is not empty. */
export type PartnerClientPayload = {
  __typename?: 'PartnerClientPayload';
  /** What was written, read again through the same gates as any other look; null when `userErrors` is not empty. */
  result?: Maybe<PartnerClient>;
  /** Why input or state was refused; then nothing was written. */
  userErrors: Array<UserError>;
};

/** A password that was changed. */
export type PasswordChange = {
  __typename?: 'PasswordChange';
  /** When it was changed. */
  changedAt: Scalars['DateTime']['output'];
};

/** The result of a mutation, or why it was refused: `result` is null exactly when `userErrors` is not empty. */
export type PasswordChangePayload = {
  __typename?: 'PasswordChangePayload';
  /** What was written, read again through the same gates as any other look; null when `userErrors` is not empty. */
  result?: Maybe<PasswordChange>;
  /** Why input or state was refused; then nothing was written. */
  userErrors: Array<UserError>;
};

/** A request for another password that was taken down, whether or not there is such an account. */
export type PasswordResetRequest = {
  __typename?: 'PasswordResetRequest';
  /** When it was taken down. */
  requestedAt: Scalars['DateTime']['output'];
};

/** The result of a mutation, or why it was refused: `result` is null exactly when `userErrors` is not empty. */
export type PasswordResetRequestPayload = {
  __typename?: 'PasswordResetRequestPayload';
  /** What was written, read again through the same gates as any other look; null when `userErrors` is not empty. */
  result?: Maybe<PasswordResetRequest>;
  /** Why input or state was refused; then nothing was written. */
  userErrors: Array<UserError>;
};

/** A person in care, by display code. Names and everything else that tells who it is hang under `identity`. */
export type Patient = {
  __typename?: 'Patient';
  /** Who treats the patient, newest first. */
  careTeam?: Maybe<CareTeamMemberConnection>;
  /** Counts changes of consents and care team; when it moved, ask again. */
  consentEpoch: Scalars['Int']['output'];
  /** The patient's consents and restrictions, newest first. Each consent's `detail` is decided on by itself. */
  consents?: Maybe<ConsentConnection>;
  /** When the patient was entered. */
  createdAt: Scalars['DateTime']['output'];
  /**
   * What left the program about the patient, newest first; each entry's `detail` is decided on by itself. Empty for those who
   * may not read it. `accountingOfDisclosures` is the accounting that the law asks for.
   */
  disclosures?: Maybe<DisclosureConnection>;
  /**
   * The handle to use instead of a name, such as `7KQM-2XTB`; made by the server, unique in the tenant, derived from
   * nothing about the person.
   */
  displayCode: Scalars['String']['output'];
  /** The patient's id. */
  id: Scalars['ID']['output'];
  /** Who the patient is. In a Part 2 program the identity itself is a SUD record (42 CFR 2.11). */
  identity?: Maybe<PatientIdentityResult>;
  /** Where the patient is served; null when nowhere in particular. */
  location?: Maybe<Location>;
  /**
   * The patient's family and others around them, newest first; those who are outside of the program see themself alone. Each
   * one's `detail` is decided on.
   */
  relationships?: Maybe<PersonRelationshipConnection>;
  /** With whom of their family the patient shares or shared, newest first. Each grant's `detail` is decided on by itself. */
  sharingGrants?: Maybe<SharingGrantConnection>;
  /** Where the patient stands. */
  status: PatientStatus;
  /** Send it back as `expectedVersion` when you change the patient. */
  version: Scalars['Int']['output'];
};


/** A person in care, by display code. Names and everything else that tells who it is hang under `identity`. */
export type PatientCareTeamArgs = {
  after?: InputMaybe<Scalars['Cursor']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
};


/** A person in care, by display code. Names and everything else that tells who it is hang under `identity`. */
export type PatientConsentsArgs = {
  after?: InputMaybe<Scalars['Cursor']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
};


/** A person in care, by display code. Names and everything else that tells who it is hang under `identity`. */
export type PatientDisclosuresArgs = {
  after?: InputMaybe<Scalars['Cursor']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
};


/** A person in care, by display code. Names and everything else that tells who it is hang under `identity`. */
export type PatientRelationshipsArgs = {
  after?: InputMaybe<Scalars['Cursor']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
};


/** A person in care, by display code. Names and everything else that tells who it is hang under `identity`. */
export type PatientSharingGrantsArgs = {
  after?: InputMaybe<Scalars['Cursor']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
};

/** A page of a list, with cursors by key: rows written meanwhile neither repeat nor hide others. */
export type PatientConnection = {
  __typename?: 'PatientConnection';
  /** The rows with their cursors. */
  edges: Array<PatientEdge>;
  /** The rows. */
  nodes: Array<Patient>;
  /** Which part of the list this is. */
  pageInfo: PageInfo;
  /** How many rows the whole list has. Counted only when asked for. */
  totalCount: Scalars['Int']['output'];
};

/** A row of a connection with its cursor. */
export type PatientEdge = {
  __typename?: 'PatientEdge';
  /** The row's place in the list. */
  cursor: Scalars['Cursor']['output'];
  /** The row. */
  node: Patient;
};

/** Which patients. All conditions given must hold. */
export type PatientFilter = {
  /** All of these must hold. At most three levels deep. */
  and?: InputMaybe<Array<PatientFilter>>;
  /** By the location that serves the patient. */
  locationId?: InputMaybe<LocationComparator>;
  /** This must not hold. */
  not?: InputMaybe<PatientFilter>;
  /** One of these must hold. At most three levels deep. */
  or?: InputMaybe<Array<PatientFilter>>;
  /** By status. */
  status?: InputMaybe<PatientStatusComparator>;
};

/** Who a patient is and how to reach them (45 CFR 160.103). Every field may be missing. */
export type PatientIdentity = {
  __typename?: 'PatientIdentity';
  /** The postal address. */
  address?: Maybe<PostalAddress>;
  /** The day of birth. */
  birthDate?: Maybe<Scalars['Date']['output']>;
  /** The email address. */
  email?: Maybe<Scalars['String']['output']>;
  /** Whom to call in an emergency. */
  emergencyContact?: Maybe<EmergencyContact>;
  /** The family name. */
  familyName?: Maybe<Scalars['String']['output']>;
  /** Given, middle and family name in one line; null when all are missing. */
  fullName?: Maybe<Scalars['String']['output']>;
  /** The gender the patient states. */
  gender?: Maybe<Scalars['String']['output']>;
  /** The given name. */
  givenName?: Maybe<Scalars['String']['output']>;
  /** Languages the patient speaks, best first. */
  languages: Array<Scalars['String']['output']>;
  /** The middle name. */
  middleName?: Maybe<Scalars['String']['output']>;
  /**
   * Fields that are there and were left out, since the purpose of this look does not need them (45 CFR 164.502(b)): such
   * as `birthDate` for `OPERATIONS`. Empty for treatment, and for the patient.
   */
  omitted: Array<Scalars['String']['output']>;
  /** The phone number, E.164 where it could be read. */
  phone?: Maybe<Scalars['String']['output']>;
  /** What the patient wants to be called. */
  preferredName?: Maybe<Scalars['String']['output']>;
  /** The pronouns the patient states. */
  pronouns?: Maybe<Scalars['String']['output']>;
  /** The last four digits of the social security number. */
  ssnLast4?: Maybe<Scalars['String']['output']>;
};

/** Identity to write. A field that is left out stays as it is; null clears it. */
export type PatientIdentityInput = {
  /** The postal address. */
  address?: InputMaybe<PostalAddressInput>;
  /** The day of birth: not in the future, not before 1900. */
  birthDate?: InputMaybe<Scalars['Date']['input']>;
  /** The email address, at most 100 characters. */
  email?: InputMaybe<Scalars['String']['input']>;
  /** Whom to call in an emergency. */
  emergencyContact?: InputMaybe<EmergencyContactInput>;
  /** The family name, at most 100 characters. */
  familyName?: InputMaybe<Scalars['String']['input']>;
  /** The gender the patient states, at most 100 characters. */
  gender?: InputMaybe<Scalars['String']['input']>;
  /** The given name, at most 100 characters. */
  givenName?: InputMaybe<Scalars['String']['input']>;
  /** Languages, best first; at most 20 of at most 100 characters. */
  languages?: InputMaybe<Array<Scalars['String']['input']>>;
  /** The middle name, at most 100 characters. */
  middleName?: InputMaybe<Scalars['String']['input']>;
  /** The phone number; without a country code it is read as of the United States. */
  phone?: InputMaybe<Scalars['String']['input']>;
  /** What the patient wants to be called, at most 100 characters. */
  preferredName?: InputMaybe<Scalars['String']['input']>;
  /** The pronouns the patient states, at most 100 characters. */
  pronouns?: InputMaybe<Scalars['String']['input']>;
  /** The social security number, nine digits with or without hyphens. */
  ssn?: InputMaybe<Scalars['String']['input']>;
};

/** `PatientIdentity` when the decision on this look is yes, else `Withheld` with the reason. Every look is recorded. */
export type PatientIdentityResult = PatientIdentity | Withheld;

/** The result of a mutation, or why it was refused: `result` is null exactly when `userErrors` is not empty. */
export type PatientPayload = {
  __typename?: 'PatientPayload';
  /** What was written, read again through the same gates as any other look; null when `userErrors` is not empty. */
  result?: Maybe<Patient>;
  /** Why input or state was refused; then nothing was written. */
  userErrors: Array<UserError>;
};

/** By what to search. Exactly one. */
export type PatientSearch =
  /** The whole email address; case does not matter. */
  { email: Scalars['String']['input']; namePrefix?: never; phone?: never; }
  |  /** The beginnings of the given or family name, of at least three letters each; case and accents do not matter. */
  { email?: never; namePrefix: Scalars['String']['input']; phone?: never; }
  |  /** The whole phone number; numbers without a country code are read as of the United States. */
  { email?: never; namePrefix?: never; phone: Scalars['String']['input']; };

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
  eq?: InputMaybe<PatientStatus>;
  /** One of these; an empty list matches nobody. */
  in?: InputMaybe<Array<PatientStatus>>;
};

/** Something that a role can permit. */
export type PermissionDescription = {
  __typename?: 'PermissionDescription';
  /** What it allows. */
  description: Scalars['String']['output'];
  /** The key, such as `patient.read`. */
  key: Scalars['String']['output'];
};

/** Something the viewer may do. */
export type PermissionGrant = {
  __typename?: 'PermissionGrant';
  /** The permission's key, such as `patient.read`. */
  permission: Scalars['String']['output'];
  /** How far it reaches. */
  reach: Reach;
};

/** A permission to put into a role. */
export type PermissionGrantInput = {
  /** The key, such as `patient.read`; `permissions` lists them. */
  permission: Scalars['String']['input'];
  /** How far it reaches. */
  reach: Reach;
};

/** Somebody of a patient's family, or another person around the patient. Who it is, and what they may decide, is in `detail`. */
export type PersonRelationship = {
  __typename?: 'PersonRelationship';
  /** When the relationship was entered. */
  createdAt: Scalars['DateTime']['output'];
  /** Who it is and what they may decide: part of the patient's identity (45 CFR 164.514(b)(2)(i)). */
  detail?: Maybe<PersonRelationshipDetailResult>;
  /** The relationship's id. */
  id: Scalars['ID']['output'];
  /** Whose family it is. */
  patient?: Maybe<Patient>;
  /** Send it back as `expectedVersion` when you change the relationship. */
  version: Scalars['Int']['output'];
};

/** A page of a list, with cursors by key: rows written meanwhile neither repeat nor hide others. */
export type PersonRelationshipConnection = {
  __typename?: 'PersonRelationshipConnection';
  /** The rows with their cursors. */
  edges: Array<PersonRelationshipEdge>;
  /** The rows. */
  nodes: Array<PersonRelationship>;
  /** Which part of the list this is. */
  pageInfo: PageInfo;
  /** How many rows the whole list has. Counted only when asked for. */
  totalCount: Scalars['Int']['output'];
};

/** Who somebody is to a patient, and what they may decide. */
export type PersonRelationshipDetail = {
  __typename?: 'PersonRelationshipDetail';
  /**
   * Whether the authority counts at this moment: verified and not ended. That of a parent or guardian counts until the
   * patient comes of age besides, whatever stands here (42 CFR 2.14, 45 CFR 164.502(g)(3)).
   */
  authorityInForce: Scalars['Boolean']['output'];
  /**
   * Whether the person may be written to and called about the patient. `false` for a guardian whose custody is limited:
   * tell them nothing unasked.
   */
  canBeContacted: Scalars['Boolean']['output'];
  /** Until when, exclusively; null while it is open. */
  endsAt?: Maybe<Scalars['DateTime']['output']>;
  /** Where the evidence is filed. */
  evidenceReference?: Maybe<Scalars['String']['output']>;
  /**
   * The person's given and family name in one line; null when none was entered, and for a patient, whose name is in
   * `relatedPatient`.
   */
  fullName?: Maybe<Scalars['String']['output']>;
  /** Whether to call the person in an emergency. */
  isEmergencyContact: Scalars['Boolean']['output'];
  /** What the person is to the patient. */
  kind: PersonRelationshipKind;
  /** What the person may decide for the patient, once it is verified and while it is `authorityInForce`. */
  legalAuthority: LegalAuthority;
  /** The patient that the person is; null for others, and when that patient is none of yours. */
  relatedPatient?: Maybe<Patient>;
  /** When the authority was verified; null before. */
  verifiedAt?: Maybe<Scalars['DateTime']['output']>;
  /** The user who verified it. */
  verifiedById?: Maybe<Scalars['ID']['output']>;
};

/** `PersonRelationshipDetail` when the decision on this look is yes, else `Withheld` with the reason. Every look is recorded. */
export type PersonRelationshipDetailResult = PersonRelationshipDetail | Withheld;

/** A row of a connection with its cursor. */
export type PersonRelationshipEdge = {
  __typename?: 'PersonRelationshipEdge';
  /** The row's place in the list. */
  cursor: Scalars['Cursor']['output'];
  /** The row. */
  node: PersonRelationship;
};

/** What the related person is to the person. */
export type PersonRelationshipKind =
  /** A child. */
  | 'CHILD'
  /** A friend. */
  | 'FRIEND'
  /** A legal guardian. */
  | 'GUARDIAN'
  /** Someone else. */
  | 'OTHER'
  /** A parent. */
  | 'PARENT'
  /** A sibling. */
  | 'SIBLING'
  /** A recovery sponsor. */
  | 'SPONSOR'
  /** A spouse or partner. */
  | 'SPOUSE';

/** The result of a mutation, or why it was refused: `result` is null exactly when `userErrors` is not empty. */
export type PersonRelationshipPayload = {
  __typename?: 'PersonRelationshipPayload';
  /** What was written, read again through the same gates as any other look; null when `userErrors` is not empty. */
  result?: Maybe<PersonRelationship>;
  /** Why input or state was refused; then nothing was written. */
  userErrors: Array<UserError>;
};

/** What holds at this moment, whoever set it or nobody did. */
export type PoliciesInForce = {
  __typename?: 'PoliciesInForce';
  /** For how long a broken glass stays open (42 CFR 2.51). An hour and at most four when nothing was set. */
  breakGlass: BreakGlassPolicy;
  /** Whether the program's own workforce may look without a consent (45 CFR 164.506). They may not when nothing was set. */
  internalUse: InternalUsePolicy;
  /** From which age minors consent alone (42 CFR 2.14). Nobody does when nothing was set. */
  minorConsent: MinorConsentPolicy;
};

/** A version of a policy. Versions never change: setting a policy anew adds one. */
export type Policy = {
  __typename?: 'Policy';
  /** When it was set. */
  createdAt: Scalars['DateTime']['output'];
  /** From when it holds. */
  effectiveFrom: Scalars['DateTime']['output'];
  /** Until when it holds, exclusively: when the next version for the same place begins. Null for the last version. */
  effectiveUntil?: Maybe<Scalars['DateTime']['output']>;
  /** The version's id. */
  id: Scalars['ID']['output'];
  /** Whether it holds at this moment. */
  inForce: Scalars['Boolean']['output'];
  /** What the policy is about. */
  kind: PolicyKind;
  /**
   * The location it is about; null when it is the whole organization's. A location's policy goes before that of the
   * organization.
   */
  location?: Maybe<Location>;
  /** What it says. */
  terms: PolicyTerms;
};

/** A page of a list, with cursors by key: rows written meanwhile neither repeat nor hide others. */
export type PolicyConnection = {
  __typename?: 'PolicyConnection';
  /** The rows with their cursors. */
  edges: Array<PolicyEdge>;
  /** The rows. */
  nodes: Array<Policy>;
  /** Which part of the list this is. */
  pageInfo: PageInfo;
  /** How many rows the whole list has. Counted only when asked for. */
  totalCount: Scalars['Int']['output'];
};

/** A row of a connection with its cursor. */
export type PolicyEdge = {
  __typename?: 'PolicyEdge';
  /** The row's place in the list. */
  cursor: Scalars['Cursor']['output'];
  /** The row. */
  node: Policy;
};

/** What a policy is about. */
export type PolicyKind =
  /** For how long a broken glass stays open (42 CFR 2.51). */
  | 'BREAK_GLASS'
  /** Whether the program's own workforce may look for treatment, payment and operations without a consent (45 CFR 164.506). */
  | 'INTERNAL_USE'
  /** From which age minors consent alone, by state and service (42 CFR 2.14). */
  | 'MINOR_CONSENT';

/** The result of a mutation, or why it was refused: `result` is null exactly when `userErrors` is not empty. */
export type PolicyPayload = {
  __typename?: 'PolicyPayload';
  /** What was written, read again through the same gates as any other look; null when `userErrors` is not empty. */
  result?: Maybe<Policy>;
  /** Why input or state was refused; then nothing was written. */
  userErrors: Array<UserError>;
};

/** What a version of a policy says, by its kind. */
export type PolicyTerms = BreakGlassPolicy | InternalUsePolicy | MinorConsentPolicy;

/** A postal address in the United States. */
export type PostalAddress = {
  __typename?: 'PostalAddress';
  /** The city. */
  city: Scalars['String']['output'];
  /** Street and number. */
  line1: Scalars['String']['output'];
  /** Apartment, unit; null when there is none. */
  line2?: Maybe<Scalars['String']['output']>;
  /** The ZIP code: five digits, or nine with a hyphen. */
  postalCode: Scalars['String']['output'];
  /** The state, two capital letters. */
  state: Scalars['String']['output'];
};

/** A postal address in the United States. */
export type PostalAddressInput = {
  /** The city. */
  city: Scalars['String']['input'];
  /** Street and number. */
  line1: Scalars['String']['input'];
  /** Apartment, unit; null when there is none. */
  line2?: InputMaybe<Scalars['String']['input']>;
  /** The ZIP code: five digits, or nine with a hyphen. */
  postalCode: Scalars['String']['input'];
  /** The state, two capital letters. */
  state: Scalars['String']['input'];
};

/** A clinician, specialist or assistant. */
export type Practitioner = {
  __typename?: 'Practitioner';
  /** Languages in which the practitioner gives care. */
  careLanguages: Array<Scalars['String']['output']>;
  /** When the practitioner was entered. */
  createdAt: Scalars['DateTime']['output'];
  /** The department. */
  department?: Maybe<Scalars['String']['output']>;
  /** The practitioner's id. */
  id: Scalars['ID']['output'];
  /** What the practitioner does. */
  kind: PractitionerKind;
  /** States in which the practitioner is licensed, two capital letters each. */
  licensedStates: Array<Scalars['String']['output']>;
  /** The National Provider Identifier, ten digits. */
  npi?: Maybe<Scalars['String']['output']>;
  /** The name under which the practitioner practises. */
  professionalName: Scalars['String']['output'];
  /** Whether the practitioner works. */
  status: PractitionerStatus;
  /** Who supervises the practitioner. */
  supervisor?: Maybe<Practitioner>;
};

/** A page of a list, with cursors by key: rows written meanwhile neither repeat nor hide others. */
export type PractitionerConnection = {
  __typename?: 'PractitionerConnection';
  /** The rows with their cursors. */
  edges: Array<PractitionerEdge>;
  /** The rows. */
  nodes: Array<Practitioner>;
  /** Which part of the list this is. */
  pageInfo: PageInfo;
  /** How many rows the whole list has. Counted only when asked for. */
  totalCount: Scalars['Int']['output'];
};

/** A row of a connection with its cursor. */
export type PractitionerEdge = {
  __typename?: 'PractitionerEdge';
  /** The row's place in the list. */
  cursor: Scalars['Cursor']['output'];
  /** The row. */
  node: Practitioner;
};

/** What a practitioner does. */
export type PractitionerKind =
  /** An assistant. */
  | 'ASSISTANT'
  /** A licensed clinician or a case manager. */
  | 'PRACTITIONER'
  /** A call-center specialist. */
  | 'SPECIALIST';

/** Whether a practitioner works. */
export type PractitionerStatus =
  /** Works with patients. */
  | 'ACTIVE'
  /** Does not work with patients now. */
  | 'INACTIVE'
  /** Suspended: no relationship counts while it lasts. */
  | 'SUSPENDED';

/** A note that is kept apart from the record, under keys of its own. What it says is in `content`. */
export type ProtectedNote = {
  __typename?: 'ProtectedNote';
  /**
   * What it says. Its author sees it for treatment; everybody else needs a consent of exactly its kind that names them
   * (42 CFR 2.31(b), 45 CFR 164.508(a)(2)), else `SEPARATE_CONSENT_REQUIRED`. No emergency, no approval and no supervision
   * opens it, and the patient does not see it here (45 CFR 164.524(a)(1)(i)).
   */
  content?: Maybe<ProtectedNoteContentResult>;
  /** When it was written down. */
  createdAt: Scalars['DateTime']['output'];
  /** The note's id. */
  id: Scalars['ID']['output'];
  /** About whom; null when the patient is not within your reach any more. */
  patient?: Maybe<Patient>;
  /** Send it back as `expectedVersion` when you change the note. */
  version: Scalars['Int']['output'];
};

/** A page of a list, with cursors by key: rows written meanwhile neither repeat nor hide others. */
export type ProtectedNoteConnection = {
  __typename?: 'ProtectedNoteConnection';
  /** The rows with their cursors. */
  edges: Array<ProtectedNoteEdge>;
  /** The rows. */
  nodes: Array<ProtectedNote>;
  /** Which part of the list this is. */
  pageInfo: PageInfo;
  /** How many rows the whole list has. Counted only when asked for. */
  totalCount: Scalars['Int']['output'];
};

/** What a note says. */
export type ProtectedNoteContent = {
  __typename?: 'ProtectedNoteContent';
  /** Who wrote it. */
  author?: Maybe<Practitioner>;
  /** The text, at most 20,000 characters; lines end with a line feed. */
  body: Scalars['String']['output'];
  /** What kind of note it is. */
  kind: ProtectedNoteKind;
  /** When what it tells of happened. */
  occurredAt: Scalars['DateTime']['output'];
};

/** `ProtectedNoteContent` when the decision on this look is yes, else `Withheld` with the reason. Every look is recorded. */
export type ProtectedNoteContentResult = ProtectedNoteContent | Withheld;

/** A row of a connection with its cursor. */
export type ProtectedNoteEdge = {
  __typename?: 'ProtectedNoteEdge';
  /** The row's place in the list. */
  cursor: Scalars['Cursor']['output'];
  /** The row. */
  node: ProtectedNote;
};

/** What a note that is kept apart is. */
export type ProtectedNoteKind =
  /** Psychotherapy notes (45 CFR 164.501). */
  | 'PSYCHOTHERAPY'
  /** SUD counseling notes (42 CFR 2.11). */
  | 'SUD_COUNSELING';

/** The result of a mutation, or why it was refused: `result` is null exactly when `userErrors` is not empty. */
export type ProtectedNotePayload = {
  __typename?: 'ProtectedNotePayload';
  /** What was written, read again through the same gates as any other look; null when `userErrors` is not empty. */
  result?: Maybe<ProtectedNote>;
  /** Why input or state was refused; then nothing was written. */
  userErrors: Array<UserError>;
};

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

/** What can be asked. */
export type Query = {
  __typename?: 'Query';
  /**
   * What was approved about a patient, newest first, with what ended or was revoked. The patient is not told here: a court
   * may forbid it (42 CFR 2.66(b)); that somebody looked is in `accessHistory`.
   */
  accessApprovals?: Maybe<AccessApprovalConnection>;
  /**
   * Who looked at this patient's record, refusals included, newest first (45 CFR 164.312(b)); what was looked at is in
   * `subject`. Empty when the patient is not within your reach.
   */
  accessHistory?: Maybe<AuditLogConnection>;
  /**
   * What left the program about this patient, to whom and why, newest first (42 CFR 2.25, 45 CFR 164.528). Looks of those who
   * work for the program, of the patient, and of whoever stands in the patient's place are no disclosures: see
   * `accessHistory`. Empty when the patient is not within your reach.
   */
  accountingOfDisclosures?: Maybe<DisclosureConnection>;
  /** The keys of partner organizations, those that ended too. */
  apiKeys?: Maybe<ApiKeyConnection>;
  /** The tenant's record of looks, refusals, writes and sign-ins, newest first. */
  auditLogs?: Maybe<AuditLogConnection>;
  /**
   * Broken glasses, newest first: all of them to those who review, to patients those about themselves, and to whoever
   * broke the glass their own.
   */
  breakGlassEvents?: Maybe<BreakGlassEventConnection>;
  /** The consents and restrictions of a patient, newest first; empty when the patient is not within your reach. */
  consents?: Maybe<ConsentConnection>;
  /**
   * Who can see what of this patient, and why: by the same decision that every look takes. Null when the patient is not
   * within your reach.
   */
  explainAccess?: Maybe<AccessExplanationResult>;
  /**
   * Whether a feature is on for the user who asks: as the organization switched it, else as it is for all
   * organizations; `false` for a feature that nobody knows. Needs a session.
   */
  featureFlag?: Maybe<Scalars['Boolean']['output']>;
  /** The features that the organization switched for itself. */
  featureFlags?: Maybe<FeatureFlagConnection>;
  /** The identity providers of your organization, those that are not believed any more among them. */
  identityProviders?: Maybe<IdentityProviderConnection>;
  /** The locations of your organization. */
  locations?: Maybe<LocationConnection>;
  /**
   * The organization with this id; null when there is none, or none within your reach. A partner reaches its own and
   * those beneath it.
   */
  organization?: Maybe<Organization>;
  /** The tenant's own organization and those it works with; for a partner its own and those beneath it. */
  organizations?: Maybe<OrganizationConnection>;
  /** The clients of partner organizations, those that were revoked too. */
  partnerClients?: Maybe<PartnerClientConnection>;
  /** The patient with this id; null when there is none, or none within your reach. */
  patient?: Maybe<Patient>;
  /** The patients within your reach: all of the tenant, those you treat, or yourself. */
  patients?: Maybe<PatientConnection>;
  /** Everything that a role can permit. */
  permissions?: Maybe<Array<PermissionDescription>>;
  /** The versions of the organization's policies: those that hold, those that held and those that will. */
  policies?: Maybe<PolicyConnection>;
  /**
   * What holds now for patients served at a location, or nowhere in particular: the location's policy, else the
   * organization's, else what holds when nobody decided. Null when there is no such location.
   */
  policiesInForce?: Maybe<PoliciesInForce>;
  /** The practitioner with this id; null when your organization has none. */
  practitioner?: Maybe<Practitioner>;
  /** The practitioners of your organization. */
  practitioners?: Maybe<PractitionerConnection>;
  /** The note with this id; null when there is none, or none of yours or of those whom you treat. */
  protectedNote?: Maybe<ProtectedNote>;
  /**
   * The notes about a patient that are kept apart, newest first: your own, and of those whom you treat all; empty when the
   * patient is not within your reach. What each says is decided on by itself.
   */
  protectedNotes?: Maybe<ProtectedNoteConnection>;
  /** What the caller may still spend; null where it is not counted. */
  rateLimit?: Maybe<RateLimit>;
  /** The role with this id; null when there is none. */
  role?: Maybe<Role>;
  /** The roles of your organization. */
  roles?: Maybe<RoleConnection>;
  /** Where a user is signed in. */
  sessions?: Maybe<UserSessionConnection>;
  /**
   * The patients who share with you as with family, or whose consents in force name your organization, or one above it, for
   * your purpose. Those within the program read `patients`; for them this is empty.
   */
  sharedPatients?: Maybe<SharedPatientConnection>;
  /** With whom of their family a patient shares or shared, newest first; empty when the patient is not within your reach. */
  sharingGrants?: Maybe<SharingGrantConnection>;
  /**
   * The documents that clients of the organization may ask for by their id. Those that come with the server are not
   * among them.
   */
  trustedDocuments?: Maybe<TrustedDocumentConnection>;
  /** The user with this id; null when there is none, or none within your reach. For yourself see `viewer`. */
  user?: Maybe<User>;
  /** The users whom you manage. */
  users?: Maybe<UserConnection>;
  /** Who is signed in; null when nobody is. */
  viewer?: Maybe<Viewer>;
};


/** What can be asked. */
export type QueryAccessApprovalsArgs = {
  after?: InputMaybe<Scalars['Cursor']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
  patientId: Scalars['ID']['input'];
};


/** What can be asked. */
export type QueryAccessHistoryArgs = {
  after?: InputMaybe<Scalars['Cursor']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
  patientId: Scalars['ID']['input'];
};


/** What can be asked. */
export type QueryAccountingOfDisclosuresArgs = {
  after?: InputMaybe<Scalars['Cursor']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
  from?: InputMaybe<Scalars['DateTime']['input']>;
  patientId: Scalars['ID']['input'];
  regime?: AccountingRegime;
  to?: InputMaybe<Scalars['DateTime']['input']>;
};


/** What can be asked. */
export type QueryApiKeysArgs = {
  after?: InputMaybe<Scalars['Cursor']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
  orderBy?: Chronology;
};


/** What can be asked. */
export type QueryAuditLogsArgs = {
  after?: InputMaybe<Scalars['Cursor']['input']>;
  filter?: InputMaybe<AuditLogFilter>;
  first?: InputMaybe<Scalars['Int']['input']>;
};


/** What can be asked. */
export type QueryBreakGlassEventsArgs = {
  after?: InputMaybe<Scalars['Cursor']['input']>;
  filter?: InputMaybe<BreakGlassEventFilter>;
  first?: InputMaybe<Scalars['Int']['input']>;
};


/** What can be asked. */
export type QueryConsentsArgs = {
  after?: InputMaybe<Scalars['Cursor']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
  patientId: Scalars['ID']['input'];
};


/** What can be asked. */
export type QueryExplainAccessArgs = {
  patientId: Scalars['ID']['input'];
};


/** What can be asked. */
export type QueryFeatureFlagArgs = {
  key: Scalars['String']['input'];
};


/** What can be asked. */
export type QueryFeatureFlagsArgs = {
  after?: InputMaybe<Scalars['Cursor']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
};


/** What can be asked. */
export type QueryIdentityProvidersArgs = {
  after?: InputMaybe<Scalars['Cursor']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
  orderBy?: Chronology;
};


/** What can be asked. */
export type QueryLocationsArgs = {
  after?: InputMaybe<Scalars['Cursor']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
  orderBy?: Chronology;
};


/** What can be asked. */
export type QueryOrganizationArgs = {
  id: Scalars['ID']['input'];
};


/** What can be asked. */
export type QueryOrganizationsArgs = {
  after?: InputMaybe<Scalars['Cursor']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
  orderBy?: Chronology;
};


/** What can be asked. */
export type QueryPartnerClientsArgs = {
  after?: InputMaybe<Scalars['Cursor']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
  orderBy?: Chronology;
};


/** What can be asked. */
export type QueryPatientArgs = {
  id: Scalars['ID']['input'];
};


/** What can be asked. */
export type QueryPatientsArgs = {
  after?: InputMaybe<Scalars['Cursor']['input']>;
  filter?: InputMaybe<PatientFilter>;
  first?: InputMaybe<Scalars['Int']['input']>;
  orderBy?: Chronology;
  search?: InputMaybe<PatientSearch>;
};


/** What can be asked. */
export type QueryPoliciesArgs = {
  after?: InputMaybe<Scalars['Cursor']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
  kind?: InputMaybe<PolicyKind>;
  orderBy?: Chronology;
};


/** What can be asked. */
export type QueryPoliciesInForceArgs = {
  locationId?: InputMaybe<Scalars['ID']['input']>;
};


/** What can be asked. */
export type QueryPractitionerArgs = {
  id: Scalars['ID']['input'];
};


/** What can be asked. */
export type QueryPractitionersArgs = {
  after?: InputMaybe<Scalars['Cursor']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
  orderBy?: Chronology;
};


/** What can be asked. */
export type QueryProtectedNoteArgs = {
  id: Scalars['ID']['input'];
};


/** What can be asked. */
export type QueryProtectedNotesArgs = {
  after?: InputMaybe<Scalars['Cursor']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
  patientId: Scalars['ID']['input'];
};


/** What can be asked. */
export type QueryRoleArgs = {
  id: Scalars['ID']['input'];
};


/** What can be asked. */
export type QueryRolesArgs = {
  after?: InputMaybe<Scalars['Cursor']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
  orderBy?: Chronology;
};


/** What can be asked. */
export type QuerySessionsArgs = {
  after?: InputMaybe<Scalars['Cursor']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
  orderBy?: Chronology;
  userId: Scalars['ID']['input'];
};


/** What can be asked. */
export type QuerySharedPatientsArgs = {
  after?: InputMaybe<Scalars['Cursor']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
};


/** What can be asked. */
export type QuerySharingGrantsArgs = {
  after?: InputMaybe<Scalars['Cursor']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
  patientId: Scalars['ID']['input'];
};


/** What can be asked. */
export type QueryTrustedDocumentsArgs = {
  after?: InputMaybe<Scalars['Cursor']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
};


/** What can be asked. */
export type QueryUserArgs = {
  id: Scalars['ID']['input'];
};


/** What can be asked. */
export type QueryUsersArgs = {
  after?: InputMaybe<Scalars['Cursor']['input']>;
  filter?: InputMaybe<UserFilter>;
  first?: InputMaybe<Scalars['Int']['input']>;
  orderBy?: Chronology;
};

/**
 * What the caller may still spend. Every request costs points before it is executed, about one for each row that it could
 * load; the points flow back steadily.
 */
export type RateLimit = {
  __typename?: 'RateLimit';
  /** What this request cost. */
  cost: Scalars['Int']['output'];
  /** What can be spent at once when nothing was spent for long. */
  limit: Scalars['Int']['output'];
  /** What is left after this request, as far as the server that answers knows. */
  remaining: Scalars['Int']['output'];
  /** When all of it is there again, if nothing else is asked. */
  resetAt: Scalars['DateTime']['output'];
  /** How many points flow back in a second. */
  restoreRate: Scalars['Int']['output'];
};

/** How far a permission reaches. */
export type Reach =
  /** Own caseload, location, referrals or calls. */
  | 'OWN'
  /** The caller's own record, or a dependant's. */
  | 'SELF'
  /** Everything of the tenant. */
  | 'TENANT';

/** A user to let back. */
export type ReactivateUserInput = {
  /** Why, 1 to 200 characters. Do not put a name into it. */
  reason: Scalars['String']['input'];
  /** The user. */
  userId: Scalars['ID']['input'];
};

/** What proves who the viewer is. */
export type ReauthenticateInput = {
  /** The code of the authenticator app, or a recovery code; needed by those who sign in with one. */
  oneTimeCode?: InputMaybe<Scalars['String']['input']>;
  /** The password. */
  password: Scalars['String']['input'];
};

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
  coSigner?: InputMaybe<ConsentCoSignerInput>;
  /** Where the signed form is filed; 1 to 200 characters. Do not put a name into it. */
  evidenceReference: Scalars['String']['input'];
  /** A key of your choice, 1 to 200 characters: the same key and input within 24 hours file the consent once. */
  idempotencyKey?: InputMaybe<Scalars['String']['input']>;
  /** Whose consent. */
  patientId: Scalars['ID']['input'];
  /** How it was signed: `PAPER` or `VERBAL_DOCUMENTED`. */
  signatureMethod: SignatureMethod;
  /** When it was signed; not in the future. */
  signedAt: Scalars['DateTime']['input'];
  /**
   * In what capacity it was signed: `SELF` by an adult, `MINOR` by a patient who was a minor then. `PARENT` and `GUARDIAN`
   * need `signerPersonId`; a `LEGAL_REPRESENTATIVE` may be named on the filed form alone.
   */
  signerCapacity: SignerCapacity;
  /** Who signed for the patient: a person whose legal authority in that capacity was verified, and held when they signed. */
  signerPersonId?: InputMaybe<Scalars['ID']['input']>;
  /** A consent of the same patient and kind that is `ACTIVE`: it becomes `SUPERSEDED`. */
  supersedesId?: InputMaybe<Scalars['ID']['input']>;
  /** What it says. */
  terms: ConsentTermsInput;
};

/** The event that a consent was to end with. */
export type RecordExpiryEventInput = {
  /** The consent: `ACTIVE`, and it ends with an event. */
  consentId: Scalars['ID']['input'];
  /** When the event happened: not in the future, and not before the consent was signed. */
  occurredAt: Scalars['DateTime']['input'];
};

/** Codes that stand in for the authenticator app. Keep them apart from it. */
export type RecoveryCodes = {
  __typename?: 'RecoveryCodes';
  /** Ten codes, each good once. They are shown here and never again. */
  codes: Array<Scalars['String']['output']>;
};

/** The result of a mutation, or why it was refused: `result` is null exactly when `userErrors` is not empty. */
export type RecoveryCodesPayload = {
  __typename?: 'RecoveryCodesPayload';
  /** What was written, read again through the same gates as any other look; null when `userErrors` is not empty. */
  result?: Maybe<RecoveryCodes>;
  /** Why input or state was refused; then nothing was written. */
  userErrors: Array<UserError>;
};

/** The notice that went with a disclosure (42 CFR 2.32(a)). */
export type RedisclosureNotice = {
  __typename?: 'RedisclosureNotice';
  /** The statement, to be shown to the recipient as it is. */
  text: Scalars['String']['output'];
  /** Which of the two statements: 1 in full, 2 in short. */
  variant: Scalars['Int']['output'];
};

/** A refresh token. */
export type RefreshTokenInput = {
  /** The refresh token. */
  refreshToken: Scalars['String']['input'];
};

/** The password once more, before there are other recovery codes. */
export type RegenerateRecoveryCodesInput = {
  /** The password. */
  password: Scalars['String']['input'];
};

/** A client to register. */
export type RegisterPartnerClientInput = {
  /** Its public keys: a JSON Web Key Set (RFC 7517) as text, 1 to 10 keys with a `kid` each, for RS384 or ES384. */
  keySet: Scalars['String']['input'];
  /** What it is for, 1 to 200 characters. */
  name: Scalars['String']['input'];
  /** The partner organization: a district, a school, a payer or a partner. */
  organizationId: Scalars['ID']['input'];
  /** The one purpose it acts for. */
  purpose: Purpose;
  /** Keys of permissions: such as a partner may have, and as you have yourself. */
  scopes: Array<Scalars['String']['input']>;
};

/** A consent that will not be signed. */
export type RejectConsentInput = {
  /** The consent: `DRAFT` or `PENDING_SIGNATURE`. */
  consentId: Scalars['ID']['input'];
};

/** Who the related person is. Exactly one. */
export type RelatedPersonInput =
  /** Somebody whom the organization does not know yet. */
  { newPerson: NewPersonInput; patientId?: never; sameAsRelationshipId?: never; userId?: never; }
  |  /** Another patient, within your reach. */
  { newPerson?: never; patientId: Scalars['ID']['input']; sameAsRelationshipId?: never; userId?: never; }
  |  /** The person of another relationship within your reach: the parent of a second child. */
  { newPerson?: never; patientId?: never; sameAsRelationshipId: Scalars['ID']['input']; userId?: never; }
  |  /** A user who stands for a person: a patient, a guardian. */
  { newPerson?: never; patientId?: never; sameAsRelationshipId?: never; userId: Scalars['ID']['input']; };

/** Which switch is to be removed. */
export type RemoveFeatureFlagInput = {
  /** The feature. */
  key: Scalars['String']['input'];
};

/** The password once more, before the authenticator app is taken away. */
export type RemoveOneTimeCodeInput = {
  /** The password. */
  password: Scalars['String']['input'];
};

/** A role to be removed. */
export type RemoveRoleInput = {
  /** The `version` that you read. */
  expectedVersion: Scalars['Int']['input'];
  /** The role. */
  roleId: Scalars['ID']['input'];
};

/** Which document is to be removed. */
export type RemoveTrustedDocumentInput = {
  /** The document, as requests name it. */
  documentId: Scalars['String']['input'];
};

/** A switch that is gone. */
export type RemovedFeatureFlag = {
  __typename?: 'RemovedFeatureFlag';
  /** The feature: from now on it is for the organization as it is for all. */
  key: Scalars['String']['output'];
};

/** The result of a mutation, or why it was refused: `result` is null exactly when `userErrors` is not empty. */
export type RemovedFeatureFlagPayload = {
  __typename?: 'RemovedFeatureFlagPayload';
  /** What was written, read again through the same gates as any other look; null when `userErrors` is not empty. */
  result?: Maybe<RemovedFeatureFlag>;
  /** Why input or state was refused; then nothing was written. */
  userErrors: Array<UserError>;
};

/** A role that is no more. */
export type RemovedRole = {
  __typename?: 'RemovedRole';
  /** Its id. */
  id: Scalars['ID']['output'];
};

/** The result of a mutation, or why it was refused: `result` is null exactly when `userErrors` is not empty. */
export type RemovedRolePayload = {
  __typename?: 'RemovedRolePayload';
  /** What was written, read again through the same gates as any other look; null when `userErrors` is not empty. */
  result?: Maybe<RemovedRole>;
  /** Why input or state was refused; then nothing was written. */
  userErrors: Array<UserError>;
};

/** A document that is gone. */
export type RemovedTrustedDocument = {
  __typename?: 'RemovedTrustedDocument';
  /** The document, as requests named it. */
  documentId: Scalars['String']['output'];
};

/** The result of a mutation, or why it was refused: `result` is null exactly when `userErrors` is not empty. */
export type RemovedTrustedDocumentPayload = {
  __typename?: 'RemovedTrustedDocumentPayload';
  /** What was written, read again through the same gates as any other look; null when `userErrors` is not empty. */
  result?: Maybe<RemovedTrustedDocument>;
  /** Why input or state was refused; then nothing was written. */
  userErrors: Array<UserError>;
};

/** A session with a new token; the one before is refused from now on. */
export type RenewedSession = {
  __typename?: 'RenewedSession';
  /** The new value for the header `X-CSRF-Token`; null for a session outside of a cookie. */
  csrfToken?: Maybe<Scalars['String']['output']>;
  /** When the session ends at the latest, which is as before. */
  expiresAt: Scalars['DateTime']['output'];
  /** After how many seconds without a request it ends; null when only `expiresAt` ends it. */
  idleSeconds?: Maybe<Scalars['Int']['output']>;
  /** The new bearer token; null when the browser got it in its cookie. */
  token?: Maybe<Scalars['String']['output']>;
};

/** The result of a mutation, or why it was refused: `result` is null exactly when `userErrors` is not empty. */
export type RenewedSessionPayload = {
  __typename?: 'RenewedSessionPayload';
  /** What was written, read again through the same gates as any other look; null when `userErrors` is not empty. */
  result?: Maybe<RenewedSession>;
  /** Why input or state was refused; then nothing was written. */
  userErrors: Array<UserError>;
};

/** Who comes back to a device. */
export type ReopenSharedInput = {
  /** The contact that was shared with. */
  contact: ConsentContactInput;
  /** What `openShared` gave to the device. */
  deviceSecret: Scalars['String']['input'];
  /** The organization's short name, such as `demo`. */
  organization: Scalars['String']['input'];
};

/** New keys for a client. */
export type ReplacePartnerClientKeysInput = {
  /** Its public keys from now on, as in `registerPartnerClient`; to change over without a gap, send both first. */
  keySet: Scalars['String']['input'];
  /** The client. */
  partnerClientId: Scalars['ID']['input'];
};

/** Somebody who forgot the password. */
export type RequestPasswordResetInput = {
  /** The email address. */
  email: Scalars['String']['input'];
  /** The organization's short name, such as `demo`. */
  organization: Scalars['String']['input'];
};

/** A draft to put before whoever signs. */
export type RequestSignatureInput = {
  /** The consent: a `DRAFT`. */
  consentId: Scalars['ID']['input'];
  /** `version` of the consent as you read it. */
  expectedVersion: Scalars['Int']['input'];
};

/** An invitation to send anew. */
export type ResendInvitationInput = {
  /** The user who was invited. */
  userId: Scalars['ID']['input'];
};

/** A user who lost both the authenticator app and the recovery codes. */
export type ResetOneTimeCodeInput = {
  /** The user. */
  userId: Scalars['ID']['input'];
};

/** Another password, chosen with a token. */
export type ResetPasswordInput = {
  /** The password from now on: 12 to 128 characters, of whatever kind. */
  password: Scalars['String']['input'];
  /** The token. */
  token: Scalars['String']['input'];
};

/** A review of a broken glass. */
export type ReviewBreakGlassInput = {
  /** The event. */
  eventId: Scalars['ID']['input'];
  /** Whether there was a bona fide medical emergency. */
  finding: BreakGlassFinding;
  /** What it rests on, 1 to 1,000 characters. It is sealed, and those who review read it alone. */
  note: Scalars['String']['input'];
};

/** Other terms for a consent that nobody or only one of two has signed. */
export type ReviseConsentInput = {
  /** The consent: `DRAFT` or `PENDING_SIGNATURE`. */
  consentId: Scalars['ID']['input'];
  /** `version` of the consent as you read it. */
  expectedVersion: Scalars['Int']['input'];
  /** What it says from now on; all of it. */
  terms: ConsentTermsInput;
};

/** How staff know of a revocation. */
export type RevocationEvidenceInput = {
  /** How the patient revoked: `PAPER` or `VERBAL_DOCUMENTED`. */
  method: SignatureMethod;
  /** Where the evidence is filed; 1 to 200 characters. Do not put a name into it. */
  reference: Scalars['String']['input'];
};

/** An approval to revoke. */
export type RevokeAccessApprovalInput = {
  /** The approval. */
  accessApprovalId: Scalars['ID']['input'];
};

/** A key to revoke. */
export type RevokeApiKeyInput = {
  /** The id of the key. */
  apiKeyId: Scalars['ID']['input'];
};

/** A token of yours to revoke. */
export type RevokeApiTokenInput = {
  /** The token's id. */
  apiTokenId: Scalars['ID']['input'];
};

/** A consent to revoke. */
export type RevokeConsentInput = {
  /** The consent. */
  consentId: Scalars['ID']['input'];
  /** How staff know of it; needed when it is not the patient who revokes here. */
  evidence?: InputMaybe<RevocationEvidenceInput>;
  /** Why, in the patient's words, at most 1,000 characters. Nobody has to say why. */
  reason?: InputMaybe<Scalars['String']['input']>;
};

/** An invitation to take back. */
export type RevokeInvitationInput = {
  /** The user who was invited. */
  userId: Scalars['ID']['input'];
};

/** A client to revoke. */
export type RevokePartnerClientInput = {
  /** The client. */
  partnerClientId: Scalars['ID']['input'];
};

/** Which session to end. */
export type RevokeSessionInput = {
  /** The session. */
  sessionId: Scalars['ID']['input'];
};

/** Which device to revoke. */
export type RevokeSharingDeviceInput = {
  /** The device. */
  deviceId: Scalars['ID']['input'];
  /** A grant of somebody whose device it is. */
  sharingGrantId: Scalars['ID']['input'];
};

/** A grant to revoke. */
export type RevokeSharingGrantInput = {
  /** The grant. */
  sharingGrantId: Scalars['ID']['input'];
};

/** A family of tokens that ended. */
export type RevokedTokenPair = {
  __typename?: 'RevokedTokenPair';
  /** When it ended. */
  revokedAt: Scalars['DateTime']['output'];
};

/** The result of a mutation, or why it was refused: `result` is null exactly when `userErrors` is not empty. */
export type RevokedTokenPairPayload = {
  __typename?: 'RevokedTokenPairPayload';
  /** What was written, read again through the same gates as any other look; null when `userErrors` is not empty. */
  result?: Maybe<RevokedTokenPair>;
  /** Why input or state was refused; then nothing was written. */
  userErrors: Array<UserError>;
};

/** A named set of permissions. */
export type Role = {
  __typename?: 'Role';
  /** When the role was defined. */
  createdAt: Scalars['DateTime']['output'];
  /** The role's id. */
  id: Scalars['ID']['output'];
  /** Whether every tenant has the role; then only its name can be changed. */
  isSystem: Scalars['Boolean']['output'];
  /** The key by which programs know the role, such as `PRACTITIONER`; it never changes. */
  key: Scalars['String']['output'];
  /** The name, which a tenant may change. */
  name: Scalars['String']['output'];
  /** The role it is built upon, all of whose permissions it has as well. */
  parent?: Maybe<Role>;
  /** What the role permits, by itself and by those it is built upon. */
  permissions: Array<PermissionGrant>;
  /** Nobody gives a role that ranks above their own highest; 0 to 100. */
  rank: Scalars['Int']['output'];
  /** Send it back as `expectedVersion` when you change the role. */
  version: Scalars['Int']['output'];
};

/** A role that a user has. */
export type RoleAssignment = {
  __typename?: 'RoleAssignment';
  /** Since when. */
  createdAt: Scalars['DateTime']['output'];
  /** Until when, exclusively; null when it does not end by itself. */
  expiresAt?: Maybe<Scalars['DateTime']['output']>;
  /** The assignment's id. */
  id: Scalars['ID']['output'];
  /** The location to which it is confined, with all beneath it; null when it holds everywhere. */
  location?: Maybe<Location>;
  /** The role; null for those who may not see roles. */
  role?: Maybe<Role>;
  /** Who has the role; null for those who may see neither users nor looks. */
  user?: Maybe<User>;
};

/** A page of a list, with cursors by key: rows written meanwhile neither repeat nor hide others. */
export type RoleAssignmentConnection = {
  __typename?: 'RoleAssignmentConnection';
  /** The rows with their cursors. */
  edges: Array<RoleAssignmentEdge>;
  /** The rows. */
  nodes: Array<RoleAssignment>;
  /** Which part of the list this is. */
  pageInfo: PageInfo;
  /** How many rows the whole list has. Counted only when asked for. */
  totalCount: Scalars['Int']['output'];
};

/** A row of a connection with its cursor. */
export type RoleAssignmentEdge = {
  __typename?: 'RoleAssignmentEdge';
  /** The row's place in the list. */
  cursor: Scalars['Cursor']['output'];
  /** The row. */
  node: RoleAssignment;
};

/** The result of a mutation, or why it was refused: `result` is null exactly when `userErrors` is not empty. */
export type RoleAssignmentPayload = {
  __typename?: 'RoleAssignmentPayload';
  /** What was written, read again through the same gates as any other look; null when `userErrors` is not empty. */
  result?: Maybe<RoleAssignment>;
  /** Why input or state was refused; then nothing was written. */
  userErrors: Array<UserError>;
};

/** A page of a list, with cursors by key: rows written meanwhile neither repeat nor hide others. */
export type RoleConnection = {
  __typename?: 'RoleConnection';
  /** The rows with their cursors. */
  edges: Array<RoleEdge>;
  /** The rows. */
  nodes: Array<Role>;
  /** Which part of the list this is. */
  pageInfo: PageInfo;
  /** How many rows the whole list has. Counted only when asked for. */
  totalCount: Scalars['Int']['output'];
};

/** A row of a connection with its cursor. */
export type RoleEdge = {
  __typename?: 'RoleEdge';
  /** The row's place in the list. */
  cursor: Scalars['Cursor']['output'];
  /** The row. */
  node: Role;
};

/** The result of a mutation, or why it was refused: `result` is null exactly when `userErrors` is not empty. */
export type RolePayload = {
  __typename?: 'RolePayload';
  /** What was written, read again through the same gates as any other look; null when `userErrors` is not empty. */
  result?: Maybe<Role>;
  /** Why input or state was refused; then nothing was written. */
  userErrors: Array<UserError>;
};

/** A key to replace. */
export type RotateApiKeyInput = {
  /** The id of the key. */
  apiKeyId: Scalars['ID']['input'];
  /** When the new key ends: within a year. */
  expiresAt: Scalars['DateTime']['input'];
  /** For how many minutes the old key still works, 0 to 10,080 (7 days). */
  overlapMinutes: Scalars['Int']['input'];
};

/** For how long a broken glass stays open. */
export type SetBreakGlassPolicyInput = {
  /** Minutes when nothing else is asked for: 1 to 240, and no more than `longestMinutes`. */
  defaultMinutes: Scalars['Int']['input'];
  /** From when it holds: now or later, never in the past. Now when left out. */
  effectiveFrom?: InputMaybe<Scalars['DateTime']['input']>;
  /** The location it is about; left out, it is the whole organization's. */
  locationId?: InputMaybe<Scalars['ID']['input']>;
  /** Minutes at the most, 1 to 240. */
  longestMinutes: Scalars['Int']['input'];
};

/** How a feature is to be switched. */
export type SetFeatureFlagInput = {
  /** What it is for, at most 200 characters; left out, there is none. */
  description?: InputMaybe<Scalars['String']['input']>;
  /** Whether it is on for anybody. */
  enabled: Scalars['Boolean']['input'];
  /** The version that you read, when you change a flag that is there. */
  expectedVersion?: InputMaybe<Scalars['Int']['input']>;
  /** The feature: lower-case words of letters, digits and `_`, joined by dots, at most 100 characters. */
  key: Scalars['String']['input'];
  /** For how many of a hundred users it is on, 0 to 100. */
  rolloutPercentage?: Scalars['Int']['input'];
};

/** Whether the program's own workforce may look without a consent. */
export type SetInternalUsePolicyInput = {
  /** From when it holds: now or later, never in the past. Now when left out. */
  effectiveFrom?: InputMaybe<Scalars['DateTime']['input']>;
  /** The location it is about; left out, it is the whole organization's. */
  locationId?: InputMaybe<Scalars['ID']['input']>;
  /** Whether they may: for treatment, payment and operations, within a relationship to the patient (45 CFR 164.506). */
  withoutConsent: Scalars['Boolean']['input'];
};

/** The state in which a location lies. */
export type SetLocationStateInput = {
  /** The location. */
  locationId: Scalars['ID']['input'];
  /** The state, two capital letters; left out, that of the organization counts. */
  state?: InputMaybe<Scalars['String']['input']>;
};

/** From which age minors consent alone. What is not said anew does not go on: a version says everything. */
export type SetMinorConsentPolicyInput = {
  /** The age of majority where no state says otherwise, 18 to 21 years. */
  ageOfMajority?: Scalars['Int']['input'];
  /** From when it holds: now or later, never in the past. Now when left out. */
  effectiveFrom?: InputMaybe<Scalars['DateTime']['input']>;
  /** The location it is about; left out, it is the whole organization's. */
  locationId?: InputMaybe<Scalars['ID']['input']>;
  /** States in which people come of age at another age, each once. */
  majorities?: Array<StateMajorityInput>;
  /**
   * Which services minors consent to, and where: at most 200, one for each state and service. Where none fits, a parent or
   * guardian decides.
   */
  rules?: Array<MinorConsentRuleInput>;
};

/** The state in which an organization gives care. */
export type SetOrganizationStateInput = {
  /** The organization. */
  organizationId: Scalars['ID']['input'];
  /** The state, two capital letters; left out, none is known any more. */
  state?: InputMaybe<Scalars['String']['input']>;
};

/** A patient who shares with you, or whose consent names your organization. */
export type SharedPatient = {
  __typename?: 'SharedPatient';
  /** The handle to use instead of a name, such as `7KQM-2XTB`. */
  displayCode: Scalars['String']['output'];
  /** The patient's id. */
  id: Scalars['ID']['output'];
  /**
   * Who the patient is, when what they share covers it; else `ACCESS_DENIED`, whatever the reason. In a Part 2 program it
   * takes a consent that names `SUD` (42 CFR 2.11, 2.13(c)). Every look is a disclosure, and the patient can read of it.
   */
  identity?: Maybe<PatientIdentityResult>;
  /** Until when it is shared, exclusively, if nobody ends it before; null when no day is set. */
  sharedUntil?: Maybe<Scalars['DateTime']['output']>;
};

/** A page of a list, with cursors by key: rows written meanwhile neither repeat nor hide others. */
export type SharedPatientConnection = {
  __typename?: 'SharedPatientConnection';
  /** The rows with their cursors. */
  edges: Array<SharedPatientEdge>;
  /** The rows. */
  nodes: Array<SharedPatient>;
  /** Which part of the list this is. */
  pageInfo: PageInfo;
  /** How many rows the whole list has. Counted only when asked for. */
  totalCount: Scalars['Int']['output'];
};

/** A row of a connection with its cursor. */
export type SharedPatientEdge = {
  __typename?: 'SharedPatientEdge';
  /** The row's place in the list. */
  cursor: Scalars['Cursor']['output'];
  /** The row. */
  node: SharedPatient;
};

/** A session in which what is shared can be seen, and what opens the next one on this device. */
export type SharingAccess = {
  __typename?: 'SharingAccess';
  /** Keep it on the device, where nobody else reads it: `reopenShared` takes it instead of a code. It is shown once. */
  deviceSecret: Scalars['String']['output'];
  /** The session. */
  session: NewSession;
};

/** The result of a mutation, or why it was refused: `result` is null exactly when `userErrors` is not empty. */
export type SharingAccessPayload = {
  __typename?: 'SharingAccessPayload';
  /** What was written, read again through the same gates as any other look; null when `userErrors` is not empty. */
  result?: Maybe<SharingAccess>;
  /** Why input or state was refused; then nothing was written. */
  userErrors: Array<UserError>;
};

/** A device on which somebody of a family proved their contact: there they come back without a code. */
export type SharingDevice = {
  __typename?: 'SharingDevice';
  /** When they proved their contact on it. */
  createdAt: Scalars['DateTime']['output'];
  /** The device's id. */
  id: Scalars['ID']['output'];
  /** When a session was last opened on it. */
  lastUsedAt: Scalars['DateTime']['output'];
  /** What they call it. */
  name: Scalars['String']['output'];
};

/** What a patient shares with somebody of their family. With whom, how and until when is in `detail`. */
export type SharingGrant = {
  __typename?: 'SharingGrant';
  /** When it was granted. */
  createdAt: Scalars['DateTime']['output'];
  /** With whom, how and until when. Readable as the patient's consents are. */
  detail?: Maybe<SharingGrantDetailResult>;
  /** The grant's id. */
  id: Scalars['ID']['output'];
  /** Who shares. */
  patient?: Maybe<Patient>;
  /** Moves with each change. */
  version: Scalars['Int']['output'];
};

/** A page of a list, with cursors by key: rows written meanwhile neither repeat nor hide others. */
export type SharingGrantConnection = {
  __typename?: 'SharingGrantConnection';
  /** The rows with their cursors. */
  edges: Array<SharingGrantEdge>;
  /** The rows. */
  nodes: Array<SharingGrant>;
  /** Which part of the list this is. */
  pageInfo: PageInfo;
  /** How many rows the whole list has. Counted only when asked for. */
  totalCount: Scalars['Int']['output'];
};

/** With whom a patient shares, how and until when. */
export type SharingGrantDetail = {
  __typename?: 'SharingGrantDetail';
  /** When it was first accepted on a device; null before that. */
  acceptedAt?: Maybe<Scalars['DateTime']['output']>;
  /** The consent that says what may be seen. */
  consent?: Maybe<Consent>;
  /** How they are reached. The contact itself is kept as a code that nobody reads back. */
  contactKind: ContactKind;
  /**
   * The devices on which they proved their contact, the newest 20. They are theirs: who shares with the same person
   * sees the same ones.
   */
  devices: Array<SharingDevice>;
  /** Until when, exclusively; null when the consent alone ends it. */
  expiresAt?: Maybe<Scalars['DateTime']['output']>;
  /**
   * Whether it counts at this moment: neither revoked nor ended, and its consent in force. Nothing is seen before it was
   * accepted on a device.
   */
  inForce: Scalars['Boolean']['output'];
  /** When a session was last opened with it; null before that. */
  lastUsedAt?: Maybe<Scalars['DateTime']['output']>;
  /** With whom, as whoever granted it calls them. */
  recipientName?: Maybe<Scalars['String']['output']>;
  /** When it was revoked; null while it was not. */
  revokedAt?: Maybe<Scalars['DateTime']['output']>;
};

/** `SharingGrantDetail` when the decision on this look is yes, else `Withheld` with the reason. Every look is recorded. */
export type SharingGrantDetailResult = SharingGrantDetail | Withheld;

/** A row of a connection with its cursor. */
export type SharingGrantEdge = {
  __typename?: 'SharingGrantEdge';
  /** The row's place in the list. */
  cursor: Scalars['Cursor']['output'];
  /** The row. */
  node: SharingGrant;
};

/** The result of a mutation, or why it was refused: `result` is null exactly when `userErrors` is not empty. */
export type SharingGrantPayload = {
  __typename?: 'SharingGrantPayload';
  /** What was written, read again through the same gates as any other look; null when `userErrors` is not empty. */
  result?: Maybe<SharingGrant>;
  /** Why input or state was refused; then nothing was written. */
  userErrors: Array<UserError>;
};

/** A consent to sign. */
export type SignConsentInput = {
  /** The consent. */
  consentId: Scalars['ID']['input'];
  /** `version` of the consent as the signer read it; when it changed since, sign what it says now. */
  expectedVersion: Scalars['Int']['input'];
};

/** Who wants to sign in. */
export type SignInInput = {
  /** The email address. */
  email: Scalars['String']['input'];
  /**
   * The code of the authenticator app, or a recovery code; needed when the answer to the password alone is
   * `ONE_TIME_CODE_REQUIRED`.
   */
  oneTimeCode?: InputMaybe<Scalars['String']['input']>;
  /** The organization's short name, such as `demo`. */
  organization: Scalars['String']['input'];
  /** The password. */
  password: Scalars['String']['input'];
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

/** How an identity provider signs: no algorithm by which whoever can check a signature could make one. */
export type SigningAlgorithm =
  /** EdDSA on the curve Ed25519. */
  | 'EDDSA'
  /** ECDSA on P-256 with SHA-256. */
  | 'ES256'
  /** ECDSA on P-384 with SHA-384. */
  | 'ES384'
  /** RSASSA-PSS with SHA-256. */
  | 'PS256'
  /** RSASSA-PKCS1-v1_5 with SHA-256. */
  | 'RS256'
  /** RSASSA-PKCS1-v1_5 with SHA-384. */
  | 'RS384';

/** The age of majority of a state. */
export type StateMajority = {
  __typename?: 'StateMajority';
  /** The age in years, 18 to 21. */
  age: Scalars['Int']['output'];
  /** The state, two capital letters. */
  state: Scalars['String']['output'];
};

/** The age of majority of a state. */
export type StateMajorityInput = {
  /** The age in years, 18 to 21. */
  age: Scalars['Int']['input'];
  /** The state, two capital letters. */
  state: Scalars['String']['input'];
};

/** A user to suspend. */
export type SuspendUserInput = {
  /** Why, 1 to 200 characters. Do not put a name into it. */
  reason: Scalars['String']['input'];
  /** The user. */
  userId: Scalars['ID']['input'];
};

/** A pair of tokens. They are shown once and stored nowhere. */
export type TokenPair = {
  __typename?: 'TokenPair';
  /** The access token: send it in the header `Authorization: Bearer …`. */
  accessToken: Scalars['String']['output'];
  /** When the access token ends. */
  accessTokenExpiresAt: Scalars['DateTime']['output'];
  /** The refresh token: it buys the next pair, once. */
  refreshToken: Scalars['String']['output'];
  /** When the refresh token ends if it is not used. */
  refreshTokenExpiresAt: Scalars['DateTime']['output'];
};

/** The result of a mutation, or why it was refused: `result` is null exactly when `userErrors` is not empty. */
export type TokenPairPayload = {
  __typename?: 'TokenPairPayload';
  /** What was written, read again through the same gates as any other look; null when `userErrors` is not empty. */
  result?: Maybe<TokenPair>;
  /** Why input or state was refused; then nothing was written. */
  userErrors: Array<UserError>;
};

/** A document that clients of the organization may ask for by its id. */
export type TrustedDocument = {
  __typename?: 'TrustedDocument';
  /** The document. */
  body: Scalars['String']['output'];
  /** The client that it belongs to, such as `scheduling-app`. */
  clientName: Scalars['String']['output'];
  /** When it was uploaded. */
  createdAt: Scalars['DateTime']['output'];
  /** What requests name it by, in `documentId`: `sha256:` and the SHA-256 of `body`. */
  documentId: Scalars['String']['output'];
  /** The row's id; requests name the document by `documentId`. */
  id: Scalars['ID']['output'];
  /** The name of its first operation; `anonymous` when it has none. */
  name: Scalars['String']['output'];
};

/** A page of a list, with cursors by key: rows written meanwhile neither repeat nor hide others. */
export type TrustedDocumentConnection = {
  __typename?: 'TrustedDocumentConnection';
  /** The rows with their cursors. */
  edges: Array<TrustedDocumentEdge>;
  /** The rows. */
  nodes: Array<TrustedDocument>;
  /** Which part of the list this is. */
  pageInfo: PageInfo;
  /** How many rows the whole list has. Counted only when asked for. */
  totalCount: Scalars['Int']['output'];
};

/** A row of a connection with its cursor. */
export type TrustedDocumentEdge = {
  __typename?: 'TrustedDocumentEdge';
  /** The row's place in the list. */
  cursor: Scalars['Cursor']['output'];
  /** The row. */
  node: TrustedDocument;
};

/** A document to upload. */
export type TrustedDocumentInput = {
  /** The document; it must be valid on the schema and keep the limits of requests. */
  body: Scalars['String']['input'];
  /** What the client will name it by: `sha256:` and 64 hexadecimal digits. Stated, it must be that of `body`. */
  documentId?: InputMaybe<Scalars['String']['input']>;
};

/** Documents that are there now. */
export type TrustedDocumentUpload = {
  __typename?: 'TrustedDocumentUpload';
  /** In the order of the upload. */
  documents: Array<TrustedDocument>;
};

/** The result of a mutation, or why it was refused: `result` is null exactly when `userErrors` is not empty. */
export type TrustedDocumentUploadPayload = {
  __typename?: 'TrustedDocumentUploadPayload';
  /** What was written, read again through the same gates as any other look; null when `userErrors` is not empty. */
  result?: Maybe<TrustedDocumentUpload>;
  /** Why input or state was refused; then nothing was written. */
  userErrors: Array<UserError>;
};

/** A role to be taken. */
export type UnassignRoleInput = {
  /** The assignment. */
  roleAssignmentId: Scalars['ID']['input'];
};

/** An assignment that is no more. */
export type UnassignedRole = {
  __typename?: 'UnassignedRole';
  /** Its id. */
  id: Scalars['ID']['output'];
};

/** The result of a mutation, or why it was refused: `result` is null exactly when `userErrors` is not empty. */
export type UnassignedRolePayload = {
  __typename?: 'UnassignedRolePayload';
  /** What was written, read again through the same gates as any other look; null when `userErrors` is not empty. */
  result?: Maybe<UnassignedRole>;
  /** Why input or state was refused; then nothing was written. */
  userErrors: Array<UserError>;
};

/** A user whose account of an identity provider is no longer theirs. */
export type UnlinkUserInput = {
  /** The user. */
  userId: Scalars['ID']['input'];
};

/** A user who need not wait any longer. */
export type UnlockUserInput = {
  /** The user. */
  userId: Scalars['ID']['input'];
};

/** What to change about an identity provider; what is left out stays. */
export type UpdateIdentityProviderInput = {
  /** How it may sign. */
  algorithms?: InputMaybe<Array<SigningAlgorithm>>;
  /** Whom a token has to be made for to be taken as a bearer token. */
  audiences?: InputMaybe<Array<Scalars['String']['input']>>;
  /** Under which name it knows this server; null takes it away. */
  clientId?: InputMaybe<Scalars['String']['input']>;
  /** The secret that this server has there; null takes it away. */
  clientSecret?: InputMaybe<Scalars['String']['input']>;
  /** The version that was read; refused with `STALE_VERSION` when it is no longer that. */
  expectedVersion?: InputMaybe<Scalars['Int']['input']>;
  /** Where its keys are; null when its configuration says so. */
  keySetUrl?: InputMaybe<Scalars['String']['input']>;
  /** Its name, for people. */
  name?: InputMaybe<Scalars['String']['input']>;
  /** The provider. */
  providerId: Scalars['ID']['input'];
  /** The claim that names the user. */
  subjectClaim?: InputMaybe<Scalars['String']['input']>;
};

/** Change who a patient is. */
export type UpdatePatientIdentityInput = {
  /** `version` of the patient as you read it. */
  expectedVersion: Scalars['Int']['input'];
  /** What changes. */
  identity: PatientIdentityInput;
  /** The patient. */
  patientId: Scalars['ID']['input'];
};

/** Documents to upload. */
export type UploadTrustedDocumentsInput = {
  /** The client that they belong to, such as `scheduling-app`; 1 to 200 characters. */
  clientName: Scalars['String']['input'];
  /** The documents, 1 to 100. Those that are there already stay as they are. */
  documents: Array<TrustedDocumentInput>;
};

/** Somebody who signs in. Nothing here tells who the human is; for practitioners see `practitioner`. */
export type User = {
  __typename?: 'User';
  /** Whether the user needs a one-time code besides; null without `user.manage`, but for oneself. */
  hasOneTimeCode?: Maybe<Scalars['Boolean']['output']>;
  /** Whether the user signs in with a password; null without `user.manage`, but for oneself. */
  hasPassword?: Maybe<Scalars['Boolean']['output']>;
  /** The user's id. */
  id: Scalars['ID']['output'];
  /** When the user last signed in. */
  lastSignInAt?: Maybe<Scalars['DateTime']['output']>;
  /**
   * Until when the user has to wait after wrong attempts to sign in; null when they need not, and without `user.manage`,
   * but for oneself.
   */
  lockedUntil?: Maybe<Scalars['DateTime']['output']>;
  /** When the user last asked for another password; null without `user.manage`, but for oneself. */
  passwordResetRequestedAt?: Maybe<Scalars['DateTime']['output']>;
  /** The practitioner that the user is; null for others. */
  practitioner?: Maybe<Practitioner>;
  /** The roles that the user has or had until they ended, newest first. */
  roleAssignments?: Maybe<RoleAssignmentConnection>;
  /** Whether the user may sign in. */
  status: UserStatus;
  /** Why the user was suspended, reactivated or deactivated; null without `user.manage`. */
  statusReason?: Maybe<Scalars['String']['output']>;
};


/** Somebody who signs in. Nothing here tells who the human is; for practitioners see `practitioner`. */
export type UserRoleAssignmentsArgs = {
  after?: InputMaybe<Scalars['Cursor']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
};

/** A page of a list, with cursors by key: rows written meanwhile neither repeat nor hide others. */
export type UserConnection = {
  __typename?: 'UserConnection';
  /** The rows with their cursors. */
  edges: Array<UserEdge>;
  /** The rows. */
  nodes: Array<User>;
  /** Which part of the list this is. */
  pageInfo: PageInfo;
  /** How many rows the whole list has. Counted only when asked for. */
  totalCount: Scalars['Int']['output'];
};

/** A row of a connection with its cursor. */
export type UserEdge = {
  __typename?: 'UserEdge';
  /** The row's place in the list. */
  cursor: Scalars['Cursor']['output'];
  /** The row. */
  node: User;
};

/** Why input or state was refused. */
export type UserError = {
  __typename?: 'UserError';
  /** A closed set: decide on this. */
  code: UserErrorCode;
  /** The path into `input`, from outside to inside; empty when no field is at fault. */
  field: Array<Scalars['String']['output']>;
  /** A sentence for people. */
  message: Scalars['String']['output'];
};

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

/** Which users. All conditions given must hold. */
export type UserFilter = {
  /** By status. */
  status?: InputMaybe<UserStatusComparator>;
};

/** Whether an identity provider vouches for a user. */
export type UserLink = {
  __typename?: 'UserLink';
  /** The identity provider; null when none vouches for the user. */
  providerId?: Maybe<Scalars['ID']['output']>;
  /** The user. */
  userId: Scalars['ID']['output'];
};

/** The result of a mutation, or why it was refused: `result` is null exactly when `userErrors` is not empty. */
export type UserLinkPayload = {
  __typename?: 'UserLinkPayload';
  /** What was written, read again through the same gates as any other look; null when `userErrors` is not empty. */
  result?: Maybe<UserLink>;
  /** Why input or state was refused; then nothing was written. */
  userErrors: Array<UserError>;
};

/** The result of a mutation, or why it was refused: `result` is null exactly when `userErrors` is not empty. */
export type UserPayload = {
  __typename?: 'UserPayload';
  /** What was written, read again through the same gates as any other look; null when `userErrors` is not empty. */
  result?: Maybe<User>;
  /** Why input or state was refused; then nothing was written. */
  userErrors: Array<UserError>;
};

/** A session that is open: somebody is signed in somewhere. */
export type UserSession = {
  __typename?: 'UserSession';
  /** When somebody signed in. */
  createdAt: Scalars['DateTime']['output'];
  /** When it ends at the latest. */
  expiresAt: Scalars['DateTime']['output'];
  /** The session's id. */
  id: Scalars['ID']['output'];
  /** After how many seconds without a request it ends; null when only `expiresAt` ends it. */
  idleSeconds?: Maybe<Scalars['Int']['output']>;
  /** Whether it is the session of this request. */
  isCurrent: Scalars['Boolean']['output'];
  /** When the session was used last, give or take a minute. */
  lastSeenAt: Scalars['DateTime']['output'];
  /**
   * When the user proved last in this session who they are; null when somebody else vouched for them. Some acts need a
   * proof that is less than five minutes old.
   */
  provedAt?: Maybe<Scalars['DateTime']['output']>;
  /**
   * Whether it was opened from the address that this request comes from; null when nobody knows. Addresses themselves
   * are not kept.
   */
  sameAddressAsNow?: Maybe<Scalars['Boolean']['output']>;
  /** Whether it was opened by the same version of the same browser as this request; null when nobody knows. */
  sameBrowserAsNow?: Maybe<Scalars['Boolean']['output']>;
};

/** A page of a list, with cursors by key: rows written meanwhile neither repeat nor hide others. */
export type UserSessionConnection = {
  __typename?: 'UserSessionConnection';
  /** The rows with their cursors. */
  edges: Array<UserSessionEdge>;
  /** The rows. */
  nodes: Array<UserSession>;
  /** Which part of the list this is. */
  pageInfo: PageInfo;
  /** How many rows the whole list has. Counted only when asked for. */
  totalCount: Scalars['Int']['output'];
};

/** A row of a connection with its cursor. */
export type UserSessionEdge = {
  __typename?: 'UserSessionEdge';
  /** The row's place in the list. */
  cursor: Scalars['Cursor']['output'];
  /** The row. */
  node: UserSession;
};

/** Whether a user may sign in. */
export type UserStatus =
  /** May sign in. */
  | 'ACTIVE'
  /** Left for good. */
  | 'DEACTIVATED'
  /** Invited, not yet activated: cannot sign in. */
  | 'INVITED'
  /** Locked out by an administrator; takes effect on the next request. */
  | 'SUSPENDED';

/** Compares a user's status. */
export type UserStatusComparator = {
  /** Exactly this. */
  eq?: InputMaybe<UserStatus>;
  /** One of these, at most 20; an empty list matches nobody. */
  in?: InputMaybe<Array<UserStatus>>;
};

/** A legal authority whose evidence was seen. */
export type VerifyLegalAuthorityInput = {
  /** Where the evidence is filed: a birth certificate, a court's order; 1 to 200 characters. */
  evidenceReference: Scalars['String']['input'];
  /** The relationship. */
  relationshipId: Scalars['ID']['input'];
};

/** Who is signed in, and what they may do. */
export type Viewer = {
  __typename?: 'Viewer';
  /** The tokens with which programs act for the user, those that ended too, newest first. */
  apiTokens?: Maybe<ApiTokenConnection>;
  /** The patient that the user is; null for staff. */
  patient?: Maybe<Patient>;
  /** What the roles allow; for showing and hiding controls, since every field checks it again. */
  permissions: Array<PermissionGrant>;
  /** The practitioner that the user is; null for others. */
  practitioner?: Maybe<Practitioner>;
  /**
   * The purpose of use of this request: the header `X-Purpose-Of-Use`, else the role's default; null when there is
   * none.
   */
  purpose?: Maybe<Purpose>;
  /** Keys of the roles that hold now, the one that speaks first in front. */
  roles: Array<Scalars['String']['output']>;
  /** The session of this request; null for a program. */
  session?: Maybe<UserSession>;
  /** Where the user is signed in, newest first; nowhere, for a program. */
  sessions?: Maybe<UserSessionConnection>;
  /** The user. */
  user?: Maybe<User>;
};


/** Who is signed in, and what they may do. */
export type ViewerApiTokensArgs = {
  after?: InputMaybe<Scalars['Cursor']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
};


/** Who is signed in, and what they may do. */
export type ViewerSessionsArgs = {
  after?: InputMaybe<Scalars['Cursor']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
};

/** A form to take back before anybody signs. */
export type WithdrawSignatureRequestInput = {
  /** The consent: `PENDING_SIGNATURE`, and nobody signed yet. */
  consentId: Scalars['ID']['input'];
  /** `version` of the consent as you read it. */
  expectedVersion: Scalars['Int']['input'];
};

/** A refusal. It is data, not an error: show the reason instead of the value. */
export type Withheld = {
  __typename?: 'Withheld';
  /** Whether you may break the glass in a medical emergency (42 CFR 2.51). */
  breakGlassAvailable: Scalars['Boolean']['output'];
  /** Whether you may prepare a consent that would allow it (`draftConsent`). */
  consentRequestable: Scalars['Boolean']['output'];
  /** The least class of the value that was asked for. */
  dataClass: DataClass;
  /** Why it is withheld. */
  reason: WithheldReason;
};

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

/** A note to write. */
export type WriteProtectedNoteInput = {
  /** The text, 1 to 20,000 characters. It is sealed under keys that open nothing else. */
  body: Scalars['String']['input'];
  /** What kind of note it is. It does not change afterwards. */
  kind: ProtectedNoteKind;
  /** When what it tells of happened; not in the future. */
  occurredAt: Scalars['DateTime']['input'];
  /** About whom: somebody whom you treat. */
  patientId: Scalars['ID']['input'];
};
