// The declarations of the package: one file, which says all that the compiler's many say.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import ts from "typescript";
import { afterAll, expect, it } from "vitest";
import { rollUpDeclarations } from "../../declarations.mjs";

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

function rolledUp(files: Readonly<Record<string, string>>): { readonly folder: string; readonly text: string } {
  const folder = mkdtempSync(join(tmpdir(), "h2lint-declarations-"));
  folders.push(folder);
  const all = { "index.d.ts": "export {};", "core.d.ts": "export {};", "testing.d.ts": "export {};", ...files };
  for (const [name, text] of Object.entries(all)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  rollUpDeclarations(folder);
  expect(readdirSync(folder).sort()).toEqual(["core.d.ts", "declarations.d.ts", "index.d.ts", "testing.d.ts"]);
  return { folder, text: readFileSync(join(folder, "declarations.d.ts"), "utf8") };
}

function errorsOf(folder: string, use: string): string[] {
  const file = join(folder, "use.ts");
  writeFileSync(file, use);
  const program = ts.createProgram([file], {
    ...{
      strict: true,
      noEmit: true,
      lib: ["lib.es5.d.ts"],
      target: ts.ScriptTarget.ES2023,
      module: ts.ModuleKind.NodeNext,
      types: [],
    },
  });
  return ts.getPreEmitDiagnostics(program).map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"));
}

const SPLIT = {
  "index.d.ts": 'export * from "./core.ts";\nexport { open as fileSource } from "./a/source.ts";\n',
  "core.d.ts": 'export type { Frame } from "./a/frame.ts";\n',
  "a/frame.d.ts": `import type { Kind as FrameKind } from "./kind.ts";
import { type Place } from "../b/place.ts";
/** A frame. */
export interface Frame {
    /** Its kind. */
    readonly kind: FrameKind;
    readonly at: Place;
}
/** Nobody's. */
export interface Unused {
}
`,
  "a/kind.d.ts": `/** Inside. */\nexport type Kind = keyof typeof KINDS;\ndeclare const KINDS: {
    readonly data: 0;
};\nexport {};\n`,
  "a/source.d.ts": 'import type { Place } from "./place.ts";\n/** Opens. */\nexport declare function open(place: Place): void;\n',
  "a/place.d.ts": "export interface Place {\n    readonly path: string;\n}\n",
  "b/place.d.ts": "export interface Place {\n    readonly packet: number;\n}\n",
};

it("what the entries lead to is there once, with the comments of what is public", () => {
  const { folder, text } = rolledUp(SPLIT);
  expect(text).toContain("/** A frame. */");
  expect(text).toContain("/** Its kind. */");
  expect(text).not.toContain("Nobody's");
  expect(text).not.toContain("Unused");
  expect(text).not.toContain("Inside");
  const use = (at: string, place: string) =>
    `import { fileSource, type Frame } from "./index.js";\nconst frame: Frame = { kind: "data", at: ${at} };\nfileSource(${place});\nexport { frame };\n`;
  // Both are called Place.
  expect(errorsOf(folder, use("{ packet: 1 }", '{ path: "x" }'))).toEqual([]);
  expect(errorsOf(folder, use('{ path: "x" }', "{ packet: 1 }"))).toHaveLength(2);
});

it("names of packages are imported from them", () => {
  const { text } = rolledUp({
    "index.d.ts": 'export type { Schema } from "./schema.ts";\n',
    "schema.d.ts": 'import type { Plugin } from "./inner.ts";\nexport interface Schema {\n    plugin: Plugin;\n}\n',
    "inner.d.ts": 'export type { Plugin } from "esbuild";\n',
  });
  expect(text).toContain('import type { Plugin } from "esbuild";');
});

it("a type that is not imported by name is refused", () => {
  expect(() =>
    rolledUp({ "index.d.ts": 'export declare const x: import("./place.ts").Place;\n', "place.d.ts": "export type Place = 1;\n" }),
  ).toThrow("import the type by name");
});
