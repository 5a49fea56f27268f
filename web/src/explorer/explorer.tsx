import { useMonaco } from "@graphiql/react";
import type { FetcherParams } from "@graphiql/toolkit";
import { GraphiQL } from "graphiql";
import { useRef, useState } from "react";

import { credentials, headers, send, type Connection } from "../client/send";
import { useIdle } from "../idle";
import { memoryStorage } from "./memory-storage";
import { SAMPLES } from "./samples";
import { SignInBar } from "./sign-in-bar";

const ENDPOINT = "/graphql";
const SIGN_OUT = "mutation SignOut { signOut { userErrors { code } } }";
const STILL_HERE = "query StillHere { viewer { purpose } }";
const NO_PLUGINS: [] = [];
const NOBODY: Connection = { endpoint: ENDPOINT };

/** GraphiQL beneath a bar in which one signs in. The token is in this memory and nowhere else. */
export function Explorer() {
  const [connection, setConnection] = useState<Connection>(NOBODY);
  const current = useRef(connection);
  current.current = connection;
  const monaco = useMonaco((state) => state.monaco);
  const [ended, setEnded] = useState(false);
  const [idleSeconds, setIdleSeconds] = useState<number>();
  // Another editor for another session: what the last one showed does not stay.
  const [session, setSession] = useState(0);
  const [storage, setStorage] = useState(memoryStorage);
  const [fetcher] = useState(() => async (parameters: FetcherParams) => {
    const response = await fetch(ENDPOINT, {
      method: "POST",
      // A session of the console in the same browser is none of the explorer's.
      credentials: credentials(current.current),
      headers: { "content-type": "application/json", ...headers(current.current) },
      body: JSON.stringify(parameters),
    });
    if (response.status === 401) {
      setConnection(({ purpose }) => ({ ...NOBODY, purpose }));
      setEnded(true);
    }
    return response.json();
  });

  const forget = () => {
    setConnection({ ...connection, token: undefined });
    // Every text that was shown, answers too: they would be shown again to whoever comes next.
    for (const text of monaco?.editor.getModels() ?? []) text.dispose();
    setStorage(memoryStorage());
    setSession(session + 1);
  };
  const leave = () => {
    forget();
    // Forgotten here in any case; there, the session ends by itself.
    void send(connection, SIGN_OUT).catch(() => undefined);
  };
  const ending = useIdle({
    seconds: connection.token === undefined ? undefined : idleSeconds,
    over: () => {
      leave();
      setEnded(true);
    },
    active: () => void send(connection, STILL_HERE).catch(() => undefined),
  });

  return (
    <>
      <SignInBar
        connection={connection}
        ended={ended}
        ending={ending}
        onSignIn={(token, seconds) => {
          setConnection({ ...connection, token });
          setIdleSeconds(seconds);
          setEnded(false);
        }}
        onSignOut={leave}
        onPurpose={(purpose) => setConnection({ ...connection, purpose })}
      />
      <main aria-label="Explorer">
        <GraphiQL
          key={session}
          fetcher={fetcher}
          storage={storage}
          plugins={NO_PLUGINS}
          shouldPersistHeaders={false}
          showPersistHeadersSettings={false}
          isHeadersEditorEnabled={false}
          defaultEditorToolsVisibility={false}
          defaultQuery={SAMPLES}
        />
      </main>
    </>
  );
}
