import { conditions } from "./conditions-en.ts";
import { effects } from "./effects-en.ts";
import { fields } from "./fields-en.ts";
import { frame } from "./frame-en.ts";
import { calico } from "./owners/calico-en.ts";
import { cilium } from "./owners/cilium-en.ts";
import { kubeNftables } from "./owners/kube-nftables-en.ts";
import { kubernetes } from "./owners/kubernetes-en.ts";
import { others } from "./owners/others-en.ts";

/** Everything that explanations say, in English. Holes as in `phrase.ts`. */
export const phrases: typeof frame &
  typeof fields &
  typeof conditions &
  typeof effects &
  typeof cilium &
  typeof kubernetes &
  typeof kubeNftables &
  typeof calico &
  typeof others = {
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
