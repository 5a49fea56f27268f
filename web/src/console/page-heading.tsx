import { useEffect, useRef, type ReactNode } from "react";

/**
 * The heading of a view. When the view opens, the focus moves here, so that whoever listens hears where they are.
 *
 * `title` is for the window, its tab and its history: it never says who anybody is.
 */
export function PageHeading({ title, children }: { title: string; children: ReactNode }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} – Consentry`;
    heading.current?.focus();
  }, [title]);
  return (
    <h1 ref={heading} tabIndex={-1}>
      {children}
    </h1>
  );
}
