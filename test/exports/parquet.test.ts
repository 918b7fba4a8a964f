// The tables, read by DuckDB: what is in them, and every question of docs/outputs.md.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Clock } from "../../src/capture/clock.ts";
import { FlagColumn, GROUP, IntColumn, LongColumn, TextColumn, TimeColumn } from "../../src/report/parquet/column.ts";
import { TableFile } from "../../src/report/parquet/table-file.ts";
import { Octets } from "../../src/report/parquet/thrift.ts";
import { captureOf } from "../capture/story.ts";
import { exported, PATHS, Scratch, twentyCallsCapture, volo } from "./exporting.ts";

type Row = Readonly<Record<string, unknown>>;

const scratch = new Scratch();
let duck: DuckDBConnection;
beforeAll(async () => {
  duck = await (await DuckDBInstance.create(":memory:")).connect();
  await exported("parquet", scratch.path("volo.parquet"), [volo]);
  await exported("parquet", scratch.path("calls.parquet"), [scratch.file("calls.pcap", twentyCallsCapture())]);
});
afterAll(() => {
  duck.closeSync();
  scratch.remove();
});

/** @param sql Tables are in `out.parquet/`. @returns Rows; numbers of 64 bits are text. */
async function ask(folder: string, sql: string): Promise<Row[]> {
  const result = await duck.runAndReadAll(sql.replaceAll("'out.parquet/", `'${scratch.path(folder)}/`));
  return result.getRowObjectsJson();
}

const all = (folder: string, table: string) => ask(folder, `from 'out.parquet/${table}.parquet'`);

describe("the Volo case", () => {
  it("has a row for each thing that the report tells of", async () => {
    expect(await all("volo.parquet", "connections")).toMatchObject([
      {
        id: 1,
        server: "127.0.0.1:50051",
        protocol: "h2c-prior-knowledge",
        frames: 12,
        software_client: "volo",
        ended_packet: 17,
      },
    ]);
    expect(await all("volo.parquet", "calls")).toMatchObject([
      {
        ...{
          connection: 1,
          stream: 1,
          protocol: "grpc",
          path: "/helloworld.Greeter/SayHello",
          request_messages: 1,
          status: null,
        },
        ...{ start: "2026-11-23 06:53:21.156542", duration_ns: "6438000", end: "killed-by-goaway", error_code: "PROTOCOL_ERROR" },
      },
    ]);
    const frames = await all("volo.parquet", "frames");
    expect(frames).toHaveLength(12);
    expect(frames[7]).toMatchObject({ packet: 11, from: "client", kind: "headers", stream: 1, end_stream: true, offset: "251" });
    expect(await all("volo.parquet", "findings")).toMatchObject([
      { id: 1, rule: "grpc/request-trailers", verdict: "as-specified" },
    ]);
    expect(await all("volo.parquet", "answers")).toMatchObject([{ finding: 1, kind: "goaway", packet: 13, delay_ns: "420000" }]);
    expect(await all("volo.parquet", "unexplained")).toEqual([]);
  });
});

describe("twenty calls", () => {
  it("are there with how they ended, and nothing of their credentials", async () => {
    const rows = await ask(
      "calls.parquet",
      `select stream, path, "end", grpc_status, error_code from 'out.parquet/calls.parquet' order by stream`,
    );
    expect(rows).toHaveLength(20);
    expect(rows[0]).toEqual({ stream: 1, path: PATHS[0], end: "complete", grpc_status: 0, error_code: null });
    expect(rows[5]).toMatchObject({ end: "reset-by-client", error_code: "CANCEL" });
    expect(rows[8]).toMatchObject({ end: "reset-by-server", error_code: "REFUSED_STREAM" });
    expect(rows[11]).toMatchObject({ grpc_status: 5 });
    expect(await all("calls.parquet", "unexplained")).toMatchObject([
      { stream: 29, kind: "rst-stream", error_code: "PROTOCOL_ERROR" },
    ]);
    for (const name of readdirSync(scratch.path("calls.parquet")))
      expect(readFileSync(`${scratch.path("calls.parquet")}/${name}`, "latin1")).not.toContain("very-secret");
  });

  it("are left out where they are not chosen", async () => {
    await exported("parquet", scratch.path("one.parquet"), [scratch.path("calls.pcap")], { only: { stream: 7 } });
    expect(await ask("one.parquet", "select distinct stream from 'out.parquet/calls.parquet'")).toEqual([{ stream: 7 }]);
    expect(await ask("one.parquet", "select distinct stream from 'out.parquet/frames.parquet'")).toEqual([{ stream: 7 }]);
    expect(await all("one.parquet", "unexplained")).toEqual([]);
  });

  it("say which were tried before", async () => {
    const fields = {
      ":method": "POST",
      ":scheme": "http",
      ":authority": "h2.test",
      ":path": "/a.B/C",
      "content-type": "application/grpc",
    };
    const story = captureOf((s) => {
      s.client.headers(1, { fields: { ...fields, te: "trailers", "grpc-previous-rpc-attempts": "2" }, endStream: true });
      s.client.headers(3, { fields: { ...fields, te: "trailers" }, endStream: true });
    });
    await exported("parquet", scratch.path("tried.parquet"), [scratch.file("tried.pcap", story)]);
    expect(await ask("tried.parquet", "select stream, previous_attempts from 'out.parquet/calls.parquet' order by 1")).toEqual([
      { stream: 1, previous_attempts: 2 },
      { stream: 3, previous_attempts: null },
    ]);
  });
});

describe("the questions of docs/outputs.md", () => {
  const page = readFileSync(new URL("../../docs/outputs.md", import.meta.url), "utf8");
  const questions = [...page.matchAll(/^([^\n]+\?)\n\n```sql\n(.*?)```/gms)].map(
    ([, question, sql]) => [question!, sql!] as const,
  );

  it("are ten", () => expect(questions).toHaveLength(10));

  const answers: Readonly<Record<string, (rows: Row[]) => void>> = {
    "Which methods are the slowest?": (rows) => expect(rows.map(({ path }) => path).sort()).toEqual([...PATHS].sort()),
    "Who resets streams, with which code, and when?": (rows) =>
      expect(rows.map(({ from, error_code }) => `${from} ${error_code}`).sort()).toEqual([
        "client CANCEL",
        "server PROTOCOL_ERROR",
        "server REFUSED_STREAM",
      ]),
    "Which methods fail, and how?": (rows) =>
      expect(rows.map(({ outcome }) => outcome).sort()).toEqual([
        "grpc-status 5",
        "reset-by-client CANCEL",
        "reset-by-server PROTOCOL_ERROR",
        "reset-by-server REFUSED_STREAM",
      ]),
  };
  it.each(questions)("%s", async (question, sql) => {
    const rows = await ask("calls.parquet", sql);
    answers[question]?.(rows);
    await ask("volo.parquet", sql);
  });

  it("find what is to be found", async () => {
    const story = captureOf((s) => {
      const request = { fields: { ":method": "GET", ":scheme": "http", ":authority": "h2.test", ":path": "/" }, endStream: true };
      s.client.headers(1, request);
      s.server
        .goaway(1, 0)
        .headers(1, { fields: { ":status": "200" } })
        .data(1, 60_000);
      s.wait(5);
      s.client.headers(3, request).windowUpdate(1, 1000);
      s.wait(5);
      s.server.data(1, 10, { endStream: true });
    });
    await exported("parquet", scratch.path("goaway.parquet"), [scratch.file("goaway.pcap", story)]);
    const sql = new Map(questions);
    expect(await ask("goaway.parquet", sql.get("Who ignored a GOAWAY, and opened streams that it rules out?")!)).toMatchObject([
      { connection: 1, stream: 3, path: "/" },
    ]);
    expect(await ask("goaway.parquet", sql.get("Where did a sender wait for a window?")!)).toMatchObject([
      { connection: 1, stream: 1, from: "server", updates: "1" },
    ]);
    expect(await ask("volo.parquet", sql.get("Which software commits the faults?")!)).toEqual([
      { rule: "grpc/request-trailers", software: "volo", times: "1" },
    ]);
  });
});

describe("a table", () => {
  it("keeps every value over several row groups, missing ones too", async () => {
    const columns = [
      new IntColumn("i"),
      new IntColumn("few"),
      new LongColumn("l"),
      new FlagColumn("b"),
      new TextColumn("t"),
      new TimeColumn("moment"),
    ] as const;
    const pieces: Uint8Array[] = [];
    const table = new TableFile(columns, (octets) => pieces.push(Uint8Array.from(octets)));
    const rows = 2 * GROUP + 77;
    const [int, few, long, flag, text, at] = columns;
    for (let i = 0; i < rows; i++) {
      int.push(i % 3 === 0 ? undefined : i * 31_000 - 5);
      few.push(i % 300);
      long.push(i % 5 === 0 ? undefined : (i - 40_000) * 2 ** 33);
      flag.push(i % 7 === 0 ? undefined : i % 2 === 0);
      text.push(i % 11 === 0 ? undefined : `π ${i % 1000}`);
      at.at(1_766_400_000_123_456_789n + BigInt(i));
      table.endRow();
    }
    table.end();
    scratch.file("table.parquet", Buffer.concat(pieces));
    const file = scratch.path("table.parquet");
    const expected = `select i as n, case when i % 3 <> 0 then (i * 31000 - 5) end as i, i % 300 as few, case when i % 5 <> 0 then (i - 40000) * 8589934592 end as l,
      case when i % 7 <> 0 then i % 2 = 0 end as b, case when i % 11 <> 0 then 'π ' || (i % 1000) end as t,
      make_timestamp_ns(1766400000123456789 + i) as moment from range(${rows}) r(i)`;
    const given = `select file_row_number as n, i, few, l, b, t, moment from read_parquet('${file}', file_row_number = true)`;
    expect((await duck.runAndReadAll(`select count(*) from (${given})`)).getRowsJson()).toEqual([[String(rows)]]);
    expect((await duck.runAndReadAll(`(${given}) except (${expected}) limit 3`)).getRowsJson()).toEqual([]);
    const groups = await duck.runAndReadAll(
      `select distinct row_group_num_rows as n from parquet_metadata('${file}') order by n`,
    );
    expect(groups.getRowsJson()).toEqual([["77"], [String(GROUP)]]);
  });

  it("has the same moment by the clock as by nanoseconds since the epoch", () => {
    const moments = [0, 1, 59, 65_535, 65_536, 1_700_000_000, 2 ** 31, 2 ** 32 - 2, 2 ** 32, 2 ** 33, -5];
    fc.assert(
      fc.property(
        fc.constantFrom(...moments),
        fc.nat(999_999_999),
        fc.double({ min: 0, max: 9e15, noNaN: true }),
        (s, n, since) => {
          const clock = new Clock();
          clock.at(s, n);
          const columns = [new TimeColumn("time"), new TimeColumn("time")] as const;
          const time = Math.floor(since);
          columns[0].of(clock, time);
          columns[1].at(clock.epoch(time));
          const [byClock, byEpoch] = columns.map((column) => {
            const out = new Octets();
            column.write(out, 0);
            return Buffer.from(out.taken);
          });
          expect(byClock).toEqual(byEpoch);
        },
      ),
      { numRuns: 2000 },
    );
  });

  it("begins a row group early where text is long", async () => {
    const text = new TextColumn("t");
    const sizes: number[] = [];
    const table = new TableFile([text], (octets) => void sizes.push(octets.length));
    for (let i = 0; i < 640; i++) {
      text.push(String(i).padStart(50_000));
      table.endRow();
    }
    table.end();
    expect(Math.max(...sizes)).toBeLessThan(9_000_000);
  });
});

it("leaves no folder where a run fails, and what is in one that was there", async () => {
  await expect(exported("parquet", scratch.path("none.parquet"), [scratch.file("no.pcap", "nothing")])).rejects.toThrow();
  expect(existsSync(scratch.path("none.parquet"))).toBe(false);
  const before = readFileSync(scratch.path("volo.parquet/calls.parquet"));
  await expect(exported("parquet", scratch.path("volo.parquet"), [scratch.path("no.pcap")])).rejects.toThrow();
  expect(readFileSync(scratch.path("volo.parquet/calls.parquet")).equals(before)).toBe(true);
  expect(readdirSync(scratch.path("volo.parquet"))).toHaveLength(6);
});
