// What pages link to and what comments cite is there.
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { fileURLToPath } from "node:url";
import { globSync } from "tinyglobby";
import { expect, it } from "vitest";

const root = fileURLToPath(new URL("../", import.meta.url));
const read = (path: string): string => readFileSync(join(root, path), "utf8");
const files = (...patterns: string[]): string[] =>
  patterns.flatMap((pattern) => globSync(pattern, { cwd: root })).map((path) => path.replaceAll("\\", "/"));

const pages = files("*.md", "docs/**/*.md", "samples/**/*.md", "test/**/*.md");
const sources = files("src/**/*.{ts,mts}", "test/**/*.{ts,mts,mjs}", "bench/*.mjs", "*.{mjs,ts}", ".ci/run");

it.each(pages)("%s links to what is there", (page) => {
  const links = [...read(page).matchAll(/\]\(([^)\s#]+)(#[^)\s]+)?\)/g)].map(([, target]) => target!);
  const missing = links.filter((link) => !/^[a-z]+:/.test(link) && !existsSync(join(root, dirname(page), link)));
  expect(missing).toEqual([]);
});

it("comments cite pages that are there", () => {
  const cited = sources.flatMap((path) =>
    read(path)
      .split("\n")
      .filter((line) => /^\s*(?:\/\/|\*|\/\*|#)/.test(line))
      .flatMap((line) =>
        [...line.matchAll(/(?<![\w/.-])((?:[\w.-]+\/)*[\w-]+\.md)\b/g)].map(([, page]) => [path, page!] as const),
      ),
  );
  expect(cited.length).toBeGreaterThan(3);
  const missing = cited.filter(
    ([path, page]) => !existsSync(join(root, page)) && !existsSync(join(root, posix.dirname(path), page)),
  );
  expect(missing).toEqual([]);
});
