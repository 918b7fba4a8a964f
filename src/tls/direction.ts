// In: the records of one direction. Out: its decrypted application data, with gaps where records are lost or do not authenticate; what its
// handshake messages and alerts say goes to the facts and keys of the connection.
import { copyOrigin, type Origin, origin, type Side } from "../place.ts";
import type { EndReason, GapProof } from "../tcp/byte-stream.ts";
import { alertName, CLOSE_NOTIFY, type TlsAlert } from "./alert.ts";
import type { ConnectionKeys, Epoch } from "./connection-keys.ts";
import { noteMessage, type TlsFacts } from "./facts.ts";
import { HandshakeReader, type MessageSink, MessageType } from "./handshake.ts";
import { Opener } from "./opener.ts";
import type { PlaintextSink, TlsListener, TlsTrouble } from "./plaintext.ts";
import { PlaintextOffsets } from "./plaintext-offsets.ts";
import { ContentType, type TlsRecord } from "./record.ts";

/** What both directions of a connection know. */
export interface Shared {
  readonly keys: ConnectionKeys;
  readonly facts: TlsFacts;
  /** Reported beside the octets. */
  readonly listener: TlsListener;
  /** This direction has sent a ClientHello, or the other a ServerHello. */
  isClient(direction: TlsDirection): void;
}

export class TlsDirection implements MessageSink {
  side: Side = "client";
  /** Decrypted octets so far, with those in gaps. */
  plain = 0;
  /** Protected records of application data, or of what may be such. */
  sealed = 0;
  /** Records of application data, or that may bear it, have opened. */
  reads = false;
  /** It was closed. */
  ended = false;
  /** The first of its records of application data was one that opened. */
  fromStart = false;
  readonly opener: Opener;
  readonly #shared: Shared;
  readonly #out: PlaintextSink;
  readonly #offsets = new PlaintextOffsets();
  readonly #handshake: HandshakeReader;
  readonly #at = origin();
  #peer: TlsDirection | undefined;
  /** TLS 1.2: ChangeCipherSpec was sent. */
  #changed = false;
  /** TLS 1.3: Finished was sent. */
  #finished = false;
  /** Something was lost since the last record that could be read. */
  #loss = false;
  /** Octets of its ciphertext before its FIN; -1: there was none. */
  #fin = -1;
  /** It has sent close_notify, or a fatal alert. */
  #alerted = false;
  /** Of the record before. */
  #epoch: Epoch | undefined;
  /** A loss before there was application data: none of it, as the first of its sequence numbers may show. */
  #deferred: { length: number; readonly proof: GapProof; readonly at: Origin } | undefined;
  /** Early data that the server has not accepted yet. */
  #early: { readonly plain: Uint8Array; readonly end: number; readonly at: Origin }[] = [];
  #earlyOctets = 0;
  /** Of these, reported as missing: the other side had them, and may have acted on them. */
  #earlyTold = 0;
  /** Records that keys did not open before any did: of a handshake whose secrets are not known. */
  #hidden = 0;
  /** Of the record that is being read. */
  #record: TlsRecord | undefined;
  #sealedRecord = false;

  constructor(shared: Shared, out: PlaintextSink) {
    this.#shared = shared;
    this.#out = out;
    this.opener = new Opener(shared.keys);
    this.#handshake = new HandshakeReader(this);
  }

  join(peer: TlsDirection): void {
    this.#peer = peer;
  }

  setSide(side: Side): void {
    this.side = side;
    this.opener.side = side;
  }

  /** @param mayWait Keys may still come. @returns False: nothing was done, since the record needs them. */
  record(record: TlsRecord, mayWait: boolean): boolean {
    const { keys } = this.#shared;
    const { type } = record;
    const tls12 = keys.version === "1.2";
    const length = record.end - record.start;
    if (type === ContentType.changeCipherSpec && !(tls12 && this.#changed)) {
      // RFC 8446 D.4: in TLS 1.3 it means nothing.
      if (keys.version !== "1.3") this.#changeCipher();
      if (length !== 1) this.#unbelieved(record);
      return true;
    }
    const data = type === ContentType.applicationData;
    const sealed =
      keys.version === "1.3" || keys.version === undefined
        ? data
        : this.#changed || (tls12 && (data || (this.#loss && this.opener.opens(record))));
    if (!sealed) {
      const kind = this.opener.epoch?.kind;
      const alert = type === ContentType.alert && length === 2;
      if ((kind === "handshake" || kind === "application") && !alert) {
        this.#unbelieved(record);
        return true;
      }
      this.#content(type, record.bytes, record.start, record.end, record, false);
      return true;
    }
    if (mayWait && keys.waits) return false;
    if (data) this.sealed++;
    this.#changed ||= tls12;
    const failed = this.opener.failed;
    // After its Finished a sender has no keys but those of application data.
    const hopeless = this.#finished && this.opener.epoch === undefined && keys.epoch13(this.side, "application") === undefined;
    const plain = hopeless ? undefined : this.opener.open(record);
    if (plain === undefined) {
      this.#unread(record, this.opener.failed > failed);
      return true;
    }
    this.#beginEpoch();
    if (tls12) this.#content(type, plain, 0, plain.length, record, true);
    else {
      // RFC 8446 5.4: zeros after the type are padding.
      let end = plain.length - 1;
      while (end >= 0 && plain[end] === 0) end--;
      if (end >= 0) this.#content(plain[end]!, plain, 0, end, record, true);
    }
    this.#loss = false;
    return true;
  }

  damaged(record: TlsRecord, length: number, proof: GapProof, at: Origin): void {
    const { epoch } = this.opener;
    this.#loss = true;
    this.#handshake.reset();
    this.opener.lostRecord();
    // In TLS 1.2 a record's type is not hidden.
    if (epoch?.kind === "tls12" && record.type !== ContentType.applicationData) return;
    if (record.type === ContentType.applicationData) this.sealed++;
    this.#gap(this.#most(length), proof, at, epoch?.exact === true);
  }

  lost(length: number, proof: GapProof, at: Origin): void {
    this.#loss = true;
    this.#handshake.reset();
    this.opener.lost(length);
    this.#tell("borders-lost", at, at.offset, length);
    if (length > 0) this.#gap(length, proof, at, false);
  }

  found(skipped: number, at: Origin): void {
    if (skipped === 0) return;
    this.opener.lost(skipped);
    this.#gap(skipped, "unknown", at, false);
  }

  confirm(record: TlsRecord): boolean {
    const sealed = this.#shared.keys.version === "1.2" || record.type === ContentType.applicationData;
    return sealed && this.opener.opens(record);
  }

  end(how: EndReason, inRecord: boolean, at: Origin): void {
    // At the end of a capture a record may be under way, but not to a side that has closed.
    if (inRecord && (how !== "capture-end" || this.#peer?.ended === true)) this.#tell("cut-record", at, at.offset, 0);
    // Whether a server that never answered took it does not matter: it was sent as the beginning of what follows.
    this.#takeEarly();
    this.#flushGap();
    this.ended = how === "fin" || how === "rst";
    if (how === "fin") {
      this.#fin = at.offset;
      this.#noteSilentEnd(inRecord, at);
    }
    const to = this.#place(at, at.acked);
    to.offset = this.plain;
    this.#out.end(how, to);
  }

  // RFC 8446 6.1, RFC 5246 7.2.1. What was lost, or did not open, may have been the alert.
  #noteSilentEnd(inRecord: boolean, { file, packet, time }: Origin): void {
    const { kind } = this.opener.epoch ?? {};
    if (inRecord || this.#loss || this.#alerted || (kind !== "application" && kind !== "tls12")) return;
    this.#shared.facts.unnotified[this.side] = { file, packet, time };
  }

  /** The server has accepted or rejected early data (RFC 8446 4.2.10). */
  decideEarly(): void {
    if (this.#early.length === 0) return;
    if (this.#shared.facts.earlyData === "accepted") this.#takeEarly();
    else if (this.#shared.facts.earlyData === "rejected") this.#forgetEarly();
  }

  #changeCipher(): void {
    this.#changed = true;
    this.#handshake.reset();
    this.opener.advance(this.#shared.keys.version === "1.2" ? this.#shared.keys.pending(this.side) : undefined);
  }

  // A record opened: what the change of keys says, and whether something was lost that was hidden so far.
  #beginEpoch(): void {
    const { epoch, sequence } = this.opener;
    const before = this.#epoch;
    if (epoch === before) {
      if (this.#deferred !== undefined && epoch?.kind !== "handshake") this.#flushGap();
      return;
    }
    this.#epoch = epoch;
    this.#handshake.reset();
    const { facts } = this.#shared;
    // Without EndOfEarlyData, which the server asks for by accepting (RFC 8446 4.5).
    if (before?.kind === "early" && facts.earlyData === "offered") facts.earlyData = "rejected";
    this.decideEarly();
    if (epoch?.kind === "handshake") return;
    if (epoch?.kind === "application") this.#shared.keys.handshakeOver(this.side);
    this.reads = true;
    const first = epoch?.generation === 0 && sequence <= (epoch.kind === "tls12" ? 1 : 0);
    const hidEarly = this.#hidden > 0 && (facts.earlyData === "accepted" || facts.earlyData === "offered");
    if (first && this.plain === 0 && !hidEarly) {
      this.#deferred = undefined;
      this.fromStart = true;
    }
    this.#flushGap();
  }

  #content(type: number, b: Uint8Array, start: number, end: number, record: TlsRecord, sealed: boolean): void {
    if (type === ContentType.applicationData) {
      if (sealed) this.#data(b, start, end, record);
    } else if (type === ContentType.handshake) {
      this.#record = record;
      this.#sealedRecord = sealed;
      this.#handshake.bytes(b, start, end);
      this.#record = undefined;
    } else if (type === ContentType.changeCipherSpec) this.#changeCipher();
    else if (type === ContentType.alert && end - start === 2) {
      const { file, packet, time } = record.last;
      const alert: TlsAlert = {
        from: this.side,
        level: b[start] === 2 ? "fatal" : "warning",
        description: b[start + 1]!,
        name: alertName(b[start + 1]!),
        file,
        packet,
        time,
        offset: this.plain,
        acked: this.#place(record.last, record.first.acked).acked,
      };
      if (alert.level === "fatal" || alert.description === CLOSE_NOTIFY) this.#alerted = true;
      const { facts } = this.#shared;
      if (facts.alerts.length < ALERTS) facts.alerts.push(alert);
      this.#shared.listener.alert?.(alert);
    }
  }

  /** What its handshake says. */
  message(type: number, message: Uint8Array): void {
    const { keys, facts } = this.#shared;
    if (!this.#sealedRecord) {
      if (type === MessageType.clientHello) this.#shared.isClient(this);
      else if (type === MessageType.serverHello && this.#peer !== undefined) this.#shared.isClient(this.#peer);
    }
    const kind = this.#sealedRecord ? this.opener.epoch?.kind : undefined;
    if (kind === "application" && type === MessageType.certificateRequest) {
      const { file, packet, time } = this.#record!.last;
      facts.postHandshakeAuth = { file, packet, time };
    }
    noteMessage(facts, keys, this.side, type, message, this.#sealedRecord, this.#record!.last);
    if (type === MessageType.encryptedExtensions) this.#peer?.decideEarly();
    else if (type === MessageType.endOfEarlyData && kind === "early") {
      facts.earlyData = "accepted";
      this.decideEarly();
      this.opener.advance(keys.epoch13(this.side, "handshake"));
    } else if (type === MessageType.finished && kind === "handshake") {
      this.#finished = true;
      this.opener.advance(keys.epoch13(this.side, "application"));
    } else if (type === MessageType.keyUpdate && kind === "application") this.opener.advance(this.opener.epoch?.next());
  }

  #data(b: Uint8Array, start: number, end: number, record: TlsRecord): void {
    if (start === end) return;
    this.#peer?.settle(record.first.acked);
    const at = this.#place(record.last, record.first.acked);
    if (this.opener.epoch?.kind === "early" && this.#shared.facts.earlyData !== "accepted") {
      this.#holdEarly(b.subarray(start, end), at, record);
      return;
    }
    if (this.opener.epoch?.kind === "early") this.#shared.facts.earlyEnd = this.plain + end - start;
    this.#give(b, start, end, record.last.offset + 1, at);
  }

  #give(b: Uint8Array, start: number, end: number, sealedEnd: number, at: Origin): void {
    at.offset = this.plain;
    this.plain += end - start;
    this.#offsets.add(sealedEnd, this.plain);
    this.#out.bytes(b, start, end, at);
  }

  #holdEarly(plain: Uint8Array, at: Origin, record: TlsRecord): void {
    if (this.#earlyOctets + plain.length > EARLY) {
      this.#tell("early-data-limit", record.last, record.first.offset, plain.length);
      return;
    }
    const copy = origin();
    copyOrigin(copy, at);
    this.#early.push({ plain, end: record.last.offset + 1, at: copy });
    this.#earlyOctets += plain.length;
  }

  #takeEarly(): void {
    const early = this.#early;
    // Known before the first of them is read.
    if (early.length > 0) this.#shared.facts.earlyEnd = this.plain + this.#earlyOctets;
    this.#forgetEarly();
    for (const { plain, end, at } of early) this.#give(plain, 0, plain.length, end, at);
  }

  #forgetEarly(): void {
    this.#early = [];
    this.#earlyOctets = this.#earlyTold = 0;
  }

  #unread(record: TlsRecord, tried: boolean): void {
    const { keys, facts } = this.#shared;
    const length = record.end - record.start;
    this.#loss = true;
    this.#handshake.reset();
    if (!tried) {
      if (this.#peer !== undefined && keys.readable(this.#peer.side)) this.#gap(length, "unknown", record.first, false, true);
      return;
    }
    // Early data whose secret is not known, or of a handshake: what follows may still be read from its beginning.
    const guessed = this.opener.epoch === undefined && keys.version !== "1.2";
    if (
      guessed &&
      this.#hidden < HIDDEN &&
      (keys.epoch13(this.side, "handshake") === undefined || facts.earlyData !== undefined)
    ) {
      this.#hidden++;
      this.opener.failed--;
      // It is missing unless the server rejects it (RFC 8446 4.2.10).
      if (facts.earlyData !== undefined) this.#gap(Math.max(1, this.#most(length)), "unknown", record.first, false);
      return;
    }
    // Its type and length are no more than a claim: neither authenticates.
    this.#tell("authentication-failed", record.last, record.first.offset, length);
    // Not nothing, however short: what it held is not known.
    this.#gap(Math.max(1, this.#most(length)), "unknown", record.first, false);
  }

  // A record in clear where none can be, or of a length that it cannot have: its header is wrong, and what it covers is lost.
  #unbelieved(record: TlsRecord): void {
    const length = record.end - record.start;
    this.#loss = true;
    this.#handshake.reset();
    this.opener.lost(length);
    this.#tell("authentication-failed", record.last, record.first.offset, length);
    this.#gap(length, "unknown", record.first, false);
  }

  /** The most application data that a record of so many octets holds. */
  #most(length: number): number {
    return Math.max(0, length - (this.opener.epoch?.overhead ?? 0));
  }

  #gap(length: number, proof: GapProof, at: Origin, exact: boolean, now = false): void {
    if (length === 0) return;
    const { epoch, sequence } = this.opener;
    const begun = (epoch?.kind === "application" || epoch?.kind === "tls12") && sequence >= 0;
    if (!now && !begun && !exact && this.plain === 0) {
      if (this.#deferred !== undefined) this.#deferred.length += length;
      else {
        this.#deferred = { length, proof, at: origin() };
        copyOrigin(this.#deferred.at, at);
      }
      return;
    }
    const to = this.#place(at, at.acked);
    to.offset = this.plain;
    this.plain += length;
    this.#out.gap(length, proof, to, exact);
  }

  // Without keys nothing was ever given, and nothing of it is missing.
  #flushGap(): void {
    const deferred = this.#deferred;
    this.#deferred = undefined;
    if (deferred !== undefined && this.opener.opened > 0) this.#gap(deferred.length, deferred.proof, deferred.at, false, true);
  }

  /** The other side gives octets, and had received so many of this one's ciphertext: what it may have read must be reported as missing first, or
   *  it would seem to answer what was never sent. */
  settle(acked: number): void {
    if (this.#early.length > 0) this.#settleEarly(acked);
    const deferred = this.#deferred;
    if (deferred === undefined || (acked >= 0 && acked <= deferred.at.offset)) return;
    if (this.opener.opened === 0 && !this.#shared.keys.readable(this.side)) return;
    this.#deferred = undefined;
    this.#gap(deferred.length, deferred.proof, deferred.at, false, true);
  }

  // The server goes on before it has accepted early data or not: its EncryptedExtensions are lost.
  #settleEarly(acked: number): void {
    let had = 0;
    for (const { plain, end } of this.#early) if (acked < 0 || end <= acked) had += plain.length;
    const octets = had - this.#earlyTold;
    if (octets <= 0) return;
    this.#earlyTold = had;
    this.#gap(octets, "unknown", this.#early[0]!.at, false, true);
  }

  #place({ file, packet, time }: Origin, acked: number): Origin {
    const at = this.#at;
    at.file = file;
    at.packet = packet;
    at.time = time;
    at.acked = this.#peer === undefined ? -1 : this.#peer.received(acked);
    return at;
  }

  /** Decrypted octets that could be read when so many had arrived; -1: unknown. */
  received(sealed: number): number {
    // A FIN counts for one octet (RFC 9293 3.10.4).
    if (this.#fin >= 0 && sealed > this.#fin) return this.plain + 1;
    return this.opener.opened > 0 || this.sealed === 0 ? this.#offsets.at(sealed) : -1;
  }

  #tell(kind: TlsTrouble["kind"], { file, packet }: Origin, offset: number, octets: number): void {
    this.#shared.listener.trouble?.({ kind, from: this.side, file, packet, offset, octets });
  }
}

const ALERTS = 16;
/** Early data kept until the server accepts it; RFC 8446 4.2.10 leaves the most to it, and 16 KiB are usual. */
const EARLY = 1 << 20;
/** Records of a handshake without secrets. */
const HIDDEN = 64;
