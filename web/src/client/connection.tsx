import { createContext, useCallback, useContext, type ReactNode } from "react";

import { send, type Connection } from "./send";

const Current = createContext<Connection | undefined>(undefined);

/**
 * Says who asks, for all hooks of TanStack Query beneath. Give each sign-in a `QueryClient` of its own: its cache holds
 * what the caller saw.
 */
export function ConnectionProvider({ connection, children }: { connection: Connection; children: ReactNode }) {
  return <Current.Provider value={connection}>{children}</Current.Provider>;
}

/** The connection of the nearest provider. */
export function useConnection(): Connection {
  const connection = useContext(Current);
  if (!connection) {
    throw new Error("There is no ConnectionProvider above.");
  }
  return connection;
}

/** What the generated hooks send their document with. */
export function useSend<Data, Variables>(document: { toString(): string }): (variables?: Variables) => Promise<Data> {
  const connection = useConnection();
  return useCallback((variables?: Variables) => send<Data, Variables>(connection, document, variables), [connection, document]);
}
