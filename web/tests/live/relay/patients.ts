// Relay's compiler reads the documents here; tests import the artifacts that it writes of them.
import { graphql } from "relay-runtime";

export const list = graphql`
  fragment patients_list on Query
  @refetchable(queryName: "patientsNextPageQuery")
  @argumentDefinitions(first: { type: "Int", defaultValue: 2 }, after: { type: "Cursor" }) {
    patients(first: $first, after: $after) @connection(key: "patients_list_patients") {
      edges {
        node {
          id
          displayCode
          identity {
            __typename
            ... on PatientIdentity {
              fullName
            }
            ... on Withheld {
              reason
            }
          }
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`;

export const firstPage = graphql`
  query patientsFirstPageQuery {
    ...patients_list
  }
`;

export const revoke = graphql`
  mutation patientsRevokeMutation($input: RevokeConsentInput!) {
    revokeConsent(input: $input) {
      result {
        id
        detail {
          __typename
          ... on ConsentDetail {
            status
          }
        }
      }
      userErrors {
        code
        field
      }
    }
  }
`;
