import type { MatchExtension } from "./define.ts";
import { option } from "./codec.ts";
import { hexInteger, integer } from "./codecs-target.ts";
import { needs } from "./given.ts";
import { defineUnanswerable } from "./lower.ts";

const MAX_NODES = 32; // XT_CLUSTER_NODES_MAX

export const cluster: MatchExtension = defineUnanswerable({
  name: "cluster",
  options: {
    "cluster-local-nodemask": option(hexInteger(0xffff_ffff, 8), { negatable: true }),
    "cluster-local-node": option(integer(MAX_NODES, 1), { negatable: true }),
    "cluster-total-nodes": option(integer(MAX_NODES, 1)),
    "cluster-hash-seed": option(hexInteger(0xffff_ffff, 8)),
  },
  source: "net/netfilter/xt_cluster.c xt_cluster_mt, xt_cluster_mt_checkentry",
  needsConntrack: true,
  normalise(written) {
    const { "cluster-local-node": node, ...args } = written;
    if (node === undefined || args["cluster-local-nodemask"]) return written;
    return { ...args, "cluster-local-nodemask": { negated: node.negated, value: (1 << (node.value - 1)) >>> 0 } };
  },
  check(args) {
    const missing = needs(args, "cluster-local-nodemask", "cluster-total-nodes", "cluster-hash-seed");
    if (missing !== null) return missing;
    if (args["cluster-local-node"]) return "--cluster-local-node and --cluster-local-nodemask exclude each other";
    const { "cluster-local-nodemask": mask, "cluster-total-nodes": total } = args;
    const outside = mask && total && mask.value >= 2 ** total.value;
    return outside ? "the local node is not among the total nodes" : null;
  },
  why: "hash",
});
