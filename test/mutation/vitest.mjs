// As much of Vitest as the rules' tests use: what they say is noted here, and run by the worker as often as it likes.
import { JestAsymmetricMatchers, JestChaiExpect, JestExtend } from "@vitest/expect";
import * as chai from "chai";

chai.use(JestExtend);
chai.use(JestChaiExpect);
chai.use(JestAsymmetricMatchers);

export const expect = chai.expect;

/** @typedef {{ suite: string, name: string, body: () => unknown }} Test */
/** @type {Test[]} */
export const tests = [];
let suite = "";

/** @param {unknown} name @param {() => unknown} body */
export const it = (name, body) => void tests.push({ suite, name: String(name), body });
export const test = it;

/** @param {unknown} name @param {() => void} body */
export const describe = (name, body) => {
  const around = suite;
  // The outermost name counts: testRule's is the id of its rule.
  suite ||= String(name);
  body();
  suite = around;
};

it.each = describe.each =
  (/** @type {readonly unknown[]} */ rows) => (/** @type {unknown} */ name, /** @type {(...args: unknown[]) => void} */ body) => {
    for (const row of rows) it(name, () => body(...(Array.isArray(row) ? row : [row])));
  };

// testRule looks for a runner there.
Object.assign(globalThis, { describe, it, expect });
