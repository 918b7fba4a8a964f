import { describe, expect, it } from "vitest";
import { connectionWindow, streamWindow, unendedStreams } from "../../src/model/window-stall.ts";
import { Drive, request, response } from "./driving.ts";

const INITIAL_WINDOW_SIZE = 4;

function drive(say: (d: Drive) => unknown): Drive {
  const d = new Drive();
  d.client.headers(1, request);
  d.server.headers(1, response);
  say(d);
  return d;
}
const windows = ({ connection }: Drive) => [
  streamWindow(connection, connection.streams.get(1)!, "server"),
  connectionWindow(connection, "server"),
];

describe("what is left of a window", () => {
  it.each<[string, (d: Drive) => unknown, number, number]>([
    ["at the start", () => {}, 65_535, 65_535],
    ["after DATA", ({ server }) => server.data(1, 35).data(1, 500), 65_000, 65_000],
    ["with a grant under way", ({ client, server }) => [server.data(1, 35), client.windowUpdate(1, 5)], 65_505, 65_500],
    ["with one of the connection", ({ client, server }) => [server.data(1, 35), client.windowUpdate(0, 5)], 65_500, 65_505],
    ["with a higher setting under way", ({ client }) => client.settings([INITIAL_WINDOW_SIZE, 70_000]), 70_000, 65_535],
    [
      "with a lower setting under way: the old one may be used",
      ({ client }) => client.settings([INITIAL_WINDOW_SIZE, 10]),
      65_535,
      65_535,
    ],
    [
      "with a lower setting in force",
      ({ client, server }) => [client.settings([INITIAL_WINDOW_SIZE, 10]), server.settingsAck().data(1, 12)],
      -2,
      65_523,
    ],
    ["the client's DATA are another matter", ({ client }) => client.data(1, 5), 65_535, 65_535],
  ])("%s", (_, say, stream, connection) => expect(windows(drive(say))).toEqual([stream, connection]));
});

describe("streams with something left to say", () => {
  const unended = (d: Drive, side: "client" | "server") => unendedStreams(d.connection, side).map(({ id }) => id);

  it("have begun and not ended", () => {
    const d = drive(({ client, server }) => {
      client.headers(3, request, "end").headers(5, request).headers(7, request);
      server.headers(5, response, "end").reset(7);
    });
    expect([unended(d, "client"), unended(d, "server")]).toEqual([[1, 5], [1]]);
  });

  it("and the time of the last DATA", () => {
    const d = drive(() => {});
    expect(d.connection.server.lastDataTime).toBe(-1);
    d.server.data(1, 5);
    const at = d.connection.server.lastAt.time;
    d.client.data(1, 5);
    d.server.reset(1);
    expect(d.connection.server.lastDataTime).toBe(at);
  });
});
