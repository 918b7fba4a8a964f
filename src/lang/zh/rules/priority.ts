import type { RuleText } from "../../language.ts";

export const priority: Readonly<Record<string, RuleText>> = {
  "priority/self-dependency": {
    title: "流不能依赖自己",
    messages: { self: "{kind} 使流 {streamId} 依赖自己" },
    why: "RFC 9113 已取消优先级方案，但许多实现仍按 RFC 7540 的这条规则重置流。",
    fix: "不要发送 PRIORITY 和 HEADERS 的优先级字段，或者让流依赖流 0。",
  },
  "priority/ignored-signal": {
    title: "服务端通告 NO_RFC7540_PRIORITIES 后，客户端不必发送 PRIORITY",
    messages: { ignored: "客户端已确认服务端的 NO_RFC7540_PRIORITIES = 1，却仍发送 PRIORITY" },
    why: "服务端已表示会忽略这些帧。",
    fix: "使用 RFC 9218 的 priority 字段或 PRIORITY_UPDATE。",
  },
  "priority/own-no-rfc7540": {
    title: "自己通告了 NO_RFC7540_PRIORITIES，就不应发送 PRIORITY",
    messages: { own: "{side}自己通告了 NO_RFC7540_PRIORITIES = 1，却发送 PRIORITY" },
    why: "它已表示不使用旧方案。在得知对端的 SETTINGS 之前，两种信号都发送是正常的。",
    fix: "只使用 RFC 9218 的 priority 字段或 PRIORITY_UPDATE。",
  },
  "priority-update/on-stream": {
    title: "PRIORITY_UPDATE 必须在流 0 上发送",
    messages: { stream: "在流 {streamId} 上发送了 PRIORITY_UPDATE" },
    why: "它针对的流写在 payload 里。",
    fix: "把帧的流 ID 设为 0。",
  },
  "priority-update/target-zero": {
    title: "PRIORITY_UPDATE 必须指明一个流",
    messages: { zero: "PRIORITY_UPDATE 给流 0 设置优先级" },
    why: "流 0 是连接，没有优先级。",
    fix: "填写请求所在的流。",
  },
  "priority-update/from-server": {
    title: "服务端不能发送 PRIORITY_UPDATE",
    messages: { server: "服务端发送了 PRIORITY_UPDATE" },
    why: "只有客户端知道自己先需要什么。",
    fix: "改为在响应里发送 priority 字段。",
  },
  "priority-update/idle-push": {
    title: "PRIORITY_UPDATE 不能指明没有承诺过的推送",
    messages: { idle: "PRIORITY_UPDATE 给流 {target} 设置优先级，而服务端没有承诺过该流" },
    why: "偶数流只能由服务端打开。",
    fix: "读到 PUSH_PROMISE 之后，再给该推送设置优先级。",
  },
  "priority-update/idle-count": {
    title: "设置了优先级的 idle 流也计入 MAX_CONCURRENT_STREAMS",
    messages: { exceeded: "PRIORITY_UPDATE 针对 {idle} 个 idle 流，另有 {active} 个活跃的流；服务端允许 {limit} 个流" },
    why: "服务端要为还不存在的流保存优先级。",
    fix: "快要打开某个流时，再设置它的优先级。",
  },
  "priority-update/bad-value": {
    title: "Priority Field Value 是由 urgency 和 incremental 组成的 dictionary",
    messages: {
      syntax: '流 {target} 的优先级是 "{value}"，不是 Structured Fields 的 dictionary',
      urgency: '流 {target} 的优先级是 "{value}"：u 应是 0 到 7 的整数',
    },
    why: "服务端会忽略不能用的值；遇到无法解析的值，可以关闭连接。",
    fix: "写成 `u=3, i` 这样的形式。",
  },
  "priority-update/too-short": {
    title: "PRIORITY_UPDATE 必须放得下一个流 ID",
    messages: { short: "PRIORITY_UPDATE 只有 {length} 字节；至少需要 4 字节" },
    why: "缺少它所针对的流。",
    fix: "先写被设置优先级的流的 ID，占 4 字节。",
  },
};
