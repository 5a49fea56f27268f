import type { CareTeamRole, PatientStatus } from "../generated/schema";

export const PATIENT_STATUSES: Record<PatientStatus, string> = {
  ACTIVE: "In care",
  PAUSED: "Care is paused",
  INACTIVE: "Not in care",
  DISCHARGED: "Care has ended",
};

export const TEAM_ROLES: Record<CareTeamRole, string> = {
  PRIMARY: "Leads the care",
  SUPERVISOR: "Supervises the care",
  COORDINATOR: "Coordinates the care",
  ASSISTANT: "Assists in the care",
  INTAKE: "Took the patient in",
};

/** The roles that every organization begins with. */
const ROLES: Readonly<Record<string, string>> = {
  PLATFORM_ADMIN: "Platform administrator",
  OWNER: "Owner",
  ADMIN: "Administrator",
  MANAGER: "Manager",
  SUPERVISOR: "Supervisor",
  PRACTITIONER: "Clinician",
  SPECIALIST: "Specialist",
  ASSISTANT: "Assistant",
  HOUSE_STAFF: "House staff",
  BILLING: "Billing",
  COMPLIANCE: "Compliance officer",
  PATIENT: "Patient",
  GUARDIAN: "Guardian",
  FAMILY: "Family member",
  REFERRAL_PARTNER: "Referral partner",
  SERVICE: "Program",
};

/** A role in words; one of the organization's own is said as it is called there. */
export function role(key: string): string {
  return ROLES[key] ?? key.toLowerCase().replaceAll("_", " ").replace(/^./, (first) => first.toUpperCase());
}
