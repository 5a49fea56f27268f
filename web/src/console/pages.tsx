import type { Cursor } from "../client/scalars";

interface Properties {
  readonly label: string;
  /** What the buttons are called. */
  readonly back: string;
  readonly on: string;
  /** The ends of the pages before this one. */
  readonly pages: readonly Cursor[];
  /** The end of this page, when another follows. */
  readonly next: Cursor | null;
  readonly onPages: (pages: readonly Cursor[]) => void;
}

/** Turns pages. A button that leads nowhere says so and stays, since it may have the focus. */
export function Pages({ label, back, on, pages, next, onPages }: Properties) {
  const isFirst = pages.length === 0;
  if (isFirst && next === null) return null;
  return (
    <nav aria-label={label} className="pages">
      <button type="button" aria-disabled={isFirst} onClick={() => !isFirst && onPages(pages.slice(0, -1))}>
        {back}
      </button>
      <span>Page {pages.length + 1}</span>
      <button type="button" aria-disabled={next === null} onClick={() => next !== null && onPages([...pages, next])}>
        {on}
      </button>
    </nav>
  );
}
