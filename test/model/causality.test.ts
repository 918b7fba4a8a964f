import { beforeEach, describe, expect, it } from "vitest";
import { Drive, request, response } from "./driving.ts";

describe("what a frame shows of its sender's reading", () => {
  let d: Drive;
  const processed = () => ({ client: d.connection.client.processed, server: d.connection.server.processed });

  beforeEach(() => {
    d = new Drive();
    d.take();
  });

  it("nothing at first but the SETTINGS acknowledgments", () => {
    // The preface and SETTINGS of the client, SETTINGS of the server.
    expect(processed()).toEqual({ client: 9, server: 24 + 9 });
  });

  it("the horizon is the largest acknowledgment so far", () => {
    d.server.data(7);
    d.client.knowing(20).ping("12345678");
    expect(d.connection.client.horizon).toBe(20);
    d.client.knowing(18).ping("12345678");
    expect(d.connection.client.horizon).toBe(20);
  });

  it("an acknowledgment number alone proves nothing", () => {
    d.client.headers(1, request);
    const before = processed();
    d.server.ping("abcdefgh");
    expect(processed()).toEqual(before);
  });

  it("an answer on a stream: its opening", () => {
    d.client.headers(1, request);
    const opened = d.client.sent;
    d.client.data(1, 100);
    d.server.headers(1, response);
    expect(processed().server).toBe(opened);
  });

  it("an answer on a later stream: all before its opening", () => {
    d.client.headers(1, request).reset(1).headers(3, request, "end");
    const opened = d.client.sent;
    d.client.headers(5, request);
    d.server.windowUpdate(3, 1);
    expect(processed().server).toBe(opened);
    // An answer on an earlier stream takes nothing back.
    d.server.headers(1, response);
    expect(processed().server).toBe(opened);
  });

  it("PRIORITY names streams nobody opened, so it shows nothing", () => {
    const before = processed();
    d.client.headers(1, request);
    d.server.frame(2, 0, 1, "00000000 0f");
    expect(processed()).toEqual(before);
  });

  it("frames on the own streams show nothing", () => {
    d.client.headers(1, request);
    const before = processed();
    d.client.data(1);
    expect(processed()).toEqual(before);
  });

  it("PING ACK: the PING with the same bytes", () => {
    d.client.ping("aaaaaaaa");
    const first = d.client.sent;
    d.client.ping("bbbbbbbb").data(1);
    d.server.ping("aaaaaaaa", 1);
    expect(processed().server).toBe(first);
    d.server.ping("zzzzzzzz", 1);
    expect(processed().server).toBe(first);
    d.server.ping("bbbbbbbb", 1);
    expect(processed().server).toBe(first + 17);
  });

  it("equal PINGs are answered one after the other", () => {
    d.client.ping("aaaaaaaa");
    const first = d.client.sent;
    d.client.ping("aaaaaaaa");
    d.server.ping("aaaaaaaa", 1);
    expect(processed().server).toBe(first);
    d.server.ping("aaaaaaaa", 1);
    expect(processed().server).toBe(first + 17);
    expect(d.connection.client.pings).toEqual([]);
  });

  it("a PING ACK of seven bytes: nothing", () => {
    d.client.ping("aaaaaaaa");
    const before = processed();
    d.server.ping("aaaaaaa", 1);
    expect(processed()).toEqual(before);
  });

  it("SETTINGS ACK: the oldest SETTINGS without one", () => {
    d.server.settings([3, 100]);
    const first = d.server.sent;
    d.server.settings([3, 50]);
    d.client.settingsAck();
    expect(processed().client).toBe(first);
    d.client.settingsAck();
    expect(processed().client).toBe(first + 15);
    expect(d.connection.server.settings.inForce(3)).toBe(50);
  });

  it("GOAWAY: the stream it names", () => {
    d.client.headers(1, request);
    const opened = d.client.sent;
    d.client.headers(3, request);
    d.server.goaway(1);
    expect(processed().server).toBe(opened);
  });

  it("GOAWAY of streams nobody opened: nothing", () => {
    d.client.headers(1, request);
    const before = processed();
    d.server.goaway(0x7fffffff);
    expect(processed()).toEqual(before);
    // Its own stream.
    d.server.promise(1, 2).goaway(2);
    expect(processed().client).toBe(before.client);
  });

  it("a frame on a promised stream: the promise", () => {
    d.client.headers(1, request);
    d.server.promise(1, 2);
    const promised = d.server.sent;
    d.server.data(1);
    d.client.windowUpdate(2, 5);
    expect(processed().client).toBe(promised);
  });
});
