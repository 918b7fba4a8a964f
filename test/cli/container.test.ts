// The Dockerfile, where no builder is there to try it.
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const root = fileURLToPath(new URL("../../", import.meta.url));
const { name, bin, engines } = JSON.parse(readFileSync(`${root}package.json`, "utf8")) as {
  readonly name: string;
  readonly bin: Readonly<Record<string, string>>;
  readonly engines: { readonly node: string };
};

/** Instructions, with the lines that they go on over. */
const instructions = readFileSync(`${root}Dockerfile`, "utf8")
  .replace(/^#.*\n/gm, "")
  .replace(/\\\n\s*/g, "")
  .split("\n")
  .filter((line) => line !== "")
  .map((line) => {
    const [, word = "", rest = ""] = /^([A-Z]+) (.+)$/.exec(line) ?? [];
    return { word, rest };
  });
const last = instructions.slice(instructions.findLastIndex(({ word }) => word === "FROM"));
const of = (word: string): string => last.find((one) => one.word === word)?.rest ?? "";

it("has instructions that there are, and no base without a version", () => {
  const known = ["FROM", "WORKDIR", "COPY", "RUN", "USER", "ENTRYPOINT", "CMD"];
  expect(instructions.filter(({ word }) => !known.includes(word))).toEqual([]);
  for (const { word, rest } of instructions) if (word === "FROM") expect(rest).toMatch(/^\S+:(?!latest)\S+( AS \w+)?$/);
});

it("both stages have one major version of Node, which the package takes", () => {
  const majors = instructions.filter(({ word }) => word === "FROM").map(({ rest }) => /node(?:js|:)(\d+)/.exec(rest)?.[1]);
  expect(new Set(majors).size).toBe(1);
  expect(engines.node).toContain(`^${majors[0]}.`);
});

it("runs without a shell, and not as root", () => {
  expect(of("FROM")).toMatch(/distroless\/nodejs/);
  expect(of("USER")).toBe("nonroot");
});

it("starts the program of the package that it installed", () => {
  const [, program = ""] = JSON.parse(of("ENTRYPOINT")) as string[];
  const [, installed = ""] = /--from=build \S+ (\S+)/.exec(of("COPY")) ? of("COPY").split(" ").slice(-2) : [];
  expect(program).toBe(`${installed}/${name}/${bin["h2lint"]}`);
  expect(JSON.parse(of("CMD"))).toEqual(["--help"]);
});

it("sends no more to the builder than it needs", () => {
  const left = readFileSync(`${root}.dockerignore`, "utf8").split("\n");
  for (const one of [".git", "node_modules", "dist"]) expect(left).toContain(one);
  for (const one of ["package.json", "package-lock.json", "src", "build.mjs"]) {
    expect(left).not.toContain(one);
    expect(existsSync(`${root}${one}`)).toBe(true);
  }
});
