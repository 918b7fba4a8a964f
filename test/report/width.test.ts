import { describe, expect, it } from "vitest";
import { ending, shortened, widthOf } from "../../src/report/width.ts";

describe.each([
  ["shortened", shortened],
  ["ending", ending],
])("%s", (_, cut) => {
  it.each([
    ["/helloworld.Greeter/SayHello", 10],
    ["连接在服务器确认设置之前关闭", 10],
    ["连接在服务器确认设置之前关闭", 11],
    ["a连b接c在d服e务f器", 9],
  ])("%j takes %i columns at most, and all but one of them", (text, columns) => {
    expect(widthOf(cut(text, columns))).toBeLessThanOrEqual(columns);
    expect(widthOf(cut(text, columns))).toBeGreaterThanOrEqual(columns - 1);
  });

  it("keeps what fits", () => expect([cut("abc", 3), cut("连接", 4)]).toEqual(["abc", "连接"]));
});

it("shows the beginning", () => expect([shortened("abcdef", 5), shortened("连接关闭", 7)]).toEqual(["ab...", "连接..."]));

it("shows the end", () => expect([ending("abcdef", 5), ending("连接关闭", 7)]).toEqual(["...ef", "...关闭"]));
