import { noCompressionGain, smallDataFrames } from "../../../src/rules/health/economy.ts";
import { getRequest, grpcRequest, type Story, testRule } from "../../../src/testing.ts";

const end = { endStream: true } as const;
const few = { frames: 10 } as const;
const response =
  (frames: number, octets: number, fields: Readonly<Record<string, string>> = { ":status": "200" }): Story =>
  (s) => {
    s.client.headers(1, end).server.headers(1, { fields });
    for (let i = 1; i <= frames; i++) s.server.data(1, octets, { endStream: i === frames });
    return s;
  };

testRule(smallDataFrames, {
  valid: {
    "fewer than the threshold": { frames: response(9, 10), options: few },
    "as large as the threshold": { frames: response(10, 256), options: few },
    "far fewer than 1000": response(20, 10),
    events: { frames: response(12, 10, { ":status": "200", "content-type": "text/event-stream" }), options: few },
    "messages of gRPC": {
      frames: (s) => {
        s.client.headers(1, { fields: grpcRequest });
        for (let i = 1; i <= 12; i++) s.client.data(1, 6, { endStream: i === 12 });
        return s.server.headers(1, end);
      },
      options: few,
    },
    "messages of one frame": {
      frames: (s) => {
        for (let id = 1; id < 24; id += 2) s.client.headers(id).data(id, 5, end).server.headers(id, end);
        return s;
      },
      options: few,
    },
    "each side fewer than the threshold": {
      frames: (s) => {
        for (let id = 1; id <= 7; id += 2)
          s.client.headers(id).data(id).data(id, 1, end).server.headers(id).data(id).data(id, 1, end);
      },
      options: few,
    },
    "requests of one frame, whose responses have several": {
      frames: (s) => {
        for (let id = 1; id <= 21; id += 2)
          s.client.headers(id).data(id, 1, end).server.headers(id).data(id, 900).data(id, 900, end);
      },
      options: few,
    },
  },
  invalid: {
    "at the threshold": {
      frames: response(10, 255),
      options: few,
      finds: [["small", 12, { side: "server", frames: 10, mean: 255 }]],
    },
    "over streams, of the client, once": {
      frames: (s) => {
        for (let id = 1; id < 20; id += 2) s.client.headers(id).data(id, 5).data(id, 7).data(id, 0, end).server.headers(id, end);
        return s;
      },
      options: few,
      finds: [["small", 19, { side: "client", frames: 12, mean: 4 }]],
    },
    "a little below, of the server": {
      frames: (s) => {
        s.client.headers(1, end).server.headers(1);
        for (let i = 1; i < 10; i++) s.server.data(1, 255);
        return s.server.data(1, 264, end);
      },
      options: few,
      finds: [["small", 12, { side: "server", frames: 10, mean: 256 }]],
    },
    "a little below, of the client": {
      frames: (s) => {
        s.client.headers(1);
        for (let i = 1; i < 10; i++) s.client.data(1, 255);
        return s.client.data(1, 264, end).server.headers(1, end);
      },
      options: few,
      finds: [["small", 11, { side: "client", frames: 10, mean: 256 }]],
    },
    "messages of two frames": {
      frames: (s) => {
        for (let id = 1; id < 10; id += 2) s.client.headers(id).data(id, 5).data(id, 5, end).server.headers(id, end);
        return s;
      },
      options: few,
      finds: [["small", 19, { side: "client", frames: 10, mean: 5 }]],
    },
  },
});

const requests =
  (count: number, options: object = {}): Story =>
  (s) => {
    for (let i = 0; i < count; i++) s.client.headers(2 * i + 1, { endStream: true, ...options });
    return s;
  };
// RFC 7541 6.1: `:method: GET`, `:scheme: http`, `:path: /`, in an octet each; 6.2.2 `:authority`.
const short = { block: "\x82\x86\x84\x01\x07h2.test" };
const plain = Object.entries(getRequest).join("").replaceAll(",", "").length;

testRule(noCompressionGain, {
  valid: {
    "fewer than the threshold": requests(99),
    indexed: requests(100, short),
    "with room left": { frames: requests(3), options: { blocks: 3, share: Math.ceil(((plain + 12) / plain) * 100) } },
    "not all fields are known": (s) => requests(100)(s.holes()),
  },
  invalid: {
    "at the threshold": {
      frames: requests(100),
      // Without indexing a field takes three octets more than its name and value.
      finds: [["gainless", 100, { blocks: 100, side: "client", share: Math.round(((plain + 12) / plain) * 100) }]],
    },
    "by another threshold": {
      frames: requests(5),
      options: { blocks: 5 },
      finds: [["gainless", 5, { blocks: 5, side: "client", share: Math.round(((plain + 12) / plain) * 100) }]],
    },
    "told once": {
      frames: requests(7),
      options: { blocks: 5 },
      finds: [["gainless", 5, { blocks: 5, side: "client", share: Math.round(((plain + 12) / plain) * 100) }]],
    },
    "of the server": {
      frames: (s) => {
        requests(4, short)(s);
        for (const id of [1, 3, 5]) s.server.headers(id, end);
      },
      options: { blocks: 3 },
      finds: [["gainless", 7, { blocks: 3, side: "server", share: 130 }]],
    },
  },
});
