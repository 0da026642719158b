import { describe, expect, it } from "vitest";
import { EXIT, HookwalkError } from "../errors.ts";
import type { CommandRunner } from "../process/command-runner.ts";
import type { Capture } from "./capture.ts";
import { capture } from "./capture.ts";

interface Answer {
  readonly status?: number | null;
  readonly stdout?: string;
  readonly stderr?: string;
}

/** A machine on which these command lines answer, and no other program is installed. */
async function on(answers: Readonly<Record<string, Answer>>, netns: string | null = null): Promise<Capture> {
  const runner: CommandRunner = {
    run([program, ...args]) {
      const answer = answers[[program, ...args].join(" ")];
      if (answer === undefined) throw new HookwalkError("environment", EXIT.environment, `${program} is not installed`);
      return { status: 0, stdout: "", stderr: "", ...answer };
    },
  };
  return capture(runner, { netns, onStep: () => undefined });
}

describe("capture", () => {
  it("takes what there is and says why the rest is missing", async () => {
    const { files, missing } = await on({
      "ip -d rule show": { stdout: "0:\tfrom all lookup local\n" },
      "ipset save": { status: 1, stderr: "ipset v7.17: Kernel error received: Operation not permitted\nmore\n" },
      "nft -a list ruleset": { status: null },
    });
    expect(files.get("ip-rule.txt")).toBe("0:\tfrom all lookup local\n");
    expect(missing.get("ipset-save.txt")).toBe("ipset v7.17: Kernel error received: Operation not permitted");
    expect(missing.get("nft-ruleset.txt")).toBe("nft -a list ruleset ended with status null");
    expect(missing.get("conntrack.txt") ?? "conntrack is not installed").toMatch(/conntrack/);
    expect(missing.get("ip-route.txt")).toBe("ip is not installed");
  });

  it("asks with fewer options where the tool refuses the first ones", async () => {
    const refused = { status: 1, stderr: "ip: invalid option -- 'd'\n" };
    const { files, missing } = await on({
      "ip -d rule show": refused,
      "ip rule show": { stdout: "0:\tfrom all lookup local\n" },
      "ss -tuwan -e --inet-sockopt": { status: 255, stderr: "unrecognized option\n" },
      "ss -tuwan -e": { stdout: "Netid State\n" },
    });
    expect([files.get("ip-rule.txt"), files.get("ss.txt")]).toEqual(["0:\tfrom all lookup local\n", "Netid State\n"]);
    expect(missing.has("ip-rule.txt")).toBe(false);
  });

  it("takes nothing of a listing that broke off, but every setting that was read", async () => {
    const { files } = await on({
      "ip -d route show table all": {
        status: 1,
        stdout: "default via 10.0.0.1 dev eth0\n",
        stderr: "Dump terminated\n",
      },
      "sysctl -a": {
        status: 1,
        stdout: [
          "kernel.hostname = secret",
          "net.ipv4.ip_forward = 1",
          "net.ipv6.conf.eth0.stable_secret = 2001::1",
          "net.ipv4.tcp_fastopen_key = 01234567",
          "net.core.somaxconn = 4096",
          "",
        ].join("\n"),
      },
    });
    expect(files.has("ip-route.txt")).toBe(false);
    expect(files.get("sysctl.txt")).toBe("net.ipv4.ip_forward = 1\nnet.core.somaxconn = 4096\n");
  });

  it("asks for both backends; for the default one only where a variant is missing", async () => {
    const both = await on({
      "iptables-legacy-save -c": { stdout: "l" },
      "iptables-nft-save -c": { stdout: "n" },
      "iptables-save -c": { stdout: "n" },
    });
    expect([...both.files.keys()].filter((name) => name.startsWith("iptables"))).toEqual([
      "iptables-legacy-save.txt",
      "iptables-nft-save.txt",
    ]);
    expect(both.missing.has("iptables-save.txt")).toBe(false);
    const one = await on({ "iptables-save -c": { stdout: "x" } });
    expect(one.files.get("iptables-save.txt")).toBe("x");
    expect(one.missing.get("iptables-nft-save.txt")).toBe("iptables-nft-save is not installed");
  });

  it("goes into a network namespace, and asks there", async () => {
    const { files } = await on({ "ip netns exec blue ip -d rule show": { stdout: "blue" } }, "blue");
    expect(files.get("ip-rule.txt")).toBe("blue");
  });

  it("notes the versions that the tools say", async () => {
    const { tools } = await on({ "ipset --version": { stdout: "ipset v7.17, protocol version: 7\n" } });
    expect(tools).toEqual({ ipset: "ipset v7.17, protocol version: 7" });
  });
});
