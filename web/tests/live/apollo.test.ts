import type { ApolloClient } from "@apollo/client";
import { CombinedGraphQLErrors } from "@apollo/client/errors";
import { describe, expect, test } from "vitest";

import { apolloClient } from "../../src/client/apollo";
import type { Cursor } from "../../src/client/scalars";
import {
  ListedPatientFragmentDoc,
  PatientDocument,
  PatientsDocument,
  RevokeConsentDocument,
  SignInDocument,
  SignOutDocument,
  ViewerDocument,
  type PatientsQuery,
  type PatientsQueryVariables,
} from "../../src/generated/graphql";
import { look } from "./looks";
import { connection, looks, people } from "./town";

const them = people("apollo");
const clinician = connection(them.clinician);

describe("Apollo Client with the typed documents", () => {
  test("shows names, and elsewhere the reason why not", async () => {
    const { data } = await apolloClient(clinician).query({ query: PatientsDocument });
    expect(data?.patients?.nodes.map((patient) => patient.id)).toEqual(them.patients);
    expect(data?.patients?.nodes.map((patient) => look(patient.identity))).toEqual(looks(them));
  });

  test("reads both members of a union out of its cache", async () => {
    const client = apolloClient(clinician);
    await client.query({ query: PatientsDocument });
    const kept = them.patients.map((id) =>
      client.cache.readFragment({
        id: client.cache.identify({ __typename: "Patient", id })!,
        fragment: ListedPatientFragmentDoc,
        fragmentName: "ListedPatient",
      }),
    );
    expect(kept.map((patient) => look(patient?.identity))).toEqual(looks(them));
    const again = await client.query({ query: PatientsDocument, fetchPolicy: "cache-only" });
    expect(again.data?.patients?.nodes.map((patient) => look(patient.identity))).toEqual(looks(them));
  });

  test("pages by cursor until there is no more", async () => {
    const client = apolloClient(clinician);
    const pages: string[][] = [];
    let after: Cursor | null = null;
    do {
      const variables: PatientsQueryVariables = { first: 2, after };
      const { data }: ApolloClient.QueryResult<PatientsQuery> = await client.query({ query: PatientsDocument, variables });
      pages.push(data?.patients?.nodes.map((patient) => patient.id) ?? []);
      after = data?.patients?.pageInfo.hasNextPage ? data.patients.pageInfo.endCursor : null;
    } while (after && pages.length < 9);
    const [a, b, c, d, e] = them.patients;
    expect(pages).toEqual([[a, b], [c, d], [e]]);
  });

  test("revokes as the patient, which binds the next look; a second time is a user error", async () => {
    const own = apolloClient(connection(them.patient));
    const revoke = () =>
      own.mutate({ mutation: RevokeConsentDocument, variables: { input: { consentId: them.consent } } });
    const looking = apolloClient(clinician);
    const patient = { query: PatientDocument, variables: { id: them.patients[0] } };
    const before = await looking.query(patient);
    expect(look(before.data?.patient?.identity)).toBe(them.name);

    const first = await revoke();
    expect(first.data?.revokeConsent).toMatchObject({ result: { detail: { status: "REVOKED" } }, userErrors: [] });
    const after = await looking.query({ ...patient, fetchPolicy: "network-only" });
    expect(look(after.data?.patient?.identity)).toBe("CONSENT_REVOKED");
    expect(JSON.stringify(looking.cache.extract())).not.toContain(them.name);

    const second = await revoke();
    expect(second.data?.revokeConsent).toMatchObject({ result: null, userErrors: [{ code: "INVALID_STATE" }] });
  });

  test("signs in and out; the token is refused from then on", async () => {
    const nobody = apolloClient(connection());
    const { data } = await nobody.mutate({ mutation: SignInDocument, variables: { input: them.credentials } });
    const session = apolloClient(connection(data?.signIn?.result?.token));
    const viewer = { query: ViewerDocument, fetchPolicy: "network-only" as const };
    expect((await session.query(viewer)).data?.viewer?.practitioner?.professionalName).toBe("Dana Ruiz, LCSW");

    const ended = await session.mutate({ mutation: SignOutDocument });
    expect(ended.data?.signOut?.userErrors).toEqual([]);
    const error = await session.query(viewer).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(CombinedGraphQLErrors);
    expect((error as CombinedGraphQLErrors).errors.map((error) => error.extensions?.code)).toEqual(["UNAUTHENTICATED"]);
  });
});
