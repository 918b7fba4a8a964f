// Stream states (RFC 9113 section 5.1, figure 2) in an observer's words. Frames cross on the wire, so each side has its own view: a
// frame is judged in its sender's, made of all that the sender sent before and of what had reached it (causality.ts).
import { Fact } from "../http2/fact.ts";
import type { Side } from "../place.ts";
import type { Stream } from "./stream.ts";

/** `half-closed (client)`: the client has finished. `reset (own)`, `reset (peer)`: closed by RST_STREAM of the frame's sender, or by
 *  one of the other side that the sender is known to have processed. */
export type StreamState =
  | "idle"
  | "reserved"
  | "open"
  | "half-closed (client)"
  | "half-closed (server)"
  | "closed"
  | "reset (own)"
  | "reset (peer)";

export type StreamInput = "headers" | "data" | "rst-stream" | "window-update" | "push-promise" | "priority";

/** The state in which `from` sends, having received `horizon` octets and processed `processed` octets of the other direction. */
export function stateFor(stream: Stream, from: Side, horizon: number, processed: number): StreamState {
  const own = stream.half(from);
  const peer = stream.half(from === "client" ? "server" : "client");
  if (own.resetAt >= 0) return "reset (own)";
  if (peer.resetAt >= 0 && peer.resetAt <= processed) return "reset (peer)";
  if (stream.reserved) return "reserved";
  const peerEnded = peer.endAt >= 0 && peer.endAt <= horizon;
  if (own.endAt >= 0) return peerEnded ? "closed" : from === "client" ? "half-closed (client)" : "half-closed (server)";
  if (peerEnded) return from === "client" ? "half-closed (server)" : "half-closed (client)";
  // A pushed stream is half-closed for the client from the start: it never sends on it (5.1, "reserved (remote)").
  if (stream.promised) return "half-closed (client)";
  return "open";
}

/** The fact that a frame of kind `input` from `from` in `state` is not allowed, or undefined where it is. */
export function judgeInput(state: StreamState, from: Side, input: StreamInput, promised: boolean): Fact | undefined {
  const cell = TABLE[state][input];
  const fact = typeof cell === "number" || cell === undefined ? cell : cell[from];
  // A client never sends a message on a pushed stream, whether the server has ended it or not.
  if (promised && from === "client" && (input === "headers" || input === "data") && PUSHED.has(state)) return Fact.clientOnPushed;
  return fact;
}

const PUSHED: ReadonlySet<StreamState> = new Set<StreamState>(["half-closed (client)", "half-closed (server)", "closed"]);

type Cell = Fact | undefined | { readonly client: Fact | undefined; readonly server: Fact | undefined };

// A sender in a half-closed state is the one that finished where the state names it: for the other one nothing is forbidden.
const ended = (finished: Side): Cell =>
  finished === "client" ? { client: Fact.afterEndStream, server: undefined } : { client: undefined, server: Fact.afterEndStream };

const legal = undefined;

// RFC 9113 5.1, one row a state. PRIORITY is legal in every state; RST_STREAM is not, on an idle stream only (6.4).
const TABLE: Readonly<Record<StreamState, Readonly<Record<StreamInput, Cell>>>> = {
  idle: {
    headers: legal,
    data: Fact.onIdle,
    "rst-stream": Fact.onIdle,
    "window-update": Fact.onIdle,
    "push-promise": legal,
    priority: legal,
  },
  // Reserved (local) for the server: HEADERS, RST_STREAM, PRIORITY. Reserved (remote) for the client: WINDOW_UPDATE, RST_STREAM, PRIORITY.
  reserved: {
    headers: { client: Fact.onReserved, server: legal },
    data: Fact.onReserved,
    "rst-stream": legal,
    "window-update": { client: legal, server: Fact.onReserved },
    "push-promise": Fact.onReserved,
    priority: legal,
  },
  open: { headers: legal, data: legal, "rst-stream": legal, "window-update": legal, "push-promise": legal, priority: legal },
  "half-closed (client)": {
    headers: ended("client"),
    data: ended("client"),
    "rst-stream": legal,
    "window-update": legal,
    "push-promise": legal,
    priority: legal,
  },
  "half-closed (server)": {
    headers: ended("server"),
    data: ended("server"),
    "rst-stream": legal,
    "window-update": legal,
    "push-promise": legal,
    priority: legal,
  },
  // WINDOW_UPDATE and RST_STREAM may come for a short time after (5.1), and may not be treated as errors.
  closed: {
    headers: Fact.onClosed,
    data: Fact.onClosed,
    "rst-stream": legal,
    "window-update": legal,
    "push-promise": legal,
    priority: legal,
  },
  // 5.1: after sending RST_STREAM nothing but PRIORITY; a second RST_STREAM is 5.4.2's matter.
  "reset (own)": {
    headers: Fact.afterOwnReset,
    data: Fact.afterOwnReset,
    "rst-stream": legal,
    "window-update": Fact.afterOwnReset,
    "push-promise": Fact.afterOwnReset,
    priority: legal,
  },
  "reset (peer)": {
    headers: Fact.afterPeerReset,
    data: Fact.afterPeerReset,
    "rst-stream": Fact.resetInResponse,
    "window-update": Fact.afterPeerReset,
    "push-promise": Fact.afterPeerReset,
    priority: legal,
  },
};
