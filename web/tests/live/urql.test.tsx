import { act, renderHook, waitFor } from "@testing-library/react";
import type { ReactNode } from "react";
import { Provider, type CombinedError } from "urql";
import { describe, expect, test } from "vitest";

import type { Connection } from "../../src/client/send";
import { urqlClient } from "../../src/client/urql";
import type { Cursor } from "../../src/client/scalars";
import {
  usePatientQuery,
  usePatientsQuery,
  useRevokeConsentMutation,
  useSignInMutation,
  useSignOutMutation,
  useViewerQuery,
} from "../../src/generated/urql";
import { look } from "./looks";
import { connection, looks, people } from "./town";

const them = people("urql");
const clinician = connection(them.clinician);

/** Renders a hook for a caller, with a cache of its own. */
function rendered<Result>(caller: Connection, hook: () => Result) {
  const client = urqlClient(caller);
  const wrapper = ({ children }: { children: ReactNode }) => <Provider value={client}>{children}</Provider>;
  return renderHook(hook, { wrapper }).result;
}

interface State<Data> {
  data?: Data | undefined;
  error?: CombinedError | undefined;
  fetching: boolean;
}

/** Renders a query and waits for its answer. */
async function asked<Data>(caller: Connection, hook: () => readonly [State<Data>, ...unknown[]]): Promise<State<Data>> {
  const result = rendered(caller, hook);
  await waitFor(() => expect(result.current[0].fetching).toBe(false), { timeout: 50_000 });
  return result.current[0];
}

function status(error: CombinedError | undefined): number | undefined {
  return (error?.response as Response | undefined)?.status;
}

describe("the hooks of urql", () => {
  test("show names, and elsewhere the reason why not", async () => {
    const { data, error } = await asked(clinician, () => usePatientsQuery());
    expect(error).toBeUndefined();
    expect(data?.patients?.nodes.map((patient) => patient.id)).toEqual(them.patients);
    expect(data?.patients?.nodes.map((patient) => look(patient.identity))).toEqual(looks(them));
  });

  test("page by cursor until there is no more", async () => {
    const pages: string[][] = [];
    let after: Cursor | null | undefined;
    do {
      const { data } = await asked(clinician, () => usePatientsQuery({ variables: { first: 2, after } }));
      pages.push(data?.patients?.nodes.map((patient) => patient.id) ?? []);
      after = data?.patients?.pageInfo.hasNextPage ? data.patients.pageInfo.endCursor : undefined;
    } while (after && pages.length < 9);
    const [a, b, c, d, e] = them.patients;
    expect(pages).toEqual([[a, b], [c, d], [e]]);
  });

  test("say for what purpose, which the decision depends on", async () => {
    // The patient consented to treatment, payment and operations.
    const research: Connection = { ...clinician, purpose: "RESEARCH" };
    const { data } = await asked(research, () => usePatientQuery({ variables: { id: them.patients[0] } }));
    expect(look(data?.patient?.identity)).toBe("CONSENT_REQUIRED");
  });

  test("revoke as the patient, which binds the next look; a second time is a user error", async () => {
    const result = rendered(connection(them.patient), () => useRevokeConsentMutation());
    const revoke = () => act(() => result.current[1]({ input: { consentId: them.consent } }));

    const first = await revoke();
    expect(first.data?.revokeConsent).toMatchObject({ result: { detail: { status: "REVOKED" } }, userErrors: [] });
    const { data } = await asked(clinician, () => usePatientQuery({ variables: { id: them.patients[0] } }));
    expect(look(data?.patient?.identity)).toBe("CONSENT_REVOKED");

    const second = await revoke();
    expect(second.data?.revokeConsent).toMatchObject({ result: null, userErrors: [{ code: "INVALID_STATE" }] });
  });

  test("sign in and out; the token is refused from then on", async () => {
    const signIn = rendered(connection(), () => useSignInMutation());
    const { data } = await act(() => signIn.current[1]({ input: them.credentials }));
    const session = connection(data?.signIn?.result?.token);
    const before = await asked(session, () => useViewerQuery());
    expect(before.data?.viewer?.practitioner?.professionalName).toBe("Dana Ruiz, LCSW");

    const signOut = rendered(session, () => useSignOutMutation());
    const ended = await act(() => signOut.current[1]({}));
    expect(ended.data?.signOut?.userErrors).toEqual([]);
    const after = await asked(session, () => useViewerQuery());
    expect(after.data?.viewer).toBeUndefined();
    expect(after.error?.graphQLErrors.map((error) => error.extensions.code)).toEqual(["UNAUTHENTICATED"]);
    expect(status(after.error)).toBe(401);
  });

  test("bring the code of an error beside data", async () => {
    const { data, error } = await asked(connection(), () => usePatientsQuery());
    expect(data?.patients).toBeNull();
    expect(error?.graphQLErrors.map((error) => error.extensions.code)).toEqual(["UNAUTHENTICATED"]);
  });
});
