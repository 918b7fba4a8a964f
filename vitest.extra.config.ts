import { defineConfig } from "vitest/config";

// What needs a program of its own (tshark, Chromium); a test here is skipped where that is not there.
export default defineConfig({
  test: { include: ["test/extra/**/*.test.ts"], testTimeout: 120_000, pool: "threads", globals: true },
});
