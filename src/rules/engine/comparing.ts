// Rules that compare connections. In: the end of a connection. Out: what it adds to each comparison, and what is found of it: at once, or by
// who merges what several processes noted of their shares of the connections.
import type { FrameRef } from "../../model/frame-ref.ts";
import { familyOf } from "../families.ts";
import type { Finding, FindingSink } from "../finding.ts";
import { unmet } from "../needs.ts";
import type { Compared, Note, Rule } from "../rule.ts";
import { isExempt } from "./exemption.ts";
import type { Judged } from "./judged.ts";
import type { Slot } from "./slot.ts";

/** Compares in the order in which notes come. One for the connections of a session. */
export class Comparisons {
  readonly #sessions = new Map<string, unknown>();

  /** @param client Address with port; so is `server`. */
  compare(
    rule: Rule,
    options: Readonly<Record<string, number>>,
    facts: unknown,
    connection: number,
    client: string,
    server: string,
  ): Compared | undefined {
    let session = this.#sessions.get(rule.id);
    if (session === undefined) this.#sessions.set(rule.id, (session = rule.session?.()));
    return rule.compare!(facts, { session, options, connection, client, server });
  }
}

/** @param comparisons Undefined: somebody else compares, and the sink gets every note. */
export function takeNotes(slot: Slot, judged: Judged, sink: FindingSink, comparisons: Comparisons | undefined): void {
  const noted = slot.rule.note!(slot.context.of(judged));
  if (noted === undefined) return;
  for (const note of listOf(noted)) {
    if (comparisons === undefined) {
      sink.noted?.(
        { rule: slot.rule.id, facts: note.facts, finding: findingOf(slot, note, judged, NOT_COMPARED) },
        judged.connection.id,
      );
      continue;
    }
    const { connection } = judged;
    const compared = comparisons.compare(
      slot.rule,
      slot.context.options,
      note.facts,
      connection.id,
      connection.address("client"),
      connection.address("server"),
    );
    const finding = compared === undefined ? undefined : findingOf(slot, note, judged, compared);
    if (finding !== undefined) sink.compared(finding);
  }
}

function findingOf(slot: Slot, { subject, related = [], stream }: Note, judged: Judged, compared: Compared): Finding | undefined {
  const { rule } = slot;
  const { meta } = rule;
  const { connection } = judged;
  if (subject === undefined) return undefined;
  const decidableAt = decidable(meta.decidable, subject);
  if (isExempt(connection, subject, decidableAt)) return undefined;
  const because = unmet(meta.needs, familyOf(rule.id), connection, subject, true, stream);
  return {
    rule: rule.id,
    message: compared.message,
    data: compared.data,
    severity: compared.severity ?? slot.severity,
    offender: subject.from,
    connection: connection.id,
    frame: subject,
    text: subject.text,
    path: stream?.request.path,
    related,
    certainty: because.length === 0 ? "proven" : "unproven",
    because,
    consequent: judged.isBroken(subject.from),
    hides: [],
    expect: meta.expect,
    decidableAt,
  };
}

/** Octets of the frame's direction after which its receiver could know. */
export const decidable = (by: "head" | "payload" | "block", { offset, end }: FrameRef): number =>
  by === "head" ? Math.min(offset + HEAD, end) : end;

const listOf = (noted: Note | readonly Note[]): readonly Note[] => (Array.isArray(noted) ? noted : [noted as Note]);

// What the comparison will say.
const NOT_COMPARED: Compared = { message: "", data: {} };
const HEAD = 9;
