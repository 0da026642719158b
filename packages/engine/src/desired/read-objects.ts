import type { Document, Node as YamlNode } from "yaml";
import { isMap, isNode, isScalar, isSeq, LineCounter, parseAllDocuments } from "yaml";
import type { Span } from "../base/span.ts";
import type { DiagnosticCode, Params } from "../messages/catalogue.ts";
import type { Diagnostic, Parsed } from "../model/diagnostic.ts";
import { problemsOf } from "./problems.ts";
import { schemas } from "./schemas.ts";
import type { DesiredObject, DesiredState } from "./state.ts";

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
export function readObjects(files: readonly ObjectsFile[]): ReadObjects {
  const diagnostics: Diagnostic[] = [];
  const objects = new Map<string, DesiredObject>();
  const origins: Origins = new WeakMap();
  for (const file of files)
    readFile(file, objects, { path: file.path, lines: new LineCounter(), diagnostics, origins });
  return {
    value: stateOf([...objects.values()]),
    diagnostics,
    spanOf(object, path) {
      const origin = origins.get(object);
      return origin === undefined ? null : placeOf(origin, deepest(origin.node, path));
    },
  };
}

export interface ReadObjects extends Parsed<DesiredState> {
  /** Where a field of an object that was read stands, or what there is on the way to it; null: it was not read here. */
  readonly spanOf: (object: DesiredObject, path: readonly PropertyKey[]) => Span | null;
}

type Origins = WeakMap<DesiredObject, Pick<Reading, "path" | "lines"> & { readonly node: YamlNode | null }>;

/** One document with what finds a place in it. */
interface Reading {
  readonly path: string;
  readonly lines: LineCounter;
  readonly diagnostics: Diagnostic[];
  readonly origins: Origins;
}

function readFile({ path, text }: ObjectsFile, objects: Map<string, DesiredObject>, reading: Reading): void {
  const { lines } = reading;
  let documents: readonly Document.Parsed[];
  try {
    documents = parseAllDocuments(text, { lineCounter: lines, prettyErrors: false });
  } catch (error) {
    // The parser recurses into nested collections: only a hostile file is nested deeper than the stack.
    if (!(error instanceof RangeError)) throw error;
    say(reading, "objects-not-yaml", { problem: error.message }, { file: path, line: 1 });
    return;
  }
  for (const document of documents) readDocument(document, objects, reading);
}

function readDocument(document: Document.Parsed, objects: Map<string, DesiredObject>, reading: Reading): void {
  const [error] = document.errors;
  if (error !== undefined) {
    say(reading, "objects-not-yaml", { problem: error.message }, placeAt(reading, error.pos[0]));
    return;
  }
  let root: unknown;
  try {
    root = document.toJS();
  } catch (thrown) {
    // Aliases without end (`ReferenceError`), or nesting deeper than the stack.
    if (!(thrown instanceof ReferenceError || thrown instanceof RangeError)) throw thrown;
    say(reading, "objects-not-yaml", { problem: thrown.message }, placeOf(reading, document.contents));
    return;
  }
  if (root === null) return;
  readObject(root, document.contents, objects, reading);
}

function readObject(
  value: unknown,
  node: YamlNode | null,
  objects: Map<string, DesiredObject>,
  reading: Reading,
): void {
  const fields = fieldsOf(value);
  const apiVersion = textOf(fields.get("apiVersion"));
  const kind = textOf(fields.get("kind"));
  if (apiVersion === null || kind === null) {
    say(reading, "object-without-kind", {}, placeOf(reading, node));
    return;
  }
  if (kind === "List" || (kind.endsWith("List") && fields.has("items"))) {
    const items = fields.get("items");
    for (const [index, item] of (Array.isArray(items) ? items : []).entries())
      readObject(item, childOf(childOf(node, "items"), index), objects, reading);
    return;
  }
  const type = `${apiVersion} ${kind}`;
  const name = nameOf(kind, fields);
  const schema = schemas.get(type);
  if (schema === undefined) {
    say(reading, "object-unknown-kind", { object: name, type }, placeOf(reading, node), "warning");
    return;
  }
  const { data, error } = schema.safeParse(value, { reportInput: true });
  if (error !== undefined) {
    for (const { code, params, path } of problemsOf(name, error))
      say(reading, code, params, placeOf(reading, deepest(node, path)));
    return;
  }
  const key = `${type} ${name}`;
  if (objects.has(key)) say(reading, "object-twice", { object: name }, placeOf(reading, node), "warning");
  objects.set(key, data);
  reading.origins.set(data, { path: reading.path, lines: reading.lines, node });
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

/** The node at a path, or the last one on the way where the path ends in what is not there. */
function deepest(node: YamlNode | null, path: readonly PropertyKey[]): YamlNode | null {
  let found = node;
  for (const key of path) {
    const next = childOf(found, key);
    if (next === null) return found;
    found = next;
  }
  return found;
}

/** Of a map's field, the node of the key: that is the line which people look for. The last step down takes the value. */
function childOf(node: YamlNode | null, key: PropertyKey): YamlNode | null {
  if (isSeq(node)) {
    const item = node.items[Number(key)];
    return isNode(item) ? item : null;
  }
  if (!isMap(node)) return null;
  const pair = node.items.find((one) => isScalar(one.key) && one.key.value === key);
  if (pair === undefined) return null;
  if (isNode(pair.value)) return pair.value;
  return isNode(pair.key) ? pair.key : null;
}

function placeOf(reading: Pick<Reading, "path" | "lines">, node: YamlNode | null): Span {
  return placeAt(reading, node?.range?.[0] ?? 0);
}

function placeAt({ path, lines }: Pick<Reading, "path" | "lines">, offset: number): Span {
  const { line, col } = lines.linePos(offset);
  return { file: path, line: Math.max(line, 1), column: Math.max(col, 1) };
}

function say(
  { diagnostics }: Reading,
  code: DiagnosticCode,
  params: Params,
  span: Span,
  severity: Diagnostic["severity"] = "error",
): void {
  diagnostics.push({ code, severity, params, span });
}

function stateOf(objects: readonly DesiredObject[]): DesiredState {
  const ofKind = <K extends DesiredObject["kind"]>(kind: K): Extract<DesiredObject, { kind: K }>[] =>
    objects.filter((object): object is Extract<DesiredObject, { kind: K }> => object.kind === kind);
  return {
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
    },
  };
}
