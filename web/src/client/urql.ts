import { cacheExchange, Client, fetchExchange } from "urql";

import { credentials, headers, type Connection } from "./send";

/** A client for the generated hooks of urql. Make a new one for each sign-in: its cache holds what the caller saw. */
export function urqlClient(connection: Connection): Client {
  return new Client({
    url: connection.endpoint,
    exchanges: [cacheExchange, fetchExchange],
    fetchOptions: { headers: headers(connection), credentials: credentials(connection) },
    // The server does not answer GET: an address ends up in logs and histories.
    preferGetMethod: false,
  });
}
