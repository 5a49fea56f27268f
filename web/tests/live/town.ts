import type { Connection } from "../../src/client/send";

/** The clients, each with people of its own: what one revokes, no other looks at. */
export type Library = "urql" | "tanstack" | "apollo" | "relay";

/** What the Rust tests made in a database before they started the server. */
interface Town {
  readonly endpoint: string;
  readonly people: Record<Library, People>;
}

/** A clinician and five patients: the newest gave a consent, the next revoked one, the others gave none. */
export interface People {
  /** The clinician's token. */
  readonly clinician: string;
  /** The clinician's credentials; signing in gives a token that a test may end. */
  readonly credentials: { readonly organization: string; readonly email: string; readonly password: string };
  /** The token of the patient who gave the consent. */
  readonly patient: string;
  /** The ids of the patients, the newest first. */
  readonly patients: readonly [string, string, string, string, string];
  /** The consent that the newest patient gave. */
  readonly consent: string;
  /** The name of the newest patient. */
  readonly name: string;
}

const told = process.env.CONSENTRY_TOWN;
if (told === undefined) {
  throw new Error("These tests speak to a server that the Rust tests start: `cargo test --test it web::`.");
}
const town = JSON.parse(told) as Town;

/** The people of a client. */
export function people(library: Library): People {
  return town.people[library];
}

/** A connection with a token, or as nobody. */
export function connection(token?: string): Connection {
  return { endpoint: town.endpoint, token };
}

/** What the clinician sees of each patient at first, the newest in front. */
export function looks(people: People): string[] {
  return [people.name, "CONSENT_REVOKED", "CONSENT_REQUIRED", "CONSENT_REQUIRED", "CONSENT_REQUIRED"];
}
