// The built CLI in a folder of its own, beside the samples.
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";

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
  compileTo(join(folder, "dist"));
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

/** What `tsc` makes of the sources, but for the types: they are checked elsewhere, and take most of the time. */
export function compileTo(folder: string): void {
  const { config } = ts.readConfigFile(join(root, "tsconfig.json"), ts.sys.readFile) as { config: { compilerOptions: object } };
  const { options } = ts.convertCompilerOptionsFromJson({ ...config.compilerOptions, module: "ESNext", noEmit: false }, root);
  const source = join(root, "src");
  for (const path of readdirSync(source, { recursive: true, encoding: "utf8" })) {
    if (!path.endsWith(".ts") || path.endsWith(".d.ts") || path.startsWith("report/html/page/")) continue;
    const { outputText } = ts.transpileModule(readFileSync(join(source, path), "utf8"), {
      compilerOptions: options,
      fileName: path,
    });
    const target = join(folder, path.replace(/\.ts$/, ".js"));
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, outputText);
  }
}

export const volo = "samples/volo-0.9.1-grpc-go-1.85.pcap";
export const good = "samples/volo-0.12.2-grpc-go-1.85.pcap";
