// In: files and folders with keys, and the blocks of captures that hold them. Out: secrets in a KeyStore, and what is to be said of each.

import { latin1 } from "../bytes.ts";
import type { SecretsSink } from "../capture/record-reader.ts";
import type { Source } from "../capture/source.ts";
import type { DiagnosticSink } from "../diagnostic.ts";
import { H2lintError } from "../error.ts";
import { closeSync, openSync, readdirSync, readFileSync, readSync, statSync } from "../platform/fs.ts";
import { join } from "../platform/path.ts";
import { KeyLogReader } from "./key-log.ts";
import { KeyStore } from "./key-store.ts";

/** Keys of TLS: key logs in NSS's format, private keys in PEM. */
export interface KeySource {
  /** A file, a folder of them, or a source of octets. */
  readonly source: string | Source;
  /** How it was found, in words: `--keys`. */
  readonly origin?: string;
  /** It is no fault where it is not there, or is no key log. */
  readonly optional?: boolean;
}

/** What was read of one file. */
export interface KeyInfo {
  readonly file: string;
  /** `--keys`, `SSLKEYLOGFILE`, `beside the capture`, `inside the capture`. */
  readonly origin: string;
  readonly kind: "key-log" | "private-key";
  /** Lines of it with secrets; of a key log. */
  readonly secrets?: number;
  /** The captures have a connection that it has secrets of; of a key log that names connections. */
  readonly used?: boolean;
}

/** What became of the keys of a run; plain data. */
export interface KeyFacts {
  /** First those of key logs. */
  readonly infos: readonly KeyInfo[];
  /** Of each key log how many connections it has secrets of, and the first client random, in hexadecimal. */
  readonly logs: readonly { readonly connections: number; readonly theirs?: string }[];
  /** Connections whose secrets were forgotten, and how many are kept. */
  readonly forgotten: number;
  readonly limit: number;
  /** The first client random that was asked for, in hexadecimal. */
  readonly ours?: string;
}

/** Say what was read, and what of it belongs to other captures; at the end. */
export function diagnoseKeys({ infos, logs, forgotten, limit, ours }: KeyFacts, diagnostics: DiagnosticSink): void {
  const place = { in: "keys" } as const;
  for (const [index, { file, origin, used }] of infos.entries()) {
    const log = logs[index];
    if (log === undefined) {
      diagnostics({ code: "capture/private-key", place, data: { file, origin } });
      continue;
    }
    const { connections, theirs } = log;
    diagnostics({ code: "capture/keys", place, data: { file, origin, connections } });
    if (theirs !== undefined && ours !== undefined && used !== true)
      diagnostics({ code: "capture/keys-of-others", place, data: { file, origin, theirs, ours } });
  }
  if (forgotten > 0) diagnostics({ code: "limit/tls-keys", place, data: { limit, connections: forgotten } });
}

/** All keys of a run. */
export class KeyFiles {
  readonly store: KeyStore;
  readonly #logs: Log[] = [];
  readonly #privateKeys: KeyInfo[] = [];
  /** Key logs inside of captures, each block for itself, up to a bound. */
  readonly inCaptures: Uint8Array[] = [];
  #inCapturesOctets = 0;

  /** @param limit Connections whose keys are kept. */
  constructor(limit: number) {
    this.store = new KeyStore(limit);
  }

  /** @throws H2lintError for what is not there, cannot be read, or is no key, unless it is optional. */
  async read({ source, origin = "given", optional = false }: KeySource): Promise<void> {
    if (typeof source !== "string") {
      this.#take(source.name, origin, await allOf(source), false);
      return;
    }
    const stats = statSync(source, { throwIfNoEntry: false });
    if (stats === undefined) {
      if (optional) return;
      throw new H2lintError("not-found", `${source}: no such file or folder`);
    }
    if (!stats.isDirectory()) {
      if (!this.#take(source, origin, contentOf(source), true) && !optional)
        throw new H2lintError("unrecognised", `${source}: neither a TLS key log nor a private key in PEM`);
      return;
    }
    let found = 0;
    for (const name of readdirSync(source).sort()) {
      const path = join(source, name);
      const file = statSync(path, { throwIfNoEntry: false });
      if (file?.isFile() === true && file.size <= LARGEST && this.#take(path, origin, contentOf(path), true)) found++;
    }
    if (found === 0) throw new H2lintError("unrecognised", `${source}: no TLS key log and no private key in this folder`);
  }

  /** For the secrets inside of a capture. */
  inside(file: string): SecretsSink {
    let log: Log | undefined;
    return {
      secrets: (type, bytes, start, end) => {
        // draft-ietf-opsawg-pcapng 4.7: "TLSK".
        if (type !== TLS_KEY_LOG) return;
        if (log === undefined) {
          log = new Log(this.store, this.#logs.length, file, "inside the capture", -1);
          this.#logs.push(log);
        }
        this.#inCapturesOctets += end - start;
        if (this.#inCapturesOctets <= KEPT) this.inCaptures.push(bytes.slice(start, end));
        // Each block is a separate file.
        log.reader.bytes(bytes, start, end);
        log.reader.end();
        log.reader.forget();
      },
    };
  }

  /** Key logs that have grown since they were read. */
  readOn(): void {
    for (const log of this.#logs) log.readOn();
  }

  /** What became of them, in their order. */
  get infos(): KeyInfo[] {
    const { used } = this.store;
    const logs = this.#logs.map(({ file, origin, reader, number }) => ({
      ...{ file, origin, kind: "key-log" as const, secrets: reader.keys },
      ...(reader.firstRandom === undefined ? {} : { used: used.has(number) }),
    }));
    return [...logs, ...this.#privateKeys];
  }

  /** What became of them, with what there is to say of it at the end. */
  get facts(): KeyFacts {
    const { forgotten, limit, firstAsked: ours } = this.store;
    const logs = this.#logs.map(({ reader: { firstRandom: theirs, connections } }) => ({
      connections,
      ...(theirs === undefined ? {} : { theirs }),
    }));
    return { infos: this.infos, logs, forgotten, limit, ...(ours === undefined ? {} : { ours }) };
  }

  // Whether it is what it should be.
  #take(file: string, origin: string, content: Uint8Array, grows: boolean): boolean {
    const head = latin1(content, 0, Math.min(content.length, HEAD));
    if (head.includes("-----BEGIN ")) {
      if (!head.includes("PRIVATE KEY-----") && !latin1(content, 0, content.length).includes("PRIVATE KEY-----")) return false;
      const reason = this.store.addPrivateKey(content);
      if (reason !== undefined) throw new H2lintError("unrecognised", `${file}: a private key that cannot be used: ${reason}`);
      this.#privateKeys.push({ file, origin, kind: "private-key" });
      return true;
    }
    const log = new Log(this.store, this.#logs.length, file, origin, grows ? content.length : -1);
    log.reader.bytes(content, 0, content.length);
    // A large one is read on in pieces.
    while (log.readOn());
    log.reader.end();
    // An empty one may be that of a program that made no connection.
    if (log.reader.keys === 0 && content.length > 0 && !/^\s*#/.test(head)) return false;
    this.#logs.push(log);
    return true;
  }
}

class Log {
  readonly reader: KeyLogReader;
  readonly number: number;
  readonly file: string;
  readonly origin: string;
  /** Octets of it that were read; -1: it does not grow. */
  #read: number;

  constructor(store: KeyStore, number: number, file: string, origin: string, read: number) {
    this.reader = new KeyLogReader(store, number);
    this.number = number;
    this.file = file;
    this.origin = origin;
    this.#read = read;
  }

  /** @returns Whether there was more. */
  readOn(): boolean {
    if (this.#read < 0) return false;
    const size = statSync(this.file, { throwIfNoEntry: false })?.size ?? 0;
    if (size <= this.#read) return false;
    try {
      const handle = openSync(this.file, "r");
      try {
        const more = new Uint8Array(Math.min(size - this.#read, PIECE));
        const count = readSync(handle, more, 0, more.length, this.#read);
        this.#read += count;
        this.reader.bytes(more, 0, count);
        return count > 0;
      } finally {
        closeSync(handle);
      }
    } catch {
      // It was there, and is not any more: what it said is known.
      this.#read = -1;
      return false;
    }
  }
}

/** The octets of a file; of a large key log the first of them. */
function contentOf(path: string): Uint8Array {
  try {
    const stats = statSync(path);
    if (stats.size > LARGEST) throw new H2lintError("unrecognised", `${path}: too large for a key log`);
    const head = stats.isFile() && stats.size > PIECE ? beginningOf(path) : undefined;
    return head === undefined || latin1(head, 0, HEAD).includes("-----BEGIN ") ? readFileSync(path) : head;
  } catch (error) {
    if (error instanceof H2lintError) throw error;
    throw new H2lintError("unreadable", `${path}: cannot be read (${(error as NodeJS.ErrnoException).code ?? "error"})`);
  }
}

function beginningOf(path: string): Uint8Array {
  const handle = openSync(path, "r");
  try {
    const octets = new Uint8Array(PIECE);
    return octets.subarray(0, readSync(handle, octets, 0, PIECE, 0));
  } finally {
    closeSync(handle);
  }
}

async function allOf(source: Source): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  const piece = new Uint8Array(PIECE);
  try {
    for (let count = await source.read(piece); count > 0; count = await source.read(piece)) pieces.push(piece.slice(0, count));
  } finally {
    await source.close();
  }
  return Buffer.concat(pieces);
}

const TLS_KEY_LOG = 0x544c534b;
const HEAD = 4096;
const PIECE = 1 << 20;
const LARGEST = 512 << 20;
const KEPT = 4 << 20;
