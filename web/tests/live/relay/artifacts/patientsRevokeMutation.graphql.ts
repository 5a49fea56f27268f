/**
 * @generated SignedSource<<772119e836d6f9dc79f444d93e895b84>>
 * @lightSyntaxTransform
 */

/* tslint:disable */
/* eslint-disable */
// @ts-nocheck

import { ConcreteRequest } from 'relay-runtime';
export type ConsentStatus = "ACTIVE" | "DRAFT" | "EXPIRED" | "PENDING_SIGNATURE" | "REJECTED" | "REVOKED" | "SUPERSEDED" | "%future added value";
export type SignatureMethod = "ELECTRONIC" | "PAPER" | "VERBAL_DOCUMENTED" | "%future added value";
export type UserErrorCode = "ACCESS_DENIED" | "ALREADY_EXISTS" | "BREAK_GLASS_DENIED" | "IDEMPOTENCY_CONFLICT" | "INVALID_CREDENTIALS" | "INVALID_STATE" | "INVALID_TOKEN" | "NOT_FOUND" | "ONE_TIME_CODE_REQUIRED" | "RANK_TOO_LOW" | "SEPARATION_OF_DUTIES" | "STALE_VERSION" | "VALIDATION_FAILED" | "%future added value";
export type RevokeConsentInput = {
  consentId: string;
  evidence?: RevocationEvidenceInput | null | undefined;
  reason?: string | null | undefined;
};
export type RevocationEvidenceInput = {
  method: SignatureMethod;
  reference: string;
};
export type patientsRevokeMutation$variables = {
  input: RevokeConsentInput;
};
export type patientsRevokeMutation$data = {
  readonly revokeConsent: {
    readonly result: {
      readonly detail: {
        readonly __typename: "ConsentDetail";
        readonly status: ConsentStatus;
      } | {
        // This will never be '%other', but we need some
        // value in case none of the concrete values match.
        readonly __typename: "%other";
      } | null | undefined;
      readonly id: string;
    } | null | undefined;
    readonly userErrors: ReadonlyArray<{
      readonly code: UserErrorCode;
      readonly field: ReadonlyArray<string>;
    }>;
  } | null | undefined;
};
export type patientsRevokeMutation = {
  response: patientsRevokeMutation$data;
  variables: patientsRevokeMutation$variables;
};

const node: ConcreteRequest = (function(){
var v0 = [
  {
    "defaultValue": null,
    "kind": "LocalArgument",
    "name": "input"
  }
],
v1 = [
  {
    "alias": null,
    "args": [
      {
        "kind": "Variable",
        "name": "input",
        "variableName": "input"
      }
    ],
    "concreteType": "ConsentPayload",
    "kind": "LinkedField",
    "name": "revokeConsent",
    "plural": false,
    "selections": [
      {
        "alias": null,
        "args": null,
        "concreteType": "Consent",
        "kind": "LinkedField",
        "name": "result",
        "plural": false,
        "selections": [
          {
            "alias": null,
            "args": null,
            "kind": "ScalarField",
            "name": "id",
            "storageKey": null
          },
          {
            "alias": null,
            "args": null,
            "concreteType": null,
            "kind": "LinkedField",
            "name": "detail",
            "plural": false,
            "selections": [
              {
                "alias": null,
                "args": null,
                "kind": "ScalarField",
                "name": "__typename",
                "storageKey": null
              },
              {
                "kind": "InlineFragment",
                "selections": [
                  {
                    "alias": null,
                    "args": null,
                    "kind": "ScalarField",
                    "name": "status",
                    "storageKey": null
                  }
                ],
                "type": "ConsentDetail",
                "abstractKey": null
              }
            ],
            "storageKey": null
          }
        ],
        "storageKey": null
      },
      {
        "alias": null,
        "args": null,
        "concreteType": "UserError",
        "kind": "LinkedField",
        "name": "userErrors",
        "plural": true,
        "selections": [
          {
            "alias": null,
            "args": null,
            "kind": "ScalarField",
            "name": "code",
            "storageKey": null
          },
          {
            "alias": null,
            "args": null,
            "kind": "ScalarField",
            "name": "field",
            "storageKey": null
          }
        ],
        "storageKey": null
      }
    ],
    "storageKey": null
  }
];
return {
  "fragment": {
    "argumentDefinitions": (v0/*:: as any*/),
    "kind": "Fragment",
    "metadata": null,
    "name": "patientsRevokeMutation",
    "selections": (v1/*:: as any*/),
    "type": "Mutation",
    "abstractKey": null
  },
  "kind": "Request",
  "operation": {
    "argumentDefinitions": (v0/*:: as any*/),
    "kind": "Operation",
    "name": "patientsRevokeMutation",
    "selections": (v1/*:: as any*/)
  },
  "params": {
    "cacheID": "6fa55654e26bcdf51a87b55864082ab1",
    "id": null,
    "metadata": {},
    "name": "patientsRevokeMutation",
    "operationKind": "mutation",
    "text": "mutation patientsRevokeMutation(\n  $input: RevokeConsentInput!\n) {\n  revokeConsent(input: $input) {\n    result {\n      id\n      detail {\n        __typename\n        ... on ConsentDetail {\n          status\n        }\n      }\n    }\n    userErrors {\n      code\n      field\n    }\n  }\n}\n"
  }
};
})();

(node as any).hash = "c75b57a11101dc22e826a9f41c5d8a9f";

export default node;
