import { keepPreviousData } from "@tanstack/react-query";
import { useState } from "react";

import type { Cursor } from "../../client/scalars";
import type { AccessHistoryQuery } from "../../generated/graphql";
import { useAccessHistoryQuery } from "../../generated/tanstack";
import { GROUNDS } from "../../words/grounds";
import { moment } from "../../words/moments";
import { role } from "../../words/people";
import { PURPOSES } from "../../words/purposes";
import { deed, refusal } from "../../words/record";
import { Look } from "../look";
import { Pages } from "../pages";
import { useViewer } from "../viewer";

const PAGE = 15;

type Entry = NonNullable<AccessHistoryQuery["accessHistory"]>["nodes"][number];

/** Who looked and who changed something, refusals included, the newest first. */
export function AccessHistory({ patientId, own }: { patientId: string; own: boolean }) {
  const [pages, setPages] = useState<readonly Cursor[]>([]);
  const after = pages.at(-1);
  const variables = { patientId, first: PAGE, ...(after === undefined ? {} : { after }) };
  const query = useAccessHistoryQuery(variables, { placeholderData: keepPreviousData });
  return (
    <>
      <button type="button" onClick={() => void query.refetch()} aria-label="Look again who looked">
        Look again
      </button>
      <Look query={query} what="who looked">
        {({ accessHistory }) => {
          const entries = accessHistory?.nodes ?? [];
          const next = accessHistory?.pageInfo.hasNextPage ? accessHistory.pageInfo.endCursor : null;
          if (entries.length === 0) return <p>Nobody has looked.</p>;
          return (
            <>
              <Table entries={entries} own={own} />
              <Pages label="Pages of the record" back="Newer" on="Older" pages={pages} next={next} onPages={setPages} />
            </>
          );
        }}
      </Look>
    </>
  );
}

function Table({ entries, own }: { entries: readonly Entry[]; own: boolean }) {
  return (
    <table>
      <caption className="unseen">Who looked, the newest first</caption>
      <thead>
        <tr>
          <th scope="col">When</th>
          <th scope="col">Who</th>
          <th scope="col">What</th>
          <th scope="col">For</th>
          <th scope="col">Outcome</th>
        </tr>
      </thead>
      <tbody>
        {entries.map((entry) => (
          <Row key={entry.id} entry={entry} own={own} />
        ))}
      </tbody>
    </table>
  );
}

function Row({ entry, own }: { entry: Entry; own: boolean }) {
  const viewer = useViewer();
  const subject = entry.subject?.__typename === "AuditSubject" ? entry.subject : undefined;
  const me = entry.actor !== null && entry.actor.id === viewer.user?.id;
  return (
    <tr>
      <td className="moment">{moment(entry.occurredAt)}</td>
      <td>{me ? (own ? "Myself" : "You") : actor(entry)}</td>
      <td>{deed(entry, subject?.lookedAt)}</td>
      <td>{subject?.purpose ? PURPOSES[subject.purpose] : ""}</td>
      <td>{subject ? <Outcome entry={entry} subject={subject} /> : "Not shown"}</td>
    </tr>
  );
}

function actor(entry: Entry): string {
  const name = entry.actor?.practitioner?.professionalName;
  const as = entry.actorRole ? role(entry.actorRole) : "";
  if (name) return as ? `${name}, ${as.toLowerCase()}` : name;
  return as || "Nobody who was signed in";
}

type Subject = Extract<NonNullable<Entry["subject"]>, { __typename: "AuditSubject" }>;

function Outcome({ entry, subject }: { entry: Entry; subject: Subject }) {
  if (subject.decision === "DENY") return <span className="mark refused">Refused: {refusal(subject.refusal).toLowerCase()}</span>;
  const done = entry.action === "WRITE" && !subject.lookedAt;
  return (
    <>
      <span className="mark in-force">{done ? "Done" : "Allowed"}</span>
      {subject.ground && `: ${GROUNDS[subject.ground].toLowerCase()}`}
    </>
  );
}
