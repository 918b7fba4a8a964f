import type { Frame } from "../http2/frame.ts";
import type { Limits } from "../limits.ts";
import type { FieldBlock } from "../model/field-block.ts";
import type { Side } from "../place.ts";
import type { EndReason } from "../tcp/byte-stream.ts";
import type { Call, CallContext } from "./call.ts";
import type { CallSink } from "./grpc-sink.ts";
import { MessageBudget } from "./message-budget.ts";
import type { GrpcMessage } from "./message-decoder.ts";
import type { Schemas } from "./schema.ts";
import type { GrpcStatus } from "./status.ts";

/** Reports each event to those that take it, in their order: who has no handler costs nothing. */
export class CallListeners implements CallContext {
  readonly budget: MessageBudget;
  readonly schemas: Schemas | undefined;
  readonly #wants: With<"wants">;
  readonly #otherWants: With<"wants">;
  readonly #messageStart: With<"messageStart">;
  readonly #message: With<"message">;
  readonly #status: With<"status">;
  readonly #finish: With<"finish">;
  readonly #reset: With<"reset">;
  readonly #callEnd: With<"callEnd">;
  readonly #otherMessage: With<"otherMessage">;
  readonly #http1Start: With<"http1Start">;
  readonly #http1End: With<"http1End">;

  constructor(sinks: readonly CallSink[], limits: Limits, schemas: Schemas | undefined) {
    const having = <E extends keyof CallSink>(event: E) =>
      sinks.filter((sink) => sink[event] !== undefined) as unknown as With<E>;
    this.budget = new MessageBudget(limits);
    this.schemas = schemas;
    this.#wants = having("wants");
    this.#messageStart = having("messageStart");
    this.#message = having("message");
    this.#status = having("status");
    this.#finish = having("finish");
    this.#reset = having("reset");
    this.#callEnd = having("callEnd");
    this.#otherMessage = having("otherMessage");
    this.#otherWants = this.#wants.filter((sink) => sink.otherMessage !== undefined);
    this.#http1Start = having("http1Start");
    this.#http1End = having("http1End");
  }

  /** Calls over HTTP/1.1 are looked for. */
  get wantHttp1(): boolean {
    return this.#http1Start.length > 0;
  }

  wants(call: Call, from: Side): boolean {
    const sinks = call.other === undefined ? this.#wants : this.#otherWants;
    for (let i = 0; i < sinks.length; i++) if (sinks[i]!.wants(call, from)) return true;
    return false;
  }

  messageStart(message: GrpcMessage, frame: Frame, call: Call): void {
    const sinks = this.#messageStart;
    for (let i = 0; i < sinks.length; i++) sinks[i]!.messageStart(message, frame, call);
  }

  message(message: GrpcMessage, frame: Frame, call: Call): void {
    const sinks = this.#message;
    for (let i = 0; i < sinks.length; i++) sinks[i]!.message(message, frame, call);
  }

  status(status: GrpcStatus, call: Call): void {
    const sinks = this.#status;
    for (let i = 0; i < sinks.length; i++) sinks[i]!.status(status, call);
  }

  finish(from: Side, by: Frame | FieldBlock, call: Call): void {
    const sinks = this.#finish;
    for (let i = 0; i < sinks.length; i++) sinks[i]!.finish(from, by, call);
  }

  reset(frame: Frame, call: Call): void {
    const sinks = this.#reset;
    for (let i = 0; i < sinks.length; i++) sinks[i]!.reset(frame, call);
  }

  callEnd(call: Call): void {
    const sinks = this.#callEnd;
    for (let i = 0; i < sinks.length; i++) sinks[i]!.callEnd(call);
  }

  otherMessage(message: GrpcMessage, time: number, call: Call): void {
    const sinks = this.#otherMessage;
    for (let i = 0; i < sinks.length; i++) sinks[i]!.otherMessage(message, time, call);
  }

  http1Start(call: Call): void {
    for (const sink of this.#http1Start) sink.http1Start(call);
  }

  http1End(call: Call, at: number | undefined, how: EndReason | undefined): void {
    for (const sink of this.#http1End) sink.http1End(call, at, how);
  }
}

/** Sinks with a handler for this event. */
type With<E extends keyof CallSink> = readonly (CallSink & Required<Pick<CallSink, E>>)[];
