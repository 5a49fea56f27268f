import { useEffect, useId, useState, type FormEvent } from "react";

import { csrfToken } from "../../client/browser-session";
import { RequestError, send } from "../../client/send";
import { fetchOffers, type Actor, type Offers } from "../../demo/offers";
import type { SignInWithCookieMutation, SignInWithCookieMutationVariables } from "../../generated/graphql";
import { SignInWithCookieDocument } from "../../generated/tanstack";
import { PageHeading } from "../page-heading";
import { explain } from "../problem";
import { BROWSER, parted, type Farewell } from "./session";

const FAREWELLS: Record<Farewell, string> = {
  "signed out": "You are signed out.",
  ended: "Your session has ended. Sign in again.",
  idle: "You were signed out because nothing happened for too long.",
};

type Input = SignInWithCookieMutationVariables["input"];

function open(input: Input): Promise<SignInWithCookieMutation> {
  const connection = { ...BROWSER, csrf: csrfToken() };
  return send<SignInWithCookieMutation, SignInWithCookieMutationVariables>(connection, SignInWithCookieDocument, { input });
}

interface Properties {
  readonly farewell: Farewell | undefined;
  readonly onSignIn: () => void;
}

/** Asks who is there. */
export function SignIn({ farewell, onSignIn }: Properties) {
  const [problem, setProblem] = useState("");
  const [busy, setBusy] = useState(false);

  async function signIn(input: Input) {
    setBusy(true);
    setProblem("");
    try {
      await parted();
      const { signInWithCookie: answer } = await open(input).catch((error: unknown) => {
        // A cookie was left of a session that is over. It is taken back with that answer.
        if (error instanceof RequestError && [401, 403].includes(error.status)) return open(input);
        throw error;
      });
      if (answer?.result) return onSignIn();
      setProblem(answer?.userErrors[0]?.message ?? "Signing in did not work. Try again.");
    } catch (error) {
      setProblem(error instanceof RequestError ? explain(error) : "Signing in did not work. Try again.");
    }
    setBusy(false);
  }

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    const field = (name: string) => String(fields.get(name) ?? "");
    void signIn({ organization: field("organization"), email: field("email"), password: field("password") });
  }

  return (
    <main className="sign-in">
      <p className="brand">Consentry</p>
      <PageHeading title="Sign in">Sign in</PageHeading>
      {farewell && <p role="status">{FAREWELLS[farewell]}</p>}
      <form onSubmit={submit}>
        <Field name="organization" label="Organization" autoComplete="organization" hint="Its short name, such as demo" />
        <Field name="email" label="Email" type="email" autoComplete="username" />
        <Field name="password" label="Password" type="password" autoComplete="current-password" />
        <p role="alert">{problem}</p>
        <button type="submit" className="primary" disabled={busy}>
          {busy ? "Signing in …" : "Sign in"}
        </button>
      </form>
      <DemoActors signIn={signIn} />
    </main>
  );
}

function DemoActors({ signIn }: { signIn: (input: Input) => Promise<void> }) {
  const [offers, setOffers] = useState<Offers>();
  useEffect(() => void fetchOffers().then(setOffers), []);
  if (!offers) return null;
  const password = offers.password;
  const choose = ({ organization, email }: Actor) => signIn({ organization, email, password });
  return (
    <section aria-labelledby="demo">
      <h2 id="demo">Or as somebody of the demo</h2>
      <p>This server runs with invented people. Each of them can be tried.</p>
      <ul className="actors">
        {offers.actors.map((actor) => (
          <li key={`${actor.organization} ${actor.email}`}>
            <button type="button" onClick={() => void choose(actor)}>
              {actor.description}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

interface FieldProperties {
  readonly name: string;
  readonly label: string;
  readonly type?: string;
  readonly autoComplete: string;
  readonly hint?: string;
}

function Field({ name, label, type = "text", autoComplete, hint }: FieldProperties) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        name={name}
        type={type}
        autoComplete={autoComplete}
        autoCapitalize="none"
        required
        aria-describedby={hint && `${id}-hint`}
      />
      {hint && (
        <p className="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
    </div>
  );
}
