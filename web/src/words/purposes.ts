import type { Purpose } from "../generated/schema";

/** Why somebody looks. */
export const PURPOSES: Record<Purpose, string> = {
  TREATMENT: "Treatment",
  PAYMENT: "Payment",
  OPERATIONS: "Health care operations",
  PATIENT_REQUEST: "The patient’s own request",
  EMERGENCY: "Medical emergency",
  AUDIT_EVALUATION: "Audit and evaluation",
  RESEARCH: "Research",
  PUBLIC_HEALTH: "Public health",
  LEGAL_PROCEEDING: "Legal proceeding",
  REQUIRED_BY_LAW: "Required by law",
};
