import { keepPreviousData } from "@tanstack/react-query";

import type { ListedPatientFragment } from "../../generated/graphql";
import { usePatientCountQuery, usePatientsQuery } from "../../generated/tanstack";
import { day } from "../../words/moments";
import { PATIENT_STATUSES } from "../../words/people";
import { Look } from "../look";
import { PageHeading } from "../page-heading";
import { Pages } from "../pages";
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
  // The rows before stay until the next ones come, and with them the button that was pressed and its focus.
  const query = usePatientsQuery(variables(criteria), { placeholderData: keepPreviousData });
  const { after: _, first: __, orderBy: ___, ...which } = variables(criteria);
  const count = usePatientCountQuery(which);
  const total = count.data?.patients?.totalCount;
  const begin = criteria.pages.length * PAGE;

  return (
    <>
      <div className="title">
        <PageHeading title="Patients">Patients</PageHeading>
        <button type="button" onClick={() => void Promise.all([query.refetch(), count.refetch()])}>
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
              <Pages
                label="Pages"
                back="Previous page"
                on="Next page"
                pages={criteria.pages}
                next={next}
                onPages={(pages) => onCriteria({ ...criteria, pages })}
              />
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
  const birthDate = identity?.__typename === "PatientIdentity" ? identity.birthDate : null;
  return (
    <tr>
      <th scope="row">
        <button type="button" className="link" onClick={() => onOpen(patient.id)}>
          {patient.displayCode}
        </button>
      </th>
      <td>
        <Name identity={identity} />
      </td>
      <td>{birthDate && day(birthDate)}</td>
      <td>{PATIENT_STATUSES[patient.status]}</td>
    </tr>
  );
}

function Name({ identity }: { identity: ListedPatientFragment["identity"] }) {
  if (!identity) return "Nothing is entered";
  if (identity.__typename === "Withheld") return <WithheldShort withheld={identity} />;
  return identity.fullName ?? "No name is entered";
}
