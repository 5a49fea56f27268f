import { Environment, Network, RecordSource, Store, type GraphQLResponse } from "relay-runtime";

import { send, type Connection } from "../../../src/client/send";

/** Relay for a caller, with a store of its own. */
export function relay(connection: Connection): Environment {
  const network = Network.create(async (request, variables) => {
    const data = await send<GraphQLResponse, unknown>(connection, request.text ?? "", variables);
    return { data } as GraphQLResponse;
  });
  return new Environment({ network, store: new Store(new RecordSource()) });
}
