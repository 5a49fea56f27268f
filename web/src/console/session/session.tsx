import { MutationCache, QueryCache, QueryClient, QueryClientProvider, focusManager } from "@tanstack/react-query";
import { createContext, useCallback, useContext, useEffect, useMemo, useState, type ReactNode } from "react";
import { flushSync } from "react-dom";

import { ConnectionProvider } from "../../client/connection";
import { RequestError, send, type Connection } from "../../client/send";
import { SignOutDocument } from "../../generated/tanstack";
import { useIdle } from "./idle";

/** Why nobody is signed in any more. */
export type Farewell = "signed out" | "ended" | "idle";

const NOBODY: Connection = { endpoint: "/graphql" };

const Leave = createContext<(farewell: Farewell) => void>(() => undefined);

/** Ends the session and forgets what it showed. */
export function useLeave(): (farewell: Farewell) => void {
  return useContext(Leave);
}

// A window beside another gets the focus without ever having been hidden.
focusManager.setEventListener((onFocus) => {
  const focused = () => onFocus();
  window.addEventListener("focus", focused);
  document.addEventListener("visibilitychange", focused);
  return () => {
    window.removeEventListener("focus", focused);
    document.removeEventListener("visibilitychange", focused);
  };
});

interface Properties {
  readonly signedOut: (farewell: Farewell | undefined, begin: (token: string) => void) => ReactNode;
  readonly signedIn: ReactNode;
}

/** Holds the token, and what is shown with it, in memory alone. */
export function SessionProvider({ signedOut, signedIn }: Properties) {
  const [token, setToken] = useState<string>();
  const [farewell, setFarewell] = useState<Farewell>();
  const forget = useCallback((reason: Farewell) => {
    setToken(undefined);
    setFarewell(reason);
  }, []);
  if (token === undefined) {
    return signedOut(farewell, setToken);
  }
  return (
    <Session key={token} token={token} forget={forget}>
      {signedIn}
    </Session>
  );
}

function Session({ token, forget, children }: { token: string; forget: (reason: Farewell) => void; children: ReactNode }) {
  const connection = useMemo(() => ({ ...NOBODY, token }), [token]);
  const client = useMemo(() => newClient(() => forget("ended")), [forget]);
  useEffect(() => () => client.clear(), [client]);

  const leave = useCallback(
    (farewell: Farewell) => {
      forget(farewell);
      // Forgotten here in any case; there, the session ends by itself.
      void send(connection, SignOutDocument).catch(() => undefined);
    },
    [connection, forget],
  );
  useIdle(() => leave("idle"));
  // A page that the browser keeps for going back to would keep what it shows. At once: later it is frozen.
  useEffect(() => {
    const left = () => flushSync(() => forget("signed out"));
    window.addEventListener("pagehide", left);
    return () => window.removeEventListener("pagehide", left);
  }, [forget]);

  return (
    <Leave value={leave}>
      <ConnectionProvider connection={connection}>
        <QueryClientProvider client={client}>{children}</QueryClientProvider>
      </ConnectionProvider>
    </Leave>
  );
}

/** Nothing outlives the view that shows it, and nothing is repeated by itself: each look is recorded. */
function newClient(ended: () => void): QueryClient {
  const onError = (error: Error) => {
    if (error instanceof RequestError && (error.status === 401 || error.code === "UNAUTHENTICATED")) {
      ended();
    }
  };
  return new QueryClient({
    queryCache: new QueryCache({ onError }),
    mutationCache: new MutationCache({ onError }),
    defaultOptions: {
      queries: { gcTime: 0, staleTime: 0, retry: false, refetchOnWindowFocus: "always", networkMode: "always" },
      mutations: { gcTime: 0, retry: false, networkMode: "always" },
    },
  });
}
