import type { PatientQuery, WholeIdentityFragment } from "../../generated/graphql";
import { day } from "../../words/moments";
import { WithheldNote } from "../withheld";

const LANGUAGES = new Intl.DisplayNames(undefined, { type: "language" });

/** Who the patient is and how to reach them, or why that is not shown. */
export function Identity({ identity }: { identity: NonNullable<PatientQuery["patient"]>["identity"] }) {
  return (
    <section aria-labelledby="identity">
      <h2 id="identity">Identity</h2>
      {identity === null ? (
        <p>Nothing is entered.</p>
      ) : identity.__typename === "Withheld" ? (
        <WithheldNote what="Identity" withheld={identity} />
      ) : (
        <Known identity={identity} />
      )}
    </section>
  );
}

function Known({ identity }: { identity: WholeIdentityFragment }) {
  const { address, emergencyContact: contact } = identity;
  const facts: [string, string | null | undefined][] = [
    ["Name", identity.fullName],
    ["Wants to be called", identity.preferredName],
    ["Pronouns", identity.pronouns],
    ["Gender", identity.gender],
    ["Born", identity.birthDate && day(identity.birthDate)],
    ["Languages", identity.languages.map(language).join(", ")],
    ["Phone", identity.phone],
    ["Email", identity.email],
    ["Social security number", identity.ssnLast4 && `ends in ${identity.ssnLast4}`],
    [
      "Address",
      address && [address.line1, address.line2, `${address.city}, ${address.state} ${address.postalCode}`].filter(Boolean).join(", "),
    ],
    [
      "In an emergency",
      contact && `${contact.name}${contact.relationship ? ` (${contact.relationship})` : ""}, ${contact.phone}`,
    ],
  ];
  return (
    <dl className="facts">
      {facts
        .filter(([, value]) => value)
        .map(([term, value]) => (
          <div key={term}>
            <dt>{term}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  );
}

function language(code: string): string {
  try {
    return LANGUAGES.of(code) ?? code;
  } catch {
    return code;
  }
}
