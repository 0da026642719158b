/** The nodes whose rules are changed, each with what writes its rules. */
import { parseIptablesSave, parseNft, printNftScript } from "@hookwalk/engine";
import type { Snapshot } from "@hookwalk/engine";
import type { Lab } from "../../../packages/cli/src/lab/lab.ts";
import { readNode } from "../../nodes/node.ts";
import { IPTABLES_TEXT, NFT_TEXT } from "../../property/rule-changes.ts";
import type { RuleText } from "../../property/rule-changes.ts";
import { NFTABLES_NODES } from "../nftables-nodes.ts";

export interface Subject {
  readonly node: Snapshot;
  /** Where packets come in. */
  readonly devices: readonly string[];
  /** Rules of IPv4, as they are changed. */
  readonly text: string;
  readonly changes: RuleText;
  /** Loads such rules; the node that the lab is then. */
  readonly load: (lab: Lab, text: string) => Snapshot;
}

const IPTABLES_NODE = "calico-slave1";
const FILE = "iptables-save.txt";

function iptablesNode(): Subject {
  const node = readNode(IPTABLES_NODE);
  let text = "";
  readNode(IPTABLES_NODE, (file) => {
    if (file.path === FILE) ({ text } = file);
    return file.text;
  });
  return {
    node,
    devices: ["cali0ef24b1", "cali0ef24b2", "eth0"],
    text,
    changes: IPTABLES_TEXT,
    load: (lab, rules) => {
      lab.replaceRules([{ family: "ip", backend: "legacy", text: rules }]);
      const { value } = parseIptablesSave(rules, FILE, { family: "ip" });
      return { ...node, tables: { ...node.tables, ip: value } };
    },
  };
}

function nftablesNode(node: Snapshot): Subject {
  const of = (family: string) => (node.nft ?? []).filter((table) => table.family === family);
  const pods = (node.links ?? []).flatMap(({ name }) => (name.startsWith("cali") ? [name] : []));
  return {
    node,
    devices: ["eth0", ...pods],
    text: printNftScript(of("ip")),
    changes: NFT_TEXT,
    load: (lab, rules) => {
      lab.replaceRules([], rules);
      // What the kernel holds is what nft made of the text.
      const listed = of("ip").map(({ name }) => lab.run(["nft", "list", "table", "ip", name]));
      const { value, diagnostics: problems } = parseNft(listed.join(""), "nft-ruleset.txt");
      if (problems.length > 0) throw new Error(JSON.stringify(problems));
      return { ...node, nft: [...value, ...of("ip6")] };
    },
  };
}

export const SUBJECTS: Readonly<Record<string, () => Subject>> = {
  "Calico with iptables": iptablesNode,
  ...Object.fromEntries(Object.entries(NFTABLES_NODES).map(([name, node]) => [name, () => nftablesNode(node())])),
};
