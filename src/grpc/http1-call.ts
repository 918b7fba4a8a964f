// In: the heads and the content of an HTTP/1.1 exchange that carries a call. Out: the same call as over HTTP/2.
import { fieldOf, type Http1ContentReader, type Http1Head } from "../detect/http1.ts";
import type { Http1Observer } from "../detect/http1-exchange.ts";
import type { Connection } from "../model/connection.ts";
import { MessageHead } from "../model/message-head.ts";
import { Stream } from "../model/stream.ts";
import type { EndReason } from "../tcp/byte-stream.ts";
import { Call } from "./call.ts";
import type { CallListeners } from "./call-listeners.ts";
import type { CallSide } from "./call-side.ts";
import { type Http1Call, OtherCall } from "./other-call.ts";
import { type FieldLookup, otherRequest } from "./protocol.ts";

/** @returns Who reads the exchange; undefined where it is no call. */
export function http1Call(
  head: Http1Head,
  number: number,
  connection: Connection,
  listeners: CallListeners,
): Http1Observer | undefined {
  const [method = "", target = ""] = head.line.split(" ");
  const field: FieldLookup = (name) => fieldOf(head, name);
  const request = otherRequest(method, target, field);
  if (request === undefined) return undefined;
  const { fields, first } = head;
  const http1: Http1Call = { number, method, target, authority: field("host"), fields, answered: undefined, began: first.time };
  const stream = new Stream(number, "client", true, first.offset, first.time);
  const asked = new MessageHead();
  asked.method = method;
  asked.path = target;
  stream.request = asked;
  const call = new Call(stream, connection, listeners, new OtherCall(request, http1));
  call.request.other?.ask(request);
  listeners.http1Start(call);
  return new Http1CallReader(call, http1, listeners);
}

class Http1CallReader implements Http1Observer {
  readonly client: Http1ContentReader;
  readonly server: Http1ContentReader;
  readonly #call: Call;
  readonly #http1: Http1Call;
  readonly #listeners: CallListeners;
  #ended = false;

  constructor(call: Call, http1: Http1Call, listeners: CallListeners) {
    this.#call = call;
    this.#http1 = http1;
    this.#listeners = listeners;
    this.client = this.#reader(call.request);
    this.server = this.#reader(call.response);
  }

  response(head: Http1Head): void {
    const status = Number(head.line.split(" ")[1] ?? 0);
    this.#http1.answered = head.fields;
    this.#call.other?.answer(status, (name) => fieldOf(head, name), this.#call.response.other);
  }

  end(how: EndReason | undefined): void {
    this.#end(undefined, how);
  }

  #reader(side: CallSide): Http1ContentReader {
    const { other } = this.#call;
    const isAnswer = side.from === "server";
    return {
      octets: (bytes, start, end, at) => side.readOther(bytes, start, end, at.time),
      over: (trailers, at) => {
        if (isAnswer) other?.takeStatus((name) => trailers.find(([one]) => one === name)?.[1]);
        side.over(at.time);
        if (!isAnswer) return;
        other?.answered();
        this.#end(at.time, undefined);
      },
      lost: () => side.lose(),
    };
  }

  #end(at: number | undefined, how: EndReason | undefined): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#call.request.end();
    this.#call.response.end();
    this.#listeners.http1End(this.#call, at, how);
  }
}
