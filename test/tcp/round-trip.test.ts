import { describe, expect, it } from "vitest";
import { assemble } from "./assembling.ts";
import { Conversation, type Sent } from "./conversation.ts";

/** The handshake and a request, with the times of the packets in milliseconds. */
function opened(times: readonly number[], packets: readonly Sent[]): Sent[] {
  return packets.map((packet, i) => ({ ...packet, time: times[i]! * 1e6 }));
}

const talk = new Conversation().open();
talk.client.send("hello");
talk.server.send("welcome");
const [syn, synAck, ack, hello, welcome] = talk.packets as [Sent, Sent, Sent, Sent, Sent];

describe("the round trip", () => {
  it.each<[string, readonly number[], readonly Sent[], number]>([
    ["captured at the client: the answer takes it all", [0, 50, 50, 60, 110], talk.packets, 50e6],
    ["captured at the server: the client's acknowledgment does", [0, 0, 50, 60, 60], talk.packets, 50e6],
    ["captured between", [0, 30, 50, 60, 90], talk.packets, 50e6],
    ["on the loopback: nothing", [0, 0, 0, 0, 0], talk.packets, 0],
    ["by the first bytes, where the acknowledgment is missing", [0, 30, 60, 90], [syn, synAck, hello, welcome], 60e6],
    ["unknown where the SYN was sent again", [0, 1000, 1030, 1050, 1060], [syn, syn, synAck, ack, hello], -1],
    ["unknown where the SYN-ACK was sent again", [0, 30, 1030, 1050, 1060], [syn, synAck, synAck, ack, hello], -1],
    ["unknown without a SYN", [0, 10, 20], [ack, hello, welcome], -1],
    ["unknown without a SYN-ACK", [0, 50, 60], [syn, ack, hello], -1],
    ["unknown until the client has answered", [0, 30], [syn, synAck], -1],
  ])("%s", (_, times, packets, expected) => {
    const { flows } = assemble(opened(times, packets), { unchecked: true });
    expect(flows[0]!.roundTrip).toBe(expected);
  });
});
