// The pages of the documentation site, as site/build.mjs gives them to its generator.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { deadLinks, pagesOf, sidebarOf } from "../site/pages.mjs";

const { pages, files } = pagesOf(fileURLToPath(new URL("../", import.meta.url)));

it("are in both languages, with each family of rules and the example of a custom rule", () => {
  for (const page of ["index.md", "overview.md", "zh-CN/index.md", "zh-CN/volo-case.md", "rules/index.md", "rules/grpc.md"])
    expect(pages.has(page), page).toBe(true);
  expect(pages.get("own-rules/index.md")).toContain("defineRule");
  expect([...files.keys()]).toContain("files/report.schema.json");
});

it("link to each other, and to files that are copied", () => {
  const outside: string[] = [];
  for (const [place, text] of pages)
    for (const [, link = ""] of text.replace(/^```[\s\S]*?^```|`[^`\n]*`/gm, "").matchAll(/\]\((\.[^)\s#]+)/g)) {
      const path = new URL(link, `file:///${place}`).pathname.slice(1);
      if (!pages.has(path) && !files.has(path)) outside.push(`${place}: ${link}`);
    }
  expect(outside).toEqual([]);
});

it("are all in the sidebar that the first page names", () => {
  const groups = sidebarOf(pages.get("index.md")!);
  expect(groups.length).toBeGreaterThan(1);
  const links = groups.flatMap(({ items }) => items.map(({ link }) => link));
  expect(links).toContain("/why");
  expect(links).toContain("/rules/");
});

it("are looked through for links that lead nowhere", () => {
  const out = mkdtempSync(join(tmpdir(), "h2lint-site-"));
  try {
    mkdirSync(join(out, "b"));
    writeFileSync(
      join(out, "a.html"),
      '<h2 id="x">x</h2><a href="./b/">b</a><a href="#x">x</a><a href="https://example.org">e</a>',
    );
    writeFileSync(
      join(out, "b/index.html"),
      '<a href="/a.html#x">a</a><a href="../a.html#y">y</a><a class="c" href="../c.html">c</a>',
    );
    expect(deadLinks(out)).toEqual(["b/index.html: ../a.html#y", "b/index.html: ../c.html"]);
  } finally {
    rmSync(out, { recursive: true });
  }
});
