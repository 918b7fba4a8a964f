// What a connection holds that has said what it is and goes silent, in all stages up to HTTP/2 frames.
import v8 from "node:v8";
import vm from "node:vm";
import { describe, expect, it } from "vitest";
import { Detector } from "../../src/detect/detector.ts";
import type { ConnectionSink } from "../../src/detect/protocol.ts";
import { defaultLimits } from "../../src/limits.ts";
import { TcpFlag, TcpSegment } from "../../src/net/segment.ts";
import { Assembler } from "../../src/tcp/assembler.ts";
import { KeyStore } from "../../src/tls/key-store.ts";
import { frame, octets, preface } from "../http2/octets.ts";
import { keysOf } from "../tls/feeding.ts";
import { clientHello as clientHelloOf, keyLog, Sealer, serverHello } from "../tls/sealing.ts";

v8.setFlagsFromString("--expose-gc");
const collect = vm.runInNewContext("gc") as () => void;

const silent: ConnectionSink = {
  begin() {},
  preface() {},
  foreign() {},
  octetsLost() {},
  frame() {},
  gap() {},
  lost() {},
  found() {},
  end() {},
  other() {},
  offered() {},
  note() {},
};

const CONNECTIONS = 4000;

type Said = readonly (readonly [from: 0 | 1, octets: Uint8Array])[];

function octetsPerConnection(say: Said, keys = new KeyStore()): number {
  const detector = new Detector(defaultLimits, () => {}, keys);
  const assembler = new Assembler(
    {
      open: (flow) => {
        detector.read(flow, silent);
        return { close() {} };
      },
    },
    { ...defaultLimits, flows: CONNECTIONS },
    () => {},
  );
  const segment = new TcpSegment();
  const speak = (connection: number, from: 0 | 1, seq: number, ack: number, flags: number, bytes: Uint8Array) => {
    const [client, server] = [0x0b00_0000 + connection, 0x0a00_0001];
    segment.source3 = from === 0 ? client : server;
    segment.target3 = from === 0 ? server : client;
    segment.sourcePort = from === 0 ? 50_000 : 443;
    segment.targetPort = from === 0 ? 443 : 50_000;
    segment.seq = seq;
    segment.ack = ack;
    segment.flags = flags;
    segment.window = 1000;
    segment.packet.number++;
    segment.packet.time += 1000;
    segment.packet.bytes = bytes;
    segment.start = 0;
    segment.end = bytes.length;
    assembler.segment(segment);
  };
  collect();
  const before = v8.getHeapStatistics();
  for (let i = 0; i < CONNECTIONS; i++) {
    const next: [number, number] = [1, 1];
    speak(i, 0, 0, 0, TcpFlag.syn, NOTHING);
    speak(i, 1, 0, 1, TcpFlag.syn | TcpFlag.ack, NOTHING);
    for (const [from, bytes] of say) {
      speak(i, from, next[from], next[1 - from]!, TcpFlag.ack, bytes);
      next[from] += bytes.length;
    }
  }
  segment.packet.bytes = NOTHING;
  collect();
  const after = v8.getHeapStatistics();
  const held = after.used_heap_size + after.external_memory - before.used_heap_size - before.external_memory;
  // Whoever forgot a connection would look cheap.
  assembler.end();
  return held / CONNECTIONS;
}

const NOTHING = new Uint8Array(0);
const settings = frame(4, 0, 0);
const headers = frame(1, 4, 1, octets("82 86 84"));
const ascii = (text: string) => Buffer.from(text, "latin1");
const clientHello = octets("16 03 01 00 05 01 00 00 01 00");

it.each<[string, number, Said]>([
  ["says nothing", 900, []],
  [
    "begins HTTP/2",
    1100,
    [
      [0, Buffer.concat([preface, settings, headers])],
      [1, settings],
    ],
  ],
  [
    "begins HTTP/2 by two segments",
    1100,
    [
      [0, preface.subarray(0, 10)],
      [0, Buffer.concat([preface.subarray(10), settings])],
      [1, settings],
    ],
  ],
  [
    "speaks something else",
    1000,
    [
      [1, ascii("SSH-2.0-OpenSSH_9.6\r\n")],
      [0, ascii("SSH-2.0-OpenSSH_9.6\r\n")],
    ],
  ],
  [
    "speaks TLS that is not read any more",
    1000,
    [
      [0, octets("17 03 03 00 02 00 00")],
      [1, octets("17 03 03 00 02 00 00")],
    ],
  ],
  ["waits inside a ClientHello", 2200, [[0, clientHello]]],
  [
    "waits for an answer in HTTP/1.1",
    3000,
    [
      [0, ascii("GET / HTTP/1.1\r\nHost: a\r\n\r\n")],
      [1, ascii("HTTP/1.1 200 OK\r\n")],
    ],
  ],
])("a connection that %s holds at most %i bytes", (_, most, say) => {
  // What else runs in the process leaves something behind now and then, never less.
  expect(Math.min(...Array.from({ length: 3 }, () => octetsPerConnection(say)))).toBeLessThan(most);
});

describe("a connection of TLS that is decrypted", () => {
  const opening = (seal: (side: "client" | "server", content: Uint8Array) => Uint8Array): Said => [
    [0, seal("client", Buffer.concat([preface, settings]))],
    [1, seal("server", Buffer.concat([settings, headers]))],
    [0, seal("client", headers)],
  ];
  const clear = opening((_, content) => content);
  // In TLS 1.2 both hellos are needed as long as it is open.
  it.each([
    [1.3, 0x1301, [0x304], 0x304, 6000],
    [1.2, 0xc02f, [], 0x303, 7400],
  ] as const)("TLS %d holds not much more", (version, suite, versions, chosen, most) => {
    const sealers = { client: new Sealer("client", version === 1.3), server: new Sealer("server", version === 1.3) };
    const changed: Said =
      version === 1.3
        ? []
        : [
            [0, sealers.client.finished()],
            [1, sealers.server.finished()],
          ];
    const sealed = opening((side, content) => sealers[side].seal(23, content));
    const said: Said = [[0, clientHelloOf(suite, versions)], [1, serverHello(suite, chosen)], ...changed, ...sealed];
    const inTls = Math.min(...Array.from({ length: 2 }, () => octetsPerConnection(said, keysOf(keyLog))));
    const without = Math.min(...Array.from({ length: 2 }, () => octetsPerConnection(clear)));
    expect(inTls - without).toBeLessThan(most);
    // It was decrypted: with no keys next to nothing is held.
    expect(inTls - octetsPerConnection(said)).toBeGreaterThan(1000);
  });
});
