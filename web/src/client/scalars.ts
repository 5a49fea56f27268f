/** A place in a list, as a connection gave it out. Only what the server said can be sent back. */
export type Cursor = string & { readonly scalar: "Cursor" };

/** A moment in RFC 3339 with its offset, such as `2026-11-21T08:00:00Z`. */
export type DateTime = string & { readonly scalar: "DateTime" };

/** A day without time and zone, such as `1988-03-14`. Do not make a `Date` of it: that would be a moment. */
export type LocalDate = string & { readonly scalar: "Date" };
