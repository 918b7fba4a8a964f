import { priorityCycle, resourceLoop } from "../../../src/rules/abuse/priority.ts";
import { type Script, testRule } from "../../../src/testing.ts";

const few = { frames: 4, again: 3, window: 1000 } as const;

function reparent(s: Script, count: number): void {
  for (let i = 0; i < count; i++) s.client.priority(1, { dependency: i % 2 === 0 ? 3 : 5 });
}

testRule(resourceLoop, {
  valid: {
    "one below": { options: few, frames: (s) => reparent(s, 3) },
    "of the server": { options: few, frames: (s) => s.server.priority(1).priority(1).priority(1).priority(1) },
    "over a longer time": {
      options: few,
      frames: (s) => {
        for (let i = 0; i < 9; i++) s.client.priority(1, { dependency: 3 }).wait(340);
      },
    },
    "PRIORITY that is too short does not take a parent away": {
      options: { ...few, frames: 100 },
      frames: (s) => {
        for (let i = 0; i < 4; i++) s.client.frame({ type: 2, streamId: 1, payload: "1234" }).priority(1, { dependency: 3 });
      },
    },
    "PRIORITY that is too short gives no parent": {
      options: few,
      frames: (s) =>
        s.client
          .frame({ type: 2, streamId: 1, payload: "1234" })
          .priority(1, { dependency: 3 })
          .frame({ type: 2, streamId: 1, payload: "1" }),
    },
  },
  invalid: {
    many: {
      options: few,
      frames: (s) => s.client.priority(1).priority(3).priority(5).frame({ type: 16, payload: "\0\0\0\x01u=1" }),
      finds: [["flood", 4, { count: 4, time: "3 ms", peak: 4, window: "1 s" }]],
    },
    "one stream": {
      options: { ...few, frames: 100 },
      frames: (s) => reparent(s, 4),
      finds: [["again", 4, { streamId: 1, count: 3, time: "2 ms", peak: 3, window: "1 s" }]],
    },
    "ten times as many of each": {
      options: few,
      frames: (s) => reparent(s, 40),
      finds: [["flood", 4, { count: 40, time: "39 ms", peak: 40, window: "1 s" }, { severity: "error" }]],
    },
    "told when they are over": {
      options: few,
      frames: (s) => {
        s.client.priority(1).priority(3).priority(5).priority(7).wait(2000).priority(9);
      },
      finds: [["flood", 4, { count: 4, time: "3 ms", peak: 4, window: "1 s" }]],
    },
    "one stream, told when it is over": {
      options: { ...few, frames: 100 },
      frames: (s) => {
        reparent(s, 4);
        s.client.wait(2000).priority(1, { dependency: 3 });
      },
      finds: [["again", 4, { streamId: 1, count: 3, time: "2 ms", peak: 3, window: "1 s" }]],
    },
  },
});

// 3 depends on 1, 5 on 3 and so on.
function chain(s: Script, streams: number): void {
  for (let i = 0; i < streams; i++) s.client.priority(3 + 2 * i, { dependency: 1 + 2 * i });
}

testRule(priorityCycle, {
  valid: {
    "as deep as it may be": { options: { depth: 4 }, frames: (s) => chain(s, 3) },
    "streams that change places": (s) => s.client.priority(3, { dependency: 1 }).priority(1, { dependency: 3 }),
    "what closed streams had": {
      options: { depth: 4 },
      frames: (s) => {
        s.client.headers(1).headers(3).headers(5).rst(5);
        chain(s, 4);
      },
    },
    "of the server": {
      options: { depth: 4 },
      frames: (s) => {
        for (let i = 0; i < 9; i++) s.server.priority(3 + 2 * i, { dependency: 1 + 2 * i });
      },
    },
    "on itself: priority/self-dependency": {
      options: { cycles: 2 },
      frames: (s) => s.client.priority(3, { dependency: 3 }).priority(3, { dependency: 3 }).priority(5, { dependency: 5 }),
    },
    "of HEADERS": {
      options: { depth: 4 },
      frames: (s) => {
        for (let i = 0; i < 9; i++) s.client.headers(3 + 2 * i, { priority: { dependency: 1 + 2 * i } });
      },
    },
    "a chain that another parent made short": {
      options: { depth: 4 },
      frames: (s) => {
        chain(s, 3);
        s.client.priority(5, { dependency: 0 }).priority(9, { dependency: 7 }).priority(11, { dependency: 9 });
      },
    },
  },
  invalid: {
    deep: {
      options: { depth: 4 },
      frames: (s) => chain(s, 4),
      finds: [["deep", 4, { depth: 5 }]],
    },
    "ten times as deep": {
      options: { depth: 4 },
      frames: (s) => {
        // From the leaves to the root: the last one joins all.
        for (let i = 39; i > 0; i--) s.client.priority(3 + 2 * i, { dependency: 1 + 2 * i });
        s.client.priority(201, { dependency: 81 });
      },
      finds: [["deep", 40, { depth: 41 }, { severity: "error" }]],
    },
    circles: {
      options: { cycles: 2 },
      frames: (s) =>
        s.client
          .priority(3, { dependency: 1 })
          .priority(5, { dependency: 3 })
          .priority(1, { dependency: 5 })
          .priority(3, { dependency: 1 })
          .priority(1, { dependency: 3 }),
      finds: [["cycle", 5, { count: 2, length: 2 }]],
    },
    "deep, and ten times as deep": {
      options: { depth: 4 },
      frames: (s) => chain(s, 49),
      finds: [["deep", 4, { depth: 5 }, { count: 2 }]],
    },
    "deep, and hardly deeper": {
      options: { depth: 4 },
      frames: (s) => chain(s, 30),
      finds: [["deep", 4, { depth: 5 }]],
    },
  },
});
