/** The nodes whose rules are changed, each with what writes its rules. */
import { parseIptablesSave, parseNft, printAddress, printIpset, printNftScript } from "@hookwalk/engine";
import type { Snapshot } from "@hookwalk/engine";
import type { Lab } from "../../../packages/cli/src/lab/lab.ts";
import { readNode } from "../../nodes/node.ts";
import { IPTABLES_TEXT, NFT_TEXT } from "../../property/rule-changes.ts";
import type { RuleText } from "../../property/rule-changes.ts";
import type { Sources } from "./packets.ts";
import { NFTABLES_NODES } from "../nftables-nodes.ts";

export interface Subject {
  readonly node: Snapshot;
  readonly sources: Sources;
  /** Rules of IPv4, as they are changed. */
  readonly text: string;
  readonly changes: RuleText;
  /** What else has values that packets may have: elements of ipsets. */
  readonly sets: string;
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
    sources: sourcesOf(node),
    text,
    changes: IPTABLES_TEXT,
    sets: printIpset(node.sets ?? []),
    load: (lab, rules) => {
      lab.replaceRules([{ family: "ip", backend: "legacy", text: rules }]);
      const { value } = parseIptablesSave(rules, FILE, { family: "ip" });
      return { ...node, tables: { ...node.tables, ip: value } };
    },
  };
}

/** Packets of outside and of pods, and the node's own. */
function sourcesOf({ links }: Snapshot): Sources {
  const global = (links ?? []).flatMap(({ addresses }) =>
    addresses.flatMap(({ prefix, scope }) =>
      scope === "global" && typeof prefix.address === "number" ? [printAddress(prefix.address)] : [],
    ),
  );
  const names = (links ?? []).map(({ name }) => name);
  return { devices: names.filter((name) => name === "eth0" || name.startsWith("cali")), own: global };
}

function nftablesNode(node: Snapshot): Subject {
  const of = (family: string) => (node.nft ?? []).filter((table) => table.family === family);
  return {
    node,
    sources: sourcesOf(node),
    text: printNftScript(of("ip")),
    changes: NFT_TEXT,
    sets: "",
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
