// A part: what one share of the connections came to, as lines of JSON. First a head, then what came of connections in the order of steps, at
// last what is known at the end. docs/scale/README.md.
import type { Diagnostic } from "../diagnostic.ts";
import type { CaptureInfo, ConnectionEvent, FindingEvent, RunEvent, UnexplainedEvent } from "../report/event.ts";
import type { KeyFacts } from "../tls/key-files.ts";
import type { Counts } from "../usage.ts";

/** Changes with every change of what follows. */
export const PART = "h2lint-part/1";

export type PartLine = PartHead | PartResults | PartStep | PartEnd;

export interface PartHead {
  readonly kind: "part";
  readonly part: typeof PART;
  /** Of h2lint: parts of two versions are not merged. */
  readonly version: string;
  /** From 1. */
  readonly share: number;
  readonly of: number;
  /** Of the captures and of what they are judged by: equal in all parts of a run. */
  readonly captures: string;
  readonly options: string;
  readonly run: RunEvent;
}

/** What came of one connection. */
export interface PartResults {
  readonly kind: "results";
  /** Place in the order of all: the step in which it came, and that in which its connection ended. */
  readonly at: readonly [step: number, ended: number];
  /** Captures that are judged together, counted from 0: comparisons begin anew with each. */
  readonly session: number;
  /** Addresses with ports, where there are notes. */
  readonly ends?: { readonly client: string; readonly server: string };
  readonly results: readonly PartResult[];
}

export type PartResult =
  | FindingEvent
  | ConnectionEvent
  | { readonly kind: "note"; readonly note: PartNote }
  | { readonly kind: "unexplained-unless"; readonly event: UnexplainedEvent; readonly unless: readonly string[] }
  | { readonly kind: "unchecked"; readonly counts: readonly (readonly [string, number])[] };

/** What a connection adds to what a rule compares. */
export interface PartNote {
  readonly rule: string;
  readonly connection: number;
  readonly facts: unknown;
  /** What is found if the comparison says so, but for its message; absent: nothing is found. */
  readonly finding?: FindingEvent;
  /** Of its request, one character per octet. */
  readonly path?: string;
}

/** Nothing comes any more of the steps before this one. Only between the threads of a process. */
export interface PartStep extends Knowledge {
  readonly kind: "step";
  readonly step: number;
}

/** What is known of a share so far. */
export interface Knowledge {
  /** The most that it held of what is bounded over all connections. */
  readonly usage: Counts;
  /** What its connections showed, and what they asked of others in vain, by name, with the step. */
  readonly heard: readonly (readonly [string, number])[];
  readonly missed: readonly (readonly [string, number])[];
}

export interface PartEnd extends Knowledge {
  readonly kind: "end";
  readonly steps: number;
  readonly captures: readonly CaptureInfo[];
  readonly diagnostics: readonly PartDiagnostic[];
  readonly habits: readonly PartHabit[];
  readonly keys: KeyFacts;
  /** The step in which keys of TLS were first asked for. */
  readonly askedAt: number;
  readonly selection: Selection;
}

export interface PartDiagnostic {
  readonly step: number;
  readonly diagnostic: Diagnostic;
  readonly count: number;
  readonly octets: number;
}

/** A habit of some software, as often as its connections show it. */
export interface PartHabit {
  readonly step: number;
  readonly key: string;
  /** Of the first time. */
  readonly event: FindingEvent;
  readonly count: number;
  readonly connections: number;
}

/** What `--connection` and the like chose. */
export interface Selection {
  readonly connections: number;
  readonly matched: boolean;
}
