import { useEffect, useId, useState, type FormEvent } from "react";

import { RequestError, send, type Connection } from "../client/send";
import { fetchOffers, type Actor, type Offers } from "../demo/offers";
import type { Purpose } from "../generated/schema";
import { PURPOSES } from "../words/purposes";

const SIGN_IN = `mutation SignIn($input: SignInInput!) {
  signIn(input: $input) { result { token idleSeconds } userErrors { message } }
}`;

interface SignedIn {
  signIn: { result: { token: string; idleSeconds: number | null } | null; userErrors: { message: string }[] } | null;
}

interface Properties {
  readonly connection: Connection;
  /** Whether the last session is over, by the server's word or since nobody did anything. */
  readonly ended: boolean;
  /** Whether it is about to be over, since nobody does anything. */
  readonly ending: boolean;
  readonly onSignIn: (token: string, idleSeconds: number | undefined) => void;
  readonly onSignOut: () => void;
  readonly onPurpose: (purpose: Purpose | undefined) => void;
}

/** Who asks, and for what purpose. */
export function SignInBar({ connection, ended, ending, onSignIn, onSignOut, onPurpose }: Properties) {
  const [who, setWho] = useState("");
  const [problem, setProblem] = useState("");
  const [busy, setBusy] = useState(false);
  const signedIn = connection.token !== undefined;

  async function signIn(input: { organization: string; email: string; password: string }, name: string) {
    setBusy(true);
    setProblem("");
    try {
      const nobody: Connection = { endpoint: connection.endpoint };
      const { signIn: answer } = await send<SignedIn, { input: typeof input }>(nobody, SIGN_IN, { input });
      if (answer?.result) {
        setWho(name);
        onSignIn(answer.result.token, answer.result.idleSeconds ?? undefined);
      } else {
        setProblem(answer?.userErrors[0]?.message ?? "Signing in did not work.");
      }
    } catch (error) {
      setProblem(error instanceof RequestError ? error.message : "Signing in did not work.");
    } finally {
      setBusy(false);
    }
  }

  function signOut() {
    onSignOut();
    setWho("");
  }

  return (
    <header className="bar">
      <h1>Consentry explorer</h1>
      <PurposeChoice purpose={connection.purpose} onPurpose={onPurpose} />
      {signedIn ? (
        <button type="button" onClick={signOut}>
          Sign out
        </button>
      ) : (
        <SignInForms busy={busy} signIn={signIn} />
      )}
      <p role="status">
        {problem || (signedIn ? `Signed in as ${who}.` : ended ? "Your session has ended: sign in again." : "")}
        {ending && " Nothing has happened for a while: you will be signed out within a minute."}
      </p>
    </header>
  );
}

function PurposeChoice({ purpose, onPurpose }: { purpose: Purpose | undefined; onPurpose: Properties["onPurpose"] }) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>Purpose of use</label>
      <select id={id} value={purpose ?? ""} onChange={(event) => onPurpose((event.target.value || undefined) as Purpose)}>
        <option value="">The default of my role</option>
        {Object.entries(PURPOSES).map(([code, words]) => (
          <option key={code} value={code}>
            {words}
          </option>
        ))}
      </select>
    </div>
  );
}

type SignIn = (input: { organization: string; email: string; password: string }, name: string) => Promise<void>;

function SignInForms({ busy, signIn }: { busy: boolean; signIn: SignIn }) {
  const [offers, setOffers] = useState<Offers>();
  useEffect(() => void fetchOffers().then(setOffers), []);

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    const field = (name: string) => String(fields.get(name) ?? "");
    const input = { organization: field("organization"), email: field("email"), password: field("password") };
    void signIn(input, input.email);
  }

  return (
    <>
      {offers && <DemoChoice offers={offers} signIn={signIn} />}
      <form onSubmit={submit} aria-label="Sign in">
        <Field name="organization" label="Organization" autoComplete="organization" />
        <Field name="email" label="Email" type="email" autoComplete="username" />
        <Field name="password" label="Password" type="password" autoComplete="current-password" />
        <button type="submit" disabled={busy}>
          Sign in
        </button>
      </form>
    </>
  );
}

function DemoChoice({ offers, signIn }: { offers: Offers; signIn: SignIn }) {
  const id = useId();
  const name = (actor: Actor) => actor.description.split(",")[0] ?? actor.email;
  return (
    <div className="field">
      <label htmlFor={id}>Somebody of the demo</label>
      <select
        id={id}
        value=""
        onChange={(event) => {
          const actor = offers.actors[Number(event.target.value)];
          if (actor) {
            const { organization, email } = actor;
            void signIn({ organization, email, password: offers.password }, name(actor));
          }
        }}
      >
        <option value="" disabled>
          Sign in as …
        </option>
        {offers.actors.map((actor, index) => (
          <option key={`${actor.organization} ${actor.email}`} value={index}>
            {actor.description}
          </option>
        ))}
      </select>
    </div>
  );
}

function Field({ name, label, type = "text", autoComplete }: { name: string; label: string; type?: string; autoComplete: string }) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input id={id} name={name} type={type} autoComplete={autoComplete} required />
    </div>
  );
}
