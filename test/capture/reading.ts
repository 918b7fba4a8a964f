import { existsSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";
import { hex, latin1 } from "../../src/bytes.ts";
import { Clock } from "../../src/capture/clock.ts";
import { openCapture } from "../../src/capture/open.ts";
import type { Packet } from "../../src/capture/packet.ts";
import type { CaptureInterface } from "../../src/capture/reader.ts";
import type { Source } from "../../src/capture/source.ts";
import type { Diagnostic } from "../../src/diagnostic.ts";
import { defaultLimits, type Limits } from "../../src/limits.ts";

/** Real captures, where the checkout has them beside it. */
const captures = fileURLToPath(new URL("../../../shared/captures/", import.meta.url));

/** Absolute paths of the captures in a folder, by ending; empty where there are none. */
export const capturesIn = (folder: string, ending: RegExp): readonly string[] =>
  existsSync(captures + folder)
    ? readdirSync(captures + folder, { recursive: true, encoding: "utf8" })
        .filter((name) => ending.test(name))
        .sort()
        .map((name) => `${captures}${folder}/${name}`)
    : [];

export const captureName = (path: string): string => path.slice(captures.length);
export const capture = (name: string): string => captures + name;
export const haveCaptures = existsSync(captures);

/** Gives `step` octets per read. */
export const memorySource = (bytes: Uint8Array, step = bytes.length, name = "memory"): Source => {
  let at = 0;
  return {
    name,
    async read(into) {
      const length = Math.min(step, bytes.length - at, into.length);
      into.set(bytes.subarray(at, at + length));
      at += length;
      return length;
    },
    async close() {},
  };
};

export interface ReadPacket {
  readonly number: number;
  readonly time: string;
  readonly linkType: number;
  readonly fileOffset: number;
  readonly octets: string;
  readonly wireLength: number;
  readonly interface?: number;
  readonly comment?: string;
}

export interface Reading {
  readonly packets: ReadPacket[];
  readonly diagnostics: Diagnostic[];
  readonly format: string;
  readonly octets: number;
  readonly interfaces: readonly CaptureInterface[];
  readonly secrets: readonly (readonly [type: number, text: string])[];
}

interface Options {
  readonly step?: number;
  readonly engine?: "fast" | "reference";
  readonly limits?: Partial<Limits>;
  readonly clock?: Clock;
}

export async function readAll(bytes: Uint8Array, options: Options = {}): Promise<Reading> {
  const packets: ReadPacket[] = [];
  const diagnostics: Diagnostic[] = [];
  const secrets: (readonly [number, string])[] = [];
  const clock = options.clock ?? new Clock();
  const reader = await openCapture(memorySource(bytes, options.step), {
    file: 3,
    clock,
    limits: { ...defaultLimits, ...options.limits },
    diagnostics: (diagnostic) => diagnostics.push(diagnostic),
    engine: options.engine ?? "fast",
    secrets: { secrets: (type, bytes, start, end) => secrets.push([type, latin1(bytes, start, end)]) },
  });
  const sink = {
    packet(packet: Packet) {
      expect(packet.file).toBe(3);
      const { number, linkType, fileOffset, wireLength, bytes, start, end } = packet;
      packets.push({
        number,
        time: clock.text(packet.time),
        linkType,
        fileOffset,
        octets: hex(bytes, start, end),
        wireLength,
        ...(packet.interface === 0 ? {} : { interface: packet.interface }),
        ...(packet.comment === undefined ? {} : { comment: packet.comment }),
      });
      // Whoever keeps octets must copy them: nobody may see them after this.
      bytes.fill(0xee, start, end);
    },
  };
  while (await reader.readBlock(sink));
  expect(await reader.readBlock(sink), "after the end").toBe(false);
  await reader.close();
  const interfaces = reader.interfaces.map(({ name, description, filter, os, linkType, packets }) => ({
    ...(name === undefined ? {} : { name }),
    ...(description === undefined ? {} : { description }),
    ...(filter === undefined ? {} : { filter }),
    ...(os === undefined ? {} : { os }),
    linkType,
    packets,
  }));
  return { packets, diagnostics, format: reader.format, octets: reader.octets, interfaces, secrets };
}

/** How a file is cut into reads must not show. */
export async function readInEverySplit(bytes: Uint8Array, options: Options = {}): Promise<Reading> {
  const whole = await readAll(bytes, options);
  for (const step of [1, 7]) expect(await readAll(bytes, { ...options, step }), `${step} bytes per read`).toEqual(whole);
  expect(whole.octets).toBe(bytes.length);
  return whole;
}
