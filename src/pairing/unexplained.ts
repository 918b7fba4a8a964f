import type { Connection } from "../model/connection.ts";
import type { Need } from "../rules/finding.ts";
import { LACKS } from "../rules/need-words.ts";
import { refusalsLike, textsLike } from "./dictionary.ts";
import { FIELDS } from "./lawful.ts";
import type { Cost, Reaction, Unexplained } from "./reaction.ts";
import type { Software } from "./software.ts";

/** An error that answers nothing known, with what can be said of it.
 *  @param suggested What its sender may be. */
export function unexplainedOf(
  reaction: Reaction,
  connection: Connection,
  cost: Cost,
  suggested: readonly Software[],
): Unexplained {
  const { before } = reaction;
  const [text] = textsLike(reaction.debug);
  const explanation = text?.text.says ?? fieldsOf(reaction, connection);
  const unchecked: string[] = [];
  for (const { side, started, lostOctets } of [connection.client, connection.server]) {
    if (!started) unchecked.push(`the start of the ${side} was not captured`);
    if (lostOctets > 0) unchecked.push(`${lostOctets} bytes of the ${side} are missing`);
  }
  for (const [key, count] of connection.unchecked) {
    if (unchecked.length >= UNCHECKED) break;
    const [rule = "", need = ""] = key.split(" ");
    unchecked.push(`${rule}: ${LACKS[need as Need] ?? need}${count > 1 ? `, ${count} times` : ""}`);
  }
  return {
    connection: connection.id,
    reaction,
    before,
    unchecked,
    streamsKilled: cost.streamsKilled,
    retrySafe: cost.retrySafe,
    lost: cost.lost,
    ...(explanation === undefined ? {} : { explanation }),
    refusals: refusalsLike(suggested, reaction, before),
  };
}

// RFC 6585 5: "its header fields are too large", one of them or all, or there are too many.
function fieldsOf({ kind, status, streamId }: Reaction, { streams }: Connection): string | undefined {
  const request = kind === "status" && status === 431 ? streams.get(streamId)?.request : undefined;
  if (request?.known !== true) return undefined;
  const { fields, listSize } = request;
  const many = fields > FIELDS ? `, and Envoy, Apache httpd and Tomcat take ${FIELDS} fields by default` : "";
  return `the request has ${fields} fields, which count ${listSize} bytes${many}`;
}

// Notes of what could not be checked.
const UNCHECKED = 20;
