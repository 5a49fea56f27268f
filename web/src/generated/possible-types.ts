
      export interface PossibleTypesResultData {
        possibleTypes: {
          [key: string]: string[]
        }
      }
      const result: PossibleTypesResultData = {
  "possibleTypes": {
    "AccessExplanationResult": [
      "AccessExplanation",
      "Withheld"
    ],
    "AuditSubjectResult": [
      "AuditSubject",
      "Withheld"
    ],
    "ConsentDetailResult": [
      "ConsentDetail",
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
    ]
  }
};
      export default result;
    