import { keepPreviousData } from "@tanstack/react-query";
import { useState } from "react";

import type { Cursor } from "../../client/scalars";
import type { AccountingQuery } from "../../generated/graphql";
import type { AccountingRegime } from "../../generated/schema";
import { useAccountingQuery } from "../../generated/tanstack";
import { EXCEPTIONS, REGIMES } from "../../words/grounds";
import { moment } from "../../words/moments";
import { PURPOSES } from "../../words/purposes";
import { Look } from "../look";
import { Pages } from "../pages";
import { WithheldNote } from "../withheld";

const PAGE = 15;

type Entry = NonNullable<AccountingQuery["accountingOfDisclosures"]>["nodes"][number];

/** What left the program about a patient, to whom and why, the newest first. */
export function Accounting({ patientId }: { patientId: string }) {
  const [regime, setRegime] = useState<AccountingRegime>("ALL");
  const [pages, setPages] = useState<readonly Cursor[]>([]);
  const after = pages.at(-1);
  const variables = { patientId, regime, first: PAGE, ...(after === undefined ? {} : { after }) };
  const query = useAccountingQuery(variables, { placeholderData: keepPreviousData });
  const choose = (chosen: string) => {
    const known = (Object.keys(REGIMES) as AccountingRegime[]).find((one) => one === chosen);
    if (!known) return;
    setRegime(known);
    setPages([]);
  };
  return (
    <>
      <label>
        Disclosures{" "}
        <select value={regime} onChange={(event) => choose(event.target.value)}>
          {Object.entries(REGIMES).map(([value, words]) => (
            <option key={value} value={value}>
              {words}
            </option>
          ))}
        </select>
      </label>
      <Look query={query} what="what left">
        {({ accountingOfDisclosures }) => {
          const entries = accountingOfDisclosures?.nodes ?? [];
          const { hasNextPage, endCursor } = accountingOfDisclosures?.pageInfo ?? {};
          if (entries.length === 0) return <p>Nothing has left.</p>;
          return (
            <>
              <Table entries={entries} />
              <Pages
                label="Pages of the accounting"
                back="Newer"
                on="Older"
                pages={pages}
                next={(hasNextPage && endCursor) || null}
                onPages={setPages}
              />
            </>
          );
        }}
      </Look>
    </>
  );
}

function Table({ entries }: { entries: readonly Entry[] }) {
  return (
    <table>
      <caption className="unseen">What left, the newest first</caption>
      <thead>
        <tr>
          <th scope="col">When</th>
          <th scope="col">To whom</th>
          <th scope="col">What</th>
          <th scope="col">For</th>
          <th scope="col">Why</th>
        </tr>
      </thead>
      <tbody>
        {entries.map((entry) => (
          <Row key={entry.id} entry={entry} />
        ))}
      </tbody>
    </table>
  );
}

function Row({ entry: { detail } }: { entry: Entry }) {
  if (detail?.__typename !== "DisclosureDetail") {
    return (
      <tr>
        <td colSpan={5}>{detail ? <WithheldNote what="This disclosure" withheld={detail} /> : "Nothing is entered."}</td>
      </tr>
    );
  }
  const { name, affiliation, address } = detail.recipient;
  return (
    <tr>
      <td className="moment">{moment(detail.occurredAt)}</td>
      <td>{[name, affiliation, address].filter(Boolean).join(", ")}</td>
      <td>{detail.description}</td>
      <td>{detail.purpose ? PURPOSES[detail.purpose] : ""}</td>
      <td>{detail.exception ? EXCEPTIONS[detail.exception] : detail.consentCopy}</td>
    </tr>
  );
}
