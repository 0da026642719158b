import { describe, expect, it } from "vitest";
import { findingsOf, ipRules, placed, saved } from "../told.ts";
import { tproxyTableEmpty } from "./tproxy-table-empty.ts";
import type { Files } from "../told.ts";

const NODE: Files = {
  "iptables-save.txt": saved({
    mangle: [
      "-A PREROUTING -p tcp -j TPROXY --on-port 15001 --on-ip 127.0.0.1 --tproxy-mark 0x200/0xffffffff",
      "-A PREROUTING -p udp -j TPROXY --on-port 15001 --on-ip 127.0.0.1 --tproxy-mark 0x200/0xffffffff",
    ],
  }),
  "ip-rule.txt": ipRules("9:\tfrom all fwmark 0x200/0xf00 lookup 2004"),
};
const ALL =
  "default via 10.0.0.1 dev eth0 \nlocal 127.0.0.0/8 dev lo table local proto kernel scope host src 127.0.0.1 \n";

describe("tproxy-table-empty", () => {
  it("names the routing rule once, with the rules whose packets it takes", () => {
    const files = { ...NODE, "ip-route.txt": ALL };
    expect(placed(tproxyTableEmpty, files)).toEqual(["error tproxy-table-empty ip-rule.txt:2"]);
    expect(findingsOf(tproxyTableEmpty, files)[0]?.related).toHaveLength(3);
  });

  it("names a table whose routes lead elsewhere", () => {
    const elsewhere = { ...NODE, "ip-route-table-2004.txt": "default via 10.0.0.1 dev eth0 \n" };
    expect(placed(tproxyTableEmpty, elsewhere)).toEqual(["error tproxy-table-empty ip-rule.txt:2"]);
  });

  it("says nothing where the table delivers, or was not listed", () => {
    const local = { ...NODE, "ip-route-table-2004.txt": "local default dev lo scope host \n" };
    expect(placed(tproxyTableEmpty, local)).toEqual([]);
    expect(placed(tproxyTableEmpty, { ...NODE, "ip-route.txt": "default via 10.0.0.1 dev eth0 \n" })).toEqual([]);
  });
});
