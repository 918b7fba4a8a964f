// A field block as Go's and Rust's encoders write it: the whole dynamic table is searched, everything is indexed, strings are Huffman
// coded where that is shorter (RFC 7541). Static table and Huffman codes are hpack.js's, so that nothing here comes from src/.
import hpack from "hpack.js";

const { encode: codes } = hpack.huffman;
const { table: staticTable, map: staticMap } = hpack["static-table"];

export class HpackEncoder {
  #limit = 4096;
  #size = 0;
  /** Entries by when they were added, oldest first; the ones before `#oldest` are evicted. */
  #entries = [];
  #oldest = 0;
  #byName = new Map();
  #byField = new Map();

  /** Write the block of `fields` at `out[at]`.
   *  @param {Buffer} out
   *  @param {number} at
   *  @param {readonly (readonly [string, string])[]} fields
   *  @returns {number} The offset after it. */
  write(out, at, fields) {
    for (const [name, value] of fields) at = this.#field(out, at, name, value);
    return at;
  }

  #field(out, at, name, value) {
    const fixed = staticMap[name];
    const exact = fixed?.values[value] ?? this.#dynamic(this.#byField, `${name}\0${value}`);
    if (exact) return integer(out, at, exact, 0x80, 7);
    const index = fixed?.index ?? this.#dynamic(this.#byName, name);
    at = integer(out, at, index, 0x40, 6);
    if (index === 0) at = string(out, at, name);
    at = string(out, at, value);
    this.#add(name, value);
    return at;
  }

  #dynamic(places, key) {
    const place = places.get(key);
    return place === undefined || place < this.#oldest ? 0 : staticTable.length + this.#entries.length - place;
  }

  #add(name, value) {
    const size = name.length + value.length + 32;
    while (this.#size + size > this.#limit) {
      const { key, octets } = this.#entries[this.#oldest];
      if (this.#byField.get(key) === this.#oldest) this.#byField.delete(key);
      this.#entries[this.#oldest++] = undefined;
      this.#size -= octets;
    }
    const key = `${name}\0${value}`;
    this.#byField.set(key, this.#entries.length);
    this.#byName.set(name, this.#entries.length);
    this.#entries.push({ key, octets: size });
    this.#size += size;
  }
}

// RFC 7541 5.1
function integer(out, at, value, pattern, bits) {
  const limit = (1 << bits) - 1;
  if (value < limit) {
    out[at++] = pattern | value;
    return at;
  }
  out[at++] = pattern | limit;
  for (value -= limit; value >= 128; value = Math.floor(value / 128)) out[at++] = 128 | (value % 128);
  out[at++] = value;
  return at;
}

// RFC 7541 5.2
function string(out, at, text) {
  let bits = 0;
  for (let i = 0; i < text.length; i++) bits += codes[text.charCodeAt(i)][0];
  const octets = (bits + 7) >> 3;
  if (octets >= text.length) {
    at = integer(out, at, text.length, 0, 7);
    return at + out.latin1Write(text, at);
  }
  at = integer(out, at, octets, 0x80, 7);
  let pending = 0;
  let count = 0;
  for (let i = 0; i < text.length; i++) {
    const [length, code] = codes[text.charCodeAt(i)];
    // A code has 28 bits at most in what is written here, and 7 may wait: a double holds that exactly, 32 bits do not.
    pending = pending * 2 ** length + code;
    count += length;
    while (count >= 8) {
      count -= 8;
      const octet = Math.floor(pending / 2 ** count);
      out[at++] = octet;
      pending -= octet * 2 ** count;
    }
  }
  // The most significant bits of EOS, all ones.
  if (count > 0) out[at++] = (pending << (8 - count)) | (0xff >> count);
  return at;
}
