import type { Cursor } from "../../client/scalars";
import type { ListedPatientFragment } from "../../generated/graphql";
import { usePatientCountQuery, usePatientsQuery } from "../../generated/tanstack";
import { day } from "../../words/moments";
import { PATIENT_STATUSES } from "../../words/people";
import { Look } from "../look";
import { PageHeading } from "../page-heading";
import { useMay } from "../viewer";
import { WithheldShort } from "../withheld";
import { EVERYBODY, PAGE, variables, type Criteria } from "./criteria";
import { SearchForm } from "./search-form";

interface Properties {
  readonly criteria: Criteria;
  readonly onCriteria: (criteria: Criteria) => void;
  readonly onOpen: (id: string) => void;
}

/** The patients within reach: names where a look is allowed, elsewhere the reason why not. */
export function PatientList({ criteria, onCriteria, onOpen }: Properties) {
  const maySearch = useMay("phi.search");
  const query = usePatientsQuery(variables(criteria));
  const { after: _, first: __, orderBy: ___, ...which } = variables(criteria);
  const count = usePatientCountQuery(which);
  const total = count.data?.patients?.totalCount;
  const begin = criteria.pages.length * PAGE;

  return (
    <>
      <div className="title">
        <PageHeading title="Patients">Patients</PageHeading>
        <button type="button" onClick={() => void query.refetch()}>
          Look again
        </button>
      </div>
      <SearchForm criteria={criteria} maySearch={maySearch} onCriteria={onCriteria} />
      <Look query={query} what="patients">
        {({ patients }) => {
          const nodes = patients?.nodes ?? [];
          const next = patients?.pageInfo.hasNextPage ? patients.pageInfo.endCursor : null;
          return (
            <>
              <p role="status">{counted(begin, nodes.length, total)}</p>
              {nodes.length > 0 && <Table patients={nodes} onOpen={onOpen} />}
              <Pages criteria={criteria} next={next} onCriteria={onCriteria} />
            </>
          );
        }}
      </Look>
      {(criteria.text || criteria.status) && (
        <button type="button" onClick={() => onCriteria(EVERYBODY)}>
          Show all patients
        </button>
      )}
    </>
  );
}

function counted(begin: number, here: number, total: number | undefined): string {
  if (here === 0) return "No patient within your reach matches.";
  const whole = total === undefined ? "" : ` of ${total}`;
  return `Patients ${begin + 1} to ${begin + here}${whole}.`;
}

function Table({ patients, onOpen }: { patients: readonly ListedPatientFragment[]; onOpen: (id: string) => void }) {
  return (
    <table>
      <caption className="unseen">Patients</caption>
      <thead>
        <tr>
          <th scope="col">Display code</th>
          <th scope="col">Name</th>
          <th scope="col">Born</th>
          <th scope="col">Status</th>
        </tr>
      </thead>
      <tbody>
        {patients.map((patient) => (
          <Row key={patient.id} patient={patient} onOpen={onOpen} />
        ))}
      </tbody>
    </table>
  );
}

function Row({ patient, onOpen }: { patient: ListedPatientFragment; onOpen: (id: string) => void }) {
  const { identity } = patient;
  const known = identity?.__typename === "PatientIdentity" ? identity : undefined;
  return (
    <tr>
      <th scope="row">
        <button type="button" className="link" onClick={() => onOpen(patient.id)}>
          {patient.displayCode}
        </button>
      </th>
      <td>
        {known ? (known.fullName ?? "No name is entered") : identity?.__typename === "Withheld" ? <WithheldShort withheld={identity} /> : "Nothing is entered"}
      </td>
      <td>{known?.birthDate ? day(known.birthDate) : ""}</td>
      <td>{PATIENT_STATUSES[patient.status]}</td>
    </tr>
  );
}

interface PagesProperties {
  readonly criteria: Criteria;
  readonly next: Cursor | null;
  readonly onCriteria: (criteria: Criteria) => void;
}

function Pages({ criteria, next, onCriteria }: PagesProperties) {
  const { pages } = criteria;
  if (pages.length === 0 && next === null) return null;
  return (
    <nav aria-label="Pages" className="pages">
      <button type="button" disabled={pages.length === 0} onClick={() => onCriteria({ ...criteria, pages: pages.slice(0, -1) })}>
        Previous page
      </button>
      <span>Page {pages.length + 1}</span>
      <button type="button" disabled={next === null} onClick={() => next !== null && onCriteria({ ...criteria, pages: [...pages, next] })}>
        Next page
      </button>
    </nav>
  );
}
