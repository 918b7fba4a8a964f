// A thread that judges one share of the connections.
import { parentPort, workerData } from "node:worker_threads";
import { H2lintError } from "../../error.ts";
import { judgeShare } from "../../shares/judge-share.ts";
import { loadSchemas } from "../protos.ts";
import { SelectionWatch } from "../selection-watch.ts";
import { Counters, type WorkerMessage, type WorkerTask } from "./protocol.ts";

const task = workerData as WorkerTask;
const { index, of } = task.share;
const counters = new Counters(of, task.counters);
const send = (message: WorkerMessage): void => parentPort!.postMessage(message);

/** Aborts where all threads stop. */
class StopSignal extends EventTarget {
  #asked = 0;

  get aborted(): boolean {
    return counters.stops(index, ++this.#asked);
  }
}

async function work(): Promise<void> {
  const watch = new SelectionWatch(task.options.only ?? {});
  let shown = 0;
  const options = {
    ...task.options,
    schemas: loadSchemas(task.protos),
    listeners: watch.listeners,
    // The rest of what an AbortSignal has nobody asks for.
    signal: new StopSignal() as unknown as AbortSignal,
    ...(index > 0
      ? {}
      : {
          progress: (progress: Extract<WorkerMessage, { kind: "progress" }>["progress"]) => {
            const now = performance.now();
            if (now - shown < PROGRESS) return;
            shown = now;
            send({ kind: "progress", progress });
          },
        }),
  };
  const run = { captures: "", options: "" };
  let texts: string[] = [];
  let octets = 0;
  let sent = 0;
  let last = performance.now();
  for await (const lines of judgeShare(task.files, options, task.share, run, () => watch.seen)) {
    for (const line of lines) {
      const text = JSON.stringify(line);
      texts.push(text);
      octets += text.length;
    }
    if (octets < PIECE && performance.now() - last < DELAY) continue;
    counters.waitForRoom(index, sent++, AHEAD);
    send({ kind: "lines", text: texts.join("\n") });
    texts = [];
    octets = 0;
    last = performance.now();
  }
  if (texts.length > 0) send({ kind: "lines", text: texts.join("\n") });
  send({ kind: "over" });
}

work().catch((error: unknown) => {
  if (!(error instanceof H2lintError)) throw error;
  send({ kind: "failed", code: error.code, message: error.message });
});

// Characters, milliseconds, and texts that are not taken.
const PIECE = 1 << 18;
const DELAY = 20;
const AHEAD = 8;
const PROGRESS = 100;
