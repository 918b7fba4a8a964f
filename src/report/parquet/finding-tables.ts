// `connections`, `findings`, `answers`, `unexplained`: rows of what events say.
import type { ConnectionEvent, FindingEvent, FrameObject, ReactionObject, UnexplainedEvent } from "../event.ts";
import { type Column, FlagColumn, IntColumn, LongColumn, TextColumn, TimeColumn } from "./column.ts";
import { TableFile } from "./table-file.ts";

/** A table whose rows are few: its columns are found by their names. */
class NamedTable {
  readonly #text = new Map<string, TextColumn>();
  readonly #int = new Map<string, IntColumn>();
  readonly #long = new Map<string, LongColumn>();
  readonly #flag = new Map<string, FlagColumn>();
  readonly #time = new Map<string, TimeColumn>();
  readonly #table: TableFile;

  /** @param columns `name type`, in their order. */
  constructor(columns: readonly string[], output: (octets: Uint8Array) => void) {
    this.#table = new TableFile(
      columns.map((one) => this.#column(...(one.split(" ") as [string, string]))),
      output,
    );
  }

  get rows(): number {
    return this.#table.rows;
  }

  /** @param row By column; times are seconds since the epoch with nine decimals. */
  add(row: Readonly<Record<string, string | number | boolean | undefined>>): void {
    for (const [name, column] of this.#text) column.push(textIn(row[name]));
    for (const [name, column] of this.#int) column.push(numberIn(row[name]));
    for (const [name, column] of this.#long) column.push(numberIn(row[name]));
    for (const [name, column] of this.#flag) column.push(row[name] === undefined ? undefined : row[name] === true);
    for (const [name, column] of this.#time) column.at(timeIn(textIn(row[name])));
    this.#table.endRow();
  }

  end(): void {
    this.#table.end();
  }

  #column(name: string, type: string): Column {
    switch (type) {
      case "int":
        return kept(this.#int, name, new IntColumn(name));
      case "long":
        return kept(this.#long, name, new LongColumn(name));
      case "flag":
        return kept(this.#flag, name, new FlagColumn(name));
      case "time":
        return kept(this.#time, name, new TimeColumn(name));
      default:
        return kept(this.#text, name, new TextColumn(name));
    }
  }
}

export class ConnectionsTable {
  readonly #table: NamedTable;

  constructor(output: (octets: Uint8Array) => void) {
    this.#table = new NamedTable(
      [
        ...["id int", "client text", "server text", "transport text", "protocol text", "start time", "duration_ns long"],
        ...["frames int", "streams int", "calls int", "start_captured flag", "end_captured flag"],
        ...["lost_octets_client long", "lost_octets_server long", "ended_by text", "ended_how text", "ended_packet int"],
        ...["software_client text", "software_server text", "tls_server_name text", "alpn text"],
      ],
      output,
    );
  }

  add(event: ConnectionEvent): void {
    const { id, client, server, transport, protocol, start, duration, frames, streams, calls, complete, endedBy, software, tls } =
      event;
    this.#table.add({
      ...{ id, client, server, transport, protocol, start, duration_ns: duration, frames, streams, calls },
      ...{ start_captured: complete.start, end_captured: complete.end },
      ...{ lost_octets_client: complete.lostOctets.client, lost_octets_server: complete.lostOctets.server },
      ...{ ended_by: endedBy?.side, ended_how: endedBy?.how, ended_packet: endedBy?.packet },
      ...{ software_client: software?.client, software_server: software?.server },
      ...{ tls_server_name: tls?.serverName, alpn: tls?.alpn },
    });
  }

  end(): void {
    this.#table.end();
  }
}

/** Findings, and beside them the answers to them: `answers.finding` is `findings.id`. */
export class FindingTables {
  readonly #findings: NamedTable;
  readonly #answers: NamedTable;

  constructor(findings: (octets: Uint8Array) => void, answers: (octets: Uint8Array) => void) {
    this.#findings = new NamedTable(
      [
        ...["id int", "rule text", "severity text", "certainty text", "message text", "offender text", "connection int"],
        ...["stream int", "path text", "file text", "packet int", "time time", "kind text", "offset long", "count int"],
        ...["consequent flag", "baseline flag", "verdict text", "fingerprint text"],
      ],
      findings,
    );
    this.#answers = new NamedTable(
      [...["finding int", "rule text", "verdict text"], ...ANSWER, ...["delay_ns long", "streams_killed int", "retry_safe int"]],
      answers,
    );
  }

  add(event: FindingEvent): void {
    const id = this.#findings.rows + 1;
    const { rule, severity, certainty, message, offender, connection, stream, path, frame, count, consequent, fingerprint } =
      event;
    const { reaction } = event;
    const { file, packet, time, kind, offset } = frame;
    this.#findings.add({
      ...{ id, rule, severity, certainty, message, offender, connection, stream, path, file, packet, time, kind, offset, count },
      ...{ consequent, baseline: event.baseline === true, verdict: reaction.verdict, fingerprint },
    });
    if (reaction.kind === undefined) return;
    this.#answers.add({
      ...{ finding: id, rule, verdict: reaction.verdict, ...answerRow(connection, reaction), delay_ns: reaction.delay },
      ...{ streams_killed: reaction.streamsKilled?.length, retry_safe: reaction.retrySafe?.length },
    });
  }

  end(): void {
    this.#findings.end();
    this.#answers.end();
  }
}

export class UnexplainedTable {
  readonly #table: NamedTable;

  constructor(output: (octets: Uint8Array) => void) {
    this.#table = new NamedTable([...ANSWER, "explanation text", "unchecked text"], output);
  }

  add({ connection, reaction, unchecked }: UnexplainedEvent): void {
    this.#table.add({
      ...answerRow(connection, reaction),
      explanation: reaction.explanation,
      unchecked: unchecked.length === 0 ? undefined : unchecked.join("; "),
    });
  }

  end(): void {
    this.#table.end();
  }
}

const ANSWER = [
  ...["connection int", "stream int", "kind text", "confidence text", "error_code text", "status int", "last_stream int"],
  ...["debug text", "file text", "packet int", "time time", "closed_how text"],
];

function answerRow(connection: number, reaction: Omit<ReactionObject, "verdict">) {
  const { kind, confidence, errorCode, status, lastStreamId, debug, frame, closed } = reaction;
  const { file, packet, time }: Partial<FrameObject> = frame ?? reaction;
  return {
    ...{ connection, stream: frame?.streamId, kind, confidence, error_code: errorCode, status, last_stream: lastStreamId, debug },
    ...{ file, packet, time, closed_how: closed?.how },
  };
}

function kept<T>(columns: Map<string, T>, name: string, column: T): T {
  columns.set(name, column);
  return column;
}

const textIn = (value: string | number | boolean | undefined) => (typeof value === "string" ? value : undefined);
const numberIn = (value: string | number | boolean | undefined) => (typeof value === "number" ? value : undefined);

/** `1766400000.000000000` in nanoseconds. */
function timeIn(seconds: string | undefined): bigint | undefined {
  return seconds === undefined || !/^-?\d+\.\d{9}$/.test(seconds) ? undefined : BigInt(seconds.replace(".", ""));
}
