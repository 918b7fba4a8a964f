// `--help`: commands, options, and what stands around them.
export const help: Readonly<Record<string, string>> = {
  "$0 [check] CAPTURE...\n\nFlags every HTTP/2 and gRPC protocol violation in a packet capture, and pairs it with the peer's answer.":
    "$0 [check] 抓包文件...\n\n找出抓包里的每一处 HTTP/2 和 gRPC 协议违规，并与对端的反应配对。",
  "Exit status: 0 nothing found, 1 findings, 2 could not run, 3 ran but nothing could be checked.":
    "退出码：0 没有发现问题，1 有问题，2 无法运行，3 运行了但没有可检查的内容。",
  "the same as without a command": "与不写命令相同",
  "a file, - for standard input, a folder or a glob": "文件、-（标准输入）、文件夹或 glob",
  "{usage} [options]": "{usage} [选项]",
  "General:": "其他：",
  "Examples:": "示例：",
  "Check:": "检查：",
  "Part of the capture:": "抓包的一部分：",
  "Output:": "输出：",
  "{formats}, to standard output": "{formats}，写到标准输出",
  "also write [FORMAT=]FILE: {formats}": "同时写出 [FORMAT=]FILE：{formats}",
  "the capture that is written: FILE.pcapng": "写出的抓包：FILE.pcapng",

  // Commands
  "flag violations and pair each with the peer's answer (the default command)": "找出违规，并与对端的反应配对（默认命令）",
  "why a call failed, in a few sentences: cause, answer, cost, fix": "用几句话说明调用为什么失败：原因、反应、代价、修复",
  "what one client (or server) does on the wire that the other does not; FILE#N is connection N of FILE":
    "一个客户端（或服务端）在线上做了而另一个没有做的事；FILE#N 是 FILE 的连接 N",
  "per-connection stream timeline": "按连接显示流的时间线",
  "what is in the captures, and how much of it can be judged": "抓包里有什么，其中多少可以判断",
  "one row per exchange: gRPC method or HTTP path, status, messages, times":
    "每个调用一行：gRPC 方法或 HTTP 路径、状态、消息、时间",
  "one row per frame": "每个帧一行",
  "write the smallest capture that shows the findings of --connection N (and --stream N): -o FILE.pcapng":
    "写出能显示 --connection N（和 --stream N）的问题的最小抓包：-o FILE.pcapng",
  "what is new, fixed and unchanged between two captures or JSON reports": "比较两个抓包或 JSON 报告：新增、已修复、未变的问题",
  "the request of --stream N as a grpcurl or curl command that sends it again":
    "把 --stream N 的请求写成可以重新发送的 grpcurl 或 curl 命令",
  "every rule: id, severity, one line": "所有规则：ID、级别、一行说明",
  "what a rule means, why, and how to fix it": "一条规则的含义、原因和修复方法",
  "the completion script for bash or zsh": "bash 或 zsh 的补全脚本",
  "a proxy before SERVER (HOST:PORT) that records what goes through it, without rights to capture":
    "SERVER（HOST:PORT）前面的代理，记录经过的内容，不需要抓包权限",
  "serve the captures of --root FOLDER to an assistant, by the Model Context Protocol on stdio":
    "通过 stdio 上的 Model Context Protocol，把 --root FOLDER 的抓包提供给助手",
  "of all parts that check --shard wrote, the report that one run would have made":
    "把 check --shard 写出的所有部分合成一次运行的报告",

  // Options
  "table, json, ndjson, sarif, junit, github, gitlab, markdown, html or har, to standard output":
    "table, json, ndjson, sarif, junit, github, gitlab, markdown, html 或 har，写到标准输出",
  "also write [FORMAT=]FILE; for other tools: .pcapng (annotated), .parquet (a folder), .otlp.json, .perfetto-trace":
    "同时写出 [FORMAT=]FILE；供其他工具使用：.pcapng（带注释）、.parquet（文件夹）、.otlp.json、.perfetto-trace",
  "lowest severity that makes the exit status 1 (default: error); unexplained: errors, and error answers without a finding":
    "使退出码为 1 的最低级别（默认：error）；unexplained：错误，以及没有对应问题的错误反应",
  "ID=error|warning|info|off; ID may be family/*": "ID=error|warning|info|off；ID 可以是 family/*",
  "which rules run (default: recommended)": "检查哪些规则（默认：recommended）",
  "the specification both sides follow (default: rfc9113)": "双方遵循的规范（默认：rfc9113）",
  "configuration file; else the nearest h2lint.config.*": "配置文件；否则用最近的 h2lint.config.*",
  "file of known findings, which do not count": "已知问题的文件，其中的问题不计",
  "write that file: accept all findings": "写出这个文件：接受所有问题",
  "exit with 3 if something could not be checked": "有内容无法检查时退出码为 3",
  "only this connection": "只看这个连接",
  "only this stream": "只看这个流",
  "only connections of this address": "只看这个地址的连接",
  "only connections with this port": "只看使用这个端口的连接",
  "only from this time on (seconds since the epoch, or ISO 8601)": "只看从这个时间起（epoch 秒数，或 ISO 8601）",
  "only up to this time": "只看到这个时间为止",
  ".proto file, folder of them, or descriptor set: the schema of gRPC messages":
    ".proto 文件、其文件夹或 descriptor set：gRPC 消息的 schema",
  "TLS key log, RSA private key, or folder of them; else SSLKEYLOGFILE, else x.keys beside x.pcap":
    "TLS key log、RSA 私钥或其文件夹；否则用 SSLKEYLOGFILE，再否则用 x.pcap 旁边的 x.keys",
  "calls, timeline: show what gRPC messages hold": "calls、timeline：显示 gRPC 消息的内容",
  "show what gRPC messages hold": "显示 gRPC 消息的内容",
  "why: what a log or a program says about the failure": "why：日志或程序对失败的说法",
  "what a log or a program says about the failure": "日志或程序对失败的说法",
  "[client=|server=]FILE: a log of either end, to join with the capture; check and why take it alone too":
    "[client=|server=]FILE：任一端的日志，与抓包关联；check 和 why 也可以只用日志",
  "which captures are judged together: parts of one recording (default), all, none":
    "哪些抓包一起判断：同一次录制的各部分（默认）、全部、都不",
  "how much memory a run may hold: 200MB, 1g (default: 200MB); a lower limit changes results only where it is reached":
    "一次运行最多占用多少内存：200MB、1g（默认：200MB）；更低的上限只在达到时影响结果",
  "ours, or pcap-parser with hpack.js": "自带的引擎，或 pcap-parser 加 hpack.js",
  "do not mask credentials": "不遮盖凭证",
  "show findings and connections of a pipe or proxy as they come, and rolling totals":
    "实时显示管道或代理的问题和连接，以及累计数",
  "where clients connect to: [HOST:]PORT (default: 127.0.0.1 and a port that is free)":
    "客户端连接的地址：[HOST:]PORT（默认：127.0.0.1 和一个空闲端口）",
  "colours and symbols (--no-color: plain)": "颜色和符号（--no-color：纯文本）",
  "progress on stderr (--no-progress: none)": "在 stderr 显示进度（--no-progress：不显示）",
  "errors and warnings only": "只显示错误和警告",
  "also consequences, what is not proven, and the evidence": "也显示由错误引起的问题、未证实的问题和依据",
  "the language of what people read (default: the locale's, LC_ALL, LC_MESSAGES or LANG)":
    "显示的语言（默认：locale 的语言，即 LC_ALL、LC_MESSAGES 或 LANG）",
  "threads that judge, each a share of the connections (default: by size and cores); the report is the same":
    "检查用的线程数，每个线程分担一部分连接（默认：按大小和核数）；报告相同",
  "I/N: judge share I of N of the connections only, and write a part for h2lint merge":
    "I/N：只检查连接的第 I 份（共 N 份），写出供 h2lint merge 使用的部分",
  "mcp: the only folder that the assistant may read": "mcp：助手唯一可以读取的文件夹",
  "the only folder that the assistant may read": "助手唯一可以读取的文件夹",

  // What yargs puts beside them
  "Commands:": "命令：",
  "Options:": "选项：",
  "Positionals:": "参数：",
  boolean: "布尔",
  string: "字符串",
  number: "数字",
  array: "可多次",
  default: "默认",
  "default:": "默认：",
  "choices:": "可选：",
  "Show help": "显示帮助",
  "Show version number": "显示版本号",
};
