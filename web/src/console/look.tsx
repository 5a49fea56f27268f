import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";

import type { RequestError } from "../client/send";
import { Problem } from "./problem";

interface Properties<Data> {
  readonly query: UseQueryResult<Data, RequestError>;
  /** What is looked at, as in `Loading …`. */
  readonly what: string;
  readonly children: (data: Data) => ReactNode;
}

/** What a look brought; while it is on its way, or when it failed, that. What was seen before is no answer. */
export function Look<Data>({ query, what, children }: Properties<Data>) {
  if (query.isError) return <Problem error={query.error} onRetry={() => void query.refetch()} />;
  if (query.data === undefined) return <p role="status">Loading {what} …</p>;
  return children(query.data);
}
