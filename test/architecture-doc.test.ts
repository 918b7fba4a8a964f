// docs/architecture.md names files and methods that exist.
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const root = new URL("../", import.meta.url);
const text = readFileSync(new URL("docs/architecture.md", root), "utf8");
const paths = [...new Set(text.match(/(?:src|test)\/[\w/.-]*[\w/]/g))];
const steps = [...text.matchAll(/^(src\/\S+)\s+(\w+)\s/gm)].map(([, file, name]): [string, string] => [file!, name!]);

it.each(paths)("%s is there", (path) => expect(existsSync(fileURLToPath(new URL(path, root)))).toBe(true));

it.each(steps)("%s has %s", (file, name) => {
  const declared = new RegExp(
    `^(export (async )?(function\\*?|class) |export const |  (async )?\\*?#?|  (readonly )?)${name}\\b`,
    "m",
  );
  expect(readFileSync(new URL(file, root), "utf8")).toMatch(declared);
});

it("the walk has all its steps", () => expect(steps.length).toBeGreaterThan(12));
