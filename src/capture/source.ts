import { H2lintError } from "../error.ts";
import { type FileHandle, open, readSync, statSync } from "../platform/fs.ts";

/** Where the octets of a capture come from. */
export interface Source {
  /** For messages: a path, or what stands for it. */
  readonly name: string;
  /** What the octets were unpacked from. */
  readonly compression?: string;
  /** Put the next octets at `into[0..]`. Rejects with an H2lintError on I/O failure.
   *  @returns How many octets; 0 at the end, and nowhere else. */
  read(into: Uint8Array): Promise<number>;
  /** Gives back what reading needs, such as an open file. */
  close(): Promise<void>;
  /** Another source of the same octets, from their start; undefined where they can be read only once. */
  again?(): Source | undefined;
  /** How many octets there are, where that is known before. */
  size?(): number | undefined;
}

/** A file or FIFO, opened at the first read, so that a long list of files holds one descriptor. */
export function fileSource(path: string): Source {
  let handle: FileHandle | undefined;
  let regular = false;
  return {
    name: path,
    async read(into) {
      try {
        if (handle === undefined) {
          handle = await open(path);
          regular = (await handle.stat()).isFile();
        }
        // A file is never waited for long, and a synchronous read costs a quarter of an asynchronous one. A FIFO may
        // wait for its writer: it must not stop the event loop, or Ctrl-C would not be heard.
        return regular
          ? readSync(handle.fd, into, 0, into.length, null)
          : (await handle.read(into, 0, into.length, null)).bytesRead;
      } catch (error) {
        throw ioError(path, error);
      }
    },
    async close() {
      const open = handle;
      handle = undefined;
      await open?.close();
    },
    again: () => (statSync(path, { throwIfNoEntry: false })?.isFile() === true ? fileSource(path) : undefined),
    size() {
      const stats = statSync(path, { throwIfNoEntry: false });
      return stats?.isFile() === true ? stats.size : undefined;
    },
  };
}

/** Standard input, which can be read once. */
export const stdinSource = (): Source => streamSource("standard input", process.stdin);

/** Any stream of octets, for example a Readable, a ReadableStream or a fetch() body. */
export function streamSource(name: string, stream: AsyncIterable<Uint8Array> | WebStream): Source {
  let iterator: AsyncIterator<Uint8Array> | undefined;
  let chunk: Uint8Array = new Uint8Array(0);
  return {
    name,
    async read(into) {
      try {
        iterator ??= Symbol.asyncIterator in stream ? stream[Symbol.asyncIterator]() : chunksOf(stream);
        while (chunk.length === 0) {
          const next = await iterator.next();
          if (next.done === true) return 0;
          chunk = next.value;
        }
      } catch (error) {
        throw ioError(name, error);
      }
      const length = Math.min(chunk.length, into.length);
      into.set(chunk.subarray(0, length));
      chunk = chunk.subarray(length);
      return length;
    },
    async close() {
      await iterator?.return?.();
    },
  };
}

/** What is needed of a ReadableStream (WHATWG Streams), which not all browsers can iterate. */
export interface WebStream {
  /** Locks the stream to a reader. */
  getReader(): {
    /** The next octets, or that there are no more. */
    read(): Promise<{ readonly done: boolean; readonly value?: Uint8Array | undefined }>;
    /** Nobody reads on. */
    cancel(): Promise<void>;
  };
}

async function* chunksOf(stream: WebStream): AsyncGenerator<Uint8Array> {
  const reader = stream.getReader();
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) if (next.value !== undefined) yield next.value;
  } finally {
    await reader.cancel();
  }
}

/** A Blob or File, which is read piece by piece, and as often as it is wanted. @param name Else the File's own. */
export function blobSource(blob: BlobLike, name: string = blob.name ?? "capture"): Source {
  let at = 0;
  // Larger than what is asked for at once: each piece is a call into another process.
  let piece: Uint8Array = new Uint8Array(0);
  return {
    name,
    async read(into) {
      if (piece.length === 0) {
        try {
          piece = new Uint8Array(await blob.slice(at, at + PIECE).arrayBuffer());
        } catch (error) {
          throw ioError(name, error);
        }
        at += piece.length;
      }
      const length = Math.min(piece.length, into.length);
      into.set(piece.subarray(0, length));
      piece = piece.subarray(length);
      return length;
    },
    async close() {
      piece = new Uint8Array(0);
    },
    again: () => blobSource(blob, name),
    size: () => blob.size,
  };
}

/** What is needed of a Blob or File (W3C File API). */
export interface BlobLike {
  readonly name?: string;
  readonly size: number;
  /** Its octets from `start` up to `end`. */
  slice(
    start: number,
    end: number,
  ): {
    /** Reads them. */
    arrayBuffer(): Promise<ArrayBuffer>;
  };
}

const PIECE = 4 << 20;

/** Octets in memory; they must not change while they are read. */
export function bytesSource(name: string, bytes: Uint8Array): Source {
  let at = 0;
  return {
    name,
    async read(into) {
      const length = Math.min(bytes.length - at, into.length);
      into.set(bytes.subarray(at, at + length));
      at += length;
      return length;
    },
    async close() {},
    again: () => bytesSource(name, bytes),
  };
}

function ioError(name: string, error: unknown): H2lintError {
  // Node's I/O errors carry an errno name; anything else is shown as it is.
  const { code, message } = error as NodeJS.ErrnoException;
  const reason = (code !== undefined && reasons[code]) || code || message || String(error);
  return new H2lintError(code === "ENOENT" || code === "ENOTDIR" ? "not-found" : "unreadable", `${name}: ${reason}`);
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: "no such file",
  ENOTDIR: "no such file (a part of the path is not a directory)",
  EISDIR: "is a directory",
  EACCES: "permission denied",
  EPERM: "operation not permitted",
  ELOOP: "too many symbolic links",
  ENAMETOOLONG: "the name is too long",
  EMFILE: "too many open files",
  EIO: "input/output error",
};
