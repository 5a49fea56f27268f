import { useQueryClient } from "@tanstack/react-query";

import type { PatientQuery } from "../../generated/graphql";
import { usePatientQuery } from "../../generated/tanstack";
import { time } from "../../words/moments";
import { PATIENT_STATUSES } from "../../words/people";
import { Look } from "../look";
import { PageHeading } from "../page-heading";
import { useMay, useViewer } from "../viewer";
import { AccessHistory } from "./access-history";
import { Accounting } from "./accounting";
import { CareTeam } from "./care-team";
import { Consents } from "./consents";
import { Disclosure } from "./disclosure";
import { Identity } from "./identity";
import { WhoCanSee } from "./who-can-see";

interface Properties {
  readonly id: string;
  /** Goes back to the list; left out when there is none, as for a patient. */
  readonly onBack?: () => void;
}

/** What there is of one patient, each part shown or with the reason why not. */
export function PatientPage({ id, onBack }: Properties) {
  const query = usePatientQuery({ id });
  const own = useViewer().patient?.id === id;
  const mayExplain = useMay("consent.read");
  const mayReadHistory = useMay("access_history.read");
  const mayReadAccounting = useMay("disclosure.accounting");
  // All that is open: one part of the page must not tell of another moment than the next.
  const client = useQueryClient();
  const lookAgain = () => void client.refetchQueries({ type: "active" });
  return (
    <>
      {onBack && (
        <nav aria-label="Back">
          <button type="button" className="link" onClick={onBack}>
            ← All patients
          </button>
        </nav>
      )}
      <div className="title">
        <PageHeading title={own ? "My record" : "Patient"}>{own ? "My record" : heading(query.data)}</PageHeading>
        <button type="button" onClick={lookAgain}>
          Look again
        </button>
      </div>
      <Look query={query} what="the record">
        {({ patient }) =>
          patient ? (
            <>
              <p role="status" className="as-of">
                As of {time(query.dataUpdatedAt)}.
              </p>
              <Facts patient={patient} />
              <Identity identity={patient.identity} />
              <Consents patient={patient} own={own} onRevoked={lookAgain} />
              <CareTeam places={patient.careTeam?.nodes ?? []} />
              {mayExplain && (
                <Disclosure title={own ? "Who can see my record, and why" : "Who can see this, and why"}>
                  <WhoCanSee patientId={id} consents={patient.consents?.nodes ?? []} />
                </Disclosure>
              )}
              {mayReadHistory && (
                <Disclosure title={own ? "Who looked at my record" : "Who looked"}>
                  <AccessHistory patientId={id} own={own} />
                </Disclosure>
              )}
              {mayReadAccounting && (
                <Disclosure title={own ? "What left this program about me" : "What left this program"}>
                  <Accounting patientId={id} />
                </Disclosure>
              )}
            </>
          ) : (
            <p role="status">This patient is not within your reach.</p>
          )
        }
      </Look>
    </>
  );
}

function heading(data: PatientQuery | undefined): string {
  const patient = data?.patient;
  if (!patient) return "Patient";
  const name = patient.identity?.__typename === "PatientIdentity" ? patient.identity.fullName : null;
  return name ?? `Patient ${patient.displayCode}`;
}

function Facts({ patient }: { patient: NonNullable<PatientQuery["patient"]> }) {
  return (
    <dl className="facts">
      <div>
        <dt>Display code</dt>
        <dd>{patient.displayCode}</dd>
      </div>
      <div>
        <dt>Status</dt>
        <dd>{PATIENT_STATUSES[patient.status]}</dd>
      </div>
      {patient.location && (
        <div>
          <dt>Place</dt>
          <dd>{patient.location.name}</dd>
        </div>
      )}
    </dl>
  );
}
