// Spans against OpenTelemetry's own encoder: what it makes of the same spans is, member by member, what is written.
import { readFileSync } from "node:fs";
import { JsonTraceSerializer } from "@opentelemetry/otlp-transformer";
import { afterAll, describe, expect, it } from "vitest";
import { parentOfBinary, parentOfHeader } from "../../src/report/otlp/trace-context.ts";
import { captureOf } from "../capture/story.ts";
import { exported, PARENT, Scratch, TRACE, twentyCallsCapture, volo } from "./exporting.ts";

const scratch = new Scratch();
afterAll(() => scratch.remove());

interface Value {
  readonly stringValue?: string;
  readonly intValue?: string;
  readonly boolValue?: boolean;
}
interface Attribute {
  readonly key: string;
  readonly value: Value;
}
interface Event {
  readonly timeUnixNano: string;
  readonly name: string;
  readonly attributes: readonly Attribute[];
}
interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: number;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly Attribute[];
  readonly events?: readonly Event[];
  readonly droppedEventsCount?: number;
  readonly status: { readonly code?: number; readonly message?: string };
}
interface ResourceSpans {
  readonly resource: { readonly attributes: readonly Attribute[] };
  readonly scopeSpans: readonly {
    readonly scope: { readonly name: string; readonly version: string };
    readonly spans: readonly Span[];
  }[];
}
interface Request {
  readonly resourceSpans: readonly ResourceSpans[];
}

const plain = ({ stringValue, intValue, boolValue }: Value) => stringValue ?? boolValue ?? Number(intValue);
const record = (list: readonly Attribute[]) => Object.fromEntries(list.map(({ key, value }) => [key, plain(value)]));
const time = (text: string) => [Number(BigInt(text) / 1_000_000_000n), Number(BigInt(text) % 1_000_000_000n)];

/** What OpenTelemetry writes of the same spans. */
function theirs({ resourceSpans }: Request): unknown {
  const spans = resourceSpans.flatMap(({ resource, scopeSpans }) => {
    const own = { attributes: record(resource.attributes) };
    return scopeSpans.flatMap(({ scope, spans: list }) =>
      list.map((span) => ({
        name: span.name,
        // Its kinds count from 0 in the program.
        kind: span.kind - 1,
        spanContext: () => ({ traceId: span.traceId, spanId: span.spanId, traceFlags: 1 }),
        ...(span.parentSpanId === undefined
          ? {}
          : { parentSpanContext: { traceId: span.traceId, spanId: span.parentSpanId, traceFlags: 1 } }),
        startTime: time(span.startTimeUnixNano),
        endTime: time(span.endTimeUnixNano),
        status: { code: span.status.code ?? 0, ...(span.status.message === undefined ? {} : { message: span.status.message }) },
        attributes: record(span.attributes),
        links: [],
        events: (span.events ?? []).map((event) => ({
          name: event.name,
          time: time(event.timeUnixNano),
          attributes: record(event.attributes),
        })),
        resource: own,
        instrumentationScope: scope,
        droppedAttributesCount: 0,
        droppedEventsCount: span.droppedEventsCount ?? 0,
        droppedLinksCount: 0,
      })),
    );
  });
  const octets = JsonTraceSerializer.serializeRequest(
    spans as unknown as Parameters<typeof JsonTraceSerializer.serializeRequest>[0],
  );
  return JSON.parse(Buffer.from(octets!).toString()) as unknown;
}

/** Spans of both, by id, without what stands for nothing: zeros, empty lists, and the flags that say what a parent is. */
function spansOf(request: unknown): Map<string, unknown> {
  const all = new Map<string, unknown>();
  for (const { resource, scopeSpans } of (request as Request).resourceSpans)
    for (const { scope, spans } of scopeSpans)
      for (const span of spans)
        all.set(span.spanId, tidy({ ...span, flags: 0, scope: scope.name, resource: record(resource.attributes) }));
  return all;
}

function tidy(value: unknown, key = ""): unknown {
  // 64-bit numbers: it writes small ones as numbers.
  if (key === "intValue") return Number(value);
  if (Array.isArray(value)) return value.map((one) => tidy(one));
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([name, one]) => [name, tidy(one, name)] as const);
  const empty = (one: unknown) => one === 0 || (Array.isArray(one) && one.length === 0);
  return Object.fromEntries(entries.filter(([name, one]) => name === "intValue" || !empty(one)));
}

async function spans(name: string, capture: string): Promise<Span[]> {
  const path = scratch.path(`${name}.otlp.json`);
  await exported("otlp", path, [capture]);
  const request = JSON.parse(readFileSync(path, "utf8")) as Request;
  expect(spansOf(request)).toEqual(spansOf(theirs(request)));
  return request.resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((one) => one.spans));
}

const [SERVER, CLIENT] = [2, 3];

describe("the Volo case", () => {
  it("is a failed call below which its server's span stands, with the fault and the answer as events", async () => {
    const all = await spans("volo", volo);
    expect(all).toHaveLength(3);
    const client = all.find(({ kind }) => kind === CLIENT)!;
    expect(client).toMatchObject({
      name: "helloworld.Greeter/SayHello",
      status: { code: 2, message: "killed-by-goaway: PROTOCOL_ERROR" },
    });
    expect(client.events!.map(({ name }) => name)).toEqual(["GOAWAY", "h2lint grpc/request-trailers"]);
    expect(record(client.events![1]!.attributes)).toMatchObject({
      "h2lint.answer": "GOAWAY PROTOCOL_ERROR",
      "h2lint.packet": 11,
    });
    expect(record(client.attributes)).toMatchObject({ "rpc.system": "grpc", "rpc.method": "SayHello", "server.port": 50051 });
    expect(all.find(({ kind }) => kind === SERVER)).toMatchObject({ parentSpanId: client.spanId, traceId: client.traceId });
  });
});

describe("twenty calls", () => {
  it("are forty spans and one of the connection; each side has the errors that are its own", async () => {
    const capture = scratch.file("calls.pcap", twentyCallsCapture());
    const all = await spans("calls", capture);
    expect(all).toHaveLength(41);
    const errors = (kind: number) =>
      all.filter((span) => span.kind === kind && span.status.code === 2).map(({ status }) => status.message);
    const resets = ["reset-by-server: REFUSED_STREAM", "reset-by-server: PROTOCOL_ERROR"];
    expect(errors(CLIENT).sort()).toEqual(["no such thing", "reset-by-client: CANCEL", ...resets].sort());
    expect(errors(SERVER).sort()).toEqual([...resets].sort());
    expect(new Set(all.map(({ spanId }) => spanId)).size).toBe(41);
    const text = readFileSync(scratch.path("calls.otlp.json"), "utf8");
    expect(text).not.toContain("very-secret");
    // The trace that the client names is joined.
    const traced = all.filter(({ traceId }) => traceId === TRACE);
    expect(traced.map(({ kind, parentSpanId }) => [kind, parentSpanId]).sort()).toEqual([
      [SERVER, traced.find(({ kind }) => kind === CLIENT)!.spanId],
      [CLIENT, PARENT],
    ]);
    // The same octets again; and as lines.
    await spans("again", capture);
    expect(readFileSync(scratch.path("again.otlp.json"), "utf8")).toBe(text);
    await exported("otlp-lines", scratch.path("calls.otlp.jsonl"), [capture]);
    const lines = readFileSync(scratch.path("calls.otlp.jsonl"), "utf8").trimEnd().split("\n");
    const joined = { resourceSpans: lines.flatMap((line) => (JSON.parse(line) as Request).resourceSpans) };
    expect(spansOf(joined)).toEqual(spansOf(JSON.parse(text)));
  });

  it("are left out where they are not chosen", async () => {
    const path = scratch.path("one.otlp.json");
    await exported("otlp", path, [scratch.path("calls.pcap")], { only: { stream: 7 } });
    const ids = readFileSync(path, "utf8").match(/"h2lint.stream","value":\{"intValue":"\d+"/g);
    expect(new Set(ids)).toEqual(new Set(['"h2lint.stream","value":{"intValue":"7"']));
  });
});

it("tells of the messages of a call that has several", async () => {
  const message = "\0\0\0\0\u0003abc";
  const story = captureOf((s) => {
    const fields = {
      ":method": "POST",
      ":scheme": "http",
      ":authority": "h2.test",
      ":path": "/a.B/C",
      te: "trailers",
      "content-type": "application/grpc",
    };
    s.client.headers(1, { fields }).data(1, message).data(1, message, { endStream: true });
    s.server
      .headers(1, { fields: { ":status": "200", "content-type": "application/grpc" } })
      .data(1, message)
      .trailers(1, { "grpc-status": "0" });
  });
  const all = await spans("several", scratch.file("several.pcap", story));
  const { events = [] } = all.find(({ kind }) => kind === CLIENT)!;
  expect(events.map(({ attributes }) => record(attributes))).toEqual([
    { "rpc.message.type": "SENT", "rpc.message.id": 1, "rpc.message.compressed_size": 3 },
    { "rpc.message.type": "SENT", "rpc.message.id": 2, "rpc.message.compressed_size": 3 },
    { "rpc.message.type": "RECEIVED", "rpc.message.id": 1, "rpc.message.compressed_size": 3 },
  ]);
});

describe("what names a trace", () => {
  it.each([
    [`00-${TRACE}-${PARENT}-01`, true],
    [`cc-${TRACE}-${PARENT}-01-later-versions-say-more`, true],
    [`ff-${TRACE}-${PARENT}-01`, false],
    [`00-${"0".repeat(32)}-${PARENT}-01`, false],
    [`00-${TRACE}-${"0".repeat(16)}-01`, false],
    [`00-${TRACE.toUpperCase()}-${PARENT}-01`, false],
    ["", false],
  ])("%s", (value, isOne) => {
    expect(parentOfHeader(value)).toEqual(isOne ? { traceId: TRACE, spanId: PARENT } : undefined);
  });

  it("in gRPC's binary field", () => {
    const octets = Buffer.from(`0000${TRACE}01${PARENT}0201`, "hex");
    expect(parentOfBinary(octets.toString("base64"))).toEqual({ traceId: TRACE, spanId: PARENT });
    expect(parentOfBinary(`\0${octets.toString("latin1")}`)).toEqual({ traceId: TRACE, spanId: PARENT });
    expect(parentOfBinary(octets.subarray(0, 20).toString("base64"))).toBeUndefined();
    expect(parentOfBinary("AAAA")).toBeUndefined();
  });
});
