import { describe, expect, it } from "vitest";
import { assemble } from "./assembling.ts";
import { Conversation, moved, type Sent } from "./conversation.ts";

const zero = { window: 0 } as const;

function told(say: (c: Conversation) => void, change: (packets: readonly Sent[]) => readonly Sent[] = (p) => p) {
  const c = new Conversation().open();
  say(c);
  return assemble(change(c.packets)).windows;
}

describe("the window that an endpoint advertises", () => {
  it("is told when it becomes zero and when it opens, and not in between", () => {
    const windows = told((c) => {
      c.server.send("a");
      c.client.ack(zero).ack(zero);
      c.server.send("b");
      c.client.ack(zero).ack().ack();
      c.server.send("c", zero);
    });
    expect(windows).toEqual(["5 C zero", "9 C open", "11 S zero"]);
  });

  it("says nothing in an RST", () => {
    expect(told((c) => c.client.rst(zero))).toEqual([]);
  });

  it("says nothing where it was never open", () => {
    const closed = (packets: readonly Sent[]) => packets.map((packet) => ({ ...packet, ...zero }));
    expect(told((c) => c.server.send("a").send("b"), closed)).toEqual([]);
  });

  it("of an older segment does not count: it came late, or again", () => {
    const c = new Conversation().open();
    c.server.send("a");
    c.client.ack();
    c.server.send("b");
    c.client.ack(zero);
    c.server.send("c");
    // The ACK of "a" is captured after that of "b".
    expect(assemble(moved(c.packets, 4, 7)).windows).toEqual(["6 C zero"]);
    // A keep-alive: one octet before what comes next.
    c.client.ack({ seq: c.client.next - 1 });
    expect(assemble(c.packets).windows).toEqual(["7 C zero"]);
  });

  it("counts with bytes that were sent before, if no later ones said otherwise", () => {
    const windows = told((c) => {
      c.client.send("hello").send("!", zero).again(6, "hello").again(1, "!");
    });
    expect(windows).toEqual(["5 C zero", "7 C open"]);
  });

  it("is compared across a wrap of the numbers", () => {
    const c = new Conversation(2 ** 32 - 2, 2 ** 32 - 3).open();
    c.client.send("abc");
    c.server.send("wxyz", zero).send("end");
    expect(assemble(c.packets).windows).toEqual(["5 S zero", "6 S open"]);
  });

  it("ends with the direction", () => {
    const windows = told((c) => {
      c.client.fin();
      c.server.send("a");
      c.client.ack(zero);
    });
    expect(windows).toEqual([]);
  });
});
