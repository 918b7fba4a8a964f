// The built CLI in a folder of its own, beside the samples. Most runs are done by one process after the other, which is the same but for the
// time that a process takes to start.
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from "node:worker_threads";
import { bundle } from "../../build.mjs";

const root = fileURLToPath(new URL("../../", import.meta.url));

export interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Program {
  readonly folder: string;
  h2lint(args: readonly string[], env?: Readonly<Record<string, string>>): Ran;
  /** In a process of its own. */
  spawn(args: readonly string[], more?: { readonly env?: Readonly<Record<string, string>>; readonly input?: Uint8Array }): Ran;
  remove(): void;
}

export async function build(): Promise<Program> {
  const folder = mkdtempSync(join(tmpdir(), "h2lint-program-"));
  await bundle(join(folder, "dist"));
  cpSync(join(root, "package.json"), join(folder, "package.json"));
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"), "junction");
  cpSync(join(root, "samples"), join(folder, "samples"), { recursive: true });
  const resident = new Resident(folder);
  return {
    folder,
    h2lint: (args, env = {}) => resident.run(args, { ...inherited(), ...env }),
    spawn(args, { env = {}, input } = {}) {
      const { status, stdout, stderr } = spawnSync(process.execPath, [join(folder, "dist/cli/main.js"), ...args], {
        cwd: folder,
        env: { ...inherited(), ...env },
        encoding: "utf8",
        timeout: 30_000,
        ...(input === undefined ? {} : { input }),
      });
      return { status, stdout, stderr };
    },
    remove() {
      resident.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function inherited(): NodeJS.ProcessEnv {
  const { NO_COLOR: _, FORCE_COLOR: __, COLUMNS: ___, GITHUB_STEP_SUMMARY: ____, ...rest } = process.env;
  return rest;
}

/** One process in the folder that does one run after the other. Threads of Vitest cannot change their working folder, so it is a process;
 *  a thread talks to it meanwhile, so that who asks can wait without an `await`. */
class Resident {
  readonly #folder: string;
  #started: { readonly worker: Worker; readonly port: MessagePort; readonly done: Int32Array } | undefined;

  constructor(folder: string) {
    this.#folder = folder;
  }

  run(args: readonly string[], env: NodeJS.ProcessEnv): Ran {
    const { port, done } = (this.#started ??= this.#start());
    port.postMessage({ args, env });
    const waited = Atomics.wait(done, 0, 0, 30_000);
    if (waited === "timed-out") throw new Error(`h2lint ${args.join(" ")} takes more than 30 s`);
    Atomics.store(done, 0, 0);
    return (receiveMessageOnPort(port) as { message: Ran }).message; // the thread sent it before it woke this one
  }

  stop(): void {
    void this.#started?.worker.terminate();
    this.#started?.port.close();
  }

  #start() {
    const { port1, port2 } = new MessageChannel();
    const done = new Int32Array(new SharedArrayBuffer(4));
    const worker = new Worker(new URL("resident-thread.mjs", import.meta.url), {
      workerData: { folder: this.#folder, done, port: port2 },
      transferList: [port2],
    });
    worker.unref();
    return { worker, port: port1, done };
  }
}

export const volo = "samples/volo-0.9.1-grpc-go-1.85.pcap";
export const good = "samples/volo-0.12.2-grpc-go-1.85.pcap";
