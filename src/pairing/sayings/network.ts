// Words of sockets, TLS libraries and HTTP/1 servers, which many programs pass on.
import { firstBytes, wordsOf } from "../first-bytes.ts";
import { CLOSED, ends, HTTP1, type Saying, SILENT, TLS } from "./saying.ts";

export const wrongProtocol: readonly Saying[] = [
  ...firstBytes.map((one): Saying => {
    const { says, rules, side, by } = one;
    return { text: wordsOf(one), says, rules, by, ...(side === undefined ? {} : { side }) };
  }),
  {
    text: /malformed HTTP response \\?"\\+x00\\+x00(?:\\+x[0-9a-f]{2}|\\?.)\\+x04|Parse Error: Expected HTTP\/|Received HTTP\/0\.9 when not allowed/,
    says: "a client of HTTP/1 got bytes that are not HTTP/1, most often the SETTINGS of HTTP/2: the port speaks HTTP/2, and the client does not",
    rules: ["preface/client-magic", ...HTTP1],
    side: "client",
    by: "client",
  },
  {
    text: /TLS handshake error from \S+: (?:tls: )?(?:first record does not look|client sent an HTTP request)|http request(?: was)? sent to https port|HTTP request (?:was sent )?to an HTTPS server|HTTP_REQUEST\b.*SSL routines|SSL routines:[^:]*:(?:[^:]*:)?http request\b|not an SSL\/TLS record: (?:505249|474554|504f5354)/i,
    says: "the server speaks TLS on this port, and the client does not",
    rules: TLS,
    side: "server",
    by: "server",
  },
  {
    text: /(?<!TLS handshake error from \S{1,60}: (?:tls: )?)first record does not look like a TLS handshake|wrong version number|WRONG_VERSION_NUMBER|packet length too long|Unrecognized SSL message|plaintext connection\?|received corrupt message of type|InvalidMessage\(InvalidContentType\)|SSL_ERROR_RX_RECORD_TOO_LONG|ssl3_get_record|unexpected packet format|frame header had an invalid format|server gave HTTP response to HTTPS client|not an SSL\/TLS record: 48545450/i,
    says: "the client speaks TLS, and the server answers without it",
    rules: ["preface/client-spoke-tls", ...TLS],
    side: "client",
    by: "client",
  },
  {
    text: /tlsv1 alert|unsupported protocol version|not an SSL\/TLS record(?!: [0-9a-f]{6})|NotSslRecordException(?!: not an SSL\/TLS record: [0-9a-f]{6})|tls: oversized record received|TLSV1_ALERT_|SSL_ERROR_SSL.*Invalid certificate type/i,
    says: "one side speaks TLS and the other does not",
    rules: TLS,
  },
  {
    text: /cannot negotiate ALPN|missing selected ALPN property|no application protocol|NO_APPLICATION_PROTOCOL|ALPN (?:negotiation|protocol)[^.]{0,40}(?:fail|not supported|mismatch)|unexpected ALPN protocol|server didn't negotiate|did not negotiate(?: an| the)? (?:ALPN|application|HTTP\/2)|HTTP2 not selected by ALPN|credentials: cannot check peer: missing selected ALPN/i,
    says: "TLS ended without h2: the other side does not offer it by ALPN",
    rules: ["tls/alpn-no-overlap", "tls/alpn-missing", "tls/alpn-mismatch", "tls/alert", "preface/server-closed-first"],
  },
  {
    text: /"PRI \* HTTP\/2\.0"|"PRI \* HTTP\/2|Invalid HTTP version \(2\.0\)|Unsupported HTTP version: 2|HTTP Version Not Supported|client sent invalid (?:method|request|version) while reading client request line|bad HTTP\/0\.9 request|Invalid (?:method|request line|HTTP request) (?:received|encountered)?[^"]{0,40}PRI|unsupported HTTP version/i,
    says: "a server of HTTP/1 saw the preface of HTTP/2: its port does not speak HTTP/2 in cleartext",
    rules: HTTP1,
    side: "server",
    by: "server",
  },
  {
    text: /looked like an HTTP\/1\.1 header|error reading server preface: http2: (?:frame too large|failed reading)|Expected SETTINGS frame as the first frame, got frame type (?:79|80|84)\b|Remote party doesn't support HTTP\/2|Trying to connect an http1\.x server|HTTP\/1(?:\.[x01])? response to (?:an? )?HTTP\/2|Received an HTTP\/1\.[01] response|http2: unexpected (?:HTTP\/1|response) |HTTP\/2 response was (?:HTTP\/1|malformed)|UnexpectedMessage|PROTOCOL_ERROR.*HTTP\/1\.1|invalid HTTP version parsed/i,
    says: "the server answered the preface of HTTP/2 in another protocol, most often HTTP/1.1",
    rules: HTTP1,
    side: "client",
  },
  {
    text: /error reading server preface|data while we expected SETTINGS frame|did not complete the HTTP\/2 handshake|Failed parsing HTTP\/2|Expected SETTINGS frame as the first frame|First received frame was not SETTINGS(?!\. Hex dump for first \d+ bytes: (?:48545450|1[56]03|505249|0000000401))|Session closed without receiving a SETTINGS frame|Settings frame not received|server preface not received|http2: server sent (?:no|unexpected) preface|closed before (?:receiving )?(?:the )?(?:server )?(?:preface|settings|SETTINGS)|did not receive (?:server )?(?:SETTINGS|preface)|Expected a SETTINGS frame but was/i,
    says: "the server's first bytes were not SETTINGS: it speaks another protocol, or it closed before",
    kinds: ends,
    rules: ["preface/server-closed-first", ...HTTP1, "preface/server-spoke-tls", "preface/server-silent"],
    side: "client",
  },
  {
    text: /bogus greeting|BAD_CLIENT_MAGIC|bad client magic|unexpected HTTP\/1\.x request|HTTP\/2 client preface string missing|Connect string mismatch|Invalid HTTP\/2 connection preface|invalid (?:HTTP\/2 |connection |client )?preface|invalid http2 preface|Connection preface (?:error|mismatch|is invalid)|does not (?:start|begin) with (?:the )?(?:HTTP\/2 )?(?:connection )?preface|AH02?\d{4}.*no HTTP\/2 preface|client sent invalid (?:HTTP\/2|http2) preface|An HTTP\/1\.x request was sent to an HTTP\/2 only endpoint|HTTP\/1\.x request (?:on|to) (?:an )?(?:unencrypted )?HTTP\/2/i,
    says: "the server saw bytes that are not the connection preface of HTTP/2: the client spoke HTTP/1 or TLS",
    rules: ["preface/client-magic", "preface/client-spoke-tls", "preface/truncated"],
    side: "server",
    by: "client",
  },
];

export const network: readonly Saying[] = [
  {
    text: /certificate (?:signed by unknown|verify failed|has expired|is not trusted|unknown)|x509: |CERTIFICATE_VERIFY_FAILED|PKIX path building|self[- ]signed certificate|SSLHandshakeException|SSL connection could not be established|handshake (?:failed|failure)(?!:? ?(?:tls: )?first record)|bad certificate|unknown ca\b/i,
    says: "TLS was given up, most often because one side does not trust the other's certificate",
    rules: ["tls/alert", "tls/alpn-no-overlap", "tls/version", "preface/server-closed-first"],
  },
  {
    text: /connection refused|ECONNREFUSED|actively refused|ConnectionRefused|os error 111\b|errno[ :=]+111\b|Connect(?:ion)? failed: 111/i,
    says: "nothing listens on the port, or a firewall refuses",
    rules: ["preface/connection-refused"],
  },
  {
    text: /no route to host|EHOSTUNREACH|ENETUNREACH|network is unreachable|host is (?:down|unreachable)|destination host unreachable/i,
    says: "the network has no way to the other side",
    rules: ["preface/connection-refused", "health/peer-unreachable"],
  },
  {
    text: /client connection lost|keepalive (?:ping|watchdog)|keep-?alive time[d]?[- ]?out|ping timeout|PING timed out|KeepAliveTimedOut|http2: timeout waiting for PING|Keepalive failed|The connection is likely gone|no response to (?:keepalive )?ping|keepalive_time/i,
    bare: true,
    says: "a PING had no answer in time, so the connection was given up",
    kinds: ends,
    rules: ["grpc/keepalive-timeout", "health/peer-unreachable", "health/unanswered-ping", "ping/ack-missing"],
  },
  {
    text: /connection timed out|ETIMEDOUT|i\/o timeout|os error 110\b|Connect Timeout|connect timed out|TCP_USER_TIMEOUT|Operation timed out|connection attempt timed out|dial.*timeout|TimeoutError: timed out|A connection attempt failed because the connected party did not properly respond/i,
    says: "nothing came back from the other side",
    rules: SILENT,
  },
  {
    text: /idle timeout|Idle timeout expired|idle[-_ ]?time(?:d )?-?out|Idle Connection Timeout|inactivity timeout|SO_TIMEOUT|connection_idle/i,
    bare: true,
    says: "a stream or a connection was quiet for longer than a timer allows",
    kinds: ["goaway", "rst-stream", "fin", "rst"],
    rules: ["health/idle-timeout", ...CLOSED, "health/goaway", "health/server-reset"],
  },
  {
    text: /connection reset by peer|ECONNRESET|ConnectionReset|Connection reset|forcibly closed by the remote host|os error 104\b|errno[ :=]+104\b|An existing connection was forcibly closed/i,
    bare: true,
    says: "the other side closed TCP with RST: it had given the connection up, or left bytes unread",
    kinds: ["rst"],
    rules: CLOSED,
  },
  {
    text: /(?<!because of a )broken pipe|EPIPE|socket hang up|Connection (?:was |is )?(?:closed|aborted|lost|dropped|terminated)|ConnectionAborted|connection closed before message completed|IncompleteMessage|incomplete message|closed (?:the )?(?:connection|socket|transport) (?:un|abnormally|prematurely|early)|ClosedChannelException|ClosedConnectionException|AsyncClose|EOFException|end of stream|unexpected end of (?:file|stream|data)|\bunexpected EOF\b|RemoteProtocolError(?!: <ConnectionTerminated)|ServerDisconnected|RemoteDisconnected|empty reply from server|response ended prematurely|other side closed|ResponseEnded|UnexpectedEof|Premature(?:ly)? clos|PrematureClose|ECONNABORTED|Channel (?:is )?(?:closed|inactive)|StacklessClosedChannelException|Use of closed network connection/i,
    bare: true,
    says: "the connection ended before the answer was there",
    kinds: ends,
    rules: CLOSED,
  },
  {
    text: /(?<!expected <)\bEOF\b/,
    bare: true,
    says: "the other side closed the connection before the answer was there",
    kinds: ends,
    rules: CLOSED,
  },
];
