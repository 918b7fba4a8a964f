// The only place that indexes raw octets as numbers wider than one octet. Offsets are trusted: callers check bounds.
// The global Buffer is an accessor, which costs more than the calls below.
import { Buffer as NodeBuffer } from "./platform/buffer.ts";

export const u16 = (b: Uint8Array, at: number): number => (b[at]! << 8) | b[at + 1]!;

export const u24 = (b: Uint8Array, at: number): number => (b[at]! << 16) | (b[at + 1]! << 8) | b[at + 2]!;

/** Unsigned 32 bits, network order. */
export const u32 = (b: Uint8Array, at: number): number =>
  ((b[at]! << 24) | (b[at + 1]! << 16) | (b[at + 2]! << 8) | b[at + 3]!) >>> 0;

/** Signed 32 bits, network order: for addresses and sequence numbers, which are only compared. */
export const i32 = (b: Uint8Array, at: number): number => (b[at]! << 24) | (b[at + 1]! << 16) | (b[at + 2]! << 8) | b[at + 3]!;

/** 31 bits, network order: stream ids and window increments, without the reserved bit. */
export const u31 = (b: Uint8Array, at: number): number => i32(b, at) & 0x7fffffff;

export const u16le = (b: Uint8Array, at: number): number => b[at]! | (b[at + 1]! << 8);

export const u24le = (b: Uint8Array, at: number): number => b[at]! | (b[at + 1]! << 8) | (b[at + 2]! << 16);

export const u32le = (b: Uint8Array, at: number): number =>
  (b[at]! | (b[at + 1]! << 8) | (b[at + 2]! << 16) | (b[at + 3]! << 24)) >>> 0;

/** A copy in separate memory. Not `b.slice`: what readers give is a Buffer, whose `slice` is a view of the reader's block. */
export const copyOf = (b: Uint8Array, start: number, end: number): Uint8Array => Uint8Array.prototype.slice.call(b, start, end);

/** One character per octet, as header strings are kept. */
export const latin1 = (b: Uint8Array, start: number, end: number): string => asBuffer(b).latin1Slice(start, end);

export const hex = (b: Uint8Array, start: number, end: number): string => asBuffer(b).hexSlice(start, end);

export const base64 = (b: Uint8Array, start: number, end: number): string => asBuffer(b).base64Slice(start, end);

// A view of the same memory; Buffer.from(ArrayBuffer) copies nothing.
const asBuffer = (b: Uint8Array): Buffer => (b instanceof NodeBuffer ? b : NodeBuffer.from(b.buffer, b.byteOffset, b.byteLength));

declare global {
  // Undocumented in @types/node, there in every Node: toString() without its argument checks.
  interface Buffer {
    latin1Slice(start: number, end: number): string;
    hexSlice(start: number, end: number): string;
    base64Slice(start: number, end: number): string;
  }
}
