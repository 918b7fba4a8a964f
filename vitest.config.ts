import { configDefaults, defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // Needs tshark or Chromium: vitest.extra.config.ts.
    exclude: [...configDefaults.exclude, "test/extra/**"],
    testTimeout: 60_000,
    pool: "threads",
    globals: true,
  },
});
