import { SessionProvider } from "./session/session";
import { SignIn } from "./session/sign-in";
import { SignedIn } from "./signed-in";

/** The console: signing in, and what is behind it. */
export function Console() {
  return <SessionProvider signedOut={(farewell, begin) => <SignIn farewell={farewell} onSignIn={begin} />} signedIn={<SignedIn />} />;
}
