import { useCallback, useEffect, useState } from "react";

/** Where somebody is. It stands in no address: addresses are kept in histories and logs. */
export type Place = { readonly view: "patients" } | { readonly view: "patient"; readonly id: string };

/** The places that were visited, through which the browser's own buttons go back and forth. */
export function useNavigation(first: Place): { place: Place; go: (place: Place) => void; back: () => void } {
  const [visited, setVisited] = useState<readonly Place[]>([first]);
  const [step, setStep] = useState(0);
  useEffect(() => {
    history.replaceState({ step: 0 }, "");
    const moved = (event: PopStateEvent) => setStep((event.state as { step?: number } | null)?.step ?? 0);
    window.addEventListener("popstate", moved);
    return () => window.removeEventListener("popstate", moved);
  }, []);
  const at = Math.min(step, visited.length - 1);
  const go = useCallback(
    (place: Place) => {
      setVisited([...visited.slice(0, at + 1), place]);
      setStep(at + 1);
      history.pushState({ step: at + 1 }, "");
    },
    [visited, at],
  );
  return { place: visited[at] ?? first, go, back: () => history.back() };
}
