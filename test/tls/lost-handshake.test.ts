// A part of the handshake is lost, and what follows can be read: nothing is proven that the lost part, or what waits, may explain.
import { describe, expect, it } from "vitest";
import { analyze } from "../../src/analyze.ts";
import { bytesSource } from "../../src/capture/source.ts";
import type { FindingEvent } from "../../src/report/event.ts";
import { ACK, captureOf, PREFACE, request, SETTINGS, type Sent, sealers } from "./sealed-capture.ts";
import { clearRecord, clientHello, keyLog, Sealer, serverHello } from "./sealing.ts";

/** The findings, where the segment with these octets is not in the capture. */
async function findingsWithout(lost: Buffer | undefined, sent: readonly Sent[]): Promise<FindingEvent[]> {
  const pcap = captureOf(sent);
  const packets: Buffer[] = [];
  for (let at = 24; at < pcap.length; ) {
    const end = at + 16 + pcap.readUInt32LE(at + 8);
    packets.push(pcap.subarray(at, end));
    at = end;
  }
  const left = lost === undefined ? packets : packets.filter((packet) => !packet.includes(lost));
  expect(left).toHaveLength(packets.length - (lost === undefined ? 0 : 1));
  const found: FindingEvent[] = [];
  const keys = [bytesSource("a.keys", Buffer.from(keyLog))];
  const source = bytesSource("a.pcap", Buffer.concat([pcap.subarray(0, 24), ...left]));
  for await (const event of analyze([source], { keys })) if (event.kind === "finding") found.push(event);
  return found;
}

describe("the server's flight", () => {
  const { client, server } = sealers();
  const early = new Sealer("early", true);
  const first = early.seal(23, Buffer.concat([PREFACE, request(1)]));
  const answer = server.seal(23, Buffer.concat([SETTINGS, ACK, Buffer.from("00000101050000000188", "hex")]));
  const sent: Sent[] = [
    { from: "client", octets: Buffer.concat([clientHello(0x1301, [0x304], true), first]) },
    { from: "server", octets: serverHello(0x1301, 0x304) },
    { from: "server", octets: answer },
    { from: "client", octets: Buffer.concat([early.seal(22, Buffer.of(5, 0, 0, 0)), client.seal(23, ACK)]) },
  ];
  const answers = (findings: readonly FindingEvent[]) =>
    findings.filter(({ rule }) => rule === "settings/ack-unexpected" || rule === "stream-id/unopened");

  it("says whether early data was accepted; what the server answers before that is not proven wrong", async () => {
    const found = await findingsWithout(undefined, sent);
    expect(found.filter(({ certainty, severity }) => certainty === "proven" && severity === "error")).toEqual([]);
  });

  it("what the server had not received cannot excuse it", async () => {
    const unreceived = sent.map((one) =>
      one.octets === answer ? { ...one, acked: clientHello(0x1301, [0x304], true).length } : one,
    );
    expect(answers(await findingsWithout(undefined, unreceived)).map(({ certainty }) => certainty)).toContain("proven");
  });
});

describe("a client closes on an open stream, and the server after it", () => {
  const { client, server } = sealers();
  const changed = clearRecord(20, Buffer.of(1));
  const sent: Sent[] = [
    { from: "client", octets: clientHello(0x1301, [0x304]) },
    { from: "server", octets: serverHello(0x1301, 0x304) },
    { from: "client", octets: changed },
    { from: "client", octets: client.seal(23, PREFACE) },
    { from: "server", octets: server.seal(23, Buffer.concat([SETTINGS, ACK])) },
    { from: "client", octets: client.seal(23, Buffer.concat([ACK, request(1)])) },
    { from: "server", octets: server.seal(23, Buffer.from("00000101040000000188", "hex")) },
    { from: "client", fin: true },
    { from: "server", fin: true },
    { from: "client" },
  ];

  it.each([
    ["the whole", undefined],
    ["a record that has no data lost, so that all waits", changed],
  ])("%s", async (_, lost) => {
    const killed = (await findingsWithout(lost, sent)).filter(({ rule }) => rule === "health/stream-killed-by-close");
    expect(killed.map(({ offender, severity, certainty }) => [offender, severity, certainty])).toEqual([
      ["client", "info", "proven"],
    ]);
  });
});
