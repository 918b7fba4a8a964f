// What the service says on the wire, checked in its own tests: the client goes through a proxy that records, and h2lint reads the recording.
// A capture made by tcpdump does as well: `analyze(["greeter.pcapng"])`.
import { credentials } from "@grpc/grpc-js";
import { analyze, Budgets, bytesSource, loadSchemas } from "h2lint";
import { recordTraffic } from "h2lint/testing";
import { expect, it } from "vitest";
import { Greeter, proto, serve } from "./greeter.mjs";

/** Do what `use` does with a client of the service. @returns What h2lint says of the traffic. */
async function eventsOf(use, assert = {}) {
  const { server, port } = await serve();
  const recording = await recordTraffic(port);
  const client = new Greeter(`127.0.0.1:${recording.port}`, credentials.createInsecure());
  const hello = (name) =>
    new Promise((resolve) => client.Hello({ name }, (error, reply) => resolve(error === null ? reply.text : error.details)));
  try {
    await use(hello);
  } finally {
    client.close();
    await new Promise((resolve) => server.tryShutdown(resolve));
  }
  const capture = bytesSource("greeter", await recording.stop());
  const budgets = new Budgets(assert);
  const events = [];
  for await (const event of analyze([capture], { schemas: loadSchemas([proto]), listeners: [budgets] }))
    events.push(...budgets.take(event));
  return events;
}

const faults = (events) =>
  events.filter(({ kind, certainty, severity }) => kind === "finding" && certainty === "proven" && severity !== "info");

it("keeps to the protocol, whatever it is asked", async () => {
  const events = await eventsOf(async (hello) => {
    expect(await hello("Ada")).toBe("Hello, Ada!");
    expect(await hello("")).toBe("who?");
  });
  expect(faults(events)).toEqual([]);
  expect(events.at(-1)).toMatchObject({ kind: "summary", calls: 2, incomplete: false });
});

it("takes one connection for many calls, and resets none", async () => {
  const events = await eventsOf((hello) => Promise.all(Array.from({ length: 20 }, (_, i) => hello(`number ${i}`))), {
    connections: 1,
    resets: [],
    methods: ["/greeter.Greeter/*"],
    errors: { "*": 0 },
    latency: { "/greeter.Greeter/Hello": { max: "10s" } },
  });
  const budgets = events.filter(({ kind }) => kind === "budget");
  expect(budgets).toHaveLength(5);
  expect(budgets.filter(({ status }) => status !== "held")).toEqual([]);
});

it("notices where it does not", async () => {
  const events = await eventsOf((hello) => hello(""), { errors: { "*": 0 } });
  expect(events.find(({ kind }) => kind === "budget")).toMatchObject({
    status: "broken",
    message: "1 of 1 call: INVALID_ARGUMENT",
  });
});
