// In: the content of one side of a call, frame by frame, and pieces of frames. Out: its messages, each with the frame that brought it.
import type { Frame } from "../http2/frame.ts";
import { Observation, type Observations } from "../http2/observation.ts";
import type { Connection } from "../model/connection.ts";
import type { Endpoint } from "../model/endpoint.ts";
import type { ContentReader } from "../model/stream.ts";
import type { Side } from "../place.ts";
import { decompress } from "./decompress.ts";
import type { MessageBudget } from "./message-budget.ts";
import { type GrpcMessage, MessageDecoder } from "./message-decoder.ts";
import { CallOddity } from "./oddity.ts";
import { type ContentOwner, OtherContent, SPECIAL } from "./other-content.ts";
import { grpc, type Protocol } from "./protocol.ts";

/** The call that a side belongs to, as far as the side knows it. */
export interface SideOwner {
  readonly connection: Connection;
  readonly protocol: Protocol;
  readonly budget: MessageBudget;
  /** `CallOddity`. */
  oddities: number;
  /** There is a schema that messages are held against. */
  readonly hasSchema: boolean;
  /** Whether a listener wants the octets of this side's messages; asked once. */
  wants(from: Side): boolean;
  messageStart(message: GrpcMessage, frame: Frame): void;
  message(message: GrpcMessage, frame: Frame): void;
  /** The same of a call that is no gRPC. @param time Nanoseconds. */
  otherMessage(message: GrpcMessage, time: number): void;
  /** What stands in for trailers in the content. */
  takeEnd(from: Side, octets: Uint8Array): void;
  takeError(octets: Uint8Array): void;
}

export class CallSide extends MessageDecoder implements ContentReader, ContentOwner {
  readonly #call: SideOwner;
  readonly #sender: Endpoint;
  /** Frame borders that were lost before the stream. */
  readonly #borderLosses: number;
  #wanted: "unasked" | "yes" | "no" = "unasked";
  /** The DATA frame that is read. Pieces come ahead of their frame: what they bring waits for it. */
  #frame: Frame | undefined = undefined;
  #waiting: WaitingMessage[] | undefined = undefined;
  /** Of a call that is no gRPC. */
  #other: OtherContent | undefined = undefined;

  constructor(from: Side, call: SideOwner) {
    super(from);
    this.#call = call;
    this.#sender = call.connection.endpoint(from);
    this.#borderLosses = this.#sender.borderLosses;
    if (call.protocol !== grpc) this.#other = new OtherContent(this, call.budget);
  }

  /** Of a call that is no gRPC. */
  get other(): OtherContent | undefined {
    return this.#other;
  }

  /** The call is gRPC after all. */
  reset(): void {
    this.end();
    this.#other = undefined;
    this.#waiting = undefined;
    this.state = "off";
    this.messages = 0;
  }

  /** A piece of a DATA frame, ahead of it. */
  read(bytes: Uint8Array, start: number, end: number): void {
    this.checkBorders();
    if (this.#other === undefined) this.decode(bytes, start, end);
    else this.readOther(bytes, start, end, -1);
  }

  /** A DATA frame, with what came in no piece. @returns False where it is none that carries content. */
  take(frame: Frame): boolean {
    this.checkBorders();
    const carries = frame.fault === undefined && (frame.observations.count === 0 || isContent(frame.observations));
    if (this.#other !== undefined) {
      if (!carries) this.lose();
      this.readOther(frame.bytes, frame.start, frame.end, frame.last.time);
      this.at(frame.last.time);
      return carries;
    }
    if (!carries) {
      this.#waiting = undefined;
      this.lose();
      return false;
    }
    this.#frame = frame;
    if (this.#waiting !== undefined) {
      for (const message of this.#waiting) {
        if (message.whole) this.#call.message(message, frame);
        else this.#call.messageStart(message, frame);
      }
      this.#waiting = undefined;
    }
    this.decode(frame.bytes, frame.start, frame.end);
    this.#frame = undefined;
    return true;
  }

  /** Content of a call that is no gRPC. @param time Of the last octet, nanoseconds; -1 where it is not known yet: `at` will tell. */
  readOther(bytes: Uint8Array, start: number, end: number, time: number): void {
    const other = this.#other;
    if (other === undefined) return;
    other.octets += end - start;
    other.time = time;
    if (other.over || this.state === "lost") return;
    other.read(bytes, start, end);
    if (this.state === "foreign") this.lose();
  }

  /** What was read so far of such a call ended at this time. */
  at(time: number): void {
    if (this.#other !== undefined) this.#other.time = time;
    if (this.#waiting === undefined) return;
    for (const message of this.#waiting) this.#call.otherMessage(message, time);
    this.#waiting = undefined;
  }

  /** Such content is whole. */
  over(time: number): void {
    const other = this.#other;
    if (other === undefined || other.over) return;
    this.at(time);
    if (other.inGroup) this.lose();
    other.over = true;
    other.end(this.state === "lost");
    this.end();
  }

  /** Nothing follows. */
  end(): void {
    this.close();
    if (this.#other === undefined) return;
    this.#other.over = true;
    this.#other.release();
  }

  override lose(): void {
    if (this.#other === undefined) {
      super.lose();
      this.#call.oddities |= CallOddity.lost;
    } else if (!this.#other.over) {
      super.lose();
      this.state = "lost";
      this.#other.release();
    }
  }

  /** Where frame borders were lost, frames of any stream may be missing. */
  checkBorders(): void {
    if (this.#sender.borderLosses !== this.#borderLosses) this.lose();
  }

  get wanted(): boolean {
    if (this.#wanted === "unasked") this.#wanted = this.#call.wants(this.from) ? "yes" : "no";
    return this.#wanted === "yes";
  }

  wholeMessage(flag: number, length: number, bytes: Uint8Array | undefined): void {
    this.number = ++this.messages;
    this.flag = flag;
    this.length = length;
    this.bytes = bytes;
    this.messageEnd();
    this.bytes = undefined;
  }

  error(octets: Uint8Array): void {
    this.#call.takeError(octets);
  }

  protected override get flags(): number {
    return 1 | this.#call.protocol.endFlag;
  }

  protected override messageStart(): boolean {
    const { flag, length } = this;
    const { budget } = this.#call;
    if (this.#other !== undefined) {
      if (flag > 1 ? length > SPECIAL : length > budget.most || !this.wanted) return false;
      return budget.take(length);
    }
    if (flag !== 0) this.#call.oddities |= flag === 1 ? CallOddity.compressed : CallOddity.foreign;
    if (this.#frame === undefined) this.#wait(false);
    else this.#call.messageStart(this, this.#frame);
    if (flag > 1 || (flag === 0 && !this.wanted && !this.#call.hasSchema)) return false;
    return length <= budget.most && budget.take(length);
  }

  protected override messageEnd(): void {
    if (this.#other !== undefined) this.#endOther(this.#other);
    else if (this.#frame !== undefined) this.#call.message(this, this.#frame);
    else this.#wait(true);
  }

  protected override release(octets: number): void {
    this.#call.budget.release(octets);
  }

  #endOther({ time, encoding }: OtherContent): void {
    const { flag, length, bytes } = this;
    if (flag <= 1) {
      if (time >= 0) this.#call.otherMessage(this, time);
      else this.#wait(true);
      return;
    }
    if (bytes === undefined && length > 0) return;
    const octets = bytes ?? new Uint8Array(0);
    const said = (flag & 1) === 0 || length === 0 ? octets : decompress(octets, encoding, SPECIAL);
    if (typeof said !== "string") this.#call.takeEnd(this.from, said);
  }

  // Beyond so many in one frame they count, and that is all.
  #wait(whole: boolean): void {
    this.#waiting ??= [];
    if (this.#waiting.length < WAITING) this.#waiting.push(new WaitingMessage(this, whole));
  }
}

/** One that waits for its frame. */
class WaitingMessage implements GrpcMessage {
  /** Else its prefix is. */
  readonly whole: boolean;
  readonly from: Side;
  readonly number: number;
  readonly flag: number;
  readonly length: number;
  readonly bytes: Uint8Array | undefined;

  constructor({ from, number, flag, length, bytes }: GrpcMessage, whole: boolean) {
    this.whole = whole;
    this.from = from;
    this.number = number;
    this.flag = flag;
    this.length = length;
    this.bytes = bytes;
  }
}

// What is wrong with the frame does not touch what it holds.
function isContent(observations: Observations): boolean {
  for (let i = 0; i < observations.count; i++) if (!HARMLESS.has(observations.at(i))) return false;
  return true;
}

const HARMLESS: ReadonlySet<Observation> = new Set<Observation>([
  Observation.reservedBit,
  Observation.unusedFlag,
  Observation.paddingNonzero,
  Observation.connectionWindowExceeded,
  Observation.streamWindowExceeded,
]);

const WAITING = 4096;
