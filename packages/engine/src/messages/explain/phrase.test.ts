import { describe, expect, it } from "vitest";
import { list, negate, phrase, renderPhrase } from "./phrase.ts";

const state = phrase("ct-state", { value: "NEW" });

describe("renderPhrase", () => {
  it("fills holes with phrases, and says the second form of what is negated", () => {
    expect(renderPhrase(state, "en")).toBe("its connection is in state NEW");
    expect(renderPhrase(negate(state), "en")).toBe("its connection is not in state NEW");
    expect(renderPhrase(negate(negate(state)), "zh")).toBe("所属连接的状态是 NEW");
  });

  it("joins lists as the language does", () => {
    const clauses = (count: number) => list("conditions", ["a", "b", "c"].slice(0, count));
    expect([1, 2, 3].map((count) => renderPhrase(clauses(count), "en"))).toEqual(["a", "a and b", "a, b, and c"]);
    expect([1, 2, 3].map((count) => renderPhrase(clauses(count), "zh"))).toEqual(["a", "a，且 b", "a，b，且 c"]);
  });

  it("puts a blank between Chinese and Latin, and none beside a full-width mark", () => {
    const device = phrase("device-prefix", { name: "lxc+", prefix: "lxc" });
    expect(renderPhrase(phrase("in-device", { device }), "zh")).toBe("从 lxc+（名称以“lxc”开头的任何设备）进入");
  });

  it("leaves what a dump holds as it is, whatever it looks like", () => {
    const comment = "a {hole} $& {is|is not} ，  x";
    expect(renderPhrase(phrase("note-comment", { comment }), "en")).toBe(`Comment: “${comment}”.`);
    expect(renderPhrase(phrase("note-comment", { comment }), "zh")).toBe(`注释：“${comment}”。`);
  });

  it("never takes a parameter from the prototype", () => {
    expect(renderPhrase({ id: "ct-state", negated: false, params: {} }, "en")).toContain("{value}");
  });
});
