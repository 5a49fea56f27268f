// Compiled, never run: each line under `@ts-expect-error` must not compile, or `npm run check` fails.

import type { Cursor, DateTime } from "../../src/client/scalars";
import type { RequestError } from "../../src/client/send";
import type { PatientQuery, PatientsQuery, PatientsQueryVariables, SignInMutation } from "../../src/generated/graphql";
import type { ErrorCode, Purpose, WithheldReason } from "../../src/generated/schema";

type Listed = NonNullable<PatientsQuery["patients"]>["nodes"][number];

export function anIdentityIsReadOnceItIsKnownNotToBeWithheld(patient: Listed): string {
  // @ts-expect-error It may be withheld.
  patient.identity.fullName;
  // @ts-expect-error Neither does a question mark say which it is.
  patient.identity?.fullName;
  // @ts-expect-error Nor that something is there.
  patient.identity!.birthDate;
  // @ts-expect-error A reason is there only when it is withheld.
  patient.identity?.reason;

  // @ts-expect-error A look that failed is null, not withheld.
  const { __typename } = patient.identity;

  if (patient.identity === null) {
    return `${__typename} failed`;
  }
  if (patient.identity.__typename === "Withheld") {
    // @ts-expect-error What is withheld has no name.
    patient.identity.fullName;
    return patient.identity.reason;
  }
  // @ts-expect-error Names may be missing.
  patient.identity.fullName.length;
  return patient.identity.fullName ?? patient.displayCode;
}

export function theDetailOfAConsentIsReadTheSameWay(patient: NonNullable<PatientQuery["patient"]>): string[] {
  // @ts-expect-error A list of a patient may fail by itself.
  patient.consents.nodes;
  return (patient.consents?.nodes ?? []).map((consent) => {
    // @ts-expect-error It may be withheld.
    consent.detail?.status;
    return consent.detail?.__typename === "ConsentDetail" ? consent.detail.status : consent.id;
  });
}

export function rootFieldsMayBeNull(data: PatientsQuery & PatientQuery & SignInMutation): unknown[] {
  return [
    // @ts-expect-error A list may fail.
    data.patients.nodes,
    // @ts-expect-error There may be no such patient.
    data.patient.id,
    // @ts-expect-error A mutation may fail.
    data.signIn.userErrors,
    // @ts-expect-error A mutation that is refused has no result.
    data.signIn?.result.token,
    data.signIn?.result?.token,
  ];
}

export function enumsAreClosed(reason: WithheldReason, error: RequestError): boolean {
  // @ts-expect-error No such reason.
  const misspelt = reason === "CONSENT_REVOCED";
  // @ts-expect-error No such code.
  const unknown = error.code === "UNAUTHORIZED";
  // @ts-expect-error No such purpose.
  const purpose: Purpose = "CURIOSITY";
  const code: ErrorCode = "UNAUTHENTICATED";
  return misspelt || unknown || purpose === "TREATMENT" || error.code === code;
}

/** Says why, of every reason that there is: a new one does not compile until somebody says it. */
export function everyReasonIsSaid(reason: WithheldReason): string {
  switch (reason) {
    case "ACCESS_DENIED":
    case "FORBIDDEN":
      return "not for you";
    case "CONSENT_REQUIRED":
    case "SEPARATE_CONSENT_REQUIRED":
      return "ask for consent";
    case "CONSENT_EXPIRED":
    case "CONSENT_REVOKED":
    case "RESTRICTED":
      return "no longer";
    case "PURPOSE_REQUIRED":
      return "say what for";
    default:
      return reason satisfies never;
  }
}

export function scalarsAreNotJustText(cursor: Cursor, moment: DateTime): PatientsQueryVariables[] {
  return [
    { after: cursor },
    // @ts-expect-error A cursor is what a page gave out.
    { after: "10" },
    // @ts-expect-error A moment is no cursor.
    { after: moment },
    // @ts-expect-error No such order.
    { orderBy: "ALPHABETICAL" },
  ];
}
