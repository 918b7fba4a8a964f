import { closeSync, mkdtempSync, openSync, readSync, rmSync, tmpdir, writeSync } from "../platform/fs.ts";
import { join } from "../platform/path.ts";

/** Texts that wait to be written, each with a number that says where it stands. The latest are in memory, outside of the heap; when they
 *  are too many all go to a temporary file, which has no name any more. Where none can be made, or written, they stay in memory. */
export class Spill {
  #buffer: Buffer;
  #used = 0;
  /** Octets in the file, which go before those in the buffer. */
  #written = 0;
  #file: number | "none yet" | "impossible" = "none yet";
  #window: Buffer = NOTHING;
  #windowAt = 0;
  // Of each text: its number, and its octets.
  #orders = new Uint32Array(64);
  #lengths = new Uint32Array(64);
  #count = 0;

  /** @param octets That stay in memory. */
  constructor(octets: number = 4 << 20) {
    this.#buffer = Buffer.allocUnsafeSlow(octets);
  }

  get size(): number {
    return this.#count;
  }

  /** @param order Where the text stands, below 2^32; of equals the first added comes first. */
  add(text: string, order: number): void {
    const length = Buffer.byteLength(text);
    if (this.#used + length > this.#buffer.length) this.#makeRoom(length);
    this.#buffer.write(text, this.#used);
    if (this.#count === this.#orders.length) {
      this.#orders = grown(this.#orders);
      this.#lengths = grown(this.#lengths);
    }
    this.#orders[this.#count] = order;
    this.#lengths[this.#count] = length;
    this.#count++;
    this.#used += length;
  }

  /** All of them in their order, with `between` between them, as pieces of one text; then they are gone. */
  *joined(between: string): Generator<string> {
    const separator = Buffer.from(between);
    const piece = Buffer.allocUnsafe(PIECE);
    let used = 0;
    let isFirst = true;
    for (const octets of this.#inOrder()) {
      const before = isFirst ? 0 : separator.length;
      isFirst = false;
      if (used + before + octets.length > PIECE) {
        yield piece.toString("utf8", 0, used);
        used = 0;
      }
      if (before + octets.length > PIECE) {
        yield `${before === 0 ? "" : between}${octets.toString("utf8")}`;
        continue;
      }
      if (before > 0) used += separator.copy(piece, used);
      used += octets.copy(piece, used);
    }
    yield piece.toString("utf8", 0, used);
  }

  // Each is borrowed until the next.
  *#inOrder(): Generator<Buffer> {
    const orders = this.#orders;
    const starts = new Float64Array(this.#count + 1);
    for (let i = 0; i < this.#count; i++) starts[i + 1] = starts[i]! + this.#lengths[i]!;
    const indices = Uint32Array.from({ length: this.#count }, (_, i) => i).sort((a, b) => orders[a]! - orders[b]! || a - b);
    try {
      for (const i of indices) yield this.#read(starts[i]!, this.#lengths[i]!);
    } finally {
      if (typeof this.#file === "number") closeSync(this.#file);
      this.#file = "impossible";
      this.#buffer = this.#window = NOTHING;
      this.#count = this.#used = this.#written = 0;
    }
  }

  #makeRoom(length: number): void {
    if (this.#file === "none yet") this.#file = temporaryFile();
    if (typeof this.#file === "number" && this.#write(this.#file)) {
      this.#written += this.#used;
      this.#used = 0;
    }
    const needed = this.#used + length;
    if (needed > this.#buffer.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(needed, 2 * this.#buffer.length));
      this.#buffer.copy(larger, 0, 0, this.#used);
      this.#buffer = larger;
    }
  }

  // What is in the buffer goes to the file, all of it or nothing.
  #write(file: number): boolean {
    try {
      for (let done = 0; done < this.#used; )
        done += writeSync(file, this.#buffer, done, this.#used - done, this.#written + done);
      return true;
    } catch {
      // The disk is full, say. What the file has can still be read.
      return false;
    }
  }

  #read(start: number, length: number): Buffer {
    if (start >= this.#written) return this.#buffer.subarray(start - this.#written, start - this.#written + length);
    let from = start - this.#windowAt;
    if (from < 0 || from + length > this.#window.length) {
      // Neighbours were mostly added one after the other.
      const size = Math.min(Math.max(length, WINDOW), this.#written - start);
      if (this.#window.length < size) this.#window = Buffer.allocUnsafeSlow(size);
      for (let done = 0; done < size; ) {
        const read = readSync(this.#file as number, this.#window, done, size - done, start + done); // it has these octets
        if (read === 0) throw new Error("a temporary file was cut");
        done += read;
      }
      this.#windowAt = start;
      from = 0;
    }
    return this.#window.subarray(from, from + length);
  }
}

function temporaryFile(): number | "impossible" {
  try {
    const folder = mkdtempSync(join(tmpdir(), "h2lint-"));
    try {
      return openSync(join(folder, "report"), "wx+", 0o600);
    } finally {
      // The open file stays. Where an open file cannot be removed, it is left to whoever cleans the folder of temporary files.
      rmSync(folder, { recursive: true, force: true });
    }
  } catch {
    return "impossible";
  }
}

function grown(numbers: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(2 * numbers.length);
  larger.set(numbers);
  return larger;
}

const NOTHING = Buffer.alloc(0);
const WINDOW = 1 << 20;
const PIECE = 1 << 16;
