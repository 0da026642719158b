import { defaultKubeProxyConfiguration } from "../desired/kube-proxy-configuration.ts";
import type { DesiredState } from "../desired/state.ts";
import type { Parsed } from "../model/diagnostic.ts";
import type { Snapshot } from "../model/snapshot.ts";
import { renderKubeProxy } from "./kube-proxy/kube-proxy.ts";

/** What an owner writes on the node that the objects are about; null where nothing can be rendered, which a diagnostic explains. */
export type Renderer = (state: DesiredState) => Parsed<Snapshot | null>;

/** Every owner whose rules can be written from objects, by the name that `hookwalk render` calls it. */
export const renderers: ReadonlyMap<string, Renderer> = new Map<string, Renderer>([
  ["kube-proxy", (state) => renderKubeProxy(state, state.kubeProxy ?? defaultKubeProxyConfiguration)],
]);
