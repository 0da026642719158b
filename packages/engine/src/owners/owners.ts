import { awsVpcCni } from "./aws-vpc-cni/aws-vpc-cni.ts";
import { calicoWords } from "./calico/words.ts";
import { cilium } from "./cilium/cilium.ts";
import { cniPlugins } from "./cni-plugins/cni-plugins.ts";
import { docker } from "./docker/docker.ts";
import { firewalld } from "./firewalld/firewalld.ts";
import { libvirt } from "./libvirt/libvirt.ts";
import { podman } from "./podman/podman.ts";
import { fail2ban } from "./fail2ban/fail2ban.ts";
import { flannel } from "./flannel/flannel.ts";
import { istio } from "./istio/istio.ts";
import { kernel } from "./kernel/kernel.ts";
import { kubeProxy } from "./kube-proxy/kube-proxy.ts";
import { kubelet } from "./kubelet/kubelet.ts";
import { nodeLocalDns } from "./node-local-dns/node-local-dns.ts";
import type { Owner } from "./owner.ts";
import { tailscale } from "./tailscale/tailscale.ts";
import { terway } from "./terway/terway.ts";
import { weave } from "./weave/weave.ts";

/** Everybody who is recognised. Where two would take the same thing for theirs, the first of those that are on the node has it. */
export const owners: readonly Owner[] = [
  cilium,
  calicoWords,
  terway,
  kubeProxy,
  kubelet,
  nodeLocalDns,
  docker,
  istio,
  tailscale,
  awsVpcCni,
  flannel,
  weave,
  cniPlugins,
  firewalld,
  libvirt,
  podman,
  fail2ban,
  kernel,
];
