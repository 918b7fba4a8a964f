import { describe, expect, it } from "vitest";
import { octets } from "../http2/octets.ts";
import { Drive, insert, inserted, interim, type Options, request, response, trailers } from "./driving.ts";

/** What the model told of this. */
function told(say: (d: Drive) => void, options?: Options): string[] {
  const d = new Drive(options);
  d.take();
  say(d);
  return d.take();
}

type Row = readonly [about: string, say: (d: Drive) => void, ...events: string[]];

const table = (about: string, rows: readonly Row[], options?: Options): void => {
  describe(about, () => {
    it.each(rows.map(([what, say, ...events]) => ({ what, say, events })))("$what", ({ say, events }) => {
      expect(told(say, options)).toEqual(events);
    });
  });
};

const closeStream = (d: Drive, id: number): void => {
  d.client.headers(id, request, "end");
  d.server.headers(id, response, "end");
};

table("what a field block is", [
  ["a request", ({ client }) => client.headers(1, request), "C request 1 opens"],
  [
    "a response, after interim ones",
    ({ client, server }) => {
      client.headers(1, request, "end");
      server.headers(1, interim).headers(1, interim).headers(1, response, "end");
    },
    ...["C request 1 opens", "S interim 1", "S interim 1", "S response 1", "1 over"],
  ],
  [
    "trailers of both",
    ({ client, server }) => {
      client.headers(1, request).data(1).headers(1, trailers, "end");
      server.headers(1, response).data(1).headers(1, trailers, "end");
    },
    ...["C request 1 opens", "C request-trailers 1 !requestTrailers", "S response 1", "S response-trailers 1", "1 over"],
  ],
  ["a response of one block, trailers only", (d) => closeStream(d, 1), ...["C request 1 opens", "S response 1", "1 over"]],
  [
    "HEADERS again, and no end",
    ({ client, server }) => {
      client.headers(1, request).headers(1, trailers);
      server.headers(1, response).headers(1, trailers);
    },
    ...[
      "C request 1 opens",
      "C request-trailers 1 !secondHeadersWithoutEnd",
      "S response 1",
      "S response-trailers 1 !secondHeadersWithoutEnd",
    ],
  ],
  [
    "interim after the response",
    ({ client, server }) => {
      client.headers(1, request, "end");
      server.headers(1, response).headers(1, interim);
    },
    ...["C request 1 opens", "S response 1", "S response-trailers 1 !interimAfterFinal"],
  ],
  [
    "a promise, its response, its end",
    ({ client, server }) => {
      client.headers(1, request, "end");
      server.promise(1, 2).headers(2, response).data(2, 1, 1).headers(1, response, "end");
    },
    ...["C request 1 opens", "S promise 1 of 2", "S response 2", "2 over", "S response 1", "1 over"],
  ],
]);

table("CONTINUATION", [
  [
    "puts a block together",
    ({ client }) =>
      client
        .frame(1, 1, 1, request.subarray(0, 2))
        .continuation(1, request.subarray(2, 3))
        .continuation(1, request.subarray(3), "end"),
    "C request 1 opens +2",
  ],
  [
    "may be empty at the end",
    ({ client }) => client.frame(1, 0, 1, request).continuation(1, "", "end"),
    "C continuation 1 !withoutContent",
    "C request 1 opens +1",
  ],
  [
    "empty before the end",
    ({ client }) => client.frame(1, 0, 1, request).continuation(1, "").continuation(1, "", "end"),
    ...["C continuation 1 !continuationEmpty !withoutContent", "C continuation 1 !withoutContent", "C request 1 opens +2"],
  ],
  [
    "without a block",
    ({ client }) => client.continuation(1, "82", "end"),
    "C continuation 1 !continuationUnexpected",
    "C fields lost",
  ],
  [
    "after a block that was whole",
    ({ client }) => client.headers(1, request).continuation(1, "82", "end"),
    ...["C request 1 opens", "C continuation 1 !continuationUnexpected", "C fields lost"],
  ],
  [
    "another frame in between, which has no effect",
    ({ client }) => client.frame(1, 1, 1, request).ping("12345678").continuation(1, "", "end"),
    ...["C ping 0 !continuationExpected", "C continuation 1 !withoutContent", "C request 1 opens +1"],
  ],
  [
    "of another stream",
    ({ client }) => client.frame(1, 1, 1, request).continuation(3, "82"),
    "C continuation 3 !continuationWrongStream",
  ],
  [
    "the other side's frames are not in between",
    ({ client, server }) => {
      client.frame(1, 1, 1, request);
      server.ping("12345678");
      client.continuation(1, "", "end");
    },
    ...["C continuation 1 !withoutContent", "C request 1 opens +1"],
  ],
  ["that does not come", ({ client }) => client.frame(1, 1, 1, request).end("rst"), ...["C fields lost", "C end rst"]],
  [
    "lost in part",
    ({ client }) => client.frame(1, 1, 1, request.subarray(0, 2)).octets(octets("000004 09 04 00000001 86")).lost(3),
    ...["C gap 3", "C request 1 opens +1 unread"],
  ],
  [
    "its head lost: nothing is known of the block",
    ({ client }) => client.frame(1, 1, 1, request.subarray(0, 2)).lost(13),
    ...["C gap 13", "C fields lost"],
  ],
]);

table(
  "field blocks over the limit are not read",
  [
    [
      "in their first frame",
      ({ client }) => client.frame(1, 1, 1, Buffer.concat([request, request])).continuation(1, trailers, "end"),
      "C request 1 opens +1 unread",
    ],
    [
      "by CONTINUATION",
      ({ client }) => client.frame(1, 1, 1, request).continuation(1, trailers).continuation(1, trailers, "end"),
      "C request 1 opens +2 unread",
    ],
    [
      "up to it they are",
      ({ client }) => client.frame(1, 1, 1, request.subarray(0, 2)).continuation(1, request.subarray(2), "end"),
      "C request 1 opens +1",
    ],
  ],
  { limits: { fieldBlockOctets: 10 } },
);

it("a field block over the limit is told of once", () => {
  const d = new Drive({ limits: { fieldBlockOctets: 10 } });
  d.client.frame(1, 1, 1, request).continuation(1, trailers).continuation(1, trailers).continuation(1, trailers, "end");
  expect(d.diagnostics.map((x) => x.code)).toEqual(["limit/field-block", "capture/hpack-unknown"]);
});

table("identifiers", [
  ["even, from the client", ({ client }) => client.headers(2, request), "C unknown 2 ignored !streamIdParity"],
  [
    "lower than one before",
    ({ client }) => client.headers(5, request).headers(3, request),
    ...["C request 5 opens", "C unknown 3 ignored !streamIdNotIncreasing"],
  ],
  [
    "used before, a request again",
    ({ client }) => client.headers(1, request, "end").headers(1, request, "end"),
    ...["C request 1 opens", "C unknown 1 ignored !streamIdReuse"],
  ],
  [
    "used before, closed by both",
    (d) => {
      closeStream(d, 1);
      d.client.headers(1, request, "end");
    },
    ...["C request 1 opens", "S response 1", "1 over", "C unknown 1 ignored !streamIdReuse"],
  ],
  [
    "HEADERS after END_STREAM that are no request",
    ({ client }) => client.headers(1, request, "end").headers(1, trailers, "end"),
    ...["C request 1 opens", "C unknown 1 !afterEndStream"],
  ],
  ["a response nobody asked for", ({ server }) => server.headers(1, response), "S unknown 1 ignored !streamIdUnopened"],
  ["a response not promised", ({ server }) => server.headers(2, response), "S unknown 2 ignored !streamIdUnpromised"],
  [
    "a response before the request arrived",
    ({ client, server }) => {
      server.knowing(client.sent);
      client.headers(1, request);
      server.headers(1, response);
    },
    ...["C request 1 opens", "S unknown 1 ignored !streamIdUnopened"],
  ],
  [
    "a promise of an odd one, of an older one, of the client, on an idle stream",
    ({ client, server }) => {
      client.headers(1, request);
      server.promise(1, 3).promise(1, 4).promise(1, 2).promise(5, 6);
      client.promise(1, 8);
    },
    ...["C request 1 opens", "S push-promise 1 !streamIdPromisedOdd", "S promise 1 of 3 ignored", "S promise 1 of 4"],
    ...[
      "S push-promise 1 !streamIdNotIncreasing",
      "S promise 1 of 2 ignored",
      "S push-promise 5 !streamIdUnopened",
      "S promise 5 of 6 ignored",
    ],
    ...["C push-promise 1 !pushFromClient", "C promise 1 of 8 ignored"],
  ],
]);

table("frames in a state that does not allow them", [
  ["DATA on an idle stream", ({ client }) => client.data(1), "C data 1 !onIdle"],
  ["DATA on an idle stream of the client", ({ server }) => server.data(1), "S data 1 !streamIdUnopened"],
  [
    "DATA on one that was passed over",
    ({ client }) => client.headers(3, request).data(1),
    "C request 3 opens",
    "C data 1 !onClosed",
  ],
  ["RST_STREAM on an idle stream", ({ client }) => client.reset(1), "C rst-stream 1 !onIdle"],
  ["WINDOW_UPDATE on an idle stream", ({ server }) => server.windowUpdate(1, 1), "S window-update 1 !onIdle"],
  ["PRIORITY on an idle stream", ({ client }) => client.frame(2, 0, 9, "00000000 0f")],
  [
    "DATA after END_STREAM",
    ({ client }) => client.headers(1, request, "end").data(1),
    "C request 1 opens",
    "C data 1 !afterEndStream",
  ],
  [
    "DATA after both ended",
    (d) => {
      closeStream(d, 1);
      d.client.data(1);
    },
    ...["C request 1 opens", "S response 1", "1 over", "C data 1 !onClosed"],
  ],
  [
    "DATA after the own RST_STREAM",
    ({ client }) => client.headers(1, request).reset(1).data(1),
    "C request 1 opens",
    "1 over",
    "C data 1 !afterOwnReset",
  ],
  [
    "DATA after a RST_STREAM of the other side that just arrived, and one that is known to have been read",
    ({ client, server }) => {
      client.headers(1, request);
      server.reset(1).ping("12345678");
      client.data(1).ping("12345678", 1).data(1);
    },
    ...["C request 1 opens", "1 over", "C data 1 !lateAfterReset", "C data 1 !afterPeerReset"],
  ],
  [
    "RST_STREAM twice",
    ({ client }) => client.headers(1, request).reset(1).reset(1),
    "C request 1 opens",
    "1 over",
    "C rst-stream 1 !resetRepeated",
  ],
  [
    "RST_STREAM of both at once",
    ({ client, server }) => {
      client.headers(1, request);
      client.knowing(server.sent);
      server.reset(1);
      client.reset(1);
    },
    ...["C request 1 opens", "1 over"],
  ],
  [
    "DATA on a reserved stream",
    ({ client, server }) => {
      client.headers(1, request);
      server.promise(1, 2).data(2);
    },
    ...["C request 1 opens", "S promise 1 of 2", "S data 2 !onReserved"],
  ],
  [
    "DATA of the client on a pushed stream",
    ({ client, server }) => {
      client.headers(1, request);
      server.promise(1, 2).headers(2, response);
      client.data(2);
    },
    ...["C request 1 opens", "S promise 1 of 2", "S response 2", "C data 2 !clientOnPushed"],
  ],
  [
    "DATA before the response",
    ({ client, server }) => {
      client.headers(1, request);
      server.headers(1, interim).data(1);
    },
    ...["C request 1 opens", "S interim 1", "S data 1 !dataBeforeHeaders"],
  ],
  [
    "RST_STREAM for HEADERS that were ignored answers them",
    ({ client, server }) => {
      client.headers(5, request).headers(3, request).headers(4, request);
      server.reset(3, 1).reset(4, 1);
    },
    ...["C request 5 opens", "C unknown 3 ignored !streamIdNotIncreasing", "C unknown 4 ignored !streamIdParity"],
  ],
]);

describe("windows", () => {
  const exceeding = (say: (d: Drive) => void) => told(say).filter((event) => event.includes("Exceeded"));
  const full = (d: Drive, id: number): void => {
    for (let i = 0; i < 3; i++) d.client.data(id, 16_384);
    d.client.data(id, 16_383);
  };

  it("are 65,535 at first, for the connection and for each stream", () => {
    const exceed = (d: Drive) => {
      d.client.headers(1, request);
      full(d, 1);
      d.client.data(1, 0);
    };
    expect(exceeding(exceed)).toEqual([]);
    expect(
      exceeding((d) => {
        exceed(d);
        d.client.data(1);
      }),
    ).toEqual(["C data 1 !connectionWindowExceeded !streamWindowExceeded"]);
  });

  it("of the connection are shared by its streams", () => {
    const say = (d: Drive) => {
      d.client.headers(1, request).headers(3, request);
      full(d, 1);
      d.client.data(3);
    };
    expect(exceeding(say)).toEqual(["C data 3 !connectionWindowExceeded"]);
  });

  it("count padding, and grants that arrived", () => {
    const say = (arrived: boolean) => (d: Drive) => {
      d.client.headers(1, request);
      full(d, 1);
      const before = d.server.sent;
      d.server.windowUpdate(0, 10).windowUpdate(1, 10);
      d.client.knowing(arrived ? undefined : before).frame(0, 8, 1, "09 00*9");
      d.client.data(1);
    };
    expect(exceeding(say(true))).toEqual(["C data 1 !connectionWindowExceeded !streamWindowExceeded"]);
    expect(exceeding(say(false))).toHaveLength(2);
  });

  it("are looked at also where another fact is noted", () => {
    const say = (d: Drive) => {
      d.client.headers(1, request);
      full(d, 1);
      d.client.frame(0, 2, 1, "61");
    };
    expect(exceeding(say)).toEqual(["C data 1 !unusedFlag !connectionWindowExceeded !streamWindowExceeded"]);
  });

  it("follow INITIAL_WINDOW_SIZE from its arrival on when it grows", () => {
    const say = (d: Drive) => {
      d.client.headers(1, request);
      d.server.windowUpdate(0, 100_000).settings([4, 65_536]);
      full(d, 1);
      d.client.data(1).data(1);
    };
    expect(exceeding(say)).toEqual(["C data 1 !streamWindowExceeded"]);
  });
});

table("how many streams may be open", [
  [
    "no limit before the acknowledgment, then the limit",
    ({ client, server }) => {
      server.settings([3, 1]);
      client.headers(1, request).headers(3, request).settingsAck().headers(5, request);
    },
    ...["C request 1 opens", "C request 3 opens", "C request 5 opens !concurrencyExceeded"],
  ],
  [
    "a stream counts until its end arrived",
    ({ client, server }) => {
      server.settings([3, 1]);
      client.settingsAck().headers(1, request, "end");
      const before = server.sent;
      server.headers(1, response, "end");
      client.knowing(before).headers(3, request, "end");
      server.headers(3, response, "end");
      client.knowing(undefined).headers(5, request);
    },
    ...[
      "C request 1 opens",
      "S response 1",
      "1 over",
      "C request 3 opens !concurrencyExceeded",
      "S response 3",
      "3 over",
      "C request 5 opens",
    ],
  ],
  [
    "a promise does not count, its response does",
    ({ client, server }) => {
      client.settings([3, 1]);
      server.settingsAck();
      client.headers(1, request);
      server
        .promise(1, 2)
        .promise(1, 4)
        .headers(2, response)
        .headers(4, response)
        .data(2, 1, 1)
        .data(4, 1, 1)
        .promise(1, 6)
        .headers(6, response);
    },
    ...["C request 1 opens", "S promise 1 of 2", "S promise 1 of 4", "S response 2", "S response 4 !concurrencyExceeded"],
    ...["2 over", "4 over", "S promise 1 of 6", "S response 6"],
  ],
]);

table("SETTINGS", [
  ["acknowledged too often", ({ client }) => client.settingsAck(), "C settings 0 !settingsAckUnexpected"],
  [
    "acknowledged before they arrived",
    ({ client, server }) => {
      client.knowing(server.sent);
      server.settings([3, 1]);
      client.settingsAck();
    },
    "C settings 0 !settingsAckUnexpected",
  ],
  ["twice the same", ({ client }) => client.settings([3, 1], [3, 2]), "C settings 0 !settingsDuplicate"],
  [
    "values out of range",
    ({ client, server }) => {
      client.settings([2, 2]).settings([5, 16_383]).settings([5, 16_777_216]).settings([8, 2]);
      server.settings([2, 1]).settings([2, 0]);
      client.settings([2, 1], [5, 16_777_215]).settings([4, 0x80000000]);
    },
    ...Array<string>(4).fill("C settings 0 !settingsValue"),
    "S settings 0 !settingsValue",
    "C settings 0 !settingsWindowRange",
  ],
]);

table(
  "the first frame",
  [
    [
      "SETTINGS of both",
      ({ client, server }) => {
        client.octets(Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")).settings();
        server.settings();
      },
    ],
    [
      "anything else",
      ({ client, server }) => {
        client.octets(Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")).ping("12345678").settings();
        server.settingsAck().settings();
      },
      "C ping 0 !notSettingsFirst",
      "S settings 0 !notSettingsFirst",
    ],
  ],
  { bare: true },
);

it("an acknowledgment of SETTINGS counts where there are no acknowledgment numbers", () => {
  const d = new Drive({ blind: true });
  expect(d.take()).toEqual([]);
  d.server.settings([3, 5]);
  d.client.settingsAck();
  expect(d.connection.server.settings.inForce(3)).toBe(5);
});

table("HPACK", [
  [
    "after a gap the dynamic table is unknown",
    ({ client }) => {
      client.headers(1, Buffer.concat([request, insert]), "end").headers(3, Buffer.concat([request, inserted]), "end");
      client
        .lost(11)
        .octets(octets("000000 04 01 00000000"))
        .headers(5, Buffer.concat([request, inserted]), "end")
        .headers(7, request, "end");
    },
    // The acknowledgment that shows where frames begin answers nothing.
    ...[
      "C request 1 opens",
      "C request 3 opens",
      "C gap 11",
      "C settings 0 !settingsAckUnexpected",
      "C request 5 opens partial",
      "C request 7 opens",
    ],
  ],
  [
    "a gap in which no entry can have gone in leaves it as it was",
    ({ client }) => {
      client.headers(1, Buffer.concat([request, insert]), "end").headers(3, Buffer.concat([request, inserted]), "end");
      client
        .lost(10)
        .octets(octets("000000 04 01 00000000"))
        .headers(5, Buffer.concat([request, inserted]), "end");
    },
    ...["C request 1 opens", "C request 3 opens", "C gap 10", "C settings 0 !settingsAckUnexpected", "C request 5 opens"],
  ],
  [
    "such a gap and bytes that cannot be read lose it",
    ({ client }) => {
      client.headers(1, Buffer.concat([request, insert]), "end").headers(3, Buffer.concat([request, inserted]), "end");
      client
        .lost(9)
        .octets(Buffer.from("what is this?"))
        .octets(octets("000000 04 01 00000000"))
        .headers(5, Buffer.concat([request, inserted]), "end");
    },
    ...["C request 1 opens", "C request 3 opens", "C gap 9", "C settings 0 !settingsAckUnexpected", "C request 5 opens partial"],
  ],
  [
    "a cut HEADERS frame loses it too, a cut DATA frame does not",
    ({ client }) => {
      client.headers(1, Buffer.concat([request, insert]));
      client
        .octets(octets("000004 00 00 00000001 61"))
        .lost(3)
        .headers(3, Buffer.concat([request, inserted]));
      client
        .octets(octets("000004 01 04 00000005 82"))
        .lost(3)
        .headers(7, Buffer.concat([request, inserted]));
    },
    ...["C request 1 opens", "C gap 3", "C request 3 opens", "C gap 3", "C request 5 opens unread", "C request 7 opens partial"],
  ],
  [
    "a fault ends what can be known, and has no effect",
    ({ client }) => client.headers(1, octets("80"), "end").headers(3, Buffer.concat([request, inserted])),
    ...["C unknown 1 ignored !hpackFault", "C request 3 opens partial"],
  ],
  [
    "an ignored block passes through it",
    ({ client }) => client.headers(2, Buffer.concat([request, insert])).headers(1, Buffer.concat([request, inserted])),
    ...["C unknown 2 ignored !streamIdParity", "C request 1 opens"],
  ],
]);

describe("in the middle of a connection", () => {
  const options = { bare: true, syn: [false, false] } as const;

  it("nothing is said of what went before", () => {
    const events = told(({ client, server }) => {
      client.headers(11, request, "end").data(9).windowUpdate(7, 1);
      server.headers(9, response).data(5).headers(7, trailers, "end");
    }, options);
    expect(events).toEqual(["C request 11 opens", "S response 9", "S response-trailers 7"]);
  });

  it("is told once", () => {
    const d = new Drive(options);
    d.client.headers(1, request).windowUpdate(1, 1);
    d.close("capture-end");
    expect(d.diagnostics.map((x) => x.code).filter((code) => code === "capture/mid-connection")).toHaveLength(1);
    expect([d.connection.client.whole, d.connection.server.whole]).toEqual([false, false]);
  });
});

describe("memory", () => {
  it("closed streams are forgotten, and late frames on them are not judged", () => {
    const d = new Drive({ limits: { closedStreams: 10 } });
    d.client.settings([3, 1_000_000]);
    for (let i = 0; i < 1000; i++) closeStream(d, 2 * i + 1);
    expect(d.connection.streams.size).toBeLessThanOrEqual(20);
    expect(d.connection.streamCount).toBe(1000);
    expect(d.events.filter((event) => event.endsWith(" over"))).toHaveLength(1000);
    d.take();
    d.client.data(1).headers(1, trailers, "end").windowUpdate(3, 1);
    expect(d.take().filter((event) => event.includes("!"))).toEqual([]);
    expect(d.connection.unchecked.size).toBeGreaterThan(0);
    // Those that are remembered still are.
    d.client.data(1999);
    expect(d.take()).toEqual(["C data 1999 !onClosed"]);
  });

  it("open streams are forgotten, the oldest first, whoever opened them", () => {
    const d = new Drive({ limits: { streams: 10 } });
    d.client.headers(1, request);
    for (let i = 1; i <= 30; i++) d.server.promise(1, 2 * i).headers(2 * i, response);
    expect(d.connection.streams.size).toBe(10);
    expect(d.diagnostics.filter((x) => x.code === "limit/streams")).toHaveLength(21);
    expect([d.connection.client.forgotten, d.connection.server.forgotten]).toEqual([1, 40]);
    d.take();
    // Stream 1 is not known any more: it is not called closed, or idle.
    d.client.data(1).headers(1, trailers, "end");
    expect(d.take().filter((event) => event.includes("!"))).toEqual([]);
  });

  it("closed and open streams of all connections are bounded, too", () => {
    const closed = new Drive({ limits: { closedStreamsTotal: 10 } });
    closed.client.settings([3, 1_000_000]);
    for (let i = 0; i < 100; i++) closeStream(closed, 2 * i + 1);
    expect(closed.connection.streams.size).toBe(10);
    const open = new Drive({ limits: { streamsTotal: 10 } });
    for (let i = 0; i < 30; i++) open.client.headers(2 * i + 1, request);
    expect(open.connection.streams.size).toBe(10);
    expect(open.diagnostics.filter(({ code }) => code === "limit/streams")).toHaveLength(20);
    expect(open.connection.client.forgotten).toBe(39);
  });

  it("PINGs, GOAWAYs and streams that count as open are bounded", () => {
    const d = new Drive({ limits: { closedStreams: 10 } });
    for (let i = 0; i < 2000; i++) d.client.ping(String(i).padStart(8, "0")).goaway(0);
    expect(d.connection.client.pings).toHaveLength(256);
    expect(d.connection.client.goaways).toHaveLength(100);
    d.client.headers(1, request);
    for (let i = 1; i <= 3000; i++) {
      d.client.headers(2 * i + 1, request, "end");
      d.server.headers(2 * i + 1, response, "end");
      d.server.promise(1, 2 * i).headers(2 * i, response, "end");
    }
    expect(d.connection.client.active.length).toBeLessThanOrEqual(1024);
    expect(d.connection.server.active.length).toBeLessThanOrEqual(1024);
  });
});

describe("the end", () => {
  it("of a stream is told once, of each side and the connection too", () => {
    const d = new Drive();
    d.take();
    closeStream(d, 1);
    d.client.reset(1);
    d.server.reset(1);
    d.client.headers(3, request).reset(3);
    d.server.reset(3).headers(3, response);
    d.close();
    const events = d.take().filter((event) => event.includes("over") || event.includes("end "));
    expect(events).toEqual(["1 over", "3 over", "C end fin", "S end fin", "connection over"]);
  });

  it("with open streams is told where the capture ended it", () => {
    const codes = (how: "fin" | "capture-end") => {
      const d = new Drive();
      d.client.headers(1, request).headers(3, request);
      d.close(how);
      return d.diagnostics.map((x) => [x.code, x.data["streams"]]);
    };
    expect(codes("capture-end")).toEqual([["capture/ends-early", 2]]);
    expect(codes("fin")).toEqual([]);
  });

  it("of a message is where its END_STREAM was sent", () => {
    const d = new Drive();
    d.client.headers(1, request).data(1, 10).frame(0, 9, 1, '02 "abc" 0000');
    const stream = d.connection.streams.get(1)!;
    expect([stream.client.endAt, stream.client.dataOctets, stream.client.dataFrames, stream.closed]).toEqual([
      d.client.sent,
      13,
      2,
      false,
    ]);
    d.server.headers(1, response, "end");
    expect([stream.server.endAt, stream.closed, stream.response.status]).toEqual([d.server.sent, true, 200]);
    expect(stream.request).toMatchObject({ known: true, method: "GET", scheme: "http", path: "/", authority: "a" });
  });
});

it("the fields are not known either where more is missing before frames were found again", () => {
  const d = new Drive();
  d.client.headers(1, insert);
  // Too little to have held a field.
  d.client.lost(9);
  expect(d.connection.client.hpack.exact).toBe(true);
  d.client.lost(300);
  expect(d.connection.client.hpack.exact).toBe(false);
});
