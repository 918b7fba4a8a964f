// What a capture or its reader could not do, by the forms of diagnostic.ts, and the words that fill their holes.
export const diagnostics: Readonly<Record<string, string>> = {
  "a record at file offset {offset} claims {length} bytes; reading went on at {next}":
    "文件偏移 {offset} 处的记录声称有 {length} 字节；从 {next} 处继续读取",
  "the file ends inside the record at offset {offset}: {missing} bytes missing":
    "文件在偏移 {offset} 处的记录中间结束：缺少 {missing} 字节",
  "the pcapng block at file offset {offset} is damaged: {reason}": "文件偏移 {offset} 处的 pcapng 块已损坏：{reason}",
  "the {compression} file is damaged or cut at offset {offset}: {reason}; what comes before is read":
    "{compression} 文件在偏移 {offset} 处损坏或被截断：{reason}；之前的内容已读取",
  "reading was ended early, by a signal: the report covers the {packets} packets before that":
    "读取被信号提前结束：报告只包含此前的 {packets} 个包",
  "the capture program says that it missed {packets} packets of interface {interface}":
    "抓包程序报告在接口 {interface} 上丢了 {packets} 个包",
  "a {layer} header does not fit its packet: {reason} ({packets} of them)": "{layer} 头部与包不符：{reason}（共 {packets} 个）",
  "{packets} packets of link type {linkType} ({name}) are not read": "{packets} 个链路类型为 {linkType}（{name}）的包没有读取",
  "{packets} packets are not TCP: {protocol}": "{packets} 个包不是 TCP：{protocol}",
  "{packets} packets of {protocol} are not read": "{packets} 个 {protocol} 包没有读取",
  "{packets} packets are encrypted below TCP: {protocol}": "{packets} 个包在 TCP 之下已加密：{protocol}",
  "{packets} packets were captured twice, or repeated on their way: the copies were left out":
    "{packets} 个包被抓了两次，或在途中重复：副本已略去",
  "connection {connection} was captured at a second point, there as {client} -> {server}: the initial sequence numbers of both sides are the same ({clientNumber}, {serverNumber}){apart}; it is reported once":
    "连接 {connection} 在第二个位置也被抓到，在那里是 {client} -> {server}：两端的初始序列号相同（{clientNumber}、{serverNumber}）{apart}；只报告一次",
  ", {time} earlier": "，早 {time}",
  ", {time} later": "，晚 {time}",
  ", {time} apart": "，相隔 {time}",
  "; by the handshake the clock there is {time} behind, and the path between the two points takes {path}":
    "；按握手推算，那里的时钟慢 {time}，两点之间的路径用时 {path}",
  "; by the handshake the clock there is {time} ahead, and the path between the two points takes {path}":
    "；按握手推算，那里的时钟快 {time}，两点之间的路径用时 {path}",
  "; by the handshake the clock there is {time} behind": "；按握手推算，那里的时钟慢 {time}",
  "; by the handshake the clock there is {time} ahead": "；按握手推算，那里的时钟快 {time}",
  "{packets} IP fragments could not be put together: the rest of their datagrams was not captured":
    "{packets} 个 IP 分片无法重组：数据报的其余部分没有抓到",
  "{packets} IP fragments contradict others: {outcome}": "{packets} 个 IP 分片与其他分片矛盾：{outcome}",
  "the first bytes were kept": "保留了最先到的字节",
  "their datagrams were dropped": "丢弃了它们的数据报",
  "the start of connection {connection} was not captured: rules that need it are off":
    "没有抓到连接 {connection} 的开头：需要它的规则不检查",
  "it is not certain which side is the client of connection {connection}: field blocks contradict each other, or an earlier guess":
    "不能确定连接 {connection} 的哪一端是客户端：首部块互相矛盾，或与先前的推测矛盾",
  "{octets} bytes from the {from} of connection {connection} are missing ({proof})":
    "缺少连接 {connection} 中{from}发送的 {octets} 字节（{proof}）",
  "the other side acknowledged them, so the capture lost them": "对端已确认收到，所以是抓包丢失的",
  cut: "被截断",
  "nothing shows whether they arrived": "无法判断它们是否到达",
  "the snap length cut {octets} bytes from the {from} of connection {connection}":
    "snap length 截断了连接 {connection} 中{from}发送的 {octets} 字节",
  "only the {from} of connection {connection} was captured": "连接 {connection} 只抓到了{from}方向",
  "connection {connection} is {tls}, decrypted of the {from} only: {why}; {advice}":
    "连接 {connection} 是 {tls}，只解密了{from}方向：{why}；{advice}",
  "connection {connection} is {tls}: its handshake did not come to application data":
    "连接 {connection} 是 {tls}：握手之后没有应用数据",
  "connection {connection} is {tls}: {why}; {advice}": "连接 {connection} 是 {tls}：{why}；{advice}",
  "{tls} (h2 offered and chosen)": "{tls}（提供并选择了 h2）",
  "{tls} ({offered} offered, {chosen} chosen)": "{tls}（提供了 {offered}，选择了 {chosen}）",
  "{tls} ({offered} offered)": "{tls}（提供了 {offered}）",
  "{tls} ({chosen} chosen)": "{tls}（选择了 {chosen}）",
  "TLS records from the {from} of connection {connection} do not authenticate: {octets} bytes are left out":
    "连接 {connection} 中{from}的 TLS 记录没有通过认证：略去 {octets} 字节",
  "the borders of TLS records from the {from} of connection {connection} were lost; they are searched":
    "连接 {connection} 中{from}的 TLS 记录边界丢失；正在重新查找",
  "the {from} of connection {connection} ends inside a TLS record": "连接 {connection} 的{from}方向在一条 TLS 记录中间结束",
  "{file} ({origin}): TLS keys of {connections} connections": "{file}（{origin}）：{connections} 个连接的 TLS 密钥",
  "{file} ({origin}): a private key for RSA key exchange": "{file}（{origin}）：用于 RSA 密钥交换的私钥",
  "{file} ({origin}) has no key of these captures: its first client random is {theirs}, the captures' first {ours}":
    "{file}（{origin}）里没有这些抓包的密钥：它的第一个 client random 是 {theirs}，抓包的第一个是 {ours}",
  "field blocks from the {from} of connection {connection} cannot be decoded in full from here on: {reason}":
    "从这里起，连接 {connection} 中{from}的首部块不能完整解码：{reason}",
  "a field block was interrupted": "一个首部块被打断",
  "a field block is not whole": "一个首部块不完整",
  "a field block is too long": "一个首部块太长",
  "the start was not captured": "没有抓到开头",
  "frame borders from the {from} of connection {connection} are unknown for {octets} bytes":
    "连接 {connection} 中{from}的 {octets} 字节不知道帧边界",
  "the capture ends before connection {connection} does: {streams} streams are open":
    "抓包在连接 {connection} 之前结束：还有 {streams} 个流未结束",
  "a retransmission from the {from} of connection {connection} carries other bytes; the first ones were kept":
    "连接 {connection} 中{from}的一次重传内容不同；保留了最先的字节",
  "more than {limit} captures overlap in time: of the others packets come too late":
    "时间上重叠的抓包超过 {limit} 个：其余抓包的包来得太晚",
  "more than {limit} packets have comments: the others are not shown": "有注释的包超过 {limit} 个：其余不显示",
  "{packets} packets have more than {limit} headers and were not read": "{packets} 个包的头部超过 {limit} 层，没有读取",
  "{packets} IP fragments were dropped: at most {octets} bytes of {datagrams} datagrams may wait":
    "丢弃了 {packets} 个 IP 分片：最多保留 {datagrams} 个数据报的 {octets} 字节",
  "more than {limit} bytes out of order: a gap was declared": "乱序数据超过 {limit} 字节：按缺口处理",
  "more than {limit} open connections: the one longest without a packet was given up":
    "打开的连接超过 {limit} 个：放弃了最久没有收到包的一个",
  "more than {limit} bytes wait for a sign of what their connections speak: one was given up as unknown":
    "等待判断协议的数据超过 {limit} 字节：放弃了一个连接，按未知处理",
  "early data from the {from} of connection {connection} is more than is kept until it is accepted: {octets} bytes are left out":
    "连接 {connection} 中{from}的 early data 超过接受之前的保留量：略去 {octets} 字节",
  "keys of more than {limit} TLS connections: those of {connections} connections were forgotten":
    "TLS 连接的密钥超过 {limit} 个：不再保留 {connections} 个连接的密钥",
  "a frame of {length} bytes is longer than the {limit} that are kept": "一个 {length} 字节的帧超过了保留上限 {limit}",
  "more than {limit} bytes of unfinished frames over all connections: one frame was not read":
    "所有连接未完成的帧超过 {limit} 字节：有一个帧没有读取",
  "a field block longer than {limit} bytes was not decoded": "一个超过 {limit} 字节的首部块没有解码",
  "more than {limit} streams on one connection: the oldest closed ones were forgotten":
    "一个连接上的流超过 {limit} 个：不再保留最早关闭的流",
  "{file}: the {compression} file is damaged or cut at offset {offset}: {reason}; what comes before is read":
    "{file}：{compression} 文件在偏移 {offset} 处损坏或被截断：{reason}；之前的内容已读取",
  "{file}: none of its {lines} lines has a known format": "{file}：{lines} 行中没有一行的格式是已知的",
  "{file}: {lines} lines say nothing that is known": "{file}：{lines} 行里没有已知的内容",
  "{file}: {connections} connections of the log are not in the capture, by their frames and times":
    "{file}：按帧和时间判断，日志里的 {connections} 个连接不在抓包里",
  "{file}: {connections} connections of the log could each be more than one of the capture: their lines are not joined, or as possible only":
    "{file}：日志里的 {connections} 个连接各自可能对应抓包中的多个连接：它们的行没有关联，或者只作为可能",
  "{file}: lines of several connections may alternate and nothing distinguishes them: nothing after that can be proven":
    "{file}：几个连接的行可能交替出现，无法区分：此后的内容都不能证实",
  "{file}: {lines} lines are longer than {limit} bytes: only their beginnings were read":
    "{file}：{lines} 行超过 {limit} 字节：只读取了开头",
  "{file}: more than {limit} relevant lines: the later ones were left out": "{file}：相关的行超过 {limit} 行：略去后面的行",
  "more than {limit} frames: logs were not compared with the later ones": "帧超过 {limit} 个：日志没有与后面的帧比较",
  "too many connections to compare them all with the logs: {connections} of the logs were left out":
    "连接太多，不能全部与日志比较：略去了日志里的 {connections} 个连接",
};
