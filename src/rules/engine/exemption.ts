import type { Connection } from "../../model/connection.ts";
import type { FrameRef } from "../../model/frame-ref.ts";
import { other } from "../../place.ts";

/** Whether a frame was in flight when the other side gave the connection up, so that nobody judged it: that side's error GOAWAY or its
 *  end is not in what the frame's segment acknowledges, and the frame not in what those acknowledge. A GOAWAY(NO_ERROR) exempts nothing.
 *  A receiver may also answer the head of a frame before the rest of it is sent: that is the answer, no exemption.
 *  @param decidableAt Octets of the sender's direction after which the receiver could know. */
export function isExempt(connection: Connection, frame: FrameRef, decidableAt: number): boolean {
  const { goaways, end } = connection.endpoint(other(frame.from));
  for (let i = 0; i < goaways.length; i++) {
    const { errorCode, endOffset, acked } = goaways[i]!;
    if (errorCode !== 0 && endOffset > frame.acked && decidableAt > acked) return true;
  }
  if (end === undefined || (end.how !== "fin" && end.how !== "rst") || decidableAt <= end.at.acked) return false;
  // A FIN counts for one octet; an RST is never acknowledged.
  return end.how === "rst" || frame.acked <= end.at.offset;
}
