// What is known of one implementation: how it is recognised, what it writes into GOAWAY, how it answers faults, what it refuses though
// it is legal. Read from its source or recorded; one file for each in software/.
import type { FrameKind } from "../http2/frame.ts";
import type { Side } from "../place.ts";
import type { Fault } from "./fault.ts";

export interface Software {
  /** As reports name it. */
  readonly name: string;
  /** What it is built on, whose ways are its own where it says nothing else. */
  readonly basis?: Software;
  /** What it writes into its logs. */
  readonly lines?: readonly LogLine[];
  /** Payloads of its PINGs. PINGs go hop by hop: they tell of the peer itself. */
  readonly pings?: readonly PingSign[];
  /** What it writes into GOAWAY debug data, which goes hop by hop too. */
  readonly texts?: readonly DebugText[];
  /** Its product in `user-agent` or `server`. Proxies pass both on, so neither is proof alone. */
  readonly product?: RegExp;
  /** Names of fields that it alone puts into every request. Proxies pass them on. */
  readonly fields?: readonly string[];
  /** The SETTINGS and the window increment it begins with: a hint, which users and versions change. */
  readonly openings?: readonly Opening[];
  /** The version that the answers are of, where they differ by it: `grpc-go 1.63 or later`. */
  readonly answersOf?: string;
  /** How it answers: `G x` GOAWAY with code x, then close; `X` close alone; `R x` RST_STREAM with code x; `H n` status n; `ign` nothing;
   *  `ok` it takes it for right. */
  readonly answers?: Answers;
  /** How versions before `answersOf` do. */
  readonly earlier?: Answers;
  /** The last stream id of its GOAWAY is at least that of every stream that it had accepted. */
  readonly numbersAccepted?: boolean;
  /** A GOAWAY with an error and the last stream id 2^31-1 is its way to stop at once: a hint. */
  readonly stopsAtOnce?: boolean;
  /** It answers so as a client too. */
  readonly alike?: boolean;
  /** What callers see of how a call ended, where it is the client. `{code}` and `{debug}` are the frame's. */
  readonly sees?: Readonly<Partial<Record<Sight, string>>>;
  /** As a client it ends all streams with the code of a GOAWAY that has one: callers see what they would see of RST_STREAM. */
  readonly resetsOnGoaway?: boolean;
  /** Legal input that it refuses. */
  readonly refuses?: readonly Refusal[];
}

export type Answers = Readonly<Partial<Record<Fault, string>>>;

/** RST_STREAM; GOAWAY with an error; the server's FIN or TCP RST on an open stream. */
export type Sight = "reset" | "goaway" | "fin" | "rst";

export interface PingSign {
  /** 16 hexadecimal digits. */
  readonly payload: string;
  readonly says: string;
  /** Others could send the same by chance: no proof alone. */
  readonly weak?: boolean;
}

export interface DebugText {
  readonly text: RegExp;
  /** The rules it is about, `family/*` for all of a family; none where it reports no fault. */
  readonly rules: readonly string[];
  readonly says: string;
}

/** What a line of a log says. `fault`: its writer saw a fault of the other side; `sent`: it reported one; `received`: the other side
 *  reported one to it; `close`: the connection ended; `symptom`: what an application saw of it. */
export type Tells = "fault" | "sent" | "received" | "close" | "symptom";

export interface LogLine {
  /** `grpc-go.illegal-stream-id`. */
  readonly name: string;
  /** Every such line holds it: whether `text` need be asked. */
  readonly has: string;
  /** Anywhere in the line. Groups: `stream`, `last`, `code`, `type`, `flags`, `len`, `conn`; `reason`: what GOAWAY may carry too. */
  readonly text: RegExp;
  readonly tells: Tells;
  /** Only this end of a connection writes it. */
  readonly side?: Side;
  /** As of `DebugText`; absent: none. */
  readonly rules?: readonly string[];
  readonly says?: string;
}

export interface Opening {
  readonly from: Side;
  /** In their order; undefined: any value. */
  readonly settings: readonly (readonly [id: number, value: number | undefined])[];
  /** Of the first WINDOW_UPDATE on the connection; absent: any, or none. */
  readonly increment?: number;
}

export interface Refusal {
  /** In words: `request trailers`. */
  readonly input: string;
  /** The rule that notes it, where one does. */
  readonly rule?: string;
  /** The frame that carries it. */
  readonly after: FrameKind;
  readonly from?: Side;
  /** As in `answers`. */
  readonly answer: string;
}
