import { readFileSync } from "node:fs";
import { Clock } from "../../src/capture/clock.ts";
import { openCapture } from "../../src/capture/open.ts";
import { fileSource, type Source } from "../../src/capture/source.ts";
import { defaultLimits } from "../../src/limits.ts";
import { PacketDecoder } from "../../src/net/decoder.ts";
import { Assembler } from "../../src/tcp/assembler.ts";
import type { Flow } from "../../src/tcp/flow.ts";
import { Decryptor } from "../../src/tls/decryptor.ts";
import { KeyLogReader } from "../../src/tls/key-log.ts";
import { SearchBudget } from "../../src/tls/key-search.ts";
import type { KeyStore } from "../../src/tls/key-store.ts";
import { Parking } from "../../src/tls/parking.ts";
import { RecordBuffers } from "../../src/tls/record.ts";
import { Collected } from "./feeding.ts";

export interface ReadConnection {
  readonly client: Collected;
  readonly server: Collected;
  readonly decryptor: Decryptor;
}

/** Every connection of a capture through a decryptor; secrets inside the file are added to the store as they come. */
export async function connectionsOf(from: string | Source, store: KeyStore): Promise<ReadConnection[]> {
  const found: ReadConnection[] = [];
  const context = { store, buffers: new RecordBuffers(), parking: new Parking(8 << 20), search: new SearchBudget() };
  const open = (flow: Flow) => {
    const [client, server] = [new Collected(), new Collected()];
    const decryptor = new Decryptor(context, [client, server]);
    found.push({ client, server, decryptor });
    flow.attach(0, decryptor.sinks[0]);
    flow.attach(1, decryptor.sinks[1]);
    return { close() {} };
  };
  const assembler = new Assembler({ open }, defaultLimits, () => {});
  const packets = new PacketDecoder(assembler, () => {}, defaultLimits);
  const secrets = {
    // draft-ietf-opsawg-pcapng 4.7: "TLSK", a key log.
    secrets(type: number, bytes: Uint8Array, start: number, end: number) {
      if (type !== 0x544c534b) return;
      const log = new KeyLogReader(store);
      log.bytes(bytes, start, end);
      log.end();
    },
  };
  const reader = await openCapture(typeof from === "string" ? fileSource(from) : from, {
    file: 0,
    clock: new Clock(),
    limits: defaultLimits,
    diagnostics: () => {},
    secrets,
    engine: "fast",
  });
  while (await reader.readBlock(packets));
  await reader.close();
  packets.end();
  assembler.end();
  for (const { decryptor } of found) decryptor.finish();
  return found;
}

/** How many HTTP/2 frames of each type (RFC 9113 section 4.1) the octets hold. @throws Where frames do not end where the octets do. */
export function countFrames(octets: Buffer, from: "client" | "server", counts: Record<string, number>): void {
  let p = from === "client" ? PREFACE.length : 0;
  if (from === "client" && octets.toString("latin1", 0, p) !== PREFACE) throw new Error("no preface");
  for (; p < octets.length; p += 9 + octets.readUIntBE(p, 3)) {
    const type = octets[p + 3]!;
    counts[type] = (counts[type] ?? 0) + 1;
  }
  if (p !== octets.length) throw new Error(`frames end at ${p} of ${octets.length}`);
}

const PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

interface Label {
  readonly file: string;
  readonly frames?: Readonly<Record<string, number>>;
  readonly tshark?: { readonly frames?: Readonly<Record<string, number>> };
}

/** How many frames of each type there are in each capture, by the file that says so. */
export function labelledFrames(path: string): ReadonlyMap<string, Readonly<Record<string, number>>> {
  const labels = JSON.parse(readFileSync(path, "utf8")) as Label[];
  return new Map(labels.map(({ file, frames, tshark }) => [file, frames ?? byNumber(tshark?.frames ?? {})]));
}

const byNumber = (counts: Readonly<Record<string, number>>): Readonly<Record<string, number>> =>
  Object.fromEntries(Object.entries(counts).flatMap(([name, count]) => (name in types ? [[types[name], count]] : [])));

// tshark's names.
const types: Readonly<Record<string, number>> = { DATA: 0, HEADERS: 1, SETTINGS: 4, GOAWAY: 7, WINDOW_UPDATE: 8 };
