import type { HpackFault } from "../fields/decoding-fault.ts";
import { classOfOctet } from "../fields/octet-class.ts";
import type { OctetText } from "./octet-text.ts";

/** Decodes the Huffman coded octets `b[start, end)` into `into` (RFC 7541 5.2). After a fault `into` holds nothing of use. */
export function decodeHuffman(b: Uint8Array, start: number, end: number, into: OctetText): HpackFault | undefined {
  into.reserve(Math.ceil(((end - start) * 8) / 5) + 1); // no code is shorter than five bits
  const octets = into.octets;
  let length = 0;
  let classes = 0;
  let state = 0;
  for (let i = start; i < end; i++) {
    const octet = b[i]!;
    let step = steps[(state << 4) | (octet >>> 4)]!;
    if (step < 0) return "huffman-eos";
    // Stored always, counted only if the step completes a symbol: no branch to mispredict.
    octets[length] = step;
    length += (step >>> 8) & 1;
    classes |= (step >>> 9) & 0x7f;
    step = steps[((step >>> 16) << 4) | (octet & 15)]!;
    if (step < 0) return "huffman-eos";
    octets[length] = step;
    length += (step >>> 8) & 1;
    classes |= (step >>> 9) & 0x7f;
    state = step >>> 16;
  }
  into.length = length;
  into.classes = classes;
  return endings[state];
}

// RFC 7541 Appendix B: the length of the code of each octet, and of EOS, in bits. The code is canonical (5.2): codes of one length
// follow each other in the order of their symbols, and shorter ones come first, so that the lengths say it all.
export const huffmanLengths: Readonly<Uint8Array> = Uint8Array.of(
  ...[
    13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28,
    28,
  ],
  ...[6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6, 5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7, 8, 15, 6, 12, 10],
  ...[13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6],
  ...[15, 5, 6, 5, 6, 5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5, 6, 7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13, 28],
  ...[
    20, 22, 20, 20, 22, 22, 22, 23, 22, 23, 23, 23, 23, 23, 24, 23, 24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23,
    24,
  ],
  ...[
    22, 21, 20, 22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23, 21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22,
    23,
  ],
  ...[
    26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25, 19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27,
    27,
  ],
  ...[
    20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23, 26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27,
    26,
  ],
  30,
);

const eos = 256;

// The inner nodes of the code tree: 257 leaves make 256 of them. A child is a node, or ~symbol, or 0 while there is none.
function codeTree(): Int16Array {
  const children = new Int16Array(512);
  let nodes = 1;
  let code = 0;
  let before = 0;
  for (let length = 5; length <= 30; length++) {
    for (let symbol = 0; symbol <= eos; symbol++) {
      if (huffmanLengths[symbol] !== length) continue;
      code <<= length - before;
      before = length;
      let node = 0;
      for (let bit = length - 1; bit > 0; bit--) {
        const edge = node * 2 + ((code >>> bit) & 1);
        if (children[edge] === 0) children[edge] = nodes++;
        node = children[edge]!;
      }
      children[node * 2 + (code & 1)] = ~symbol;
      code++;
    }
  }
  return children;
}

const tree = codeTree();

// From each node four bits on: `next << 16 | classes << 9 | completes a symbol << 8 | symbol`, or -1 if they complete EOS.
const steps = (() => {
  const table = new Int32Array(256 * 16);
  for (let from = 0; from < 256; from++) {
    for (let bits = 0; bits < 16; bits++) {
      let node = from;
      let emitted = 0;
      for (let bit = 3; bit >= 0; bit--) {
        const child = tree[node * 2 + ((bits >>> bit) & 1)]!;
        if (child >= 0) {
          node = child;
          continue;
        }
        if (~child === eos) {
          emitted = -1;
          break;
        }
        emitted = (classOfOctet[~child]! << 9) | 0x100 | ~child; // at most once: no code is shorter than five bits
        node = 0;
      }
      table[(from << 4) | bits] = emitted < 0 ? -1 : (node << 16) | emitted;
    }
  }
  return table;
})();

// RFC 7541 5.2: a string may end only between symbols or up to seven ones further on, the first bits of EOS.
const endings = (() => {
  const faults = new Array<HpackFault | undefined>(256).fill("huffman-padding-not-eos");
  for (let node = 0, depth = 0; node >= 0; node = tree[node * 2 + 1]!, depth++) {
    faults[node] = depth < 8 ? undefined : "huffman-padding-long";
  }
  return faults;
})();
