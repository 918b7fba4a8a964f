import type { RuleText } from "../../language.ts";

export const goaway: Readonly<Record<string, RuleText>> = {
  "goaway/last-stream-id-increased": {
    title: "后一个 GOAWAY 的 last stream ID 不能更大",
    messages: { higher: "GOAWAY 的 last stream 是 {last}，而之前的 GOAWAY 是 {before}" },
    why: "对端可能已在另一个连接上重发了大于第一个 ID 的请求：它们会执行两次。",
    fix: "减小该 ID 或保持不变；要让途中的请求完成，先发送 2147483647。",
  },
  "goaway/last-stream-id-parity": {
    title: "GOAWAY 应给出对端打开的流",
    messages: { own: "{side}的 GOAWAY 的 last stream 是 {last}，这个 ID 只有{side}自己才能打开" },
    why: "该 ID 告诉对端它的哪些流已被处理；有的实现遇到这种 ID 会以错误关闭连接。",
    fix: "给出对端已被处理的最大的流 ID，或者 0。（grpc-go 客户端关闭时给出自己的 ID：无害。）",
  },
  "goaway/last-stream-id-unopened": {
    title: "GOAWAY 给出的流不应大于对端已打开的流",
    messages: { unopened: "GOAWAY 的 last stream 是 {last}；已打开的最大的流是 {highest}" },
    why: "在对端看来，不大于该 ID 的流仍可以打开。",
    fix: "给出已处理的最大的流 ID；要预告关闭则用 2147483647。",
  },
  "goaway/stream-opened-after": {
    title: "处理了 GOAWAY 的一方不能再打开流",
    messages: {
      opened: "{side}已应答对端 GOAWAY 之后的内容，却仍打开了流 {streamId}",
      late: "对端的 GOAWAY 到达 {seconds} s 之后，{side}打开了流 {streamId}",
      promised: "服务端已应答客户端 GOAWAY 之后的内容，却仍承诺了流 {streamId}",
    },
    why: "发送 GOAWAY 的一方忽略新的流：这些请求等不到结果。",
    fix: "读到 GOAWAY 后，新请求使用新的连接。",
  },
  "goaway/last-id-below-answered": {
    title: "GOAWAY 不能漏掉已响应的流",
    messages: {
      open: "GOAWAY 的 last stream 是 {last}，但流 {streamId} 已有响应，只是还没有结束",
      reset: "GOAWAY 的 last stream 是 {last}，但被对端重置的流 {streamId} 已有响应",
      ended: "GOAWAY 的 last stream 是 {last}，但流 {streamId} 已完整响应",
      own: "GOAWAY 的 last stream 是 {last}，但流 {streamId} 已有响应，之后被同一方重置",
    },
    why: "该 ID 保证更大的流都没有被处理，对端可以重发这些请求。",
    fix: "给出做过任何处理的最大的流 ID。",
  },
  "goaway/activity-above-last": {
    title: "发送 GOAWAY 的一方不应继续处理大于 last stream 的流",
    messages: { above: "{side}发送 last stream 为 {last} 的 GOAWAY 之后，在流 {streamId} 上发送了 {kind}" },
    why: "对端已被告知该流没有被处理，可能已重发了它的请求。",
    fix: "丢弃大于 last stream 的流；要完成途中的流，先发送带 2147483647 的 GOAWAY。",
  },
  "goaway/no-close-after-error": {
    title: "发送带错误码的 GOAWAY 之后必须关闭连接",
    messages: {
      lived: "{side}发送了带错误码的 GOAWAY，{seconds} s 之后仍在发送",
      served: "{side}发送了带错误码的 GOAWAY，又响应了在那之后到达的流 {streamId}",
    },
    why: "对端在等待一个不会再工作的连接。",
    fix: "写出 GOAWAY 之后关闭连接。",
  },
  "goaway/missing-before-close": {
    title: "关闭连接会中断流时，应先发送 GOAWAY",
    messages: {
      theirs: "{side}没有发送 GOAWAY 就关闭了连接，对端有 {streams} 个流没有完成",
      own: "{side}没有发送 GOAWAY 就关闭了连接，它自己有 {streams} 个流没有结束",
    },
    why: "没有 GOAWAY，对端无法知道哪些请求已被处理，因而不能重发。",
    fix: "关闭之前发送 GOAWAY；检查是否崩溃、代理超时或被强制终止。",
  },
  "goaway/multiple-error-codes": {
    title: "一个连接应只用一个错误码放弃",
    messages: { another: "发送 {before} 的 GOAWAY 之后，又发送了 {code} 的 GOAWAY" },
    why: "对端无法判断自己错在哪里。",
    fix: "只为第一个错误发送 GOAWAY，然后关闭。",
  },
  "goaway/no-warning": {
    title: "服务端关闭之前应提前一个往返预告",
    messages: { lost: "服务端的第一个 GOAWAY 的 last stream 就是 {last}：途中的 {streams} 个流丢失" },
    why: "与 GOAWAY 在途中交错的请求不会被处理，而并非所有客户端都会重发。",
    fix: "先发送带 2147483647 的 GOAWAY，等到 PING 的应答，再发送真正的 GOAWAY。",
  },
};
