import type { RuleText } from "../../language.ts";

export const continuation: Readonly<Record<string, RuleText>> = {
  "continuation/interleaved-frame": {
    title: "首部块的各个帧之间不能插入别的帧",
    messages: { interleaved: "流 {streamId} 上的 {kind} 插在一个还没有 END_HEADERS 的首部块中间" },
    why: "对 HPACK 来说，首部块是一个整体；接收方如果允许插入别的帧，就会丢失解码状态。",
    fix: "在同一把锁内写出 HEADERS 和它的全部 CONTINUATION。",
  },
  "continuation/wrong-stream": {
    title: "首部块后面必须是同一个流的 CONTINUATION",
    messages: { wrong: "另一个流的首部块还没有结束，就在流 {streamId} 上发送了 {kind}" },
    why: "接收方无法判断哪些字段属于哪个流，HPACK 状态也会丢失。",
    fix: "在同一把锁内写出 HEADERS 和它的全部 CONTINUATION，使用同一个流 ID。",
  },
  "continuation/unexpected": {
    title: "CONTINUATION 前面必须是没有 END_HEADERS 的 HEADERS、PUSH_PROMISE 或 CONTINUATION",
    messages: { unexpected: "流 {streamId} 上有 CONTINUATION，但没有未结束的首部块" },
    why: "没有可以接续的内容。",
    fix: "只在首部块的最后一个帧上设置 END_HEADERS。",
  },
  "continuation/never-ended": {
    title: "已开始的首部块应写完",
    messages: {
      closed: "{side}关闭时，流 {streamId} 的首部块还没有结束",
      silent: "{side}没有写完流 {streamId} 的首部块，之后 {seconds} s 没有发送任何内容",
    },
    why: "首部块没有结束时不能发送别的内容：一个慢的流会堵住整个连接。",
    fix: "先准备好整个首部块，再写出它的第一个帧。",
  },
  "continuation/empty-nonfinal": {
    title: "CONTINUATION 应带有内容，或者结束首部块",
    messages: { empty: "流 {streamId} 上有一个空的 CONTINUATION，也没有结束首部块" },
    why: "这是合法的，但大量出现就是攻击的特征。",
    fix: "不要发送空的 CONTINUATION。",
  },
};
