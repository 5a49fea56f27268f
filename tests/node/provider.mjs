// An OpenID provider on this machine, with keys that are new in every process: `node provider.mjs <port> <name of the keys>
// <where browsers are sent back>`. Prints `issuer <URL>` when it answers. Everybody signs in as whoever they say they are.

import { generateKeyPairSync, randomUUID } from "node:crypto";
import { createServer } from "node:http";

import { Provider } from "oidc-provider";

const [port, generation, redirect] = process.argv.slice(2);

const key = (type, options, algorithm) => ({
  ...generateKeyPairSync(type, options).privateKey.export({ format: "jwk" }),
  alg: algorithm,
  kid: `${generation}-${algorithm}`,
  use: "sig",
});
const keys = [
  key("rsa", { modulusLength: 2048 }, "RS256"),
  key("rsa", { modulusLength: 2048 }, "RS384"),
  key("rsa", { modulusLength: 2048 }, "PS256"),
  key("ec", { namedCurve: "P-256" }, "ES256"),
  key("ec", { namedCurve: "P-384" }, "ES384"),
  key("ed25519", {}, "EdDSA"),
];
const algorithms = keys.map(({ alg }) => alg);

const server = createServer();
server.listen(Number(port), "127.0.0.1", () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const client = (client_id, algorithm, more = {}) => ({
    client_id,
    client_secret: "a secret with a space + a plus",
    id_token_signed_response_alg: algorithm,
    redirect_uris: [redirect],
    ...more,
  });
  const provider = new Provider(issuer, {
    clients: [
      ...algorithms.map((algorithm) => client(`console-${algorithm}`, algorithm)),
      client("program", "RS256", { grant_types: ["client_credentials"], redirect_uris: [], response_types: [] }),
    ],
    cookies: { keys: [randomUUID()] },
    enabledJWA: { idTokenSigningAlgValues: algorithms },
    jwks: { keys },
    findAccount: (_, accountId) => ({ accountId, claims: () => ({ sub: accountId }) }),
    features: {
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        // The resource says how the token for it is signed.
        getResourceServerInfo: (_, resource) => ({
          accessTokenFormat: "jwt",
          audience: "https://town.example/graphql",
          jwt: { sign: { alg: resource.split("#").pop().split(":").pop() } },
          scope: "api",
        }),
      },
    },
  });
  server.on("request", provider.callback());
  console.log(`issuer ${issuer}`);
});
