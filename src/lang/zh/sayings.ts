// What the sayings of programs stand for, by their English (pairing/sayings, pairing/symptom.ts).
export const sayings: Readonly<Record<string, string>> = {
  "it calls what the other side sent a fault": "它认为对端发送的内容有错",
  "it found a fault, and ended the stream or the connection": "它发现了错误，结束了流或连接",
  "the other side ended the stream or the connection with an error": "对端用错误码结束了流或连接",
  "the connection ended": "连接结束了",
  "a call failed of it": "有调用因此失败",

  // One program's
  "Rust h2 (hyper, tonic, Volo) says so when the server closed TCP while a stream was open, without GOAWAY or after one that covered the stream":
    "服务端在流还没结束时关闭了 TCP，没有 GOAWAY 或 GOAWAY 已覆盖该流，这时 Rust h2（hyper、tonic、Volo）会这样写",
  "hyper's words for a GOAWAY or RST_STREAM with an error: the reason stands in the frame alone":
    "hyper 对带错误码的 GOAWAY 或 RST_STREAM 的说法：原因只在帧里",
  "Rust h2 received a GOAWAY": "Rust h2 收到了 GOAWAY",
  "Rust h2 received RST_STREAM": "Rust h2 收到了 RST_STREAM",
  "Rust h2's name of an error code: the other side's GOAWAY or RST_STREAM has it, or h2's own":
    "Rust h2 对一个错误码的称呼：来自对端的 GOAWAY 或 RST_STREAM，或者 h2 自己的",
  "Rust h2 itself found the fault, and sent GOAWAY or RST_STREAM": "Rust h2 自己发现了错误，发送了 GOAWAY 或 RST_STREAM",
  "Rust h2 found a fault of the other side, and sent GOAWAY": "Rust h2 发现了对端的错误，发送了 GOAWAY",
  "Rust h2 found a fault of the other side, and sent RST_STREAM": "Rust h2 发现了对端的错误，发送了 RST_STREAM",
  "grpc-go before 1.63 closes without GOAWAY on any second HEADERS of a stream, and on any id that is even or not above the highest":
    "grpc-go 1.63 之前的版本收到一个流上的第二个 HEADERS，或者偶数 ID、不大于已有最大值的 ID 时，不发 GOAWAY 就关闭连接",
  "a grpc-go client lost its connection after the server's GOAWAY": "服务端发送 GOAWAY 之后，grpc-go 客户端失去了连接",
  "a grpc-go client received RST_STREAM": "grpc-go 客户端收到了 RST_STREAM",
  "grpc-go says so of calls on a connection that ended under them": "连接在调用期间结束时，grpc-go 会这样写",
  "a grpc-go client saw a response end without grpc-status": "grpc-go 客户端看到响应结束时没有 grpc-status",
  "the server counts PINGs that came sooner than it allows": "服务端会统计间隔过短的 PING",
  "Go's client received a GOAWAY, and then the connection ended": "Go 的客户端收到 GOAWAY，随后连接结束",
  "Go found a fault of the other side, and sent GOAWAY or closed": "Go 发现了对端的错误，发送了 GOAWAY 或关闭了连接",
  "a stream was reset, by the other side or by Go itself": "流被重置，由对端或 Go 自己发起",
  "the connection ended while a request was under way": "连接在请求进行中结束",
  "curl's stream was reset, or its connection ended with this code": "curl 的流被重置，或者连接以这个错误码结束",
  "curl itself found a fault of the server, or used a connection that the server had ended":
    "curl 自己发现了服务端的错误，或者使用了服务端已经结束的连接",
  "Node's session ended by a GOAWAY, its own or the other side's": "Node 的 session 因 GOAWAY 结束，由自己或对端发送",
  "Node's stream was reset": "Node 的流被重置",
  "grpc-js saw its stream end with this code: by RST_STREAM, or with the connection":
    "grpc-js 的流以这个错误码结束：因为 RST_STREAM，或者随连接一起结束",
  "grpc-js received a GOAWAY": "grpc-js 收到了 GOAWAY",
  "grpc-js lost its connection": "grpc-js 失去了连接",
  "a grpc-java client received a GOAWAY": "grpc-java 客户端收到了 GOAWAY",
  "a grpc-java client received RST_STREAM": "grpc-java 客户端收到了 RST_STREAM",
  "a C-core client received a GOAWAY": "C-core 客户端收到了 GOAWAY",
  "a C-core client lost its connection": "C-core 客户端失去了连接",
  "C-core saw a second HEADERS without END_STREAM": "C-core 看到不带 END_STREAM 的第二个 HEADERS",
  "the server saw bytes that are not the connection preface of HTTP/2: the client spoke HTTP/1 or TLS":
    "服务端收到的字节不是 HTTP/2 的 connection preface：客户端用的是 HTTP/1 或 TLS",
  "Netty sent a GOAWAY": "Netty 发送了 GOAWAY",
  "Netty wants a size update before the fields once its lower HEADER_TABLE_SIZE is acknowledged":
    "Netty 较小的 HEADER_TABLE_SIZE 得到确认之后，要求字段之前有大小更新",
  "Netty cannot read a field block": "Netty 不能读取首部块",
  "Netty refuses a field section above its MAX_HEADER_LIST_SIZE": "Netty 拒绝超过其 MAX_HEADER_LIST_SIZE 的首部",
  "nginx says so of any second HEADERS of a stream, and of any id that is even or not above the last":
    "一个流上出现第二个 HEADERS，或者 ID 是偶数、不大于上一个 ID 时，nginx 会这样写",
  "the client sent more than nginx's window allowed": "客户端发送的数据超过了 nginx 的窗口",
  "Envoy found a fault of the other side, and closed or reset": "Envoy 发现了对端的错误，关闭了连接或重置了流",
  "python-hyper/h2 saw a stream id that is not above the last": "python-hyper/h2 看到一个不大于上一个的流 ID",
  "python-hyper/h2 saw a frame on a stream that was closed": "python-hyper/h2 在已关闭的流上看到一个帧",

  // Anybody's
  "one side speaks TLS and the other does not": "一端使用 TLS，另一端不使用",
  "TLS ended without h2: the other side does not offer it by ALPN": "TLS 没有协商出 h2：对端没有通过 ALPN 提供它",
  "a server of HTTP/1 saw the preface of HTTP/2: its port does not speak HTTP/2 in cleartext":
    "HTTP/1 服务端收到了 HTTP/2 的 preface：它的端口不支持明文 HTTP/2",
  "the server answered the preface of HTTP/2 in another protocol, most often HTTP/1.1":
    "服务端用别的协议（通常是 HTTP/1.1）回应了 HTTP/2 的 preface",
  "the server's first bytes were not SETTINGS: it speaks another protocol, or it closed before":
    "服务端最先发送的不是 SETTINGS：它用的是别的协议，或者在此之前就关闭了",
  "a handler crashed: a server resets such a stream or answers with an error, and a process that ends closes its connections":
    "handler 崩溃了：服务端会重置这样的流或返回错误，进程结束时会关闭它的连接",
  "a field that only HTTP/1 knows is in a request or response of HTTP/2": "HTTP/2 的请求或响应里有只属于 HTTP/1 的字段",
  "the content has other than the announced length, or its length is announced in a way that is not valid":
    "内容长度与声明的不一致，或者长度的声明方式无效",
  "the receiver does not take the request's authority": "接收方不接受请求的 authority",
  "the fields are larger than the receiver takes": "首部字段超过接收方接受的大小",
  "a field, a pseudo-field or the set of them is not valid in HTTP/2": "某个字段、伪首部字段或它们的组合在 HTTP/2 里无效",
  "more was sent than a window allows, or a window was raised above 2^31-1": "发送的数据超过了窗口，或者窗口被加到 2^31-1 以上",
  "a field block could not be decoded: the sender's and the receiver's tables differ, or its bytes are wrong":
    "首部块无法解码：发送方和接收方的动态表不一致，或者它的字节有错",
  "SETTINGS were not acknowledged in time": "SETTINGS 没有及时得到确认",
  "a frame is longer than its receiver allows, or has a length that its type does not allow":
    "帧的长度超过接收方允许的值，或者不符合它的类型",
  "a frame came on a stream that its receiver calls closed, idle or unknown": "接收方认为帧所在的流已关闭、处于 idle 或未知",
  "the id of a stream is not one that may come next": "流 ID 不是接下来可以使用的值",
  "the server did not process the request: it allows no more streams at a time, or takes no new ones; it is safe to retry":
    "服务端没有处理请求：并发流已达上限，或者不再接受新的流；可以安全重试",
  "the receiver counts frames of this kind, and found too many of them": "接收方统计这类帧，认为数量太多",
  "the server wants this request in HTTP/1.1": "服务端要求对这个请求使用 HTTP/1.1",
  "TLS has not what HTTP/2 asks for: a version below 1.2, or a cipher suite that RFC 9113 prohibits":
    "TLS 不满足 HTTP/2 的要求：版本低于 1.2，或者用了 RFC 9113 禁止的密码套件",
  "a field block over several frames was not sent without a gap, or grew too large":
    "分成多个帧的首部块没有连续发送，或者变得太大",
  "a push that the receiver does not take": "接收方不接受的 push",
  "Chrome found a fault of the server's HTTP/2, or received this error": "Chrome 发现了服务端的 HTTP/2 错误，或者收到了这个错误",
  "Chrome lost the stream or the connection": "Chrome 失去了流或连接",
  "Firefox lost the stream or the connection, or ended it for a fault of the server":
    "Firefox 失去了流或连接，或者因服务端的错误而结束了它",
  "Apple's client found a fault of the server's HTTP/2, most often in the fields of a response, or received PROTOCOL_ERROR":
    "Apple 的客户端发现了服务端 HTTP/2 的错误（多半在响应的字段里），或者收到了 PROTOCOL_ERROR",
  "the caller's own timer ran out before the response, or more of it, was there":
    "在响应（或其后续部分）到来之前，调用方自己的定时器已到期",
  "OkHttp's stream was reset, by the server or by OkHttp itself": "OkHttp 的流被重置，由服务端或 OkHttp 自己发起",
  "OkHttp's connection was closed or had a GOAWAY while the call was under way":
    "OkHttp 的连接在调用进行中被关闭，或者收到了 GOAWAY",
  ".NET's client lost its stream or its connection to an error that the server sent":
    ".NET 客户端因服务端发送的错误失去了流或连接",
  ".NET's client found a fault of the server, or a PING of it had no answer in time":
    ".NET 客户端发现服务端出错，或者它的 PING 没有及时得到回答",
  "Kestrel found a fault of the client": "Kestrel 发现了客户端的错误",
  "the connection ended under the call without a reason": "连接在调用期间结束，没有说明原因",
  "the connection ended under a call, or could not be made": "连接在调用期间结束，或者无法建立",
  "the connection could not be made, or takes no more calls": "连接无法建立，或者不再接受调用",
  "content came before the receiver's SETTINGS were acknowledged: nginx counts the window that it announced, not the one of the RFC":
    "在接收方的 SETTINGS 得到确认之前就发来了内容：nginx 按它声明的窗口计算，而不是按 RFC 的窗口",
  "Envoy takes a field or a message for invalid": "Envoy 认为某个字段或消息无效",

  // Proxies
  "nginx lost the server behind it before that had answered": "nginx 在上游响应之前失去了与它的连接",
  "nginx waited for the server behind it until its own timer ran out": "nginx 等待上游，直到自己的定时器到期",
  "nginx received RST_STREAM from the server behind it; of NO_ERROR after a whole response it makes an error, too":
    "nginx 收到了上游的 RST_STREAM；完整响应之后的 NO_ERROR 它也当作错误",
  "nginx received a GOAWAY from the server behind it": "nginx 收到了上游的 GOAWAY",
  "nginx refused what the server behind it sent": "nginx 拒绝了上游发来的内容",
  "nginx counts frames that cost it work, or bytes of fields, and closes when there are too many":
    "nginx 统计消耗它资源的帧，或者首部的字节数，太多时就关闭连接",
  "nginx lost the client before the response was whole": "nginx 在响应发完之前失去了客户端",
  "Envoy's connection or stream to the server behind it ended before the response was whole":
    "Envoy 到上游的连接或流在响应完整之前就结束了",
  "Envoy could not reach the server behind it, or lost the connection": "Envoy 无法连接上游，或者失去了连接",
  "Envoy's timer ran out before the response was there": "Envoy 的定时器在收到响应之前到期",
  "Envoy found a fault of the other side, or counts too many of its frames, and closed or reset":
    "Envoy 发现了对端的错误，或者认为对端的某类帧太多，关闭了连接或重置了流",
  "haproxy ended it: S for the server behind it, P for itself; C while it connected, H while it waited for the response's fields, D within the content":
    "haproxy 结束了它：S 表示因为上游，P 表示因为自己；C 表示正在连接，H 表示正在等待响应首部，D 表示在内容之中",
  "the client ended it, or haproxy's timer for the client ran out (c)": "客户端结束了它，或者 haproxy 对客户端的定时器到期（c）",
  "haproxy's timer for the server behind it ran out": "haproxy 对上游的定时器到期",
  "mod_http2 ended the session or a stream, or the client did": "mod_http2 或客户端结束了 session 或流",
  "a proxy answered in the place of the server behind it": "代理替上游作了响应",
  "an access log has the request with an error status": "访问日志里这个请求的状态码是错误",
  "a load balancer lost the server behind it": "负载均衡器失去了后端",

  // The network
  "TLS was given up, most often because one side does not trust the other's certificate":
    "TLS 握手被放弃，多半是一端不信任另一端的证书",
  "nothing listens on the port, or a firewall refuses": "端口上没有程序在监听，或者被防火墙拒绝",
  "the network has no way to the other side": "网络不能到达对端",
  "a PING had no answer in time, so the connection was given up": "PING 没有及时得到响应，所以放弃了连接",
  "nothing came back from the other side": "对端没有返回任何内容",
  "a stream or a connection was quiet for longer than a timer allows": "流或连接空闲的时间超过了定时器的限制",
  "the other side closed TCP with RST: it had given the connection up, or left bytes unread":
    "对端用 RST 关闭了 TCP：它已放弃连接，或者还有字节没有读取",
  "the connection ended before the answer was there": "连接在收到响应之前结束",
  "the other side closed the connection before the answer was there": "对端在响应之前关闭了连接",

  // gRPC
  "the server ends connections at an age or after idling, and then the calls that its grace is too short for":
    "服务端在连接达到寿命或空闲时间后结束连接，宽限期不够的调用也随之结束",
  "the server shuts down": "服务端正在停止",
  "a message was larger than its receiver, or its sender, allows": "消息超过了接收方或发送方允许的大小",
  "what answered is no gRPC server, or a proxy answered in its place: the response has another HTTP status or content type":
    "响应的不是 gRPC 服务端，或者是代理替它响应：响应的 HTTP 状态码或 content-type 不同",
  "a call had another count of messages than its method has": "一个调用的消息数与它的方法不符",
  "the server cannot read the grpc-timeout of the request": "服务端无法读取请求的 grpc-timeout",
  "a unary call ended with status OK and without a message, or within one":
    "unary 调用以 OK 状态结束，却没有消息，或者在一条消息中间结束",
  "Kestrel got less than 240 bytes a second of a request, and gave up": "Kestrel 收到的请求每秒不到 240 字节，于是放弃",
  "a response ended without grpc-status, or within a message": "响应结束时没有 grpc-status，或者在一条消息中间结束",
  "the stream was reset, or its connection ended": "流被重置，或者它的连接结束了",
  "the other side announced the end of the connection": "对端宣布要结束连接",
  "a deadline passed before the answer was there": "在收到响应之前 deadline 已到",
  "a call was cancelled: in a server's handler because the client reset the stream, because its deadline passed, or because the connection ended under it":
    "调用被取消：在服务端的 handler 里，原因是客户端重置了流、deadline 已到，或者连接在调用期间结束",
  "a message or the load was too large for the receiver, or the server asked for calm":
    "消息或负载对接收方来说太大，或者服务端要求降低频率",
  "the server has no such method, or what answered is no gRPC server": "服务端没有这个方法，或者响应的不是 gRPC 服务端",
  "gRPC clients say so of calls on a connection that ended under them, or that the server refused":
    "连接在调用期间结束，或者调用被服务端拒绝时，gRPC 客户端会这样写",
  "a call failed of an error inside the library, of the protocol, or of the handler":
    "调用失败，原因是库的内部错误、协议错误或 handler 出错",

  // First bytes of other protocols, and further programs
  "no RST_STREAM came: Node's own session or stream failed, and grpc-js ended the call with this code":
    "没有收到 RST_STREAM：是 Node 自己的会话或流失败了，grpc-js 以这个错误码结束了调用",
  "Node's client could not send a frame: the stream or the session was gone, and the code is its own":
    "Node 的客户端无法发送一个帧：流或会话已经不在了，错误码是它自己的",
  "the server's GOAWAY came before it had processed the request, and Go could not send the body once more: set GetBody":
    "服务端还没有处理请求就发来了 GOAWAY，而 Go 无法再次发送请求体：请设置 GetBody",
  "python-hyper/h2 received a GOAWAY: streams above its last stream were not processed":
    "python-hyper/h2 收到了 GOAWAY：最后流 ID 之后的流没有被处理",
  "SwiftNIO's stream ended with this code: by RST_STREAM, or with the connection":
    "SwiftNIO 的流以这个错误码结束：由于 RST_STREAM，或者随连接一起结束",
  "SwiftNIO could not read a frame: the other side most often does not speak HTTP/2 there, or speaks TLS":
    "SwiftNIO 无法读取帧：通常是对端在那里不使用 HTTP/2，或者使用 TLS",
  "gun's stream was reset by the server": "gun 的流被服务端重置",
  "Mint received a GOAWAY": "Mint 收到了 GOAWAY",
  "Dart's stream was reset by the other side": "Dart 的流被对端重置",
  "Dart ended the connection under its calls; the code is its own, and 10 stands for a connection that was lost":
    "Dart 在调用期间结束了连接；错误码是它自己的，10 表示连接丢失",
  "each connection that curl took ended before the answer was there": "curl 使用的每个连接都在响应到达之前结束了",
  "the server's own timer for a handler ran out: it answers 503": "服务端处理程序的定时器到期：它回答 503",
  "Netty had something to send on a stream that was over: the other side reset it, or the connection ended":
    "Netty 要在已经结束的流上发送内容：对端重置了它，或者连接结束了",
  "gRPC C-core received RST_STREAM": "gRPC C-core 收到了 RST_STREAM",
  "SwiftNIO was to open a stream with an id that is not above the last: its application opened streams out of order":
    "SwiftNIO 要打开的流的 ID 不大于上一个：它的应用程序没有按顺序打开流",
  "Jetty received RST_STREAM with CANCEL: the other side gave the request up": "Jetty 收到了 RST_STREAM CANCEL：对端放弃了请求",
  "the bytes are HTTP/1: the server answered in HTTP/1.1, not in HTTP/2":
    "这些字节是 HTTP/1：服务端用 HTTP/1.1 而不是 HTTP/2 回答",
  "the bytes are a TLS alert: the server speaks TLS on this port, and the client does not":
    "这些字节是 TLS 警报：服务端在这个端口上使用 TLS，而客户端没有",
  "the bytes begin a TLS handshake: the client speaks TLS on this port, and the server does not":
    "这些字节是 TLS 握手的开头：客户端在这个端口上使用 TLS，而服务端没有",
  "the bytes are PRI, the beginning of a client's preface: it came twice, or HTTP/2 is inside HTTP/2":
    "这些字节是 PRI，即客户端前言的开头：前言出现了两次，或者 HTTP/2 里面又有 HTTP/2",
  "the bytes are a request of HTTP/1: the client does not speak HTTP/2 on this port":
    "这些字节是 HTTP/1 的请求：客户端在这个端口上不使用 HTTP/2",
  "the first frame is an acknowledgment of SETTINGS: the sender's own SETTINGS must come before it":
    "第一个帧是 SETTINGS 的确认：发送方自己的 SETTINGS 必须在它之前",
  "a client of HTTP/1 got bytes that are not HTTP/1, most often the SETTINGS of HTTP/2: the port speaks HTTP/2, and the client does not":
    "HTTP/1 的客户端收到了不是 HTTP/1 的字节，通常是 HTTP/2 的 SETTINGS：该端口使用 HTTP/2，而客户端没有",
  "the server speaks TLS on this port, and the client does not": "服务端在这个端口上使用 TLS，而客户端没有",
  "the client speaks TLS, and the server answers without it": "客户端使用 TLS，而服务端的回答不用 TLS",
  "a window was raised above 2^31-1": "窗口被增大到超过 2^31-1",
  "a request was made on a connection that had received a GOAWAY: it was not sent, and is safe to retry on a new connection":
    "在已收到 GOAWAY 的连接上发起了请求：它没有发送，可以放心地在新连接上重试",
  "the connection had ended, or had received a GOAWAY, before the request: it takes no new streams":
    "在请求之前连接已经结束或者收到了 GOAWAY：它不再接受新的流",
  "gRPC C-core had no answer to its PING in time, and closed the connection": "gRPC C-core 没有及时收到 PING 的回答，关闭了连接",
  "h2 as a client has no such stream: it had not opened it, or had forgotten it after a reset":
    "作为客户端的 h2 没有这个流：它没有打开过，或者在重置之后已忘记它",
  "nginx received a GOAWAY from the server behind it, and gave the request up: NO_ERROR is a graceful end, and a request above its last stream is safe to retry":
    "nginx 收到了后面服务端的 GOAWAY，放弃了请求：NO_ERROR 表示正常结束，高于最后流 ID 的请求可以放心重试",
  "Jetty saw no preface of HTTP/2": "Jetty 没有看到 HTTP/2 的前言",
  "Kestrel saw a pseudo-header field in trailers": "Kestrel 在尾部字段里看到了伪首部字段",
  "Kestrel saw a field name with upper-case letters": "Kestrel 看到了含大写字母的字段名",
  "Kestrel wants END_STREAM on a second HEADERS": "Kestrel 要求第二个 HEADERS 带有 END_STREAM",
  "Kestrel saw a pseudo-header field after others": "Kestrel 看到伪首部字段在其他字段之后",
  "Kestrel saw a field that only HTTP/1 knows": "Kestrel 看到了只有 HTTP/1 才有的字段",
  "Kestrel saw more DATA than the window allows": "Kestrel 看到的 DATA 超过了窗口允许的量",
  "Kestrel does not take the :path": "Kestrel 不接受这个 :path",
  "Kestrel does not take the :method": "Kestrel 不接受这个 :method",
  "Kestrel wants the :scheme of the connection: https over TLS, http without":
    "Kestrel 要求 :scheme 与连接一致：TLS 上是 https，否则是 http",
  "Kestrel saw a frame with a length that it does not take": "Kestrel 看到了长度不被接受的帧",
  "Kestrel saw an increment of 0": "Kestrel 看到了为 0 的窗口增量",
  "the JDK's client received a GOAWAY: older versions then fail every request that is under way, those too that the server would answer":
    "JDK 的客户端收到了 GOAWAY：较旧的版本这时会让所有进行中的请求失败，包括服务端还会回答的那些",
  "the JDK's client received RST_STREAM": "JDK 的客户端收到了 RST_STREAM",
  "the connection ended before the first byte of an answer in HTTP/1.1: without TLS the JDK's client asks for h2c by Upgrade in its first request, and some servers close on that":
    "连接在 HTTP/1.1 的应答的第一个字节之前就结束了：不用 TLS 时，JDK 的客户端在第一个请求里用 Upgrade 提出 h2c，有些服务端遇到它就关闭",
  "the JDK's client read the end of TCP before the answer was whole": "在应答完整之前，JDK 的客户端就读到了 TCP 的结尾",
  "Jetty's client, or another thread of its program, closed the connection under the request: after a GOAWAY, too":
    "请求还在进行，Jetty 的客户端或者程序的另一个线程就关闭了连接：收到 GOAWAY 之后也会这样",
  "Jetty saw a field for the dynamic table that is larger than the table: that empties the table (RFC 7541, 4.4), and is no fault":
    "Jetty 看到一个要加入动态表、却比整个表还大的字段：这会清空动态表（RFC 7541 第 4.4 节），并不是错误",
  "OkHttp read a response without :status: it has none, or OkHttp before 3.5 failed on a size update before it, which is lawful":
    "OkHttp 读到没有 :status 的响应：响应确实没有，或者 3.5 之前的 OkHttp 读不懂它前面的动态表大小更新，而那是合法的",
  "the server did not take the request: by RST_STREAM(REFUSED_STREAM), or by a GOAWAY that leaves its stream out":
    "服务端没有接受这个请求：发送了 RST_STREAM(REFUSED_STREAM)，或者发送了不包括该流的 GOAWAY",
  "the server's GOAWAY leaves the stream out: it was not processed, and is safe to retry":
    "服务端的 GOAWAY 不包括这个流：它没有被处理，可以放心重试",
  "Swift's AsyncHTTPClient lost its connection before the answer was whole":
    "在应答完整之前，Swift 的 AsyncHTTPClient 失去了连接",
  "connect's client saw a response end within a message, or without grpc-status: its sender stopped, reset the stream, or lost the connection":
    "connect 的客户端看到响应在消息中间结束，或者没有 grpc-status：发送方中止了、重置了流，或者失去了连接",
  "a grpc-go client got a second HEADERS without END_STREAM, and resets the stream":
    "grpc-go 客户端收到第二个没有 END_STREAM 的 HEADERS，并重置该流",
  "Go's client got another frame before the server's SETTINGS": "Go 的客户端在服务端的 SETTINGS 之前收到了别的帧",
  "Go's client got DATA of a response before its HEADERS, and resets the stream":
    "Go 的客户端在响应的 HEADERS 之前收到了它的 DATA，并重置该流",
  "Go's client got DATA of a response that had ended": "Go 的客户端收到了已经结束的响应的 DATA",
  "Go's client got content in the response to HEAD": "Go 的客户端在 HEAD 的响应里收到了内容",
  "Go's client got DATA on a stream that it never opened, and closes the connection":
    "Go 的客户端在它从未打开的流上收到 DATA，并关闭连接",
  "Envoy's flag UR: the server behind it reset the stream": "Envoy 的标志 UR：后面的服务端重置了流",
  "Envoy's flag UC: the connection to the server behind it ended under the request":
    "Envoy 的标志 UC：请求还在进行，到后面服务端的连接就结束了",
  "Envoy's flag UPE: the response of the server behind it breaks the protocol": "Envoy 的标志 UPE：后面服务端的响应违反了协议",
  "Envoy's flag DPE: the client's request breaks the protocol": "Envoy 的标志 DPE：客户端的请求违反了协议",
  "Envoy's flag DC: the client reset the stream, or closed, before the response was whole":
    "Envoy 的标志 DC：在响应完整之前，客户端重置了流或者关闭了连接",
  "Envoy's flag LR: Envoy itself reset the stream to the server behind it": "Envoy 的标志 LR：Envoy 自己重置了到后面服务端的流",
  "Traffic Server found a fault in a frame, and answered with this code: client_ip is the other side, which may be a server":
    "Traffic Server 发现一个帧有错误，并用这个错误码回应：client_ip 是对端，也可能是服务端",
  "the client reset the stream, or the connection ended, while an application in Tomcat wrote or read":
    "Tomcat 里的应用还在写或读，客户端就重置了流，或者连接结束了",
  "an application in Open Liberty wrote on a stream that was over: the client reset it, or its END_STREAM had been sent":
    "Open Liberty 里的应用在已经结束的流上写：客户端重置了它，或者已经发送过 END_STREAM",
  "Undertow's stream was reset by the other side, or ended with its connection": "Undertow 的流被对端重置，或者随连接一起结束",
  "Undertow saw RST_STREAM on a stream that it calls idle: older versions mean stream 1 of an upgrade from HTTP/1.1, too":
    "Undertow 在它认为是 idle 的流上看到 RST_STREAM：较旧的版本也包括从 HTTP/1.1 升级时的流 1",
  "Undertow saw no preface of HTTP/2": "Undertow 没有看到 HTTP/2 的前言",
  "Undertow found a fault in a frame or in a field block of the other side": "Undertow 发现对端的帧或首部块有错误",
  "the stream ended before its response was complete: by RST_STREAM, by a GOAWAY, or with the connection":
    "流在响应完整之前结束：由于 RST_STREAM、GOAWAY，或者随连接一起结束",
  "SwiftNIO met a frame on a stream that it had forgotten, or had refused after its own GOAWAY: some versions of grpc-swift close the connection for that":
    "SwiftNIO 在它已经忘记、或者在自己的 GOAWAY 之后拒绝的流上遇到一个帧：grpc-swift 的某些版本会为此关闭连接",
  "Finagle (Linkerd 1) lost the connection before the answer was whole": "在应答完整之前，Finagle（Linkerd 1）失去了连接",
};
