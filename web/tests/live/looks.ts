/** A protected identity, whichever client brought it. Relay has a name for members that are yet to come. */
type Identity =
  | { readonly __typename: "PatientIdentity"; readonly fullName: string | null | undefined }
  | { readonly __typename: "Withheld"; readonly reason: string }
  | { readonly __typename: "%other" };

/** What a look at a patient shows: the name, or the reason why not. */
export function look(identity: Identity | null | undefined): string | null | undefined {
  switch (identity?.__typename) {
    case "PatientIdentity":
      return identity.fullName;
    case "Withheld":
      return identity.reason;
    default:
      return undefined;
  }
}
