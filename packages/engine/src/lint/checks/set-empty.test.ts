import { describe, expect, it } from "vitest";
import { placed, saved } from "../told.ts";
import { setEmpty } from "./set-empty.ts";

function told(rules: readonly string[], sets: string): readonly string[] {
  return placed(setEmpty, { "iptables-save.txt": saved({ filter: rules }), "ipset-save.txt": sets });
}

const GATE = "-A INPUT -m set --match-set admins src -j ACCEPT";
const EMPTY = "create admins hash:ip family inet\n";

describe("set-empty", () => {
  it("names the rule that lets nobody in", () => {
    expect(told([GATE], EMPTY)).toEqual(["warning set-empty INPUT/1 iptables-save.txt:6"]);
  });

  it("names the rule that refuses everybody, since nobody is a member", () => {
    const rules = ["DROP", "REJECT --reject-with icmp-port-unreachable"].map(
      (target) => `-A INPUT -m set ! --match-set admins src -j ${target}`,
    );
    expect(told(rules, EMPTY)).toEqual([
      "warning set-empty-refuses INPUT/1 iptables-save.txt:6",
      "warning set-empty-refuses INPUT/2 iptables-save.txt:7",
    ]);
    expect(told(rules, `${EMPTY}add admins 10.0.0.9\n`)).toEqual([]);
  });

  it("is a note where members come and go, or where an owner keeps the set", () => {
    expect(told([GATE], "create admins hash:ip family inet timeout 60\n")).toEqual([
      "info set-empty INPUT/1 iptables-save.txt:6",
    ]);
    const calico = "cali40s:CEmFgJFwDvohR01JKvOkO8D";
    expect(
      told([`-A cali-pi-x -m set --match-set ${calico} src -j ACCEPT`], `create ${calico} hash:net family inet\n`),
    ).toEqual(["info set-empty cali-pi-x/1 iptables-save.txt:7"]);
  });

  it("says nothing of a set with members, of one that a rule fills, of what refuses members, and of kube-proxy's", () => {
    expect(told([GATE], `${EMPTY}add admins 10.0.0.9\n`)).toEqual([]);
    expect(told([GATE, "-A FORWARD -j SET --add-set admins src"], EMPTY)).toEqual([]);
    expect(told([GATE.replace("ACCEPT", "DROP")], EMPTY)).toEqual([]);
    expect(told([GATE.replace("--match-set", "! --match-set")], EMPTY)).toEqual([]);
    expect(
      told(
        ["-A KUBE-NODE-PORT -m set --match-set KUBE-HEALTH-CHECK-NODE-PORT dst -j ACCEPT"],
        "create KUBE-HEALTH-CHECK-NODE-PORT bitmap:port range 0-65535\n",
      ),
    ).toEqual([]);
  });
});
