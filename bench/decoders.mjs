// Decoders of our own beside packages for the same formats: `npm run bench decoders`. Packages are measured where they are installed, in the
// folder that DECODERS names: `npm install --prefix FOLDER fzstd zstddec ...` (PACKAGES below). Each runs in a separate process, on crafted
// files of 128 KiB at the most, and is given up after PATIENCE; what makes more than LIMIT is stopped where that is possible.
// The worst of all files is shown, then what comes of a file that is cut in the middle, and of two files put together.

import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { join } from "node:path";
import { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import * as zlib from "node:zlib";
import { compressionOf, Unpacked } from "../src/capture/compression.ts";
import { Window } from "../src/capture/window.ts";
import { decompress } from "../src/grpc/decompress.ts";

const LIMIT = 256 << 20;
const PATIENCE = 60;
const LARGEST = 128 << 10;
const load = createRequire(join(process.env.DECODERS ?? process.cwd(), "packages.js"));

const hex = (text) => Buffer.from(text, "hex");
const little = (value, octets) => {
  const bytes = Buffer.alloc(octets);
  bytes.writeUIntLE(value, 0, octets);
  return bytes;
};
const times = (part, count) => Buffer.concat(Array(count).fill(part));
const full = (head, part) => Buffer.concat([head, times(part, Math.floor((LARGEST - head.length) / part.length))]);

// RFC 8878: a head with a window of 2 MiB; a block of 128 KiB that repeats one octet; one whose matches claim 64 KiB each, 0xfe00 of them.
const zstdHead = hex("28b52ffd0058");
const zstdBlock = (last) => Buffer.concat([little((LARGEST << 3) | 2 | last, 3), Buffer.alloc(1)]);
const claims = Buffer.concat([hex("0861ff007f54000034"), Buffer.alloc(130_000, 0xff)]);
const zstdWhole = Buffer.concat([zstdHead, times(zstdBlock(0), 63), zstdBlock(1)]);

// lz4_Block_format: one literal and a match at distance 1 that fills 4 MiB; then the same token over and over, at distance 0.
const matched = (4 << 20) - 6;
const lengths = Buffer.concat([Buffer.alloc(Math.floor((matched - 19) / 255), 255), Buffer.of((matched - 19) % 255)]);
const sized = (block) => Buffer.concat([little(block.length, 4), block]);
const lz4Block = sized(Buffer.concat([hex("1f000100"), lengths, hex("500000000000")]));
const lz4Head = hex("04224d18607000");
const lz4Whole = Buffer.concat([lz4Head, lz4Block, lz4Block, Buffer.alloc(4)]);

/** 46 MB of zeros by bzip2 1.0.8. */
const bzip2 = Buffer.from(
  "QlpoOTFBWSZTWQ4J4t8BX45AAMAAAAggADCATUZCoCWpCoCXMUFZJlNZudCH0AAAxdAAwAAEAAAIIAAgpTQZjUhbBQvF3JFOFCQpcNCbgA==",
  "base64",
);
/** A chunk of LZMA2 by xz 5.4.1: it forgets what came before, and holds 2 MiB of zeros. */
const lzma2 = Buffer.from(
  "//8RAWxdAABv/f//o7f/Rz5IFXI5YVG4kijmo4YH+e7kHoLTL8U6PAFLsX7JiopNL6MN2X+m44wjEVPgWRjFdYrid/i2lH8MasDedElk4ulcU7IE2PdEDKtfDW1G6eXDdoi3llestk3haR1v+0uIEGxCy4g/XACP0E6vJiiUcR89jyThcJ6nI1/sKMuF0ZWYin4qkfIndfcZwAaYTZj92K/VkA/EJVP49ZE2MQWlsO5vwXBNRwzRkRGqrWAdus6xJxhcWYbpZlJYvul2rFnk5VsFCPnH2q38+1IrdM0eWyBC+d1TPfgpZAk7gMsqbN+1O/DEvS5fqg8+S2ZCkBMO/xCT+HF4WfgLzf+VKEYPqfx83vuaMC5WwI+F84OBwGXEJVP49ZE2MQWlsO5vwXBNRwzRkRGqrWAdus6xJxhcWYbpZlJYvul2rFnk5VsFCPnH2q38+1IrdM0eWyBC+d1TPfgpZAk7gMsqbN+1O/DEvEgn5lg=",
  "base64",
);
/** The same, but what came before may be referred to. */
const lzma2More = Buffer.concat([Buffer.of(0xdf), lzma2.subarray(1)]);
/** With a dictionary of 64 MiB, as `xz -9` has it, and no check. */
const xzHead = hex("fd377a585a000000ff12d941020021011c00000010cf58cc");
/** `printf x | xz --check=none`. */
const xzWhole = hex("fd377a585a000000ff12d9410200210116000000742fe5a3010000780000000000011101ada6580406729e7a010000000000595a");

// format_description.txt: one literal, and copies of 64 octets; the first varint says how much all makes.
const copies = Math.floor(LARGEST / 3) - 2;
const varint = (value) => Buffer.of((value & 127) | 128, ((value >>> 7) & 127) | 128, ((value >>> 14) & 127) | 128, value >>> 21);
const snappy = (claimed) => Buffer.concat([varint(claimed), hex("0061"), times(hex("fe0100"), copies)]);

/** What is hostile, and what is cut or put together, with how much it holds. */
const FILES = {
  zstd: {
    crafted: [full(zstdHead, zstdBlock(0)), Buffer.concat([zstdHead, little((claims.length << 3) | 5, 3), claims])],
    cut: [zstdWhole.subarray(0, -6), 62 * LARGEST],
    two: [times(zstdWhole, 2), 2 * 64 * LARGEST],
  },
  lz4: {
    crafted: [full(lz4Head, lz4Block), Buffer.concat([lz4Head, sized(times(hex("100061"), 43_000)), Buffer.alloc(4)])],
    cut: [lz4Whole.subarray(0, -9000), 4 << 20],
    two: [times(lz4Whole, 2), 16 << 20],
  },
  bzip2: {
    crafted: [full(Buffer.alloc(0), bzip2)],
    cut: [times(bzip2, 2).subarray(0, -30), 46_000_000],
    two: [times(bzip2, 2), 92_000_000],
  },
  xz: {
    crafted: [full(xzHead, lzma2), full(Buffer.concat([xzHead, lzma2]), lzma2More)],
    cut: [Buffer.concat([xzHead, times(lzma2, 4)]).subarray(0, -9), 6 << 20],
    two: [times(xzWhole, 2), 2],
  },
  snappy: { crafted: [snappy(1 + 64 * copies), snappy(32 << 20)] },
};

/** By format: what is called with the octets and a function that takes the length of each piece, and throws when it is enough. */
const PACKAGES = {
  zstd: {
    ours: capture,
    "node:zlib": async (bytes, made) => {
      if (zlib.createZstdDecompress === undefined) throw new Error("not there");
      for await (const piece of Readable.from([bytes]).pipe(zlib.createZstdDecompress())) made(piece.length);
    },
    fzstd: (bytes, made) => {
      const stream = new (load("fzstd").Decompress)((piece) => made(piece.length));
      for (const [piece, last] of pieces(bytes)) stream.push(piece, last);
    },
    zstddec: async (bytes, made) => {
      const decoder = new (load("zstddec").ZSTDDecoder)();
      await decoder.init();
      made(decoder.decode(bytes, LIMIT).length);
    },
    "@bokuweb/zstd-wasm": async (bytes, made) => {
      const decoder = load("@bokuweb/zstd-wasm");
      await decoder.init();
      made(decoder.decompress(bytes).length);
    },
    "@foxglove/wasm-zstd": async (bytes, made) => {
      const decoder = load("@foxglove/wasm-zstd");
      await decoder.isLoaded;
      made(decoder.decompress(bytes, LIMIT).length);
    },
  },
  lz4: {
    ours: capture,
    lz4js: (bytes, made) => made(load("lz4js").decompress(bytes).length),
    "lz4-wasm-nodejs": (bytes, made) => made(load("lz4-wasm-nodejs").decompress(bytes).length),
    "@foxglove/wasm-lz4": async (bytes, made) => {
      const decode = load("@foxglove/wasm-lz4");
      await decode.isLoaded;
      made(decode(bytes, LIMIT).length);
    },
  },
  bzip2: {
    ours: capture,
    "unbzip2-stream": async (bytes, made) => {
      const stream = Readable.from([...pieces(bytes)].map(([piece]) => piece)).pipe(load("unbzip2-stream")());
      await new Promise((resolve, reject) => {
        stream.on("data", (piece) => {
          try {
            made(piece.length);
          } catch (error) {
            reject(error);
          }
        });
        stream.on("end", resolve).on("error", reject);
      });
    },
    "seek-bzip": (bytes, made) => load("seek-bzip").decode(bytes, { writeByte: () => made(1), flush() {} }, true),
    "@foxglove/wasm-bz2": async (bytes, made) => {
      const decoder = await load("@foxglove/wasm-bz2").init();
      made(decoder.decompress(bytes, LIMIT).length);
    },
  },
  xz: {
    ours: capture,
    "xz-decompress": async (bytes, made) => {
      const { XzReadableStream } = load("xz-decompress");
      const rest = pieces(bytes);
      const pull = (control) => {
        const { value } = rest.next();
        if (value === undefined) control.close();
        else control.enqueue(Uint8Array.from(value[0]));
      };
      const reader = new XzReadableStream(new ReadableStream({ pull })).getReader();
      for (let read = await reader.read(); !read.done; read = await reader.read()) made(read.value.length);
    },
    "@napi-rs/lzma": (bytes, made) => made(load("@napi-rs/lzma/xz").decompressSync(bytes).length),
  },
  snappy: {
    ours: (bytes, made) => {
      const result = decompress(bytes, "snappy-block", LIMIT);
      if (typeof result === "string") throw new Error(result);
      made(result.length);
    },
    snappyjs: (bytes, made) => made(load("snappyjs").uncompress(bytes, LIMIT).length),
  },
};

function* pieces(bytes) {
  for (let at = 0; at < bytes.length; at += 1 << 16) yield [bytes.subarray(at, at + (1 << 16)), at + (1 << 16) >= bytes.length];
}

async function capture(bytes, made) {
  const rest = pieces(bytes);
  const read = async (into) => {
    const [piece] = rest.next().value ?? [Buffer.alloc(0)];
    into.set(piece);
    return piece.length;
  };
  const window = new Window({ name: "crafted", read, close: async () => {} });
  await window.need(6);
  const unpacked = new Unpacked(window, compressionOf(window.bytes, window.end), ({ reason }) => {
    fault = reason;
  });
  const into = new Uint8Array(1 << 16);
  for (let length = await unpacked.read(into); length > 0; length = await unpacked.read(into)) made(length);
  if (fault !== "") throw new Error(fault);
}
let fault = "";

class Enough extends Error {}

/** One file through one decoder; a line of JSON. */
async function one(format, name, bytes) {
  let octets = 0;
  let said = "good";
  const made = (length) => {
    octets += length;
    if (octets >= LIMIT) throw new Enough();
  };
  const before = process.resourceUsage().maxRSS;
  const from = process.cpuUsage();
  try {
    await PACKAGES[format][name](bytes, made);
  } catch (error) {
    said =
      error instanceof Enough
        ? "enough"
        : error.code === "MODULE_NOT_FOUND" || error.message === "not there"
          ? "absent"
          : "refused";
  }
  const { user, system } = process.cpuUsage(from);
  const memory = (process.resourceUsage().maxRSS - before) / 1024;
  console.log(JSON.stringify({ octets, said, seconds: (user + system) / 1e6, memory }));
  process.exit(0);
}

function run(format, name, kind, index = 0) {
  const args = [fileURLToPath(import.meta.url), "one", format, name, kind, String(index)];
  const { stdout, error } = spawnSync(process.execPath, args, {
    timeout: PATIENCE * 1000,
    killSignal: "SIGKILL",
    encoding: "utf8",
  });
  if (error !== undefined) return { octets: 0, said: "given up", seconds: PATIENCE, memory: Number.NaN };
  return JSON.parse(stdout.trim().split("\n").at(-1));
}

if (process.argv[2] === "one") {
  const [, , , format, name, kind, index] = process.argv;
  await one(format, name, kind === "crafted" ? FILES[format].crafted[Number(index)] : FILES[format][kind][0]);
} else {
  console.log("                               worst s  worst MB  of a cut file  of two");
  for (const [format, decoders] of Object.entries(PACKAGES)) {
    const { crafted, cut, two } = FILES[format];
    for (const name of Object.keys(decoders)) {
      const results = crafted.map((_, index) => run(format, name, "crafted", index));
      if (results.some(({ said }) => said === "absent")) continue;
      const seconds = Math.max(...results.map((result) => result.seconds));
      const memory = Math.max(...results.map((result) => result.memory));
      const share = (kind, of) => {
        const { octets, said } = run(format, name, kind);
        return `${Math.min(100, Math.round((100 * octets) / of))} % ${said}`;
      };
      const more =
        cut === undefined
          ? results.map(({ said }) => said).join(", ")
          : `${share("cut", cut[1]).padStart(14)}  ${share("two", two[1])}`;
      const time = seconds >= PATIENCE ? `> ${PATIENCE}` : seconds.toFixed(2);
      console.log(
        `${format.padEnd(7)}${name.padEnd(22)}${time.padStart(9)}${(Number.isNaN(memory) ? "-" : memory.toFixed(0)).padStart(10)}  ${more}`,
      );
    }
  }
}
