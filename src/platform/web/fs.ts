// There are no files: whatever is named by a path is not there. Temporary files are in memory, outside of the heap.

export const statSync = (): undefined => undefined;

export const readdirSync = (): string[] => [];

/** @throws Error always. */
export function readFileSync(): never {
  throw Object.assign(new Error("there are no files in a browser"), { code: "ENOENT" });
}

export const realpathSync = readFileSync;

export const open = async (): Promise<never> => readFileSync();

export const tmpdir = (): string => "";

export const mkdtempSync = (prefix: string): string => prefix;

export const rmSync = (): void => {};

const files = new Map<number, Uint8Array>();
let last = 0;

export function openSync(_path: string, flags: string): number {
  if (flags === "r") return readFileSync();
  files.set(++last, new Uint8Array(1 << 20));
  return last;
}

export function closeSync(file: number): void {
  files.delete(file);
}

export function writeSync(file: number, from: Uint8Array, offset: number, length: number, position: number): number {
  let octets = files.get(file)!;
  if (octets.length < position + length) {
    const larger = new Uint8Array(Math.max(position + length, 2 * octets.length));
    larger.set(octets);
    files.set(file, (octets = larger));
  }
  octets.set(from.subarray(offset, offset + length), position);
  return length;
}

export function readSync(file: number, into: Uint8Array, offset: number, length: number, position: number | null): number {
  const octets = files.get(file)!.subarray(position ?? 0, (position ?? 0) + length);
  into.set(octets, offset);
  return octets.length;
}
