import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { zipOf } from "../archives.ts";
import { hookwalk, ROOT } from "./hookwalk.ts";

/** The node as a plain snapshot: each archive holds the same listings, laid out as its tool does. */
const NODE = "test/nodes/calico-slave2";
const OTHER = "test/nodes/calico-slave1";
const TO_DATABASE = ["--iif", "eth0", "--src", "192.168.8.129", "--dst", "192.168.202.3:3306"];

function dump(name: string, node = NODE): string {
  return readFileSync(join(ROOT, node, name), "utf8");
}

/** What the walk says, without where each rule stands. */
function outcomes(snapshot: string, ...more: readonly string[]): unknown {
  const { stdout, stderr, exitCode } = hookwalk(["trace", "-f", snapshot, ...TO_DATABASE, "-o", "json", "-q", ...more]);
  if (exitCode !== 0) throw new Error(stderr);
  const trace = JSON.parse(stdout) as { readonly outcomes: readonly { readonly steps: readonly object[] }[] };
  return trace.outcomes.map((outcome) => ({
    ...outcome,
    steps: outcome.steps.map((step) => ({ ...step, span: undefined })),
  }));
}

let room = "";

beforeAll(() => {
  room = mkdtempSync(join(tmpdir(), "hookwalk-archives-"));
});

afterAll(() => {
  rmSync(room, { recursive: true });
});

/** Lays files out in the room and packs their top directory with the system's tar. */
function packed(archive: string, files: Readonly<Record<string, string>>, ...how: readonly string[]): string {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(room, path)), { recursive: true });
    writeFileSync(join(room, path), text);
  }
  const [top = ""] = (Object.keys(files)[0] ?? "").split("/");
  const { status, stderr } = spawnSync("tar", ["-C", room, ...how, "-cf", join(room, archive), top], {
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(stderr);
  return join(room, archive);
}

function bugtool(top: string, node: string, name: string): Readonly<Record<string, string>> {
  const cmd = `${top}/cmd`;
  return {
    [`${cmd}/hostname.md`]: `${name}\n`,
    [`${cmd}/iptables-save--c.md`]: dump("iptables-save.txt", node),
    [`${cmd}/ip6tables-save--c.md`]: "> Error while running 'ip6tables-save -c':  exit status 1\n\n",
    [`${cmd}/ipset-list.md`]: dump("ipset-save.txt", node),
    [`${cmd}/ip--d-rule.md`]: dump("ip-rule.txt", node),
    [`${cmd}/ip--4-r.md`]: dump("ip-route.txt", node),
    [`${cmd}/ip-a.md`]: dump("ip-addr.txt", node),
    [`${cmd}/ip--4-n.md`]: dump("ip-neigh.txt", node),
    [`${cmd}/sysctl--a.md`]: dump("sysctl.txt", node),
    [`${cmd}/ss--t--p--a--i--s--n--e.md`]: "",
    [`${cmd}/ip--s-xfrm-state.md`]: "src 10.0.0.1 dst 10.0.0.2\n",
    [`${top}/conf/kernel-config`]: "CONFIG_NETFILTER=y\n",
  };
}

const CRLF = (text: string): string => text.replaceAll("\n", "\r\n");

describe("an archive opened as it is", () => {
  it("cilium-bugtool", () => {
    const files = bugtool("cilium-bugtool-20261126-112500.123+0000-UTC-4242", NODE, "slave2");
    const plain = outcomes(NODE);
    expect(outcomes(packed("cilium-bugtool-20261126-112500.123+0000-UTC-4242.tar", files))).toEqual(plain);
    expect(outcomes(packed("cilium-bugtool.tar.gz", files, "-z"))).toEqual(plain);
  });

  it("cilium sysdump, a directory for one agent and an archive for another", () => {
    const inner = bugtool("cilium-bugtool-20261126-112500.123+0000-UTC-4243", NODE, "slave2");
    const nested = readFileSync(packed("cilium-bugtool-cilium-fghij-20261126-112500.tar.gz", inner, "-z"));
    const top = "cilium-sysdump-20261126-112500";
    const first = Object.entries(bugtool(`${top}/cilium-bugtool-cilium-abcde-20261126-112500`, OTHER, "slave1"));
    const zip = zipOf(
      ...first.map(([name, body]) => ({ name, body })),
      { name: `${top}/cilium-bugtool-cilium-fghij-20261126-112500.tar.gz`, body: nested },
      { name: `${top}/k8s-pods-20261126-112500.yaml`, body: "kind: List\n" },
    );
    const path = join(room, `${top}.zip`);
    writeFileSync(path, zip);
    expect(hookwalk(["show", "-f", path, "-o", "nodes"])).toEqual({
      stdout: "slave1\nslave2\n",
      stderr: "",
      exitCode: 0,
    });
    const { stderr, exitCode } = hookwalk(["trace", "-f", path, ...TO_DATABASE]);
    expect(exitCode).toBe(2);
    expect(stderr).toBe(
      `hookwalk: ${path} holds 2 nodes: slave1, slave2\n   Name one behind the archive: -f ${path}#slave1\n`,
    );
    expect(outcomes(`${path}#slave2`)).toEqual(outcomes(NODE));
  });

  it("calicoctl cluster diags, with the line ends of a terminal", () => {
    const node = (name: string, from: string): Readonly<Record<string, string>> => ({
      [`calico-diagnostics-20261126_112500/nodes/${name}/iptables-legacy-save.txt`]: CRLF(
        dump("iptables-save.txt", from),
      ),
      [`calico-diagnostics-20261126_112500/nodes/${name}/ipset-list.txt`]: CRLF(dump("ipset-save.txt", from)),
      [`calico-diagnostics-20261126_112500/nodes/${name}/ip-rule.txt`]: CRLF(dump("ip-rule.txt", from)),
      [`calico-diagnostics-20261126_112500/nodes/${name}/ip-route.txt`]: CRLF(dump("ip-route.txt", from)),
      [`calico-diagnostics-20261126_112500/nodes/${name}/ip-addr.txt`]: CRLF(dump("ip-addr.txt", from)),
      [`calico-diagnostics-20261126_112500/nodes/${name}/ip-neigh.txt`]: CRLF(dump("ip-neigh.txt", from)),
      [`calico-diagnostics-20261126_112500/nodes/${name}/bpf-conntrack.txt`]: "",
      [`calico-diagnostics-20261126_112500/nodes/${name}/calico-system/calico-node-x.log`]: "log\n",
    });
    const files = { ...node("slave1", OTHER), ...node("slave2", NODE) };
    const path = packed("calico-diagnostics-20261126_112500.tar.gz", files, "-z");
    expect(hookwalk(["show", "-f", path, "-o", "nodes"])).toEqual({
      stdout: "slave1\nslave2\n",
      stderr: "",
      exitCode: 0,
    });
    const { stderr } = hookwalk(["show", "-f", `${path}#slave2`, "-o", "stats"]);
    expect(stderr).toBe("");
    expect(hookwalk(["trace", "-f", `${path}#slave2`, ...TO_DATABASE, "--expect", "drop", "-q"]).exitCode).toBe(0);
  });

  it("calicoctl node diags", () => {
    const path = packed(
      "diags-20261126_112500.tar.gz",
      {
        "diagnostics/hostname": "slave2\n",
        "diagnostics/ipv4_tables": dump("iptables-save.txt"),
        "diagnostics/ipv4_route": dump("ip-route.txt"),
        "diagnostics/ipv4_addr": dump("ip-addr.txt"),
        "diagnostics/ipsets": dump("ipset-save.txt"),
        "diagnostics/logs/felix.log": "log\n",
      },
      "-z",
    );
    expect(hookwalk(["show", "-f", path, "-o", "nodes"]).stdout).toBe("slave2\n");
    expect(hookwalk(["trace", "-f", path, ...TO_DATABASE, "--expect", "drop", "-q"]).exitCode).toBe(0);
  });

  it("sos report, with a network namespace of its own", () => {
    const top = "sosreport-slave2-2026-11-26-abcdefg";
    const listings = `${top}/sos_commands/networking`;
    const blue = `${listings}/namespaces/blue/ip_netns_exec_blue_`;
    const files = {
      [`${top}/sos_commands/host/hostname`]: "slave2",
      [`${listings}/ip_-4_rule_list`]: dump("ip-rule.txt"),
      [`${listings}/ip_route_show_table_all`]: dump("ip-route.txt"),
      [`${listings}/ip_-d_address`]: dump("ip-addr.txt"),
      [`${blue}iptables-save`]: dump("iptables-save.txt"),
      [`${blue}ip_-4_rule_list`]: dump("ip-rule.txt"),
      [`${top}/sos_commands/kernel/sysctl_-a`]: dump("sysctl.txt"),
      [`${top}/var/log/messages`]: "log\n",
    };
    const path = packed("sosreport-slave2-2026-11-26-abcdefg.tar.xz", files, "-J");
    expect(hookwalk(["show", "-f", path, "-o", "nodes"]).stdout).toBe("slave2\nslave2/blue\n");
    const host = hookwalk(["show", "-f", path, "-o", "stats", "-v"]);
    expect(host.stdout).toMatch(/tables +0\n/);
    expect(host.stderr).toContain("network namespaces of slave2 are snapshots of their own: slave2/blue");
    expect(hookwalk(["show", "-f", `${path}#slave2/blue`, "-o", "iptables-save"]).stdout).toContain("cali-FORWARD");
    const without = hookwalk(["show", "-f", path], { env: { PATH: room } });
    expect([without.exitCode, without.stderr]).toEqual([
      4,
      "hookwalk: sosreport-slave2-2026-11-26-abcdefg.tar.xz is packed with xz, which is not installed here\n" +
        "   Install the package xz-utils, or run `xz -d` where it is and give the unpacked file.\n",
    ]);
  });

  it("and unpacked: the directory is the same", () => {
    packed("unpacked.tar", bugtool("cilium-bugtool-20261126-112500.123+0000-UTC-4244", NODE, "slave2"));
    expect(outcomes(join(room, "cilium-bugtool-20261126-112500.123+0000-UTC-4244"))).toEqual(outcomes(NODE));
  });
});
