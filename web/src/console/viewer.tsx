import { createContext, useContext } from "react";

import type { ViewerQuery } from "../generated/graphql";

/** Who is signed in, and what they may do. */
export type Viewer = NonNullable<ViewerQuery["viewer"]>;

export const ViewerContext = createContext<Viewer | undefined>(undefined);

/** Whoever is signed in. */
export function useViewer(): Viewer {
  const viewer = useContext(ViewerContext);
  if (!viewer) throw new Error("Nobody is signed in here.");
  return viewer;
}

/** Whether a role of the viewer gives a permission. For showing and hiding alone: the server checks again. */
export function useMay(permission: string): boolean {
  return useViewer().permissions.some((grant) => grant.permission === permission);
}
