import type { ErrorCode, Purpose } from "../generated/schema";

/** Where the server is, who asks and what for. */
export interface Connection {
  /** The address of the endpoint, such as `/graphql`. */
  readonly endpoint: string;
  /** The bearer token; without one, and without a cookie, the caller is nobody. */
  readonly token?: string | undefined;
  /** Whether the browser sends its cookie and takes new ones; it does neither unless this says so. */
  readonly credentials?: "same-origin" | undefined;
  /** What shows that the page itself asks, beside a cookie. */
  readonly csrf?: string | undefined;
  /** The purpose of use; without one the default of the caller's role. */
  readonly purpose?: Purpose | undefined;
}

/** An entry of `errors` in an answer. */
export interface AnswerError {
  readonly message: string;
  readonly path?: ReadonlyArray<string | number>;
  readonly extensions: { readonly code: ErrorCode; readonly requestId: string };
}

/**
 * A request that did not succeed. Decide on `code`; the message is for people.
 *
 * `UNREACHABLE` is ours: no answer came, or one that is not the server's.
 */
export class RequestError extends Error {
  override readonly name = "RequestError";

  constructor(
    readonly code: ErrorCode | "UNREACHABLE",
    message: string,
    /** The status of the answer; 0 when none came. */
    readonly status: number,
    /** All errors of the answer, the one that `code` is of in front. */
    readonly errors: readonly AnswerError[] = [],
    options?: ErrorOptions,
  ) {
    super(message, options);
  }

  /** The id to quote when you report it. */
  get requestId(): string | undefined {
    return this.errors[0]?.extensions.requestId;
  }
}

/** The headers of a request: who asks, and what for. */
export function headers(connection: Connection): Record<string, string> {
  return {
    ...(connection.token === undefined ? {} : { authorization: `Bearer ${connection.token}` }),
    ...(connection.csrf === undefined ? {} : { "x-csrf-token": connection.csrf }),
    ...(connection.purpose === undefined ? {} : { "x-purpose-of-use": connection.purpose }),
  };
}

/** What the browser adds by itself. */
export function credentials(connection: Connection): "same-origin" | "omit" {
  return connection.credentials ?? "omit";
}

/**
 * Sends a document and returns its data.
 *
 * @throws {RequestError} When the answer has errors, also beside data, or none comes.
 */
export async function send<Data, Variables>(
  connection: Connection,
  document: { toString(): string },
  variables?: Variables,
): Promise<Data> {
  let response: Response;
  let answer: { data?: Data | null; errors?: AnswerError[] };
  try {
    response = await fetch(connection.endpoint, {
      method: "POST",
      credentials: credentials(connection),
      headers: {
        accept: "application/graphql-response+json",
        "content-type": "application/json",
        ...headers(connection),
      },
      body: JSON.stringify({ query: document.toString(), variables }),
    });
  } catch (cause) {
    throw new RequestError("UNREACHABLE", "The server cannot be reached.", 0, [], { cause });
  }
  try {
    answer = await response.json();
  } catch (cause) {
    throw new RequestError("UNREACHABLE", "Something else than the server answered.", response.status, [], { cause });
  }
  const [error] = answer.errors ?? [];
  if (error) {
    throw new RequestError(error.extensions.code, error.message, response.status, answer.errors);
  }
  if (!answer.data) {
    throw new RequestError("UNREACHABLE", "Something else than the server answered.", response.status);
  }
  return answer.data;
}
