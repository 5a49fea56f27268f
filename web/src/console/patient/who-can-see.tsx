import type { ConsentWithDetailFragment, ExplainAccessQuery } from "../../generated/graphql";
import { useExplainAccessQuery } from "../../generated/tanstack";
import { CLASSES, KINDS } from "../../words/consents";
import { GROUNDS } from "../../words/grounds";
import { moment } from "../../words/moments";
import { PURPOSES } from "../../words/purposes";
import { WITHHELD } from "../../words/withheld";
import { Look } from "../look";
import { useViewer } from "../viewer";
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
        if (explainAccess.entries.length === 0) return <p>Nobody but the patient.</p>;
        return <Table entries={explainAccess.entries} consents={consents} />;
      }}
    </Look>
  );
}

/** What one person can see for one and the same reason, or cannot. */
interface Ruling {
  readonly permitted: boolean;
  readonly why: string;
  readonly classes: string[];
}

function rulings(entries: readonly Entry[], consents: Properties["consents"]): Ruling[] {
  const found: Ruling[] = [];
  for (const entry of entries) {
    const permitted = entry.decision === "PERMIT";
    const reason = why(entry, consents);
    const alike = found.find((ruling) => ruling.permitted === permitted && ruling.why === reason);
    const name = CLASSES[entry.dataClass] + (entry.isIdentity ? ", and with them who the patient is" : "");
    if (alike) alike.classes.push(name);
    else found.push({ permitted, why: reason, classes: [name] });
  }
  return found.sort((one, other) => Number(other.permitted) - Number(one.permitted));
}

function Table({ entries, consents }: { entries: readonly Entry[]; consents: Properties["consents"] }) {
  const people = new Map<string, Entry[]>();
  for (const entry of entries) {
    // An organization has a line for each purpose that its keys are bound to.
    const id = entry.organization ? `${entry.organization.id} ${entry.purpose}` : (entry.user?.id ?? "");
    people.set(id, [...(people.get(id) ?? []), entry]);
  }
  return (
    <table className="people">
      <caption className="unseen">Who can see what, and why</caption>
      <thead>
        <tr>
          <th scope="col">Who</th>
          <th scope="col">Sees it</th>
          <th scope="col">What</th>
          <th scope="col">Why</th>
        </tr>
      </thead>
      {[...people].map(([id, theirs]) => (
        <Person key={id} entries={theirs} rulings={rulings(theirs, consents)} />
      ))}
    </table>
  );
}

function Person({ entries, rulings: all }: { entries: readonly Entry[]; rulings: readonly Ruling[] }) {
  const viewer = useViewer();
  const [first] = entries;
  const me = first !== undefined && first.user !== null && first.user.id === viewer.user?.id;
  return (
    <tbody>
      {all.map(({ permitted, why: reason, classes }, index) => (
        <tr key={`${permitted} ${reason}`}>
          {index === 0 && (
            <th scope="rowgroup" rowSpan={all.length}>
              {me ? "You" : person(entries)}
              {first?.purpose && <span className="purpose">for {PURPOSES[first.purpose].toLowerCase()}</span>}
            </th>
          )}
          <td>
            <span className={permitted ? "mark in-force" : "mark"}>{permitted ? "Yes" : "No"}</span>
          </td>
          <td>
            <ul>
              {classes.map((name) => (
                <li key={name}>{name}</li>
              ))}
            </ul>
          </td>
          <td>{reason}</td>
        </tr>
      ))}
    </tbody>
  );
}

function person(entries: readonly Entry[]): string {
  const [entry] = entries;
  if (entry?.organization) return entry.organization.name;
  const name = entry?.user?.practitioner?.professionalName;
  // Nothing tells who a user is but the name under which they practise. The patient's own look is known by its ground.
  if (name) return name;
  if (entry?.purpose !== "PATIENT_REQUEST") return "Somebody who does not treat";
  return entries.some(({ ground }) => ground === "SELF") ? "The patient" : "Somebody close to the patient";
}

function why(entry: Entry, consents: Properties["consents"]): string {
  if (entry.decision === "DENY") return entry.reason ? WITHHELD[entry.reason].short : "Not allowed";
  const until = entry.until ? `, until ${moment(entry.until)}` : "";
  const consent = entry.viaConsent && consents.find(({ id }) => id === entry.viaConsent?.id);
  const kind = consent?.detail?.__typename === "ConsentDetail" ? consent.detail.kind : undefined;
  if (kind) return `The consent “${KINDS[kind]}”${until}`;
  return `${entry.ground ? GROUNDS[entry.ground] : "Allowed"}${until}`;
}
