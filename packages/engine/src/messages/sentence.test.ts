import { describe, expect, it } from "vitest";
import { speaker } from "./catalogue.ts";
import { sentences } from "./sentences-zh.ts";

const zh = speaker("zh");

describe("sentence", () => {
  it.each([
    ["no flow is tracked yet", "尚未跟踪任何连接"],
    ["set limit has 10.0.0.1,tcp:80", "集合 limit 含有 10.0.0.1,tcp:80"],
    ["set a has b has c", "集合 a 含有 b has c"],
    [
      "the route back to the source leaves by eth0, not eth9 (rp_filter 1 on eth9)",
      "到源地址的路由从 eth0 而非 eth9 离开（eth9 的 rp_filter 为 1）",
    ],
    [
      "the route back to the source leaves by another device (rp_filter 1)",
      "到源地址的路由从另一设备离开（rp_filter 为 1）",
    ],
    ["source is loopback and route_localnet is 0", "源地址是回环地址，而 route_localnet 为 0"],
    ["--dst must be a name, not “x, not “y””", "--dst 须为名称，不能是“x, not “y””"],
    ["-m foo --bar at filter/INPUT 1", "filter/INPUT 1 处的 -m foo --bar"],
    ["nobody ever said this", "nobody ever said this"],
    ["", ""],
  ])("%s", (english, chinese) => {
    expect(zh.sentence(english)).toBe(chinese);
  });

  it("leaves English as it is", () => {
    expect(speaker("en").sentence("no flow is tracked yet")).toBe("no flow is tracked yet");
  });

  it("takes linear time, however often the words between two holes stand", () => {
    const text = `set ${" has".repeat(500_000)} `;
    expect(zh.sentence(text).length).toBeGreaterThan(1000);
  });

  it.each(sentences)("fills only holes that there are: %s", (english, chinese) => {
    const holes = english.split("{}").length - 1;
    const used = [...chinese.matchAll(/\{(\d)\+?\}/g)].map(([, number]) => Number(number));
    expect([...new Set(used)].toSorted((a, b) => a - b)).toEqual(Array.from({ length: holes }, (_, i) => i + 1));
  });
});
