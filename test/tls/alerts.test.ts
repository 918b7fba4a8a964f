// Alerts of TLS between frames of HTTP/2: as answers, and as ends.
import { describe, expect, it } from "vitest";
import type { Engine } from "../../src/pipeline.ts";
import type { FindingEvent } from "../../src/report/event.ts";
import { ACK, opening, PREFACE, report, request, SETTINGS, type Sent, sealers } from "./sealed-capture.ts";
import { clearRecord, clientHello, Sealer, serverHello } from "./sealing.ts";

const alert = (of: Sealer, level: number, description: number): Buffer => of.seal(21, Buffer.of(level, description));
/** RFC 9113 5.1.1: the client's streams have odd numbers. */
const FAULT = "stream-id/even-client";

async function faultOf(sent: readonly Sent[], engine: Engine): Promise<FindingEvent> {
  const findings = (await report(sent, engine)).filter((event) => event.kind === "finding");
  return findings.find(({ rule }) => rule === FAULT)!;
}

describe.each(["fast", "reference"] as const)("engine %s", (engine) => {
  const answerTo = async (description: number, ...more: Sent[]) => {
    const { client, server } = sealers();
    const before = opening(client, server);
    const fault: Sent = { from: "client", octets: client.seal(23, request(2)) };
    return faultOf([...before, fault, { from: "server", octets: alert(server, 2, description) }, ...more], engine);
  };

  it("a fatal alert is the answer to the fault before it, with the close behind it", async () => {
    const { reaction } = await answerTo(80, { from: "server", fin: true });
    expect(reaction).toMatchObject({
      kind: "tls-alert",
      errorCode: "internal_error",
      confidence: "likely",
      verdict: "other-code",
    });
    expect(reaction.frame).toMatchObject({ from: "server" });
    expect(reaction.closed).toMatchObject({ how: "fin" });
  });

  it("one that speaks of a record is not", async () => {
    const { reaction } = await answerTo(20, { from: "server", fin: true });
    expect(reaction).toMatchObject({ verdict: "unseen" });
  });

  it("one that crossed the fault is not", async () => {
    const { client, server } = sealers();
    const before = opening(client, server);
    const acked = before.reduce((sum, { from, octets }) => sum + (from === "client" ? octets!.length : 0), 0);
    const fault: Sent = { from: "client", octets: client.seal(23, request(2)) };
    const { reaction } = await faultOf([...before, fault, { from: "server", octets: alert(server, 2, 80), acked }], engine);
    expect(reaction.kind).toBeUndefined();
  });

  it("a close after close_notify answers what had arrived by then", async () => {
    for (const crossed of [false, true]) {
      const { client, server } = sealers();
      const before = opening(client, server);
      const good: Sent = { from: "client", octets: client.seal(23, request(1)) };
      const acked = [...before, good].reduce((sum, { from, octets }) => sum + (from === "client" ? octets!.length : 0), 0);
      const fault: Sent = { from: "client", octets: client.seal(23, request(2)) };
      const notify: Sent = { from: "server", octets: alert(server, 1, 0), ...(crossed ? { acked } : {}) };
      const { reaction } = await faultOf([...before, good, fault, notify, { from: "server", fin: true }], engine);
      expect(reaction.kind, String(crossed)).toBe(crossed ? undefined : "fin");
    }
  });
});

it("is named in every report", async () => {
  const { client, server } = sealers();
  const events = await report([
    ...opening(client, server),
    { from: "client", octets: client.seal(23, request(2)) },
    { from: "server", octets: alert(server, 2, 80) },
  ]);
  const { answerSentence } = await import("../../src/report/answer.ts");
  const finding = events.filter((event) => event.kind === "finding").find(({ rule }) => rule === FAULT)!;
  expect(answerSentence(finding)).toMatch(/^the server answered with TLS alert internal_error after .* \(likely\)$/);
  // It is told with its fault, not once more.
  expect(events.filter((event) => event.kind === "finding").map(({ rule }) => rule)).not.toContain("tls/alert");
});

describe.each(["fast", "reference"] as const)("what the rules see, engine %s", (engine) => {
  const rulesOf = async (sent: readonly Sent[]) =>
    (await report(sent, engine)).filter((event) => event.kind === "finding").map(({ rule, message }) => `${rule}: ${message}`);
  const answer = Buffer.from("00000101040000000188", "hex");

  it("a FIN without close_notify cuts an answer", async () => {
    for (const how of ["nothing", "close_notify", "bytes that do not open"]) {
      const { client, server } = sealers();
      const sent: Sent[] = [
        ...opening(client, server),
        { from: "client", octets: client.seal(23, request(1)) },
        { from: "server", octets: server.seal(23, answer) },
      ];
      if (how === "close_notify") sent.push({ from: "server", octets: alert(server, 1, 0) });
      if (how === "bytes that do not open") sent.push({ from: "server", octets: clearRecord(23, Buffer.alloc(19, 7)) });
      const cut = (await rulesOf([...sent, { from: "server", fin: true }])).filter((text) => text.startsWith("tls/alert"));
      expect(cut, how).toEqual(
        how === "nothing" ? ["tls/alert: the server closed TCP without close_notify while 1 of its messages had not ended"] : [],
      );
    }
  });

  it("an unsafe method in early data, not after it", async () => {
    for (const early of [true, false]) {
      const { client, server } = sealers();
      const first = new Sealer("early", true);
      const post = request(1, "83");
      const sent: Sent[] = [
        { from: "client", octets: clientHello(0x1301, [0x304], true) },
        { from: "client", octets: first.seal(23, early ? Buffer.concat([PREFACE, post]) : PREFACE) },
        { from: "server", octets: serverHello(0x1301, 0x304) },
        // RFC 8446 4.5: EndOfEarlyData, which only a server that accepted is sent.
        { from: "client", octets: first.seal(22, Buffer.of(5, 0, 0, 0)) },
        { from: "server", octets: server.seal(23, Buffer.concat([SETTINGS, ACK])) },
        { from: "client", octets: client.seal(23, early ? ACK : Buffer.concat([post, ACK])) },
      ];
      const unsafe = (await rulesOf(sent)).filter((text) => text.startsWith("tls/early"));
      expect(unsafe).toEqual(early ? ["tls/early-data-unsafe: the client sent POST on stream 1 as early data"] : []);
    }
  });
});
