import type { Connection } from "../model/connection.ts";
import type { Endpoint } from "../model/endpoint.ts";
import type { FrameRef } from "../model/frame-ref.ts";
import type { Stream } from "../model/stream.ts";
import { other } from "../place.ts";
import type { Family } from "./families.ts";
import type { Need } from "./finding.ts";

/** Which of a rule's needs the capture does not meet at this frame.
 *  @param family Of the rule.
 *  @param exact Every field of its block is known. */
export function unmet(
  needs: readonly Need[],
  family: string,
  connection: Connection,
  frame: FrameRef,
  exact: boolean,
  stream: Stream | undefined,
): readonly Need[] {
  const own = connection.endpoint(frame.from);
  const peer = connection.endpoint(other(frame.from));
  // The ordinary case: nothing is lacking that any rule could need.
  if (exact && stream?.seen === true && frame.acked >= 0 && isAll(own) && isAll(peer) && connection.rolesProven) return NOTHING;
  return lackingOf(needs, family, connection, frame, exact, stream, own, peer);
}

// Apart: what its functions share is made with each call.
function lackingOf(
  needs: readonly Need[],
  family: string,
  connection: Connection,
  frame: FrameRef,
  exact: boolean,
  stream: Stream | undefined,
  own: Endpoint,
  peer: Endpoint,
): readonly Need[] {
  const lacking: Need[] = [];
  // Every rule needs to know who is who and where frames begin.
  if (!connection.rolesProven) lacking.push("roles");
  if (own.resynced || (own.framesHidden && !OF_FRAMES.has(family))) lacking.push("borders");
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
        return stream !== undefined ? stream.seen && !isHidden(stream, own) : isUnopened(frame.streamId);
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
      // As who runs the rule says.
      case "lines":
        return true;
      default:
        return need satisfies never;
    }
  }

  function isUnopened(id: number): boolean {
    const opener = connection.endpoint((id & 1) === 1 ? "client" : "server");
    if (id <= opener.forgotten) return false;
    // That borders of this side are not certain is a lack by itself.
    return opener === own ? own.opensLikely : opener.opensKnown && own.whole;
  }
}

// Nothing at all is missing, the octets of DATA included.
const isAll = ({ started, unbroken }: Endpoint): boolean => started && unbroken;

// Frames of this side on the stream may be in a gap: unless the stream began behind it. Where the other side began it, the gap was
// before that if the other side had acknowledged it by then.
function isHidden(stream: Stream, own: Endpoint): boolean {
  if (!own.framesHidden) return false;
  const from = stream.initiator === own.side ? stream.openedAt : (stream.opening?.acked ?? -1);
  return own.behindHidden || from < own.hiddenUpTo;
}

// Families whose rules judge a frame by itself, or say by their needs what else they rest on. The others judge conduct over time: a frame
// of the same side that is missing may be what they look for.
const OF_FRAMES: ReadonlySet<string> = new Set<Family>([
  "frame",
  "settings",
  "ping",
  "hpack",
  "stream-id",
  "stream",
  "flow",
  "headers",
  "push",
  "priority",
  "priority-update",
  "grpc",
]);

const NOTHING: readonly Need[] = [];
