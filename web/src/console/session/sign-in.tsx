import { useEffect, useId, useState, type FormEvent } from "react";

import { RequestError, send } from "../../client/send";
import { fetchOffers, type Actor, type Offers } from "../../demo/offers";
import type { SignInMutation, SignInMutationVariables } from "../../generated/graphql";
import { SignInDocument } from "../../generated/tanstack";
import { PageHeading } from "../page-heading";
import { explain } from "../problem";
import type { Farewell } from "./session";

const FAREWELLS: Record<Farewell, string> = {
  "signed out": "You are signed out.",
  ended: "Your session has ended. Sign in again.",
  idle: "You were signed out because nothing happened for 15 minutes.",
};

interface Properties {
  readonly farewell: Farewell | undefined;
  readonly onSignIn: (token: string) => void;
}

/** Asks who is there. */
export function SignIn({ farewell, onSignIn }: Properties) {
  const [problem, setProblem] = useState("");
  const [busy, setBusy] = useState(false);

  async function signIn(input: SignInMutationVariables["input"]) {
    setBusy(true);
    setProblem("");
    try {
      const nobody = { endpoint: "/graphql" };
      const { signIn: answer } = await send<SignInMutation, SignInMutationVariables>(nobody, SignInDocument, { input });
      if (answer?.result) return onSignIn(answer.result.token);
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

function DemoActors({ signIn }: { signIn: (input: SignInMutationVariables["input"]) => Promise<void> }) {
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
