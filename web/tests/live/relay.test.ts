import {
  commitMutation,
  createOperationDescriptor,
  fetchQuery,
  getSingularSelector,
  type Environment,
} from "relay-runtime";
import { describe, expect, test } from "vitest";

import { RequestError } from "../../src/client/send";
import list, { type patients_list$data } from "./relay/artifacts/patients_list.graphql";
import firstPage, { type patientsFirstPageQuery } from "./relay/artifacts/patientsFirstPageQuery.graphql";
import nextPage, { type patientsNextPageQuery } from "./relay/artifacts/patientsNextPageQuery.graphql";
import revoke, { type patientsRevokeMutation } from "./relay/artifacts/patientsRevokeMutation.graphql";
import { relay } from "./relay/environment";
import { look } from "./looks";
import { connection, looks, people } from "./town";

const them = people("relay");

type Patients = NonNullable<patients_list$data["patients"]>;

/** What the store holds of the list. */
function kept(environment: Environment): Patients {
  const operation = createOperationDescriptor(firstPage, {});
  // Kept for the rest of the test, as a component that shows it would.
  environment.retain(operation);
  const fragment = environment.lookup(operation.fragment).data as Parameters<typeof getSingularSelector>[1];
  const selector = getSingularSelector(list, fragment);
  const { patients } = environment.lookup(selector!).data as unknown as patients_list$data;
  return patients!;
}

function ids(patients: Patients): string[] {
  return patients.edges.map(({ node }) => node.id);
}

async function reads(environment: Environment): Promise<Patients> {
  await fetchQuery<patientsFirstPageQuery>(environment, firstPage, {}).toPromise();
  return kept(environment);
}

describe("Relay with compiled artifacts", () => {
  test("shows names, and elsewhere the reason why not", async () => {
    const patients = await reads(relay(connection(them.clinician)));
    expect(ids(patients)).toEqual(them.patients.slice(0, 2));
    expect(patients.edges.map(({ node }) => look(node.identity))).toEqual(looks(them).slice(0, 2));
  });

  test("adds page after page to its connection until there is no more", async () => {
    const environment = relay(connection(them.clinician));
    let patients = await reads(environment);
    for (const count of [4, 5]) {
      expect(patients.pageInfo.hasNextPage).toBe(true);
      const variables = { first: 2, after: patients.pageInfo.endCursor };
      await fetchQuery<patientsNextPageQuery>(environment, nextPage, variables).toPromise();
      patients = kept(environment);
      expect(ids(patients)).toEqual(them.patients.slice(0, count));
    }
    expect(patients.pageInfo.hasNextPage).toBe(false);
  });

  test("revokes as the patient, which binds the next look; a second time is a user error", async () => {
    const own = relay(connection(them.patient));
    const revoked = () =>
      new Promise<patientsRevokeMutation["response"]>((resolve, reject) => {
        commitMutation<patientsRevokeMutation>(own, {
          mutation: revoke,
          variables: { input: { consentId: them.consent } },
          onCompleted: resolve,
          onError: reject,
        });
      });

    const first = await revoked();
    expect(first.revokeConsent).toMatchObject({ result: { detail: { status: "REVOKED" } }, userErrors: [] });
    const patients = await reads(relay(connection(them.clinician)));
    expect(patients.edges[0]?.node.identity).toMatchObject({ reason: "CONSENT_REVOKED" });

    const second = await revoked();
    expect(second.revokeConsent).toMatchObject({ result: null, userErrors: [{ code: "INVALID_STATE" }] });
  });

  test("is told of a token that is none", async () => {
    const error = await reads(relay(connection("cst_unknown"))).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(RequestError);
    expect(error).toMatchObject({ code: "UNAUTHENTICATED", status: 401 });
  });
});
