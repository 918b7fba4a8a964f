// What tshark says of a capture's HTTP/2 frames, in the shape of `h2lint frames --format ndjson`.
import { spawn, spawnSync } from "node:child_process";
import { createInterface } from "node:readline";

export interface SharkFrame {
  readonly packet: number;
  readonly streamId: number;
  readonly type: number;
  readonly flags: number;
  readonly length: number;
  /** Name and value in hex; undefined where tshark shows no fields. */
  headers: [string, string][] | undefined;
}

/** Its version; undefined where there is no tshark. */
export function tsharkVersion(): string | undefined {
  const { status, stdout } = spawnSync("tshark", ["--version"], { encoding: "utf8" });
  return status === 0 ? stdout.split("\n", 1)[0] : undefined;
}

/** The frames in tshark's order: by packet, and within a packet as they are dissected.
 *  PDML gives each field as octets, so nothing is lost to escapes, and is read line by line, for it is some hundred times the capture. */
export async function tsharkFrames(file: string, ports: readonly number[]): Promise<SharkFrame[]> {
  const decodeAs = ports.flatMap((port) => ["-d", `tcp.port==${port},http2`]);
  const child = spawn("tshark", ["-n", "-r", file, ...decodeAs, "-Y", "http2", "-T", "pdml", "-J", "frame http2"], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let complaints = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (complaints += text));
  const ended = new Promise<number | null>((resolve, reject) => child.on("error", reject).on("close", resolve));

  const frames: SharkFrame[] = [];
  let packet = 0;
  let frame: { -readonly [K in keyof SharkFrame]: SharkFrame[K] } | undefined;
  let inHttp2 = false;
  for await (const line of createInterface({ input: child.stdout, crlfDelay: Number.POSITIVE_INFINITY })) {
    if (line.includes("<proto ")) inHttp2 = line.includes('<proto name="http2"');
    const name = /<field name="([^"]*)"/.exec(line)?.[1];
    if (name === undefined) continue;
    if (name === "frame.number") packet = Number(show(line));
    if (!inHttp2) continue;
    switch (name) {
      case "http2.length":
        frame = { packet, streamId: 0, type: -1, flags: 0, length: Number(show(line)), headers: undefined };
        frames.push(frame);
        break;
      case "http2.type":
        frame!.type = Number(show(line));
        break;
      case "http2.flags":
        frame!.flags = Number(show(line));
        break;
      case "http2.streamid":
        frame!.streamId = Number(show(line));
        break;
      case "http2.header.name":
        (frame!.headers ??= []).push([octets(line), ""]);
        break;
      case "http2.header.value":
        frame!.headers!.at(-1)![1] = octets(line);
        break;
    }
  }
  const status = await ended;
  if (status !== 0) throw new Error(`tshark ended with ${status} on ${file}: ${complaints}`);
  return frames;
}

const show = (line: string): string => / show="([^"]*)"/.exec(line)?.[1] ?? "";
// An empty value has no attribute of that name.
const octets = (line: string): string => / value="([^"]*)"/.exec(line)?.[1] ?? "";
