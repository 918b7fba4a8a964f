// Words that code puts into holes of messages, by the hole. What has holes itself is looked for by its form.
import { budgets } from "./budgets.ts";
import { differences, ends, messages } from "./differences.ts";
import { evidence } from "./evidence.ts";
import { misuse, reasons } from "./misuse.ts";

type Words = Readonly<Record<string, string>>;

const SIDES: Words = { client: "客户端", server: "服务端" };

const ENDS: Words = {
  "GOAWAY({code}) of the {side}": "{side}的 GOAWAY({code})",
  "FIN of the {side}": "{side}的 FIN",
  "RST of the {side}": "{side}的 RST",
};

const CALL_ENDS: Words = {
  complete: "完成",
  "reset-by-client": "被客户端重置",
  "reset-by-server": "被服务端重置",
  "killed-by-goaway": "因 GOAWAY 中断",
  "killed-by-close": "因关闭中断",
  open: "未结束",
  unknown: "未知",
  "no status": "没有状态",
};

export const values: Readonly<Record<string, Words>> = {
  side: SIDES,
  sender: SIDES,
  holder: SIDES,
  owner: {
    ...SIDES,
    "grpc-go's bandwidth probe": "grpc-go 的带宽探测",
    "grpc-go's graceful stop": "grpc-go 的优雅停止",
    "h2's graceful shutdown": "h2 的优雅关闭",
    "h2's keepalive or bandwidth probe": "h2 的 keepalive 或带宽探测",
    "grpc-java's bandwidth probe": "grpc-java 的带宽探测",
    "grpc-java's keepalive": "grpc-java 的 keepalive",
    "grpc-java's graceful shutdown": "grpc-java 的优雅关闭",
    "keepalive or measurement": "keepalive 或测量",
  },
  peer: SIDES,
  actor: { ...SIDES, "the client is": "客户端", "the server is": "服务端", "either side is": "任一方" },
  what: {
    "the connection": "连接",
    "stream {id}": "流 {id}",
    "the end of the request": "请求结束",
    "the last of the request so far": "请求到目前为止的最后一部分",
    "a :status": " :status",
    "an unknown pseudo-header field": "未知的伪首部字段",
    "a pseudo-header field after a regular one": "排在普通字段之后的伪首部字段",
    "a pseudo-header field twice": "出现两次的伪首部字段",
    "an uppercase field name": "含有大写字母的字段名",
    "an invalid field name": "无效的字段名",
    "an invalid field value": "无效的字段值",
    "a connection-specific field": "与连接相关的字段",
  },
  how: ENDS,
  meaning: {
    "it calls something on the stream a violation": "它认为该流上有违规",
    "it failed inside": "它内部出错",
    "it calls a window exceeded": "它认为窗口被超出",
    "its SETTINGS were not acknowledged in time": "它的 SETTINGS 没有及时得到确认",
    "it calls the stream closed": "它认为该流已关闭",
    "it calls a frame's length wrong": "它认为某个帧的长度不对",
    "it does not want the stream any more": "它不再需要该流",
    "it could not decode fields": "它无法解码字段",
    "the connection behind CONNECT failed": "CONNECT 后面的连接失败",
    "it calls the load excessive": "它认为负载过大",
    "it wants a better TLS": "它要求更好的 TLS",
    "it wants HTTP/1.1 for this": "它要求对此使用 HTTP/1.1",
    "no code of RFC 9113": "RFC 9113 中没有这个错误码",
  },
  limit: {
    "the 100 that Envoy, Apache httpd and Tomcat take by default, or the 128 of Node":
      " Envoy、Apache httpd 和 Tomcat 默认接受的 100 个，或者 Node 的 128 个",
    "the 8 KiB that Netty, Tomcat and others take by default; other programs take 16 to 64 KiB":
      " Netty、Tomcat 等默认接受的 8 KiB；其他程序接受 16 到 64 KiB",
    "the 4 KiB a field that nginx takes by default up to 1.19.6, or the 8 KiB of Apache httpd and of later ones":
      " nginx 1.19.6 及以前默认每个字段接受的 4 KiB，或者 Apache httpd 和更新的 nginx 的 8 KiB",
  },
  gone: { "; {gone} of its {held} bytes came on streams that are over": "；其中 {held} 字节里的 {gone} 字节属于已结束的流" },
  known: { "; {software} refuses that": "；{software} 拒绝这种内容" },
  padding: {
    "; {padding} of these bytes are padding, which counts and which it did not give back":
      "；其中 {padding} 字节是填充，填充也占用窗口，而它没有归还",
  },
  victims: { "; meanwhile nothing came for {paths}": "；其间 {paths} 没有收到任何内容" },
  lost: { "; its GOAWAY({code}) may be lost": "；它的 GOAWAY({code}) 可能已丢失" },
  reason: {
    ' ("{said}": the connection had reached its maximum age)': '（"{said}"：连接已达到最大时长）',
    ' ("{said}")': '（"{said}"）',
  },
  streams: { "{first} and {n} more": "{first} 等（另有 {n} 个）" },
  budget: { ...budgets, ...CALL_ENDS },
  names: CALL_ENDS,
  evidence,
  misuse,
  difference: differences,
  message: messages,
  a: differences,
  b: differences,
  said: misuse,
  because: reasons,
  info: { first: "连接号" },
  end: { ...CALL_ENDS, ...ends },
  other: ends,
  values: { "{first} and {others}": "{first} 和 {others}" },
  offered: { nothing: "空的列表" },
  input: {
    "field blocks that decode without a fault, in which each index lies within the table": "能正确解码、索引都在表之内的首部块",
    "field blocks that decode without a fault, in which each size update is allowed and none is missing":
      "能正确解码、其中的大小更新都允许也不缺少的首部块",
    "an interim response (1xx)": "临时响应（1xx）",
    "RST_STREAM on a stream that it had open": "未结束的流上的 RST_STREAM",
    "RST_STREAM on stream 1, which the upgrade from HTTP/1.1 had opened": "由 HTTP/1.1 的 upgrade 打开的流 1 上的 RST_STREAM",
    "a WINDOW_UPDATE of the connection beside a large INITIAL_WINDOW_SIZE, which is of streams only":
      "连接的 WINDOW_UPDATE（同时有较大的 INITIAL_WINDOW_SIZE，而后者只针对流）",
    "WINDOW_UPDATE on a stream that had ended": "已结束的流上的 WINDOW_UPDATE",
    "PRIORITY on a stream that had ended": "已结束的流上的 PRIORITY",
    "DATA of a request that went on when the response was whole": "完整响应之后请求仍在继续的 DATA",
    "trailers without a field": "没有字段的 trailers",
    "trailers, which end the message": "结束消息的 trailers",
    "an empty DATA frame with END_STREAM": "带 END_STREAM 的空 DATA 帧",
    "a response to HEAD, which has no content whatever its content-length says":
      "对 HEAD 的响应（不管 content-length 是多少，都没有内容）",
    "`host` beside :authority": ":authority 之外的 `host`",
    "`host` without :authority": "没有 :authority 而有 `host`",
    "HEADERS that open a stream which PRIORITY had named before": "打开一个 PRIORITY 先前已经指名的流的 HEADERS",
    "`host` in a response, where it means nothing": "响应里没有意义的 `host`",
    "fields behind a size update to {n}": "大小更新（{n}）之后的字段",
    "a field block that was sent before the lower HEADER_TABLE_SIZE was acknowledged, with no size update, which was not due yet":
      "较小的 HEADER_TABLE_SIZE 得到确认之前发送、因此还不需要大小更新的首部块",
    "a request that was under way when it sent its own GOAWAY(NO_ERROR)": "它发送自己的 GOAWAY(NO_ERROR) 时已在途中的请求",
    "a field section of {n} fields": "有 {n} 个字段的首部",
    "a field of {n} bytes": "一个 {n} 字节的字段",
    "a field section of {n} bytes (as SETTINGS_MAX_HEADER_LIST_SIZE counts them)":
      "{n} 字节的首部（按 SETTINGS_MAX_HEADER_LIST_SIZE 计算）",
  },
};
