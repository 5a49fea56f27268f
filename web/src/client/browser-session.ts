/** The cookie that scripts can read. The session itself is in another, which they cannot. */
const NAME = "__Host-consentry-csrf";

/** What shows that a page of ours asks; there is one as long as the browser has a session. */
export function csrfToken(): string | undefined {
  const pairs = document.cookie.split("; ").map((pair) => pair.split("="));
  return pairs.find(([name]) => name === NAME)?.[1] || undefined;
}

/** Makes the session useless to the pages of this browser, even if the server cannot be reached to end it. */
export function dropCsrfToken(): void {
  document.cookie = `${NAME}=; Path=/; Secure; SameSite=Strict; Max-Age=0`;
}
