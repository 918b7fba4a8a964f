// Words of HTTP/2 libraries for one kind of fault: what they say of a frame, a field or a limit.
import { anyEnd, CLOSED, ends, RESET, type Saying, SILENT } from "./saying.ts";

const MALFORMED = ["headers/*", "grpc/*"] as const;
const WINDOWS = ["flow/*", "settings/initial-window-overflow"] as const;
const CLOSED_STREAM = ["stream/*", "stream-id/*", "health/receiver-overreaction", "goaway/stream-opened-after"] as const;
const FLOODS = ["abuse/*", "grpc/keepalive-too-frequent"] as const;

export const libraries: readonly Saying[] = [
  {
    software: "Go net/http",
    text: /http2: panic serving|panic serving \S+|goroutine \d+ \[running\]|panic: |panicked at|thread '[^']*' panicked|Unhandled exception (?:in|was thrown)|Uncaught exception|Exception in (?:handler|ASGI application)|RuntimeException thrown by|Exception while executing runnable/,
    says: "a handler crashed: a server resets such a stream or answers with an error, and a process that ends closes its connections",
    kinds: ["rst-stream", "fin", "rst"],
    rules: ["health/server-reset", "grpc/status-lost", "health/error-status", "health/stream-killed-by-close", "goaway/missing-before-close"],
    side: "server",
    by: "server",
  },
  {
    text: /request header "?(?:Connection|Keep-Alive|Proxy-Connection|Transfer-Encoding|Upgrade|TE)"? (?:is not valid|may only)|connection[- ]specific (?:header|field)|(?:Connection|Transfer-Encoding|Keep-Alive|Upgrade|Proxy-Connection) header[^.]{0,40}(?:not allowed|invalid|forbidden|illegal|is present)|invalid (?:Connection|Transfer-Encoding|Upgrade|TE) (?:request )?header|Illegal connection-specific header|illegal header: ?connection|client sent "?(?:Connection|Transfer-Encoding|Upgrade)"? header/i,
    says: "a field that only HTTP/1 knows is in a request or response of HTTP/2",
    rules: ["headers/connection-specific", "headers/te-not-trailers"],
  },
  {
    text: /content-?length|Content-Length|expected \d+ (?:octets|bytes).{0,30}(?:got|received)|(?:sent|received|read) (?:more|less|fewer) (?:than declared|data|bytes than)|Request body length|payload (?:length )?mismatch/,
    says: "the content has other than the announced length, or its length is announced in a way that is not valid",
    rules: ["headers/content-length-mismatch", "headers/content-length-invalid", "headers/content-length-repeated", "headers/*"],
  },
  {
    text: /malformed authority|invalid (?:uri|authority|host|:authority)|invalid uri character|Illegal authority|authority (?:contains|is) (?:illegal|invalid|malformed)|:authority[^.]{0,30}(?:malformed|invalid)|Host header[^.]{0,30}(?:invalid|malformed)|bad authority/i,
    says: "the receiver does not take the request's authority",
    rules: ["headers/authority-invalid", "headers/authority-missing", "headers/*"],
    by: "client",
  },
  {
    text: /(?:header|field|metadata)[^.]{0,40}(?:too (?:large|long|big|many)|(?:exceed|over)[^.]{0,20}(?:limit|size|max))|max(?:imum)?[_ ]header[_ ]list|HeaderListTooLong|HeadersTooLarge|Request Header Fields Too Large|received (?:initial )?metadata size exceeds|header list size (?:exceeded|over|larger|bigger)|header size exceeded|431\b/i,
    says: "the fields are larger than the receiver takes",
    rules: ["headers/list-size", "grpc/metadata-too-large", "continuation/*", "abuse/*", "health/error-status"],
  },
  {
    text: /malformed (?:headers?|request|response|message|trailers)|invalid (?:header|field|pseudo|trailer)|Illegal header|(?:pseudo|Pseudo)[- ]?header|upper[- ]?case|Header (?:name|value)|Invalid HTTP header|invalid (?:HTTP )?(?:header )?(?:name|value)|Missing ['":]?:?(?:method|path|scheme|status)|Mandatory[- ]header|missing mandatory|Received (?:duplicate|custom|invalid) (?:pseudo|header)|INVALID_HEADER|HTTP2_HEADER_|http2\.invalid\.header|Violation in HTTP messaging rule|violation of messaging rule/i,
    says: "a field, a pseudo-field or the set of them is not valid in HTTP/2",
    rules: MALFORMED,
  },
  {
    text: /flow[- ]?control|FlowControl|window (?:size |update )?(?:overflow|exceeded|too large|underflow)|exceeded (?:the )?(?:flow|window)|Window size (?:overflow|exceeds)|receive window|violated flow|DATA (?:frame )?(?:received )?(?:larger|exceeds|beyond) (?:the )?window/i,
    says: "more was sent than a window allows, or a window was raised above 2^31-1",
    rules: WINDOWS,
  },
  {
    text: /hpack|HPACK|COMPRESSION_ERROR|compression_error|CompressionError|dynamic table|max dynamic table size change required|invalid (?:table index|huffman)|Huffman|header (?:block )?(?:compress|decod)|IndexOutOfRange|InvalidTableIndex|index larger than the table/,
    says: "a field block could not be decoded: the sender's and the receiver's tables differ, or its octets are wrong",
    codes: ["COMPRESSION_ERROR"],
    rules: ["hpack/*", "settings/*", "headers/list-size"],
  },
  {
    text: /SETTINGS_TIMEOUT|settings_timeout|settings (?:ack(?:nowledg\w*)? )?(?:timeout|not (?:received|ack))|SettingsTimeout|did not ack(?:nowledge)? settings/i,
    says: "SETTINGS were not acknowledged in time",
    codes: ["SETTINGS_TIMEOUT"],
    rules: ["settings/*", "health/unanswered-settings"],
  },
  {
    text: /frame (?:too large|size (?:error|exceed)|with invalid size|length (?:too|exceed|\d+ exceeds))|FRAME_SIZE_ERROR|frame_size_error|exceeds? (?:the )?(?:SETTINGS_)?MAX_FRAME_SIZE|larger than max(?:imum)? frame size|FrameSizeError|Http2Exception: Frame length: \d+ exceeds maximum/i,
    says: "a frame is longer than its receiver allows, or has a length that its type does not allow",
    rules: ["frame/*", "settings/*", "preface/server-spoke-http1"],
  },
  {
    text: /Stream \d+ does not exist|Stream (?:not found|does not exist)|unknown stream|StreamClosed|frame (?:received )?(?:for|on) (?:an? )?(?:closed|idle|unknown|inactive|half[- ]closed) stream|STREAM_CLOSED|stream_closed(?:_error)?|in state (?:ConnectionState|StreamState)\.(?:CLOSED|HALF_CLOSED\w*|IDLE)|stream in (?:idle|closed|half)|received frame when stream half-closed|NoSuchStreamError|stream is (?:already )?closed|DATA frame for (?:closed|unknown)|HEADERS frame (?:after|on)|Received (?:DATA|HEADERS) frame (?:for|on|after)/i,
    says: "a frame came on a stream that its receiver calls closed, idle or unknown",
    rules: CLOSED_STREAM,
  },
  {
    text: /StreamIDTooLow|StreamIdTooLow|stream id[^.]{0,30}(?:lower|not (?:greater|increasing)|decreas|out of order|illegal|invalid|even|odd|reused)|unexpected stream (?:id|identifier)|Invalid stream (?:id|identifier)|illegal stream id|cannot create stream|incorrect identifier|bad stream id|initiated stream \d+ is not/i,
    says: "the id of a stream is not one that may come next",
    rules: ["stream-id/*", "grpc/request-trailers", "headers/request-trailers", "headers/second-headers-no-end-stream"],
  },
  {
    text: /REFUSED_STREAM|refused[_ ]stream|RefusedStream|max(?:imum)?[_ ]?(?:concurrent|active)[_ ]?streams|MaxConcurrentStreams|TooManyStreams|Maximum active streams|concurrent streams? (?:limit|exceed|violat)|too many (?:concurrent |open |active )?streams|stream refused|NoAvailableStreams/i,
    says: "the server did not process the request: it allows no more streams at a time, or takes no new ones; it is safe to retry",
    kinds: ["rst-stream", "goaway"],
    rules: ["health/refused-streams", "stream/concurrency-exceeded", "health/concurrency-limited", "grpc/rst-status-map", "grpc/unavailable-retryable"],
    by: "server",
  },
  {
    text: /ENHANCE_YOUR_CALM|enhance_your_calm|EnhanceYourCalm|Maximum number of (?:RST|reset|PING|SETTINGS|empty|CONTINUATION)|too_many_internal_resets|too_many_resets|too many (?:resets?|RST_STREAM|pings|settings|continuation|control|small|priority|window[_ ]update|empty)|rapid reset|reset flood|frame[_ ]rate|control frames|excessive load|flood|calm down|RstFrameLimit|decoder enforces/i,
    says: "the receiver counts frames of this kind, and found too many of them",
    kinds: ["goaway", "rst-stream"],
    codes: ["ENHANCE_YOUR_CALM"],
    rules: [...FLOODS, "stream/*"],
    by: "client",
  },
  {
    text: /HTTP_1_1_REQUIRED|http_1_1_required|endpoint requires HTTP\/1\.1|Http11Required/i,
    says: "the server wants this request in HTTP/1.1",
    codes: ["HTTP_1_1_REQUIRED"],
    kinds: ["goaway", "rst-stream"],
  },
  {
    text: /INADEQUATE_SECURITY|inadequate[ _]security|security properties do not meet/i,
    says: "TLS has not what HTTP/2 asks for: a version below 1.2, or a cipher suite that RFC 9113 prohibits",
    codes: ["INADEQUATE_SECURITY"],
    rules: ["tls/*"],
  },
  {
    text: /CONTINUATION|continuation frame/i,
    says: "a field block over several frames was not sent without a gap, or grew too large",
    rules: ["continuation/*", "abuse/continuation-flood", "headers/list-size"],
  },
  {
    text: /PUSH_PROMISE|push (?:is )?(?:disabled|not allowed)|ENABLE_PUSH/i,
    says: "a push that the receiver does not take",
    rules: ["push/*", "settings/enable-push-value"],
  },
  {
    software: "Chrome",
    text: /ERR_HTTP2_(?<code>(?!STREAM|SESSION)[A-Z_]+_ERROR)|ERR_SPDY_[A-Z_]+/,
    says: "Chrome found a fault of the server's HTTP/2, or received this error",
    kinds: anyEnd,
    rules: ["headers/*", "frame/*", "hpack/*", ...RESET],
    side: "client",
  },
  {
    software: "Chrome",
    text: /ERR_HTTP2_(?:PING_FAILED|SERVER_REFUSED_STREAM|CLAIMED_PUSHED|STREAM_CLOSED|INADEQUATE)|ERR_CONNECTION_(?:CLOSED|RESET|ABORTED)|ERR_EMPTY_RESPONSE|ERR_INCOMPLETE_CHUNKED/,
    says: "Chrome lost the stream or the connection",
    kinds: anyEnd,
    rules: [...CLOSED, ...RESET, ...SILENT],
    side: "client",
  },
  {
    software: "Firefox",
    text: /NS_ERROR_NET_(?:HTTP2_SENT_GOAWAY|PARTIAL_TRANSFER|RESET|INTERRUPT|INADEQUATE_SECURITY)/,
    says: "Firefox lost the stream or the connection, or ended it for a fault of the server",
    kinds: anyEnd,
    rules: [...CLOSED, ...RESET, "headers/*", "frame/*"],
    side: "client",
  },
  {
    software: "OkHttp",
    text: /StreamResetException: stream was reset: (?<code>[A-Z_]+)|stream was reset: [A-Z_]+|Rst Stream/,
    says: "OkHttp's stream was reset, by the server or by OkHttp itself",
    kinds: ["rst-stream"],
    rules: RESET,
    side: "client",
  },
  {
    software: "OkHttp",
    text: /ConnectionShutdownException|Http2Connection[^:]*shutdown|unexpected end of stream on/,
    says: "OkHttp's connection was closed or had a GOAWAY while the call was under way",
    kinds: ["goaway", "fin", "rst"],
    rules: [...CLOSED, "health/goaway", "health/goaway-lost-streams"],
    side: "client",
  },
  {
    software: ".NET",
    text: /HTTP\/2 server (?:closed|reset)[^']*(?:HTTP\/2 error code '(?<code>[A-Z0-9_]+)')?/,
    says: ".NET's client lost its stream or its connection to an error that the server sent",
    kinds: ["goaway", "rst-stream"],
    rules: ["health/goaway", ...RESET],
    side: "client",
  },
  {
    software: ".NET",
    text: /HTTP\/2 server sent invalid data|HttpProtocolError|Http2ConnectionException|Http2ProtocolException/,
    says: ".NET's client found a fault of the server",
    kinds: anyEnd,
    rules: ["frame/*", "headers/*", "stream/*", "hpack/*", ...RESET],
    side: "client",
  },
  {
    software: "Kestrel",
    text: /HTTP\/2 (?:stream|connection) error|Http2(?:Stream|Connection)ErrorException|BadHttpRequestException/,
    says: "Kestrel found a fault of the client",
    kinds: anyEnd,
    rules: ["frame/*", "headers/*", "stream/*", "hpack/*", "flow/*"],
    side: "server",
  },
  {
    software: "gRPC C-core",
    text: /Network closed for unknown reason/,
    says: "the connection ended under the call without a reason",
    kinds: ends,
    rules: CLOSED,
    side: "client",
  },
  {
    text: /[Cc]onnection (?:dropped|lost|shut ?down)|lost connection|transport (?:error|failed|closed|is closing)|Channel shutdown|connection error: desc|Transport closed|ClientTransport|tcp (?:handshaker|connect) (?:shutdown|failed)|Broken transport/,
    says: "the connection ended under a call, or could not be made",
    kinds: ["goaway", "fin", "rst"],
    rules: [...CLOSED, "health/goaway", "preface/connection-refused"],
  },
];
