import { useEffect, useId, useRef, useState, type FormEvent } from "react";

import type { SignatureMethod } from "../../generated/schema";
import { useRevokeConsentMutation } from "../../generated/tanstack";
import { explain } from "../problem";

interface Properties {
  readonly consentId: string;
  /** What the consent is called. */
  readonly name: string;
  /** Whether it is the viewer's own: staff say how they know of the revocation. */
  readonly own: boolean;
  readonly onClose: (revoked: boolean) => void;
}

/** Asks whether the consent is really meant to be revoked, and revokes it. */
export function RevokeDialog({ consentId, name, own, onClose }: Properties) {
  const dialog = useRef<HTMLDialogElement>(null);
  const revoked = useRef(false);
  const [problem, setProblem] = useState("");
  const id = useId();
  const revoke = useRevokeConsentMutation();

  // Shown so, it keeps the page out of reach, and gives the focus back when it closes; only then may it go.
  useEffect(() => dialog.current?.showModal(), []);
  function close(done: boolean) {
    revoked.current = done;
    dialog.current?.close();
  }

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    const field = (key: string) => String(fields.get(key) ?? "").trim();
    const evidence = { method: field("method") as SignatureMethod, reference: field("reference") };
    const reason = field("reason");
    setProblem("");
    revoke.mutate(
      { input: { consentId, ...(own ? {} : { evidence }), ...(reason === "" ? {} : { reason }) } },
      {
        onSuccess: ({ revokeConsent }) => {
          const refused = revokeConsent?.userErrors[0];
          if (refused) setProblem(refused.message);
          else close(true);
        },
        // Committed all the same: the page is to be looked at again.
        onError: (error) => (error.code === "RESULT_UNAVAILABLE" ? close(true) : setProblem(explain(error))),
      },
    );
  }

  return (
    <dialog ref={dialog} aria-labelledby={`${id}-title`} onClose={() => onClose(revoked.current)}>
      <form onSubmit={submit}>
        <h2 id={`${id}-title`}>Revoke this consent?</h2>
        <p>
          “{name}” ends now. Whoever looks from then on is refused what it covered. What was seen before cannot be unseen.
        </p>
        {!own && <Evidence id={id} />}
        <div className="field">
          <label htmlFor={`${id}-reason`}>Why (nobody has to say)</label>
          <textarea id={`${id}-reason`} name="reason" rows={2} maxLength={1_000} />
        </div>
        <p role="alert">{problem}</p>
        <div className="actions">
          <button type="button" onClick={() => close(false)}>
            Keep it
          </button>
          <button type="submit" className="primary" disabled={revoke.isPending}>
            {revoke.isPending ? "Revoking …" : "Revoke"}
          </button>
        </div>
      </form>
    </dialog>
  );
}

function Evidence({ id }: { id: string }) {
  return (
    <>
      <div className="field">
        <label htmlFor={`${id}-method`}>How the patient revoked it</label>
        <select id={`${id}-method`} name="method" defaultValue="PAPER">
          <option value="PAPER">On paper</option>
          <option value="VERBAL_DOCUMENTED">Orally, documented by staff</option>
        </select>
      </div>
      <div className="field">
        <label htmlFor={`${id}-reference`}>Where the evidence is filed (no names)</label>
        <input id={`${id}-reference`} name="reference" required maxLength={200} autoComplete="off" />
      </div>
    </>
  );
}
