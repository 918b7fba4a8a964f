// In: logs, and what a capture shows of each connection. Out: the same findings and answers with the lines of the logs that tell of them.
// Connections are found by their frames and by what texts tell of; clocks only tell apart what is alike.
import type { DiagnosticSink } from "../diagnostic.ts";
import type { Limits } from "../limits.ts";
import type { PairedFinding, Unexplained } from "../pairing/reaction.ts";
import type { Side } from "../place.ts";
import { assign, type Joined } from "./assignment.ts";
import { type Candidate, candidateOf, type Witness } from "./candidate.ts";
import { type ClockOffset, clockOffset } from "./clock.ts";
import { conversationsOf } from "./conversation.ts";
import type { ClockBase } from "./event.ts";
import { type WithLogLines, withLogLines } from "./finding-lines.ts";
import type { Log } from "./reader.ts";
import type { WireFrames } from "./wire.ts";

/** What came of one log. */
export interface LogSummary {
  readonly log: Log;
  /** Which end wrote it; undefined: not known. */
  readonly side: Side | undefined;
  /** Connections it is about, and those that are in the capture. */
  readonly conversations: number;
  readonly joined: number;
  /** Seconds that its clock is behind the capture's, where times were compared. */
  readonly offset: number | undefined;
}

export interface JoinResult extends WithLogLines {
  readonly logs: readonly LogSummary[];
}

export interface JoinContext {
  /** Seconds since the epoch of a time of the capture. */
  readonly wireSeconds: (time: number) => number;
  readonly limits: Limits;
  readonly diagnostics: DiagnosticSink;
}

/** Findings and answers with the lines that belong to them. */
export function joinLogs(
  logs: readonly Log[],
  wire: WireFrames,
  pairs: readonly PairedFinding[],
  unexplained: readonly Unexplained[],
  context: JoinContext,
): JoinResult {
  const { joined, summaries } = joinConversations(logs, wire, pairs, context);
  const byConnection = new Map<number, Joined[]>();
  for (const one of joined) {
    const list = byConnection.get(one.wire.id);
    if (list === undefined) byConnection.set(one.wire.id, [one]);
    else list.push(one);
  }
  return { ...withLogLines(pairs, unexplained, (connection) => byConnection.get(connection) ?? [], logs), logs: summaries };
}

export interface JoinedConversations {
  readonly joined: readonly Joined[];
  /** By what each conversation's frames and texts may be of, whether it is joined with that or not. */
  readonly candidates: readonly Candidate[];
  /** What the clock of a candidate's log is off. */
  readonly clockOf: (candidate: Candidate) => ClockOffset | undefined;
  readonly summaries: readonly LogSummary[];
}

/** Which connection of the capture each one of the logs is. */
export function joinConversations(
  logs: readonly Log[],
  wire: WireFrames,
  pairs: readonly PairedFinding[],
  { wireSeconds, limits, diagnostics }: JoinContext,
): JoinedConversations {
  const findings = new Map<number, PairedFinding[]>();
  for (const pair of pairs) {
    const list = findings.get(pair.finding.connection);
    if (list === undefined) findings.set(pair.finding.connection, [pair]);
    else list.push(pair);
  }
  const witnesses: Witness[] = [...wire.connections.values()].map((one) => ({ wire: one, findings: findings.get(one.id) ?? [] }));
  const servers = new Set(witnesses.map((witness) => witness.wire.server));
  const joined: Joined[] = [];
  const summaries: LogSummary[] = [];
  const possible: Candidate[] = [];
  const clocksOf: ((candidate: Candidate) => ClockOffset | undefined)[] = [];
  let comparisons = 0;
  let left = 0;
  for (const [index, log] of logs.entries()) {
    const conversations = conversationsOf(log, index);
    const candidates: Candidate[][] = [];
    for (const conversation of conversations) {
      comparisons += witnesses.length;
      if (comparisons > limits.logComparisons) left++;
      else {
        const all = witnesses.map((witness) => candidateOf(conversation, witness, servers)).filter((one) => one !== undefined);
        if (all.length > 0) candidates.push(all);
      }
    }
    possible.push(...candidates.flat());
    const clocks = new Map<ClockBase, ClockOffset | undefined>();
    const clockOf = ({ moment }: Candidate): ClockOffset | undefined => {
      if (moment === undefined) return undefined;
      const { base } = moment.log;
      if (!clocks.has(base)) clocks.set(base, clockOffset(candidates.flat(), base, wireSeconds));
      return clocks.get(base);
    };
    clocksOf[index] = clockOf;
    const own: Joined[] = [];
    let ambiguous = 0;
    for (const group of kindsOf(candidates).values()) {
      const assignment = assign(group, clockOf, wireSeconds);
      own.push(...assignment.joined);
      ambiguous += assignment.ambiguous.length;
    }
    joined.push(...own);
    const place = { in: "log", file: index, line: conversations[0]?.line ?? 1 } as const;
    const named = conversations.filter(({ isNamed }) => isNamed).length;
    const found = own.filter(({ conversation }) => conversation.isNamed).length;
    const none = named - found;
    if (none > 0) diagnostics({ code: "log/not-joined", place, data: { file: log.name, connections: none } });
    if (ambiguous > 0) diagnostics({ code: "log/ambiguous", place, data: { file: log.name, connections: ambiguous } });
    const offset = [...clocks.values()].find((clock) => clock !== undefined && !clock.rival)?.seconds;
    const side = log.side ?? own.find((one) => one.side !== undefined)?.side;
    summaries.push({ log, side, conversations: named, joined: found, offset });
  }
  if (left > 0)
    diagnostics({ code: "limit/log-connections", place: { in: "log", file: 0, line: 1 }, data: { connections: left } });
  return { joined, candidates: possible, clockOf: (one) => clocksOf[one.conversation.log]!(one), summaries };
}

// Frames of a format, or lines with the same text: of two such conversations a connection is one only.
function kindsOf(candidates: readonly Candidate[][]): Map<string, Candidate[][]> {
  const kinds = new Map<string, Candidate[][]>();
  for (const list of candidates) {
    const { format, key, texts } = list[0]!.conversation;
    const name = format?.name ?? (key === undefined ? (texts[0]?.name ?? "") : key.replace(/[\d].*$/, ""));
    const kind = kinds.get(name);
    if (kind === undefined) kinds.set(name, [list]);
    else kind.push(list);
  }
  return kinds;
}
