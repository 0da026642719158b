import { printProtocol } from "../../base/protocols.ts";
import type { Ipvs } from "../../program/ipvs.ts";
import type { Direction } from "../../program/test.ts";
import { PROTO } from "../../program/protocol.ts";
import { isLocalAddress } from "../local-address.ts";
import { isLoopback } from "../route.ts";
import { ask, factQuestion } from "../run.ts";
import type { Run } from "../run.ts";
import { questionOf, setKey } from "../sets.ts";
import { ACCEPT } from "../verdict.ts";
import type { ChainVerdict } from "../verdict.ts";
import { destinationOf, printPoint } from "./connections.ts";

const NO_LISTING = "no ipvsadm-save dump";

/** Sets in which kube-proxy lists its services: address and port; those of other names are for IPv6. */
const SERVICE_SETS = ["CLUSTER-IP", "EXTERNAL-IP", "EXTERNAL-IP-LOCAL", "LOAD-BALANCER"];

/** Its node ports, by protocol. */
const NODE_PORT_SETS: ReadonlyMap<number, string> = new Map([
  [PROTO.tcp, "NODE-PORT-TCP"],
  [PROTO.udp, "NODE-PORT-UDP"],
  [PROTO.sctp, "NODE-PORT-SCTP-HASH"],
]);

/** IPVS is in use and nobody says for what: what it would take is unknown, never delivered. */
export function unlistedRequest(run: Run, ipvs: Ipvs & { kind: "unlisted" }): ChainVerdict {
  const { skb } = run;
  if (ipvs.addresses.has(skb.dst)) {
    const listed = inSets(run, SERVICE_SETS, ["dst", "dst"]);
    return listed === "no" ? askService(run) : taken(run, listed);
  }
  if (!isLocalAddress(run, skb.dst) || isLoopback(skb.dst) || answersHere(run)) return ACCEPT;
  const { proto } = skb.base;
  const nodePorts = NODE_PORT_SETS.get(proto);
  const listed =
    nodePorts === undefined ? "no" : inSets(run, [nodePorts], proto === PROTO.sctp ? ["dst", "dst"] : ["dst"]);
  if (listed === "no") return ACCEPT;
  return listed === "unknown" ? askService(run) : taken(run, listed);
}

/** Conntrack knows: the packet is an answer, or answers to it come from this very address. */
function answersHere({ skb: { ct } }: Run): boolean {
  return ct !== null && (ct.direction === "reply" || (ct.flow.confirmed && ct.flow.reply.src === ct.flow.original.dst));
}

/** The name of the set that has the packet's destination; no: none has; unknown: nobody can say. */
type Listed = { readonly set: string } | "no" | "unknown";

function inSets(run: Run, names: readonly string[], directions: readonly Direction[]): Listed {
  const prefix = run.skb.family === "ip" ? "KUBE-" : "KUBE-6-";
  if (run.sets === null) return "unknown";
  const own = names.flatMap((name) => {
    const set = run.sets?.get(prefix + name);
    return set === undefined ? [] : [{ name: prefix + name, set }];
  });
  const answers = own.map(({ name, set }) => ({
    set: name,
    answer: set.test(setKey(run.skb), directions, questionOf(run, false)),
  }));
  const has = answers.find(({ answer }) => answer === "yes");
  if (has !== undefined) return has;
  return answers.length === 0 || answers.some(({ answer }) => answer === "unknown") ? "unknown" : "no";
}

function taken(run: Run, listed: Exclude<Listed, "no">): ChainVerdict {
  const point = printPoint(destinationOf(run.skb));
  const what =
    listed === "unknown"
      ? `IPVS takes what is for ${point} from here: ${NO_LISTING}`
      : `IPVS takes what is for ${point} (set ${listed.set}) from here: ${NO_LISTING}`;
  return { kind: "unknown", what, reason: "ipvs" };
}

/** Nothing that kube-proxy lists has this address and port. */
function askService(run: Run): ChainVerdict {
  const service = `${printProtocol(run.skb.base.proto)} ${printPoint(destinationOf(run.skb))}`;
  const isService = ask(run, factQuestion(`${service} is a virtual service of IPVS`, NO_LISTING, false));
  return isService ? taken(run, "unknown") : ACCEPT;
}
