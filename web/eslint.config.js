import graphql from "@graphql-eslint/eslint-plugin";

const { configs, parser } = graphql;

/** Rules for `schema.graphql` that the presets have otherwise, each with the reason. */
const exceptions = {
  // The schema is exported in order of names, without groups.
  "@graphql-eslint/alphabetize": [
    "error",
    {
      definitions: false,
      fields: ["ObjectTypeDefinition", "InterfaceTypeDefinition", "InputObjectTypeDefinition"],
      values: true,
      arguments: ["FieldDefinition", "Field", "DirectiveDefinition", "Directive"],
    },
  ],
  // There are mutations.
  "@graphql-eslint/no-root-type": "off",
  // What a mutation answers is what it wrote. Anything else is asked for in a query, on a snapshot of its own.
  "@graphql-eslint/require-field-of-type-query-in-mutation-result": "off",
  // The library's `@deprecated` has a reason and nothing else; its date is checked by `scripts/compare-schemas.mjs`.
  "@graphql-eslint/require-deprecation-date": "off",
  // Not only types and root fields are described. Arguments are looked at by a test in Rust, which can tell those of
  // directives: the library exports them bare.
  "@graphql-eslint/require-description": [
    "error",
    {
      types: true,
      rootField: true,
      DirectiveDefinition: true,
      EnumValueDefinition: true,
      FieldDefinition: true,
    },
  ],
  // What has no row of its own has no id: pages, results, and parts of something that has one.
  "@graphql-eslint/strict-id-in-types": [
    "error",
    {
      exceptions: {
        suffixes: ["Connection", "Edge", "Payload"],
        types: [
          "AccessApprovalDetail",
          "AccessExplanation",
          "AccessExplanationEntry",
          "ActivatedUser",
          "AuditSubject",
          "BreakGlassDetail",
          "BreakGlassPolicy",
          "BrowserSession",
          "BrowserSharingAccess",
          "ConsentDetail",
          "ConsentRecipient",
          "ConsentScope",
          "DisclosureDetail",
          "DisclosureRecipient",
          "EmergencyContact",
          "EndedSession",
          "EndedSessions",
          "FreshProof",
          "InternalUsePolicy",
          "IssuedInvitation",
          "IssuedPasswordReset",
          "MinorConsentPolicy",
          "MinorConsentRule",
          "IssuedSharingCode",
          "TokenPair",
          "RedisclosureNotice",
          "RevokedTokenPair",
          "NewApiKey",
          "NewSession",
          "OneTimeCodeEnrolment",
          "OneTimeCodeRemoval",
          "PageInfo",
          "PasswordChange",
          "PasswordResetRequest",
          "PatientIdentity",
          "PermissionDescription",
          "PermissionGrant",
          "PersonRelationshipDetail",
          "PoliciesInForce",
          "PostalAddress",
          "ProtectedNoteContent",
          "RateLimit",
          "RemovedFeatureFlag",
          "RemovedTrustedDocument",
          "RenewedSession",
          "RecoveryCodes",
          "StateMajority",
          "SharingAccess",
          "SharingGrantDetail",
          "TrustedDocumentUpload",
          "UserError",
          "UserLink",
          "Viewer",
          "Withheld",
        ],
      },
    },
  ],
  // Lists are read forwards alone.
  "@graphql-eslint/relay-arguments": ["error", { includeBoth: false }],
  // No `Node`: which rows exist depends on the field through which they are asked for. Short lists that are shown whole
  // are plain, and connections have `nodes` beside `edges`.
  "@graphql-eslint/relay-edge-types": [
    "error",
    { withEdgeSuffix: true, shouldImplementNode: false, listTypeCanWrapOnlyEdgeType: false },
  ],
};

/** Clients meet `ErrorCode` in `extensions.code` of an error, to which no field leads. */
const errors = "extend type Query { code: ErrorCode }";

export default [
  {
    files: ["**/*.graphql"],
    plugins: { "@graphql-eslint": graphql },
    languageOptions: {
      parser,
      parserOptions: { graphQLConfig: { schema: ["schema.graphql", errors], documents: "web/src/documents/*.graphql" } },
    },
  },
  {
    files: ["schema.graphql"],
    rules: { ...configs["flat/schema-all"].rules, ...configs["flat/schema-relay"].rules, ...exceptions },
  },
  {
    files: ["web/src/documents/*.graphql"],
    rules: configs["flat/operations-recommended"].rules,
  },
];
