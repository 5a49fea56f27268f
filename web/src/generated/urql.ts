import * as Operations from './graphql';
import * as Urql from 'urql';
export type Omit<T, K extends keyof T> = Pick<T, Exclude<keyof T, K>>;


export function useExplainAccessQuery(options: Omit<Urql.UseQueryArgs<Operations.ExplainAccessQueryVariables>, 'query'>) {
  return Urql.useQuery<Operations.ExplainAccessQuery, Operations.ExplainAccessQueryVariables>({ query: Operations.ExplainAccessDocument, ...options });
};

export function useAccessHistoryQuery(options: Omit<Urql.UseQueryArgs<Operations.AccessHistoryQueryVariables>, 'query'>) {
  return Urql.useQuery<Operations.AccessHistoryQuery, Operations.AccessHistoryQueryVariables>({ query: Operations.AccessHistoryDocument, ...options });
};

export function useAccountingQuery(options: Omit<Urql.UseQueryArgs<Operations.AccountingQueryVariables>, 'query'>) {
  return Urql.useQuery<Operations.AccountingQuery, Operations.AccountingQueryVariables>({ query: Operations.AccountingDocument, ...options });
};

export function useConsentsQuery(options: Omit<Urql.UseQueryArgs<Operations.ConsentsQueryVariables>, 'query'>) {
  return Urql.useQuery<Operations.ConsentsQuery, Operations.ConsentsQueryVariables>({ query: Operations.ConsentsDocument, ...options });
};

export function useDraftConsentMutation() {
  return Urql.useMutation<Operations.DraftConsentMutation, Operations.DraftConsentMutationVariables>(Operations.DraftConsentDocument);
};

export function useSignConsentMutation() {
  return Urql.useMutation<Operations.SignConsentMutation, Operations.SignConsentMutationVariables>(Operations.SignConsentDocument);
};

export function useRecordConsentMutation() {
  return Urql.useMutation<Operations.RecordConsentMutation, Operations.RecordConsentMutationVariables>(Operations.RecordConsentDocument);
};

export function useRevokeConsentMutation() {
  return Urql.useMutation<Operations.RevokeConsentMutation, Operations.RevokeConsentMutationVariables>(Operations.RevokeConsentDocument);
};

export function usePatientQuery(options: Omit<Urql.UseQueryArgs<Operations.PatientQueryVariables>, 'query'>) {
  return Urql.useQuery<Operations.PatientQuery, Operations.PatientQueryVariables>({ query: Operations.PatientDocument, ...options });
};

export function usePatientsQuery(options?: Omit<Urql.UseQueryArgs<Operations.PatientsQueryVariables>, 'query'>) {
  return Urql.useQuery<Operations.PatientsQuery, Operations.PatientsQueryVariables>({ query: Operations.PatientsDocument, ...options });
};

export function usePatientCountQuery(options?: Omit<Urql.UseQueryArgs<Operations.PatientCountQueryVariables>, 'query'>) {
  return Urql.useQuery<Operations.PatientCountQuery, Operations.PatientCountQueryVariables>({ query: Operations.PatientCountDocument, ...options });
};

export function useSignInMutation() {
  return Urql.useMutation<Operations.SignInMutation, Operations.SignInMutationVariables>(Operations.SignInDocument);
};

export function useSignInWithCookieMutation() {
  return Urql.useMutation<Operations.SignInWithCookieMutation, Operations.SignInWithCookieMutationVariables>(Operations.SignInWithCookieDocument);
};

export function useSignOutMutation() {
  return Urql.useMutation<Operations.SignOutMutation, Operations.SignOutMutationVariables>(Operations.SignOutDocument);
};

export function useStillHereQuery(options?: Omit<Urql.UseQueryArgs<Operations.StillHereQueryVariables>, 'query'>) {
  return Urql.useQuery<Operations.StillHereQuery, Operations.StillHereQueryVariables>({ query: Operations.StillHereDocument, ...options });
};

export function useViewerQuery(options?: Omit<Urql.UseQueryArgs<Operations.ViewerQueryVariables>, 'query'>) {
  return Urql.useQuery<Operations.ViewerQuery, Operations.ViewerQueryVariables>({ query: Operations.ViewerDocument, ...options });
};