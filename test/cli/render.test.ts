import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { hookwalk, ROOT, session } from "./hookwalk.ts";

const FILE = "test/render/kube-proxy/objects.yaml";
const OBJECTS = readFileSync(join(ROOT, FILE), "utf8");

describe("hookwalk render", () => {
  it("prints one family as iptables-save would", () => {
    const { stdout, stderr, exitCode } = hookwalk(["render", "kube-proxy", "-f", FILE]);
    expect([stderr, exitCode]).toEqual(["", 0]);
    expect(stdout).toContain("-A KUBE-SEP-WCL4FJSCWNWGJRC2 -s 10.244.1.9/32 ");
    expect(stdout).not.toContain("fd00:");
    expect(hookwalk(["show", "-f", "-", "-o", "iptables-save"], { stdin: stdout }).stdout).toBe(stdout);
    expect(hookwalk(["render", "kube-proxy", "-f", FILE, "-6"]).stdout).toContain(
      "--to-destination [fd00:244:1::c]:8443",
    );
  });

  it("gives input for iptables-restore: own chains anew, jumps before the rules of others", () => {
    const { stdout } = hookwalk(["render", "kube-proxy", "-f", FILE, "-o", "iptables-restore"]);
    expect(stdout).toMatch(/^\*mangle\n:KUBE-PROXY-CANARY - \[0:0\]\nCOMMIT\n\*nat\n:KUBE-/);
    expect(stdout).toContain('-I PREROUTING 1 -m comment --comment "kubernetes service portals" -j KUBE-SERVICES\n');
    expect(stdout).not.toContain(":PREROUTING");
  });

  it("says which forms there are where an owner has nothing of one", () => {
    const { stdout, stderr, exitCode } = hookwalk(["render", "kube-proxy", "-f", FILE, "-o", "ipset"]);
    expect([stdout, exitCode]).toEqual(["", 2]);
    expect(stderr).toContain("kube-proxy writes nothing here that ipset has to do with");
    expect(stderr).toContain("iptables-save, iptables-restore, sysctl, snapshot, json");
  });

  it("renders all owners that the objects speak of as one node", () => {
    expect(hookwalk(["render", "node", "-f", FILE]).stdout).toBe(hookwalk(["render", "kube-proxy", "-f", FILE]).stdout);
    const { stdout } = hookwalk(["render", "node", "-f", "test/nodes/ack-cilium/objects.yaml", "-o", "ip"]);
    expect(stdout).toContain(
      "link add name nodelocaldns mtu 1500 type dummy\naddress add 169.254.20.10/32 dev nodelocaldns\n",
    );
    expect(stdout).toContain("address add 192.168.0.10/32 dev kube-ipvs0\n");
  });

  it("gives a snapshot that trace walks", () => {
    const binary = join(ROOT, "packages/cli/bin/hookwalk.js");
    const packed = execFileSync(process.execPath, [binary, "render", "kube-proxy", "-f", FILE, "-o", "snapshot"], {
      cwd: ROOT,
    });
    const argv = ["trace", "-f", "-", "--local", "--src", "192.0.2.11", "--dst", "10.96.0.2:80", "-o", "json"];
    expect(JSON.parse(hookwalk(argv, { stdin: packed }).stdout)).toMatchObject({
      outcomes: [{ verdict: "accept", delivery: "sent", oif: "eth0", packet: { dst: "10.244.2.8", dport: 8080 } }],
    });
  });

  it("gives a whole node with sets, virtual servers and policy routing that trace walks", () => {
    const binary = join(ROOT, "packages/cli/bin/hookwalk.js");
    const objects = "test/nodes/cilium-tunnel/objects.yaml";
    const packed = execFileSync(process.execPath, [binary, "render", "node", "-f", objects, "-o", "snapshot"], {
      cwd: ROOT,
    });
    const argv = ["trace", "-f", "-", "--local", "--src", "10.20.30.4", "--dst", "10.96.45.10:80", "-o", "json"];
    expect(JSON.parse(hookwalk(argv, { stdin: packed }).stdout)).toMatchObject({
      outcomes: [
        { verdict: "accept", oif: "cilium_host", packet: { src: "100.64.64.84", dst: "100.64.65.12", dport: 8080 } },
      ],
    });
  });

  it("tells what is wrong, where, and renders the rest", () => {
    const wrong = OBJECTS.replace("clusterIP: 10.96.0.3\n", "clusterIP: 10.96.0.300\n");
    const { stdout, stderr, exitCode } = hookwalk(["render", "kube-proxy", "-f", "-"], { stdin: wrong });
    expect(exitCode).toBe(3);
    const line = wrong.split("\n").findIndex((text) => text.includes("10.96.0.300")) + 1;
    expect(stderr).toContain(`stdin:${String(line)}:`);
    expect(stderr).toContain("Service default/near: spec.clusterIP must be");
    expect(stdout).not.toContain("default/near");
    expect(stdout).toContain("default/shop");
  });

  it.each([
    ["unknown-field", "apiVersion: v1\nkind: Service\nmetadata: { name: a }\nspec:\n  clusterIPz: 10.0.0.1\n"],
    ["no-node", "apiVersion: v1\nkind: Service\nmetadata: { name: a }\nspec: { clusterIP: 10.0.0.1 }\n"],
  ])("prints what the golden render-%s shows", async (name, stdin) => {
    await expect(session(["render", "kube-proxy", "-f", "-", "-v"], { stdin })).toMatchFileSnapshot(
      `goldens/render-${name}.txt`,
    );
  });
});
