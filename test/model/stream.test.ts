import { expect, it } from "vitest";
import { type ContentReader, Stream } from "../../src/model/stream.ts";

it("tells the content of a side to all that listen, in their order, until its end", () => {
  const told: string[] = [];
  const reader = (name: string): ContentReader => ({
    read: (bytes, start, end) => void told.push(`${name} ${bytes.subarray(start, end).join(" ")}`),
  });
  const stream = new Stream(1, "client", true, 0, 0);
  for (const name of ["a", "b", "c"]) stream.listen("client", reader(name));
  stream.call = { stream };
  stream.client.content?.read(Uint8Array.of(1, 2, 3), 1, 3);
  expect(told).toEqual(["a 2 3", "b 2 3", "c 2 3"]);
  expect(stream.server.content).toBeUndefined();
  stream.release();
  expect([stream.client.content, stream.call]).toEqual([undefined, undefined]);
});

it("has halves and windows of its own only where they are used", () => {
  const stream = new Stream(1, "client", true, 0, 0);
  const other = new Stream(3, "client", true, 0, 0);
  expect(stream.server).toBe(other.server);
  stream.ownHalf("server").ownWindow().sent = 5;
  stream.ownHalf("server").endAt = 9;
  expect([stream.server.window.sent, stream.server.endAt, stream.server.over]).toEqual([5, 9, true]);
  expect([other.server.window.sent, other.server.endAt, stream.client.endAt]).toEqual([0, -1, -1]);
});
