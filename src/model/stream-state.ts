// Stream states (RFC 9113 section 5.1, figure 2) in an observer's words. Frames cross on the wire, so each side has its own view: a
// frame is judged in its sender's, made of all that the sender sent before and of what had reached it (causality.ts).
import { Observation } from "../http2/observation.ts";
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

/** The ordinary case: this side has not ended the stream, nobody reset it, and it was not promised. It may send all but PUSH_PROMISE. */
export function mayGoOn({ client, server, promised }: Stream, from: Side): boolean {
  const own = from === "client" ? client : server;
  return own.endAt < 0 && client.resetAt < 0 && server.resetAt < 0 && !promised;
}

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

/** What is observed of a frame of kind `input` from `from` in `state` is not allowed, or undefined where it is. */
export function illegalInput(state: StreamState, from: Side, input: StreamInput, promised: boolean): Observation | undefined {
  const cell = TABLE[state][input];
  const observation = typeof cell === "number" || cell === undefined ? cell : cell[from];
  // A client never sends a message on a pushed stream, whether the server has ended it or not.
  if (promised && from === "client" && (input === "headers" || input === "data") && PUSHED.has(state))
    return Observation.clientOnPushed;
  return observation;
}

const PUSHED: ReadonlySet<StreamState> = new Set<StreamState>(["half-closed (client)", "half-closed (server)", "closed"]);

type Cell = Observation | undefined | { readonly client: Observation | undefined; readonly server: Observation | undefined };

// A sender in a half-closed state is the one that finished where the state names it: for the other one nothing is forbidden.
const ended = (finished: Side): Cell =>
  finished === "client"
    ? { client: Observation.afterEndStream, server: undefined }
    : { client: undefined, server: Observation.afterEndStream };

const legal = undefined;

// RFC 9113 5.1, one row a state. PRIORITY is legal in every state; RST_STREAM is not, on an idle stream only (6.4).
const TABLE: Readonly<Record<StreamState, Readonly<Record<StreamInput, Cell>>>> = {
  idle: {
    headers: legal,
    data: Observation.onIdle,
    "rst-stream": Observation.onIdle,
    "window-update": Observation.onIdle,
    "push-promise": legal,
    priority: legal,
  },
  // Reserved (local) for the server: HEADERS, RST_STREAM, PRIORITY. Reserved (remote) for the client: WINDOW_UPDATE, RST_STREAM, PRIORITY.
  reserved: {
    headers: { client: Observation.onReserved, server: legal },
    data: Observation.onReserved,
    "rst-stream": legal,
    "window-update": { client: legal, server: Observation.onReserved },
    "push-promise": Observation.onReserved,
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
    headers: Observation.onClosed,
    data: Observation.onClosed,
    "rst-stream": legal,
    "window-update": legal,
    "push-promise": legal,
    priority: legal,
  },
  // 5.1: after sending RST_STREAM nothing but PRIORITY; a second RST_STREAM is 5.4.2's matter.
  "reset (own)": {
    headers: Observation.afterOwnReset,
    data: Observation.afterOwnReset,
    "rst-stream": legal,
    "window-update": Observation.afterOwnReset,
    "push-promise": Observation.afterOwnReset,
    priority: legal,
  },
  "reset (peer)": {
    headers: Observation.afterPeerReset,
    data: Observation.afterPeerReset,
    "rst-stream": Observation.resetInResponse,
    "window-update": Observation.afterPeerReset,
    "push-promise": Observation.afterPeerReset,
    priority: legal,
  },
};
