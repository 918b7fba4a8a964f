// `h2lint record HOST:PORT`: a proxy before a server, whose traffic goes to a capture as it comes, and with --follow is checked meanwhile.
import { closeSync, ftruncateSync, openSync } from "node:fs";
import { type Source, streamSource } from "../../capture/source.ts";
import { H2lintError } from "../../error.ts";
import { english, type Language } from "../../lang/language.ts";
import type { Endpoint } from "../../recording/conversation.ts";
import { type ProxyTally, RecordingProxy } from "../../recording/proxy.ts";
import { counted, size } from "../../report/text.ts";
import { interruption } from "../interruption.ts";
import { reasonOf, writeAll } from "../output-file.ts";
import type { Task } from "../task.ts";
import { check } from "./check.ts";

/** Until a signal. @returns The exit status: with --follow that of `check`.
 *  @throws H2lintError where it cannot listen or write. */
export async function record(task: Task): Promise<number> {
  const { operands, outputs, follow, quiet } = task;
  const [path] = outputs;
  const target = endpointOf(operands[0] ?? "", "record");
  const listen = endpointOf(task.listen ?? "0", "--listen");
  if (outputs.length > 1) throw new H2lintError("usage", "record writes one --output FILE.pcapng");
  if (path === undefined && !follow) throw new H2lintError("usage", "record needs --output FILE.pcapng, or --follow");
  if (target.port === 0) throw new H2lintError("usage", "record needs the port of the server: HOST:PORT");
  const { language: say = english } = task;
  const tell = (text: string): void => void (quiet || process.stderr.write(`h2lint: ${text}\n`));

  let failure: unknown;
  const over = new AbortController();
  let file: CaptureFile | undefined;
  const live = follow ? new LiveCapture() : undefined;
  const failures = new Set<string>();
  const proxy = new RecordingProxy({
    ...{ target, listen },
    output(block) {
      // A listener of a socket has nobody to throw to.
      try {
        file?.write(block);
      } catch (error) {
        failure ??= error;
        over.abort();
      }
      live?.push(block);
    },
    behind: () => live?.behind(),
    failed(code) {
      if (failures.has(code)) return;
      failures.add(code);
      const failure = Object.hasOwn(FAILURES, code)
        ? say.text(FAILURES[code] ?? code)
        : say.text("does not take a connection ({code})", { code });
      tell(say.text("{server} {failure}; further ones are recorded only", { server: textOf(target), failure }));
    },
  });
  const port = await listening(proxy, listen);
  try {
    if (textOf({ ...listen, port }) === textOf(target)) throw new H2lintError("usage", "record would connect to itself");
    if (path !== undefined) file = new CaptureFile(path);
    proxy.begin();
    const way = { from: textOf({ ...listen, port }), to: textOf(target), file: path ?? "" };
    tell(
      say.text(
        path === undefined ? "recording: {from} -> {to}; Ctrl-C ends it" : "recording: {from} -> {to}, to {file}; Ctrl-C ends it",
        way,
      ),
    );

    const signal = interruption.signal();
    const ended = new Promise<void>((resolve) => {
      for (const one of [signal, over.signal]) one.addEventListener("abort", () => resolve(), { once: true });
      if (signal.aborted || over.signal.aborted) resolve();
    });
    const stopped = ended.then(async () => {
      const open = proxy.open;
      await proxy.stop();
      live?.end();
      return open;
    });
    const status = live === undefined ? 0 : await check({ ...task, outputs: [] }, [live.source()]);
    const open = await stopped;
    file?.close();
    if (failure !== undefined) throw failure;
    tell(`${path === undefined ? "" : `${path}${say.text(": ")}`}${summary(proxy.tally, open, say)}`);
    return status;
  } finally {
    // Also where there is nothing to write to, or the check failed: nothing listens any more.
    await proxy.stop();
  }
}

function summary({ connections, failures, packets, octets }: ProxyTally, open: number, say: Language): string {
  return [
    counted(say, connections, "connection"),
    ...(failures > 0 ? [say.text("{n} of them not taken by the server", { n: failures })] : []),
    ...(open > 0 ? [say.text("{n} still open", { n: open })] : []),
    counted(say, packets, "packet"),
    say.text("{bytes} relayed", { bytes: size(octets, say) }),
  ].join(say.text(", "));
}

async function listening(proxy: RecordingProxy, listen: Endpoint): Promise<number> {
  try {
    return await proxy.listen();
  } catch (error) {
    const { code = String(error) } = error as NodeJS.ErrnoException;
    throw new H2lintError("usage", `--listen ${textOf(listen)}: ${LISTENING[code] ?? `cannot listen there (${code})`}`);
  }
}

/** `127.0.0.1:50051`, `[::1]:50051`, `name:50051`, or a port of this host. @param whose For the message. */
function endpointOf(text: string, whose: string): Endpoint {
  const [, bracketed, plain, digits = ""] = /^(?:\[([^\]]+)\]:|([^:[\]/]+):)?(\d{1,5})$/.exec(text) ?? [];
  const port = Number(digits);
  if (digits === "" || port > 65_535)
    throw new H2lintError("usage", `${whose} takes HOST:PORT, as in 127.0.0.1:50051 or [::1]:50051, not ${text || "nothing"}`);
  return { address: bracketed ?? plain ?? "127.0.0.1", port };
}

const textOf = ({ address, port }: Endpoint): string => (address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`);

/** What was written is whole packets at any time: others may read it meanwhile, and it is a capture whatever ends this process. */
class CaptureFile {
  readonly #path: string;
  readonly #file: number;
  #length = 0;

  constructor(path: string) {
    this.#path = path;
    try {
      this.#file = openSync(path, "w");
    } catch (error) {
      throw new H2lintError("unwritable", `${path}: ${reasonOf(error)}`);
    }
  }

  write(block: Uint8Array): void {
    try {
      writeAll(this.#file, block);
      this.#length += block.length;
    } catch (error) {
      this.#cut();
      throw new H2lintError("unwritable", `${this.#path}: ${reasonOf(error)}`);
    }
  }

  close(): void {
    closeSync(this.#file);
  }

  // A full disk may have taken half a packet.
  #cut(): void {
    try {
      ftruncateSync(this.#file, this.#length);
    } catch {
      // A pipe or a device: nothing can be taken back.
    }
  }
}

/** What is recorded, to be read at once. */
class LiveCapture {
  #blocks: Uint8Array[] = [];
  #octets = 0;
  #isOver = false;
  #wake: (() => void) | undefined;
  #caughtUp: { readonly promise: Promise<void>; readonly done: () => void } | undefined;

  push(block: Uint8Array): void {
    this.#blocks.push(block);
    this.#octets += block.length;
    this.#wake?.();
  }

  end(): void {
    this.#isOver = true;
    this.#wake?.();
  }

  /** Settled when what waits is read. */
  behind(): Promise<void> | undefined {
    if (this.#octets < MOST_WAITING) return undefined;
    if (this.#caughtUp === undefined) {
      let done = (): void => {};
      const promise = new Promise<void>((resolve) => {
        done = resolve;
      });
      this.#caughtUp = { promise, done };
    }
    return this.#caughtUp.promise;
  }

  source(): Source {
    return streamSource("recording", this.#read());
  }

  async *#read(): AsyncGenerator<Uint8Array> {
    for (;;) {
      if (this.#blocks.length > 0) {
        const octets = Buffer.concat(this.#blocks);
        this.#blocks = [];
        this.#octets = 0;
        this.#caughtUp?.done();
        this.#caughtUp = undefined;
        yield octets;
      } else if (this.#isOver) return;
      else
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
    }
  }
}

const MOST_WAITING = 8 << 20;

const FAILURES: Readonly<Record<string, string>> = {
  ECONNREFUSED: "refuses the connection",
  ENOTFOUND: "is no name that is known",
  EAI_AGAIN: "is a name that cannot be looked up now",
  ETIMEDOUT: "does not answer",
  EHOSTUNREACH: "cannot be reached",
  ENETUNREACH: "cannot be reached",
};

const LISTENING: Readonly<Record<string, string>> = {
  EADDRINUSE: "the port is in use",
  EADDRNOTAVAIL: "is no address of this host",
  EACCES: "permission denied",
  ENOTFOUND: "is no name that is known",
};
