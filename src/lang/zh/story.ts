// `h2lint why`, and the story of the worst failure in other reports.
export const story: Readonly<Record<string, string>> = {
  "{message} ({at}).": "{message}（{at}）。",
  "The call is {path}.": "调用是 {path}。",
  "This is not proven: {needs}.": "这一点未证实：{needs}。",
  " ({name})": "（{name}）",

  // The answer
  "The answer of the {side} is known from its log only.": "{side}的反应只在它的日志里出现。",
  'It carries the text "{text}".': '它带有文字 "{text}"。',
  "The log names the code {code}{debug}.": "日志写出了错误码 {code}{debug}。",
  "The log reports an error ({at}){code}{debug}, and nothing in it explains it.":
    "日志报告了一个错误（{at}）{code}{debug}，日志里没有内容能解释它。",
  "The {side} found a fault of the {other} ({at}){code}{debug}, and nothing in the log explains it.":
    "{side}发现了{other}的错误（{at}）{code}{debug}，日志里没有内容能解释它。",
  "The {side} sent an error ({at}){code}{debug}, and nothing in the log explains it.":
    "{side}发送了一个错误（{at}）{code}{debug}，日志里没有内容能解释它。",
  "The {side} closed the connection {delay} later ({answer}, {at}) and gave no reason.":
    "{delay} 后{side}关闭了连接（{answer}，{at}），没有说明原因。",
  "The {side} answered {delay} later with {answer} ({at}){debug}{closed}.":
    "{delay} 后{side}的反应是 {answer}（{at}）{debug}{closed}。",
  ", and closed the connection {delay} after that ({how}, packet {packet})": "，再过 {delay} 后关闭了连接（{how}，包 {packet}）",
  ", and closed the connection {delay} after that (packet {packet})": "，再过 {delay} 后关闭了连接（包 {packet}）",
  "It is likely, not certain, that this is the answer.": "这很可能就是对它的反应，但不能确定。",
  "It ends the connection, though only the stream should end.": "它结束了整个连接，而本来只应结束这个流。",
  "The {side} itself sent GOAWAY {code} {delay} later, on open streams (packet {packet}).":
    "{delay} 后{side}自己发送了 GOAWAY {code}，当时还有未结束的流（包 {packet}）。",
  "The {side} itself closed the connection {delay} later, on open streams (packet {packet}).":
    "{delay} 后{side}自己关闭了连接，当时还有未结束的流（包 {packet}）。",
  "The {side} accepted it.": "{side}接受了它。",
  "The {side} went on without an error.": "{side}继续正常工作，没有报错。",
  "The capture shows no answer from the {side}.": "抓包里没有{side}的反应。",
  "The {side} sent {answer} {delay} later ({at}); that may be the answer, but little shows it.":
    "{side}在 {delay} 之后发送了 {answer}（{at}）；这可能是它的反应，但依据很少。",

  // Logs
  "A log": "日志",
  "The log of the {side}": "{side}的日志",
  "{log} says about it {line}.": "{log}对此的记录{line}。",
  "{log} shows the result {line}.": "{log}记录了结果{line}。",
  '({place}): "{line}"': '（{place}）："{line}"',

  // What it cost
  "The call failed with it.": "调用因此失败。",
  "It cost {calls}: {which}.": "因此丢失 {calls}：{which}。",
  "The caller{whose} probably saw {saw}.": "调用方{whose}看到的可能是 {saw}。",
  "Callers{whose} probably saw {saw}.": "调用方{whose}看到的可能是 {saw}。",
  "It is safe to retry: the server did not act on it.": "可以安全重试：服务端没有处理它。",
  "They are safe to retry: the server did not act on them.": "可以安全重试：服务端没有处理它们。",
  "It is not safe to retry: the handler may have run.": "重试不安全：handler 可能已经执行。",
  "They are not safe to retry: the handler may have run.": "重试不安全：handler 可能已经执行。",
  "One of them is safe to retry ({streams}), the handlers of the others may have run.":
    "其中 1 个可以安全重试（{streams}），其余调用的 handler 可能已经执行。",
  "{n} of them are safe to retry ({streams}), the handlers of the others may have run.":
    "其中 {n} 个可以安全重试（{streams}），其余调用的 handler 可能已经执行。",
  "It happened {times} times on {connections}, and cost {calls} in all.":
    "在 {connections}上共出现 {times} 次，总共丢失 {calls}。",
  "It happened {times} times on {connections}.": "在 {connections}上共出现 {times} 次。",
  "The same answer may be about {others} and more as well.": "同一个反应也可能与 {others} 等有关。",
  "The same answer may be about {others} as well.": "同一个反应也可能与 {others} 有关。",

  // An answer that nothing explains
  "closed the connection on open streams ({answer}, {at})": "在还有未结束的流时关闭了连接（{answer}，{at}）",
  "sent {answer} ({at}){debug}{closed}": "发送了 {answer}（{at}）{debug}{closed}",
  "{frame} ({at})": "{frame}（{at}）",
  "No rule is broken by what it had received: its own log should have the reason.":
    "它收到的内容没有违反任何规则：原因应在它自己的日志里。",
  "The {side} {did}, and no fault of the {peer} was found that explains it.": "{side}{did}，没有发现能解释它的{peer}错误。",
  "The {side} {did}. That status says why by itself: {meaning}{block}.":
    "{side}{did}。这个状态码本身就说明了原因：{meaning}{block}。",
  "the request has no credentials that are good for this": "请求没有带上有效的凭证",
  "the request is understood and refused": "服务端理解了请求，但拒绝执行",
  "a proxy on the way wants credentials": "途中的代理要求提供凭证",
  "the request was not complete in the time that the server waits": "请求没有在服务端等待的时间内发完",
  "the server wants a content-length": "服务端要求带 content-length",
  "the content is larger than the server takes": "内容超过服务端接受的大小",
  "the path is longer than the server takes": "路径超过服务端接受的长度",
  "the server does not take this content-type, or this content-encoding": "服务端不接受这个 content-type 或 content-encoding",
  "this server does not answer for that authority and scheme: the connection was used for another host":
    "服务端不负责这个 authority 和 scheme：这个连接被用来访问了别的主机",
  "the client asked too often": "客户端的请求太频繁",
  "the header fields of the request are larger, or more, than the server takes": "请求的首部字段过大或过多，服务端不接受",
  "the server does not take this version of HTTP for that": "服务端对此不接受这个 HTTP 版本",
  "That status says that {meaning}.": "这个状态码的含义：{meaning}。",
  "It says that {meaning}.": "它的含义：{meaning}。",
  "The {side} {did}. That code says why by itself: {meaning}{block}.":
    "{side}{did}。这个错误码本身就说明了原因：{meaning}{block}。",
  "The server answered stream {streamId} with {how}{text} ({at}).": "服务端对流 {streamId} 的响应是 {how}{text}（{at}）。",
  "No rule was broken on the wire: the reason is the server's, or that of a proxy that made the answer.":
    "抓包里没有违反任何规则：原因在服务端，或者在给出该响应的代理。",
  "this server, or the proxy before it, has nothing at that path": "服务端（或它前面的代理）在该路径上没有内容",
  "this method is not taken at that path": "该路径不接受这个方法",
  "the client closed the connection before the load balancer's idle timeout (AWS)":
    "客户端在负载均衡器的空闲超时之前关闭了连接（AWS）",
  "x-forwarded-for has more addresses than the load balancer takes (AWS)":
    "x-forwarded-for 里的地址多于负载均衡器接受的数量（AWS）",
  "the protocol version of the request does not fit the target group's: gRPC, HTTP/2 or HTTP/1.1 (AWS)":
    "请求的协议版本与目标组的不符：gRPC、HTTP/2 或 HTTP/1.1（AWS）",
  "a header field is larger than nginx takes": "某个首部字段超过 nginx 接受的大小",
  "the client's certificate is not good (nginx)": "客户端证书无效（nginx）",
  "the server wants a client certificate (nginx)": "服务端要求客户端证书（nginx）",
  "HTTP without TLS was sent to an HTTPS port (nginx)": "向 HTTPS 端口发送了没有 TLS 的 HTTP（nginx）",
  "the client gave up before nginx had an answer": "nginx 得到响应之前，客户端已放弃",
  "the server failed inside": "服务端内部出错",
  "a proxy got no valid answer from the server behind it": "代理没有从后端得到有效的响应",
  "the server, or the proxy before it, cannot serve this now: overload, or no healthy server behind the proxy":
    "服务端（或它前面的代理）现在不能处理：过载，或者代理后面没有健康的服务端",
  "a proxy waited for the server behind it as long as it may": "代理等待后端直到超时",
  "the origin gave an answer that Cloudflare cannot read": "源站的响应 Cloudflare 不能读取",
  "the origin refused Cloudflare's connection": "源站拒绝了 Cloudflare 的连接",
  "the origin did not take Cloudflare's connection in time": "源站没有及时接受 Cloudflare 的连接",
  "Cloudflare cannot reach the origin": "Cloudflare 无法到达源站",
  "the origin did not answer in the time that Cloudflare waits": "源站没有在 Cloudflare 等待的时间内响应",
  "the TLS handshake between Cloudflare and the origin failed": "Cloudflare 与源站之间的 TLS 握手失败",
  "the origin's certificate is not good for Cloudflare": "Cloudflare 不接受源站的证书",
  "the server found the deadline to be over": "服务端发现期限已过",
  "what was asked for is not there": "所请求的内容不存在",
  "the caller may not do this": "调用方没有权限",
  "a quota is used up, or a message is larger than the server takes": "配额已用完，或者消息超过服务端接受的大小",
  "the server has no such method, or not what the call needs: compare the path, and the encoding":
    "服务端没有这个方法，或者缺少调用所需的功能：请核对路径和编码",
  "the server, or what it needs, cannot be reached now": "服务端或它依赖的服务现在无法到达",
  "the call has no credentials that are good for this": "调用没有带上有效的凭证",
  "it wants this over HTTP/1.1, as some servers do for client certificates, NTLM or WebSocket":
    "它要求对此使用 HTTP/1.1；一些服务端在客户端证书、NTLM 或 WebSocket 时会这样",
  "the version or suite of TLS is too weak for it": "TLS 的版本或套件对它来说太弱",
  "The caller's deadline of {deadline} had passed when the call on stream {streamId} ended: {how} ({at}).":
    "流 {streamId} 上的调用结束时，调用方的期限 {deadline} 已过：{how}（{at}）。",
  "No rule was broken on the wire: the server took longer than the caller would wait.":
    "抓包里没有违反任何规则：服务端所用的时间超过了调用方愿意等待的时间。",
  "; its field block has {bytes} as it was sent": "；它的首部块发送时有 {bytes}",
  "Legal, but known to be refused: {refusals}.": "合法，但已知会被拒绝：{refusals}。",
  "The last frames it had received from the {side}: {frames}.": "它最后收到的{side}的帧：{frames}。",
  "Every rule could be checked.": "所有规则都已检查。",
  "Not every rule could be checked: {blind}.": "有些规则无法检查：{blind}。",
  "h2lint timeline --connection {id} shows every frame.": "用 h2lint timeline --connection {id} 查看全部帧。",
  "Fix: {fix}": "修复：{fix}",

  // What failed
  "{calls} did not end well:": "{calls}没有正常结束：",
  "{calls} did not end well; the first {kept} of them:": "{calls}没有正常结束；其中前 {kept} 个：",
  "a call": "一个调用",
  "{connections} did not end gracefully:": "{connections}没有正常关闭：",
  "{how}, with {calls} unfinished": "{how}，当时有 {calls}未完成",
  "{attempts} to connect failed:": "{attempts}失败：",
  "followed through the proxy:": "经过代理的情况：",
  "{what}, {times} times, first ({place})": "{what}，共 {times} 次，首次（{place}）",
  "{what} ({place})": "{what}（{place}）",
  "and {n} more; h2lint calls lists all calls": "另有 {n} 种；用 h2lint calls 列出所有调用",

  // Through a proxy
  "{proxy} had tried {n} times.": "{proxy}一共尝试了 {n} 次。",
  "That the two are one call is likely: {sign}.": "两者很可能是同一个调用：{sign}。",
  "they have the same x-request-id": "它们的 x-request-id 相同",
  "they have the same traceparent": "它们的 traceparent 相同",
  "they are alike in path, size and time, but not all of their addresses differ":
    "它们的路径、大小和时间相符，但三方的地址并不都不同",
  "the upstream {server}": "上游 {server} ",
  "the proxy": "代理",
  it: "它",
  "; {proxy} passed that on with {how} ({at}, packet {packet})": "；{proxy}用 {how} 把这一点转告上游（{at}，包 {packet}）",
  "the client gave up after {delay} ({how}, packet {packet}){passed}; {upstream} had not answered":
    "客户端在 {delay} 后放弃（{how}，包 {packet}）{passed}；{upstream}一直没有响应",
  "the client gave up after {delay} ({how}, packet {packet}){passed}; {upstream} had not finished its answer":
    "客户端在 {delay} 后放弃（{how}，包 {packet}）{passed}；{upstream}的响应还没有完整",
  "{upstream} answered {answer} ({at}, packet {packet}), and {proxy} passed it on (packet {passed})":
    "{upstream}返回 {answer}（{at}，包 {packet}），{proxy}把它转给了客户端（包 {passed}）",
  "{upstream} answered {answer} ({at}, packet {packet}), so {said}": "{upstream}返回 {answer}（{at}，包 {packet}），因此{said}",
  "{upstream} answered {answer} ({at}, packet {packet}), so what failed is {proxy} itself: {said}":
    "{upstream}返回 {answer}（{at}，包 {packet}），所以出错的是{proxy}本身：{said}",
  "{upstream} ended the call before its answer was whole ({how}, {at}, packet {packet}), so {said}":
    "{upstream}在响应完整之前结束了调用（{how}，{at}，包 {packet}），因此{said}",
  "{upstream} ended the call without an answer ({how}, {at}, packet {packet}), so {said}":
    "{upstream}没有响应就结束了调用（{how}，{at}，包 {packet}），因此{said}",
  "what {upstream} answered was not captured ({at}); {said}": "没有抓到{upstream}的响应（{at}）；{said}",
  "{upstream} did not finish its answer within {delay} ({at}), {deadline}, so {said}":
    "{upstream}在 {delay} 内没有发完响应（{at}），{deadline}，因此{said}",
  "{upstream} did not answer within {delay} ({at}), {deadline}, so {said}":
    "{upstream}在 {delay} 内没有响应（{at}），{deadline}，因此{said}",
  " ({how}, packet {packet})": "（{how}，包 {packet}）",
  "and the call's deadline of {deadline} was over{gaveUp}": "调用的 deadline（{deadline}）已到{gaveUp}",
  "and {proxy} did not wait longer{gaveUp}": "{proxy}没有再等{gaveUp}",
  "it refused the connection": "它拒绝了连接",
  "nothing answered": "没有任何应答",
  ", {n} attempts": "，共尝试 {n} 次",
  "{proxy} could not connect to {server} ({how}: connection {connection}, packet {packet}{times}), so {said}.":
    "{proxy}无法连接 {server}（{how}：连接 {connection}，包 {packet}{times}），因此{said}。",
  "That this is why is likely: the attempt falls into the time of the call.": "这很可能就是原因：这次尝试发生在调用期间。",
  "{proxy} ended the client's call with {how} ({at}, packet {packet})": "{proxy}用 {how} 结束了客户端的调用（{at}，包 {packet}）",
  "{proxy} said {answer} to the client ({at}, packet {packet})": "{proxy}给客户端返回 {answer}（{at}，包 {packet}）",

  // Around it
  "More about the rule: h2lint explain {rule}": "规则的说明：h2lint explain {rule}",
  "What the text calls a fault is not in this capture: its writer is mistaken, or means another connection.":
    "这段文字所说的错误不在这份抓包里：写它的程序弄错了，或者说的是另一个连接。",
  "It fits the meaning of the text; the capture does not contain the text itself.":
    "与这段文字的含义相符；抓包里没有这段文字本身。",
  "what else failed": "其他失败",
  "what else it may be": "其他可能",
  "and {n} more (--verbose shows them)": "另有 {n} 个（用 --verbose 查看）",
  "The {side} says it in {where} ({place}).": "{side}在 {where} 里这样写（{place}）。",
  "The {side} says it, with other numbers, in {where} ({place}).": "{side}在 {where} 里这样写，只是数字不同（{place}）。",
  "the debug data of a GOAWAY": "GOAWAY 的 debug data",
  "grpc-message": "grpc-message",
  "No line of the log reports a failure in words that are known.": "日志里没有一行用已知的文字报告失败。",
  "This capture has no HTTP/2 that can be read.": "这个抓包里没有可以读取的 HTTP/2。",
  'The server ended the call on stream {stream} of connection {connection}{call} with{code} "{text}" (packet {packet}). Nothing on that stream breaks a rule: look for the reason in the server.':
    '服务端结束了连接 {connection} 流 {stream} 上的调用{call}：{code}"{text}"（包 {packet}）。这个流没有违反任何规则：请到服务端查找原因。',
  " grpc-status {status} {name},": "grpc-status {status} {name}，",
  "Nothing in the log explains it.": "日志里没有内容能解释它。",
  "The server sent its whole response on stream {stream}{call}, and then RST_STREAM(NO_ERROR), as the client had not ended the request ({place}). That is lawful, and a client must not discard the response for it (RFC 9113, 8.1): a program that reports it as an error is at fault.":
    "服务端在流 {stream}{call}上发送了完整的响应，然后因客户端尚未结束请求而发送了 RST_STREAM(NO_ERROR)（{place}）。这是合法的，客户端不得因此丢弃响应（RFC 9113，8.1）：把它报告为错误的程序才有错。",
  "Nothing in this capture explains it.": "这个抓包里没有内容能解释它。",
  "The text is not known, and the capture does not contain it. The worst that the capture shows:":
    "这段文字是未知的，抓包里也没有它。抓包里最严重的问题：",
  "What did fail: {cause}": "确实失败的是：{cause}",
  "The text is not known, and the capture does not contain it.": "这段文字是未知的，抓包里也没有它。",
  "The text is not known.": "这段文字是未知的。",
  "A capture shows what happened: h2lint why CAPTURE --text TEXT.": "抓包能显示发生了什么：h2lint why CAPTURE --text TEXT。",
  "rules that it may be about": "可能有关的规则",
  "How many messages a method has is in its .proto only: with --proto they are counted against it.":
    "一个方法有多少条消息只写在它的 .proto 里：给出 --proto 就会据此核对。",
  "The capture shows nothing that leads to it.": "抓包里没有会导致它的情况。",
  "Nothing on the wire explains it: no rule was broken. The reason is the application's, or the status says it.":
    "线上的数据不能解释它：没有违反任何规则。原因在应用，或者状态码已经说明。",
  "The log shows no failure: {calls} on {connections}.": "日志里没有失败：{connections}，{calls}。",
  "This capture shows no failure: {calls} on {connections}.": "这个抓包里没有失败：{connections}，{calls}。",
  "{answers} without a finding": "{answers}没有对应的问题",
  "Other findings: {found}; h2lint check shows them.": "其他问题：{found}；用 h2lint check 查看。",
  "h2lint check gives advice.": "用 h2lint check 查看建议。",
  "Not everything could be checked: {blind}.": "有些内容无法检查：{blind}。",
  "Connection {id} is TLS: {why}.": "连接 {id} 是 TLS：{why}。",
  "The same holds for {connections}; h2lint info lists them.": "{connections}也是如此；用 h2lint info 列出。",
};
