import { defineOwner } from "../owner.ts";
import type { Owner } from "../owner.ts";

/** Upstream: aws/amazon-vpc-cni-k8s pkg/networkutils. */
export const awsVpcCni: Owner = defineOwner({
  name: "aws-vpc-cni",
  title: "AWS VPC CNI",
  chains: [
    { name: /^AWS-SNAT-CHAIN-\d+$/, means: "aws-chain-snat" },
    { name: /^AWS-CONNMARK-CHAIN-\d+$/, means: "aws-chain-connmark" },
  ],
  devices: [{ name: /^eni(\+|[0-9a-f]+\+?)$/, means: "aws-device-pod" }],
  routingRules: [
    { priority: [512, 512], text: /^from all to (?<pod>\S+) lookup main$/, means: "aws-routing-to-pod", shared: true },
    { priority: [1024, 1024], text: /^from all fwmark 0x80\/0x80 lookup main$/, means: "aws-routing-primary" },
    { priority: [1536, 1536], text: /^from (?<pod>\S+) .*lookup (?<table>\S+)$/, means: "aws-routing-from-pod" },
  ],
  marks: { fields: [{ value: 0x80, mask: 0x80, means: "aws-mark-primary" }] },
});
