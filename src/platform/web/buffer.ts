// Buffer for browsers, by the package of that name, with the calls that src/bytes.ts makes of Node's own.
import { Buffer as WebBuffer } from "buffer/";

interface Slices {
  latin1Slice(this: Uint8Array, start: number, end: number): string;
  hexSlice(this: Uint8Array, start: number, end: number): string;
  base64Slice(this: Uint8Array, start: number, end: number): string;
}

const slices: Slices = {
  latin1Slice(start, end) {
    let text = "";
    // So many arguments every browser takes.
    for (let at = start; at < end; at += ARGUMENTS)
      text += String.fromCharCode(...this.subarray(at, Math.min(at + ARGUMENTS, end)));
    return text;
  },
  hexSlice(start, end) {
    let text = "";
    for (let at = start; at < end; at++) text += HEX[this[at]!];
    return text;
  },
  base64Slice(start, end) {
    return btoa(slices.latin1Slice.call(this, start, end));
  },
};

const ARGUMENTS = 4096;
const HEX = Array.from({ length: 256 }, (_, octet) => octet.toString(16).padStart(2, "0"));

Object.assign(WebBuffer.prototype, slices);

export { WebBuffer as Buffer };
