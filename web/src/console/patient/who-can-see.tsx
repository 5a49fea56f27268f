import type { ConsentWithDetailFragment, ExplainAccessQuery } from "../../generated/graphql";
import { useExplainAccessQuery } from "../../generated/tanstack";
import { CLASSES, KINDS } from "../../words/consents";
import { PURPOSES } from "../../words/purposes";
import { WITHHELD } from "../../words/withheld";
import { Look } from "../look";
import { WithheldNote } from "../withheld";

type Explanation = NonNullable<ExplainAccessQuery["explainAccess"]>;
type Entry = Extract<Explanation, { __typename: "AccessExplanation" }>["entries"][number];

interface Properties {
  readonly patientId: string;
  /** Of the same patient, to name those that allow something. */
  readonly consents: readonly ConsentWithDetailFragment[];
}

/** Who can see what at this moment, and why: by the same decision that each look takes. */
export function WhoCanSee({ patientId, consents }: Properties) {
  const query = useExplainAccessQuery({ patientId });
  return (
    <Look query={query} what="who can see this">
      {({ explainAccess }) => {
        if (!explainAccess) return <p>This patient is not within your reach.</p>;
        if (explainAccess.__typename === "Withheld") {
          return <WithheldNote what="Who can see this" withheld={explainAccess} />;
        }
        const people = byPerson(explainAccess.entries);
        if (people.length === 0) return <p>Nobody but the patient.</p>;
        return people.map(([id, entries]) => <PersonTable key={id} entries={entries} consents={consents} />);
      }}
    </Look>
  );
}

function byPerson(entries: readonly Entry[]): [string, Entry[]][] {
  const people = new Map<string, Entry[]>();
  for (const entry of entries) {
    const id = entry.user?.id ?? "";
    people.set(id, [...(people.get(id) ?? []), entry]);
  }
  return [...people];
}

function PersonTable({ entries, consents }: { entries: readonly Entry[]; consents: Properties["consents"] }) {
  const [first] = entries;
  const name = first?.user?.practitioner?.professionalName ?? "The patient, or somebody who does not treat";
  return (
    <table>
      <caption>
        {name}
        {first?.purpose && <span className="purpose">for {PURPOSES[first.purpose].toLowerCase()}</span>}
      </caption>
      <thead>
        <tr>
          <th scope="col">What</th>
          <th scope="col">Can see it</th>
          <th scope="col">Why</th>
        </tr>
      </thead>
      <tbody>
        {entries.map((entry) => (
          <tr key={entry.dataClass}>
            <th scope="row">
              {CLASSES[entry.dataClass]}
              {entry.isIdentity && <span className="hint"> Who the patient is, too.</span>}
            </th>
            <td>
              <span className={entry.decision === "PERMIT" ? "mark in-force" : "mark"}>
                {entry.decision === "PERMIT" ? "Yes" : "No"}
              </span>
            </td>
            <td>{why(entry, consents)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function why(entry: Entry, consents: Properties["consents"]): string {
  if (entry.decision === "DENY") return entry.reason ? WITHHELD[entry.reason].short : "Not allowed";
  if (!entry.viaConsent) return "No consent is needed";
  const consent = consents.find(({ id }) => id === entry.viaConsent?.id);
  const kind = consent?.detail?.__typename === "ConsentDetail" ? consent.detail.kind : undefined;
  return kind ? `The consent “${KINDS[kind]}”` : "A consent of the patient";
}
