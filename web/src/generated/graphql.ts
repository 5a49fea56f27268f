/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { Cursor, LocalDate } from '../client/scalars';
import type { TypedDocumentNode as DocumentNode } from '@graphql-typed-document-node/core';
/** Compares a patient's location. */
export type LocationComparator = {
  /** Exactly this. */
  eq?: string | null | undefined;
  /** One of these; an empty list matches nobody. */
  in?: Array<string> | null | undefined;
};

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

/** Who wants to sign in. */
export type SignInInput = {
  /** The email address. */
  email: string;
  /** The organization's short name, such as `demo`. */
  organization: string;
  /** The password. */
  password: string;
};

/** `userErrors[].code`: why input or state was refused. */
export type UserErrorCode =
  /** The decision on this patient's data was no; read `explainAccess` for the reason. */
  | 'ACCESS_DENIED'
  /** It exists already. */
  | 'ALREADY_EXISTS'
  /** The idempotency key was used with other input. */
  | 'IDEMPOTENCY_CONFLICT'
  /** Email, password or organization is wrong, or the account cannot sign in. */
  | 'INVALID_CREDENTIALS'
  /** The state does not allow it, for example revoking a consent that is not active. */
  | 'INVALID_STATE'
  /** No such row, or not yours: the same answer for both. */
  | 'NOT_FOUND'
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

export type PatientsQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: Cursor | null | undefined;
  search?: PatientSearch | null | undefined;
  filter?: PatientFilter | null | undefined;
}>;


export type PatientsQuery = { patients: { nodes: Array<{ id: string, displayCode: string, status: PatientStatus, identity:
        | { __typename: 'PatientIdentity', fullName: string | null, birthDate: LocalDate | null }
        | { __typename: 'Withheld', reason: WithheldReason }
       | null }>, pageInfo: { hasNextPage: boolean, endCursor: Cursor | null } } | null };

export type SignInMutationVariables = Exact<{
  input: SignInInput;
}>;


export type SignInMutation = { signIn: { result: { token: string } | null, userErrors: Array<{ code: UserErrorCode, field: Array<string>, message: string }> } | null };


export const PatientsDocument = {"__meta__":{"hash":"sha256:ba657f8b5c355d77ccd5533f4b3183fc777bf85b6a4662e87f6887de9a05836a"},"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Patients"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"first"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}},"defaultValue":{"kind":"IntValue","value":"25"}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Cursor"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"search"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"PatientSearch"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"filter"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"PatientFilter"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"patients"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"first"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}},{"kind":"Argument","name":{"kind":"Name","value":"search"},"value":{"kind":"Variable","name":{"kind":"Name","value":"search"}}},{"kind":"Argument","name":{"kind":"Name","value":"filter"},"value":{"kind":"Variable","name":{"kind":"Name","value":"filter"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"displayCode"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"identity"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"PatientIdentity"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"fullName"}},{"kind":"Field","name":{"kind":"Name","value":"birthDate"}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Withheld"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"reason"}}]}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}}]}}]}}]} as unknown as DocumentNode<PatientsQuery, PatientsQueryVariables>;
export const SignInDocument = {"__meta__":{"hash":"sha256:0074eebc7c4e9dd24406202dad6626cffe24bde8122d073e543613fa1ac091d8"},"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"SignIn"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"SignInInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"signIn"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"result"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"token"}}]}},{"kind":"Field","name":{"kind":"Name","value":"userErrors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"field"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}}]}}]}}]} as unknown as DocumentNode<SignInMutation, SignInMutationVariables>;