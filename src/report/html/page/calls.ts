// Calls of a connection: what was asked, what came of it and how long it took, and the orders that they can be read in.
import { pageKinds } from "../page-data.ts";
import type { ConnectionModel, Lane } from "./connection-model.ts";
import { say } from "./say.ts";

export interface CallRow {
  readonly model: ConnectionModel;
  readonly lane: Lane;
  /** Nanoseconds since the session's first packet, and until its last frame. */
  readonly start: number;
  readonly took: number;
  /** Octets of DATA, padding included. */
  readonly sent: number;
  readonly received: number;
  /** Kind of the frame that ended it early; empty: none did. */
  readonly cut: string;
}

/** @param match Entries that are looked for: a call with one of them is kept. undefined: all are. */
export function callsOf(model: ConnectionModel, match: Uint8Array | undefined): CallRow[] {
  const rows: CallRow[] = [];
  const { columns } = model.about;
  for (const lane of model.lanes) {
    const { entries } = lane;
    if (lane.id <= 0 || !entries.some((entry) => BEGINS.has(model.kind[entry]!))) continue;
    if (match !== undefined && !entries.some((entry) => match[entry] === 1)) continue;
    const octets: [number, number] = [0, 0];
    let reset = "";
    let last = entries[0]!;
    for (const entry of entries) {
      const kind = pageKinds[model.kind[entry]!];
      if (kind === "data") octets[model.side[entry] as 0 | 1] += columns.length[entry]!;
      if (kind === "rst-stream" && reset === "") reset = say.text("reset by the {side}", { side: say.text(model.from(entry)) });
      // A window may be opened long after the answer.
      if (kind !== "window-update" && kind !== "priority") last = entry;
    }
    const start = model.time[entries[0]!]!;
    const [sent, received] = octets;
    rows.push({ model, lane, start, took: model.time[last]! - start, sent, received, cut: reset });
  }
  return rows;
}

const BEGINS = new Set((["headers", "push-promise", "data", "http1"] as const).map((kind) => pageKinds.indexOf(kind)));

export type CallOrder = "call" | "method" | "status" | "took" | "octets";

/** What the reader chose. */
export interface Sorting {
  readonly by: CallOrder;
  readonly descending: boolean;
}

/** After a column's head was pressed: the most first, or the other way round. */
export const sortedBy = (by: CallOrder, before: Sorting): Sorting => ({
  by,
  descending: by === before.by ? !before.descending : by !== "call" && by !== "method",
});

const ORDERS: Readonly<Record<CallOrder, (a: CallRow, b: CallRow) => number>> = {
  call: (a, b) => a.model.about.id - b.model.about.id || a.start - b.start || a.lane.id - b.lane.id,
  method: (a, b) => compare(a.lane.request, b.lane.request),
  status: (a, b) => badness(a) - badness(b) || compare(resultOf(a.lane), resultOf(b.lane)),
  took: (a, b) => a.took - b.took,
  octets: (a, b) => a.sent + a.received - b.sent - b.received,
};

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Status of the gRPC call, else of HTTP; empty: none was captured. */
export const resultOf = ({ status, grpcStatus }: Lane): string => (grpcStatus === "" ? status : `grpc ${grpcStatus}`);

/** Failures apart from what went well: from 2 on. */
export const badness = ({ lane: { status, grpcStatus }, cut }: CallRow): number =>
  cut !== "" ? 3 : grpcStatus !== "" ? (grpcStatus === "0" ? 0 : 2) : status === "" ? 1 : Number(status) >= 400 ? 2 : 0;

export function sortCalls(rows: readonly CallRow[], { by, descending }: Sorting): CallRow[] {
  const order = ORDERS[by];
  return [...rows].sort((a, b) => (descending ? order(b, a) : order(a, b)) || ORDERS.call(a, b));
}
