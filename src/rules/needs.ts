import type { Connection } from "../model/connection.ts";
import type { FrameRef } from "../model/frame-ref.ts";
import type { Stream } from "../model/stream.ts";
import { other } from "../place.ts";
import type { Need } from "./finding.ts";

/** Which of a rule's needs the capture does not meet at this frame.
 *  @param exact Every field of its block is known. */
export function unmet(
  needs: readonly Need[],
  connection: Connection,
  frame: FrameRef,
  exact: boolean,
  stream: Stream | undefined,
): readonly Need[] {
  const own = connection.endpoint(frame.from);
  const peer = connection.endpoint(other(frame.from));
  // The ordinary case: nothing is lacking that any rule could need.
  if (exact && stream?.seen === true && frame.acked >= 0 && own.whole && peer.whole && connection.rolesProven) return NOTHING;
  const lacking: Need[] = [];
  // Every rule needs to know who is who and where frames begin.
  if (!connection.rolesProven) lacking.push("roles");
  if (own.resynced) lacking.push("borders");
  for (const need of needs) if (!isMet(need)) lacking.push(need);
  return lacking;

  function isMet(need: Need): boolean {
    switch (need) {
      case "start":
        return own.started;
      case "start2":
        return own.started && peer.started;
      case "no-gap":
        return own.lostOctets === 0 && !own.resynced;
      case "no-gap2":
        return own.lostOctets === 0 && peer.lostOctets === 0 && !own.resynced && !peer.resynced;
      case "settings":
        return own.whole && peer.whole;
      case "acks":
        return frame.acked >= 0;
      case "seen":
        return stream !== undefined ? stream.seen : openerOf(frame.streamId) && own.whole;
      case "hpack":
        return exact;
      case "body":
        return own.unbroken && isMet("seen");
      // The rule itself asks for the schema: without one it is silent, and the capture not the worse.
      case "proto":
        return true;
      // The rule itself looks how long the capture goes on.
      case "end":
        return true;
      // The rule itself says where it is not.
      case "processed":
      case "borders":
      case "roles":
      case "capture":
        return true;
      default:
        return need satisfies never;
    }
  }

  function openerOf(id: number): boolean {
    const opener = connection.endpoint((id & 1) === 1 ? "client" : "server");
    return opener.whole && id > opener.forgotten;
  }
}

const NOTHING: readonly Need[] = [];
