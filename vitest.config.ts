import { configDefaults, defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // Needs tshark or Chromium: vitest.extra.config.ts.
    exclude: [...configDefaults.exclude, "test/extra/**"],
    testTimeout: 60_000,
    pool: "threads",
    // One worker fewer than there are cores, the default, leaves half of a small machine idle.
    maxWorkers: "100%",
    globals: true,
  },
});
