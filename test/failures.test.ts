// docs/failures: a page for each kind of failure. What the pages show was printed by the commands shown: `npm run docs` writes it anew.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it, vi } from "vitest";
import { parse } from "../src/cli/options.ts";
import { run } from "../src/cli/run.ts";
import { stdout } from "../src/cli/standard-output.ts";

const folder = new URL("../docs/failures/", import.meta.url);
const update = process.env["UPDATE_DOCS"] !== undefined;
const pages = readdirSync(folder).filter((name) => name.endsWith(".md"));
const index = readFileSync(new URL("../docs/README.md", import.meta.url), "utf8");

async function printed(words: readonly string[]): Promise<string> {
  let text = "";
  const spy = vi.spyOn(stdout, "write").mockImplementation((piece) => void (text += piece));
  vi.stubEnv("COLUMNS", "100");
  try {
    await run((await parse([...words, "--no-color"]))!);
  } finally {
    spy.mockRestore();
    vi.unstubAllEnvs();
  }
  return text.trimEnd();
}

describe("a page for each kind of failure", () => {
  it.each(pages)("%s shows what is printed", async (name) => {
    const url = new URL(name, folder);
    const text = readFileSync(url, "utf8");
    const blocks = [...text.matchAll(/```console\n\$ h2lint ([^\n]+)\n([\s\S]*?)```\n/g)];
    expect(blocks.length).toBeGreaterThan(0);
    let now = text;
    for (const [block, command] of blocks) now = now.replace(block, () => `\`\`\`console\n$ h2lint ${command}\n${"\n"}\`\`\`\n`);
    for (const [, command] of blocks) {
      const shown = await printed(command!.split(" "));
      now = now.replace(`$ h2lint ${command}\n\n`, () => `$ h2lint ${command}\n${shown}\n`);
    }
    if (update) writeFileSync(url, now);
    else expect(text).toBe(now);
  });

  it.each(pages)("%s says what was seen and what to do, and is in the index", (name) => {
    const text = readFileSync(new URL(name, folder), "utf8");
    const title = /^# (.+)\n/.exec(text)?.[1];
    expect(title).toBeDefined();
    expect(text).toContain("\n## What you see\n");
    expect(text).toContain("\n## What h2lint says\n");
    expect(text).toContain("\n## What to do\n");
    expect(index).toContain(`failures/${name}`);
  });
});
