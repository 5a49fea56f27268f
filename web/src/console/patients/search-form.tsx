import { useId, type FormEvent } from "react";

import type { PatientStatus } from "../../generated/schema";
import { PATIENT_STATUSES } from "../../words/people";
import type { Criteria, SearchBy } from "./criteria";

const BY: Record<SearchBy, string> = { namePrefix: "Name begins with", email: "Email", phone: "Phone" };

interface Properties {
  readonly criteria: Criteria;
  /** Whether the viewer may search by who somebody is. */
  readonly maySearch: boolean;
  readonly onCriteria: (criteria: Criteria) => void;
}

/** Asks which patients. */
export function SearchForm({ criteria, maySearch, onCriteria }: Properties) {
  const id = useId();
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    const field = (name: string) => String(fields.get(name) ?? "");
    onCriteria({
      by: (field("by") || "namePrefix") as SearchBy,
      text: field("text"),
      status: field("status") as PatientStatus | "",
      pages: [],
    });
  }
  return (
    <search>
      {/* Another key for other criteria: the fields begin with them. */}
      <form onSubmit={submit} className="criteria" key={JSON.stringify([criteria.by, criteria.text, criteria.status])}>
        {maySearch && (
          <>
            <div className="field">
              <label htmlFor={`${id}-by`}>Search by</label>
              <select id={`${id}-by`} name="by" defaultValue={criteria.by}>
                {Object.entries(BY).map(([key, words]) => (
                  <option key={key} value={key}>
                    {words}
                  </option>
                ))}
              </select>
            </div>
            <div className="field grow">
              <label htmlFor={`${id}-text`}>Search for</label>
              <input id={`${id}-text`} name="text" defaultValue={criteria.text} autoComplete="off" spellCheck={false} />
            </div>
          </>
        )}
        <div className="field">
          <label htmlFor={`${id}-status`}>Status</label>
          <select id={`${id}-status`} name="status" defaultValue={criteria.status}>
            <option value="">Any</option>
            {Object.entries(PATIENT_STATUSES).map(([key, words]) => (
              <option key={key} value={key}>
                {words}
              </option>
            ))}
          </select>
        </div>
        <button type="submit">Show</button>
      </form>
      {maySearch && (
        <p className="hint">A search finds only patients whose consent covers it. A name needs three letters or more.</p>
      )}
    </search>
  );
}
