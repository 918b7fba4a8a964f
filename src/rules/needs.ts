import type { Connection } from "../model/connection.ts";
import type { Stream } from "../model/stream.ts";
import { other, type Side } from "../place.ts";
import type { Need } from "./finding.ts";

/** Which of a rule's needs the capture does not meet at this frame (rules.md 1.2). */
export function unmet(
  needs: readonly Need[],
  connection: Connection,
  offender: Side,
  subject: { readonly streamId: number; readonly acked: number; readonly exact: boolean },
  stream: Stream | undefined,
): Need[] {
  const own = connection.endpoint(offender);
  const peer = connection.endpoint(other(offender));
  const lacking: Need[] = [];
  // Every rule needs to know who is who and where frames begin.
  if (connection.roles === "guess") lacking.push("roles");
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
        return subject.acked >= 0;
      case "seen":
        return stream !== undefined ? stream.seen : openerOf(subject.streamId) && own.whole;
      case "hpack":
        return subject.exact;
      case "body":
        return own.unbroken && isMet("seen");
      // The rule itself asks for the schema: without one it is silent, and the capture not the worse.
      case "proto":
        return true;
      // The rule itself looks how long the capture goes on.
      case "end":
        return true;
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
