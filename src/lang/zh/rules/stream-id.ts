import type { RuleText } from "../../language.ts";

export const streamId: Readonly<Record<string, RuleText>> = {
  "stream-id/even-client": {
    title: "客户端打开的流必须是奇数 ID",
    messages: { even: "客户端在流 {streamId} 上发送了 HEADERS：ID 是偶数，而且服务端没有承诺过它" },
    why: "偶数 ID 属于服务端，用于推送流。双方使用同一个 ID，就会有两个同名的流。",
    fix: "客户端的流按 1、3、5 依次编号。",
  },
  "stream-id/odd-server": {
    title: "服务端承诺的流必须是偶数 ID",
    messages: { odd: "PUSH_PROMISE 承诺了流 {promisedStreamId}，ID 是奇数" },
    why: "奇数 ID 属于客户端。",
    fix: "承诺的流按 2、4、6 依次编号。",
  },
  "stream-id/unpromised": {
    title: "服务端不能使用没有承诺过的偶数流 ID",
    messages: { unpromised: "在流 {streamId} 上发送了 {kind}，而没有 PUSH_PROMISE 承诺过该流" },
    why: "服务端只能用 PUSH_PROMISE 打开流；对客户端来说，该流是 idle。",
    fix: "用请求的 ID 应答，或者先承诺该流。",
  },
  "stream-id/unopened": {
    title: "服务端不能在客户端没有打开的流上应答",
    messages: { unopened: "在流 {streamId} 上发送了 {kind}，而客户端没有打开该流（它打开的最大 ID 是 {highest}）" },
    why: "对客户端来说该流是 idle：没有与之对应的请求。",
    fix: "用请求的 ID 应答；检查是否在连接之间混淆了 ID。",
  },
  "stream-id/not-increasing": {
    title: "新的流 ID 必须大于发送方之前用过的 ID",
    messages: {
      lower: "HEADERS 在流 {highest} 之后打开流 {streamId}：打开较大的 ID 时，较小的已经关闭",
      promised: "PUSH_PROMISE 在流 {highest} 之后承诺流 {streamId}",
    },
    why: "打开一个流，同一方所有更小的 idle 流就都关闭了，所以接收方看到的是已关闭的流上的 HEADERS。",
    fix: "在同一把锁内分配 ID 并写出 HEADERS，使它们按同样的顺序到达线路。",
  },
  "stream-id/reuse": {
    title: "一个流 ID 不能用于第二个请求",
    messages: {
      ended: "{side}已用 END_STREAM 结束流 {streamId}，又在上面发送了新的请求",
      reset: "{side}已重置流 {streamId}，又在上面发送了新的请求",
      closed: "{side}在已关闭的流 {streamId} 上发送了 HEADERS",
    },
    why: "ID 不能重复使用；接收方会把这个请求当作旧流上的垃圾。",
    fix: "每个请求都使用新的、更大的 ID，重试也一样。",
  },
  "stream-id/near-exhaustion": {
    title: "流 ID 快要用完的连接应及时更换",
    messages: { high: "客户端打开了流 {streamId}；最大的 ID 是 2147483647" },
    why: "ID 不能重复使用。用完之后就不能再打开新的流。",
    fix: "及时打开新的连接，让这个连接做完手里的流。",
  },
};
