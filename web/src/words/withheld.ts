import type { WithheldReason } from "../generated/schema";

/** Why something is withheld, in a few words for a list and in a sentence. */
export const WITHHELD: Record<WithheldReason, { short: string; sentence: string }> = {
  ACCESS_DENIED: { short: "Not shown", sentence: "This may not be shown to you." },
  CONSENT_EXPIRED: { short: "Consent has ended", sentence: "The consent that covered this look has ended." },
  CONSENT_REQUIRED: { short: "No consent covers this look", sentence: "No consent of the patient covers this look." },
  CONSENT_REVOKED: { short: "Consent was revoked", sentence: "The patient revoked the consent that covered this look." },
  FORBIDDEN: {
    short: "Not for your role",
    sentence: "Your role does not allow it, or you do not treat this patient.",
  },
  PURPOSE_REQUIRED: {
    short: "No purpose of use",
    sentence: "Your role has no purpose of use that allows it.",
  },
  RESTRICTED: { short: "Restricted by the patient", sentence: "The patient asked for a restriction that forbids it." },
  SEPARATE_CONSENT_REQUIRED: {
    short: "Needs a consent of its own",
    sentence: "This kind of information needs a consent of its own.",
  },
};
