// DEFLATE for browsers, by pako: their own (DecompressionStream) answers later, and does not say where a member ends. No Brotli.
import { Inflate } from "pako";
import { Buffer } from "./buffer.ts";

const constants = { Z_SYNC_FLUSH: 2 } as const;

/** RFC 1952 section 8. @param before The value for what went before. */
function crc32(octets: Uint8Array, before = 0): number {
  let crc = ~before;
  for (let i = 0; i < octets.length; i++) crc = TABLE[(crc ^ octets[i]!) & 0xff]! ^ (crc >>> 8);
  return ~crc >>> 0;
}

const TABLE = Int32Array.from({ length: 256 }, (_, octet) => {
  let value = octet;
  for (let bit = 0; bit < 8; bit++) value = (value & 1) === 0 ? value >>> 1 : (value >>> 1) ^ 0xedb88320;
  return value;
});

/** As much of Node's stream as src/capture/gzip.ts needs: all that one piece holds is there when `write` returns. */
class InflateRaw {
  /** Octets of the input that belong to the stream. */
  bytesWritten = 0;
  readonly #inflate: Inflate;
  readonly #chunks: Uint8Array[] = [];
  readonly #told = new Map<string, () => void>();

  constructor(chunkSize: number) {
    this.#inflate = new Inflate({ raw: true, chunkSize });
    this.#inflate.onData = (chunk) => void this.#chunks.push(chunk);
  }

  on(event: "readable" | "error" | "end", listener: () => void): void {
    this.#told.set(event, listener);
  }

  write(octets: Uint8Array, taken: () => void): void {
    const sound = this.#inflate.push(octets, constants.Z_SYNC_FLUSH);
    const left = (this.#inflate as unknown as { strm: { avail_in: number } }).strm.avail_in; // not among its declared properties
    this.bytesWritten += octets.length - left;
    taken();
    if (this.#inflate.err !== 0 && !this.#inflate.ended) this.#told.get("error")?.();
    else if (!sound && !this.#inflate.ended) this.#told.get("error")?.();
    else if (this.#inflate.ended) this.#told.get("end")?.();
  }

  read(): Uint8Array | null {
    return this.#chunks.shift() ?? null;
  }

  destroy(): void {}
}

const createInflateRaw = ({ chunkSize }: { readonly chunkSize: number }): InflateRaw => new InflateRaw(chunkSize);

type Limited = { readonly maxOutputLength: number };

function inflated(octets: Uint8Array, { maxOutputLength }: Limited, options: { readonly raw?: true }): Uint8Array {
  const chunks: Uint8Array[] = [];
  let length = 0;
  const inflate = new Inflate({ ...options, chunkSize: Math.min(1 << 16, Math.max(1024, maxOutputLength)) });
  inflate.onData = (chunk) => {
    length += chunk.length;
    if (length > maxOutputLength) throw Object.assign(new Error("too large"), { code: "ERR_BUFFER_TOO_LARGE" });
    chunks.push(chunk);
  };
  inflate.push(octets, true);
  if (inflate.err !== 0 || !inflate.ended) throw Object.assign(new Error("damaged"), { code: "Z_DATA_ERROR" });
  return Buffer.concat(chunks);
}

/** zlib (RFC 1950) and gzip (RFC 1952) are distinguished by their start. @throws Error with a code, as Node's. */
const inflateSync = (octets: Uint8Array, limit: Limited): Uint8Array => inflated(octets, limit, {});

const gunzipSync = inflateSync;

/** @throws Error with a code, as Node's. */
const inflateRawSync = (octets: Uint8Array, limit: Limited): Uint8Array => inflated(octets, limit, { raw: true });

/** @throws Error always, as for what is too large to look at: neither sound nor damaged. */
function brotliDecompressSync(): never {
  throw Object.assign(new Error("no Brotli in a browser"), { code: "ERR_BUFFER_TOO_LARGE" });
}

const all = { brotliDecompressSync, constants, crc32, createInflateRaw, gunzipSync, inflateRawSync, inflateSync };

export const zlib = (): typeof all => all;
