// Compression around a capture, found by its first octets. In: a Source. Out: a Source of what is packed in it.

import { u32, u32le } from "../bytes.ts";
import { isSkippable, lz4Magic, zstdMagic } from "./frames.ts";
import type { Source } from "./source.ts";
import type { Fault, Unpacking } from "./unpacking.ts";
import type { Window } from "./window.ts";

export type Compression = "gzip" | "zstd" | "lz4" | "bzip2" | "xz";

/** @param end Of the octets that are there from 0 on. */
export function compressionOf(bytes: Uint8Array, end: number): Compression | undefined {
  if (end >= 2 && bytes[0] === 0x1f && bytes[1] === 0x8b) return "gzip";
  if (end < 4) return undefined;
  const little = u32le(bytes, 0);
  // Zstandard in several threads (pzstd) starts with a skippable frame. LZ4 may as well, but nothing writes it.
  if (little === zstdMagic || isSkippable(little)) return "zstd";
  if (little === lz4Magic) return "lz4";
  if (u32(bytes, 0) === 0xfd377a58) return "xz";
  // "BZh" and a level from 1 to 9.
  const isBzip2 = little << 8 === 0x685a4200 && bytes[3]! >= 0x31 && bytes[3]! <= 0x39;
  return isBzip2 ? "bzip2" : undefined;
}

// Most captures need none of them.
async function* unpack(input: Window, compression: Compression): Unpacking {
  const { unpackers } = await import("./unpackers.ts");
  return yield* unpackers[compression](input);
}

/** What is packed in a file. A fault ends it; `onFault` is called once. */
export class Unpacked implements Source {
  readonly name: string;
  readonly compression: Compression;
  readonly #input: Window;
  readonly #unpacking: Unpacking;
  readonly #onFault: (fault: Fault) => void;
  #chunk: Uint8Array = new Uint8Array(0);
  #ended = false;

  /** @param input Holds the start of the file at its start. */
  constructor(input: Window, compression: Compression, onFault: (fault: Fault) => void) {
    this.name = input.source.name;
    this.compression = compression;
    this.#input = input;
    this.#unpacking = unpack(input, compression);
    this.#onFault = onFault;
  }

  async read(into: Uint8Array): Promise<number> {
    while (this.#chunk.length === 0) {
      if (this.#ended) return 0;
      const { done, value } = await this.#unpacking.next();
      if (done === true) {
        this.#ended = true;
        if (value !== undefined) this.#onFault(value);
        return 0;
      }
      this.#chunk = value;
    }
    const length = Math.min(this.#chunk.length, into.length);
    into.set(this.#chunk.subarray(0, length));
    this.#chunk = this.#chunk.subarray(length);
    return length;
  }

  async close(): Promise<void> {
    this.#ended = true;
    this.#chunk = this.#chunk.subarray(0, 0);
    await this.#unpacking.return(undefined);
    await this.#input.source.close();
  }
}
