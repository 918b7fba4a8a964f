import type { RuleText } from "../../language.ts";

export const ping: Readonly<Record<string, RuleText>> = {
  "ping/ack-missing": {
    title: "PING 必须得到应答",
    messages: {
      processed: "{side}应答了 PING 之后的内容，却没有应答 PING",
      delivered: "{side}收到了 PING，在 {seconds} s 内没有应答",
    },
    why: "PING 用来检测连接是否可用；没有应答，对端会放弃连接。",
    fix: "对每个 PING，先于其他帧用同样的八个字节和 ACK 标志应答。",
  },
  "ping/ack-unsolicited": {
    title: "PING 的 ACK 应对应一个 PING",
    messages: { unsolicited: "{side}确认了一个没有到达它的 PING：没有带这些字节的未应答 PING" },
    why: "多数实现会忽略它，有的会关闭连接；它还掩盖了应答的是哪个 PING。",
    fix: "每个 PING 只应答一次，带上它的八个字节。",
  },
  "ping/ack-to-ack": {
    title: "不能应答 PING 的 ACK",
    messages: { answer: "{side}用另一个 ACK 应答了 PING 的 ACK" },
    why: "双方都这样做就永远不会停。",
    fix: "应答 PING 之前检查 ACK 标志。",
  },
  "ping/slow-ack": {
    title: "PING 应立即得到应答",
    messages: { slow: "{side}在 {ms} ms 之后才应答 PING；一个往返最多 {roundTrip} ms" },
    why: "对端用 PING 测量往返时间，应答不及时它会放弃连接。",
    fix: "查明读取方在忙什么：事件循环阻塞、写队列已满，或者进程被暂停。",
  },
};
