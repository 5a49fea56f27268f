import { MutationCache, QueryCache, QueryClient, QueryClientProvider, focusManager } from "@tanstack/react-query";
import { createContext, useCallback, useContext, useEffect, useMemo, useRef, useState, type ReactNode } from "react";
import { flushSync } from "react-dom";

import { csrfToken, dropCsrfToken } from "../../client/browser-session";
import { ConnectionProvider } from "../../client/connection";
import { RequestError, send, type Connection } from "../../client/send";
import { SignOutDocument } from "../../generated/tanstack";

/** Why nobody is signed in any more. */
export type Farewell = "signed out" | "ended" | "idle";

/** The browser sends its cookie along; without the token beside it, nothing is done for it. */
export const BROWSER: Connection = { endpoint: "/graphql", credentials: "same-origin" };

/** All windows of the console in this browser have one session. */
export const WINDOWS = "consentry-session";

interface SessionControl {
  /** Ends the session and forgets what it showed. */
  readonly leave: (farewell: Farewell) => void;
  /** Looks whether an error means that the session is over. */
  readonly failed: (error: Error) => void;
}

const Control = createContext<SessionControl>({ leave: () => undefined, failed: () => undefined });

/** Ends the session. */
export function useSession(): SessionControl {
  return useContext(Control);
}

/** The last session ending at the server. Whoever signs in meanwhile waits, else their new cookie would be taken back. */
let parting: Promise<unknown> = Promise.resolve();

/** Resolves when no session is about to end. */
export function parted(): Promise<unknown> {
  return parting;
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
  readonly signedOut: (farewell: Farewell | undefined, begin: () => void) => ReactNode;
  readonly signedIn: ReactNode;
}

/**
 * Knows whether the browser has a session. The session is in a cookie that no script reads; what is shown with it is in
 * memory alone.
 */
export function SessionProvider({ signedOut, signedIn }: Properties) {
  const [csrf, setCsrf] = useState(csrfToken);
  const [farewell, setFarewell] = useState<Farewell>();
  const [away, setAway] = useState(false);
  const current = useRef(csrf);
  current.current = csrf;

  const forget = useCallback((reason: Farewell) => {
    current.current = undefined;
    setCsrf(undefined);
    setFarewell(reason);
  }, []);
  // Another window may have signed in, or out, or in as somebody else: then this one begins anew.
  const follow = useCallback(() => {
    const now = csrfToken();
    if (now === current.current) return false;
    current.current = now;
    if (now === undefined) forget("ended");
    else setCsrf(now);
    return true;
  }, [forget]);
  const ended = useCallback(() => {
    if (!follow()) forget("ended");
  }, [follow, forget]);

  useEffect(() => {
    const others = new BroadcastChannel(WINDOWS);
    const left = () => flushSync(() => setAway(true));
    const back = () => {
      follow();
      setAway(false);
    };
    others.addEventListener("message", follow);
    window.addEventListener("focus", follow);
    // A page that the browser keeps for going back to would keep what it shows. At once: later it is frozen.
    window.addEventListener("pagehide", left);
    window.addEventListener("pageshow", back);
    return () => {
      others.close();
      window.removeEventListener("focus", follow);
      window.removeEventListener("pagehide", left);
      window.removeEventListener("pageshow", back);
    };
  }, [follow]);

  if (away) return null;
  if (csrf === undefined) {
    return signedOut(farewell, () => {
      follow();
      tellOthers();
    });
  }
  return (
    <Session key={csrf} csrf={csrf} forget={forget} ended={ended}>
      {signedIn}
    </Session>
  );
}

interface SessionProperties {
  readonly csrf: string;
  readonly forget: (reason: Farewell) => void;
  readonly ended: () => void;
  readonly children: ReactNode;
}

function Session({ csrf, forget, ended, children }: SessionProperties) {
  const connection = useMemo(() => ({ ...BROWSER, csrf }), [csrf]);
  const failed = useCallback((error: Error) => {
    if (error instanceof RequestError && isOver(error)) ended();
  }, [ended]);
  const client = useMemo(() => newClient(failed), [failed]);
  useEffect(() => () => client.clear(), [client]);

  const leave = useCallback(
    (farewell: Farewell) => {
      // Forgotten here in any case; there, the session ends by itself.
      dropCsrfToken();
      forget(farewell);
      tellOthers();
      parting = send(connection, SignOutDocument).catch(() => undefined);
    },
    [connection, forget],
  );
  const control = useMemo(() => ({ leave, failed }), [leave, failed]);

  return (
    <Control value={control}>
      <ConnectionProvider connection={connection}>
        <QueryClientProvider client={client}>{children}</QueryClientProvider>
      </ConnectionProvider>
    </Control>
  );
}

function tellOthers(): void {
  const others = new BroadcastChannel(WINDOWS);
  others.postMessage("changed");
  others.close();
}

/** Also when the cookie is not that of this window any more: another window signed in. */
function isOver(error: RequestError): boolean {
  return error.status === 401 || error.code === "UNAUTHENTICATED" || error.code === "CSRF_REFUSED";
}

/** Nothing outlives the view that shows it, and nothing is repeated by itself: each look is recorded. */
function newClient(onError: (error: Error) => void): QueryClient {
  return new QueryClient({
    queryCache: new QueryCache({ onError }),
    mutationCache: new MutationCache({ onError }),
    defaultOptions: {
      queries: { gcTime: 0, staleTime: 0, retry: false, refetchOnWindowFocus: "always", networkMode: "always" },
      mutations: { gcTime: 0, retry: false, networkMode: "always" },
    },
  });
}
