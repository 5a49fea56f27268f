
      export interface PossibleTypesResultData {
        possibleTypes: {
          [key: string]: string[]
        }
      }
      const result: PossibleTypesResultData = {
  "possibleTypes": {
    "AccessApprovalDetailResult": [
      "AccessApprovalDetail",
      "Withheld"
    ],
    "AccessExplanationResult": [
      "AccessExplanation",
      "Withheld"
    ],
    "AuditSubjectResult": [
      "AuditSubject",
      "Withheld"
    ],
    "BreakGlassDetailResult": [
      "BreakGlassDetail",
      "Withheld"
    ],
    "ConsentDetailResult": [
      "ConsentDetail",
      "Withheld"
    ],
    "DisclosureDetailResult": [
      "DisclosureDetail",
      "Withheld"
    ],
    "PatientIdentityResult": [
      "PatientIdentity",
      "Withheld"
    ],
    "PersonRelationshipDetailResult": [
      "PersonRelationshipDetail",
      "Withheld"
    ],
    "PolicyTerms": [
      "BreakGlassPolicy",
      "InternalUsePolicy",
      "MinorConsentPolicy"
    ],
    "ProtectedNoteContentResult": [
      "ProtectedNoteContent",
      "Withheld"
    ],
    "SharingGrantDetailResult": [
      "SharingGrantDetail",
      "Withheld"
    ]
  }
};
      export default result;
    