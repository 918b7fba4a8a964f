// integrations/spark over a rotated set of ten files with connections across them finds what one run finds. PySpark comes from PyPI and Java
// from apt; where either is not to be had, the test is skipped and says why.
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, it } from "vitest";
import { build } from "../cli/program.ts";
import { writeRotatedSet } from "../shares/rotated-set.ts";

const folder = mkdtempSync(join(tmpdir(), "h2lint-spark-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const script = fileURLToPath(new URL("../../integrations/spark/tests/same_as_one_run.py", import.meta.url));

const ran = (...command: string[]): boolean => spawnSync(command[0]!, command.slice(1), { stdio: "ignore" }).status === 0;

function reasonAgainst(): string | undefined {
  const apt = () =>
    ran("apt-get", "update") && ran("apt-get", "install", "-y", "--no-install-recommends", "openjdk-17-jre-headless");
  if (!ran("java", "-version") && !(apt() && ran("java", "-version"))) return "apt cannot install Java";
  if (!ran("python3", "-m", "venv", join(folder, "venv"))) return "Python has no venv";
  if (!ran(join(folder, "venv/bin/pip"), "install", "--quiet", "pyspark>=3.5")) return "pip cannot install PySpark";
  return undefined;
}

const reason = reasonAgainst();

it.skipIf(reason !== undefined)(
  `Spark finds what one run finds${reason === undefined ? "" : ` (skipped: ${reason})`}`,
  async () => {
    const program = await build();
    try {
      const set = join(folder, "set");
      mkdirSync(set);
      writeRotatedSet(set);
      const python = join(folder, "venv/bin/python");
      const h2lint = `${process.execPath} ${join(program.folder, "dist/cli/main.js")}`;
      const env = { ...process.env, PYSPARK_PYTHON: python };
      const { status, stdout } = spawnSync(python, [script, set, h2lint], { encoding: "utf8", env });
      expect(stdout.trim().split("\n")).toEqual([
        "connections: 200 rows, the same",
        "calls: 171 rows, the same",
        "findings: 160 rows, the same",
        "answers: 34 rows, the same",
      ]);
      expect(status).toBe(0);
    } finally {
      program.remove();
    }
  },
  600_000,
);
