/** Somebody of the demo data as whom anybody may sign in. */
export interface Actor {
  readonly organization: string;
  readonly organizationName: string;
  readonly email: string;
  /** Who it is and in which role, for people. */
  readonly description: string;
}

/** The people of the demo data, and the one password that they all have. */
export interface Offers {
  readonly password: string;
  readonly actors: readonly Actor[];
}

/** Who may be tried; nobody unless the server runs with demo data. */
export async function fetchOffers(): Promise<Offers | undefined> {
  try {
    const response = await fetch("/explorer/actors.json");
    return response.ok ? ((await response.json()) as Offers) : undefined;
  } catch {
    return undefined;
  }
}
