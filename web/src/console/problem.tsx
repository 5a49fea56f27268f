import type { RequestError } from "../client/send";

/** What went wrong, and what can be done about it. */
export function explain(error: RequestError): string {
  switch (error.code) {
    case "UNAVAILABLE":
      return "The server is busy or restarting, so nothing is shown. Try again after a moment.";
    case "UNREACHABLE":
      return "The server cannot be reached. Try again after a moment.";
    case "RESULT_UNAVAILABLE":
      return "The change was made, but its result cannot be shown now. Look again.";
    case "FORBIDDEN":
      return "Your role does not allow this.";
    case "UNAUTHENTICATED":
    case "CSRF_REFUSED":
      return "Your session has ended. Sign in again.";
    case "RATE_LIMITED":
      return "There were too many attempts from here. Try again in some minutes.";
    case "BAD_USER_INPUT":
    case "SEARCH_TOO_BROAD":
      return error.message;
    default:
      return `Something went wrong on our side. Quote this number when you report it: ${error.requestId ?? "none"}.`;
  }
}

/** Says what went wrong, and offers to try again. */
export function Problem({ error, onRetry }: { error: RequestError; onRetry: () => void }) {
  return (
    <div className="problem" role="alert">
      <p>{explain(error)}</p>
      {error.code !== "FORBIDDEN" && (
        <button type="button" onClick={onRetry}>
          Try again
        </button>
      )}
    </div>
  );
}
