import type { CodegenConfig } from "@graphql-codegen/cli";

const scalars = {
  Cursor: "../client/scalars#Cursor",
  Date: { input: "string", output: "../client/scalars#LocalDate" },
  DateTime: { input: "string", output: "../client/scalars#DateTime" },
  ID: "string",
};

const hooks = {
  documentMode: "external",
  importDocumentNodeExternallyFrom: "./graphql",
  importOperationTypesFrom: "Operations",
};

const config: CodegenConfig = {
  // The file, not introspection, which loses `@oneOf`.
  schema: "../schema.graphql",
  documents: "src/documents/*.graphql",
  config: { scalars, strictScalars: true, useTypeImports: true },
  generates: {
    // What the documents ask for: their types, and the documents under the SHA-256 of their text.
    "src/generated/": {
      preset: "client",
      presetConfig: { fragmentMasking: false, persistedDocuments: { hashAlgorithm: "sha256" } },
    },
    // All types of the schema, also those that no document asks for, such as the codes of errors.
    "src/generated/schema.ts": { plugins: ["typescript"], config: { enumsAsTypes: true } },
    "src/generated/urql.ts": { plugins: ["typescript-urql"], config: hooks },
    "src/generated/tanstack.ts": {
      plugins: [
        { add: { content: 'import type { RequestError } from "../client/send";' } },
        { add: { content: 'import type * as Operations from "./graphql";' } },
        "typescript-react-query",
      ],
      config: {
        ...hooks,
        // The plugin would import the function that sends as a type.
        useTypeImports: false,
        reactQueryVersion: 5,
        exposeQueryKeys: true,
        addInfiniteQuery: true,
        errorType: "RequestError",
        fetcher: { func: "../client/connection#useSend", isReactHook: true },
      },
    },
    // Which types a union can be: Apollo's cache asks for it.
    "src/generated/possible-types.ts": { plugins: ["fragment-matcher"] },
  },
};

export default config;
