import { useRef, useState } from "react";

import type { ConsentWithDetailFragment, PatientQuery, WholeDetailFragment } from "../../generated/graphql";
import { CAPACITIES, CLASSES, KINDS, METHODS, RECIPIENT_CLASSES, STATUSES } from "../../words/consents";
import { moment } from "../../words/moments";
import { PURPOSES } from "../../words/purposes";
import { useMay } from "../viewer";
import { WithheldNote } from "../withheld";
import { RevokeDialog } from "./revoke-dialog";

interface Properties {
  readonly patient: NonNullable<PatientQuery["patient"]>;
  /** Whether these are the viewer's own. */
  readonly own: boolean;
  readonly onRevoked: () => void;
}

/** What the patient allowed and forbade. */
export function Consents({ patient, own, onRevoked }: Properties) {
  const mayRevoke = useMay(own ? "consent.revoke" : "consent.record");
  const [revoking, setRevoking] = useState<{ id: string; name: string }>();
  const [done, setDone] = useState("");
  const heading = useRef<HTMLHeadingElement>(null);
  const consents = patient.consents?.nodes ?? [];
  return (
    <section aria-labelledby="consents">
      <h2 id="consents" ref={heading} tabIndex={-1}>
        {own ? "My consents" : "Consents"}
      </h2>
      <p role="status">{done}</p>
      {consents.length === 0 && <p>There are none.</p>}
      <ul className="consents">
        {consents.map((consent) => (
          <li key={consent.id}>
            <ConsentCard
              consent={consent}
              onRevoke={mayRevoke ? (name) => setRevoking({ id: consent.id, name }) : undefined}
            />
          </li>
        ))}
      </ul>
      {revoking && (
        <RevokeDialog
          consentId={revoking.id}
          name={revoking.name}
          own={own}
          onClose={(revoked) => {
            setRevoking(undefined);
            if (revoked) {
              setDone("The consent is revoked. Whoever looks from now on is refused what it covered.");
              // The button that was pressed goes with the consent's force.
              heading.current?.focus();
              onRevoked();
            }
          }}
        />
      )}
    </section>
  );
}

interface CardProperties {
  readonly consent: ConsentWithDetailFragment;
  readonly onRevoke: ((name: string) => void) | undefined;
}

function ConsentCard({ consent, onRevoke }: CardProperties) {
  const { detail } = consent;
  if (!detail) return <p>Nothing is entered.</p>;
  if (detail.__typename === "Withheld") return <WithheldNote what="What this consent says" withheld={detail} />;
  const name = KINDS[detail.kind];
  return (
    <>
      <h3>
        {name} <span className={detail.inForce ? "mark in-force" : "mark"}>{standing(detail)}</span>
      </h3>
      <dl className="facts">
        {terms(detail).map(([term, value]) => (
          <div key={term}>
            <dt>{term}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {onRevoke && detail.status === "ACTIVE" && (
        <button type="button" onClick={() => onRevoke(name)} aria-label={`Revoke: ${name}`}>
          Revoke
        </button>
      )}
    </>
  );
}

function standing(detail: WholeDetailFragment): string {
  if (detail.inForce) return "In force";
  return detail.status === "ACTIVE" ? "Not in force" : STATUSES[detail.status];
}

function terms(detail: WholeDetailFragment): [string, string][] {
  const signed = detail.signedAt && [
    moment(detail.signedAt),
    detail.signatureMethod && METHODS[detail.signatureMethod],
    detail.signerCapacity && `by ${CAPACITIES[detail.signerCapacity]}`,
  ];
  const revoked = detail.revokedAt && [
    moment(detail.revokedAt),
    detail.revocationMethod && METHODS[detail.revocationMethod],
    detail.revocationReason && `“${detail.revocationReason}”`,
  ];
  const all: [string, string | null | undefined][] = [
    [detail.decision === "PERMIT" ? "Allows" : "Forbids", detail.scopes.map((scope) => CLASSES[scope.dataClass]).join(", ")],
    ["To", detail.recipients.map(recipient).join(", ")],
    ["For", detail.purposes.map((purpose) => PURPOSES[purpose]).join(", ")],
    ["From", moment(detail.validFrom)],
    ["Until", detail.validTo ? moment(detail.validTo) : (detail.expiryEvent ?? "it is revoked")],
    ["Signed", signed && signed.filter(Boolean).join(", ")],
    ["Revoked", revoked && revoked.filter(Boolean).join(", ")],
  ];
  return all.filter((fact): fact is [string, string] => Boolean(fact[1]));
}

function recipient(named: WholeDetailFragment["recipients"][number]): string {
  if (named.practitioner) return named.practitioner.professionalName;
  const group = named.recipientClass ? RECIPIENT_CLASSES[named.recipientClass] : undefined;
  if (named.intermediaryName) return group ? `${named.intermediaryName}, for: ${group}` : named.intermediaryName;
  if (group) return group;
  return named.kind === "ORGANIZATION" ? "an organization with all beneath it" : named.kind === "CONTACT" ? "a family member or friend" : "one person";
}
