// Logs of Windows' own shells are UTF-16: what follows the mark that says so is turned into UTF-8.

/** Turns octets into UTF-8 as they come; those that are not UTF-16 are left. */
export class Utf8Octets {
  #little: boolean | undefined;
  #begun = false;
  /** Half of a character. */
  #odd = -1;

  /** @returns `bytes` itself, or new octets; in both cases from `start` to `end`. */
  octets(
    bytes: Uint8Array,
    start: number,
    end: number,
  ): { readonly bytes: Uint8Array; readonly start: number; readonly end: number } {
    let at = start;
    if (!this.#begun && end - start >= MARK) {
      this.#begun = true;
      const mark = (bytes[start]! << 8) | bytes[start + 1]!;
      if (mark === 0xfffe || mark === 0xfeff) {
        this.#little = mark === 0xfffe;
        at += MARK;
      } else if (mark === 0xefbb && bytes[start + 2] === 0xbf) at += 3;
    }
    if (this.#little === undefined) return { bytes, start: at, end };
    const units: number[] = [];
    for (; at < end; at++) {
      if (this.#odd < 0) this.#odd = bytes[at]!;
      else {
        units.push(this.#little ? (bytes[at]! << 8) | this.#odd : (this.#odd << 8) | bytes[at]!);
        this.#odd = -1;
      }
    }
    let text = "";
    for (let i = 0; i < units.length; i += AT_ONCE) text += String.fromCharCode(...units.slice(i, i + AT_ONCE));
    const whole = Buffer.from(text, "utf8");
    return { bytes: whole, start: 0, end: whole.length };
  }
}

const MARK = 2;
// Arguments of one call.
const AT_ONCE = 4096;
