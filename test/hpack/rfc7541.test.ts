import { describe, expect, it } from "vitest";
import { fastHpack } from "../../src/hpack/decoder.ts";
import { referenceHpack } from "../../src/hpack/reference.ts";
import { decode, decodeOctets, indexed, limits, lines } from "./octets.ts";

const engines = { fast: fastHpack, reference: referenceHpack };

interface Step {
  hex: string;
  fields: string[];
  table: string[];
  size: number;
}

const date = "Mon, 21 Oct 2013 20:13:21 GMT";
const laterDate = "Mon, 21 Oct 2013 20:13:22 GMT";
const cookie = "foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1";

// C.3 and C.4: the same requests without and with Huffman coding.
const requests = (one: string, two: string, three: string): Step[] => [
  {
    hex: one,
    fields: [":method: GET", ":scheme: http", ":path: /", ":authority: www.example.com"],
    table: [":authority: www.example.com"],
    size: 57,
  },
  {
    hex: two,
    fields: [":method: GET", ":scheme: http", ":path: /", ":authority: www.example.com", "cache-control: no-cache"],
    table: ["cache-control: no-cache", ":authority: www.example.com"],
    size: 110,
  },
  {
    hex: three,
    fields: [":method: GET", ":scheme: https", ":path: /index.html", ":authority: www.example.com", "custom-key: custom-value"],
    table: ["custom-key: custom-value", "cache-control: no-cache", ":authority: www.example.com"],
    size: 164,
  },
];

// C.5 and C.6: the same responses, in a table of 256 octets.
const responses = (one: string, two: string, three: string): Step[] => [
  { hex: "3fe1 01", fields: [], table: [], size: 0 },
  {
    hex: one,
    fields: [":status: 302", "cache-control: private", `date: ${date}`, "location: https://www.example.com"],
    table: ["location: https://www.example.com", `date: ${date}`, "cache-control: private", ":status: 302"],
    size: 222,
  },
  {
    hex: two,
    fields: [":status: 307", "cache-control: private", `date: ${date}`, "location: https://www.example.com"],
    table: [":status: 307", "location: https://www.example.com", `date: ${date}`, "cache-control: private"],
    size: 222,
  },
  {
    hex: three,
    fields: [
      ":status: 200",
      "cache-control: private",
      `date: ${laterDate}`,
      "location: https://www.example.com",
      "content-encoding: gzip",
      `set-cookie: ${cookie}`,
    ],
    table: [`set-cookie: ${cookie}`, "content-encoding: gzip", `date: ${laterDate}`],
    size: 215,
  },
];

const examples: Record<string, Step[]> = {
  "C.1.1 the integer 10, five bits": [{ hex: "2a", fields: [], table: [], size: 0 }],
  "C.1.2 the integer 1337, five bits": [{ hex: "3f9a 0a", fields: [], table: [], size: 0 }],
  "C.2.1 literal with indexing": [
    {
      hex: "400a 6375 7374 6f6d 2d6b 6579 0d63 7573 746f 6d2d 6865 6164 6572",
      fields: ["custom-key: custom-header"],
      table: ["custom-key: custom-header"],
      size: 55,
    },
  ],
  "C.2.2 literal without indexing": [
    { hex: "040c 2f73 616d 706c 652f 7061 7468", fields: [":path: /sample/path"], table: [], size: 0 },
  ],
  "C.2.3 literal never indexed": [
    { hex: "1008 7061 7373 776f 7264 0673 6563 7265 74", fields: ["password: secret"], table: [], size: 0 },
  ],
  "C.2.4 indexed": [{ hex: "82", fields: [":method: GET"], table: [], size: 0 }],
  "C.3 requests without Huffman": requests(
    "8286 8441 0f77 7777 2e65 7861 6d70 6c65 2e63 6f6d",
    "8286 84be 5808 6e6f 2d63 6163 6865",
    "8287 85bf 400a 6375 7374 6f6d 2d6b 6579 0c63 7573 746f 6d2d 7661 6c75 65",
  ),
  "C.4 requests with Huffman": requests(
    "8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff",
    "8286 84be 5886 a8eb 1064 9cbf",
    "8287 85bf 4088 25a8 49e9 5ba9 7d7f 8925 a849 e95b b8e8 b4bf",
  ),
  "C.5 responses without Huffman": responses(
    `4803 3330 3258 0770 7269 7661 7465 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133 2032 303a 3133 3a32 3120 474d
     546e 1768 7474 7073 3a2f 2f77 7777 2e65 7861 6d70 6c65 2e63 6f6d`,
    "4803 3330 37c1 c0bf",
    `88c1 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133 2032 303a 3133 3a32 3220 474d 54c0 5a04 677a 6970 7738 666f
     6f3d 4153 444a 4b48 514b 425a 584f 5157 454f 5049 5541 5851 5745 4f49 553b 206d 6178 2d61 6765 3d33 3630 303b
     2076 6572 7369 6f6e 3d31`,
  ),
  "C.6 responses with Huffman": responses(
    `4882 6402 5885 aec3 771a 4b61 96d0 7abe 9410 54d4 44a8 2005 9504 0b81 66e0 82a6 2d1b ff6e 919d 29ad 1718 63c7
     8f0b 97c8 e9ae 82ae 43d3`,
    "4883 640e ffc1 c0bf",
    `88c1 6196 d07a be94 1054 d444 a820 0595 040b 8166 e084 a62d 1bff c05a 839b d9ab 77ad 94e7 821d d7f2 e6c7 b335
     dfdf cd5b 3960 d5af 2708 7f36 72c1 ab27 0fb5 291f 9587 3160 65c0 03ed 4ee5 b106 3d50 07`,
  ),
};

describe.each(Object.entries(engines))("RFC 7541 Appendix C, %s", (_, engine) => {
  it.each(Object.entries(examples))("%s", (_, steps) => {
    const decoder = engine(limits);
    for (const { hex, fields, table, size } of steps) {
      const block = decode(decoder, hex);
      expect(block.fault).toBeUndefined();
      expect(block.certainty).toBe("exact");
      expect(lines(block)).toEqual(fields);
      expect(decoder.tableSize).toBe(size);
      // Each entry by its index; that there are no more follows from the size.
      table.forEach((entry, i) => {
        expect(lines(decodeOctets(decoder, indexed(62 + i)))).toEqual([entry]);
      });
    }
  });

  it("C.1 as size updates", () => {
    const decoder = engine(limits);
    expect(decode(decoder, "2a").lastSizeUpdate).toBe(10);
    expect(decode(decoder, "3f9a0a").lastSizeUpdate).toBe(1337);
    expect(decoder.tableMaximum).toBe(1337);
  });
});
