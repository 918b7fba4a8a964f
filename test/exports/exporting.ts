// Runs `check` with one output for another program, and the captures that their tests look at.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { analyzeFor } from "../../src/analyze.ts";
import type { AnalyzeOptions } from "../../src/analyze-options.ts";
import { openExport } from "../../src/cli/exports.ts";
import { commitAll, discardUnfinished } from "../../src/cli/output-file.ts";
import type { Task } from "../../src/cli/task.ts";
import type { ReportEvent } from "../../src/report/event.ts";
import { endAtOnce } from "../../src/report/report.ts";
import { grpcRequest, grpcResponse, type Script, type Story } from "../../src/testing.ts";
import { captureOf } from "../capture/story.ts";

export const volo = fileURLToPath(new URL("../../samples/volo-0.9.1-grpc-go-1.85.pcap", import.meta.url));

/** A folder that is removed at the end. */
export class Scratch {
  readonly folder = mkdtempSync(join(tmpdir(), "h2lint-exports-"));

  path(name: string): string {
    return join(this.folder, name);
  }

  /** @returns Where it is. */
  file(name: string, octets: Uint8Array | string): string {
    writeFileSync(this.path(name), octets);
    return this.path(name);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Write the output as `check -o FORMAT=PATH` does. @returns The events of the run. */
export async function exported(
  format: string,
  path: string,
  captures: Parameters<typeof analyzeFor>[0],
  { showSecrets = false, ...options }: AnalyzeOptions = {},
): Promise<ReportEvent[]> {
  try {
    const { report, files } = await openExport(format, path, { showSecrets } as Task);
    const events: ReportEvent[] = [];
    const { listener, calls } = report;
    const told = {
      ...options,
      showSecrets,
      listeners: listener === undefined ? [] : [listener],
      callListeners: calls === undefined ? [] : [calls],
    };
    for await (const some of analyzeFor(captures, told, [report])) {
      events.push(...some);
      for (const event of some) report.event(event);
    }
    endAtOnce(report);
    commitAll(files);
    return events;
  } finally {
    discardUnfinished();
  }
}

const message = (text: string): string => `\0\0\0\0${String.fromCharCode(text.length)}${text}`;

/** Twenty calls on one connection: of three methods, with credentials and a trace, one that fails, one reset by the client, one refused by
 *  the server, and one that it resets without a reason that the capture shows. */
export const twentyCalls: Story = (s) => {
  for (let i = 0; i < 20; i++) {
    const stream = 2 * i + 1;
    const traced = i === 3 ? { traceparent: `00-${TRACE}-${PARENT}-01` } : {};
    s.client
      .headers(stream, {
        fields: { ...grpcRequest, ":path": PATHS[i % 3]!, authorization: "Bearer very-secret", "grpc-timeout": "1S", ...traced },
      })
      .data(stream, message(`request ${i}`), { endStream: true });
    answer(s, i, stream);
  }
};

function answer(s: Script, i: number, stream: number): void {
  if (i === 5) s.client.rst(stream, 8);
  else if (i === 8) s.server.rst(stream, 7);
  else if (i === 14) s.server.rst(stream, 1);
  else {
    s.server
      .headers(stream, { fields: grpcResponse })
      .data(stream, message(`answer ${i}`))
      .trailers(stream, i === 11 ? { "grpc-status": "5", "grpc-message": "no such thing" } : { "grpc-status": "0" });
  }
}

export const PATHS = ["/shop.Cart/Add", "/shop.Cart/Remove", "/shop.Stock/Find"];
export const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
export const PARENT = "00f067aa0ba902b7";

export const twentyCallsCapture = (): Buffer => captureOf(twentyCalls);
