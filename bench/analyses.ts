import { ask, ruleFaults, semanticDiff } from "@hookwalk/engine";
import { firewallNode, generateFirewall } from "./firewall.ts";
import { kubeProxyNode, kubeProxyRules } from "./kube-proxy-node.ts";
import { QUESTION, SERVICE_QUESTION, programOf, queryOf, withoutOne } from "./journeys.ts";

/** Something that is asked of all packets at once, of rulesets of one shape. */
export interface Analysis {
  readonly name: string;
  /** Numbers of rules. */
  readonly sizes: readonly number[];
  /** Reads so many rules; what is returned asks. */
  readonly of: (rules: number) => () => unknown;
}

const FIREWALL = [1250, 2500, 5000, 10_000];
const KUBE_PROXY = [1000, 3000, 10_000, 30_000, 110_000];
const SERVICES = [1000, 2500, 5000, 10_000];

/** Every analysis whose growth is drawn. */
export const ANALYSES: readonly Analysis[] = [
  { name: "dead rules, firewall", sizes: FIREWALL, of: (rules) => deadRules(generateFirewall(rules)) },
  { name: "dead rules, kube-proxy", sizes: KUBE_PROXY, of: (rules) => deadRules(kubeProxyRules(rules)) },
  { name: "who can reach one port, firewall", sizes: FIREWALL, of: (rules) => asked(firewallNode(rules), QUESTION) },
  { name: "semantic diff after another, firewall", sizes: FIREWALL, of: oneMoreChange },
  {
    name: "who can reach one service, kube-proxy",
    sizes: SERVICES,
    of: (rules) => asked(kubeProxyNode(rules), SERVICE_QUESTION),
  },
];

type Files = Parameters<typeof programOf>[0];

function deadRules(text: string): () => unknown {
  const program = programOf([{ path: "iptables-save.txt", text }]);
  return () => ruleFaults(program, "ip");
}

function asked(files: Files, question: string): () => unknown {
  const program = programOf(files);
  const query = queryOf(question);
  return () => ask(program, query);
}

/** What is known of the unchanged side from one change is known when the next is compared. */
function oneMoreChange(rules: number): () => unknown {
  const files = firewallNode(rules);
  const before = programOf(files);
  const [first, next] = [1, 2].map((zone) =>
    programOf(files.map(({ path, text }) => ({ path, text: withoutOne(path, text, zone) }))),
  );
  if (first === undefined || next === undefined) throw new Error("two changes are compared");
  semanticDiff(before, first);
  return () => semanticDiff(before, next);
}
