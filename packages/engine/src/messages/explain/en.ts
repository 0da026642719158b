import { conditions } from "./conditions-en.ts";
import { effects } from "./effects-en.ts";
import { frame } from "./frame-en.ts";
import { calico } from "./owners/calico-en.ts";
import { cilium } from "./owners/cilium-en.ts";
import { kubernetes } from "./owners/kubernetes-en.ts";
import { others } from "./owners/others-en.ts";

/** Everything that explanations say, in English. Holes as in `phrase.ts`. */
export const phrases: typeof frame &
  typeof conditions &
  typeof effects &
  typeof cilium &
  typeof kubernetes &
  typeof calico &
  typeof others = { ...frame, ...conditions, ...effects, ...cilium, ...kubernetes, ...calico, ...others };
