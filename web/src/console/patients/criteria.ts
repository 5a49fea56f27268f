import type { Cursor } from "../../client/scalars";
import type { PatientSearch, PatientStatus } from "../../generated/schema";

/** By what patients can be searched: the keys of `PatientSearch`. */
export type SearchBy = "namePrefix" | "email" | "phone";

/** Which patients, and from where on. */
export interface Criteria {
  readonly by: SearchBy;
  readonly text: string;
  readonly status: PatientStatus | "";
  /** The ends of the pages before this one. */
  readonly pages: readonly Cursor[];
}

export const EVERYBODY: Criteria = { by: "namePrefix", text: "", status: "", pages: [] };

/** How many patients a page shows. */
export const PAGE = 10;

/** The criteria as the API takes them. */
export function variables({ by, text, status, pages }: Criteria) {
  const sought = text.trim();
  const after = pages.at(-1);
  return {
    first: PAGE,
    orderBy: "OLDEST_FIRST" as const,
    ...(after === undefined ? {} : { after }),
    ...(sought === "" ? {} : { search: { [by]: sought } as PatientSearch }),
    ...(status === "" ? {} : { filter: { status: { eq: status } } }),
  };
}
