import { describe, expect, it } from "vitest";
import { parseIptablesList } from "./parse-iptables-list.ts";

/** As iptables 1.8.9 lists one table with `-nvL`, blanks and all. */
const NVL = `Chain INPUT (policy DROP 5 packets, 1234 bytes)
 pkts bytes target     prot opt in     out     source               destination         
  123   98G C          0    --  *      *       0.0.0.0/0            0.0.0.0/0           [goto] 
    0     0 C         !6    --  !eth+  *      !10.0.0.0/255.0.255.0 !1.2.3.4             
    0     0            0    -f  *      *       0.0.0.0/0            10.1.2.3            
    7   420 DROP       0    !f  *      *       0.0.0.0/0            0.0.0.0/0           

Chain FORWARD (policy ACCEPT 848K packets, 1595M bytes)
 pkts bytes target     prot opt in     out     source               destination         

Chain OUTPUT (policy ACCEPT 0 packets, 0 bytes)
 pkts bytes target     prot opt in     out     source               destination         

Chain C (2 references)
 pkts bytes target     prot opt in     out     source               destination         
    0     0            0    --  *      *       0.0.0.0/0            0.0.0.0/0           
    0     0 REJECT     6    --  *      *       1.1.1.1              0.0.0.0/0            tcp dpt:53 /* a b */ reject-with icmp-port-unreachable
`;

function lines(text: string, options = {}): readonly string[] {
  const { value, diagnostics } = parseIptablesList(text, "f", options);
  expect(diagnostics).toEqual([]);
  return value.flatMap((table) => table.lines.map((line) => line.text));
}

describe("parseIptablesList", () => {
  it("reads columns, policies, counters, gotos and negations", () => {
    const { value, diagnostics } = parseIptablesList(NVL, "f");
    expect(diagnostics).toEqual([]);
    expect(value.map(({ family, name, backend }) => [family, name, backend])).toEqual([["ip", "filter", "unknown"]]);
    expect(lines(NVL)).toEqual([
      ":INPUT DROP [5:1234]",
      ":FORWARD ACCEPT",
      ":OUTPUT ACCEPT [0:0]",
      ":C -",
      "-A INPUT -s 0.0.0.0/0 -d 0.0.0.0/0 -g C",
      "[0:0] -A INPUT ! -s 10.0.0.0/255.0.255.0 ! -d 1.2.3.4 ! -i eth+ ! -p 6 -j C",
      "[0:0] -A INPUT -s 0.0.0.0/0 -d 10.1.2.3 -f",
      "[7:420] -A INPUT -s 0.0.0.0/0 -d 0.0.0.0/0 ! -f -j DROP",
      "[0:0] -A C -s 0.0.0.0/0 -d 0.0.0.0/0",
      '[0:0] -A C -s 1.1.1.1 -d 0.0.0.0/0 -p 6 -m tcp  --dport 53 -m comment --comment "a b" -j REJECT --reject-with icmp-port-unreachable',
    ]);
    expect(value[0]?.lines.map(({ line }) => line)).toEqual([1, 8, 11, 14, 3, 4, 5, 6, 16, 17]);
  });

  it("reads listings without counters, with numbers, exact, and of several tables", () => {
    const plain =
      "Chain PREROUTING (policy ACCEPT)\ntarget     prot opt source               destination         \nTPROXY     tcp  --  anywhere             10.0.0.0/8           TPROXY redirect 127.0.0.1:42133 mark 0x200/0xffffffff\n";
    expect(lines(plain, { table: "mangle" })).toEqual([
      ":PREROUTING ACCEPT",
      "-A PREROUTING -d 10.0.0.0/8 -p tcp -j TPROXY --on-port 42133 --on-ip 127.0.0.1 --tproxy-mark 0x200/0xffffffff",
    ]);
    const exact =
      "Chain C (1 references)\nnum      pkts      bytes target     prot opt in     out     source               destination         \n1    12345678 98765432109 RETURN     0    --  eth0   *       ::/0                 ::/0                \n";
    expect(lines(exact)).toEqual([":C -", "[12345678:98765432109] -A C -s ::/0 -d ::/0 -i eth0 -j RETURN"]);
    expect(parseIptablesList(NVL + NVL, "f").value).toHaveLength(2);
    // ip6tables before 1.8.9 leaves the opt column blank.
    const old = exact.replace("  --  eth0", "      eth0");
    expect(lines(old)).toEqual(lines(exact));
  });

  it("marks what a listing does not tell: devices without -v, names of hosts, words that nobody reads", () => {
    const text =
      "Chain FORWARD (policy ACCEPT)\ntarget     prot opt source               destination         \nMARK       all  --  db.example.org       anywhere             frobnicate: 7 of 9\n";
    const rule = parseIptablesList(text, "f").value[0]?.lines[1];
    expect(rule?.text).toBe("-A FORWARD");
    expect(rule?.lost.map(({ text: words, lost }) => [lost, words])).toEqual([
      ["source", "-s db.example.org"],
      ["devices", ""],
      ["words", "frobnicate: 7 of 9"],
    ]);
    expect(rule?.target).toEqual({ kind: "verbatim", name: "MARK", text: "", lost: "words" });
  });

  it("keeps what is no row, and says so", () => {
    const { value, diagnostics } = parseIptablesList(`${NVL}what is this\n`, "f");
    expect(diagnostics.map(({ code, span }) => [code, span.line])).toEqual([["unknown-line", 18]]);
    expect(value[0]?.lines).toHaveLength(10);
  });

  it("reads a row of a million words in no time", () => {
    const row = "    0     0 MARK       0    --  *      *       0.0.0.0/0            0.0.0.0/0            ";
    const { value } = parseIptablesList(`${NVL}${row}${"/* ".repeat(300_000)}\n${row}${"tcp ".repeat(300_000)}\n`, "f");
    expect(value[0]?.lines).toHaveLength(12);
  });
});
