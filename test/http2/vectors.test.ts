import { existsSync, readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { kindOf } from "../../src/http2/frame.ts";
import { decode } from "./octets.ts";

// http2jp/http2-frame-test-case: data of another project, beside this one where it is there at all.
const folder = new URL("../../../shared/vectors/http2-frame-test-case/", import.meta.url);

interface Vector {
  readonly wire: string;
  readonly error: readonly number[] | null;
  readonly frame: {
    readonly length: number;
    readonly type: number;
    readonly flags: number;
    readonly stream_identifier: number;
    readonly frame_payload: Payload;
  } | null;
}

interface Payload {
  readonly data?: string;
  readonly header_block_fragment?: string;
  readonly additional_debug_data?: string;
  readonly opaque_data?: string;
  readonly padding_length?: number | null;
  readonly stream_dependency?: number | null;
  readonly promised_stream_id?: number;
  readonly weight?: number | null;
  readonly exclusive?: boolean | null;
  readonly error_code?: number;
  readonly last_stream_id?: number;
  readonly window_size_increment?: number;
  readonly settings?: readonly (readonly [id: number, value: number])[];
}

const files = existsSync(folder)
  ? readdirSync(folder, { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".json"))
      .sort()
  : [];

const read = (name: string): Vector => JSON.parse(readFileSync(new URL(name, folder), "utf8"));

const settingsText = (settings: Payload["settings"]): string | undefined =>
  settings
    ?.map(([id, value]) => {
      const b = Buffer.alloc(6);
      b.writeUInt16BE(id);
      b.writeUInt32BE(value, 2);
      return b.toString("latin1");
    })
    .join("");

// Not decidable from the frame alone: judged with the settings in force, or by what the frame asks for.
const judgedLater: Record<string, object> = {
  "error/data-frame-size.json": { kind: "data", length: 32_768, fault: "cut" },
  "error/push_promise-frame-promised_stream-odd.json": { kind: "push-promise", promisedStreamId: 1 },
  "error/push_promise-frame-promised_stream-zero.json": { kind: "push-promise" },
  "error/window_update-frame-increment.json": { kind: "window-update" },
};

// RFC 9113 section 7: FRAME_SIZE_ERROR is for lengths, PROTOCOL_ERROR for the rest.
const codes: Record<string, number> = {
  badLength: 6,
  tooShort: 6,
  paddingTooLong: 1,
  connectionFrameOnStream: 1,
  onStreamZero: 1,
};

describe.skipIf(files.length === 0)("http2-frame-test-case", () => {
  it("is there as a whole", () => expect(files.length).toBeGreaterThan(30));

  it.each(files)("%s", (name) => {
    const { wire, error, frame } = read(name);
    const { frames } = decode([Buffer.from(wire, "hex")]);
    expect(frames).toHaveLength(1);
    const [f] = frames;
    const later = judgedLater[name];
    if (later !== undefined) {
      expect(f).toMatchObject(later);
    } else if (error !== null) {
      const noted = (f!["facts"] ?? []) as string[];
      expect(noted.map((fact) => codes[fact]).filter((code) => code !== undefined && error.includes(code))).not.toEqual([]);
    } else if (frame !== null) {
      const p = frame.frame_payload;
      const text = p.data ?? p.header_block_fragment ?? p.additional_debug_data ?? p.opaque_data ?? settingsText(p.settings);
      const expected = {
        kind: kindOf(frame.type),
        flags: frame.flags,
        streamId: frame.stream_identifier,
        length: frame.length,
        padLength: p.padding_length ?? 0,
        hasPriority: typeof p.weight === "number",
        exclusive: p.exclusive ?? false,
        dependency: p.stream_dependency ?? 0,
        weight: p.weight ?? 0,
        errorCode: p.error_code ?? 0,
        lastStreamId: p.last_stream_id ?? 0,
        increment: p.window_size_increment ?? 0,
        promisedStreamId: p.promised_stream_id ?? 0,
      };
      const nothing = {
        flags: 0,
        streamId: 0,
        length: 0,
        padLength: 0,
        hasPriority: false,
        exclusive: false,
        dependency: 0,
        weight: 0,
      };
      const none = { errorCode: 0, lastStreamId: 0, increment: 0, promisedStreamId: 0 };
      const { payload, facts, ...fields } = { ...nothing, ...none, ...f } as Record<string, unknown>;
      expect(fields).toEqual(expected);
      if (text !== undefined) expect(payload ?? "").toBe(text);
      // Padding of these is text.
      expect(facts).toEqual((p.padding_length ?? 0) > 0 ? ["paddingNonzero"] : undefined);
    } else throw new Error("neither a frame nor an error");
  });
});
