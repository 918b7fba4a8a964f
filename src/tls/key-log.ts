// In: the octets of a key log, as NSS writes it (draft-ietf-tls-keylogfile), maybe while it grows. Out: secrets in a KeyStore.
import { copyOf, latin1 } from "../bytes.ts";
import type { KeyStore, SecretName } from "./key-store.ts";

export class KeyLogReader {
  /** Lines that gave a secret that decryption may need. */
  keys = 0;
  /** Lines that are none of a key log: no comment, nothing that is known. */
  junk = 0;
  /** Connections that these are of, where the lines of each stand together. */
  connections = 0;
  /** The first client random that the log names, in hexadecimal. */
  firstRandom: string | undefined = undefined;
  readonly #store: KeyStore;
  readonly #number: number;
  /** A line that has no end yet. */
  #rest: Uint8Array = NOTHING;
  /** The client random of the last line. */
  #last = "";
  /** The line is too long to be one: what comes up to its end is passed over. */
  #skipping = false;
  #begun = false;

  /** @param number Of the key log. */
  constructor(store: KeyStore, number = 0) {
    this.#store = store;
    this.#number = number;
  }

  bytes(b: Uint8Array, start: number, end: number): void {
    for (let p = start; p < end; ) {
      let lineEnd = p;
      while (lineEnd < end && b[lineEnd] !== LF && b[lineEnd] !== CR) lineEnd++;
      if (this.#rest.length > 0 || lineEnd === end) this.#append(b, p, lineEnd);
      if (lineEnd === end) return;
      if (this.#skipping) {
        this.#skipping = false;
        this.junk++;
      } else if (this.#rest.length > 0) this.#line(this.#rest, 0, this.#rest.length);
      else this.#line(b, p, lineEnd);
      this.#rest = NOTHING;
      p = lineEnd + 1;
    }
  }

  /** What comes next does not go on with the last line. */
  forget(): void {
    this.#rest = NOTHING;
    this.#skipping = false;
    this.#begun = false;
  }

  /** A last line without an end is read; should more of it come, the whole line counts. */
  end(): void {
    if (this.#rest.length > 0 && !this.#skipping) this.#line(this.#rest, 0, this.#rest.length, true);
  }

  #append(b: Uint8Array, start: number, end: number): void {
    if (this.#skipping || start === end) return;
    if (this.#rest.length + end - start > LINE) {
      this.#skipping = true;
      this.#rest = NOTHING;
      return;
    }
    const whole = new Uint8Array(this.#rest.length + end - start);
    whole.set(this.#rest);
    whole.set(copyOf(b, start, end), this.#rest.length);
    this.#rest = whole;
  }

  #line(b: Uint8Array, start: number, end: number, cut = false): void {
    if (end - start > LINE) {
      this.junk++;
      return;
    }
    let text = latin1(b, start, end);
    if (!this.#begun) {
      this.#begun = true;
      text = text.replace(/^\u00ef\u00bb\u00bf/, "");
    }
    text = text.trim();
    if (text === "" || text.startsWith("#")) return;
    if (this.#secret(text)) this.keys++;
    else if (!cut && !known.test(text)) this.junk++;
  }

  #secret(text: string): boolean {
    const [, label, random, secret] = logLine.exec(text) ?? [];
    if (label !== undefined && random !== undefined && secret !== undefined) {
      const name = names.get(label);
      // A secret is as long as its hash, a master secret has 48 octets: anything else is a line that was cut.
      const fits =
        name === "master" || name === "preMaster" ? secret.length === 96 : secret.length === 64 || secret.length === 96;
      if (name === undefined || (!fits && name !== "preMaster")) return false;
      this.firstRandom ??= random.toLowerCase();
      if (random !== this.#last) this.connections++;
      this.#last = random;
      this.#store.add(octets(random), name, octets(secret), this.#number);
      return true;
    }
    const [, encrypted, preMaster] = rsaLine.exec(text) ?? [];
    if (encrypted !== undefined && preMaster !== undefined) {
      this.#store.addPreMaster(octets(encrypted), octets(preMaster));
      return true;
    }
    const [, id, master] = sessionLine.exec(text) ?? [];
    if (id === undefined || master === undefined) return false;
    this.#store.addLoggedSession(Buffer.from(id, "hex"), octets(master));
    return true;
  }
}

const octets = (text: string): string => Buffer.from(text, "hex").toString("latin1");

const names: ReadonlyMap<string, SecretName> = new Map([
  ["CLIENT_RANDOM", "master"],
  ["PMS_CLIENT_RANDOM", "preMaster"],
  ["CLIENT_EARLY_TRAFFIC_SECRET", "early"],
  ["CLIENT_HANDSHAKE_TRAFFIC_SECRET", "clientHandshake"],
  ["SERVER_HANDSHAKE_TRAFFIC_SECRET", "serverHandshake"],
  ["CLIENT_TRAFFIC_SECRET_0", "clientTraffic"],
  ["SERVER_TRAFFIC_SECRET_0", "serverTraffic"],
]);

const logLine = /^([A-Z0-9_]+)\s+([0-9a-fA-F]{64})\s+((?:[0-9a-fA-F]{2})+)$/;
// NSS: the first 8 octets of the encrypted premaster secret, and the secret.
const rsaLine = /^RSA\s+([0-9a-fA-F]{16})\s+([0-9a-fA-F]{96})$/;
const sessionLine = /^RSA\s+Session-ID:([0-9a-fA-F]+)\s+Master-Key:([0-9a-fA-F]{96})$/;
// What key logs have besides: later traffic secrets (they follow from the first), exporters, ECH.
const known = /^(?:(?:CLIENT|SERVER)_TRAFFIC_SECRET_\w+|(?:EARLY_)?EXPORTER_(?:MASTER_)?SECRET|ECH_\w+) [0-9a-fA-F]/;

const NOTHING = new Uint8Array(0);
const LF = 10;
// gRPC C-core ends its lines with this alone.
const CR = 13;
/** Octets of a line that are believed; a secret has some 240. */
const LINE = 4096;
