import { useEffect, useRef } from "react";

/** After so long without a key or a pointer, nobody is assumed to sit there any more. */
const PATIENCE = 15 * 60 * 1_000;
const LOOK_EVERY = 5_000;

/** Calls `over` when nobody has done anything for a quarter of an hour. */
export function useIdle(over: () => void): void {
  const call = useRef(over);
  call.current = over;
  useEffect(() => {
    let last = Date.now();
    // By the clock, since timers stand still while a machine sleeps: what wakes it must not count as somebody.
    const look = () => {
      const idle = Date.now() - last > PATIENCE;
      if (idle) call.current();
      return idle;
    };
    const active = () => {
      if (!look()) last = Date.now();
    };
    const timer = window.setInterval(look, LOOK_EVERY);
    const signs = ["pointerdown", "pointermove", "keydown", "wheel"] as const;
    for (const sign of signs) window.addEventListener(sign, active, { passive: true });
    return () => {
      window.clearInterval(timer);
      for (const sign of signs) window.removeEventListener(sign, active);
    };
  }, []);
}
