import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { hookwalk, session } from "./hookwalk.ts";

const SLAVE = ["-q", "-f", "test/nodes/calico-slave2"];
const ACK = ["-q", "-f", "test/nodes/ack-cilium"];
const DOCKER = ["-q", "-f", "test/nodes/calico-slave1"];

describe("hookwalk reach", () => {
  it.each([
    ["who", [...SLAVE, "who can reach tcp/3306 on 192.168.202.3"]],
    ["node-ports", [...SLAVE, "can anything from cali+ reach the node's own ports other than DNS and DHCP"]],
    ["leave", [...ACK, "which packets leave by eth2"]],
    ["untracked", [...ACK, "which packets are untracked"]],
    ["masqueraded", [...DOCKER, "is every packet from 172.16.163.0/24 to 8.8.0.0/16 masqueraded"]],
    ["not-masqueraded", [...SLAVE, "is every packet from 192.168.202.0/26 to 8.8.0.0/16 masqueraded"]],
    ["rule", [...SLAVE, "which packets can reach rule 1 of chain cali-pi-namespace-default"]],
    ["chinese", [...ACK, "which packets are untracked", "--lang", "zh"]],
    ["wrong-word", [...SLAVE, "which packets to 10.0.0.1 are masqarded"]],
    ["wrong-word-chinese", [...SLAVE, "which packets to 10.0.0.1", "--lang", "zh"]],
    ["wrong-device", [...SLAVE, "which packets leave by eth9"]],
    ["wrong-chain", [...SLAVE, "which packets match rule 1 of FORWRD"]],
    ["wrong-rule", [...SLAVE, "which packets match rule 99 of filter/FORWARD"]],
  ])("prints what the golden reach-%s shows", async (name, argv) => {
    await expect(session(["reach", ...argv])).toMatchFileSnapshot(`goldens/reach-${name}.txt`);
  });

  it("shows packets that trace confirms, as they stand there", () => {
    const { stdout } = hookwalk(["reach", ...ACK, "which", "packets", "are", "untracked"]);
    const [, command = ""] = /for example hookwalk (trace .*)/.exec(stdout) ?? [];
    const traced = hookwalk([...command.split(" "), "-q", "-j"]);
    const { outcomes } = JSON.parse(traced.stdout) as { readonly outcomes: readonly { readonly ctstate: string }[] };
    expect(outcomes.map(({ ctstate }) => ctstate)).toEqual(["untracked"]);
  });

  it("gives the answer as JSON, the same in every language", () => {
    const argv = ["reach", ...ACK, "which packets are untracked"];
    const { stdout, exitCode } = hookwalk([...argv, "-o", "json"]);
    expect(exitCode).toBe(0);
    expect(hookwalk([...argv, "-j", "--lang", "zh"]).stdout).toBe(stdout);
    expect(JSON.parse(stdout)).toMatchObject({
      apiVersion: "hookwalk.dev/v1",
      kind: "ReachReport",
      query: "which packets are untracked",
      question: "which",
      answer: "yes",
      asked: [{ family: "ip", origin: "receive" }],
      defaults: ["state new", "mark 0x0", "from unicast", "to unicast", "ttl 2-255", "length 0-1280"],
      groups: [{ fate: { verdict: "accept", delivery: "local" }, witness: { packet: { dst: "169.254.20.10" } } }],
    });
  });

  it.each([
    ["yes", "can anything from eth0 reach the node", 0],
    ["no", "can anything from eth0 reach the node", 1],
    ["yes", "no packet from eth0 reaches the node", 1],
    ["no", "who can reach tcp/3306 on 192.168.202.3", 0],
  ])("--expect %s: %s exits with %i", (expected, question, code) => {
    expect(hookwalk(["reach", ...SLAVE, question, "--expect", expected]).exitCode).toBe(code);
  });

  it("exits with 5 where the snapshot does not decide it", () => {
    const room = mkdtempSync(join(tmpdir(), "hookwalk-reach-"));
    try {
      const rules = join(room, "iptables-save.txt");
      writeFileSync(rules, "*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -m set --match-set admins src -j DROP\nCOMMIT\n");
      const ran = hookwalk(["reach", "-q", "-f", rules, "can anything reach the node", "--expect", "yes"]);
      expect(ran.exitCode).toBe(5);
      expect(ran.stdout).toContain("set admins has src");
    } finally {
      rmSync(room, { recursive: true });
    }
  });

  it("takes the question as one word or as many, and wants one", () => {
    const words = "which packets leave by docker0".split(" ");
    expect(hookwalk(["reach", ...SLAVE, ...words]).stdout).toBe(hookwalk(["reach", ...SLAVE, words.join(" ")]).stdout);
    const none = hookwalk(["reach", ...SLAVE]);
    expect([none.exitCode, none.stderr]).toEqual([2, expect.stringContaining("QUESTION")]);
  });
});
