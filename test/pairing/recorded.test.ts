// Recognition and texts against what real programs sent, where the checkout has the recordings beside it: no end is taken for something
// that it is not, those that show what they are are known, and every text of a GOAWAY is its sender's.
import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { analyze } from "../../src/analyze.ts";
import { latin1 } from "../../src/bytes.ts";
import type { Frame } from "../../src/http2/frame.ts";
import type { Connection } from "../../src/model/connection.ts";
import type { Stream } from "../../src/model/stream.ts";
import { textsLike } from "../../src/pairing/dictionary.ts";
import { shapeOf } from "../../src/report/fingerprint.ts";
import { capture, haveCaptures } from "../capture/reading.ts";

interface Label {
  readonly file: string;
  readonly title: string;
  readonly stacks?: readonly string[];
  readonly peer?: string;
}

/** What a label calls the program that we call so; of a library also the programs on it. */
const NAMES: Readonly<Record<string, RegExp>> = {
  "grpc-go": /grpc-go|grpcurl/i,
  "grpc-js": /grpc-js/,
  "grpc-java": /grpc-java/,
  "gRPC C-core": /grpcio|C-core/,
  "Go net/http": /net\/http|go-transport|x\/net/,
  "Rust h2": /\bh2 0\.|hyper|tonic|volo/i,
  tonic: /tonic/,
  volo: /volo/i,
  curl: /curl/,
  nghttp2: /nghttp|h2load|node|curl/i,
  nginx: /nginx/,
  Node: /node/i,
  "python-hyper/h2": /httpx|python h2/,
};

/** Who shows what it is: of a file's connections at least one. */
const KNOWN: readonly (readonly [file: RegExp, side: "client" | "server", software: string])[] = [
  [/^grpc\/a-go-go-/, "client", "grpc-go"],
  [/^grpc\/a-go-go-/, "server", "grpc-go"],
  [/^grpc\/a-js-go-/, "client", "grpc-js"],
  [/^grpc\/a-js-go-/, "server", "grpc-go"],
  [/^grpc\/a-js-js-/, "client", "grpc-js"],
  [/^grpc\/a-py-py-/, "client", "gRPC C-core"],
  [/^grpc\/a-java-java-/, "client", "grpc-java"],
  [/^grpc\/a-java-java-/, "server", "grpc-java"],
  [/^grpc\/a-tonic-tonic-/, "client", "tonic"],
  [/^http2\/b-curl-nginx/, "client", "curl"],
  [/^http2\/b-curl-nginx/, "server", "nginx"],
  [/^http2\/b-go-go-basic/, "client", "Go net/http"],
  [/^http2\/b-httpx-nghttpd/, "client", "python-hyper/h2"],
  [/^http2\/b-httpx-nghttpd/, "server", "nghttp2"],
  [/^http2\/b-h2load-nghttpd/, "client", "nghttp2"],
  [/^volo\/volo\d+-grpcgo1850-/, "client", "volo"],
  [/^volo\/volo\d+-grpcgo1850-/, "server", "grpc-go"],
];

const labels = haveCaptures
  ? (JSON.parse(readFileSync(capture("labels.json"), "utf8")) as Label[]).filter(
      ({ file }, index) =>
        /\.pcap$/.test(file) && !file.startsWith("tls/") && (!/^(?:h2spec|wrapped)\//.test(file) || index % 3 === 0),
    )
  : [];

const ends = new Map<string, { client: string[]; server: string[] }>();
const texts = new Map<string, { readonly label: Label; readonly from: string; readonly debug: string }>();

const whoOf = ({ stacks = [], peer = "", title, file }: Label): string => [...stacks, peer, title, file].join(" ");

beforeAll(async () => {
  for (const label of labels) {
    const found = { client: [] as string[], server: [] as string[] };
    ends.set(label.file, found);
    const listener = {
      frame(frame: Frame, _stream: Stream | undefined, _connection: Connection) {
        if (frame.kind !== "goaway" || !frame.whole || frame.end === frame.start) return;
        const debug = latin1(frame.bytes, frame.start, frame.end);
        texts.set(`${whoOf(label)} ${frame.from} ${shapeOf(debug)}`, { label, from: frame.from, debug });
      },
    };
    for await (const event of analyze([capture(label.file)], { listeners: [listener] })) {
      if (event.kind !== "connection") continue;
      if (event.software?.client !== undefined) found.client.push(event.software.client);
      if (event.software?.server !== undefined) found.server.push(event.software.server);
    }
  }
}, 300_000);

describe.skipIf(!haveCaptures)("recorded traffic (recordings are not in this checkout)", () => {
  it("has nobody who is taken for something else", () => {
    const wrong = labels.flatMap((label) => {
      const { client, server } = ends.get(label.file)!;
      return [...client, ...server]
        .filter((name) => NAMES[name]?.test(whoOf(label)) !== true)
        .map((name) => `${label.file}: ${name}`);
    });
    expect(wrong).toEqual([]);
  });

  it("has no h2spec that is taken for a program", () => {
    const testers = labels.filter(({ file }) => file.startsWith("h2spec/"));
    const wrong = testers.flatMap(({ file }) => {
      const { client, server } = ends.get(file)!;
      return (/\/client-/.test(file) ? server : client).map((name) => `${file}: ${name}`);
    });
    expect(testers.length).toBeGreaterThan(50);
    expect(wrong).toEqual([]);
  });

  it.each(KNOWN)("knows in %s the %s: %s", (pattern, side, software) => {
    const own = labels.filter(({ file }) => pattern.test(file));
    expect(own.length).toBeGreaterThan(0);
    const silent = own.filter(({ file }) => !ends.get(file)![side].includes(software)).map(({ file }) => file);
    expect(silent).toEqual([]);
  });

  it("has no text of a GOAWAY that is not known, or is another's", () => {
    const wrong = [...texts.values()].filter(({ label, debug }) => {
      const known = textsLike(debug);
      return known.length === 0 || !known.some(({ software }) => NAMES[software.name]?.test(whoOf(label)) === true);
    });
    expect(texts.size).toBeGreaterThan(20);
    expect(wrong.map(({ label, debug }) => `${label.file}: ${debug}`)).toEqual([]);
  });
});
