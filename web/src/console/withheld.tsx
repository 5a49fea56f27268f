import type { ReasonFragment } from "../generated/graphql";
import { WITHHELD } from "../words/withheld";

/** A reason in the place of a value, in a few words. */
export function WithheldShort({ withheld }: { withheld: Pick<ReasonFragment, "reason"> }) {
  return <span className="withheld">{WITHHELD[withheld.reason].short}</span>;
}

/** A reason in the place of a section. */
export function WithheldNote({ what, withheld }: { what: string; withheld: ReasonFragment }) {
  return (
    <p className="withheld note">
      <strong>{what} is not shown.</strong> {WITHHELD[withheld.reason].sentence}
      {withheld.consentRequestable && " You may prepare a consent that would allow it, for the patient to sign."}
    </p>
  );
}
