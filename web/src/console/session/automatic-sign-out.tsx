import { useConnection } from "../../client/connection";
import { send } from "../../client/send";
import { StillHereDocument } from "../../generated/tanstack";
import { useIdle } from "../../idle";
import { useSession, WINDOWS } from "./session";

/** Signs out when nobody has done anything for so many seconds, in any window of the console; before that, it says so. */
export function AutomaticSignOut({ seconds }: { seconds: number | undefined }) {
  const connection = useConnection();
  const { leave, failed } = useSession();
  const ending = useIdle({
    seconds,
    windows: `${WINDOWS}-activity`,
    over: () => leave("idle"),
    active: () => void send(connection, StillHereDocument).catch(failed),
  });
  return (
    <div role="alert" className="ending">
      {ending && (
        <>
          <p>Nothing has happened for a while. You will be signed out within a minute.</p>
          <button type="button">Stay signed in</button>
        </>
      )}
    </div>
  );
}
