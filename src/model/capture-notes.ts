import type { DiagnosticCode, DiagnosticSink } from "../diagnostic.ts";
import type { Missing } from "../hpack/table-loss.ts";
import type { Origin, Side } from "../place.ts";
import { tlsText } from "../tls/hello.ts";
import type { Connection } from "./connection.ts";
import type { Endpoint } from "./endpoint.ts";
import { underWay } from "./under-way.ts";

/** Reports what of a connection the capture does not hold, or the limits do not allow to follow. One for all connections. */
export class CaptureNotes {
  readonly #diagnostics: DiagnosticSink;

  constructor(diagnostics: DiagnosticSink) {
    this.#diagnostics = diagnostics;
  }

  note(c: Connection, code: DiagnosticCode, from: Side, at: Origin, data: Record<string, string | number>): void {
    const connection = c.id;
    const place = { in: "stream", file: at.file, packet: at.packet, connection, from, offset: at.offset } as const;
    this.#diagnostics({ code, place, data: { connection, from, ...data } });
  }

  /** The fields of a side are not known from here on: reported once, and again where they had become exact.
   *  @param missing What can have gone into the dynamic table unseen; absent: anything. */
  loseFields(c: Connection, sender: Endpoint, at: Origin, reason: string, missing?: Missing): void {
    if (sender.hpack.exact || !sender.fieldsLost) {
      sender.fieldsLost = true;
      this.note(c, "capture/hpack-unknown", sender.side, at, { reason });
    }
    if (missing === undefined) sender.hpack.lose();
    else sender.hpack.lose({ ...missing, ...underWay(c, sender) });
  }

  /** What the capture lacks of a connection, at its end. */
  atEnd(c: Connection): void {
    const { id, client, server, flow } = c;
    const place = { in: "stream", file: flow.file, packet: flow.firstPacket, connection: id } as const;
    const { tls } = c.about;
    if (tls?.reason === "no-application-data")
      this.#diagnostics({ code: "capture/tls-handshake-only", place, data: { connection: id, tls: tlsText(tls) } });
    else if (tls?.reason !== undefined) {
      const { decrypted, why = "", advice = "" } = tls;
      const data = { connection: id, tls: tlsText(tls), why, advice };
      if (decrypted === "client" || decrypted === "server")
        this.#diagnostics({ code: "capture/partly-decrypted", place, data: { ...data, from: decrypted } });
      else this.#diagnostics({ code: "capture/not-decrypted", place, data });
    }
    if (!c.isHttp2) return;
    if (!client.started || !server.started)
      this.#diagnostics({ code: "capture/mid-connection", place, data: { connection: id } });
    if (client.frames === 0 || server.frames === 0) {
      const { directions } = flow;
      if (!directions[0].seen || !directions[1].seen) {
        const from = directions[c.clientIndex].seen ? "client" : "server";
        this.#diagnostics({ code: "capture/one-direction", place, data: { connection: id, from } });
      }
    }
    if (client.end?.how !== "capture-end" || server.end?.how !== "capture-end") return;
    let streams = 0;
    for (const stream of c.streams.values()) if (!stream.closed && !stream.reserved) streams++;
    if (streams > 0) this.#diagnostics({ code: "capture/ends-early", place, data: { connection: id, streams } });
  }
}
