import { expect, it } from "vitest";
import { type ContentReader, Stream } from "../../src/model/stream.ts";

it("tells the content of a side to all that listen, in their order, until its end", () => {
  const told: string[] = [];
  const reader = (name: string): ContentReader => ({
    read: (bytes, start, end) => void told.push(`${name} ${bytes.subarray(start, end).join(" ")}`),
  });
  const stream = new Stream(1, "client", true, 0, 0);
  const { client, server } = stream;
  for (const name of ["a", "b", "c"]) client.listen(reader(name));
  stream.call = { stream };
  client.content?.read(Uint8Array.of(1, 2, 3), 1, 3);
  expect(told).toEqual(["a 2 3", "b 2 3", "c 2 3"]);
  expect(server.content).toBeUndefined();
  stream.release();
  expect([client.content, stream.call]).toEqual([undefined, undefined]);
});
