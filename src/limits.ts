/** Every store has a bound. When one is reached the diagnostic beside it is emitted and decoding goes on with a gap. Those that hold
 *  much follow the memory that may be used (`limitsFor`). */
export interface Limits {
  /** Octets of a record or block that are believed; more is damage (`capture/record-length`). */
  readonly recordOctets: number;
  /** Capture files that are read side by side where their times overlap (`limit/open-captures`). */
  readonly openCaptures: number;
  /** Comments of packets that are kept to be shown beside findings (`limit/comments`). */
  readonly comments: number;
  /** Headers in one packet, tunnels included (`limit/packet-layers`). */
  readonly packetLayers: number;
  /** Octets of IP fragments that wait for others, in all (`limit/ip-fragments`). */
  readonly fragmentOctets: number;
  /** Datagrams that the fragments belong to (`limit/ip-fragments`). */
  readonly fragmentDatagrams: number;
  /** Capture time after which a datagram is given up (`capture/ip-fragment`), nanoseconds; RFC 8200 4.5 has receivers wait 60 s. */
  readonly fragmentTime: number;
  /** Segments remembered to know copies of them (`capture/duplicate-packets`); the power of two below counts. */
  readonly duplicatePackets: number;
  /** Capture time within which an equal segment is a copy, nanoseconds. */
  readonly duplicateTime: number;
  /** TCP handshakes remembered to know those of the same connection at another point of its path; the power of two below counts. */
  readonly sightings: number;
  /** TCP connections, those that ended a moment ago among them. For another one the longest idle is given up (`limit/flows`). */
  readonly flows: number;
  /** Capture time without a packet after which a connection is over, nanoseconds. */
  readonly idleTime: number;
  /** Octets waiting out of order per direction (`limit/out-of-order`). */
  readonly outOfOrderOctets: number;
  /** The same over all connections. */
  readonly outOfOrderTotal: number;
  /** Octets kept while nothing shows what a connection speaks, over all connections (`limit/undecided`). */
  readonly undecidedTotal: number;
  /** Octets of TLS records kept until their keys come, over all connections. */
  readonly tlsParkedOctets: number;
  /** TLS connections whose keys are kept (`limit/tls-keys`). */
  readonly tlsConnections: number;
  /** Packets of a connection after which octets that the peer acknowledged are called lost. */
  readonly lostAfterPackets: number;
  /** Payload octets kept of a frame that is not DATA (`limit/frame`). */
  readonly frameOctets: number;
  /** Octets kept of frames that are not whole, over all connections (`limit/unfinished-frames`). */
  readonly frameOctetsTotal: number;
  /** Octets of a field block over HEADERS and CONTINUATION (`limit/field-block`). */
  readonly fieldBlockOctets: number;
  /** Dynamic table size that is followed, whatever SETTINGS announce. */
  readonly tableOctets: number;
  /** Streams per connection (`limit/streams`). */
  readonly streams: number;
  /** Streams of all connections together; beyond it a connection has room for one, and for those it had (`limit/streams`). */
  readonly streamsTotal: number;
  /** Closed streams per connection that are remembered to judge late frames, and those of all connections. */
  readonly closedStreams: number;
  readonly closedStreamsTotal: number;
  /** Findings per rule and connection beyond which those of a kind are folded into one. */
  readonly findings: number;
  /** Octets kept of a gRPC message, where they are looked into: of compressed ones, for a schema, to be listed. */
  readonly messageOctets: number;
  /** The same over all messages that are not whole. */
  readonly messageOctetsTotal: number;
  /** Octets of messages and HTTP content that wait to be listed, what they decompress to among them. */
  readonly keptOctets: number;
  /** Octets of file descriptors taken from server reflection. */
  readonly schemaOctets: number;
  /** Exchanges that wait for one that began before them, so that all are listed in order. */
  readonly exchanges: number;
  /** Methods, and calls whose :path is not known, that are compared to find the names of those. */
  readonly namedMethods: number;
  /** Frames per connection that a timeline keeps. */
  readonly timelineFrames: number;
  /** The same over all connections that are not shown yet. */
  readonly timelineFramesTotal: number;
  /** Frames that an HTML report shows on their own; more are in summaries, and the page says so. */
  readonly reportFrames: number;
  /** Connections without a finding in it. */
  readonly reportConnections: number;
  readonly reportFindings: number;
  /** Characters of texts, field values and first octets that are collected for it; beyond it frames go into summaries too. */
  readonly reportOctets: number;
  /** Octets of a line of a log that are read (`limit/log-line`), and those that are shown. */
  readonly logLine: number;
  readonly logText: number;
  /** Lines of a log that are kept because they tell something (`limit/log-events`). */
  readonly logEvents: number;
  /** Frames of a capture that logs are compared with, over all connections (`limit/log-frames`). */
  readonly logFrames: number;
  /** Comparisons of a connection in a log with one in the capture (`limit/log-connections`). */
  readonly logComparisons: number;
}

/** The limits for so much memory of the process, in octets: from some 120 MB on a check does not exceed it, whatever the captures hold.
 *  What Node and the program take is left aside, the rest is shared out to the stores of the pipeline. What a report keeps besides, of
 *  messages to be listed or of a page to be written, is on top of it. */
export function limitsFor(maxMemoryOctets: number): Limits {
  const rest = Math.max(maxMemoryOctets - PROGRAM, LEAST);
  const share = (part: number): number => Math.floor(rest * part);
  return {
    recordOctets: 64 << 20,
    openCaptures: 64,
    comments: 20_000,
    packetLayers: 24,
    fragmentOctets: share(0.04),
    fragmentDatagrams: 4096,
    fragmentTime: 60e9,
    duplicatePackets: 4096,
    duplicateTime: 50e6,
    sightings: 4096,
    flows: Math.floor(share(0.5) / CONNECTION),
    idleTime: 3600e9,
    outOfOrderOctets: Math.min(share(0.05), 8 << 20),
    outOfOrderTotal: share(0.1),
    undecidedTotal: share(0.05),
    tlsParkedOctets: share(0.1),
    tlsConnections: Math.floor(share(0.1) / KEYS),
    lostAfterPackets: 64,
    frameOctets: 1 << 20,
    frameOctetsTotal: share(0.04),
    fieldBlockOctets: 4 << 20,
    tableOctets: 1 << 20,
    streams: 20_000,
    streamsTotal: Math.floor(share(0.2) / STREAM),
    closedStreams: 100,
    closedStreamsTotal: Math.floor(share(0.15) / STREAM),
    findings: 100,
    messageOctets: 256 << 10,
    messageOctetsTotal: share(0.07),
    keptOctets: share(0.25),
    schemaOctets: 16 << 20,
    exchanges: 20_000,
    namedMethods: 1000,
    timelineFrames: 20_000,
    timelineFramesTotal: 200_000,
    reportFrames: 250_000,
    reportConnections: 10_000,
    reportFindings: 10_000,
    reportOctets: 96 << 20,
    logLine: 8 << 10,
    logText: 1000,
    logEvents: 100_000,
    logFrames: 200_000,
    logComparisons: 100_000,
  };
}

/** The same where there are the secrets of so many connections of TLS: they, and opening what is sealed with them, take of what the
 *  connections have. */
export function limitsWithKeys(limits: Limits, connections: number): Limits {
  const sealed = Math.min(connections, limits.flows) * SEALED + connections * KEYS;
  return { ...limits, flows: Math.max(Math.floor(limits.flows - sealed / CONNECTION), Math.ceil(limits.flows / 2)) };
}

// Of Node and the program with a capture of a few connections.
const PROGRAM = 100 << 20;
// Below it there is nothing to share out.
const LEAST = 16 << 20;
// A connection but for its streams, with what it leaves to collect and its part of the report; one that says nothing takes a third.
const CONNECTION = 16 << 10;
// What one that is decrypted takes besides, as measured of the whole process: it holds 5 KiB more, and few fill what is above.
const SEALED = 3 << 10;
// The secrets of a connection in a key log.
const KEYS = 440;
// A stream with its two halves, heads and references.
const STREAM = 2 << 10;

/** Memory of the process, in octets, where nothing else is said. */
export const defaultMaxMemory = 200 << 20;

/** What holds where nothing else is said. */
export const defaultLimits: Limits = limitsFor(defaultMaxMemory);
