/** Desired state in, the model of what its owner writes on a node out. */
export type { ChainChange, KeptRules } from "./kube-proxy/kept-rules.ts";
export { keepKubeProxyRules } from "./kube-proxy/kube-proxy.ts";
export { endpointHash, servicePortHash, servicePortName } from "./kube-proxy/names.ts";
export type { Rendered } from "./node/node-draft.ts";
export type { Pieces } from "./node/pieces.ts";
export type { Renderer } from "./renderer.ts";
export { renderers, renderNode, renderOwners } from "./renderers.ts";
