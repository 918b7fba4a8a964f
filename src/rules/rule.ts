import type { UpgradeOffer } from "../detect/upgrade.ts";
import type { Call } from "../grpc/call.ts";
import type { GrpcMessage } from "../grpc/message-decoder.ts";
import type { GrpcStatus } from "../grpc/status.ts";
import type { Frame, FrameKind } from "../http2/frame.ts";
import type { Observation } from "../http2/observation.ts";
import type { Connection } from "../model/connection.ts";
import type { BlockRole, FieldBlock } from "../model/field-block.ts";
import type { FrameRef } from "../model/frame-ref.ts";
import type { Stream } from "../model/stream.ts";
import type { Origin, Side } from "../place.ts";
import type { EndReason } from "../tcp/byte-stream.ts";
import type { TlsFacts } from "../tls/facts.ts";
import type { Expectation } from "./expectation.ts";
import type { Need, RelatedFrame } from "./finding.ts";
import type { Profile } from "./profile.ts";
import type { Severity } from "./severity.ts";

/** What a rule says of itself: reports, documents and pairing read it. */
export interface RuleMeta {
  /** One line: what must hold. */
  readonly title: string;
  readonly severity: Severity;
  /** Only in the preset `all`. */
  readonly off?: boolean;
  /** Where a profile judges it otherwise. */
  readonly profiles?: { readonly [Name in Profile]?: Severity };
  /** Who can break it. */
  readonly by: "client" | "server" | "either";
  readonly spec: readonly SpecRef[];
  /** What the text asks of the other side; pairing reads it. */
  readonly expect: Expectation;
  readonly needs: readonly Need[];
  /** By id; `{name}` holes are filled from `data`. */
  readonly messages: Readonly<Record<string, string>>;
  /** How much of the frame a receiver needs to see it: its head, its payload, or the whole field block. */
  readonly decidable: "head" | "payload" | "block";
  /** As an info it is a habit of some software, which shows on every connection: reported once a run, unless something came of it. */
  readonly quirk?: boolean;
  /** It has no handler: it shows when findings are paired with their answers. */
  readonly inPairing?: boolean;
  /** Thresholds that the user may set. */
  readonly options?: Readonly<Record<string, RuleOption>>;
  readonly docs: { readonly why: string; readonly fix: string };
}

/** One threshold of a rule. */
export interface RuleOption {
  readonly default: number;
  /** `frames`, `octets`, `ms`. */
  readonly unit: string;
  readonly about: string;
}

/** Where it is written. */
export interface SpecRef {
  /** An RFC number, or a document's name. */
  readonly rfc?: number;
  readonly document?: string;
  readonly section: string;
  readonly level?: "MUST" | "MUST NOT" | "SHOULD" | "SHOULD NOT" | "MAY";
}

/** One rule. State lives per connection, made by `state` when first asked for; handlers share nothing else. */
export interface Rule<Meta extends RuleMeta = RuleMeta, State = unknown, Shared = unknown, Facts = unknown> {
  readonly id: string;
  readonly meta: Meta;
  /** Makes the state of a connection. */
  state?(): State;
  /** State over all connections of the run, for rules that compare them. The rule keeps it bounded. */
  session?(): Shared;
  /** When nothing of a connection follows: what it adds to the state over all of them. `compare` is called for these, in the order in which
   *  connections end: at once, or by who merges what several processes noted of their shares of the connections. */
  note?(context: Context<Meta, State, Shared>): Note<Facts> | readonly Note<Facts>[] | undefined;
  /** @returns What is found of the connection that noted this; it stands beside what else is found of it. */
  compare?(facts: Facts, comparison: Comparison<Meta, Shared>): Compared<Meta> | undefined;
  /** What `judge` is called for, and for nothing else: an observation that the decoder or the model notes, or bits of a field block: of any of
   *  these conditions. Those on field blocks hold for `status` too. */
  readonly when?: Condition | BlockCondition | readonly BlockCondition[];
  /** `frame` is called for frames of these kinds only. */
  readonly kinds?: readonly FrameKind[];
  /** ... and of HEADERS and PUSH_PROMISE only for what is more than a whole field block in one packet: CONTINUATION follows, it came over
   *  some time, or it has an observation. */
  readonly inParts?: boolean;
  /** ... and of SETTINGS only for those that any of these describes; for all that are not whole. */
  readonly settings?: SettingsCondition | readonly SettingsCondition[];
  /** Frames of these kinds make the state of the rule: for others `frame` is called only while it keeps one. */
  readonly begunBy?: readonly FrameKind[];
  /** `frame`, `messageStart`, `message` and `finish` are called for what this side sends only. */
  readonly from?: Side;
  /** `messageStart` and `message` are called only for messages with another Compressed-Flag than 0. */
  readonly flagged?: boolean;
  /** `judge` and `fields` are called only for large blocks, `messageStart` only for large messages. What is larger by the measure of one rule is
   *  given to all with this: each compares again. */
  readonly above?: (options: Readonly<Record<string, number>>) => Size;
  /** `frame`, `judge` and `fields` are called only where the connection has TLS below it. */
  readonly overTls?: boolean;
  /** The events of calls come only for calls with any of these `CallOddity` bits. */
  readonly calls?: number;
  /** `streamEnd` is called only for streams with any of these `StreamBit` bits, or while the rule keeps a state of the connection. */
  readonly ended?: { readonly streams?: number; readonly withState?: boolean };
  /** `end` is called only where the side closed, with FIN or RST. */
  readonly onClose?: boolean;
  /** `connectionEnd` is called only for connections with any of these `ConnectionBit` bits, or as `withState` says. */
  readonly connections?: number;
  /** Called only while the rule keeps a state of the connection. */
  readonly withState?: readonly ("judge" | "frame" | "tick" | "end" | "connectionEnd")[];
  /** Called for what `when` names, before it takes effect. */
  judge?(subject: Subject, stream: Stream | undefined, context: Context<Meta, State, Shared>): void;
  /** A request in HTTP/1.1 offered HTTP/2, and was answered or never will be. */
  upgrade?(offer: UpgradeOffer, context: Context<Meta, State, Shared>): void;
  /** What the handshake of TLS says: before the first frame, and at the end once more, with all that came later.
   *  @param over Nothing follows. */
  tls?(facts: TlsFacts, over: boolean, context: Context<Meta, State, Shared>): void;
  /** Every frame, before it takes effect; of known streams with its stream. */
  frame?(frame: Frame, stream: Stream | undefined, context: Context<Meta, State, Shared>): void;
  /** Before a frame, when `TICK` or more of capture time went by since the last: for what lasts. */
  tick?(now: number, context: Context<Meta, State, Shared>): void;
  /** A field block with all its CONTINUATIONs, decoded as far as can be. */
  fields?(block: FieldBlock, stream: Stream | undefined, context: Context<Meta, State, Shared>): void;
  /** Of gRPC calls (grpc-sink.ts). */
  messageStart?(message: GrpcMessage, frame: Frame, call: Call, context: Context<Meta, State, Shared>): void;
  /** A gRPC message is whole. */
  message?(message: GrpcMessage, frame: Frame, call: Call, context: Context<Meta, State, Shared>): void;
  /** A field block of the server that could hold the gRPC status. */
  status?(status: GrpcStatus, call: Call, context: Context<Meta, State, Shared>): void;
  /** A side of a gRPC call has sent END_STREAM. */
  finish?(from: Side, by: Subject, call: Call, context: Context<Meta, State, Shared>): void;
  /** RST_STREAM of a gRPC call. */
  reset?(frame: Frame, call: Call, context: Context<Meta, State, Shared>): void;
  /** A gRPC call is over, or its connection ended before it. */
  callEnd?(call: Call, context: Context<Meta, State, Shared>): void;
  /** Both sides are done with a stream. */
  streamEnd?(stream: Stream, context: Context<Meta, State, Shared>): void;
  /** The TCP window that this side advertises became zero, or opens again. */
  tcpWindow?(from: Side, zero: boolean, at: Origin, context: Context<Meta, State, Shared>): void;
  /** A side's octets are over. */
  end?(from: Side, how: EndReason, at: Origin, context: Context<Meta, State, Shared>): void;
  /** Nothing of the connection follows. */
  connectionEnd?(context: Context<Meta, State, Shared>): void;
}

/** What one connection adds to a comparison of connections. */
export interface Note<Facts = unknown> {
  /** Survives JSON, and is small. */
  readonly facts: Facts;
  /** Where a finding would be made; absent: the facts count, and find nothing. */
  readonly subject?: FrameRef;
  readonly related?: readonly RelatedFrame[];
  readonly stream?: Stream;
}

/** What a comparison of connections is given. */
export interface Comparison<Meta extends RuleMeta = RuleMeta, Shared = unknown> {
  readonly session: Shared;
  readonly options: { readonly [Name in keyof Meta["options"]]: number };
  readonly connection: number;
  /** Addresses with ports. */
  readonly client: string;
  readonly server: string;
}

/** What a comparison of connections finds. */
export type Compared<Meta extends RuleMeta = RuleMeta> = {
  [Id in keyof Meta["messages"] & string]: {
    readonly message: Id;
    readonly data: Data<Meta["messages"][Id]>;
    readonly severity?: Severity;
  };
}[keyof Meta["messages"] & string];

/** An observation that the decoder or the model notes of a frame or field block. */
export interface Condition {
  readonly observed: Observation;
  /** Only for frames of these kinds. */
  readonly kinds?: readonly (FrameKind | "unknown")[];
  readonly from?: Side;
}

/** A decoded field block, if it took effect. */
export interface BlockCondition {
  /** Any of these `FieldBit` or `BlockBit` bits. */
  readonly bits?: number;
  /** Any of these `ValueBit` bits, and none of those. */
  readonly values?: number;
  readonly without?: number;
  readonly roles?: readonly BlockRole[];
  readonly from?: Side;
  /** With END_STREAM. */
  readonly ends?: true;
}

/** SETTINGS of which all of this holds. */
export interface SettingsCondition {
  /** An acknowledgment, or none. */
  readonly ack: boolean;
  /** It has any of these (`Setting`). */
  readonly ids?: readonly number[];
  /** Its side has sent others before, acknowledgments aside. */
  readonly later?: true;
}

/** What is larger in one of these. */
export interface Size {
  /** Of a field block: octets as SETTINGS_MAX_HEADER_LIST_SIZE counts them. A block above what the other side announced is larger, too. */
  readonly list?: number;
  /** Fields of a block. */
  readonly fields?: number;
  /** Octets of a message, as its prefix says. */
  readonly message?: number;
}

/** What a finding is about. */
export type Subject = Frame | FieldBlock;

/** What a handler is given last. */
export interface Context<Meta extends RuleMeta = RuleMeta, State = unknown, Shared = unknown> {
  readonly connection: Connection;
  readonly state: State;
  /** It was made before; to ask for `state` makes it. */
  readonly hasState: boolean;
  readonly session: Shared;
  /** The thresholds: the user's, or the defaults. */
  readonly options: { readonly [Name in keyof Meta["options"]]: number };
  /** Report a finding.
   *  @param subject The frame at fault, or a reference to it; of a block the frame that began it.
   *  @param message Its id. @param data Fills the holes of the message; as a function it is called only for what is no repeat. */
  report<Id extends keyof Meta["messages"] & string>(
    subject: Subject | FrameRef,
    message: Id,
    data: Data<Meta["messages"][Id]> | (() => Data<Meta["messages"][Id]>),
    more?: ReportOptions,
  ): void;
  /** It could not be judged at all. */
  uncheck(need: Need): void;
}

/** What a finding has beside its message. */
export interface ReportOptions {
  readonly severity?: Severity;
  /** Where the answer is due, when it depends on the frame. */
  readonly scope?: "connection" | "stream";
  readonly related?: readonly RelatedFrame[];
  /** Fold with findings of other streams too: of one kind one finding a connection is enough. */
  readonly fold?: string;
  /** What is not certain, beside the rule's needs. */
  readonly because?: Need;
  /** The stream, where the subject is only a reference. */
  readonly stream?: Stream;
}

type Data<Text extends string> = Readonly<Record<Holes<Text>, string | number>>;

/** The names of the `{name}` holes of a message. */
export type Holes<Text extends string> = Text extends `${string}{${infer Hole}}${infer Rest}` ? Hole | Holes<Rest> : never;

/** Types a rule by its messages: an unknown id or a missing hole does not compile. */
export function defineRule<const Meta extends RuleMeta, State = undefined, Shared = undefined, Facts = undefined>(
  rule: Rule<Meta, State, Shared, Facts>,
): Rule {
  // State and messages are checked here, where the rule is written; the engine treats all rules alike.
  return rule as unknown as Rule;
}
