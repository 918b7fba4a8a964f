// Formats of Java and older servers, by lines as they stand in public reports and as the programs' sources print them.
import { describe, expect, it } from "vitest";
import { frameIn, reading } from "./logging.ts";

const jul = (text: string) => `Aug 28, 2018 8:15:04 PM okhttp3.internal.http2.Http2$Writer connectionPreface\nFINE: ${text}`;

describe("OkHttp's frame log", () => {
  it.each([
    [">> 0x00000000     6 SETTINGS      ", { kind: "settings", streamId: 0, by: "sent", length: 6, flags: 0 }],
    ["<< 0x00000000     0 SETTINGS      ACK", { kind: "settings", streamId: 0, by: "received", length: 0, flags: 1 }],
    [
      ">> 0x0000000f   216 HEADERS       END_STREAM|END_HEADERS",
      { kind: "headers", streamId: 15, by: "sent", length: 216, flags: 5 },
    ],
    ["<< 0x00000003 16384 DATA          ", { kind: "data", streamId: 3, by: "received", length: 16_384, flags: 0 }],
    [
      "<< 0x00000003    29 DATA          END_STREAM|COMPRESSED",
      { kind: "data", streamId: 3, by: "received", length: 29, flags: 0x21 },
    ],
    [">> 0x00000003     9 CONTINUATION  END_HEADERS", { kind: "continuation", streamId: 3, by: "sent", length: 9, flags: 4 }],
    [
      "<< 0x00000005    40 PUSH_PROMISE  END_PUSH_PROMISE",
      { kind: "push-promise", streamId: 5, by: "received", length: 40, flags: 4 },
    ],
    ["<< 0x00000003     4 RST_STREAM    ", { kind: "rst-stream", streamId: 3, by: "received", length: 4, flags: 0 }],
    ["<< 0x00000003     5 PRIORITY      00000100", { kind: "priority", streamId: 3, by: "received", length: 5, flags: 4 }],
    ["<< 0x00000000     4 WINDOW_UPDATE ", { kind: "window-update", streamId: 0, by: "received", length: 4 }],
    [
      ">> 0x00000000     4 WINDOW_UPDATE 16711681",
      { kind: "window-update", streamId: 0, by: "sent", length: 4, increment: 16_711_681 },
    ],
  ] as const)("%s", async (text, frame) => {
    const event = await frameIn(jul(text));
    expect(event.frame).toEqual(frame);
    // java.util.logging: the time stands in the line before.
    expect(event.time).toEqual({ seconds: Date.UTC(2018, 7, 28, 20, 15, 4) / 1000, base: "local", resolution: 1 });
  });

  it("begins with the preface, and is of a client", async () => {
    const log = await reading(`${jul(">> CONNECTION 505249202a20485454502f322e300d0a0d0a534d0d0a0d0a")}\n`);
    expect(log.side).toBe("client");
    expect(log.events.map(({ kind }) => kind)).toEqual(["start"]);
  });

  it("takes no time of a line that says something else", async () => {
    const [frame] = (await reading("2020-01-01 00:00:00 something\n>> 0x00000000     6 SETTINGS      \n")).frames;
    expect(frame?.time).toBeUndefined();
  });
});

const jetty = (text: string) => `2022-10-02 08:31:58.190:DBUG:oejh.HTTP2Session:qtp1076835071-60: ${text}`;
const session =
  " on HTTP2ServerSession@243d0e3{local:/127.0.0.1:8080,remote:/127.0.0.1:39990,sendWindow=65184,recvWindow=1048576,state=[streams=0,NOT_CLOSED,goAwayRecv=null,goAwaySent=null,failure=null]}";

describe("Jetty's debug log", () => {
  it.each([
    [
      "Received SettingsFrame@1{3=100}",
      { kind: "settings", streamId: 0, by: "received", flags: 0, flagMask: 0, settings: [[3, 100]] },
    ],
    [
      "Received SettingsFrame@2f1,reply=true:{}",
      { kind: "settings", streamId: 0, by: "received", flags: 1, flagMask: 1, settings: [] },
    ],
    ["Received HeadersFrame@5a9e#1{end=true}", { kind: "headers", streamId: 1, by: "received", flags: 1, flagMask: 1 }],
    ["Received DataFrame@5a9e#3{length:5,end=false}", { kind: "data", streamId: 3, by: "received", flags: 0, flagMask: 1 }],
    ["Received ResetFrame@46b98241#19{internal_error}", { kind: "rst-stream", streamId: 19, by: "received", errorCode: 2 }],
    ["Received WindowUpdateFrame@46#0,delta=65535", { kind: "window-update", streamId: 0, by: "received", increment: 65_535 }],
    [
      "Received GoAwayFrame@c34a968{2147483647/no_error/}",
      { kind: "goaway", streamId: 0, by: "received", lastStreamId: 2_147_483_647, errorCode: 0, debug: "" },
    ],
    [
      "Flushed 47/47 frame bytes for GoAwayFrame@2eb34ff6{0/no_error/Idle timeout expired: 70000 ms}",
      { kind: "goaway", streamId: 0, by: "sent", lastStreamId: 0, errorCode: 0, debug: "Idle timeout expired: 70000 ms" },
    ],
  ] as const)("%s", async (text, frame) => expect((await frameIn(jetty(text))).frame).toEqual(frame));

  it("names the session, its side and its addresses, where it does", async () => {
    const text = "Received GoAwayFrame@5335bfdd{2147483647/compression_error/HPACK - max dynamic table size change required}";
    expect(await frameIn(jetty(text + session))).toMatchObject({
      connection: "243d0e3",
      side: "server",
      addresses: ["127.0.0.1:8080", "127.0.0.1:39990"],
      frame: { errorCode: 9, debug: "HPACK - max dynamic table size change required" },
    });
  });

  it("has a frame that went out in pieces once", async () => {
    const pieces = [
      "Flushed 10/20 frame bytes for DataFrame@1#1{length:11,end=true}",
      "Flushed 20/20 frame bytes for DataFrame@1#1{length:11,end=true}",
    ];
    const log = await reading(`${pieces.map(jetty).join("\n")}\n`);
    expect(log.frames).toHaveLength(1);
    expect(log.read).toBe(2);
  });
});

describe("older mod_http2", () => {
  const line = (text: string) =>
    `[Fri Oct 18 09:59:34.120168 2019] [http2:debug] [pid 10:tid 139649980819200] h2_session.c(593): [client 192.0.2.1:36934] AH03068: ${text}, frames=1895/2903 (r/s)`;

  it.each([
    [
      "h2_session(128,BUSY,1): recv FRAME[HEADERS[length=120, hend=1, stream=1839, eos=1]]",
      "128",
      { kind: "headers", streamId: 1839, flags: 1 },
    ],
    [
      "h2_session(128,BUSY,11): sent FRAME[GOAWAY[error=1, reason='', last_stream=1839]]",
      "128",
      { kind: "goaway", errorCode: 1, lastStreamId: 1839 },
    ],
    [
      "h2_session(128-7,BUSY,11): sent FRAME[RST_STREAM[length=4, flags=0, stream=3]]",
      "128-7",
      { kind: "rst-stream", streamId: 3 },
    ],
    ["h2_stream(128-7-3,OPEN): recv FRAME[DATA[length=4, flags=0]]", "128-7", { kind: "data", streamId: 3 }],
  ])("%s", async (text, connection, frame) =>
    expect(await frameIn(line(text))).toMatchObject({ connection, side: "server", frame }),
  );
});

describe("Netty's frames in blocks", () => {
  const block = (direction: string, text: string) =>
    `2016-03-01 10:00:00,123 DEBUG [main] i.n.h.c.h.Http2FrameLogger - \n----------------${direction}--------------------\n${text}\n------------------------------------\n`;

  it("with the connection", async () => {
    const log = await reading(
      block(
        "OUTBOUND",
        "[id: 0x3dd7b9b2, /127.0.0.1:56284 => localhost/127.0.0.1:8980] SETTINGS: ack=false, settings={ENABLE_PUSH=0, INITIAL_WINDOW_SIZE=1048576}",
      ) + block("INBOUND", "[id: 0x3dd7b9b2, /127.0.0.1:56284 => localhost/127.0.0.1:8980] RST_STREAM: streamId=3, errorCode=8"),
    );
    expect(log.frames.map(({ frame, connection }) => [connection, frame.by, frame.kind, frame.streamId])).toEqual([
      ["0x3dd7b9b2", "sent", "settings", 0],
      ["0x3dd7b9b2", "received", "rst-stream", 3],
    ]);
    expect(log.frames[0]!.frame.settings).toEqual([
      [2, 0],
      [4, 1_048_576],
    ]);
  });

  it("without it", async () => {
    const log = await reading(block("INBOUND", "GO_AWAY: lastStreamId=1, errorCode=2, length=3, bytes=627965"));
    expect(log.frames.map(({ frame }) => frame)).toMatchObject([{ kind: "goaway", by: "received", errorCode: 2, debug: "bye" }]);
  });

  it("takes the direction of a block for one frame", async () => {
    const reset = "[id: 0x3dd7b9b2, /127.0.0.1:56284 => localhost/127.0.0.1:8980] RST_STREAM: streamId=3, errorCode=8";
    expect((await reading(`${block("INBOUND", reset)}${reset}\n`)).frames).toHaveLength(1);
  });
});
