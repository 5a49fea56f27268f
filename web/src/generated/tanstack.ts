import type { RequestError } from "../client/send";
import type * as Operations from "./graphql";
import { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
import { useQuery, useInfiniteQuery, useMutation, UseQueryOptions, UseInfiniteQueryOptions, InfiniteData, UseMutationOptions } from '@tanstack/react-query';
import { useSend } from '../client/connection';

export class TypedDocumentString<TResult, TVariables>
  extends String
  implements DocumentTypeDecoration<TResult, TVariables>
{
  __apiType?: NonNullable<DocumentTypeDecoration<TResult, TVariables>['__apiType']>;
  private value: string;
  public __meta__?: Record<string, any> | undefined;

  constructor(value: string, __meta__?: Record<string, any> | undefined) {
    super(value);
    this.value = value;
    this.__meta__ = __meta__;
  }

  override toString(): string & DocumentTypeDecoration<TResult, TVariables> {
    return this.value;
  }
}
export const PersonFragmentDoc = new TypedDocumentString(`
    fragment Person on User {
  id
  practitioner {
    id
    professionalName
  }
}
    `, {"fragmentName":"Person"});
export const WholeDetailFragmentDoc = new TypedDocumentString(`
    fragment WholeDetail on ConsentDetail {
  kind
  decision
  status
  inForce
  purposes
  scopes {
    dataClass
    coversFrom
    coversTo
  }
  recipients {
    kind
    recipientClass
    intermediaryName
    organizationId
    userId
    practitioner {
      id
      professionalName
    }
  }
  validFrom
  validTo
  expiryKind
  expiryEvent
  signedAt
  signatureMethod
  signerCapacity
  revokedAt
  revocationMethod
  revocationReason
}
    `, {"fragmentName":"WholeDetail"});
export const ReasonFragmentDoc = new TypedDocumentString(`
    fragment Reason on Withheld {
  reason
  dataClass
  consentRequestable
  breakGlassAvailable
}
    `, {"fragmentName":"Reason"});
export const ConsentWithDetailFragmentDoc = new TypedDocumentString(`
    fragment ConsentWithDetail on Consent {
  id
  version
  createdAt
  detail {
    __typename
    ...WholeDetail
    ...Reason
  }
}
    fragment WholeDetail on ConsentDetail {
  kind
  decision
  status
  inForce
  purposes
  scopes {
    dataClass
    coversFrom
    coversTo
  }
  recipients {
    kind
    recipientClass
    intermediaryName
    organizationId
    userId
    practitioner {
      id
      professionalName
    }
  }
  validFrom
  validTo
  expiryKind
  expiryEvent
  signedAt
  signatureMethod
  signerCapacity
  revokedAt
  revocationMethod
  revocationReason
}
fragment Reason on Withheld {
  reason
  dataClass
  consentRequestable
  breakGlassAvailable
}`, {"fragmentName":"ConsentWithDetail"});
export const WholeIdentityFragmentDoc = new TypedDocumentString(`
    fragment WholeIdentity on PatientIdentity {
  fullName
  givenName
  middleName
  familyName
  preferredName
  pronouns
  gender
  birthDate
  languages
  phone
  email
  ssnLast4
  address {
    line1
    line2
    city
    state
    postalCode
  }
  emergencyContact {
    name
    phone
    relationship
  }
}
    `, {"fragmentName":"WholeIdentity"});
export const CareTeamPlaceFragmentDoc = new TypedDocumentString(`
    fragment CareTeamPlace on CareTeamMember {
  id
  role
  startsAt
  endsAt
  practitioner {
    id
    professionalName
    kind
  }
}
    `, {"fragmentName":"CareTeamPlace"});
export const ListedPatientFragmentDoc = new TypedDocumentString(`
    fragment ListedPatient on Patient {
  id
  displayCode
  status
  identity {
    __typename
    ... on PatientIdentity {
      fullName
      preferredName
      birthDate
    }
    ...Reason
  }
}
    fragment Reason on Withheld {
  reason
  dataClass
  consentRequestable
  breakGlassAvailable
}`, {"fragmentName":"ListedPatient"});
export const RefusalFragmentDoc = new TypedDocumentString(`
    fragment Refusal on UserError {
  code
  field
  message
}
    `, {"fragmentName":"Refusal"});
export const PageFragmentDoc = new TypedDocumentString(`
    fragment Page on PageInfo {
  hasNextPage
  endCursor
}
    `, {"fragmentName":"Page"});
export const ExplainAccessDocument = new TypedDocumentString(`
    query ExplainAccess($patientId: ID!) {
  explainAccess(patientId: $patientId) {
    __typename
    ... on AccessExplanation {
      entries {
        user {
          ...Person
        }
        dataClass
        isIdentity
        purpose
        decision
        reason
        ground
        until
        organization {
          id
          name
        }
        viaConsent {
          id
        }
      }
    }
    ...Reason
  }
}
    fragment Person on User {
  id
  practitioner {
    id
    professionalName
  }
}
fragment Reason on Withheld {
  reason
  dataClass
  consentRequestable
  breakGlassAvailable
}`);

export const useExplainAccessQuery = <
      TData = Operations.ExplainAccessQuery,
      TError = RequestError
    >(
      variables: Operations.ExplainAccessQueryVariables,
      options?: Omit<UseQueryOptions<Operations.ExplainAccessQuery, TError, TData>, 'queryKey'> & { queryKey?: UseQueryOptions<Operations.ExplainAccessQuery, TError, TData>['queryKey'] }
    ) => {
    
    return useQuery<Operations.ExplainAccessQuery, TError, TData>(
      {
    queryKey: ['ExplainAccess', variables],
    queryFn: useSend<Operations.ExplainAccessQuery, Operations.ExplainAccessQueryVariables>(ExplainAccessDocument).bind(null, variables),
    ...options
  }
    )};

useExplainAccessQuery.getKey = (variables: Operations.ExplainAccessQueryVariables) => ['ExplainAccess', variables];

export const useInfiniteExplainAccessQuery = <
      TData = InfiniteData<Operations.ExplainAccessQuery>,
      TError = RequestError
    >(
      variables: Operations.ExplainAccessQueryVariables,
      options: Omit<UseInfiniteQueryOptions<Operations.ExplainAccessQuery, TError, TData>, 'queryKey'> & { queryKey?: UseInfiniteQueryOptions<Operations.ExplainAccessQuery, TError, TData>['queryKey'] }
    ) => {
    const query = useSend<Operations.ExplainAccessQuery, Operations.ExplainAccessQueryVariables>(ExplainAccessDocument)
    return useInfiniteQuery<Operations.ExplainAccessQuery, TError, TData>(
      (() => {
    const { queryKey: optionsQueryKey, ...restOptions } = options;
    return {
      queryKey: optionsQueryKey ?? ['ExplainAccess.infinite', variables],
      queryFn: (metaData) => query({...variables, ...(metaData.pageParam ?? {})}),
      ...restOptions
    }
  })()
    )};

useInfiniteExplainAccessQuery.getKey = (variables: Operations.ExplainAccessQueryVariables) => ['ExplainAccess.infinite', variables];

export const AccessHistoryDocument = new TypedDocumentString(`
    query AccessHistory($patientId: ID!, $first: Int = 25, $after: Cursor) {
  accessHistory(patientId: $patientId, first: $first, after: $after) {
    nodes {
      id
      occurredAt
      operation
      action
      actorRole
      actor {
        ...Person
      }
      subject {
        __typename
        ... on AuditSubject {
          lookedAt: dataClass
          decision
          refusal: reason
          fields
          purpose
          ground
        }
        ...Reason
      }
    }
    pageInfo {
      ...Page
    }
  }
}
    fragment Person on User {
  id
  practitioner {
    id
    professionalName
  }
}
fragment Reason on Withheld {
  reason
  dataClass
  consentRequestable
  breakGlassAvailable
}
fragment Page on PageInfo {
  hasNextPage
  endCursor
}`);

export const useAccessHistoryQuery = <
      TData = Operations.AccessHistoryQuery,
      TError = RequestError
    >(
      variables: Operations.AccessHistoryQueryVariables,
      options?: Omit<UseQueryOptions<Operations.AccessHistoryQuery, TError, TData>, 'queryKey'> & { queryKey?: UseQueryOptions<Operations.AccessHistoryQuery, TError, TData>['queryKey'] }
    ) => {
    
    return useQuery<Operations.AccessHistoryQuery, TError, TData>(
      {
    queryKey: ['AccessHistory', variables],
    queryFn: useSend<Operations.AccessHistoryQuery, Operations.AccessHistoryQueryVariables>(AccessHistoryDocument).bind(null, variables),
    ...options
  }
    )};

useAccessHistoryQuery.getKey = (variables: Operations.AccessHistoryQueryVariables) => ['AccessHistory', variables];

export const useInfiniteAccessHistoryQuery = <
      TData = InfiniteData<Operations.AccessHistoryQuery>,
      TError = RequestError
    >(
      variables: Operations.AccessHistoryQueryVariables,
      options: Omit<UseInfiniteQueryOptions<Operations.AccessHistoryQuery, TError, TData>, 'queryKey'> & { queryKey?: UseInfiniteQueryOptions<Operations.AccessHistoryQuery, TError, TData>['queryKey'] }
    ) => {
    const query = useSend<Operations.AccessHistoryQuery, Operations.AccessHistoryQueryVariables>(AccessHistoryDocument)
    return useInfiniteQuery<Operations.AccessHistoryQuery, TError, TData>(
      (() => {
    const { queryKey: optionsQueryKey, ...restOptions } = options;
    return {
      queryKey: optionsQueryKey ?? ['AccessHistory.infinite', variables],
      queryFn: (metaData) => query({...variables, ...(metaData.pageParam ?? {})}),
      ...restOptions
    }
  })()
    )};

useInfiniteAccessHistoryQuery.getKey = (variables: Operations.AccessHistoryQueryVariables) => ['AccessHistory.infinite', variables];

export const AccountingDocument = new TypedDocumentString(`
    query Accounting($patientId: ID!, $regime: AccountingRegime!, $first: Int = 25, $after: Cursor) {
  accountingOfDisclosures(
    patientId: $patientId
    regime: $regime
    first: $first
    after: $after
  ) {
    nodes {
      id
      detail {
        __typename
        ... on DisclosureDetail {
          occurredAt
          recipient {
            name
            affiliation
            address
          }
          dataClasses
          description
          purpose
          exception
          consentCopy
        }
        ...Reason
      }
    }
    pageInfo {
      ...Page
    }
  }
}
    fragment Reason on Withheld {
  reason
  dataClass
  consentRequestable
  breakGlassAvailable
}
fragment Page on PageInfo {
  hasNextPage
  endCursor
}`);

export const useAccountingQuery = <
      TData = Operations.AccountingQuery,
      TError = RequestError
    >(
      variables: Operations.AccountingQueryVariables,
      options?: Omit<UseQueryOptions<Operations.AccountingQuery, TError, TData>, 'queryKey'> & { queryKey?: UseQueryOptions<Operations.AccountingQuery, TError, TData>['queryKey'] }
    ) => {
    
    return useQuery<Operations.AccountingQuery, TError, TData>(
      {
    queryKey: ['Accounting', variables],
    queryFn: useSend<Operations.AccountingQuery, Operations.AccountingQueryVariables>(AccountingDocument).bind(null, variables),
    ...options
  }
    )};

useAccountingQuery.getKey = (variables: Operations.AccountingQueryVariables) => ['Accounting', variables];

export const useInfiniteAccountingQuery = <
      TData = InfiniteData<Operations.AccountingQuery>,
      TError = RequestError
    >(
      variables: Operations.AccountingQueryVariables,
      options: Omit<UseInfiniteQueryOptions<Operations.AccountingQuery, TError, TData>, 'queryKey'> & { queryKey?: UseInfiniteQueryOptions<Operations.AccountingQuery, TError, TData>['queryKey'] }
    ) => {
    const query = useSend<Operations.AccountingQuery, Operations.AccountingQueryVariables>(AccountingDocument)
    return useInfiniteQuery<Operations.AccountingQuery, TError, TData>(
      (() => {
    const { queryKey: optionsQueryKey, ...restOptions } = options;
    return {
      queryKey: optionsQueryKey ?? ['Accounting.infinite', variables],
      queryFn: (metaData) => query({...variables, ...(metaData.pageParam ?? {})}),
      ...restOptions
    }
  })()
    )};

useInfiniteAccountingQuery.getKey = (variables: Operations.AccountingQueryVariables) => ['Accounting.infinite', variables];

export const ConsentsDocument = new TypedDocumentString(`
    query Consents($patientId: ID!, $first: Int = 25, $after: Cursor) {
  consents(patientId: $patientId, first: $first, after: $after) {
    nodes {
      ...ConsentWithDetail
    }
    pageInfo {
      ...Page
    }
  }
}
    fragment ConsentWithDetail on Consent {
  id
  version
  createdAt
  detail {
    __typename
    ...WholeDetail
    ...Reason
  }
}
fragment WholeDetail on ConsentDetail {
  kind
  decision
  status
  inForce
  purposes
  scopes {
    dataClass
    coversFrom
    coversTo
  }
  recipients {
    kind
    recipientClass
    intermediaryName
    organizationId
    userId
    practitioner {
      id
      professionalName
    }
  }
  validFrom
  validTo
  expiryKind
  expiryEvent
  signedAt
  signatureMethod
  signerCapacity
  revokedAt
  revocationMethod
  revocationReason
}
fragment Reason on Withheld {
  reason
  dataClass
  consentRequestable
  breakGlassAvailable
}
fragment Page on PageInfo {
  hasNextPage
  endCursor
}`);

export const useConsentsQuery = <
      TData = Operations.ConsentsQuery,
      TError = RequestError
    >(
      variables: Operations.ConsentsQueryVariables,
      options?: Omit<UseQueryOptions<Operations.ConsentsQuery, TError, TData>, 'queryKey'> & { queryKey?: UseQueryOptions<Operations.ConsentsQuery, TError, TData>['queryKey'] }
    ) => {
    
    return useQuery<Operations.ConsentsQuery, TError, TData>(
      {
    queryKey: ['Consents', variables],
    queryFn: useSend<Operations.ConsentsQuery, Operations.ConsentsQueryVariables>(ConsentsDocument).bind(null, variables),
    ...options
  }
    )};

useConsentsQuery.getKey = (variables: Operations.ConsentsQueryVariables) => ['Consents', variables];

export const useInfiniteConsentsQuery = <
      TData = InfiniteData<Operations.ConsentsQuery>,
      TError = RequestError
    >(
      variables: Operations.ConsentsQueryVariables,
      options: Omit<UseInfiniteQueryOptions<Operations.ConsentsQuery, TError, TData>, 'queryKey'> & { queryKey?: UseInfiniteQueryOptions<Operations.ConsentsQuery, TError, TData>['queryKey'] }
    ) => {
    const query = useSend<Operations.ConsentsQuery, Operations.ConsentsQueryVariables>(ConsentsDocument)
    return useInfiniteQuery<Operations.ConsentsQuery, TError, TData>(
      (() => {
    const { queryKey: optionsQueryKey, ...restOptions } = options;
    return {
      queryKey: optionsQueryKey ?? ['Consents.infinite', variables],
      queryFn: (metaData) => query({...variables, ...(metaData.pageParam ?? {})}),
      ...restOptions
    }
  })()
    )};

useInfiniteConsentsQuery.getKey = (variables: Operations.ConsentsQueryVariables) => ['Consents.infinite', variables];

export const DraftConsentDocument = new TypedDocumentString(`
    mutation DraftConsent($input: DraftConsentInput!) {
  draftConsent(input: $input) {
    result {
      ...ConsentWithDetail
    }
    userErrors {
      ...Refusal
    }
  }
}
    fragment ConsentWithDetail on Consent {
  id
  version
  createdAt
  detail {
    __typename
    ...WholeDetail
    ...Reason
  }
}
fragment WholeDetail on ConsentDetail {
  kind
  decision
  status
  inForce
  purposes
  scopes {
    dataClass
    coversFrom
    coversTo
  }
  recipients {
    kind
    recipientClass
    intermediaryName
    organizationId
    userId
    practitioner {
      id
      professionalName
    }
  }
  validFrom
  validTo
  expiryKind
  expiryEvent
  signedAt
  signatureMethod
  signerCapacity
  revokedAt
  revocationMethod
  revocationReason
}
fragment Reason on Withheld {
  reason
  dataClass
  consentRequestable
  breakGlassAvailable
}
fragment Refusal on UserError {
  code
  field
  message
}`);

export const useDraftConsentMutation = <
      TError = RequestError,
      TContext = unknown
    >(options?: UseMutationOptions<Operations.DraftConsentMutation, TError, Operations.DraftConsentMutationVariables, TContext>) => {
    
    return useMutation<Operations.DraftConsentMutation, TError, Operations.DraftConsentMutationVariables, TContext>(
      {
    mutationKey: ['DraftConsent'],
    mutationFn: useSend<Operations.DraftConsentMutation, Operations.DraftConsentMutationVariables>(DraftConsentDocument),
    ...options
  }
    )};

export const SignConsentDocument = new TypedDocumentString(`
    mutation SignConsent($input: SignConsentInput!) {
  signConsent(input: $input) {
    result {
      ...ConsentWithDetail
    }
    userErrors {
      ...Refusal
    }
  }
}
    fragment ConsentWithDetail on Consent {
  id
  version
  createdAt
  detail {
    __typename
    ...WholeDetail
    ...Reason
  }
}
fragment WholeDetail on ConsentDetail {
  kind
  decision
  status
  inForce
  purposes
  scopes {
    dataClass
    coversFrom
    coversTo
  }
  recipients {
    kind
    recipientClass
    intermediaryName
    organizationId
    userId
    practitioner {
      id
      professionalName
    }
  }
  validFrom
  validTo
  expiryKind
  expiryEvent
  signedAt
  signatureMethod
  signerCapacity
  revokedAt
  revocationMethod
  revocationReason
}
fragment Reason on Withheld {
  reason
  dataClass
  consentRequestable
  breakGlassAvailable
}
fragment Refusal on UserError {
  code
  field
  message
}`);

export const useSignConsentMutation = <
      TError = RequestError,
      TContext = unknown
    >(options?: UseMutationOptions<Operations.SignConsentMutation, TError, Operations.SignConsentMutationVariables, TContext>) => {
    
    return useMutation<Operations.SignConsentMutation, TError, Operations.SignConsentMutationVariables, TContext>(
      {
    mutationKey: ['SignConsent'],
    mutationFn: useSend<Operations.SignConsentMutation, Operations.SignConsentMutationVariables>(SignConsentDocument),
    ...options
  }
    )};

export const RecordConsentDocument = new TypedDocumentString(`
    mutation RecordConsent($input: RecordConsentInput!) {
  recordConsent(input: $input) {
    result {
      ...ConsentWithDetail
    }
    userErrors {
      ...Refusal
    }
  }
}
    fragment ConsentWithDetail on Consent {
  id
  version
  createdAt
  detail {
    __typename
    ...WholeDetail
    ...Reason
  }
}
fragment WholeDetail on ConsentDetail {
  kind
  decision
  status
  inForce
  purposes
  scopes {
    dataClass
    coversFrom
    coversTo
  }
  recipients {
    kind
    recipientClass
    intermediaryName
    organizationId
    userId
    practitioner {
      id
      professionalName
    }
  }
  validFrom
  validTo
  expiryKind
  expiryEvent
  signedAt
  signatureMethod
  signerCapacity
  revokedAt
  revocationMethod
  revocationReason
}
fragment Reason on Withheld {
  reason
  dataClass
  consentRequestable
  breakGlassAvailable
}
fragment Refusal on UserError {
  code
  field
  message
}`);

export const useRecordConsentMutation = <
      TError = RequestError,
      TContext = unknown
    >(options?: UseMutationOptions<Operations.RecordConsentMutation, TError, Operations.RecordConsentMutationVariables, TContext>) => {
    
    return useMutation<Operations.RecordConsentMutation, TError, Operations.RecordConsentMutationVariables, TContext>(
      {
    mutationKey: ['RecordConsent'],
    mutationFn: useSend<Operations.RecordConsentMutation, Operations.RecordConsentMutationVariables>(RecordConsentDocument),
    ...options
  }
    )};

export const RevokeConsentDocument = new TypedDocumentString(`
    mutation RevokeConsent($input: RevokeConsentInput!) {
  revokeConsent(input: $input) {
    result {
      ...ConsentWithDetail
    }
    userErrors {
      ...Refusal
    }
  }
}
    fragment ConsentWithDetail on Consent {
  id
  version
  createdAt
  detail {
    __typename
    ...WholeDetail
    ...Reason
  }
}
fragment WholeDetail on ConsentDetail {
  kind
  decision
  status
  inForce
  purposes
  scopes {
    dataClass
    coversFrom
    coversTo
  }
  recipients {
    kind
    recipientClass
    intermediaryName
    organizationId
    userId
    practitioner {
      id
      professionalName
    }
  }
  validFrom
  validTo
  expiryKind
  expiryEvent
  signedAt
  signatureMethod
  signerCapacity
  revokedAt
  revocationMethod
  revocationReason
}
fragment Reason on Withheld {
  reason
  dataClass
  consentRequestable
  breakGlassAvailable
}
fragment Refusal on UserError {
  code
  field
  message
}`);

export const useRevokeConsentMutation = <
      TError = RequestError,
      TContext = unknown
    >(options?: UseMutationOptions<Operations.RevokeConsentMutation, TError, Operations.RevokeConsentMutationVariables, TContext>) => {
    
    return useMutation<Operations.RevokeConsentMutation, TError, Operations.RevokeConsentMutationVariables, TContext>(
      {
    mutationKey: ['RevokeConsent'],
    mutationFn: useSend<Operations.RevokeConsentMutation, Operations.RevokeConsentMutationVariables>(RevokeConsentDocument),
    ...options
  }
    )};

export const PatientDocument = new TypedDocumentString(`
    query Patient($id: ID!) {
  patient(id: $id) {
    id
    displayCode
    status
    version
    createdAt
    location {
      id
      name
      kind
    }
    identity {
      __typename
      ...WholeIdentity
      ...Reason
    }
    careTeam(first: 100) {
      nodes {
        ...CareTeamPlace
      }
      pageInfo {
        ...Page
      }
    }
    consents(first: 100) {
      nodes {
        ...ConsentWithDetail
      }
      pageInfo {
        ...Page
      }
    }
  }
}
    fragment ConsentWithDetail on Consent {
  id
  version
  createdAt
  detail {
    __typename
    ...WholeDetail
    ...Reason
  }
}
fragment WholeDetail on ConsentDetail {
  kind
  decision
  status
  inForce
  purposes
  scopes {
    dataClass
    coversFrom
    coversTo
  }
  recipients {
    kind
    recipientClass
    intermediaryName
    organizationId
    userId
    practitioner {
      id
      professionalName
    }
  }
  validFrom
  validTo
  expiryKind
  expiryEvent
  signedAt
  signatureMethod
  signerCapacity
  revokedAt
  revocationMethod
  revocationReason
}
fragment WholeIdentity on PatientIdentity {
  fullName
  givenName
  middleName
  familyName
  preferredName
  pronouns
  gender
  birthDate
  languages
  phone
  email
  ssnLast4
  address {
    line1
    line2
    city
    state
    postalCode
  }
  emergencyContact {
    name
    phone
    relationship
  }
}
fragment CareTeamPlace on CareTeamMember {
  id
  role
  startsAt
  endsAt
  practitioner {
    id
    professionalName
    kind
  }
}
fragment Reason on Withheld {
  reason
  dataClass
  consentRequestable
  breakGlassAvailable
}
fragment Page on PageInfo {
  hasNextPage
  endCursor
}`);

export const usePatientQuery = <
      TData = Operations.PatientQuery,
      TError = RequestError
    >(
      variables: Operations.PatientQueryVariables,
      options?: Omit<UseQueryOptions<Operations.PatientQuery, TError, TData>, 'queryKey'> & { queryKey?: UseQueryOptions<Operations.PatientQuery, TError, TData>['queryKey'] }
    ) => {
    
    return useQuery<Operations.PatientQuery, TError, TData>(
      {
    queryKey: ['Patient', variables],
    queryFn: useSend<Operations.PatientQuery, Operations.PatientQueryVariables>(PatientDocument).bind(null, variables),
    ...options
  }
    )};

usePatientQuery.getKey = (variables: Operations.PatientQueryVariables) => ['Patient', variables];

export const useInfinitePatientQuery = <
      TData = InfiniteData<Operations.PatientQuery>,
      TError = RequestError
    >(
      variables: Operations.PatientQueryVariables,
      options: Omit<UseInfiniteQueryOptions<Operations.PatientQuery, TError, TData>, 'queryKey'> & { queryKey?: UseInfiniteQueryOptions<Operations.PatientQuery, TError, TData>['queryKey'] }
    ) => {
    const query = useSend<Operations.PatientQuery, Operations.PatientQueryVariables>(PatientDocument)
    return useInfiniteQuery<Operations.PatientQuery, TError, TData>(
      (() => {
    const { queryKey: optionsQueryKey, ...restOptions } = options;
    return {
      queryKey: optionsQueryKey ?? ['Patient.infinite', variables],
      queryFn: (metaData) => query({...variables, ...(metaData.pageParam ?? {})}),
      ...restOptions
    }
  })()
    )};

useInfinitePatientQuery.getKey = (variables: Operations.PatientQueryVariables) => ['Patient.infinite', variables];

export const PatientsDocument = new TypedDocumentString(`
    query Patients($first: Int = 25, $after: Cursor, $orderBy: Chronology! = NEWEST_FIRST, $filter: PatientFilter, $search: PatientSearch) {
  patients(
    first: $first
    after: $after
    orderBy: $orderBy
    filter: $filter
    search: $search
  ) {
    nodes {
      ...ListedPatient
    }
    pageInfo {
      ...Page
    }
  }
}
    fragment ListedPatient on Patient {
  id
  displayCode
  status
  identity {
    __typename
    ... on PatientIdentity {
      fullName
      preferredName
      birthDate
    }
    ...Reason
  }
}
fragment Reason on Withheld {
  reason
  dataClass
  consentRequestable
  breakGlassAvailable
}
fragment Page on PageInfo {
  hasNextPage
  endCursor
}`);

export const usePatientsQuery = <
      TData = Operations.PatientsQuery,
      TError = RequestError
    >(
      variables?: Operations.PatientsQueryVariables,
      options?: Omit<UseQueryOptions<Operations.PatientsQuery, TError, TData>, 'queryKey'> & { queryKey?: UseQueryOptions<Operations.PatientsQuery, TError, TData>['queryKey'] }
    ) => {
    
    return useQuery<Operations.PatientsQuery, TError, TData>(
      {
    queryKey: variables === undefined ? ['Patients'] : ['Patients', variables],
    queryFn: useSend<Operations.PatientsQuery, Operations.PatientsQueryVariables>(PatientsDocument).bind(null, variables),
    ...options
  }
    )};

usePatientsQuery.getKey = (variables?: Operations.PatientsQueryVariables) => variables === undefined ? ['Patients'] : ['Patients', variables];

export const useInfinitePatientsQuery = <
      TData = InfiniteData<Operations.PatientsQuery>,
      TError = RequestError
    >(
      variables: Operations.PatientsQueryVariables,
      options: Omit<UseInfiniteQueryOptions<Operations.PatientsQuery, TError, TData>, 'queryKey'> & { queryKey?: UseInfiniteQueryOptions<Operations.PatientsQuery, TError, TData>['queryKey'] }
    ) => {
    const query = useSend<Operations.PatientsQuery, Operations.PatientsQueryVariables>(PatientsDocument)
    return useInfiniteQuery<Operations.PatientsQuery, TError, TData>(
      (() => {
    const { queryKey: optionsQueryKey, ...restOptions } = options;
    return {
      queryKey: optionsQueryKey ?? variables === undefined ? ['Patients.infinite'] : ['Patients.infinite', variables],
      queryFn: (metaData) => query({...variables, ...(metaData.pageParam ?? {})}),
      ...restOptions
    }
  })()
    )};

useInfinitePatientsQuery.getKey = (variables?: Operations.PatientsQueryVariables) => variables === undefined ? ['Patients.infinite'] : ['Patients.infinite', variables];

export const PatientCountDocument = new TypedDocumentString(`
    query PatientCount($filter: PatientFilter, $search: PatientSearch) {
  patients(filter: $filter, search: $search) {
    totalCount
  }
}
    `);

export const usePatientCountQuery = <
      TData = Operations.PatientCountQuery,
      TError = RequestError
    >(
      variables?: Operations.PatientCountQueryVariables,
      options?: Omit<UseQueryOptions<Operations.PatientCountQuery, TError, TData>, 'queryKey'> & { queryKey?: UseQueryOptions<Operations.PatientCountQuery, TError, TData>['queryKey'] }
    ) => {
    
    return useQuery<Operations.PatientCountQuery, TError, TData>(
      {
    queryKey: variables === undefined ? ['PatientCount'] : ['PatientCount', variables],
    queryFn: useSend<Operations.PatientCountQuery, Operations.PatientCountQueryVariables>(PatientCountDocument).bind(null, variables),
    ...options
  }
    )};

usePatientCountQuery.getKey = (variables?: Operations.PatientCountQueryVariables) => variables === undefined ? ['PatientCount'] : ['PatientCount', variables];

export const useInfinitePatientCountQuery = <
      TData = InfiniteData<Operations.PatientCountQuery>,
      TError = RequestError
    >(
      variables: Operations.PatientCountQueryVariables,
      options: Omit<UseInfiniteQueryOptions<Operations.PatientCountQuery, TError, TData>, 'queryKey'> & { queryKey?: UseInfiniteQueryOptions<Operations.PatientCountQuery, TError, TData>['queryKey'] }
    ) => {
    const query = useSend<Operations.PatientCountQuery, Operations.PatientCountQueryVariables>(PatientCountDocument)
    return useInfiniteQuery<Operations.PatientCountQuery, TError, TData>(
      (() => {
    const { queryKey: optionsQueryKey, ...restOptions } = options;
    return {
      queryKey: optionsQueryKey ?? variables === undefined ? ['PatientCount.infinite'] : ['PatientCount.infinite', variables],
      queryFn: (metaData) => query({...variables, ...(metaData.pageParam ?? {})}),
      ...restOptions
    }
  })()
    )};

useInfinitePatientCountQuery.getKey = (variables?: Operations.PatientCountQueryVariables) => variables === undefined ? ['PatientCount.infinite'] : ['PatientCount.infinite', variables];

export const SignInDocument = new TypedDocumentString(`
    mutation SignIn($input: SignInInput!) {
  signIn(input: $input) {
    result {
      token
      expiresAt
    }
    userErrors {
      ...Refusal
    }
  }
}
    fragment Refusal on UserError {
  code
  field
  message
}`);

export const useSignInMutation = <
      TError = RequestError,
      TContext = unknown
    >(options?: UseMutationOptions<Operations.SignInMutation, TError, Operations.SignInMutationVariables, TContext>) => {
    
    return useMutation<Operations.SignInMutation, TError, Operations.SignInMutationVariables, TContext>(
      {
    mutationKey: ['SignIn'],
    mutationFn: useSend<Operations.SignInMutation, Operations.SignInMutationVariables>(SignInDocument),
    ...options
  }
    )};

export const SignInWithCookieDocument = new TypedDocumentString(`
    mutation SignInWithCookie($input: SignInInput!) {
  signInWithCookie(input: $input) {
    result {
      csrfToken
      expiresAt
      idleSeconds
    }
    userErrors {
      ...Refusal
    }
  }
}
    fragment Refusal on UserError {
  code
  field
  message
}`);

export const useSignInWithCookieMutation = <
      TError = RequestError,
      TContext = unknown
    >(options?: UseMutationOptions<Operations.SignInWithCookieMutation, TError, Operations.SignInWithCookieMutationVariables, TContext>) => {
    
    return useMutation<Operations.SignInWithCookieMutation, TError, Operations.SignInWithCookieMutationVariables, TContext>(
      {
    mutationKey: ['SignInWithCookie'],
    mutationFn: useSend<Operations.SignInWithCookieMutation, Operations.SignInWithCookieMutationVariables>(SignInWithCookieDocument),
    ...options
  }
    )};

export const SignOutDocument = new TypedDocumentString(`
    mutation SignOut {
  signOut {
    result {
      endedAt
    }
    userErrors {
      ...Refusal
    }
  }
}
    fragment Refusal on UserError {
  code
  field
  message
}`);

export const useSignOutMutation = <
      TError = RequestError,
      TContext = unknown
    >(options?: UseMutationOptions<Operations.SignOutMutation, TError, Operations.SignOutMutationVariables, TContext>) => {
    
    return useMutation<Operations.SignOutMutation, TError, Operations.SignOutMutationVariables, TContext>(
      {
    mutationKey: ['SignOut'],
    mutationFn: useSend<Operations.SignOutMutation, Operations.SignOutMutationVariables>(SignOutDocument),
    ...options
  }
    )};

export const StillHereDocument = new TypedDocumentString(`
    query StillHere {
  viewer {
    purpose
  }
}
    `);

export const useStillHereQuery = <
      TData = Operations.StillHereQuery,
      TError = RequestError
    >(
      variables?: Operations.StillHereQueryVariables,
      options?: Omit<UseQueryOptions<Operations.StillHereQuery, TError, TData>, 'queryKey'> & { queryKey?: UseQueryOptions<Operations.StillHereQuery, TError, TData>['queryKey'] }
    ) => {
    
    return useQuery<Operations.StillHereQuery, TError, TData>(
      {
    queryKey: variables === undefined ? ['StillHere'] : ['StillHere', variables],
    queryFn: useSend<Operations.StillHereQuery, Operations.StillHereQueryVariables>(StillHereDocument).bind(null, variables),
    ...options
  }
    )};

useStillHereQuery.getKey = (variables?: Operations.StillHereQueryVariables) => variables === undefined ? ['StillHere'] : ['StillHere', variables];

export const useInfiniteStillHereQuery = <
      TData = InfiniteData<Operations.StillHereQuery>,
      TError = RequestError
    >(
      variables: Operations.StillHereQueryVariables,
      options: Omit<UseInfiniteQueryOptions<Operations.StillHereQuery, TError, TData>, 'queryKey'> & { queryKey?: UseInfiniteQueryOptions<Operations.StillHereQuery, TError, TData>['queryKey'] }
    ) => {
    const query = useSend<Operations.StillHereQuery, Operations.StillHereQueryVariables>(StillHereDocument)
    return useInfiniteQuery<Operations.StillHereQuery, TError, TData>(
      (() => {
    const { queryKey: optionsQueryKey, ...restOptions } = options;
    return {
      queryKey: optionsQueryKey ?? variables === undefined ? ['StillHere.infinite'] : ['StillHere.infinite', variables],
      queryFn: (metaData) => query({...variables, ...(metaData.pageParam ?? {})}),
      ...restOptions
    }
  })()
    )};

useInfiniteStillHereQuery.getKey = (variables?: Operations.StillHereQueryVariables) => variables === undefined ? ['StillHere.infinite'] : ['StillHere.infinite', variables];

export const ViewerDocument = new TypedDocumentString(`
    query Viewer {
  viewer {
    user {
      id
      lastSignInAt
    }
    roles
    permissions {
      permission
      reach
    }
    purpose
    session {
      id
      idleSeconds
    }
    practitioner {
      id
      professionalName
      kind
    }
    patient {
      id
      displayCode
    }
  }
}
    `);

export const useViewerQuery = <
      TData = Operations.ViewerQuery,
      TError = RequestError
    >(
      variables?: Operations.ViewerQueryVariables,
      options?: Omit<UseQueryOptions<Operations.ViewerQuery, TError, TData>, 'queryKey'> & { queryKey?: UseQueryOptions<Operations.ViewerQuery, TError, TData>['queryKey'] }
    ) => {
    
    return useQuery<Operations.ViewerQuery, TError, TData>(
      {
    queryKey: variables === undefined ? ['Viewer'] : ['Viewer', variables],
    queryFn: useSend<Operations.ViewerQuery, Operations.ViewerQueryVariables>(ViewerDocument).bind(null, variables),
    ...options
  }
    )};

useViewerQuery.getKey = (variables?: Operations.ViewerQueryVariables) => variables === undefined ? ['Viewer'] : ['Viewer', variables];

export const useInfiniteViewerQuery = <
      TData = InfiniteData<Operations.ViewerQuery>,
      TError = RequestError
    >(
      variables: Operations.ViewerQueryVariables,
      options: Omit<UseInfiniteQueryOptions<Operations.ViewerQuery, TError, TData>, 'queryKey'> & { queryKey?: UseInfiniteQueryOptions<Operations.ViewerQuery, TError, TData>['queryKey'] }
    ) => {
    const query = useSend<Operations.ViewerQuery, Operations.ViewerQueryVariables>(ViewerDocument)
    return useInfiniteQuery<Operations.ViewerQuery, TError, TData>(
      (() => {
    const { queryKey: optionsQueryKey, ...restOptions } = options;
    return {
      queryKey: optionsQueryKey ?? variables === undefined ? ['Viewer.infinite'] : ['Viewer.infinite', variables],
      queryFn: (metaData) => query({...variables, ...(metaData.pageParam ?? {})}),
      ...restOptions
    }
  })()
    )};

useInfiniteViewerQuery.getKey = (variables?: Operations.ViewerQueryVariables) => variables === undefined ? ['Viewer.infinite'] : ['Viewer.infinite', variables];
