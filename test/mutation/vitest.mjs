// As much of Vitest as the rules' tests use: everything runs at once, a failure is noted.
import { JestAsymmetricMatchers, JestChaiExpect, JestExtend } from "@vitest/expect";
import * as chai from "chai";

chai.use(JestExtend);
chai.use(JestChaiExpect);
chai.use(JestAsymmetricMatchers);

export const expect = chai.expect;

/** @type {unknown[]} */
export const failures = [];

/** @param {unknown} _ @param {() => void} body */
export const it = (_, body) => {
  try {
    body();
  } catch (error) {
    failures.push(error);
  }
};
export const test = it;

/** @param {unknown} _ @param {() => void} body */
export const describe = (_, body) => body();

it.each = describe.each =
  (/** @type {readonly unknown[]} */ rows) => (/** @type {unknown} */ _, /** @type {(...args: unknown[]) => void} */ body) => {
    for (const row of rows) it(undefined, () => body(...(Array.isArray(row) ? row : [row])));
  };
