import { ApolloClient, HttpLink, InMemoryCache } from "@apollo/client";

import unions from "../generated/possible-types";
import { credentials, headers, type Connection } from "./send";

/** A client of Apollo. Make a new one for each sign-in: its cache holds what the caller saw. */
export function apolloClient(connection: Connection): ApolloClient {
  return new ApolloClient({
    link: new HttpLink({ uri: connection.endpoint, headers: headers(connection), credentials: credentials(connection) }),
    cache: new InMemoryCache({ possibleTypes: unions.possibleTypes }),
  });
}
