import type { DiagnosticCode, Params } from "../messages/catalogue.ts";
import type { Diagnostic, Parsed } from "../model/diagnostic.ts";
import type { PlaceOf } from "./documents.ts";
import { readDocuments } from "./documents.ts";
import { KindReader } from "./kind-reader.ts";
import { problemsOf } from "./problems.ts";
import { schemas } from "./schemas.ts";
import type { DesiredObject, DesiredState, SpanOf } from "./state.ts";

const readers = new Map([...schemas].map(([type, schema]) => [type, new KindReader(schema)]));

/** A file of objects, as `kubectl get -o yaml` prints it: documents of one object each, or of a `v1 List`. JSON is YAML too. */
export interface ObjectsFile {
  readonly path: string;
  readonly text: string;
}

/**
 * Reads objects. An object with anything wrong in it is left out whole, and each of its faults is a diagnostic with the
 * object's name, the field and the line; the others are kept. An object that stands twice counts as it stands last, as
 * `kubectl apply` would take it. Never throws.
 */
export function readObjects(files: readonly ObjectsFile[]): Parsed<DesiredState> {
  const diagnostics: Diagnostic[] = [];
  const objects = new Map<string, DesiredObject>();
  const origins: Origins = new WeakMap();
  const faulty = new Set<string>();
  for (const file of files) readFile(file, objects, { diagnostics, origins, faulty });
  const spanOf: SpanOf = (object, path) => {
    const origin = origins.get(object);
    return origin === undefined ? null : origin.placeOf([...origin.at, ...path]);
  };
  return { value: stateOf([...objects.values()], faulty, spanOf), diagnostics };
}

/** The document that an object was read from, and where in it it is. */
interface Origin {
  readonly placeOf: PlaceOf;
  readonly at: readonly PropertyKey[];
}

type Origins = WeakMap<DesiredObject, Origin>;

/** Where what is found in a document goes. */
interface Reading {
  readonly placeOf: PlaceOf;
  readonly diagnostics: Diagnostic[];
  readonly origins: Origins;
  readonly faulty: Set<string>;
}

function readFile(
  { path, text }: ObjectsFile,
  objects: Map<string, DesiredObject>,
  found: Omit<Reading, "placeOf">,
): void {
  for (const document of readDocuments(path, text)) {
    if ("problem" in document) {
      const { problem, span } = document;
      found.diagnostics.push({ code: "objects-not-yaml", severity: "error", params: { problem }, span });
    } else if (document.value !== null) {
      readObject(document.value, [], objects, { placeOf: document.placeOf, ...found });
    }
  }
}

/** `at`: where in its document the object is. */
function readObject(
  value: unknown,
  at: readonly PropertyKey[],
  objects: Map<string, DesiredObject>,
  reading: Reading,
): void {
  const fields = fieldsOf(value);
  const apiVersion = textOf(fields.get("apiVersion"));
  const kind = textOf(fields.get("kind"));
  if (apiVersion === null || kind === null) {
    say(reading, "object-without-kind", {}, at);
    return;
  }
  if (kind === "List" || (kind.endsWith("List") && fields.has("items"))) {
    const items = fields.get("items");
    for (const [index, item] of (Array.isArray(items) ? items : []).entries())
      readObject(item, [...at, "items", index], objects, reading);
    return;
  }
  const type = `${apiVersion} ${kind}`;
  const name = nameOf(kind, fields);
  const reader = readers.get(type);
  if (reader === undefined) {
    say(reading, "object-unknown-kind", { object: name, type }, at, "warning");
    return;
  }
  const { data, error } = reader.read(value);
  if (error !== undefined) {
    reading.faulty.add(kind).add(name);
    for (const { code, params, path } of problemsOf(name, error)) say(reading, code, params, [...at, ...path]);
    return;
  }
  const key = `${type} ${name}`;
  if (objects.has(key)) say(reading, "object-twice", { object: name }, at, "warning");
  objects.set(key, data);
  reading.origins.set(data, { placeOf: reading.placeOf, at });
}

function fieldsOf(value: unknown): ReadonlyMap<string, unknown> {
  return new Map(typeof value === "object" && value !== null ? Object.entries(value) : []);
}

function textOf(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

/** `Service default/nginx`, for people and to tell objects apart. */
function nameOf(kind: string, fields: ReadonlyMap<string, unknown>): string {
  const metadata = fieldsOf(fields.get("metadata"));
  const name = textOf(metadata.get("name"));
  const namespace = textOf(metadata.get("namespace"));
  if (name === null) return kind;
  return namespace === null ? `${kind} ${name}` : `${kind} ${namespace}/${name}`;
}

function say(
  { placeOf, diagnostics }: Reading,
  code: DiagnosticCode,
  params: Params,
  path: readonly PropertyKey[],
  severity: Diagnostic["severity"] = "error",
): void {
  diagnostics.push({ code, severity, params, span: placeOf(path) });
}

function stateOf(objects: readonly DesiredObject[], faulty: ReadonlySet<string>, spanOf: SpanOf): DesiredState {
  const ofKind = <K extends DesiredObject["kind"]>(kind: K): Extract<DesiredObject, { kind: K }>[] =>
    objects.filter((object): object is Extract<DesiredObject, { kind: K }> => object.kind === kind);
  return {
    spanOf,
    faulty,
    services: ofKind("Service"),
    endpointSlices: ofKind("EndpointSlice"),
    serviceCIDRs: ofKind("ServiceCIDR"),
    nodes: ofKind("Node"),
    pods: ofKind("Pod"),
    namespaces: ofKind("Namespace"),
    serviceAccounts: ofKind("ServiceAccount"),
    networkPolicies: ofKind("NetworkPolicy"),
    nodeFacts: ofKind("NodeFacts"),
    kubeProxy: ofKind("KubeProxyConfiguration").at(-1) ?? null,
    packetTests: ofKind("PacketTests"),
    kubelet: ofKind("KubeletConfiguration").at(-1) ?? null,
    daemonSets: ofKind("DaemonSet"),
    calico: {
      felix: ofKind("FelixConfiguration"),
      clusters: ofKind("ClusterInformation"),
      nodes: ofKind("CalicoNode"),
      pools: ofKind("CalicoIpPool"),
      tiers: ofKind("CalicoTier"),
      policies: ofKind("CalicoPolicy"),
      profiles: ofKind("CalicoProfile"),
      workloads: ofKind("WorkloadEndpoint"),
      hosts: ofKind("HostEndpoint"),
      networkSets: ofKind("CalicoNetworkSet"),
    },
    cilium: {
      config: ofKind("ConfigMap").findLast(({ cilium }) => cilium !== null)?.cilium ?? null,
      nodes: ofKind("CiliumNode"),
      endpoints: ofKind("CiliumEndpoint"),
      envoyConfigs: ofKind("CiliumEnvoyConfig"),
      policies: ofKind("CiliumNetworkPolicy"),
    },
  };
}
