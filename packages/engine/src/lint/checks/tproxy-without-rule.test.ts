import { describe, expect, it } from "vitest";
import { ipRules, placed, saved } from "../told.ts";
import { tproxyWithoutRule } from "./tproxy-without-rule.ts";

function told(rule: string, ...routing: readonly string[]): readonly string[] {
  return placed(tproxyWithoutRule, {
    "iptables-save.txt": saved({ mangle: [rule] }),
    "ip-rule.txt": ipRules(...routing),
  });
}

const TPROXY = "-A PREROUTING -p tcp -j TPROXY --on-port 15001 --on-ip 127.0.0.1 --tproxy-mark 0x200/0xffffffff";

describe("tproxy-without-rule", () => {
  it("names a mark that no routing rule looks at", () => {
    expect(told(TPROXY)).toEqual(["error tproxy-without-rule PREROUTING/1 iptables-save.txt:8"]);
    expect(told(TPROXY, "9:\tfrom all fwmark 0x300/0xf00 lookup 2004")).toEqual([
      "error tproxy-without-rule PREROUTING/1 iptables-save.txt:8",
    ]);
  });

  it("names a rule that sets no mark, where no routing rule leads to a table of its own", () => {
    const bare = "-A PREROUTING -p tcp -j TPROXY --on-port 15001 --on-ip 127.0.0.1 --tproxy-mark 0x0/0x0";
    expect(told(bare)).toEqual(["error tproxy-without-mark PREROUTING/1 iptables-save.txt:8"]);
    expect(told(bare, "9:\tfrom all iif eth0 lookup 100")).toEqual([]);
  });

  it("knows nothing of bits that TPROXY leaves as they are", () => {
    const one = TPROXY.replace("0x200/0xffffffff", "0x200/0x200");
    expect(told(one, "9:\tfrom all fwmark 0x300/0xf00 lookup 2004")).toEqual([]);
    expect(told(one, "9:\tfrom all fwmark 0x100/0xf00 lookup 2004")).toHaveLength(1);
  });

  it("says nothing where a rule takes the mark to a table, or where no policy routing is listed", () => {
    expect(told(TPROXY, "9:\tfrom all fwmark 0x200/0xf00 lookup 2004")).toEqual([]);
    expect(placed(tproxyWithoutRule, { "iptables-save.txt": saved({ mangle: [TPROXY] }) })).toEqual([]);
  });
});
