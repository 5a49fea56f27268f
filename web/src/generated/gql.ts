/* eslint-disable */
import * as types from './graphql';
import type { TypedDocumentNode as DocumentNode } from '@graphql-typed-document-node/core';

/**
 * Map of all GraphQL operations in the project.
 *
 * This map has several performance disadvantages:
 * 1. It is not tree-shakeable, so it will include all operations in the project.
 * 2. It is not minifiable, so the string of a GraphQL query will be multiple times inside the bundle.
 * 3. It does not support dead code elimination, so it will add unused operations.
 *
 * Therefore it is highly recommended to use the babel or swc plugin for production.
 * Learn more about it here: https://the-guild.dev/graphql/codegen/plugins/presets/preset-client#reducing-bundle-size
 */
type Documents = {
    "query Patients($first: Int = 25, $after: Cursor, $search: PatientSearch, $filter: PatientFilter) {\n  patients(first: $first, after: $after, search: $search, filter: $filter) {\n    nodes {\n      id\n      displayCode\n      status\n      identity {\n        __typename\n        ... on PatientIdentity {\n          fullName\n          birthDate\n        }\n        ... on Withheld {\n          reason\n        }\n      }\n    }\n    pageInfo {\n      hasNextPage\n      endCursor\n    }\n  }\n}": typeof types.PatientsDocument,
    "mutation SignIn($input: SignInInput!) {\n  signIn(input: $input) {\n    result {\n      token\n    }\n    userErrors {\n      code\n      field\n      message\n    }\n  }\n}": typeof types.SignInDocument,
};
const documents: Documents = {
    "query Patients($first: Int = 25, $after: Cursor, $search: PatientSearch, $filter: PatientFilter) {\n  patients(first: $first, after: $after, search: $search, filter: $filter) {\n    nodes {\n      id\n      displayCode\n      status\n      identity {\n        __typename\n        ... on PatientIdentity {\n          fullName\n          birthDate\n        }\n        ... on Withheld {\n          reason\n        }\n      }\n    }\n    pageInfo {\n      hasNextPage\n      endCursor\n    }\n  }\n}": types.PatientsDocument,
    "mutation SignIn($input: SignInInput!) {\n  signIn(input: $input) {\n    result {\n      token\n    }\n    userErrors {\n      code\n      field\n      message\n    }\n  }\n}": types.SignInDocument,
};

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 *
 *
 * @example
 * ```ts
 * const query = graphql(`query GetUser($id: ID!) { user(id: $id) { name } }`);
 * ```
 *
 * The query argument is unknown!
 * Please regenerate the types.
 */
export function graphql(source: string): unknown;

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query Patients($first: Int = 25, $after: Cursor, $search: PatientSearch, $filter: PatientFilter) {\n  patients(first: $first, after: $after, search: $search, filter: $filter) {\n    nodes {\n      id\n      displayCode\n      status\n      identity {\n        __typename\n        ... on PatientIdentity {\n          fullName\n          birthDate\n        }\n        ... on Withheld {\n          reason\n        }\n      }\n    }\n    pageInfo {\n      hasNextPage\n      endCursor\n    }\n  }\n}"): (typeof documents)["query Patients($first: Int = 25, $after: Cursor, $search: PatientSearch, $filter: PatientFilter) {\n  patients(first: $first, after: $after, search: $search, filter: $filter) {\n    nodes {\n      id\n      displayCode\n      status\n      identity {\n        __typename\n        ... on PatientIdentity {\n          fullName\n          birthDate\n        }\n        ... on Withheld {\n          reason\n        }\n      }\n    }\n    pageInfo {\n      hasNextPage\n      endCursor\n    }\n  }\n}"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "mutation SignIn($input: SignInInput!) {\n  signIn(input: $input) {\n    result {\n      token\n    }\n    userErrors {\n      code\n      field\n      message\n    }\n  }\n}"): (typeof documents)["mutation SignIn($input: SignInInput!) {\n  signIn(input: $input) {\n    result {\n      token\n    }\n    userErrors {\n      code\n      field\n      message\n    }\n  }\n}"];

export function graphql(source: string) {
  return (documents as any)[source] ?? {};
}

export type DocumentType<TDocumentNode extends DocumentNode<any, any>> = TDocumentNode extends DocumentNode<  infer TType,  any>  ? TType  : never;