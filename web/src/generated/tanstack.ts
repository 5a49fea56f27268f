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

export const PatientsDocument = new TypedDocumentString(`
    query Patients($first: Int = 25, $after: Cursor, $search: PatientSearch, $filter: PatientFilter) {
  patients(first: $first, after: $after, search: $search, filter: $filter) {
    nodes {
      id
      displayCode
      status
      identity {
        __typename
        ... on PatientIdentity {
          fullName
          birthDate
        }
        ... on Withheld {
          reason
        }
      }
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    `);

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

export const SignInDocument = new TypedDocumentString(`
    mutation SignIn($input: SignInInput!) {
  signIn(input: $input) {
    result {
      token
    }
    userErrors {
      code
      field
      message
    }
  }
}
    `);

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
