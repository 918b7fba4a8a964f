// Finding frame borders without knowing where frames begin: after lost octets, or where the start of a connection was not captured.
// What is found so is likely, never proof.
import { u24, u31 } from "../bytes.ts";
import { FrameType } from "./frame.ts";

/** The offset from which a chain of plausible frames runs through to `end`, or -1. Segments mostly begin with a frame. */
export function findFrames(b: Uint8Array, start: number, end: number): number {
  if (chain(b, start, end) >= 1) return start;
  const stop = Math.min(end - 9, start + SEARCH);
  for (let p = start + 1; p <= stop; p++) if (chain(b, p, end) >= 2) return p;
  return -1;
}

// How convincing the frames from `p` are: a frame that ends with the octets, or a following frame, is evidence; a frame that runs
// beyond them is none. 0: not plausible.
function chain(b: Uint8Array, p: number, end: number): number {
  let score = 0;
  while (p + 9 <= end) {
    if (!plausible(b, p)) return 0;
    const type = b[p + 3]!;
    const next = p + 9 + u24(b, p);
    if (next > end) return score;
    // DATA has so few fixed octets that zeros look like it.
    if (type !== FrameType.data) score++;
    p = next;
  }
  return p <= end ? score : 0;
}

function plausible(b: Uint8Array, p: number): boolean {
  const type = b[p + 3]!;
  const shape = SHAPES[type];
  if (shape === undefined) return false;
  const length = u24(b, p);
  if ((b[p + 4]! & ~shape.flags) !== 0 || (b[p + 5]! & 0x80) !== 0) return false;
  if (length > 16_384 || !shape.length(length)) return false;
  const id = u31(b, p + 5);
  return shape.stream === "either" || (id === 0) === (shape.stream === "zero");
}

interface Shape {
  readonly flags: number;
  readonly stream: "zero" | "nonzero" | "either";
  length(length: number): boolean;
}

const any = () => true;

const SHAPES: readonly (Shape | undefined)[] = [
  { flags: 0x09, stream: "nonzero", length: any },
  { flags: 0x2d, stream: "nonzero", length: (n) => n > 0 },
  { flags: 0, stream: "nonzero", length: (n) => n === 5 },
  { flags: 0, stream: "nonzero", length: (n) => n === 4 },
  { flags: 1, stream: "zero", length: (n) => n % 6 === 0 && n <= 600 },
  { flags: 0x0c, stream: "nonzero", length: (n) => n > 4 },
  { flags: 1, stream: "zero", length: (n) => n === 8 },
  { flags: 0, stream: "zero", length: (n) => n >= 8 },
  { flags: 0, stream: "either", length: (n) => n === 4 },
  { flags: 0x04, stream: "nonzero", length: any },
];

// Octets of a segment that are searched.
const SEARCH = 64 << 10;
