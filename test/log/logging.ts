// Logs in memory.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Diagnostic } from "../../src/diagnostic.ts";
import { defaultLimits, type Limits } from "../../src/limits.ts";
import type { FrameEvent, TextEvent } from "../../src/log/event.ts";
import { type Log, readLog } from "../../src/log/reader.ts";
import type { Side } from "../../src/place.ts";
import { memorySource } from "../capture/reading.ts";

export const root = fileURLToPath(new URL("../../", import.meta.url));
export const fixture = (name: string): string => `${root}test/log/fixtures/${name}`;
export const textOf = (path: string): string => readFileSync(path, "utf8");

/** Of good traffic. */
export const goodLogs: readonly string[] = [
  "go.client.log",
  "go.server.log",
  "go-nethttp.server.log",
  "nghttp.log",
  "nghttpd.log",
  "apache.log",
  "grpc-core.client.log",
  "python-hyper.log",
  "node.log",
];

export interface ReadLog extends Log {
  readonly diagnostics: readonly Diagnostic[];
  readonly frames: readonly FrameEvent[];
  readonly texts: readonly TextEvent[];
}

/** @param step Octets per read. @param paths What requests ask for is wanted too. */
export async function reading(
  text: string | Uint8Array,
  {
    side,
    limits = {},
    step,
    name = "x.log",
    paths = true,
  }: { side?: Side; limits?: Partial<Limits>; step?: number; name?: string; paths?: boolean } = {},
): Promise<ReadLog> {
  const diagnostics: Diagnostic[] = [];
  const bytes = typeof text === "string" ? Buffer.from(text, "utf8") : text;
  const source = memorySource(bytes, step ?? Math.max(bytes.length, 1), name);
  const log = await readLog(source, 0, side, {
    limits: { ...defaultLimits, ...limits },
    diagnostics: (diagnostic) => void diagnostics.push(diagnostic),
    paths,
  });
  return {
    ...log,
    diagnostics,
    frames: log.events.filter((event) => event.kind === "frame"),
    texts: log.events.filter((event) => event.kind === "text"),
  };
}

/** The only frame of a line, or of a few. */
export async function frameIn(text: string): Promise<FrameEvent> {
  const { frames } = await reading(text);
  if (frames.length !== 1) throw new Error(`${frames.length} frames in ${text}`);
  return frames[0]!;
}
