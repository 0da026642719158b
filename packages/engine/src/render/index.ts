/** Desired state in, the model of what its owner writes on a node out. */
export { endpointHash, servicePortHash, servicePortName } from "./kube-proxy/names.ts";
export { renderKubeProxy } from "./kube-proxy/kube-proxy.ts";
export type { Renderer } from "./renderers.ts";
export { renderers } from "./renderers.ts";
