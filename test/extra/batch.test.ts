// The templates of docs/scale: their commands, run as the batch systems run them, come to what one run comes to.
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { version } from "../../src/version.ts";
import { build, type Program } from "../cli/program.ts";
import { writeRotatedSet } from "../shares/rotated-set.ts";

const template = (name: string): string => fileURLToPath(new URL(`../../docs/scale/${name}`, import.meta.url));

interface Job {
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly completions?: number;
    readonly completionMode?: string;
    readonly template: { readonly spec: { readonly containers: readonly [Container] } };
  };
}

interface Container {
  readonly env: readonly { readonly name: string; readonly value: string }[];
  readonly command: readonly string[];
  readonly args: readonly string[];
}

const jobs = parseAllDocuments(readFileSync(template("kubernetes.yaml"), "utf8")).map((one) => one.toJS() as Job);

let program: Program;
let one: ReturnType<Program["h2lint"]>;
beforeAll(async () => {
  program = await build();
  mkdirSync(join(program.folder, "captures"));
  writeRotatedSet(join(program.folder, "captures"), 60);
  one = program.spawn(["check", join(program.folder, "captures")]);
}, 120_000);
afterAll(() => program.remove());

function run(command: readonly string[], env: Readonly<Record<string, string>>) {
  const [file = "", ...args] = command;
  const { PATH = "" } = process.env;
  const H2LINT = `${process.execPath} ${join(program.folder, "dist/cli/main.js")}`;
  return spawnSync(file, args, { cwd: program.folder, env: { PATH, H2LINT, ...env }, encoding: "utf8" });
}

describe.skipIf(process.platform === "win32")("templates", () => {
  it("Kubernetes: an Indexed Job, and one that merges", () => {
    const [shards, merge] = jobs as [Job, Job];
    expect(jobs.map(({ metadata }) => metadata.name)).toEqual(["h2lint-shards", "h2lint-merge"]);
    expect(shards.spec.completionMode).toBe("Indexed");
    mkdirSync(join(program.folder, "parts-k8s"));
    const paths = { CAPTURES: join(program.folder, "captures"), PARTS: join(program.folder, "parts-k8s") };
    const commandOf = ({ spec }: Job, more: Readonly<Record<string, string>>) => {
      const [{ env, command, args }] = spec.template.spec.containers;
      const given = Object.fromEntries(env.map(({ name, value }) => [name, value]));
      expect(given["SHARDS"]).toBe(String(shards.spec.completions));
      expect(given["H2LINT"]).toBe(`npx --yes h2lint@${version}`);
      const { H2LINT: _, ...rest } = given;
      return run([...command, ...args], { ...rest, ...paths, ...more });
    };
    for (let index = 0; index < shards.spec.completions!; index++)
      expect(commandOf(shards, { JOB_COMPLETION_INDEX: String(index) })).toMatchObject({ status: 0, stderr: "" });
    const { status, stdout } = commandOf(merge, {});
    expect({ status, stdout }).toEqual({ status: one.status, stdout: one.stdout });
  });

  it("Slurm: an array, and the job behind it", () => {
    const env = { CAPTURES: join(program.folder, "captures"), PARTS: join(program.folder, "parts-slurm") };
    const task = (id: number) => ({ ...env, SLURM_ARRAY_TASK_ID: String(id), SLURM_ARRAY_TASK_COUNT: "8" });
    for (let id = 1; id <= 8; id++) expect(run([template("slurm.sh")], task(id))).toMatchObject({ status: 0, stderr: "" });
    const { status, stdout } = run([template("slurm.sh"), "merge"], env);
    expect({ status, stdout }).toEqual({ status: one.status, stdout: one.stdout });
  });
});
