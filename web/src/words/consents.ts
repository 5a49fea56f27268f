import type {
  ConsentKind,
  ConsentStatus,
  DataClass,
  RecipientClass,
  SignatureMethod,
  SignerCapacity,
} from "../generated/schema";

export const KINDS: Record<ConsentKind, string> = {
  TPO: "Treatment, payment and operations",
  SPECIFIC: "Specific information to specific recipients",
  FAMILY_SHARING: "Sharing with family or friends",
  REFERRAL_PARTNER: "Reporting back to who referred the patient",
  SUD_COUNSELING_NOTES: "Substance use counseling notes",
  PSYCHOTHERAPY_NOTES: "Psychotherapy notes",
  LEGAL_PROCEEDING: "Use in a legal proceeding",
  RESEARCH: "Use in research",
  RESTRICTION: "Restriction",
};

export const STATUSES: Record<ConsentStatus, string> = {
  ACTIVE: "Signed",
  DRAFT: "Being prepared",
  EXPIRED: "Ended",
  PENDING_SIGNATURE: "Waits for a signature",
  REJECTED: "Not signed: the patient said no",
  REVOKED: "Revoked",
  SUPERSEDED: "Replaced by a newer one",
};

export const CLASSES: Record<DataClass, string> = {
  DEIDENTIFIED: "Information that identifies nobody",
  DIRECTORY: "Identity and contact",
  FINANCIAL: "Charges and payments",
  GENERAL_PHI: "General health information",
  MENTAL_HEALTH: "Mental-health information",
  MINOR_CONFIDENTIAL: "Care to which a minor consented alone",
  PSYCHOTHERAPY_NOTE: "Psychotherapy notes kept apart",
  SUD: "Substance use disorder records",
  SUD_COUNSELING_NOTE: "Substance use counseling notes kept apart",
};

export const RECIPIENT_CLASSES: Record<RecipientClass, string> = {
  HEALTH_PLANS: "The patient’s health plans",
  PROGRAM_WORKFORCE: "The staff of this program, while they have to do with the patient",
  TREATING_PROVIDERS: "Those who treat the patient now",
};

export const METHODS: Record<SignatureMethod, string> = {
  ELECTRONIC: "electronically",
  PAPER: "on paper",
  VERBAL_DOCUMENTED: "orally, documented by staff",
};

export const CAPACITIES: Record<SignerCapacity, string> = {
  SELF: "the patient",
  GUARDIAN: "a guardian",
  LEGAL_REPRESENTATIVE: "a legal representative",
  MINOR: "a minor who may consent alone",
  PARENT: "a parent",
};
