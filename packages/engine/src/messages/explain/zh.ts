import type { phrases as en } from "./en.ts";
import { conditions } from "./conditions-zh.ts";
import { effects } from "./effects-zh.ts";
import { fields } from "./fields-zh.ts";
import { frame } from "./frame-zh.ts";
import { calico } from "./owners/calico-zh.ts";
import { cilium } from "./owners/cilium-zh.ts";
import { kubeNftables } from "./owners/kube-nftables-zh.ts";
import { kubernetes } from "./owners/kubernetes-zh.ts";
import { others } from "./owners/others-zh.ts";

/** Everything that explanations say, in Chinese: the ids of en.ts, all of them. */
export const phrases: Readonly<Record<keyof typeof en, string>> = {
  ...frame,
  ...fields,
  ...conditions,
  ...effects,
  ...cilium,
  ...kubernetes,
  ...kubeNftables,
  ...calico,
  ...others,
};
