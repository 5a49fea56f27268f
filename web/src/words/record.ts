import type { AuditAction, DataClass, WithheldReason } from "../generated/schema";
import { CLASSES } from "./consents";
import { WITHHELD } from "./withheld";

/** What an entry of the record is about, as something that was done and as something that was asked for. */
const OPERATIONS: Readonly<Record<string, { done: string; asked: string }>> = {
  "audit.subject": { done: "Read this record of looks", asked: "Read this record of looks" },
  "care_team.assign": { done: "Gave somebody a place on the care team", asked: "Permission to give a place on the care team" },
  "consent.detail": { done: "Read a consent", asked: "Read what a consent says" },
  "consent.draft": { done: "Prepared a consent", asked: "Permission to prepare a consent" },
  "consent.explain_access": { done: "Read who can see what", asked: "Read who can see what, and why" },
  "consent.record": { done: "Filed a consent that was signed elsewhere", asked: "Permission to file a consent" },
  "consent.revoke": { done: "Revoked a consent", asked: "Permission to revoke a consent" },
  "consent.sign": { done: "Signed a consent", asked: "Permission to sign a consent" },
  "disclosure.account": { done: "Entered what left this program", asked: "Permission to enter what left" },
  "disclosure.detail": { done: "Read what left this program", asked: "Read what left this program" },
  "patient.change_status": { done: "Changed where the patient stands", asked: "Permission to change where the patient stands" },
  "patient.create": { done: "Entered the patient", asked: "Permission to enter the patient" },
  "patient.identity": { done: "Looked at who the patient is", asked: "Looked at who the patient is" },
  "patient.search": { done: "Searched by identity", asked: "Searched by identity" },
  "patient.update_identity": { done: "Changed who the patient is", asked: "Permission to change who the patient is" },
};

const ACTIONS: Record<AuditAction, string> = {
  DISCLOSE: "Disclosed information",
  EXPORT: "Exported information",
  SEARCH: "Searched",
  SIGN_IN: "Signed in",
  SIGN_OUT: "Signed out",
  VIEW: "Looked at information",
  WRITE: "Changed something",
};

interface Entry {
  readonly operation: string;
  readonly action: AuditAction;
}

/** What somebody did. A change has two entries: that it was allowed, of a class of data, and that it was made. */
export function deed({ operation, action }: Entry, dataClass: DataClass | null | undefined): string {
  const words = OPERATIONS[operation];
  const about = dataClass ? ` (${CLASSES[dataClass].toLowerCase()})` : "";
  if (!words) return ACTIONS[action] + about;
  return action === "WRITE" && dataClass ? words.asked + about : words.done + about;
}

/** Why it was refused. */
export function refusal(reason: string | null): string {
  return WITHHELD[reason as WithheldReason]?.short ?? "not allowed";
}
