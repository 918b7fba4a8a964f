import type { Connection } from "../model/connection.ts";
import { FrameRef } from "../model/frame-ref.ts";
import type { Side } from "../place.ts";

/** The first octets of a side, where no frame is at fault. */
export function beginning(connection: Connection, from: Side): FrameRef {
  const { foreign } = connection.endpoint(from);
  const at = foreign?.at;
  const ref = new FrameRef();
  ref.kind = "preface";
  ref.from = from;
  ref.file = at?.file ?? connection.flow.file;
  ref.packet = at?.packet ?? connection.flow.firstPacket;
  ref.time = at?.time ?? connection.flow.firstTime;
  ref.offset = at?.offset ?? 0;
  // The text is what was sent, or what that is called.
  const isName = foreign?.what === "tls" || foreign?.what === "named";
  ref.end = ref.offset + (isName ? 1 : (foreign?.text.length ?? 0));
  ref.acked = at?.acked ?? 0;
  return ref;
}
