// Finding frame borders without knowing where frames begin: after lost octets, or where the start of a connection was not captured.
// What is found so is likely, never proof.
import { u24, u31 } from "../bytes.ts";
import { FrameType } from "./frame.ts";

/** The offset from which a chain of plausible frames runs through to `end`, or -1. Segments mostly begin with a frame. */
export function findFrames(b: Uint8Array, start: number, end: number): number {
  if (chain(b, start, end) >= 1 || isFilled(b, start, end)) return start;
  const stop = Math.min(end - 9, start + SEARCH);
  for (let p = start + 1; p <= stop; p++) if (chain(b, p, end) >= 2) return p;
  return -1;
}

/** How much the octets of one segment look like frames from their first octet on: 0 not at all, 1 a little, 2 convincing. Protocols
 *  with lengths in front look like a frame now and then; hardly ever do they end where a frame does, or go on as several. */
export function frameEvidence(b: Uint8Array, start: number, end: number): 0 | 1 | 2 {
  let p = start;
  let frames = 0;
  let telling = 0;
  let certain = false;
  while (p + 9 <= end) {
    if (!plausible(b, p)) return 0;
    const length = u24(b, p);
    const next = p + 9 + length;
    if (next > end) break;
    const type = b[p + 3]!;
    frames++;
    if (type !== FrameType.data) telling++;
    // Hardly a bit of these is free.
    if (type === FrameType.ping || (type === FrameType.settings && length > 0 && knownSettings(b, p + 9, next))) certain = true;
    p = next;
  }
  if (telling === 0) return 0;
  const fills = p === end;
  // What is left over is no frame's head: not the octets of a stream of frames cut anywhere, more likely of something else.
  if (!fills && end - p < 9 && frames === 1) return 0;
  if (frames >= 2 || (certain && fills)) return 2;
  return fills ? 1 : 0;
}

function knownSettings(b: Uint8Array, start: number, end: number): boolean {
  for (let p = start; p < end; p += 6) if (b[p] !== 0 || b[p + 1]! === 0 || b[p + 1]! > 9) return false;
  return true;
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

// Frames from the first octet to the last one, some of which may break rules: lengths that lead to the end exactly are more than chance. Runs
// of zeros look like empty frames, so these must be lawful, and DATA has too few fixed octets to say anything.
function isFilled(b: Uint8Array, start: number, end: number): boolean {
  let p = start;
  let tells = false;
  while (p + 9 <= end) {
    const type = b[p + 3]!;
    const length = u24(b, p);
    if (SHAPES[type] === undefined || length > LONGEST || (length === 0 && !plausible(b, p))) return false;
    tells ||= type !== FrameType.data && length > 0;
    p += 9 + length;
  }
  return p === end && tells;
}

function plausible(b: Uint8Array, p: number): boolean {
  const type = b[p + 3]!;
  const shape = SHAPES[type];
  if (shape === undefined) return false;
  const length = u24(b, p);
  if ((b[p + 4]! & ~shape.flags) !== 0 || (b[p + 5]! & 0x80) !== 0) return false;
  if (length > LONGEST || !shape.length(length)) return false;
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

// RFC 9113 6.5.2: what every receiver takes.
const LONGEST = 16_384;
// Octets of a segment that are searched.
const SEARCH = 64 << 10;
