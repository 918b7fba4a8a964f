// The thread of program.ts: hands each run to the process, and wakes who waits for it.
import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { workerData } from "node:worker_threads";

const { folder, done, port } = workerData;

const child = fork(fileURLToPath(new URL("resident.mjs", import.meta.url)), [], {
  cwd: folder,
  execArgv: [],
  stdio: ["ignore", "ignore", "inherit", "ipc"],
});

function answer(ran) {
  port.postMessage(ran);
  Atomics.store(done, 0, 1);
  Atomics.notify(done, 0);
}

child.on("message", answer);
child.on("exit", (status) => answer({ status: null, stdout: "", stderr: `the process ended with ${status}` }));
port.on("message", (run) => child.send(run));
// With the thread goes the process: its channel is closed.
