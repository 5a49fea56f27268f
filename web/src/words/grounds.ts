import type { AccessGround, AccountingRegime, DisclosureException } from "../generated/schema";

/** What allows a look. */
export const GROUNDS: Record<AccessGround, string> = {
  SELF: "It is the patient’s own record",
  LEGAL_AUTHORITY: "Decides in the patient’s place",
  AUTHORSHIP: "Wrote it",
  RELATIONSHIP: "Has to do with the patient",
  INTERNAL_USE: "The organization lets its staff look",
  CONSENT: "A consent of the patient",
  SHARING: "The patient shares it",
  EMERGENCY: "A medical emergency",
  APPROVAL: "Approved by compliance",
};

/** Why something left without a consent. */
export const EXCEPTIONS: Record<DisclosureException, string> = {
  EMERGENCY: "A medical emergency",
};

/** By which rule disclosures are accounted for. */
export const REGIMES: Record<AccountingRegime, string> = {
  ALL: "All",
  PART2: "With a consent, the last three years",
  HIPAA: "Without a consent, the last six years",
};
