// The built CLI in a folder of its own, beside the samples.
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));

export interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Program {
  readonly folder: string;
  h2lint(args: readonly string[], env?: Readonly<Record<string, string>>): Ran;
  remove(): void;
}

export function build(): Program {
  const folder = mkdtempSync(join(tmpdir(), "h2lint-program-"));
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  execFileSync(process.execPath, [tsc, "-p", "tsconfig.build.json", "--outDir", join(folder, "dist")], { cwd: root });
  cpSync(join(root, "package.json"), join(folder, "package.json"));
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"), "junction");
  cpSync(join(root, "samples"), join(folder, "samples"), { recursive: true });
  return {
    folder,
    h2lint(args, env = {}) {
      const { NO_COLOR: _, FORCE_COLOR: __, COLUMNS: ___, GITHUB_STEP_SUMMARY: ____, ...inherited } = process.env;
      const { status, stdout, stderr } = spawnSync(process.execPath, [join(folder, "dist/cli/main.js"), ...args], {
        cwd: folder,
        env: { ...inherited, ...env },
        encoding: "utf8",
        timeout: 30_000,
      });
      return { status, stdout, stderr };
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

export const volo = "samples/volo-0.9.1-grpc-go-1.85.pcap";
export const good = "samples/volo-0.12.2-grpc-go-1.85.pcap";
