import { useEffect, useState } from "react";

import { useViewerQuery } from "../generated/tanstack";
import { PURPOSES } from "../words/purposes";
import { role } from "../words/people";
import { Look } from "./look";
import { useNavigation } from "./navigation";
import { PageHeading } from "./page-heading";
import { PatientPage } from "./patient/patient-page";
import { PatientList } from "./patients/patient-list";
import { EVERYBODY } from "./patients/criteria";
import { AutomaticSignOut } from "./session/automatic-sign-out";
import { useSession } from "./session/session";
import { ViewerContext, useMay, useViewer, type Viewer } from "./viewer";

/** Everything behind signing in. */
export function SignedIn() {
  // What somebody may do does not change while they look elsewhere; each request asks anew anyway.
  const query = useViewerQuery(undefined, { refetchOnWindowFocus: false });
  return (
    <Look query={query} what="who you are">
      {({ viewer }) =>
        viewer ? (
          <ViewerContext value={viewer}>
            <AutomaticSignOut seconds={viewer.session?.idleSeconds ?? undefined} />
            <Banner viewer={viewer} />
            <main>{viewer.patient ? <PatientPage id={viewer.patient.id} /> : <Staff />}</main>
          </ViewerContext>
        ) : (
          <Nobody />
        )
      }
    </Look>
  );
}

/** The browser has lost its session, and only that. */
function Nobody() {
  const { leave } = useSession();
  useEffect(() => leave("ended"), [leave]);
  return null;
}

function Banner({ viewer }: { viewer: Viewer }) {
  const { leave } = useSession();
  const roles = viewer.roles.map(role).join(", ");
  const name = viewer.practitioner?.professionalName;
  return (
    <header className="banner">
      <p className="brand">Consentry</p>
      <p className="who">
        {name ? `${name}, ${roles.toLowerCase()}` : roles}
        {viewer.purpose && <span className="purpose">Purpose: {PURPOSES[viewer.purpose].toLowerCase()}</span>}
      </p>
      <button type="button" onClick={() => leave("signed out")}>
        Sign out
      </button>
    </header>
  );
}

function Staff() {
  const { place, go, back } = useNavigation({ view: "patients" });
  const [criteria, setCriteria] = useState(EVERYBODY);
  const mayRead = useMay("patient.read");
  const viewer = useViewer();
  if (!mayRead) {
    return (
      <>
        <PageHeading title="Nothing to show">Nothing to show</PageHeading>
        <p>Your role, {viewer.roles.map(role).join(", ").toLowerCase()}, sees no patients.</p>
      </>
    );
  }
  if (place.view === "patient") {
    return <PatientPage key={place.id} id={place.id} onBack={back} />;
  }
  return (
    <PatientList criteria={criteria} onCriteria={setCriteria} onOpen={(id) => go({ view: "patient", id })} />
  );
}
