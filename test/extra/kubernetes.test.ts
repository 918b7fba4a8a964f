// docs/scale/kubernetes.yaml against the schemas of Kubernetes, which kubernetes-validate of PyPI brings.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, it } from "vitest";

const folder = mkdtempSync(join(tmpdir(), "h2lint-kubernetes-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = fileURLToPath(new URL("../../docs/scale/kubernetes.yaml", import.meta.url));

const ran = (...command: string[]): boolean => spawnSync(command[0]!, command.slice(1), { stdio: "ignore" }).status === 0;
const installed =
  ran("python3", "-m", "venv", folder) && ran(join(folder, "bin/pip"), "install", "--quiet", "kubernetes-validate==1.37.0");

it.skipIf(!installed)("is valid, without a field too many (skipped where pip cannot install kubernetes-validate)", () => {
  const check = (input: string) =>
    spawnSync(join(folder, "bin/kubernetes-validate"), ["--strict", input], { encoding: "utf8" }).status;
  expect(check(file)).toBe(0);
  // It would say so.
  const wrong = join(folder, "wrong.yaml");
  writeFileSync(wrong, readFileSync(file, "utf8").replace("completionMode", "completionMod"));
  expect(check(wrong)).toBe(1);
});
