import type { RuleText } from "../../language.ts";

export const push: Readonly<Record<string, RuleText>> = {
  "push/from-client": {
    title: "客户端不能发送 PUSH_PROMISE",
    messages: { client: "客户端在流 {streamId} 上发送了 PUSH_PROMISE" },
    why: "只有服务端能承诺响应；服务端会关闭连接。",
    fix: "应发送请求。",
  },
  "push/disabled": {
    title: "客户端禁用推送之后，服务端不能再承诺",
    messages: { disabled: "服务端已确认 ENABLE_PUSH = 0，却在流 {streamId} 上发送了 PUSH_PROMISE" },
    why: "客户端没有办法接收推送的响应，会关闭连接。",
    fix: "承诺之前先看客户端的 ENABLE_PUSH。",
  },
  "push/bad-parent-state": {
    title: "PUSH_PROMISE 必须在响应还没有结束的流上发送",
    messages: {
      idle: "在客户端没有打开的流 {streamId} 上发送了 PUSH_PROMISE",
      ended: "服务端结束流 {streamId} 之后，又在上面发送了 PUSH_PROMISE",
      reset: "服务端重置流 {streamId} 之后，又在上面发送了 PUSH_PROMISE",
    },
    why: "承诺属于一个正在响应的请求；否则客户端会关闭连接。",
    fix: "在响应提到被推送的内容之前承诺，而且要在响应的最后一个帧之前。",
  },
  "push/on-server-stream": {
    title: "PUSH_PROMISE 必须在客户端打开的流上发送",
    messages: { pushed: "在流 {streamId} 上发送了 PUSH_PROMISE，而该流不是客户端打开的" },
    why: "承诺属于客户端的某个请求；否则客户端会关闭连接。",
    fix: "所有承诺都在客户端请求的流上发送，由推送的响应引出的承诺也一样。",
  },
  "push/promised-id-invalid": {
    title: "承诺的流必须是偶数，而且大于之前承诺过的流",
    messages: {
      zero: "流 {streamId} 上的 PUSH_PROMISE 承诺了流 0",
      odd: "流 {streamId} 上的 PUSH_PROMISE 承诺了流 {promised}，这是客户端的 ID",
      used: "流 {streamId} 上的 PUSH_PROMISE 在流 {highest} 之后承诺了流 {promised}",
    },
    why: "承诺的流不可能是 idle；客户端会关闭连接。",
    fix: "每次加 2。",
  },
  "push/unsafe-method": {
    title: "承诺的请求必须是安全且可缓存的",
    messages: {
      unsafe: "服务端用 {method} 承诺了流 {promisedStreamId}，而该方法不是安全的",
      unknown: "服务端用 {method} 承诺了流 {promisedStreamId}，不知道该方法是否安全、可缓存",
    },
    why: "客户端并没有提出这个请求：会改变状态或不能缓存的请求，不能替它编造。",
    fix: "只承诺 GET 和 HEAD。",
  },
  "push/request-with-content": {
    title: "承诺的请求不能有内容",
    messages: { content: "流 {promisedStreamId} 上承诺的请求的 content-length 是 {length}" },
    why: "没有帧可以承载被承诺的请求的内容。",
    fix: "承诺中不要带 content-length。",
  },
  "push/incomplete-request": {
    title: "承诺必须包含完整而有效的请求",
    messages: {
      missing: "流 {promisedStreamId} 上承诺的请求没有 {name}",
      malformed: "流 {promisedStreamId} 上承诺的请求有{what}",
    },
    why: "客户端像使用自己的请求一样使用承诺的字段；字段不全，就会重置承诺的流。",
    fix: "用写客户端请求的那段代码来写承诺。",
  },
  "push/not-authoritative": {
    title: "承诺的请求必须给出服务端有权代表的 authority",
    messages: { absent: "流 {promisedStreamId} 上承诺的请求没有 :authority" },
    why: "没有它，客户端无法判断能否使用该响应。",
    fix: "把客户端请求的 authority 写进承诺。",
  },
  "push/promised-never-used": {
    title: "承诺的流应得到响应或被重置",
    messages: { unused: "服务端承诺了流 {promisedStreamId}，之后 {seconds} s 没有在上面做任何事" },
    why: "客户端在等待推送的响应，可能因此没有发送自己的请求。",
    fix: "不打算响应的承诺流，应重置。",
  },
  "push/requested-again": {
    title: "客户端不应请求已承诺给它的内容",
    messages: { again: "客户端请求了 {path}，而服务端已在流 {promisedStreamId} 上承诺过它" },
    why: "响应已在途中；这样会发送两次。",
    fix: "发送请求之前先看有没有承诺，或者禁用推送。",
  },
};
