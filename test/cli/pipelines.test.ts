// action.yml and docs/gitlab.yml: their steps run in a shell as the runners start it, with the environment that they give.
import { spawnSync } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { XMLValidator } from "fast-xml-parser";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { build, good, type Program, volo } from "./program.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

let program: Program;
let path: string;

beforeAll(async () => {
  program = await build();
  const bin = join(program.folder, "bin");
  mkdirSync(bin);
  writeFileSync(join(bin, "h2lint"), `#!/bin/sh\nexec "${process.execPath}" "${program.folder}/dist/cli/main.js" "$@"\n`);
  chmodSync(join(bin, "h2lint"), 0o755);
  path = `${bin}${delimiter}${process.env["PATH"]}`;
  mkdirSync(join(program.folder, "recorded traffic"));
  cpSync(join(program.folder, volo), join(program.folder, "recorded traffic/bad.pcap"));
  cpSync(join(program.folder, good), join(program.folder, "recorded traffic/good.pcap"));
}, 120_000);

afterAll(() => program.remove());

interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function shell(words: readonly string[], env: Readonly<Record<string, string>>, folder = program.folder): Ran {
  const [command, ...args] = words;
  const { status, stdout, stderr } = spawnSync(command!, args, {
    cwd: folder,
    env: { PATH: path, HOME: program.folder, CI: "true", ...env },
    encoding: "utf8",
    timeout: 30_000,
  });
  return { status, stdout, stderr };
}

const file = (name: string): string => join(program.folder, name);
const read = (name: string): string => readFileSync(file(name), "utf8");

interface Action {
  readonly inputs: Readonly<
    Record<string, { readonly default?: string; readonly required?: boolean; readonly description: string }>
  >;
  readonly outputs: Readonly<Record<string, { readonly value: string }>>;
  readonly runs: {
    readonly using: string;
    readonly steps: readonly {
      readonly id?: string;
      readonly shell: string;
      readonly run: string;
      readonly env?: Readonly<Record<string, string>>;
      readonly "working-directory"?: string;
    }[];
  };
}

describe("the GitHub action", () => {
  const action = parse(readFileSync(`${root}action.yml`, "utf8")) as Action;

  /** Its steps, as the runner runs a composite action's (`bash --noprofile --norc -eo pipefail FILE`), until one fails. */
  function run(given: Readonly<Record<string, string>>): Ran & { readonly outputs: Readonly<Record<string, string>> } {
    const filled = (text: string) =>
      text.replace(/\$\{\{ (\w+)\.([\w-]+) \}\}/g, (whole, context: string, name: string) => {
        const input = context === "inputs" ? action.inputs[name] : undefined;
        if (input === undefined) throw new Error(`${whole} is not given by the runner`);
        return given[name] ?? input.default ?? "";
      });
    for (const name of ["output", "path", "summary"]) writeFileSync(file(name), "");
    const around = {
      ...{ GITHUB_OUTPUT: file("output"), GITHUB_PATH: file("path"), GITHUB_STEP_SUMMARY: file("summary") },
      ...{ GITHUB_ACTIONS: "true", RUNNER_TEMP: program.folder, GITHUB_ACTION_PATH: root },
    };
    let ran: Ran = { status: null, stdout: "", stderr: "" };
    for (const [index, step] of action.runs.steps.entries()) {
      expect(step.shell).toBe("bash");
      // An expression in a script would be what users write, run as commands.
      expect(step.run).not.toContain("${{");
      const script = file(`step-${index}.sh`);
      writeFileSync(script, step.run);
      const env = Object.fromEntries(Object.entries(step.env ?? {}).map(([name, value]) => [name, filled(value)]));
      const folder = join(program.folder, filled(step["working-directory"] ?? "."));
      ran = shell(["bash", "--noprofile", "--norc", "-eo", "pipefail", script], { ...around, ...env }, folder);
      if (ran.status !== 0) break;
    }
    const set = new Map(
      read("output")
        .trim()
        .split("\n")
        .map((line) => line.split("=", 2) as [string, string]),
    );
    const outputs = Object.entries(action.outputs).map(([name, { value }]) => {
      const key = /^\$\{\{ steps\.check\.outputs\.(\w+) \}\}$/.exec(value)?.[1] ?? "";
      return [name, set.get(key) ?? ""];
    });
    return { ...ran, outputs: Object.fromEntries(outputs) as Record<string, string> };
  }

  it("is a composite action whose inputs are told of", () => {
    expect(action.runs.using).toBe("composite");
    for (const { description, default: value, required } of Object.values(action.inputs)) {
      expect(description.length).toBeGreaterThan(10);
      expect(required === true || typeof value === "string").toBe(true);
    }
  });

  it("annotates a violation, and says so on the job's page", () => {
    const { status, stdout, outputs } = run({ captures: "recorded traffic/bad.pcap\n" });
    expect([status, outputs]).toEqual([1, { status: "1" }]);
    expect(stdout.trimEnd().split("\n")).toEqual([
      expect.stringMatching(/^::error file=recorded traffic\/bad\.pcap,title=grpc\/request-trailers::/) as string,
    ]);
    expect(read("summary")).toContain("# h2lint: recorded traffic/bad.pcap");
  });

  it("passes good traffic", () => {
    expect(run({ captures: "recorded traffic/good.pcap" })).toMatchObject({ status: 0, stdout: "", outputs: { status: "0" } });
  });

  it("takes folders, several lines and all its options", () => {
    program.h2lint(["--baseline", "recorded traffic/known.json", "--update-baseline", "recorded traffic"]);
    writeFileSync(file("recorded traffic/h2lint.config.json"), '{"assert":{"calls":{"*":3}}}');
    const { status, stdout, outputs } = run({
      captures: "bad.pcap\n\ngood.pcap\n",
      "working-directory": "recorded traffic",
      ...{ baseline: "known.json", config: "h2lint.config.json", "require-complete": "true" },
      outputs: "h2lint.sarif\njunit=a b.xml",
      options: "--preset\nstrict",
    });
    expect([status, outputs]).toEqual([1, { status: "1" }]);
    expect(stdout).toMatch(/^::error .*title=assert\/calls::.*\n$/);
    expect(read("recorded traffic/h2lint.sarif")).toContain('"assert/calls"');
    expect(XMLValidator.validate(read("recorded traffic/a b.xml"))).toBe(true);
  });

  it.each([
    ["fails nothing where that is asked for", { captures: volo, "fail-on": "never" }, 0],
    [
      "fails where something could not be checked",
      { captures: "recorded traffic", "fail-on": "never", "require-complete": "true" },
      0,
    ],
    ["says that it could not run", { captures: "nowhere.pcap" }, 2],
    ["runs nothing of what it is given", { captures: '$(touch gone)"; touch gone; `touch gone`' }, 2],
  ])("%s", (_, given, status) => {
    expect(run(given)).toMatchObject({ status, outputs: { status: String(status) } });
    expect(() => read("gone")).toThrow();
  });

  it("installs the package where there is none", () => {
    // Of npm only that it is asked: what it installs is tried with the packed package.
    const bin = file("npm-only");
    mkdirSync(bin);
    writeFileSync(join(bin, "npm"), '#!/bin/sh\nprintf "%s\\n" "$@" >"$HOME/npm-asked"\n');
    chmodSync(join(bin, "npm"), 0o755);
    const [install] = action.runs.steps;
    const env = {
      PATH: `${bin}:/usr/bin:/bin`,
      H2LINT_PACKAGE: "h2lint@0.1.0",
      RUNNER_TEMP: "/runner",
      GITHUB_PATH: file("path"),
    };
    expect(shell(["bash", "-eo", "pipefail", "-c", install!.run], env).status).toBe(0);
    expect(read("npm-asked")).toMatch(/^install\n(?:--.*\n)+--prefix\n\/runner\/h2lint\nh2lint@0\.1\.0\n$/);
    expect(read("path").trimEnd().split("\n").at(-1)).toBe("/runner/h2lint/node_modules/.bin");
  });
});

describe("the GitLab template", () => {
  const { ".h2lint": job } = parse(readFileSync(`${root}docs/gitlab.yml`, "utf8")) as {
    readonly ".h2lint": {
      readonly variables: Readonly<Record<string, string>>;
      readonly before_script: readonly string[];
      readonly script: readonly string[];
      readonly artifacts: {
        readonly when: string;
        readonly paths: readonly string[];
        readonly reports: Readonly<Record<string, string>>;
      };
    };
  };

  /** As the shell of an image without bash runs it. */
  const run = (variables: Readonly<Record<string, string>>) =>
    shell(["sh", "-ec", [...job.before_script, ...job.script].join("\n")], { GITLAB_CI: "true", ...job.variables, ...variables });

  it("leaves the reports that it says it has", () => {
    const { status, stdout, stderr } = run({ H2LINT_CAPTURES: volo });
    expect([status, stdout, stderr]).toEqual([1, "", ""]);
    const { paths, reports, when } = job.artifacts;
    expect(when).toBe("always");
    expect(JSON.parse(read(reports["codequality"]!))).toMatchObject([{ check_name: "grpc/request-trailers" }]);
    expect(XMLValidator.validate(read(reports["junit"]!))).toBe(true);
    for (const name of paths) expect(read(name)).toContain("Content-Security-Policy");
  });

  it("takes options", () => {
    expect(run({ H2LINT_CAPTURES: `${good} ${volo}`, H2LINT_OPTIONS: "--fail-on never --preset strict" })).toMatchObject({
      status: 0,
      stdout: "",
    });
    expect(run({ H2LINT_CAPTURES: "nowhere.pcap" }).status).toBe(2);
  });
});
