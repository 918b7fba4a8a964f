// The recording proxy: whatever two programs do to their connection stands in the capture as it was.
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { analyze } from "../../src/analyze.ts";
import { Clock } from "../../src/capture/clock.ts";
import { openCapture } from "../../src/capture/open.ts";
import { bytesSource } from "../../src/capture/source.ts";
import { defaultLimits } from "../../src/limits.ts";
import { Conversation } from "../../src/recording/conversation.ts";
import { type ProxyOptions, RecordingProxy } from "../../src/recording/proxy.ts";

interface Packet {
  readonly from: string;
  readonly to: string;
  readonly flags: string;
  readonly seq: number;
  readonly ack: number;
  readonly text: string;
  readonly comment: string | undefined;
}

/** What a capture holds: addresses, flags and payloads. */
async function packetsOf(capture: Uint8Array): Promise<Packet[]> {
  const context = { file: 0, clock: new Clock(), limits: defaultLimits, diagnostics: () => {}, engine: "fast" } as const;
  const reader = await openCapture(bytesSource("recorded", capture), context);
  const packets: Packet[] = [];
  const sink = {
    packet({ bytes, start, end, comment }: { bytes: Uint8Array; start: number; end: number; comment?: string | undefined }) {
      packets.push(read(Buffer.from(bytes.subarray(start, end)), comment));
    },
  };
  while (await reader.readBlock(sink));
  await reader.close();
  return packets;
}

function read(packet: Buffer, comment?: string): Packet {
  const isShort = packet[0]! >> 4 === 4;
  const tcp = isShort ? 20 : 40;
  const address = (at: number) => (isShort ? packet.subarray(at, at + 4).join(".") : packet.toString("hex", at, at + 16));
  const flags = [...["FIN", "SYN", "RST", "PSH", "ACK"].entries()]
    .filter(([bit]) => (packet[tcp + 13]! & (1 << bit)) !== 0)
    .map(([, name]) => name);
  return {
    from: `${address(isShort ? 12 : 8)} ${packet.readUInt16BE(tcp)}`,
    to: `${address(isShort ? 16 : 24)} ${packet.readUInt16BE(tcp + 2)}`,
    flags: flags.filter((name) => name !== "PSH").join(" "),
    seq: packet.readUInt32BE(tcp + 4),
    ack: packet.readUInt32BE(tcp + 8),
    text: packet.toString("latin1", tcp + 20),
    comment,
  };
}

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

async function serving(serve: (socket: Socket) => void, host = "127.0.0.1"): Promise<number> {
  const server = createServer({ allowHalfOpen: true }, serve);
  servers.push(server);
  server.listen(0, host);
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

async function recording(port: number, address = "127.0.0.1", more: Partial<ProxyOptions> = {}) {
  const blocks: Uint8Array[] = [];
  const proxy = new RecordingProxy({
    target: { address, port },
    listen: { address, port: 0 },
    output: (block) => blocks.push(block),
    ...more,
  });
  proxy.begin();
  return {
    proxy,
    port: await proxy.listen(),
    blocks,
    async capture() {
      await proxy.drain();
      return Buffer.concat(blocks);
    },
  };
}

/** Flags and payloads of either side, in order: `> SYN`, `< ACK hello`. */
const told = (packets: readonly Packet[], port: number): string[] =>
  packets.map(({ from, flags, text }) => `${from.endsWith(` ${port}`) ? "<" : ">"} ${flags} ${text}`.trimEnd());

it("half-closes: what comes after the client's FIN is there", async () => {
  const port = await serving((socket) => {
    socket.on("end", () => socket.end("late"));
    socket.resume();
  });
  const { port: proxied, capture } = await recording(port);
  const client = connect({ port: proxied, allowHalfOpen: true });
  client.end("early");
  client.resume();
  await once(client, "close");
  expect(told(await packetsOf(await capture()), port)).toEqual([
    "> SYN",
    "< SYN ACK",
    "> ACK",
    "> ACK early",
    "> FIN ACK",
    "< ACK late",
    "< FIN ACK",
  ]);
});

it.each(["client", "server"] as const)("a reset by the %s reaches the other side, and is there", async (by) => {
  let fail = (_: string): void => {};
  const port = await serving((socket) => {
    socket.on("error", () => fail("server saw a reset"));
    socket.on("data", () => void (by === "server" ? socket.resetAndDestroy() : socket.write("reply")));
  });
  const { port: proxied, capture } = await recording(port);
  const client = connect({ port: proxied });
  const seen = new Promise<string>((resolve) => {
    fail = resolve;
    client.on("error", () => resolve("client saw a reset"));
  });
  client.write("ask");
  client.on("data", () => void client.resetAndDestroy());
  expect(await seen).toBe(`${by === "client" ? "server" : "client"} saw a reset`);
  expect(told(await packetsOf(await capture()), port).at(-1)).toBe(`${by === "client" ? ">" : "<"} RST ACK`);
});

describe("a server that takes no connection", () => {
  it("and says so: SYN and RST", async () => {
    const gone = createServer().listen(0, "127.0.0.1");
    await once(gone, "listening");
    const { port } = gone.address() as AddressInfo;
    await new Promise((resolve) => gone.close(resolve));
    const failed: string[] = [];
    const { proxy, port: proxied, capture } = await recording(port, "127.0.0.1", { failed: (code) => failed.push(code) });
    const client = connect({ port: proxied });
    const [error] = (await once(client, "error")) as [NodeJS.ErrnoException];
    expect(error.code).toBe("ECONNRESET");
    expect(told(await packetsOf(await capture()), port)).toEqual(["> SYN", "< RST ACK"]);
    expect(failed).toEqual(["ECONNREFUSED"]);
    expect(proxy.tally).toMatchObject({ connections: 1, failures: 1, packets: 2, octets: 0 });
  });

  it("and does not answer: SYN, and why", async () => {
    const packets: Packet[] = [];
    const ends = { client: { address: "192.0.2.1", port: 4 }, server: { address: "192.0.2.2", port: 5 } };
    new Conversation(ends, 1, (packet, comment) => packets.push(read(Buffer.from(packet), comment))).unreachable("ETIMEDOUT");
    expect(packets).toMatchObject([{ flags: "SYN", comment: "the proxy could not connect: ETIMEDOUT" }]);
  });
});

it("two connections at once, each its own, with sequence numbers of its own", async () => {
  const port = await serving((socket) => socket.pipe(socket));
  const { port: proxied, capture } = await recording(port);
  const clients = [connect({ port: proxied }), connect({ port: proxied })];
  for (const [i, client] of clients.entries()) client.write(`number ${i}`);
  await Promise.all(
    clients.map(async (client) => {
      await once(client, "data");
      client.end();
      await once(client, "close");
    }),
  );
  const packets = await packetsOf(await capture());
  const openings = packets.filter(({ flags }) => flags === "SYN");
  expect(new Set(openings.map(({ from }) => from)).size).toBe(2);
  expect(Math.abs(openings[0]!.seq - openings[1]!.seq)).toBeGreaterThan(1 << 20);
  for (const { from } of openings)
    expect(packets.filter((one) => one.to === from && one.text !== "").map(({ text }) => text)).toHaveLength(1);
});

it("much that is read slowly: the sender waits, and all of it is there once", async () => {
  let most = 0;
  const size = 24 << 20;
  const port = await serving((socket) => {
    socket.once("readable", () => setTimeout(() => socket.on("end", () => socket.end("ok")).resume(), 300));
  });
  const { proxy, port: proxied, capture } = await recording(port);
  const client = connect({ port: proxied, allowHalfOpen: true });
  client.end(Buffer.alloc(size, "a"));
  await new Promise((resolve) => setTimeout(resolve, 150));
  most = proxy.tally.octets;
  client.resume();
  await once(client, "close");
  // What sockets of the system hold, and no more.
  expect(most).toBeLessThan(size);
  const payload = (await packetsOf(await capture())).filter(({ to }) => to.endsWith(` ${port}`));
  expect(payload.reduce((sum, { text }) => sum + text.length, 0)).toBe(size);
}, 30_000);

it("who reads the capture is waited for", async () => {
  let go = (): void => {};
  let asked = 0;
  const port = await serving((socket) => socket.resume());
  const { proxy, port: proxied } = await recording(port, "127.0.0.1", {
    behind() {
      asked++;
      return new Promise<void>((resolve) => {
        go = resolve;
      });
    },
  });
  const client = connect({ port: proxied });
  client.write(Buffer.alloc(4 << 20));
  await expect.poll(() => asked).toBe(1);
  const before = proxy.tally.octets;
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(proxy.tally.octets).toBe(before);
  go();
  await expect.poll(() => proxy.tally.octets).toBeGreaterThan(before);
  await proxy.stop();
  client.destroy();
});

it("an answer acknowledges what it answers, and nothing is acknowledged that was not passed on", async () => {
  const port = await serving((socket) => socket.on("data", () => socket.write("pong")).on("end", () => socket.end()));
  const { port: proxied, capture } = await recording(port);
  const clients = Array.from({ length: 8 }, () => connect({ port: proxied, allowHalfOpen: false }));
  await Promise.all(
    clients.map(async (client) => {
      for (let i = 0; i < 40; i++) {
        client.write("ping");
        await once(client, "data");
      }
      client.end();
      await once(client, "close");
    }),
  );
  const packets = (await packetsOf(await capture())).filter(({ text }) => text !== "");
  expect(packets).toHaveLength(8 * 80);
  // Each connection says one thing after the other.
  const last = new Map<string, Packet>();
  for (const packet of packets) {
    const connection = packet.text === "ping" ? packet.from : packet.to;
    const before = last.get(connection);
    if (before !== undefined) expect(packet.ack).toBe((before.seq + 4) >>> 0);
    last.set(connection, packet);
  }
});

it("IPv6", async () => {
  const port = await serving((socket) => socket.pipe(socket), "::1");
  const { port: proxied, capture } = await recording(port, "::1");
  const client = connect({ port: proxied, host: "::1" });
  client.end("six");
  client.resume();
  await once(client, "close");
  const packets = await packetsOf(await capture());
  expect(packets[0]!.to).toBe(`${"0".repeat(31)}1 ${port}`);
  expect(packets.filter(({ text }) => text === "six")).toHaveLength(2);
});

it("addresses of both families in one connection: IPv4 stands in IPv6", () => {
  const packets: Packet[] = [];
  const ends = { client: { address: "::ffff:192.0.2.1", port: 4 }, server: { address: "2001:db8::a:0:7%eth0", port: 5 } };
  new Conversation(ends, 1, (packet) => packets.push(read(Buffer.from(packet)))).opened();
  expect(packets[0]).toMatchObject({
    from: "00000000000000000000ffffc0000201 4",
    to: "20010db8000000000000000a00000007 5",
  });
});

it("is stopped with connections open: the capture holds what was, not the end that the proxy made", async () => {
  const port = await serving((socket) => socket.pipe(socket));
  const { proxy, port: proxied, blocks } = await recording(port);
  const client = connect({ port: proxied });
  client.on("error", () => {});
  client.write("still here");
  await once(client, "data");
  expect(proxy.open).toBe(1);
  await proxy.stop();
  const packets = await packetsOf(Buffer.concat(blocks));
  expect(told(packets, port).at(-1)).toBe("< ACK still here");
});

it("every block is whole: the capture can be read at any time", async () => {
  const port = await serving((socket) => socket.pipe(socket));
  const { port: proxied, capture, blocks } = await recording(port);
  const client = connect({ port: proxied });
  client.end(Buffer.alloc(10_000, "x"));
  client.resume();
  await once(client, "close");
  await capture();
  for (let i = 2; i <= blocks.length; i++) {
    const codes: string[] = [];
    for await (const event of analyze([bytesSource("part", Buffer.concat(blocks.slice(0, i)))]))
      if (event.kind === "diagnostic") codes.push(event.code);
    expect(codes.filter((code) => /cut|damaged/.test(code))).toEqual([]);
  }
});
