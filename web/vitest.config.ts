import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["tests/**/*.test.{ts,tsx}"],
    environment: "jsdom",
    // An answer is waited for as long as it takes; only a test that would fail waits so long.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
