import type { MarkLayout } from "../owner.ts";

/** The defaults of masqueradeBit (14) and of kubelet's drop bit (15), which Kubernetes' parts share. */
export const kubeMarks: MarkLayout = {
  fields: [
    { value: 0x4000, mask: 0x4000, means: "kube-mark-masquerade" },
    { value: 0x8000, mask: 0x8000, means: "kube-mark-drop" },
  ],
};
