import { fileURLToPath } from "node:url";
import { configDefaults, defineConfig } from "vitest/config";

const source = (name: string): string => fileURLToPath(new URL(`src/${name}.ts`, import.meta.url));

// Nothing in these folders outlives a test. The files of one share what they import, and its machine code: they take half of the time, and
// those of rules a third.
const SHARED = ["fields", "grpc", "hpack", "http2", "log", "model", "net", "pairing", "report", "rules", "tcp"];

const filesOf = (folder: string): string => `test/${folder}/**/*.test.ts`;

export default defineConfig({
  // What a user's test imports: samples/vitest.
  resolve: {
    alias: [
      { find: /^h2lint$/, replacement: source("index") },
      { find: "h2lint/testing", replacement: source("testing") },
    ],
  },
  test: {
    projects: [
      ...SHARED.map((folder) => ({ extends: true as const, test: { name: folder, include: [filesOf(folder)], isolate: false } })),
      {
        extends: true,
        test: {
          name: "all else",
          include: ["test/**/*.test.ts", "samples/**/*.test.mjs"],
          // Needs tshark or Chromium: vitest.extra.config.ts.
          exclude: [...configDefaults.exclude, "test/extra/**", ...SHARED.map(filesOf)],
        },
      },
    ],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    pool: "threads",
    // One worker fewer than there are cores, the default, leaves half of a small machine idle.
    maxWorkers: "100%",
    globals: true,
  },
});
