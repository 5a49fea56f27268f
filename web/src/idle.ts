import { useEffect, useRef, useState } from "react";

const LOOK_EVERY = 5_000;
/** So long before the end, whoever might still sit there is told. */
const WARNING = 60_000;
/** The server counts requests, not keys: somebody who only reads is reported this often within the idle time. */
const REPORTS = 3;

interface Idle {
  /** After so many seconds without a key or a pointer, nobody is assumed to sit there; never, without. */
  readonly seconds: number | undefined;
  /** Called then. */
  readonly over: () => void;
  /** Called now and then while somebody is there. */
  readonly active: () => void;
  /** The windows of which one being used is all of them being used, by name. */
  readonly windows?: string;
}

/** Watches whether anybody is there; says whether it is almost over. */
export function useIdle({ seconds, windows, ...calls }: Idle): boolean {
  const current = useRef(calls);
  current.current = calls;
  const [ending, setEnding] = useState(false);
  useEffect(() => {
    if (seconds === undefined) return undefined;
    const patience = seconds * 1_000;
    let last = Date.now();
    let reported = last;
    const others = windows === undefined ? undefined : new BroadcastChannel(windows);
    // By the clock, since timers stand still while a machine sleeps: what wakes it must not count as somebody.
    const look = () => {
      const idle = Date.now() - last;
      setEnding(idle > patience - WARNING);
      if (idle > patience) current.current.over();
      return idle > patience;
    };
    const active = () => {
      if (look()) return;
      const now = Date.now();
      if (now - last > LOOK_EVERY) others?.postMessage("active");
      last = now;
      setEnding(false);
      if (now - reported > patience / REPORTS) {
        reported = now;
        current.current.active();
      }
    };
    others?.addEventListener("message", () => {
      if (!look()) last = Date.now();
    });
    const timer = window.setInterval(look, LOOK_EVERY);
    const signs = ["pointerdown", "pointermove", "keydown", "wheel"] as const;
    for (const sign of signs) window.addEventListener(sign, active, { passive: true });
    return () => {
      window.clearInterval(timer);
      others?.close();
      for (const sign of signs) window.removeEventListener(sign, active);
      setEnding(false);
    };
  }, [seconds, windows]);
  return ending;
}
