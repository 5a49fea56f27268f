import { QueryClient, QueryClientProvider, type UseQueryResult } from "@tanstack/react-query";
import { act, render, renderHook, screen, waitFor } from "@testing-library/react";
import type { ReactNode } from "react";
import { describe, expect, test } from "vitest";

import { ConnectionProvider } from "../../src/client/connection";
import { RequestError, type Connection } from "../../src/client/send";
import {
  useAccessHistoryQuery,
  useExplainAccessQuery,
  useInfinitePatientsQuery,
  usePatientQuery,
  usePatientsQuery,
  useRevokeConsentMutation,
  useSignInMutation,
  useSignOutMutation,
  useViewerQuery,
} from "../../src/generated/tanstack";
import { look } from "./looks";
import { Names } from "./names";
import { connection, looks, people } from "./town";

const them = people("tanstack");
const clinician = connection(them.clinician);

/** Renders a hook for a caller; nothing is tried again and nothing kept from another caller. */
function rendered<Result>(caller: Connection, hook: () => Result) {
  return renderHook(hook, { wrapper: wrapper(caller) }).result;
}

function wrapper(caller: Connection) {
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  return ({ children }: { children: ReactNode }) => (
    <ConnectionProvider connection={caller}>
      <QueryClientProvider client={client}>{children}</QueryClientProvider>
    </ConnectionProvider>
  );
}

/** Renders a query and waits for its data. */
async function asked<Data>(caller: Connection, hook: () => UseQueryResult<Data, RequestError>): Promise<Data> {
  const result = rendered(caller, hook);
  await waitFor(() => expect(result.current.data ?? result.current.error).toBeTruthy(), { timeout: 50_000 });
  expect(result.current.error).toBeNull();
  return result.current.data as Data;
}

/** Renders a query and waits for its error. */
async function refused(caller: Connection, hook: () => UseQueryResult<unknown, RequestError>): Promise<RequestError> {
  const result = rendered(caller, hook);
  await waitFor(() => expect(result.current.data ?? result.current.error).toBeTruthy(), { timeout: 50_000 });
  expect(result.current.data).toBeUndefined();
  expect(result.current.error).toBeInstanceOf(RequestError);
  return result.current.error!;
}

describe("the hooks of TanStack Query", () => {
  test("show names, and elsewhere the reason why not", async () => {
    const { patients } = await asked(clinician, () => usePatientsQuery());
    expect(patients?.nodes.map((patient) => patient.id)).toEqual(them.patients);
    expect(patients?.nodes.map((patient) => look(patient.identity))).toEqual(looks(them));
  });

  test("make the component of the README", async () => {
    render(<Names />, { wrapper: wrapper(clinician) });
    const items = await screen.findAllByRole("listitem", {}, { timeout: 50_000 });
    expect(items.map((item) => item.textContent)).toEqual(looks(them));
  });

  test("page by cursor until there is no more", async () => {
    const result = rendered(clinician, () =>
      useInfinitePatientsQuery(
        { first: 2 },
        {
          initialPageParam: {},
          getNextPageParam: ({ patients }) =>
            patients?.pageInfo.hasNextPage ? { after: patients.pageInfo.endCursor } : undefined,
        },
      ),
    );
    for (const pages of [1, 2, 3]) {
      await waitFor(() => expect(result.current.data?.pages).toHaveLength(pages), { timeout: 50_000 });
      expect(result.current.hasNextPage).toBe(pages < 3);
      await act(() => result.current.fetchNextPage());
    }
    const ids = result.current.data?.pages.map(({ patients }) => patients?.nodes.map(({ id }) => id));
    const [a, b, c, d, e] = them.patients;
    expect(ids).toEqual([[a, b], [c, d], [e]]);
  });

  test("say for what purpose, which the decision depends on", async () => {
    // The patient consented to treatment, payment and operations.
    const research: Connection = { ...clinician, purpose: "RESEARCH" };
    const { patient } = await asked(research, () => usePatientQuery({ id: them.patients[0] }));
    expect(look(patient?.identity)).toBe("CONSENT_REQUIRED");
    const { viewer } = await asked(research, () => useViewerQuery());
    expect(viewer).toMatchObject({ purpose: "RESEARCH", roles: ["PRACTITIONER"] });
  });

  test("explain who can see the patient and tell who looked", async () => {
    const { patient } = await asked(clinician, () => usePatientQuery({ id: them.patients[0] }));
    expect(look(patient?.identity)).toBe(them.name);
    expect(patient?.careTeam?.nodes).toMatchObject([{ practitioner: { professionalName: "Dana Ruiz, LCSW" } }]);
    expect(patient?.consents?.nodes).toMatchObject([
      { id: them.consent, detail: { __typename: "ConsentDetail", kind: "TPO", inForce: true } },
    ]);

    const own = connection(them.patient);
    const { explainAccess } = await asked(own, () => useExplainAccessQuery({ patientId: them.patients[0] }));
    const entries = explainAccess?.__typename === "AccessExplanation" ? explainAccess.entries : [];
    const identity = entries.filter((entry) => entry.isIdentity && entry.user?.practitioner);
    expect(identity).toMatchObject([{ decision: "PERMIT", reason: null, viaConsent: { id: them.consent } }]);

    const { accessHistory } = await asked(own, () => useAccessHistoryQuery({ patientId: them.patients[0] }));
    const looked = accessHistory?.nodes.filter((entry) => entry.operation === "patient.identity");
    expect(looked?.[0]).toMatchObject({
      actor: { practitioner: { professionalName: "Dana Ruiz, LCSW" } },
      subject: { __typename: "AuditSubject", decision: "PERMIT", fields: ["identity"] },
    });
  });

  test("revoke as the patient, which binds the next look; a second time is a user error", async () => {
    const own = connection(them.patient);
    const result = rendered(own, () => useRevokeConsentMutation());
    const revoke = () => act(() => result.current.mutateAsync({ input: { consentId: them.consent } }));

    const first = await revoke();
    expect(first.revokeConsent).toMatchObject({ result: { detail: { status: "REVOKED" } }, userErrors: [] });
    const { patient } = await asked(clinician, () => usePatientQuery({ id: them.patients[0] }));
    expect(look(patient?.identity)).toBe("CONSENT_REVOKED");

    const second = await revoke();
    expect(second.revokeConsent).toMatchObject({ result: null, userErrors: [{ code: "INVALID_STATE" }] });
  });

  test("sign in and out; the token is refused from then on", async () => {
    const signIn = rendered(connection(), () => useSignInMutation());
    const wrong = await act(() => signIn.current.mutateAsync({ input: { ...them.credentials, password: "no" } }));
    expect(wrong.signIn).toMatchObject({ result: null, userErrors: [{ code: "INVALID_CREDENTIALS" }] });

    const right = await act(() => signIn.current.mutateAsync({ input: them.credentials }));
    const session = connection(right.signIn?.result?.token);
    const { viewer } = await asked(session, () => useViewerQuery());
    expect(viewer?.practitioner?.professionalName).toBe("Dana Ruiz, LCSW");

    const signOut = rendered(session, () => useSignOutMutation());
    const ended = await act(() => signOut.current.mutateAsync({}));
    expect(ended.signOut?.userErrors).toEqual([]);
    const error = await refused(session, () => useViewerQuery());
    expect(error).toMatchObject({ code: "UNAUTHENTICATED", status: 401 });
    expect(error.requestId).toMatch(/^[0-9a-f-]{36}$/);
  });

  test("tell a refusal of the server from a server that is not there", async () => {
    const nobody = await refused(connection(), () => usePatientsQuery());
    expect(nobody).toMatchObject({ code: "UNAUTHENTICATED", status: 200 });
    const bad = await refused(clinician, () => usePatientsQuery({ first: 1_000 }));
    expect(bad.code).toBe("BAD_USER_INPUT");
    const nowhere = { ...clinician, endpoint: clinician.endpoint.replace(/:\d+/, ":1") };
    const unreachable = await refused(nowhere, () => usePatientsQuery());
    expect(unreachable).toMatchObject({ code: "UNREACHABLE", status: 0 });
  });
});
