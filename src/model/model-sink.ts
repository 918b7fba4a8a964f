import type { Http1Head } from "../detect/http1.ts";
import type { Http1Observer } from "../detect/http1-exchange.ts";
import type { UpgradeOffer } from "../detect/upgrade.ts";
import type { Frame } from "../http2/frame.ts";
import type { Origin, Side } from "../place.ts";
import type { EndReason, GapProof } from "../tcp/byte-stream.ts";
import type { TlsAlert } from "../tls/alert.ts";
import type { TlsFacts } from "../tls/facts.ts";
import type { Connection } from "./connection.ts";
import type { FieldBlock } from "./field-block.ts";
import type { Stream } from "./stream.ts";

/** What the model says. Called before the frame or block takes effect, so the state is the one it was sent in. Frames, blocks and
 *  their octets are borrowed; connections and streams may be kept until `connectionEnd`. */
export interface ModelSink {
  /** The first thing of an HTTP/2 connection, and of one that was offered HTTP/2. */
  connectionStart?(connection: Connection): void;
  /** A request in HTTP/1.1 offered HTTP/2 and was answered, or never will be. Frames follow only where the server took it. */
  upgrade?(offer: UpgradeOffer, connection: Connection): void;
  /** What the handshake of TLS says of a connection that is to speak HTTP/2, or does: before its first frame, and again at its end.
   *  @param over Nothing follows. */
  tls?(facts: TlsFacts, over: boolean, connection: Connection): void;
  /** An alert of TLS, between the frames that its side sent before and after it. */
  tlsAlert?(alert: TlsAlert, connection: Connection): void;
  /** A request in HTTP/1.1, from 1 on, that may be followed by others, and by HTTP/2. @returns Who reads it and its answer; the first
   *  listener that wants to does. */
  http1?(head: Http1Head, number: number, connection: Connection): Http1Observer | undefined;
  /** Every frame, in an order in which no answer comes before its cause. `stream`: the frame's, if it is one that is known. */
  frame?(frame: Frame, stream: Stream | undefined, connection: Connection): void;
  /** HEADERS or PUSH_PROMISE with all its CONTINUATIONs. */
  fields?(block: FieldBlock, stream: Stream | undefined, connection: Connection): void;
  /** The open field block of this side will not be finished. */
  fieldsLost?(from: Side, connection: Connection): void;
  /** A stream is there: opened, promised, or first seen. What its first field block says is known. */
  streamStart?(stream: Stream, connection: Connection): void;
  /** Both sides are done with it. */
  streamEnd?(stream: Stream, connection: Connection): void;
  /** Octets of this side are missing. */
  gap?(from: Side, length: number, proof: GapProof, at: Origin, connection: Connection): void;
  /** The TCP window that this side advertises has become zero (it does not read its socket), or opens again. In capture order; not reported
   *  before the connection is known to be HTTP/2. */
  tcpWindow?(from: Side, zero: boolean, at: Origin, connection: Connection): void;
  /** This side's octets are over. */
  end?(from: Side, how: EndReason, at: Origin, connection: Connection): void;
  /** Every TCP connection, HTTP/2 or not; nothing of it follows. */
  connectionEnd?(connection: Connection): void;
}
