import { fileURLToPath } from "node:url";
import { configDefaults, defineConfig } from "vitest/config";

const source = (name: string): string => fileURLToPath(new URL(`src/${name}.ts`, import.meta.url));

export default defineConfig({
  // What a user's test imports: samples/vitest.
  resolve: {
    alias: [
      { find: /^h2lint$/, replacement: source("index") },
      { find: "h2lint/testing", replacement: source("testing") },
    ],
  },
  test: {
    include: ["test/**/*.test.ts", "samples/**/*.test.mjs"],
    // Needs tshark or Chromium: vitest.extra.config.ts.
    exclude: [...configDefaults.exclude, "test/extra/**"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    pool: "threads",
    // One worker fewer than there are cores, the default, leaves half of a small machine idle.
    maxWorkers: "100%",
    globals: true,
  },
});
