import type { Storage } from "@graphiql/toolkit";

/**
 * What the editor would keep in the browser, its tabs and what was typed into them, kept as long as the page is open:
 * documents and variables may name people, and headers hold tokens.
 */
export function memoryStorage(): Storage {
  const items = new Map<string, string>();
  return {
    get length() {
      return items.size;
    },
    getItem: (key) => items.get(key) ?? null,
    setItem: (key, value) => void items.set(key, value),
    removeItem: (key) => void items.delete(key),
    clear: () => items.clear(),
  };
}
