import type { DateTime, LocalDate } from "../client/scalars";

const MOMENT = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
const DAY = new Intl.DateTimeFormat(undefined, { dateStyle: "long", timeZone: "UTC" });
const TIME = new Intl.DateTimeFormat(undefined, { timeStyle: "medium" });

/** A moment, in the zone of whoever reads it. */
export function moment(at: DateTime): string {
  return MOMENT.format(new Date(at));
}

/** A day, the same in every zone. */
export function day(date: LocalDate): string {
  return DAY.format(new Date(`${date}T00:00:00Z`));
}

/** The time of the day. */
export function time(at: number): string {
  return TIME.format(at);
}
